package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// counted is a record with what is counted of it and who may see it.
type counted struct {
	record *record.Record
	kept   *store.Projection
}

// drawCounts are counts of countries and their parts, by several sources and measures, in weeks on both sides of months.
func drawCounts(rng *rand.Rand) *store.Projection {
	audiences := [][]sharing.Token{{"all"}, {"p:GH"}, {"p:GH", "p:SL"}, {"p:SL", "p:SL&s:customs"}}
	p := &store.Projection{Audience: audiences[rng.IntN(len(audiences))], Facets: []store.Facet{store.All}}
	week := record.Week(2800 + rng.IntN(12))
	source := []string{"incident/seizure", "identification"}[rng.IntN(2)]
	country := []string{"GH", "SL", "PE"}[rng.IntN(3)]
	for _, place := range []string{country, country + "-AA"} {
		for _, substance := range []string{"", "opioid"} {
			p.Counts = append(p.Counts, store.Count{Place: place, Substance: substance, Source: source, Measure: "count", Week: week, Value: 1},
				store.Count{Place: place, Substance: substance, Source: source, Measure: "g", Week: week, Value: float64(rng.IntN(9))})
		}
	}
	return p
}

// TestTotalsAreSums: after any creations and changes, what is kept as a total is what the observations sum to.
func TestTotalsAreSums(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		rng := rand.New(rand.NewPCG(5, 6))
		all := map[string]*counted{}
		for range 20 {
			err := s.Write(ctx, func(tx *store.Tx) error {
				for range 15 {
					if err := change(ctx, tx, all, fmt.Sprintf("r%02d", rng.IntN(60)), drawCounts(rng)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, tokens := range [][]sharing.Token{{"all"}, {"p:GH"}, {"all", "p:SL&s:customs"}, {"all", "p:GH", "p:SL"}, {"p:PE"}} {
			totals(t, s.Read(), all, tokens)
		}
		project := func(r *store.Stored) (*store.Projection, error) { return all[r.Record.ID].kept, nil }
		if err := s.Write(ctx, func(tx *store.Tx) error { _, err := tx.Reproject(ctx, project); return err }); err != nil {
			t.Fatal(err)
		}
		totals(t, s.Read(), all, []sharing.Token{"all", "p:GH"})
	})
}

func change(ctx context.Context, tx *store.Tx, all map[string]*counted, id string, p *store.Projection) error {
	was := all[id]
	if was == nil {
		was = &counted{record: &record.Record{ID: id, Kind: "incident", Owner: "GH", State: "reported", Body: []byte(`{}`)}}
	}
	now := &counted{record: was.record.Clone(), kept: p}
	now.record.Version++
	all[id] = now
	var before *store.Stored
	if was.kept != nil {
		if err := tx.Flush(ctx); err != nil { // it may have been written a moment ago
			return err
		}
		var err error
		if before, err = tx.Record(ctx, id); err != nil {
			return err
		}
	}
	_, err := tx.Put(ctx, now.record, p, before, was.kept, "p1", "update")
	return err
}

// totals compares what is kept with what follows from the records, for weeks 2802 to 2809 and their months.
func totals(t *testing.T, r *store.Reader, all map[string]*counted, tokens []sharing.Token) {
	t.Helper()
	ctx := context.Background()
	const from, to = record.Week(2802), record.Week(2809)
	for _, substance := range []string{"", "opioid", "coca"} {
		for _, measure := range []string{"count", "g"} {
			world, countries := map[string]map[record.Week]float64{}, map[string]float64{}
			for _, x := range all {
				if !sharing.Meet(x.kept.Audience, tokens) {
					continue
				}
				for _, c := range x.kept.Counts {
					if c.Substance != substance || c.Measure != measure || len(c.Place) != 2 || c.Value == 0 {
						continue
					}
					if m := c.Week.YearMonth(); m >= from.YearMonth() && m <= to.YearMonth() {
						countries[c.Place] += c.Value
					}
					if c.Week >= from && c.Week <= to {
						if world[c.Source] == nil {
							world[c.Source] = map[record.Week]float64{}
						}
						world[c.Source][c.Week] += c.Value
					}
				}
			}
			gotCountries, err := r.Countries(ctx, substance, measure, tokens, from.YearMonth(), to.YearMonth())
			if err != nil || !reflect.DeepEqual(gotCountries, countries) {
				t.Fatalf("%q %s for %v by country: %v (%v), want %v", substance, measure, tokens, gotCountries, err, countries)
			}
			course, err := r.Course(ctx, nil, substance, measure, []string{"incident/seizure", "identification"}, tokens, from, to)
			got := map[string]map[record.Week]float64{}
			for source, obs := range course {
				got[source] = map[record.Week]float64{}
				for _, o := range obs {
					got[source][o.Week] = o.Value
				}
			}
			if err != nil || !reflect.DeepEqual(got, world) {
				t.Fatalf("%q %s for %v of the world: %v (%v), want %v", substance, measure, tokens, got, err, world)
			}
		}
	}
}

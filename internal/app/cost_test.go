package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// statements returns how many statements f sends to the database for reading.
func (w *world) statements(f func() error) int64 {
	w.t.Helper()
	before := w.Store().Asked()
	if err := f(); err != nil {
		w.t.Fatal(err)
	}
	return w.Store().Asked() - before
}

func (w *world) report(links ...record.Link) *record.Record {
	w.t.Helper()
	r, err := w.Create(context.Background(), w.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Links: links, Body: json.RawMessage(`{"type":"seizure","found":"2024-05-01","country":"GH","goods":[{"substance":"fentanyl","quantity":1,"unit":"kg"}]}`)})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestAPageTakesThreeStatements: a page of a hundred is asked for with three statements at the most, however it is
// filtered and however many there are: which lists, the records, the total.
func TestAPageTakesThreeStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld(t, address)
		ctx, v := context.Background(), w.as("fatu")
		for range 230 {
			w.report()
		}
		for _, q := range []app.Query{{Kind: "incident"}, {Kind: "incident", Sort: "day"}, {Kind: "incident", Place: "GH"}, {Kind: "incident", State: "reported", Sort: "changed"}, {Kind: "incident", From: "2024-01-01"}, {Kind: "incident", Place: "GH", Substance: "fentanyl"}} {
			q.Limit = 100
			var l *app.List
			page := func() (err error) { l, err = w.List(ctx, v, q); return err }
			for range 2 {
				if n := w.statements(page); n > 3 || len(l.Records) != 100 {
					t.Errorf("%+v: %d statements for %d records", q, n, len(l.Records))
				}
				q.Cursor = l.Next
			}
		}
	})
}

// TestEditingCostsTheSame: what links to a record does not make changing it dearer.
func TestEditingCostsTheSame(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx, v := context.Background(), w.as("ama")
	r := w.report()
	edit := func() (err error) {
		r, err = w.Update(ctx, v, r.ID, r.Version, app.Draft{Sharing: r.Sharing, Body: incident(fmt.Sprint("changed after ", r.Version))})
		return err
	}
	alone := w.statements(edit)
	for range 300 {
		w.report(record.Link{Relation: record.CausedBy, To: r.ID})
	}
	if n := w.statements(edit); n > alone+1 { // the tree of a journal whose size is a power of two needs no hashes read
		t.Errorf("%d statements with 300 links, %d without", n, alone)
	}
}

// TestSeveralFiltersAtOnce: pages of a list by substance and place together hold each record that is about both, once, in
// order, whoever asks, however many places are looked through between two of them.
func TestSeveralFiltersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld(t, address)
		ctx := context.Background()
		rng := rand.New(rand.NewPCG(1, 2))
		want := map[string][]string{}
		for i := range 120 {
			substance, country := []string{"fentanyl", "tramadol"}[rng.IntN(2)], []string{"GH", "NL", "SL"}[rng.IntN(3)]
			label := []record.TLP{record.Clear, record.Green, record.Amber, record.Red}[rng.IntN(4)]
			body := fmt.Sprintf(`{"type":"seizure","found":"2026-0%d-01","country":"%s","goods":[{"substance":"%s","quantity":1,"unit":"kg"}]}`, 1+rng.IntN(6), country, substance)
			r, err := w.Create(ctx, w.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: label}, Body: json.RawMessage(body)})
			if err != nil {
				t.Fatal(i, err)
			}
			for _, who := range []string{"ama", "fatu", "public"} {
				if substance == "fentanyl" && country == "GH" && w.as(who).Sees(r) {
					want[who] = append(want[who], r.ID)
				}
			}
		}
		for _, who := range []string{"ama", "fatu", "public"} {
			for _, up := range []bool{false, true} {
				var got []string
				var last record.Date
				q := app.Query{Kind: "incident", Place: "GH", Substance: "fentanyl", Ascending: up, Limit: 3}
				for {
					l, err := w.List(ctx, w.as(who), q)
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range l.Records {
						if last != "" && (up && x.When < last || !up && x.When > last) {
							t.Errorf("%s: %s stands after %s", who, x.When, last)
						}
						last = x.When
						got = append(got, x.ID)
					}
					if q.Cursor = l.Next; q.Cursor == "" {
						break
					}
				}
				slices.Sort(got)
				slices.Sort(want[who])
				if !slices.Equal(got, want[who]) {
					t.Errorf("%s, ascending %v: %d records, want %d", who, up, len(got), len(want[who]))
				}
			}
		}
	})
}

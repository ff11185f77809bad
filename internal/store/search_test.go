package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tocsin/internal/journal"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// findable is a record as search must find it.
type findable struct {
	seq  int64
	kept *store.Projection
}

// holds reports whether the record holds a word and may be seen with one of the tokens.
func (f findable) holds(word string, tokens []sharing.Token) bool {
	return slices.Contains(f.kept.Terms, word) && slices.ContainsFunc(f.kept.Audience, func(t sharing.Token) bool { return slices.Contains(tokens, t) })
}

// frequencies are the shares of the records that hold a word.
var frequencies = map[string]float64{"everywhere": 1, "common": 0.5, "some": 0.03, "rare": 0.0006, "nowhere": 0}

func fillFindable(t *testing.T, s *store.Store, n int) []findable {
	t.Helper()
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(11, 12))
	audiences := [][]sharing.Token{{"all"}, {"p:GH"}, {"p:GH", "p:SL"}, {"p:NZ"}}
	var list []findable
	for range 3 {
		err := s.Write(ctx, func(tx *store.Tx) error {
			for range n / 3 {
				p := &store.Projection{Audience: audiences[rng.IntN(len(audiences))], Facets: []store.Facet{store.All}}
				for word, share := range frequencies {
					if rng.Float64() < share {
						p.Terms = append(p.Terms, word)
					}
				}
				r := &record.Record{ID: fmt.Sprintf("r%06d", len(list)), Version: 1, Kind: []string{"incident", "alert"}[len(list)%2], Owner: "GH", State: "reported", Body: []byte(`{}`)}
				seq, err := tx.Put(ctx, r, p, nil, nil, "p1", "create")
				if err != nil {
					return err
				}
				list = append(list, findable{seq, p})
			}
			for range n / 4 { // entries that are no documents, between them and at the end
				tx.Append(journal.Entry{Actor: "p1", Type: "audit", Subject: "x", Action: "signin"})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// TestSearchFindsTheNewest: whatever share of the records holds a word, wherever a page begins and however long it is, the
// newest that may be seen are found, and no others. There are enough records for several lengths of spans.
func TestSearchFindsTheNewest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		list := fillFindable(t, s, 9000)
		rng := rand.New(rand.NewPCG(13, 14))
		for word := range frequencies {
			for _, tokens := range [][]sharing.Token{{"all"}, {"p:GH", "p:SL"}, {"p:NZ", "all"}, {"p:PE"}} {
				for _, limit := range []int{1, 26, 500} {
					for _, before := range []int64{0, list[rng.IntN(len(list))].seq, list[len(list)/2].seq, 3} {
						want := newestOf(list, word, tokens, before, limit)
						found, err := s.Read().Search(ctx, [][]string{{word}}, tokens, before, limit)
						if err != nil {
							t.Fatal(err)
						}
						got := make([]int64, len(found))
						for i, x := range found {
							got[i] = x.Seq
						}
						if !slices.Equal(got, want) {
							t.Errorf("%s, %v before %d: %d were found, %d are there", word, tokens, before, len(got), len(want))
						}
					}
					kinds, err := s.Read().SearchKinds(ctx, [][]string{{word}}, tokens, limit)
					if want := len(newestOf(list, word, tokens, 0, limit)); err != nil || kinds["incident"]+kinds["alert"] != want {
						t.Errorf("%s, %v: %v of %d: %v", word, tokens, kinds, want, err)
					}
				}
			}
		}
	})
}

func newestOf(list []findable, word string, tokens []sharing.Token, before int64, limit int) []int64 {
	out := []int64{}
	for _, f := range slices.Backward(list) {
		if (before == 0 || f.seq < before) && len(out) < limit && f.holds(word, tokens) {
			out = append(out, f.seq)
		}
	}
	return out
}

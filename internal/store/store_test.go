package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/sharing/sharingtest"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

func open(t testing.TB, address string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var bySeq = store.Facet{Name: "incident", ByChange: true}

func projection(tokens []sharing.Token, terms ...string) *store.Projection {
	return &store.Projection{Audience: tokens, Facets: []store.Facet{store.All, bySeq}, Terms: terms,
		Counts: []store.Count{{Place: "GH", Source: "incident/seizure", Measure: "count", Week: 2800, Value: 1}}}
}

func put(t *store.Tx, id string, tokens []sharing.Token, terms ...string) error {
	r := &record.Record{ID: id, Kind: "incident", Owner: "GH", State: "reported", Version: 1, Body: []byte(`{}`)}
	_, err := t.Put(context.Background(), r, projection(tokens, terms...), nil, nil, "p1", "create")
	return err
}

// TestSQLAgreesWithTheRule compares, for random records and viewers, what each way of reading shows with what the rule
// says that is read straight from its definition, without tokens: 120,000 pairs on each engine. A third of the records
// has been changed to another rule since, and some of those once more.
func TestSQLAgreesWithTheRule(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := open(t, address)
		rng := rand.New(rand.NewPCG(3, 4))
		records, viewers := 1500, 80
		if testing.Short() { // under the race detector a hundredth finds the races
			records, viewers = 200, 10
		}
		drawn := draw(t, s, rng, records)
		seen := 0
		for range viewers {
			v := sharingtest.Viewer(rng)
			may := map[string]bool{}
			for id, x := range drawn {
				if may[id] = sharingtest.May(x.record, x.private, v); may[id] {
					seen++
				}
			}
			compare(t, s, may, v.Tokens())
		}
		if share := seen * 100 / (records * viewers); share < 10 || share > 90 {
			t.Errorf("%d %% of the pairs are seen: the generator tries too little", share)
		}
	})
}

// drawnRecord is a record with a random rule, as it stands.
type drawnRecord struct {
	record  *record.Record
	private bool
	stored  *store.Projection
}

// draw writes random records and changes some of them.
func draw(t *testing.T, s *store.Store, rng *rand.Rand, records int) map[string]drawnRecord {
	t.Helper()
	ctx := context.Background()
	drawn := map[string]drawnRecord{}
	write := func(tx *store.Tx, id string) error {
		r, private := sharingtest.Record(rng)
		was, changed := drawn[id]
		r.ID, r.Kind, r.Version, r.Body = id, "incident", 1, []byte(`{}`)
		p := projection(sharing.Of(r, private), "word")
		drawn[id] = drawnRecord{r, private, p}
		if !changed {
			_, err := tx.Put(ctx, r, p, nil, nil, "p1", "create")
			return err
		}
		before, err := tx.Record(ctx, id)
		if err != nil {
			return err
		}
		r.Version = before.Record.Version + 1
		_, err = tx.Put(ctx, r, p, before, was.stored, "p1", "update")
		return err
	}
	for _, most := range []int{records, records / 3, records / 10} {
		err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range most {
				if err := write(tx, fmt.Sprintf("r%04d", i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return drawn
}

// compare finds that every way of reading shows with the tokens exactly the records that may be seen.
func compare(t *testing.T, s *store.Store, may map[string]bool, tokens []sharing.Token) {
	t.Helper()
	ctx := context.Background()
	r := s.Read()
	listed, found := map[string]bool{}, map[string]bool{}
	page := store.Page{Facet: bySeq.Name, Tokens: tokens, Limit: 97}
	for {
		rows, err := r.List(ctx, page)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if listed[row.Record.ID] {
				t.Fatalf("%s is listed twice", row.Record.ID)
			}
			listed[row.Record.ID] = true
			page.After = &rows[i].Position
		}
		if len(rows) < page.Limit {
			break
		}
	}
	hits, err := r.Search(ctx, [][]string{{"wor*"}}, tokens, 0, 5000)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		found[h.Record.ID] = true
	}
	seen := 0.0
	for id, want := range may {
		if want {
			seen++
		}
		if listed[id] != want || found[id] != want {
			t.Fatalf("%s, tokens %v: the rule says %v, the list %v, the search %v", id, tokens, want, listed[id], found[id])
		}
		if len(may) > 100 && rand.IntN(8) > 0 { // one statement each: some of many
			continue
		}
		if _, err := r.Visible(ctx, id, tokens); (err == nil) != want {
			t.Fatalf("%s, tokens %v: the rule says %v, the page %v", id, tokens, want, err)
		}
	}
	if n, err := r.Total(ctx, bySeq.Name, tokens, nil, nil, 5000); err != nil || float64(n) != seen {
		t.Fatalf("the total is %d (%v), the rule says %v", n, err, seen)
	}
	obs, err := r.Observations(ctx, store.Series{Place: "GH", Source: "incident/seizure", Measure: "count"}, tokens, 0, 9999)
	if err != nil {
		t.Fatal(err)
	}
	counted := 0.0
	for _, o := range obs {
		counted += o.Value
	}
	if counted != seen {
		t.Fatalf("%v are counted for tokens %v, %v are seen", counted, tokens, seen)
	}
	course, err := r.Course(ctx, nil, "", "count", []string{"incident/seizure"}, tokens, 0, 9999)
	if err != nil {
		t.Fatal(err)
	}
	byCountry, err := r.Countries(ctx, "", "count", tokens, 0, 99999)
	if err != nil {
		t.Fatal(err)
	}
	world := 0.0
	for _, o := range course["incident/seizure"] {
		world += o.Value
	}
	if world != seen || byCountry["GH"] != seen || len(byCountry) > 1 {
		t.Fatalf("%v are counted of the world and %v by country for tokens %v, %v are seen", world, byCountry, tokens, seen)
	}
}

// TestChangeMovesEverything narrows a record and finds that no list, search or count shows it to those who lost it.
func TestChangeMovesEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		before, after := []sharing.Token{sharing.Officials}, []sharing.Token{sharing.Participant("GH")}
		if err := s.Write(ctx, func(tx *store.Tx) error { return put(tx, "r1", before, "kush") }); err != nil {
			t.Fatal(err)
		}
		err := s.Write(ctx, func(tx *store.Tx) error {
			old, err := tx.Record(ctx, "r1")
			if err != nil {
				return err
			}
			r := old.Record.Clone()
			r.Version++
			_, err = tx.Put(ctx, r, projection(after, "kush"), old, projection(before, "kush"), "p1", "narrow")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		audiences := map[string][]sharing.Token{"r1": after}
		putWord := func(tokens []sharing.Token) int {
			hits, err := s.Read().Search(ctx, [][]string{{"kush"}}, tokens, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(hits)
		}
		if putWord(before) != 0 || putWord(after) != 1 {
			t.Errorf("the search shows the narrowed record to the old audience %d times, to the new %d times", putWord(before), putWord(after))
		}
		for _, tokens := range [][]sharing.Token{before, after} {
			_, err := s.Read().Visible(ctx, "r1", tokens)
			if want := sharing.Meet(audiences["r1"], tokens); (err == nil) != want {
				t.Errorf("tokens %v: visible %v", tokens, err == nil)
			}
		}
		h, err := s.Read().History(ctx, "r1", 10)
		if err != nil || len(h) != 2 || h[0].Action != "narrow" {
			t.Errorf("history %v, %v", h, err)
		}
	})
}

func TestNothingOfAFailedTransactionStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		tokens := []sharing.Token{"p:ZZ"}
		boom := fmt.Errorf("boom")
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := put(tx, "r1", tokens, "x"); err != nil {
				return err
			}
			if err := tx.Flush(ctx); err != nil {
				return err
			}
			return boom
		})
		if err == nil {
			t.Fatal("the failure was swallowed")
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return put(tx, "r2", tokens, "x") }); err != nil {
			t.Fatal(err)
		}
		compare(t, s, map[string]bool{}, []sharing.Token{"p:nobody"})
		rows, err := s.Read().List(ctx, store.Page{Facet: bySeq.Name, Tokens: tokens, Limit: 10})
		if err != nil || len(rows) != 1 || rows[0].Record.ID != "r2" {
			t.Errorf("rows %v, %v", rows, err)
		}
	})
}

// TestVerifyFindsEveryByte changes one byte of each kind of stored thing and finds that Verify notices.
func TestVerifyFindsEveryByte(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		for i := range 20 {
			if err := s.Write(ctx, func(tx *store.Tx) error { return put(tx, fmt.Sprint("r", i), []sharing.Token{sharing.Public}) }); err != nil {
				t.Fatal(err)
			}
		}
		if v, err := s.Verify(ctx); err != nil || len(v.Problems) > 0 || v.Entries != 20 {
			t.Fatalf("an untouched journal: %+v, %v", v, err)
		}
		blob := map[string]string{"sqlite": "CAST(? AS BLOB)", "postgres": "CAST(? AS BYTEA)"}[s.Engine()]
		var payload []byte
		if err := s.DB().QueryRowContext(ctx, `SELECT payload FROM journal WHERE seq = 7`).Scan(&payload); err != nil {
			t.Fatal(err)
		}
		changed := slices.Clone(payload)
		changed[len(changed)/2] ^= 1
		tamper := func(name, do, undo string, args, unargs []any) {
			exec := func(q string, args []any) {
				t.Helper()
				if s.Engine() == "postgres" {
					q = dollar(q)
				}
				if _, err := s.DB().ExecContext(ctx, q, args...); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			exec(do, args)
			if v, err := s.Verify(ctx); err != nil || len(v.Problems) == 0 {
				t.Errorf("%s is not noticed: %+v, %v", name, v, err)
			}
			exec(undo, unargs)
		}
		tamper("a changed byte of a payload", `UPDATE journal SET payload = `+blob+` WHERE seq = 7`, `UPDATE journal SET payload = `+blob+` WHERE seq = 7`, []any{changed}, []any{payload})
		tamper("a changed actor", `UPDATE journal SET actor = 'p2' WHERE seq = 7`, `UPDATE journal SET actor = 'p1' WHERE seq = 7`, nil, nil)
		tamper("a changed time", `UPDATE journal SET at = at + 1 WHERE seq = 7`, `UPDATE journal SET at = at - 1 WHERE seq = 7`, nil, nil)
		tamper("a record moved to an older entry", `UPDATE record SET seq = 1 WHERE id = 'r3'`, `UPDATE record SET seq = 4 WHERE id = 'r3'`, nil, nil)
		tamper("a checkpoint of a shorter journal", `UPDATE checkpoint SET size = size - 1`, `UPDATE checkpoint SET size = size + 1`, nil, nil)
		if v, err := s.Verify(ctx); err != nil || len(v.Problems) > 0 {
			t.Fatalf("after undoing everything: %+v, %v", v, err)
		}
		tamper("a removed last entry", `DELETE FROM journal WHERE seq = 20`, `SELECT 1`, nil, nil)
	})
}

func dollar(q string) string {
	out, n := "", 0
	for _, r := range q {
		if r == '?' {
			n++
			out += fmt.Sprintf("$%d", n)
		} else {
			out += string(r)
		}
	}
	return out
}

func BenchmarkPage(b *testing.B) {
	ctx := context.Background()
	s := open(b, "sqlite:"+filepath.Join(b.TempDir(), "t.db"))
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		err := s.Write(ctx, func(tx *store.Tx) error {
			for range 1000 {
				r, private := sharingtest.Record(rng)
				if err := put(tx, fmt.Sprint("r", rng.Uint64()), sharing.Of(r, private)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	tokens := sharing.Viewer{Person: "p1", Participant: "GH", Registered: true, Sectors: []string{"health", "customs"}, Groups: []string{"wg1", "swg1.1", "swg1.1/west"}}.Tokens()
	b.ResetTimer()
	for range b.N {
		if rows, err := s.Read().List(ctx, store.Page{Facet: bySeq.Name, Tokens: tokens, Limit: 50}); err != nil || len(rows) != 50 {
			b.Fatal(len(rows), err)
		}
	}
}

package app_test

import (
	"context"
	"fmt"
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
	r, err := w.Create(context.Background(), w.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Links: links, Body: incident("one of many")})
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
		for _, q := range []app.Query{{Kind: "incident"}, {Kind: "incident", Sort: "day"}, {Kind: "incident", Place: "GH"}, {Kind: "incident", State: "reported", Sort: "changed"}, {Kind: "incident", From: "2024-01-01"}} {
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

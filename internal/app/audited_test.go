package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// TestReadsOfRedAreKept: every way to a RED record leaves one line a person, version and day; counting what is new does
// not; a refused reader leaves the same line as for a record that is none.
func TestReadsOfRedAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		b := newBureau(t, address)
		ways := map[string]func(v app.Viewer, r *record.Record) error{
			"page": func(v app.Viewer, r *record.Record) error { _, err := b.Get(ctx, v, r.ID); return err },
			"list": func(v app.Viewer, _ *record.Record) error {
				_, err := b.List(ctx, v, app.Query{Kind: "incident"})
				return err
			},
			"search":  func(v app.Viewer, _ *record.Record) error { _, err := b.Search(ctx, v, "zqred", "", 10); return err },
			"history": func(v app.Viewer, r *record.Record) error { _, err := b.History(ctx, v, r.ID); return err },
			"talk":    func(v app.Viewer, r *record.Record) error { _, err := b.Comments(ctx, v, r.ID); return err },
			"chosen": func(v app.Viewer, r *record.Record) error {
				_, err := b.ChosenOf(ctx, v, "incident", []app.Chosen{{ID: r.ID}})
				return err
			},
			"chosen, taken away": func(v app.Viewer, r *record.Record) error {
				_, err := b.ExportChosen(ctx, v, "incident", []app.Chosen{{ID: r.ID}}, table.NewCSV(io.Discard))
				return err
			},
			"what links to another": func(v app.Viewer, r *record.Record) error {
				x, err := b.Create(ctx, v, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Amber}, Links: []record.Link{{Relation: record.SameAs, To: r.ID}}, Body: incident("x")})
				if err != nil {
					return err
				}
				s, err := b.Get(ctx, v, x.ID)
				if err != nil {
					return err
				}
				_, err = b.Related(ctx, v, s)
				return err
			},
			"what others see of what links to it": func(v app.Viewer, r *record.Record) error {
				x, err := b.Create(ctx, v, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Amber}, Links: []record.Link{{Relation: record.SameAs, To: r.ID}}, Body: incident("x")})
				if err != nil {
					return err
				}
				_, err = b.ViewAs(ctx, v, x.ID, app.AsPublic)
				return err
			},
		}
		for name, read := range ways {
			b.at = b.at.Add(24 * time.Hour) // each way on a day of its own
			r := b.red("ama", "fatu")
			before := len(b.lines(store.AreaRed, b.id["fatu"]))
			for range 2 {
				if err := read(b.as("fatu"), r); err != nil {
					t.Fatal(name, err)
				}
			}
			got := b.lines(store.AreaRed, b.id["fatu"])
			if n := slices.IndexFunc(got, func(l app.AuditEntry) bool { return l.Subject == r.ID }); n < 0 || len(got) == before {
				t.Errorf("%s: the read is not in the audit", name)
			}
			if n := len(slices.DeleteFunc(got, func(l app.AuditEntry) bool { return l.Subject != r.ID })); n != 1 {
				t.Errorf("%s: %d lines for one record and day", name, n)
			}
			if _, err := b.Get(ctx, b.as("kofi"), r.ID); app.CodeOf(err) != app.NotFound {
				t.Fatal(err)
			}
		}
		if n := len(b.lines(store.AreaRed, b.id["kofi"])); n != 0 {
			t.Errorf("%d lines of reads by one who sees nothing", n)
		}
		page, err := b.Audit(ctx, b.as("ama"), app.AuditQuery{Area: store.AreaRed})
		if err != nil || slices.ContainsFunc(page.Lines, func(l app.AuditEntry) bool { return l.Participant != "GH" }) {
			t.Errorf("a focal point reads of others' people: %v", err)
		}
		other, err := b.Audit(ctx, b.as("sol"), app.AuditQuery{Area: store.AreaRed})
		if err != nil || len(other.Lines) == 0 || other.Lines[0].Subject != "" {
			t.Errorf("the secretariat is told which RED record was read: %+v, %v", other, err)
		}
	})
}

// TestNobodyErasesHisLine: a line of the audit that is changed or taken away, in the table or in the journal, fails the
// verification.
func TestNobodyErasesHisLine(t *testing.T) {
	ctx := context.Background()
	for name, statement := range map[string]string{
		"deleted":  `DELETE FROM audit WHERE event = 'red.read'`,
		"changed":  `UPDATE audit SET actor = 'public' WHERE event = 'red.read'`,
		"moved":    `UPDATE audit SET seq = 0 WHERE event = 'red.read'`,
		"hidden":   `UPDATE audit SET participant = 'SL' WHERE event = 'red.read'`,
		"both":     `DELETE FROM journal WHERE type = 'audit' AND action = 'red.read'`,
		"replaced": `UPDATE journal SET action = 'signin' WHERE type = 'audit' AND action = 'red.read'`,
	} {
		address := storetest.SQLite(t)
		b := newBureau(t, address)
		r := b.red("ama")
		if _, err := b.Get(ctx, b.as("ama"), r.ID); err != nil {
			t.Fatal(err)
		}
		if v, err := b.Verify(ctx); err != nil || len(v.Problems) > 0 || v.Audit == 0 {
			t.Fatal(v, err)
		}
		if _, err := b.Store().DB().ExecContext(ctx, statement); err != nil {
			t.Fatal(name, err)
		}
		if v, err := b.Verify(ctx); err != nil || len(v.Problems) == 0 {
			t.Errorf("%s: the verification finds nothing: %v", name, err)
		}
	}
}

// TestRefusalsAreCounted: a flood of refusals leaves a line each at first, then its number as it doubles, then its end.
func TestRefusalsAreCounted(t *testing.T) {
	ctx := context.Background()
	b := newBureau(t, storetest.SQLite(t))
	v := b.as("kofi")
	for i := range 90 {
		if err := b.Denied(ctx, v, 404, fmt.Sprintf("x%d", i), "GET /r/{id}"); err != nil {
			t.Fatal(err)
		}
	}
	lines := b.lines(store.AreaAccess, v.Person.ID)
	var many []string
	for _, l := range lines {
		if l.Event == "denied.many" {
			many = append(many, l.Detail)
		}
	}
	if len(lines) != 22 || !slices.Equal(many, []string{"80", "40"}) {
		t.Errorf("%d lines, %v", len(lines), many)
	}
}

// TestTheAuditGoesByIndex: each way to ask reads an index in its order and sorts nothing, so that a page costs the same
// however long the audit is.
func TestTheAuditGoesByIndex(t *testing.T) {
	b := newBureau(t, storetest.SQLite(t))
	for _, where := range []string{"", "WHERE participant = 'GH'", "WHERE participant = 'GH' AND area = 'red'", "WHERE person = 'x'", "WHERE person = 'x' AND area = 'red' AND at >= 1 AND at < 2", "WHERE area = 'red' AND (at, seq) < (1, 2)"} {
		rows, err := b.Store().DB().Query("EXPLAIN QUERY PLAN SELECT id FROM audit " + where + " ORDER BY at DESC, seq DESC LIMIT 51")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := planOf(rows)
		if err != nil || strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "INDEX audit_") {
			t.Errorf("%q: %s %v", where, plan, err)
		}
	}
}

func planOf(rows *sql.Rows) (plan string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a, p, n int
		var detail string
		if err := rows.Scan(&a, &p, &n, &detail); err != nil {
			return "", err
		}
		plan += detail + "; "
	}
	return plan, rows.Err()
}

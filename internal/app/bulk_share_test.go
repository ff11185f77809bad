package app_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

var forSL = record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}}}

func all(list ...*record.Record) (out []app.Chosen) {
	for _, r := range list {
		out = append(out, app.Chosen{ID: r.ID, Version: r.Version})
	}
	return out
}

// outcomes are the codes of what became of each record, "" for what was done.
func outcomes(t *testing.T, list []app.Outcome, err error) (out []app.Code) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		code := app.Code("")
		if o.Err != nil {
			code = app.CodeOf(o.Err)
		}
		out = append(out, code)
	}
	return out
}

func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestBulkSharing: each chosen record gets the rule as a new version by its own right, whoever is narrowed out does not find
// it any more, what was said before stays with those who saw it then, and the version before can be brought back.
func TestBulkSharing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		kept := w.make("ama", record.Sharing{TLP: record.Red}, "kept") // that only she sees
		first, withdrawn, stale := w.make("ama", forAll, "zqfirst"), w.make("ama", forAll, "b"), w.make("ama", forAll, "c")
		foreign, hidden := w.make("mere", forAll, "d"), w.make("mere", ours, "e")
		linked, err := w.Update(ctx, w.as("ama"), first.ID, 1, app.Draft{Sharing: forAll, Links: []record.Link{{Relation: record.CausedBy, To: kept.ID}}, Body: incident("zqfirst")})
		if err != nil {
			t.Fatal(err)
		}
		if withdrawn, err = w.Retract(ctx, w.as("ama"), withdrawn.ID, 1, "wrong"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Update(ctx, w.as("ama"), stale.ID, 1, app.Draft{Sharing: forAll, Body: incident("since")}); err != nil {
			t.Fatal(err)
		}
		chosen := append(all(linked, withdrawn, stale, foreign, hidden), app.Chosen{ID: "nothing"}, app.Chosen{ID: linked.ID, Version: 2})

		kofi := w.as("kofi")
		before, err := w.Resharing(ctx, kofi, "incident", chosen, forSL)
		if err != nil || len(before) != 4 {
			t.Fatalf("%d are looked at: %v", len(before), err)
		}
		for i, x := range before {
			if refused := i == 1 || i == 3; refused != (x.Err != nil) || x.More || x.Fewer == refused {
				t.Errorf("%d: more %v, fewer %v, %v", i, x.More, x.Fewer, x.Err)
			}
		}
		out, err := w.Bulk(ctx, kofi, "incident", chosen, app.Deed{Do: app.BulkShare, Sharing: forSL})
		same(t, "narrowed", outcomes(t, out, err), []app.Code{"", app.Conflict, app.Conflict, app.Forbidden, app.NotFound, app.NotFound})
		if out[4].Shown != nil || out[4].Err.Error() != out[5].Err.Error() {
			t.Error("the hidden is answered otherwise than none at all")
		}
		for id, version := range map[string]int{linked.ID: 3, withdrawn.ID: 2, stale.ID: 2, foreign.ID: 1, hidden.ID: 1} {
			if x, err := w.Get(ctx, app.Operator, id); err != nil || x.Version != version {
				t.Errorf("%s is of version %d, %v", id, x.Version, err)
			}
		}
		x, err := w.Get(ctx, w.as("fatu"), linked.ID)
		if err != nil || !strings.Contains(string(x.Body), "zqfirst") || len(x.Links) != 1 {
			t.Errorf("who is named reads %v, %v", x, err)
		}
		if _, err := w.Get(ctx, w.as("mere"), linked.ID); app.CodeOf(err) != app.NotFound {
			t.Errorf("who is not named any more: %v", err)
		}
		if l, err := w.Find(ctx, w.as("mere"), app.Query{Text: "zqfirst", Kind: "incident"}); err != nil || len(l.Records) > 0 {
			t.Errorf("finds %v, %v", l, err)
		}

		if err := w.Comment(ctx, w.as("fatu"), linked.ID, "said inside"); err != nil {
			t.Fatal(err)
		}
		wider, err := w.Resharing(ctx, kofi, "incident", all(x.Record), forAll)
		if err != nil || !wider[0].More || wider[0].Fewer {
			t.Errorf("from two countries to all: %+v, %v", wider, err)
		}
		out, err = w.Bulk(ctx, kofi, "incident", all(x.Record), app.Deed{Do: app.BulkShare, Sharing: forAll})
		same(t, "widened", outcomes(t, out, err), []app.Code{""})
		for who, want := range map[string]int{"fatu": 1, "kofi": 1, "mere": 0} {
			if c, err := w.Comments(ctx, w.as(who), linked.ID); err != nil || len(c) != want {
				t.Errorf("%s reads %d comments, %v", who, len(c), err)
			}
		}
		if back, err := w.BringBack(ctx, kofi, linked.ID, 4, 3, true); err != nil || back.Version != 5 || back.Sharing.TLP != record.Amber || len(back.Sharing.Audience) != 1 {
			t.Errorf("brought back: %+v, %v", back, err)
		}
		past, err := w.History(ctx, kofi, linked.ID)
		if err != nil || len(past) != 5 || past[1].Action != "update" || past[1].Actor != kofi.Actor() {
			t.Errorf("the history: %+v, %v", past, err)
		}
		if found, err := w.Verify(ctx); err != nil || len(found.Problems) > 0 {
			t.Errorf("%v %v", found, err)
		}
	})
}

// TestBulkSharingOfAnother: who chairs a group narrows its records and does not widen them.
func TestBulkSharingOfAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		chair := coalition.Registration{Person: w.id["kofi"], Group: "swg2.1", Section: coalition.West, Roles: []coalition.Role{coalition.Member, coalition.CoChairRole}, From: w.Now()}
		if _, err := w.Register(ctx, app.Operator, chair); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(programme.Advice{Named: programme.Named{Name: record.Text{"en": "Say it"}, Text: record.Text{"en": "One."}}, Group: "swg2.1/west", Until: record.DateOf(w.Now().AddDate(0, 0, 7))})
		if err != nil {
			t.Fatal(err)
		}
		wide := record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: "swg2.1"}, {Participant: "NZ"}}}
		r, err := w.Create(ctx, w.as("fatu"), app.Draft{Kind: "recommendation", Sharing: wide, Body: raw})
		if err == nil && r.State == "draft" {
			r, err = w.Step(ctx, w.as("fatu"), r.ID, r.Version, "consult", "")
		}
		if err != nil {
			t.Fatal(err)
		}
		kofi := w.as("kofi")
		section := record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: "swg2.1"}}}
		for _, c := range []struct {
			to          record.Sharing
			want        app.Code
			more, fewer bool
		}{
			{forAll, app.Forbidden, false, false},
			{record.Sharing{TLP: record.Clear}, app.Forbidden, false, false},
			{record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: "swg2.1"}, {Participant: "CH"}}}, app.Forbidden, false, false},
			{wide, "", false, false},
			{section, "", false, true},
			{wide, app.Forbidden, false, false},
		} {
			now, err := w.Get(ctx, kofi, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			look, err := w.Resharing(ctx, kofi, "recommendation", all(now.Record), c.to)
			if err != nil || len(look) != 1 || look[0].More != c.more || look[0].Fewer != c.fewer || (look[0].Err != nil) != (c.want != "") {
				t.Errorf("%+v is foreseen as %+v, %v", c.to, look, err)
			}
			out, err := w.Bulk(ctx, kofi, "recommendation", all(now.Record), app.Deed{Do: app.BulkShare, Sharing: c.to})
			same(t, string(c.to.TLP), outcomes(t, out, err), []app.Code{c.want})
		}
	})
}

// TestBulkSharingRefused: a rule that no record can have changes none, and so do who may not and what is the system's.
func TestBulkSharingRefused(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	r := w.make("ama", forAll, "a")
	ama := w.as("ama")
	for name, c := range map[string]struct {
		v    app.Viewer
		kind string
		to   record.Sharing
		want app.Code
	}{
		"no label":        {ama, "incident", record.Sharing{}, app.Invalid},
		"another label":   {ama, "incident", record.Sharing{TLP: "PURPLE"}, app.Invalid},
		"red for a state": {ama, "incident", record.Sharing{TLP: record.Red, Audience: []record.Clause{{Participant: "SL"}}}, app.Invalid},
		"nobody is named": {ama, "incident", record.Sharing{TLP: record.Amber, Audience: []record.Clause{{}}}, app.Invalid},
		"the system's":    {ama, "signal", ours, app.Invalid},
		"the public":      {app.Public, "incident", ours, app.Unauthenticated},
		"a reading token": {app.Viewer{Person: ama.Person, Tokens: ama.Tokens, Pass: &app.Pass{Scopes: []app.Scope{app.ScopeRead}}}, "incident", ours, app.Forbidden},
	} {
		if _, err := w.Bulk(ctx, c.v, c.kind, all(r), app.Deed{Do: app.BulkShare, Sharing: c.to}); app.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Resharing(ctx, ama, "incident", all(r), record.Sharing{}); app.CodeOf(err) != app.Invalid {
		t.Errorf("looked at without a label: %v", err)
	}
	out, err := w.Bulk(ctx, ama, "incident", all(r), app.Deed{Do: app.BulkShare, Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "ZZ"}}}})
	same(t, "a state that there is not", outcomes(t, out, err), []app.Code{app.Invalid})
	if x, err := w.Get(ctx, ama, r.ID); err != nil || x.Version != 1 {
		t.Errorf("it was changed: %v", err)
	}
	for _, k := range kinds.All {
		offered := false
		for _, do := range app.BulkActions(ama, k) {
			offered = offered || do == app.BulkShare
		}
		if offered != k.Authored {
			t.Errorf("%s: offered %v, written by people %v", k.Name, offered, k.Authored)
		}
	}
}

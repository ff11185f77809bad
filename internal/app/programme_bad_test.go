package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// TestWithdrawingWhatIsCited: those who cite a record that is withdrawn are told, as far as they see it, and nothing of
// theirs breaks.
func TestWithdrawingWhatIsCited(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.step("ama", s.make("ama", "document", green), "publish")
	oldest := s.make("mere", "action", green, to(record.Answers, r))
	hidden := s.make("sol", "action", green, to(record.Answers, r))
	s.at = s.at.Add(time.Second)
	var last *record.Record
	for range 205 {
		last = s.make("fatu", "action", green, to(record.Answers, r))
	}
	r, err := s.Update(ctx, s.as("ama"), r.ID, r.Version, app.Draft{Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}, {Participant: "NZ"}}}, Body: r.Body})
	if err != nil {
		t.Fatal(err)
	}
	s.refused("without a word", second(s.Retract(ctx, s.as("ama"), r.ID, r.Version, "")), app.Invalid, "problem.required")
	s.refused("by another", second(s.Retract(ctx, s.as("fatu"), r.ID, r.Version, "x")), app.Forbidden, "error.owner")
	if r, err = s.Retract(ctx, s.as("ama"), r.ID, r.Version, "x"); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]bool{"fatu": true, "sahr": true, "mere": true, "ama": false, "sol": false, "urs": false} {
		if s.told(who, r, "retracted") != want {
			t.Errorf("%s is told: %v", who, !want)
		}
	}
	for who, x := range map[string]*record.Record{"mere": oldest, "sol": hidden, "fatu": last} {
		now, err := s.Get(ctx, s.as(who), x.ID)
		if err != nil || len(now.LinkedTo(record.Answers)) != 1 {
			t.Fatalf("%v, %v", now, err)
		}
		if _, err := s.Story(ctx, s.as(who), x.ID); err != nil {
			t.Error(err)
		}
		if _, err := s.put(who, x, x.Body); err != nil {
			t.Errorf("%s changes what cites it: %v", who, err)
		}
	}
	s.refused("again", second(s.Retract(ctx, s.as("ama"), r.ID, r.Version, "x")), app.Conflict, "error.retracted")
	s.refused("a step of it", second(s.Step(ctx, s.as("ama"), r.ID, r.Version, "supersede", "x")), app.Conflict, "error.retracted")
	s.refused("a file for it", second(s.Attach(ctx, s.as("ama"), r.ID, r.Version, "x.txt", []byte("x"))), app.Conflict, "error.retracted")
}

// TestCommitments: what has open milestones is not complete, and its owner is told once of what is due and what is late.
func TestCommitments(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	s.at = time.Date(2030, 12, 10, 12, 0, 0, 0, time.UTC)
	r := s.write("ama", app.Draft{Kind: "commitment", Sharing: green, Body: with("commitment", `"milestones":[{"title":"late","due":"2030-11"},{"title":"near","due":"2030-12-20"},{"title":"far","due":"2031"}]`)})
	distant := s.write("ama", app.Draft{Kind: "commitment", Sharing: green, Body: with("commitment", `"milestones":[{"title":"far","due":"2031"}]`)})
	s.at = s.at.AddDate(0, 0, 7)
	for range 2 {
		if err := s.Reminders(ctx); err != nil {
			t.Fatal(err)
		}
	}
	told, err := s.Told(ctx, s.as("kofi"), 100)
	var reasons []string
	for _, x := range told {
		reasons = append(reasons, x.Reason)
	}
	if slices.Sort(reasons); err != nil || !slices.Equal(reasons, []string{"due@2030-12-20", "late@2030-11"}) || s.told("mere", r, "") || s.told("ama", distant, "") {
		t.Errorf("told %v, %v", reasons, err)
	}
	r = s.step("ama", r, "begin")
	s.refused("with open milestones", second(s.Step(ctx, s.as("ama"), r.ID, r.Version, "complete", "")), app.Conflict, "error.milestones")
	if r, err = s.put("ama", r, with("commitment", `"milestones":[{"title":"late","due":"2030-11","done":"2030-12"}]`)); err != nil {
		t.Fatal(err)
	}
	s.step("ama", r, "complete")
}

// TestRenamed: a record keeps the name that its owner had when it was made.
func TestRenamed(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.make("ama", "commitment", green)
	if r.OwnerName != "Ghana" {
		t.Errorf("made by %q", r.OwnerName)
	}
	old := r.Clone()
	old.ID, old.OwnerName = "renamed", "Gold Coast"
	p := &store.Projection{Audience: s.AudienceOf(old), Facets: []store.Facet{store.All, {Name: "commitment", ByChange: true}, {Name: "commitment/owner=GH", ByChange: true}}}
	if err := s.Store().Write(ctx, func(t *store.Tx) error { return second(t.Put(ctx, old, p, nil, nil, "operator", "create")) }); err != nil {
		t.Fatal(err)
	}
	old, err := s.put("ama", old, with("commitment", `"occasion":"a later one"`))
	if err != nil || old.OwnerName != "Gold Coast" {
		t.Fatal(old, err)
	}
	old = s.step("kofi", old, "begin")
	x, err := s.Get(ctx, s.as("fatu"), old.ID)
	list, err2 := s.List(ctx, s.as("fatu"), app.Query{Kind: "commitment", Owner: "GH", Sort: "changed"})
	if err != nil || err2 != nil || x.OwnerName != "Gold Coast" || x.Owner != "GH" || len(list.Records) != 2 {
		t.Errorf("%+v, %v, %v, %v", x, list, err, err2)
	}
}

// TestLeaving: a participant whose last registration has ended takes part no more; what it wrote stays, and its officials
// see what everybody sees.
func TestLeaving(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	own, open, theirs := s.make("fatu", "commitment", green), s.make("fatu", "commitment", clear), s.make("ama", "topic", record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}}})
	members, err := s.People(ctx, app.Operator, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		for _, g := range m.Registrations {
			ended := *g
			ended.To = time.Now().Add(-time.Second)
			if m.Participant == "SL" {
				if _, err := s.Register(ctx, app.Operator, ended); err != nil {
					t.Fatal(err)
				}
			}
		}
		if x := *m.Person; m.Participant == "NZ" {
			x.Active = false
			if _, err := s.SavePerson(ctx, app.Operator, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	later := s.make("ama", "topic", green)
	takes, err := s.Participation(ctx)
	if err != nil || takes["SL"].Part || takes["SL"].Officials != 0 || !takes["GH"].Part || !takes["FR"].Part {
		t.Errorf("%+v, %v", takes["SL"], err)
	}
	if takes["NZ"].Part {
		t.Error("a participant whose people's accounts have all ended takes part")
	}
	for r, want := range map[*record.Record]bool{own: false, open: true, theirs: false, later: false} {
		if s.sees("fatu", r) != want || r.Owner == "SL" && !s.sees("ama", r) {
			t.Errorf("a %s that is %v", r.Kind, r.Sharing)
		}
	}
	s.refused("writing", second(s.Create(ctx, s.as("fatu"), app.Draft{Kind: "topic", Body: sample("topic", "x", 0)})), app.Forbidden, "error.owner")
}

// TestFilesAndExperts: a video of five gigabytes is a link and no file, and nobody is listed who does not consent.
func TestFilesAndExperts(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.write("ama", app.Draft{Kind: "expert", Private: true, Sharing: green, Body: with("expert", `"consent":"no"`)})
	s.refused("a file that is too large", second(s.Attach(ctx, s.as("ama"), r.ID, r.Version, "x.mp4", make([]byte, app.MaxFile+1))), app.Invalid, "problem.file.large")
	s.refused("listing without consent", second(s.Step(ctx, s.as("ama"), r.ID, r.Version, "list", "")), app.Invalid, "problem.consent")
	s.refused("making without consent", second(s.Create(ctx, s.as("ama"), app.Draft{Kind: "expert", Sharing: green, Body: with("expert", `"consent":"no"`)})), app.Invalid, "problem.consent")
	r, err := s.put("ama", r, sample("expert", "x", 0))
	if err != nil {
		t.Fatal(err)
	}
	r = s.step("ama", r, "list")
	s.refused("taking the consent back and staying", second(s.put("ama", r, with("expert", `"consent":"no"`))), app.Invalid, "problem.consent")
	if r = s.step("ama", r, "unlist"); s.sees("fatu", r) {
		t.Error("who is listed no more is seen")
	}
	for what, c := range map[string]record.Clause{"problem.participant": {Participant: "ZZ"}, "problem.group": {Group: "swg9.9"}, "problem.person": {Person: "nobody"}, "problem.sector": {Group: "swg1.2", Sectors: []string{"x"}}, "problem.organisation": {Organisation: r.ID}} {
		s.refused("an audience of nobody", second(s.Create(ctx, s.as("ama"), app.Draft{Kind: "topic", Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{c}}, Body: sample("topic", "x", 0)})), app.Invalid, what)
	}
}

// TestLegislation: what a country's laws in force name is covered, what they name by class is probably so, and the rest of
// what is scheduled or emerges is a gap.
func TestLegislation(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	s.at = time.Date(2030, 6, 1, 0, 0, 0, 0, time.UTC)
	law := func(about, more string) *record.Record {
		return s.write("ama", app.Draft{Kind: "law", Sharing: clear, Body: with("law", `"about":[`+about+`]`+more)})
	}
	law(`{"substance":"heroin"},{"substance":"heroin"}`, "")
	law(`{"substance":"fentanyl-group"},{"substance":"fentanyl-analogue"}`, `,"provisional":"yes"`)
	law(`{"substance":"carfentanil"}`, "")
	law(`{"substance":"cocaine"}`, `,"to":"2030-05"`)
	law(`{"substance":"cocaine"}`, `,"from":"2030-07"`)
	s.step("ama", law(`{"substance":"cocaine"}`, ""), "repeal")
	s.write("ama", app.Draft{Kind: "law", Private: true, Sharing: clear, Body: with("law", `"about":[{"substance":"cocaine"}]`)})
	s.write("fatu", app.Draft{Kind: "law", Sharing: clear, Body: with("law", `"country":"SL","about":[{"substance":"cocaine"}]`)})
	signal := &record.Record{ID: "signal", Kind: "signal", Owner: "secretariat", State: "new", Sharing: green, Places: []string{"SL"}, Substances: []string{"xylazine"}, Version: 1, Body: json.RawMessage(`{}`)}
	p := &store.Projection{Audience: s.AudienceOf(signal), Facets: []store.Facet{store.All, {Name: "signal", ByChange: true}}}
	if err := s.Store().Write(ctx, func(t *store.Tx) error { return second(t.Put(ctx, signal, p, nil, nil, "system", "create")) }); err != nil {
		t.Fatal(err)
	}
	for who, emerges := range map[string]bool{"ama": true, "public": false} {
		l, err := s.Legislation(ctx, s.as(who), "GH")
		if err != nil || l.Held != 3 {
			t.Fatalf("%+v, %v", l, err)
		}
		covered, gap := map[string]app.Covered{}, map[string]app.Gap{}
		for _, c := range l.Covered {
			covered[c.Substance] = c
		}
		for _, g := range l.Gaps {
			if gap[g.Substance] = g; covered[g.Substance].Substance != "" {
				t.Errorf("%s is covered and a gap", g.Substance)
			}
		}
		for id, byClass := range map[string]bool{"heroin": false, "carfentanil": false, "fentanyl": true, "sufentanil": true} {
			if c, ok := covered[id]; !ok || c.ByClass != byClass || len(c.Laws) != 1 {
				t.Errorf("%s is covered: %v, by class: %v, by %d laws", id, ok, c.ByClass, len(c.Laws))
			}
		}
		if g, ok := gap["cocaine"]; !ok || len(g.International) == 0 {
			t.Errorf("cocaine: %+v", g)
		}
		if _, ok := gap["xylazine"]; ok != emerges {
			t.Errorf("what emerges in the region is a gap for %s: %v", who, ok)
		}
	}
}

// TestDonors: an amount is added once, in its own currency, and only where it stands.
func TestDonors(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	gift := func(rule record.Sharing, amount int, currency, more string) *record.Record {
		return s.write("ama", app.Draft{Kind: "contribution", Sharing: rule, Body: with("contribution", fmt.Sprintf(`"amount":%d,"currency":%q%s`, amount, currency, more))})
	}
	gift(clear, 100, "USD", `,"identifier":"A-1","recipients":["SL","NG","SL"]`)
	gift(clear, 40, "USD", `,"identifier":"A-2","includes":"A-1","recipients":["SL"]`)
	gift(clear, 7, "EUR", "")
	gift(amber, 1000, "USD", "")
	s.step("ama", gift(clear, 5, "USD", ""), "call-off")
	if r := gift(clear, 6, "USD", ""); second(s.Retract(ctx, s.as("ama"), r.ID, r.Version, "x")) != nil {
		t.Fatal("a contribution is not retracted")
	}
	s.write("ama", app.Draft{Kind: "contribution", Private: true, Sharing: clear, Body: with("contribution", `"amount":9,"currency":"USD"`)})
	s.refused("an identifier twice", second(s.Create(ctx, s.as("kofi"), app.Draft{Kind: "contribution", Sharing: clear, Body: with("contribution", `"identifier":"A-1"`)})), app.Conflict, "error.unique")
	s.make("ama", "need", clear)
	for who, dollars := range map[string]float64{"public": 100, "kofi": 1100, "fatu": 100} {
		d, err := s.Donors(ctx, s.as(who))
		if err != nil || d.Sums["USD"] != dollars || d.Sums["EUR"] != 7 || d.Doubled != 1 || len(d.Cells["GH"]["legislation"].Needs) != 1 {
			t.Errorf("%s: %+v, %v", who, d, err)
		}
		if c := d.Cells["SL"]["legislation"]; len(c.Gifts) != 2 || !slices.Equal(c.Donors, []string{"GH"}) {
			t.Errorf("%d gifts of %v", len(c.Gifts), c.Donors)
		}
	}
}

// TestExactTotals: a total that is called exact is of what is listed, also where some have no day.
func TestExactTotals(t *testing.T) {
	s := newStage(t, storetest.SQLite(t))
	for _, day := range []string{"", "2024", "2024-05", "2024-05-06", "2025-01-01"} {
		s.write("ama", app.Draft{Kind: "document", Private: true, Sharing: green, Body: with("document", `"date":"`+day+`"`)})
	}
	for _, q := range []app.Query{{}, {Sort: "day"}, {From: "1900"}, {From: "2024", To: "2024"}, {From: "2024-05-06"}, {To: "2100"}, {State: "draft", Sort: "changed"}, {Topic: "swg1.2", Sort: "changed"}, {Owner: "GH", Sort: "changed"}} {
		q.Kind = "document"
		if l, err := s.List(context.Background(), s.as("kofi"), q); err != nil || l.Exact && l.Total != len(l.Records) {
			t.Errorf("%+v: %d are said to be there, %d are listed: %v", q, l.Total, len(l.Records), err)
		}
	}
}

package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// take imports a table of incidents with keys as a person.
func (s *stage) take(who, rows string, tlp record.TLP) *app.ImportReport {
	s.t.Helper()
	p, ok := profile.Get("template-incident")
	if !ok {
		s.t.Fatal("incidents have no template")
	}
	keyed := *p
	keyed.Key = []string{"id"}
	text := "id,type,found,country,circumstances\r\n" + rows
	q := app.ImportRequest{Kind: "incident", Profile: &keyed, File: strings.NewReader(text), Size: int64(len(text))}
	if tlp != "" {
		q.Sharing = &record.Sharing{TLP: tlp}
	}
	r, err := s.Import(context.Background(), s.as(who), q)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// TestAttack01ChildOfAnotherParent: a proposal, a file or a version that is named with another record than its own is none.
func TestAttack01ChildOfAnotherParent(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	mine, theirs := s.make("ama", "incident", green), s.make("fatu", "incident", green)
	if err := s.Propose(ctx, s.as("mere"), theirs.ID, "x", nil); err != nil {
		t.Fatal(err)
	}
	proposals, err := s.Proposals(ctx, s.as("fatu"), theirs.ID)
	if err != nil || len(proposals) != 1 {
		t.Fatal(proposals, err)
	}
	s.refused("a proposal of another's record by way of one's own", s.Decide(ctx, s.as("ama"), mine.ID, proposals[0].ID, true), app.NotFound, "error.not-found")
	if theirs, err = s.Attach(ctx, s.as("fatu"), theirs.ID, theirs.Version, "x.txt", []byte("zq")); err != nil {
		t.Fatal(err)
	}
	hash := theirs.Attachments[0].Hash
	if _, _, err := s.OpenAttachment(ctx, s.as("ama"), mine.ID, hash); app.CodeOf(err) != app.NotFound {
		t.Errorf("another record's file by way of one's own: %v", err)
	}
	narrow := s.make("fatu", "incident", amber)
	if narrow, err = s.Attach(ctx, s.as("fatu"), narrow.ID, narrow.Version, "y.txt", []byte("zq hidden")); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{narrow.ID, theirs.ID, mine.ID} {
		if _, _, err := s.OpenAttachment(ctx, s.as("ama"), by, narrow.Attachments[0].Hash); app.CodeOf(err) != app.NotFound {
			t.Errorf("a hidden record's file by its hash: %v", err)
		}
	}
	token, err := s.Tokens(ctx, s.as("ama"))
	if err != nil || len(token) > 0 {
		t.Fatal(token, err)
	}
	_, made, err := s.NewToken(ctx, s.as("fatu"), "t", []app.Scope{app.ScopeRead}, s.Now().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	s.refused("another's token", s.RevokeToken(ctx, s.as("ama"), made.ID), app.NotFound, "error.not-found")
}

// TestAttack02WrongKind: what is done to one kind is not done to another that is named in its place.
func TestAttack02WrongKind(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	incident, meeting := s.make("ama", "incident", green), s.make("esi", "meeting", green)
	_, err := s.Update(ctx, s.as("ama"), incident.ID, incident.Version, app.Draft{Kind: "commitment", Sharing: green, Body: sample("commitment", "x", 0)})
	s.refused("an incident as a commitment", err, app.NotFound, "error.not-found")
	_, err = s.Step(ctx, s.as("ama"), incident.ID, incident.Version, "publish", "x")
	s.refused("a step of another kind", err, app.Conflict, "error.step")
	if err := s.Answer(ctx, s.as("fatu"), incident.ID, "accepted", ""); err == nil {
		t.Error("an incident is answered like an invitation")
	}
	if _, err := s.TakeUp(ctx, s.as("fatu"), incident.ID, 1); err == nil {
		t.Error("a decision of an incident is taken up")
	}
	if err := s.Acknowledge(ctx, s.as("fatu"), meeting.ID, ""); app.CodeOf(err) != app.NotFound {
		t.Errorf("a meeting is acknowledged like an alert: %v", err)
	}
	for _, kind := range []string{"signal", "report-issue", "nothing", ""} {
		if _, err := s.Create(ctx, s.as("ama"), app.Draft{Kind: kind, Sharing: clear, Body: []byte(`{}`)}); app.CodeOf(err) != app.NotFound {
			t.Errorf("a %q is made by hand: %v", kind, err)
		}
	}
	p, _ := profile.Get("template-commitment")
	text := "name.en\r\nx\r\n"
	if _, err := s.Import(ctx, s.as("ama"), app.ImportRequest{Kind: "incident", Profile: p, File: strings.NewReader(text), Size: int64(len(text))}); app.CodeOf(err) != app.Invalid {
		t.Errorf("a profile of another kind: %v", err)
	}
}

// TestAttack03ImportsOverwriteNothingHidden: a row with the key of a record that the importer does not see makes a record
// of its own, as if that key were free; what is RED does not go into what more people see; what is withdrawn or locked
// stays as it is.
func TestAttack03ImportsOverwriteNothingHidden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s, ctx := newStage(t, address), context.Background()
		row := func(text string) string { return "K1,seizure,2024-05-01,GH," + text + "\r\n" }
		only := func(who string) []*app.Shown {
			t.Helper()
			l, err := s.List(ctx, s.as(who), app.Query{Kind: "incident"})
			if err != nil {
				t.Fatal(err)
			}
			return l.Records
		}
		if r := s.take("kofi", row("zqred"), record.Red); r.Accepted != 1 {
			t.Fatalf("%+v", r)
		}
		for i, want := range []app.ImportReport{{Rows: 1, Accepted: 1}, {Rows: 1, Unchanged: 1}} { // the same row: not "unchanged" the first time
			if r := s.take("ama", row("zqred"), record.Green); r.Accepted != want.Accepted || r.Unchanged != want.Unchanged {
				t.Errorf("ama, time %d: %+v", i+1, r)
			}
		}
		if r := s.take("ama", row("zqchanged"), record.Green); r.Accepted != 1 {
			t.Errorf("%+v", r)
		}
		if seen := only("fatu"); len(seen) != 1 || !strings.Contains(string(seen[0].Body), "zqchanged") {
			t.Errorf("fatu sees %d", len(seen))
		}
		if r := s.take("kofi", row("zqsecond"), record.Red); r.Accepted != 1 {
			t.Errorf("%+v", r)
		}
		for who, want := range map[string]string{"kofi": "zqchanged zqsecond", "fatu": "zqchanged", "ama": "zqchanged"} {
			var got []string
			for _, x := range only(who) {
				for _, w := range []string{"zqred", "zqsecond", "zqchanged"} {
					if strings.Contains(string(x.Body), w) {
						got = append(got, w)
					}
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s sees %v, want %s", who, got, want)
			}
		}
		open := only("fatu")[0]
		narrowed, err := s.Update(ctx, s.as("ama"), open.ID, open.Version, app.Draft{Sharing: record.Sharing{TLP: record.Red}, Body: open.Body})
		if err != nil {
			t.Fatal(err)
		}
		if r := s.take("esi", row("zqthird"), record.Green); r.Accepted != 1 {
			t.Errorf("%+v", r)
		}
		if now, err := s.Get(ctx, s.as("ama"), narrowed.ID); err != nil || now.Version != narrowed.Version {
			t.Errorf("an import of a colleague changed what he does not see: %v, %v", now, err)
		}
		third := only("fatu")[0]
		if _, err := s.Retract(ctx, s.as("esi"), third.ID, third.Version, "x"); err != nil {
			t.Fatal(err)
		}
		if r := s.take("esi", row("zqfourth"), record.Green); r.Rejected != 1 || r.Errors[0].Problem != "error.retracted" {
			t.Errorf("an import into what was withdrawn: %+v", r)
		}
	})
}

// TestAttack03LinksAreNoReach: a link or an audience names no record, person or organisation that one does not see, and
// reaches none.
func TestAttack03LinksAreNoReach(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	hidden := s.make("kofi", "initiative", record.Sharing{TLP: record.Red})
	for what, id := range map[string]string{"hidden": hidden.ID, "none": "01ARZ3NDEKTSV4RRFFQ69G5FAV"} {
		for _, rule := range []record.Sharing{green, {TLP: record.Red}, amber} {
			for _, kind := range []string{"interest", "incident"} {
				_, err := s.Create(ctx, s.as("fatu"), app.Draft{Kind: kind, Sharing: rule, Links: []record.Link{{Relation: record.PartOf, To: id}}, Body: []byte(`{"country":"SL"}`)})
				s.refused(fmt.Sprint(what, rule, kind), err, app.NotFound, "error.link")
			}
		}
	}
	org := s.make("kofi", "organisation", record.Sharing{TLP: record.Red})
	for _, id := range []string{org.ID, "01ARZ3NDEKTSV4RRFFQ69G5FAV", hidden.ID} {
		_, err := s.Create(ctx, s.as("fatu"), app.Draft{Kind: "topic", Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Organisation: id}}}, Body: sample("topic", "x", 0)})
		s.refused("an organisation that one does not see", err, app.Invalid, "problem.organisation")
	}
	var many []record.Link
	for range record.MaxLinks + 1 {
		many = append(many, record.Link{Relation: record.SameAs, To: hidden.ID})
	}
	_, err := s.Create(ctx, s.as("kofi"), app.Draft{Kind: "incident", Sharing: green, Links: many, Body: sample("incident", "x", 0)})
	s.refused("more links than there may be", err, app.Invalid, "problem.many")
}

// TestAttack04HiddenLinksTakeNoPlaces: records that somebody does not see, linked to one that he sees, leave what he sees
// of its neighbours and its story as they were, however many they are.
func TestAttack04HiddenLinksTakeNoPlaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s, ctx := newStage(t, address), context.Background()
		centre := s.make("ama", "incident", clear)
		seen := s.make("fatu", "incident", clear, to(record.SameAs, centre))
		for range 205 {
			s.make("kofi", "topic", record.Sharing{TLP: record.Red}, to(record.SameAs, centre))
		}
		for _, who := range []string{"public", "fatu", "ama"} {
			x, err := s.Get(ctx, s.as(who), centre.ID)
			if err != nil {
				t.Fatal(err)
			}
			related, err := s.Related(ctx, s.as(who), x)
			if err != nil || len(related) != 1 || related[0].ID != seen.ID {
				t.Errorf("%s sees %d neighbours, %v", who, len(related), err)
			}
			if story, err := s.Story(ctx, s.as(who), centre.ID); err != nil || len(story.Nodes) != 2 || story.More {
				t.Errorf("%s: a story of %d, more %v, %v", who, len(story.Nodes), story.More, err)
			}
		}
	})
}

// TestAttack04UniqueTellsNothing: what an owner may have once is counted among what one sees: a colleague's RED one does
// not show by a refusal.
func TestAttack04UniqueTellsNothing(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	d := app.Draft{Kind: "contribution", Sharing: record.Sharing{TLP: record.Red}, Body: with("contribution", `"identifier":"A-1"`)}
	s.write("kofi", d)
	d.Sharing = clear
	s.write("ama", d)
	_, err := s.Create(ctx, s.as("ama"), d)
	s.refused("one's own twice", err, app.Conflict, "error.unique")
}

// TestAttack04UnknownNames: names that the catalogue does not know are shown and counted from what the curator sees.
func TestAttack04UnknownNames(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	curator, err := s.SavePerson(ctx, app.Operator, coalition.Person{Email: "cur@example.org", Name: "cur", Participant: "NZ", Duties: []coalition.Duty{coalition.Curator}, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Register(ctx, app.Operator, coalition.Registration{Person: curator.ID, Group: "wg1", Section: coalition.East, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	v, err := s.ViewerByID(ctx, curator.ID)
	if err != nil {
		t.Fatal(err)
	}
	sight := func(who string, rule record.Sharing) {
		t.Helper()
		r := s.make(who, "incident", rule)
		seen := 0
		if rule.TLP == record.Green {
			seen = 1
		}
		if err := s.Store().Write(ctx, func(t *store.Tx) error {
			return t.AddUnknown(ctx, store.UnknownName{Name: "zqname", Seen: seen, Owner: r.Owner, Record: r.ID})
		}); err != nil {
			t.Fatal(err)
		}
	}
	names := func() []store.UnknownName {
		t.Helper()
		list, err := s.Unknowns(ctx, v, 100)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	sight("ama", amber)
	sight("ama", amber)
	if list := names(); len(list) > 0 {
		t.Errorf("the curator of another country reads %v", list)
	}
	s.refused("to close a name that is hidden", s.ResolveUnknown(ctx, v, "zqname", ""), app.NotFound, "error.not-found")
	s.refused("to close a name that is none", s.ResolveUnknown(ctx, v, "zqnothing", ""), app.NotFound, "error.not-found")
	sight("fatu", green)
	if list := names(); len(list) != 1 || list[0].Seen != 1 || list[0].Owner != "SL" {
		t.Errorf("of three sightings, one of them in the open, the curator reads %+v", list)
	}
}

// TestAttack05OldVersions: an old version that was narrower shows neither its content nor what was said of it.
func TestAttack05OldVersions(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.write("ama", app.Draft{Kind: "incident", Sharing: amber, Body: sample("incident", "zqnarrow", 0)})
	if err := s.Comment(ctx, s.as("ama"), r.ID, "zqnarrow said"); err != nil {
		t.Fatal(err)
	}
	s.at = s.at.Add(time.Second)
	r, err := s.Update(ctx, s.as("ama"), r.ID, r.Version, app.Draft{Sharing: clear, Body: sample("incident", "zqwide", 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"public", "fatu", "pia"} {
		past, err := s.History(ctx, s.as(who), r.ID)
		if err != nil || len(past) != 2 || past[0].Record == nil || past[1].Record != nil {
			t.Errorf("%s reads the narrower version: %+v, %v", who, past, err)
		}
		if said, err := s.Comments(ctx, s.as(who), r.ID); err != nil || len(said) > 0 {
			t.Errorf("%s reads what was said of it: %v, %v", who, said, err)
		}
		if l, err := s.Search(ctx, s.as(who), "zqnarrow", "", 10); err != nil || len(l.Records) > 0 {
			t.Errorf("%s finds it by its old words: %v", who, err)
		}
	}
}

// TestAttack06Groups: an audience without anybody, of a group that does not exist or of a group without members is the
// owner's alone, and no label says "all" in other words.
func TestAttack06Groups(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	for what, rule := range map[string]record.Sharing{"nobody": amber, "an empty group": {TLP: record.Amber, Audience: []record.Clause{{Group: "swg1.1"}}}, "an empty section": {TLP: record.AmberStrict, Audience: []record.Clause{{Participant: "FR"}}}} {
		r := s.make("ama", "incident", rule)
		for _, who := range []string{"public", "fatu", "mere", "pia", "urs", "sol"} {
			if s.sees(who, r) {
				t.Errorf("%s: %s sees it", what, who)
			}
		}
		if !s.sees("kofi", r) {
			t.Errorf("%s: its owner does not see it", what)
		}
	}
	for key, c := range map[string]record.Clause{"problem.group": {Group: "*"}, "problem.participant": {Participant: "all"}, "problem.sharing.clause": {}} {
		_, err := s.Create(ctx, s.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{c}}, Body: sample("incident", "x", 0)})
		if app.CodeOf(err) != app.Invalid {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, err := s.Create(ctx, s.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: "ALL"}, Body: sample("incident", "x", 0)})
	if app.CodeOf(err) != app.Invalid {
		t.Errorf("a label that is none: %v", err)
	}
}

// TestAttack09RunningExport: an export of somebody whose registration ends while it runs is broken off, and so is one of
// somebody who is disabled.
func TestAttack09RunningExport(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	rows := strings.Builder{}
	for i := range 2*app.MaxPage + 50 {
		fmt.Fprintf(&rows, "K%d,seizure,2024-05-01,GH,x\r\n", i)
	}
	if r := s.take("ama", rows.String(), record.Green); r.Accepted != 2*app.MaxPage+50 {
		t.Fatalf("%+v", r)
	}
	for who, end := range map[string]func(app.Member){
		"fatu": func(m app.Member) {
			for _, g := range m.Registrations {
				ended := *g
				ended.To = time.Now().Add(-time.Second)
				if _, err := s.Register(ctx, app.Operator, ended); err != nil {
					t.Fatal(err)
				}
			}
		},
		"mere": func(m app.Member) {
			gone := *m.Person
			gone.Active = false
			if _, err := s.SavePerson(ctx, app.Operator, gone); err != nil {
				t.Fatal(err)
			}
		},
	} {
		n, v := 0, s.as(who)
		err := s.Each(ctx, v, app.Query{Kind: "incident"}, func(*app.Shown) error {
			if n++; n == 10 {
				end(s.people[who])
			}
			return nil
		})
		if app.CodeOf(err) != app.Unauthenticated || n > app.MaxPage {
			t.Errorf("%s: %d rows, then %v", who, n, err)
		}
	}
}

// TestAttack33NoticeStorm: one alert that is changed in a loop tells everybody once.
func TestAttack33NoticeStorm(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.make("ama", "topic", green)
	alert := s.step("kofi", s.make("ama", "alert", green), "clear", "issue")
	count := func(who string) int {
		t.Helper()
		told, err := s.Told(ctx, s.as(who), 1000)
		if err != nil {
			t.Fatal(err)
		}
		return len(told)
	}
	before := count("fatu")
	for i := range 60 {
		var err error
		if r, err = s.Update(ctx, s.as("ama"), r.ID, r.Version, app.Draft{Sharing: green, Title: r.Title, Body: sample("topic", fmt.Sprint("x", i), 0)}); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 { // narrowed and widened again
			_ = second(s.Update(ctx, s.as("ama"), r.ID, r.Version, app.Draft{Sharing: amber, Title: r.Title, Body: r.Body}))
			if now, err := s.Get(ctx, s.as("ama"), r.ID); err == nil {
				r = now.Record
			}
		}
		if _, err := s.Step(ctx, s.as("kofi"), alert.ID, alert.Version, "issue", ""); err == nil {
			t.Fatal("an alert is issued twice")
		}
	}
	if now := count("fatu"); now != before {
		t.Errorf("fatu was told %d times more of what is changed in a loop", now-before)
	}
	letters, err := s.Store().Read().MailAbout(ctx, alert.ID)
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]int{}
	for _, m := range letters {
		people[m.Person+m.Reason]++
	}
	for who, n := range people {
		if n > 1 {
			t.Errorf("%s gets %d letters of one alert", who, n)
		}
	}
}

package app_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// burdenOf judges a sitting by every quarter of an hour of it on a member's own clock.
func burdenOf(at time.Time, minutes int, loc *time.Location) (worst float64) {
	for m := 0; m < minutes; m += 15 {
		switch h := at.Add(time.Duration(m) * time.Minute).In(loc).Hour(); {
		case h >= 22 || h < 6:
			return 3
		case h < 8 || h >= 18:
			worst = 1
		}
	}
	return worst
}

// crowd enrols people of many zones into every Line of Action, some zones with many people and some with one, and as many
// of Portugal as of New Zealand into a network. It returns how many are in which zone, by group.
func crowd(t *testing.T, a *app.App) map[string]map[string]int {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 12))
	out := map[string]map[string]int{}
	var list []app.Enrolment
	join := func(group, country string, n int) {
		p, _ := a.Directory().Participant(country)
		for range n {
			x := coalition.Person{Email: fmt.Sprintf("p%d@example.org", len(list)), Name: "x", Participant: p.Code, Zone: []string{"", "UTC", p.Zone}[rng.IntN(3)], Active: true}
			list = append(list, app.Enrolment{Person: x, Registrations: []coalition.Registration{{Group: group, Section: "west", Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}})
			if out[group] == nil {
				out[group] = map[string]int{}
			}
			out[group][p.Zone]++
		}
	}
	states := []string{"GH", "NZ", "US", "JP", "IN", "BR", "FR", "AU", "CL", "KE", "MX", "TH", "NP", "CA", "EG", "FJ"}
	for _, g := range a.Directory().GroupsOf(coalition.LineOfAction) {
		for range 2 + rng.IntN(5) {
			join(g.ID, states[rng.IntN(len(states))], 1+rng.IntN(3)*rng.IntN(9))
		}
	}
	join("icati", "PT", 4)
	join("icati", "NZ", 4)
	if _, err := a.Enrol(context.Background(), app.Operator, list); err != nil {
		t.Fatal(err)
	}
	return out
}

// borne returns what each zone's members bear of sittings.
func borne(zones map[string]int, minutes int, times []time.Time) map[string]float64 {
	out := map[string]float64{}
	for z := range zones {
		loc, err := time.LoadLocation(z)
		if err != nil {
			panic(err)
		}
		for _, at := range times {
			out[z] += burdenOf(at, minutes, loc)
		}
	}
	return out
}

func most(m map[string]float64) (w float64) {
	for _, x := range m {
		w = max(w, x)
	}
	return w
}

// TestPlanner: a plan is the same whenever it is asked for, says truly how its hours fall on the members, shares them
// between the ends of the world, and burdens nobody more than always meeting at the same hour would burden somebody.
func TestPlanner(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx, zones := context.Background(), crowd(t, w.App)
	groups := slices.Sorted(maps.Keys(zones))
	plan := func(t *rapid.T) (p app.Plan, slots []app.Slot, times []time.Time, start time.Time) {
		p = app.Plan{Topic: rapid.SampledFrom(groups).Draw(t, "group"), Meetings: rapid.IntRange(1, 26).Draw(t, "meetings"), Every: rapid.IntRange(1, 8).Draw(t, "every"),
			Minutes: rapid.SampledFrom([]int{5, 60, 90, 240, 480}).Draw(t, "minutes"), From: record.DateOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 700).Draw(t, "from")))}
		start, _ = p.From.Time()
		slots, total, err := w.ProposeSlots(ctx, w.as("ama"), p)
		again, total2, err2 := w.ProposeSlots(ctx, app.Operator, p)
		if err != nil || err2 != nil || len(slots) != p.Meetings || !reflect.DeepEqual(slots, again) || !reflect.DeepEqual(total, total2) {
			t.Fatalf("the same plan gives something else: %v, %v", err, err2)
		}
		for _, x := range slots {
			times = append(times, x.At)
		}
		return p, slots, times, start
	}
	t.Run("truth", rapid.MakeCheck(func(t *rapid.T) {
		p, slots, times, start := plan(t)
		for i, x := range slots {
			want, seen, members := 0.0, 0, 0
			for z, b := range borne(zones[p.Topic], p.Minutes, times[i:i+1]) {
				want, members = want+float64(zones[p.Topic][z])*b, members+zones[p.Topic][z]
			}
			for _, y := range append(slices.Clone(x.Night), x.Edge...) {
				seen += y.Members
				if loc, err := time.LoadLocation(y.Zone); err != nil || x.At.In(loc).Format("15:04") != y.Local || zones[p.Topic][y.Zone] != y.Members {
					t.Fatalf("%+v of %v at %s: %v", y, zones[p.Topic], x.At, err)
				}
			}
			week := start.AddDate(0, 0, 7*p.Every*i)
			if x.Burden != want || seen+x.Working != members || x.At.Before(week) || !x.At.Before(week.AddDate(0, 0, 7)) || x.At.Weekday() < time.Tuesday || x.At.Weekday() > time.Thursday || !x.At.Equal(x.At.Truncate(time.Hour)) {
				t.Fatalf("%+v: want a burden of %v on %d, in the week of %s", x, want, members, week)
			}
		}
		if b := borne(zones["icati"], p.Minutes, times); p.Topic == "icati" && max(b["Europe/Lisbon"], b["Pacific/Auckland"])-min(b["Europe/Lisbon"], b["Pacific/Auckland"]) > 3 {
			t.Fatalf("two of the same size bear %v", b)
		}
	}))
	t.Run("never worse than one hour", rapid.MakeCheck(func(t *rapid.T) {
		p, _, times, start := plan(t)
		got := most(borne(zones[p.Topic], p.Minutes, times))
		for d := range 7 {
			for h := range 24 {
				same := make([]time.Time, p.Meetings)
				for i := range same {
					same[i] = start.AddDate(0, 0, d+7*p.Every*i).Add(time.Duration(h) * time.Hour)
				}
				if wd := same[0].Weekday(); wd >= time.Tuesday && wd <= time.Thursday && most(borne(zones[p.Topic], p.Minutes, same)) < got {
					t.Fatalf("%v: somebody bears %v, and nobody more than %v if it is always %s", zones[p.Topic], got, most(borne(zones[p.Topic], p.Minutes, same)), same[0].Format("Mon 15:04"))
				}
			}
		}
	}))
	good := app.Plan{Topic: "l5", From: "2026-01-05", Meetings: 4, Every: 2, Minutes: 60}
	for name, c := range map[string]struct {
		change func(*app.Plan)
		want   string
	}{
		"no group": {func(p *app.Plan) { p.Topic = "l99" }, "problem.group"}, "a month": {func(p *app.Plan) { p.From = "2026-01" }, "problem.day"}, "no day": {func(p *app.Plan) { p.From = "2026-02-30" }, "problem.day"},
		"none": {func(p *app.Plan) { p.Meetings = 0 }, "problem.least"}, "too many": {func(p *app.Plan) { p.Meetings = 53 }, "problem.most"}, "never": {func(p *app.Plan) { p.Every = 0 }, "problem.least"},
		"half a year": {func(p *app.Plan) { p.Every = 27 }, "problem.most"}, "short": {func(p *app.Plan) { p.Minutes = 4 }, "problem.least"}, "long": {func(p *app.Plan) { p.Minutes = 481 }, "problem.most"},
		"an eighth day": {func(p *app.Plan) { p.Weekdays = []time.Weekday{7} }, "problem.option"},
	} {
		p := good
		c.change(&p)
		if problems := w.CheckPlan(p); len(problems) != 1 || problems[0].Key != c.want {
			t.Errorf("%s: %v, want %s", name, problems, c.want)
		}
		if _, _, err := w.ProposeSlots(ctx, app.Operator, p); app.CodeOf(err) != app.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := w.ProposeSlots(ctx, app.Public, good); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("the public plans: %v", err)
	}
	if _, _, err := w.ProposeSlots(ctx, w.as("urs"), good); app.CodeOf(err) != app.Forbidden {
		t.Errorf("who is not registered plans: %v", err)
	}
	good.Topic = "medd"
	if _, _, err := w.ProposeSlots(ctx, app.Operator, good); app.CodeOf(err) != app.Conflict {
		t.Errorf("a group without members: %v", err)
	}
}

// meeting makes a meeting of the whole group 1.2 with further fields.
func (s *stage) meeting(rule record.Sharing, more string) *record.Record {
	s.t.Helper()
	return s.step("esi", s.write("esi", app.Draft{Kind: "meeting", Sharing: rule, Body: with("meeting", more)}), "plan")
}

// TestEntries: a calendar has an entry for every sitting, at the instant at which it begins, in every span that it touches;
// none for a meeting of which only the month is known; and a cancelled one stays, marked.
func TestEntries(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	days := s.meeting(green, `"date":"2029-03-24","end":"2029-03-27","time":"09:00","zone":"Europe/Berlin"`) // clocks change on the 25th
	whole := s.meeting(green, `"date":"2029-04-10","end":"2029-04-12","time":""`)
	month := s.meeting(green, `"date":"2029-04","time":""`)
	off := s.step("esi", s.meeting(green, `"date":"2029-04-20"`), "call-off")
	gone := s.meeting(green, `"date":"2029-04-21"`)
	if _, err := s.Retract(ctx, s.as("esi"), gone.ID, gone.Version, "x"); err != nil {
		t.Fatal(err)
	}
	list := func(from, to record.Date) (at map[string][]string, n int) {
		xs, err := s.Meetings(ctx, s.as("mere"), from, to, "swg1.2")
		if err != nil {
			t.Fatal(err)
		}
		at = map[string][]string{}
		for _, e := range s.Entries(xs, "en", "https://example.org/") {
			id := strings.TrimPrefix(e.URL, "https://example.org/r/")
			for d := range max(1, e.Days) {
				at[id] = append(at[id], e.Begin.UTC().AddDate(0, 0, d).Format("2006-01-02 15:04"))
			}
			if e.Cancelled != (id == off.ID) || e.Day != (id == whole.ID) || id == whole.ID && e.End.Format("01-02") != "04-12" || id != whole.ID && e.End.Sub(e.Begin) != time.Hour || !strings.HasPrefix(e.UID, id) {
				t.Errorf("%+v", e)
			}
		}
		return at, len(xs)
	}
	at, n := list("2029-03-01", "2029-05-31")
	want := map[string][]string{days.ID: {"2029-03-24 08:00", "2029-03-25 07:00", "2029-03-26 07:00", "2029-03-27 07:00"}, whole.ID: {"2029-04-10 00:00"}, off.ID: {"2029-04-20 10:00"}}
	if !reflect.DeepEqual(at, want) || n != 4 || at[month.ID] != nil {
		t.Errorf("%d meetings with the entries %v, want %v", n, at, want)
	}
	for _, span := range [][2]record.Date{{"2029-03-26", "2029-03-30"}, {"2029-03-25", "2029-03-25"}} {
		if at, _ := list(span[0], span[1]); len(at[days.ID]) == 0 {
			t.Errorf("what began before %s and lasts into it is not in the calendar", span[0])
		}
	}
	s.refused("where to join, on a public record", second(s.Create(ctx, s.as("esi"), app.Draft{Kind: "meeting", Sharing: clear, Body: with("meeting", `"join":"https://example.org/j"`)})), app.Invalid, "problem.join")
}

// TestFeeds: a secret address shows its person's meetings as he may see them now, until he asks for another or has no account.
func TestFeeds(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	s.meeting(green, "\"date\":\"2029-04-20\"")
	s.meeting(record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: "swg1.2/east"}}}, `"date":"2029-04-21"`)
	s.meeting(clear, `"date":"2029-04-22"`)
	feed := func(who string) string {
		secret, err := s.NewFeed(ctx, s.as(who))
		if err != nil || len(secret) < 32 {
			t.Fatal(secret, err)
		}
		return secret
	}
	shows := func(secret, who string, want int) {
		t.Helper()
		v, err := s.FeedViewer(ctx, secret)
		if err != nil {
			t.Fatal(err)
		}
		xs, err := s.Meetings(ctx, v, "2029-01-01", "2029-12-31", "")
		if err != nil || len(xs) != want || v.Person.Name != who {
			t.Errorf("the feed of %s, for %s, shows %d meetings: %v", who, v.Person.Name, len(xs), err)
		}
	}
	dead := func(what, secret string) {
		t.Helper()
		v, err := s.FeedViewer(ctx, secret)
		if s.refused(what, err, app.NotFound, "error.not-found"); v.SignedIn() {
			t.Errorf("%s is of %s", what, v.Person.Name)
		}
	}
	s.refused("the public's", second(s.NewFeed(ctx, app.Public)), app.Unauthenticated, "error.unauthenticated")
	dead("no secret", "")
	old := feed("mere")
	mere, fatu, urs, pia := feed("mere"), feed("fatu"), feed("urs"), feed("pia")
	dead("the one before", old)
	shows(mere, "mere", 3)
	shows(fatu, "fatu", 2)
	shows(urs, "urs", 1)
	shows(pia, "pia", 1)
	members, err := s.People(ctx, app.Operator, "NZ")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		ended := *m.Registrations[0]
		ended.To = time.Now().Add(-time.Second)
		if _, err := s.Register(ctx, app.Operator, ended); err != nil {
			t.Fatal(err)
		}
	}
	shows(mere, "mere", 1)
	x := *s.as("fatu").Person
	x.Active = false
	if _, err := s.SavePerson(ctx, app.Operator, x); err != nil {
		t.Fatal(err)
	}
	dead("a closed account's", fatu)
	org, err := s.Get(ctx, app.Operator, s.org)
	if err != nil {
		t.Fatal(err)
	}
	s.step("sol", org.Record, "suspend")
	dead("a suspended partner's", pia)
}

// TestTakingUp: the participant that a decision names makes an action of it, also when it is late.
func TestTakingUp(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.meeting(green, `"decisions":[{"title":"now","of":"SL","due":"2099-01-01"},{"title":"late","of":"SL","due":"2024-06-01"},{"title":"some day","of":"GH"}]`)
	s.refused("another's decision", second(s.TakeUp(ctx, s.as("mere"), r.ID, 1)), app.Forbidden, "error.owner")
	for _, n := range []int{-1, 0, 4} {
		s.refused("no decision", second(s.TakeUp(ctx, s.as("fatu"), r.ID, n)), app.NotFound, "error.not-found")
	}
	for n, who := range map[int]string{1: "fatu", 2: "sahr", 3: "kofi"} {
		x, err := s.TakeUp(ctx, s.as(who), r.ID, n)
		if err != nil || !slices.Equal(x.Links, []record.Link{to(record.Answers, r)}) || x.Owner != s.people[who].Participant || !slices.Contains(x.Topics, "swg1.2") || !s.sees("mere", x) {
			t.Errorf("the decision %d becomes %+v, %v", n, x, err)
		}
	}
}

// TestConsultations: the participants answer a consultation until its last day, by their officials, and what is agreed is
// agreed by two persons and stays as it is.
func TestConsultations(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	last := s.at.UTC().AddDate(0, 0, 1).Format("2006-01-02")
	r := s.write("ama", app.Draft{Kind: "recommendation", Sharing: clear, Body: with("recommendation", `"text":{"en":"one\n\ntwo"}`)})
	step := func(who, step string) error { return second(s.Step(ctx, s.as(who), r.ID, r.Version, step, "x")) }
	s.refused("answering before it asks", s.Answer(ctx, s.as("kofi"), r.ID, "support", ""), app.Conflict, "error.asks-nothing")
	s.refused("consulting without a last day", step("esi", "consult"), app.Invalid, "problem.deadline")
	s.refused("consulting without the chair", step("ama", "consult"), app.Forbidden, "error.owner")
	r, err := s.put("esi", r, with("recommendation", `"text":{"en":"one\n\ntwo"},"until":"`+last+`"`))
	if err != nil {
		t.Fatal(err)
	}
	if r = s.step("esi", r, "consult"); !s.told("mere", r, "consult") || s.told("fatu", r, "consult") {
		t.Error("not exactly the group is told of a consultation")
	}
	s.refused("no such answer", s.Answer(ctx, s.as("kofi"), r.ID, "fly", ""), app.Invalid, "problem.option")
	for _, a := range [][2]string{{"ama", "support"}, {"ama", "concerns"}, {"mere", "support"}} {
		if err := s.Answer(ctx, s.as(a[0]), r.ID, a[1], "secret of "+a[0]); err != nil {
			t.Fatal(err)
		}
	}
	for who, want := range map[string]int{"esi": 2, "public": 0, "pia": 0} { // what officials said with their names is no matter of the public's
		x, err := s.Get(ctx, s.as(who), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := s.Asked(ctx, s.as(who), x); err != nil || len(a.Replies) != want || a.By["support"] != 1 || a.By["concerns"] != 1 {
			t.Errorf("%s is shown %d answers, %v, %v", who, len(a.Replies), a.By, err)
		}
	}
	for what, who := range map[string]string{"who is not registered": "urs", "a partner": "pia", "the public": "public"} {
		if err := s.Answer(ctx, s.as(who), r.ID, "support", ""); app.CodeOf(err) != app.Forbidden && app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("%s takes a position of a participant: %v", what, err)
		}
	}
	for _, anchor := range []string{"0", "3", "x", "-1", "1 en", strings.Repeat("1", 99)} {
		s.refused("no paragraph: "+anchor, s.CommentOn(ctx, s.as("mere"), r.ID, anchor, "x"), app.Invalid, "problem.paragraph")
	}
	for _, anchor := range []string{"1", "2", ""} {
		if err := s.CommentOn(ctx, s.as("mere"), r.ID, anchor, "x"); err != nil {
			t.Error(err)
		}
	}
	s.refused("a paragraph of what has none", s.CommentOn(ctx, s.as("mere"), s.make("ama", "topic", clear).ID, strings.Repeat("x", 1000), "x"), app.Invalid, "problem.paragraph")
	s.at = s.at.AddDate(0, 0, 2)
	s.refused("answering too late", s.Answer(ctx, s.as("kofi"), r.ID, "support", ""), app.Conflict, "error.deadline")
	s.refused("commenting too late", s.CommentOn(ctx, s.as("mere"), r.ID, "1", "x"), app.Conflict, "error.deadline")
	if err := s.Comment(ctx, s.as("mere"), r.ID, "x"); err != nil {
		t.Errorf("the discussion goes on: %v", err)
	}
	if err := s.Propose(ctx, s.as("mere"), r.ID, "x", with("recommendation", `"until":"`+last+`"`)); err != nil {
		t.Fatal(err)
	}
	s.refused("agreeing alone", step("esi", "agree"), app.Forbidden, "error.second")
	r = s.step("kojo", r, "agree")
	s.refused("changing what is agreed", second(s.put("esi", r, r.Body)), app.Conflict, "error.locked")
	s.refused("redrafting what is agreed", step("esi", "redraft"), app.Conflict, "error.step")
	proposals, err := s.Proposals(ctx, s.as("ama"), r.ID)
	if err != nil || len(proposals) != 1 {
		t.Fatal(proposals, err)
	}
	if err := s.Decide(ctx, s.as("ama"), r.ID, proposals[0].ID, true); app.CodeOf(err) != app.Conflict {
		t.Errorf("a proposal changes what is agreed: %v", err)
	}
	s.refused("a file for what is agreed", second(s.Attach(ctx, s.as("ama"), r.ID, r.Version, "x.txt", []byte("x"))), app.Conflict, "error.locked")
}

// TestSections: a section's chairs and members answer for it and for the whole group, and not for the other section.
func TestSections(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	advice := func(more string) app.Draft {
		return app.Draft{Kind: "recommendation", Sharing: green, Body: with("recommendation", `"until":"2099-01-01"`+more)}
	}
	west, all, moved := s.write("ama", advice(`,"group":"swg1.2/west"`)), s.write("ama", advice("")), s.write("ama", advice(""))
	s.refused("another group's member", second(s.Create(ctx, s.as("fatu"), advice(""))), app.Forbidden, "error.group")
	s.refused("the other section's member", second(s.Create(ctx, s.as("mere"), advice(`,"group":"swg1.2/west"`))), app.Forbidden, "error.group")
	s.refused("into another group", second(s.put("ama", moved, advice(`,"group":"swg3.3"`).Body)), app.Forbidden, "error.group")
	if all = s.step("kia", all, "consult"); !s.told("sahr", all, "consult") {
		t.Error("the group is not told")
	}
	if _, err := s.Update(ctx, s.as("ama"), all.ID, all.Version, app.Draft{Sharing: amber, Body: all.Body}); err != nil || s.told("sahr", all, "") {
		t.Errorf("what he was told of and sees no more is still before him: %v", err)
	}
	if west = s.step("esi", west, "consult"); !s.told("sahr", west, "consult") || s.told("mere", west, "consult") {
		t.Error("not exactly the section is told")
	}
	s.refused("the other section's chair", second(s.Step(ctx, s.as("kia"), west.ID, west.Version, "agree", "")), app.Forbidden, "error.owner")
}

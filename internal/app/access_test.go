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
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// world is an App with people of every kind.
type world struct {
	*app.App
	t  *testing.T
	id map[string]string // person's id by name
}

// cast are the people: name → participant, sectors, groups, duties.
var cast = []struct {
	name, participant string
	sectors           []coalition.Sector
	groups            []string
	duties            []coalition.Duty
}{
	{"ama", "GH", []coalition.Sector{coalition.Customs}, []string{"swg1.2/west"}, nil},
	{"kofi", "GH", []coalition.Sector{coalition.Health}, []string{"wg3/west"}, []coalition.Duty{coalition.FocalPoint, coalition.Analyst}},
	{"fatu", "SL", []coalition.Sector{coalition.Health}, []string{"swg2.1/west"}, nil},
	{"sahr", "SL", []coalition.Sector{coalition.Customs}, []string{"swg1.2/west"}, nil},
	{"mere", "NZ", []coalition.Sector{coalition.LawEnforcement}, []string{"swg1.2/east"}, nil},
	{"urs", "CH", []coalition.Sector{coalition.Policy}, nil, nil}, // not registered
}

func newWorld(t *testing.T, address string, options ...app.Option) *world {
	t.Helper()
	a, err := app.Open(context.Background(), address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{App: a, t: t, id: map[string]string{}}
	var list []app.Enrolment
	for _, c := range cast {
		e := app.Enrolment{Person: coalition.Person{Email: c.name + "@example.org", Name: c.name, Participant: c.participant, Sectors: c.sectors, Duties: c.duties, Zone: "UTC", Active: true}}
		for _, g := range c.groups {
			group, section, _ := strings.Cut(g, "/")
			e.Registrations = append(e.Registrations, coalition.Registration{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)})
		}
		list = append(list, e)
	}
	ids, err := a.Enrol(context.Background(), app.Operator, list)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cast {
		w.id[c.name] = ids[i]
	}
	return w
}

func (w *world) as(name string) app.Viewer {
	w.t.Helper()
	if name == "public" {
		return app.Public
	}
	v, err := w.ViewerByID(context.Background(), w.id[name])
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// TestWhoSeesWhat is the table of the sharing rule over every way of reading, on both engines.
func TestWhoSeesWhat(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld(t, address)
		clause := func(c record.Clause) []record.Clause { return []record.Clause{c} }
		for name, c := range map[string]struct {
			sharing record.Sharing
			private bool
			sees    string
		}{
			"clear":            {record.Sharing{TLP: record.Clear}, false, "public ama kofi fatu sahr mere urs"},
			"green":            {record.Sharing{TLP: record.Green}, false, "ama kofi fatu sahr mere"},
			"amber, nobody":    {record.Sharing{TLP: record.Amber}, false, "ama kofi"},
			"amber, a country": {record.Sharing{TLP: record.Amber, Audience: clause(record.Clause{Participant: "SL"})}, false, "ama kofi fatu sahr"},
			"amber, a sector":  {record.Sharing{TLP: record.Amber, Audience: clause(record.Clause{Participant: "SL", Sectors: []string{"customs"}})}, false, "ama kofi sahr"},
			"amber, a group":   {record.Sharing{TLP: record.Amber, Audience: clause(record.Clause{Group: "swg1.2"})}, false, "ama kofi sahr mere"},
			"amber, a section": {record.Sharing{TLP: record.Amber, Audience: clause(record.Clause{Group: "swg1.2/east"})}, false, "ama kofi mere"},
			"strict":           {record.Sharing{TLP: record.AmberStrict, Audience: clause(record.Clause{Participant: "NZ"})}, false, "ama kofi mere"},
			"red":              {record.Sharing{TLP: record.Red, Audience: clause(record.Clause{Person: w.id["fatu"]})}, false, "ama fatu"},
			"red draft":        {record.Sharing{TLP: record.Red, Audience: clause(record.Clause{Person: w.id["fatu"]})}, true, "ama"},
			"clear draft":      {record.Sharing{TLP: record.Clear}, true, "ama kofi"},
		} {
			word := "zq" + strings.Map(func(r rune) rune {
				if r < 'a' || r > 'z' {
					return -1
				}
				return r
			}, name)
			r, err := w.Create(context.Background(), w.as("ama"), app.Draft{Kind: "incident", Private: c.private, Sharing: c.sharing, Body: incident(word)})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, who := range []string{"public", "ama", "kofi", "fatu", "sahr", "mere", "urs"} {
				w.check(name, who, r, word, slices.Contains(strings.Fields(c.sees), who))
			}
		}
	})
}

// check tries every way in which a viewer could come upon a record.
func (w *world) check(name, who string, r *record.Record, word string, sees bool) {
	w.t.Helper()
	ctx, v := context.Background(), w.as(who)
	found := func(way string, got bool) {
		w.t.Helper()
		if got != sees {
			w.t.Errorf("%s: %s sees it by %s: %v, the rule says %v", name, who, way, got, sees)
		}
	}
	in := func(l *app.List, err error) bool {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		return slices.ContainsFunc(l.Records, func(x *app.Shown) bool { return x.ID == r.ID })
	}
	ok := func(err error) bool {
		w.t.Helper()
		if err != nil && app.CodeOf(err) != app.NotFound {
			w.t.Fatalf("%s: %s: %v", name, who, err)
		}
		return err == nil
	}
	_, err := w.Get(ctx, v, r.ID)
	found("page", ok(err))
	_, err = w.History(ctx, v, r.ID)
	found("history", ok(err))
	_, err = w.Comments(ctx, v, r.ID)
	found("discussion", ok(err))
	_, err = w.Proposals(ctx, v, r.ID)
	found("proposals", ok(err))
	_, err = w.Receipts(ctx, v, r.ID)
	found("receipts", ok(err))
	_, err = w.WarnOf(ctx, v, r.ID)
	found("drafting a warning", ok(err))
	found("list", in(w.List(ctx, v, app.Query{Kind: "incident"})))
	found("list by day", in(w.List(ctx, v, app.Query{Kind: "incident", Sort: "day"})))
	found("list by place", in(w.List(ctx, v, app.Query{Kind: "incident", Place: "GH"})))
	found("list by state", in(w.List(ctx, v, app.Query{Kind: "incident", State: r.State, Sort: "changed"})))
	found("list by words", in(w.List(ctx, v, app.Query{Kind: "incident", Text: word})))
	found("search", in(w.Search(ctx, v, word, "", 50)))
	var b strings.Builder
	if _, err := w.Export(ctx, v, app.Query{Kind: "incident"}, table.NewCSV(&b)); err != nil {
		w.t.Fatal(err)
	}
	found("export", strings.Contains(b.String(), r.ID))
	if v.SignedIn() && !sees {
		for way, err := range map[string]error{
			"comment":     w.Comment(ctx, v, r.ID, "x"),
			"proposal":    w.Propose(ctx, v, r.ID, "x", nil),
			"acknowledge": w.Acknowledge(ctx, v, r.ID, "x"),
			"update":      second(w.Update(ctx, v, r.ID, r.Version, app.Draft{Sharing: r.Sharing, Body: r.Body})),
			"step":        second(w.Step(ctx, v, r.ID, r.Version, "close", "x")),
			"retract":     second(w.Retract(ctx, v, r.ID, r.Version, "x")),
			"attach":      second(w.Attach(ctx, v, r.ID, r.Version, "x.txt", []byte("x"))),
			"link":        second(w.Create(ctx, v, app.Draft{Kind: "incident", Owner: v.Participant(), Links: []record.Link{{Relation: record.CausedBy, To: r.ID}}, Body: incident("x")})),
		} {
			if code := app.CodeOf(err); err == nil || code != app.NotFound && (way != "link" || code != app.Forbidden) { // who is not registered may not create at all
				w.t.Errorf("%s: %s gets %v for a %s on what he cannot see", name, who, err, way)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestOnlyTheOwnerChanges: who sees a record and does not own it cannot change it.
func TestOnlyTheOwnerChanges(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := context.Background()
	r, err := w.Create(ctx, w.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident("x")})
	if err != nil {
		t.Fatal(err)
	}
	v := w.as("fatu")
	for way, err := range map[string]error{
		"update":             second(w.Update(ctx, v, r.ID, r.Version, app.Draft{Sharing: record.Sharing{TLP: record.Clear}, Body: r.Body})),
		"step":               second(w.Step(ctx, v, r.ID, r.Version, "close", "x")),
		"retract":            second(w.Retract(ctx, v, r.ID, r.Version, "x")),
		"attach":             second(w.Attach(ctx, v, r.ID, r.Version, "x.txt", []byte("x"))),
		"create for another": second(w.Create(ctx, v, app.Draft{Kind: "incident", Owner: "GH", Body: incident("x")})),
	} {
		if app.CodeOf(err) != app.Forbidden || err == nil {
			t.Errorf("%s by another country: %v", way, err)
		}
	}
	if _, err := w.Update(ctx, w.as("ama"), r.ID, r.Version+1, app.Draft{Sharing: r.Sharing, Body: r.Body}); app.CodeOf(err) != app.Conflict {
		t.Errorf("a change of another version: %v", err)
	}
	if err := w.Propose(ctx, v, r.ID, "the quantity was two", incident("two")); err != nil {
		t.Fatal(err)
	}
	props, err := w.Proposals(ctx, w.as("kofi"), r.ID)
	if err != nil || len(props) != 1 {
		t.Fatal(props, err)
	}
	if err := w.Decide(ctx, v, r.ID, props[0].ID, true); app.CodeOf(err) != app.Forbidden {
		t.Errorf("the proposer accepts his own proposal: %v", err)
	}
	if err := w.Decide(ctx, w.as("kofi"), r.ID, props[0].ID, true); err != nil {
		t.Fatal(err)
	}
	if x, err := w.Get(ctx, v, r.ID); err != nil || !strings.Contains(string(x.Body), "two") || x.Version != 2 {
		t.Errorf("after the proposal was accepted: %v, %v", x, err)
	}
}

// TestNarrowingReachesEveryPlace: a record that is narrowed, and one whose reader leaves, are gone at the next request.
func TestNarrowingReachesEveryPlace(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := context.Background()
	r, err := w.Create(ctx, w.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident("zqnarrow")})
	if err != nil {
		t.Fatal(err)
	}
	w.check("before", "fatu", r, "zqnarrow", true)
	r, err = w.Update(ctx, w.as("ama"), r.ID, r.Version, app.Draft{Sharing: record.Sharing{TLP: record.Amber}, Body: r.Body})
	if err != nil {
		t.Fatal(err)
	}
	w.check("narrowed", "fatu", r, "zqnarrow", false)
	r, err = w.Update(ctx, w.as("ama"), r.ID, r.Version, app.Draft{Sharing: record.Sharing{TLP: record.Green}, Body: r.Body})
	if err != nil {
		t.Fatal(err)
	}
	past, err := w.History(ctx, w.as("fatu"), r.ID)
	if err != nil || len(past) != 3 || past[1].Record != nil || past[2].Record == nil {
		t.Errorf("the version that was narrower shows its content: %+v, %v", past, err)
	}
	members, err := w.People(ctx, app.Operator, "SL")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		for _, g := range m.Registrations {
			ended := *g
			ended.To = time.Now().Add(-time.Second)
			if _, err := w.Register(ctx, app.Operator, ended); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.check("left", "fatu", r, "zqnarrow", false)
}

// TestFocalPointsStayInTheirCountry: a focal point administers his own people and nobody with more power.
func TestFocalPointsStayInTheirCountry(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx, kofi := context.Background(), w.as("kofi")
	person := func(participant string, duties ...coalition.Duty) coalition.Person {
		return coalition.Person{Email: fmt.Sprintf("new%d@example.org", time.Now().UnixNano()), Name: "New", Participant: participant, Duties: duties, Active: true}
	}
	if _, err := w.SavePerson(ctx, kofi, person("GH")); err != nil {
		t.Errorf("his own country: %v", err)
	}
	for name, x := range map[string]coalition.Person{"another country": person("SL"), "an administrator": person("GH", coalition.Administrator), "the secretariat's duty": person("GH", coalition.Secretariat)} {
		if _, err := w.SavePerson(ctx, kofi, x); app.CodeOf(err) != app.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	boss, err := w.SavePerson(ctx, app.Operator, person("GH", coalition.Administrator))
	if err != nil {
		t.Fatal(err)
	}
	weaker := *boss
	weaker.Duties = nil
	if _, err := w.SavePerson(ctx, kofi, weaker); app.CodeOf(err) != app.Forbidden {
		t.Errorf("taking an administrator's duty away: %v", err)
	}
	if _, err := w.SigninLink(ctx, kofi, boss.Email, false); app.CodeOf(err) != app.Forbidden {
		t.Errorf("a link for an administrator: %v", err)
	}
	if _, err := w.SigninLink(ctx, kofi, "fatu@example.org", false); app.CodeOf(err) != app.NotFound {
		t.Errorf("a link for another country's official: %v", err)
	}
	secret, err := w.SigninLink(ctx, kofi, "AMA@example.org ", false)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := w.Signin(ctx, secret, app.From{}); err != nil || v.Person.Name != "ama" {
		t.Errorf("signing in: %v, %v", v, err)
	}
	if _, err := w.Signin(ctx, secret, app.From{}); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("signing in a second time by the same link: %v", err)
	}
}

// TestHostileText: whatever is written comes back as it was or is refused, and never breaks a list or a search.
func TestHostileText(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx, v := context.Background(), w.as("ama")
	for _, s := range []string{`'; DROP TABLE record; --`, `<script>alert(1)</script>`, `" OR 1=1`, `%_\`, `NEAR( * ^ "`, `audience : "x"`, "a\u0301", strings.Repeat("w", 5000)} {
		r, err := w.Create(ctx, v, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incidentAbout(s)})
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		x, err := w.Get(ctx, v, r.ID)
		if err != nil || !strings.Contains(fmt.Sprintf("%+v", x.Fields), s) {
			t.Errorf("%q does not come back: %v", s, err)
		}
		if _, err := w.Search(ctx, v, s, "", 10); err != nil {
			t.Errorf("searching %q: %v", s, err)
		}
		if _, err := w.List(ctx, v, app.Query{Kind: "incident", Place: s, Substance: s, Owner: s}); err != nil {
			t.Errorf("listing by %q: %v", s, err)
		}
	}
	for _, s := range []string{"right\u202eto left", "zero\x00byte", "\xff\xfe"} {
		if _, err := w.Create(ctx, v, app.Draft{Kind: "incident", Body: incidentAbout(s)}); app.CodeOf(err) != app.Invalid && s != "\xff\xfe" {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, q := range []app.Query{{Kind: "incident", Limit: -1}, {Kind: "incident", Limit: 1 << 30}, {Kind: "incident", Sort: "owner; DROP"}, {Kind: "incident", State: "x"}, {Kind: "incident", From: "0000"}, {Kind: "incident", Cursor: "!!"}, {Kind: "nothing"}} {
		if _, err := w.List(ctx, v, q); app.CodeOf(err) != app.Invalid && app.CodeOf(err) != app.NotFound {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// TestRefusedFiles: what a browser or an office program would run is not taken, whatever its name says.
func TestRefusedFiles(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx, v := context.Background(), w.as("ama")
	r, err := w.Create(ctx, v, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident("x")})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"page.txt": "<!DOCTYPE html><html><script>1</script></html>", "picture.png": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>`, "run.pdf": "MZ\x90\x00\x03\x00\x00\x00", "run": "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00", "empty.txt": ""} {
		if _, err := w.Attach(ctx, v, r.ID, r.Version, name, []byte(content)); app.CodeOf(err) != app.Invalid {
			t.Errorf("%s is taken: %v", name, err)
		}
	}
	r, err = w.Attach(ctx, v, r.ID, r.Version, `..\..\etc/pass"wd`+"\u202e.txt", []byte("plain text"))
	if err != nil || strings.ContainsAny(r.Attachments[0].Name, `/\"`+"\u202e") {
		t.Fatal(r, err)
	}
	if _, _, err := w.OpenAttachment(ctx, w.as("urs"), r.ID, r.Attachments[0].Hash); app.CodeOf(err) != app.NotFound {
		t.Errorf("a stranger opens a file: %v", err)
	}
	if _, content, err := w.OpenAttachment(ctx, w.as("fatu"), r.ID, r.Attachments[0].Hash); err != nil || string(content) != "plain text" {
		t.Errorf("%q, %v", content, err)
	}
}

package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// stage is a world with chairs, a signatory, the secretariat and a partner organisation, and a clock of its own.
type stage struct {
	*world
	at   time.Time
	org  string               // the partner organisation's record
	role map[string]character // by name
}

// character is what the sharing rule asks of a person.
type character struct {
	owner           string // the code under which he owns, "" for nobody's
	sectors, groups []string
	registered      bool
}

// players join the cast; those of "~" are the partner organisation's.
var players = []struct {
	name, participant, group string
	role                     coalition.Role
	duties                   []coalition.Duty
}{
	{"esi", "GH", "swg1.2/west", coalition.CoChairRole, []coalition.Duty{coalition.Signatory}},
	{"kojo", "GH", "swg1.2/west", coalition.Coordinator, []coalition.Duty{coalition.Signatory}},
	{"yaa", "GH", "", "", nil}, // not registered
	{"kia", "NZ", "swg1.2/east", coalition.CoChairRole, nil},
	{"sol", "secretariat", "wg1/west", coalition.Member, []coalition.Duty{coalition.Secretariat}},
	{"sun", "secretariat", "wg1/east", coalition.Member, []coalition.Duty{coalition.Secretariat}},
	{"pia", "~", "", "", nil},
	{"pio", "~", "", "", nil},
}

func newStage(t *testing.T, address string) *stage {
	t.Helper()
	s := &stage{world: newWorld(t, address), at: time.Now(), role: map[string]character{"public": {}}}
	a, err := app.New(s.Store(), app.WithClock(func() time.Time { return s.at }))
	if err != nil {
		t.Fatal(err)
	}
	s.App = a
	for _, c := range cast {
		x := character{owner: c.participant, registered: len(c.groups) > 0}
		for _, g := range c.groups {
			group, _, _ := strings.Cut(g, "/")
			x.groups = append(x.groups, g, group)
		}
		for _, sector := range c.sectors {
			x.sectors = append(x.sectors, string(sector))
		}
		s.role[c.name] = x
	}
	for _, p := range players {
		x := character{owner: p.participant, registered: p.group != ""}
		e := app.Enrolment{Person: coalition.Person{Email: p.name + "@example.org", Name: p.name, Participant: p.participant, Duties: p.duties, Zone: "UTC", Active: true}}
		if group, section, ok := strings.Cut(p.group, "/"); ok {
			x.groups = []string{group, p.group}
			e.Registrations = []coalition.Registration{{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{p.role}, From: time.Now().Add(-time.Hour)}}
		}
		if p.participant == "~" {
			if s.org == "" {
				org := s.make("sol", "organisation", record.Sharing{TLP: record.Clear})
				s.org = s.step("sun", org, "verify").ID
			}
			x.owner = "~" + s.org
			e.Person.Participant, e.Person.Stakeholder = "", s.org
		}
		ids, err := s.Enrol(context.Background(), app.Operator, []app.Enrolment{e})
		if err != nil {
			t.Fatal(err)
		}
		s.id[p.name], s.role[p.name] = ids[0], x
	}
	return s
}

// make creates a record of the kind from its sample; links are given where the kind belongs to another.
func (s *stage) make(who, kind string, rule record.Sharing, links ...record.Link) *record.Record {
	s.t.Helper()
	return s.write(who, app.Draft{Kind: kind, Sharing: rule, Links: links, Title: record.Text{"en": "x"}, Body: sample(kind, "x", 0)})
}

func (s *stage) write(who string, d app.Draft) *record.Record {
	s.t.Helper()
	r, err := s.Create(context.Background(), s.as(who), d)
	if err != nil {
		s.t.Fatalf("%s makes a %s: %v", who, d.Kind, err)
	}
	return r
}

// step takes steps one after the other.
func (s *stage) step(who string, r *record.Record, names ...string) *record.Record {
	s.t.Helper()
	for _, name := range names {
		x, err := s.Step(context.Background(), s.as(who), r.ID, r.Version, name, "because")
		if err != nil {
			s.t.Fatalf("%s takes the step %s of a %s: %v", who, name, r.Kind, err)
		}
		r = x
	}
	return r
}

// host makes what a record of the kind belongs to.
func (s *stage) host(k *record.Kind) *record.Record {
	s.t.Helper()
	switch clear := (record.Sharing{TLP: record.Clear}); k.Under[0] {
	case "initiative":
		return s.step("mere", s.make("mere", "initiative", clear), "publish")
	case "call":
		return s.step("sol", s.make("sol", "call", clear), "open-call")
	case "pledge":
		return s.step("kofi", s.step("esi", s.make("ama", "pledge", clear), "sign"), "confirm-signature")
	}
	s.t.Fatalf("a %s belongs to a %s: host must say how one is made", k.Name, k.Under[0])
	return nil
}

// refused finds that a use case refused with exactly this code and key.
func (s *stage) refused(what string, err error, code app.Code, key string) {
	s.t.Helper()
	var e *app.Error
	got := ""
	if errors.As(err, &e) {
		if got = e.Key; len(e.Problems) > 0 {
			got = e.Problems[0].Key
		}
	}
	if err == nil || app.CodeOf(err) != code || got != key {
		s.t.Errorf("%s: %v, want %s: %s", what, err, code, key)
	}
}

// put changes a record's body and, where some are given, its links.
func (s *stage) put(who string, r *record.Record, body json.RawMessage, links ...record.Link) (*record.Record, error) {
	d := app.Draft{Sharing: r.Sharing, Title: r.Title, Links: r.Links, Body: body}
	if len(links) > 0 {
		d.Links = links
	}
	return s.Update(context.Background(), s.as(who), r.ID, r.Version, d)
}

// with is the sample of a kind with further fields.
func with(kind, more string) json.RawMessage {
	b := sample(kind, "x", 0)
	return json.RawMessage(string(b[:len(b)-1]) + "," + more + "}")
}

func to(rel record.Relation, r *record.Record) record.Link {
	return record.Link{Relation: rel, To: r.ID}
}

var (
	clear = record.Sharing{TLP: record.Clear}
	green = record.Sharing{TLP: record.Green}
	amber = record.Sharing{TLP: record.Amber}
)

// told reports whether a person was told of a record, by the beginning of the reason.
func (s *stage) told(who string, r *record.Record, reason string) bool {
	s.t.Helper()
	list, err := s.Told(context.Background(), s.as(who), 500)
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.ContainsFunc(list, func(x app.Told) bool { return x.Subject.ID == r.ID && strings.HasPrefix(x.Reason, reason) })
}

func (s *stage) sees(who string, r *record.Record) bool {
	_, err := s.Get(context.Background(), s.as(who), r.ID)
	return err == nil
}

// TestTwoAtOnce: of two chairs who change the same version at once one is first, the other is told so, and nothing is lost.
func TestTwoAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := newStage(t, address)
		r := s.make("esi", "recommendation", green)
		for range 10 {
			var wait sync.WaitGroup
			errs, texts := make([]error, 2), []string{fmt.Sprint("esi ", r.Version), fmt.Sprint("kojo ", r.Version)}
			for i, who := range []string{"esi", "kojo"} {
				v := s.as(who)
				wait.Go(func() {
					_, errs[i] = s.Update(context.Background(), v, r.ID, r.Version, app.Draft{Sharing: green, Body: with("recommendation", `"text":{"en":"`+texts[i]+`"}`)})
				})
			}
			wait.Wait()
			loser := slices.IndexFunc(errs, func(err error) bool { return err != nil })
			if loser < 0 || errs[1-loser] != nil {
				t.Fatalf("both or none: %v", errs)
			}
			s.refused("the second", errs[loser], app.Conflict, "error.version")
			x, err := s.Get(context.Background(), s.as("esi"), r.ID)
			if err != nil || x.Version != r.Version+1 || !strings.Contains(string(x.Body), texts[1-loser]) {
				t.Fatalf("%v, %v", x, err)
			}
			r = x.Record
		}
		if past, err := s.History(context.Background(), s.as("kojo"), r.ID); err != nil || len(past) != 11 {
			t.Errorf("%d versions, %v", len(past), err)
		}
	})
}

// TestSignatures: a signatory signs for his own state, another of its officials confirms, once.
func TestSignatures(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	r := s.make("ama", "pledge", clear)
	step := func(who, step, reason string) error {
		return second(s.Step(ctx, s.as(who), r.ID, r.Version, step, reason))
	}
	s.refused("a second pledge", second(s.Create(ctx, s.as("kofi"), app.Draft{Kind: "pledge", Sharing: clear, Body: sample("pledge", "x", 0)})), app.Conflict, "error.unique")
	s.refused("signing without the duty", step("ama", "sign", ""), app.Forbidden, "error.duty")
	s.refused("signing for another state", step("fatu", "sign", ""), app.NotFound, "error.not-found")
	r = s.step("esi", r, "sign")
	s.refused("confirming his own", step("esi", "confirm-signature", ""), app.Forbidden, "error.second")
	s.refused("confirming for another state", step("fatu", "confirm-signature", ""), app.NotFound, "error.not-found")
	s.refused("changing what is signed", second(s.put("ama", r, r.Body)), app.Conflict, "error.locked")
	if x, err := s.Attach(ctx, s.as("kofi"), r.ID, r.Version, "x.txt", []byte("x")); err == nil { // if what is signed may get files
		r = x
	}
	s.refused("confirming his own after somebody else's file", step("esi", "confirm-signature", ""), app.Forbidden, "error.second")
	if s.sees("public", r) {
		t.Error("a signature is seen before it is confirmed")
	}
	if r = s.step("kofi", r, "confirm-signature"); !s.sees("public", r) || !s.told("mere", r, "confirm-signature") {
		t.Error("what is in force is not seen and told")
	}
	report := func(who, owner string) error {
		return second(s.Create(ctx, s.as(who), app.Draft{Kind: "pledge-report", Owner: owner, Sharing: clear, Links: []record.Link{to(record.PartOf, r)}, Body: sample("pledge-report", "x", 0)}))
	}
	s.refused("reporting under another's pledge", report("fatu", "SL"), app.Forbidden, "error.owner")
	s.refused("reporting for another", report("fatu", "GH"), app.Forbidden, "error.owner")
	if err := report("ama", "GH"); err != nil {
		t.Error(err)
	}
	s.refused("reporting twice for a year", report("kofi", "GH"), app.Conflict, "error.unique")
	s.refused("withdrawing without the duty", step("kofi", "withdraw", "x"), app.Forbidden, "error.duty")
	s.refused("withdrawing without a reason", step("esi", "withdraw", ""), app.Invalid, "problem.required")
	r = s.step("esi", r, "withdraw")
	s.refused("signing what is withdrawn", step("esi", "sign", ""), app.Conflict, "error.step")
}

// TestInterests: an initiative offers as many places as it has, and what is freed is offered again.
func TestInterests(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	begin := func(capacity string) *record.Record {
		return s.step("mere", s.write("mere", app.Draft{Kind: "initiative", Sharing: clear, Body: with("initiative", `"capacity":`+capacity)}), "publish")
	}
	one, other := begin("1"), begin("0")
	wish := func(who string, under *record.Record, more ...record.Link) *record.Record {
		return s.make(who, "interest", amber, append(more, to(record.PartOf, under))...)
	}
	offer := func(who string, r *record.Record) error {
		return second(s.Step(ctx, s.as(who), r.ID, r.Version, "offer", ""))
	}
	elsewhere := s.step("mere", wish("sol", other, to(record.SameAs, one)), "offer")
	ghana, leone := wish("ama", one), wish("fatu", one)
	if !s.told("mere", ghana, "") || !s.told("mere", elsewhere, "") {
		t.Error("the host is not told of an interest")
	}
	s.refused("offering himself a place", offer("ama", ghana), app.Forbidden, "error.owner")
	s.refused("offering another's place", offer("fatu", ghana), app.NotFound, "error.not-found")
	ghana = s.step("mere", ghana, "consider", "offer") // the place elsewhere, that only mentions this initiative, takes none here
	if !s.told("ama", ghana, "offer") {
		t.Error("the owner is not told of an offer")
	}
	s.refused("a second place of one", offer("mere", leone), app.Conflict, "error.capacity")
	leone = s.step("mere", leone, "put-on-waiting-list")
	s.refused("a place of one for who waits", offer("mere", leone), app.Conflict, "error.capacity")
	s.refused("taking part without an offer", second(s.Step(ctx, s.as("fatu"), leone.ID, leone.Version, "take-part", "")), app.Conflict, "error.step")
	ghana = s.step("ama", ghana, "take-part", "take-back")
	leone = s.step("fatu", s.step("mere", leone, "offer"), "take-part", "finish")
	s.step("mere", wish("sahr", one), "offer")
	late := s.write("ama", app.Draft{Kind: "interest", Private: true, Sharing: amber, Links: []record.Link{to(record.PartOf, one)}, Body: sample("interest", "x", 0)})
	one = s.step("mere", one, "fill")
	wish("ama", one)
	one = s.step("mere", one, "end")
	try := func(who string, under *record.Record) error {
		return second(s.Create(ctx, s.as(who), app.Draft{Kind: "interest", Sharing: amber, Links: []record.Link{to(record.PartOf, under)}, Body: sample("interest", "x", 0)}))
	}
	draft := s.make("mere", "initiative", clear)
	s.refused("an interest in what has ended", try("ama", one), app.Conflict, "error.initiative.closed")
	s.refused("sending an interest in what has ended", second(s.Step(ctx, s.as("ama"), late.ID, late.Version, "send", "")), app.Conflict, "error.initiative.closed")
	s.refused("an interest in another's draft", try("ama", draft), app.NotFound, "error.link")
	s.refused("an interest in a draft", try("mere", draft), app.Conflict, "error.initiative.closed")
	s.refused("an interest in what is no initiative", try("ama", s.make("ama", "topic", clear)), app.Invalid, "problem.under")
	s.refused("an interest in two", second(s.Create(ctx, s.as("ama"), app.Draft{Kind: "interest", Sharing: amber, Links: []record.Link{to(record.PartOf, other), to(record.PartOf, draft)}, Body: sample("interest", "x", 0)})), app.Invalid, "problem.under")
	if _, err := s.Retract(ctx, s.as("mere"), other.ID, other.Version, "x"); err != nil {
		t.Fatal(err)
	}
	s.refused("an interest in what is retracted", try("ama", other), app.Conflict, "error.host.retracted")
}

// TestTheHostSeesWhatIsPutBeforeHim: whatever its author says, an interest or a submission is either refused or seen by
// those to whom it is addressed, and a submission by nobody else before it is published.
func TestTheHostSeesWhatIsPutBeforeHim(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	for kind, host := range map[string]string{"interest": "mere", "submission": "sol"} {
		k, _ := kinds.Get(kind)
		under := s.host(k)
		for _, rule := range []record.Sharing{clear, green, amber, {TLP: record.AmberStrict}, {TLP: record.Red}, {TLP: record.Amber, Audience: []record.Clause{{Participant: under.Owner, Sectors: []string{"justice"}}}}} {
			r, err := s.Create(ctx, s.as("ama"), app.Draft{Kind: kind, Sharing: rule, Links: []record.Link{to(record.PartOf, under)}, Body: sample(kind, "x", 0)})
			if err != nil && app.CodeOf(err) == app.Invalid {
				continue
			}
			if err != nil || !s.sees(host, r) {
				t.Errorf("the host of a %s that is %v does not see it: %v", kind, rule, err)
			}
			if kind == "submission" && (s.sees("public", r) || s.sees("fatu", r)) {
				t.Errorf("a submission that is %v is seen before it is published", rule)
			}
		}
	}
}

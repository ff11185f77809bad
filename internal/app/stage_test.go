package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
)

// stage is a world with chairs, signatories, the secretariat and a partner organisation, and a clock of its own.
type stage struct {
	*world
	at     time.Time
	org    string                // the partner organisation's record
	people map[string]app.Member // by name
}

// players join the cast; those of no participant are the partner organisation's.
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
	{"pia", "", "", "", nil},
	{"pio", "", "", "", nil},
}

func newStage(t *testing.T, address string) *stage {
	t.Helper()
	ctx := context.Background()
	s := &stage{world: newWorld(t, address), at: time.Now(), people: map[string]app.Member{}}
	a, err := app.New(s.Store(), app.WithClock(func() time.Time { return s.at }))
	if err != nil {
		t.Fatal(err)
	}
	s.App = a
	for _, p := range players {
		e := app.Enrolment{Person: coalition.Person{Email: p.name + "@example.org", Name: p.name, Participant: p.participant, Duties: p.duties, Zone: "UTC", Active: true}}
		if group, section, ok := strings.Cut(p.group, "/"); ok {
			e.Registrations = []coalition.Registration{{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{p.role}, From: time.Now().Add(-time.Hour)}}
		}
		if p.participant == "" && s.org == "" {
			s.org = s.step("sun", s.make("sol", "organisation", clear), "verify").ID
		}
		if p.participant == "" {
			e.Person.Stakeholder = s.org
		}
		ids, err := s.Enrol(ctx, app.Operator, []app.Enrolment{e})
		if err != nil {
			t.Fatal(err)
		}
		s.id[p.name] = ids[0]
	}
	members, err := s.People(ctx, app.Operator, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		s.people[m.Name] = m
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
	switch k.Under[0] {
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

// paths returns the steps that lead from a kind's first state to each private state and to the nearest open one.
func paths(w record.Workflow) map[string][]record.Step {
	found := map[string][]record.Step{w.Initial: nil}
	if slices.Contains(w.States, "draft") {
		found["draft"] = nil
	}
	open := !w.IsPrivate(w.Initial)
	for queue := []string{w.Initial}; len(queue) > 0; queue = queue[1:] {
		for _, x := range w.StepsFrom(queue[0]) {
			if _, seen := found[x.To]; seen || open && !w.IsPrivate(x.To) {
				continue
			}
			open = open || !w.IsPrivate(x.To)
			found[x.To] = append(slices.Clone(found[queue[0]]), x)
			queue = append(queue, x.To)
		}
	}
	return found
}

// reach makes a record and takes it along the path to a state. It returns nil where what is put before somebody else may
// not have the rule.
func (s *stage) reach(author string, d app.Draft, path []record.Step) *record.Record {
	s.t.Helper()
	r, err := s.Create(context.Background(), s.as(author), d)
	if app.CodeOf(err) == app.Invalid && (d.Kind == "interest" || d.Kind == "submission") && d.Sharing.TLP != record.Amber {
		return nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	for _, x := range path {
		next, err := s.Step(context.Background(), app.Operator, r.ID, r.Version, x.Name, "because")
		if app.CodeOf(err) == app.Forbidden { // a second person must
			next, err = s.Step(context.Background(), s.as(author), r.ID, r.Version, x.Name, "because")
		}
		if err != nil {
			s.t.Fatalf("a %s to %s: %v", r.Kind, x.To, err)
		}
		r = next
	}
	return r
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

func ids[T any](list []T, of func(T) string) (out []string) {
	for _, x := range list {
		out = append(out, of(x))
	}
	return out
}

func idOf(x *app.Shown) string { return x.ID }

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

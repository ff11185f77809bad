package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
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

// keyOf returns the first key by which a use case refuses: of a problem where there is one.
func keyOf(err error) string {
	var e *app.Error
	switch {
	case !errors.As(err, &e):
		return ""
	case len(e.Problems) > 0:
		return e.Problems[0].Key
	}
	return e.Key
}

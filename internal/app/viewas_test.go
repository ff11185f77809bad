package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// audiences are rules of every label, with the sorts of clauses that it may have.
func (s *stage) audiences() (out []record.Sharing) {
	for _, tlp := range record.TLPs {
		for _, audience := range [][]record.Clause{nil, {{Participant: "SL"}}, {{Participant: "SL", Sectors: []string{"customs"}}}, {{Group: "swg1.2"}}, {{Group: "swg1.2/east"}}, {{Group: "swg1.2", Sectors: []string{"customs"}}},
			{{Organisation: s.org}}, {{Person: s.id["fatu"]}}, {{Person: s.id["mere"]}, {Person: s.id["kofi"]}}, {{Participant: "NZ"}, {Group: "swg2.1"}, {Person: s.id["urs"]}}} {
			if x := (record.Sharing{TLP: tlp, Audience: audience}); len(x.Validate()) == 0 {
				out = append(out, x)
			}
		}
	}
	return out
}

// TestViewAsIsWhatTheySee: for every rule and person, what an owner is told that somebody sees is whether that person can
// read it, as it is for the public; about whom he may not know by name he is answered as about nobody.
func TestViewAsIsWhatTheySee(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	knows := map[string]string{"ama": "ama esi kia kofi kojo mere sahr", "kofi": "ama esi kia kofi kojo", "operator": "ama esi fatu kia kofi kojo mere sahr sol sun"}
	asked := 0
	for _, rule := range s.audiences() {
		for _, private := range []bool{false, true} {
			r := s.write("ama", app.Draft{Kind: "incident", Private: private, Sharing: rule, Body: incident("x")})
			for who, names := range knows {
				v := app.Operator
				if who != "operator" {
					v = s.as(who)
				}
				if who == "kofi" && !s.sees("kofi", r) {
					continue
				}
				for name, id := range s.id {
					x, err := s.ViewAs(ctx, v, r.ID, id)
					if !slices.Contains(strings.Fields(names), name) {
						s.refused(who+" asks as "+name, err, app.Invalid, "problem.person")
						continue
					}
					if err != nil {
						t.Fatalf("%s asks as %s: %v", who, name, err)
					}
					if asked++; x.Sees != s.sees(name, r) || x.Sees != (x.Why != "") {
						t.Errorf("%v, private %v: %s is told that %s sees it: %v by %q", rule, private, who, name, x.Sees, x.Why)
					}
				}
				if x, err := s.ViewAs(ctx, v, r.ID, app.AsPublic); err != nil || x.Sees != s.sees("public", r) {
					t.Errorf("%v, private %v: the public: %+v, %v", rule, private, x, err)
				}
			}
		}
	}
	if asked < 1000 {
		t.Errorf("only %d were asked", asked)
	}
}

// TestViewAs: what an owner is answered for each sort of somebody.
func TestViewAs(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	clauses := func(list ...record.Clause) record.Sharing { return record.Sharing{TLP: record.Amber, Audience: list} }
	for _, c := range []struct {
		rule         record.Sharing
		who, why, in string
	}{
		{clear, app.AsPublic, "public", ""}, {clear, app.AsOfficial, "public", ""}, {clear, "p:SL", "public", ""}, {clear, "g:wg3", "public", ""}, {clear, s.id["mere"], "public", ""},
		{green, app.AsPublic, "", ""}, {green, app.AsOfficial, "all", ""}, {green, "p:SL", "all", ""}, {green, "g:wg3/east", "all", ""}, {green, s.id["mere"], "all", ""},
		{amber, app.AsOfficial, "", ""}, {amber, "p:GH", "p:GH", ""}, {amber, "p:SL", "", ""}, {amber, "g:swg1.2", "", ""}, {amber, s.id["kofi"], "p:GH", ""}, {amber, s.id["mere"], "", ""},
		{clauses(record.Clause{Participant: "SL"}), "p:SL", "p:SL", ""}, {clauses(record.Clause{Participant: "SL"}), app.AsOfficial, "", ""},
		{clauses(record.Clause{Participant: "SL", Sectors: []string{"health", "customs"}}), "p:SL", "", "customs health"}, {clauses(record.Clause{Participant: "SL", Sectors: []string{"customs"}}), s.id["sahr"], "p:SL&s:customs", ""},
		{clauses(record.Clause{Group: "swg1.2"}), "g:swg1.2", "g:swg1.2", ""}, {clauses(record.Clause{Group: "swg1.2"}), "g:swg1.2/west", "g:swg1.2", ""}, {clauses(record.Clause{Group: "swg1.2"}), "p:SL", "", ""},
		{clauses(record.Clause{Group: "swg1.2/east"}), "g:swg1.2", "", ""}, {clauses(record.Clause{Group: "swg1.2/east"}), "g:swg1.2/east", "g:swg1.2/east", ""}, {clauses(record.Clause{Group: "swg1.2/east", Sectors: []string{"policy"}}), "g:swg1.2/east", "", "policy"},
		{record.Sharing{TLP: record.Red, Audience: []record.Clause{{Person: s.id["mere"]}}}, s.id["mere"], "u:" + s.id["mere"], ""}, {record.Sharing{TLP: record.Red}, "p:GH", "", ""}, {record.Sharing{TLP: record.Red}, s.id["kofi"], "", ""},
	} {
		r := s.write("ama", app.Draft{Kind: "incident", Sharing: c.rule, Body: incident("x")})
		x, err := s.ViewAs(ctx, s.as("ama"), r.ID, c.who)
		if err != nil {
			t.Fatalf("%v as %s: %v", c.rule, c.who, err)
		}
		if x.Why != c.why || x.Sees != (c.why != "") || strings.Join(x.Sectors, " ") != c.in {
			t.Errorf("%v as %s: %+v, want %q, %q", c.rule, c.who, x.Sight, c.why, c.in)
		}
	}
}

// TestViewAsIsTheOwners: who does not see the record or may not change it is answered as elsewhere, and somebody who is
// not there as one whom the viewer may not know.
func TestViewAsIsTheOwners(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	open, narrow := s.make("ama", "incident", green), s.make("ama", "incident", amber)
	for _, who := range []string{app.AsPublic, "p:SL", s.id["fatu"], "nobody"} {
		_, err := s.ViewAs(ctx, s.as("mere"), open.ID, who)
		s.refused("another participant's, as "+who, err, app.Forbidden, "error.owner")
		for _, id := range []string{narrow.ID, "01ARZ3NDEKTSV4RRFFQ69G5FAV"} {
			_, err = s.ViewAs(ctx, s.as("mere"), id, who)
			s.refused("a hidden one, as "+who, err, app.NotFound, "error.not-found")
		}
		_, err = s.ViewAs(ctx, app.Public, open.ID, who)
		s.refused("the public, as "+who, err, app.NotFound, "error.not-found")
	}
	meeting := s.step("esi", s.make("esi", "meeting", clear), "plan")
	if _, err := s.ViewAs(ctx, s.as("kia"), meeting.ID, app.AsPublic); err != nil {
		t.Errorf("who chairs the group: %v", err)
	}
	for who, key := range map[string]string{"": "problem.person", "01ARZ3NDEKTSV4RRFFQ69G5FAV": "problem.person", s.id["fatu"]: "problem.person", s.id["pia"]: "problem.person", s.id["urs"]: "problem.person", "Public": "problem.person", "p:": "problem.person",
		"all": "problem.person", "u:" + s.id["mere"]: "problem.person", "p:XX": "problem.participant", "p:SL&s:customs": "problem.participant", "p:-": "problem.participant", "g:none": "problem.group", "g:swg1.2/north": "problem.group"} {
		_, err := s.ViewAs(ctx, s.as("ama"), open.ID, who)
		s.refused("as "+who, err, app.Invalid, key)
	}
}

// TestViewAsOfLinks: of what is linked the viewer is told what he sees, and of what is another's no more than the label
// and the owner say.
func TestViewAsOfLinks(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	shared := record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "GH"}, {Group: "swg1.2"}}}
	mine, ours, theirs, open := s.make("ama", "incident", green), s.make("ama", "incident", amber), s.make("fatu", "incident", shared), s.make("fatu", "incident", green)
	r := s.make("ama", "incident", green, to(record.CausedBy, mine), to(record.CausedBy, ours), to(record.CausedBy, theirs), to(record.CausedBy, open))
	hidden := s.make("fatu", "incident", amber, to(record.CausedBy, r))
	follows := s.make("mere", "incident", green, to(record.CausedBy, r))
	type answer struct{ sees, told bool }
	for who, want := range map[string]map[string]answer{
		app.AsPublic:   {mine.ID: {false, true}, ours.ID: {false, true}, theirs.ID: {false, true}, open.ID: {false, true}, follows.ID: {false, true}},
		app.AsOfficial: {mine.ID: {true, true}, ours.ID: {false, true}, theirs.ID: {false, true}, open.ID: {true, true}, follows.ID: {true, true}},
		"p:SL":         {mine.ID: {true, true}, ours.ID: {false, true}, theirs.ID: {true, true}, open.ID: {true, true}, follows.ID: {true, true}},
		"p:NZ":         {mine.ID: {true, true}, ours.ID: {false, true}, theirs.ID: {false, false}, open.ID: {true, true}, follows.ID: {true, true}},
		"g:swg1.2":     {mine.ID: {true, true}, ours.ID: {false, true}, theirs.ID: {false, false}, open.ID: {true, true}, follows.ID: {true, true}},
		s.id["mere"]:   {mine.ID: {true, true}, ours.ID: {false, true}, theirs.ID: {false, false}, open.ID: {true, true}, follows.ID: {true, true}},
		s.id["ama"]:    {mine.ID: {true, true}, ours.ID: {true, true}, theirs.ID: {true, true}, open.ID: {true, true}, follows.ID: {true, true}},
	} {
		x, err := s.ViewAs(ctx, s.as("ama"), r.ID, who)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]answer{}
		for _, l := range x.Links {
			got[l.ID] = answer{l.Sees, l.Told}
			if l.Incoming != (l.ID == follows.ID) || l.ID == hidden.ID || !l.Told && (l.Why != "" || len(l.Sectors) > 0) {
				t.Errorf("as %s: %+v", who, l)
			}
		}
		if len(got) != len(want) || len(x.Links) != len(want) {
			t.Errorf("as %s: %v", who, got)
		}
		for id, w := range want {
			if got[id] != w {
				t.Errorf("as %s: %s is %v, want %v", who, id, got[id], w)
			}
		}
	}
}

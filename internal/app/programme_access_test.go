package app_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/calendar"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/kindstest"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

func sample(kind, word string, n int) json.RawMessage { return kindstest.Body(kind, word, n) }

// may is the sharing rule in plain words: from who people are, and not from tokens.
func (s *stage) may(who string, r *record.Record) bool {
	k, _ := kinds.Get(r.Kind)
	x, known := s.people[who]
	private := k.Workflow.IsPrivate(r.State)
	if !known {
		return r.Sharing.TLP == record.Clear && !private
	}
	registered := len(x.Registrations) > 0
	owns := registered && x.Participant == r.Owner || x.Stakeholder != "" && "~"+x.Stakeholder == r.Owner
	named := slices.ContainsFunc(r.Sharing.Audience, func(c record.Clause) bool {
		sector := len(c.Sectors) == 0 || slices.ContainsFunc(x.Sectors, func(a coalition.Sector) bool { return slices.Contains(c.Sectors, string(a)) })
		group := slices.ContainsFunc(x.Registrations, func(g *coalition.Registration) bool {
			return c.Group == g.Group || c.Group == g.Group+"/"+string(g.Section)
		})
		return c.Person == x.ID || c.Organisation != "" && c.Organisation == x.Stakeholder || sector && (group || registered && c.Participant == x.Participant)
	})
	switch {
	case r.Sharing.TLP == record.Red:
		return r.Author == x.ID || !private && named
	case private:
		return owns
	case r.Sharing.TLP == record.Clear:
		return true
	case r.Sharing.TLP == record.Green:
		return registered || owns
	}
	return owns || named
}

// rules returns every label with every audience that it may have, and those that it may not have.
func (s *stage) rules() (valid, wrong []record.Sharing) {
	for _, tlp := range record.TLPs {
		for _, audience := range [][]record.Clause{nil, {{Participant: "SL"}}, {{Participant: "SL", Sectors: []string{"customs"}}}, {{Group: "swg1.2"}}, {{Group: "swg1.2/east"}},
			{{Group: "swg1.2", Sectors: []string{"customs"}}}, {{Organisation: s.org}}, {{Person: s.id["urs"]}}, {{Participant: "NZ"}, {Person: s.id["fatu"]}}} {
			bad := slices.ContainsFunc(audience, func(c record.Clause) bool {
				return tlp == record.Red && c.Person == "" || tlp == record.AmberStrict && c.Participant == ""
			})
			if x := (record.Sharing{TLP: tlp, Audience: audience}); bad {
				wrong = append(wrong, x)
			} else {
				valid = append(valid, x)
			}
		}
	}
	return valid, wrong
}

// spectators are those who try to see.
var spectators = []string{"public", "esi", "ama", "kofi", "yaa", "fatu", "sahr", "mere", "kia", "urs", "sol", "sun", "pia", "pio"}

// TestWhoSeesWhatOfEveryKind is the sharing rule for each kind that people write, in each of its private states and an
// open one, with every label and audience, over every way of reading and of changing, on both engines.
func TestWhoSeesWhatOfEveryKind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := newStage(t, address)
		for _, k := range kinds.Authored() {
			authors := []string{"esi"}
			if k.Name == "narrative" { // the secretariat's
				authors[0] = "sol"
			} else if k.Partners {
				authors = append(authors, "pia")
			}
			for _, author := range authors {
				t.Run(k.Name+" of "+author, func(t *testing.T) {
					s.t = t
					s.everyRule(author, k)
				})
			}
		}
	})
}

// everyRule tries a kind with every rule.
func (s *stage) everyRule(author string, k *record.Kind) {
	if !kindstest.Has(k.Name) {
		s.t.Fatalf("the kind %s has no body in kindstest: add one, so that who sees it is tried", k.Name)
	}
	ctx := context.Background()
	word := "zq" + strings.ReplaceAll(k.Name, "-", "") + author
	anchor := s.make("sol", "topic", clear)
	s.make("sol", "need", clear) // which initiatives may fit
	d := app.Draft{Kind: k.Name, Title: record.Text{"en": word}, Links: []record.Link{{Relation: record.EvidenceFor, To: anchor.ID}}}
	host := ""
	if len(k.Under) > 0 {
		h := s.host(k)
		host, d.Links = h.Owner, append(d.Links, record.Link{Relation: record.PartOf, To: h.ID})
	}
	valid, wrong := s.rules()
	if s.Store().Engine() == "postgres" { // the engines differ by statements and not by kinds: every fourth rule, others for each kind
		for i := range len(valid) / 4 {
			valid[i] = valid[4*i+len(k.Name)%4]
		}
		valid = valid[:len(valid)/4]
	}
	for _, rule := range wrong {
		d.Sharing, d.Body = rule, sample(k.Name, word, 0)
		if _, err := s.Create(ctx, s.as(author), d); k.Name != "submission" && (app.CodeOf(err) != app.Invalid || !strings.Contains(err.Error(), "problem.sharing.")) {
			s.t.Errorf("%v: %v", rule, err)
		}
	}
	b, _ := k.Decode(sample(k.Name, word, 0))
	u, unique := b.(record.Unique)
	one := unique && u.UniqueKey() != "" && !kindstest.Numbered(k.Name) // an owner has one only
	var batch []*record.Record
	n, tried, ways := 0, map[string]bool{}, paths(k.Workflow)
	for _, state := range slices.Sorted(maps.Keys(ways)) {
		for _, rule := range valid {
			d.Sharing, d.Body, d.Private = rule, sample(k.Name, word, n), state == "draft"
			if one {
				anchor = s.make("sol", "topic", clear)
				d.Links[0].To = anchor.ID
			}
			r := s.reach(author, d, ways[state])
			if r == nil {
				continue
			}
			if n++; r.State != state || r.Kind != "submission" && r.Sharing.TLP != rule.TLP {
				s.t.Fatalf("what should be %s, %v, is %s, %v", state, rule, r.State, r.Sharing)
			}
			if rule.TLP == record.Amber && host != "" && host != r.Owner && !slices.ContainsFunc(r.Sharing.Audience, func(c record.Clause) bool { return c.Participant == host }) {
				s.t.Errorf("what belongs to a record of %s became %v", host, r.Sharing)
			}
			what, private := r.State+string(rule.TLP), k.Workflow.IsPrivate(r.State)
			if !tried[what] && (rule.TLP == record.Clear) == private && rule.TLP != record.Green && rule.TLP != record.AmberStrict { // the narrowest rules, and the widest where the state is private
				tried[what] = true
				s.writers(k, r)
			}
			if batch = append(batch, r); one {
				s.readers(k, batch, n, anchor, word)
				if _, err := s.Retract(ctx, s.as(author), r.ID, r.Version, "x"); err != nil {
					s.t.Fatal(err)
				}
				batch = nil
			}
		}
	}
	s.readers(k, batch, n, anchor, word)
}

// readers compares what each viewer comes upon with the rule.
func (s *stage) readers(k *record.Kind, batch []*record.Record, n int, anchor *record.Record, word string) {
	s.t.Helper()
	ctx := context.Background()
	looks := s.looks(k)
	names := slices.Sorted(maps.Keys(looks))
	queries := lists(k, batch, word)
	for j, who := range spectators {
		v := s.as(who)
		check := func(way string, ids []string, in func(*record.Record) bool) {
			s.t.Helper()
			for _, r := range batch {
				if sees, got := s.may(who, r), slices.Contains(ids, r.ID); got && !sees || in(r) && sees != got {
					s.t.Errorf("%s comes upon what is %s, %v, of %s, by %s: %v, the rule says %v", who, r.State, r.Sharing, r.Owner, way, got, sees)
				}
			}
		}
		for i, way := range slices.Sorted(maps.Keys(queries)) {
			if len(batch) == 1 && (i+n+j)%4 > 0 { // a kind of which an owner has one: each list in turn
				continue
			}
			q, got := queries[way], []string(nil)
			if err := s.Each(ctx, v, q, func(x *app.Shown) error { got = append(got, x.ID); return nil }); err != nil {
				s.t.Fatal(err)
			}
			check(way, got, func(r *record.Record) bool {
				return (q.State == "" || r.State == q.State) && (q.From == "" || r.When != "")
			})
		}
		for way, read := range s.reads(k, anchor, word) {
			if len(batch) == 1 && (len(way)+n+j)%4 > 0 {
				continue
			}
			got, err := read(v)
			if err != nil {
				s.t.Fatalf("%s by %s: %v", who, way, err)
			}
			check(way, got, func(r *record.Record) bool {
				return !strings.HasPrefix(way, "some") && !(strings.HasPrefix(way, "all open") && k.Workflow.IsPrivate(r.State))
			})
		}
		for i, r := range batch { // each record in two of the ways, in turn
			for _, way := range []string{"page", names[(i+n+j)%len(names)]} {
				if way == "story" && s.may(who, r) && i%16 > 0 {
					continue // a long one, and each much the same
				}
				err := looks[way](v, r.ID)
				if got := err == nil; got != s.may(who, r) || !got && app.CodeOf(err) != app.NotFound {
					s.t.Errorf("%s asks for the %s of what is %s, %v, of %s: %v", who, way, r.State, r.Sharing, r.Owner, err)
				}
			}
		}
	}
}

// lists are the lists in which records of the batch stand.
func lists(k *record.Kind, batch []*record.Record, word string) map[string]app.Query {
	out := map[string]app.Query{"in the list": {Kind: k.Name}, "by day": {Kind: k.Name, Sort: "day"}, "by words": {Kind: k.Name, Text: word},
		"oldest first": {Kind: k.Name, Sort: "changed", Ascending: true}, "in a span": {Kind: k.Name, From: "1900", To: "2200"}}
	for _, r := range batch {
		out["in state "+r.State] = app.Query{Kind: k.Name, State: r.State, Sort: "changed"}
		out["by owner"] = app.Query{Kind: k.Name, Owner: r.Owner, Sort: "changed"}
		for _, x := range r.Topics {
			out["under "+x] = app.Query{Kind: k.Name, Topic: x, Sort: "changed"}
		}
		for _, x := range r.Places {
			out["in "+x] = app.Query{Kind: k.Name, Place: x}
		}
		for _, x := range r.Substances {
			out["of "+x] = app.Query{Kind: k.Name, Substance: x}
		}
	}
	return out
}

// ask makes a way to look of a use case that reads one record.
func ask[T any](f func(context.Context, app.Viewer, string) (T, error)) func(app.Viewer, string) error {
	return func(v app.Viewer, id string) error { return second(f(context.Background(), v, id)) }
}

// looks are the ways to look at one record.
func (s *stage) looks(k *record.Kind) map[string]func(app.Viewer, string) error {
	ctx := context.Background()
	out := map[string]func(app.Viewer, string) error{"page": ask(s.Get), "history": ask(s.History), "discussion": ask(s.Comments), "proposals": ask(s.Proposals),
		"receipts": ask(s.Receipts), "warning": ask(s.WarnOf), "story": ask(s.Story)}
	for _, x := range kinds.Following(k.Name) {
		out["draft of an answer"] = func(v app.Viewer, id string) error { return second(s.DraftOf(ctx, v, x, "", id, "")) }
	}
	for _, x := range kinds.Under(k.Name) {
		out["draft of what belongs to it"] = func(v app.Viewer, id string) error { return second(s.DraftOf(ctx, v, x, id, "", "")) }
	}
	return out
}

// reads are the ways to come upon the ids of many records at once: "all" that there are, "all open" ones without drafts, or
// "some" where not more can be said.
func (s *stage) reads(k *record.Kind, anchor *record.Record, word string) map[string]func(app.Viewer) ([]string, error) {
	ctx := context.Background()
	out := map[string]func(app.Viewer) ([]string, error){
		"all that a search finds": func(v app.Viewer) ([]string, error) {
			l, err := s.Search(ctx, v, word, "", app.MaxPage)
			return ids(l.Records, idOf), err
		},
		"all of an export": func(v app.Viewer) ([]string, error) {
			var b strings.Builder
			_, err := s.Export(ctx, v, app.Query{Kind: k.Name}, table.NewCSV(&b))
			return ids(strings.Split(b.String(), "\n"), func(line string) string { return line[:min(26, len(line))] }), err
		},
		"all that links to a record": func(v app.Viewer) ([]string, error) {
			related, err := s.Related(ctx, v, &app.Shown{Record: anchor})
			return ids(related, func(r app.Related) string { return r.ID }), err
		},
		"some of a story": func(v app.Viewer) ([]string, error) {
			x, err := s.Story(ctx, v, anchor.ID)
			return append(ids(x.Nodes, func(n app.Node) string { return n.ID }), ids(x.Edges, func(e app.Edge) string { return e.From })...), err
		},
		"some that he was told": func(v app.Viewer) ([]string, error) {
			told, err := s.Told(ctx, v, 1000)
			return ids(told, func(x app.Told) string { return x.Subject.ID }), err
		},
	}
	switch k.Name {
	case "meeting":
		for _, topic := range []string{"", "swg1.2"} {
			out["all open ones in the calendar of "+topic] = func(v app.Viewer) ([]string, error) {
				list, err := s.Meetings(ctx, v, "2024-05-01", "2024-05-31", topic)
				return ids(s.Entries(list, "en", "https://example.org"), func(e calendar.Entry) string { return strings.TrimSuffix(e.UID, "@tocsin") }), err
			}
		}
	case "law":
		out["all open laws"] = func(v app.Viewer) (all []string, _ error) {
			l, err := s.Legislation(ctx, v, "GH")
			for _, c := range l.Covered {
				all = append(all, ids(c.Laws, idOf)...)
			}
			return all, err
		}
	case "need", "contribution":
		if k.Name == "contribution" {
			out["all open ones of an IATI file"] = func(v app.Viewer) ([]string, error) {
				var b strings.Builder
				err := s.ExportIATI(ctx, v, &b)
				return ids(strings.Split(b.String(), "TOCSIN-"), func(x string) string { return x[:min(26, len(x))] }), err
			}
		}
		out["all open ones in the donors' table"] = func(v app.Viewer) ([]string, error) {
			d, err := s.Donors(ctx, v)
			c := d.Cells["GH"]["legislation"]
			return append(ids(c.Needs, idOf), ids(c.Gifts, idOf)...), err
		}
	case "initiative":
		out["some that fit a country's needs"] = func(v app.Viewer) ([]string, error) {
			list, err := s.InitiativesFor(ctx, v, "GH")
			return ids(list, func(m app.Match) string { return m.ID }), err
		}
	}
	return out
}

// writers finds that whoever does not see a record learns nothing by trying to change it, and changes nothing.
func (s *stage) writers(k *record.Kind, r *record.Record) {
	s.t.Helper()
	ctx := context.Background()
	for _, who := range spectators {
		if s.may(who, r) {
			continue
		}
		v, d := s.as(who), app.Draft{Sharing: r.Sharing, Links: r.Links, Body: r.Body}
		ways := map[string]error{
			"update": second(s.Update(ctx, v, r.ID, r.Version, d)), "update an old version": second(s.Update(ctx, v, r.ID, r.Version+7, d)), "retract": second(s.Retract(ctx, v, r.ID, r.Version, "x")),
			"attach": second(s.Attach(ctx, v, r.ID, r.Version, "x.txt", []byte("x"))), "take up": second(s.TakeUp(ctx, v, r.ID, 1)), "decide": s.Decide(ctx, v, r.ID, "x", true),
			"comment": s.Comment(ctx, v, r.ID, "x"), "comment on a paragraph": s.CommentOn(ctx, v, r.ID, "1", "x"), "answer": s.Answer(ctx, v, r.ID, "accepted", ""),
			"propose": s.Propose(ctx, v, r.ID, "x", nil), "propose a body": s.Propose(ctx, v, r.ID, "x", r.Body), "acknowledge": s.Acknowledge(ctx, v, r.ID, "x"),
			"link": second(s.Create(ctx, v, app.Draft{Kind: "incident", Body: sample("incident", "x", 0), Links: []record.Link{{Relation: record.CausedBy, To: r.ID}}})),
		}
		for _, step := range append(slices.Clone(k.Workflow.Steps), record.Step{Name: "fly"}) {
			ways["step "+step.Name] = second(s.Step(ctx, v, r.ID, r.Version, step.Name, "x"))
		}
		for _, under := range kinds.Under(k.Name) {
			ways["link of what belongs"] = second(s.Create(ctx, v, app.Draft{Kind: under.Name, Body: sample(under.Name, "x", 0), Links: []record.Link{{Relation: record.PartOf, To: r.ID}}}))
		}
		for way, err := range ways {
			mayNotWrite := strings.HasPrefix(way, "link") && len(s.people[who].Registrations) == 0 && app.CodeOf(err) == app.Forbidden
			if !mayNotWrite && !(app.CodeOf(err) == app.Unauthenticated && !v.SignedIn()) && app.CodeOf(err) != app.NotFound || err == nil {
				s.t.Errorf("%s gets %v for a try to %s what is %s, %v, and he cannot see", who, err, way, r.State, r.Sharing)
			}
		}
	}
	said, err := s.Comments(ctx, app.Operator, r.ID)
	if now, err2 := s.Get(ctx, app.Operator, r.ID); err != nil || err2 != nil || now.Version != r.Version || len(said) > 0 {
		s.t.Errorf("after those who do not see it tried: %v, %v, %v, %v", now, said, err, err2)
	}
}

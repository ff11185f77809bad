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

// reach makes a record and takes it along the path to a state.
func (s *stage) reach(author string, d app.Draft, path []record.Step) *record.Record {
	s.t.Helper()
	r := s.write(author, d)
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
	t.Run("by a file", func(t *testing.T) { // somebody else's file must not make the signer a second person
		s = newStage(t, storetest.SQLite(t))
		r = s.step("esi", s.make("ama", "pledge", clear), "sign")
		x, err := s.Attach(ctx, s.as("kofi"), r.ID, r.Version, "x.txt", []byte("x"))
		if s.refused("a file for what is signed", err, app.Conflict, "error.locked"); err == nil {
			r = x
		}
		s.refused("confirming his own after it", step("esi", "confirm-signature", ""), app.Forbidden, "error.second")
	})
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
	ghana, leone := wish("ama", one), wish("fatu", one)
	if !s.told("mere", ghana, "") {
		t.Error("the host is not told of an interest")
	}
	s.refused("offering himself a place", offer("ama", ghana), app.Forbidden, "error.owner")
	s.refused("offering another's place", offer("fatu", ghana), app.NotFound, "error.not-found")
	ghana = s.step("mere", ghana, "consider", "offer")
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
	lone := begin("1")
	s.step("mere", wish("sol", other, to(record.SameAs, lone)), "offer")
	if err := offer("mere", wish("ama", lone)); err != nil {
		t.Errorf("a place elsewhere, of one who only mentions this initiative, takes its place: %v", err)
	}
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

// TestBelonging: what belongs to a record goes on belonging to one of its kind that would take it.
func TestBelonging(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	under := func(kind string) *record.Record { k, _ := kinds.Get(kind); return s.host(k) }
	draft := func(who, kind string, host *record.Record) *record.Record {
		return s.write(who, app.Draft{Kind: kind, Private: true, Sharing: amber, Links: []record.Link{to(record.PartOf, host)}, Body: sample(kind, "x", 0)})
	}
	call, offer, pledge := under("submission"), under("interest"), under("pledge-report")
	theirs, err := s.Create(ctx, app.Operator, app.Draft{Kind: "pledge", Owner: "SL", Sharing: clear, Body: sample("pledge", "x", 0)})
	if err == nil {
		theirs, err = s.Step(ctx, app.Operator, theirs.ID, theirs.Version, "sign", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, who string
		r, host   *record.Record
		code      app.Code
		key       string
	}{
		{"a submission to one of his own", "pia", draft("pia", "submission", call), draft("pia", "submission", call), app.Invalid, "problem.under"},
		{"a submission to what is closed", "pia", draft("pia", "submission", call), s.step("sol", under("submission"), "close-call"), app.Conflict, "error.call.closed"},
		{"an interest in an incident", "ama", draft("ama", "interest", offer), s.make("ama", "incident", green), app.Invalid, "problem.under"},
		{"an interest in what has ended", "ama", draft("ama", "interest", offer), s.step("mere", under("interest"), "end"), app.Conflict, "error.initiative.closed"},
		{"a report under another's pledge", "ama", draft("ama", "pledge-report", pledge), s.step("fatu", theirs, "confirm-signature"), app.Forbidden, "error.owner"},
	} {
		s.refused(c.what, second(s.put(c.who, c.r, c.r.Body, to(record.PartOf, c.host))), c.code, c.key)
	}
}

// TestCalls: a call takes submissions from its first day to its last, and what is published has the partner's consent.
func TestCalls(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	day := func(n int) string { return s.at.UTC().AddDate(0, 0, n).Format("2006-01-02") }
	call := s.write("sol", app.Draft{Kind: "call", Sharing: clear, Body: with("call", `"opens":"`+day(2)+`","closes":"`+day(4)+`"`)})
	send := func(body json.RawMessage, private bool) (*record.Record, error) {
		return s.Create(ctx, s.as("pia"), app.Draft{Kind: "submission", Private: private, Sharing: amber, Links: []record.Link{to(record.PartOf, call)}, Body: body})
	}
	body := sample("submission", "x", 0)
	s.refused("to a draft", second(send(body, false)), app.NotFound, "error.link")
	call = s.step("sol", call, "open-call")
	s.refused("before it opens", second(send(body, false)), app.Conflict, "error.call.closed")
	s.at = s.at.AddDate(0, 0, 2)
	r, err := send(body, false)
	late, err2 := send(body, true)
	shy, err3 := send(with("submission", `"consent":"no"`), false)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	if !s.told("sol", r, "") || s.told("sol", late, "") {
		t.Error("the host is told of a draft, or not of a submission")
	}
	s.refused("changing what is submitted", second(s.put("pia", r, body)), app.Conflict, "error.locked")
	s.refused("publishing his own", second(s.Step(ctx, s.as("pia"), r.ID, r.Version, "publish", "")), app.Forbidden, "error.owner")
	s.refused("publishing without consent", second(s.Step(ctx, s.as("sol"), shy.ID, shy.Version, "publish", "")), app.Conflict, "error.consent")
	if r = s.step("sol", r, "publish"); !s.sees("public", r) {
		t.Error("what is published is not seen")
	}
	if r = s.step("pia", r, "take-back"); s.sees("public", r) || s.sees("sol", r) {
		t.Error("what is taken back is seen")
	}
	if r = s.step("pia", r, "submit"); s.sees("public", r) || !s.sees("sol", r) {
		t.Error("what is submitted again is public before it is published, or hidden from the host")
	}
	s.at = s.at.AddDate(0, 0, 3)
	s.refused("after it closes", second(send(body, false)), app.Conflict, "error.call.closed")
	s.refused("a draft after it closes", second(s.Step(ctx, s.as("pia"), late.ID, late.Version, "submit", "")), app.Conflict, "error.call.closed")
	org, err := s.Get(ctx, s.as("sol"), s.org)
	if err != nil {
		t.Fatal(err)
	}
	s.refused("verifying what is verified", second(s.Step(ctx, s.as("sol"), org.ID, org.Version, "verify", "")), app.Conflict, "error.step")
	org.Record = s.step("sol", org.Record, "suspend")
	_, err = s.ViewerByID(ctx, s.id["pia"])
	s.refused("signing in for what is suspended", err, app.Unauthenticated, "error.unauthenticated")
	s.refused("verifying again by the same", second(s.Step(ctx, s.as("sol"), org.ID, org.Version, "verify", "")), app.Forbidden, "error.second")
	s.step("sun", org.Record, "verify")
	if !s.sees("pia", r) {
		t.Error("what is verified again has no accounts")
	}
}

// TestCircles: following links upwards never leads back, however far it is.
func TestCircles(t *testing.T) {
	s := newStage(t, storetest.SQLite(t))
	for _, rel := range []record.Relation{record.Answers, record.PartOf, record.CausedBy, record.Supersedes} {
		first := s.make("ama", "topic", green)
		s.refused("itself", second(s.put("ama", first, first.Body, to(rel, first))), app.Invalid, "problem.circle")
		x := first
		for n := range 60 {
			x = s.make("ama", "topic", green, to(rel, x))
			if n < 2 || n == 59 {
				s.refused(fmt.Sprintf("a ring of %d by %s", n+2, rel), second(s.put("ama", first, first.Body, to(rel, x))), app.Invalid, "problem.circle")
			}
		}
	}
	a := s.make("ama", "topic", green)
	b := s.make("ama", "topic", green, to(record.SameAs, a))
	if _, err := s.put("ama", a, a.Body, to(record.SameAs, b)); err != nil {
		t.Errorf("two that are the same: %v", err)
	}
	s.refused("the same as itself", second(s.put("ama", b, b.Body, to(record.SameAs, b))), app.Invalid, "problem.link")
	s.refused("to nothing", second(s.put("ama", b, b.Body, record.Link{Relation: record.Answers, To: "nothing"})), app.NotFound, "error.link")
	s.refused("by no relation", second(s.put("ama", b, b.Body, to("likes", a))), app.Invalid, "problem.link")
}

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
	s.make("fatu", "need", clear)
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

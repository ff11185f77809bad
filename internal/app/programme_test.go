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

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

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
	s.step("ama", ghana, "take-part", "take-back")
	s.step("fatu", s.step("mere", leone, "offer"), "take-part", "finish")
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
	s.refused("an interest in two", second(s.Create(ctx, s.as("ama"), app.Draft{Kind: "interest", Sharing: amber, Links: []record.Link{to(record.PartOf, other), to(record.PartOf, one)}, Body: sample("interest", "x", 0)})), app.Invalid, "problem.under")
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

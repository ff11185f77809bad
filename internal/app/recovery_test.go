package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/store/storetest"
)

// enrol adds people of participants, each with duties.
func (w *world) enrol(people map[string]coalition.Person) {
	w.t.Helper()
	var list []app.Enrolment
	var names []string
	for name, x := range people {
		x.Email, x.Name, x.Active = name+"@example.org", name, true
		list = append(list, app.Enrolment{Person: x})
		names = append(names, name)
	}
	ids, err := w.Enrol(context.Background(), app.Operator, list)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, name := range names {
		w.id[name] = ids[i]
	}
}

func (w *world) ask(name string) {
	w.t.Helper()
	if err := w.AskRecovery(context.Background(), " "+name+"@EXAMPLE.org", at("192.0.2.50")); err != nil {
		w.t.Fatal(err)
	}
}

// auditedOn counts the lines of the audit with an event about somebody.
func (w *world) auditedOn(event, subject string) (n int) {
	w.t.Helper()
	q := "SELECT count(*) FROM audit WHERE event = '" + event + "' AND subject = '" + subject + "'"
	if err := w.Store().DB().QueryRowContext(context.Background(), q).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// request returns the one open request that a viewer may decide.
func (w *world) request(v app.Viewer) app.RecoveryRequest {
	w.t.Helper()
	list, err := w.Requests(context.Background(), v)
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%v, %v", list, err)
	}
	return list[0]
}

// TestRecoveryTakesTwo: who has lost every way in is let in again by two who administer him, never by one, nor by himself;
// what he had before can end with it.
func TestRecoveryTakesTwo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, c := context.Background(), newClock()
		w := newWorld(t, address, c.option())
		w.enrol(map[string]coalition.Person{"esi": {Participant: "GH", Duties: []coalition.Duty{coalition.FocalPoint}}, "clerk": {Participant: "secretariat", Duties: []coalition.Duty{coalition.Secretariat}}})
		ama := w.signedIn("ama")
		k := add(t, passkeys(t, w.App), ama, "Laptop")
		token, _, err := w.NewToken(ctx, ama, "robot", nil, c.at.AddDate(0, 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		feed, err := w.NewFeed(ctx, ama)
		if err != nil {
			t.Fatal(err)
		}
		kofi, esi := w.signedIn("kofi"), w.signedIn("esi")
		if _, err := w.SigninLink(ctx, kofi, "ama@example.org", false); app.CodeOf(err) != app.Forbidden {
			t.Errorf("one alone makes a link for who has devices: %v", err)
		}
		w.ask("ama")
		w.ask("ama") // is the same request
		r := w.request(kofi)
		for name, v := range map[string]app.Viewer{"herself": ama, "another country": w.signedIn("fatu"), "a token": {Person: kofi.Person, Pass: &app.Pass{}}} {
			if list, err := w.Requests(ctx, v); err != nil || len(list) > 0 {
				t.Errorf("%s sees %v, %v", name, list, err)
			}
			if _, err := w.ApproveRecovery(ctx, v, r.ID, true); app.CodeOf(err) != app.NotFound && app.CodeOf(err) != app.Forbidden {
				t.Errorf("%s approves: %v", name, err)
			}
		}
		if secret, err := w.ApproveRecovery(ctx, kofi, r.ID, true); err != nil || secret != "" {
			t.Fatalf("the first gets %q, %v", secret, err)
		}
		if secret, err := w.ApproveRecovery(ctx, kofi, r.ID, true); app.CodeOf(err) != app.Conflict || secret != "" {
			t.Errorf("the first once more: %q, %v", secret, err)
		}
		if r := w.request(kofi); !r.Mine || r.First != "kofi" {
			t.Errorf("%+v", r)
		}
		secret, err := w.ApproveRecovery(ctx, esi, r.ID, true)
		if err != nil || secret == "" {
			t.Fatalf("the second: %v", err)
		}
		if _, err := w.ApproveRecovery(ctx, w.signedIn("clerk"), r.ID, true); app.CodeOf(err) != app.NotFound {
			t.Errorf("a third: %v", err)
		}
		q, s, _ := passkeys(t, w.App).AskSignin(ctx)
		_, device := passkeys(t, w.App).Signin(ctx, s, k.answer(t, q), at("192.0.2.1"))
		_, robot := w.TokenViewer(ctx, token)
		_, calendar := w.FeedViewer(ctx, feed)
		_, session := w.SigninViewer(ctx, ama.Signin.ID)
		for what, err := range map[string]error{"device": device, "token": robot, "calendar": calendar, "session": session} {
			if code := app.CodeOf(err); err == nil || code != app.Unauthenticated && code != app.NotFound {
				t.Errorf("the lost %s lets in: %v", what, err)
			}
		}
		if v, err := w.Signin(ctx, secret, at("192.0.2.1")); err != nil || v.Actor() != w.id["ama"] {
			t.Errorf("the link: %v", err)
		}
		if _, err := w.Signin(ctx, secret, at("192.0.2.1")); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the link again: %v", err)
		}
		if n := w.auditedOn("recovery.approved", w.id["ama"]); n != 2 {
			t.Errorf("%d approvals in the audit", n)
		}
	})
}

// TestRecoveryOfTheStronger: a weaker cannot recover a stronger, two of whom one made the other are one, an approval of
// who may not any more does not count, and a request ends after 72 hours or when it is refused.
func TestRecoveryOfTheStronger(t *testing.T) {
	ctx, c := context.Background(), newClock()
	w := newWorld(t, storetest.SQLite(t), c.option())
	secretariat := []coalition.Duty{coalition.Secretariat}
	w.enrol(map[string]coalition.Person{"boss": {Participant: "GH", Duties: []coalition.Duty{coalition.Administrator}}, "esi": {Participant: "GH", Duties: []coalition.Duty{coalition.FocalPoint}},
		"clerk": {Participant: "secretariat", Duties: secretariat}, "clark": {Participant: "secretariat", Duties: secretariat}})
	kofi, clerk := w.signedIn("kofi"), w.signedIn("clerk")
	w.ask("boss")
	for name, v := range map[string]app.Viewer{"a focal point": kofi, "the secretariat": clerk} {
		if list, err := w.Requests(ctx, v); err != nil || len(list) > 0 {
			t.Errorf("%s may recover an administrator: %v, %v", name, list, err)
		}
	}
	puppet, err := w.SavePerson(ctx, kofi, coalition.Person{Email: "puppet@example.org", Name: "puppet", Participant: "GH", Duties: []coalition.Duty{coalition.FocalPoint}, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	w.id["puppet"] = puppet.ID
	w.ask("ama")
	r := w.request(kofi)
	approve := func(v app.Viewer, id string) (string, error) { return w.ApproveRecovery(ctx, v, id, false) }
	if _, err := approve(kofi, r.ID); err != nil {
		t.Fatal(err)
	}
	if secret, err := approve(w.signedIn("puppet"), r.ID); app.CodeOf(err) != app.Forbidden || secret != "" {
		t.Errorf("his own creature is the second: %v", err)
	}
	if err := w.RefuseRecovery(ctx, clerk, r.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Requests(ctx, kofi); err != nil || len(list) > 0 {
		t.Errorf("refused, and still there: %v, %v", list, err)
	}

	w.ask("ama")
	r = w.request(kofi)
	if _, err := approve(w.signedIn("esi"), r.ID); err != nil {
		t.Fatal(err)
	}
	esi := *w.as("esi").Person
	esi.Duties = nil
	if _, err := w.SavePerson(ctx, app.Operator, esi); err != nil {
		t.Fatal(err)
	}
	if secret, err := approve(kofi, r.ID); err != nil || secret != "" {
		t.Errorf("with one who may not any more: %q, %v", secret, err)
	}
	c.later(72*time.Hour - time.Minute)
	w.request(w.signedIn("clark"))
	c.later(time.Minute)
	if _, err := approve(w.signedIn("clark"), r.ID); app.CodeOf(err) != app.NotFound {
		t.Errorf("after 72 hours: %v", err)
	}
}

// TestAttack14RecoveryTellsNothing: unknown, disabled and known addresses get the same answer, often asked as well, and the
// known one is asked for three times at most.
func TestAttack14RecoveryTellsNothing(t *testing.T) {
	ctx, c := context.Background(), newClock()
	w := newWorld(t, storetest.SQLite(t), c.option())
	gone := *w.as("urs").Person
	gone.Active = false
	if _, err := w.SavePerson(ctx, app.Operator, gone); err != nil {
		t.Fatal(err)
	}
	for i, email := range []string{"ama@example.org", "nobody@example.org", "urs@example.org", "", "'; DROP TABLE recovery; --", "ama@example.org\x00"} {
		for range 4 {
			if err := w.AskRecovery(ctx, email, app.From{Address: fmt.Sprintf("192.0.2.%d", i)}); err != nil {
				t.Errorf("%q: %v", email, err)
			}
		}
	}
	if n := w.auditedOn("recovery.asked", w.id["ama"]); n != 3 {
		t.Errorf("asked for ama %d times", n)
	}
	for i := range 20 {
		if err := w.AskRecovery(ctx, fmt.Sprintf("p%d@example.org", i), app.From{Address: "198.51.100.1"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.AskRecovery(ctx, "ama@example.org", app.From{Address: "198.51.100.1"}); err != app.ErrSlow {
		t.Errorf("the twenty-first of a network: %v", err)
	}
}

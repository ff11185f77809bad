package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// box is a mail server that keeps what it is given.
type box struct {
	mu      sync.Mutex
	letters []letter
	answer  func(n int) error // to the n-th letter; nil takes it
	crash   bool              // the program stops right after handing over
}

func (b *box) send(_ context.Context, l letter, connected func() error) error {
	if err := connected(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.letters)
	if b.crash {
		b.letters = append(b.letters, l)
		panic("killed")
	}
	if b.answer != nil {
		if err := b.answer(n); err != nil {
			return err
		}
	}
	b.letters = append(b.letters, l)
	return nil
}

func alerted(t *testing.T, address string, tlp record.TLP) (*app.App, string) {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	reg := []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}
	person := func(name, code, lang string) app.Enrolment {
		return app.Enrolment{Person: coalition.Person{Email: name + "@example.org", Name: name, Participant: code, Languages: []string{lang}, Active: true}, Registrations: reg}
	}
	ids, err := a.Enrol(ctx, app.Operator, []app.Enrolment{person("ama", "GH", "en"), person("kofi", "GH", "en"), person("omar", "JO", "ar")})
	if err != nil {
		t.Fatal(err)
	}
	as := func(i int) app.Viewer {
		v, err := a.ViewerByID(ctx, ids[i])
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	body, err := json.Marshal(detection.Warning{Grade: "alert", Severity: "severe", Urgency: "immediate", Certainty: "observed", Instruction: record.Text{"en": "Make naloxone available."}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Create(ctx, as(0), app.Draft{Kind: "alert", Title: record.Text{"en": "Deaths\r\nBcc: x@example.org", "ar": "وفيات"}, Sharing: record.Sharing{TLP: tlp, Audience: []record.Clause{{Participant: "JO"}}}, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = a.Step(ctx, as(0), r.ID, 1, "clear", ""); app.CodeOf(err) != app.Forbidden {
		t.Fatalf("the author clears his own alert: %v", err)
	}
	if _, err = a.Step(ctx, as(1), r.ID, 1, "clear", ""); err != nil {
		t.Fatal(err)
	}
	if _, err = a.Step(ctx, as(0), r.ID, 2, "issue", ""); err != nil {
		t.Fatal(err)
	}
	return a, r.ID
}

func runner(a *app.App, b *box) *Runner {
	r := New(a, Config{BaseURL: "https://tocsin.example"}, slog.New(slog.DiscardHandler))
	r.mail = b
	return r
}

func states(t *testing.T, a *app.App, id string) map[string]int {
	t.Helper()
	letters, err := a.Store().Read().MailAbout(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, l := range letters {
		out[l.State]++
	}
	return out
}

func TestEverybodyGetsOneLetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		a, id := alerted(t, address, record.Amber)
		b := &box{}
		var wait sync.WaitGroup
		for range 4 { // several processes on one outbox
			wait.Go(func() {
				if err := runner(a, b).sendDue(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if err := runner(a, b).sendDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		to := map[string]int{}
		for _, l := range b.letters {
			to[l.to]++
			if strings.ContainsAny(l.subject, "\r\n") || !strings.Contains(l.text, "https://tocsin.example/r/"+id) || !strings.HasPrefix(l.subject, "[TLP:AMBER]") {
				t.Errorf("letter %+v", l)
			}
		}
		if len(b.letters) != 3 || to["omar@example.org"] != 1 || states(t, a, id)["sent"] != 3 {
			t.Errorf("letters to %v, states %v", to, states(t, a, id))
		}
		for _, l := range b.letters {
			if arabic := strings.Contains(l.text, "وفيات"); arabic != (l.to == "omar@example.org") {
				t.Errorf("the letter to %s is in the wrong language: %q", l.to, l.text)
			}
		}
	})
}

func TestClosedContentStaysOutOfLetters(t *testing.T) {
	a, _ := alerted(t, storetest.SQLite(t), record.AmberStrict)
	b := &box{}
	if err := runner(a, b).sendDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, l := range b.letters {
		if strings.Contains(l.subject+l.text, "Deaths") || strings.Contains(l.text, "naloxone") {
			t.Errorf("the letter tells what it must not: %+v", l)
		}
	}
	if len(b.letters) != 3 {
		t.Errorf("%d letters", len(b.letters))
	}
}

func TestAKilledSenderRepeatsNothing(t *testing.T) {
	a, id := alerted(t, storetest.SQLite(t), record.Green)
	b := &box{crash: true}
	func() {
		defer func() { _ = recover() }()
		_ = runner(a, b).sendDue(context.Background())
	}()
	if s := states(t, a, id); s["handed"] != 1 {
		t.Fatalf("after the crash: %v", s)
	}
	b.crash = false
	if err := a.Store().Write(context.Background(), doubtAll); err != nil {
		t.Fatal(err)
	}
	if err := runner(a, b).sendDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, l := range b.letters {
		seen[l.to]++
	}
	for to, n := range seen {
		if n != 1 {
			t.Errorf("%s got %d letters", to, n)
		}
	}
	if s := states(t, a, id); s["doubtful"] != 1 {
		t.Errorf("states %v", s)
	}
}

func TestWhoMayNotSeeItAnyMoreGetsNoLetter(t *testing.T) {
	a, id := alerted(t, storetest.SQLite(t), record.Amber)
	ctx := context.Background()
	members, err := a.People(ctx, app.Operator, "JO")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range members[0].Registrations {
		ended := *g
		ended.To = time.Now().Add(-time.Second)
		if _, err := a.Register(ctx, app.Operator, ended); err != nil {
			t.Fatal(err)
		}
	}
	b := &box{}
	if err := runner(a, b).sendDue(ctx); err != nil {
		t.Fatal(err)
	}
	if s := states(t, a, id); s["dropped"] != 1 || s["sent"] != 2 || len(b.letters) != 2 {
		t.Errorf("states %v, %d letters", s, len(b.letters))
	}
}

func TestRefusals(t *testing.T) {
	a, id := alerted(t, storetest.SQLite(t), record.Green)
	answers := []error{errPermanent, errors.New("try later"), errDoubtful}
	n := 0
	b := &box{answer: func(int) error { n++; return answers[(n-1)%3] }}
	if err := runner(a, b).sendDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s := states(t, a, id); s["failed"] != 1 || s["queued"] != 1 || s["doubtful"] != 1 {
		t.Errorf("states %v", s)
	}
	if backoff(0) != 30*time.Second || backoff(50) != 24*time.Hour {
		t.Errorf("backoff %v to %v", backoff(0), backoff(50))
	}
}

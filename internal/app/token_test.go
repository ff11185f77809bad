package app_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// audited counts the lines of the audit about tokens with an event and a detail that begins so.
func (w *world) audited(event, detail string) (n int) {
	w.t.Helper()
	q := "SELECT count(*) FROM audit WHERE event = '" + event + "' AND detail LIKE '" + detail + "%'"
	if err := w.Store().DB().QueryRowContext(context.Background(), q).Scan(&n); err != nil && !errors.Is(err, sql.ErrNoRows) {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) newToken(who string, scopes ...app.Scope) (string, store.AccessToken) {
	w.t.Helper()
	secret, made, err := w.NewToken(context.Background(), w.as(who), "a program", scopes, w.Now().AddDate(0, 0, 30))
	if err != nil {
		w.t.Fatal(err)
	}
	return secret, made
}

// TestTokens: a token stands for its person as he is now, within its scopes, until it ends; every secret that opens
// nothing is refused alike.
func TestTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		secret, made := w.newToken("ama")
		if !strings.HasPrefix(secret, "tocsin_") || len(secret) != len("tocsin_")+43 || len(made.Scopes) != 1 || made.Scopes[0] != "read" {
			t.Errorf("made %q, %+v", secret, made)
		}
		var kept string
		if err := w.Store().DB().QueryRowContext(ctx, "SELECT hash FROM token").Scan(&kept); err != nil || len(kept) != 64 || strings.Contains(kept, secret[7:]) {
			t.Errorf("kept as %q, %v", kept, err)
		}
		v, err := w.TokenViewer(ctx, secret)
		if err != nil || v.Actor() != w.id["ama"] || v.Allows(app.ScopeWrite) || !v.Allows(app.ScopeRead) {
			t.Errorf("stands for %+v, %v", v, err)
		}
		for _, wrong := range []string{"", "tocsin_", secret[:len(secret)-1], secret + "x", strings.ToUpper(secret), " " + secret, secret[7:], strings.Repeat("x", 1<<16)} {
			if v, err := w.TokenViewer(ctx, wrong); app.CodeOf(err) != app.Unauthenticated || v.Person != nil {
				t.Errorf("%.60q: %v, %v", wrong, v, err)
			}
		}
		if err := w.RevokeToken(ctx, w.as("kofi"), made.ID); app.CodeOf(err) != app.NotFound {
			t.Errorf("another revokes it: %v", err)
		}
		if err := w.RevokeToken(ctx, w.as("ama"), made.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.TokenViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("revoked, it opens: %v", err)
		}
		if err := w.TokenRefused(ctx, secret, app.From{}, 20); err != nil || w.audited("token.refused", "revoked") != 1 || w.audited("token.made", w.id["ama"]) != 1 || w.audited("token.revoked", "") != 1 {
			t.Errorf("the audit says otherwise, %v", err)
		}
	})
}

// TestTokensFollowThePerson: who is disabled or registered no more is so for his tokens at the next request.
func TestTokensFollowThePerson(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	secret, _ := w.newToken("fatu", app.ScopeWrite)
	r, err := w.Create(ctx, w.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident("zq")})
	if err != nil {
		t.Fatal(err)
	}
	sees := func() bool {
		v, err := w.TokenViewer(ctx, secret)
		if err != nil {
			return false
		}
		_, err = w.Get(ctx, v, r.ID)
		return err == nil
	}
	if !sees() {
		t.Error("a token does not show what its person sees")
	}
	members, err := w.People(ctx, app.Operator, "SL")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if m.Name != "fatu" {
			continue
		}
		ended := *m.Registrations[0]
		ended.To = w.Now().Add(-time.Minute)
		if _, err := w.Register(ctx, app.Operator, ended); err != nil {
			t.Fatal(err)
		}
		if sees() {
			t.Error("a token shows what its person, registered no more, does not see")
		}
		x := *m.Person
		x.Active = false
		if _, err := w.SavePerson(ctx, app.Operator, x); err != nil {
			t.Fatal(err)
		}
		if _, err := w.TokenViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("a disabled person's token opens: %v", err)
		}
	}
}

// TestTokensBuyNothingMore: with a token nobody makes a token, a link, a feed or a person, and none writes or imports
// with one that may only read.
func TestTokensBuyNothingMore(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	secret, made := w.newToken("kofi", app.ScopeWrite, app.ScopeImport)
	v, err := w.TokenViewer(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	_, _, more := w.NewToken(ctx, v, "more", nil, w.Now().AddDate(0, 0, 1))
	_, link := w.SigninLink(ctx, v, "ama@example.org", false)
	_, feed := w.NewFeed(ctx, v)
	_, person := w.SavePerson(ctx, v, coalition.Person{Email: "new@example.org", Name: "new", Participant: "GH", Active: true})
	_, registered := w.Register(ctx, v, coalition.Registration{Person: w.id["ama"], Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: w.Now()})
	for what, err := range map[string]error{"a token": more, "a link": link, "a feed": feed, "a person": person, "a registration": registered, "a revocation": w.RevokeToken(ctx, v, made.ID)} {
		if app.CodeOf(err) != app.Forbidden || !strings.Contains(err.Error(), "error.in-person") {
			t.Errorf("a token buys %s: %v", what, err)
		}
	}
	r, err := w.Create(ctx, v, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident("zq")})
	if err != nil {
		t.Fatal(err)
	}
	secret, _ = w.newToken("kofi")
	reads, err := w.TokenViewer(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	_, imported := w.Import(ctx, reads, app.ImportRequest{Kind: "incident"})
	for what, err := range map[string]error{
		"make": second(w.Create(ctx, reads, app.Draft{Kind: "incident", Body: incident("x")})), "change": second(w.Update(ctx, reads, r.ID, r.Version, app.Draft{Sharing: r.Sharing, Body: r.Body})),
		"step": second(w.Step(ctx, reads, r.ID, r.Version, "close", "x")), "retract": second(w.Retract(ctx, reads, r.ID, r.Version, "x")), "attach": second(w.Attach(ctx, reads, r.ID, r.Version, "x.txt", []byte("x"))),
		"comment": w.Comment(ctx, reads, r.ID, "x"), "propose": w.Propose(ctx, reads, r.ID, "x", nil), "answer": w.Answer(ctx, reads, r.ID, "x", ""), "acknowledge": w.Acknowledge(ctx, reads, r.ID, "x"),
		"decide": w.Decide(ctx, reads, r.ID, "x", true), "import": imported,
	} {
		if app.CodeOf(err) != app.Forbidden || !strings.Contains(err.Error(), "error.scope") {
			t.Errorf("a token to read lets %s: %v", what, err)
		}
	}
}

// TestTokensAreChecked: names, scopes, ends and numbers that cannot be are refused.
func TestTokensAreChecked(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	v, month := w.as("ama"), w.Now().AddDate(0, 1, 0)
	for what, err := range map[string]error{
		"no name": third(w.NewToken(ctx, v, " ", nil, month)), "a long name": third(w.NewToken(ctx, v, strings.Repeat("x", 101), nil, month)), "a name that turns": third(w.NewToken(ctx, v, "a\u202eb", nil, month)),
		"a scope of none": third(w.NewToken(ctx, v, "x", []app.Scope{"admin"}, month)), "an end before": third(w.NewToken(ctx, v, "x", nil, w.Now())), "an end too late": third(w.NewToken(ctx, v, "x", nil, w.Now().AddDate(1, 0, 1))),
	} {
		if app.CodeOf(err) != app.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := third(w.NewToken(ctx, app.Public, "x", nil, month)); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("the public makes one: %v", err)
	}
	if err := third(w.NewTokenFor(ctx, v, "kofi@example.org", "x", nil, month)); app.CodeOf(err) != app.Forbidden {
		t.Errorf("one for another: %v", err)
	}
	for range 20 {
		w.newToken("ama")
	}
	if err := third(w.NewToken(ctx, v, "x", nil, month)); app.CodeOf(err) != app.Conflict {
		t.Errorf("the twenty-first: %v", err)
	}
	secret, _, err := w.NewTokenFor(ctx, app.Operator, "kofi@example.org", "for a robot", []app.Scope{app.ScopeImport}, month)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := w.TokenViewer(ctx, secret); err != nil || v.Actor() != w.id["kofi"] || !v.Allows(app.ScopeImport) || v.Allows(app.ScopeWrite) {
		t.Errorf("the operator's stands for %+v, %v", v, err)
	}
	if mine, err := w.Tokens(ctx, v); err != nil || len(mine) != 20 {
		t.Errorf("%d tokens, %v", len(mine), err)
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

// TestTokensEndAndAreNoted: a token ends at its time, and its use is kept by the day and once a day.
func TestTokensEndAndAreNoted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, err := store.Open(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().UTC()
		a, err := app.New(s, app.WithClock(func() time.Time { return at }))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := a.Enrol(ctx, app.Operator, []app.Enrolment{{Person: coalition.Person{Email: "x@example.org", Name: "x", Participant: "GH", Active: true}}}); err != nil {
			t.Fatal(err)
		}
		v, err := a.ViewerByEmail(ctx, "x@example.org")
		if err != nil {
			t.Fatal(err)
		}
		secret, made, err := a.NewToken(ctx, v, "x", nil, at.Add(72*time.Hour))
		if err != nil || !made.Used.IsZero() {
			t.Fatal(made, err)
		}
		for _, later := range []time.Duration{0, time.Minute, 24 * time.Hour, 25 * time.Hour, 2 * time.Hour} { // the clock may also be set back
			day := at.Add(later)
			begin := at
			at = day
			if _, err := a.TokenViewer(ctx, secret); err != nil {
				t.Fatal(err)
			}
			at = begin
			held, err := a.Tokens(ctx, v)
			if err != nil || held[0].Used.Truncate(24*time.Hour) != held[0].Used || held[0].Used.Before(day.Truncate(24*time.Hour)) {
				t.Errorf("after a use at %v: %+v, %v", day, held, err)
			}
		}
		at = at.Add(72 * time.Hour)
		if _, err := a.TokenViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("at its end it opens: %v", err)
		}
	})
}

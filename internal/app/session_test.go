package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/store/storetest"
)

// TestSigninsEnd: a sign-in is listed with its device, and ended it is out at the next request on any server; another's
// is not found; idle and absolute lives hold.
func TestSigninsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, c := context.Background(), newClock()
		w := newWorld(t, address, c.option())
		other, err := app.Open(ctx, address, c.option())
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		one, two, three := w.signedIn("ama"), w.signedIn("ama"), w.signedIn("ama")
		list, err := other.Signins(ctx, one)
		if err != nil || len(list) != 3 || list[0].Agent != "Firefox, Windows" || list[0].Origin != "192.0.2.0/24" || list[0].Way != "link" {
			t.Fatalf("%+v, %v", list, err)
		}
		in := func(a *app.App, v app.Viewer) bool {
			t.Helper()
			_, err := a.SigninViewer(ctx, v.Signin.ID)
			if err != nil && app.CodeOf(err) != app.Unauthenticated {
				t.Fatal(err)
			}
			return err == nil
		}
		if err := w.EndSignin(ctx, w.signedIn("kofi"), two.Signin.ID); app.CodeOf(err) != app.NotFound || !in(w.App, two) {
			t.Errorf("another ends it: %v", err)
		}
		if err := w.EndSignin(ctx, one, two.Signin.ID); err != nil || in(other, two) || !in(other, three) {
			t.Errorf("ended: %v", err)
		}
		if err := other.EndOtherSignins(ctx, one); err != nil || in(w.App, three) || !in(w.App, one) {
			t.Errorf("all others: %v", err)
		}
		for range 5 { // seen every hour and a half
			c.later(90 * time.Minute)
			if !in(w.App, one) {
				t.Fatal("who is seen is out")
			}
		}
		c.later(app.IdleLife + time.Minute)
		if in(w.App, one) {
			t.Error("who was not seen for long is in")
		}
		four := w.signedIn("ama")
		for range 7 {
			c.later(100 * time.Minute)
			in(w.App, four)
		}
		c.later(21 * time.Minute)
		if in(w.App, four) {
			t.Error("after twelve hours somebody is in")
		}
	})
}

// TestDutiesEndAtOnce: a duty taken away, a registration ended and a person disabled count at the next request.
func TestDutiesEndAtOnce(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, storetest.SQLite(t))
	kofi := w.signedIn("kofi")
	again := func() (app.Viewer, error) { return w.SigninViewer(ctx, kofi.Signin.ID) }
	weaker := *kofi.Person
	weaker.Duties = nil
	if _, err := w.SavePerson(ctx, app.Operator, weaker); err != nil {
		t.Fatal(err)
	}
	if v, err := again(); err != nil || v.Has(coalition.FocalPoint) || !v.Official() {
		t.Errorf("%v, %v", v, err)
	}
	members, err := w.People(ctx, app.Operator, "GH")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(members, func(m app.Member) bool { return m.ID == w.id["kofi"] })
	g := *members[i].Registrations[0]
	g.To = time.Now().Add(-time.Minute)
	if _, err := w.Register(ctx, app.Operator, g); err != nil {
		t.Fatal(err)
	}
	if v, err := again(); err != nil || v.Official() {
		t.Errorf("%v, %v", v, err)
	}
	weaker.Active = false
	if _, err := w.SavePerson(ctx, app.Operator, weaker); err != nil {
		t.Fatal(err)
	}
	if _, err := again(); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("disabled: %v", err)
	}
	weaker.Active = true
	if _, err := w.SavePerson(ctx, app.Operator, weaker); err != nil {
		t.Fatal(err)
	}
	if _, err := again(); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("let in again, the old sign-in lives: %v", err)
	}
}

// TestAttack17WaysInNeedProof: ways in are added and removed only by who has lately proved who he is, and by nobody with a
// token; a passkey proves it again.
func TestAttack17WaysInNeedProof(t *testing.T) {
	ctx, c := context.Background(), newClock()
	w := newWorld(t, storetest.SQLite(t), c.option())
	p := passkeys(t, w.App)
	ama := w.signedIn("ama")
	k := add(t, p, ama, "Laptop")
	ways, err := w.WaysIn(ctx, ama)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := w.NewToken(ctx, ama, "robot", app.Scopes, c.at.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	robot, err := w.TokenViewer(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	all := func(v app.Viewer) map[string]error {
		_, _, add := p.AskAdd(ctx, v)
		_, made := p.Add(ctx, v, "x", "x", nil)
		_, feed := w.NewFeed(ctx, v)
		_, approved := w.ApproveRecovery(ctx, v, "x", true)
		return map[string]error{"ask to add": add, "add": made, "token": third(w.NewToken(ctx, v, "x", nil, c.at.AddDate(0, 1, 0))), "feed": feed,
			"remove": w.RemoveDevice(ctx, v, ways.Devices[0].ID, true), "unbind": w.Unbind(ctx, v, "x", "y", true), "approve": approved, "refuse": w.RefuseRecovery(ctx, v, "x")}
	}
	c.later(app.FreshLife)
	for what, err := range all(ama) {
		if err != app.ErrStale {
			t.Errorf("%s ten minutes after signing in: %v", what, err)
		}
	}
	for what, err := range all(robot) {
		if app.CodeOf(err) != app.Forbidden {
			t.Errorf("%s with a token: %v", what, err)
		}
	}
	for what, err := range all(app.Public) {
		if app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("%s by the public: %v", what, err)
		}
	}
	q, s, err := p.AskConfirm(ctx, ama)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Confirm(ctx, w.signedIn("kofi"), s, k.answer(t, q), at("192.0.2.3")); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("another confirms by it: %v", err)
	}
	q, s, _ = p.AskConfirm(ctx, ama)
	if err := p.Confirm(ctx, ama, s, k.answer(t, q), at("192.0.2.3")); err != nil {
		t.Fatal(err)
	}
	ama, err = w.SigninViewer(ctx, ama.Signin.ID)
	if err != nil || !w.Fresh(ama) {
		t.Fatal(err)
	}
	if _, _, err := p.AskAdd(ctx, ama); err != nil {
		t.Error(err)
	}
	c.later(-time.Hour) // the clock is set back: what was proved lies ahead and proves nothing
	if w.Fresh(ama) {
		t.Error("a proof from the future counts")
	}
}

// TestAttack14BruteForce: guesses are held back by network and by account for all servers together; spaces, case and forms
// of letters make no new account, and a clock set back forgets nothing.
func TestAttack14BruteForce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, c := context.Background(), newClock()
		w := newWorld(t, address, c.option())
		other, err := app.Open(ctx, address, c.option())
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		guess := func(a *app.App, from string) error {
			_, err := a.Signin(ctx, "guess", app.From{Address: from})
			return err
		}
		for i := range 20 {
			a := []*app.App{w.App, other}[i%2]
			if err := guess(a, fmt.Sprintf("2001:db8::%x", i)); app.CodeOf(err) != app.Unauthenticated { // one network
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		lines := w.audited("signin.refused", "link")
		link, err := w.SigninLink(ctx, app.Operator, "ama@example.org", false)
		if err != nil {
			t.Fatal(err)
		}
		for what, set := range map[string]time.Duration{"now": 0, "a clock set back an hour": -time.Hour, "a clock set back a year": -365 * 24 * time.Hour} {
			c.later(set)
			if err := guess(other, "2001:db8::ffff"); err != app.ErrSlow {
				t.Errorf("%s: %v", what, err)
			}
			if _, err := w.Signin(ctx, link, app.From{Address: "2001:db8::1"}); err != app.ErrSlow {
				t.Errorf("%s, the right one: %v", what, err)
			}
			c.later(-set)
		}
		if n := w.audited("signin.refused", "link"); n != lines {
			t.Errorf("who is held back fills the audit: %d lines, then %d", lines, n)
		}
		if _, err := w.Signin(ctx, link, app.From{Address: "203.0.113.5"}); err != nil {
			t.Errorf("another network: %v", err)
		}
		c.later(time.Minute)
		if err := guess(w.App, "2001:db8::1"); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("a minute later: %v", err)
		}
	})
}

// TestAttack14AccountsAreHeldBack: tries on one account count together, wherever they come from, and only on that one.
func TestAttack14AccountsAreHeldBack(t *testing.T) {
	ctx, c := context.Background(), newClock()
	w := newWorld(t, storetest.SQLite(t), c.option())
	p := passkeys(t, w.App)
	k, kofis := add(t, p, w.signedIn("ama"), "Laptop"), add(t, p, w.signedIn("kofi"), "Phone")
	try := func(k *key, from string) error {
		q, s, err := p.AskSignin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Signin(ctx, s, k.answer(t, q), app.From{Address: from})
		return err
	}
	forged := *k
	forged.cred.Key = newKey(p.Origin()).cred.Key
	for i := range 10 {
		if err := try(&forged, fmt.Sprintf("198.51.%d.1", i)); app.CodeOf(err) != app.Unauthenticated {
			t.Fatal(err)
		}
	}
	if err := try(k, "203.0.113.1"); err != app.ErrSlow {
		t.Errorf("the eleventh, and right: %v", err)
	}
	c.later(-24 * time.Hour)
	if err := try(k, "203.0.113.1"); err != app.ErrSlow {
		t.Errorf("with the clock set back: %v", err)
	}
	c.later(24 * time.Hour)
	if err := try(kofis, "203.0.113.1"); err != nil {
		t.Errorf("another account: %v", err)
	}
	c.later(90*time.Second + time.Millisecond)
	if err := try(k, "203.0.113.1"); err != nil {
		t.Errorf("later: %v", err)
	}
}

// TestAttack15TokenBuysNoSession: a token gives no sign-in, ends none, and makes no way in.
func TestAttack15TokenBuysNoSession(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, storetest.SQLite(t))
	ama := w.signedIn("ama")
	secret, _, err := w.NewToken(ctx, ama, "robot", app.Scopes, w.Now().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	robot, err := w.TokenViewer(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Signin(ctx, secret, at("192.0.2.1")); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("as a link: %v", err)
	}
	if _, err := w.SigninViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("as a sign-in: %v", err)
	}
	p := passkeys(t, w.App)
	_, _, confirm := p.AskConfirm(ctx, robot)
	_, link := w.SigninLink(ctx, robot, "ama@example.org", false)
	for what, err := range map[string]error{"confirm": confirm, "link": link, "end": w.EndSignin(ctx, robot, ama.Signin.ID), "end all": w.EndOtherSignins(ctx, robot), "feed": w.EndFeed(ctx, robot)} {
		if code := app.CodeOf(err); code != app.Forbidden && code != app.Unauthenticated {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestAttack16NobodyBeforeTheOperator: a fresh database lets nobody in by any way, and holds no secret that does.
func TestAttack16NobodyBeforeTheOperator(t *testing.T) {
	ctx := context.Background()
	a, err := app.Open(ctx, storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if members, err := a.People(ctx, app.Operator, ""); err != nil || len(members) > 0 {
		t.Errorf("%v, %v", members, err)
	}
	for _, secret := range []string{"", "admin", "0", "demo", strings.Repeat("A", 32)} {
		if _, err := a.Signin(ctx, secret, at("192.0.2.1")); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("%q: %v", secret, err)
		}
		if _, err := a.TokenViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("%q: %v", secret, err)
		}
		if _, err := a.SigninViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// TestAgents: a browser is kept by its names, not as it presents itself.
func TestAgents(t *testing.T) {
	for header, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                   "Chrome, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":               "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"curl/8 <script>": "", "": "",
	} {
		if got := app.Agent(header); got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
}

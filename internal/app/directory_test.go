package app_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/identity"
	"tocsin/internal/identity/identitytest"
	"tocsin/internal/store/storetest"
)

// ministry is a directory for Ghana's people, as a node knows it.
func ministry(t *testing.T, a *app.App, d *identitytest.Directory) *app.Directories {
	t.Helper()
	x, err := app.NewDirectories(a, demoBase, []identity.Config{{Name: "Ministry", Issuer: d.URL, ClientID: "tocsin", ClientSecret: "zqsecret", Participant: "GH", Domains: []string{"example.org"}}})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// by goes to a directory and comes back.
func by(t *testing.T, x *app.Directories, d *identitytest.Directory, v app.Viewer, from string) (app.Viewer, error) {
	t.Helper()
	to, secret, err := x.Ask(context.Background(), v, d.URL)
	if err != nil {
		t.Fatal(err)
	}
	state, code := d.Visit(t, to)
	return x.Signin(context.Background(), v, secret, state, code, app.From{Address: from})
}

// TestDirectory: a ministry's directory signs in the people of its participant: first by the address that it has verified,
// then by its subject alone, and whoever has another address there binds his account himself.
func TestDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		w, d := newWorld(t, address), identitytest.New(t)
		other, err := app.Open(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		here, there := ministry(t, w.App, d), ministry(t, other, d)
		to, secret, err := here.Ask(ctx, app.Public, d.URL)
		if err != nil || !strings.Contains(to, "code_challenge_method=S256") || !strings.Contains(to, "nonce=") || strings.Contains(to, "zqsecret") {
			t.Fatal(to, err)
		}
		d.Claims = map[string]any{"email": "AMA@example.org"}
		state, code := d.Visit(t, to)
		v, err := there.Signin(ctx, app.Public, secret, state, code, at("192.0.2.1"))
		if err != nil || v.Actor() != w.id["ama"] || v.Signin.Way != "directory" {
			t.Fatalf("%+v, %v", v, err)
		}
		if _, err := here.Signin(ctx, app.Public, secret, state, code, at("192.0.2.1")); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the answer again: %v", err)
		}
		d.Claims = map[string]any{"email": "kofi@example.org"} // the subject counts now
		if v, err := by(t, here, d, app.Public, "192.0.2.1"); err != nil || v.Actor() != w.id["ama"] {
			t.Errorf("by the subject: %v, %v", v, err)
		}
		kofi := w.signedIn("kofi")
		d.Claims = map[string]any{"sub": "s-2", "email": "k.mensah@ministry.example"}
		if v, err := by(t, here, d, kofi, "192.0.2.1"); err != nil || v.Actor() != w.id["kofi"] {
			t.Errorf("bound by himself: %v, %v", v, err)
		}
		if _, _, err := here.Ask(ctx, w.signedIn("fatu"), d.URL); app.CodeOf(err) != app.NotFound {
			t.Errorf("bound by an official of another country: %v", err)
		}
		d.Claims = map[string]any{"sub": "s-1"}
		if _, err := by(t, here, d, kofi, "192.0.2.1"); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("another's account is bound: %v", err)
		}
		ways, err := w.WaysIn(ctx, kofi)
		if err != nil || len(ways.Accounts) != 1 || ways.Accounts[0].Subject != "s-2" {
			t.Fatalf("%+v, %v", ways, err)
		}
		if err := w.Unbind(ctx, kofi, d.URL, "s-1", true); app.CodeOf(err) != app.NotFound {
			t.Errorf("another's is unbound: %v", err)
		}
		if err := w.Unbind(ctx, kofi, d.URL, "s-2", false); app.CodeOf(err) != app.Conflict {
			t.Errorf("the last one without a warning: %v", err)
		}
		if err := w.Unbind(ctx, kofi, d.URL, "s-2", true); err != nil {
			t.Error(err)
		}
		gone := *w.as("ama").Person
		gone.Active = false
		if _, err := w.SavePerson(ctx, app.Operator, gone); err != nil {
			t.Fatal(err)
		}
		if _, err := by(t, here, d, app.Public, "192.0.2.1"); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("whose access has ended: %v", err)
		}
	})
}

// TestAttack13NoIdentityFromNothing: empty, missing, unverified and forged claims sign nobody in, and neither does an
// answer that was meant for another session, or somebody of another participant.
func TestAttack13NoIdentityFromNothing(t *testing.T) {
	ctx := context.Background()
	w, d := newWorld(t, storetest.SQLite(t), app.WithLog(slog.New(slog.DiscardHandler))), identitytest.New(t)
	w.enrol(map[string]coalition.Person{"empty": {Participant: "GH"}})
	x := ministry(t, w.App, d)
	stolen, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	part := func(n int, f func(string) string) func(string) string {
		return func(id string) string {
			p := strings.Split(id, ".")
			p[n] = f(p[n])
			return strings.Join(p, ".")
		}
	}
	tried := 0 // each from a network of its own
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for what, set := range map[string]func(){
		"no subject":              func() { d.Claims["sub"] = nil },
		"an empty subject":        func() { d.Claims["sub"] = "" },
		"a blank subject":         func() { d.Claims["sub"] = " \t" },
		"no address":              func() { d.Claims["email"] = nil },
		"an empty address":        func() { d.Claims["email"] = "" },
		"an address without name": func() { d.Claims["email"] = "@example.org" },
		"another domain":          func() { d.Claims["email"] = "ama@example.org.evil.example" },
		"two addresses":           func() { d.Claims["email"] = "ama@example.org,x@evil.example" },
		"a list of addresses":     func() { d.Claims["email"] = []string{"ama@example.org"} },
		"a look-alike":            func() { d.Claims["email"] = "ａma@example.org" },
		"a blank in it":           func() { d.Claims["email"] = "am a@example.org" },
		"nobody's address":        func() { d.Claims["email"] = "nobody@example.org" },
		"another country's":       func() { d.Claims["email"] = "fatu@example.org" },
		"not verified":            func() { d.Claims["email_verified"] = false },
		"verified not said":       func() { d.Claims["email_verified"] = nil },
		"verified as a text":      func() { d.Claims["email_verified"] = "true" },
		"no nonce":                func() { d.Claims["nonce"] = nil },
		"another's nonce":         func() { d.Claims["nonce"] = "x" },
		"for another client":      func() { d.Claims["aud"] = "other" },
		"of another issuer":       func() { d.Claims["iss"] = "https://evil.example" },
		"over":                    func() { d.Claims["exp"] = time.Now().Add(-time.Hour).Unix() },
		"another's key":           func() { d.Key = stolen },
		"not signed": func() {
			d.Token = func(id string) string { p := strings.Split(id, "."); return none + "." + p[1] + "." }
		},
		"signed with none":  func() { d.Headers = map[string]any{"alg": "none"} },
		"signed with HS256": func() { d.Headers = map[string]any{"alg": "HS256"} },
		"another subject": func() {
			d.Token = part(1, func(string) string { return base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"s-9"}`)) })
		},
		"no token":   func() { d.Token = func(string) string { return "" } },
		"no JWT":     func() { d.Token = func(string) string { return "x" } },
		"wrong sign": func() { d.Token = part(2, func(s string) string { return s[1:] + "A" }) },
	} {
		d.Claims, d.Headers, d.Key, d.Token = map[string]any{"sub": "s-" + what}, nil, nil, nil
		set()
		tried++
		if v, err := by(t, x, d, app.Public, fmt.Sprintf("198.51.100.%d", tried)); app.CodeOf(err) != app.Unauthenticated || v.SignedIn() {
			t.Errorf("%s: %v, %v", what, v.Actor(), err)
		}
	}
	d.Claims, d.Headers, d.Key, d.Token = nil, nil, nil, nil
	to, secret, err := x.Ask(ctx, app.Public, d.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, another, err := x.Ask(ctx, app.Public, d.URL)
	if err != nil {
		t.Fatal(err)
	}
	state, code := d.Visit(t, to)
	for what, c := range map[string][3]string{"another session's": {another, state, code}, "no session's": {"", state, code}, "no state": {secret, "", code}} {
		if _, err := x.Signin(ctx, app.Public, c[0], c[1], c[2], at("192.0.2.2")); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := by(t, x, d, app.Public, "192.0.2.1"); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if n := w.audited("signin.refused", "directory"); n < 25 {
		t.Errorf("%d refusals in the audit", n)
	}
}

// TestDirectoriesThatCannotBe: wrong settings are said at once.
func TestDirectoriesThatCannotBe(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), app.WithLog(slog.New(slog.DiscardHandler)))
	good := identity.Config{Name: "Ministry", Issuer: "https://login.example.org", ClientID: "tocsin", Participant: "GH"}
	for what, spoil := range map[string]func(*identity.Config){
		"plain http":     func(c *identity.Config) { c.Issuer = "http://login.example.org" },
		"no address":     func(c *identity.Config) { c.Issuer = "login" },
		"a password":     func(c *identity.Config) { c.Issuer = "https://u:p@login.example.org" },
		"no participant": func(c *identity.Config) { c.Participant = "XX" },
		"no client":      func(c *identity.Config) { c.ClientID = "" },
		"no name":        func(c *identity.Config) { c.Name = " " },
	} {
		c := good
		spoil(&c)
		if _, err := app.NewDirectories(w.App, demoBase, []identity.Config{c}); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	if _, err := app.NewDirectories(w.App, demoBase, []identity.Config{good, good}); err == nil {
		t.Error("twice the same is taken")
	}
	if _, err := app.NewDirectories(w.App, demoBase, []identity.Config{good}); err != nil {
		t.Error(err)
	}
	d := identitytest.New(t)
	d.Config.Handler = http.NotFoundHandler()
	if _, _, err := ministry(t, w.App, d).Ask(context.Background(), app.Public, d.URL); app.CodeOf(err) != app.Conflict {
		t.Errorf("one that does not answer: %v", err)
	}
}

package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	virtual "github.com/descope/virtualwebauthn"

	"tocsin/internal/app"
	"tocsin/internal/store/storetest"
)

const demoBase = "http://127.0.0.1:8080"

// clock is a clock that tests set.
type clock struct{ at time.Time }

func newClock() *clock                 { return &clock{time.Now().UTC().Truncate(time.Microsecond)} }
func (c *clock) now() time.Time        { return c.at }
func (c *clock) later(d time.Duration) { c.at = c.at.Add(d) }
func (c *clock) option() app.Option    { return app.WithClock(c.now) }
func at(address string) app.From {
	return app.From{Address: address, Agent: "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
}

// key is a device with one passkey, as its owner holds it.
type key struct {
	rp    virtual.RelyingParty
	owner virtual.Authenticator
	cred  virtual.Credential
}

func newKey(origin string) *key {
	host := strings.TrimPrefix(strings.TrimPrefix(origin, "https://"), "http://")
	host, _, _ = strings.Cut(host, ":")
	return &key{rp: virtual.RelyingParty{ID: host, Name: "Tocsin", Origin: origin}, owner: virtual.NewAuthenticator(), cred: virtual.NewCredential(virtual.KeyTypeEC2)}
}

func (k *key) make(t *testing.T, question []byte) []byte {
	t.Helper()
	o, err := virtual.ParseAttestationOptions(string(question))
	if err != nil {
		t.Fatal(err)
	}
	k.owner.Options.UserHandle = []byte(o.UserID)
	return []byte(virtual.CreateAttestationResponse(k.rp, k.owner, k.cred, *o))
}

func (k *key) answer(t *testing.T, question []byte) []byte {
	t.Helper()
	o, err := virtual.ParseAssertionOptions(string(question))
	if err != nil {
		t.Fatal(err)
	}
	k.cred.Counter++
	return []byte(virtual.CreateAssertionResponse(k.rp, k.owner, k.cred, *o))
}

// signedIn signs a person in by a link of the operator's.
func (w *world) signedIn(name string) app.Viewer {
	w.t.Helper()
	secret, err := w.SigninLink(context.Background(), app.Operator, name+"@example.org", false)
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := w.Signin(context.Background(), secret, at("192.0.2.7"))
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func passkeys(t *testing.T, a *app.App) *app.Passkeys {
	t.Helper()
	p, err := app.NewPasskeys(a, demoBase)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// add registers a device for a viewer.
func add(t *testing.T, p *app.Passkeys, v app.Viewer, name string) *key {
	t.Helper()
	k := newKey(p.Origin())
	question, secret, err := p.AskAdd(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Add(context.Background(), v, secret, name, k.make(t, question)); err != nil {
		t.Fatal(err)
	}
	return k
}

// TestPasskeys: devices are made, sign in without an address on any server, are listed, and end.
func TestPasskeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, c := context.Background(), newClock()
		w := newWorld(t, address, c.option())
		other, err := app.Open(ctx, address, c.option()) // a second server on the same database
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		here, there := passkeys(t, w.App), passkeys(t, other)
		ama := w.signedIn("ama")
		question, secret, err := here.AskAdd(ctx, ama)
		if err != nil || !strings.Contains(string(question), `"userVerification":"required"`) || !strings.Contains(string(question), `"residentKey":"required"`) {
			t.Fatalf("%s, %v", question, err)
		}
		k := newKey("http://localhost:8080")
		if _, err := there.Add(ctx, ama, secret, "Laptop", k.make(t, question)); err != nil {
			t.Fatal(err)
		}
		add(t, here, ama, "Phone")
		c.later(time.Hour)
		question, secret, err = here.AskSignin(ctx)
		if err != nil || strings.Contains(string(question), "allowCredentials") {
			t.Fatalf("%s, %v", question, err)
		}
		v, err := there.Signin(ctx, secret, k.answer(t, question), at("198.51.100.9"))
		if err != nil || v.Actor() != w.id["ama"] || v.Signin.Way != "passkey" {
			t.Fatalf("%+v, %v", v, err)
		}
		ways, err := w.WaysIn(ctx, v)
		if err != nil || len(ways.Devices) != 2 || ways.Devices[0].Name != "Laptop" || !ways.Devices[0].Used.Equal(c.at) || !ways.Devices[1].Used.IsZero() {
			t.Fatalf("%+v, %v", ways, err)
		}
		if err := w.RemoveDevice(ctx, w.signedIn("kofi"), ways.Devices[0].ID, true); app.CodeOf(err) != app.NotFound {
			t.Errorf("another removes it: %v", err)
		}
		if err := w.RemoveDevice(ctx, v, ways.Devices[0].ID, false); err != nil {
			t.Error(err)
		}
		if err := w.RemoveDevice(ctx, v, ways.Devices[1].ID, false); app.CodeOf(err) != app.Conflict {
			t.Errorf("the last without a warning: %v", err)
		}
		if err := w.RemoveDevice(ctx, v, ways.Devices[1].ID, true); err != nil {
			t.Error(err)
		}
		question, secret, _ = here.AskSignin(ctx)
		if _, err := here.Signin(ctx, secret, k.answer(t, question), at("198.51.100.9")); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("a removed device signs in: %v", err)
		}
	})
}

// TestPasskeyAnswersCountOnce: an answer is good once, in the session that was asked, for five minutes, for the purpose
// that it was asked for; a wrong one uses the question up as well.
func TestPasskeyAnswersCountOnce(t *testing.T) {
	ctx, c := context.Background(), newClock()
	w := newWorld(t, storetest.SQLite(t), c.option())
	p := passkeys(t, w.App)
	ama := w.signedIn("ama")
	k := add(t, p, ama, "Laptop")
	ask := func() ([]byte, string) {
		t.Helper()
		q, s, err := p.AskSignin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return q, s
	}
	tried := 0
	refused := func(what, secret string, answer []byte) {
		t.Helper()
		tried++
		v, err := p.Signin(ctx, secret, answer, at(fmt.Sprintf("198.51.100.%d", tried))) // each from a network of its own
		if app.CodeOf(err) != app.Unauthenticated || v.SignedIn() {
			t.Errorf("%s: %v", what, err)
		}
	}
	q, s := ask()
	good := k.answer(t, q)
	q2, s2 := ask()
	refused("in another session", s2, good)
	refused("the other session's question, used up by that", s2, k.answer(t, q2))
	if _, err := p.Signin(ctx, s, good, at("192.0.2.1")); err != nil {
		t.Fatal(err)
	}
	refused("again", s, good)
	refused("again without a session", "", good)
	q, s = ask()
	late := k.answer(t, q)
	c.later(5 * time.Minute)
	refused("after five minutes", s, late)
	q, s, err := p.AskConfirm(ctx, ama)
	if err != nil {
		t.Fatal(err)
	}
	refused("asked to confirm, used to sign in", s, k.answer(t, q))

	for what, spoil := range map[string]func(*key, []byte) []byte{
		"no verification of the user": func(k *key, q []byte) []byte { k.owner.Options.UserNotVerified = true; return k.answer(t, q) },
		"nobody there":                func(k *key, q []byte) []byte { k.owner.Options.UserNotPresent = true; return k.answer(t, q) },
		"another origin":              func(k *key, q []byte) []byte { k.rp.Origin = "http://evil.example"; return k.answer(t, q) },
		"the address that is no name": func(k *key, q []byte) []byte { k.rp.Origin = demoBase; return k.answer(t, q) },
		"another domain":              func(k *key, q []byte) []byte { k.rp.ID = "evil.example"; return k.answer(t, q) },
		"another's key": func(k *key, q []byte) []byte {
			k.cred.Key = virtual.NewCredential(virtual.KeyTypeEC2).Key
			return k.answer(t, q)
		},
		"another's handle": func(k *key, q []byte) []byte {
			k.owner.Options.UserHandle = []byte(w.id["kofi"])
			return k.answer(t, q)
		},
		"no handle":         func(k *key, q []byte) []byte { k.owner.Options.UserHandle = nil; return k.answer(t, q) },
		"an unknown device": func(k *key, q []byte) []byte { k.cred.ID = []byte("0123456789abcdef"); return k.answer(t, q) },
		"a byte of the signed changed": func(k *key, q []byte) []byte {
			return bytes.Replace(k.answer(t, q), []byte(`"authenticatorData":"S`), []byte(`"authenticatorData":"T`), 1)
		},
		"nothing":   func(*key, []byte) []byte { return nil },
		"no JSON":   func(*key, []byte) []byte { return []byte("<script>") },
		"deep JSON": func(*key, []byte) []byte { return []byte(strings.Repeat("[", 10000)) },
	} {
		bad := *k
		q, s := ask()
		refused(what, s, spoil(&bad, q))
		k.cred.Counter = max(k.cred.Counter, bad.cred.Counter)
	}
	c.later(time.Hour) // what failed weighs on the account
	q, s = ask()
	if _, err := p.Signin(ctx, s, k.answer(t, q), at("192.0.2.1")); err != nil {
		t.Errorf("after all of them: %v", err)
	}
}

// TestCopiedPasskey: a device whose counter has not grown signs nobody in, and the audit says why.
func TestCopiedPasskey(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, storetest.SQLite(t))
	p := passkeys(t, w.App)
	k := add(t, p, w.signedIn("ama"), "Laptop")
	k.cred.Counter = 5
	q, s, _ := p.AskSignin(ctx)
	if _, err := p.Signin(ctx, s, k.answer(t, q), at("192.0.2.1")); err != nil {
		t.Fatal(err)
	}
	k.cred.Counter = 3
	q, s, _ = p.AskSignin(ctx)
	if _, err := p.Signin(ctx, s, k.answer(t, q), at("192.0.2.1")); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("the copy: %v", err)
	}
	if n := w.audited("device.copied", ""); n != 1 {
		t.Errorf("%d lines in the audit", n)
	}
}

// TestPasskeysThatCannotBe: a key of somebody's is not added for another, nor from elsewhere, nor without a name.
func TestPasskeysThatCannotBe(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, storetest.SQLite(t))
	p := passkeys(t, w.App)
	ama, kofi := w.signedIn("ama"), w.signedIn("kofi")
	k := add(t, p, ama, "Laptop")
	for what, f := range map[string]func() error{
		"ama's key for kofi": func() error {
			q, s, _ := p.AskAdd(ctx, kofi)
			_, err := p.Add(ctx, kofi, s, "x", k.make(t, q))
			return err
		},
		"ama's question answered by kofi": func() error {
			q, s, _ := p.AskAdd(ctx, ama)
			_, err := p.Add(ctx, kofi, s, "x", newKey(p.Origin()).make(t, q))
			return err
		},
		"from another origin": func() error {
			q, s, _ := p.AskAdd(ctx, ama)
			bad := newKey(p.Origin())
			bad.rp.Origin = "https://evil.example"
			_, err := p.Add(ctx, ama, s, "x", bad.make(t, q))
			return err
		},
		"without verification": func() error {
			q, s, _ := p.AskAdd(ctx, ama)
			bad := newKey(p.Origin())
			bad.owner.Options.UserNotVerified = true
			_, err := p.Add(ctx, ama, s, "x", bad.make(t, q))
			return err
		},
		"no name": func() error {
			q, s, _ := p.AskAdd(ctx, ama)
			_, err := p.Add(ctx, ama, s, " ", newKey(p.Origin()).make(t, q))
			return err
		},
		"a name that turns": func() error {
			q, s, _ := p.AskAdd(ctx, ama)
			_, err := p.Add(ctx, ama, s, "a\u202eb", newKey(p.Origin()).make(t, q))
			return err
		},
	} {
		if err := f(); app.CodeOf(err) != app.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, base := range []string{"", "http://tocsin.example", "http://10.1.2.3:8080", "https://192.0.2.1", "http://[2001:db8::1]"} {
		if _, err := app.NewPasskeys(w.App, base); err != app.ErrNoPasskeys {
			t.Errorf("%s: %v", base, err)
		}
	}
	for base, origin := range map[string]string{"https://Tocsin.example/": "https://tocsin.example", "http://[::1]:99": "http://localhost:99", "http://localhost:8080": "http://localhost:8080"} {
		if p, err := app.NewPasskeys(w.App, base); err != nil || p.Origin() != origin {
			t.Errorf("%s: %v, %v", base, p, err)
		}
	}
	ways, err := w.WaysIn(ctx, ama)
	if err != nil || len(ways.Devices) != 1 {
		t.Fatal(ways, err)
	}
	var kept map[string]any
	if err := json.Unmarshal(ways.Devices[0].Data, &kept); err != nil || kept["publicKey"] == nil {
		t.Error(kept, err)
	}
	if key := base64.StdEncoding.EncodeToString(k.cred.Key.Data); strings.Contains(string(ways.Devices[0].Data), key) {
		t.Error("the private key is kept")
	}
}

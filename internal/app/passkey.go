package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

const (
	ceremonyLife  = 5 * time.Minute
	maxDevices    = 10 // that a person has at a time
	maxDeviceName = 60 // characters
)

// The purposes of a question to a browser.
const (
	toSignin  = "passkey.signin"
	toAdd     = "passkey.add"
	toConfirm = "passkey.confirm"
)

// ErrNoPasskeys says that no browser makes or uses passkeys at an address.
var ErrNoPasskeys = errors.New("passkeys need https and a domain's name, or localhost")

// Passkeys are the use cases of signing in by what a person's device keeps and he unlocks. Any of several servers may
// answer any step.
type Passkeys struct {
	app    *App
	rp     *webauthn.WebAuthn
	origin string
}

// NewPasskeys makes the use cases for the address at which people reach the site. It returns ErrNoPasskeys where browsers
// allow none. For an address of this machine they are made for its name, localhost.
func NewPasskeys(a *App, base string) (*Passkeys, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, ErrNoPasskeys
	}
	host := strings.ToLower(u.Hostname())
	if ip := net.ParseIP(host); ip.IsLoopback() {
		host = "localhost"
	} else if ip != nil {
		return nil, ErrNoPasskeys
	}
	if u.Scheme != "https" && host != "localhost" {
		return nil, ErrNoPasskeys
	}
	origin := u.Scheme + "://" + host
	if p := u.Port(); p != "" {
		origin += ":" + p
	}
	rp, err := webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: "Tocsin", RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil, err
	}
	return &Passkeys{app: a, rp: rp, origin: origin}, nil
}

// Origin is the scheme and host at which passkeys work.
func (p *Passkeys) Origin() string { return p.origin }

// holder is a person as his devices know him.
type holder struct {
	handle  []byte
	person  *coalition.Person
	devices []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return h.handle }
func (h *holder) WebAuthnName() string                       { return h.person.Email }
func (h *holder) WebAuthnDisplayName() string                { return h.person.Name }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.devices }

// handle is how a person's devices name him: it says nothing to who reads it there.
func (p *Passkeys) handle(person string) []byte {
	key := p.app.store.Key("passkey handle")
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte(person))
	return m.Sum(nil)
}

func (p *Passkeys) holder(person *coalition.Person, devices []store.Device) (*holder, error) {
	h := &holder{handle: p.handle(person.ID), person: person}
	for _, d := range devices {
		if d.RP != p.rp.Config.RPID {
			continue
		}
		var c webauthn.Credential
		if err := json.Unmarshal(d.Data, &c); err != nil {
			return nil, err
		}
		h.devices = append(h.devices, c)
	}
	return h, nil
}

// ask keeps a question and returns it as the browser takes it, with the secret that the browser's session must hold for
// the answer to count.
func (p *Passkeys) ask(ctx context.Context, purpose, person string, options any, session *webauthn.SessionData) (question []byte, secret string, err error) {
	if question, err = json.Marshal(options); err != nil {
		return nil, "", err
	}
	data, err := json.Marshal(session)
	if err != nil {
		return nil, "", err
	}
	secret = newSecret()
	return question, secret, p.app.store.PutCeremony(ctx, store.Ceremony{Hash: secretHash(secret), Purpose: purpose, Person: person, Data: data, Expires: p.app.now().Add(ceremonyLife)})
}

// question uses up the question to which an answer belongs.
func (a *App) question(ctx context.Context, t *store.Tx, purpose, secret string) (store.Ceremony, error) {
	c, err := t.TakeCeremony(ctx, secretHash(secret))
	if errors.Is(err, store.ErrNotFound) || err == nil && (c.Purpose != purpose || !a.now().Before(c.Expires)) {
		return c, refuse(Unauthenticated, "error.ceremony")
	}
	return c, err
}

func sessionOf(c store.Ceremony) (s webauthn.SessionData, err error) {
	return s, json.Unmarshal(c.Data, &s)
}

var errPasskey = refuse(Unauthenticated, "error.passkey")

// AskSignin asks any browser for the passkey of anybody.
func (p *Passkeys) AskSignin(ctx context.Context) (question []byte, secret string, err error) {
	options, session, err := p.rp.BeginDiscoverableLogin()
	if err != nil {
		return nil, "", err
	}
	return p.ask(ctx, toSignin, "", options, session)
}

// Signin takes the answer to AskSignin and signs its person in. An answer counts once, in the session that was asked.
// Whatever is wrong with it gives the same Unauthenticated; the audit says more.
func (p *Passkeys) Signin(ctx context.Context, secret string, answer []byte, from From) (Viewer, error) {
	a := p.app
	return a.try(ctx, ByPasskey, from, func(x *attempt) (*store.Signin, error) {
		c, err := a.question(ctx, x.t, toSignin, secret)
		if err != nil {
			x.why = "question"
			return nil, err
		}
		d, err := p.check(ctx, x, c, answer)
		if err != nil {
			return nil, err
		}
		return a.newSignin(d.Person, ByPasskey, from), nil
	})
}

// check proves that an answer comes from a device that is kept, and keeps the use.
func (p *Passkeys) check(ctx context.Context, x *attempt, c store.Ceremony, answer []byte) (d store.Device, err error) {
	session, err := sessionOf(c)
	if err != nil {
		return d, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		x.why = "malformed"
		return d, errPasskey
	}
	d, err = x.t.DeviceByCredential(ctx, base64.RawURLEncoding.EncodeToString(parsed.RawID))
	if errors.Is(err, store.ErrNotFound) || err == nil && c.Person != "" && c.Person != d.Person {
		x.why = "unknown device"
		return d, errPasskey
	}
	if err != nil {
		return d, err
	}
	if err := x.of(ctx, d.Person); err != nil {
		return d, err
	}
	used, err := p.validate(ctx, x.t, d, c, session, parsed)
	if err != nil {
		x.why = "answer"
		return d, firstOf(hard(err), errPasskey)
	}
	return d, p.used(ctx, x, d, used)
}

// validate checks the signature of an answer and what it was made over.
func (p *Passkeys) validate(ctx context.Context, t *store.Tx, d store.Device, c store.Ceremony, session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	people, err := p.app.load(ctx)
	if err != nil {
		return nil, err
	}
	person := people.byID[d.Person]
	if person == nil {
		return nil, errPasskey
	}
	devices, err := t.DevicesOf(ctx, d.Person)
	if err != nil {
		return nil, err
	}
	h, err := p.holder(person, devices)
	if err != nil {
		return nil, err
	}
	var used *webauthn.Credential
	if c.Person != "" {
		used, err = p.rp.ValidateLogin(h, session, parsed)
	} else {
		used, err = p.rp.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
			if !bytes.Equal(handle, h.handle) {
				return nil, errPasskey
			}
			return h, nil
		}, session, parsed)
	}
	if err != nil {
		return nil, errPasskey
	}
	return used, nil
}

// used keeps the counter of a device. One that has not grown says that the key has been copied: nobody comes in by it.
func (p *Passkeys) used(ctx context.Context, x *attempt, d store.Device, c *webauthn.Credential) error {
	if c.Authenticator.CloneWarning {
		x.why = "copied device " + d.ID
		if err := x.t.Audit(ctx, newID(x.t.Now()), d.Person, "device.copied", d.ID, d.Name); err != nil {
			return err
		}
		return errPasskey
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return x.t.UseDevice(ctx, d.ID, data, p.app.now())
}

// AskConfirm asks the viewer's browser for one of his passkeys, so that he may change his ways in.
func (p *Passkeys) AskConfirm(ctx context.Context, v Viewer) (question []byte, secret string, err error) {
	if !v.SignedIn() || v.Signin == nil {
		return nil, "", ErrStranger
	}
	devices, err := p.app.store.Read().DevicesOf(ctx, v.Person.ID)
	if err != nil {
		return nil, "", err
	}
	h, err := p.holder(v.Person, devices)
	if err != nil {
		return nil, "", err
	}
	if len(h.devices) == 0 {
		return nil, "", refuse(Conflict, "error.no-passkey")
	}
	options, session, err := p.rp.BeginLogin(h)
	if err != nil {
		return nil, "", err
	}
	return p.ask(ctx, toConfirm, v.Person.ID, options, session)
}

// Confirm takes the answer to AskConfirm: the viewer's sign-in is fresh again.
func (p *Passkeys) Confirm(ctx context.Context, v Viewer, secret string, answer []byte, from From) error {
	if !v.SignedIn() || v.Signin == nil {
		return ErrStranger
	}
	var refused error
	err := p.app.store.Write(ctx, func(t *store.Tx) error {
		x := &attempt{a: p.app, t: t, way: ByPasskey, from: from}
		refused = p.confirm(ctx, x, v, secret, answer)
		if refused != nil {
			return x.refuse(ctx, refused)
		}
		if err := t.FreshenSignin(ctx, v.Signin.ID, p.app.now()); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "signin.confirmed", v.Actor(), string(ByPasskey))
	})
	return firstOf(err, refused)
}

func (p *Passkeys) confirm(ctx context.Context, x *attempt, v Viewer, secret string, answer []byte) error {
	if err := x.admit(ctx, x.network(), networkPace); err != nil {
		return err
	}
	c, err := p.app.question(ctx, x.t, toConfirm, secret)
	if err != nil {
		return err
	}
	if c.Person != v.Person.ID {
		return errPasskey
	}
	_, err = p.check(ctx, x, c, answer)
	return err
}

// AskAdd asks the viewer's browser to make a passkey. It returns ErrStale when he has not proved lately who he is, and
// Conflict when he has as many devices as one may have.
func (p *Passkeys) AskAdd(ctx context.Context, v Viewer) (question []byte, secret string, err error) {
	if err := p.app.proven(v); err != nil {
		return nil, "", err
	}
	devices, err := p.app.store.Read().DevicesOf(ctx, v.Person.ID)
	if err != nil {
		return nil, "", err
	}
	if len(devices) >= maxDevices {
		return nil, "", refuse(Conflict, "error.devices", "max", maxDevices)
	}
	h, err := p.holder(v.Person, devices)
	if err != nil {
		return nil, "", err
	}
	options, session, err := p.rp.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.devices).CredentialDescriptors()))
	if err != nil {
		return nil, "", err
	}
	return p.ask(ctx, toAdd, v.Person.ID, options, session)
}

// Add takes the answer to AskAdd and keeps the device under a name. It returns Invalid for a name that cannot be.
func (p *Passkeys) Add(ctx context.Context, v Viewer, secret, name string, answer []byte) (made store.Device, err error) {
	a := p.app
	if err := a.proven(v); err != nil {
		return made, err
	}
	name = strings.TrimSpace(name)
	if problems := checkDeviceName(name); len(problems) > 0 {
		return made, invalid(problems)
	}
	var refused error
	err = a.store.Write(ctx, func(t *store.Tx) error {
		c, err := a.question(ctx, t, toAdd, secret)
		if err != nil {
			refused = err
			return hard(err)
		}
		made, refused = p.made(ctx, t, v, c, name, answer)
		if refused != nil {
			return hard(refused)
		}
		if err := t.PutDevice(ctx, made); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "device.added", made.ID, name)
	})
	return made, firstOf(err, refused)
}

// made checks what a browser says of a passkey that it has made.
func (p *Passkeys) made(ctx context.Context, t *store.Tx, v Viewer, c store.Ceremony, name string, answer []byte) (d store.Device, err error) {
	bad := refuse(Invalid, "error.passkey-made")
	session, err := sessionOf(c)
	if err != nil {
		return d, err
	}
	held, err := t.DevicesOf(ctx, v.Person.ID)
	if err != nil {
		return d, err
	}
	if len(held) >= maxDevices {
		return d, refuse(Conflict, "error.devices", "max", maxDevices)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil || c.Person != v.Person.ID {
		return d, bad
	}
	credential, err := p.rp.CreateCredential(&holder{handle: p.handle(v.Person.ID), person: v.Person}, session, parsed)
	if err != nil {
		return d, bad
	}
	id := base64.RawURLEncoding.EncodeToString(credential.ID)
	if _, err := t.DeviceByCredential(ctx, id); !errors.Is(err, store.ErrNotFound) {
		return d, firstOf(err, bad) // a key belongs to one person
	}
	data, err := json.Marshal(credential)
	if err != nil {
		return d, err
	}
	return store.Device{ID: newID(t.Now()), Credential: id, Person: v.Person.ID, RP: p.rp.Config.RPID, Name: name, Data: data, Made: p.app.now()}, nil
}

func checkDeviceName(name string) record.Problems {
	var p record.Problems
	switch {
	case name == "":
		p.Add("name", "problem.required")
	case len([]rune(name)) > maxDeviceName:
		p.Add("name", "problem.long", "max", maxDeviceName)
	case strings.ContainsFunc(name, record.Unsafe):
		p.Add("name", "problem.character")
	}
	return p
}

// WaysIn are a person's ways in.
type WaysIn struct {
	Devices  []store.Device
	Accounts []store.Account
	Feed     time.Time // when the calendar's address was made; zero for none
}

// Lasting is how many ways in there are that do not end by themselves.
func (w WaysIn) Lasting() int { return len(w.Devices) + len(w.Accounts) }

// WaysIn returns the viewer's own ways in, but for tokens and sign-ins.
func (a *App) WaysIn(ctx context.Context, v Viewer) (w WaysIn, err error) {
	if !v.SignedIn() {
		return w, ErrStranger
	}
	r := a.store.Read()
	if w.Devices, err = r.DevicesOf(ctx, v.Person.ID); err != nil {
		return w, err
	}
	if w.Accounts, err = r.AccountsOf(ctx, v.Person.ID); err != nil {
		return w, err
	}
	w.Feed, err = r.Feed(ctx, v.Person.ID)
	return w, err
}

// RemoveDevice removes one of the viewer's devices; another's is not found. It returns Conflict with the key
// error.last-way when it is his last lasting way in and he has not said that he knows.
func (a *App) RemoveDevice(ctx context.Context, v Viewer, id string, knows bool) error {
	if err := a.proven(v); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		devices, err := t.DevicesOf(ctx, v.Person.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(devices, func(d store.Device) bool { return d.ID == id })
		if i < 0 {
			return errHidden
		}
		if last, err := lastWay(ctx, t, v.Person.ID); err != nil || last && !knows {
			return firstOf(err, refuse(Conflict, "error.last-way"))
		}
		if err := t.DeleteDevice(ctx, id); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "device.removed", id, devices[i].Name)
	})
}

package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// Scope is one thing that a token lets a program do in its person's name.
type Scope string

// The scopes. Every token has ScopeRead.
const (
	ScopeRead   Scope = "read"
	ScopeWrite  Scope = "write"  // make and change records, comment, answer, propose
	ScopeImport Scope = "import" // import tables
)

// Scopes lists every scope, the least first.
var Scopes = []Scope{ScopeRead, ScopeWrite, ScopeImport}

const (
	tokenPrefix  = "tocsin_"
	tokenBytes   = 32
	maxTokens    = 20  // that a person has at a time
	maxTokenName = 100 // characters
)

// Pass is what a viewer who came with a token may do with it. A viewer who signed in has none and is not limited.
type Pass struct {
	Token  string // id
	Scopes []Scope
}

// Allows reports whether the viewer may use a scope: his token has it, or he came without one.
func (v Viewer) Allows(s Scope) bool { return v.Pass == nil || slices.Contains(v.Pass.Scopes, s) }

// within refuses what the viewer's token does not let him do.
func (v Viewer) within(s Scope) error {
	if !v.Allows(s) {
		return refuse(Forbidden, "error.scope", "scope", string(s))
	}
	return nil
}

// importing returns the viewer as he makes what an import takes in: a token that may import need not have ScopeWrite.
func (v Viewer) importing() Viewer {
	if v.Pass != nil {
		v.Pass = &Pass{Token: v.Pass.Token, Scopes: append(slices.Clone(v.Pass.Scopes), ScopeWrite)}
	}
	return v
}

// inPerson refuses what nobody may do with a token: to make a way in for himself or for others.
func (v Viewer) inPerson() error {
	if v.Pass != nil {
		return refuse(Forbidden, "error.in-person")
	}
	return nil
}

// NewToken makes a token with which programs act in the viewer's name until expiry, a year from now at most, and returns
// its secret, which is shown this once. ScopeRead is added to the scopes. It returns Invalid for a name, a scope or an
// expiry that cannot be, Conflict when the viewer has too many, Forbidden for a viewer who came with a token, and ErrStale for
// one who has not proved lately who he is.
func (a *App) NewToken(ctx context.Context, v Viewer, name string, scopes []Scope, expiry time.Time) (secret string, made store.AccessToken, err error) {
	if err := a.proven(v); err != nil {
		return "", made, err
	}
	return a.newToken(ctx, v, v.Person, name, scopes, expiry)
}

// NewTokenFor is NewToken for another person. Only the operator may.
func (a *App) NewTokenFor(ctx context.Context, v Viewer, email, name string, scopes []Scope, expiry time.Time) (secret string, made store.AccessToken, err error) {
	if !v.Operator {
		return "", made, refuse(Forbidden, "error.administer")
	}
	whose, err := a.ViewerByEmail(ctx, email)
	if err != nil {
		return "", made, err
	}
	return a.newToken(ctx, v, whose.Person, name, scopes, expiry)
}

func (a *App) newToken(ctx context.Context, v Viewer, of *coalition.Person, name string, scopes []Scope, expiry time.Time) (secret string, made store.AccessToken, err error) {
	if err := v.inPerson(); err != nil {
		return "", made, err
	}
	name = strings.TrimSpace(name)
	if p := a.checkToken(name, scopes, expiry); len(p) > 0 {
		return "", made, invalid(p)
	}
	made = store.AccessToken{Person: of.ID, Name: name, Made: a.now(), Expires: expiry.UTC()}
	for _, s := range Scopes {
		if s == ScopeRead || slices.Contains(scopes, s) {
			made.Scopes = append(made.Scopes, string(s))
		}
	}
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand.Read
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
	err = a.store.Write(ctx, func(t *store.Tx) error {
		held, err := t.AccessTokensOf(ctx, of.ID)
		if err != nil {
			return err
		}
		if len(slices.DeleteFunc(held, func(x store.AccessToken) bool { return !a.Usable(x) })) >= maxTokens {
			return refuse(Conflict, "error.tokens", "max", maxTokens)
		}
		made.ID = newID(t.Now())
		if err := t.PutAccessToken(ctx, secretHash(secret), made); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "token.made", made.ID, of.ID+": "+strings.Join(made.Scopes, " "))
	})
	if err != nil {
		return "", store.AccessToken{}, err
	}
	return secret, made, nil
}

func (a *App) checkToken(name string, scopes []Scope, expiry time.Time) record.Problems {
	var p record.Problems
	switch {
	case name == "":
		p.Add("name", "problem.required")
	case len([]rune(name)) > maxTokenName:
		p.Add("name", "problem.long", "max", maxTokenName)
	case strings.ContainsFunc(name, record.Unsafe):
		p.Add("name", "problem.character")
	}
	for _, s := range scopes {
		if !slices.Contains(Scopes, s) {
			p.Add("scopes", "problem.option", "value", string(s), "options", "read, write, import")
		}
	}
	if now := a.now(); !expiry.After(now) || expiry.After(now.AddDate(1, 0, 0)) {
		p.Add("days", "problem.expiry")
	}
	return p
}

// Usable reports whether a token opens anything now: it has neither expired nor been revoked.
func (a *App) Usable(x store.AccessToken) bool {
	return x.Revoked.IsZero() && a.now().Before(x.Expires)
}

// Tokens returns the viewer's own tokens, newest first, those that have ended among them.
func (a *App) Tokens(ctx context.Context, v Viewer) ([]store.AccessToken, error) {
	if !v.SignedIn() {
		return nil, refuse(Unauthenticated, "error.unauthenticated")
	}
	return a.store.Read().AccessTokensOf(ctx, v.Person.ID)
}

// RevokeToken ends a token of the viewer's own from the next request on. Another's is not found.
func (a *App) RevokeToken(ctx context.Context, v Viewer, id string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.inPerson(); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		x, err := t.AccessTokenOf(ctx, v.Person.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return errHidden
		}
		if err != nil {
			return err
		}
		if err := t.RevokeAccessToken(ctx, x.ID); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "token.revoked", x.ID, "")
	})
}

// TokenViewer returns the viewer whom a token's secret stands for, made anew from his registrations as they are now and
// limited to the token's scopes. A secret that is unknown, expired, revoked or of somebody who may not sign in gives the
// same Unauthenticated.
func (a *App) TokenViewer(ctx context.Context, secret string) (Viewer, error) {
	refused := refuse(Unauthenticated, "error.token")
	if !strings.HasPrefix(secret, tokenPrefix) || len(secret) > 200 {
		return Public, refused
	}
	x, err := a.store.Read().AccessTokenByHash(ctx, secretHash(secret))
	if errors.Is(err, store.ErrNotFound) || err == nil && !a.Usable(x) {
		return Public, refused
	}
	if err != nil {
		return Public, err
	}
	v, err := a.ViewerByID(ctx, x.Person)
	if CodeOf(err) == Unauthenticated && err != nil {
		return Public, refused
	}
	if err != nil {
		return Public, err
	}
	v.Pass = &Pass{Token: x.ID}
	for _, s := range x.Scopes {
		v.Pass.Scopes = append(v.Pass.Scopes, Scope(s))
	}
	a.noteUse(ctx, x)
	return v, nil
}

// noteUse keeps the day of a token's use, once a day. A failure costs the note, not the request.
func (a *App) noteUse(ctx context.Context, x store.AccessToken) {
	day := a.now().Truncate(24 * time.Hour)
	if !x.Used.Before(day) {
		return
	}
	if err := a.store.Write(ctx, func(t *store.Tx) error { return t.UseAccessToken(ctx, x.ID, day) }); err != nil {
		a.log.ErrorContext(ctx, "the use of a token was not noted", "token", x.ID, "error", err)
	}
}

// TokenRefused keeps in the audit that a secret was refused: of which token, if it is one, and never the secret. It counts
// against the network, and returns ErrSlow, keeping nothing, when that has shown more than most in a minute.
func (a *App) TokenRefused(ctx context.Context, secret string, from From, most int) error {
	p := pace{most, time.Minute / time.Duration(most)}
	var slow error
	err := a.store.Write(ctx, func(t *store.Tx) error {
		x := &attempt{a: a, t: t, way: byToken, from: from}
		if slow = x.admit(ctx, x.network(), p); slow != nil {
			return hard(slow)
		}
		held, err := t.AccessTokenByHash(ctx, secretHash(secret))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := x.count(ctx, x.network(), p); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), "public", "token.refused", held.ID, a.whyRefused(held))
	})
	return firstOf(err, slow)
}

// whyRefused says why a token opens nothing; one without an id is none.
func (a *App) whyRefused(x store.AccessToken) string {
	switch {
	case x.ID == "":
		return "unknown"
	case !x.Revoked.IsZero():
		return "revoked"
	case !a.Usable(x):
		return "expired"
	}
	return "person"
}

// ScopeRefused keeps in the audit that a token was used for more than its scopes allow.
func (a *App) ScopeRefused(ctx context.Context, v Viewer, wanted Scope) error {
	if v.Pass == nil {
		return nil
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "token.refused", v.Pass.Token, "scope "+string(wanted))
	})
}

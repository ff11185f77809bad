package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/store"
)

// The lives of sign-in links.
const (
	LinkLife = 24 * time.Hour
	DemoLife = 30 * 24 * time.Hour
)

// SigninLink makes a link that signs a person in once (reusable, which only the operator may make: until it expires) and
// returns its secret. Only those who may administer the person may make one, nobody for somebody with more power than his
// own, and none for somebody who has signed in before: then it takes two (ApproveRecovery). The operator always may.
func (a *App) SigninLink(ctx context.Context, v Viewer, email string, reusable bool) (secret string, err error) {
	if err := v.inPerson(); err != nil {
		return "", err
	}
	p, err := a.load(ctx)
	if err != nil {
		return "", err
	}
	x, err := a.administered(ctx, v, p.byEmail[coalition.NormalEmail(email)])
	if err != nil {
		return "", err
	}
	if !mayGrantAll(v, x.Duties) || reusable && !v.Operator {
		return "", refuse(Forbidden, "error.administer")
	}
	secret = newSecret()
	life := LinkLife
	if reusable {
		life = DemoLife
	}
	return secret, a.store.Write(ctx, func(t *store.Tx) error {
		if err := mayInvite(ctx, t, v, x.ID); err != nil {
			return err
		}
		if err := t.PutSigninLink(ctx, secretHash(secret), x.ID, t.Now().Add(life), reusable); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "link.made", x.ID, "")
	})
}

// mayInvite refuses who alone would let somebody in who has ways in, or had them.
func mayInvite(ctx context.Context, t *store.Tx, v Viewer, person string) error {
	if v.Operator {
		return nil
	}
	entered, err := t.Entered(ctx, person)
	if err != nil {
		return err
	}
	if !entered.IsZero() {
		return refuse(Forbidden, "error.link.entered")
	}
	return nil
}

// newSecret returns 192 random bits in letters that stand in an address.
func newSecret() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // never fails: crypto/rand.Read
	return base64.RawURLEncoding.EncodeToString(raw)
}

func secretHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Signin uses a link and returns whom it signs in. Every attempt is in the audit.
func (a *App) Signin(ctx context.Context, secret string, from From) (Viewer, error) {
	return a.try(ctx, ByLink, from, func(x *attempt) (*store.Signin, error) {
		id, err := x.t.TakeSigninLink(ctx, secretHash(secret))
		if errors.Is(err, store.ErrNotFound) {
			return nil, refuse(Unauthenticated, "error.link.expired")
		}
		if err != nil {
			return nil, err
		}
		return a.newSignin(id, ByLink, from), nil
	})
}

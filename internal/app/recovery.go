package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/store"
)

const (
	recoveryLife = 72 * time.Hour
	// kinship is how long two approvers are not independent after one has made or changed the other.
	kinship = 30 * 24 * time.Hour
)

// The states of a request to be let in again.
const (
	recoveryOpen     = "open"
	recoveryApproved = "approved"
	recoveryRefused  = "refused"
	recoveryLapsed   = "lapsed"
)

// AskRecovery asks in the name of an address that its person be let in again. Whether there is such a person is not said:
// the answer is nil for every address, and ErrSlow for a network that has asked too much.
func (a *App) AskRecovery(ctx context.Context, email string, from From) error {
	email = coalition.NormalEmail(email)
	var slow error
	err := a.store.Write(ctx, func(t *store.Tx) error {
		x := &attempt{a: a, t: t, way: byRecovery, from: from, account: email}
		if slow = x.admit(ctx, x.network(), networkPace); slow != nil {
			return hard(slow)
		}
		if err := x.count(ctx, x.network(), networkPace); err != nil {
			return err
		}
		full := x.admit(ctx, x.named(), recoveryPace)
		if full != nil { // asked often enough: told nothing, and nobody else either
			return hard(full)
		}
		if err := x.count(ctx, x.named(), recoveryPace); err != nil {
			return err
		}
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		return a.keepRequest(ctx, t, p.byEmail[email])
	})
	return firstOf(err, slow)
}

// keepRequest keeps a request for a person who may sign in and has none open; in the audit it stands in any case.
func (a *App) keepRequest(ctx context.Context, t *store.Tx, x *coalition.Person) error {
	subject := ""
	if x != nil && x.In(a.now()) {
		subject = x.ID
		open, err := a.openRequests(ctx, &t.Reader)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(open, func(r store.Recovery) bool { return r.Person == x.ID }) {
			now := a.now()
			if err := t.PutRecovery(ctx, store.Recovery{ID: newID(now), Person: x.ID, Asked: now, Expires: now.Add(recoveryLife), State: recoveryOpen}); err != nil {
				return err
			}
		}
	}
	return t.Audit(ctx, newID(t.Now()), "public", "recovery.asked", subject, "")
}

// openRequests returns the requests that wait and have not expired.
func (a *App) openRequests(ctx context.Context, r *store.Reader) ([]store.Recovery, error) {
	list, err := r.OpenRecoveries(ctx)
	now := a.now()
	return slices.DeleteFunc(list, func(x store.Recovery) bool { return !now.Before(x.Expires) }), err
}

// RecoveryRequest is a person's asking to be let in again, as who decides sees it.
type RecoveryRequest struct {
	store.Recovery
	Who   coalition.Person
	First string // name of who has approved it, "" for nobody yet
	Mine  bool   // the viewer has
}

// Requests returns the open requests that the viewer may decide, oldest first.
func (a *App) Requests(ctx context.Context, v Viewer) ([]RecoveryRequest, error) {
	if !v.SignedIn() {
		return nil, ErrStranger
	}
	list, err := a.openRequests(ctx, a.store.Read())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	var out []RecoveryRequest
	for _, r := range list {
		may, err := a.mayRecover(ctx, v, p.byID[r.Person])
		if err != nil {
			return nil, err
		}
		if !may {
			continue
		}
		x := RecoveryRequest{Recovery: r, Who: *p.byID[r.Person], Mine: r.First == v.Person.ID}
		if f := p.byID[r.First]; f != nil {
			x.First = f.Name
		}
		out = append(out, x)
	}
	return out, nil
}

// mayRecover reports whether the viewer may be one of the two who let a person in again: he administers him, has power
// over all his duties, and is another.
func (a *App) mayRecover(ctx context.Context, v Viewer, x *coalition.Person) (bool, error) {
	if v.Person == nil || v.Pass != nil || x == nil || !x.In(a.now()) || x.ID == v.Person.ID || !mayGrantAll(v, x.Duties) {
		return false, nil
	}
	return a.mayAdministerPerson(ctx, v, *x)
}

// ApproveRecovery approves a request. The first of two keeps it waiting and gets no secret; the second gets the secret of a
// link that signs the person in once. revoke ends what he had before: devices, tokens, calendar address, sign-ins. Of who
// may not decide it, and of one that is over, it says that there is none; of who has approved it already, Conflict; and of
// two who are not independent, because one has made or changed the other of late, Forbidden.
func (a *App) ApproveRecovery(ctx context.Context, v Viewer, id string, revoke bool) (secret string, err error) {
	if err := a.proven(v); err != nil {
		return "", err
	}
	err = a.store.Write(ctx, func(t *store.Tx) error {
		r, x, err := a.decidable(ctx, t, v, id)
		if err != nil {
			return err
		}
		if r.First == v.Person.ID {
			return refuse(Conflict, "error.recovery.twice")
		}
		standing, err := a.firstStands(ctx, r, x)
		if err != nil {
			return err
		}
		if !standing { // nobody has yet, or who has may not any more
			if err := t.SetRecovery(ctx, id, v.Person.ID, recoveryOpen); err != nil {
				return err
			}
			return t.Audit(ctx, newID(t.Now()), v.Actor(), "recovery.approved", x.ID, "first")
		}
		if err := a.independent(ctx, t, r.First, v.Person.ID); err != nil {
			return err
		}
		secret = newSecret()
		return a.letIn(ctx, t, v, r, revoke, secret)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// RefuseRecovery ends a request.
func (a *App) RefuseRecovery(ctx context.Context, v Viewer, id string) error {
	if err := a.proven(v); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		r, x, err := a.decidable(ctx, t, v, id)
		if err != nil {
			return err
		}
		if err := t.SetRecovery(ctx, id, r.First, recoveryRefused); err != nil {
			return err
		}
		if err := tellOf(ctx, t, id, x.ID, RecoveryRefused); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "recovery.refused", x.ID, "")
	})
}

// decidable returns an open request that the viewer may decide, and its person.
func (a *App) decidable(ctx context.Context, t *store.Tx, v Viewer, id string) (store.Recovery, *coalition.Person, error) {
	list, err := a.openRequests(ctx, &t.Reader)
	if err != nil {
		return store.Recovery{}, nil, err
	}
	i := slices.IndexFunc(list, func(r store.Recovery) bool { return r.ID == id })
	if i < 0 {
		return store.Recovery{}, nil, errHidden
	}
	p, err := a.load(ctx)
	if err != nil {
		return store.Recovery{}, nil, err
	}
	x := p.byID[list[i].Person]
	if may, err := a.mayRecover(ctx, v, x); err != nil || !may {
		return store.Recovery{}, nil, firstOf(err, errHidden)
	}
	return list[i], x, nil
}

// firstStands reports whether somebody has approved a request who still may.
func (a *App) firstStands(ctx context.Context, r store.Recovery, x *coalition.Person) (bool, error) {
	if r.First == "" {
		return false, nil
	}
	first, err := a.ViewerByID(ctx, r.First)
	if CodeOf(err) == Unauthenticated && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return a.mayRecover(ctx, first, x)
}

// independent refuses two approvers of whom one has made or changed the other of late: who may make people could
// otherwise make himself the second.
func (a *App) independent(ctx context.Context, t *store.Tx, one, other string) error {
	since := a.now().Add(-kinship)
	for _, pair := range [][2]string{{one, other}, {other, one}} {
		changed, err := t.Changed(ctx, pair[0], pair[1], since)
		if err != nil {
			return err
		}
		if changed {
			return refuse(Forbidden, "error.recovery.kin")
		}
	}
	return nil
}

// letIn ends a request with a link.
func (a *App) letIn(ctx context.Context, t *store.Tx, v Viewer, r store.Recovery, revoke bool, secret string) error {
	detail := "second"
	if revoke {
		detail = "second, all revoked"
		if err := errors.Join(t.EndAccess(ctx, r.Person), t.EndDevices(ctx, r.Person)); err != nil {
			return err
		}
	}
	if err := t.SetRecovery(ctx, r.ID, r.First, recoveryApproved); err != nil {
		return err
	}
	if err := t.PutSigninLink(ctx, secretHash(secret), r.Person, t.Now().Add(LinkLife), false); err != nil {
		return err
	}
	if err := tellOf(ctx, t, r.ID, r.Person, RecoveryGranted); err != nil {
		return err
	}
	return t.Audit(ctx, newID(t.Now()), v.Actor(), "recovery.approved", r.Person, detail)
}

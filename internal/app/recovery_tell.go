package app

import (
	"context"
	"errors"
	"slices"

	"tocsin/internal/coalition"
	"tocsin/internal/store"
)

// The reasons of the letters about a request to be let in again.
const (
	RecoveryWaits   = "recovery-waits"   // to who may agree: it waits for him
	RecoveryAsked   = "recovery-asked"   // to the person: somebody has asked in his name
	RecoveryGranted = "recovery-granted" // to the person: two have agreed
	RecoveryRefused = "recovery-refused" // to the person: somebody has refused
	RecoveryLapsed  = "recovery-lapsed"  // to the person: too few have agreed in time
)

// TellRecoveries tells of the requests to be let in again: the person that somebody has asked in his name, and everybody
// who may agree that it waits, each once a request, also who comes to that power while it waits. A request whose time is
// over ends, and its person is told. The clock calls it, several servers may: who asks is answered before any letter is
// thought of, and so in the same time whether the address is somebody's or not.
func (a *App) TellRecoveries(ctx context.Context) error {
	list, err := a.store.Read().OpenRecoveries(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	for _, r := range list {
		tell := a.tellRecovery
		if !a.now().Before(r.Expires) {
			tell = a.lapse
		}
		if err := tell(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// tellRecovery puts the letters about an open request into the outbox that are not there yet.
func (a *App) tellRecovery(ctx context.Context, r store.Recovery) error {
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	x := p.byID[r.Person]
	if x == nil || !x.In(a.now()) {
		return nil
	}
	missing, err := a.approvers(ctx, p, x)
	if err != nil {
		return err
	}
	letters, err := a.store.Read().MailAbout(ctx, r.ID)
	if err != nil {
		return err
	}
	told := func(person, reason string) bool {
		return slices.ContainsFunc(letters, func(m store.Mail) bool { return m.Person == person && m.Reason == reason })
	}
	missing = slices.DeleteFunc(missing, func(id string) bool { return id == r.First || told(id, RecoveryWaits) })
	if len(missing) == 0 && told(x.ID, RecoveryAsked) {
		return nil
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if err := tellOf(ctx, t, r.ID, x.ID, RecoveryAsked); err != nil {
			return err
		}
		for _, id := range missing {
			if err := tellOf(ctx, t, r.ID, id, RecoveryWaits); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellOf puts a letter about a request into the outbox, unless the person has been sent it.
func tellOf(ctx context.Context, t *store.Tx, request, person, reason string) error {
	return t.QueueMail(ctx, store.Mail{ID: newID(t.Now()), Person: person, Record: request, Reason: reason})
}

// approvers returns who may be one of the two who let a person in again, sorted.
func (a *App) approvers(ctx context.Context, p *people, x *coalition.Person) ([]string, error) {
	var out []string
	for id, o := range p.byID {
		if !o.In(a.now()) || !slices.ContainsFunc(o.Duties, administers) {
			continue
		}
		may, err := a.mayRecover(ctx, Viewer{Person: o}, x)
		if err != nil {
			return nil, err
		}
		if may {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, nil
}

// administers reports whether a duty gives power over people.
func administers(d coalition.Duty) bool {
	return d == coalition.FocalPoint || d == coalition.Secretariat || d == coalition.Administrator
}

// lapse ends a request whose time is over.
func (a *App) lapse(ctx context.Context, r store.Recovery) error {
	return a.store.Write(ctx, func(t *store.Tx) error {
		now, err := t.RecoveryByID(ctx, r.ID) // somebody may have decided it, another server have ended it
		if errors.Is(err, store.ErrNotFound) || err == nil && now.State != recoveryOpen {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.SetRecovery(ctx, r.ID, now.First, recoveryLapsed); err != nil {
			return err
		}
		return tellOf(ctx, t, r.ID, r.Person, RecoveryLapsed)
	})
}

// RecoveryLetter returns what a letter about a request to be let in again is written of, and to whom. NotFound says that
// it is not to be sent any more: the request has gone on meanwhile, or the addressee may not agree now.
func (a *App) RecoveryLetter(ctx context.Context, m store.Mail) (Viewer, *RecoveryRequest, error) {
	r, err := a.store.Read().RecoveryByID(ctx, m.Record)
	if errors.Is(err, store.ErrNotFound) {
		return Public, nil, errHidden
	}
	if err != nil {
		return Public, nil, err
	}
	v, err := a.ViewerByID(ctx, m.Person)
	if err != nil {
		return v, nil, err
	}
	p, err := a.load(ctx)
	if err != nil {
		return v, nil, err
	}
	x := p.byID[r.Person]
	if x == nil {
		return v, nil, errHidden
	}
	due := m.Person == r.Person && m.Reason == outcomes[r.State]
	if open := r.State == recoveryOpen && a.now().Before(r.Expires); open && m.Reason == RecoveryWaits && r.First != m.Person {
		if due, err = a.mayRecover(ctx, v, x); err != nil {
			return v, nil, err
		}
	}
	if !due {
		return v, nil, errHidden
	}
	return v, &RecoveryRequest{Recovery: r, Who: *x}, nil
}

// outcomes are the reasons for which the person is written to about a request in a state.
var outcomes = map[string]string{recoveryOpen: RecoveryAsked, recoveryApproved: RecoveryGranted, recoveryRefused: RecoveryRefused, recoveryLapsed: RecoveryLapsed}

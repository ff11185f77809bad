package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"tocsin/internal/store"
)

const (
	maxVisits   = 500         // records that a person does not follow, of which is kept what he looked at last
	maxFollowed = 200         // records that a person follows
	lookDelay   = time.Second // looks are gathered for so long and written together
	maxLooks    = 2000        // looks that are gathered
)

// looks gathers which versions people look at: a page that is only read waits for no writing transaction. What a process
// loses that is killed is one second of looks: those people are shown the same changes once more.
type looks struct {
	mu      sync.Mutex
	pending map[[2]string]store.Visit // by person and record
	timer   *time.Timer
}

func (l *looks) get(person, rec string) (store.Visit, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, ok := l.pending[[2]string{person, rec}]
	return v, ok
}

func (l *looks) add(person string, v store.Visit, flush func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == nil {
		l.pending = map[[2]string]store.Visit{}
	}
	if len(l.pending) >= maxLooks {
		return
	}
	l.pending[[2]string{person, v.Record}] = v
	if l.timer == nil {
		l.timer = time.AfterFunc(lookDelay, flush)
	}
}

func (l *looks) take() map[[2]string]store.Visit {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	out := l.pending
	l.pending = nil
	return out
}

// WriteLooks writes what was gathered of who looked at what. It is called by a timer and before the App closes.
func (a *App) WriteLooks(ctx context.Context) error {
	pending := a.looks.take()
	if len(pending) == 0 {
		return nil
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		persons := map[string]bool{}
		for key, v := range pending {
			if err := t.Visit(ctx, key[0], v); err != nil {
				return err
			}
			persons[key[0]] = true
		}
		for p := range persons {
			if err := t.Forget(ctx, p, maxVisits); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *App) writeLooksLater() {
	if err := a.WriteLooks(context.Background()); err != nil {
		a.log.Error("what people looked at was not written", "error", err)
	}
}

// Look notes that the viewer looks at a record as it is now, and returns his visit before, the zero Visit when there was
// none.
func (a *App) Look(ctx context.Context, v Viewer, x *Shown) (store.Visit, error) {
	if !v.SignedIn() {
		return store.Visit{}, nil
	}
	before, ok := a.looks.get(v.Person.ID, x.ID)
	if !ok {
		var err error
		before, err = a.store.Read().VisitOf(ctx, v.Person.ID, x.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.Visit{}, err
		}
	}
	if before.Version != x.Version && x.seq > 0 {
		a.looks.add(v.Person.ID, store.Visit{Record: x.ID, Version: x.Version, Seq: x.seq, At: a.now(), Follows: before.Follows}, a.writeLooksLater)
	}
	return before, nil
}

// Follow begins or ends to follow a record that the viewer sees: the overview then tells him of its changes.
func (a *App) Follow(ctx context.Context, v Viewer, id string, follow bool) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		s, err := a.visible(ctx, &t.Reader, v, id)
		if err != nil {
			return err
		}
		if follow {
			followed, err := t.Followed(ctx, v.Person.ID, maxFollowed)
			if err != nil {
				return err
			}
			if len(followed) >= maxFollowed {
				return refuse(Conflict, "error.follows", "max", maxFollowed)
			}
		}
		return t.Follow(ctx, v.Person.ID, store.Visit{Record: id, Version: s.Record.Version, Seq: s.Seq, At: t.Now(), Follows: follow})
	})
}

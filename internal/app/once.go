package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"tocsin/internal/record"
	"tocsin/internal/store"
)

// How long a key stands for what was made under it.
const (
	OnceLife = 24 * time.Hour     // a program's
	FormLife = 8 * 24 * time.Hour // a form's, which a device may keep for a week before it can be sent
)

const maxOnceKey = 200 // characters

// onceKey is a key under which a request makes a record once, and the hash of the request.
type onceKey struct{ key, hash string }

// sender is whose key it is, and how long it stands: a token's, or that of a person who signed in.
func (v Viewer) sender() (who string, life time.Duration) {
	if v.Pass != nil {
		return v.Pass.Token, OnceLife
	}
	return "person:" + v.Person.ID, FormLife
}

// CreateOnce is Create for who may send the same request again: a program, or a form on a bad line. Within OnceLife
// (FormLife for a person who signed in) the same key and hash of the same token or person answers the record that was made
// then, as it is now, and again is set; another hash under the key is a Conflict. Nothing is kept of a request that is
// refused. An empty key makes it Create.
func (a *App) CreateOnce(ctx context.Context, v Viewer, d Draft, key, hash string) (r *record.Record, again bool, err error) {
	if key == "" {
		return a.create(ctx, v, d, onceKey{})
	}
	if err := checkOnce(v, key); err != nil {
		return nil, false, err
	}
	return a.create(ctx, v, d, onceKey{key, hash})
}

// UpdateOnce is Update with the promise of CreateOnce: a change that was made under the key is not a Conflict when it is
// sent again.
func (a *App) UpdateOnce(ctx context.Context, v Viewer, id string, version int, d Draft, key, hash string) (*record.Record, error) {
	if key == "" {
		return a.Update(ctx, v, id, version, d)
	}
	if err := checkOnce(v, key); err != nil {
		return nil, err
	}
	return a.update(ctx, v, id, version, d, onceKey{key, hash})
}

func checkOnce(v Viewer, key string) error {
	if len(key) > maxOnceKey || strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return invalid(record.Problems{{Field: "Idempotency-Key", Key: "problem.key", Params: map[string]any{"max": maxOnceKey}}})
	}
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	return nil
}

// Request is a request of a program that may be sent again.
type Request struct {
	once  onceKey
	About string // the record that it is about, once it is done
	Again bool   // it was done before, and was not done again
}

type requestKey struct{}

// Once makes the use cases that are asked with the context it returns do what they do once for the key and hash of the
// viewer within OnceLife: making a record (Create, TakeUp, PlanSeries, IssueReport), CommentOn and Propose. Another
// hash under the key is a Conflict. An empty key changes nothing.
func (a *App) Once(ctx context.Context, v Viewer, key, hash string) (context.Context, *Request, error) {
	q := &Request{}
	if key == "" {
		return ctx, q, nil
	}
	q.once = onceKey{key, hash}
	return context.WithValue(ctx, requestKey{}, q), q, checkOnce(v, key)
}

// requestOf returns the request that the context carries, an empty one for none.
func requestOf(ctx context.Context) *Request {
	if q, ok := ctx.Value(requestKey{}).(*Request); ok {
		return q
	}
	return &Request{}
}

// only does something about a record within a transaction, unless the context's request has done it before.
func (a *App) only(ctx context.Context, t *store.Tx, v Viewer, do func() (about string, err error)) error {
	q := requestOf(ctx)
	q.About, q.Again = "", false
	before, err := a.madeBefore(ctx, t, v, q.once)
	if err != nil {
		return err
	}
	if before != nil {
		q.About, q.Again = before.ID, true
		return nil
	}
	if q.About, err = do(); err != nil {
		return err
	}
	return q.once.keep(ctx, t, v, q.About)
}

// madeBefore returns what the viewer has made under the key, nil for nothing.
func (a *App) madeBefore(ctx context.Context, t *store.Tx, v Viewer, o onceKey) (*record.Record, error) {
	if o.key == "" {
		return nil, nil
	}
	who, life := v.sender()
	m, err := t.Once(ctx, who, o.key)
	if errors.Is(err, store.ErrNotFound) || err == nil && t.Now().Sub(m.At) >= life {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if m.Hash != o.hash {
		return nil, refuse(Conflict, "error.once")
	}
	s, err := a.visible(ctx, &t.Reader, v, m.Record)
	if err != nil {
		return nil, err
	}
	return s.Record, nil
}

// keep keeps what is made under the key, in the transaction that makes it.
func (o onceKey) keep(ctx context.Context, t *store.Tx, v Viewer, id string) error {
	if o.key == "" {
		return nil
	}
	who, _ := v.sender()
	return t.PutOnce(ctx, who, o.key, o.hash, id)
}

package store

import (
	"context"
	"time"
)

// Guide is how far a person has got in the first steps.
type Guide struct {
	Begun bool
	Steps string    // those done, with blanks between
	Done  time.Time // when he had done with it; zero for not yet
}

// GuideOf returns how far a person has got.
func (r *Reader) GuideOf(ctx context.Context, person string) (g Guide, err error) {
	var done int64
	err = r.row(ctx, `SELECT steps, done FROM guide WHERE person = ?`, []any{person}, &g.Steps, &done)
	if err == ErrNotFound {
		return g, nil
	}
	g.Begun, g.Done = err == nil, micro(done)
	return g, err
}

// PutGuide keeps how far a person has got.
func (t *Tx) PutGuide(ctx context.Context, person string, g Guide) error {
	_, err := t.exec(ctx, `INSERT INTO guide (person, steps, done) VALUES (?, ?, ?) ON CONFLICT (person) DO UPDATE SET steps = excluded.steps, done = excluded.done`, person, g.Steps, zeroMicro(g.Done))
	return err
}

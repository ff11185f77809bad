package store

import (
	"context"
	"database/sql"
	"time"
)

// DigestsDue returns the people, limit at most, for whom letters wait whose digest is due at a time.
func (r *Reader) DigestsDue(ctx context.Context, at time.Time, limit int) (people []string, err error) {
	err = r.query(ctx, `SELECT DISTINCT person FROM mail WHERE state = 'digest' AND due <= ? ORDER BY person LIMIT ?`, []any{at.UnixMicro(), limit}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		people = append(people, id)
		return err
	})
	return people, err
}

// Digest puts one letter for all that waits for a person's digest and is due at a time into the outbox: once a person and
// day, whoever asks. Where that day has had its digest, what waits is put off to the next.
func (t *Tx) Digest(ctx context.Context, id, person, day string, at, next time.Time) error {
	res, err := t.exec(ctx, `INSERT INTO mail (id, person, record, reason, state, attempts, due, error) VALUES (?, ?, '', ?, 'queued', 0, ?, '') ON CONFLICT DO NOTHING`,
		id, person, "digest@"+day, t.now.UnixMicro())
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		_, err = t.exec(ctx, `UPDATE mail SET due = ? WHERE person = ? AND state = 'digest' AND due <= ?`, next.UnixMicro(), person, at.UnixMicro())
		return err
	}
	_, err = t.exec(ctx, `UPDATE mail SET state = 'digested', digest = ? WHERE person = ? AND state = 'digest' AND due <= ?`, id, person, at.UnixMicro())
	return err
}

// DigestOf returns the letters that a digest stands for, oldest first.
func (r *Reader) DigestOf(ctx context.Context, id string) ([]Mail, error) {
	return r.letters(ctx, `WHERE digest = ? ORDER BY id`, id)
}

// MailIn returns letters in a state, newest first.
func (r *Reader) MailIn(ctx context.Context, state string, limit int) ([]Mail, error) {
	return r.letters(ctx, `WHERE state = ? ORDER BY due DESC, id DESC LIMIT ?`, state, limit)
}

func (r *Reader) letters(ctx context.Context, where string, args ...any) (out []Mail, err error) {
	err = r.query(ctx, `SELECT id, person, record, reason, state, attempts, error FROM mail `+where, args, func(rows *sql.Rows) error {
		var m Mail
		err := rows.Scan(&m.ID, &m.Person, &m.Record, &m.Reason, &m.State, &m.Attempts, &m.Error)
		out = append(out, m)
		return err
	})
	return out, err
}

// Ran is when a job ran last.
type Ran struct {
	Name  string
	At    time.Time
	Took  time.Duration
	Good  time.Time // when it last ended well; zero for never
	Error string    // of the last run, "" when it ended well
}

// NoteRun keeps when a job ran.
func (s *Store) NoteRun(ctx context.Context, x Ran) error {
	good := int64(0)
	if x.Error == "" {
		good = x.At.UnixMicro()
	}
	return s.exec(ctx, `INSERT INTO job (name, at, took, good, error) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at, took = excluded.took, error = excluded.error,
		good = CASE WHEN excluded.good > 0 THEN excluded.good ELSE job.good END`, x.Name, x.At.UnixMicro(), x.Took.Microseconds(), good, short(x.Error))
}

// Runs returns when each job ran last, by name.
func (r *Reader) Runs(ctx context.Context) (out []Ran, err error) {
	err = r.query(ctx, `SELECT name, at, took, good, error FROM job ORDER BY name`, nil, func(rows *sql.Rows) error {
		var x Ran
		var at, took, good int64
		err := rows.Scan(&x.Name, &at, &took, &good, &x.Error)
		x.At, x.Took, x.Good = micro(at), time.Duration(took)*time.Microsecond, micro(good)
		out = append(out, x)
		return err
	})
	return out, err
}

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
	done := int64(0)
	if !g.Done.IsZero() {
		done = g.Done.UnixMicro()
	}
	_, err := t.exec(ctx, `INSERT INTO guide (person, steps, done) VALUES (?, ?, ?) ON CONFLICT (person) DO UPDATE SET steps = excluded.steps, done = excluded.done`, person, g.Steps, done)
	return err
}

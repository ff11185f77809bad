package store

import (
	"context"
	"database/sql"
	"time"
)

// Signin is a person signed in on a device.
type Signin struct {
	ID      string
	Person  string
	Way     string // how he came in
	Agent   string // browser and system, in words
	Origin  string // network that he came from, not his address
	Begun   time.Time
	Seen    time.Time // last, to some minutes
	Fresh   time.Time // when he last proved who he is
	Expires time.Time
}

// PutSignin keeps a new sign-in and that the person has come in.
func (t *Tx) PutSignin(ctx context.Context, x Signin) error {
	_, err := t.exec(ctx, `INSERT INTO signin (id, person, way, agent, origin, begun, seen, fresh, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		x.ID, x.Person, x.Way, x.Agent, x.Origin, x.Begun.UnixMicro(), x.Seen.UnixMicro(), x.Fresh.UnixMicro(), x.Expires.UnixMicro())
	if err != nil {
		return err
	}
	at := x.Begun.UnixMicro()
	_, err = t.exec(ctx, `INSERT INTO entered (person, first, last) VALUES (?, ?, ?) ON CONFLICT (person) DO UPDATE SET last = excluded.last`, x.Person, at, at)
	return err
}

func (r *Reader) signins(ctx context.Context, where string, args ...any) ([]Signin, error) {
	var out []Signin
	err := r.query(ctx, `SELECT id, person, way, agent, origin, begun, seen, fresh, expires FROM signin `+where, args, func(rows *sql.Rows) error {
		var x Signin
		var begun, seen, fresh, expires int64
		if err := rows.Scan(&x.ID, &x.Person, &x.Way, &x.Agent, &x.Origin, &begun, &seen, &fresh, &expires); err != nil {
			return err
		}
		x.Begun, x.Seen, x.Fresh, x.Expires = micro(begun), micro(seen), micro(fresh), micro(expires)
		out = append(out, x)
		return nil
	})
	return out, err
}

// SigninByID returns a sign-in, ErrNotFound when it has ended. It may have expired.
func (r *Reader) SigninByID(ctx context.Context, id string) (Signin, error) {
	return one(r.signins(ctx, `WHERE id = ?`, id))
}

// SigninsOf returns where a person is signed in, the last first.
func (r *Reader) SigninsOf(ctx context.Context, person string) ([]Signin, error) {
	return r.signins(ctx, `WHERE person = ? ORDER BY id DESC`, person)
}

// SeeSignin keeps that a person was seen.
func (s *Store) SeeSignin(ctx context.Context, id string, at time.Time) error {
	return s.exec(ctx, `UPDATE signin SET seen = ? WHERE id = ? AND seen < ?`, at.UnixMicro(), id, at.UnixMicro())
}

// FreshenSignin keeps that a person has proved again who he is.
func (t *Tx) FreshenSignin(ctx context.Context, id string, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE signin SET fresh = ? WHERE id = ?`, at.UnixMicro(), id)
	return err
}

// EndSignin ends one sign-in of a person. It returns ErrNotFound when he has none of that id.
func (t *Tx) EndSignin(ctx context.Context, person, id string) error {
	res, err := t.exec(ctx, `DELETE FROM signin WHERE person = ? AND id = ?`, person, id)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// EndSignins ends every sign-in of a person but one; "" spares none.
func (t *Tx) EndSignins(ctx context.Context, person, but string) error {
	_, err := t.exec(ctx, `DELETE FROM signin WHERE person = ? AND id <> ?`, person, but)
	return err
}

// Entered returns when a person signed in first, zero for never.
func (r *Reader) Entered(ctx context.Context, person string) (time.Time, error) {
	var first int64
	err := r.row(ctx, `SELECT first FROM entered WHERE person = ?`, []any{person}, &first)
	if err == ErrNotFound {
		return time.Time{}, nil
	}
	return micro(first), err
}

// Recovery is a person's asking to be let in again.
type Recovery struct {
	ID      string
	Person  string
	Asked   time.Time
	Expires time.Time
	First   string // who has approved it, "" for nobody yet
	State   string // open, approved or refused
}

// PutRecovery keeps a new request.
func (t *Tx) PutRecovery(ctx context.Context, x Recovery) error {
	_, err := t.exec(ctx, `INSERT INTO recovery (id, person, asked, expires, first, state) VALUES (?, ?, ?, ?, ?, ?)`, x.ID, x.Person, x.Asked.UnixMicro(), x.Expires.UnixMicro(), x.First, x.State)
	return err
}

// SetRecovery keeps what was decided about a request.
func (t *Tx) SetRecovery(ctx context.Context, id, first, state string) error {
	_, err := t.exec(ctx, `UPDATE recovery SET first = ?, state = ? WHERE id = ?`, first, state, id)
	return err
}

// OpenRecoveries returns the requests that wait for a decision, oldest first. Some may have expired.
func (r *Reader) OpenRecoveries(ctx context.Context) ([]Recovery, error) {
	return r.recoveries(ctx, `WHERE state = 'open' ORDER BY id`)
}

// RecoveryByID returns a request, decided or not; ErrNotFound when there is none.
func (r *Reader) RecoveryByID(ctx context.Context, id string) (Recovery, error) {
	return one(r.recoveries(ctx, `WHERE id = ?`, id))
}

func (r *Reader) recoveries(ctx context.Context, where string, args ...any) ([]Recovery, error) {
	var out []Recovery
	err := r.query(ctx, `SELECT id, person, asked, expires, first, state FROM recovery `+where, args, func(rows *sql.Rows) error {
		var x Recovery
		var asked, expires int64
		if err := rows.Scan(&x.ID, &x.Person, &asked, &expires, &x.First, &x.State); err != nil {
			return err
		}
		x.Asked, x.Expires = micro(asked), micro(expires)
		out = append(out, x)
		return nil
	})
	return out, err
}

// Changed reports whether one actor has made or changed a subject of the journal since a time.
func (r *Reader) Changed(ctx context.Context, subject, actor string, since time.Time) (bool, error) {
	var n int64
	err := r.row(ctx, `SELECT count(*) FROM journal WHERE subject = ? AND actor = ? AND at >= ?`, []any{subject, actor, since.UnixMicro()}, &n)
	return n > 0, err
}

// Throttle returns until when the attempts under a name weigh on the next; zero for no attempts.
func (r *Reader) Throttle(ctx context.Context, name string) (time.Time, error) {
	var until int64
	err := r.row(ctx, `SELECT until FROM throttle WHERE name = ?`, []any{name}, &until)
	if err == ErrNotFound {
		return time.Time{}, nil
	}
	return micro(until), err
}

// SetThrottle keeps until when the attempts under a name weigh. It never goes back.
func (t *Tx) SetThrottle(ctx context.Context, name string, until time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO throttle (name, until) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET until = CASE WHEN excluded.until > throttle.until THEN excluded.until ELSE throttle.until END`, name, until.UnixMicro())
	return err
}

// Feed returns when a person's calendar address was made, zero when he has none.
func (r *Reader) Feed(ctx context.Context, person string) (time.Time, error) {
	var at int64
	err := r.row(ctx, `SELECT at FROM feed WHERE person = ?`, []any{person}, &at)
	if err == ErrNotFound {
		return time.Time{}, nil
	}
	return micro(at), err
}

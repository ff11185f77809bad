package store

import (
	"context"
	"database/sql"
	"time"
)

// Visit is which version of a record a person looked at last.
type Visit struct {
	Record  string
	Version int
	Seq     int64 // the journal entry that holds that version
	At      time.Time
	Follows bool // he wants to know of changes
}

const visitColumns = `SELECT v.record, v.version, v.seq, v.at, v.follows FROM visit v `

// VisitOf returns a person's visit to a record, ErrNotFound when there was none.
func (r *Reader) VisitOf(ctx context.Context, person, rec string) (Visit, error) {
	all, err := r.visits(ctx, `WHERE v.person = ? AND v.record = ?`, person, rec)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Visit{}, err
	}
	return all[0], nil
}

// Followed returns what a person follows, the longest followed last.
func (r *Reader) Followed(ctx context.Context, person string, limit int) ([]Visit, error) {
	return r.visits(ctx, `WHERE v.person = ? AND v.follows = 1 ORDER BY v.at DESC, v.record DESC LIMIT ?`, person, limit)
}

// ChangedSince returns those of the records that a person follows that have changed since he looked at them and after a
// journal entry. No more than limit are looked for.
func (r *Reader) ChangedSince(ctx context.Context, person string, after int64, limit int) ([]Visit, error) {
	return r.visits(ctx, `JOIN record x ON x.id = v.record WHERE v.person = ? AND v.follows = 1 AND x.seq > v.seq AND x.seq > ? ORDER BY x.seq DESC LIMIT ?`, person, after, limit)
}

func (r *Reader) visits(ctx context.Context, where string, args ...any) ([]Visit, error) {
	var out []Visit
	err := r.query(ctx, visitColumns+where, args, func(rows *sql.Rows) error {
		var v Visit
		var at int64
		if err := rows.Scan(&v.Record, &v.Version, &v.Seq, &at, &v.Follows); err != nil {
			return err
		}
		v.At = micro(at)
		out = append(out, v)
		return nil
	})
	return out, err
}

// Visit keeps that a person looked at a version of a record; whether he follows it stays as it is.
func (t *Tx) Visit(ctx context.Context, person string, v Visit) error {
	_, err := t.exec(ctx, `INSERT INTO visit (person, record, version, seq, at, follows) VALUES (?, ?, ?, ?, ?, 0)
		ON CONFLICT (person, record) DO UPDATE SET version = excluded.version, seq = excluded.seq, at = excluded.at`,
		person, v.Record, v.Version, v.Seq, v.At.UnixMicro())
	return err
}

// Follow keeps whether a person follows a record of which he sees a version.
func (t *Tx) Follow(ctx context.Context, person string, v Visit) error {
	n := 0
	if v.Follows {
		n = 1
	}
	_, err := t.exec(ctx, `INSERT INTO visit (person, record, version, seq, at, follows) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (person, record) DO UPDATE SET follows = excluded.follows`, person, v.Record, v.Version, v.Seq, v.At.UnixMicro(), n)
	return err
}

// Forget drops a person's visits beyond the newest most to records that he does not follow.
func (t *Tx) Forget(ctx context.Context, person string, most int) error {
	_, err := t.exec(ctx, `DELETE FROM visit WHERE person = ? AND follows = 0 AND at <
		(SELECT at FROM visit WHERE person = ? AND follows = 0 ORDER BY at DESC LIMIT 1 OFFSET ?)`, person, person, most-1)
	return err
}

// Head returns the number of the journal's last entry.
func (r *Reader) Head(ctx context.Context) (seq int64, err error) {
	err = r.row(ctx, `SELECT coalesce(max(seq), 0) FROM journal`, nil, &seq)
	return seq, err
}

// HeadAt returns the number of a journal entry from about an hour before a time, 0 where there is none that old.
func (r *Reader) HeadAt(ctx context.Context, at time.Time) (seq int64, err error) {
	err = r.row(ctx, `SELECT size FROM checkpoint WHERE at <= ? ORDER BY size DESC LIMIT 1`, []any{at.UnixMicro()}, &seq)
	if err == ErrNotFound {
		err = nil
	}
	return seq, err
}

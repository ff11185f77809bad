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

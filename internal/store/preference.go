package store

import (
	"context"
	"time"
)

// Preference returns what a person has chosen under a name and when, "" for nothing.
func (r *Reader) Preference(ctx context.Context, person, name string) (value string, at time.Time, err error) {
	var n int64
	err = r.row(ctx, `SELECT value, at FROM preference WHERE person = ? AND name = ?`, []any{person, name}, &value, &n)
	if err == ErrNotFound {
		err = nil
	}
	return value, micro(n), err
}

// Prefer keeps what a person has chosen; "" forgets it.
func (t *Tx) Prefer(ctx context.Context, person, name, value string) error {
	if value == "" {
		_, err := t.exec(ctx, `DELETE FROM preference WHERE person = ? AND name = ?`, person, name)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO preference (person, name, value, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (person, name) DO UPDATE SET value = excluded.value, at = excluded.at`, person, name, value, t.now.UnixMicro())
	return err
}

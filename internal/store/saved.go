package store

import (
	"context"
	"database/sql"
)

// Saved is a list, search or plot that a person keeps under a name.
type Saved struct {
	ID, Person, Name string
	Address          string // path and query on this site
	Seen             int64  // the journal entry up to which he was told of what matches; 0 where he does not want to be told
}

const savedColumns = `SELECT id, person, name, address, seen FROM saved `

// SavedOf returns what a person keeps, the oldest first.
func (r *Reader) SavedOf(ctx context.Context, person string, limit int) ([]Saved, error) {
	return r.saved(ctx, `WHERE person = ? ORDER BY id LIMIT ?`, person, limit)
}

// Watched returns the saved searches, after the one with the id, whose person wants to be told of what matches.
func (r *Reader) Watched(ctx context.Context, after string, limit int) ([]Saved, error) {
	return r.saved(ctx, `WHERE seen > 0 AND id > ? ORDER BY id LIMIT ?`, after, limit)
}

func (r *Reader) saved(ctx context.Context, where string, args ...any) ([]Saved, error) {
	var out []Saved
	err := r.query(ctx, savedColumns+where, args, func(rows *sql.Rows) error {
		var s Saved
		if err := rows.Scan(&s.ID, &s.Person, &s.Name, &s.Address, &s.Seen); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// PutSaved keeps one; the person of one that is there already does not change.
func (t *Tx) PutSaved(ctx context.Context, s Saved) error {
	_, err := t.exec(ctx, `INSERT INTO saved (id, person, name, address, seen) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, address = excluded.address, seen = excluded.seen`, s.ID, s.Person, s.Name, s.Address, s.Seen)
	return err
}

// DeleteSaved removes one of a person's; ErrNotFound when he has none with the id.
func (t *Tx) DeleteSaved(ctx context.Context, person, id string) error {
	res, err := t.exec(ctx, `DELETE FROM saved WHERE id = ? AND person = ?`, id, person)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return firstOf(err, ErrNotFound)
	}
	return nil
}

// SetSavedSeen moves the journal entry up to which a watched search's person was told; it never moves back.
func (t *Tx) SetSavedSeen(ctx context.Context, id string, seen int64) error {
	_, err := t.exec(ctx, `UPDATE saved SET seen = ? WHERE id = ? AND seen > 0 AND seen < ?`, seen, id, seen)
	return err
}

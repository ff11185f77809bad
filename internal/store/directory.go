package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/journal"
)

// PutPerson writes a person's new state with its journal entry.
func (t *Tx) PutPerson(ctx context.Context, p *coalition.Person, actor, action string) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: actor, Type: "person", Subject: p.ID, Action: action, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO person (id, email, participant, payload) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, participant = excluded.participant, payload = excluded.payload`,
		p.ID, p.Email, p.Participant, payload)
	if err != nil {
		return err
	}
	return t.bumpDirectory(ctx)
}

// PutRegistration writes a registration's new state with its journal entry.
func (t *Tx) PutRegistration(ctx context.Context, g *coalition.Registration, actor, action string) error {
	payload, err := json.Marshal(g)
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: actor, Type: "registration", Subject: g.ID, Action: action, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO registration (id, person, payload) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET payload = excluded.payload`, g.ID, g.Person, payload)
	if err != nil {
		return err
	}
	return t.bumpDirectory(ctx)
}

func (t *Tx) bumpDirectory(ctx context.Context) error {
	_, err := t.exec(ctx, `INSERT INTO meta (name, value) VALUES ('directory', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		strconv.FormatInt(t.head+t.flushed+int64(len(t.entries)), 10))
	return err
}

// DirectoryVersion changes with every change of a person or registration.
func (r *Reader) DirectoryVersion(ctx context.Context) (string, error) {
	return r.Meta(ctx, "directory")
}

// Meta returns a named value, "" when there is none.
func (r *Reader) Meta(ctx context.Context, name string) (string, error) {
	var v string
	if err := r.row(ctx, `SELECT value FROM meta WHERE name = ?`, []any{name}, &v); err != nil && err != ErrNotFound {
		return "", err
	}
	return v, nil
}

// SetMeta keeps a named value.
func (t *Tx) SetMeta(ctx context.Context, name, value string) error {
	_, err := t.exec(ctx, `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

// People returns every person and every registration.
func (r *Reader) People(ctx context.Context) (people []*coalition.Person, registrations []*coalition.Registration, err error) {
	err = r.query(ctx, `SELECT payload FROM person ORDER BY id`, nil, func(rows *sql.Rows) error {
		var p coalition.Person
		if err := scanJSON(rows, &p); err != nil {
			return err
		}
		people = append(people, &p)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = r.query(ctx, `SELECT payload FROM registration ORDER BY id`, nil, func(rows *sql.Rows) error {
		var g coalition.Registration
		if err := scanJSON(rows, &g); err != nil {
			return err
		}
		registrations = append(registrations, &g)
		return nil
	})
	return people, registrations, err
}

func scanJSON(rows *sql.Rows, v any) error {
	var payload []byte
	if err := rows.Scan(&payload); err != nil {
		return err
	}
	return json.Unmarshal(payload, v)
}

// PutSigninLink keeps a link's hash until it expires. A reusable link signs in more than once (demonstrations).
func (t *Tx) PutSigninLink(ctx context.Context, hash, person string, expires time.Time, reusable bool) error {
	n := 0
	if reusable {
		n = 1
	}
	_, err := t.exec(ctx, `INSERT INTO signin_link (hash, person, expires, reusable) VALUES (?, ?, ?, ?)`, hash, person, expires.UnixMicro(), n)
	return err
}

// TakeSigninLink returns whom the link signs in and uses it up, unless it is reusable.
func (t *Tx) TakeSigninLink(ctx context.Context, hash string) (person string, err error) {
	var expires, reusable int64
	if err := t.row(ctx, `SELECT person, expires, reusable FROM signin_link WHERE hash = ?`, []any{hash}, &person, &expires, &reusable); err != nil {
		return "", err
	}
	if reusable == 0 || expires <= t.now.UnixMicro() {
		if _, err := t.exec(ctx, `DELETE FROM signin_link WHERE hash = ?`, hash); err != nil {
			return "", err
		}
	}
	if expires <= t.now.UnixMicro() {
		return "", ErrNotFound
	}
	return person, nil
}

// Audit keeps a line about access: sign-ins, refusals, reads of RED records. It holds no secrets.
func (t *Tx) Audit(ctx context.Context, id, actor, event, subject, detail string) error {
	_, err := t.exec(ctx, `INSERT INTO audit (id, at, actor, event, subject, detail) VALUES (?, ?, ?, ?, ?, ?)`, id, t.now.UnixMicro(), actor, event, subject, detail)
	return err
}

// The session store of scs. Tokens are kept as hashes by the caller.

// FindSession returns a session's data; found is false when there is none or it has expired.
func (s *Store) FindSession(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.Read().row(ctx, `SELECT data FROM session WHERE token = ? AND expires > ?`, []any{token, time.Now().UnixMicro()}, &data)
	if err == ErrNotFound {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitSession keeps a session's data until it expires.
func (s *Store) CommitSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.exec(ctx, `INSERT INTO session (token, data, expires) VALUES (?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`, token, data, expires.UnixMicro())
}

// DeleteSession ends a session.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	return s.exec(ctx, `DELETE FROM session WHERE token = ?`, token)
}

// ExpireSessions removes sessions and sign-in links that have expired.
func (s *Store) ExpireSessions(ctx context.Context, now time.Time) error {
	for _, q := range []string{`DELETE FROM session WHERE expires <= ?`, `DELETE FROM signin_link WHERE expires <= ?`} {
		if err := s.exec(ctx, q, now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

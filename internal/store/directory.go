package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/journal"
)

// PutPerson writes a person's new state with its journal entry, and a line of the audit that says which fields changed.
func (t *Tx) PutPerson(ctx context.Context, p *coalition.Person, actor, action string) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var before []byte
	if err := t.row(ctx, `SELECT payload FROM person WHERE id = ?`, []any{p.ID}, &before); err != nil && err != ErrNotFound {
		return err
	}
	seq := t.Append(journal.Entry{Actor: actor, Type: "person", Subject: p.ID, Action: action, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO person (id, email, participant, payload) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, participant = excluded.participant, payload = excluded.payload`,
		p.ID, p.Email, p.Participant, payload)
	if err != nil {
		return err
	}
	changed, err := changedFields(before, payload)
	if err != nil {
		return err
	}
	if err := t.Audit(ctx, "person:"+strconv.FormatInt(seq, 10), actor, "person."+action, p.ID, changed); err != nil {
		return err
	}
	return t.bumpDirectory(ctx)
}

// changedFields names the fields that differ between two states of a person, those of duties with what they are now.
func changedFields(before, after []byte) (string, error) {
	var x, y map[string]json.RawMessage
	if len(before) > 0 {
		if err := json.Unmarshal(before, &x); err != nil {
			return "", err
		}
	}
	if err := json.Unmarshal(after, &y); err != nil {
		return "", err
	}
	var names []string
	for name := range y {
		if string(x[name]) != string(y[name]) && name != "id" {
			names = append(names, name)
		}
	}
	for name := range x {
		if _, kept := y[name]; !kept {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		if name == "duties" {
			names[i] += " " + string(y[name])
		}
	}
	return strings.Join(names, ", "), nil
}

// PutRegistration writes a registration's new state with its journal entry and a line of the audit.
func (t *Tx) PutRegistration(ctx context.Context, g *coalition.Registration, actor, action string) error {
	payload, err := json.Marshal(g)
	if err != nil {
		return err
	}
	seq := t.Append(journal.Entry{Actor: actor, Type: "registration", Subject: g.ID, Action: action, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO registration (id, person, payload) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET payload = excluded.payload`, g.ID, g.Person, payload)
	if err != nil {
		return err
	}
	if err := t.Audit(ctx, "registration:"+strconv.FormatInt(seq, 10), actor, "registration."+action, g.Person, describeRegistration(g)); err != nil {
		return err
	}
	return t.bumpDirectory(ctx)
}

func describeRegistration(g *coalition.Registration) string {
	roles := make([]string, len(g.Roles))
	for i, r := range g.Roles {
		roles[i] = string(r)
	}
	out := g.Group + "/" + string(g.Section) + " " + strings.Join(roles, ", ") + ", " + g.From.UTC().Format(time.DateOnly) + "–"
	if !g.To.IsZero() {
		out += g.To.UTC().Format(time.DateOnly)
	}
	return out
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

// decidedKept is how long a request that has ended is kept, for the letters about it that wait.
const decidedKept = 7 * 24 * time.Hour

// ExpireSessions removes sessions, sign-ins, links of sign-ins and invitations and unanswered questions that have expired,
// requests to be let in that ended a week ago, and attempts that weigh no more.
func (s *Store) ExpireSessions(ctx context.Context, now time.Time) error {
	for _, q := range []string{`DELETE FROM session WHERE expires <= ?`, `DELETE FROM signin_link WHERE expires <= ?`, `DELETE FROM signin WHERE expires <= ?`, `DELETE FROM invitation_link WHERE expires <= ?`,
		`DELETE FROM ceremony WHERE expires <= ?`, `DELETE FROM throttle WHERE until <= ?`} {
		if err := s.exec(ctx, q, now.UnixMicro()); err != nil {
			return err
		}
	}
	return s.exec(ctx, `DELETE FROM recovery WHERE state <> 'open' AND expires <= ?`, now.Add(-decidedKept).UnixMicro())
}

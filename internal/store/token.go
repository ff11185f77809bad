package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// AccessToken is what a program comes with in a person's name. Its secret is kept as a hash only.
type AccessToken struct {
	ID      string
	Person  string
	Name    string
	Scopes  []string
	Made    time.Time
	Expires time.Time
	Used    time.Time // the day of the last use; zero for never
	Revoked time.Time // zero for not
}

// PutAccessToken keeps a new token under the hash of its secret.
func (t *Tx) PutAccessToken(ctx context.Context, hash string, x AccessToken) error {
	_, err := t.exec(ctx, `INSERT INTO token (id, hash, person, name, scopes, made, expires, used, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
		x.ID, hash, x.Person, x.Name, strings.Join(x.Scopes, " "), x.Made.UnixMicro(), x.Expires.UnixMicro())
	return err
}

const accessColumns = `SELECT id, person, name, scopes, made, expires, used, revoked FROM token `

func (r *Reader) accessTokens(ctx context.Context, where string, args ...any) ([]AccessToken, error) {
	var out []AccessToken
	err := r.query(ctx, accessColumns+where, args, func(rows *sql.Rows) error {
		var x AccessToken
		var scopes string
		var made, expires, used, revoked int64
		if err := rows.Scan(&x.ID, &x.Person, &x.Name, &scopes, &made, &expires, &used, &revoked); err != nil {
			return err
		}
		x.Scopes = strings.Fields(scopes)
		x.Made, x.Expires, x.Used, x.Revoked = micro(made), micro(expires), micro(used), micro(revoked)
		out = append(out, x)
		return nil
	})
	return out, err
}

// AccessTokenByHash returns the token whose secret has the hash, ErrNotFound when there is none. It may have expired or been
// revoked.
func (r *Reader) AccessTokenByHash(ctx context.Context, hash string) (AccessToken, error) {
	return one(r.accessTokens(ctx, `WHERE hash = ?`, hash))
}

// AccessTokenOf returns a person's token by its id, ErrNotFound when he has none of that id.
func (r *Reader) AccessTokenOf(ctx context.Context, person, id string) (AccessToken, error) {
	return one(r.accessTokens(ctx, `WHERE person = ? AND id = ?`, person, id))
}

// AccessTokensOf returns a person's tokens, newest first.
func (r *Reader) AccessTokensOf(ctx context.Context, person string) ([]AccessToken, error) {
	return r.accessTokens(ctx, `WHERE person = ? ORDER BY id DESC`, person)
}

func one(list []AccessToken, err error) (AccessToken, error) {
	if err != nil {
		return AccessToken{}, err
	}
	if len(list) == 0 {
		return AccessToken{}, ErrNotFound
	}
	return list[0], nil
}

// RevokeAccessToken ends a token for good. One that was revoked keeps its time.
func (t *Tx) RevokeAccessToken(ctx context.Context, id string) error {
	_, err := t.exec(ctx, `UPDATE token SET revoked = ? WHERE id = ? AND revoked = 0`, t.now.UnixMicro(), id)
	return err
}

// UseAccessToken keeps the day on which a token was used last.
func (t *Tx) UseAccessToken(ctx context.Context, id string, day time.Time) error {
	_, err := t.exec(ctx, `UPDATE token SET used = ? WHERE id = ? AND used < ?`, day.UnixMicro(), id, day.UnixMicro())
	return err
}

// Made is what a token has made under a key of its own choosing.
type Made struct {
	Hash   string // of the request
	Record string
	At     time.Time
}

// Once returns what the token has made under the key, ErrNotFound for nothing.
func (r *Reader) Once(ctx context.Context, token, key string) (Made, error) {
	var m Made
	var at int64
	err := r.row(ctx, `SELECT hash, record, at FROM once WHERE token = ? AND name = ?`, []any{token, key}, &m.Hash, &m.Record, &at)
	m.At = micro(at)
	return m, err
}

// PutOnce keeps what the token makes under the key, in place of what it made before.
func (t *Tx) PutOnce(ctx context.Context, token, key, hash, record string) error {
	_, err := t.exec(ctx, `INSERT INTO once (token, name, hash, record, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (token, name) DO UPDATE SET hash = excluded.hash, record = excluded.record, at = excluded.at`, token, key, hash, record, t.now.UnixMicro())
	return err
}

// ExpireOnce forgets what tokens made under keys before a time.
func (s *Store) ExpireOnce(ctx context.Context, before time.Time) error {
	return s.exec(ctx, `DELETE FROM once WHERE at <= ?`, before.UnixMicro())
}

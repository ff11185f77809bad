package store

import (
	"context"
	"database/sql"
)

// EndAccess ends every way in that a person has: links, feeds and tokens. match tells his sessions by their data.
func (t *Tx) EndAccess(ctx context.Context, person string, match func(session []byte) bool) error {
	for _, q := range []string{`DELETE FROM signin_link WHERE person = ?`, `DELETE FROM feed WHERE person = ?`} {
		if _, err := t.exec(ctx, q, person); err != nil {
			return err
		}
	}
	if _, err := t.exec(ctx, `UPDATE token SET revoked = ? WHERE person = ? AND revoked = 0`, t.now.UnixMicro(), person); err != nil {
		return err
	}
	var his []string
	err := t.query(ctx, `SELECT token, data FROM session WHERE expires > ?`, []any{t.now.UnixMicro()}, func(rows *sql.Rows) error {
		var token string
		var data []byte
		if err := rows.Scan(&token, &data); err != nil {
			return err
		}
		if match(data) {
			his = append(his, token)
		}
		return nil
	})
	for i := 0; i < len(his) && err == nil; i++ {
		_, err = t.exec(ctx, `DELETE FROM session WHERE token = ?`, his[i])
	}
	return err
}

package store

import "context"

// EndAccess ends every way in that a person has used: sign-ins, links, feeds and tokens. His passkeys and his account at a
// directory stay, for when he is let in again.
func (t *Tx) EndAccess(ctx context.Context, person string) error {
	return t.endAll(ctx, person, `DELETE FROM signin WHERE person = ?`, `DELETE FROM signin_link WHERE person = ?`, `DELETE FROM feed WHERE person = ?`, `DELETE FROM recovery WHERE person = ?`)
}

// EndDevices removes a person's passkeys and unbinds his accounts at directories.
func (t *Tx) EndDevices(ctx context.Context, person string) error {
	return t.endAll(ctx, person, `DELETE FROM device WHERE person = ?`, `DELETE FROM account WHERE person = ?`)
}

func (t *Tx) endAll(ctx context.Context, person string, statements ...string) error {
	for _, q := range statements {
		if _, err := t.exec(ctx, q, person); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `UPDATE token SET revoked = ? WHERE person = ? AND revoked = 0`, t.now.UnixMicro(), person)
	return err
}

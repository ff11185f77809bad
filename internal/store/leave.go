package store

import "context"

// EndAccess ends what lets a person in now: sign-ins, links, calendar addresses and tokens. His passkeys and his account at
// a directory stay, for when he is let in again.
func (t *Tx) EndAccess(ctx context.Context, person string) error {
	if err := t.ofPerson(ctx, person, "signin", "signin_link", "feed"); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE token SET revoked = ? WHERE person = ? AND revoked = 0`, t.now.UnixMicro(), person)
	return err
}

// EndDevices removes a person's passkeys.
func (t *Tx) EndDevices(ctx context.Context, person string) error {
	return t.ofPerson(ctx, person, "device")
}

// EndAccounts unbinds a person's accounts at directories.
func (t *Tx) EndAccounts(ctx context.Context, person string) error {
	return t.ofPerson(ctx, person, "account")
}

// ofPerson deletes what tables hold of a person.
func (t *Tx) ofPerson(ctx context.Context, person string, tables ...string) error {
	for _, table := range tables {
		if _, err := t.exec(ctx, "DELETE FROM "+table+" WHERE person = ?", person); err != nil {
			return err
		}
	}
	return nil
}

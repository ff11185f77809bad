package store

import (
	"context"
	"database/sql"
	"time"
)

// Device is a passkey of a person. Data is what the checking of its answers needs, no secret among it.
type Device struct {
	ID         string
	Credential string // as the authenticator names it, base64url
	Person     string
	RP         string // domain that it was made for
	Name       string
	Data       []byte
	Made       time.Time
	Used       time.Time // zero for never
}

// PutDevice keeps a new device.
func (t *Tx) PutDevice(ctx context.Context, d Device) error {
	_, err := t.exec(ctx, `INSERT INTO device (id, credential, person, rp, name, data, made, used) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		d.ID, d.Credential, d.Person, d.RP, d.Name, d.Data, d.Made.UnixMicro())
	return err
}

// UseDevice keeps what has changed with a use of a device.
func (t *Tx) UseDevice(ctx context.Context, id string, data []byte, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE device SET data = ?, used = ? WHERE id = ?`, data, at.UnixMicro(), id)
	return err
}

// RenameDevice keeps another name of a device.
func (t *Tx) RenameDevice(ctx context.Context, id, name string) error {
	_, err := t.exec(ctx, `UPDATE device SET name = ? WHERE id = ?`, name, id)
	return err
}

// DeleteDevice removes a device.
func (t *Tx) DeleteDevice(ctx context.Context, id string) error {
	_, err := t.exec(ctx, `DELETE FROM device WHERE id = ?`, id)
	return err
}

func (r *Reader) devices(ctx context.Context, where string, args ...any) ([]Device, error) {
	var out []Device
	err := r.query(ctx, `SELECT id, credential, person, rp, name, data, made, used FROM device `+where, args, func(rows *sql.Rows) error {
		var d Device
		var made, used int64
		if err := rows.Scan(&d.ID, &d.Credential, &d.Person, &d.RP, &d.Name, &d.Data, &made, &used); err != nil {
			return err
		}
		d.Made, d.Used = micro(made), micro(used)
		out = append(out, d)
		return nil
	})
	return out, err
}

// DevicesOf returns a person's devices, oldest first.
func (r *Reader) DevicesOf(ctx context.Context, person string) ([]Device, error) {
	return r.devices(ctx, `WHERE person = ? ORDER BY id`, person)
}

// DeviceByCredential returns the device of a credential, ErrNotFound when there is none.
func (r *Reader) DeviceByCredential(ctx context.Context, credential string) (Device, error) {
	return one(r.devices(ctx, `WHERE credential = ?`, credential))
}

// Account is an account in a directory by which a person signs in.
type Account struct {
	Issuer  string
	Subject string
	Person  string
	Email   string // as the directory gave it when the account was bound
	Made    time.Time
	Used    time.Time
}

// PutAccount binds an account to a person.
func (t *Tx) PutAccount(ctx context.Context, x Account) error {
	_, err := t.exec(ctx, `INSERT INTO account (issuer, subject, person, email, made, used) VALUES (?, ?, ?, ?, ?, 0)`, x.Issuer, x.Subject, x.Person, x.Email, x.Made.UnixMicro())
	return err
}

// UseAccount keeps when an account was used last.
func (t *Tx) UseAccount(ctx context.Context, issuer, subject string, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE account SET used = ? WHERE issuer = ? AND subject = ?`, at.UnixMicro(), issuer, subject)
	return err
}

// DeleteAccount unbinds a person's account.
func (t *Tx) DeleteAccount(ctx context.Context, person, issuer, subject string) error {
	_, err := t.exec(ctx, `DELETE FROM account WHERE person = ? AND issuer = ? AND subject = ?`, person, issuer, subject)
	return err
}

func (r *Reader) accounts(ctx context.Context, where string, args ...any) ([]Account, error) {
	var out []Account
	err := r.query(ctx, `SELECT issuer, subject, person, email, made, used FROM account `+where, args, func(rows *sql.Rows) error {
		var x Account
		var made, used int64
		if err := rows.Scan(&x.Issuer, &x.Subject, &x.Person, &x.Email, &made, &used); err != nil {
			return err
		}
		x.Made, x.Used = micro(made), micro(used)
		out = append(out, x)
		return nil
	})
	return out, err
}

// AccountsOf returns the accounts that are bound to a person.
func (r *Reader) AccountsOf(ctx context.Context, person string) ([]Account, error) {
	return r.accounts(ctx, `WHERE person = ? ORDER BY made, issuer, subject`, person)
}

// AccountBy returns the account of an issuer's subject, ErrNotFound when it is bound to nobody.
func (r *Reader) AccountBy(ctx context.Context, issuer, subject string) (Account, error) {
	return one(r.accounts(ctx, `WHERE issuer = ? AND subject = ?`, issuer, subject))
}

// Ceremony is a question to a browser that waits for its answer.
type Ceremony struct {
	Hash    string // of the secret that the browser's session holds
	Purpose string
	Person  string // whom it is about, "" where that is not known yet
	Data    []byte
	Expires time.Time
}

// PutCeremony keeps a question until it is answered or expires.
func (s *Store) PutCeremony(ctx context.Context, c Ceremony) error {
	return s.exec(ctx, `INSERT INTO ceremony (hash, purpose, person, data, expires) VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`, c.Hash, c.Purpose, c.Person, c.Data, c.Expires.UnixMicro())
}

// TakeCeremony returns a question and uses it up: whoever asks for it again gets ErrNotFound. It may have expired.
func (t *Tx) TakeCeremony(ctx context.Context, hash string) (Ceremony, error) {
	c := Ceremony{Hash: hash}
	var expires int64
	if err := t.row(ctx, `SELECT purpose, person, data, expires FROM ceremony WHERE hash = ?`, []any{hash}, &c.Purpose, &c.Person, &c.Data, &expires); err != nil {
		return c, err
	}
	c.Expires = micro(expires)
	_, err := t.exec(ctx, `DELETE FROM ceremony WHERE hash = ?`, hash)
	return c, err
}

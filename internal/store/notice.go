package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"tocsin/internal/journal"
	"tocsin/internal/sharing"
)

// Notice is that a person was told of a record for a reason ("issued", "cancelled" …): once, whatever happens.
type Notice struct {
	Person       string    `json:"person"`
	Record       string    `json:"record"`
	Reason       string    `json:"reason"`
	At           time.Time `json:"at"`
	Seen         time.Time `json:"seen,omitzero"`
	Acknowledged time.Time `json:"acknowledged,omitzero"`
	Note         string    `json:"note,omitempty"` // the measures taken, in the person's words
}

// Tell puts a notice before a person and, with mail, a letter in the outbox. It does nothing when the person was told already.
func (t *Tx) Tell(ctx context.Context, person, rec, reason string, mailID string) (told bool, err error) {
	return t.TellBy(ctx, person, rec, reason, mailID, time.Time{})
}

// TellBy is Tell with a letter that waits for the person's digest of a time; for the zero time it is sent at once.
func (t *Tx) TellBy(ctx context.Context, person, rec, reason, mailID string, digest time.Time) (told bool, err error) {
	res, err := t.exec(ctx, `INSERT INTO notice (person, record, reason, at, seen, acknowledged, note) VALUES (?, ?, ?, ?, 0, 0, '') ON CONFLICT DO NOTHING`,
		person, rec, reason, t.now.UnixMicro())
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 || mailID == "" {
		return n > 0, err
	}
	state, due := "queued", t.now
	if !digest.IsZero() {
		state, due = "digest", digest
	}
	return true, t.queue(ctx, Mail{ID: mailID, Person: person, Record: rec, Reason: reason, State: state}, due)
}

// QueueMail puts a letter that is about no record into the outbox, unless there is one for the same person, subject and
// reason.
func (t *Tx) QueueMail(ctx context.Context, m Mail) error {
	m.State = "queued"
	return t.queue(ctx, m, t.now)
}

func (t *Tx) queue(ctx context.Context, m Mail, due time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO mail (id, person, record, reason, state, attempts, due, error) VALUES (?, ?, ?, ?, ?, 0, ?, '') ON CONFLICT DO NOTHING`,
		m.ID, m.Person, m.Record, m.Reason, m.State, due.UnixMicro())
	return err
}

// Acknowledge keeps that a person has acknowledged, with a journal entry. It returns ErrNotFound when the person was not told.
// A second acknowledgement replaces the note and keeps the first time.
func (t *Tx) Acknowledge(ctx context.Context, person, rec, reason, note string) error {
	res, err := t.exec(ctx, `UPDATE notice SET acknowledged = CASE WHEN acknowledged = 0 THEN ? ELSE acknowledged END,
		seen = CASE WHEN seen = 0 THEN ? ELSE seen END, note = ? WHERE record = ? AND reason = ? AND person = ?`,
		t.now.UnixMicro(), t.now.UnixMicro(), note, rec, reason, person)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return firstOf(err, ErrNotFound)
	}
	payload, err := json.Marshal(map[string]string{"record": rec, "reason": reason, "note": note})
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: person, Type: "receipt", Subject: rec, Action: "acknowledge", Payload: payload})
	return nil
}

func firstOf(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// See marks what a person was told about a record as seen.
func (t *Tx) See(ctx context.Context, person, rec string) error {
	_, err := t.exec(ctx, `UPDATE notice SET seen = ? WHERE record = ? AND person = ? AND seen = 0`, t.now.UnixMicro(), rec, person)
	return err
}

// Unseen reports whether a person has a notice about a record that he has not seen.
func (r *Reader) Unseen(ctx context.Context, person, rec string) (bool, error) {
	var n int
	err := r.row(ctx, `SELECT count(*) FROM notice WHERE record = ? AND person = ? AND seen = 0`, []any{rec, person}, &n)
	return n > 0, err
}

// UnseenBy counts the records that a person was told of, has not seen and may still see by the tokens, up to limit.
func (r *Reader) UnseenBy(ctx context.Context, person string, tokens []sharing.Token, limit int) (int, error) {
	q := `SELECT count(*) FROM (SELECT DISTINCT n.record FROM notice n JOIN record r ON r.id = n.record WHERE n.person = ? AND n.seen = 0 AND ` + seen(len(tokens)) + ` LIMIT ?) AS t`
	var n int
	err := r.row(ctx, q, append(append([]any{person}, values(tokens)...), limit), &n)
	return n, err
}

const noticeColumns = `SELECT person, record, reason, at, seen, acknowledged, note FROM notice `

func (r *Reader) notices(ctx context.Context, where string, args ...any) ([]Notice, error) {
	var out []Notice
	err := r.query(ctx, noticeColumns+where, args, func(rows *sql.Rows) error {
		var n Notice
		var at, seen, ack int64
		if err := rows.Scan(&n.Person, &n.Record, &n.Reason, &at, &seen, &ack, &n.Note); err != nil {
			return err
		}
		n.At, n.Seen, n.Acknowledged = micro(at), micro(seen), micro(ack)
		out = append(out, n)
		return nil
	})
	return out, err
}

func micro(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// zeroMicro is micro the other way round.
func zeroMicro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// NoticesOf returns what a person was told, newest first.
func (r *Reader) NoticesOf(ctx context.Context, person string, limit int) ([]Notice, error) {
	return r.notices(ctx, `WHERE person = ? ORDER BY at DESC, record DESC LIMIT ?`, person, limit)
}

// NoticesAbout returns who was told of a record, ordered by person.
func (r *Reader) NoticesAbout(ctx context.Context, rec string) ([]Notice, error) {
	return r.notices(ctx, `WHERE record = ? ORDER BY reason, person`, rec)
}

// Mail is a letter of the outbox. Its states: queued; handed (given to the mail server, outcome not yet known); sent;
// failed (given up); doubtful (the program stopped after handing it over: it is not sent again); dropped (it was not for
// that person any more); digest (it waits for the person's daily digest); digested (it stands in one).
type Mail struct {
	ID, Person, Record, Reason, State, Error string
	Attempts                                 int
}

// ClaimMail takes the letters that are due, marks them as being worked on until later, and returns them with the number
// of the attempt. Whoever claims a letter after that time has passed has a higher one, and the letter is his: HandMail
// and SetMail do nothing for an attempt that is not the last.
func (t *Tx) ClaimMail(ctx context.Context, until time.Time, limit int) ([]Mail, error) {
	out, err := t.letters(ctx, `WHERE state = 'queued' AND due <= ? ORDER BY due, id LIMIT ?`, t.now.UnixMicro(), limit)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Attempts++
		if _, err := t.exec(ctx, `UPDATE mail SET due = ?, attempts = attempts + 1 WHERE id = ?`, until.UnixMicro(), out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// HandMail marks a claimed letter as handed over at the transaction's time. It reports false, and the letter must not be
// handed over, when somebody else has claimed it since.
func (t *Tx) HandMail(ctx context.Context, id string, attempt int) (bool, error) {
	res, err := t.exec(ctx, `UPDATE mail SET state = 'handed', error = '', due = ? WHERE id = ? AND attempts = ? AND state = 'queued'`, t.now.UnixMicro(), id, attempt)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// SetMail moves a letter to a state after an attempt; due is when a queued one is tried again.
func (t *Tx) SetMail(ctx context.Context, id string, attempt int, state, problem string, due time.Time) error {
	_, err := t.exec(ctx, `UPDATE mail SET state = ?, error = ?, due = ? WHERE id = ? AND attempts = ?`, state, problem, due.UnixMicro(), id, attempt)
	return err
}

// DoubtMail marks letters that were handed over before the time and never finished as doubtful.
func (t *Tx) DoubtMail(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, `UPDATE mail SET state = 'doubtful' WHERE state = 'handed' AND due < ?`, before.UnixMicro())
	return err
}

// MailByID returns a letter, ErrNotFound when there is none.
func (r *Reader) MailByID(ctx context.Context, id string) (Mail, error) {
	m := Mail{ID: id}
	err := r.row(ctx, `SELECT person, record, reason, state FROM mail WHERE id = ?`, []any{id}, &m.Person, &m.Record, &m.Reason, &m.State)
	return m, err
}

// MailStates returns how many letters are in each state, also in those that none is in.
func (r *Reader) MailStates(ctx context.Context) (map[string]int, error) {
	out := map[string]int{"queued": 0, "handed": 0, "sent": 0, "failed": 0, "doubtful": 0, "digest": 0}
	err := r.query(ctx, `SELECT state, count(*) FROM mail GROUP BY state`, nil, func(rows *sql.Rows) error {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return err
		}
		out[state] = n
		return nil
	})
	return out, err
}

// MailAbout returns the letters about a record.
func (r *Reader) MailAbout(ctx context.Context, rec string) ([]Mail, error) {
	return r.letters(ctx, `WHERE record = ? ORDER BY reason, person`, rec)
}

func (r *Reader) letters(ctx context.Context, where string, args ...any) (out []Mail, err error) {
	err = r.query(ctx, `SELECT id, person, record, reason, state, attempts, error FROM mail `+where, args, func(rows *sql.Rows) error {
		var m Mail
		err := rows.Scan(&m.ID, &m.Person, &m.Record, &m.Reason, &m.State, &m.Attempts, &m.Error)
		out = append(out, m)
		return err
	})
	return out, err
}

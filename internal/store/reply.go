package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"tocsin/internal/journal"
)

// Reply is a person's answer to a record that asks for one.
type Reply struct {
	Record      string    `json:"record"`
	Person      string    `json:"person"`
	Participant string    `json:"participant"` // of the person when he answered
	At          time.Time `json:"at"`
	Answer      string    `json:"answer"`
	Note        string    `json:"note,omitempty"`
}

// PutReply keeps an answer with its journal entry. A later one of the same person takes its place.
func (t *Tx) PutReply(ctx context.Context, p Reply) error {
	p.At = t.now
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: p.Person, Type: "reply", Subject: p.Record, Action: p.Answer, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO reply (record, person, participant, at, answer, note) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (record, person) DO UPDATE SET participant = excluded.participant, at = excluded.at, answer = excluded.answer, note = excluded.note`,
		p.Record, p.Person, p.Participant, p.At.UnixMicro(), p.Answer, p.Note)
	return err
}

// Replies returns the answers to a record, by participant and person.
func (r *Reader) Replies(ctx context.Context, rec string) ([]Reply, error) {
	var out []Reply
	err := r.query(ctx, `SELECT record, person, participant, at, answer, note FROM reply WHERE record = ? ORDER BY participant, person`, []any{rec}, func(rows *sql.Rows) error {
		var p Reply
		var at int64
		if err := rows.Scan(&p.Record, &p.Person, &p.Participant, &at, &p.Answer, &p.Note); err != nil {
			return err
		}
		p.At = micro(at)
		out = append(out, p)
		return nil
	})
	return out, err
}

// SetFeed replaces a person's secret feed address by the one whose secret has the hash; "" leaves none.
func (t *Tx) SetFeed(ctx context.Context, person, hash string) error {
	if _, err := t.exec(ctx, `DELETE FROM feed WHERE person = ?`, person); err != nil || hash == "" {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO feed (hash, person, at) VALUES (?, ?, ?)`, hash, person, t.now.UnixMicro())
	return err
}

// FeedOwner returns the person of a secret feed address.
func (r *Reader) FeedOwner(ctx context.Context, hash string) (string, error) {
	var person string
	err := r.row(ctx, `SELECT person FROM feed WHERE hash = ?`, []any{hash}, &person)
	return person, err
}

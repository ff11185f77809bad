package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"tocsin/internal/journal"
)

// Comment is one contribution to the discussion on a record, under the record's sharing rule.
type Comment struct {
	ID     string    `json:"id"`
	Record string    `json:"record"`
	Person string    `json:"person"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	Anchor string    `json:"anchor,omitempty"` // the paragraph that it is on: its number from 1 and the language, "3 en"; "" for the whole
}

// AddComment keeps a comment with its journal entry.
func (t *Tx) AddComment(ctx context.Context, c Comment) error {
	c.At = t.now
	payload, err := json.Marshal(c)
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: c.Person, Type: "comment", Subject: c.ID, Action: "create", Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO comment (id, record, person, at, text, anchor) VALUES (?, ?, ?, ?, ?, ?)`, c.ID, c.Record, c.Person, c.At.UnixMicro(), c.Text, c.Anchor)
	return err
}

// Comments returns a record's discussion, oldest first.
func (r *Reader) Comments(ctx context.Context, rec string, limit int) ([]Comment, error) {
	var out []Comment
	err := r.query(ctx, `SELECT id, record, person, at, text, anchor FROM comment WHERE record = ? ORDER BY id LIMIT ?`, []any{rec, limit}, func(rows *sql.Rows) error {
		var c Comment
		var at int64
		if err := rows.Scan(&c.ID, &c.Record, &c.Person, &at, &c.Text, &c.Anchor); err != nil {
			return err
		}
		c.At = micro(at)
		out = append(out, c)
		return nil
	})
	return out, err
}

// Proposal is a change that somebody who does not own a record proposes to its owner.
type Proposal struct {
	ID      string          `json:"id"`
	Record  string          `json:"record"`
	Person  string          `json:"person"`
	At      time.Time       `json:"at"`
	Version int             `json:"version"` // of the record when it was proposed
	Text    string          `json:"text"`
	Change  json.RawMessage `json:"change,omitempty"` // the record's body as proposed; empty for a proposal in words
	State   string          `json:"state"`            // open, accepted, declined
	Decided string          `json:"decided,omitempty"`
}

// PutProposal keeps a proposal's new state with its journal entry.
func (t *Tx) PutProposal(ctx context.Context, p Proposal, actor, action string) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: actor, Type: "proposal", Subject: p.ID, Action: action, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO proposal (id, record, person, at, version, text, change, state, decided_by, owner)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT r.owner FROM record r WHERE r.id = ?), '')) ON CONFLICT (id) DO UPDATE SET state = excluded.state, decided_by = excluded.decided_by`,
		p.ID, p.Record, p.Person, p.At.UnixMicro(), p.Version, p.Text, nonNil(p.Change), p.State, p.Decided, p.Record)
	return err
}

const proposalColumns = `SELECT id, record, person, at, version, text, change, state, decided_by FROM proposal `

// Proposals returns the proposals about a record, newest first.
func (r *Reader) Proposals(ctx context.Context, rec string, limit int) ([]Proposal, error) {
	return r.proposals(ctx, `WHERE record = ? ORDER BY id DESC LIMIT ?`, rec, limit)
}

// OpenProposals returns the proposals about the owner's records that nobody has decided, newest first.
func (r *Reader) OpenProposals(ctx context.Context, owner string, limit int) ([]Proposal, error) {
	return r.proposals(ctx, `WHERE owner = ? AND state = 'open' ORDER BY id DESC LIMIT ?`, owner, limit)
}

func (r *Reader) proposals(ctx context.Context, where string, args ...any) ([]Proposal, error) {
	var out []Proposal
	err := r.query(ctx, proposalColumns+where, args, func(rows *sql.Rows) error {
		var p Proposal
		var at int64
		var change []byte
		if err := rows.Scan(&p.ID, &p.Record, &p.Person, &at, &p.Version, &p.Text, &change, &p.State, &p.Decided); err != nil {
			return err
		}
		p.At, p.Change = micro(at), change
		out = append(out, p)
		return nil
	})
	return out, err
}

// PutFile keeps a file's content by its hash; a content that is there already is kept once.
func (t *Tx) PutFile(ctx context.Context, hash, mime string, content []byte) error {
	_, err := t.exec(ctx, `INSERT INTO file (hash, size, type, at, content) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, hash, len(content), mime, t.now.UnixMicro(), content)
	return err
}

// File returns a file's type and content.
func (r *Reader) File(ctx context.Context, hash string) (mime string, content []byte, err error) {
	err = r.row(ctx, `SELECT type, content FROM file WHERE hash = ?`, []any{hash}, &mime, &content)
	return mime, content, err
}

// UnknownName is a name that no substance of the catalogue answers to, with a record in which it was seen: the first one
// that counts, or else the first one.
type UnknownName struct {
	Name, Owner, Record, State, Resolution string
	Seen                                   int // in records that every official sees; others would be told of by the count
}

// AddUnknown adds the sightings of an unknown name that count, none among them.
func (t *Tx) AddUnknown(ctx context.Context, u UnknownName) error {
	_, err := t.exec(ctx, `INSERT INTO unknown_name (name, seen, owner, record, state, resolution) VALUES (?, ?, ?, ?, 'open', '')
		ON CONFLICT (name) DO UPDATE SET seen = unknown_name.seen + excluded.seen,
		owner = CASE WHEN unknown_name.seen = 0 AND excluded.seen > 0 THEN excluded.owner ELSE unknown_name.owner END,
		record = CASE WHEN unknown_name.seen = 0 AND excluded.seen > 0 THEN excluded.record ELSE unknown_name.record END`, u.Name, u.Seen, u.Owner, u.Record)
	return err
}

// Unknowns returns the names in a state, the most seen first.
func (r *Reader) Unknowns(ctx context.Context, state string, limit int) ([]UnknownName, error) {
	var out []UnknownName
	err := r.query(ctx, `SELECT name, seen, owner, record, state, resolution FROM unknown_name WHERE state = ? ORDER BY seen DESC, name LIMIT ?`, []any{state, limit}, func(rows *sql.Rows) error {
		var u UnknownName
		if err := rows.Scan(&u.Name, &u.Seen, &u.Owner, &u.Record, &u.State, &u.Resolution); err != nil {
			return err
		}
		out = append(out, u)
		return nil
	})
	return out, err
}

// Unknown returns an unknown name, ErrNotFound where there is none.
func (r *Reader) Unknown(ctx context.Context, name string) (u UnknownName, err error) {
	err = r.row(ctx, `SELECT name, seen, owner, record, state, resolution FROM unknown_name WHERE name = ?`, []any{name}, &u.Name, &u.Seen, &u.Owner, &u.Record, &u.State, &u.Resolution)
	return u, err
}

// ResolveUnknown closes an unknown name: resolution is a substance's id, or "" when it names none.
func (t *Tx) ResolveUnknown(ctx context.Context, name, resolution string) error {
	_, err := t.exec(ctx, `UPDATE unknown_name SET state = 'resolved', resolution = ? WHERE name = ?`, resolution, name)
	return err
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/journal"
)

// Invitation is that somebody was asked to take part.
type Invitation struct {
	ID            string                   `json:"id"`
	Participant   string                   `json:"participant"` // that answers for the person
	Email         string                   `json:"email"`
	Inviter       string                   `json:"inviter"` // a person's id, or "operator"
	At            time.Time                `json:"at"`
	State         string                   `json:"state"` // open, accepted, withdrawn
	Sends         int                      `json:"sends"` // letters asked for
	Expires       time.Time                `json:"-"`     // when the link of the last letter ends; zero before it was written
	Person        string                   `json:"person,omitempty"`
	Invited       coalition.Person         `json:"invited"`
	Registrations []coalition.Registration `json:"registrations,omitempty"`
}

// PutInvitation keeps an invitation's new state with its journal entry and a line of the audit.
func (t *Tx) PutInvitation(ctx context.Context, x *Invitation, id, actor, action string) error {
	payload, err := json.Marshal(x)
	if err != nil {
		return err
	}
	t.Append(journal.Entry{Actor: actor, Type: "invitation", Subject: x.ID, Action: action, Payload: payload})
	_, err = t.exec(ctx, `INSERT INTO invitation (id, participant, email, inviter, at, state, sends, expires, person, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET inviter = excluded.inviter, state = excluded.state, sends = excluded.sends, expires = excluded.expires, person = excluded.person, payload = excluded.payload`,
		x.ID, x.Participant, x.Email, x.Inviter, x.At.UnixMicro(), x.State, x.Sends, zeroMicro(x.Expires), x.Person, payload)
	if err != nil {
		return err
	}
	l := AuditLine{ID: id, Actor: actor, Event: "invitation." + action, Subject: x.Person, Detail: x.Email, Participant: x.Participant, Person: x.Person}
	return t.audit(ctx, l)
}

const invitationColumns = `SELECT payload, expires FROM invitation `

func (r *Reader) invitations(ctx context.Context, where string, args ...any) (out []Invitation, err error) {
	err = r.query(ctx, invitationColumns+where, args, func(rows *sql.Rows) error {
		var payload []byte
		var expires int64
		var x Invitation
		if err := rows.Scan(&payload, &expires); err != nil {
			return err
		}
		err := json.Unmarshal(payload, &x)
		x.Expires = micro(expires)
		out = append(out, x)
		return err
	})
	return out, err
}

// InvitationByID returns an invitation, ErrNotFound when there is none.
func (r *Reader) InvitationByID(ctx context.Context, id string) (*Invitation, error) {
	list, err := r.invitations(ctx, `WHERE id = ?`, id)
	if err != nil || len(list) == 0 {
		return nil, firstOf(err, ErrNotFound)
	}
	return &list[0], nil
}

// InvitationsTo returns the invitations of an address that are open.
func (r *Reader) InvitationsTo(ctx context.Context, email string) ([]Invitation, error) {
	return r.invitations(ctx, `WHERE email = ? AND state = 'open' ORDER BY id`, email)
}

// Invitations returns a participant's invitations ("" for everybody's), newest first, those before an id ("" for all).
func (r *Reader) Invitations(ctx context.Context, participant, before string, limit int) ([]Invitation, error) {
	var where []string
	var args []any
	if participant != "" {
		where, args = append(where, "participant = ?"), append(args, participant)
	}
	if before != "" {
		where, args = append(where, "id < ?"), append(args, before)
	}
	q := "ORDER BY id DESC LIMIT ?"
	if len(where) > 0 {
		q = "WHERE " + strings.Join(where, " AND ") + " " + q
	}
	return r.invitations(ctx, q, append(args, limit)...)
}

// InvitationsBy returns the open invitations that a person has sent.
func (r *Reader) InvitationsBy(ctx context.Context, participant, inviter string) ([]Invitation, error) {
	return r.invitations(ctx, `WHERE participant = ? AND inviter = ? AND state = 'open' ORDER BY id`, participant, inviter)
}

// PutInvitationLink keeps the hash of an invitation's link in place of those before it, and when it ends.
func (t *Tx) PutInvitationLink(ctx context.Context, hash, invitation string, expires time.Time) error {
	if err := t.DropInvitationLinks(ctx, invitation); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `INSERT INTO invitation_link (hash, invitation, expires) VALUES (?, ?, ?)`, hash, invitation, expires.UnixMicro()); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE invitation SET expires = ? WHERE id = ?`, expires.UnixMicro(), invitation)
	return err
}

// DropInvitationLinks ends the links of an invitation.
func (t *Tx) DropInvitationLinks(ctx context.Context, invitation string) error {
	_, err := t.exec(ctx, `DELETE FROM invitation_link WHERE invitation = ?`, invitation)
	return err
}

// InvitationOf returns the invitation that a link leads to, ErrNotFound when there is none or the link has ended.
func (r *Reader) InvitationOf(ctx context.Context, hash string, at time.Time) (*Invitation, error) {
	var id string
	if err := r.row(ctx, `SELECT invitation FROM invitation_link WHERE hash = ? AND expires > ?`, []any{hash, at.UnixMicro()}, &id); err != nil {
		return nil, err
	}
	return r.InvitationByID(ctx, id)
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/journal"
)

// AuditLine is one line about access: a sign-in, a refusal, a read of a RED record, a change of people, a token, an
// export. It holds no secret. It is an entry of the journal, so that Verify finds a line that was changed or taken away.
type AuditLine struct {
	ID          string    `json:"id"`
	At          time.Time `json:"-"`
	Actor       string    `json:"-"`
	Event       string    `json:"-"` // signin, signin.refused, denied, red.read, person.update …
	Subject     string    `json:"subject,omitempty"`
	Detail      string    `json:"detail,omitempty"`
	Area        string    `json:"area"`                  // one of the Areas
	Participant string    `json:"participant,omitempty"` // whose people the line is about
	Person      string    `json:"person,omitempty"`      // whom it is about
	Seq         int64     `json:"-"`                     // its entry in the journal
}

// The areas of the audit.
const (
	AreaSignin = "signin"
	AreaAccess = "access"
	AreaPeople = "people"
	AreaToken  = "token"
	AreaExport = "export"
	AreaRed    = "red"
	AreaSystem = "system"
)

// Areas lists every area.
var Areas = []string{AreaSignin, AreaAccess, AreaPeople, AreaToken, AreaExport, AreaRed, AreaSystem}

// areaOf gives the area of an event by the first part of its name.
func areaOf(event string) string {
	first, _, _ := strings.Cut(event, ".")
	switch first {
	case "signin", "device", "account", "recovery":
		return AreaSignin
	case "denied":
		return AreaAccess
	case "person", "registration", "invitation":
		return AreaPeople
	case "token", "feed", "link":
		return AreaToken
	case "export":
		return AreaExport
	case "red":
		return AreaRed
	}
	return AreaSystem
}

const maxAuditText = 500 // characters of a subject or a detail

// Audit keeps a line about access, under an id of its own.
func (t *Tx) Audit(ctx context.Context, id, actor, event, subject, detail string) error {
	return t.audit(ctx, AuditLine{ID: id, Actor: actor, Event: event, Subject: subject, Detail: detail})
}

func (t *Tx) audit(ctx context.Context, l AuditLine) error {
	l.At, l.Subject, l.Detail = t.now, short(l.Subject), short(l.Detail)
	if err := t.concern(ctx, &l); err != nil {
		return err
	}
	seq, err := t.appendAudit(&l)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO audit (id, at, actor, event, subject, detail, seq, area, participant, person) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, t.now.UnixMicro(), l.Actor, l.Event, l.Subject, l.Detail, seq, l.Area, l.Participant, l.Person)
	return err
}

func (t *Tx) appendAudit(l *AuditLine) (seq int64, err error) {
	payload, err := json.Marshal(l)
	if err != nil {
		return 0, err
	}
	return t.Append(journal.Entry{Actor: l.Actor, Type: "audit", Subject: l.ID, Action: l.Event, Payload: payload}), nil
}

func short(s string) string {
	if r := []rune(s); len(r) > maxAuditText {
		return string(r[:maxAuditText]) + "…"
	}
	return s
}

// concern finds whom a line is about, where it does not say so: of changes of people, whoever was changed; of tokens, their holder; else the actor.
func (r *Reader) concern(ctx context.Context, l *AuditLine) error {
	l.Area = areaOf(l.Event)
	if l.Participant != "" {
		return nil
	}
	whom := []string{l.Actor, l.Subject}
	switch l.Area {
	case AreaPeople:
		whom = []string{l.Subject, l.Actor}
	case AreaToken:
		var holder string
		if err := r.row(ctx, `SELECT person FROM token WHERE id = ?`, []any{l.Subject}, &holder); err == nil {
			whom = []string{holder, l.Actor}
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	for _, id := range whom {
		of, err := r.ParticipantOf(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		l.Person, l.Participant = id, of
		return err
	}
	return nil
}

// ParticipantOf returns the participant that answers for a person: his own, or the one that sponsors his organisation.
func (r *Reader) ParticipantOf(ctx context.Context, person string) (string, error) {
	if len(person) != 26 { // "operator", "public", a path
		return "", ErrNotFound
	}
	var participant string
	var payload []byte
	if err := r.row(ctx, `SELECT participant, payload FROM person WHERE id = ?`, []any{person}, &participant, &payload); err != nil || participant != "" {
		return participant, err
	}
	var p coalition.Person
	if err := json.Unmarshal(payload, &p); err != nil {
		return "", err
	}
	err := r.row(ctx, `SELECT owner FROM record WHERE id = ?`, []any{p.Stakeholder}, &participant)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return participant, err
}

// AuditOnce keeps lines under ids that say what they are about, those under whose id there is none yet. Outside a
// transaction it begins one only when there is something to keep.
func (r *Reader) AuditOnce(ctx context.Context, l ...AuditLine) error {
	ids, kept := make([]any, len(l)), map[string]bool{}
	for i, x := range l {
		ids[i] = x.ID
	}
	err := r.query(ctx, `SELECT id FROM audit WHERE id IN (`+marks(len(ids))+`)`, ids, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		kept[id] = true
		return err
	})
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(slices.Clone(l), func(x AuditLine) bool { return kept[x.ID] })
	switch {
	case len(fresh) == 0:
		return nil
	case r.tx != nil:
		return r.tx.auditOnce(ctx, fresh)
	}
	return r.s.Write(ctx, func(t *Tx) error { return t.auditOnce(ctx, fresh) })
}

func (t *Tx) auditOnce(ctx context.Context, lines []AuditLine) error {
	for _, x := range lines {
		var n int
		err := t.row(ctx, `SELECT 1 FROM audit WHERE id = ?`, []any{x.ID}, &n) // another may have been first
		if errors.Is(err, ErrNotFound) {
			err = t.Audit(ctx, x.ID, x.Actor, x.Event, x.Subject, x.Detail)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CountDenial counts one more refusal of a person within the hour and returns how many there were.
func (t *Tx) CountDenial(ctx context.Context, person string, hour int64) (n int64, err error) {
	if _, err := t.exec(ctx, `INSERT INTO denial (person, hour, n) VALUES (?, ?, 1) ON CONFLICT (hour, person) DO UPDATE SET n = denial.n + 1`, person, hour); err != nil {
		return 0, err
	}
	err = t.row(ctx, `SELECT n FROM denial WHERE hour = ? AND person = ?`, []any{hour, person}, &n)
	return n, err
}

// Denials is how often a person was refused something within an hour.
type Denials struct {
	Person string
	Hour   int64 // since 1970
	N      int64
}

// TakeDenials returns the counts of the hours before one and forgets them.
func (t *Tx) TakeDenials(ctx context.Context, before int64) (out []Denials, err error) {
	err = t.query(ctx, `SELECT person, hour, n FROM denial WHERE hour < ? ORDER BY hour, person`, []any{before}, func(rows *sql.Rows) error {
		var d Denials
		err := rows.Scan(&d.Person, &d.Hour, &d.N)
		out = append(out, d)
		return err
	})
	if err == nil && len(out) > 0 {
		_, err = t.exec(ctx, `DELETE FROM denial WHERE hour < ?`, before)
	}
	return out, err
}

// AuditQuery asks for lines, newest first. Empty fields ask for all.
type AuditQuery struct {
	Participant, Person, Area string
	From, To                  time.Time // from inclusive, to exclusive
	After                     *Position // K is microseconds since 1970, Seq the journal's
	Limit                     int
}

// AuditLines returns a page of the audit. Its cost grows with the page: each way to ask is an index in this order.
func (r *Reader) AuditLines(ctx context.Context, q AuditQuery) ([]AuditLine, error) {
	var where []string
	var args []any
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	for _, f := range []struct{ column, value string }{{"participant", q.Participant}, {"person", q.Person}, {"area", q.Area}} {
		if f.value != "" {
			add(f.column+" = ?", f.value)
		}
	}
	if !q.From.IsZero() {
		add("at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		add("at < ?", q.To.UnixMicro())
	}
	if q.After != nil {
		add("(at, seq) < (?, ?)", q.After.K, q.After.Seq)
	}
	text := `SELECT id, at, actor, event, subject, detail, seq, area, participant, person FROM audit`
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	var out []AuditLine
	err := r.query(ctx, text+" ORDER BY at DESC, seq DESC LIMIT ?", append(args, q.Limit), func(rows *sql.Rows) error {
		l, err := scanAudit(rows)
		out = append(out, l)
		return err
	})
	return out, err
}

func scanAudit(rows *sql.Rows) (AuditLine, error) {
	var l AuditLine
	var at int64
	err := rows.Scan(&l.ID, &at, &l.Actor, &l.Event, &l.Subject, &l.Detail, &l.Seq, &l.Area, &l.Participant, &l.Person)
	l.At = micro(at)
	return l, err
}

// NoteRestore keeps in the audit that the database was restored from a backup. The line's entry is written with the next
// change, so that a restored journal is at first the very one that was backed up.
func (t *Tx) NoteRestore(ctx context.Context, id, actor, detail string) error {
	_, err := t.exec(ctx, `INSERT INTO audit (id, at, actor, event, subject, detail, seq, area, participant, person) VALUES (?, ?, ?, 'restore', '', ?, 0, ?, '', '')`,
		id, t.now.UnixMicro(), actor, detail, AreaSystem)
	return err
}

// adoptAudit gives lines that have no entry yet, older than the journal of the audit or of a restore, theirs, so that they
// too are proved from then on.
func (t *Tx) adoptAudit(ctx context.Context) error {
	if t.s.older {
		return nil
	}
	var loose []AuditLine
	err := t.query(ctx, `SELECT id, at, actor, event, subject, detail, seq, area, participant, person FROM audit WHERE seq = 0 ORDER BY at, id`, nil, func(rows *sql.Rows) error {
		l, err := scanAudit(rows)
		loose = append(loose, l)
		return err
	})
	for i := 0; i < len(loose) && err == nil; i++ {
		err = t.adopt(ctx, &loose[i])
	}
	return err
}

func (t *Tx) adopt(ctx context.Context, l *AuditLine) error {
	if err := t.concern(ctx, l); err != nil {
		return err
	}
	seq, err := t.appendAudit(l)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE audit SET seq = ?, area = ?, participant = ?, person = ? WHERE id = ?`, seq, l.Area, l.Participant, l.Person, l.ID)
	return err
}

// verifyAudit checks that the audit and the entries of the journal that hold it say the same, line by line.
func (r *Reader) verifyAudit(ctx context.Context, v *Verification) error {
	if r.s.older {
		return nil
	}
	err := r.query(ctx, `SELECT j.seq, j.actor, j.action, j.subject, j.payload, a.id, a.at, a.actor, a.event, a.subject, a.detail, a.area, a.participant, a.person
		FROM journal j LEFT JOIN audit a ON a.seq = j.seq WHERE j.type = 'audit'`, nil, func(rows *sql.Rows) error {
		var seq int64
		var actor, action, subject string
		var payload []byte
		var at sql.NullInt64
		var c [8]sql.NullString
		if err := rows.Scan(&seq, &actor, &action, &subject, &payload, &c[0], &at, &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7]); err != nil {
			return err
		}
		v.Audit++
		l := AuditLine{ID: c[0].String, Actor: c[1].String, Event: c[2].String, Subject: c[3].String, Detail: c[4].String, Area: c[5].String, Participant: c[6].String, Person: c[7].String}
		held, err := json.Marshal(l)
		switch {
		case err != nil:
			return err
		case !c[0].Valid:
			v.problem("the line of the audit that entry %d holds is missing", seq)
		case string(held) != string(payload) || l.ID != subject || l.Actor != actor || l.Event != action:
			v.problem("the line of the audit that entry %d holds was changed", seq)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var extra int64
	if err := r.row(ctx, `SELECT count(*) FROM audit WHERE seq > 0 AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.seq = audit.seq AND j.type = 'audit' AND j.subject = audit.id)`, nil, &extra); err != nil {
		return err
	}
	if extra > 0 {
		v.problem("%d lines of the audit are in no entry of the journal", extra)
	}
	return nil
}

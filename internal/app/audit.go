package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// denialsInFull is how many refusals of a person within an hour have lines of their own; beyond that their number is
// written down each time it has doubled, and at the end of the hour.
const denialsInFull = 20

const microsPerHour = int64(time.Hour / time.Microsecond)

// noteRead keeps in the audit that the viewer reads records that are TLP:RED: one line a person, record, version and day,
// on the disk before the records are given out. What nobody signed in reads, and what is not RED, leaves no line.
func (a *App) noteRead(ctx context.Context, r *store.Reader, v Viewer, records ...*record.Record) error {
	if v.Person == nil {
		return nil
	}
	var lines []store.AuditLine
	for _, x := range records {
		if x.Sharing.TLP != record.Red {
			continue
		}
		id := fmt.Sprintf("red:%s:%s:%d:%s", v.Person.ID, x.ID, x.Version, a.now().Format("2006-01-02"))
		lines = append(lines, store.AuditLine{ID: id, Actor: v.Actor(), Event: "red.read", Subject: x.ID, Detail: fmt.Sprintf("version %d%s", x.Version, withToken(v))})
	}
	if len(lines) == 0 {
		return nil
	}
	return r.AuditOnce(ctx, lines...)
}

func withToken(v Viewer) string {
	if v.Pass == nil {
		return ""
	}
	return ", token " + v.Pass.Token
}

// Denied keeps in the audit that somebody was refused something: the answer's status, what he asked for and how. What is
// hidden and what does not exist leave the same line at the same cost, so that neither the audit nor the time taken tells
// one from the other. A flood is counted: see denialsInFull.
func (a *App) Denied(ctx context.Context, v Viewer, status int, what, how string) error {
	if v.Person == nil {
		return nil
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		n, err := t.CountDenial(ctx, v.Person.ID, t.Now().UnixMicro()/microsPerHour)
		if err != nil {
			return err
		}
		switch {
		case n <= denialsInFull:
			return t.Audit(ctx, newID(t.Now()), v.Actor(), "denied", what, fmt.Sprintf("%d %s%s", status, how, withToken(v)))
		case doubled(n):
			return t.Audit(ctx, newID(t.Now()), v.Actor(), "denied.many", "", fmt.Sprint(n))
		}
		return nil
	})
}

// doubled reports whether n is denialsInFull times a power of two.
func doubled(n int64) bool {
	for n > denialsInFull && n%2 == 0 {
		n /= 2
	}
	return n == denialsInFull
}

// CountDenials writes down how many refusals the hours that have passed had, where not every one has a line. The clock
// calls it; several servers may.
func (a *App) CountDenials(ctx context.Context) error {
	return a.store.Write(ctx, func(t *store.Tx) error {
		counts, err := t.TakeDenials(ctx, t.Now().UnixMicro()/microsPerHour)
		if err != nil {
			return err
		}
		for _, d := range counts {
			if d.N <= denialsInFull || doubled(d.N) {
				continue
			}
			if err := t.Audit(ctx, newID(t.Now()), d.Person, "denied.many", "", fmt.Sprint(d.N)); err != nil {
				return err
			}
		}
		return nil
	})
}

// AuditQuery asks for lines of the audit. Empty fields ask for all that the viewer may see.
type AuditQuery struct {
	Participant string // code
	Person      string // id
	Area        string // one of store.Areas
	From, To    record.Date
	Cursor      string
	Limit       int // at most MaxPage; 0 means DefaultPage
}

// AuditEntry is one line of the audit as a viewer may read it.
type AuditEntry struct {
	store.AuditLine
	ActorName string         // "" for the public, the operator and people of other participants
	Whom      string         // the name of the person whom the line is about, "" where it is the actor or nobody
	Record    *record.Record // the record that the line is about, where the viewer sees it
}

// AuditPage is one page of the audit.
type AuditPage struct {
	Lines []AuditEntry
	Next  string // the cursor of the next page; "" at the end
}

// AuditWhole reports whether the viewer may read the audit of every participant.
func AuditWhole(v Viewer) bool { return v.Has(coalition.Secretariat) || v.Has(coalition.Administrator) }

// Audit returns a page of the audit, newest first: to a focal point the lines about the people of his participant, to the
// secretariat and administrators all of them. Records that the viewer does not see are not named. Others get Forbidden.
func (a *App) Audit(ctx context.Context, v Viewer, q AuditQuery) (*AuditPage, error) {
	if !AuditWhole(v) {
		if !v.Has(coalition.FocalPoint) || v.Participant() == "" {
			return nil, refuse(Forbidden, "error.administer")
		}
		if q.Participant != "" && q.Participant != v.Participant() {
			return nil, refuse(Forbidden, "error.administer")
		}
		q.Participant = v.Participant()
	}
	ask, err := a.auditAsked(&q)
	if err != nil {
		return nil, err
	}
	lines, err := a.store.Read().AuditLines(ctx, ask)
	if err != nil {
		return nil, err
	}
	page := &AuditPage{}
	if len(lines) > q.Limit {
		lines = lines[:q.Limit]
		last := lines[q.Limit-1]
		if page.Next, err = a.cursor(store.Position{K: last.At.UnixMicro(), Seq: last.Seq}); err != nil {
			return nil, err
		}
	}
	for _, l := range lines {
		e, err := a.auditEntry(ctx, v, l)
		if err != nil {
			return nil, err
		}
		page.Lines = append(page.Lines, e)
	}
	return page, nil
}

func (a *App) auditAsked(q *AuditQuery) (store.AuditQuery, error) {
	var p record.Problems
	out := store.AuditQuery{Participant: q.Participant, Person: q.Person, Area: q.Area}
	if q.Limit < 0 || q.Limit > MaxPage {
		p.Add("limit", "problem.limit", "max", MaxPage)
	}
	if q.Limit == 0 {
		q.Limit = DefaultPage
	}
	out.Limit = q.Limit + 1
	for field, d := range map[string]record.Date{"from": q.From, "to": q.To} {
		if _, err := d.Time(); d != "" && err != nil {
			p.Add(field, "problem.date", "value", string(d))
		}
	}
	if day, ok := q.From.EpochDay(); ok {
		out.From = time.Unix(day*86400, 0)
	}
	if day, ok := lastDay(q.To); ok && q.To != "" {
		out.To = time.Unix((day+1)*86400, 0)
	}
	after, err := a.parseCursor(q.Cursor)
	if err != nil {
		p.Add("cursor", "problem.cursor")
	}
	out.After = after
	if len(p) > 0 {
		return out, invalid(p)
	}
	return out, nil
}

// auditEntry names what a line names, as far as the viewer may know it. Looking at the audit is no read of a record: the
// titles that it shows leave no line.
func (a *App) auditEntry(ctx context.Context, v Viewer, l store.AuditLine) (AuditEntry, error) {
	e := AuditEntry{AuditLine: l}
	p, err := a.load(ctx)
	if err != nil {
		return e, err
	}
	if x := p.byID[l.Actor]; x != nil && (AuditWhole(v) || l.Actor == l.Person || x.Participant == v.Participant()) {
		e.ActorName = x.Name
	}
	if x := p.byID[l.Person]; x != nil && l.Person != l.Actor {
		e.Whom = x.Name
	}
	if l.Area != store.AreaRed && l.Area != store.AreaAccess {
		return e, nil
	}
	s, err := a.look(ctx, a.store.Read(), v, l.Subject)
	switch {
	case err == nil && s.Record.Sharing.TLP != record.Red:
		e.Record = s.Record
	case err == nil:
	case CodeOf(err) != NotFound:
		return e, err
	case l.Area == store.AreaRed:
		e.Subject = "" // that somebody reads RED records is his focal point's to know, which ones is not
	}
	return e, nil
}

// ExportAudit writes every line of the query, newest first. It returns how many rows it wrote. The export is a line of
// the audit itself.
func (a *App) ExportAudit(ctx context.Context, v Viewer, q AuditQuery, w Sheet) (rows int, err error) {
	q.Cursor, q.Limit = "", MaxPage
	page, err := a.Audit(ctx, v, q)
	if err != nil {
		return 0, err
	}
	if err := a.noteExport(ctx, v, "audit", q.Participant); err != nil {
		return 0, err
	}
	if err := w.Header([]string{"time", "event", "actor", "actor_name", "person", "participant", "subject", "detail", "entry"}); err != nil {
		return 0, err
	}
	for {
		for _, l := range page.Lines {
			if err := w.Row([]any{l.At.Format(time.RFC3339), l.Event, l.Actor, l.ActorName, l.Person, l.Participant, l.Subject, l.Detail, l.Seq}); err != nil {
				return rows, err
			}
			rows++
		}
		if page.Next == "" {
			return rows, w.Close()
		}
		q.Cursor = page.Next
		if v, err = a.again(ctx, v); err != nil {
			return rows, err
		}
		if page, err = a.Audit(ctx, v, q); err != nil {
			return rows, err
		}
	}
}

// noteExport keeps in the audit that a viewer takes a table away. What the public takes leaves no line.
func (a *App) noteExport(ctx context.Context, v Viewer, what, detail string) error {
	if !v.SignedIn() && !v.Operator {
		return nil
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "export", what, detail+withToken(v))
	})
}

// again makes a viewer anew in the middle of a long answer, so that somebody whose registration, access or token has
// ended meanwhile gets no more of it. The public and the operator stay who they are.
func (a *App) again(ctx context.Context, v Viewer) (Viewer, error) {
	if v.Person == nil {
		return v, nil
	}
	if v.Pass != nil {
		x, err := a.store.Read().AccessTokenOf(ctx, v.Person.ID, v.Pass.Token)
		if errors.Is(err, store.ErrNotFound) || err == nil && !a.Usable(x) {
			return v, refuse(Unauthenticated, "error.token")
		}
		if err != nil {
			return v, err
		}
	}
	fresh, err := a.ViewerByID(ctx, v.Person.ID)
	fresh.Pass = v.Pass
	return fresh, err
}

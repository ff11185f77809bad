package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// Departure says who leaves, when, and who takes over.
type Departure struct {
	Person    string
	On        record.Date // the first day without access, in the person's zone; "" for now
	Successor string      // of the same participant; "" for nobody, which the last focal point of a participant cannot
}

// The reasons of letters that are about a person and no record.
const (
	SuccessionReason = "succession"  // to a successor: what he has taken over
	FocalReason      = "focal-point" // to the secretariat: a participant's focal point has left
	unanswered       = 180           // days after which an unanswered notice is not handed over any more
	handedAtMost     = 500           // notices that are looked through
	day              = 24 * time.Hour
)

// Leave ends a person's access from a day on, in one step: his sessions, tokens, feeds and links open nothing from then
// on, his registrations end. The successor gets his duties, his chairs, the drafts that only he sees, the invitations that
// he has sent and what he has not answered. What he has made stays his participant's. It returns Conflict for the last
// focal point of a participant without a successor; the secretariat is told when one with a successor leaves.
func (a *App) Leave(ctx context.Context, v Viewer, d Departure) (*coalition.Person, error) {
	if err := v.inPerson(); err != nil {
		return nil, err
	}
	var x coalition.Person
	err := a.store.Write(ctx, func(t *store.Tx) error {
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		if x, err = a.administered(ctx, v, p.byID[d.Person]); err != nil {
			return err
		}
		if err := a.mayEnd(p, v, x, d); err != nil {
			return err
		}
		if x.Until, err = a.ends(x, d.On); err != nil {
			return err
		}
		x.Successor = d.Successor
		if err := a.endRegistrations(ctx, t, p, x, v.Actor()); err != nil {
			return err
		}
		if x.Until.After(a.now()) {
			return t.PutPerson(ctx, &x, v.Actor(), "leave")
		}
		return a.depart(ctx, t, p, &x, v.Actor())
	})
	return &x, err
}

// mayEnd refuses an end that the viewer may not set, and one that leaves a participant without a focal point.
func (a *App) mayEnd(p *people, v Viewer, x coalition.Person, d Departure) error {
	if !x.In(a.now()) {
		return refuse(Conflict, "error.left")
	}
	if !mayGrantAll(v, x.Duties) {
		return refuse(Forbidden, "error.administer")
	}
	if d.Successor == "" {
		if p.lastFocalPoint(&x, a.now()) {
			return refuse(Conflict, "error.last-focal-point")
		}
		return nil
	}
	s := p.byID[d.Successor]
	if s == nil || s.ID == x.ID || sameIdentity(*s, x) != nil || !s.In(a.now()) || !s.Until.IsZero() {
		return invalid(record.Problems{{Field: "successor", Key: "problem.successor"}})
	}
	return nil
}

// lastFocalPoint reports whether nobody else is a focal point of the person's participant for good.
func (p *people) lastFocalPoint(x *coalition.Person, at time.Time) bool {
	if !slices.Contains(x.Duties, coalition.FocalPoint) || x.Participant == "" {
		return false
	}
	for _, o := range p.byID {
		if o.ID != x.ID && o.Participant == x.Participant && o.In(at) && o.Until.IsZero() && slices.Contains(o.Duties, coalition.FocalPoint) {
			return false
		}
	}
	return true
}

// ends returns the moment at which an access ends: the beginning of the day in the person's zone, now for a day that has begun.
func (a *App) ends(x coalition.Person, on record.Date) (time.Time, error) {
	now := a.now().Truncate(time.Microsecond)
	if on == "" {
		return now, nil
	}
	t, err := on.Time()
	if err != nil || on.Precision() != record.Day || t.After(now.AddDate(2, 0, 0)) {
		return now, invalid(record.Problems{{Field: "on", Key: "problem.date", Params: map[string]any{"value": string(on)}}})
	}
	if t = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, x.Location()).UTC(); t.Before(now) {
		return now, nil
	}
	return t, nil
}

func (a *App) endRegistrations(ctx context.Context, t *store.Tx, p *people, x coalition.Person, actor string) error {
	for _, g := range p.registrations[x.ID] {
		if !g.To.IsZero() && !g.To.After(x.Until) {
			continue
		}
		ended := *g
		ended.To = x.Until
		if ended.From.After(ended.To) {
			ended.To = ended.From
		}
		if err := t.PutRegistration(ctx, &ended, actor, "end"); err != nil {
			return err
		}
	}
	return nil
}

// Departures carries out the ends that were set for a day that has come. The clock calls it; several servers may.
func (a *App) Departures(ctx context.Context) error {
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	for id, x := range p.byID {
		if !x.Active || x.In(a.now()) {
			continue
		}
		err := a.store.Write(ctx, func(t *store.Tx) error {
			p, err := a.load(ctx) // another server may have been first
			if err != nil {
				return err
			}
			now := p.byID[id]
			if now == nil || !now.Active || now.In(a.now()) {
				return nil
			}
			x := *now
			return a.depart(ctx, t, p, &x, "system")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// depart takes a person's ways in and duties, and hands over what waits for him.
func (a *App) depart(ctx context.Context, t *store.Tx, p *people, x *coalition.Person, actor string) error {
	h := handover{app: a, t: t, p: p, from: *x, actor: actor}
	if s := p.byID[x.Successor]; s != nil && s.In(a.now()) {
		to := *s
		h.to = &to
	}
	if p.lastFocalPoint(x, a.now()) {
		if err := h.tellSecretariat(ctx); err != nil {
			return err
		}
	}
	x.Active, x.Duties = false, nil
	if err := t.PutPerson(ctx, x, actor, "leave"); err != nil {
		return err
	}
	if err := errors.Join(t.EndAccess(ctx, x.ID), t.EndDevices(ctx, x.ID), t.EndAccounts(ctx, x.ID)); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{h.duties, h.chairs, h.drafts, h.invitations, h.unanswered} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if h.to == nil {
		return nil
	}
	return t.QueueMail(ctx, store.Mail{ID: newID(t.Now()), Person: h.to.ID, Record: x.ID, Reason: SuccessionReason + "@" + x.Until.Format("2006-01-02")})
}

// handover is what one person leaves and another takes over, to nil for nobody.
type handover struct {
	app   *App
	t     *store.Tx
	p     *people
	from  coalition.Person // as he was
	to    *coalition.Person
	actor string
	taken []*coalition.Registration // the successor's new ones
}

func (h *handover) duties(ctx context.Context) error {
	if h.to == nil {
		return nil
	}
	n := len(h.to.Duties)
	h.to.Duties = slices.Clone(h.to.Duties)
	for _, d := range h.from.Duties {
		if !slices.Contains(h.to.Duties, d) {
			h.to.Duties = append(h.to.Duties, d)
		}
	}
	if len(h.to.Duties) == n {
		return nil
	}
	return h.t.PutPerson(ctx, h.to, h.actor, "succeed")
}

// chairs makes the successor co-chair and coordinator where the one who leaves was until then.
func (h *handover) chairs(ctx context.Context) error {
	if h.to == nil || h.to.Stakeholder != "" {
		return nil
	}
	now := h.app.now()
	for _, g := range h.p.registrations[h.from.ID] {
		roles := slices.DeleteFunc(slices.Clone(g.Roles), func(r coalition.Role) bool { return r != coalition.CoChairRole && r != coalition.Coordinator })
		if len(roles) == 0 || g.From.After(now) || !g.To.IsZero() && g.To.Before(h.from.Until) {
			continue
		}
		own, action := &coalition.Registration{Person: h.to.ID, Group: g.Group, Section: g.Section, Roles: []coalition.Role{coalition.Member}, From: now}, "create"
		for _, o := range h.p.registrations[h.to.ID] {
			if o.Group == g.Group && o.Section == g.Section && o.Live(now) {
				c := *o
				own, action = &c, "update"
			}
		}
		own.Roles = slices.Clone(own.Roles)
		for _, r := range roles {
			if !slices.Contains(own.Roles, r) {
				own.Roles = append(own.Roles, r)
			}
		}
		if own.ID == "" {
			own.ID = newID(h.t.Now())
		}
		if err := h.t.PutRegistration(ctx, own, h.actor, action); err != nil {
			return err
		}
		h.taken = append(h.taken, own)
	}
	return nil
}

// heir is who gets what only the leaver sees: the successor, else a focal point of the participant, else nobody.
func (h *handover) heir() string {
	if h.to != nil {
		return h.to.ID
	}
	best := ""
	for id, x := range h.p.byID {
		if id != h.from.ID && x.Participant != "" && x.Participant == h.from.Participant && x.In(h.app.now()) && slices.Contains(x.Duties, coalition.FocalPoint) && (best == "" || id < best) {
			best = id
		}
	}
	return best
}

// drafts hands over the records that nobody but the leaver sees, so that none is lost to its participant.
func (h *handover) drafts(ctx context.Context) error {
	heir := h.heir()
	if heir == "" {
		return nil
	}
	page := store.Page{Facet: store.All.Name, Tokens: []sharing.Token{sharing.Person(h.from.ID)}, Limit: MaxPage}
	for {
		rows, err := h.t.List(ctx, page)
		if err != nil {
			return err
		}
		for i := range rows {
			page.After = &rows[i].Position
			if h.alone(rows[i].Record) {
				if err := h.bequeath(ctx, rows[i].Stored, heir); err != nil {
					return err
				}
			}
		}
		if len(rows) < page.Limit {
			return nil
		}
	}
}

// alone reports whether nobody who may come in sees a record of the leaver's beside him.
func (h *handover) alone(r *record.Record) bool {
	audience := audienceOf(r)
	if r.Author != h.from.ID {
		return false
	}
	for id, x := range h.p.byID {
		if id != h.from.ID && x.In(h.app.now()) && sharing.Meet(audience, h.p.tokens(x, h.app.now())) {
			return false
		}
	}
	return true
}

func (h *handover) bequeath(ctx context.Context, before *store.Stored, heir string) error {
	k, old, err := h.app.projectStored(before)
	if err != nil {
		return err
	}
	r := before.Record.Clone()
	r.Version, r.Updated, r.Reason, r.Author = r.Version+1, h.t.Now(), "", heir
	b, err := k.Decode(r.Body)
	if err != nil {
		return err
	}
	_, err = h.t.Put(ctx, r, h.app.project(k, r, b), before, old, h.actor, "succeed")
	return err
}

// invitations makes the open invitations that the leaver has sent the heir's, since one who has left invites nobody.
func (h *handover) invitations(ctx context.Context) error {
	heir := h.heir()
	of, err := h.t.ParticipantOf(ctx, h.from.ID)
	if err != nil || heir == "" {
		return err
	}
	open, err := h.t.InvitationsBy(ctx, of, h.from.ID)
	if err != nil {
		return err
	}
	for i := range open {
		open[i].Inviter = heir
		if err := h.t.PutInvitation(ctx, &open[i], newID(h.t.Now()), h.actor, "succeed"); err != nil {
			return err
		}
	}
	return nil
}

// unanswered tells the successor of what the leaver was told and has neither seen, acknowledged nor answered, as far as
// the successor sees it.
func (h *handover) unanswered(ctx context.Context) error {
	if h.to == nil {
		return nil
	}
	notices, err := h.t.NoticesOf(ctx, h.from.ID, handedAtMost)
	if err != nil {
		return err
	}
	then := &people{registrations: map[string][]*coalition.Registration{h.to.ID: append(slices.Clone(h.p.registrations[h.to.ID]), h.taken...)}}
	held := then.tokens(h.to, h.app.now())
	for _, n := range notices {
		if n.At.Before(h.app.now().Add(-unanswered * day)) {
			break // newest first
		}
		s, err := h.t.Record(ctx, n.Record)
		if err == store.ErrNotFound {
			continue
		}
		if err != nil {
			return err
		}
		open, err := h.open(ctx, n, s.Record)
		if err != nil {
			return err
		}
		if open && sharing.Meet(audienceOf(s.Record), held) {
			if err := h.app.tellPerson(ctx, h.t, h.to, s.Record, n.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// open reports whether the leaver still owes an answer.
func (h *handover) open(ctx context.Context, n store.Notice, r *record.Record) (bool, error) {
	if r.Retracted != nil {
		return false, nil
	}
	if n.Seen.IsZero() || n.Reason == "issued" && n.Acknowledged.IsZero() {
		return true, nil
	}
	if !(r.Kind == "meeting" && r.State == "invited" || r.Kind == "recommendation" && r.State == "consulted") {
		return false, nil
	}
	replies, err := h.t.Replies(ctx, n.Record)
	return !slices.ContainsFunc(replies, func(x store.Reply) bool { return x.Person == h.from.ID }), err
}

// tellSecretariat writes to the secretariat that a participant's only focal point has left.
func (h *handover) tellSecretariat(ctx context.Context) error {
	for id, x := range h.p.byID {
		if id == h.from.ID || !x.In(h.app.now()) || !slices.Contains(x.Duties, coalition.Secretariat) {
			continue
		}
		err := h.t.QueueMail(ctx, store.Mail{ID: newID(h.t.Now()), Person: id, Record: h.from.ID, Reason: FocalReason + "@" + h.from.Until.Format("2006-01-02")})
		if err != nil {
			return err
		}
	}
	return nil
}

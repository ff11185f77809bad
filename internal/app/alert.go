package app

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// afterStep does what belongs to a step beside the change of state, in the same transaction.
func (a *App) afterStep(ctx context.Context, t *store.Tx, v Viewer, r *record.Record, s record.Step) error {
	if err := a.programmeStep(ctx, t, v, r, s); err != nil {
		return err
	}
	switch {
	case r.Kind == "signal":
		return changeBody(r, func(u *detection.Unusual) { u.Assessor = v.Actor() })
	case r.Kind == "alert" && s.Name == "issue":
		if err := changeBody(r, func(w *detection.Warning) { w.Issued = a.today() }); err != nil {
			return err
		}
		return a.tell(ctx, t, r, "issued")
	case r.Kind == "alert" && s.Name == "cancel":
		return a.tellAgain(ctx, t, r, "cancelled")
	}
	return nil
}

func changeBody[T any](r *record.Record, change func(*T)) error {
	var b T
	if err := json.Unmarshal(r.Body, &b); err != nil {
		return err
	}
	change(&b)
	raw, err := json.Marshal(b)
	r.Body = raw
	return err
}

// tell puts a notice and a letter before every active person whom the record's rule includes, once each.
func (a *App) tell(ctx context.Context, t *store.Tx, r *record.Record, reason string) error {
	return a.tellThose(ctx, t, r, reason, nil)
}

// tellThose tells those whom the record's rule includes and who hold one of the tokens; nil tells all of them.
func (a *App) tellThose(ctx context.Context, t *store.Tx, r *record.Record, reason string, among []sharing.Token) error {
	return a.tellExcept(ctx, t, r, reason, among, nil)
}

// tellExcept is tellThose without some people.
func (a *App) tellExcept(ctx context.Context, t *store.Tx, r *record.Record, reason string, among []sharing.Token, except map[string]bool) error {
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	audience := audienceOf(r)
	slices.Sort(among)
	var ids []string
	for _, x := range p.holdersOf(audience, a.now()) {
		if !except[x.ID] && (among == nil || sharing.Meet(among, p.tokens(x, a.now()))) {
			ids = append(ids, x.ID)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if _, err := t.Tell(ctx, id, r.ID, reason, newID(t.Now())); err != nil {
			return err
		}
	}
	return nil
}

// tellAgain tells those who were told before, and see the record still, that something has changed.
func (a *App) tellAgain(ctx context.Context, t *store.Tx, r *record.Record, reason string) error {
	before, err := t.NoticesAbout(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, n := range before {
		if _, err := t.Tell(ctx, n.Person, r.ID, reason, newID(t.Now())); err != nil {
			return err
		}
	}
	return nil
}

// WarnOf drafts an alert from a signal or any other record that the viewer sees: its places, substances and a link back.
// The text and the audience remain to be written.
func (a *App) WarnOf(ctx context.Context, v Viewer, id string) (Draft, error) {
	s, err := a.visible(ctx, a.store.Read(), v, id)
	if err != nil {
		return Draft{}, err
	}
	r := s.Record
	if r.Kind == "signal" && r.State != "confirmed" {
		return Draft{}, refuse(Conflict, "error.unconfirmed")
	}
	w := detection.Warning{Grade: "alert", Severity: "severe", Urgency: "immediate", Certainty: "likely"}
	for _, p := range r.Places {
		if len(p) == 2 && w.Country == "" {
			w.Country = p
		} else if len(p) > 2 && w.Subdivision == "" {
			w.Subdivision = p
		}
	}
	for _, id := range r.Substances {
		w.About = append(w.About, detection.Subject{Substance: id})
	}
	body, err := json.Marshal(w)
	return Draft{Kind: "alert", Sharing: record.Sharing{TLP: r.Sharing.TLP, Audience: r.Sharing.Audience}, Links: []record.Link{{Relation: record.CausedBy, To: r.ID}}, Body: body}, err
}

// Acknowledge says that the viewer has read what he was told and, in note, what was done about it. It returns NotFound
// when he was not told or does not see the record any more.
func (a *App) Acknowledge(ctx context.Context, v Viewer, id, note string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	if p := checkNote(note); len(p) > 0 {
		return invalid(p)
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if _, err := a.visible(ctx, &t.Reader, v, id); err != nil {
			return err
		}
		err := t.Acknowledge(ctx, v.Person.ID, id, "issued", note)
		if err == store.ErrNotFound {
			return errHidden
		}
		return err
	})
}

// Receipt says what became of one telling.
type Receipt struct {
	Person, Name, Participant string
	Told, Seen, Acknowledged  time.Time
	Note                      string
	Mail                      string // queued, handed, sent, failed, doubtful, or "" where none was due
}

// Receipts returns who was told of a record and who has acknowledged. Officials of the owner see every line; others see
// their own participant's.
func (a *App) Receipts(ctx context.Context, v Viewer, id string) ([]Receipt, error) {
	s, err := a.visible(ctx, a.store.Read(), v, id)
	if err != nil {
		return nil, err
	}
	r := a.store.Read()
	notices, err := r.NoticesAbout(ctx, id)
	if err != nil {
		return nil, err
	}
	letters, err := r.MailAbout(ctx, id)
	if err != nil {
		return nil, err
	}
	mail := map[string]string{}
	for _, m := range letters {
		if m.Reason == "issued" {
			mail[m.Person] = m.State
		}
	}
	var out []Receipt
	for _, n := range notices {
		if n.Reason != "issued" {
			continue
		}
		name, participant := a.PersonName(ctx, n.Person)
		if !v.Owns(s.Record.Owner) && participant != v.Participant() {
			continue
		}
		out = append(out, Receipt{Person: n.Person, Name: name, Participant: participant, Told: n.At, Seen: n.Seen, Acknowledged: n.Acknowledged, Note: n.Note, Mail: mail[n.Person]})
	}
	slices.SortFunc(out, func(x, y Receipt) int {
		if x.Participant != y.Participant {
			if x.Participant < y.Participant {
				return -1
			}
			return 1
		}
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	return out, nil
}

// Told is one thing that the viewer was told of and still sees.
type Told struct {
	store.Notice
	Subject *record.Record
}

// Told returns what the viewer was told, newest first, without what he may no longer see.
func (a *App) Told(ctx context.Context, v Viewer, limit int) ([]Told, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	r := a.store.Read()
	notices, err := r.NoticesOf(ctx, v.Person.ID, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(notices))
	for i, n := range notices {
		ids[i] = n.Record
	}
	seen, err := a.visibleAll(ctx, r, v, ids)
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, n := range notices {
		if s := seen[n.Record]; s != nil {
			out = append(out, Told{n, s.Record})
		}
	}
	return out, nil
}

// Unseen returns how many records the viewer was told of and has not looked at, of those that he still sees; counted up
// to limit.
func (a *App) Unseen(ctx context.Context, v Viewer, limit int) (int, error) {
	if !v.SignedIn() {
		return 0, nil
	}
	return a.store.Read().UnseenBy(ctx, v.Person.ID, v.Tokens, limit)
}

// See marks what the viewer was told about a record as seen. It writes only when there is something to mark.
func (a *App) See(ctx context.Context, v Viewer, id string) error {
	if !v.SignedIn() {
		return nil
	}
	unseen, err := a.store.Read().Unseen(ctx, v.Person.ID, id)
	if err != nil || !unseen {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error { return t.See(ctx, v.Person.ID, id) })
}

// ExpireAlerts takes the alerts whose time has passed to their end. The clock calls it.
func (a *App) ExpireAlerts(ctx context.Context) error {
	var due []*Shown
	err := a.Each(ctx, Operator, Query{Kind: "alert", State: "issued"}, func(s *Shown) error {
		if w, ok := s.Fields.(*detection.Warning); ok && w.Expires != "" && w.Expires < a.today() {
			due = append(due, s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range due {
		if _, err := a.Step(ctx, Operator, s.ID, s.Version, "expire", ""); err != nil && CodeOf(err) != Conflict {
			return err
		}
	}
	return nil
}

// mustJSON writes one of our own types, which always marshal.
func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

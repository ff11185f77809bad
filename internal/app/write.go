package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// Draft is what a person may say of a record. Everything else in the envelope is the system's.
type Draft struct {
	Kind    string
	Owner   string // participant code; empty for the viewer's own
	Private bool   // keep it as a draft, where the kind's workflow has drafts
	Sharing record.Sharing
	Title   record.Text
	Summary record.Text
	Links   []record.Link
	Body    json.RawMessage

	external  []record.External
	simulated bool
	system    bool // made by the system itself, not authored
	state     string
}

// Create makes a record. It returns Invalid with every problem found, Forbidden for a participant that is not the
// viewer's, and NotFound for links to records that he cannot see.
func (a *App) Create(ctx context.Context, v Viewer, d Draft) (*record.Record, error) {
	q := requestOf(ctx)
	r, again, err := a.create(ctx, v, d, q.once)
	q.Again = again
	return r, err
}

func (a *App) create(ctx context.Context, v Viewer, d Draft, o onceKey) (r *record.Record, again bool, err error) {
	k, err := authored(v, d)
	if err == nil {
		err = v.within(ScopeWrite)
	}
	if err != nil {
		return nil, false, err
	}
	if !d.system {
		d.Body = entered(k.Fields, nil, d.Body)
	}
	r = a.fromDraft(v, k, d)
	if !d.system && (!v.Owns(r.Owner) || sharing.PartnerOf(r.Owner) != "" && !k.Partners) {
		return nil, false, refuse(Forbidden, "error.owner")
	}
	var b record.Body
	err = a.store.Write(ctx, func(t *store.Tx) error {
		made, err := a.madeBefore(ctx, t, v, o)
		if err != nil || made != nil {
			r, again = made, made != nil
			return err
		}
		if err := a.checkLinks(ctx, t, v, r, r.Links); err != nil { // first: what else is wrong may depend on what they lead to
			return err
		}
		if err := a.confine(ctx, &t.Reader, r); err != nil {
			return err
		}
		var problems record.Problems
		b, problems = k.Complete(r, a.names, a.today())
		problems = append(problems, a.checkAudience(ctx, v, r, nil)...)
		problems = append(problems, a.checkCountry(r, b)...)
		if len(problems) > 0 {
			return invalid(problems)
		}
		if err := a.admit(ctx, t, v, k, r, b); err != nil {
			return err
		}
		if err := a.claim(ctx, t, v, r, b, nil); err != nil {
			return err
		}
		if err := o.keep(ctx, t, v, r.ID); err != nil {
			return err
		}
		_, err = t.Put(ctx, r, a.project(k, r, b), nil, nil, v.Actor(), "create")
		return err
	})
	return r, again, err
}

func authored(v Viewer, d Draft) (*record.Kind, error) {
	k, ok := kinds.Get(d.Kind)
	if !ok || (!k.Authored && !d.system) {
		return nil, refuse(NotFound, "error.kind", "kind", d.Kind)
	}
	if !v.SignedIn() && !v.Operator {
		return nil, refuse(Unauthenticated, "error.unauthenticated")
	}
	return k, nil
}

func (a *App) fromDraft(v Viewer, k *record.Kind, d Draft) *record.Record {
	now := a.now()
	r := &record.Record{ID: newID(now), Kind: k.Name, Owner: d.Owner, Sharing: d.Sharing, State: k.Workflow.Initial, Title: trimText(d.Title), Summary: trimText(d.Summary),
		Links: d.Links, External: d.external, Simulated: d.simulated, Version: 1, Created: now, Updated: now, Body: d.Body}
	if v.Person != nil {
		r.Author = v.Person.ID
	}
	if r.Owner == "" {
		r.Owner = v.Owner()
	}
	if k.Line == "programme" {
		r.OwnerName, _ = a.names.ParticipantName(r.Owner, "en")
	}
	if d.Private && slices.Contains(k.Workflow.States, "draft") {
		r.State = "draft"
	}
	if d.state != "" {
		r.State = d.state
	}
	if r.Sharing.TLP == "" {
		r.Sharing.TLP = k.Sharing
	}
	return r
}

func trimText(t record.Text) record.Text {
	for lang, s := range t {
		if s == "" {
			delete(t, lang)
		}
	}
	return t
}

// checkAudience refuses participants, groups, sectors and persons that do not exist: an audience that names nobody would
// be read as a mistake or as a promise. An organisation that the viewer does not see is none, but where the version before
// names it already.
func (a *App) checkAudience(ctx context.Context, v Viewer, r, before *record.Record) record.Problems {
	var p record.Problems
	if _, ok := a.directory.Participant(r.Owner); !ok && sharing.PartnerOf(r.Owner) == "" {
		p.Add("owner", "problem.participant", "value", r.Owner)
	}
	for _, c := range r.Sharing.Audience {
		if c.Participant != "" {
			if _, ok := a.directory.Participant(c.Participant); !ok {
				p.Add("sharing.audience", "problem.participant", "value", c.Participant)
			}
		}
		if c.Group != "" && !a.directory.HasGroup(c.Group) {
			p.Add("sharing.audience", "problem.group", "value", c.Group)
		}
		for _, s := range c.Sectors {
			if !slices.Contains(coalition.Sectors, coalition.Sector(s)) {
				p.Add("sharing.audience", "problem.sector", "value", s)
			}
		}
		if c.Organisation != "" {
			named := before != nil && slices.ContainsFunc(before.Sharing.Audience, func(x record.Clause) bool { return x.Organisation == c.Organisation })
			if s, err := a.store.Read().Record(ctx, c.Organisation); err != nil || s.Record.Kind != "organisation" || !named && !v.Sees(s.Record) {
				p.Add("sharing.audience", "problem.organisation", "value", c.Organisation)
			}
		}
		if c.Person != "" {
			if name, _ := a.PersonName(ctx, c.Person); name == "" {
				p.Add("sharing.audience", "problem.person", "value", c.Person)
			}
		}
	}
	return p
}

// edit changes a record inside a transaction: it finds it, applies the sharing rule, compares the version, lets change
// alter a copy, completes and writes it.
func (a *App) edit(ctx context.Context, v Viewer, id string, version int, action string, change func(t *store.Tx, k *record.Kind, r *record.Record) error) (*record.Record, error) {
	return a.editOnce(ctx, v, id, version, action, onceKey{}, change)
}

// editOnce is edit under a key: what was done under it before is not done again.
func (a *App) editOnce(ctx context.Context, v Viewer, id string, version int, action string, o onceKey, change func(t *store.Tx, k *record.Kind, r *record.Record) error) (*record.Record, error) {
	if err := v.within(ScopeWrite); err != nil {
		return nil, err
	}
	var after *record.Record
	err := a.store.Write(ctx, func(t *store.Tx) error {
		before, err := a.visible(ctx, &t.Reader, v, id)
		if err != nil {
			return err
		}
		if after, err = a.madeBefore(ctx, t, v, o); err != nil || after != nil {
			return err
		}
		if version != before.Record.Version {
			return refuse(Conflict, "error.version", "version", before.Record.Version)
		}
		k, old, err := a.projectStored(before)
		if err != nil {
			return err
		}
		after = before.Record.Clone()
		after.Version, after.Updated, after.Reason = after.Version+1, t.Now(), ""
		if err := change(t, k, after); err != nil {
			return err
		}
		if err := a.confine(ctx, &t.Reader, after); err != nil {
			return err
		}
		b, problems := k.Complete(after, a.names, a.today())
		problems = append(problems, a.checkAudience(ctx, v, after, before.Record)...)
		problems = append(problems, a.checkCountry(after, b)...)
		if len(problems) > 0 {
			return invalid(problems)
		}
		if a.moved(before.Record, after) {
			if err := a.admit(ctx, t, v, k, after, b); err != nil {
				return err
			}
		}
		if err := a.claim(ctx, t, v, after, b, before.Record); err != nil {
			return err
		}
		if err := o.keep(ctx, t, v, after.ID); err != nil {
			return err
		}
		_, err = t.Put(ctx, after, a.project(k, after, b), before, old, v.Actor(), action)
		return err
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// visible returns a record that the viewer may see, and keeps the read in the audit where it is TLP:RED. A hidden one and
// none at all give the same answer.
func (a *App) visible(ctx context.Context, r *store.Reader, v Viewer, id string) (*store.Stored, error) {
	s, err := a.look(ctx, r, v, id)
	if err != nil {
		return nil, err
	}
	return s, a.noteRead(ctx, r, v, s.Record)
}

// look is visible where nothing of the record is given out: to count it, to name what is there.
func (a *App) look(ctx context.Context, r *store.Reader, v Viewer, id string) (*store.Stored, error) {
	var s *store.Stored
	var err error
	if v.Operator {
		s, err = r.Record(ctx, id)
	} else {
		s, err = r.Visible(ctx, id, v.Tokens)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, errHidden
	}
	if err != nil {
		return nil, err
	}
	if !v.Sees(s.Record) { // the index and the rule must agree; if ever they do not, the rule wins
		a.log.Error("the index shows what the rule hides", "record", id)
		return nil, errHidden
	}
	return s, nil
}

// visibleAll is visible for several records: it returns those that the viewer may see, by id.
func (a *App) visibleAll(ctx context.Context, r *store.Reader, v Viewer, ids []string) (map[string]*store.Stored, error) {
	if v.Operator {
		out := map[string]*store.Stored{}
		for _, id := range ids {
			s, err := r.Record(ctx, id)
			if err == nil {
				out[id] = s
			} else if !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
		}
		return out, nil
	}
	found, err := r.VisibleAll(ctx, ids, v.Tokens)
	if err != nil {
		return nil, err
	}
	var given []*record.Record
	for id, s := range found {
		if !v.Sees(s.Record) {
			a.log.Error("the index shows what the rule hides", "record", id)
			delete(found, id)
			continue
		}
		given = append(given, s.Record)
	}
	return found, a.noteRead(ctx, r, v, given...)
}

// Update replaces what a person may say of a record. Only officials of the owner may; others propose. version is the
// one that the change was made on: a later one in the store is a Conflict and nothing is lost of either.
func (a *App) Update(ctx context.Context, v Viewer, id string, version int, d Draft) (*record.Record, error) {
	return a.update(ctx, v, id, version, d, onceKey{})
}

func (a *App) update(ctx context.Context, v Viewer, id string, version int, d Draft, o onceKey) (*record.Record, error) {
	return a.editOnce(ctx, v, id, version, "update", o, func(t *store.Tx, k *record.Kind, r *record.Record) error {
		if err := mayChange(v, k, r); err != nil {
			return err
		}
		if d.Kind != "" && d.Kind != r.Kind {
			return errHidden
		}
		if d.Owner != "" && d.Owner != r.Owner {
			return invalid(record.Problems{{Field: "owner", Key: "problem.fixed"}})
		}
		known := r.Links
		was := audienceOf(r)
		r.Title, r.Summary, r.Links, r.Sharing, r.Body = trimText(d.Title), trimText(d.Summary), d.Links, d.Sharing, entered(k.Fields, r.Body, d.Body)
		if !v.Owns(r.Owner) && len(sharing.Wider(was, audienceOf(r))) > 0 {
			return refuse(Forbidden, "error.widen")
		}
		var added []record.Link
		for _, l := range d.Links {
			if !slices.Contains(known, l) {
				added = append(added, l)
			}
		}
		return a.checkLinks(ctx, t, v, r, added)
	})
}

func mayChange(v Viewer, k *record.Kind, r *record.Record) error {
	switch {
	case !mayWrite(v, k, r):
		return refuse(Forbidden, "error.owner")
	case r.Retracted != nil:
		return refuse(Conflict, "error.retracted")
	case !k.Authored:
		return refuse(Forbidden, "error.system")
	case slices.Contains(k.Workflow.Locked, r.State):
		return refuse(Conflict, "error.locked", "state", r.State)
	}
	return nil
}

// Retract withdraws a record: it stays in the history with the note, its audience is told of the retraction, and it
// counts nowhere.
func (a *App) Retract(ctx context.Context, v Viewer, id string, version int, note string) (*record.Record, error) {
	if note == "" {
		return nil, invalid(record.Problems{{Field: "note", Key: "problem.required"}})
	}
	return a.edit(ctx, v, id, version, "retract", func(t *store.Tx, _ *record.Kind, r *record.Record) error {
		if !v.Owns(r.Owner) {
			return refuse(Forbidden, "error.owner")
		}
		if r.Retracted != nil {
			return refuse(Conflict, "error.retracted")
		}
		r.Retracted = &record.Retraction{At: t.Now(), By: v.Actor(), Note: note}
		if err := a.tellCiting(ctx, t, r); err != nil {
			return err
		}
		return a.tellAgain(ctx, t, r, "retracted")
	})
}

// Step takes a step of the record's workflow.
func (a *App) Step(ctx context.Context, v Viewer, id string, version int, step, reason string) (*record.Record, error) {
	return a.edit(ctx, v, id, version, step, func(t *store.Tx, k *record.Kind, r *record.Record) error {
		s, err := a.mayStep(ctx, t, v, k, r, step)
		if err != nil {
			return err
		}
		if s.Reason && reason == "" {
			return invalid(record.Problems{{Field: "reason", Key: "problem.required"}})
		}
		s.From = []string{r.State} // as it is taken
		r.State, r.Reason = s.To, reason
		if s.Widen != "" {
			r.Sharing = record.Sharing{TLP: s.Widen}
		}
		return a.afterStep(ctx, t, v, r, s)
	})
}

func (a *App) mayStep(ctx context.Context, t *store.Tx, v Viewer, k *record.Kind, r *record.Record, step string) (record.Step, error) {
	s, ok := k.Workflow.Step(step, r.State)
	may, err := a.takes(ctx, &t.Reader, v, r, s)
	if err != nil {
		return s, err
	}
	switch {
	case ok && !may, !ok && !v.Owns(r.Owner):
		return s, refuse(Forbidden, "error.owner")
	case r.Retracted != nil:
		return s, refuse(Conflict, "error.retracted")
	case !ok:
		return s, refuse(Conflict, "error.step", "step", step, "state", r.State)
	case s.Duty != "" && !v.Has(coalition.Duty(s.Duty)):
		return s, refuse(Forbidden, "error.duty", "duty", s.Duty)
	}
	if s.Second {
		h, err := t.History(ctx, r.ID, 1)
		if err != nil {
			return s, err
		}
		if len(h) > 0 && h[0].Actor == v.Actor() {
			return s, refuse(Forbidden, "error.second")
		}
	}
	return s, nil
}

// Steps returns the steps that the viewer may take now.
func (a *App) Steps(ctx context.Context, v Viewer, r *record.Record) []record.Step {
	k, ok := kinds.Get(r.Kind)
	if !ok || !v.SignedIn() && !v.Operator || r.Retracted != nil {
		return nil
	}
	var last string
	if h, err := a.store.Read().History(ctx, r.ID, 1); err == nil && len(h) > 0 {
		last = h[0].Actor
	}
	var steps []record.Step
	for _, s := range k.Workflow.StepsFrom(r.State) {
		may, err := a.takes(ctx, a.store.Read(), v, r, s)
		if err != nil || !may {
			continue
		}
		if (s.Duty == "" || v.Has(coalition.Duty(s.Duty))) && (!s.Second || last != v.Actor()) {
			steps = append(steps, s)
		}
	}
	return steps
}

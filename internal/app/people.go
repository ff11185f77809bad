package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// mayAdminister reports whether the viewer may change the people of a participant: its focal points may theirs, the
// secretariat all. An administrator's duties are only the operator's and administrators' to give.
func mayAdminister(v Viewer, participant string) bool {
	switch {
	case v.Operator || v.Has(coalition.Administrator):
		return true
	case v.Has(coalition.Secretariat):
		return true
	case v.Has(coalition.FocalPoint):
		return participant != "" && participant == v.Participant()
	}
	return false
}

// mayAdministerPerson is mayAdminister for a person: people of a partner organisation are the secretariat's and its
// sponsor's focal points' to administer.
func (a *App) mayAdministerPerson(ctx context.Context, v Viewer, x coalition.Person) (bool, error) {
	if x.Stakeholder == "" {
		return mayAdminister(v, x.Participant), nil
	}
	s, err := a.store.Read().Record(ctx, x.Stakeholder)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.Record.Kind != "organisation" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return mayAdminister(v, s.Record.Owner), nil
}

// grantable are the duties that a focal point may give to the people of his own participant.
var grantable = []coalition.Duty{coalition.FocalPoint, coalition.Analyst}

// MayGrant reports whether the viewer may give a duty to the people whom he administers.
func MayGrant(v Viewer, d coalition.Duty) bool { return mayGrant(v, d) }

func mayGrant(v Viewer, d coalition.Duty) bool {
	switch {
	case v.Operator || v.Has(coalition.Administrator):
		return true
	case d == coalition.Administrator:
		return false
	case v.Has(coalition.Secretariat):
		return true
	}
	return slices.Contains(grantable, d)
}

// mayGrantAll reports whether the viewer may give all of the duties: has power over who has them.
func mayGrantAll(v Viewer, duties []coalition.Duty) bool { return refuseGrant(v, duties) == nil }

// refuseGrant refuses duties that the viewer may not give.
func refuseGrant(v Viewer, duties []coalition.Duty) error {
	for _, d := range duties {
		if !mayGrant(v, d) {
			return refuse(Forbidden, "error.grant", "duty", string(d))
		}
	}
	return nil
}

// SavePerson creates a person (empty ID) or changes one. An address belongs to one person.
func (a *App) SavePerson(ctx context.Context, v Viewer, x coalition.Person) (*coalition.Person, error) {
	if err := v.inPerson(); err != nil {
		return nil, err
	}
	x.Email = coalition.NormalEmail(x.Email)
	if may, err := a.mayAdministerPerson(ctx, v, x); err != nil || !may {
		return nil, firstOf(err, refuse(Forbidden, "error.administer"))
	}
	if x.Stakeholder != "" && len(x.Duties) > 0 {
		return nil, refuse(Forbidden, "error.partner-duty")
	}
	if problems := a.checkPerson(x); len(problems) > 0 {
		return nil, invalid(problems)
	}
	err := a.store.Write(ctx, func(t *store.Tx) error {
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		if other := p.byEmail[x.Email]; other != nil && other.ID != x.ID {
			return refuse(Conflict, "error.email")
		}
		var before coalition.Person
		action := "update"
		if x.ID == "" {
			x.ID, action = newID(t.Now()), "create"
		} else if before, err = a.administered(ctx, v, p.byID[x.ID]); err != nil {
			return err
		}
		if err := a.mayReplace(p, v, before, x); err != nil {
			return err
		}
		if err := refuseGrant(v, x.Duties); err != nil {
			return err
		}
		if before.Active && !x.Active { // he is not let in again by what he had before
			if err := t.EndAccess(ctx, x.ID); err != nil {
				return err
			}
		}
		return t.PutPerson(ctx, &x, v.Actor(), action)
	})
	return &x, err
}

// mayReplace refuses a change of a person that makes him another's, that somebody with less power makes, or by which a
// focal point would leave his participant without one. before is the zero person for a new one.
func (a *App) mayReplace(p *people, v Viewer, before, x coalition.Person) error {
	if before.ID == "" {
		return nil
	}
	if !mayGrantAll(v, before.Duties) { // nobody changes somebody with more power than his own
		return refuse(Forbidden, "error.administer")
	}
	if err := sameIdentity(before, x); err != nil {
		return err
	}
	kept := x.In(a.now()) && slices.Contains(x.Duties, coalition.FocalPoint)
	if !kept && !AuditWhole(v) && before.In(a.now()) && p.lastFocalPoint(&before, a.now()) {
		return refuse(Conflict, "error.last-focal-point")
	}
	return nil
}

// administered returns a person whom the viewer may administer; one whom he may not is hidden.
func (a *App) administered(ctx context.Context, v Viewer, x *coalition.Person) (coalition.Person, error) {
	if x == nil {
		return coalition.Person{}, errHidden
	}
	if may, err := a.mayAdministerPerson(ctx, v, *x); err != nil || !may {
		return coalition.Person{}, firstOf(err, errHidden)
	}
	return *x, nil
}

func firstOf(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// faults are the problems that the directory finds with something, as records have them.
func faults(found []coalition.Problem) (p record.Problems) {
	for _, c := range found {
		p = append(p, record.Problem{Field: c.Field, Key: c.Key, Params: c.Params})
	}
	return p
}

func (a *App) checkRegistration(g coalition.Registration) record.Problems {
	p := faults(g.Validate())
	if !a.directory.HasGroup(g.Group) {
		p.Add("group", "problem.group", "value", g.Group)
	}
	return p
}

func (a *App) checkPerson(x coalition.Person) record.Problems {
	p := faults(x.Validate())
	if x.Participant != "" {
		if _, ok := a.directory.Participant(x.Participant); !ok {
			p.Add("participant", "problem.participant", "value", x.Participant)
		}
	}
	if strings.ContainsFunc(x.Name, record.Unsafe) {
		p.Add("name", "problem.character")
	}
	return p
}

// Register puts a person into a section of a group, or changes that registration.
func (a *App) Register(ctx context.Context, v Viewer, g coalition.Registration) (*coalition.Registration, error) {
	if err := v.inPerson(); err != nil {
		return nil, err
	}
	if problems := a.checkRegistration(g); len(problems) > 0 {
		return nil, invalid(problems)
	}
	err := a.store.Write(ctx, func(t *store.Tx) error {
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		x, err := a.administered(ctx, v, p.byID[g.Person])
		if err != nil {
			return err
		}
		if x.Stakeholder != "" {
			return refuse(Forbidden, "error.partner-registration")
		}
		action := "update"
		if g.ID == "" {
			g.ID, action = newID(t.Now()), "create"
		} else if !slices.ContainsFunc(p.registrations[g.Person], func(r *coalition.Registration) bool { return r.ID == g.ID }) {
			return errHidden
		}
		return t.PutRegistration(ctx, &g, v.Actor(), action)
	})
	return &g, err
}

// Member is a person with his registrations.
type Member struct {
	*coalition.Person
	Registrations []*coalition.Registration
}

// People returns the people whom the viewer may administer, by participant and name; participant "" means all of them.
func (a *App) People(ctx context.Context, v Viewer, participant string) ([]Member, error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	var out []Member
	sponsored := map[string]bool{} // organisations whose people the viewer may administer
	for id, x := range p.byID {
		may, known := sponsored[x.Stakeholder]
		if x.Stakeholder == "" {
			may = mayAdminister(v, x.Participant)
		} else if !known {
			if may, err = a.mayAdministerPerson(ctx, v, *x); err != nil {
				return nil, err
			}
			sponsored[x.Stakeholder] = may
		}
		if may && (participant == "" || x.Participant == participant) {
			out = append(out, Member{x, p.registrations[id]})
		}
	}
	sortMembers(out)
	return out, nil
}

// OwnRegistrations returns the viewer's registrations that are live now, none for one who is not signed in.
func (a *App) OwnRegistrations(ctx context.Context, v Viewer) (out []*coalition.Registration) {
	p, err := a.load(ctx)
	if err != nil || v.Person == nil {
		return nil
	}
	for _, g := range p.registrations[v.Person.ID] {
		if g.Live(a.now()) {
			out = append(out, g)
		}
	}
	return out
}

// Member returns a person whom the viewer may administer, with his registrations. One whom he may not is hidden.
func (a *App) Member(ctx context.Context, v Viewer, id string) (Member, error) {
	p, err := a.load(ctx)
	if err != nil {
		return Member{}, err
	}
	if _, err := a.administered(ctx, v, p.byID[id]); err != nil {
		return Member{}, err
	}
	return Member{p.byID[id], p.registrations[id]}, nil
}

func sortMembers(list []Member) {
	slices.SortFunc(list, func(x, y Member) int {
		return strings.Compare(x.Participant+"\x00"+x.Name+"\x00"+x.ID, y.Participant+"\x00"+y.Name+"\x00"+y.ID)
	})
}

// Taking says how a participant takes part: the officials registered now and the groups they are in.
type Taking struct {
	Officials int
	Groups    []string // ids, sorted
	Part      bool     // by registrations, or by the shipped facts where nobody has registered yet
}

// Participation returns how each participant takes part now, by code.
func (a *App) Participation(ctx context.Context) (map[string]Taking, error) {
	return a.ParticipationAt(ctx, a.now())
}

// ParticipationAt returns how each participant took part at a time, by the registrations that were made until then.
func (a *App) ParticipationAt(ctx context.Context, at time.Time) (map[string]Taking, error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	out, registered := map[string]Taking{}, map[string]bool{}
	for _, x := range a.directory.Participants() {
		out[x.Code] = Taking{Part: x.Shipped}
	}
	for id, x := range p.byID {
		if x.Participant == "" {
			continue
		}
		t := out[x.Participant]
		live := false
		if !registered[x.Participant] && slices.ContainsFunc(p.registrations[id], func(g *coalition.Registration) bool { return !g.From.After(at) }) { // from the first registration on, registrations alone say
			registered[x.Participant], t.Part = true, false
		}
		for _, g := range p.registrations[id] {
			if x.In(at) && g.Live(at) {
				live = true
				if !slices.Contains(t.Groups, g.Group) {
					t.Groups = append(t.Groups, g.Group)
				}
			}
		}
		if live {
			t.Officials++
			t.Part = true
		}
		slices.Sort(t.Groups)
		out[x.Participant] = t
	}
	return out, nil
}

// Verify checks the journal, its tree and its checkpoints.
func (a *App) Verify(ctx context.Context) (*store.Verification, error) { return a.store.Verify(ctx) }

// Enrolment is a person to add with the registrations to make.
type Enrolment struct {
	Person        coalition.Person
	Registrations []coalition.Registration
}

// Enrol adds many people at once, all or none of them. Only the operator may. It fills in their ids and returns them.
func (a *App) Enrol(ctx context.Context, v Viewer, list []Enrolment) ([]string, error) {
	if !v.Operator {
		return nil, refuse(Forbidden, "error.administer")
	}
	for i := range list {
		list[i].Person.Email = coalition.NormalEmail(list[i].Person.Email)
		if problems := a.checkPerson(list[i].Person); len(problems) > 0 {
			return nil, invalid(problems)
		}
	}
	ids := make([]string, len(list))
	err := a.store.Write(ctx, func(t *store.Tx) error {
		for i, e := range list {
			e.Person.ID = newID(t.Now())
			ids[i] = e.Person.ID
			if err := t.PutPerson(ctx, &e.Person, v.Actor(), "create"); err != nil {
				return err
			}
			for _, g := range e.Registrations {
				g.ID, g.Person = newID(t.Now()), e.Person.ID
				if err := t.PutRegistration(ctx, &g, v.Actor(), "create"); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return ids, err
}

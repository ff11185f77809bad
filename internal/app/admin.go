package app

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/store"
)

// Staff is how many people of a participant there are, and what it lacks.
type Staff struct {
	Participant string
	People      int  // who may come in
	Registered  int  // of them, with a live registration
	Focal       int  // of them, focal points
	Shipped     bool // it took part when the Coalition was founded
}

// Uncertain is a letter of which nobody knows whether it arrived, or that could not be delivered.
type Uncertain struct {
	store.Mail
	Name        string // of the person; the address of an invitation
	Email       string
	Participant string
	Seen        bool // the viewer may open what the letter is about
}

// Administration is what the secretariat and administrators have to look after.
type Administration struct {
	Staff      []Staff // participants with people, or that should have some, by code
	Pending    []Invited
	Letters    []Uncertain
	Waiting    map[string]int // letters by state
	Runs       []store.Ran
	Key        string // verifies this node's checkpoints
	Checkpoint string
	Changes    int64 // in the journal
	Unknown    int   // names that nothing in the catalogue answers to, counted to a hundred
}

const maxUncertain = 100

// Administration returns what is to be looked after. Only the secretariat and administrators may.
func (a *App) Administration(ctx context.Context, v Viewer) (*Administration, error) {
	if !AuditWhole(v) {
		return nil, refuse(Forbidden, "error.administration")
	}
	r := a.store.Read()
	out := &Administration{Key: a.store.PublicKey()}
	var err error
	if out.Staff, err = a.staff(ctx); err != nil {
		return nil, err
	}
	list, _, err := a.Invitations(ctx, v, "", "")
	if err != nil {
		return nil, err
	}
	out.Pending = slices.DeleteFunc(list, func(i Invited) bool { return i.State != "open" })
	if out.Letters, err = a.uncertain(ctx, v); err != nil {
		return nil, err
	}
	if out.Waiting, err = r.MailStates(ctx); err != nil {
		return nil, err
	}
	if out.Runs, err = r.Runs(ctx); err != nil {
		return nil, err
	}
	if out.Checkpoint, err = r.Checkpoint(ctx); err != nil {
		return nil, err
	}
	if out.Changes, err = r.JournalSize(ctx); err != nil {
		return nil, err
	}
	if names, err := a.Unknowns(ctx, v, 100); err == nil {
		out.Unknown = len(names)
	} else if CodeOf(err) != Forbidden { // the secretariat need not be the curator
		return nil, err
	}
	return out, nil
}

func (a *App) staff(ctx context.Context) ([]Staff, error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	by := map[string]*Staff{}
	for _, x := range a.directory.Participants() {
		by[x.Code] = &Staff{Participant: x.Code, Shipped: x.Shipped}
	}
	now := a.now()
	for id, x := range p.byID {
		s := by[x.Participant]
		if s == nil || !x.In(now) {
			continue
		}
		s.People++
		if slices.ContainsFunc(p.registrations[id], func(g *coalition.Registration) bool { return g.Live(now) }) {
			s.Registered++
		}
		if slices.Contains(x.Duties, coalition.FocalPoint) {
			s.Focal++
		}
	}
	var out []Staff
	for _, s := range by {
		if s.Shipped || s.People > 0 {
			out = append(out, *s)
		}
	}
	slices.SortFunc(out, func(x, y Staff) int { return strings.Compare(x.Participant, y.Participant) })
	return out, nil
}

// uncertain lists the letters of which nobody knows whether they arrived, then those that could not be delivered.
func (a *App) uncertain(ctx context.Context, v Viewer) ([]Uncertain, error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	r := a.store.Read()
	var out []Uncertain
	for _, state := range []string{"doubtful", "failed"} {
		letters, err := r.MailIn(ctx, state, maxUncertain)
		if err != nil {
			return nil, err
		}
		for _, m := range letters {
			u := Uncertain{Mail: m}
			if x := p.byID[m.Person]; x != nil {
				u.Name, u.Email, u.Participant = x.Name, x.Email, x.Participant
			} else if i, err := r.InvitationByID(ctx, m.Record); err == nil {
				u.Name, u.Email, u.Participant = i.Invited.Name, i.Email, i.Participant
			}
			_, err := a.look(ctx, r, v, m.Record)
			u.Seen = err == nil
			if !u.Seen {
				u.Record = ""
			}
			out = append(out, u)
		}
	}
	return out, nil
}

// JobRan keeps when a job ran, for the administration.
func (a *App) JobRan(ctx context.Context, x store.Ran) error { return a.store.NoteRun(ctx, x) }

package app

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// Profile is what a person may change of himself. His address, participant, sectors, duties and registrations say who he
// is and what he sees: they are his focal point's to change.
type Profile struct {
	Name      string
	Languages []string // the preferred one first
	Zone      string
	Notify    map[coalition.Matter]coalition.Channel
	DigestAt  int // hour in his zone; 0 for the usual one
}

// SaveProfile changes the viewer's own profile, from his next page and letter on.
func (a *App) SaveProfile(ctx context.Context, v Viewer, f Profile) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.inPerson(); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		now, ok := p.byID[v.Person.ID]
		if !ok || !now.In(a.now()) {
			return refuse(Unauthenticated, "error.unauthenticated")
		}
		x := *now
		x.Name, x.Languages, x.Zone, x.Notify, x.DigestAt = strings.TrimSpace(f.Name), f.Languages, f.Zone, f.Notify, f.DigestAt
		problems := a.checkPerson(x)
		if len(x.Languages) == 0 {
			problems.Add("language", "problem.required")
		}
		for _, l := range x.Languages {
			if !slices.Contains(record.Languages, l) {
				problems.Add("language", "problem.option", "value", l, "options", strings.Join(record.Languages, ", "))
			}
		}
		if len(problems) > 0 {
			return invalid(problems)
		}
		return t.PutPerson(ctx, &x, v.Actor(), "profile")
	})
}

// matterOf sorts what a person is told of, for his choice of how.
func matterOf(kind, reason string) coalition.Matter {
	first, _, _ := strings.Cut(reason, "@")
	switch {
	case kind == "alert":
		return coalition.AlertMatter
	case kind == "meeting":
		return coalition.MeetingMatter
	case first == "due" || first == "late" || first == "closing" || first == "soon":
		return coalition.DeadlineMatter
	}
	return coalition.RecordMatter
}

// tellPerson puts a notice before a person, and a letter as he wants it.
func (a *App) tellPerson(ctx context.Context, t *store.Tx, x *coalition.Person, r *record.Record, reason string) error {
	if x == nil {
		return nil
	}
	var err error
	switch x.Told(matterOf(r.Kind, reason)) {
	case coalition.ByPage:
		_, err = t.Tell(ctx, x.ID, r.ID, reason, "")
	case coalition.ByDigest:
		_, err = t.TellBy(ctx, x.ID, r.ID, reason, newID(t.Now()), x.NextDigest(a.now()))
	default:
		_, err = t.Tell(ctx, x.ID, r.ID, reason, newID(t.Now()))
	}
	return err
}

// digestsAtOnce is how many people's digests are made in one transaction.
const digestsAtOnce = 100

// Digests puts the daily letters that are due into the outbox: one a person and day in his zone. The clock calls it;
// several servers may.
func (a *App) Digests(ctx context.Context) error {
	for {
		due, err := a.store.Read().DigestsDue(ctx, a.now(), digestsAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		err = a.store.Write(ctx, func(t *store.Tx) error {
			for _, id := range due {
				x := p.byID[id]
				if x == nil {
					x = &coalition.Person{}
				}
				now := a.now()
				if err := t.Digest(ctx, newID(t.Now()), id, now.In(x.Location()).Format("2006-01-02"), now, x.NextDigest(now)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// DigestLine is one thing that a digest tells of.
type DigestLine struct {
	Reason string
	*Shown
}

// Digest returns whom a digest's letter is for and what it tells of, as far as he still sees it. Reading it for a letter is
// no read of a record that the audit keeps: of RED records a letter says no more than that there is something to read.
func (a *App) Digest(ctx context.Context, letter store.Mail) (Viewer, []DigestLine, error) {
	v, err := a.ViewerByID(ctx, letter.Person)
	if err != nil {
		return v, nil, err
	}
	r := a.store.Read()
	parts, err := r.DigestOf(ctx, letter.ID)
	if err != nil {
		return v, nil, err
	}
	var out []DigestLine
	for _, m := range parts {
		s, err := a.look(ctx, r, v, m.Record)
		if CodeOf(err) == NotFound && err != nil {
			continue
		}
		if err != nil {
			return v, nil, err
		}
		x, err := a.show(v, s.Record)
		if err != nil {
			return v, nil, err
		}
		out = append(out, DigestLine{m.Reason, x})
	}
	return v, out, nil
}

// ForLetter is Get for a letter to the viewer: it leaves no line in the audit, since of a RED record a letter says no more
// than that there is something to read.
func (a *App) ForLetter(ctx context.Context, v Viewer, id string) (*Shown, error) {
	s, err := a.look(ctx, a.store.Read(), v, id)
	if err != nil {
		return nil, err
	}
	return a.show(v, s.Record)
}

package app

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// InvitationLife is how long the link of an invitation's letter opens the door.
const InvitationLife = 14 * 24 * time.Hour

const (
	maxSends         = 10 // letters of one invitation
	maxRegistrations = 40 // that one invitation makes
)

// InvitationReason leads the reason of an invitation's letter in the outbox; the number of the letter follows.
const InvitationReason = "invitation@"

// Invite asks somebody to take part: a letter goes to his address, with a link that makes him a person with the
// registrations once he accepts. With a person's id, or the address of somebody of the same participant who has left, it
// asks that person back under his old identity. It returns Invalid with every problem found, Conflict for an address that
// the participant has already, and Forbidden for what the viewer may not give. Whether people of other participants have
// the address is not told: whoever reads its letters learns it when he accepts.
func (a *App) Invite(ctx context.Context, v Viewer, e Enrolment) (*store.Invitation, error) {
	if err := v.inPerson(); err != nil {
		return nil, err
	}
	x, err := a.invitation(ctx, v, &e)
	if err != nil {
		return nil, err
	}
	err = a.store.Write(ctx, func(t *store.Tx) error { return a.invite(ctx, t, v, x) })
	if err != nil {
		return nil, err
	}
	return x, nil
}

// invitation checks what an invitation says in itself.
func (a *App) invitation(ctx context.Context, v Viewer, e *Enrolment) (*store.Invitation, error) {
	p := &e.Person
	p.Email, p.Active, p.Name = coalition.NormalEmail(p.Email), true, strings.TrimSpace(p.Name)
	p.Until, p.Successor, p.Notify, p.DigestAt = time.Time{}, "", nil, 0
	if may, err := a.mayAdministerPerson(ctx, v, *p); err != nil || !may {
		return nil, firstOf(err, refuse(Forbidden, "error.administer"))
	}
	problems := a.checkPerson(*p)
	if len(e.Registrations) > maxRegistrations {
		problems.Add("group", "problem.many", "max", maxRegistrations)
	}
	for i := range e.Registrations {
		g := &e.Registrations[i]
		g.From, g.To = a.now(), time.Time{}
		problems = append(problems, a.checkRegistration(*g)...)
	}
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	if p.Stakeholder != "" && (len(p.Duties) > 0 || len(e.Registrations) > 0) {
		return nil, refuse(Forbidden, "error.partner-duty")
	}
	if err := refuseGrant(v, p.Duties); err != nil {
		return nil, err
	}
	return &store.Invitation{Email: p.Email, Inviter: v.Actor(), State: "open", Sends: 1, Person: p.ID, Invited: *p, Registrations: e.Registrations}, nil
}

// invite keeps an invitation and puts its letter into the outbox.
func (a *App) invite(ctx context.Context, t *store.Tx, v Viewer, x *store.Invitation) error {
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	if x.Participant, err = a.answers(ctx, x.Invited); err != nil {
		return err
	}
	if err := a.addressee(ctx, p, v, x); err != nil {
		return err
	}
	open, err := t.InvitationsTo(ctx, x.Email)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(open, func(o store.Invitation) bool { return o.Participant == x.Participant }) {
		return refuse(Conflict, "error.invited")
	}
	x.ID, x.At = newID(t.Now()), t.Now()
	if err := t.PutInvitation(ctx, x, newID(t.Now()), v.Actor(), "create"); err != nil {
		return err
	}
	return a.queueInvitation(ctx, t, x)
}

// answers returns the participant that answers for a person.
func (a *App) answers(ctx context.Context, x coalition.Person) (string, error) {
	if x.Stakeholder == "" {
		return x.Participant, nil
	}
	s, err := a.store.Read().Record(ctx, x.Stakeholder)
	if err != nil {
		return "", err
	}
	return s.Record.Owner, nil
}

// addressee finds out whether an invitation asks somebody back, and refuses one to somebody who is there already.
func (a *App) addressee(ctx context.Context, p *people, v Viewer, x *store.Invitation) error {
	if x.Person != "" {
		old, err := a.administered(ctx, v, p.byID[x.Person])
		if err != nil {
			return err
		}
		if err := sameIdentity(old, x.Invited); err != nil {
			return err
		}
	}
	other := p.byEmail[x.Email]
	switch {
	case other == nil:
		return nil
	case sameIdentity(*other, x.Invited) != nil:
		return nil // somebody else's; see Invite
	case other.In(a.now()):
		return refuse(Conflict, "error.invite-member", "name", other.Name)
	case x.Person == "":
		x.Person, x.Invited.ID = other.ID, other.ID
	}
	return nil
}

// sameIdentity refuses to make one person out of two: who goes to another participant gets a new identity there, so that
// what he said for one never counts as said for the other.
func sameIdentity(x, y coalition.Person) error {
	if x.Participant != y.Participant || x.Stakeholder != y.Stakeholder {
		return invalid(record.Problems{{Field: "participant", Key: "problem.identity"}})
	}
	return nil
}

func (a *App) queueInvitation(ctx context.Context, t *store.Tx, x *store.Invitation) error {
	return t.QueueMail(ctx, store.Mail{ID: newID(t.Now()), Record: x.ID, Reason: InvitationReason + strconv.Itoa(x.Sends)})
}

// SendInvitation sends an open invitation's letter again; the link of the one before ends when it is written.
func (a *App) SendInvitation(ctx context.Context, v Viewer, id string) error {
	return a.changeInvitation(ctx, v, id, "send", func(t *store.Tx, x *store.Invitation) error {
		letters, err := t.MailAbout(ctx, x.ID)
		if err != nil {
			return err
		}
		if x.Sends >= maxSends || slices.ContainsFunc(letters, func(m store.Mail) bool { return m.State == "queued" || m.State == "handed" }) {
			return refuse(Conflict, "error.invite-wait")
		}
		x.Sends++
		return a.queueInvitation(ctx, t, x)
	})
}

// WithdrawInvitation takes an open invitation back: its link opens nothing from then on, a letter that waits is not sent.
func (a *App) WithdrawInvitation(ctx context.Context, v Viewer, id string) error {
	return a.changeInvitation(ctx, v, id, "withdraw", func(t *store.Tx, x *store.Invitation) error {
		x.State = "withdrawn"
		return t.DropInvitationLinks(ctx, x.ID)
	})
}

func (a *App) changeInvitation(ctx context.Context, v Viewer, id, action string, change func(*store.Tx, *store.Invitation) error) error {
	if err := v.inPerson(); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		x, err := t.InvitationByID(ctx, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && !mayAdminister(v, x.Participant) {
			return errHidden
		}
		if err != nil {
			return err
		}
		if x.State != "open" {
			return refuse(Conflict, "error.invite-over")
		}
		if err := refuseGrant(v, x.Invited.Duties); err != nil {
			return refuse(Forbidden, "error.administer")
		}
		if err := change(t, x); err != nil {
			return err
		}
		return t.PutInvitation(ctx, x, newID(t.Now()), v.Actor(), action)
	})
}

// Invited is an invitation with what became of it: waiting (its letter is not written yet), sent, failed (no letter could
// be delivered), expired, accepted or withdrawn.
type Invited struct {
	store.Invitation
	Standing string
	By       string // the inviter's name, "" where he is not known
}

// Invitations returns a page of the invitations that the viewer may administer, newest first: those before an id, "" for
// the newest. next is the id to go on from, "" at the end.
func (a *App) Invitations(ctx context.Context, v Viewer, participant, before string) (list []Invited, next string, err error) {
	if !AuditWhole(v) {
		if !v.Has(coalition.FocalPoint) || v.Participant() == "" {
			return nil, "", refuse(Forbidden, "error.administer")
		}
		participant = v.Participant()
	}
	r := a.store.Read()
	found, err := r.Invitations(ctx, participant, before, DefaultPage+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > DefaultPage {
		found = found[:DefaultPage]
		next = found[DefaultPage-1].ID
	}
	for _, x := range found {
		i := Invited{Invitation: x}
		i.By, _ = a.PersonName(ctx, x.Inviter)
		if i.Standing, err = a.standing(ctx, r, &x); err != nil {
			return nil, "", err
		}
		list = append(list, i)
	}
	return list, next, nil
}

func (a *App) standing(ctx context.Context, r *store.Reader, x *store.Invitation) (string, error) {
	if x.State != "open" {
		return x.State, nil
	}
	letters, err := r.MailAbout(ctx, x.ID)
	if err != nil {
		return "", err
	}
	last := "queued"
	for _, m := range letters {
		if m.Reason == InvitationReason+strconv.Itoa(x.Sends) {
			last = m.State
		}
	}
	switch {
	case last == "failed":
		return "failed", nil
	case last == "queued" || last == "handed" || x.Expires.IsZero():
		return "waiting", nil
	case !a.now().Before(x.Expires):
		return "expired", nil
	}
	return "sent", nil
}

// InvitationLetter is what a letter of invitation says.
type InvitationLetter struct {
	*store.Invitation
	Secret   string // of the link, told to nobody else
	Inviter  string // name
	Language string
	Expires  time.Time
}

// WriteInvitation makes the link of an invitation's letter that is about to be sent. Only the link of the letter written
// last opens anything. NotFound says that the letter is not to be sent: the invitation was withdrawn or accepted, or its
// inviter may not invite any more.
func (a *App) WriteInvitation(ctx context.Context, m store.Mail) (*InvitationLetter, error) {
	l := &InvitationLetter{Secret: newSecret(), Expires: a.now().Add(InvitationLife)}
	err := a.store.Write(ctx, func(t *store.Tx) error {
		x, err := t.InvitationByID(ctx, m.Record)
		if errors.Is(err, store.ErrNotFound) || err == nil && x.State != "open" {
			return errHidden
		}
		if err != nil {
			return err
		}
		v, err := a.inviter(ctx, x)
		if err != nil {
			return err
		}
		l.Invitation, l.Language = x, languageOf(x.Invited)
		if v.Person != nil {
			l.Inviter = v.Person.Name
		}
		return t.PutInvitationLink(ctx, secretHash(l.Secret), x.ID, l.Expires)
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

func languageOf(x coalition.Person) string {
	if len(x.Languages) > 0 {
		return x.Languages[0]
	}
	return "en"
}

// inviter returns who invited, as he is now, if he may still give what the invitation gives; else NotFound.
func (a *App) inviter(ctx context.Context, x *store.Invitation) (Viewer, error) {
	v, err := Operator, error(nil)
	if x.Inviter != Operator.Actor() {
		v, err = a.ViewerByID(ctx, x.Inviter)
	}
	if CodeOf(err) == Unauthenticated && err != nil {
		return v, errHidden
	}
	if err != nil {
		return v, err
	}
	may, err := a.mayAdministerPerson(ctx, v, x.Invited)
	if err == nil && (!may || !mayGrantAll(v, x.Invited.Duties)) {
		err = errHidden
	}
	return v, err
}

// OpenInvitation returns what a link's invitation says, for the page that asks whether to accept. It returns
// Unauthenticated for a link that opens nothing.
func (a *App) OpenInvitation(ctx context.Context, secret string) (*Invited, error) {
	x, err := a.store.Read().InvitationOf(ctx, secretHash(secret), a.now())
	if err == nil && x.State == "open" {
		var v Viewer
		if v, err = a.inviter(ctx, x); err == nil {
			i := &Invited{Invitation: *x, Standing: "sent"}
			if v.Person != nil {
				i.By = v.Person.Name
			}
			return i, nil
		}
	}
	if err == nil || errors.Is(err, store.ErrNotFound) || CodeOf(err) == NotFound {
		err = refuse(Unauthenticated, "error.invitation.over")
	}
	return nil, err
}

// AcceptInvitation makes the invited person one who takes part, or brings him back, and returns him as he is then. The
// link opens nothing afterwards. It returns Unauthenticated for a link that opens nothing, Conflict where the address
// belongs to somebody who is there already.
func (a *App) AcceptInvitation(ctx context.Context, secret string, from From) (Viewer, error) {
	var in *store.Signin
	err := a.store.Write(ctx, func(t *store.Tx) error {
		x, err := t.InvitationOf(ctx, secretHash(secret), a.now())
		if err == nil && x.State != "open" {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := a.inviter(ctx, x); err != nil {
			return err
		}
		p, err := a.load(ctx)
		if err != nil {
			return err
		}
		if err := a.enter(ctx, t, p, x); err != nil {
			return err
		}
		in = a.newSignin(x.Person, ByLink, from)
		if err := t.PutSignin(ctx, *in); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), x.Person, "signin", x.Person, "invitation")
	})
	if errors.Is(err, store.ErrNotFound) || CodeOf(err) == NotFound && err != nil {
		return a.try(ctx, ByLink, from, func(x *attempt) (*store.Signin, error) {
			x.why = "invitation"
			return nil, refuse(Unauthenticated, "error.invitation.over")
		})
	}
	if err != nil {
		return Public, err
	}
	v, err := a.ViewerByID(ctx, in.Person)
	v.Signin = in
	return v, err
}

// enter writes the person and the registrations of an invitation that is accepted.
func (a *App) enter(ctx context.Context, t *store.Tx, p *people, x *store.Invitation) error {
	if other := p.byEmail[x.Email]; other != nil && other.ID != x.Person {
		switch same := sameIdentity(*other, x.Invited) == nil; {
		case other.In(a.now()) && same:
			return refuse(Conflict, "error.invitation.have")
		case other.In(a.now()):
			return refuse(Conflict, "error.invitation.other")
		}
		if err := a.releaseAddress(ctx, t, *other); err != nil {
			return err
		}
	}
	who, action := x.Invited, "create"
	if x.Person != "" {
		old := p.byID[x.Person]
		if old == nil || old.In(a.now()) {
			return refuse(Conflict, "error.invitation.have")
		}
		who.ID, action = x.Person, "return"
	} else {
		who.ID = newID(t.Now())
	}
	if err := t.PutPerson(ctx, &who, x.Inviter, action); err != nil {
		return err
	}
	for _, g := range x.Registrations {
		g.ID, g.Person, g.From = newID(t.Now()), who.ID, a.now()
		if err := t.PutRegistration(ctx, &g, x.Inviter, "create"); err != nil {
			return err
		}
	}
	x.State, x.Person = "accepted", who.ID
	if err := t.DropInvitationLinks(ctx, x.ID); err != nil {
		return err
	}
	return t.PutInvitation(ctx, x, newID(t.Now()), who.ID, "accept")
}

// releaseAddress takes the address from somebody who has left, for whoever has it now. The journal keeps it.
func (a *App) releaseAddress(ctx context.Context, t *store.Tx, x coalition.Person) error {
	x.Email = strings.ToLower(x.ID) + "@left.invalid"
	return t.PutPerson(ctx, &x, "system", "release")
}

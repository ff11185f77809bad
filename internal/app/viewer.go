package app

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// Viewer is who asks. It is made anew for each request from the registrations as they are then.
type Viewer struct {
	Person   *coalition.Person // nil for the public and the operator
	Operator bool              // acts on the server's own machine
	Tokens   []sharing.Token
	Chairs   []string // groups and sections whose co-chair or coordinator he is now, sorted
	Pass     *Pass    // what limits a viewer who came with a token; nil for one who signed in
}

// Public is the viewer who is not signed in.
var Public = Viewer{Tokens: sharing.Viewer{}.Tokens()}

// Operator is whoever runs a command on the server's own machine. He sees what the database holds.
var Operator = Viewer{Operator: true, Tokens: sharing.Viewer{}.Tokens()}

// SignedIn reports whether the viewer is a person.
func (v Viewer) SignedIn() bool { return v.Person != nil }

// Actor is how the journal names the viewer.
func (v Viewer) Actor() string {
	switch {
	case v.Person != nil:
		return v.Person.ID
	case v.Operator:
		return "operator"
	}
	return "public"
}

// Has reports whether the viewer holds a duty.
func (v Viewer) Has(d coalition.Duty) bool {
	return v.Operator || (v.Person != nil && slices.Contains(v.Person.Duties, d))
}

// Participant returns the code of the viewer's participant.
func (v Viewer) Participant() string {
	if v.Person == nil {
		return ""
	}
	return v.Person.Participant
}

// Owner returns the code under which what the viewer makes is owned: his participant's or his organisation's.
func (v Viewer) Owner() string {
	if v.Person != nil && v.Person.Stakeholder != "" {
		return sharing.PartnerOwner(v.Person.Stakeholder)
	}
	return v.Participant()
}

// ChairsAny reports whether the viewer is co-chair or coordinator of one of the groups or sections, or of the
// secretariat. Who chairs a section chairs what stands in the whole group as well.
func (v Viewer) ChairsAny(topics []string) bool {
	if v.Operator || v.Has(coalition.Secretariat) {
		return true
	}
	for _, t := range narrowest(topics) {
		if _, ok := slices.BinarySearch(v.Chairs, t); ok {
			return true
		}
	}
	return false
}

// narrowest returns the sections among the topics where there are any, else all of them: what stands in a section stands
// in its group as well, and is the section's.
func narrowest(topics []string) []string {
	if !slices.ContainsFunc(topics, containsSlash) {
		return topics
	}
	return slices.DeleteFunc(slices.Clone(topics), func(t string) bool { return !containsSlash(t) })
}

// Official reports whether the viewer is a registered official of a participant: not the public, nobody of a partner
// organisation, and nobody whose registrations have ended.
func (v Viewer) Official() bool {
	_, ok := slices.BinarySearch(v.Tokens, sharing.Officials)
	return ok || v.Operator
}

// Owns reports whether the viewer may change what the participant owns: he is one of its registered officials.
func (v Viewer) Owns(owner string) bool {
	if v.Operator {
		return true
	}
	_, ok := slices.BinarySearch(v.Tokens, sharing.Owner(owner))
	return ok
}

// Sees reports whether the record's rule lets the viewer see it.
func (v Viewer) Sees(r *record.Record) bool {
	return v.Operator || sharing.Meet(audienceOf(r), v.Tokens)
}

// people is the directory of persons as it stood at a version. It is a cache: every use compares the version.
type people struct {
	version       string
	byID          map[string]*coalition.Person
	byEmail       map[string]*coalition.Person
	registrations map[string][]*coalition.Registration // by person
	held          atomic.Pointer[holdings]
}

func (a *App) load(ctx context.Context) (*people, error) {
	r := a.store.Read()
	version, err := r.DirectoryVersion(ctx)
	if err != nil {
		return nil, err
	}
	if p := a.people.Load(); p != nil && p.version == version {
		return p, nil
	}
	persons, registrations, err := r.People(ctx)
	if err != nil {
		return nil, err
	}
	p := &people{version: version, byID: map[string]*coalition.Person{}, byEmail: map[string]*coalition.Person{}, registrations: map[string][]*coalition.Registration{}}
	for _, x := range persons {
		p.byID[x.ID], p.byEmail[x.Email] = x, x
	}
	for _, g := range registrations {
		p.registrations[g.Person] = append(p.registrations[g.Person], g)
	}
	a.people.Store(p)
	return p, nil
}

// compile makes the tokens of what a person holds at a time.
func (p *people) compile(x *coalition.Person, at time.Time) []sharing.Token {
	v := sharing.Viewer{Person: x.ID, Participant: x.Participant, Organisation: x.Stakeholder}
	for _, s := range x.Sectors {
		v.Sectors = append(v.Sectors, string(s))
	}
	for _, g := range p.registrations[x.ID] {
		if g.Live(at) {
			v.Registered = true
			v.Groups = append(v.Groups, g.Group, g.Group+"/"+string(g.Section))
		}
	}
	return v.Tokens()
}

// ViewerByID returns the viewer for a person's id. It returns Unauthenticated when there is no such active person.
func (a *App) ViewerByID(ctx context.Context, id string) (Viewer, error) {
	p, err := a.load(ctx)
	if err != nil {
		return Public, err
	}
	return a.viewer(ctx, p, p.byID[id])
}

// ViewerByEmail returns the viewer for a person's address, for the command line's --as.
func (a *App) ViewerByEmail(ctx context.Context, email string) (Viewer, error) {
	p, err := a.load(ctx)
	if err != nil {
		return Public, err
	}
	return a.viewer(ctx, p, p.byEmail[coalition.NormalEmail(email)])
}

func (a *App) viewer(ctx context.Context, p *people, x *coalition.Person) (Viewer, error) {
	if x == nil || !x.Active {
		return Public, refuse(Unauthenticated, "error.unauthenticated")
	}
	if x.Stakeholder != "" {
		ok, err := a.verified(ctx, x.Stakeholder)
		if err != nil {
			return Public, err
		}
		if !ok {
			return Public, refuse(Unauthenticated, "error.unauthenticated")
		}
	}
	return Viewer{Person: x, Tokens: p.tokens(x, a.now()), Chairs: p.chairs(x, a.now())}, nil
}

// chairs returns the groups and sections whose co-chair or coordinator a person is at a time.
func (p *people) chairs(x *coalition.Person, at time.Time) []string {
	var out []string
	for _, g := range p.registrations[x.ID] {
		if g.Live(at) && (slices.Contains(g.Roles, coalition.CoChairRole) || slices.Contains(g.Roles, coalition.Coordinator)) {
			out = append(out, g.Group, g.Group+"/"+string(g.Section))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Readers says who can see something: how many people, of which participants.
type Readers struct {
	Public       bool
	People       int
	Participants []string // codes, sorted
	Persons      []string // their names, when there are at most five
	Sees         bool     // whether the viewer is among them
}

const maxNamed = 5 // readers who are told by name

// ReadersOf counts the people who hold one of the tokens now.
func (a *App) ReadersOf(ctx context.Context, v Viewer, audience []sharing.Token) (Readers, error) {
	p, err := a.load(ctx)
	if err != nil {
		return Readers{}, err
	}
	var r Readers
	var persons []string
	r.Public = slices.Contains(audience, sharing.Public)
	participants := map[string]bool{}
	for _, x := range p.holdersOf(audience, a.now()) {
		if v.Person != nil && x.ID == v.Person.ID {
			r.Sees = true
			continue
		}
		if r.People++; r.People <= maxNamed {
			persons = append(persons, x.Name)
		}
		if x.Participant != "" && !participants[x.Participant] {
			participants[x.Participant] = true
			r.Participants = append(r.Participants, x.Participant)
		}
	}
	slices.Sort(r.Participants)
	if r.People <= maxNamed {
		slices.Sort(persons)
		r.Persons = persons
	}
	return r, nil
}

// PersonName returns the name of a person as colleagues see it and the code under which he owns, or "" when there is no
// such person.
func (a *App) PersonName(ctx context.Context, id string) (name, owner string) {
	p, err := a.load(ctx)
	if err != nil || p.byID[id] == nil {
		return "", ""
	}
	if o := p.byID[id].Stakeholder; o != "" {
		return p.byID[id].Name, sharing.PartnerOwner(o)
	}
	return p.byID[id].Name, p.byID[id].Participant
}

package app

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// As whom a record may be looked at, beside "p:CODE", "g:ID" and the id of a person.
const (
	AsPublic   = "public"   // somebody who has not signed in
	AsOfficial = "official" // a registered official of some other participant who is in no group
)

// Sight says whether somebody sees a record.
type Sight struct {
	Sees    bool
	Why     sharing.Token // by which he sees it
	Sectors []string      // where not every such official sees it: the sectors in which they do
}

// SeenLink is a record at the other end of a link, as somebody else sees it. Told is false where that is its owner's to
// know.
type SeenLink struct {
	Related
	Sight
	Told bool
}

// SeenAs is what somebody else sees of a record and of the linked ones.
type SeenAs struct {
	Record *Shown // as the viewer meets it
	Sight
	Links []SeenLink // only to what the viewer sees
	More  bool       // there may be more links
}

// ViewAs says what somebody else sees of a record: "public", "official", "p:CODE" (an official of that participant),
// "g:ID" (a member of that group or section), or a person whom the viewer may know by name. Only those who may change who
// sees the record are told. Of a linked record that is another's, no more is told than its label and owner say: its
// audience is for those who may change it.
func (a *App) ViewAs(ctx context.Context, v Viewer, id, who string) (*SeenAs, error) {
	x, err := a.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if !mayWrite(v, x.Kind, x.Record) {
		return nil, refuse(Forbidden, "error.owner")
	}
	o, err := a.other(ctx, v, who)
	if err != nil {
		return nil, err
	}
	related, err := a.Related(ctx, v, x)
	if err != nil {
		return nil, err
	}
	out := &SeenAs{Record: x, Sight: o.sight(x.Audience), More: RelatedFull(related)}
	for _, r := range related {
		l := SeenLink{Related: r, Told: o.told(v, r.Shown)}
		if l.Told {
			l.Sight = o.sight(r.Audience)
		}
		out.Links = append(out.Links, l)
	}
	return out, nil
}

// other is somebody as whom a record is looked at.
type other struct {
	who     string
	tokens  []sharing.Token
	sectors map[string][]sharing.Token // what he would hold in each sector, where his is open
}

// nowhere is the participant of an official who is of no participant in particular.
const nowhere = "-"

// other returns whom the viewer means. Whom he may not know is refused as somebody who is not there.
func (a *App) other(ctx context.Context, v Viewer, who string) (*other, error) {
	sort, id, _ := strings.Cut(who, ":")
	switch {
	case who == AsPublic:
		return &other{who: who, tokens: Public.Tokens}, nil
	case who == AsOfficial:
		return &other{who: who, tokens: sharing.Viewer{Registered: true, Participant: nowhere}.Tokens()}, nil
	case sort == "p" && id != "":
		if _, ok := a.directory.Participant(id); !ok {
			return nil, notThere("problem.participant", id)
		}
		return anyOf(who, sharing.Viewer{Registered: true, Participant: id}), nil
	case sort == "g" && id != "":
		if !a.directory.HasGroup(id) {
			return nil, notThere("problem.group", id)
		}
		group, _, _ := strings.Cut(id, "/")
		return anyOf(who, sharing.Viewer{Registered: true, Participant: nowhere, Groups: []string{group, id}}), nil
	}
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	if c, official := p.colleague(p.byID[who], a.now()); !official || !v.Official() || !v.knows(c) {
		return nil, notThere("problem.person", who)
	}
	return &other{who: who, tokens: p.tokens(p.byID[who], a.now())}, nil
}

func notThere(key, who string) error {
	return invalid(record.Problems{{Field: "who", Key: key, Params: map[string]any{"value": who}}})
}

// anyOf is an official who may work in any sector.
func anyOf(who string, x sharing.Viewer) *other {
	o := &other{who: who, tokens: x.Tokens(), sectors: map[string][]sharing.Token{}}
	for _, s := range coalition.Sectors {
		x.Sectors = []string{string(s)}
		o.sectors[string(s)] = x.Tokens()
	}
	return o
}

func (o *other) sight(audience []sharing.Token) (s Sight) {
	if s.Why, s.Sees = sharing.Reason(audience, o.tokens); s.Sees {
		return s
	}
	for sector, tokens := range o.sectors {
		if sharing.Meet(audience, tokens) {
			s.Sectors = append(s.Sectors, sector)
		}
	}
	slices.Sort(s.Sectors)
	return s
}

// told reports whether the viewer may know if the other sees a record: as one who may change it, or because its label and
// owner say so, whatever its audience.
func (o *other) told(v Viewer, x *Shown) bool {
	general := o.who == AsPublic || o.who == AsOfficial || o.who == v.Actor()
	if general || mayWrite(v, x.Kind, x.Record) || x.Sharing.TLP == record.Clear || x.Sharing.TLP == record.Green {
		return true
	}
	plain := x.Clone()
	plain.Sharing.Audience = nil
	return sharing.Meet(audienceOf(plain), o.tokens)
}

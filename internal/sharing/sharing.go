// Package sharing says who may see what. A record's rule compiles to a small set of tokens when it is written, a viewer's
// current registrations compile to tokens when he asks, and a viewer sees a record when the two sets meet. Both this
// package and the store's SQL use nothing but these tokens.
package sharing

import (
	"slices"
	"strings"

	"tocsin/internal/record"
)

// Token is one reason to see a record. Tokens are compared as whole strings; "&" joins a conjunction.
type Token = string

// The tokens that name nobody in particular.
const (
	Public    Token = "public" // anybody, signed in or not
	Officials Token = "all"    // every registered official of every participant
)

// Participant is the token of the registered officials of a participant.
func Participant(code string) Token { return "p:" + code }

// Group is the token of the registered officials of a group ("swg1.1") or of one of its sections ("swg1.1/west").
func Group(id string) Token { return "g:" + id }

// Organisation is the token of the people of a stakeholder organisation.
func Organisation(id string) Token { return "o:" + id }

// Person is the token of one person.
func Person(id string) Token { return "u:" + id }

// partnerMark leads the code of an owner that is a stakeholder organisation: "~" and its id.
const partnerMark = "~"

// PartnerOwner is the owner code of a stakeholder organisation.
func PartnerOwner(id string) string { return partnerMark + id }

// PartnerOf returns the stakeholder organisation that an owner code stands for, "" for a participant.
func PartnerOf(owner string) string {
	if id, ok := strings.CutPrefix(owner, partnerMark); ok {
		return id
	}
	return ""
}

// Owner is the token of those who answer for what an owner owns: the participant's registered officials, or the people of
// the stakeholder organisation.
func Owner(owner string) Token {
	if id := PartnerOf(owner); id != "" {
		return Organisation(id)
	}
	return Participant(owner)
}

// InSector narrows a participant's or group's token to one sector.
func InSector(t Token, sector string) Token { return t + "&s:" + sector }

// Of compiles a record's rule: the tokens of those who may see it, sorted, without doubles, never empty.
// private is whether the record's state is for its owner only.
//
//	CLEAR         public
//	GREEN         every registered official, and the owner's people where the owner is a partner
//	AMBER         the owner's officials and those whom the audience names
//	AMBER+STRICT  the owner's officials and the officials of the participants whom the audience names
//	RED           the author and the persons whom the audience names
//
// Anything malformed adds nobody: an unknown label is the owner alone.
func Of(r *record.Record, private bool) []Token {
	if r.Sharing.TLP == record.Red {
		return red(r, private)
	}
	tokens := []Token{Owner(r.Owner)}
	switch {
	case private:
	case r.Sharing.TLP == record.Clear:
		tokens = []Token{Public}
	case r.Sharing.TLP == record.Green && PartnerOf(r.Owner) != "": // a partner's people are no officials
		tokens = append(tokens, Officials)
	case r.Sharing.TLP == record.Green:
		tokens = []Token{Officials}
	case r.Sharing.TLP == record.Amber:
		for _, c := range r.Sharing.Audience {
			tokens = append(tokens, clause(c)...)
		}
	case r.Sharing.TLP == record.AmberStrict:
		for _, c := range r.Sharing.Audience {
			if c.Participant != "" {
				tokens = append(tokens, clause(c)...)
			}
		}
	}
	return normal(tokens)
}

// red names persons only; a RED record whose author is the system belongs to its owner's officials.
func red(r *record.Record, private bool) []Token {
	var tokens []Token
	if r.Author != "" {
		tokens = append(tokens, Person(r.Author))
	} else {
		tokens = append(tokens, Owner(r.Owner))
	}
	if !private {
		for _, c := range r.Sharing.Audience {
			if c.Person != "" && named(c) == 1 {
				tokens = append(tokens, Person(c.Person))
			}
		}
	}
	return normal(tokens)
}

func named(c record.Clause) (n int) {
	for _, s := range []string{c.Participant, c.Group, c.Organisation, c.Person} {
		if s != "" {
			n++
		}
	}
	return n
}

func clause(c record.Clause) []Token {
	if named(c) != 1 {
		return nil
	}
	var t Token
	switch {
	case c.Participant != "":
		t = Participant(c.Participant)
	case c.Group != "":
		t = Group(c.Group)
	case c.Organisation != "":
		return []Token{Organisation(c.Organisation)}
	default:
		return []Token{Person(c.Person)}
	}
	if len(c.Sectors) == 0 {
		return []Token{t}
	}
	tokens := make([]Token, len(c.Sectors))
	for i, s := range c.Sectors {
		tokens[i] = InSector(t, s)
	}
	return tokens
}

func normal(tokens []Token) []Token {
	slices.Sort(tokens)
	return slices.Compact(tokens)
}

// Viewer is what decides what a person sees: who he is and where he is registered now.
// The zero Viewer is the public.
type Viewer struct {
	Person       string   // id; empty for the public
	Participant  string   // code, for officials
	Organisation string   // id, for people of stakeholder organisations
	Registered   bool     // at least one live registration
	Sectors      []string // the sectors he works in
	Groups       []string // groups and sections of his live registrations: "swg1.1", "swg1.1/west"
}

// Tokens compiles what the viewer holds, sorted, without doubles. Everybody holds Public; an official without a live
// registration holds beyond that only his own name.
func (v Viewer) Tokens() []Token {
	tokens := []Token{Public}
	if v.Person != "" {
		tokens = append(tokens, Person(v.Person))
	}
	if v.Organisation != "" {
		tokens = append(tokens, Organisation(v.Organisation))
	}
	if v.Registered && v.Participant != "" && v.Organisation == "" {
		tokens = append(tokens, Officials)
		own := []Token{Participant(v.Participant)}
		for _, g := range v.Groups {
			own = append(own, Group(g))
		}
		tokens = append(tokens, own...)
		for _, t := range own {
			for _, s := range v.Sectors {
				tokens = append(tokens, InSector(t, s))
			}
		}
	}
	return normal(tokens)
}

// Meet reports whether two sorted sets of tokens share one: whether the viewer sees the record.
func Meet(audience, viewer []Token) bool {
	for i, j := 0, 0; i < len(audience) && j < len(viewer); {
		switch strings.Compare(audience[i], viewer[j]) {
		case 0:
			return true
		case -1:
			i++
		default:
			j++
		}
	}
	return false
}

// Reason returns the first token that both sets hold: why the viewer sees the record.
func Reason(audience, viewer []Token) (Token, bool) {
	for _, t := range audience {
		if _, ok := slices.BinarySearch(viewer, t); ok {
			return t, true
		}
	}
	return "", false
}

// Wider returns the tokens of the audience to come that the audience that is does not hold: whom a change adds.
func Wider(is, toBe []Token) []Token {
	var added []Token
	for _, t := range toBe {
		if _, ok := slices.BinarySearch(is, t); !ok {
			added = append(added, t)
		}
	}
	return added
}

// Beyond is Wider without those whose holders the audience that is lets in already by another token: all of them where it
// is public, every official where it is for all officials, a section's members where it names their group, those of one
// sector where it names the whole. Who is named himself may be let in already all the same: tokens do not say where he
// is registered.
func Beyond(is, toBe []Token) []Token {
	return slices.DeleteFunc(Wider(is, toBe), func(t Token) bool { return includes(is, t) })
}

func includes(audience []Token, t Token) bool {
	has := func(t Token) bool {
		_, ok := slices.BinarySearch(audience, t)
		return ok
	}
	if has(Public) || t == Public {
		return has(Public)
	}
	whole, sector, narrowed := strings.Cut(t, "&")
	group, _, _ := strings.Cut(whole, "/")
	official := strings.HasPrefix(t, Participant("")) || strings.HasPrefix(t, Group(""))
	return official && has(Officials) || has(whole) || has(group) || narrowed && has(group+"&"+sector)
}

// Union returns every token of the sets, sorted, without doubles.
func Union(sets ...[]Token) []Token {
	var all []Token
	for _, s := range sets {
		all = append(all, s...)
	}
	return normal(all)
}

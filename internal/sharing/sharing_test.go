package sharing_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"tocsin/internal/record"
	. "tocsin/internal/sharing"
	"tocsin/internal/sharing/sharingtest"
)

func named(c record.Clause) (n int) {
	for _, s := range []string{c.Participant, c.Group, c.Organisation, c.Person} {
		if s != "" {
			n++
		}
	}
	return n
}

// may is the sharing rule once more, read straight from its definition, without tokens.
func may(r *record.Record, private bool, v Viewer) bool {
	official := v.Registered && v.Participant != "" && v.Organisation == ""
	inSectors := func(c record.Clause) bool {
		return len(c.Sectors) == 0 || slices.ContainsFunc(c.Sectors, func(s string) bool { return slices.Contains(v.Sectors, s) })
	}
	if r.Sharing.TLP == record.Red {
		if r.Author != "" && r.Author == v.Person || r.Author == "" && official && v.Participant == r.Owner {
			return true
		}
		return !private && v.Person != "" && slices.ContainsFunc(r.Sharing.Audience, func(c record.Clause) bool { return c.Person == v.Person && named(c) == 1 })
	}
	if official && v.Participant == r.Owner {
		return true
	}
	if private {
		return false
	}
	switch r.Sharing.TLP {
	case record.Clear:
		return true
	case record.Green:
		return official
	case record.Amber, record.AmberStrict:
		return slices.ContainsFunc(r.Sharing.Audience, func(c record.Clause) bool {
			switch {
			case named(c) != 1:
				return false
			case c.Participant != "":
				return official && c.Participant == v.Participant && inSectors(c)
			case r.Sharing.TLP == record.AmberStrict:
				return false
			case c.Group != "":
				return official && slices.Contains(v.Groups, c.Group) && inSectors(c)
			case c.Organisation != "":
				return c.Organisation == v.Organisation
			}
			return c.Person == v.Person
		})
	}
	return false
}

func TestTokensAgreeWithTheRule(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	seen := 0
	for range 200000 {
		r, private := sharingtest.Record(rng)
		v := sharingtest.Viewer(rng)
		want := may(r, private, v)
		if got := Meet(Of(r, private), v.Tokens()); got != want {
			t.Fatalf("record %+v (owner %s, author %s, private %v), viewer %+v: seen %v, the rule says %v\naudience %v\ntokens %v", r.Sharing, r.Owner, r.Author, private, v, got, want, Of(r, private), v.Tokens())
		}
		if want {
			seen++
		}
	}
	if seen < 20000 || seen > 180000 {
		t.Fatalf("%d of 200000 pairs are seen: the generator tries too little", seen)
	}
}

func TestNobodyIsNeverEverybody(t *testing.T) {
	outsider := Viewer{Person: "p9", Participant: "ZW", Registered: true, Sectors: []string{"health"}, Groups: []string{"wg3"}}
	for _, s := range []record.Sharing{{}, {TLP: "PURPLE"}, {TLP: record.Amber}, {TLP: record.AmberStrict}, {TLP: record.Red},
		{TLP: record.Amber, Audience: []record.Clause{{}}},
		{TLP: record.Amber, Audience: []record.Clause{{Participant: "GH", Group: "wg3"}}},
		{TLP: record.AmberStrict, Audience: []record.Clause{{Group: "wg3"}}},
		{TLP: record.Red, Audience: []record.Clause{{Participant: "ZW"}, {Group: "wg3"}}}} {
		r := &record.Record{Owner: "GH", Author: "p1", Sharing: s}
		if Meet(Of(r, false), outsider.Tokens()) {
			t.Errorf("%+v is seen by %+v", s, outsider)
		}
		if Meet(Of(r, false), Viewer{}.Tokens()) {
			t.Errorf("%+v is seen by the public", s)
		}
	}
}

func TestLeavingTakesEffect(t *testing.T) {
	r := &record.Record{Owner: "GH", Author: "p1", Sharing: record.Sharing{TLP: record.Green}}
	v := Viewer{Person: "p2", Participant: "GH", Registered: true}
	if !Meet(Of(r, false), v.Tokens()) {
		t.Fatal("a registered official does not see GREEN")
	}
	v.Registered = false
	if Meet(Of(r, false), v.Tokens()) || Meet(Of(r, true), v.Tokens()) {
		t.Fatal("an official whose registration has ended still sees")
	}
}

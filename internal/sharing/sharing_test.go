package sharing_test

import (
	"math/rand/v2"
	"testing"

	"tocsin/internal/record"
	. "tocsin/internal/sharing"
	"tocsin/internal/sharing/sharingtest"
)

func TestTokensAgreeWithTheRule(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	seen := 0
	for range 200000 {
		r, private := sharingtest.Record(rng)
		v := sharingtest.Viewer(rng)
		want := sharingtest.May(r, private, v)
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

// TestAudienceIsAUnion: who sees a record whose audience has several clauses is who sees it by one of them; no second copy
// is needed for a second group.
func TestAudienceIsAUnion(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	several := 0
	for range 100000 {
		r, private := sharingtest.Record(rng)
		v := sharingtest.Viewer(rng).Tokens()
		if len(r.Sharing.Audience) < 2 {
			continue
		}
		several++
		by := false
		for _, c := range r.Sharing.Audience {
			one := r.Clone()
			one.Sharing.Audience = []record.Clause{c}
			by = by || Meet(Of(one, private), v)
		}
		if got := Meet(Of(r, private), v); got != by {
			t.Fatalf("%+v: seen %v, by one of the clauses %v; tokens %v", r.Sharing, got, by, v)
		}
	}
	if several < 30000 {
		t.Fatalf("only %d have several clauses", several)
	}
}

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

// TestBeyond: where nothing of an audience to come lies beyond the audience that is, nobody sees what he did not see, and
// to narrow is not to go beyond.
func TestBeyond(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	within := 0
	for range 200000 {
		before, private := sharingtest.Record(rng)
		after := before.Clone()
		other, _ := sharingtest.Record(rng)
		after.Sharing = other.Sharing
		is, toBe := Of(before, private), Of(after, private)
		if len(Beyond(is, toBe)) > 0 {
			continue
		}
		within++
		v := sharingtest.Viewer(rng)
		v.Groups = append(v.Groups, "swg1.1") // who is in a section is in its group
		if v := v.Tokens(); Meet(toBe, v) && !Meet(is, v) {
			t.Fatalf("from %v to %v lets in %v", is, toBe, v)
		}
	}
	if within < 20000 {
		t.Fatalf("only %d narrow", within)
	}
	for _, x := range []struct {
		is, toBe []Token
		beyond   int
	}{
		{[]Token{Public}, []Token{Officials, "o:chem", "u:p1"}, 0},
		{[]Token{Officials}, []Token{"g:wg1", "p:GH", "p:SL&s:customs"}, 0},
		{[]Token{Officials}, []Token{"o:chem", Public, "u:p1"}, 3},
		{[]Token{"g:swg1.1", "p:GH"}, []Token{"g:swg1.1/west", "g:swg1.1/west&s:health", "p:GH&s:customs"}, 0},
		{[]Token{"g:swg1.1&s:health"}, []Token{"g:swg1.1/west&s:health", "g:swg1.1/west&s:customs"}, 1},
		{[]Token{"g:swg1.1/west", "p:GH&s:customs"}, []Token{"g:swg1.1", "p:GH"}, 2},
	} {
		if got := Beyond(x.is, x.toBe); len(got) != x.beyond {
			t.Errorf("from %v to %v: beyond is %v", x.is, x.toBe, got)
		}
	}
}

package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

var (
	forAll = record.Sharing{TLP: record.Green}
	ours   = record.Sharing{TLP: record.Amber}
)

func (w *world) make(who string, sharing record.Sharing, word string) *record.Record {
	w.t.Helper()
	r, err := w.Create(context.Background(), w.as(who), app.Draft{Kind: "incident", Sharing: sharing, Body: incident(word)})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestWhatIsNew: what comes after a mark is new, what is hidden is not there, and what one follows is told when it changes.
func TestWhatIsNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		followed := w.make("ama", forAll, "seen")
		hidden := w.make("ama", ours, "hidden")
		news := func() *app.News {
			t.Helper()
			n, err := w.News(ctx, w.as("fatu"))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		first := news()
		if first.Marked || len(first.Kinds) != 1 || first.Kinds[0].N != 1 || first.Kinds[0].Newest[0].ID != followed.ID {
			t.Fatalf("before a mark: %+v", first)
		}
		if err := w.Follow(ctx, w.as("fatu"), followed.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := w.Follow(ctx, w.as("fatu"), hidden.ID, true); app.CodeOf(err) != app.NotFound {
			t.Errorf("following the hidden: %v", err)
		}
		if err := w.MarkSeen(ctx, w.as("fatu"), first.Upto); err != nil {
			t.Fatal(err)
		}
		if n := news(); !n.Marked || len(n.Kinds) != 0 || len(n.Followed) != 0 {
			t.Errorf("after the mark: %+v", n)
		}
		changed, err := w.Update(ctx, w.as("ama"), followed.ID, 1, app.Draft{Sharing: forAll, Body: incident("changed")})
		if err != nil {
			t.Fatal(err)
		}
		w.make("ama", ours, "hidden too")
		n := news()
		if len(n.Kinds) != 1 || n.Kinds[0].N != 1 || len(n.Followed) != 1 || n.Followed[0].Version != changed.Version {
			t.Errorf("after a change: %+v", n)
		}
		if err := w.MarkSeen(ctx, w.as("fatu"), first.Upto); err != nil { // an old page: the mark stays
			t.Fatal(err)
		}
		if err := w.MarkSeen(ctx, w.as("fatu"), "AAAA"); app.CodeOf(err) != app.Invalid {
			t.Errorf("a mark made up: %v", err)
		}
		if _, err := w.Update(ctx, w.as("ama"), followed.ID, 2, app.Draft{Sharing: ours, Body: incident("narrowed")}); err != nil {
			t.Fatal(err)
		}
		if n := news(); len(n.Kinds)+len(n.Followed) != 0 {
			t.Errorf("what was narrowed is told: %+v", n)
		}
	})
}

// TestLook: a person is shown what has changed since he looked; it is kept in the database.
func TestLook(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	r := w.make("ama", forAll, "one")
	look := func() int {
		t.Helper()
		x, err := w.Get(ctx, w.as("fatu"), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		before, err := w.Look(ctx, w.as("fatu"), x)
		if err != nil {
			t.Fatal(err)
		}
		return before.Version
	}
	if look() != 0 || look() != 1 {
		t.Error("the first look is not kept")
	}
	if err := w.WriteLooks(ctx); err != nil {
		t.Fatal(err)
	}
	if look() != 1 {
		t.Error("the look is not written")
	}
	if _, err := w.Update(ctx, w.as("ama"), r.ID, 1, app.Draft{Sharing: forAll, Body: incident("two")}); err != nil {
		t.Fatal(err)
	}
	if look() != 1 || look() != 2 {
		t.Error("the second look is not kept")
	}
}

// TestSaved: names and addresses are checked, belong to a person, have limits, and what is watched is told once.
func TestSaved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		fatu := w.as("fatu")
		for _, bad := range []string{"", "https://evil.example/records/incident", "//evil.example", "/records/nothing", "/people", `/\evil`, "/records/incident?q=" + strings.Repeat("x", 3000), "%zz"} {
			if _, err := w.Save(ctx, fatu, "", "name", bad, false); app.CodeOf(err) != app.Invalid {
				t.Errorf("%.40q: %v", bad, err)
			}
		}
		for _, bad := range []string{"", strings.Repeat("x", 101), "a\u202eb"} {
			if _, err := w.Save(ctx, fatu, "", bad, "/search?q=x", false); app.CodeOf(err) != app.Invalid {
				t.Errorf("name %.20q: %v", bad, err)
			}
		}
		w.make("ama", forAll, "before")
		s, err := w.Save(ctx, fatu, "", " Seizures ", "/records/incident?after=zz&lang=fr&place=GH", true)
		if err != nil || s.Name != "Seizures" || s.Address != "/records/incident?place=GH" {
			t.Fatal(s, err)
		}
		search, err := w.Save(ctx, fatu, "", "Words", "/search?q=zqword", true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Save(ctx, w.as("sahr"), s.ID, "stolen", "", false); app.CodeOf(err) != app.NotFound {
			t.Errorf("another's: %v", err)
		}
		if err := w.ForgetSaved(ctx, w.as("sahr"), s.ID); app.CodeOf(err) != app.NotFound {
			t.Errorf("another's forgotten: %v", err)
		}
		told := func() []app.Told {
			t.Helper()
			for range 2 { // the clock calls it again and again
				if err := w.TellMatches(ctx); err != nil {
					t.Fatal(err)
				}
			}
			list, err := w.Told(ctx, fatu, 50)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		w.make("ama", ours, "zqword")
		if list := told(); len(list) != 0 {
			t.Errorf("told of the hidden, or of what was there: %v", list)
		}
		r := w.make("ama", forAll, "zqword")
		list := told()
		if len(list) != 2 || list[0].Record != r.ID || list[1].Record != r.ID {
			t.Fatalf("told %v", list)
		}
		for _, n := range list {
			if n.Reason != "match@"+s.ID && n.Reason != "match@"+search.ID {
				t.Errorf("reason %q", n.Reason)
			}
		}
		if n, err := w.Unseen(ctx, fatu, 99); err != nil || n != 1 {
			t.Errorf("%d unread, %v", n, err)
		}
		if _, err := w.Update(ctx, w.as("ama"), r.ID, 1, app.Draft{Sharing: ours, Body: incident("zqword")}); err != nil {
			t.Fatal(err)
		}
		if n, err := w.Unseen(ctx, fatu, 99); err != nil || n != 0 {
			t.Errorf("%d unread of what is hidden now, %v", n, err)
		}
	})
}

// TestSavedLimits: neither saved searches nor watched ones grow without end.
func TestSavedLimits(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	watched, saved := 0, 0
	for i := range 60 {
		_, err := w.Save(ctx, w.as("fatu"), "", fmt.Sprint(i), "/search?q=x", i < 20)
		switch {
		case err == nil:
			saved++
			if i < 20 {
				watched++
			}
		case app.CodeOf(err) != app.Conflict:
			t.Fatal(err)
		}
	}
	if watched != 10 || saved != 50 {
		t.Errorf("%d saved, %d watched", saved, watched)
	}
}

// TestExplore: a series adds only what the viewer sees, by weeks, months and years, and the public has none.
func TestExplore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		w.make("ama", forAll, "a")
		w.make("ama", ours, "b")
		w.make("ama", record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}}}, "c")
		for who, want := range map[string]float64{"ama": 3, "fatu": 2, "mere": 1, "urs": 0} {
			for _, place := range []string{"GH", app.World} {
				for _, step := range []string{app.ByWeek, app.ByMonth, app.ByYear} {
					x, err := w.Explore(ctx, w.as(who), app.ExploreQuery{Places: []string{place}, Source: "incident/seizure", From: "2023", To: "2026", Step: step})
					if err != nil {
						t.Fatal(err)
					}
					sum := 0.0
					for _, v := range x.Curves[0].Values {
						sum += v
					}
					if len(x.Curves) != 1 || x.Curves[0].Total != want || sum != want || len(x.Curves[0].Values) != len(x.Steps) {
						t.Errorf("%s %s %s: %v of %v", who, place, step, x.Curves[0].Total, want)
					}
				}
			}
		}
		if _, err := w.Explore(ctx, app.Public, app.ExploreQuery{}); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the public: %v", err)
		}
		for name, q := range map[string]app.ExploreQuery{
			"place":    {Places: []string{"XX"}},
			"many":     {Places: []string{"GH", "SL", "NZ", "CH", "LR", "NG", "US"}},
			"both":     {Places: []string{"GH", "SL"}, Substances: []string{"fentanyl", "heroin"}},
			"name":     {Substances: []string{"no such thing"}},
			"source":   {Source: "x'; DROP TABLE observation"},
			"measure":  {Source: "identification", Measure: "g"},
			"backward": {From: "2025", To: "2023"},
			"long":     {From: "1900"},
			"date":     {From: "yesterday"},
			"step":     {Step: "day"},
		} {
			if _, err := w.Explore(ctx, w.as("ama"), q); app.CodeOf(err) != app.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestBulk: each record by its own rule, none half, and the hidden as if it were not there.
func TestBulk(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	mine, closed, foreign, hidden := w.make("ama", forAll, "a"), w.make("ama", forAll, "b"), w.make("mere", forAll, "c"), w.make("mere", ours, "d")
	if _, err := w.Step(ctx, w.as("ama"), closed.ID, 1, "close", "done"); err != nil {
		t.Fatal(err)
	}
	chosen := []app.Chosen{{ID: mine.ID, Version: 1}, {ID: closed.ID, Version: 1}, {ID: foreign.ID, Version: 1}, {ID: hidden.ID, Version: 1}, {ID: "nothing"}, {ID: mine.ID, Version: 1}}
	out, err := w.Bulk(ctx, w.as("kofi"), "incident", chosen, app.Deed{Do: app.StepOf("confirm")})
	if err != nil || len(out) != 5 {
		t.Fatal(out, err)
	}
	want := []app.Code{"", app.Conflict, app.Forbidden, app.NotFound, app.NotFound}
	for i, o := range out {
		code := app.Code("")
		if o.Err != nil {
			code = app.CodeOf(o.Err)
		}
		if code != want[i] || (o.Shown == nil) != (want[i] == app.NotFound) {
			t.Errorf("%d: %v, want %q", i, o.Err, want[i])
		}
	}
	if out[3].Err.Error() != out[4].Err.Error() {
		t.Error("the hidden is answered otherwise than none at all")
	}
	if x, err := w.Get(ctx, w.as("mere"), foreign.ID); err != nil || x.Version != 1 {
		t.Error("another's was changed", err)
	}
	for _, do := range []string{"", "step:expire", "step:nothing", "retract", app.BulkAcknowledge} {
		if _, err := w.Bulk(ctx, w.as("ama"), "incident", chosen, app.Deed{Do: do}); app.CodeOf(err) != app.Invalid {
			t.Errorf("%q: %v", do, err)
		}
	}
	if _, err := w.Bulk(ctx, w.as("ama"), "incident", make([]app.Chosen, app.MaxChosen+1), app.Deed{Do: app.BulkRead}); app.CodeOf(err) != app.Invalid {
		t.Errorf("too many: %v", err)
	}
	if _, err := w.Bulk(ctx, app.Public, "incident", chosen, app.Deed{Do: app.BulkRead}); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("the public: %v", err)
	}
	var b strings.Builder
	if n, err := w.ExportChosen(ctx, w.as("ama"), "incident", chosen, table.NewCSV(&b)); err != nil || n != 3 || strings.Contains(b.String(), hidden.ID) {
		t.Errorf("%d exported: %v", n, err)
	}
}

// TestBringBack: an earlier version becomes a new one, nobody sees more without its being asked for, and only the owner may.
func TestBringBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		r := w.make("ama", forAll, "zqfirst")
		if _, err := w.Update(ctx, w.as("ama"), r.ID, 1, app.Draft{Sharing: ours, Body: incident("zqsecond")}); err != nil {
			t.Fatal(err)
		}
		ret, err := w.ReturnTo(ctx, w.as("ama"), r.ID, 1)
		if err != nil || !ret.Shares || len(ret.Widens) == 0 {
			t.Fatal(ret, err)
		}
		for who, want := range map[string]app.Code{"fatu": app.NotFound, "mere": app.NotFound} {
			if _, err := w.BringBack(ctx, w.as(who), r.ID, 2, 1, true); app.CodeOf(err) != want {
				t.Errorf("%s: %v", who, err)
			}
		}
		back, err := w.BringBack(ctx, w.as("ama"), r.ID, 2, 1, false)
		if err != nil || back.Version != 3 || back.Sharing.TLP != record.Amber || !strings.Contains(string(back.Body), "zqfirst") {
			t.Fatal(back, err)
		}
		if _, err := w.BringBack(ctx, w.as("ama"), r.ID, 2, 1, false); app.CodeOf(err) != app.Conflict {
			t.Errorf("on an old version: %v", err)
		}
		for _, n := range []int{0, 3, 99} {
			if _, err := w.BringBack(ctx, w.as("ama"), r.ID, 3, n, false); app.CodeOf(err) != app.NotFound {
				t.Errorf("version %d: %v", n, err)
			}
		}
		if back, err = w.BringBack(ctx, w.as("kofi"), r.ID, 3, 1, true); err != nil || back.Sharing.TLP != record.Green {
			t.Fatal(back, err)
		}
		if _, err := w.BringBack(ctx, w.as("fatu"), r.ID, 4, 2, false); app.CodeOf(err) != app.Forbidden {
			t.Errorf("one who sees it: %v", err)
		}
		past, err := w.History(ctx, w.as("ama"), r.ID)
		if err != nil || len(past) != 4 || past[0].Action != "bring-back" {
			t.Errorf("%d versions: %v", len(past), err)
		}
		if _, err := w.Verify(ctx); err != nil {
			t.Error(err)
		}
	})
}

// TestFind: the counts by kind and the snippets hold what the viewer sees and nothing else.
func TestFind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		w.make("ama", forAll, "found near the ZQharbour at night")
		w.make("ama", ours, "zqharbour zqsecret")
		for who, want := range map[string]int{"ama": 2, "fatu": 1, "urs": 0} {
			counts, err := w.SearchKinds(ctx, w.as(who), "zqharb")
			if err != nil || counts["incident"] != want {
				t.Errorf("%s counts %v: %v", who, counts, err)
			}
			l, err := w.Find(ctx, w.as(who), app.Query{Text: "zqharb", Kind: "incident"})
			if err != nil || len(l.Records) != want {
				t.Errorf("%s finds %d: %v", who, len(l.Records), err)
			}
		}
		l, err := w.Find(ctx, w.as("fatu"), app.Query{Text: "zqharb"})
		if err != nil || len(l.Records) != 1 {
			t.Fatal(err)
		}
		var hit []string
		for _, p := range app.Snippet(l.Records[0], "zqharb", "en") {
			if p.Hit {
				hit = append(hit, p.Text)
			}
		}
		if !slices.Equal(hit, []string{"ZQharbour"}) {
			t.Errorf("marked %q", hit)
		}
	})
}

// TestColleagues: officials know their ours, those of their groups, focal points and co-chairs; nobody else knows anybody.
func TestColleagues(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	for who, want := range map[string]string{"ama": "ama kofi", "sahr": "ama kofi", "fatu": "kofi", "mere": "ama kofi", "urs": "", "public": ""} {
		known, _, err := w.Colleagues(ctx, w.as(who), "GH")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range known {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s knows %q, want %q", who, got, want)
		}
	}
	_, others, err := w.Colleagues(ctx, w.as("fatu"), "GH")
	if err != nil || others != 1 {
		t.Errorf("%d others: %v", others, err)
	}
}

// TestToDecide: a proposal waits for the owner until it is decided, and for nobody else.
func TestToDecide(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	r := w.make("ama", forAll, "a")
	if err := w.Propose(ctx, w.as("fatu"), r.ID, "look again", nil); err != nil {
		t.Fatal(err)
	}
	waits := func(who string) int {
		t.Helper()
		o, err := w.Overview(ctx, w.as(who))
		if err != nil {
			t.Fatal(err)
		}
		return len(o.Tasks)
	}
	if waits("kofi") != 1 || waits("fatu") != 0 || waits("urs") != 0 {
		t.Error("the proposal waits for the wrong people")
	}
	props, err := w.Proposals(ctx, w.as("ama"), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Decide(ctx, w.as("ama"), r.ID, props[0].ID, false); err != nil {
		t.Fatal(err)
	}
	if waits("kofi") != 0 {
		t.Error("what was decided still waits")
	}
}

package simulation_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/exchange/iati/iatitest"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/simulation"
	"tocsin/internal/store/storetest"
)

// played returns an App with a demonstration as it is on a day, and the ids of what was there before the programme.
func played(t *testing.T, now time.Time) (*app.App, map[string]bool) {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, storetest.SQLite(t), app.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	span, err := app.LastWeek(record.DateOf(now))
	if err != nil {
		t.Fatal(err)
	}
	span.From -= 25
	for _, step := range []func() error{
		func() error { return a.Found(ctx, app.Operator) },
		func() error {
			_, err := a.Enrol(ctx, app.Operator, simulation.People(a.Directory(), now.AddDate(-1, -6, 0)))
			return err
		},
		func() error { return a.Simulate(ctx, app.Operator, simulation.Reports(now, 1)) },
		func() error { _, err := a.Detect(ctx, app.Operator, span); return err },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	before := map[string]bool{}
	for _, s := range all(t, a) {
		before[s.ID] = true
	}
	began := time.Now()
	if err := simulation.Programme(ctx, a, a.Directory()); err != nil {
		t.Fatal(err)
	}
	t.Logf("the programme took %v", time.Since(began).Round(time.Millisecond))
	return a, before
}

// all returns every record of the kinds that the programme makes.
func all(t *testing.T, a *app.App) []*app.Shown {
	t.Helper()
	var out []*app.Shown
	for _, k := range kinds.All {
		if slices.Contains(kinds.Reports(), k) {
			continue
		}
		if err := a.Each(context.Background(), app.Operator, app.Query{Kind: k.Name}, func(s *app.Shown) error { out = append(out, s); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// states are what the programme leaves behind: how many of each kind in each state.
var states = map[string]map[string]int{
	"meeting":        {"planned": 3, "invited": 7, "cancelled": 1, "held": 1, "minuted": 3, "approved": 4},
	"recommendation": {"drafted": 1, "consulted": 1, "agreed": 1, "withdrawn": 1},
	"alert":          {"issued": 1},
	"action":         {"announced": 5, "under-way": 3, "done": 2, "abandoned": 1},
	"commitment":     {"under-way": 2, "done": 1},
	"pledge":         {"in-force": 1},
	"pledge-report":  {"submitted": 2},
	"initiative":     {"published": 2, "full": 1},
	"interest":       {"received": 1, "considered": 1, "offered": 2, "waiting-list": 1, "declined": 1, "taking-part": 2, "finished": 1, "taken-back": 1},
	"need":           {"open": 4, "partly-met": 1, "met": 1},
	"contribution":   {"pledged": 2, "committed": 1, "disbursing": 2, "completed": 1},
	"organisation":   {"verified": 3},
	"call":           {"open": 2},
	"submission":     {"published": 1, "submitted": 1},
	"expert":         {"listed": 6},
	"question":       {"asked": 1, "answered": 1},
	"topic":          {"open": 3},
	"announcement":   {"published": 4},
	"document":       {"published": 3},
	"service":        {"declared": 3, "verified": 5},
	"workforce":      {"declared": 2, "verified": 2},
	"law":            {"in-force": 4, "proposed": 1},
	"figure":         {"reported": 6},
}

// TestTheProgramme looks at a demonstration from several sides.
func TestTheProgramme(t *testing.T) {
	a, before := played(t, time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	t.Run("states", func(t *testing.T) { checkStates(t, a, before) })
	t.Run("links", func(t *testing.T) { checkLinks(t, a, before) })
	t.Run("chain", func(t *testing.T) { checkChain(t, a) })
	t.Run("commitments", func(t *testing.T) { checkCommitments(t, a) })
	t.Run("capacity", func(t *testing.T) { checkCapacity(t, a) })
	t.Run("notices", func(t *testing.T) { checkNotices(t, a) })
	t.Run("audiences", func(t *testing.T) { checkAudiences(t, a) })
	t.Run("contributions", func(t *testing.T) { checkContributions(t, a) })
	t.Run("journal", func(t *testing.T) {
		if v, err := a.Verify(context.Background()); err != nil || len(v.Problems) > 0 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// checkContributions writes the contributions that everybody and the operator see as IATI by its schema, and finds those
// of the operator in an empty database.
func checkContributions(t *testing.T, a *app.App) {
	ctx := context.Background()
	var file strings.Builder
	for n, v := range map[int]app.Viewer{3: app.Public, 6: app.Operator} {
		file.Reset()
		if err := a.ExportIATI(ctx, v, &file); err != nil {
			t.Fatal(err)
		}
		if err := iatitest.Validate(file.String()); err != nil || strings.Count(file.String(), "<iati-activity ") != n {
			t.Errorf("%d contributions: %v\n%s", n, err, file.String())
		}
	}
	file.Reset()
	if err := a.ExportIATI(ctx, app.Operator, &file); err != nil {
		t.Fatal(err)
	}
	other, err := app.Open(ctx, storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, want := range []app.IATIReport{{Accepted: 6}, {Unchanged: 6}} {
		if got, err := other.ImportIATI(ctx, app.Operator, "CA", strings.NewReader(file.String())); err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
	}
}

// TestTheProgrammeOnAnyDay plays it late on a leap day, which other zones have left.
func TestTheProgrammeOnAnyDay(t *testing.T) {
	a, before := played(t, time.Date(2028, 2, 29, 23, 30, 0, 0, time.UTC))
	checkStates(t, a, before)
}

// checkStates finds what the programme makes in the states that it shall be in, all of it somebody's and simulated.
func checkStates(t *testing.T, a *app.App, before map[string]bool) {
	made := map[string]map[string]int{}
	for _, s := range all(t, a) {
		if before[s.ID] {
			continue
		}
		if made[s.Record.Kind] == nil {
			made[s.Record.Kind] = map[string]int{}
		}
		made[s.Record.Kind][s.State]++
		if !s.Simulated {
			t.Errorf("%s %v does not say that it is simulated", s.Record.Kind, s.Title)
		}
		if s.Author == "" {
			t.Errorf("%s %v is nobody's work", s.Record.Kind, s.Title)
		}
	}
	for kind := range states {
		if !maps.Equal(made[kind], states[kind]) {
			t.Errorf("%s: %v, not %v", kind, made[kind], states[kind])
		}
	}
	for kind := range made {
		if states[kind] == nil {
			t.Errorf("nobody expects a %s", kind)
		}
	}
}

// checkLinks finds no link that no page could have made: what a record answers and belongs to is its kind's to say.
func checkLinks(t *testing.T, a *app.App, before map[string]bool) {
	for _, s := range all(t, a) {
		for _, l := range s.Links {
			if before[s.ID] || l.Relation == record.CausedBy {
				continue
			}
			to, err := a.Get(context.Background(), app.Operator, l.To)
			if err != nil {
				t.Fatal(err)
			}
			series := s.Record.Kind == "meeting" && to.Record.Kind == "meeting"
			allowed := map[record.Relation][]string{record.Answers: s.Kind.Follows, record.PartOf: s.Kind.Under}[l.Relation]
			if !series && !slices.Contains(allowed, to.Record.Kind) {
				t.Errorf("%s %v: %s a %s", s.Record.Kind, s.Title, l.Relation, to.Record.Kind)
			}
		}
	}
}

func as(t *testing.T, a *app.App, email string) app.Viewer {
	t.Helper()
	v, err := a.ViewerByEmail(context.Background(), email)
	if err != nil {
		t.Fatalf("%s: %v", email, err)
	}
	return v
}

func list(t *testing.T, a *app.App, v app.Viewer, q app.Query) []*app.Shown {
	t.Helper()
	q.Limit = app.MaxPage
	l, err := a.List(context.Background(), v, q)
	if err != nil {
		t.Fatal(err)
	}
	return l.Records
}

// checkChain follows the links from Sierra Leone's commitment down to what a laboratory found, as its chemist sees them.
func checkChain(t *testing.T, a *app.App) {
	ctx := context.Background()
	v := as(t, a, "chemist@sl.example")
	mine := list(t, a, v, app.Query{Kind: "commitment", Owner: "SL"})
	if len(mine) != 1 {
		t.Fatalf("%d commitments", len(mine))
	}
	for at, kind := range []string{"recommendation", "alert", "signal", "identification"} {
		var next *app.Shown
		for _, l := range mine[at].Links {
			if to, err := a.Get(ctx, v, l.To); err == nil && to.Record.Kind == kind {
				next = to
			}
		}
		if next == nil {
			t.Fatalf("the %s has no link to a %s", mine[at].Record.Kind, kind)
		}
		mine = append(mine, next)
	}
}

func checkCommitments(t *testing.T, a *app.App) {
	standing := map[string]string{}
	for _, s := range list(t, a, app.Operator, app.Query{Kind: "commitment"}) {
		if b := s.Fields.(*programme.Promise); s.Simulated {
			standing[s.Owner] = b.Progress(record.DateOf(a.Now())).Standing
		}
	}
	if want := map[string]string{"SL": "on-track", "GH": "late", "CO": "milestones-done"}; !maps.Equal(standing, want) {
		t.Errorf("%v, not %v", standing, want)
	}
}

// checkCapacity finds the single place of the fellowship taken, so that it cannot be offered again.
func checkCapacity(t *testing.T, a *app.App) {
	for _, s := range list(t, a, app.Operator, app.Query{Kind: "interest", State: "waiting-list"}) {
		if _, err := a.Step(context.Background(), as(t, a, "expert@fr.example"), s.ID, s.Version, "offer", ""); app.CodeOf(err) != app.Conflict {
			t.Errorf("a second place of one was offered: %v", err)
		}
	}
}

// checkNotices finds that those were told whom the steps concern.
func checkNotices(t *testing.T, a *app.App) {
	for email, kinds := range map[string][]string{
		"focal@sl.example":      {"alert", "pledge", "meeting"},
		"officer@unodc.example": {"alert", "interest", "meeting", "recommendation"},
		"expert@br.example":     {"alert", "meeting", "recommendation", "question", "announcement"},
		"health@lr.example":     {"interest", "organisation"},
		"official@ke.example":   {"alert", "interest"},
		"partner@ngo.example":   {"submission"},
	} {
		told, err := a.Told(context.Background(), as(t, a, email), 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range kinds {
			if !slices.ContainsFunc(told, func(x app.Told) bool { return x.Subject.Kind == k }) {
				t.Errorf("%s was told of no %s", email, k)
			}
		}
	}
}

// checkAudiences counts what some see of what is not everybody's.
func checkAudiences(t *testing.T, a *app.App) {
	for _, c := range []struct {
		email string
		q     app.Query
		want  int
	}{
		{"", app.Query{Kind: "announcement"}, 3},
		{"", app.Query{Kind: "recommendation"}, 0},
		{"", app.Query{Kind: "submission"}, 1},
		{"", app.Query{Kind: "meeting", State: "invited"}, 1},
		{"expert@br.example", app.Query{Kind: "recommendation"}, 4},
		{"expert@kz.example", app.Query{Kind: "recommendation"}, 1},
		{"visitor@ch.example", app.Query{Kind: "need"}, 0},
		{"partner@ngo.example", app.Query{Kind: "submission"}, 2},
		{"partner@ngo.example", app.Query{Kind: "need"}, 0},
		{"official@ke.example", app.Query{Kind: "interest"}, 1},
		{"officer@unodc.example", app.Query{Kind: "interest"}, 5},
	} {
		v := app.Public
		if c.email != "" {
			v = as(t, a, c.email)
		}
		if got := len(list(t, a, v, c.q)); got != c.want {
			t.Errorf("%q sees %d of %+v, not %d", c.email, got, c.q, c.want)
		}
	}
}

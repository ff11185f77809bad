package pages

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/store"
	"tocsin/internal/web/ui"
)

// homeView is the overview of someone who is signed in.
type homeView struct {
	quick   []action
	alerts  []alertCard
	tasks   []relatedLine
	news    newsView
	saved   []relatedLine
	stats   []ui.Stat
	world   templ.Component
	unusual []signalCard
	newest  []ui.Row
	columns []ui.Column
	none    ui.Empty // for when nothing is new
}

// alertCard is an alert that the viewer has to acknowledge.
type alertCard struct {
	id, title, owner, told string
	instruction            string
}

// newsView is what is new since the viewer said that he had seen everything.
type newsView struct {
	since, upto string
	parts       []newsPart
}

// newsPart are the new records of one kind, or of what the viewer follows.
type newsPart struct {
	title, count, all string
	lines             []relatedLine
}

func (s *Site) overview(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	if !v.SignedIn() {
		s.front(w, r)
		return
	}
	o, err := s.app.Overview(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	saved, err := s.app.Saved(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	requests, err := s.recoveryLines(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := &homeView{world: s.world(ctx, "counted", ui.T(ctx, "home.map", "n", o.Weeks), o.ByCountry), unusual: s.signalCards(ctx, o.Unusual),
		alerts: s.alertCards(ctx, o.Alerts), tasks: append(requests, s.taskLines(ctx, o.Tasks)...), news: s.newsOf(ctx, o.News), saved: savedLines(saved)}
	if v.Official() {
		p.quick = s.quickReports(ctx)
		p.none.Label, p.none.URL = ui.T(ctx, "record.new"), "/records/identification/new"
	}
	total := 0.0
	for _, n := range o.ByCountry {
		total += n
	}
	p.stats = []ui.Stat{
		{Label: ui.T(ctx, "home.waiting"), Value: ui.Num(ctx, len(o.Alerts)+len(p.tasks)), URL: "#waiting"},
		{Label: ui.T(ctx, "home.unusual"), Value: ui.Num(ctx, len(o.Unusual)), URL: "/signals"},
		{Label: ui.T(ctx, "home.counted", "n", o.Weeks), Value: ui.Num(ctx, total), URL: "/explore"},
		{Label: ui.T(ctx, "home.countries"), Value: ui.Num(ctx, len(o.ByCountry)), URL: "/participants"},
	}
	p.columns = []ui.Column{{Label: ui.T(ctx, "list.title")}, {Label: ui.T(ctx, "list.kind")}, {Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "list.changed")}}
	p.none.Title, p.none.Text = ui.T(ctx, "list.empty"), ui.T(ctx, "list.empty-detail")
	for _, x := range o.Newest {
		p.newest = append(p.newest, ui.Row{URL: "/r/" + x.ID, Cells: []templ.Component{ui.Text(s.title(ctx, x)), ui.Text(ui.T(ctx, "kind."+x.Record.Kind+".one")), ui.Text(s.ownerName(ctx, x.Owner)), ui.Text(ui.DateTime(ctx, x.Updated))}})
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "menu.overview"), Maps: true, TLP: strictest(o.Unusual, o.Newest)}, homePage(p))
}

// quickReports lead to the forms in which countries report.
func (s *Site) quickReports(ctx context.Context) []action {
	var out []action
	for i, k := range kinds.Reports() {
		out = append(out, action{label: ui.T(ctx, "home.report", "kind", ui.T(ctx, "kind."+k.Name+".one")), url: "/records/" + k.Name + "/new", main: i == 0})
	}
	return out
}

func (s *Site) alertCards(ctx context.Context, list []app.Told) []alertCard {
	var out []alertCard
	for _, t := range list {
		k, ok := kinds.Get(t.Subject.Kind)
		if !ok {
			continue
		}
		instruction := textIn(bodyOf(t.Subject)["instruction"], lang(ctx))
		out = append(out, alertCard{id: t.Record, title: s.titleOf(ctx, k, t.Subject), owner: s.ownerName(ctx, t.Subject.Owner), told: ui.DateTime(ctx, t.At), instruction: trim(instruction, 280)})
	}
	return out
}

func (s *Site) taskLines(ctx context.Context, list []app.Task) []relatedLine {
	var out []relatedLine
	for _, t := range list {
		l := relatedLine{kind: ui.T(ctx, "task."+t.What), title: s.title(ctx, t.Subject), url: "/r/" + t.Subject.ID, relation: trim(t.Detail, 120), state: stateOf(ctx, t.Subject.Record)}
		if t.Due != "" {
			due := ui.T(ctx, "task.due", "date", ui.Date(ctx, string(t.Due)))
			if l.relation != "" {
				due = l.relation + " · " + due
			}
			l.relation = due
		}
		out = append(out, l)
	}
	return out
}

func (s *Site) newsOf(ctx context.Context, n *app.News) newsView {
	out := newsView{since: ui.T(ctx, "news.week"), upto: n.Upto}
	if n.Marked {
		out.since = ui.T(ctx, "news.since", "time", ui.DateTime(ctx, n.Since))
	}
	for _, k := range n.Kinds {
		p := newsPart{title: ui.T(ctx, "kind."+k.Kind+".many"), count: capped(ctx, k.N), all: "/records/" + k.Kind}
		p.lines = s.changedLines(ctx, k.Newest)
		out.parts = append(out.parts, p)
	}
	if len(n.Followed) > 0 {
		out.parts = append(out.parts, newsPart{title: ui.T(ctx, "news.followed"), count: capped(ctx, len(n.Followed)), lines: s.changedLines(ctx, n.Followed[:min(len(n.Followed), 20)])})
	}
	return out
}

func (s *Site) changedLines(ctx context.Context, list []*app.Shown) []relatedLine {
	var out []relatedLine
	for _, x := range list {
		out = append(out, relatedLine{title: s.title(ctx, x), url: "/r/" + x.ID, relation: s.ownerName(ctx, x.Owner) + " · " + ui.DateTime(ctx, x.Updated), state: stateOf(ctx, x.Record)})
	}
	return out
}

// capped writes a count that goes to 100.
func capped(ctx context.Context, n int) string {
	if n >= 100 {
		return ui.Num(ctx, 100) + "+"
	}
	return ui.Num(ctx, n)
}

func savedLines(list []store.Saved) []relatedLine {
	var out []relatedLine
	for _, x := range list[:min(len(list), 12)] {
		out = append(out, relatedLine{title: x.Name, url: x.Address})
	}
	return out
}

// markSeen keeps that the viewer has seen what is new.
func (s *Site) markSeen(w http.ResponseWriter, r *http.Request) {
	if err := s.app.MarkSeen(r.Context(), s.Viewer(r), r.PostFormValue("upto")); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "news.marked")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// follow begins or ends to follow a record.
func (s *Site) follow(w http.ResponseWriter, r *http.Request) {
	on := r.PostFormValue("follow") == "yes"
	err := s.app.Follow(r.Context(), s.Viewer(r), r.PathValue("id"), on)
	if err == nil && on {
		s.Flash(r, ui.Good, "follow.done")
	}
	s.done(w, r, err, "", nil)
}

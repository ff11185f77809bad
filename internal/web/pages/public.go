package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// listable reports whether the viewer may ask for the list of a kind; a stranger is sent to the sign-in page otherwise.
func (s *Site) listable(w http.ResponseWriter, r *http.Request, kind string) bool {
	if s.Viewer(r).MayList(kind) {
		if s.Viewer(r).SignedIn() {
			w.Header().Set("Cache-Control", "private, no-store")
		}
		return true
	}
	if _, ok := kinds.Get(kind); !ok {
		return true // the list says that there is no such kind
	}
	s.comeBack(r)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return false
}

// reasonWords says for what a person was told.
func reasonWords(ctx context.Context, reason string) string {
	name, _, _ := strings.Cut(reason, "@")
	if key := "notice." + name; locales.Has(key) {
		return ui.T(ctx, key)
	}
	return ui.T(ctx, "action."+name)
}

func (s *Site) frontStats(ctx context.Context, countries int) ([]ui.Stat, error) {
	organisations := 0
	part, err := s.app.Participation(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range s.app.Directory().Participants() {
		if p.Type == coalition.Organisation && part[p.Code].Part {
			organisations++
		}
	}
	stats := []ui.Stat{{Label: ui.T(ctx, "front.countries"), Value: ui.Num(ctx, countries), URL: "/participants"}, {Label: ui.T(ctx, "front.organisations"), Value: ui.Num(ctx, organisations), URL: "/participants?region=organisations"}}
	for _, x := range []struct{ kind, state, key, url string }{{"commitment", "", "front.commitments", "/commitments"}, {"pledge", "in-force", "front.pledged", "/pledge"}} {
		l, err := s.app.List(ctx, app.Public, app.Query{Kind: x.kind, State: x.state, Sort: "changed", Limit: 1})
		if err != nil {
			return nil, err
		}
		stats = append(stats, ui.Stat{Label: ui.T(ctx, x.key), Value: total(ctx, l.Total, true), URL: x.url})
	}
	return stats, nil
}

// frontParts are what is open to everybody and new: alerts, news, meetings, calls, commitments.
func (s *Site) frontParts(ctx context.Context) ([]part, error) {
	alerts, err := s.linesOf(ctx, app.Public, app.Query{Kind: "alert", State: "issued", Sort: "changed", Limit: 6})
	if err != nil {
		return nil, err
	}
	news, err := s.linesOf(ctx, app.Public, app.Query{Kind: "announcement", Sort: "day", Limit: 6})
	if err != nil {
		return nil, err
	}
	calls, err := s.linesOf(ctx, app.Public, app.Query{Kind: "call", State: "open", Sort: "changed", Limit: 6})
	if err != nil {
		return nil, err
	}
	meetings, err := s.nextMeetings(ctx)
	if err != nil {
		return nil, err
	}
	promised, err := s.promised(ctx, app.Public, "", 8)
	if err != nil {
		return nil, err
	}
	more := func(url string) []action { return []action{{label: ui.T(ctx, "front.more"), url: url}} }
	parts := []part{
		{title: ui.T(ctx, "front.alerts"), lines: alerts, text: ifNone(ctx, alerts, "front.alerts-none"), actions: more("/records/alert")},
		{title: ui.T(ctx, "front.news"), lines: news, text: ifNone(ctx, news, "front.news-none"), actions: more("/news")},
		{title: ui.T(ctx, "front.meetings"), lines: meetings, text: ifNone(ctx, meetings, "front.meetings-none"), actions: more("/calendar")},
		{title: ui.T(ctx, "front.progress"), lines: promised, actions: more("/commitments")},
	}
	if len(calls) > 0 {
		parts = append(parts, part{title: ui.T(ctx, "front.calls"), lines: calls, actions: more("/records/call")})
	}
	return parts, nil
}

func ifNone(ctx context.Context, lines []relatedLine, key string) string {
	if len(lines) > 0 {
		return ""
	}
	return ui.T(ctx, key)
}

// linesOf lists the records of a query with their dates and states.
func (s *Site) linesOf(ctx context.Context, v app.Viewer, q app.Query) ([]relatedLine, error) {
	q.Uncounted = true
	l, err := s.app.List(ctx, v, q)
	if err != nil {
		return nil, err
	}
	return s.lines(ctx, l.Records), nil
}

func (s *Site) lines(ctx context.Context, xs []*app.Shown) []relatedLine {
	var out []relatedLine
	for _, x := range xs {
		out = append(out, relatedLine{title: s.title(ctx, x), url: "/r/" + x.ID, relation: ui.Date(ctx, string(x.When)), state: stateOf(ctx, x.Record)})
	}
	return out
}

func (s *Site) nextMeetings(ctx context.Context) ([]relatedLine, error) {
	now := s.app.Now()
	xs, err := s.app.Meetings(ctx, app.Public, record.DateOf(now), record.DateOf(now.AddDate(0, 6, 0)), "")
	if err != nil {
		return nil, err
	}
	var out []relatedLine
	for _, x := range xs[:min(len(xs), 6)] {
		out = append(out, s.meetingLine(ctx, app.Public, x))
	}
	return out, nil
}

// about says what the Coalition is, from the shipped facts.
func (s *Site) about(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	h, err := coalition.LoadHistory()
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "menu.about"), lead: ui.T(ctx, "about.lead"), actions: []action{{label: ui.T(ctx, "menu.periodic"), url: "/report"}, {label: ui.T(ctx, "menu.participants"), url: "/participants", main: true}}}
	text := func(title, body string) part {
		return part{title: ui.T(ctx, title), paragraphs: []string{ui.T(ctx, body)}}
	}
	p.parts = append(p.parts, text("about.what", "about.what-text"))
	lines := text("about.lines", "about.lines-text")
	for _, g := range s.app.Directory().GroupsOf(coalition.WorkingGroup) {
		lines.lines = append(lines.lines, relatedLine{title: s.groupName(ctx, g.ID), url: "/groups/" + g.ID})
	}
	p.parts = append(p.parts, lines, text("about.sections", "about.sections-text"), s.growth(ctx, h))
	threats := part{title: ui.T(ctx, "about.threats")}
	for _, t := range h.Threats {
		var where []string
		for _, code := range t.Places {
			where = append(where, s.placeOrText(ctx, code))
		}
		threats.facts = append(threats.facts, ui.Fact{Label: locales.List(ctx, where), Value: ui.Text(t.Name), Wide: true})
	}
	documents, err := s.linesOf(ctx, app.Public, app.Query{Kind: "document", State: "published", Sort: "changed", Limit: 12})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p.parts = append(p.parts, threats, part{title: ui.T(ctx, "about.documents"), lines: documents, actions: []action{{label: ui.T(ctx, "front.more"), url: "/records/document"}}})
	join := text("about.join", "about.join-text")
	join.facts = []ui.Fact{{Label: ui.T(ctx, "about.contact"), Value: ui.Link("mailto:"+h.Contact, h.Contact)}}
	p.parts = append(p.parts, join)
	s.showBlocks(w, r, http.StatusOK, p)
}

// placeOrText names a place, or gives the words that stand for several.
func (s *Site) placeOrText(ctx context.Context, code string) string {
	for _, g := range s.app.Directory().Regions() {
		if g.ID == code {
			return g.Names[lang(ctx)]
		}
	}
	return s.place(ctx, code)
}

func (s *Site) growth(ctx context.Context, h *coalition.History) part {
	l := &ui.List{Caption: ui.T(ctx, "about.growth"), Columns: []ui.Column{{Label: ui.T(ctx, "field.date")}, {Label: ui.T(ctx, "front.countries"), End: true}, {Label: ui.T(ctx, "front.organisations"), End: true}, {Label: ui.T(ctx, "report.experts"), End: true}, {Label: ui.T(ctx, "field.source")}}}
	number := func(n int) templ.Component {
		if n == 0 {
			return nil
		}
		return ui.Number(n)
	}
	for _, c := range h.Participation {
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(ui.Date(ctx, c.Date)), number(c.Countries), number(c.Organisations), number(c.Experts), ui.Text(c.Source)}})
	}
	return part{title: ui.T(ctx, "about.growth"), list: l}
}

// news is what is announced to everybody.
func (s *Site) news(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	l, err := s.app.List(ctx, s.Viewer(r), app.Query{Kind: "announcement", Sort: "day", Cursor: r.URL.Query().Get("after"), Limit: 20})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "news.title"), feed: feedOf("announcement"), actions: []action{{label: ui.T(ctx, "data.feed", "kind", ui.T(ctx, "kind.announcement.many")), url: "/feeds/announcement.atom"}}}
	for _, x := range l.Records {
		b, ok := x.Fields.(*programme.News)
		if !ok {
			continue
		}
		text, _ := b.Text.In(lang(ctx))
		p.parts = append(p.parts, part{title: s.title(ctx, x), lines: []relatedLine{{kind: ui.Date(ctx, string(b.Date)), title: ui.T(ctx, "record.open"), url: "/r/" + x.ID, relation: s.ownerName(ctx, x.Owner)}}, paragraphs: programme.Paragraphs(text)})
	}
	if len(p.parts) == 0 {
		p.lead = ui.T(ctx, "front.news-none")
	}
	if l.Next != "" {
		p.parts = append(p.parts, part{title: ui.T(ctx, "pager.label"), actions: []action{{label: ui.T(ctx, "pager.next"), url: "/news?after=" + l.Next}}})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

// openData lists what anybody may take away.
func (s *Site) openData(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p := blocks{title: ui.T(ctx, "menu.data"), lead: ui.T(ctx, "data.lead")}
	l := &ui.List{Caption: ui.T(ctx, "data.tables"), Columns: []ui.Column{{Label: ui.T(ctx, "list.kind")}, {Label: "CSV"}, {Label: "XLSX"}, {Label: "JSON"}}}
	for _, k := range app.PublicKinds {
		row := ui.Row{URL: "/records/" + k, Cells: []templ.Component{ui.Text(ui.T(ctx, "kind."+k+".many"))}}
		for _, f := range []string{"csv", "xlsx", "json"} {
			row.Cells = append(row.Cells, ui.Link("/records/"+k+"/export/"+f, k+"."+f))
		}
		l.Rows = append(l.Rows, row)
	}
	feeds := part{title: ui.T(ctx, "data.feeds"), lines: []relatedLine{{title: ui.T(ctx, "data.calendar"), url: "/calendar.ics"}, {title: ui.T(ctx, "data.iati"), url: "/donors/iati.xml"}, {title: ui.T(ctx, "api.title"), url: "/api"}}}
	for _, k := range feedKinds {
		feeds.lines = append(feeds.lines, relatedLine{title: ui.T(ctx, "data.feed", "kind", ui.T(ctx, "kind."+k+".many")), url: "/feeds/" + k + ".atom"})
	}
	p.parts = []part{{title: ui.T(ctx, "data.tables"), list: l}, feeds}
	s.showBlocks(w, r, http.StatusOK, p)
}

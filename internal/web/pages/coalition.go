package pages

import (
	"context"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

// loadProgramme adds to a record's page what its kind has beyond the common: what can be made from it, what it asks,
// its paragraphs, how it stands.
func (s *Site) loadProgramme(ctx context.Context, v app.Viewer, p *recordPage) error {
	p.makes = s.makesOf(ctx, v, p.x)
	asked, err := s.app.Asked(ctx, v, p.x)
	if err != nil {
		return err
	}
	switch b := p.x.Fields.(type) {
	case *programme.Advice:
		p.parts = append(p.parts, part{title: ui.T(ctx, "recommendation.text"), text: ui.T(ctx, "recommendation.non-binding"), body: s.paragraphsOf(ctx, v, p, b, asked.Since)})
	case *programme.Promise:
		p.parts = append(p.parts, s.progressPart(ctx, b))
	case *programme.Offer:
		p.parts = append(p.parts, part{text: ui.T(ctx, "initiative.no-guarantee"), title: ui.T(ctx, "initiative.join")})
	case *programme.Session:
		p.parts = append(p.parts, s.sessionParts(ctx, v, p.x, b)...)
	}
	if m := measureOf(p.x.Fields); m != nil && m.SeriesSource != "" {
		part, err := s.indicatorPart(ctx, v, p.x, m)
		if err != nil {
			return err
		}
		p.parts = append(p.parts, part)
	}
	if len(asked.Options) > 0 || len(asked.Counts) > 0 || len(asked.Replies) > 0 {
		p.parts = append(p.parts, s.askedPart(ctx, v, p, asked))
	}
	return nil
}

func measureOf(b record.Body) *programme.Measure {
	switch x := b.(type) {
	case *programme.Deed:
		return &x.Measure
	case *programme.Promise:
		return &x.Measure
	}
	return nil
}

// makesOf are the records that the viewer may make from a record's page.
func (s *Site) makesOf(ctx context.Context, v app.Viewer, x *app.Shown) []action {
	if !v.SignedIn() || x.Retracted != nil {
		return nil
	}
	var out []action
	partner := v.Person.Stakeholder != ""
	for _, k := range kinds.Under(x.Record.Kind) {
		if !partner || k.Partners {
			out = append(out, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind."+k.Name+".one")), url: "/records/" + k.Name + "/new?under=" + x.ID})
		}
	}
	for _, k := range kinds.Following(x.Record.Kind) {
		if !partner {
			out = append(out, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind."+k.Name+".one")), url: "/records/" + k.Name + "/new?answers=" + x.ID})
		}
	}
	return out
}

func (s *Site) paragraphsOf(ctx context.Context, v app.Viewer, p *recordPage, b *programme.Advice, since time.Time) templ.Component {
	text, _ := b.Text.In(lang(ctx))
	var list []paragraph
	for i, t := range programme.Paragraphs(text) {
		list = append(list, paragraph{number: strconv.Itoa(i + 1), text: t})
	}
	var rest []ui.Comment
	for i, c := range p.comments {
		if c.At.Before(since) {
			c.Note = ui.T(ctx, "asked.earlier")
		}
		if n := atoi(p.anchors[i]); n > 0 && n <= len(list) {
			list[n-1].comments = append(list[n-1].comments, c)
			continue
		}
		rest = append(rest, c)
	}
	p.comments = rest
	until := b.AnswerUntil()
	open := v.SignedIn() && (p.x.State == "drafted" || p.x.State == "consulted") && (until.IsZero() || s.app.Now().Before(until))
	return paragraphsView(p.x.ID, list, open)
}

func (s *Site) progressPart(ctx context.Context, b *programme.Promise) part {
	g := b.Progress(record.DateOf(s.app.Now()))
	x := part{title: ui.T(ctx, "progress.title"), facts: []ui.Fact{{Label: ui.T(ctx, "list.state"), Value: ui.StateBadge(standing(ctx, g.Standing))}}}
	if g.Of > 0 {
		x.facts = append(x.facts, ui.Fact{Label: ui.T(ctx, "field.milestones"), Value: ui.Text(ui.T(ctx, "progress.of", "done", g.Done, "all", g.Of))})
	}
	if g.Next != "" {
		x.facts = append(x.facts, ui.Fact{Label: ui.T(ctx, "progress.next"), Value: ui.Text(ui.Date(ctx, string(g.Next)))})
	}
	for _, m := range g.Late {
		x.lines = append(x.lines, relatedLine{title: m.Title, relation: ui.Date(ctx, string(m.Due)), state: standing(ctx, "late")})
	}
	return x
}

func standing(ctx context.Context, name string) ui.State {
	tone := map[string]ui.Tone{"no-milestones": ui.Neutral, "on-track": ui.Info, "late": ui.Bad, "milestones-done": ui.Good}[name]
	return ui.State{Label: ui.T(ctx, "standing."+name), Tone: tone}
}

func (s *Site) sessionParts(ctx context.Context, v app.Viewer, x *app.Shown, b *programme.Session) []part {
	var out []part
	times := part{title: ui.T(ctx, "meeting.times")}
	for _, t := range b.Times() {
		here, there := locales.DateTime(ctx, t.Begin), ""
		if loc := t.Begin.Location().String(); loc != locales.From(ctx).Zone.String() {
			there = ui.T(ctx, "meeting.there", "time", t.Begin.Format("15:04"), "zone", loc)
		}
		times.lines = append(times.lines, relatedLine{title: here, relation: there})
	}
	if b.Date.Precision() == record.Day {
		times.actions = []action{{label: ui.T(ctx, "calendar.take"), url: "/r/" + x.ID + "/meeting.ics"}}
	}
	if len(times.lines) > 0 || len(times.actions) > 0 {
		out = append(out, times)
	}
	if v.Official() && b.Group != "" {
		if needed, err := s.app.LanguagesNeeded(ctx, []string{b.Group}); err == nil && len(needed) > 0 {
			out = append(out, s.interpretation(ctx, needed, append(b.Interpreted, b.Floor...)))
		}
	}
	for i, d := range b.Decisions {
		if v.SignedIn() && v.Owns(d.Of) && x.Retracted == nil {
			out = append(out, part{title: ui.T(ctx, "decision.do", "number", i+1), text: d.Title, form: &smallForm{action: "/r/" + x.ID + "/take-up", hidden: []ui.Hidden{{Name: "decision", Value: strconv.Itoa(i + 1)}}, buttons: []action{{label: ui.T(ctx, "decision.take-up"), main: true}}}})
		}
	}
	return out
}

// interpretation compares the languages that members prefer with those that are interpreted.
func (s *Site) interpretation(ctx context.Context, needed map[string]int, given []string) part {
	l := &ui.List{Caption: ui.T(ctx, "meeting.languages"), Columns: []ui.Column{{Label: ui.T(ctx, "layout.language")}, {Label: ui.T(ctx, "meeting.preferred"), End: true}, {Label: ui.T(ctx, "meeting.provided")}}}
	for _, code := range record.Languages {
		has := ui.State{Label: ui.T(ctx, "meeting.not-provided"), Tone: ui.Neutral}
		for _, g := range given {
			if g == code {
				has = ui.State{Label: ui.T(ctx, "meeting.is-provided"), Tone: ui.Good}
			}
		}
		if needed[code] > 0 && has.Tone == ui.Neutral {
			has.Tone = ui.Attention
		}
		if needed[code] > 0 || has.Tone == ui.Good {
			l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(ui.T(ctx, "language."+code)), ui.Number(needed[code]), ui.StateBadge(has)}})
		}
	}
	return part{title: ui.T(ctx, "meeting.languages"), list: l}
}

func (s *Site) askedPart(ctx context.Context, v app.Viewer, p *recordPage, a *app.Asking) part {
	x := part{title: ui.T(ctx, "asked."+p.x.Record.Kind)}
	if !a.Until.IsZero() && len(a.Options) > 0 {
		x.text = ui.T(ctx, "asked.until", "time", locales.DateTime(ctx, a.Until))
	}
	for _, o := range []string{"accepted", "tentative", "declined", "support", "support-with-changes", "concerns"} {
		if n := a.Counts[o]; n > 0 {
			x.facts = append(x.facts, ui.Fact{Label: ui.T(ctx, "answer."+o), Value: ui.Text(ui.T(ctx, "asked.count", "people", ui.T(ctx, "asked.people", "n", n), "participants", ui.T(ctx, "sharing.participants", "n", a.By[o])))})
		}
	}
	if len(a.Replies) > 0 {
		l := &ui.List{Caption: x.title, Columns: []ui.Column{{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "alert.person")}, {Label: ui.T(ctx, "field.answer")}, {Label: ui.T(ctx, "field.note")}}}
		for _, r := range a.Replies {
			name, _ := s.app.PersonName(ctx, r.Person)
			said := ui.T(ctx, "answer."+r.Answer)
			if r.At.Before(a.Since) {
				said += " · " + ui.T(ctx, "asked.earlier")
			}
			l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(s.ownerName(ctx, r.Participant)), ui.Text(name), ui.Text(said), ui.Text(r.Note)}})
		}
		x.list = l
	}
	if v.SignedIn() && a.Open {
		f := &smallForm{action: "/r/" + p.x.ID + "/answer", fields: []ui.Field{{Path: "answer-note", Type: record.TypeText, Label: ui.T(ctx, "field.note"), Value: orTyped(p.typed["answer-note"], a.Mine.Note), Max: 1000}}}
		for _, o := range a.Options {
			f.buttons = append(f.buttons, action{label: ui.T(ctx, "answer."+o), url: "answer", value: o, main: a.Mine.Answer == o})
		}
		x.form = f
	}
	return x
}

func orTyped(typed, otherwise string) string {
	if typed != "" {
		return typed
	}
	return otherwise
}

// indicatorPart draws the series by which something is judged, half a year before its date and since.
func (s *Site) indicatorPart(ctx context.Context, v app.Viewer, x *app.Shown, m *programme.Measure) (part, error) {
	title := m.Indicator
	if title == "" {
		title = s.substanceName(ctx, m.SeriesAbout) + " · " + s.place(ctx, m.SeriesPlace) + " · " + sourceName(ctx, m.SeriesSource)
	}
	out := part{title: ui.T(ctx, "indicator.title"), text: title}
	day, ok := x.When.EpochDay()
	if !ok {
		day = x.Created.Unix() / 86400
	}
	middle := record.WeekOf(day)
	now, _ := record.DateOf(s.app.Now()).Week()
	obs, err := s.app.Series(ctx, v, store.Series{Place: m.SeriesPlace, Substance: m.SeriesAbout, Source: m.SeriesSource, Measure: "count"}, middle-26, now)
	if err != nil {
		return out, err
	}
	byWeek, before, since := map[record.Week]float64{}, 0.0, 0.0
	for _, o := range obs {
		byWeek[o.Week] = o.Value
	}
	p := plot.Signal{ID: "indicator", Title: title, Description: title, Unit: ui.T(ctx, "plot.unit"), Today: s.app.Now()}
	for w := middle - 26; w <= now; w++ {
		start, err := w.Monday().Time()
		if err != nil {
			continue
		}
		p.Weeks = append(p.Weeks, plot.Week{Start: start, Label: w.String(), Observed: byWeek[w], Expected: orNaN(m.Baseline), Threshold: orNaN(m.Target)})
		if w < middle {
			before += byWeek[w]
		} else {
			since += byWeek[w]
		}
	}
	out.facts = []ui.Fact{{Label: ui.T(ctx, "indicator.before"), Value: ui.Text(locales.Fixed(ctx, before/26, 1))}}
	if n := int(now-middle) + 1; n > 0 {
		out.facts = append(out.facts, ui.Fact{Label: ui.T(ctx, "indicator.since"), Value: ui.Text(locales.Fixed(ctx, since/float64(n), 1))})
	}
	if m.Target != nil {
		out.facts = append(out.facts, ui.Fact{Label: ui.T(ctx, "field.target"), Value: ui.Number(*m.Target)})
	}
	out.body = plot.SignalPlot(p)
	return out, nil
}

// ownerName names an owner: a participant, or a stakeholder organisation as far as anybody may know its name.
func (s *Site) ownerName(ctx context.Context, owner string) string {
	if strings.HasPrefix(owner, "~") {
		v, ok := ctx.Value(viewerKey{}).(app.Viewer)
		if !ok {
			v = app.Public
		}
		if x, err := s.app.Get(ctx, v, owner[1:]); err == nil && x.Record.Kind == "organisation" { // the code may be of any record: it is read from addresses
			return s.title(ctx, x)
		}
		return ui.T(ctx, "owner.partner")
	}
	return s.participantName(ctx, owner)
}

func (s *Site) answer(w http.ResponseWriter, r *http.Request) {
	note := strings.TrimSpace(r.PostFormValue("answer-note"))
	err := s.app.Answer(r.Context(), s.Viewer(r), r.PathValue("id"), r.PostFormValue("answer"), note)
	if err == nil {
		s.Flash(r, ui.Good, "asked.thanks")
	}
	s.done(w, r, err, "answer-note", map[string]string{"answer-note": note})
}

func (s *Site) takeUp(w http.ResponseWriter, r *http.Request) {
	made, err := s.app.TakeUp(r.Context(), s.Viewer(r), r.PathValue("id"), atoi(r.PostFormValue("decision")))
	if err != nil {
		s.done(w, r, err, "", nil)
		return
	}
	http.Redirect(w, r, "/r/"+made.ID, http.StatusSeeOther)
}

// groupPage is one group: what it is, who leads and who belongs to it, what it meets, writes and discusses.
func (s *Site) groupPage(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	g, ok := s.app.Directory().Group(r.PathValue("id"))
	if !ok {
		s.Fail(w, r, &app.Error{Code: app.NotFound, Key: "error.not-found"})
		return
	}
	p := blocks{over: ui.T(ctx, "group-type."+string(g.Type)), title: s.groupName(ctx, g.ID)}
	p.parts = append(p.parts, s.groupFacts(ctx, g))
	for _, k := range groupKinds {
		l, err := s.app.List(ctx, v, app.Query{Kind: k, Topic: g.ID, Limit: 10, Uncounted: true})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		x := part{title: ui.T(ctx, "kind."+k+".many")}
		for _, rec := range l.Records {
			x.lines = append(x.lines, relatedLine{title: s.title(ctx, rec), url: "/r/" + rec.ID, relation: ui.Date(ctx, string(rec.When)), state: stateOf(ctx, rec.Record)})
		}
		x.text = ifNone(ctx, x.lines, "list.empty")
		if v.Official() {
			x.actions = append(x.actions, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind."+k+".one")), url: "/records/" + k + "/new?group=" + g.ID})
		}
		if l.Next != "" || len(x.lines) > 0 {
			x.actions = append(x.actions, action{label: ui.T(ctx, "list.all"), url: "/records/" + k + "?topic=" + g.ID})
		}
		if len(x.lines) > 0 || len(x.actions) > 0 {
			p.parts = append(p.parts, x)
		}
	}
	if v.Official() {
		members, err := s.app.MembersOf(ctx, []string{g.ID})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		p.parts = append(p.parts, s.membersPart(ctx, members))
		p.actions = []action{{label: ui.T(ctx, "planner.title"), url: "/meetings/plan?group=" + g.ID}, {label: ui.T(ctx, "question.ask"), url: "/records/question/new?group=" + g.ID, main: true}}
	}
	p.actions = append(p.actions, action{label: ui.T(ctx, "calendar.title"), url: "/calendar?topic=" + g.ID})
	s.showBlocks(w, r, http.StatusOK, p)
}

// groupKinds are the kinds that a group's page lists, in their order.
var groupKinds = []string{"announcement", "meeting", "topic", "recommendation", "action", "commitment", "initiative", "document", "question"}

func (s *Site) groupFacts(ctx context.Context, g *coalition.Group) part {
	x := part{title: ui.T(ctx, "record.facts"), text: s.fact(ctx, g.Theme)}
	fact := func(key, value string) {
		if value != "" {
			x.facts = append(x.facts, ui.Fact{Label: ui.T(ctx, key), Value: ui.Text(value), Wide: true})
		}
	}
	if g.Parent != "" {
		x.facts = append(x.facts, ui.Fact{Label: ui.T(ctx, "group.parent"), Value: ui.Link("/groups/"+g.Parent, s.groupName(ctx, g.Parent)), Wide: true})
	}
	fact("group.launched", ui.Date(ctx, g.Launched))
	fact("group.by", s.participantNames(ctx, g.By))
	fact("group.members", s.participantNames(ctx, g.Members))
	if g.Founders > 0 {
		fact("group.founders", ui.Num(ctx, g.Founders))
	}
	for _, sec := range s.app.Directory().Sections() {
		if !g.Sectioned() {
			break
		}
		var langs, chairs []string
		for _, l := range sec.Languages {
			langs = append(langs, ui.T(ctx, "language."+l))
		}
		for _, c := range g.CoChairs {
			if c.Section == sec.Hemisphere {
				chairs = append(chairs, s.participantName(ctx, c.Country)+" · "+c.Institution+" · "+c.Role)
			}
		}
		fact("section."+string(sec.Hemisphere), ui.T(ctx, "group.interpretation", "languages", locales.List(ctx, langs)))
		for _, c := range chairs {
			fact("group.chair", c)
		}
	}
	if g.Site != "" {
		x.facts = append(x.facts, ui.Fact{Label: ui.T(ctx, "field.url"), Value: ui.Link(g.Site, g.Site)})
	}
	for _, o := range s.app.Directory().Groups() {
		if o.Parent == g.ID {
			x.lines = append(x.lines, relatedLine{title: s.groupName(ctx, o.ID), url: "/groups/" + o.ID, kind: ui.T(ctx, "group-type."+string(o.Type))})
		}
	}
	return x
}

func (s *Site) participantNames(ctx context.Context, codes []string) string {
	var names []string
	for _, c := range codes {
		names = append(names, s.participantName(ctx, c))
	}
	sort.Strings(names)
	return locales.List(ctx, names)
}

// membersPart counts a group's people by participant; their names are their own affair.
func (s *Site) membersPart(ctx context.Context, members []app.Member) part {
	l := &ui.List{Caption: ui.T(ctx, "group.people"), Columns: []ui.Column{{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "participant.officials"), End: true}, {Label: ui.T(ctx, "group.roles")}}, Empty: ui.Empty{Title: ui.T(ctx, "group.nobody")}}
	counts, roles := map[string]int{}, map[string][]string{}
	for _, m := range members {
		counts[m.Participant]++
		for _, g := range m.Registrations {
			for _, role := range g.Roles {
				if role != coalition.Member {
					roles[m.Participant] = append(roles[m.Participant], ui.T(ctx, "member-role."+string(role)))
				}
			}
		}
	}
	for _, code := range sortedCodes(counts) {
		l.Rows = append(l.Rows, ui.Row{URL: "/participants/" + code, Cells: []templ.Component{ui.Text(s.participantName(ctx, code)), ui.Number(counts[code]), ui.Text(locales.List(ctx, roles[code]))}})
	}
	return part{title: ui.T(ctx, "group.people"), list: l}
}

func sortedCodes(m map[string]int) []string {
	var out []string
	for c := range m {
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}

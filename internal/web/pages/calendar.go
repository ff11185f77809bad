package pages

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/exchange/calendar"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// span is the part of the calendar that is shown or fed.
func (s *Site) span(r *http.Request) (from, to record.Date) {
	now := s.app.Now()
	from, to = record.DateOf(now.AddDate(0, -1, 0)), record.DateOf(now.AddDate(1, 0, 0))
	q := r.URL.Query()
	if _, err := record.Date(q.Get("from")).Time(); err == nil {
		from = record.Date(q.Get("from"))
		if t, err := from.Time(); err == nil {
			to = record.DateOf(t.AddDate(1, 0, 0))
		}
	}
	if _, err := record.Date(q.Get("to")).Time(); err == nil {
		to = record.Date(q.Get("to"))
	}
	return from, to
}

func (s *Site) calendar(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	from, to := s.span(r)
	topic := r.URL.Query().Get("topic")
	meetings, err := s.app.Meetings(ctx, v, from, to, topic)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "calendar.title"), lead: ui.T(ctx, "calendar.about")}
	if topic != "" {
		p.over = s.groupName(ctx, topic)
	}
	feed := "/calendar.ics"
	if topic != "" {
		feed += "?topic=" + topic
	}
	p.actions = []action{{label: ui.T(ctx, "calendar.take"), url: feed}}
	if v.SignedIn() {
		p.actions = append(p.actions, action{label: ui.T(ctx, "planner.title"), url: "/meetings/plan?group=" + topic}, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.meeting.one")), url: "/records/meeting/new?group=" + topic, main: true})
	}
	p.parts = append(p.parts, s.calendarForm(ctx, from, to, topic))
	month := ""
	for _, x := range meetings {
		m := string(x.When)[:min(7, len(x.When))]
		if m != month {
			month = m
			p.parts = append(p.parts, part{title: ui.Date(ctx, m)})
		}
		last := &p.parts[len(p.parts)-1]
		last.lines = append(last.lines, s.meetingLine(ctx, v, x))
	}
	if len(meetings) == 0 {
		p.parts = append(p.parts, part{text: ui.T(ctx, "calendar.empty"), title: ui.T(ctx, "list.empty")})
	}
	if v.SignedIn() {
		p.parts = append(p.parts, part{title: ui.T(ctx, "calendar.mine"), paragraphs: []string{ui.T(ctx, "calendar.mine-about")},
			form: &smallForm{action: "/calendar/feed", buttons: []action{{label: ui.T(ctx, "calendar.mine-make")}}}})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

func (s *Site) calendarForm(ctx context.Context, from, to record.Date, topic string) part {
	return part{title: ui.T(ctx, "list.filter"), form: &smallForm{action: "/calendar", get: true, buttons: []action{{label: ui.T(ctx, "list.apply")}}, fields: []ui.Field{
		{Path: "from", Type: record.TypeText, Label: ui.T(ctx, "list.from"), Help: ui.T(ctx, "list.date-form"), Value: string(from)},
		{Path: "to", Type: record.TypeText, Label: ui.T(ctx, "list.to"), Value: string(to)},
		{Path: "topic", Type: record.TypeChoice, Label: ui.T(ctx, "field.group"), Value: topic, Options: s.groupOptions(ctx)}}}}
}

func (s *Site) meetingLine(ctx context.Context, v app.Viewer, x *app.Shown) relatedLine {
	l := relatedLine{title: s.title(ctx, x), url: "/r/" + x.ID, state: stateOf(ctx, x.Record), kind: ui.Date(ctx, string(x.When))}
	b, ok := x.Fields.(*programme.Session)
	if !ok {
		return l
	}
	var about []string
	if t := b.Times(); len(t) > 0 {
		l.kind = locales.DateTime(ctx, t[0].Begin)
	}
	if b.End != "" && b.End != b.Date {
		l.kind += " – " + ui.Date(ctx, string(b.End))
	}
	if b.Section != "" {
		about = append(about, option(ctx, b.Section))
	}
	if b.Group != "" {
		about = append(about, s.groupName(ctx, b.Group))
	}
	for _, t := range []string{b.Organiser, b.Venue} {
		if t != "" {
			about = append(about, t)
		}
	}
	if b.Country != "" {
		about = append(about, s.place(ctx, b.Country))
	}
	l.relation = strings.Join(about, " · ")
	if v.Mine(x) {
		l.state.Tone = ui.Attention
	}
	return l
}

func (s *Site) sendCalendar(w http.ResponseWriter, r *http.Request, v app.Viewer, xs []*app.Shown, name string) {
	var b bytes.Buffer
	if err := calendar.Write(&b, name, s.app.Entries(xs, locales.From(r.Context()).Code, s.o.BaseURL)); err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="tocsin.ics"`)
	if v.SignedIn() {
		w.Header().Set("Cache-Control", "private, no-store")
	}
	_, _ = w.Write(b.Bytes())
}

// calendarFeed is the feed of what the asker may see: everybody what is public, who is signed in what is his to see.
func (s *Site) calendarFeed(w http.ResponseWriter, r *http.Request) {
	v := s.Viewer(r)
	from, to := s.span(r)
	topic := r.URL.Query().Get("topic")
	xs, err := s.app.Meetings(r.Context(), v, from, to, topic)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sendCalendar(w, r, v, xs, strings.TrimSpace(ui.T(r.Context(), "product")+" "+topic))
}

// personalFeed is the feed at a secret address: the meetings of the person's own groups, as he may see them now.
func (s *Site) personalFeed(w http.ResponseWriter, r *http.Request) {
	secret, ok := strings.CutSuffix(r.PathValue("secret"), ".ics")
	if !ok {
		web.NotFound(w, r)
		return
	}
	v, err := s.app.FeedViewer(r.Context(), secret)
	if err != nil && !s.guesses.Allow(r) { // guesses are slowed down, not an office's calendars that ask at the same minute
		tooMany(w, r)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if r.URL.Query().Get("lang") == "" && len(v.Person.Languages) > 0 { // calendar programs say no language
		l := locales.From(r.Context())
		r = r.WithContext(locales.With(r.Context(), locales.New(v.Person.Languages[0], l.Zone, l.Theme)))
	}
	from, to := s.span(r)
	xs, err := s.app.Meetings(r.Context(), v, from, to, "")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var mine []*app.Shown
	for _, x := range xs {
		if v.Mine(x) || len(x.Topics) == 0 {
			mine = append(mine, x)
		}
	}
	s.sendCalendar(w, r, v, mine, ui.T(r.Context(), "product"))
}

func (s *Site) newFeed(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	secret, err := s.app.NewFeed(ctx, s.Viewer(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	url := strings.TrimSuffix(s.o.BaseURL, "/") + "/calendar/" + secret + ".ics"
	s.showBlocks(w, r, http.StatusOK, blocks{title: ui.T(ctx, "calendar.mine"), parts: []part{{title: ui.T(ctx, "calendar.address"), text: url, paragraphs: []string{ui.T(ctx, "calendar.secret")}}}})
}

func (s *Site) meetingFile(w http.ResponseWriter, r *http.Request) {
	x, err := s.app.Get(r.Context(), s.Viewer(r), r.PathValue("id"))
	if err == nil && x.Record.Kind != "meeting" {
		err = &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sendCalendar(w, r, s.Viewer(r), []*app.Shown{x}, s.title(r.Context(), x))
}

// planner proposes times for a year that share the burden of hours between the members.
func (s *Site) planner(w http.ResponseWriter, r *http.Request) {
	ctx, v, q := r.Context(), s.Viewer(r), r.URL.Query()
	next := s.app.Now().AddDate(0, 0, 14)
	plan := app.Plan{Topic: q.Get("group"), From: record.Date(orTyped(q.Get("from"), string(record.DateOf(next)))), Meetings: numberOr(q.Get("meetings"), 12), Every: numberOr(q.Get("every"), 4), Minutes: numberOr(q.Get("minutes"), 120)}
	p := blocks{title: ui.T(ctx, "planner.title"), lead: ui.T(ctx, "planner.about")}
	fields := []ui.Field{
		{Path: "group", Type: record.TypeChoice, Label: ui.T(ctx, "field.group"), Required: true, Value: plan.Topic, Options: s.groupOptions(ctx)},
		{Path: "from", Type: record.TypeText, Label: ui.T(ctx, "list.from"), Help: ui.T(ctx, "list.date-form"), Value: string(plan.From)},
		{Path: "meetings", Type: record.TypeInteger, Label: ui.T(ctx, "planner.meetings"), Value: fmt.Sprint(plan.Meetings)},
		{Path: "every", Type: record.TypeInteger, Label: ui.T(ctx, "planner.every"), Value: fmt.Sprint(plan.Every)},
		{Path: "minutes", Type: record.TypeInteger, Label: ui.T(ctx, "field.minutes"), Value: fmt.Sprint(plan.Minutes)},
	}
	status := http.StatusOK
	var slots []app.Slot
	var total []app.Where
	if plan.Topic != "" {
		var err error
		var e *app.Error
		slots, total, err = s.app.ProposeSlots(ctx, v, plan)
		switch {
		case asError(err, &e) && e.Code == app.Invalid:
			status = http.StatusUnprocessableEntity
			ui.SpreadProblems(ctx, fields, e.Problems)
			p.problems = ui.FieldProblems(ctx, e.Problems, func(path string) string { return s.pathLabel(ctx, path) })
		case asError(err, &e) && e.Code == app.Conflict:
			p.lead = s.word(ctx, e)
		case err != nil:
			s.Fail(w, r, err)
			return
		}
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "planner.ask"), form: &smallForm{action: "/meetings/plan", get: true, fields: fields, buttons: []action{{label: ui.T(ctx, "planner.propose"), main: true}}}})
	if len(slots) > 0 {
		p.parts = append(p.parts, s.slotsPart(ctx, plan, slots), s.burdenPart(ctx, total))
		if v.ChairsAny([]string{plan.Topic}) {
			p.parts = append(p.parts, s.seriesPart(ctx, plan, ""))
		}
	}
	s.showBlocks(w, r, status, p)
}

// seriesPart offers to put all the proposed meetings into the calendar.
func (s *Site) seriesPart(ctx context.Context, plan app.Plan, name string) part {
	f := &smallForm{action: "/meetings/plan", buttons: []action{{label: ui.T(ctx, "planner.series-do", "n", plan.Meetings), main: true}},
		fields: []ui.Field{{Path: "name", Type: record.TypeText, Label: ui.T(ctx, "field.name"), Required: true, Max: 300, Value: orTyped(name, s.groupName(ctx, plan.Topic))}}}
	f.hidden = []ui.Hidden{{Name: "group", Value: plan.Topic}, {Name: "from", Value: string(plan.From)}, {Name: "meetings", Value: strconv.Itoa(plan.Meetings)}, {Name: "every", Value: strconv.Itoa(plan.Every)}, {Name: "minutes", Value: strconv.Itoa(plan.Minutes)}}
	return part{title: ui.T(ctx, "planner.series"), paragraphs: []string{ui.T(ctx, "planner.series-about")}, form: f}
}

// planSeries puts a series into the calendar.
func (s *Site) planSeries(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	plan := app.Plan{Topic: r.PostFormValue("group"), From: record.Date(r.PostFormValue("from")), Meetings: atoi(r.PostFormValue("meetings")), Every: atoi(r.PostFormValue("every")), Minutes: atoi(r.PostFormValue("minutes"))}
	name := strings.TrimSpace(r.PostFormValue("name"))
	made, err := s.app.PlanSeries(ctx, s.Viewer(r), plan, record.Text{lang(ctx): name})
	var e *app.Error
	switch {
	case asError(err, &e) && e.Code == app.Invalid:
		p := blocks{title: ui.T(ctx, "planner.title"), problems: ui.FieldProblems(ctx, e.Problems, func(path string) string { return s.pathLabel(ctx, path) }), parts: []part{s.seriesPart(ctx, plan, name)}}
		s.showBlocks(w, r, http.StatusUnprocessableEntity, p)
	case err != nil:
		s.Fail(w, r, err)
	default:
		s.Flash(r, ui.Good, "planner.series-made", "n", len(made))
		http.Redirect(w, r, "/calendar?topic="+url.QueryEscape(plan.Topic)+"&from="+string(plan.From), http.StatusSeeOther)
	}
}

func numberOr(s string, otherwise int) int {
	if s == "" {
		return otherwise
	}
	return atoi(s)
}

func (s *Site) slotsPart(ctx context.Context, plan app.Plan, slots []app.Slot) part {
	x := part{title: ui.T(ctx, "planner.slots")}
	for _, t := range slots {
		l := relatedLine{title: locales.DateTime(ctx, t.At), url: fmt.Sprintf("/records/meeting/new?group=%s&at=%s&minutes=%d", plan.Topic, t.At.UTC().Format("2006-01-02T15:04"), plan.Minutes),
			relation: ui.T(ctx, "planner.working", "n", t.Working), state: ui.State{Label: ui.T(ctx, "planner.nobody-at-night"), Tone: ui.Good}}
		if n := people(t.Night); n > 0 {
			l.state = ui.State{Label: ui.T(ctx, "planner.at-night", "n", n), Tone: ui.Attention}
			l.relation += " · " + s.wheres(t.Night)
		}
		x.lines = append(x.lines, l)
	}
	return x
}

func people(list []app.Where) (n int) {
	for _, w := range list {
		n += w.Members
	}
	return n
}

func (s *Site) wheres(list []app.Where) string {
	var out []string
	for _, w := range list[:min(len(list), 8)] {
		out = append(out, w.Zone+" "+w.Local)
	}
	if len(list) > 8 {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

func (s *Site) burdenPart(ctx context.Context, total []app.Where) part {
	x := part{title: ui.T(ctx, "planner.burden"), paragraphs: []string{ui.T(ctx, "planner.burden-about")}}
	for _, w := range total {
		x.facts = append(x.facts, ui.Fact{Label: w.Zone + " · " + ui.T(ctx, "planner.members", "n", w.Members), Value: ui.Text(w.Local)})
	}
	return x
}

// slotFields fills a meeting's form with a slot that the planner proposed, in UTC.
func slotFields(at, minutes string, fields map[string]any) {
	t, err := time.Parse("2006-01-02T15:04", at)
	if err != nil {
		return
	}
	fields["date"], fields["time"], fields["zone"], fields["format"] = record.DateOf(t), t.Format("15:04"), "UTC", "online"
	delete(fields, "country") // it is nobody's country
	if n := atoi(minutes); n > 0 {
		fields["minutes"] = float64(n)
	}
}

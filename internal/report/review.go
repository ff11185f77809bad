package report

import (
	"context"
	"maps"
	"slices"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// reviewed are the kinds that a review of a group lists, and those of a country's briefing.
var (
	reviewed = []string{"meeting", "recommendation", "action", "commitment", "initiative", "document", "announcement"}
	briefed  = []string{"alert", "signal", "action", "commitment", "pledge", "pledge-report", "need", "contribution", "interest", "service", "law"}
)

// Review composes what a group met, wrote and agreed in a span, of what the viewer sees: a mid-term or a one-year review.
func Review(ctx context.Context, a *app.App, v app.Viewer, o Options, group string) (*document.Document, error) {
	c, err := newComposer(ctx, a, v, o)
	if err != nil {
		return nil, err
	}
	g, ok := a.Directory().Group(group)
	if !ok {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	c.doc.Title, c.doc.Subtitle = c.group(group), c.t("review.title")+" · "+c.span(o.From, o.To)
	if g.Theme != "" {
		c.section("about", 1, c.t("record.facts"), document.Paragraph{Text: c.said(g.Theme)}, c.chairsOf(g))
	}
	figures := document.Figures{}
	var later []func()
	for _, kind := range reviewed {
		xs, err := c.ofGroup(kind, group)
		if err != nil {
			return nil, err
		}
		if len(xs) == 0 {
			continue
		}
		figures.List = append(figures.List, c.figure(kind, c.t("kind."+kind+".many"), float64(len(xs)), "", "#"+kind))
		later = append(later, func() {
			c.section(kind, 1, c.t("kind."+kind+".many"), c.items(xs, c.line), c.attendance(xs))
		})
	}
	if len(figures.List) == 0 {
		figures.List = append(figures.List, c.figure("meeting", c.t("kind.meeting.many"), 0, "", ""))
	}
	c.section("figures", 1, c.t("report.key-figures"), figures)
	for _, f := range later {
		f()
	}
	return c.doc, nil
}

// ofGroup returns the records of a group that are dated in the span or, where they have no date, were made in it.
func (c *composer) ofGroup(kind, group string) ([]*app.Shown, error) {
	xs, err := c.all(app.Query{Kind: kind, Topic: group, Sort: "changed"}, most)
	xs = slices.DeleteFunc(xs, func(x *app.Shown) bool {
		day := x.When
		if day == "" {
			day = record.DateOf(x.Created)
		}
		n := min(len(day), 10)
		return string(day)[:n] < string(c.o.From)[:n] || string(day)[:n] > string(c.o.To)[:n]
	})
	slices.SortStableFunc(xs, func(x, y *app.Shown) int { return strings.Compare(string(x.When), string(y.When)) })
	return xs, err
}

// line says a record in one line.
func (c *composer) line(x *app.Shown) string {
	parts := []string{c.title(x), c.owner(x.Owner), c.date(string(x.When)), c.t("state." + x.State)}
	if b, ok := x.Fields.(*programme.Promise); ok {
		parts[3] = c.standing(x, b, min(c.o.To, record.DateOf(c.app.Now())))
	}
	return joined(parts...)
}

func (c *composer) chairsOf(g *coalition.Group) document.Block {
	if len(g.CoChairs) == 0 {
		return nil
	}
	t := document.Table{Caption: c.t("report.co-chairs"), Columns: []string{c.t("field.hemisphere"), c.t("list.owner"), c.t("field.institution")}}
	for _, x := range g.CoChairs {
		t.Rows = append(t.Rows, []document.Cell{{Text: c.t("section." + string(x.Section))}, {Text: c.participant(x.Country)}, {Text: x.Institution + " · " + x.Role}})
	}
	return t
}

// attendance sums up who came to the meetings among the records, by participant.
func (c *composer) attendance(xs []*app.Shown) document.Block {
	people, meetings := map[string]int{}, map[string]int{}
	for _, x := range xs {
		if b, ok := x.Fields.(*programme.Session); ok {
			for _, at := range b.Attendance {
				people[at.Of] += at.Count
				meetings[at.Of]++
			}
		}
	}
	if len(people) == 0 {
		return nil
	}
	t := document.Table{Caption: c.t("field.attendance"), Columns: []string{c.t("list.owner"), c.t("kind.meeting.many"), c.t("field.people")}}
	for _, code := range slices.Sorted(maps.Keys(people)) {
		t.Rows = append(t.Rows, []document.Cell{{Text: c.participant(code)}, {Text: c.num(meetings[code]), Number: true}, {Text: c.num(people[code]), Number: true}})
	}
	return t
}

// Briefing composes a country's page as a briefing for its minister, of what the viewer sees.
func Briefing(ctx context.Context, a *app.App, v app.Viewer, o Options, code string) (*document.Document, error) {
	c, err := newComposer(ctx, a, v, o)
	if err != nil {
		return nil, err
	}
	p, ok := a.Directory().Participant(code)
	if !ok {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	c.doc.Title, c.doc.Subtitle = p.Name(c.locale.Code), c.t("participant.briefing")+" · "+c.span(o.From, o.To)
	figures := document.Figures{}
	var later []func()
	for _, kind := range briefed {
		xs, err := c.ofCountry(kind, code)
		if err != nil {
			return nil, err
		}
		if len(xs) == 0 {
			continue
		}
		figures.List = append(figures.List, c.figure(kind, c.t("kind."+kind+".many"), float64(len(xs)), "", "#"+kind))
		later = append(later, func() { c.section(kind, 1, c.t("kind."+kind+".many"), c.items(xs[:min(len(xs), 100)], c.line)) })
	}
	if p.Type == coalition.State {
		law, err := a.Legislation(ctx, v, code)
		if err != nil {
			return nil, err
		}
		figures.List = append(figures.List, c.figure("gaps", c.t("legislation.gaps"), float64(len(law.Gaps)), c.t("legislation.held", "n", law.Held), "/legislation?country="+code))
		matches, err := a.InitiativesFor(ctx, v, code)
		if err != nil {
			return nil, err
		}
		later = append(later, func() { c.matches(matches) })
	}
	c.section("figures", 1, c.t("report.key-figures"), figures)
	for _, f := range later {
		f()
	}
	return c.doc, nil
}

// ofCountry returns the records of a kind in the span that a participant owns or that are about it.
func (c *composer) ofCountry(kind, code string) ([]*app.Shown, error) {
	about, err := c.all(app.Query{Kind: kind, Place: code, Sort: "day"}, 500)
	if err != nil {
		return nil, err
	}
	own, err := c.all(app.Query{Kind: kind, Owner: code, Sort: "changed"}, 500)
	if err != nil {
		return nil, err
	}
	var out []*app.Shown
	seen := map[string]bool{}
	for _, x := range append(about, own...) {
		day := x.When
		if day == "" {
			day = record.DateOf(x.Created)
		}
		n := len(day)
		if seen[x.ID] || string(day) < string(c.o.From)[:n] || string(day) > string(c.o.To)[:n] {
			continue
		}
		seen[x.ID] = true
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(x, y *app.Shown) int { return strings.Compare(string(y.When), string(x.When)) })
	return out, nil
}

func (c *composer) matches(list []app.Match) {
	if len(list) == 0 {
		return
	}
	var l document.List
	for _, m := range list {
		l.Items = append(l.Items, document.Item{Text: c.title(m.Shown) + " · " + c.owner(m.Owner), Link: link(m.Shown)})
	}
	c.section("matches", 1, c.t("matches.title"), l)
}

package report

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web/plot"
)

// Sections are those of the periodic report, in their order. A narrative names one of them.
var Sections = []string{"foreword", "summary", "introduction", "creation", "participants", "groups", "timeline", "engagement", "recommendations", "achievements", "commitments", "pledge", "next-year", "conclusion"}

// Periodic composes the Coalition's implementation and impact report for a span of days, of what the viewer sees, and
// returns it with its figures.
func Periodic(ctx context.Context, a *app.App, v app.Viewer, o Options) (*document.Document, map[string]float64, error) {
	c, err := newComposer(ctx, a, v, o)
	if err != nil {
		return nil, nil, err
	}
	c.doc.Title, c.doc.Subtitle = c.t("report.by"), c.t("report.title")+" · "+c.span(o.From, o.To)
	if c.before, err = c.issued(); err != nil {
		return nil, nil, err
	}
	texts, err := c.narratives()
	if err != nil {
		return nil, nil, err
	}
	compose := map[string]func() ([]document.Block, error){
		"summary": c.summary, "introduction": c.introduction, "creation": c.creation, "participants": c.participants, "groups": c.groups,
		"timeline": c.timetable, "engagement": c.engagement, "recommendations": c.recommendations, "achievements": c.achievements,
		"commitments": c.commitments, "pledge": c.pledge, "next-year": c.nextYear,
	}
	for _, s := range Sections {
		blocks := texts[s]
		if f := compose[s]; f != nil {
			more, err := f()
			if err != nil {
				return nil, nil, err
			}
			blocks = append(blocks, more...)
		}
		if len(blocks) > 0 {
			c.section(s, 1, c.t("option."+s), blocks...)
		}
	}
	return c.doc, c.figures, c.appendices()
}

// first reports whether the span is that of the Coalition's own report, whose stated figures then stand beside the counted.
func (c *composer) first() bool {
	return string(c.o.From) >= c.history.From && string(c.o.To) <= c.history.To
}

// issued returns the figures of the latest issue of the same span.
func (c *composer) issued() (map[string]float64, error) {
	xs, err := c.all(app.Query{Kind: "report-issue", Sort: "changed"}, most)
	for _, x := range xs {
		if b, ok := x.Fields.(*programme.Issued); ok && b.From == c.o.From && b.To == c.o.To {
			return b.Figures, nil
		}
	}
	return nil, err
}

// narratives returns the texts that the secretariat has published for the span, by section.
func (c *composer) narratives() (map[string][]document.Block, error) {
	out := map[string][]document.Block{}
	xs, err := c.all(app.Query{Kind: "narrative", State: "published", Owner: coalition.SecretariatCode, Sort: "changed"}, most)
	for _, x := range xs {
		b, ok := x.Fields.(*programme.Passage)
		if !ok || b.From != c.o.From || b.To != c.o.To || len(out[b.Section]) > 0 {
			continue
		}
		text, in := b.Text.In(c.locale.Code)
		if b.Section == "foreword" {
			out[b.Section] = []document.Block{document.Quote{Text: text, By: b.By}}
		} else {
			out[b.Section] = []document.Block{document.Paragraph{Text: text, Lang: in}}
		}
	}
	return out, err
}

// stated is a figure that the report of 2023-2024 states, with what is entered here where that is counted.
func (c *composer) stated(key, label string, note, to string) (document.Figure, bool) {
	s, ok := c.history.Stated(key)
	if !ok || !c.first() {
		return document.Figure{}, false
	}
	how := c.t("report.stated")
	if s.Qualifier != "" {
		how = c.t("report.stated-more")
	}
	if note != "" {
		how += "; " + note
	}
	f := c.figure(key, label, s.Value, how, to)
	if s.Unit != "" {
		f.Value += " " + s.Unit
	}
	return f, true
}

// summary shows the key figures.
func (c *composer) summary() ([]document.Block, error) {
	part, err := c.takingPart()
	if err != nil {
		return nil, err
	}
	countries, organisations := 0, 0
	for _, p := range part {
		switch p.Type {
		case coalition.State:
			countries++
		case coalition.Organisation:
			organisations++
		}
	}
	list := []document.Figure{
		c.figure("countries", c.t("report.countries"), float64(countries), "", "#participants"),
		c.figure("organisations", c.t("report.organisations"), float64(organisations), "", "#participants"),
	}
	add := func(f document.Figure, ok bool) {
		if ok {
			list = append(list, f)
		}
	}
	add(c.stated("experts", c.t("report.experts"), "", "#sources"))
	for _, k := range []struct{ key, kind, label, to string }{{"recommendations", "recommendation", "report.recommendations", "#recommendations"}, {"initiatives", "initiative", "report.initiatives", "#recommendations"}} {
		n, err := c.entered(k.kind)
		if err != nil {
			return nil, err
		}
		if f, ok := c.stated(k.key, c.t(k.label), c.t("report.entered", "n", n), "#sources"); ok {
			list = append(list, f)
		} else {
			list = append(list, c.figure(k.key, c.t(k.label), float64(n), "", k.to))
		}
	}
	for _, k := range []struct{ kind, label, to string }{{"commitment", "report.commitments", "#commitments"}, {"pledge", "report.pledged", "#pledge"}, {"meeting", "report.meetings", "#timeline"}, {"achievement", "report.milestones", "#achievements"}, {"alert", "report.alerts", "/records/alert"}, {"action", "report.actions", "/records/action"}} {
		xs, err := c.inSpan(k.kind)
		if err != nil {
			return nil, err
		}
		if k.kind == "alert" || k.kind == "action" {
			if len(xs) == 0 {
				continue
			}
		}
		list = append(list, c.figure(k.kind+"s", c.t(k.label), float64(len(xs)), "", k.to))
	}
	signatories := 0
	for _, p := range c.app.Directory().Participants() {
		if p.Declaration {
			signatories++
		}
	}
	list = append(list, c.figure("signatories", c.t("report.signatories"), float64(signatories), "", "#declaration"))
	for _, k := range []struct{ key, label string }{{"universities", "report.universities"}, {"substances-scheduled", "report.scheduled"}, {"precursors-scheduled", "report.precursors"}, {"icati-countries", "report.icati"}, {"support-pledged", "report.support"}} {
		add(c.stated(k.key, c.t(k.label), "", "#sources"))
	}
	return []document.Block{document.Figures{List: list}}, nil
}

// entered counts the records of a kind that were made or agreed by the end of the span.
func (c *composer) entered(kind string) (int, error) {
	xs, err := c.all(app.Query{Kind: kind, Sort: "changed"}, most)
	n := 0
	for _, x := range xs {
		if x.State != "withdrawn" && x.State != "draft" {
			n++
		}
	}
	return n, err
}

func (c *composer) introduction() ([]document.Block, error) {
	t := document.Table{Caption: c.t("report.threats"), Columns: []string{c.t("report.where"), c.t("report.what")}}
	for _, x := range c.history.Threats {
		var where []string
		for _, p := range x.Places {
			where = append(where, c.place(p))
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: c.locale.List(where)}, {Text: c.said(x.Name)}})
	}
	if !c.first() {
		return nil, nil
	}
	return []document.Block{t}, nil
}

// creation tells of how participation grew.
func (c *composer) creation() ([]document.Block, error) {
	t := document.Table{Caption: c.t("about.growth"), Columns: []string{c.t("field.date"), c.t("report.countries"), c.t("report.organisations"), c.t("report.experts"), c.t("field.source")}}
	number := func(n int) document.Cell {
		if n == 0 {
			return document.Cell{}
		}
		return document.Cell{Text: c.num(n), Number: true}
	}
	for _, p := range c.history.Participation {
		if p.Date <= string(c.o.To) && p.Date >= string(c.o.From)[:min(len(p.Date), len(c.o.From))] {
			t.Rows = append(t.Rows, []document.Cell{{Text: c.date(p.Date)}, number(p.Countries), number(p.Organisations), number(p.Experts), {Text: p.Source}})
		}
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	return []document.Block{t}, nil
}

// takingPart returns who takes part at the end of the span.
func (c *composer) takingPart() ([]*coalition.Participant, error) {
	end, err := c.o.To.Time()
	if err != nil {
		return nil, err
	}
	part, err := c.app.ParticipationAt(c.ctx, end.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	var out []*coalition.Participant
	for _, p := range c.app.Directory().Participants() {
		if part[p.Code].Part && p.Type != coalition.SecretariatType {
			out = append(out, p)
		}
	}
	compare := c.locale.Sorter()
	slices.SortFunc(out, func(x, y *coalition.Participant) int {
		return compare(x.Name(c.locale.Code), y.Name(c.locale.Code))
	})
	return out, nil
}

const mapWidth = 1400 // pixels

// participants lists them by region, with a map.
func (c *composer) participants() ([]document.Block, error) {
	part, err := c.takingPart()
	if err != nil {
		return nil, err
	}
	var out []document.Block
	values := map[string]float64{}
	names := func(in func(*coalition.Participant) bool) []string {
		var list []string
		for _, p := range part {
			if in(p) {
				list = append(list, p.Name(c.locale.Code))
			}
		}
		return list
	}
	t := document.Table{Caption: c.t("report.countries"), Columns: []string{c.t("participant.region"), c.t("report.countries")}}
	for _, r := range c.app.Directory().Regions() {
		list := names(func(p *coalition.Participant) bool { return p.Type == coalition.State && p.Region == r.ID })
		t.Rows = append(t.Rows, []document.Cell{{Text: c.t("report.region", "region", r.Names[c.locale.Code], "count", len(list)), Link: "/participants?region=" + r.ID}, {Text: strings.Join(list, c.comma())}})
	}
	for _, p := range part {
		if p.Type == coalition.State {
			values[p.Code] = 1
		}
		if p.Type == coalition.Union {
			t.Note = c.t("report.union")
		}
	}
	organisations := names(func(p *coalition.Participant) bool { return p.Type == coalition.Organisation })
	t.Rows = append(t.Rows, []document.Cell{{Text: c.t("report.region", "region", c.t("report.organisations"), "count", len(organisations)), Link: "/participants?region=organisations"}, {Text: strings.Join(organisations, c.comma())}})
	out = append(out, t)
	if svg := plot.WorldSVG(c.t("report.map"), values); svg != "" {
		bytes, err := plot.WorldPNG(values, mapWidth)
		if err != nil {
			return nil, err
		}
		out = append(out, document.Picture{SVG: svg, PNG: bytes, Alt: c.t("report.map"), Caption: c.t("report.map") + ". " + c.t("map.boundaries")})
	}
	return out, nil
}

func (c *composer) comma() string {
	if c.locale.Code == "ar" {
		return "، "
	}
	return ", "
}

// Issue keeps the figures of a span as they are for everybody now. Only the secretariat may.
func Issue(ctx context.Context, a *app.App, v app.Viewer, o Options) (*record.Record, error) {
	if err := app.MayIssue(v); err != nil {
		return nil, err
	}
	_, figures, err := Periodic(ctx, a, app.Public, o)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(programme.Issued{From: o.From, To: o.To, Figures: figures})
	if err != nil {
		return nil, err
	}
	return a.IssueReport(ctx, v, body)
}

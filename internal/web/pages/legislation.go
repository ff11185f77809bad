package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/report"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

const gapsShown = 400 // of a gap table on a page; the file has all

// legislation compares a country's laws with what is under international control and what emerges near it.
func (s *Site) legislation(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	country := r.URL.Query().Get("country")
	if country == "" && len(v.Participant()) == 2 {
		country = v.Participant()
	}
	p := blocks{title: ui.T(ctx, "menu.legislation"), lead: ui.T(ctx, "legislation.lead"), actions: []action{{label: ui.T(ctx, "kind.law.many"), url: "/records/law"}}}
	if v.SignedIn() && v.Person.Stakeholder == "" {
		p.actions = append(p.actions, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.law.one")), url: "/records/law/new", main: true})
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "legislation.choose"), form: &smallForm{action: "/legislation", get: true, buttons: []action{{label: ui.T(ctx, "list.apply")}},
		fields: []ui.Field{{Path: "country", Type: record.TypeChoice, Label: ui.T(ctx, "field.country"), Value: country, Options: s.countryOptions(ctx)}}}})
	if _, ok := s.app.Directory().PlaceName(country, "en"); ok {
		law, err := s.app.Legislation(ctx, v, country)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		p.over = s.place(ctx, country)
		p.parts = append(p.parts, s.lawParts(ctx, law)...)
	}
	models, err := s.linesOf(ctx, v, app.Query{Kind: "document", Text: "", Sort: "changed", Limit: 50, Topic: "type:model-provision"})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "legislation.model"), text: ifNone(ctx, models, "list.empty"), lines: models})
	s.showBlocks(w, r, http.StatusOK, p)
}

func (s *Site) lawParts(ctx context.Context, law *app.Legislation) []part {
	held := part{title: ui.T(ctx, "legislation.laws"), text: ui.T(ctx, "legislation.held", "n", law.Held), paragraphs: []string{s.lawSentence(ctx, law)}, actions: []action{{label: ui.T(ctx, "list.all"), url: "/records/law?place=" + law.Country}}}
	if law.Held == 0 {
		held.paragraphs = []string{ui.T(ctx, "legislation.none")}
	}
	gaps := &ui.List{Caption: ui.T(ctx, "legislation.gaps"), Columns: []ui.Column{{Label: ui.T(ctx, "field.substance")}, {Label: ui.T(ctx, "legislation.international")}, {Label: ui.T(ctx, "legislation.days"), End: true}, {Label: ui.T(ctx, "legislation.emerging")}}, Empty: ui.Empty{Title: ui.T(ctx, "list.empty")}}
	for _, g := range law.Gaps[:min(len(law.Gaps), gapsShown)] {
		gaps.Rows = append(gaps.Rows, s.gapRow(ctx, g))
	}
	covered := &ui.List{Caption: ui.T(ctx, "legislation.covered"), Columns: []ui.Column{{Label: ui.T(ctx, "field.substance")}, {Label: ui.T(ctx, "legislation.laws")}, {Label: ui.T(ctx, "list.state")}}, Empty: ui.Empty{Title: ui.T(ctx, "list.empty")}}
	for _, c := range law.Covered[:min(len(law.Covered), gapsShown)] {
		how := ui.State{Label: ui.T(ctx, "legislation.directly"), Tone: ui.Good}
		if c.ByClass {
			how = ui.State{Label: ui.T(ctx, "legislation.by-class"), Tone: ui.Attention}
		}
		covered.Rows = append(covered.Rows, ui.Row{URL: "/substances/" + c.Substance, Cells: []templ.Component{ui.Text(s.substanceName(ctx, c.Substance)), ui.Link("/r/"+c.Laws[0].ID, s.title(ctx, c.Laws[0])), ui.StateBadge(how)}})
	}
	for _, f := range []string{"csv", "xlsx", "json"} {
		held.actions = append(held.actions, action{label: strings.ToUpper(f), url: "/legislation/" + law.Country + "/gaps/" + f})
	}
	return []part{held, {title: ui.T(ctx, "legislation.gaps") + " · " + ui.Num(ctx, len(law.Gaps)), list: gaps}, {title: ui.T(ctx, "legislation.covered") + " · " + ui.Num(ctx, len(law.Covered)), list: covered}}
}

func (s *Site) gapRow(ctx context.Context, g app.Gap) ui.Row {
	var treaties []string
	days := 0
	for _, c := range g.International {
		treaties = append(treaties, ui.T(ctx, "control."+c.Treaty, "schedule", c.Schedule))
		if t, err := record.Date(c.From).Time(); err == nil && c.From != "" {
			days = max(days, int(s.app.Now().Sub(t).Hours()/24))
		}
	}
	row := ui.Row{URL: "/substances/" + g.Substance, Cells: []templ.Component{ui.Text(s.substanceName(ctx, g.Substance)), ui.Text(locales.List(ctx, treaties)), nil, nil}}
	if days > 0 {
		row.Cells[2] = ui.Number(days)
	}
	if len(g.Emerging) > 0 {
		var where []string
		for _, x := range g.Emerging[:min(len(g.Emerging), 3)] {
			where = append(where, s.place(ctx, strings.SplitN(x.Places[0], "-", 2)[0]))
		}
		row.Cells[3] = ui.Link("/r/"+g.Emerging[0].ID, locales.List(ctx, where))
	}
	return row
}

// gapsFile is the whole gap table of a country as a file.
func (s *Site) gapsFile(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	country, format := r.PathValue("code"), r.PathValue("format")
	if _, ok := s.app.Directory().PlaceName(country, "en"); !ok || table.Types[format] == "" {
		web.NotFound(w, r)
		return
	}
	law, err := s.app.Legislation(ctx, s.Viewer(r), country)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sendSheet(w, r, "gaps-"+country, format, func(sheet table.Writer) error { return report.Gaps(sheet, s.app, lang(ctx), law) })
}

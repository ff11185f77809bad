package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

// exploreView is the page on which series are chosen, plotted and compared.
type exploreView struct {
	fields   []ui.Field
	problems []ui.FieldProblem
	plotted  templ.Component // nil while the choice is wrong
	notes    []string
	found    []curveView
	exports  []ui.Export
	address  string
}

// curveView is one curve in words.
type curveView struct {
	name, total string
	signals     []relatedLine
	links       []action
}

// several are the inputs by which a form of one value each asks for several: "substance", "substance.2" …
func several(q url.Values, name string) []string {
	out := slices.Clone(q[name])
	for i := 2; i <= plot.MaxCurves; i++ {
		out = append(out, q[name+"."+strconv.Itoa(i)]...)
	}
	return slices.DeleteFunc(out, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func (s *Site) exploreQuery(r *http.Request) app.ExploreQuery {
	q := r.URL.Query()
	x := app.ExploreQuery{Places: several(q, "place"), Substances: several(q, "substance"), Source: q.Get("source"), Measure: q.Get("measure"),
		From: record.Date(q.Get("from")), To: record.Date(q.Get("to")), Step: q.Get("step")}
	if _, asked := q["place"]; !asked {
		if home := s.home(r.Context()); home != "" {
			x.Places = []string{home}
		}
	}
	for _, code := range strings.Fields(q.Get("subdivision")) {
		x.Places = append(x.Places, strings.ToUpper(code))
	}
	return x
}

func (s *Site) explore(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	q := s.exploreQuery(r)
	p := &exploreView{address: r.URL.RequestURI()}
	status := http.StatusOK
	found, err := s.app.Explore(ctx, v, q)
	var e *app.Error
	switch {
	case err == nil:
		q = found.ExploreQuery
		s.plotExploration(ctx, p, found)
		p.exports = exploreExports(r)
	case asError(err, &e) && e.Code == app.Invalid:
		status = http.StatusUnprocessableEntity
		p.problems = ui.FieldProblems(ctx, e.Problems, func(path string) string { return ui.T(ctx, exploreLabels[path]) })
	default:
		s.Fail(w, r, err)
		return
	}
	p.fields = s.exploreFields(ctx, q)
	if e != nil {
		ui.SpreadProblems(ctx, p.fields, e.Problems)
	}
	s.Show(w, r, status, ui.Page{Title: ui.T(ctx, "explore.title"), Plots: true, TLP: record.Amber}, explorePage(p))
}

// exploreLabels are the message keys of the form's labels, by the field of a problem.
var exploreLabels = map[string]string{"place": "explore.places", "substance": "field.substance", "source": "explore.source", "measure": "explore.measure", "step": "explore.step", "from": "list.from", "to": "list.to"}

func exploreExports(r *http.Request) []ui.Export {
	var out []ui.Export
	for _, f := range []string{"csv", "xlsx", "json"} {
		u := url.URL{Path: "/explore/" + f, RawQuery: r.URL.RawQuery}
		out = append(out, ui.Export{Label: strings.ToUpper(f), URL: u.String()})
	}
	return out
}

func (s *Site) exploreFields(ctx context.Context, q app.ExploreQuery) []ui.Field {
	places := []ui.Option{{Value: app.World, Label: ui.T(ctx, "explore.world")}}
	for _, g := range s.app.Directory().Regions() {
		places = append(places, ui.Option{Value: app.RegionOf(g.ID), Label: g.Names[lang(ctx)]})
	}
	places = append(places, s.countryOptions(ctx)...)
	var subdivisions []string
	for _, p := range q.Places {
		if len(p) > 2 && p[2] == '-' {
			subdivisions = append(subdivisions, p)
		}
	}
	fields := []ui.Field{
		{Path: "place", Type: record.TypeCountries, Label: ui.T(ctx, "explore.places"), Help: ui.T(ctx, "explore.places-help"), Values: q.Places, Options: places},
		{Path: "subdivision", Type: record.TypeText, Label: ui.T(ctx, "field.subdivision"), Help: ui.T(ctx, "help.place"), Value: strings.Join(subdivisions, " ")},
	}
	chosen := slices.DeleteFunc(slices.Clone(q.Substances), func(x string) bool { return x == "" })
	for i := range min(len(chosen)+1, plot.MaxCurves) {
		f := ui.Field{Path: "substance", Type: record.TypeSubstance, Label: ui.T(ctx, "field.substance"), Suggest: "/suggest/substances"}
		if i > 0 {
			f.Path, f.Label = "substance."+strconv.Itoa(i+1), ui.T(ctx, "explore.and")
		}
		if i < len(chosen) {
			f.Value = s.substanceName(ctx, chosen[i])
		}
		fields = append(fields, f)
	}
	source := ui.Field{Path: "source", Type: record.TypeChoice, Label: ui.T(ctx, "explore.source"), Value: q.Source}
	for _, x := range app.Sources() {
		source.Options = append(source.Options, ui.Option{Value: x.Name, Label: sourceName(ctx, x.Name)})
	}
	measure := ui.Field{Path: "measure", Type: record.TypeChoice, Label: ui.T(ctx, "explore.measure"), Help: ui.T(ctx, "explore.measure-help"), Value: q.Measure}
	for _, m := range []string{"count", "g"} {
		measure.Options = append(measure.Options, ui.Option{Value: m, Label: ui.T(ctx, "explore.measure."+m)})
	}
	step := ui.Field{Path: "step", Type: record.TypeChoice, Label: ui.T(ctx, "explore.step"), Value: q.Step}
	for _, x := range []string{app.ByWeek, app.ByMonth, app.ByYear} {
		step.Options = append(step.Options, ui.Option{Value: x, Label: ui.T(ctx, "explore.step."+x)})
	}
	return append(fields, source, measure, step,
		ui.Field{Path: "from", Type: record.TypeText, Label: ui.T(ctx, "list.from"), Help: ui.T(ctx, "list.date-form"), Value: string(q.From)},
		ui.Field{Path: "to", Type: record.TypeText, Label: ui.T(ctx, "list.to"), Help: ui.T(ctx, "list.date-form"), Value: string(q.To)})
}

// explorePlace names a place of the explorer.
func (s *Site) explorePlace(ctx context.Context, place string) string {
	if place == app.World {
		return ui.T(ctx, "explore.world")
	}
	if id, ok := strings.CutPrefix(place, "region:"); ok {
		for _, g := range s.app.Directory().Regions() {
			if g.ID == id {
				return g.Names[lang(ctx)]
			}
		}
	}
	return s.place(ctx, place)
}

func (s *Site) curveName(ctx context.Context, x *app.Exploration, c app.Curve) string {
	if len(x.Substances) > 1 {
		return s.substanceName(ctx, c.Substance)
	}
	return s.explorePlace(ctx, c.Place)
}

func (s *Site) plotExploration(ctx context.Context, p *exploreView, x *app.Exploration) {
	common := s.substanceName(ctx, x.Substances[0])
	if len(x.Substances) > 1 {
		common = s.explorePlace(ctx, x.Places[0])
	}
	c := plot.Curves{ID: "curves", Title: common + " · " + sourceName(ctx, x.Source), Unit: ui.T(ctx, "explore.measure."+x.Measure), Steps: x.Steps, Unfinished: x.Unfinished}
	var said []string
	small := false
	for _, k := range x.Curves {
		name := s.curveName(ctx, x, k)
		line := plot.Curve{Name: name, Values: k.Values}
		view := curveView{name: name, total: ui.Num(ctx, k.Total)}
		for _, m := range k.Signals {
			line.Marks = append(line.Marks, plot.Mark{Step: m.Step, Text: x.Steps[m.Step] + ": " + s.title(ctx, m.Shown), URL: "/r/" + m.ID})
			view.signals = append(view.signals, relatedLine{title: s.title(ctx, m.Shown), url: "/r/" + m.ID, relation: ui.Date(ctx, string(m.When)), state: stateOf(ctx, m.Shown.Record)})
		}
		view.links = s.curveLinks(ctx, x, k)
		small = small || k.Total > 0 && k.Total/float64(len(k.Values)) < 5
		said = append(said, name+" "+view.total)
		c.List, p.found = append(c.List, line), append(p.found, view)
	}
	c.Description = c.Title + ": " + strings.Join(said, "; ")
	p.plotted = plot.CurvesPlot(c)
	p.notes = []string{ui.T(ctx, "explore.yours"), ui.T(ctx, "explore.no-denominator")}
	if small {
		p.notes = append(p.notes, ui.T(ctx, "explore.small"))
	}
	if x.Unfinished {
		p.notes = append(p.notes, ui.T(ctx, "explore.unfinished"))
	}
	if slices.ContainsFunc(x.Places, func(pl string) bool { return pl == app.World || strings.HasPrefix(pl, "region:") }) {
		p.notes = append(p.notes, ui.T(ctx, "explore.no-signals"))
	}
}

// curveLinks lead from a curve to the records behind it.
func (s *Site) curveLinks(ctx context.Context, x *app.Exploration, k app.Curve) []action {
	kind, _, _ := strings.Cut(x.Source, "/")
	q := url.Values{}
	if k.Place != app.World && !strings.HasPrefix(k.Place, "region:") {
		q.Set("place", k.Place)
	}
	if k.Substance != "" {
		q.Set("substance", k.Substance)
	}
	return []action{{label: ui.T(ctx, "explore.records", "kind", ui.T(ctx, "kind."+kind+".many")), url: "/records/" + kind + "?" + q.Encode()}}
}

// exploreFile sends the figures of the explorer as a table: one row for each curve and step.
func (s *Site) exploreFile(w http.ResponseWriter, r *http.Request) {
	ctx, format := r.Context(), r.PathValue("format")
	if table.Types[format] == "" {
		web.NotFound(w, r)
		return
	}
	x, err := s.app.Explore(ctx, s.Viewer(r), s.exploreQuery(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sendSheet(w, r, "series", format, func(sheet table.Writer) error { return s.writeCurves(ctx, x, sheet) })
}

func (s *Site) writeCurves(ctx context.Context, x *app.Exploration, sheet table.Writer) error {
	err := sheet.Header([]string{x.Step, "place", "place_name", "substance", "substance_name", "source", "measure", "value"})
	for _, c := range x.Curves {
		for i, v := range c.Values {
			if err == nil {
				err = sheet.Row([]any{x.Steps[i], c.Place, s.explorePlace(ctx, c.Place), c.Substance, s.substanceName(ctx, c.Substance), x.Source, x.Measure, v})
			}
		}
	}
	if err == nil {
		err = sheet.Close()
	}
	return err
}

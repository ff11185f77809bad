package pages

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// services sums up, by country, the registers of services and professionals and the figures on coverage.
func (s *Site) services(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	by, err := s.app.Services(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "menu.services"), lead: ui.T(ctx, "services.lead"), maps: true}
	for _, k := range []string{"service", "workforce", "figure"} {
		p.actions = append(p.actions, action{label: ui.T(ctx, "kind."+k+".many"), url: "/records/" + k})
	}
	if v.SignedIn() && v.Person.Stakeholder == "" {
		p.actions = append(p.actions, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.service.one")), url: "/records/service/new", main: true})
	}
	values := map[string]float64{}
	l := &ui.List{Caption: ui.T(ctx, "menu.services"), Empty: ui.Empty{Title: ui.T(ctx, "list.empty")}, Columns: []ui.Column{{Label: ui.T(ctx, "services.country")}}}
	for _, key := range []string{"services.services", "services.accredited", "services.professionals", "services.expiring", "services.ati", "services.naloxone", "services.served"} {
		l.Columns = append(l.Columns, ui.Column{Label: ui.T(ctx, key), End: true})
	}
	l.Columns = append(l.Columns, ui.Column{Label: ui.T(ctx, "services.indicators")})
	compare := locales.From(ctx).Sorter()
	countries := slices.SortedFunc(maps.Keys(by), func(a, b string) int { return compare(s.place(ctx, a), s.place(ctx, b)) })
	for _, code := range countries {
		c := by[code]
		values[code] = float64(c.Accredited + c.Professionals)
		row := ui.Row{URL: "/records/service?place=" + code, Cells: []templ.Component{ui.Text(s.place(ctx, code))}}
		for _, n := range []int{c.Services, c.Accredited, c.Professionals, c.ExpiringSoon, c.Alternatives, c.Naloxone, c.Served} {
			row.Cells = append(row.Cells, ui.Number(n))
		}
		l.Rows = append(l.Rows, ui.Row{URL: row.URL, Cells: append(row.Cells, ui.Text(s.figuresWords(ctx, c)))})
	}
	p.parts = []part{{title: ui.T(ctx, "menu.services"), list: l}}
	if len(values) > 0 {
		p.parts = append(p.parts, part{title: ui.T(ctx, "services.accredited") + " · " + ui.T(ctx, "services.professionals"), body: s.world(ctx, "services-map", ui.T(ctx, "menu.services"), values)})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

func (s *Site) figuresWords(ctx context.Context, c *app.Coverage) string {
	var out []string
	for _, x := range c.Figures[:min(len(c.Figures), 3)] {
		if b, ok := x.Fields.(*detection.Statistic); ok && b.Value != nil {
			out = append(out, b.Indicator+" "+ui.Plain(b.Year)+": "+ui.Num(ctx, *b.Value))
		}
	}
	return locales.List(ctx, out)
}

package pages

import (
	"net/http"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/web/ui"
)

// partners is who works with the Coalition beside its participants, what they are asked and what they have put forward.
func (s *Site) partners(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	p := blocks{title: ui.T(ctx, "menu.partners"), lead: ui.T(ctx, "partners.lead"), actions: []action{{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.organisation.one")), url: "/records/organisation/new", main: true}, {label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.call.one")), url: "/records/call/new"}}}
	if h, err := coalition.LoadHistory(); err == nil {
		if u, ok := h.Stated("universities"); ok {
			p.parts = append(p.parts, part{title: ui.T(ctx, "kind.organisation.many"), paragraphs: []string{ui.T(ctx, "partners.network", "n", u.Value)}})
		}
	}
	for _, kind := range []string{"organisation", "call", "submission"} {
		lines, err := s.linesOf(ctx, v, app.Query{Kind: kind, Sort: "changed", Limit: 15})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		p.parts = append(p.parts, part{title: ui.T(ctx, "kind."+kind+".many"), text: ifNone(ctx, lines, "list.empty"), lines: lines, actions: []action{{label: ui.T(ctx, "list.all"), url: "/records/" + kind}}})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

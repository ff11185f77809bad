package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

func importHeading(preview bool) string {
	if preview {
		return "import.checked"
	}
	return "import.finished"
}

func firstFew(names []string) []string { return names[:min(len(names), 20)] }

// signalCard is a signal on the overview and the board.
type signalCard struct {
	url, title, sentence, week, state string
	simulated                         bool
	spark, expected, threshold        []float64
	x                                 *app.Shown
}

// sparkWeeks is how many weeks a card's plot shows.
const sparkWeeks = 40

func (s *Site) signalCards(ctx context.Context, xs []*app.Shown) []signalCard {
	var out []signalCard
	for _, x := range xs {
		u, ok := x.Fields.(*detection.Unusual)
		if !ok {
			continue
		}
		c := signalCard{url: "/r/" + x.ID, title: s.substanceName(ctx, u.Substance) + " · " + s.place(ctx, u.Place), sentence: s.signalSentence(ctx, u),
			week: ui.Date(ctx, string(u.Week)), state: x.State, x: x, simulated: x.Simulated}
		for _, p := range u.Points[max(0, len(u.Points)-sparkWeeks):] {
			c.spark = append(c.spark, p.Observed)
			c.expected = append(c.expected, orNaN(p.Expected))
			c.threshold = append(c.threshold, orNaN(p.Upperbound))
		}
		out = append(out, c)
	}
	return out
}

// takers is a map of who takes part.
func (s *Site) takers(ctx context.Context, values map[string]float64) templ.Component {
	title := ui.T(ctx, "front.map")
	return plot.WorldMap(plot.World{ID: "participants-map", Title: title, Description: title, Values: values, Listed: true, Value: func(float64) string { return ui.T(ctx, "map.part") },
		Name: func(code string) string { return s.place(ctx, code) }, Link: func(code string) string { return "/participants/" + code }})
}

// home is the code of the country of whoever is signed in, "" for none.
func (s *Site) home(ctx context.Context) string {
	v, _ := ctx.Value(viewerKey{}).(app.Viewer)
	if code := v.Participant(); len(code) == 2 {
		return code
	}
	return ""
}

// world is a map of values by country, each leading to the country's page.
func (s *Site) world(ctx context.Context, id, title string, values map[string]float64) templ.Component {
	return plot.WorldMap(plot.World{ID: id, Title: title, Description: title, Values: values,
		Home: s.home(ctx), Name: func(code string) string { return s.place(ctx, code) },
		Link: func(code string) string {
			if _, ok := s.app.Directory().Participant(code); ok {
				return "/participants/" + code
			}
			return ""
		}})
}

// front is the first page for the public: what this is, who takes part, and what is open to everybody.
func (s *Site) front(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	values := map[string]float64{}
	part, err := s.app.Participation(ctx)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	for _, p := range s.app.Directory().Participants() {
		if p.Type == coalition.State && part[p.Code].Part {
			values[p.Code] = 1
		}
	}
	p := &frontView{lead: ui.T(ctx, "front.count", "n", len(values)), world: s.takers(ctx, values)}
	if p.parts, err = s.frontParts(ctx); err == nil {
		p.stats, err = s.frontStats(ctx, len(values))
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "front.title")}, frontPage(p))
}

// frontView is the first page for the public.
type frontView struct {
	lead  string
	stats []ui.Stat
	world templ.Component
	parts []part
}

func (s *Site) notices(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	told, err := s.app.Told(ctx, v, 200)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	saved, err := s.app.Saved(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	names := map[string]string{}
	for _, x := range saved {
		names[x.ID] = x.Name
	}
	l := ui.List{ID: "notices", Caption: ui.T(ctx, "menu.new"), Columns: []ui.Column{{Label: ui.T(ctx, "list.title")}, {Label: ui.T(ctx, "notice.reason")}, {Label: ui.T(ctx, "alert.told")}, {Label: ui.T(ctx, "alert.acknowledged")}},
		Empty: ui.Empty{Title: ui.T(ctx, "notice.empty"), Text: ui.T(ctx, "notice.empty-detail"), Label: ui.T(ctx, "kind.alert.many"), URL: "/records/alert"}}
	for _, t := range told {
		k, ok := kinds.Get(t.Subject.Kind)
		if !ok {
			continue
		}
		why := reasonWords(ctx, t.Reason)
		if _, id, _ := strings.Cut(t.Reason, "match@"); names[id] != "" {
			why += ": " + names[id]
		}
		l.Rows = append(l.Rows, ui.Row{URL: "/r/" + t.Record, New: t.Seen.IsZero(), Cells: []templ.Component{ui.Text(s.titleOf(ctx, k, t.Subject)), ui.Text(why), ui.Text(when(ctx, t.At)), ui.Text(when(ctx, t.Acknowledged))}})
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "menu.new")}, plainList(ui.T(ctx, "menu.new"), ui.T(ctx, "notice.about"), l))
}

// boardColumn is one state of the triage board.
type boardColumn struct {
	state ui.State
	url   string
	cards []signalCard
	more  string
}

func (s *Site) board(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	q := s.app.QueryOf("signal", r.URL.Query())
	var columns []boardColumn
	for _, state := range []string{"new", "under-assessment", "watching", "confirmed", "dismissed"} {
		q.State, q.Sort, q.Limit = state, "changed", 12
		l, err := s.app.List(ctx, v, q)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		c := boardColumn{state: ui.State{Label: ui.T(ctx, "state."+state), Tone: stateTones[state]}, cards: s.signalCards(ctx, l.Records), url: "/records/signal?state=" + state}
		if l.Next != "" {
			c.more = ui.T(ctx, "board.more")
		}
		columns = append(columns, c)
	}
	filters := []ui.Field{
		{Path: "substance", Type: "substance", Label: ui.T(ctx, "field.substance"), Value: nameOr(s, ctx, q.Substance), Suggest: "/suggest/substances"},
		{Path: "place", Type: "choice", Label: ui.T(ctx, "field.country"), Value: q.Place, Options: s.countryOptions(ctx)},
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "kind.signal.many")}, boardPage(columns, filters))
}

func nameOr(s *Site, ctx context.Context, id string) string {
	if id == "" {
		return ""
	}
	return s.substanceName(ctx, id)
}

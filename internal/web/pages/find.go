package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

// findView is the page of a search.
type findView struct {
	text     string
	field    ui.Field
	filters  []ui.Field
	filtered bool
	meant    []relatedLine // close spellings
	names    []nameGroup   // what is no record: substances, participants, groups, people
	facets   []facet
	more     bool // there may be more than the facets count
	hits     []hit
	next     string
	none     ui.Empty
	address  string
}

type nameGroup struct {
	title string
	lines []relatedLine
}

// facet is one kind in which something was found.
type facet struct {
	label, count, url string
	on                bool
}

// hit is a record that was found.
type hit struct {
	url, title, kind, owner, changed string
	state                            ui.State
	tlp                              record.TLP
	snippet                          []app.Piece
}

const searchHits = 25 // on a page

func (s *Site) search(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	kind := r.URL.Query().Get("kind")
	if _, ok := kinds.Get(kind); !ok {
		kind = ""
	}
	q := s.app.QueryOf(kind, r.URL.Query())
	q.State, q.Topic, q.Retracted, q.Limit = "", "", false, searchHits
	p := &findView{text: text, address: with(r.URL, "after", ""), filtered: q.Place+q.Substance+q.Owner+string(q.From)+string(q.To) != "",
		field:   ui.Field{Path: "q", Type: record.TypeSubstance, Label: ui.T(ctx, "list.words"), Value: text, Suggest: "/suggest/search"},
		filters: s.searchFilters(ctx, q), none: ui.Empty{Title: ui.T(ctx, "search.none"), Text: ui.T(ctx, "search.none-detail")}}
	page := ui.Page{Title: ui.T(ctx, "layout.search")}
	if text != "" {
		found, err := s.app.Find(ctx, v, q)
		if err == nil {
			err = s.searchAround(ctx, v, r.URL, text, p)
		}
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, x := range found.Records {
			p.hits = append(p.hits, hit{url: "/r/" + x.ID, title: s.title(ctx, x), kind: ui.T(ctx, "kind."+x.Record.Kind+".one"), owner: s.ownerName(ctx, x.Owner), changed: ui.DateTime(ctx, x.Updated),
				state: stateOf(ctx, x.Record), tlp: x.Sharing.TLP, snippet: app.Snippet(x, text, lang(ctx))})
		}
		if found.Next != "" {
			next := r.URL.Query()
			next.Set("after", found.Next)
			next.Del("lang")
			p.next = "/search?" + next.Encode()
		}
		if p.filtered || kind != "" {
			p.none.Text, p.none.Label, p.none.URL = ui.T(ctx, "list.empty-filter"), ui.T(ctx, "search.everywhere"), "/search?q="+url.QueryEscape(text)
		}
		page.TLP = strictest(found.Records)
	}
	s.Show(w, r, http.StatusOK, page, findPage(p))
}

func (s *Site) searchFilters(ctx context.Context, q app.Query) []ui.Field {
	kindField := ui.Field{Path: "kind", Type: record.TypeChoice, Label: ui.T(ctx, "list.kind"), Value: q.Kind}
	for _, k := range kinds.All {
		kindField.Options = append(kindField.Options, ui.Option{Value: k.Name, Label: ui.T(ctx, "kind."+k.Name+".many")})
	}
	kindField.Options = sorted(ctx, kindField.Options)
	return []ui.Field{kindField,
		{Path: "place", Type: record.TypeChoice, Label: ui.T(ctx, "field.country"), Value: q.Place, Options: s.countryOptions(ctx)},
		{Path: "substance", Type: record.TypeSubstance, Label: ui.T(ctx, "field.substance"), Value: nameOr(s, ctx, q.Substance), Suggest: "/suggest/substances"},
		{Path: "owner", Type: record.TypeChoice, Label: ui.T(ctx, "list.owner"), Value: q.Owner, Options: s.participantOptions(ctx)},
		{Path: "from", Type: record.TypeText, Label: ui.T(ctx, "list.from"), Help: ui.T(ctx, "list.date-form"), Value: string(q.From)},
		{Path: "to", Type: record.TypeText, Label: ui.T(ctx, "list.to"), Help: ui.T(ctx, "list.date-form"), Value: string(q.To)},
	}
}

// searchAround adds what else there is to a search: kinds with counts, close spellings, and names that are no records.
func (s *Site) searchAround(ctx context.Context, v app.Viewer, u *url.URL, text string, p *findView) error {
	counts, err := s.app.SearchKinds(ctx, v, text)
	if err != nil {
		return err
	}
	all := 0
	now := u.Query().Get("kind")
	for _, k := range kinds.All {
		if n := counts[k.Name]; n > 0 {
			all += n
			p.facets = append(p.facets, facet{label: ui.T(ctx, "kind."+k.Name+".many"), count: capped(ctx, n), url: with(u, "kind", k.Name), on: now == k.Name})
		}
	}
	if p.more = all >= app.SearchFacetLimit; len(p.facets) > 0 {
		p.facets = append([]facet{{label: ui.T(ctx, "search.all"), count: capped(ctx, all), url: with(u, "kind", ""), on: now == ""}}, p.facets...)
	}
	for _, m := range s.app.MeantSubstances(text) {
		name := s.substanceName(ctx, m.ID)
		p.meant = append(p.meant, relatedLine{title: name, url: "/search?q=" + url.QueryEscape(name)})
	}
	people, err := s.peopleNamed(ctx, v, text)
	if err != nil {
		return err
	}
	for _, g := range []nameGroup{{ui.T(ctx, "menu.substances"), s.substancesNamed(ctx, text)}, {ui.T(ctx, "menu.participants"), s.participantsNamed(ctx, text)}, {ui.T(ctx, "menu.groups"), s.groupsNamed(ctx, text)}, {ui.T(ctx, "search.people"), people}} {
		if len(g.lines) > 0 {
			p.names = append(p.names, g)
		}
	}
	return nil
}

const maxNamed = 6 // of each sort

func (s *Site) substancesNamed(ctx context.Context, text string) []relatedLine {
	var out []relatedLine
	for _, x := range s.app.Catalogue().Search(text, maxNamed) {
		out = append(out, relatedLine{title: s.substanceName(ctx, x.ID), url: "/substances/" + x.ID})
	}
	if id := s.app.SubstanceNamed(text); id != "" && len(out) == 0 {
		out = append(out, relatedLine{title: s.substanceName(ctx, id), url: "/substances/" + id})
	}
	return out
}

func named(text string, names ...string) bool {
	return len([]rune(text)) > 1 && strings.Contains(strings.ToLower(strings.Join(names, "\n")), strings.ToLower(text))
}

func (s *Site) participantsNamed(ctx context.Context, text string) []relatedLine {
	var out []relatedLine
	for _, p := range s.app.Directory().Participants() {
		if len(out) < maxNamed && named(text, p.Name(lang(ctx)), p.Names["en"], p.Printed, p.Acronym) {
			out = append(out, relatedLine{title: p.Name(lang(ctx)), url: "/participants/" + p.Code})
		}
	}
	return out
}

func (s *Site) groupsNamed(ctx context.Context, text string) []relatedLine {
	var out []relatedLine
	for _, g := range s.app.Directory().Groups() {
		if len(out) < maxNamed && named(text, s.groupName(ctx, g.ID), g.ID) {
			out = append(out, relatedLine{title: s.groupName(ctx, g.ID), url: "/groups/" + g.ID})
		}
	}
	return out
}

// peopleNamed are the colleagues whom the viewer may know by name.
func (s *Site) peopleNamed(ctx context.Context, v app.Viewer, text string) ([]relatedLine, error) {
	known, _, err := s.app.Colleagues(ctx, v, "")
	if err != nil {
		return nil, err
	}
	var out []relatedLine
	for _, c := range known {
		if len(out) < maxNamed && named(text, c.Name) {
			out = append(out, relatedLine{title: c.Name, url: "/participants/" + c.Participant + "#people", relation: s.participantName(ctx, c.Participant)})
		}
	}
	return out, nil
}

// suggestSearch answers names that begin what is typed into the search: substances, participants, groups.
func (s *Site) suggestSearch(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	var out []ui.Option
	if len([]rune(text)) > 1 {
		for _, g := range []nameGroup{{ui.T(ctx, "field.substance"), s.substancesNamed(ctx, text)}, {ui.T(ctx, "list.owner"), s.participantsNamed(ctx, text)}, {ui.T(ctx, "field.group"), s.groupsNamed(ctx, text)}} {
			for _, l := range g.lines {
				out = append(out, ui.Option{Value: l.title, Label: g.title})
			}
		}
	}
	web.Render(w, r, http.StatusOK, optionsView(out))
}

// coursePlot draws what was counted at a place about a substance or class in the last two years, one curve for each of the
// sources that has anything; nil where none has.
func (s *Site) coursePlot(ctx context.Context, v app.Viewer, place, substance string) (templ.Component, error) {
	c := plot.Curves{ID: "course", Title: s.substanceName(ctx, substance) + " · " + s.explorePlace(ctx, place), Unit: ui.T(ctx, "plot.unit")}
	var said []string
	x, err := s.app.Course(ctx, v, place, substance, []string{"identification", "incident/seizure", "health-event/non-fatal-overdose", "health-event/death"})
	if err != nil {
		return nil, err
	}
	c.Steps, c.Unfinished = x.Steps, x.Unfinished
	for _, k := range x.Curves {
		if k.Total == 0 {
			continue
		}
		line := plot.Curve{Name: sourceName(ctx, k.Source), Values: k.Values}
		for _, m := range k.Signals {
			line.Marks = append(line.Marks, plot.Mark{Step: m.Step, Text: x.Steps[m.Step] + ": " + s.title(ctx, m.Shown), URL: "/r/" + m.ID})
		}
		c.List = append(c.List, line)
		said = append(said, line.Name+" "+ui.Num(ctx, k.Total))
	}
	if len(c.List) == 0 {
		return nil, nil
	}
	c.Unit = ui.T(ctx, "course.unit")
	c.Description = c.Title + ": " + strings.Join(said, "; ")
	return plot.CurvesPlot(c), nil
}

// peopleParts are who works at a participant, as far as the viewer may know them, and what was counted there.
func (s *Site) peopleParts(ctx context.Context, v app.Viewer, p *coalition.Participant) ([]part, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	var out []part
	known, others, err := s.app.Colleagues(ctx, v, p.Code)
	if err != nil {
		return nil, err
	}
	if len(known)+others > 0 {
		l := &ui.List{ID: "people", Caption: ui.T(ctx, "search.people"), Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "people.sectors")}, {Label: ui.T(ctx, "people.duties")}, {Label: ui.T(ctx, "menu.groups")}}}
		for _, c := range known {
			l.Rows = append(l.Rows, ui.Row{Cells: s.colleagueCells(ctx, c)})
		}
		l.Empty.Title = ui.T(ctx, "colleagues.none")
		x := part{title: ui.T(ctx, "search.people"), list: l, id: "people"}
		if others > 0 {
			x.text = ui.T(ctx, "colleagues.others", "n", others)
		}
		out = append(out, x)
	}
	if p.Type != coalition.State {
		return out, nil
	}
	plotted, err := s.coursePlot(ctx, v, p.Code, "")
	if err == nil && plotted != nil {
		out = append(out, part{title: ui.T(ctx, "course.title"), body: plotted, actions: []action{{label: ui.T(ctx, "course.explore"), url: "/explore?place=" + p.Code}}})
	}
	return out, err
}

func (s *Site) colleagueCells(ctx context.Context, c app.Colleague) []templ.Component {
	var sectors, duties, groups []string
	for _, x := range c.Sectors {
		sectors = append(sectors, ui.T(ctx, "sector."+string(x)))
	}
	for _, x := range c.Duties {
		duties = append(duties, ui.T(ctx, "duty."+string(x)))
	}
	for _, g := range c.Registrations {
		words := s.sectionCode(ctx, g.Group, string(g.Section))
		for _, role := range g.Roles {
			if role != coalition.Member {
				words += ", " + ui.T(ctx, "member-role."+string(role))
			}
		}
		groups = append(groups, words)
	}
	return []templ.Component{ui.Text(c.Name), ui.Text(locales.List(ctx, sectors)), ui.Text(locales.List(ctx, duties)), ui.Text(strings.Join(groups, " · "))}
}

func currentFacet(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/substance"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

func asError(err error, e **app.Error) bool { return errors.As(err, e) }

const substancePage = 100

func (s *Site) substances(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	cat := s.app.Catalogue()
	text, class := strings.TrimSpace(r.URL.Query().Get("q")), r.URL.Query().Get("class")
	var found []*substance.Substance
	switch {
	case text != "":
		found = cat.Search(text, 500)
		if id := s.app.SubstanceNamed(text); id != "" && len(found) == 0 {
			if x, ok := cat.Get(id); ok {
				found = []*substance.Substance{x}
			}
		}
	case class != "":
		found = cat.Members(class)
	default:
		found = cat.All()
	}
	l := ui.List{ID: "substances", Caption: ui.T(ctx, "menu.substances"), Action: "/substances", Total: ui.Num(ctx, len(found)),
		Columns: []ui.Column{{Label: ui.T(ctx, "field.substance")}, {Label: ui.T(ctx, "substance.class")}, {Label: ui.T(ctx, "substance.control")}, {Label: "CAS"}},
		Empty:   ui.Empty{Title: ui.T(ctx, "list.empty"), Text: ui.T(ctx, "substance.none"), Label: ui.T(ctx, "list.empty-all"), URL: "/substances"}}
	options := []ui.Option{}
	for _, c := range cat.Classes() {
		options = append(options, ui.Option{Value: c.ID, Label: s.substanceName(ctx, c.ID)})
	}
	l.Form = fieldsView([]ui.Field{{Path: "q", Type: record.TypeText, Label: ui.T(ctx, "list.words"), Value: text}, {Path: "class", Type: record.TypeChoice, Label: ui.T(ctx, "substance.class"), Value: class, Options: options}})
	if text != "" {
		l.Filters = append(l.Filters, ui.Chip{Label: "“" + text + "”", Remove: with(r.URL, "q", "")})
	}
	if class != "" {
		l.Filters = append(l.Filters, ui.Chip{Label: s.substanceName(ctx, class), Remove: with(r.URL, "class", "")})
	}
	from := min(max(0, atoi(r.URL.Query().Get("from"))), len(found))
	until := min(from+substancePage, len(found))
	for _, x := range found[from:until] {
		l.Rows = append(l.Rows, ui.Row{URL: "/substances/" + x.ID, Cells: []templ.Component{ui.Text(s.substanceName(ctx, x.ID)), ui.Text(s.substanceName(ctx, x.Class)), ui.Text(controlText(ctx, x)), ui.Text(x.CAS)}})
	}
	if until < len(found) {
		l.Next = with(r.URL, "from", ui.Plain(until))
	}
	if from > 0 {
		l.Prev = with(r.URL, "from", ui.Plain(max(0, from-substancePage)))
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "menu.substances"), About: ui.T(ctx, "substance.about")}, plainList(ui.T(ctx, "menu.substances"), ui.T(ctx, "substance.about"), l))
}

func controlText(ctx context.Context, x *substance.Substance) string {
	var parts []string
	for _, c := range x.Controls {
		t := c.Treaty + " " + c.Schedule
		if c.From != "" {
			t += " (" + c.From + ")"
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, ", ")
}

// substanceView is the page of a substance or class.
type substanceView struct {
	name, lead string
	facts      []ui.Fact
	members    []relatedLine
	world      templ.Component
	plotted    templ.Component // what was counted, week by week; nil for the public
	explore    string
	lists      []kindLines
}

func (s *Site) substance(w http.ResponseWriter, r *http.Request) {
	ctx, v, id := r.Context(), s.Viewer(r), r.PathValue("id")
	cat := s.app.Catalogue()
	if _, ok := cat.NameOf(id, "en"); !ok {
		web.NotFound(w, r)
		return
	}
	p := &substanceView{name: s.substanceName(ctx, id)}
	var classes []string
	for _, c := range cat.Ancestors(id) {
		classes = append(classes, s.substanceName(ctx, c))
	}
	p.lead = strings.Join(classes, " ‹ ")
	if x, ok := cat.Get(id); ok {
		p.facts = s.substanceFacts(ctx, x)
	} else {
		for _, m := range cat.Members(id) {
			p.members = append(p.members, relatedLine{title: s.substanceName(ctx, m.ID), url: "/substances/" + m.ID})
		}
	}
	if v.SignedIn() {
		sums, _, err := s.app.Countries(ctx, v, id, 11)
		if err == nil {
			p.lists, err = s.recordsAt(ctx, v, app.Query{Substance: id, Limit: 8})
		}
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		p.world = s.world(ctx, "world", ui.T(ctx, "substance.map"), sums)
		p.explore = "/explore?place=" + app.World + "&substance=" + url.QueryEscape(id)
		if p.plotted, err = s.coursePlot(ctx, v, app.World, id); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: p.name, About: p.lead, Maps: true, Plots: p.plotted != nil}, substancePageView(p))
}

func (s *Site) substanceFacts(ctx context.Context, x *substance.Substance) []ui.Fact {
	var out []ui.Fact
	add := func(key, text string, wide bool) {
		if text != "" {
			out = append(out, ui.Fact{Label: ui.T(ctx, key), Value: ui.Text(text), Wide: wide})
		}
	}
	var names []string
	for _, l := range []string{"es", "ar", "fr", "pt", "ru"} {
		if n := x.Names[l]; n != "" {
			names = append(names, n)
		}
	}
	add("substance.names", strings.Join(names, " · "), true)
	add("substance.synonyms", strings.Join(x.Synonyms, " · "), true)
	add("substance.street", strings.Join(x.Street, " · "), true)
	for _, c := range x.Controls {
		text := ui.T(ctx, "control."+c.Treaty, "schedule", c.Schedule)
		if c.From != "" {
			text += " · " + ui.T(ctx, "control.since", "date", ui.Date(ctx, c.From))
		}
		add("substance.control", text, true)
	}
	if len(x.Controls) == 0 {
		add("substance.control", ui.T(ctx, "control.none"), true)
	}
	out = append(out, facts("CAS", x.CAS)...)
	out = append(out, facts("InChIKey", x.InChIKey)...)
	out = append(out, facts("SMILES", x.SMILES)...)
	add("substance.sources", locales.List(ctx, x.Sources), true)
	return out
}

func facts(label, value string) []ui.Fact {
	if value == "" {
		return nil
	}
	return []ui.Fact{{Label: label, Value: ui.Text(value)}}
}

// suggest answers options for what is being typed into a field of a substance.
func (s *Site) suggest(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	var out []ui.Option
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	for _, x := range s.app.Catalogue().Search(q, 12) {
		out = append(out, ui.Option{Value: s.substanceName(ctx, x.ID), Label: s.substanceName(ctx, x.Class)})
	}
	web.Render(w, r, http.StatusOK, optionsView(out))
}

func (s *Site) unknown(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	names, err := s.app.Unknowns(ctx, s.Viewer(r), 200)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := ui.List{ID: "unknown", Caption: ui.T(ctx, "menu.unknown"), Total: ui.Num(ctx, len(names)), Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "unknown.seen"), End: true}, {Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "unknown.is")}},
		Empty: ui.Empty{Title: ui.T(ctx, "unknown.none"), Text: ui.T(ctx, "unknown.none-detail")}}
	for _, n := range names {
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Link("/r/"+n.Record, n.Name), ui.Number(max(n.Seen, 1)), ui.Text(s.participantName(ctx, n.Owner)), unknownForm(n.Name)}})
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "menu.unknown")}, plainList(ui.T(ctx, "menu.unknown"), ui.T(ctx, "unknown.about"), l))
}

func (s *Site) resolveUnknown(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSpace(r.PostFormValue("substance"))
	if id != "" {
		id = s.substanceID(id)
	}
	if err := s.app.ResolveUnknown(r.Context(), s.Viewer(r), r.PostFormValue("name"), id); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "unknown.done")
	http.Redirect(w, r, "/unknown", http.StatusSeeOther)
}

package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// with returns the path with one query value changed; the page of the list is forgotten.
func with(u *url.URL, name, value string) string {
	q := u.Query()
	q.Del("after")
	q.Del("lang")
	if value == "" {
		q.Del(name)
	} else {
		q.Set(name, value)
	}
	v := url.URL{Path: u.Path, RawQuery: q.Encode()}
	return v.String()
}

func (s *Site) list(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok {
		web.NotFound(w, r)
		return
	}
	if !s.listable(w, r, k.Name) {
		return
	}
	q := s.app.QueryOf(k.Name, r.URL.Query())
	found, err := s.app.List(ctx, v, q)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := s.listView(ctx, r, k, q, found)
	if v.SignedIn() && len(l.Rows) > 0 {
		l.Choose = &ui.Choose{Action: "/records/" + k.Name + "/chosen", Query: r.URL.RawQuery, Most: app.MaxChosen}
	}
	l.Extra = s.listTools(r)
	writes := k.Authored && len(k.Under) == 0 && v.SignedIn() && (v.Person.Stakeholder == "" || k.Partners)
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "kind."+k.Name+".many"), About: ui.T(ctx, "kind."+k.Name+".about"), Feed: feedOf(k.Name), TLP: strictest(found.Records)}, listView(k, l, writes, s.statedNote(ctx, k.Name, found)))
}

// statedNote says how many records of a kind the Coalition's report counts, whose texts it does not print.
func (s *Site) statedNote(ctx context.Context, kind string, found *app.List) string {
	h, err := coalition.LoadHistory()
	if err != nil {
		return ""
	}
	key := map[string]string{"recommendation": "recommendations", "initiative": "initiatives"}[kind]
	st, ok := h.Stated(key)
	if !ok || !found.Exact {
		return ""
	}
	return ui.T(ctx, "stated.note", "stated", st.Value, "held", found.Total)
}

// substanceID returns the id that a typed name stands for, or what was typed.
func (s *Site) substanceID(typed string) string {
	if _, ok := s.app.Catalogue().NameOf(typed, "en"); ok {
		return typed
	}
	if id := s.app.SubstanceNamed(typed); id != "" {
		return id
	}
	return typed
}

// shownColumns returns the fields that the list shows: those of the address, else those that the viewer keeps, else those
// that the kind marks.
func (s *Site) shownColumns(r *http.Request, k *record.Kind) (shown []record.Field, choice []record.Field) {
	chosen := r.URL.Query()["column"]
	if len(chosen) == 0 {
		kept, err := s.app.Preferred(r.Context(), s.Viewer(r), app.ColumnsOf(k.Name))
		if err != nil {
			s.o.Log.ErrorContext(r.Context(), "the columns that are kept could not be read", "error", err)
		}
		chosen = strings.Fields(kept)
	}
	for _, f := range k.Fields {
		switch f.Type {
		case record.TypeList, record.TypeData, record.TypeTexts, record.TypeLong:
			continue
		}
		choice = append(choice, f)
		if slices.Contains(chosen, f.Name) || len(chosen) == 0 && f.Column {
			shown = append(shown, f)
		}
	}
	return shown, choice
}

func (s *Site) listView(ctx context.Context, r *http.Request, k *record.Kind, q app.Query, found *app.List) ui.List {
	u := r.URL
	shown, choice := s.shownColumns(r, k)
	l := ui.List{ID: "records", Caption: ui.T(ctx, "kind."+k.Name+".many"), Total: total(ctx, found.Total, found.Exact), Action: u.Path,
		Form: s.filterForm(ctx, k, q), Filters: s.chips(ctx, u, q)}
	for _, c := range u.Query()["column"] {
		l.Keep = append(l.Keep, ui.Hidden{Name: "column", Value: c})
	}
	l.Columns = []ui.Column{{Label: ui.T(ctx, "list.title")}}
	for _, f := range shown {
		c := ui.Column{Label: kindLabel(ctx, k.Name, f.Name), End: f.Type == record.TypeNumber || f.Type == record.TypeInteger}
		if f.Type == record.TypeDate && f.Past {
			c.Sort, c.Order = sortLink(u, q, "day")
		}
		l.Columns = append(l.Columns, c)
	}
	changed := ui.Column{Label: ui.T(ctx, "list.changed")}
	changed.Sort, changed.Order = sortLink(u, q, "changed")
	l.Columns = append(l.Columns, ui.Column{Label: ui.T(ctx, "list.state")}, ui.Column{Label: ui.T(ctx, "list.owner")}, changed)
	for _, f := range choice {
		l.Choice = append(l.Choice, ui.ColumnChoice{Name: f.Name, Label: kindLabel(ctx, k.Name, f.Name), Shown: slices.ContainsFunc(shown, func(x record.Field) bool { return x.Name == f.Name })})
	}
	signedIn := s.Viewer(r).SignedIn()
	if signedIn {
		l.Prefer = "/records/" + k.Name + "/columns"
	}
	for _, x := range found.Records {
		row := s.rowOf(ctx, shown, x)
		if signedIn {
			row.Value, row.Name = fmt.Sprintf("%s.%d", x.ID, x.Version), s.title(ctx, x)
		}
		l.Rows = append(l.Rows, row)
	}
	if found.Next != "" {
		next := u.Query()
		next.Set("after", found.Next)
		next.Del("lang")
		l.Next = u.Path + "?" + next.Encode()
	}
	if u.Query().Get("after") != "" {
		l.Prev = with(u, "after", "")
	}
	for _, f := range []string{"csv", "xlsx", "json"} {
		e := url.URL{Path: "/records/" + k.Name + "/export/" + f, RawQuery: strings.TrimPrefix(with(u, "after", ""), u.Path+"?")}
		if !strings.Contains(with(u, "after", ""), "?") {
			e.RawQuery = ""
		}
		l.Exports = append(l.Exports, ui.Export{Label: strings.ToUpper(f), URL: e.String()})
	}
	l.Empty = ui.Empty{Title: ui.T(ctx, "list.empty"), Text: ui.T(ctx, "list.empty-detail")}
	if len(l.Filters) > 0 {
		l.Empty.Text, l.Empty.Label, l.Empty.URL = ui.T(ctx, "list.empty-filter"), ui.T(ctx, "list.empty-all"), u.Path
	} else if k.Authored && len(k.Under) == 0 && s.Viewer(r).SignedIn() {
		l.Empty.Label, l.Empty.URL = ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind."+k.Name+".one")), "/records/"+k.Name+"/new"
	}
	return l
}

func sortLink(u *url.URL, q app.Query, by string) (link, order string) {
	now := q.Sort
	if now == "" {
		now = "changed"
	}
	next := "descending"
	if now == by {
		order = "descending"
		if q.Ascending {
			order = "ascending"
		} else {
			next = "ascending"
		}
	}
	v := u.Query()
	v.Set("sort", by)
	v.Set("order", next)
	v.Del("after")
	v.Del("lang")
	return u.Path + "?" + v.Encode(), order
}

func (s *Site) rowOf(ctx context.Context, shown []record.Field, x *app.Shown) ui.Row {
	body := bodyOf(x.Record)
	row := ui.Row{URL: "/r/" + x.ID, Cells: []templ.Component{ui.Text(s.title(ctx, x))}}
	for _, f := range shown {
		if text := s.valueText(ctx, f, body[f.Name]); text == "" {
			row.Cells = append(row.Cells, nil)
		} else {
			row.Cells = append(row.Cells, ui.Text(text))
		}
	}
	return ui.Row{URL: row.URL, Cells: append(row.Cells, ui.StateBadge(stateOf(ctx, x.Record)), ui.Text(s.ownerName(ctx, x.Owner)), ui.Text(locales.DateTime(ctx, x.Updated)))}
}

func bodyOf(r *record.Record) map[string]any {
	body := map[string]any{}
	_ = json.Unmarshal(r.Body, &body) // the store holds only bodies that were checked
	return body
}

// valueText words a field's value in the viewer's language.
func (s *Site) valueText(ctx context.Context, f record.Field, v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case float64:
		if f.Name == "year" {
			return fmt.Sprintf("%.0f", x)
		}
		t := ui.Num(ctx, x)
		if f.Unit != "" {
			t += " " + unit(ctx, f.Unit)
		}
		return t
	case []any:
		parts := make([]string, len(x))
		for i := range x {
			parts[i] = s.valueText(ctx, record.Field{Type: f.Type.One()}, x[i])
		}
		return locales.List(ctx, parts)
	case string:
		switch f.Type {
		case record.TypeChoice:
			return option(ctx, x)
		case record.TypeYesNo:
			return ui.T(ctx, "form."+x)
		case record.TypeGroup:
			return s.groupName(ctx, x)
		case record.TypeMember, record.TypeMembers:
			return s.participantName(ctx, x)
		case record.TypeLanguages:
			return ui.T(ctx, "language."+x)
		case record.TypeCountry, record.TypePlace:
			return s.place(ctx, x)
		case record.TypeSubstance:
			return s.substanceName(ctx, x)
		case record.TypeDate:
			return ui.Date(ctx, x)
		}
		return x
	}
	return fmt.Sprint(v)
}

func (s *Site) chips(ctx context.Context, u *url.URL, q app.Query) []ui.Chip {
	var out []ui.Chip
	add := func(name, value, label string) {
		if value != "" {
			out = append(out, ui.Chip{Label: label, Remove: with(u, name, "")})
		}
	}
	add("q", q.Text, "“"+q.Text+"”")
	add("state", q.State, ui.T(ctx, "state."+q.State))
	add("place", q.Place, s.place(ctx, q.Place))
	add("substance", q.Substance, s.substanceName(ctx, q.Substance))
	add("owner", q.Owner, ui.T(ctx, "list.owner")+": "+s.ownerName(ctx, q.Owner))
	add("topic", q.Topic, s.topicName(ctx, q.Topic))
	add("from", string(q.From), ui.T(ctx, "list.from")+" "+string(q.From))
	add("to", string(q.To), ui.T(ctx, "list.to")+" "+string(q.To))
	if q.Retracted {
		add("retracted", "yes", ui.T(ctx, "state.retracted"))
	}
	return out
}

func (s *Site) filterForm(ctx context.Context, k *record.Kind, q app.Query) templ.Component {
	fields := []ui.Field{
		{Path: "q", Type: record.TypeText, Label: ui.T(ctx, "list.words"), Value: q.Text},
		{Path: "state", Type: record.TypeChoice, Label: ui.T(ctx, "list.state"), Value: q.State, Options: s.stateOptions(ctx, k)},
		{Path: "place", Type: record.TypeChoice, Label: ui.T(ctx, "field.country"), Value: q.Place, Options: s.countryOptions(ctx)},
		{Path: "substance", Type: record.TypeSubstance, Label: ui.T(ctx, "field.substance"), Value: q.Substance, Suggest: "/suggest/substances"},
		{Path: "owner", Type: record.TypeChoice, Label: ui.T(ctx, "list.owner"), Value: q.Owner, Options: s.participantOptions(ctx)},
		{Path: "from", Type: record.TypeText, Label: ui.T(ctx, "list.from"), Help: ui.T(ctx, "list.date-form"), Value: string(q.From)},
		{Path: "to", Type: record.TypeText, Label: ui.T(ctx, "list.to"), Help: ui.T(ctx, "list.date-form"), Value: string(q.To)},
		{Path: "topic", Type: record.TypeChoice, Label: ui.T(ctx, "list.topic"), Value: q.Topic, Options: s.topicOptions(ctx, k)},
		{Path: "retracted", Type: ui.TypeCheck, Label: ui.T(ctx, "list.retracted"), Value: yes(q.Retracted)},
	}
	if len(s.topicOptions(ctx, k)) == 0 {
		fields = slices.DeleteFunc(fields, func(f ui.Field) bool { return f.Path == "topic" })
	}
	return fieldsView(fields)
}

// topicOptions are the groups and themes by which a kind's list can be narrowed.
func (s *Site) topicOptions(ctx context.Context, k *record.Kind) []ui.Option {
	var out []ui.Option
	if _, ok := record.Find(k.Fields, "group"); ok {
		out = s.groupOptions(ctx)
	} else if _, ok := record.Find(k.Fields, "lines"); ok {
		out = s.lineOptions(ctx)
	}
	if f, ok := record.Find(k.Fields, "theme"); ok {
		for _, t := range f.Options {
			out = append(out, ui.Option{Value: "theme:" + t, Label: option(ctx, t)})
		}
	}
	return out
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func (s *Site) stateOptions(ctx context.Context, k *record.Kind) []ui.Option {
	var out []ui.Option
	for _, st := range k.Workflow.States {
		out = append(out, ui.Option{Value: st, Label: ui.T(ctx, "state."+st)})
	}
	return out
}

func (s *Site) countryOptions(ctx context.Context) []ui.Option {
	return s.choices.get(ctx, "countries", func() (out []ui.Option) {
		for _, c := range s.app.Directory().Countries() {
			out = append(out, ui.Option{Value: c, Label: s.place(ctx, c)})
		}
		return out
	})
}

func (s *Site) participantOptions(ctx context.Context) []ui.Option {
	return s.choices.get(ctx, "participants", func() (out []ui.Option) {
		for _, p := range s.app.Directory().Participants() {
			out = append(out, ui.Option{Value: p.Code, Label: p.Name(lang(ctx))})
		}
		return out
	})
}

// choices keeps long choices of the shipped directory in the order of each language: sorting them by the rules of a
// language takes longer than the rest of a form.
type choices struct{ kept sync.Map } // name and language → []ui.Option

func (c *choices) get(ctx context.Context, name string, make func() []ui.Option) []ui.Option {
	key := name + " " + lang(ctx)
	if kept, ok := c.kept.Load(key); ok {
		return slices.Clone(kept.([]ui.Option))
	}
	out := sorted(ctx, make())
	c.kept.Store(key, out)
	return slices.Clone(out)
}

func sorted(ctx context.Context, o []ui.Option) []ui.Option {
	compare := locales.From(ctx).Sorter()
	slices.SortFunc(o, func(a, b ui.Option) int { return compare(a.Label, b.Label) })
	return o
}

func (s *Site) export(w http.ResponseWriter, r *http.Request) {
	k, ok := kinds.Get(r.PathValue("kind"))
	format := r.PathValue("format")
	if !ok || table.Types[format] == "" {
		web.NotFound(w, r)
		return
	}
	if !s.listable(w, r, k.Name) {
		return
	}
	first := s.app.QueryOf(k.Name, r.URL.Query())
	first.Limit, first.Uncounted = 1, true
	if _, err := s.app.List(r.Context(), s.Viewer(r), first); err != nil { // what is wrong is said before the answer begins
		s.Fail(w, r, err)
		return
	}
	s.sendSheet(w, r, k.Name, format, func(sheet table.Writer) error {
		_, err := s.app.Export(r.Context(), s.Viewer(r), s.app.QueryOf(k.Name, r.URL.Query()), sheet)
		return err
	})
}

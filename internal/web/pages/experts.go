package pages

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// experts is the directory of those who consent to be asked, by expertise, language and country.
func (s *Site) experts(w http.ResponseWriter, r *http.Request) {
	ctx, v, q := r.Context(), s.Viewer(r), r.URL.Query()
	query := app.Query{Kind: "expert", State: "listed", Place: q.Get("country"), Text: q.Get("q"), Cursor: q.Get("after"), Sort: "changed"}
	for _, t := range []string{"expertise", "language"} {
		if x := q.Get(t); x != "" {
			query.Topics = append(query.Topics, t+":"+x)
		}
	}
	if len(query.Topics) > 0 {
		query.Topic = query.Topics[0]
	}
	found, err := s.app.List(ctx, v, query)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := ui.List{ID: "experts", Caption: ui.T(ctx, "experts.title"), Action: "/experts", Form: s.expertForm(ctx, q.Get("q"), q.Get("expertise"), q.Get("language"), q.Get("country")),
		Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "field.institution")}, {Label: ui.T(ctx, "field.expertise")}, {Label: ui.T(ctx, "field.languages")}, {Label: ui.T(ctx, "field.contact")}},
		Empty:   ui.Empty{Title: ui.T(ctx, "list.empty"), Text: ui.T(ctx, "experts.lead"), Label: ui.T(ctx, "experts.add"), URL: "/records/expert/new"}}
	for _, x := range found.Records {
		b, ok := x.Fields.(*programme.Profile)
		if !ok {
			continue
		}
		l.Rows = append(l.Rows, ui.Row{URL: "/r/" + x.ID, Cells: []templ.Component{ui.Text(s.title(ctx, x)), ui.Text(s.ownerName(ctx, x.Owner)), ui.Text(b.Institution), ui.Text(optionsIn(ctx, "option.", b.Expertise)), ui.Text(optionsIn(ctx, "language.", b.Languages)), ui.Text(b.Contact)}})
	}
	if found.Next != "" {
		l.Next = with(r.URL, "after", found.Next)
	}
	for _, f := range []string{"csv", "xlsx", "json"} {
		l.Exports = append(l.Exports, ui.Export{Label: f, URL: "/records/expert/export/" + f})
	}
	for name, label := range map[string]string{"expertise": ui.T(ctx, "option."+q.Get("expertise")), "language": ui.T(ctx, "language."+q.Get("language")), "country": s.place(ctx, q.Get("country")), "q": q.Get("q")} {
		if q.Get(name) != "" {
			l.Filters = append(l.Filters, ui.Chip{Label: label, Remove: with(r.URL, name, "")})
		}
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "experts.title")}, expertsPage(l))
}

func optionsIn(ctx context.Context, prefix string, values []string) string {
	out := make([]string, len(values))
	for i, x := range values {
		out[i] = ui.T(ctx, prefix+x)
	}
	return locales.List(ctx, out)
}

func (s *Site) expertForm(ctx context.Context, text, expertise, language, country string) templ.Component {
	skills := ui.Field{Path: "expertise", Type: record.TypeChoice, Label: ui.T(ctx, "field.expertise"), Value: expertise}
	k, _ := kinds.Get("expert")
	if f, ok := record.Find(k.Fields, "expertise"); ok {
		for _, o := range f.Options {
			skills.Options = append(skills.Options, ui.Option{Value: o, Label: option(ctx, o)})
		}
	}
	tongues := ui.Field{Path: "language", Type: record.TypeLanguages, Label: ui.T(ctx, "field.languages"), Value: language}
	s.references(ctx, &tongues)
	tongues.Type = record.TypeChoice
	return fieldsView([]ui.Field{{Path: "q", Type: record.TypeText, Label: ui.T(ctx, "list.words"), Value: text}, skills, tongues,
		{Path: "country", Type: record.TypeChoice, Label: ui.T(ctx, "field.country"), Value: country, Options: s.countryOptions(ctx)}})
}

package pages

import (
	"context"
	"encoding/csv"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/internal/kinds"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// TestFormsSayWhatBelongsIn: each field of every form, those of lists' items as well, shows what the data dictionary says
// of it and names that text as its description.
func TestFormsSayWhatBelongsIn(t *testing.T) {
	h := newHouse(t)
	for _, code := range []string{"en", "ar"} {
		ctx := locales.With(context.Background(), locales.New(code, nil, locales.Auto))
		for _, k := range kinds.Authored() {
			var check func(prefix, asked string, fields []ui.Field)
			check = func(prefix, asked string, fields []ui.Field) {
				for _, f := range fields {
					path := prefix + strings.TrimPrefix(f.Path, asked)
					var b strings.Builder
					if err := ui.FormField(f).Render(ctx, &b); err != nil {
						t.Fatal(err)
					}
					help, id := ui.T(ctx, locales.HelpKey(k.Name, path)), ui.FieldID(f.Path)+"-help"
					if help == "" || !strings.Contains(html.UnescapeString(b.String()), `id="`+id+`">`+help) || !strings.Contains(b.String(), `aria-describedby="`+id) {
						t.Errorf("%s: %s of %s does not say %q", code, f.Path, k.Name, help)
					}
					if f.Blank != nil {
						check(path+".", f.Path+".0.", f.Blank.Fields)
					}
				}
			}
			check("", "", h.site.formFields(ctx, k.Name, "", k.Fields, values{Values: url.Values{}}))
		}
	}
}

// TestDictionarySaysWhatBelongsIn: the data dictionary gives each field's help as its meaning, on the page and in the table.
func TestDictionarySaysWhatBelongsIn(t *testing.T) {
	h := newHouse(t)
	_, page := h.fetch(t, "/dictionary")
	page = html.UnescapeString(page)
	res, err := http.Get(h.URL + "/dictionary/csv")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 300 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	english := locales.New("en", nil, locales.Auto)
	for _, row := range rows[1:] {
		kind, path, said := row[column["kind"]], row[column["field"]], row[column["meaning"]]
		if want := english.T(locales.HelpKey(kind, path)); said != want || !strings.Contains(page, want) {
			t.Errorf("%s %s: the table says %q, want %q there and on the page", kind, path, said, want)
		}
	}
}

package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// fieldHelp says beside the field at a path what belongs into it: what the dictionary says of it, then what its
// declaration allows.
func fieldHelp(ctx context.Context, kind, path string, f record.Field) string {
	var parts []string
	if s := meaning(ctx, kind, path); s != "" {
		parts = append(parts, s)
	}
	if s := fieldRange(ctx, f); s != "" {
		parts = append(parts, s)
	}
	if f.Past && f.Type == record.TypeDate {
		parts = append(parts, ui.T(ctx, "dictionary.past"))
	}
	return strings.Join(parts, " ")
}

// fieldRange says in words which numbers, or how many items, a field takes.
func fieldRange(ctx context.Context, f record.Field) string {
	switch {
	case f.Least != nil && f.Most != nil:
		return ui.T(ctx, "dictionary.between", "least", ui.Num(ctx, *f.Least), "most", ui.Num(ctx, *f.Most))
	case f.Least != nil:
		return ui.T(ctx, "dictionary.least", "least", ui.Num(ctx, *f.Least))
	case f.Most != nil:
		return ui.T(ctx, "dictionary.most", "most", ui.Num(ctx, *f.Most))
	case f.Max > 0 && f.Type == record.TypeList:
		return ui.T(ctx, "dictionary.items", "n", f.Max)
	}
	return ""
}

// entry is one field of the data dictionary.
type entry struct {
	kind, path string
	field      record.Field
}

// entriesOf lists the fields of a kind, those of lists beside their list.
func entriesOf(k *record.Kind) []entry {
	var out []entry
	var add func(prefix string, fields []record.Field)
	add = func(prefix string, fields []record.Field) {
		for _, f := range fields {
			if f.Type == record.TypeData {
				continue
			}
			out = append(out, entry{k.Name, prefix + f.Name, f})
			if f.Type == record.TypeList {
				add(prefix+f.Name+".", f.Fields)
			}
		}
	}
	add("", k.Fields)
	return out
}

// codes are the values of a choice, each with its words where they differ.
func codes(ctx context.Context, f record.Field) string {
	var out []string
	for _, o := range f.Options {
		if words := option(ctx, o); words != o {
			out = append(out, o+" – "+words)
		} else {
			out = append(out, o)
		}
	}
	return strings.Join(out, "; ")
}

// codeSource says from where the codes of a field come that are no list of its own.
func codeSource(ctx context.Context, t record.FieldType) string {
	return wordOr(ctx, "dictionary.source."+string(t.One()), "")
}

func need(ctx context.Context, f record.Field) string {
	switch {
	case f.Derived:
		return ui.T(ctx, "dictionary.derived")
	case f.Required:
		return ui.T(ctx, "dictionary.required")
	}
	return ui.T(ctx, "dictionary.optional")
}

// dictionary lists all kinds of record with their fields.
func (s *Site) dictionary(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	columns := []ui.Column{{Label: ui.T(ctx, "versions.field")}, {Label: ui.T(ctx, "dictionary.name")}, {Label: ui.T(ctx, "dictionary.type")}, {Label: ui.T(ctx, "dictionary.need")}, {Label: ui.T(ctx, "dictionary.allowed")}, {Label: ui.T(ctx, "dictionary.meaning")}}
	p := blocks{title: ui.T(ctx, "dictionary.title"), lead: ui.T(ctx, "dictionary.about"), actions: []action{{label: "CSV", url: "/dictionary/csv"}, {label: "XLSX", url: "/dictionary/xlsx"}}}
	for _, k := range kinds.All {
		l := &ui.List{ID: "dictionary-" + k.Name, Caption: ui.T(ctx, "kind."+k.Name+".many"), Columns: columns}
		for _, e := range entriesOf(k) {
			l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(kindLabel(ctx, k.Name, e.path)), fieldCode(e.path), ui.Text(typeWords(ctx, e.field)), ui.Text(need(ctx, e.field)), ui.Text(allowed(ctx, e.field)), ui.Text(meaning(ctx, k.Name, e.path))}})
		}
		p.parts = append(p.parts, part{title: ui.T(ctx, "kind."+k.Name+".many"), text: ui.T(ctx, "kind."+k.Name+".about"), list: l})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

func typeWords(ctx context.Context, f record.Field) string {
	t := ui.T(ctx, "dictionary.type."+string(f.Type))
	if f.Unit != "" {
		t += " (" + unit(ctx, f.Unit) + ")"
	}
	return t
}

func allowed(ctx context.Context, f record.Field) string {
	var parts []string
	for _, x := range []string{fieldRange(ctx, f), codes(ctx, f), codeSource(ctx, f.Type)} {
		if x != "" {
			parts = append(parts, x)
		}
	}
	if f.Past {
		parts = append(parts, ui.T(ctx, "dictionary.past"))
	}
	return strings.Join(parts, " · ")
}

// meaning is what the dictionary says of the field of a kind at a path, which may have item numbers ("goods.0.unit").
func meaning(ctx context.Context, kind, path string) string {
	return ui.T(ctx, locales.HelpKey(kind, path))
}

// dictionaryFile sends the dictionary as a table, in the language of whoever asks.
func (s *Site) dictionaryFile(w http.ResponseWriter, r *http.Request) {
	ctx, format := r.Context(), r.PathValue("format")
	if table.Types[format] == "" {
		web.NotFound(w, r)
		return
	}
	s.sendSheet(w, r, "dictionary", format, func(sheet table.Writer) error { return writeDictionary(ctx, sheet) })
}

func writeDictionary(ctx context.Context, sheet table.Writer) error {
	err := sheet.Header([]string{"kind", "kind_name", "field", "label", "type", "type_name", "required", "unit", "least", "most", "codes", "source", "meaning"})
	for _, k := range kinds.All {
		for _, e := range entriesOf(k) {
			if err != nil {
				break
			}
			f := e.field
			err = sheet.Row([]any{k.Name, ui.T(ctx, "kind."+k.Name+".one"), e.path, kindLabel(ctx, k.Name, e.path), string(f.Type), ui.T(ctx, "dictionary.type."+string(f.Type)), f.Required, f.Unit, orBlank(f.Least), orBlank(f.Most),
				strings.Join(f.Options, ";"), codeSource(ctx, f.Type), meaning(ctx, k.Name, e.path)})
		}
	}
	if err == nil {
		err = sheet.Close()
	}
	return err
}

func orBlank(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

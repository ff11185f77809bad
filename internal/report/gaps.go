package report

import (
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
)

// Gaps writes what a country's laws cover and what they do not as a table, a row for each substance, named in the language,
// and closes it.
func Gaps(w table.Writer, a *app.App, lang string, law *app.Legislation) error {
	if err := w.Header([]string{"substance", "name", "controls", "emerging", "covered"}); err != nil {
		return err
	}
	row := func(id, emerging, covered string) error {
		var controls []string
		if x, ok := a.Catalogue().Get(id); ok {
			for _, c := range x.Controls {
				controls = append(controls, strings.TrimSpace(c.Treaty+" "+c.Schedule+" "+c.From))
			}
		}
		name, ok := a.Catalogue().NameOf(id, lang)
		if !ok {
			name = id
		}
		return w.Row([]any{id, name, strings.Join(controls, ";"), emerging, covered})
	}
	for _, g := range law.Gaps {
		var where []string
		for _, x := range g.Emerging {
			where = append(where, strings.Join(x.Places, " "))
		}
		if err := row(g.Substance, strings.Join(where, ";"), "no"); err != nil {
			return err
		}
	}
	for _, c := range law.Covered {
		how := "named"
		if c.ByClass {
			how = "class"
		}
		if err := row(c.Substance, "", how); err != nil {
			return err
		}
	}
	return w.Close()
}

package pages

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// donors is who needs what, who offers and who funds what where.
func (s *Site) donors(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	d, err := s.app.Donors(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "menu.donors"), lead: ui.T(ctx, "donors.lead"), actions: []action{{label: ui.T(ctx, "iati.export"), url: "/donors/iati.xml"}}}
	if v.SignedIn() && v.Person.Stakeholder == "" {
		p.actions = append(p.actions, action{label: ui.T(ctx, "iati.import"), url: "/donors/import"}, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.contribution.one")), url: "/records/contribution/new"}, action{label: ui.T(ctx, "record.make", "kind", ui.T(ctx, "kind.need.one")), url: "/records/need/new", main: true})
	}
	if len(d.Countries) == 0 {
		p.parts = []part{{title: ui.T(ctx, "donors.matrix"), text: ui.T(ctx, "donors.nothing")}}
	} else {
		p.parts = []part{{title: ui.T(ctx, "donors.matrix"), body: s.donorMatrix(ctx, d)}, s.donorSums(ctx, d)}
	}
	for _, kind := range []string{"need", "contribution"} {
		lines, err := s.linesOf(ctx, v, app.Query{Kind: kind, Sort: "changed", Limit: 10})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		p.parts = append(p.parts, part{title: ui.T(ctx, "kind."+kind+".many"), text: ifNone(ctx, lines, "list.empty"), lines: lines, actions: []action{{label: ui.T(ctx, "list.all"), url: "/records/" + kind}}})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

func (s *Site) donorMatrix(ctx context.Context, d *app.Donors) templ.Component {
	columns := []string{ui.T(ctx, "field.country")}
	for _, t := range programme.Themes {
		columns = append(columns, ui.T(ctx, "option."+t))
	}
	var rows []matrixRow
	compare := locales.From(ctx).Sorter()
	countries := slices.Clone(d.Countries)
	slices.SortFunc(countries, func(a, b string) int { return compare(s.place(ctx, a), s.place(ctx, b)) })
	for _, c := range countries {
		row := matrixRow{name: s.place(ctx, c)}
		for _, t := range programme.Themes {
			row.cells = append(row.cells, s.donorCell(ctx, c, d.Cells[c][t]))
		}
		rows = append(rows, row)
	}
	return matrixView(ui.T(ctx, "donors.matrix"), columns, rows)
}

// donorCell says what is needed and given; a need without a gift is a gap, several donors are worth a talk.
func (s *Site) donorCell(ctx context.Context, country string, c *app.DonorCell) matrixCell {
	if c == nil {
		return matrixCell{}
	}
	out := matrixCell{text: ui.T(ctx, "donors.cell", "needs", len(c.Needs), "gifts", len(c.Gifts)), url: "/records/contribution?place=" + country}
	if len(c.Gifts) == 0 {
		out.gap, out.text, out.url = true, out.text+" · "+ui.T(ctx, "donors.gap"), "/records/need?place="+country
	}
	if len(c.Donors) > 1 {
		out.text += " · " + ui.T(ctx, "donors.overlap", "n", len(c.Donors))
	}
	return out
}

func (s *Site) donorSums(ctx context.Context, d *app.Donors) part {
	x := part{title: ui.T(ctx, "donors.sums")}
	for _, c := range slices.Sorted(maps.Keys(d.Sums)) {
		x.facts = append(x.facts, ui.Fact{Label: c, Value: ui.Number(d.Sums[c])})
	}
	if d.Doubled > 0 {
		x.paragraphs = []string{ui.T(ctx, "donors.doubled", "n", d.Doubled)}
	}
	return x
}

// iatiFile answers the contributions that the viewer sees as an IATI 2.03 activity file.
func (s *Site) iatiFile(w http.ResponseWriter, r *http.Request) {
	s.send(w, r, "tocsin-iati.xml", "application/xml; charset=utf-8", func(out io.Writer) error { return s.app.ExportIATI(r.Context(), s.Viewer(r), out) })
}

func (s *Site) iatiPage(w http.ResponseWriter, r *http.Request) {
	s.showIATI(w, r, http.StatusOK, nil, "")
}

func (s *Site) showIATI(w http.ResponseWriter, r *http.Request, status int, report *app.IATIReport, problem string) {
	ctx := r.Context()
	p := blocks{over: ui.T(ctx, "menu.donors"), title: ui.T(ctx, "iati.import"), lead: ui.T(ctx, "iati.import-about")}
	if problem != "" {
		p.problems = []ui.FieldProblem{{Path: "file", Label: ui.T(ctx, "iati.file"), Text: problem}}
	}
	if report != nil {
		x := part{title: ui.T(ctx, "iati.title"), text: ui.T(ctx, "iati.taken", "accepted", report.Accepted, "unchanged", report.Unchanged, "rejected", len(report.Refused)), actions: []action{{label: ui.T(ctx, "menu.donors"), url: "/donors"}}}
		for _, e := range report.Refused[:min(len(report.Refused), 200)] {
			var why []string
			for _, y := range e.Problems {
				why = append(why, ui.ProblemText(ctx, y))
			}
			x.lines = append(x.lines, relatedLine{title: ui.T(ctx, "iati.activity", "number", e.Number, "id", e.ID), relation: strings.Join(why, " ")})
		}
		p.parts = append(p.parts, x)
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "iati.title"), form: &smallForm{action: "/donors/import", file: true, buttons: []action{{label: ui.T(ctx, "iati.import"), main: true}},
		fields: []ui.Field{{Path: "file", Type: ui.TypeFile, Label: ui.T(ctx, "iati.file"), Required: true, Accept: ".xml"}}}})
	s.showBlocks(w, r, status, p)
}

func (s *Site) importIATI(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	form, err := r.MultipartReader()
	if err != nil {
		s.Fail(w, r, &app.Error{Code: app.Invalid, Key: "error.invalid"})
		return
	}
	file, _, err := receive(form)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if file == nil {
		s.showIATI(w, r, http.StatusUnprocessableEntity, nil, ui.T(ctx, "problem.required"))
		return
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	if _, err := file.Seek(0, 0); err != nil {
		s.Fail(w, r, err)
		return
	}
	report, err := s.app.ImportIATI(ctx, s.Viewer(r), "", file)
	var e *app.Error
	switch {
	case errors.As(err, &e) && e.Code == app.Invalid:
		s.showIATI(w, r, http.StatusUnprocessableEntity, nil, s.word(ctx, e))
	case err != nil:
		s.Fail(w, r, err)
	default:
		s.showIATI(w, r, http.StatusOK, report, "")
	}
}

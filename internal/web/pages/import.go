package pages

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

// maxUpload is the largest table that a page takes, in bytes; the command line takes any.
const maxUpload = 200 << 20

// importView is the page of an import: the form, or what became of a file.
type importView struct {
	kind     *record.Kind
	fields   []ui.Field
	problems []ui.FieldProblem
	report   *app.ImportReport
	preview  bool // nothing was written
	profile  string
	tlp      string
	state    string
	errors   ui.List
	records  ui.List
	sentence string
}

func (s *Site) importPage(w http.ResponseWriter, r *http.Request) {
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok || !k.Authored {
		web.NotFound(w, r)
		return
	}
	s.showImport(w, r, http.StatusOK, &importView{kind: k})
}

func (s *Site) showImport(w http.ResponseWriter, r *http.Request, status int, p *importView) {
	ctx := r.Context()
	options := []ui.Option{}
	all, err := profile.For(p.kind.Name)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	for _, x := range all {
		label := x.Title[lang(ctx)]
		if label == "" {
			label = x.Title["en"]
		}
		options = append(options, ui.Option{Value: x.Name, Label: label})
	}
	if len(options) == 1 && p.profile == "" {
		p.profile = options[0].Value
	}
	p.fields = []ui.Field{
		{Path: "profile", Type: record.TypeChoice, Label: ui.T(ctx, "import.profile"), Help: ui.T(ctx, "import.profile-help"), Required: true, Options: options, Value: p.profile},
		{Path: "tlp", Type: record.TypeChoice, Label: "TLP", Help: ui.T(ctx, "import.tlp-help"), Value: p.tlp, Options: tlpOptions(ctx)},
		{Path: "file", Type: ui.TypeFile, Label: ui.T(ctx, "import.file"), Help: ui.T(ctx, "import.file-help"), Required: true, Accept: ".csv,.tsv,.txt,.xlsx"},
	}
	if s.Viewer(r).Has(coalition.Secretariat) {
		p.fields = slices.Insert(p.fields, 2, ui.Field{Path: "state", Type: record.TypeChoice, Label: ui.T(ctx, "list.state"), Help: ui.T(ctx, "import.state-help"), Value: p.state, Options: s.stateOptions(ctx, p.kind)})
	}
	s.Show(w, r, status, ui.Page{Title: ui.T(ctx, "import.title")}, importPageView(p))
}

func (s *Site) importFile(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok || !k.Authored {
		web.NotFound(w, r)
		return
	}
	p := &importView{kind: k}
	form, err := r.MultipartReader()
	if err != nil {
		s.Fail(w, r, &app.Error{Code: app.Invalid, Key: "error.invalid"})
		return
	}
	file, values, err := receive(form)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if file != nil {
		defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	}
	p.profile, p.tlp, p.state, p.preview = values["profile"], values["tlp"], values["state"], values["do"] != "import"
	pr, found := profile.Get(p.profile)
	var problems record.Problems
	if !found || pr.Kind != k.Name {
		problems.Add("profile", "problem.required")
	}
	if file == nil {
		problems.Add("file", "problem.required")
	}
	if len(problems) > 0 {
		p.problems = ui.FieldProblems(ctx, problems, func(path string) string { return ui.T(ctx, "import."+path) })
		s.showImport(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	info, err := file.Stat()
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	q := app.ImportRequest{Kind: k.Name, Profile: pr, File: file, Size: info.Size(), DryRun: p.preview, State: p.state}
	if p.tlp != "" {
		q.Sharing = &record.Sharing{TLP: record.TLP(p.tlp)}
	}
	if values["do"] == "rejected" {
		s.sendRejected(w, r, q)
		return
	}
	report, err := s.app.Import(ctx, v, q)
	var e *app.Error
	if errors.As(err, &e) && e.Code == app.Invalid {
		p.problems = []ui.FieldProblem{}
		for _, x := range e.Problems {
			p.problems = append(p.problems, ui.FieldProblem{Path: "file", Label: ui.T(ctx, "import.file"), Text: ui.ProblemText(ctx, x)})
		}
		s.showImport(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.fillImport(ctx, p, report)
	s.showImport(w, r, http.StatusOK, p)
}

// receive reads the form, the file into a temporary one; memory does not grow with it.
func receive(form *multipart.Reader) (file *os.File, values map[string]string, err error) {
	values = map[string]string{}
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return file, values, nil
		}
		if err != nil {
			return file, values, err
		}
		if part.FormName() != "file" {
			text, err := io.ReadAll(io.LimitReader(part, 1<<12))
			if err != nil {
				return file, values, err
			}
			values[part.FormName()] = string(text)
			continue
		}
		if part.FileName() == "" {
			continue
		}
		if file, err = os.CreateTemp("", "tocsin-import-"); err != nil {
			return nil, values, err
		}
		if _, err = io.Copy(file, part); err != nil {
			return file, values, err
		}
	}
}

func (s *Site) fillImport(ctx context.Context, p *importView, report *app.ImportReport) {
	p.report = report
	key := "import.done"
	if p.preview {
		key = "import.would"
	}
	p.sentence = ui.T(ctx, key, "rows", report.Rows, "accepted", report.Accepted, "unchanged", report.Unchanged, "rejected", report.Rejected)
	p.errors = ui.List{ID: "errors", Caption: ui.T(ctx, "import.errors"), Columns: []ui.Column{{Label: ui.T(ctx, "import.row"), End: true}, {Label: ui.T(ctx, "import.column-name")}, {Label: ui.T(ctx, "import.value-name")}, {Label: ui.T(ctx, "import.problem")}}}
	for _, e := range report.Errors[:min(len(report.Errors), 100)] {
		p.errors.Rows = append(p.errors.Rows, ui.Row{Cells: []templ.Component{ui.Number(e.Row), ui.Text(e.Column), ui.Text(e.Value), ui.Text(ui.ProblemText(ctx, record.Problem{Key: e.Problem, Params: e.Params}))}})
	}
	p.records = ui.List{ID: "preview", Caption: ui.T(ctx, "import.preview"), Columns: []ui.Column{{Label: ui.T(ctx, "list.title")}}}
	var shown []record.Field
	for _, f := range p.kind.Fields {
		if f.Column {
			shown = append(shown, f)
			p.records.Columns = append(p.records.Columns, ui.Column{Label: kindLabel(ctx, p.kind.Name, f.Name)})
		}
	}
	for _, x := range report.Preview {
		body := bodyOf(x.Record)
		row := ui.Row{Cells: []templ.Component{ui.Text(s.title(ctx, x))}}
		for _, f := range shown {
			row.Cells = append(row.Cells, ui.Text(s.valueText(ctx, f, body[f.Name])))
		}
		p.records.Rows = append(p.records.Rows, row)
	}
}

// sendRejected answers the rows that an import of the file would refuse, as a table to mend and send again.
func (s *Site) sendRejected(w http.ResponseWriter, r *http.Request, q app.ImportRequest) {
	s.send(w, r, "rejected.csv", table.Types["csv"], func(out io.Writer) error {
		q.DryRun, q.Rejected = true, out
		_, err := s.app.Import(r.Context(), s.Viewer(r), q)
		return err
	})
}

// template answers an empty table with the kind's columns.
func (s *Site) template(w http.ResponseWriter, r *http.Request) {
	columns, ok := app.Template(r.PathValue("kind"))
	if !ok {
		web.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", r.PathValue("kind")+".csv"))
	out := csv.NewWriter(w)
	_ = out.Write(columns) // the connection is gone when this fails
	out.Flush()
}

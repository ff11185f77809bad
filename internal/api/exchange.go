package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/app"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// maxTable is the largest table that the interface takes, in bytes; the command line takes any.
const maxTable = 200 << 20

// Import is what became of a table.
type Import struct {
	DryRun    bool       `json:"dry_run" doc:"Nothing was written"`
	Rows      int        `json:"rows"`
	Accepted  int        `json:"accepted"`
	Unchanged int        `json:"unchanged" doc:"Rows that were imported before and are the same"`
	Rejected  int        `json:"rejected"`
	Errors    []RowFault `json:"errors" doc:"Why rows were rejected, at most 1000"`
	Unread    []string   `json:"unread" doc:"Columns that the profile does not read"`
	Unknown   []string   `json:"unknown" doc:"Names that the catalogue of substances does not know"`
}

// RowFault is one reason why a row was rejected.
type RowFault struct {
	Row    int    `json:"row" doc:"Rows of data count from 1"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Key    string `json:"key"`
	Text   string `json:"text"`
}

func (x *API) exchangeOperations() {
	add(x, Operation{ID: "import-table", Method: http.MethodPost, Path: "/import/{kind}", Area: "api.area.exchange", Summary: "api.op.import-table", Scope: app.ScopeImport,
		Sends: []string{"text/csv", table.Types["xlsx"], "application/octet-stream"}, Sample: "/import/incident?dry_run=true", errors: []int{http.StatusConflict}, limit: maxTable, lasts: 10 * time.Minute}, x.importTable)
	add(x, Operation{ID: "export-table", Method: http.MethodGet, Path: "/export/{file}", Area: "api.area.exchange", Summary: "api.op.export-table", Access: web.Anyone, Sample: "/export/commitment.csv",
		heavy: true, lasts: 10 * time.Minute, media: []string{"text/csv", table.Types["xlsx"], "application/json"}}, x.export)
	add(x, Operation{ID: "export-iati", Method: http.MethodGet, Path: "/iati.xml", Area: "api.area.exchange", Summary: "api.op.export-iati", Access: web.Anyone, Sample: "/iati.xml",
		heavy: true, lasts: 5 * time.Minute, media: []string{"application/xml"}}, x.iati)
}

func (x *API) importTable(ctx context.Context, v app.Viewer, in *struct {
	Kind    string `path:"kind" maxLength:"100"`
	Profile string `query:"profile" maxLength:"100"`
	DryRun  bool   `query:"dry_run"`
	TLP     string `query:"tlp" enum:"CLEAR,GREEN,AMBER,AMBER+STRICT,RED"`
	Owner   string `query:"owner" maxLength:"100"`
	State   string `query:"state" maxLength:"100"`
	Sent
}) (*struct{ Body Import }, error) {
	k, ok := kinds.Get(in.Kind)
	if !ok || !k.Authored {
		return nil, noKind(in.Kind)
	}
	if in.Profile == "" {
		in.Profile = "template-" + k.Name
	}
	p, ok := profile.Get(in.Profile)
	if !ok || p == nil || p.Kind != k.Name {
		return nil, wrong(record.Problems{{Field: "profile", Key: "error.profile"}})
	}
	if err := in.is("text/csv", table.Types["xlsx"], "application/octet-stream"); err != nil {
		return nil, err
	}
	file, size, err := keep(in.r.Body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	q := app.ImportRequest{Kind: k.Name, Profile: p, File: file, Size: size, DryRun: in.DryRun, Owner: in.Owner, State: in.State}
	if in.TLP != "" {
		q.Sharing = &record.Sharing{TLP: record.TLP(in.TLP)}
	}
	report, err := x.app.Import(ctx, v, q)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Import }{importOf(locales.From(ctx), report, in.DryRun)}, nil
}

// keep keeps a body in a temporary file, so that memory does not grow with it.
func keep(body io.Reader) (*os.File, int64, error) {
	file, err := os.CreateTemp("", "tocsin-import-")
	if err != nil {
		return nil, 0, err
	}
	size, err := io.Copy(file, body)
	if err != nil {
		return nil, 0, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return file, size, nil
}

func importOf(l *locales.Locale, r *app.ImportReport, dry bool) Import {
	out := Import{DryRun: dry, Rows: r.Rows, Accepted: r.Accepted, Unchanged: r.Unchanged, Rejected: r.Rejected, Errors: []RowFault{}, Unread: list(r.Unread), Unknown: list(r.Unknown)}
	for _, e := range r.Errors {
		out.Errors = append(out.Errors, RowFault{Row: e.Row, Column: e.Column, Value: e.Value, Key: e.Problem, Text: say(l, e.Problem, e.Params)})
	}
	return out
}

func (x *API) export(ctx context.Context, v app.Viewer, in *struct {
	File string `path:"file" maxLength:"110"`
	Filters
}) (*streamed, error) {
	name, format, _ := strings.Cut(in.File, ".")
	k, ok := kinds.Get(name)
	mime, known := table.Types[format]
	if !ok || !known {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	q := in.query(k.Name)
	if _, err := x.pageOf(ctx, v, q, Page{Limit: 1}); err != nil { // what is wrong is said before the answer begins
		return nil, err
	}
	return &streamed{func(c huma.Context) {
		c.SetHeader("Content-Type", mime)
		c.SetHeader("Content-Disposition", `attachment; filename="`+k.Name+"."+format+`"`)
		if c.Method() == http.MethodHead {
			return
		}
		sheet, err := table.New(c.BodyWriter(), format)
		if err == nil {
			_, err = x.app.Export(ctx, v, q, sheet)
		}
		brokeOff(err)
	}}, nil
}

// broken is what a file that could not be written to its end panics with.
type broken struct{ cause error }

// brokeOff ends the answer of a file where writing it failed: see API.breakOff.
func brokeOff(err error) {
	if err != nil {
		panic(broken{err})
	}
}

// iati answers the contributions that the viewer sees as an IATI 2.03 activity file.
func (x *API) iati(ctx context.Context, v app.Viewer, _ *struct{}) (*streamed, error) {
	return &streamed{func(c huma.Context) {
		c.SetHeader("Content-Type", "application/xml; charset=utf-8")
		c.SetHeader("Content-Disposition", `attachment; filename="tocsin-iati.xml"`)
		if c.Method() != http.MethodHead {
			brokeOff(x.app.ExportIATI(ctx, v, c.BodyWriter()))
		}
	}}, nil
}

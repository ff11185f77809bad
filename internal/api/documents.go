package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/app"
	"tocsin/internal/exchange/calendar"
	"tocsin/internal/exchange/document"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/report"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// Span is the days that a document is about.
type Span struct {
	From string `query:"from" maxLength:"10"`
	To   string `query:"to" maxLength:"10"`
}

// options reads a span; without one it is the last year.
func (x *API) options(ctx context.Context, s Span) report.Options {
	o := report.Options{Lang: locales.From(ctx).Code, Base: x.o.BaseURL, From: record.Date(s.From), To: record.Date(s.To)}
	if o.To == "" {
		o.To = record.DateOf(x.app.Now())
	}
	if o.From == "" {
		o.From = record.DateOf(x.app.Now().AddDate(-1, 0, 1))
	}
	return o
}

// ActivityImport is what became of a file of IATI activities.
type ActivityImport struct {
	Accepted  int             `json:"accepted"`
	Unchanged int             `json:"unchanged" doc:"Activities that were taken in before and are the same"`
	Rejected  []ActivityFault `json:"rejected"`
}

// ActivityFault says why an activity was not taken in.
type ActivityFault struct {
	Number   int     `json:"number" doc:"Activities count from 1"`
	Activity string  `json:"activity" doc:"Its identifier"`
	Errors   []Fault `json:"errors"`
}

func (x *API) documentOperations() {
	file := func(id, path, summary, sample string, media ...string) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.exchange", Summary: summary, Access: web.Anyone, Sample: sample, heavy: true, lasts: 2 * time.Minute, media: media}
	}
	var formats []string
	for _, mime := range report.Formats {
		mime, _, _ = strings.Cut(mime, ";")
		formats = append(formats, mime)
	}
	slices.Sort(formats)
	add(x, Operation{ID: "import-iati", Method: http.MethodPost, Path: "/import-iati", Area: "api.area.exchange", Summary: "api.op.import-iati", Scope: app.ScopeImport, Sends: []string{"application/xml", "text/xml"},
		Sample: "/import-iati", errors: []int{http.StatusConflict}, limit: maxTable, lasts: 10 * time.Minute}, x.importIATI)
	add(x, file("get-report-file", "/report/{format}", "api.op.get-report-file", "/report/md?from=2023-07-01&to=2024-12-31", formats...), x.reportFile)
	add(x, file("get-review", "/groups/{id}/review/{format}", "api.op.get-review", "/groups/swg1.2/review/md", formats...), x.review)
	add(x, file("get-briefing", "/participants/{code}/briefing/{format}", "api.op.get-briefing", "/participants/GH/briefing/md", formats...), x.briefing)
	add(x, file("get-gaps", "/legislation/{country}/gaps/{format}", "api.op.get-gaps", "/legislation/GH/gaps/csv", "text/csv", table.Types["xlsx"], "application/json"), x.gaps)
	add(x, file("get-calendar", "/calendar.ics", "api.op.get-calendar", "/calendar.ics?from=2024-01-01&to=2024-12-31", "text/calendar"), x.calendar)
	add(x, file("get-meeting-file", "/records/{id}/meeting.ics", "api.op.get-meeting-file", "/records/ID/meeting.ics", "text/calendar"), x.meetingFile)
}

func (x *API) importIATI(ctx context.Context, v app.Viewer, in *struct {
	Owner string `query:"owner" maxLength:"100"`
	Sent
}) (*struct{ Body ActivityImport }, error) {
	if err := in.is("application/xml", "text/xml"); err != nil {
		return nil, err
	}
	file, _, err := keep(in.r.Body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	done, err := x.app.ImportIATI(ctx, v, in.Owner, file)
	if err != nil {
		return nil, err
	}
	out := ActivityImport{Accepted: done.Accepted, Unchanged: done.Unchanged, Rejected: []ActivityFault{}}
	for _, r := range done.Refused {
		out.Rejected = append(out.Rejected, ActivityFault{r.Number, r.ID, list(faults(locales.From(ctx), r.Problems))})
	}
	return &struct{ Body ActivityImport }{out}, nil
}

// InFormat says in which form a document is wanted.
type InFormat struct {
	Format string `path:"format" maxLength:"10"`
}

// send answers a document as a file.
func send(d *document.Document, err error, format, name string) (*streamed, error) {
	mime, ok := report.Formats[format]
	if err == nil && !ok {
		err = &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := report.Write(&b, format, d); err != nil {
		return nil, err
	}
	return attachment(mime, name+"."+format, b.Bytes()), nil
}

// attachment answers bytes as a file to keep.
func attachment(mime, name string, content []byte) *streamed {
	return &streamed{func(c huma.Context) {
		c.SetHeader("Content-Type", mime)
		c.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
		c.SetHeader("Content-Length", strconv.Itoa(len(content)))
		if c.Method() != http.MethodHead {
			_, _ = c.BodyWriter().Write(content) // the connection is gone when this fails
		}
	}}
}

func (x *API) reportFile(ctx context.Context, _ app.Viewer, in *struct {
	InFormat
	Span
}) (*streamed, error) {
	d, _, err := report.Periodic(ctx, x.app, app.Public, x.options(ctx, in.Span)) // the report is the same for everybody
	return send(d, err, in.Format, "coalition-report")
}

func (x *API) review(ctx context.Context, v app.Viewer, in *struct {
	ByID
	InFormat
	Span
}) (*streamed, error) {
	d, err := report.Review(ctx, x.app, v, x.options(ctx, in.Span), in.ID)
	return send(d, err, in.Format, "review-"+in.ID)
}

func (x *API) briefing(ctx context.Context, v app.Viewer, in *struct {
	Code string `path:"code" maxLength:"100"`
	InFormat
	Span
}) (*streamed, error) {
	d, err := report.Briefing(ctx, x.app, v, x.options(ctx, in.Span), in.Code)
	return send(d, err, in.Format, "briefing-"+strings.ToLower(in.Code))
}

func (x *API) gaps(ctx context.Context, v app.Viewer, in *struct {
	Country string `path:"country" maxLength:"10"`
	InFormat
}) (*streamed, error) {
	mime, known := table.Types[in.Format]
	if !known || !contains(x.app.Directory().Countries(), in.Country) {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	law, err := x.app.Legislation(ctx, v, in.Country)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	sheet, err := table.New(&b, in.Format)
	if err == nil {
		err = report.Gaps(sheet, x.app, locales.From(ctx).Code, law)
	}
	return attachment(mime, "gaps-"+in.Country+"."+in.Format, b.Bytes()), err
}

func (x *API) calendar(ctx context.Context, v app.Viewer, in *struct {
	Span
	Topic string `query:"topic" maxLength:"100"`
}) (*streamed, error) {
	now := x.app.Now()
	from, to := record.DateOf(now.AddDate(0, -1, 0)), record.DateOf(now.AddDate(1, 0, 0))
	var p record.Problems
	for name, d := range map[string]*record.Date{"from": &from, "to": &to} {
		given := map[string]string{"from": in.From, "to": in.To}[name]
		if given == "" {
			continue
		}
		*d = record.Date(given)
		if _, err := d.Time(); err != nil {
			p.Add(name, "problem.date", "value", given)
		}
	}
	if len(p) > 0 {
		return nil, wrong(p)
	}
	list, err := x.app.Meetings(ctx, v, from, to, in.Topic)
	if err != nil {
		return nil, err
	}
	return x.entries(ctx, list, "Tocsin")
}

func (x *API) entries(ctx context.Context, list []*app.Shown, name string) (*streamed, error) {
	var b bytes.Buffer
	err := calendar.Write(&b, name, x.app.Entries(list, locales.From(ctx).Code, x.o.BaseURL))
	return attachment("text/calendar; charset=utf-8", "tocsin.ics", b.Bytes()), err
}

func (x *API) meetingFile(ctx context.Context, v app.Viewer, in *ByID) (*streamed, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err == nil && s.Record.Kind != "meeting" {
		err = &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	if err != nil {
		return nil, err
	}
	return x.entries(ctx, []*app.Shown{s}, x.titles(s)[locales.From(ctx).Code])
}

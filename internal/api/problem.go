package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// Problem is the answer to every request that is refused or fails: RFC 9457, worded in the language of the request.
type Problem struct {
	Type   string  `json:"type" doc:"Address of what is written about this sort of problem"`
	Title  string  `json:"title" doc:"The sort of problem in words, in the language asked for"`
	Status int     `json:"status" doc:"HTTP status"`
	Detail string  `json:"detail" doc:"What happened, in the language asked for"`
	Key    string  `json:"key" doc:"Name of what happened; it does not change with the language"`
	Errors []Fault `json:"errors,omitempty" doc:"What is wrong with which field"`
}

// Fault is what is wrong with one field.
type Fault struct {
	Field string `json:"field,omitempty" doc:"Path of the field, items of lists counted from 1 (body.goods.2.unit), or name of the parameter"`
	Key   string `json:"key" doc:"Name of what is wrong; it does not change with the language"`
	Text  string `json:"text" doc:"What is wrong, in the language asked for"`
}

// Error implements error.
func (p *Problem) Error() string { return strconv.Itoa(p.Status) + " " + p.Key }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (*Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError: what a program needs to go on.
func (p *Problem) GetHeaders() http.Header {
	switch p.Status {
	case http.StatusUnauthorized:
		return http.Header{"Www-Authenticate": {`Bearer realm="tocsin"`}}
	case http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {"5"}}
	}
	return nil
}

// refusal is a refusal of the interface itself, where no use case was reached.
type refusal struct {
	status int
	key    string
	params map[string]any
	faults record.Problems
}

func (e *refusal) Error() string { return strconv.Itoa(e.status) + " " + e.key }

var errSlow = &refusal{status: http.StatusTooManyRequests, key: "error.busy-detail"}

// codes maps the ways in which a use case fails, once.
var codes = map[app.Code]int{app.Invalid: http.StatusUnprocessableEntity, app.Forbidden: http.StatusForbidden, app.NotFound: http.StatusNotFound,
	app.Conflict: http.StatusConflict, app.Unauthenticated: http.StatusUnauthorized, app.Slow: http.StatusTooManyRequests, app.Internal: http.StatusInternalServerError}

// titles are the message keys of the sorts of problems.
var titles = map[int]string{http.StatusBadRequest: "api.title.bad", http.StatusUnauthorized: "api.title.unauthenticated", http.StatusForbidden: "error.title.forbidden",
	http.StatusNotFound: "api.title.not-found", http.StatusMethodNotAllowed: "api.title.method", http.StatusConflict: "error.title.conflict",
	http.StatusPreconditionFailed: "error.title.conflict", http.StatusRequestEntityTooLarge: "error.too-large", http.StatusUnsupportedMediaType: "api.title.media",
	http.StatusUnprocessableEntity: "error.title.invalid", http.StatusPreconditionRequired: "api.title.version", http.StatusTooManyRequests: "error.busy",
	http.StatusInternalServerError: "error.failed", http.StatusServiceUnavailable: app.DatabaseIsAway, http.StatusInsufficientStorage: app.DiskIsFull}

// Statuses lists the statuses of problems with the message keys of their titles, in order.
func Statuses() (list []int, title map[int]string) {
	for s := range titles {
		list = append(list, s)
	}
	slices.Sort(list)
	return list, titles
}

// problem words an error. What is not of a use case or of the interface is ours: its cause goes to the log.
func (x *API) problem(ctx context.Context, err error) *Problem {
	l := locales.From(ctx)
	var done *Problem
	var own *refusal
	var large *http.MaxBytesError
	var e *app.Error
	switch {
	case errors.As(err, &done):
		return done
	case errors.As(err, &own):
		p := problemOf(l, own.status, own.key, own.params)
		p.Errors = faults(l, own.faults)
		return p
	case errors.As(err, &large):
		return problemOf(l, http.StatusRequestEntityTooLarge, "error.too-large-detail", map[string]any{"limit": float64(large.Limit) / (1 << 20)})
	case errors.As(err, &e) && e.Code != app.Internal:
		return ofUseCase(l, e)
	}
	if out := app.OutageOf(err); out != nil {
		x.o.Log.ErrorContext(ctx, "the database cannot do it", "request", web.RequestID(ctx), "error", err)
		return problemOf(l, web.OutageStatus(out), out.Detail, nil)
	}
	x.o.Log.ErrorContext(ctx, "a request of the interface failed", "request", web.RequestID(ctx), "error", err)
	return problemOf(l, http.StatusInternalServerError, "error.failed-detail", map[string]any{"id": web.RequestID(ctx)})
}

func ofUseCase(l *locales.Locale, e *app.Error) *Problem {
	switch {
	case e.Code == app.NotFound && e.Key == "error.not-found": // hidden and none at all alike
		return problemOf(l, http.StatusNotFound, "error.not-found-detail", nil)
	case e.Key == "error.version":
		return problemOf(l, http.StatusPreconditionFailed, "api.stale", e.Params)
	}
	p := problemOf(l, codes[e.Code], e.Key, e.Params)
	p.Errors = faults(l, e.Problems)
	return p
}

func problemOf(l *locales.Locale, status int, key string, params map[string]any) *Problem {
	return &Problem{Type: "/api#problem-" + strconv.Itoa(status), Title: l.T(titles[status]), Status: status, Detail: say(l, key, params), Key: key}
}

func say(l *locales.Locale, key string, params map[string]any) string {
	args := make([]any, 0, 2*len(params))
	for name, v := range params {
		args = append(args, name, v)
	}
	return l.T(key, args...)
}

// envelope are the parts of a record that do not belong to its kind.
var envelope = []string{"kind", "owner", "private", "sharing", "title", "summary", "links", "body", "state", "when", "places", "substances", "Idempotency-Key"}

// maxFaults is how many faults an answer names.
const maxFaults = 100

// faults words the problems of fields. What a kind declares stands below body.
func faults(l *locales.Locale, list record.Problems) []Fault {
	var out []Fault
	for _, p := range list[:min(len(list), maxFaults)] {
		out = append(out, Fault{Field: p.Field, Key: p.Key, Text: say(l, p.Key, p.Params)})
	}
	return out
}

// belowBody moves the problems of what a kind declares below body.
func belowBody(err error) error {
	var e *app.Error
	if !errors.As(err, &e) || e.Code != app.Invalid {
		return err
	}
	moved := *e
	moved.Problems = slices.Clone(e.Problems)
	for i, p := range moved.Problems {
		if first, _, _ := strings.Cut(p.Field, "."); first != "" && !slices.Contains(envelope, first) {
			moved.Problems[i].Field = "body." + p.Field
		}
	}
	return &moved
}

// fail answers a request that no operation was reached by.
func (x *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := x.problem(r.Context(), err)
	if p.Status == http.StatusTooManyRequests {
		x.slow(w, r)
	}
	p.write(w)
}

// Starting asks programs to come again: there is nothing behind the door yet.
func Starting(w http.ResponseWriter, r *http.Request) {
	problemOf(locales.From(r.Context()), http.StatusServiceUnavailable, "error.starting", nil).write(w)
}

func (p *Problem) write(w http.ResponseWriter) {
	h := w.Header()
	maps.Copy(h, p.GetHeaders())
	h.Set("Content-Type", p.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(p) // the connection is gone when this fails
}

// said matches what huma says of parameters to message keys; the group of a pattern becomes the parameter named.
var said = []struct {
	pattern    *regexp.Regexp
	key, param string
	params     map[string]any
}{
	{regexp.MustCompile(`^required .* parameter is missing$`), "problem.required", "", nil},
	{regexp.MustCompile(`^invalid (?:integer|float)$|^expected (?:integer|number)$`), "problem.number", "", nil},
	{regexp.MustCompile(`^invalid boolean$`), "problem.option", "", map[string]any{"options": "true, false"}},
	{regexp.MustCompile(`^expected number >= (.*)$`), "problem.least", "least", nil},
	{regexp.MustCompile(`^expected number <= (.*)$`), "problem.most", "most", nil},
	{regexp.MustCompile(`^expected length <= (.*)$`), "problem.long", "max", nil},
	{regexp.MustCompile(`^expected array length <= (.*)$`), "problem.many", "max", nil},
	{regexp.MustCompile(`^expected value to be one of "(.*)"$`), "problem.option", "options", nil},
	{regexp.MustCompile(`^unknown query parameter$`), "problem.unknown", "", nil},
}

// humaProblem words what the library finds wrong with parameters.
func humaProblem(l *locales.Locale, status int, errs []error) *Problem {
	key := "error.invalid"
	if status == http.StatusInternalServerError || titles[status] == "" {
		status, key = http.StatusInternalServerError, "error.failed"
	}
	p := problemOf(l, status, key, nil)
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			p.Errors = append(p.Errors, faultOf(l, d.ErrorDetail()))
		}
	}
	return p
}

func faultOf(l *locales.Locale, d *huma.ErrorDetail) Fault {
	_, field, _ := strings.Cut(d.Location, ".")
	f := Fault{Field: field, Key: "problem.value"}
	params := map[string]any{"value": fmt.Sprint(d.Value)}
	for _, s := range said {
		m := s.pattern.FindStringSubmatch(d.Message)
		if m == nil {
			continue
		}
		f.Key = s.key
		for name, v := range s.params {
			params[name] = v
		}
		if s.param != "" {
			params[s.param] = m[1]
		}
		break
	}
	f.Text = say(l, f.Key, params)
	return f
}

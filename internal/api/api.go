// Package api is the JSON interface for programs: /api/v1 and its description in OpenAPI 3.1. Everything in it passes
// through the use cases of app; it holds no SQL and no rule of access. Operations are lines of lists, and what a record
// of a kind holds is made from the kind's declaration, so that a new kind needs nothing here.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tocsin/internal/app"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// The addresses of the interface.
const (
	Prefix   = "/api/v1"
	Document = "/api/openapi.json" // the OpenAPI description
)

// Options say how the interface is served.
type Options struct {
	BaseURL string // how the site is reached, for addresses in answers; "" leaves them relative
	Version string // of the program
	Secure  bool   // programs come over TLS
	Most    int    // wrong tokens, and costly requests without one, that an address has in a minute; 0 means 20
	Log     *slog.Logger
	Observe func(method, route string, next http.Handler) http.Handler // measures an operation's requests; nil does not
}

// API is the interface. It is safe for concurrent use.
type API struct {
	app       *app.App
	o         Options
	mux       *http.ServeMux
	huma      huma.API
	ops       []*Operation
	byPattern map[string]*Operation
	document  []byte
	refused   *web.Limiter // wrong tokens
	strangers *web.Limiter // what costs much, asked without a token
}

// Operation is one thing that programs may ask, as the list declares it.
type Operation struct {
	ID      string
	Method  string
	Path    string     // with Prefix; pattern of net/http
	Area    string     // message key of the heading that it stands under
	Summary string     // message key
	Access  web.Access // Anyone: the public finds what it may; SignedIn: only with a token
	Scope   app.Scope  // that the token must have
	Sends   []string   // media types of the body, none where it takes none
	Params  []Param
	Sample  string // path and query of an example, below Prefix
	Body    string // of the example, JSON

	errors []int
	limit  int64         // bytes of the body, 0 means web.MaxBody
	lasts  time.Duration // that it may take, 0 means ordinary
	heavy  bool          // limited for the public
	media  []string      // of the answer where that is not JSON
	shape  string        // name of the body's schema
}

// Param is a parameter of an operation.
type Param struct {
	Name     string
	In       string // path, query or header
	Type     string // string, integer, boolean
	Text     string // message key
	Default  string
	Options  []string
	Required bool
}

const ordinary = 30 * time.Second

func init() {
	huma.DefaultArrayNullable = false // lists are empty, never null
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return humaProblem(locales.New("", nil, locales.Auto), status, errs)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return humaProblem(locales.From(c.Context()), status, errs)
	}
}

// New makes the interface of an App.
func New(a *app.App, o Options) (*API, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Most == 0 {
		o.Most = 20
	}
	x := &API{app: a, o: o, mux: http.NewServeMux(), byPattern: map[string]*Operation{}, refused: web.NewLimiter(o.Most, time.Minute), strangers: web.NewLimiter(o.Most, time.Minute)}
	config := huma.DefaultConfig("Tocsin", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	config.RejectUnknownQueryParameters = true
	config.Info.Description = english("api.lead")
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: english("api.token-about")}}
	if o.BaseURL != "" {
		config.Servers = []*huma.Server{{URL: o.BaseURL}}
	}
	x.huma = humago.New(x.mux, config)
	declareKinds(x.huma.OpenAPI().Components.Schemas)
	for _, list := range []func(){x.waitingOperations, x.kindOperations, x.draftOperations, x.recordOperations, x.stepOperations, x.talkOperations, x.answeringOperations, x.trailOperations, x.fileOperations,
		x.exchangeOperations, x.documentOperations, x.directoryOperations, x.peopleOperations, x.programmeOperations, x.planningOperations, x.figureOperations} {
		list()
	}
	var err error
	x.document, err = json.Marshal(x.huma.OpenAPI())
	return x, err
}

// Operations returns every operation in the order of the description.
func (x *API) Operations() []Operation {
	out := make([]Operation, len(x.ops))
	for i, o := range x.ops {
		out[i] = *o
	}
	return out
}

// OpenAPI returns the description, for those who check answers by it.
func (x *API) OpenAPI() *huma.OpenAPI { return x.huma.OpenAPI() }

// handler answers an operation for a viewer.
type handler[I, O any] func(ctx context.Context, v app.Viewer, in *I) (*O, error)

// add puts an operation on the list. Its parameters are the tagged fields of I, its answer the Body of O.
func add[I, O any](x *API, op Operation, h handler[I, O]) {
	op.Path = Prefix + op.Path
	if op.limit == 0 {
		op.limit = web.MaxBody
	}
	if op.lasts == 0 {
		op.lasts = ordinary
	}
	if op.Access == "" {
		op.Access = web.SignedIn
	}
	if op.Scope == "" {
		op.Scope = app.ScopeRead
	}
	huma.Register(x.huma, huma.Operation{OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: english(op.Summary), Description: access(&op), Tags: []string{english(op.Area)},
		Security: security(&op), Errors: statuses(&op), DefaultStatus: defaultStatus(&op)},
		func(ctx context.Context, in *I) (*O, error) {
			out, err := h(ctx, viewer(ctx), in)
			if err != nil {
				return nil, x.problem(ctx, err)
			}
			return out, nil
		})
	x.describe(&op)
	x.ops = append(x.ops, &op)
	x.byPattern[op.Method+" "+op.Path] = &op
}

// access says in words who may ask for an operation.
func access(op *Operation) string {
	needs := locales.Say("en", "api.needs", map[string]any{"scope": string(op.Scope)})
	if op.Access == web.Anyone {
		return english("api.open") + ". " + needs + " where one is given."
	}
	return needs + "."
}

// security says with what an operation may be asked: a token of the scope, or nothing where the public may.
func security(op *Operation) []map[string][]string {
	out := []map[string][]string{{"token": {string(op.Scope)}}}
	if op.Access == web.Anyone {
		out = append(out, map[string][]string{})
	}
	return out
}

// statuses are those of the problems that an operation may answer.
func statuses(op *Operation) []int {
	out := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusInsufficientStorage}
	out = append(out, op.errors...)
	if len(op.Sends) > 0 {
		out = append(out, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func defaultStatus(op *Operation) int {
	switch op.ID {
	case "create-record", "add-attachment", "take-up-decision", "plan-meetings", "issue-report":
		return http.StatusCreated
	case "add-comment", "answer-record", "propose-change", "decide-proposal", "acknowledge-alert", "see-record", "settle-unknown-name":
		return http.StatusNoContent
	}
	return http.StatusOK
}

func english(key string) string { return locales.Say("en", key, nil) }

type viewerKey struct{}

// viewer returns who asks, as the guard found out.
func viewer(ctx context.Context) app.Viewer {
	v, ok := ctx.Value(viewerKey{}).(app.Viewer)
	if !ok {
		return app.Public
	}
	return v
}

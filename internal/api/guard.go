package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// Handler serves the interface and its description. It passes by the site's sessions: no cookie is read or set.
func (x *API) Handler() http.Handler {
	return web.Chain(http.HandlerFunc(x.observed), web.NumberRequests, web.LogAccess(x.o.Log), web.SecurityHeaders(x.o.Secure), web.Compress)
}

// observed measures a request by its operation, where anything measures.
func (x *API) observed(w http.ResponseWriter, r *http.Request) {
	if x.o.Observe == nil {
		x.serve(w, r)
		return
	}
	method, path := "", "none"
	if op := x.operation(r); op != nil {
		method, path = op.Method, op.Path
	}
	x.o.Observe(method, path, http.HandlerFunc(x.serve)).ServeHTTP(w, r)
}

func (x *API) serve(out http.ResponseWriter, r *http.Request) {
	w := &watched{ResponseWriter: out}
	defer x.recover(w, r)
	code := locales.Negotiate(r.Header.Get("Accept-Language"))
	w.Header().Set("Content-Language", code)
	w.Header().Add("Vary", "Accept-Language, Authorization")
	r = r.WithContext(locales.With(r.Context(), locales.New(code, nil, locales.Auto)))
	if r.URL.Path == Document {
		x.describeAll(w, r)
		return
	}
	op := x.operation(r)
	if op == nil {
		x.missing(w, r)
		return
	}
	if crossSite.Check(r) != nil {
		x.fail(w, r, &refusal{status: http.StatusForbidden, key: "error.cross-origin"})
		return
	}
	v, err := x.identify(r)
	if err == nil {
		err = x.admit(w, r, op, v)
	}
	if err == nil && r.ContentLength > op.limit {
		err = &http.MaxBytesError{Limit: op.limit}
	}
	if err != nil {
		x.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if v.Known() {
		w.Header().Set("Cache-Control", "private, no-store")
	}
	x.bound(w, op)
	ctx, cancel := context.WithTimeout(context.WithValue(context.WithValue(r.Context(), viewerKey{}, v), addressKey{}, r.URL), op.lasts)
	defer cancel()
	r = r.WithContext(ctx)
	r.Body = http.MaxBytesReader(w, r.Body, op.limit)
	if v.SignedIn() {
		w.refuse = func(status int) { x.noteDenied(r, op, v, status) }
	}
	if !op.tagged() {
		x.mux.ServeHTTP(w, r)
		return
	}
	held := &tagging{ResponseWriter: w}
	x.mux.ServeHTTP(held, r)
	held.send(r)
}

// operation returns what the request asks for, nil for nothing. HEAD asks for what GET does. Headers that name another
// method are not read.
func (x *API) operation(r *http.Request) *Operation {
	if path.Clean(r.URL.Path) != r.URL.Path {
		return nil // the list of addresses is exact
	}
	_, pattern := x.mux.Handler(r)
	return x.byPattern[pattern]
}

// bound limits how long a slow program may hold the connection.
func (x *API) bound(w http.ResponseWriter, op *Operation) {
	c := http.NewResponseController(w)
	end := time.Now().Add(op.lasts)
	_ = c.SetReadDeadline(end) // not every connection can: the server's own limits then hold
	_ = c.SetWriteDeadline(end.Add(ordinary))
}

// identify finds out who asks, by the token alone. Without a token it is the public.
func (x *API) identify(r *http.Request) (app.Viewer, error) {
	given := r.Header.Values("Authorization")
	if len(given) == 0 {
		return app.Public, nil
	}
	scheme, secret, _ := strings.Cut(given[0], " ")
	secret = strings.TrimSpace(secret)
	if len(given) > 1 || !strings.EqualFold(scheme, "Bearer") {
		secret = ""
	}
	v, err := x.app.TokenViewer(r.Context(), secret)
	if app.CodeOf(err) != app.Unauthenticated || err == nil {
		return v, err
	}
	if !x.refused.Allow(r) { // who guesses is slowed down, and does not fill the audit
		return v, errSlow
	}
	if auditErr := x.app.TokenRefused(r.Context(), secret, app.From{Address: web.Address(r)}, x.o.Most); auditErr != nil {
		return v, auditErr
	}
	return v, err
}

// admit applies what the list says of an operation: who may ask for it at all, with which scope, how often.
func (x *API) admit(w http.ResponseWriter, r *http.Request, op *Operation, v app.Viewer) error {
	if op.Access == web.SignedIn && !v.Known() {
		return app.ErrStranger
	}
	if !v.Allows(op.Scope) {
		if err := x.app.ScopeRefused(r.Context(), v, op.Scope); err != nil {
			return err
		}
		return &app.Error{Code: app.Forbidden, Key: "error.scope", Params: map[string]any{"scope": string(op.Scope)}}
	}
	if op.heavy && !v.Known() {
		allowed := x.strangers.Allow(r)
		rate(w, r, x.strangers)
		if !allowed {
			return errSlow
		}
	}
	return nil
}

// rate says how many requests the address has left (draft-ietf-httpapi-ratelimit-headers).
func rate(w http.ResponseWriter, r *http.Request, l *web.Limiter) {
	most, every := l.Policy()
	left, until := l.Left(r)
	w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"address";q=%d;w=%d`, most, int(every.Seconds())))
	w.Header().Set("RateLimit", fmt.Sprintf(`"address";r=%d;t=%d`, left, int(math.Ceil(until.Seconds()))))
}

// slow says when to try again.
func (x *API) slow(w http.ResponseWriter, r *http.Request) {
	limiter := x.refused
	if len(r.Header.Values("Authorization")) == 0 {
		limiter = x.strangers
	}
	rate(w, r, limiter)
	_, until := limiter.Left(r)
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(until.Seconds()))))
}

// missing says that there is nothing at the address, or that it knows other methods.
func (x *API) missing(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = m
		if x.operation(other) != nil {
			allowed = append(allowed, m)
			if m == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	if len(allowed) == 0 {
		x.fail(w, r, &app.Error{Code: app.NotFound, Key: "error.not-found"})
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	x.fail(w, r, &refusal{status: http.StatusMethodNotAllowed, key: "api.method", params: map[string]any{"method": r.Method}})
}

// describeAll answers the OpenAPI description.
func (x *API) describeAll(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains([]string{http.MethodGet, http.MethodHead}, r.Method) {
		w.Header().Set("Allow", "GET, HEAD")
		x.fail(w, r, &refusal{status: http.StatusMethodNotAllowed, key: "api.method", params: map[string]any{"method": r.Method}})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(x.document)
}

// recover answers a panic like any failure of ours. An answer that has begun is broken off instead.
func (x *API) recover(w *watched, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	if b, ok := p.(broken); ok {
		x.breakOff(w, r, b.cause)
		return
	}
	x.o.Log.ErrorContext(r.Context(), "panic", "request", web.RequestID(r.Context()), "path", r.URL.Path, "value", p, "stack", string(debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	x.fail(w, r, errors.New("panic"))
}

// breakOff answers a file that could not be written: as a problem where nothing of it is out, else by cutting it off, the
// only way to say that it is not whole.
func (x *API) breakOff(w *watched, r *http.Request, cause error) {
	if w.begun {
		x.o.Log.ErrorContext(r.Context(), "a file broke off", "request", web.RequestID(r.Context()), "path", r.URL.Path, "error", cause)
		panic(http.ErrAbortHandler)
	}
	w.Header().Del("Content-Disposition")
	x.fail(w, r, cause)
}

// crossSite finds requests that change something and that a browser sends from another site's page.
var crossSite = http.NewCrossOriginProtection()

// noteDenied keeps in the audit what a program is refused in its person's name: what he may not do, and what he may not
// know of. The line stands before the answer leaves.
func (x *API) noteDenied(r *http.Request, op *Operation, v app.Viewer, status int) {
	id := r.PathValue("id")
	if status == http.StatusNotFound && id == "" {
		return
	}
	if id == "" {
		id = r.URL.Path
	}
	if err := x.app.Denied(r.Context(), v, status, id, op.Method+" "+op.Path); err != nil {
		x.o.Log.ErrorContext(r.Context(), "a refusal was not kept in the audit", "request", web.RequestID(r.Context()), "error", err)
	}
}

// watched remembers whether an answer has begun, and tells of one that refuses something.
type watched struct {
	http.ResponseWriter
	begun  bool
	refuse func(status int) // nil tells nobody
}

func (w *watched) WriteHeader(status int) {
	if !w.begun && w.refuse != nil && (status == http.StatusForbidden || status == http.StatusNotFound) {
		w.refuse(status)
	}
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

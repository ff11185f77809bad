// Package web is the pages of Tocsin: what a browser asks and gets. Every page passes through the middleware here.
package web

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"tocsin/internal/web/static"
)

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Chain wraps h so that the first middleware sees a request first.
func Chain(h http.Handler, list ...Middleware) http.Handler {
	for i := len(list) - 1; i >= 0; i-- {
		h = list[i](h)
	}
	return h
}

// policy lets pages load only what this server serves and run no script that stands in a page; of styles that do, only
// the built ones, by their hashes. Images may be data: because the style sheets hold small ones.
var policy = "default-src 'self'; script-src 'self'; style-src 'self'" + static.Embedded.StyleHashes() + "; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// SecurityHeaders sets the headers that tell browsers what a page may do. secure is true when people reach the server
// over TLS; browsers are then told never to come without.
func SecurityHeaders(secure bool) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("Referrer-Policy", "same-origin")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
			h.Set("Cache-Control", "no-store") // the static files set their own
			if secure {
				h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
			}
			next.ServeHTTP(w, r)
		})
	}
}

type requestKey struct{}

// RequestID returns the number of the request that the context belongs to, "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// NumberRequests gives every request a number, tells it in X-Request-ID and puts it into the context. What a client
// sends there is not trusted.
func NumberRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		w.Header().Set("X-Request-ID", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// LogAccess writes one line a request: method, matched route, status, size and duration. It leaves out the query,
// headers, cookies and the last part of sign-in addresses, which hold secrets or personal words.
func LogAccess(log *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			a := &answer{ResponseWriter: w}
			defer func() {
				log.LogAttrs(r.Context(), level(a.status), "request",
					slog.String("id", RequestID(r.Context())), slog.String("method", r.Method),
					slog.String("path", PublicPath(r.URL.Path)), slog.Int("status", a.status),
					slog.Int64("bytes", a.bytes), slog.Duration("took", time.Since(start)))
			}()
			next.ServeHTTP(a, r)
		})
	}
}

// secretPaths are those below which addresses hold a secret: of signing in, of a person's calendar, of an invitation.
var secretPaths = []string{"/signin/", "/calendar/", "/invitation/"}

// PublicPath is the path of a request without the secret in it, for logs.
func PublicPath(path string) string {
	for _, p := range secretPaths {
		if strings.HasPrefix(path, p) {
			return p + "…"
		}
	}
	return path
}

func level(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// Recover answers a panic with the error page and logs it with its stack. http.ErrAbortHandler passes.
func Recover(log *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := &answer{ResponseWriter: w}
			defer func() {
				v := recover()
				if v == nil {
					return
				}
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				log.ErrorContext(r.Context(), "panic", "id", RequestID(r.Context()), "path", PublicPath(r.URL.Path),
					"value", v, "stack", string(debug.Stack()))
				if a.status != 0 {
					panic(http.ErrAbortHandler) // half an answer is out: break the connection rather than end it well
				}
				Failed(a, r)
			}()
			next.ServeHTTP(a, r)
		})
	}
}

// LimitBody refuses request bodies larger than limit bytes: at once when the length is announced, else on reading.
func LimitBody(limit int64) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > limit {
				TooLarge(w, r, limit)
				return
			}
			if r.Body != nil {
				r.Body = http.MaxBytesReader(w, r.Body, limit)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// SameSite refuses requests that change something and come from another site.
func SameSite(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(crossOrigin))
	return p.Handler(next)
}

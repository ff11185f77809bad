package pages

import (
	"net/http"
	"strings"

	"tocsin/internal/web"
)

// refusing tells of an answer that refuses something, before it is sent.
type refusing struct {
	http.ResponseWriter
	begun  bool
	refuse func(status int)
}

func (x *refusing) WriteHeader(status int) {
	if !x.begun && (status == http.StatusForbidden || status == http.StatusNotFound) {
		x.refuse(status)
	}
	x.begun = true
	x.ResponseWriter.WriteHeader(status)
}

func (x *refusing) Write(b []byte) (int, error) {
	x.begun = true
	return x.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *refusing) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// noteDenied keeps in the audit what people who are signed in are refused at a route: what they may not do, and what they
// may not know of. The line stands before the answer leaves.
func (s *Site) noteDenied(pattern string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.Viewer(r)
		if !v.SignedIn() {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(&refusing{ResponseWriter: w, refuse: func(status int) {
			id := r.PathValue("id")
			if status == http.StatusNotFound && id == "" {
				return // a mistyped address is nobody's record
			}
			if !strings.HasPrefix(pattern, "/r/") {
				id = web.PublicPath(r.URL.Path)
			}
			if err := s.app.Denied(r.Context(), v, status, id, r.Method+" "+pattern); err != nil {
				s.o.Log.ErrorContext(r.Context(), "a refusal was not kept in the audit", "request", web.RequestID(r.Context()), "error", err)
			}
		}}, r)
	})
}

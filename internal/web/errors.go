package web

import (
	"net/http"

	"github.com/a-h/templ"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// Render writes a page with a status.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	templ.Handler(page, templ.WithStatus(status)).ServeHTTP(w, r)
}

// NotFound says that there is nothing here: for what does not exist and for what the viewer may not see alike.
func NotFound(w http.ResponseWriter, r *http.Request) {
	fail(w, r, http.StatusNotFound, "error.not-found", locales.T(r.Context(), "error.not-found-detail"))
}

// Failed says that the server could not do it, with the request's number and nothing of the cause.
func Failed(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	fail(w, r, http.StatusInternalServerError, "error.failed", locales.T(ctx, "error.failed-detail", "id", RequestID(ctx)))
}

// OutageStatus is the status of an answer where the database cannot do what it is asked: 503 where it will be there again
// by itself, so that whoever stands before several servers may ask another, 507 where its disk is full.
func OutageStatus(full bool) int {
	if full {
		return http.StatusInsufficientStorage
	}
	return http.StatusServiceUnavailable
}

// Away says that the database cannot be reached, or that its disk is full, and in detail, a message key, what is known of
// what was asked.
func Away(w http.ResponseWriter, r *http.Request, full bool, detail string) {
	key := "error.full"
	if !full {
		key = "error.away"
		w.Header().Set("Retry-After", "5")
	}
	fail(w, r, OutageStatus(full), key, locales.T(r.Context(), detail))
}

// TooLarge says that the request is larger than limit bytes.
func TooLarge(w http.ResponseWriter, r *http.Request, limit int64) {
	fail(w, r, http.StatusRequestEntityTooLarge, "error.too-large",
		locales.T(r.Context(), "error.too-large-detail", "limit", float64(limit)/(1<<20)))
}

func crossOrigin(w http.ResponseWriter, r *http.Request) {
	fail(w, r, http.StatusForbidden, "error.cross-origin", locales.T(r.Context(), "error.cross-origin-detail"))
}

func fail(w http.ResponseWriter, r *http.Request, status int, key, detail string) {
	Render(w, r, status, ui.ErrorPage(locales.T(r.Context(), key), detail))
}

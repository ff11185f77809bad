package web

import (
	"net/http"

	"github.com/a-h/templ"

	"tocsin/internal/app"
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

// Outage says that the database cannot do what it is asked, and what is known of what was asked. Where it will be there
// again by itself, whoever stands before several servers may ask another.
func Outage(w http.ResponseWriter, r *http.Request, out *app.Outage) {
	status := OutageStatus(out)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	fail(w, r, status, out.Key, locales.T(r.Context(), out.Detail))
}

// OutageStatus is 507 for a full disk, which somebody must make room on, and 503 for what ends by itself.
func OutageStatus(out *app.Outage) int {
	if out.Key == app.DiskIsFull {
		return http.StatusInsufficientStorage
	}
	return http.StatusServiceUnavailable
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

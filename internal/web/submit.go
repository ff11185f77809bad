package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// personHeader names the person by whom a form was filled, as the page said it.
const personHeader = "Tocsin-Person"

// Scripted reports whether a script sends the form and wants to be told where to go on instead of being led there:
// Prefer: return=minimal (RFC 7240).
func Scripted(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.Contains(r.Header.Get("Prefer"), "return=minimal")
}

// Unfollowed tells a script where to go on: 204 with Location in place of the redirect that a browser would follow.
func Unfollowed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if Scripted(r) {
			w = &unfollowed{w}
		}
		next.ServeHTTP(w, r)
	})
}

type unfollowed struct{ http.ResponseWriter }

func (u *unfollowed) WriteHeader(status int) {
	if status == http.StatusSeeOther {
		status = http.StatusNoContent
	}
	u.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (u *unfollowed) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// OtherPerson reports whether a form was filled by somebody else than the person with the id, who is signed in now.
func OtherPerson(r *http.Request, id string) bool {
	who := r.Header.Get(personHeader)
	return who != "" && who != id
}

// SomebodyElse refuses a form that another person has filled on this device.
func SomebodyElse(w http.ResponseWriter, r *http.Request) {
	fail(w, r, http.StatusConflict, "error.other-person", locales.T(r.Context(), "error.other-person-detail"))
}

// SessionOver answers a form that came without a session: everything that was typed stands in the answer, to be sent again
// once the person has signed in. Forms that can be looked at before they are kept come back as forms. Files cannot be held.
func SessionOver(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if Scripted(r) {
		fail(w, r, http.StatusUnauthorized, "error.session", locales.T(ctx, "error.session-detail"))
		return
	}
	held := ui.HeldForm{Action: r.URL.RequestURI()}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseForm(); err != nil {
			fail(w, r, http.StatusBadRequest, "error.title.invalid", locales.T(ctx, "error.session-detail"))
			return
		}
		held.Values = inOrder(r.PostForm)
		if strings.HasSuffix(r.URL.Path, "/new") || strings.HasSuffix(r.URL.Path, "/edit") {
			held.Values = append(held.Values, ui.HeldValue{Name: "_preview", Value: "again"})
		}
	}
	Render(w, r, http.StatusUnauthorized, ui.SessionOverPage(held))
}

// inOrder lists the values of a form by their names.
func inOrder(form url.Values) (out []ui.HeldValue) {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range form[name] {
			out = append(out, ui.HeldValue{Name: name, Value: v})
		}
	}
	return out
}

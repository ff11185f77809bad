package web

import (
	"net/http"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/web/ui"
)

// Access says who may ask for a route at all. What he then sees is the sharing rule's to say.
type Access string

// The kinds of access.
const (
	Anyone   Access = "anyone"    // without signing in
	SignedIn Access = "signed-in" // any person
)

// Route is one address of the site. The list of routes is the site map; tests are made from it.
type Route struct {
	Method  string // GET or POST; GET changes nothing
	Path    string // pattern of net/http, such as /records/{id}
	Access  Access
	Body    int64 // largest body in bytes; 0 means MaxBody
	Handler http.HandlerFunc
	Bare    bool // answered without session, person and frame: nothing is asked of the database before
}

// Host is what a package of pages needs of the site that it is part of.
type Host interface {
	App() *app.App
	// Viewer is who asks, as the registrations are at this request.
	Viewer(r *http.Request) app.Viewer
	// Show writes a page inside the house's layout: header, menu, what is new.
	Show(w http.ResponseWriter, r *http.Request, status int, p ui.Page, body templ.Component)
	// Fail answers an error of a use case: its status, worded in the viewer's language; the cause goes to the log.
	Fail(w http.ResponseWriter, r *http.Request, err error)
	// Flash keeps a message key for the next page that the person sees.
	Flash(r *http.Request, tone ui.Tone, key string, args ...any)
}

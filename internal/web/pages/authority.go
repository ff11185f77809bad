package pages

import (
	"net/http"
	"net/url"

	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

// toDirectory sends a browser to the directory of an authority: to sign in, or, for who is signed in, to bind an account
// there to him. It answers a page that leads on, since the policy of pages lets no form lead to another site.
func (s *Site) toDirectory(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	issuer := r.PostFormValue("issuer")
	to, secret, err := s.directories.Ask(ctx, s.Viewer(r), issuer)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sessions.Put(ctx, "directory", secret)
	name := s.directories.Name(issuer)
	host := to
	if u, err := url.Parse(to); err == nil {
		host = u.Host
	}
	w.Header().Set("Refresh", "0; url="+to)
	s.showBlocks(w, r, http.StatusOK, blocks{title: name, parts: []part{{paragraphs: []string{ui.T(ctx, "directory.leaving", "host", host)}, actions: []action{{label: ui.T(ctx, "directory.go", "name", name), url: to, main: true}}}}})
}

// fromDirectory takes what a directory has sent a browser back with.
func (s *Site) fromDirectory(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if r.Method != http.MethodGet { // looking at the address signs nobody in
		web.NotFound(w, r)
		return
	}
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	q := r.URL.Query()
	v, err := s.directories.Signin(ctx, s.Viewer(r), s.sessions.PopString(ctx, "directory"), q.Get("state"), q.Get("code"), from(r))
	s.comeIn(w, r, v, err, ui.T(ctx, "error.directory"), ui.T(ctx, "error.directory-detail"))
}

// unbind takes an account of a directory from the person.
func (s *Site) unbind(w http.ResponseWriter, r *http.Request) {
	err := s.app.Unbind(r.Context(), s.Viewer(r), r.PostFormValue("issuer"), r.PostFormValue("subject"), r.PostFormValue("knows") == "yes")
	s.afterRemoval(w, r, err, "account.unbound", "/account/directory/remove", map[string]string{"issuer": r.PostFormValue("issuer"), "subject": r.PostFormValue("subject")})
}

package pages

import (
	"net/http"

	"tocsin/internal/app"
	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

func (s *Site) signinPage(w http.ResponseWriter, r *http.Request) {
	if s.Viewer(r).SignedIn() {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(r.Context(), "signin.title"), Narrow: s.o.Demo == nil}, signinView(s.o.Demo))
}

// signinAsk shows a button instead of signing in at once: programs that look through mail open links.
func (s *Site) signinAsk(w http.ResponseWriter, r *http.Request) {
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(r.Context(), "signin.title"), Narrow: true, Plain: true}, signinAskView("/signin/"+r.PathValue("secret")))
}

// tooMany asks whoever tries secrets to wait.
func tooMany(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	w.Header().Set("Retry-After", "60")
	web.Render(w, r, http.StatusTooManyRequests, ui.ErrorPage(ui.T(ctx, "error.slow"), ui.T(ctx, "error.slow-detail")))
}

func (s *Site) signin(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	v, err := s.app.Signin(ctx, r.PathValue("secret"))
	if app.CodeOf(err) == app.Unauthenticated && err != nil {
		web.Render(w, r, http.StatusForbidden, ui.ErrorPage(ui.T(ctx, "error.link.expired"), ui.T(ctx, "error.link.expired-detail")))
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	back := s.sessions.PopString(ctx, "return")
	if err := s.sessions.RenewToken(ctx); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sessions.Put(ctx, "person", v.Person.ID)
	http.Redirect(w, r, web.LocalPath(back), http.StatusSeeOther)
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Clear-Site-Data", `"storage"`) // what the device keeps of forms and pages
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

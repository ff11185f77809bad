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
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(r.Context(), "signin.title"), Narrow: s.o.Demo == nil, Passkeys: s.passkeysHere(r)}, signinView(s.o.Demo, s.passkeyAt(r, passkeyView{address: "/sign-in/passkey", button: ui.T(r.Context(), "signin.passkey"), main: true}), s.directories.List()))
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

// from is where a request comes from.
func from(r *http.Request) app.From {
	return app.From{Address: web.Address(r), Agent: r.UserAgent()}
}

func (s *Site) signin(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	v, err := s.app.Signin(ctx, r.PathValue("secret"), from(r))
	s.comeIn(w, r, v, err, ui.T(ctx, "error.link.expired"), ui.T(ctx, "error.link.expired-detail"))
}

// comeIn leads on whom a way in has let in, and says refused and why to whom it has not.
func (s *Site) comeIn(w http.ResponseWriter, r *http.Request, v app.Viewer, err error, refused, why string) {
	if app.CodeOf(err) == app.Unauthenticated && err != nil {
		web.Render(w, r, http.StatusForbidden, ui.ErrorPage(refused, why))
		return
	}
	to := ""
	if err == nil {
		to, err = s.enter(r, v)
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// enter gives the browser a new session for who has come in, ends the one that it had, and returns where to go: to where
// he wanted, or, if he has no way in that lasts, to where he can make one.
func (s *Site) enter(r *http.Request, v app.Viewer) (to string, err error) {
	ctx := r.Context()
	if before := s.Viewer(r); before.Signin != nil {
		if err := s.app.EndSignin(ctx, before, before.Signin.ID); err != nil && app.CodeOf(err) != app.NotFound {
			return "", err
		}
	}
	to = s.sessions.PopString(ctx, "return")
	if err := s.sessions.RenewToken(ctx); err != nil {
		return "", err
	}
	s.sessions.Put(ctx, "signin", v.Signin.ID)
	if v.Signin.Way == string(app.ByLink) && s.o.Demo == nil {
		ways, err := s.app.WaysIn(ctx, v)
		if err != nil {
			return "", err
		}
		if ways.Lasting() == 0 {
			s.Flash(r, ui.Attention, "account.add-now")
			if g, err := s.app.Guide(ctx, v); to == "" && err == nil && g.Begun {
				to = "/account"
			}
		}
	}
	return s.landing(r, v, to), nil
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	v := s.Viewer(r)
	if v.Signin != nil {
		if err := s.app.EndSignin(r.Context(), v, v.Signin.ID); err != nil && app.CodeOf(err) != app.NotFound {
			s.Fail(w, r, err)
			return
		}
	}
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Clear-Site-Data", `"storage"`) // what the device keeps of forms and pages
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// Package pages is the site: every page, made from the use cases of app and the components of ui. The list of routes is
// the site map.
package pages

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/identity"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// DemoRole is a person whose place anybody may take in a demonstration. Its texts are role.KEY and role.KEY.about.
type DemoRole struct {
	Key   string
	Email string
	Link  string // path that signs in
}

// Options say how the site is served.
type Options struct {
	Secure      bool              // people come over TLS
	BaseURL     string            // how the site is reached
	Demo        []DemoRole        // offered on the sign-in page; nil outside demonstrations
	Directories []identity.Config // by which people of a participant sign in
	Proxies     []netip.Prefix    // whose word counts on where a request comes from
	Log         *slog.Logger
	Version     string
	Observe     func(method, route string, next http.Handler) http.Handler // measures a route's requests; nil does not
}

// Site is the site.
type Site struct {
	app         *app.App
	o           Options
	sessions    *scs.SessionManager
	attempts    *web.Limiter  // to come in, whether they succeed or not
	guesses     *web.Limiter  // at addresses of calendars
	passkeys    *app.Passkeys // nil where browsers allow none
	directories *app.Directories
	exports     *web.Limiter // by strangers
	api         *api.API
	choices     choices
}

// maxExports is how many tables and documents a stranger may take in a minute: every one that is offered in every form, and again.
const maxExports = 150

// maxAttempts is how many times a network may try to come in in a minute at one server, whole ministries among them. What
// failed is counted more strictly, for all servers together, by the use cases.
const maxAttempts = 120

// maxUnread is up to where what a person has not seen is counted.
const maxUnread = 99

// New makes the site of an App.
func New(a *app.App, o Options) (*Site, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Site{app: a, o: o, attempts: web.NewLimiter(maxAttempts, time.Minute), guesses: web.NewLimiter(20, time.Minute), exports: web.NewLimiter(maxExports, time.Minute)}
	s.sessions = newSessions(a.Store(), o.Secure, s.Fail)
	var err error
	if s.passkeys, err = app.NewPasskeys(a, o.BaseURL); err != nil && !errors.Is(err, app.ErrNoPasskeys) {
		return nil, err
	}
	if s.directories, err = app.NewDirectories(a, o.BaseURL, o.Directories); err != nil {
		return nil, err
	}
	s.api, err = api.New(a, api.Options{BaseURL: strings.TrimSuffix(o.BaseURL, "/"), Version: o.Version, Secure: o.Secure, Log: o.Log, Observe: o.Observe})
	return s, err
}

// Handler serves the site.
func (s *Site) Handler() http.Handler {
	mux, site := http.NewServeMux(), http.NewServeMux()
	observed := s.o.Observe
	if observed == nil {
		observed = func(_, _ string, h http.Handler) http.Handler { return h }
	}
	for _, r := range s.Routes() {
		limit := r.Body
		if limit == 0 {
			limit = web.MaxBody
		}
		h := s.noteDenied(r.Path, r.Handler)
		if r.Access == web.SignedIn {
			h = s.signedIn(h)
		}
		h = observed(r.Method, r.Path, bound(r, web.LimitBody(limit)(h)))
		if r.Bare {
			site.Handle(r.Method+" "+r.Path, web.Base(h, s.o.Log, s.o.Secure))
			continue
		}
		mux.Handle(r.Method+" "+r.Path, h)
	}
	mux.Handle("/", observed("", "none", http.HandlerFunc(web.NotFound)))
	pages := web.Unfollowed(s.sessions.LoadAndSave(s.identify(web.Localize(s.o.Secure, s.settings)(s.surround(mux)))))
	site.Handle("/", web.Base(pages, s.o.Log, s.o.Secure))
	site.Handle(api.Prefix+"/", s.api.Handler()) // knows no session
	site.Handle(api.Document, s.api.Handler())
	return web.Behind(s.o.Proxies)(site)
}

// ordinary is how long a browser has for sending a form; files have as long as the server gives them.
const ordinary = time.Minute

// bound ends a request whose body comes too slowly for what it is.
func bound(r web.Route, next http.Handler) http.Handler {
	if r.Method == http.MethodGet || r.Body > 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(ordinary)) // not every connection can: the server's own limits then hold
		next.ServeHTTP(w, q)
	})
}

// costly asks strangers who want more than a few of what reads or composes much to wait.
func (s *Site) costly(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.Viewer(r).SignedIn() && !s.exports.Allow(r) {
			w.Header().Set("Retry-After", "60")
			web.Render(w, r, http.StatusTooManyRequests, ui.ErrorPage(ui.T(r.Context(), "error.busy"), ui.T(r.Context(), "error.busy-detail")))
			return
		}
		next(w, r)
	}
}

type viewerKey struct{}

// identify finds out who asks, as the registrations are at this request.
func (s *Site) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := app.Public
		if id := s.sessions.GetString(r.Context(), "signin"); id != "" {
			found, err := s.app.SigninViewer(r.Context(), id)
			switch {
			case err == nil:
				v = found
			case app.CodeOf(err) == app.Unauthenticated: // ended or disabled since
				_ = s.sessions.Destroy(r.Context())
			default:
				s.Fail(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), viewerKey{}, v)))
	})
}

// App returns the use cases.
func (s *Site) App() *app.App { return s.app }

// Viewer returns who asks.
func (s *Site) Viewer(r *http.Request) app.Viewer {
	v, ok := r.Context().Value(viewerKey{}).(app.Viewer)
	if !ok {
		return app.Public
	}
	return v
}

func (s *Site) settings(r *http.Request) web.Settings {
	p := s.Viewer(r).Person
	if p == nil {
		return web.Settings{}
	}
	c := web.Settings{Zone: p.Zone}
	if len(p.Languages) > 0 {
		c.Language = p.Languages[0]
	}
	return c
}

// signedIn sends strangers to the sign-in page, and back afterwards. A form that comes without a session is not lost.
func (s *Site) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.Viewer(r).SignedIn() {
			if r.Method != http.MethodGet {
				web.SessionOver(w, r)
				return
			}
			s.comeBack(r)
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
			return
		}
		if web.OtherPerson(r, s.Viewer(r).Person.ID) {
			web.SomebodyElse(w, r)
			return
		}
		w.Header().Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, r)
	})
}

// surround puts the frame of every page into the context.
func (s *Site) surround(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		c := &ui.Chrome{Version: s.o.Version, Base: strings.TrimSuffix(s.o.BaseURL, "/")}
		v := s.Viewer(r)
		simulated, err := s.app.Simulated(ctx)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		c.Simulated = simulated
		if v.SignedIn() {
			if c.Unread, err = s.app.Unseen(ctx, v, maxUnread); err == nil {
				c.Keys, err = s.app.Shortcuts(ctx, v)
			}
			if err != nil {
				s.Fail(w, r, err)
				return
			}
			c.Person = s.person(ctx, v)
		}
		c.Menu = s.menu(ctx, v, c.Unread)
		c.Flashes = func() []ui.Flash { return s.takeFlashes(ctx) }
		web.Surround(r, c)
		next.ServeHTTP(w, r.WithContext(ui.WithChrome(ctx, c)))
	})
}

func (s *Site) person(ctx context.Context, v app.Viewer) *ui.Person {
	p := &ui.Person{ID: v.Person.ID, Name: v.Person.Name, SignOut: "/sign-out", Items: []ui.MenuItem{{Label: ui.T(ctx, "profile.title"), URL: "/profile"}, {Label: ui.T(ctx, "account.title"), URL: "/account"}, {Label: ui.T(ctx, "device.title"), URL: "/offline"}, {Label: ui.T(ctx, "tokens.title"), URL: "/tokens"}, {Label: ui.T(ctx, "guide.title"), URL: "/guide"}}}
	if x, ok := s.app.Directory().Participant(v.Participant()); ok {
		p.Participant = x.Name(locales.From(ctx).Code)
	}
	if v.Has(coalition.FocalPoint) || v.Has(coalition.Secretariat) || v.Has(coalition.Administrator) {
		p.Items = append(p.Items, ui.MenuItem{Label: ui.T(ctx, "menu.people"), URL: "/people"}, ui.MenuItem{Label: ui.T(ctx, "invitations.title"), URL: "/invitations"}, ui.MenuItem{Label: ui.T(ctx, "recovery.title"), URL: "/recoveries"}, ui.MenuItem{Label: ui.T(ctx, "audit.title"), URL: "/audit"})
	}
	if app.AuditWhole(v) {
		p.Items = append(p.Items, ui.MenuItem{Label: ui.T(ctx, "admin.title"), URL: "/admin"})
	}
	if v.Has(coalition.Curator) || v.Has(coalition.Administrator) {
		p.Items = append(p.Items, ui.MenuItem{Label: ui.T(ctx, "menu.unknown"), URL: "/unknown"})
	}
	return p
}

func (s *Site) menu(ctx context.Context, v app.Viewer, unread int) []ui.MenuGroup {
	item := func(key, url string) ui.MenuItem { return ui.MenuItem{Label: ui.T(ctx, key), URL: url} }
	many := func(kind string) ui.MenuItem { return item("kind."+kind+".many", "/records/"+kind) }
	coalition := []ui.MenuItem{item("menu.about", "/about"), item("menu.participants", "/participants"), item("menu.groups", "/groups"), item("news.title", "/news"), item("menu.periodic", "/report"), many("achievement"), item("menu.data", "/data")}
	meet := []ui.MenuItem{item("menu.calendar", "/calendar"), many("document")}
	act := []ui.MenuItem{many("recommendation"), many("action"), many("initiative"), item("kind.commitment.many", "/commitments"), item("menu.pledge", "/pledge"), item("menu.donors", "/donors"), item("menu.legislation", "/legislation"), item("menu.services", "/services")}
	if !v.SignedIn() {
		return []ui.MenuGroup{
			{Key: "menu.see", Items: []ui.MenuItem{item("menu.overview", "/"), item("menu.substances", "/substances"), item("feed.advisories", "/records/alert")}},
			{Key: "menu.meet", Items: append(meet, many("call"), many("submission"))},
			{Key: "menu.act", Items: act},
			{Key: "menu.coalition", Items: coalition},
		}
	}
	if v.Person.Stakeholder != "" {
		return []ui.MenuGroup{
			{Key: "menu.see", Items: []ui.MenuItem{item("menu.overview", "/"), item("explore.title", "/explore"), item("saved.title", "/saved"), item("menu.substances", "/substances"), {Label: ui.T(ctx, "menu.new"), URL: "/new", Count: unread}}},
			{Key: "menu.meet", Items: append(meet, many("call"), many("submission"))},
			{Key: "menu.act", Items: act},
			{Key: "menu.coalition", Items: coalition},
		}
	}
	alerts := item("kind.alert.many", "/records/alert")
	return []ui.MenuGroup{
		{Key: "menu.see", Items: []ui.MenuItem{item("menu.overview", "/"), item("explore.title", "/explore"), item("saved.title", "/saved"), many("figure"), item("menu.substances", "/substances"), many("substance-name")}},
		{Key: "menu.warn", Items: []ui.MenuItem{item("kind.signal.many", "/signals"), alerts, {Label: ui.T(ctx, "menu.new"), URL: "/new", Count: unread}}},
		{Key: "menu.report", Items: []ui.MenuItem{many("identification"), many("incident"), many("health-event")}},
		{Key: "menu.meet", Items: append(meet, item("menu.groups", "/groups"), item("planner.title", "/meetings/plan"), item("experts.title", "/experts"), many("question"), many("topic"), many("announcement"))},
		{Key: "menu.act", Items: append(act, many("interest"))},
		{Key: "menu.coalition", Items: append(coalition, item("menu.partners", "/partners"), many("call"), many("submission"))},
	}
}

// Show writes a page inside the house's layout.
func (s *Site) Show(w http.ResponseWriter, r *http.Request, status int, p ui.Page, body templ.Component) {
	page := templ.ComponentFunc(func(ctx context.Context, out ioWriter) error {
		return ui.Layout(p).Render(templ.WithChildren(ctx, body), out)
	})
	web.Render(w, r, status, page)
}

// Fail answers an error of a use case.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	var e *app.Error
	var large *http.MaxBytesError
	switch code := app.CodeOf(err); {
	case errors.As(err, &large):
		web.TooLarge(w, r, large.Limit)
	case code == app.NotFound:
		web.NotFound(w, r)
	case code == app.Unauthenticated:
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	case code == app.Slow:
		tooMany(w, r)
	case errors.Is(err, app.ErrStale):
		s.toConfirm(w, r)
	case code != app.Internal && errors.As(err, &e):
		status := map[app.Code]int{app.Invalid: http.StatusUnprocessableEntity, app.Forbidden: http.StatusForbidden, app.Conflict: http.StatusConflict}[code]
		web.Render(w, r, status, ui.ErrorPage(ui.T(ctx, "error.title."+string(code)), s.word(ctx, e)))
	default:
		if out := app.OutageOf(err); out != nil {
			s.o.Log.ErrorContext(ctx, "the database cannot do it", "request", web.RequestID(ctx), "path", web.PublicPath(r.URL.Path), "error", err)
			web.Outage(w, r, out)
			return
		}
		s.o.Log.ErrorContext(ctx, "a page failed", "request", web.RequestID(ctx), "path", web.PublicPath(r.URL.Path), "error", err)
		web.Failed(w, r)
	}
}

// comeBack remembers the page that somebody asked for, to which signing in leads: one that his browser goes to, neither a
// part of one nor what a script fetches behind his back, which must not begin a session either.
func (s *Site) comeBack(r *http.Request) {
	if mode := r.Header.Get("Sec-Fetch-Mode"); r.Header.Get("HX-Request") == "" && (mode == "" || mode == "navigate") {
		s.sessions.Put(r.Context(), "return", r.URL.RequestURI())
	}
}

// toConfirm sends somebody to prove again who he is, and afterwards back to the page that he was on.
func (s *Site) toConfirm(w http.ResponseWriter, r *http.Request) {
	page, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.sessions.Put(r.Context(), "return", "/"+page)
	http.Redirect(w, r, "/account/confirm", http.StatusSeeOther)
}

// word says an error of a use case in the viewer's language, its problems included.
func (s *Site) word(ctx context.Context, e *app.Error) string {
	args := make([]any, 0, 2*len(e.Params))
	for name, v := range e.Params {
		args = append(args, name, v)
	}
	parts := []string{ui.T(ctx, e.Key, args...)}
	for _, p := range e.Problems {
		parts = append(parts, ui.ProblemText(ctx, p))
	}
	return strings.Join(parts, " ")
}

// readyPatience is how long the database may take to say that it is there.
const readyPatience = 2 * time.Second

// ready says whether requests can be answered, for what stands before several servers. It waits for nothing.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	ctx, cancel := context.WithTimeout(r.Context(), readyPatience)
	defer cancel()
	if err := s.app.Ready(ctx); err != nil {
		s.o.Log.Error("the server is not ready", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready\n"))
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// health says that the process lives, whatever its database does: to start it again would not help that.
func (s *Site) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

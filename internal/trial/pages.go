package trial

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/web/pages"
)

// House is a site with people who are signed in.
type House struct {
	app     *app.App
	handler http.Handler
	people  []*reader
	entered []time.Duration // how long the server took to let each of them in
}

// reader is one official with his session, his token and records that he sees.
type reader struct {
	viewer app.Viewer
	cookie string // the header that carries his session
	token  string // for the interface, with every scope
	seen   []string
}

// Open makes the site of an App and signs people of different participants in.
func Open(ctx context.Context, a *app.App, people int) (*House, error) {
	site, err := pages.New(a, pages.Options{BaseURL: "http://127.0.0.1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	h := &House{app: a, handler: site.Handler()}
	members, err := a.People(ctx, app.Operator, "")
	if err != nil {
		return nil, err
	}
	members = slices.DeleteFunc(members, func(m app.Member) bool { return len(m.Registrations) == 0 })
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	if people > len(members) {
		return nil, fmt.Errorf("there are %d registered people, not %d", len(members), people)
	}
	for _, m := range members[:people] {
		r, err := h.signIn(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Email, err)
		}
		h.people = append(h.people, r)
	}
	return h, nil
}

func (h *House) signIn(ctx context.Context, m app.Member) (*reader, error) {
	v, err := h.app.ViewerByID(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	secret, err := h.app.SigninLink(ctx, app.Operator, m.Email, false)
	if err != nil {
		return nil, err
	}
	r := &reader{viewer: v}
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/signin/"+secret, nil)
	req.RemoteAddr = fmt.Sprintf("10.0.%d.%d:1", len(h.people)/250, len(h.people)%250) // each from a place of his own
	began := time.Now()
	w := h.serve(req)
	h.entered = append(h.entered, time.Since(began))
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	base := &url.URL{Scheme: "http", Host: "127.0.0.1"}
	jar.SetCookies(base, w.Result().Cookies())
	var held []string
	for _, c := range jar.Cookies(base) {
		held = append(held, c.Name+"="+c.Value)
	}
	if r.cookie = strings.Join(held, "; "); w.Code != http.StatusSeeOther || r.cookie == "" {
		return nil, fmt.Errorf("signing in answered %d", w.Code)
	}
	if r.token, _, err = h.app.NewToken(ctx, v, "trial", app.Scopes, h.app.Now().AddDate(0, 1, 0)); err != nil {
		return nil, err
	}
	for _, kind := range []string{"incident", "identification", "health-event"} {
		l, err := h.app.List(ctx, v, app.Query{Kind: kind, Limit: 40})
		if err != nil {
			return nil, err
		}
		for _, x := range l.Records {
			r.seen = append(r.seen, x.ID)
		}
	}
	if len(r.seen) == 0 {
		return nil, fmt.Errorf("nothing that this person sees")
	}
	return r, nil
}

// Entering returns how long the server took to let people in when the house was opened.
func (h *House) Entering() Times {
	t := Times{Name: "signing in"}
	t.take(slices.Clone(h.entered))
	return t
}

func (h *House) serve(req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, req)
	return w
}

// Page is one address, or a family of them, that readers ask for.
type Page struct {
	Name string
	API  bool
	path func(r *reader, rng *rand.Rand) string
}

func fixed(path string) func(*reader, *rand.Rand) string {
	return func(*reader, *rand.Rand) string { return path }
}

func oneOf(paths ...string) func(*reader, *rand.Rand) string {
	return func(_ *reader, rng *rand.Rand) string { return paths[rng.IntN(len(paths))] }
}

func detail(prefix string) func(*reader, *rand.Rand) string {
	return func(r *reader, rng *rand.Rand) string { return prefix + r.seen[rng.IntN(len(r.seen))] }
}

// Pages are those that people look at most, with the filters that cost most.
var Pages = []Page{
	{Name: "overview", path: fixed("/")},
	{Name: "list", path: oneOf("/records/incident", "/records/identification", "/records/health-event", "/records/alert")},
	{Name: "list, by substance and place", path: oneOf("/records/incident?substance=fentanyl", "/records/incident?place=NL&sort=day", "/records/health-event?substance=tramadol&place=GH", "/records/identification?from=2026-01&to=2026-06")},
	{Name: "list, second page", path: func(r *reader, rng *rand.Rand) string { return "/records/incident?sort=day&from=2025" }},
	{Name: "detail", path: detail("/r/")},
	{Name: "search, common words", path: oneOf("/search?q=kakaka", "/search?q=kakaka+kakalo", "/search?q=fentanyl+kg")},
	{Name: "search, rare words", path: oneOf("/search?q=ziziqua", "/search?q=C00012345", "/search?q=nothingatall")},
	{Name: "what is new", path: fixed("/new")},
	{Name: "signals", path: fixed("/signals")},
	{Name: "a participant", path: oneOf("/participants/GH", "/participants/NL")},
	{Name: "a substance", path: oneOf("/substances/fentanyl", "/substances/tramadol")},
	{Name: "interface: list", API: true, path: oneOf("/api/v1/records?kind=incident", "/api/v1/records?kind=health-event&substance=fentanyl")},
	{Name: "interface: detail", API: true, path: detail("/api/v1/records/")},
}

func (p Page) request(ctx context.Context, r *reader, rng *rand.Rand) *http.Request {
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, p.path(r, rng), nil)
	if p.API {
		req.Header.Set("Authorization", "Bearer "+r.token)
	} else {
		req.Header.Set("Cookie", r.cookie)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	return req
}

// Times are how long the answers to one page took.
type Times struct {
	Name          string        `json:"name"`
	Requests      int           `json:"requests"`
	Failed        int           `json:"failed"` // answered other than 2xx
	P50, P95, P99 time.Duration `json:"-"`
	CPU           time.Duration `json:"-"`     // of the whole process, mean of a request; 0 where the system does not tell
	Bytes         int           `json:"bytes"` // of the last answer, as sent
}

// quantile returns the quantile q of durations, which it sorts: the smallest that at least the share q of them do not exceed.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(len(d)-1, int(q*float64(len(d))))]
}

func (t *Times) take(d []time.Duration) {
	slices.Sort(d)
	t.Requests, t.P50, t.P95, t.P99 = len(d), quantile(d, 0.50), quantile(d, 0.95), quantile(d, 0.99)
}

// Measure asks for each page n times, one after the other, each time as another person, and returns how long the
// server took. What comes before warms the caches: a tenth of n.
func (h *House) Measure(ctx context.Context, p Page, n int) (Times, error) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	t := Times{Name: p.Name}
	took := make([]time.Duration, 0, n)
	var before time.Duration
	for i := range n + n/10 {
		if i == n/10 {
			before = processTime()
		}
		req := p.request(ctx, h.people[i%len(h.people)], rng)
		began := time.Now()
		w := h.serve(req)
		d := time.Since(began)
		if w.Code != http.StatusOK {
			return t, fmt.Errorf("%s answered %d", req.URL, w.Code)
		}
		t.Bytes = w.Body.Len()
		if i >= n/10 {
			took = append(took, d)
		}
	}
	t.CPU = (processTime() - before) / time.Duration(max(n, 1))
	t.take(took)
	return t, ctx.Err()
}

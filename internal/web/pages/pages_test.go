package pages

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
)

// house is a site with an official of Ghana and one of Sierra Leone, and an incident that only Ghana sees.
type house struct {
	*httptest.Server
	site   *Site
	hidden *record.Record
	links  map[string]string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	site, err := New(a, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Server: httptest.NewServer(site.Handler()), site: site, links: map[string]string{}}
	t.Cleanup(func() {
		h.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	reg := []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}
	var list []app.Enrolment
	for name, code := range map[string]string{"ama": "GH", "fatu": "SL"} {
		list = append(list, app.Enrolment{Person: coalition.Person{Email: name + "@example.org", Name: name, Participant: code, Active: true, Duties: []coalition.Duty{coalition.FocalPoint}}, Registrations: reg})
	}
	if _, err := a.Enrol(ctx, app.Operator, list); err != nil {
		t.Fatal(err)
	}
	ama, err := a.ViewerByEmail(ctx, "ama@example.org")
	if err != nil {
		t.Fatal(err)
	}
	h.hidden, err = a.Create(ctx, ama, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Amber}, Body: []byte(`{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"zqsecret"}`)})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ama", "fatu"} {
		if h.links[name], err = a.SigninLink(ctx, app.Operator, name+"@example.org", true); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// as returns a browser of a person, or of the public.
func (h *house) as(t *testing.T, name string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	if name != "" {
		res, err := c.PostForm(h.URL+"/signin/"+h.links[name], nil)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(res, err)
		}
		res.Body.Close()
	}
	return c
}

// paths fills a route's pattern with every value worth trying.
func (h *house) paths(r web.Route) []string {
	fill := map[string][]string{"{$}": {""}, "{secret}": {"nothing"}, "{code}": {"GH"}, "{id}": {h.hidden.ID, "fentanyl"}, "{kind}": {"incident", "nothing"}, "{format}": {"csv", "json"}, "{proposal}": {"x"}, "{number}": {"1"}, "{hash}": {"x"}}
	out := []string{r.Path}
	for name, values := range fill {
		var next []string
		for _, p := range out {
			if !strings.Contains(p, name) {
				next = append(next, p)
				continue
			}
			for _, v := range values {
				next = append(next, strings.ReplaceAll(p, name, v))
			}
		}
		out = next
	}
	return out
}

// TestNobodyFindsTheHidden asks every route of the site map, as the public and as an official of another country, for
// what only Ghana may see. A new route is tried without anybody's adding it here.
func TestNobodyFindsTheHidden(t *testing.T) {
	h := newHouse(t)
	before, err := h.site.app.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"", "fatu"} {
		c := h.as(t, who)
		if who == "" {
			c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		}
		for _, r := range h.site.Routes() {
			if r.Path == "/sign-out" {
				continue
			}
			for _, p := range h.paths(r) {
				req, err := http.NewRequest(r.Method, h.URL+p+"?q=zqsecret", strings.NewReader(url.Values{"version": {"1"}, "step": {"close"}, "text": {"x"}, "note": {"x"}, "substance": {"x"}}.Encode()))
				if err != nil {
					t.Fatal(err)
				}
				if r.Method == http.MethodPost {
					req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				res, err := c.Do(req)
				if err != nil {
					t.Fatalf("%s %s: %v", r.Method, p, err)
				}
				body, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(strings.ReplaceAll(string(body), "q=zqsecret", ""), `"zqsecret"`, "")
				text = strings.ReplaceAll(text, "“zqsecret”", "")
				if strings.Contains(text, "circumstances") && strings.Contains(text, "zqsecret") || res.StatusCode >= 500 {
					t.Errorf("%q %s %s: %d\n%s", who, r.Method, p, res.StatusCode, text)
				}
				if strings.HasPrefix(r.Path, "/r/{id}") && strings.Contains(p, h.hidden.ID) && res.StatusCode < 300 {
					t.Errorf("%q %s %s answers %d", who, r.Method, p, res.StatusCode)
				}
				sent := res.StatusCode == http.StatusSeeOther && res.Header.Get("Location") == "/sign-in"
				if r.Method == http.MethodPost { // what was typed is held, and nothing of it is done
					sent = res.StatusCode == http.StatusUnauthorized && strings.Contains(string(body), `href="/sign-in"`)
				}
				if who == "" && r.Access == web.SignedIn && !sent {
					t.Errorf("the public gets %d for %s %s", res.StatusCode, r.Method, p)
				}
			}
		}
	}
	after, err := h.site.app.Verify(context.Background())
	if err != nil || after.Entries-after.Audit != before.Entries-before.Audit {
		t.Errorf("somebody changed something: %d entries, then %d (%v)", before.Entries-before.Audit, after.Entries-after.Audit, err)
	}
}

// TestReadingChangesNothing asks every GET route as the owner and finds the journal as it was, but for what the audit says.
func TestReadingChangesNothing(t *testing.T) {
	h := newHouse(t)
	c := h.as(t, "ama")
	before, err := h.site.app.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range h.site.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		for _, p := range h.paths(r) {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				req, err := http.NewRequest(method, h.URL+p, nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("X-HTTP-Method-Override", "POST")
				res, err := c.Do(req)
				if err != nil || res.StatusCode >= 500 {
					t.Fatalf("%s %s: %v %v", method, p, res, err)
				}
				res.Body.Close()
			}
		}
	}
	after, err := h.site.app.Verify(context.Background())
	if err != nil || before.Entries-before.Audit != after.Entries-after.Audit || len(after.Problems) > 0 {
		t.Errorf("reading has changed the journal: %v %v", err, after.Problems)
	}
}

// TestOnlyPagesAreComeBackTo: what a script fetches without a session begins none, and signing in does not lead to it.
func TestOnlyPagesAreComeBackTo(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	for mode, begins := range map[string]bool{"": true, "navigate": true, "cors": false, "same-origin": false, "no-cors": false} {
		for _, path := range []string{"/offline/document?lang=en", "/records/incident", "/profile"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Sec-Fetch-Mode", mode)
			w := httptest.NewRecorder()
			c.handler.ServeHTTP(w, c.from("public", r))
			if begun := len(w.Result().Cookies()) > 0; w.Code != http.StatusSeeOther || begun != begins {
				t.Errorf("%s asked for by %q: %d, a session has begun: %v", path, mode, w.Code, begun)
			}
		}
	}
}

func TestSessions(t *testing.T) {
	h := newHouse(t)
	c := h.as(t, "ama")
	u, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Jar.Cookies(u) {
		if k.Name == "session" && len(k.Value) < 30 {
			t.Errorf("the session's token is %q", k.Value)
		}
	}
	get := func(path string) (*http.Response, string) {
		res, err := c.Get(h.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(b)
	}
	res, body := get("/r/" + h.hidden.ID)
	if res.StatusCode != http.StatusOK || !strings.Contains(body, "zqsecret") || res.Header.Get("Cache-Control") == "" && strings.Contains(res.Header.Get("Set-Cookie"), "session") {
		t.Errorf("the owner gets %d", res.StatusCode)
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	req, err := http.NewRequest(http.MethodPost, h.URL+"/r/"+h.hidden.ID+"/comment", strings.NewReader("text=x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Origin", "https://evil.example")
	if res, err := c.Do(req); err != nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("a post from another site: %v %v", res, err)
	}
	// Somebody who is disabled is out at the next request.
	members, err := h.site.app.People(context.Background(), app.Operator, "GH")
	if err != nil {
		t.Fatal(err)
	}
	gone := *members[0].Person
	gone.Active = false
	if _, err := h.site.app.SavePerson(context.Background(), app.Operator, gone); err != nil {
		t.Fatal(err)
	}
	if res, body := get("/r/" + h.hidden.ID); res.StatusCode == http.StatusOK && strings.Contains(body, "zqsecret") {
		t.Error("a disabled person still reads")
	}
}

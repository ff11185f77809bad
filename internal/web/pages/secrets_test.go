package pages

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
)

// TestNoSecretIsLogged drives every route with secrets in the places where browsers and programs put them, and finds
// none of them in the log.
func TestNoSecretIsLogged(t *testing.T) {
	h := newHouse(t)
	var log bytes.Buffer
	site, err := New(h.site.app, Options{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(site.Handler())
	defer srv.Close()
	ctx := context.Background()
	once, err := site.app.SigninLink(ctx, app.Operator, "ama@example.org", false)
	if err != nil {
		t.Fatal(err)
	}
	ama, err := site.app.ViewerByEmail(ctx, "ama@example.org")
	if err != nil {
		t.Fatal(err)
	}
	feed, err := site.app.NewFeed(ctx, ama)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := site.app.NewToken(ctx, ama, "laboratory", app.Scopes, time.Now().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	const words = "zq-typed-words"
	secrets := []string{once, feed, h.links["ama"], token, words}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	ask := func(method, path string) {
		t.Helper()
		body := strings.NewReader(url.Values{"email": {words}, "secret": {once}, "text": {words}}.Encode())
		r, err := http.NewRequestWithContext(ctx, method, srv.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("X-Request-ID", token)
		r.Header.Set("Referer", srv.URL+"/signin/"+once)
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	for _, secret := range []string{once, once, h.links["ama"], "wrong" + once} { // used, used up, reusable, wrong
		ask("GET", "/signin/"+secret)
		ask("POST", "/signin/"+secret)
	}
	ask("GET", "/calendar/"+feed)
	ask("GET", "/calendar/"+feed+".ics")
	base, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range jar.Cookies(base) {
		if len(k.Value) > 15 {
			secrets = append(secrets, k.Value)
		}
	}
	if len(secrets) < 6 {
		t.Fatal("nobody was signed in")
	}
	for _, r := range site.Routes() {
		if r.Path == "/sign-out" {
			continue
		}
		for _, p := range h.paths(r) {
			ask(r.Method, p+"?q="+words+"&token="+token)
		}
	}
	for _, path := range []string{"/api/v1/records/incident", "/api/v1/nothing", "/api/openapi.json"} {
		ask("GET", path+"?q="+words)
		ask("POST", path)
	}
	srv.Close() // every line is written
	said := log.String()
	if strings.Count(said, "\n") < len(site.Routes()) {
		t.Errorf("the log says too little:\n%s", said)
	}
	for _, s := range secrets {
		if i := strings.Index(said, s); i >= 0 {
			t.Errorf("%q is in the log: …%s…", s, said[max(0, i-300):min(len(said), i+100)])
		}
	}
}

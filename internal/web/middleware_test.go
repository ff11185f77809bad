package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
	_ "tocsin/internal/drawn"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

func ask(t *testing.T, h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHeaders(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	for _, secure := range []bool{false, true} {
		h := ask(t, web.Base(ok, quiet, secure), http.MethodGet, "/").Header()
		for _, name := range []string{"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Permissions-Policy", "X-Request-Id"} {
			if h.Get(name) == "" {
				t.Errorf("%s is not set", name)
			}
		}
		csp := h.Get("Content-Security-Policy")
		if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("policy %q", csp)
		}
		if (h.Get("Strict-Transport-Security") != "") != secure {
			t.Errorf("secure %v: HSTS %q", secure, h.Get("Strict-Transport-Security"))
		}
	}
}

func TestPanicShowsNothingOfTheCause(t *testing.T) {
	var log bytes.Buffer
	h := web.Base(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("database password") }),
		slog.New(slog.NewTextHandler(&log, nil)), false)
	w := ask(t, h, http.MethodGet, "/")
	id := w.Header().Get("X-Request-ID")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "password") || !strings.Contains(w.Body.String(), id) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "database password") || !strings.Contains(log.String(), id) {
		t.Errorf("log %s", &log)
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	var log bytes.Buffer
	h := web.Base(http.HandlerFunc(web.NotFound), slog.New(slog.NewTextHandler(&log, nil)), false)
	ask(t, h, http.MethodGet, "/signin/one-time-secret?token=query-secret", "Cookie", "session=cookie-secret", "Authorization", "Bearer header-secret")
	if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "/signin/") {
		t.Errorf("log %s", &log)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	h := gallery()
	for _, c := range []struct {
		method, site string
		want         int
	}{
		{http.MethodPost, "cross-site", http.StatusForbidden}, {http.MethodPost, "same-site", http.StatusForbidden},
		{http.MethodPost, "same-origin", http.StatusSeeOther}, {http.MethodGet, "cross-site", http.StatusNotFound},
	} {
		if w := ask(t, h, c.method, "/preferences", "Sec-Fetch-Site", c.site); w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.site, w.Code, c.want)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	h := web.Base(web.LimitBody(1<<20)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			web.TooLarge(w, r, 1<<20)
		}
	})), slog.New(slog.DiscardHandler), false)
	for _, announced := range []bool{true, false} {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(make([]byte, 1<<20+1)))
		if !announced {
			r.ContentLength = -1
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("announced %v: %d", announced, w.Code)
		}
	}
}

func TestLanguageOrder(t *testing.T) {
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, locales.From(r.Context()).Code) })
	for _, c := range []struct{ query, cookie, setting, accept, want string }{
		{"?lang=fr", "ar", "es", "ru", "fr"}, {"", "ar", "es", "ru", "ar"}, {"", "", "es", "ru", "es"},
		{"", "", "", "ru", "ru"}, {"", "", "", "", "en"}, {"?lang=xx", "", "", "ru", "ru"},
	} {
		h := web.Localize(false, func(*http.Request) web.Settings { return web.Settings{Language: c.setting} })(show)
		w := ask(t, h, http.MethodGet, "/"+c.query, "Cookie", "lang="+c.cookie, "Accept-Language", c.accept)
		if w.Body.String() != c.want {
			t.Errorf("%+v: %s", c, w.Body)
		}
	}
}

func TestZoneFromDeviceOrSetting(t *testing.T) {
	at := time.Date(2024, 3, 5, 12, 0, 0, 0, time.UTC)
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, locales.DateTime(r.Context(), at))
	})
	cookie := "zone=" + url.QueryEscape("Africa/Nairobi")
	w := ask(t, web.Localize(false, nil)(show), http.MethodGet, "/", "Cookie", cookie)
	if got := w.Body.String(); got != "5 March 2024, 15:00 EAT" {
		t.Error(got)
	}
	settings := func(*http.Request) web.Settings { return web.Settings{Zone: "Asia/Tokyo"} }
	w = ask(t, web.Localize(false, settings)(show), http.MethodGet, "/", "Cookie", cookie)
	if got := w.Body.String(); got != "5 March 2024, 21:00 JST" {
		t.Error(got)
	}
}

// Whatever is asked for, one is led to a path on this server.
func TestLocalPathStaysHere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.OneOf(rapid.String(), rapid.StringMatching(`[/\\]{0,3}[a-z:@.\t\n]{0,8}[/\\]{0,2}[a-z.]{0,6}(\?[a-z=]{0,5})?`)).Draw(t, "path")
		got := web.LocalPath(p)
		u, err := url.Parse(got)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\r\n") {
			t.Fatalf("%q led to %q", p, got)
		}
	})
	for _, p := range []string{"//evil.example", `/\evil.example`, "https:evil.example", "/\t/evil.example", "", "javascript:alert(1)"} {
		if got := web.LocalPath(p); got != "/" {
			t.Errorf("%q led to %q", p, got)
		}
	}
	if got := web.LocalPath("/list?q=a&sort=b"); got != "/list?q=a&sort=b" {
		t.Errorf("a good path became %q", got)
	}
}

func TestPagesAreCompressed(t *testing.T) {
	w := ask(t, gallery(), http.MethodGet, "/list", "Accept-Encoding", "gzip")
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || !bytes.HasSuffix(bytes.TrimSpace(b), []byte("</html>")) {
		t.Errorf("%v, %d bytes", err, len(b))
	}
}

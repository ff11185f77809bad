package metrics

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web/pages"
)

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// TestWhatIsMeasured: requests by pattern and class, jobs, letters, the journal and the database, and no address.
func TestWhatIsMeasured(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		a, err := app.Open(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		m := New(a, "test")
		site, err := pages.New(a, pages.Options{Observe: m.Observe})
		if err != nil {
			t.Fatal(err)
		}
		public, private := httptest.NewServer(site.Handler()), httptest.NewServer(m.Handler())
		defer public.Close()
		defer private.Close()
		for _, path := range []string{"/signin/a-secret", "/substances/fentanyl", "/readyz", "/r/nothing", "/api/v1/kinds/x-secret", "/nowhere-at-all"} {
			fetch(t, public.URL+path)
		}
		if code, _ := fetch(t, public.URL+"/metrics"); code != http.StatusNotFound {
			t.Errorf("strangers get the measurements: %d", code)
		}
		m.Ran("mail", time.Second, nil)
		m.Ran("mail", time.Second, errors.New("x"))
		m.Observe("GET", "/panics", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { defer func() { _ = recover() }(); panic("x") })).
			ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/panics", nil))
		code, text := fetch(t, private.URL+"/metrics")
		for _, want := range []string{
			`tocsin_request_duration_seconds_count{method="GET",route="/substances/{id}",status="2xx"} 1`,
			`tocsin_request_duration_seconds_count{method="GET",route="/signin/{secret}",status="2xx"} 1`,
			`tocsin_request_duration_seconds_count{method="GET",route="/r/{id}",status="4xx"} 1`,
			`tocsin_request_duration_seconds_count{method="",route="none",status="4xx"} 2`,
			`route="/api/v1/`,
			`tocsin_job_duration_seconds_count{job="mail",outcome="done"} 1`,
			`tocsin_job_duration_seconds_count{job="mail",outcome="failed"} 1`,
			`tocsin_letters{state="queued"} 0`, "tocsin_journal_entries 0", "tocsin_database_up 1", "tocsin_database_latency_seconds",
			`tocsin_info{engine="` + a.Store().Engine() + `",version="test"} 1`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%d: no %s", code, want)
			}
		}
		for _, secret := range []string{"a-secret", "x-secret", "fentanyl", "nowhere"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is among the measurements", secret)
			}
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			if code, _ := fetch(t, private.URL+path); code != http.StatusOK {
				t.Errorf("%s: %d", path, code)
			}
		}
		if _, err := a.Store().DB().ExecContext(context.Background(), "DELETE FROM goose_db_version WHERE version_id > 1"); err != nil {
			t.Fatal(err)
		}
		for _, base := range []string{public.URL, private.URL} {
			if code, _ := fetch(t, base+"/readyz"); code != http.StatusServiceUnavailable {
				t.Errorf("ready with another schema: %d", code)
			}
		}
	})
}

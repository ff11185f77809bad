package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"tocsin/internal/web"
)

// TestBehind: a proxy that is trusted says where a request comes from; nobody else does, whatever he writes.
func TestBehind(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, remote string
		passed       []string
		want         string
	}{
		{"no proxy", "203.0.113.5:99", nil, "203.0.113.5"},
		{"a stranger's word", "203.0.113.5:99", []string{"192.0.2.1"}, "203.0.113.5"},
		{"a proxy's word", "10.0.0.2:99", []string{"192.0.2.1"}, "192.0.2.1"},
		{"a client's own word before", "10.0.0.2:99", []string{"1.1.1.1, 192.0.2.1"}, "192.0.2.1"},
		{"two proxies", "10.0.0.2:99", []string{"1.1.1.1, 192.0.2.1, 10.0.0.9"}, "192.0.2.1"},
		{"in two headers", "10.0.0.2:99", []string{"1.1.1.1", "192.0.2.1", "10.0.0.9"}, "192.0.2.1"},
		{"a client within", "10.0.0.2:99", []string{"10.7.7.7"}, "10.7.7.7"},
		{"nonsense", "10.0.0.2:99", []string{"localhost"}, "10.0.0.2"},
		{"nonsense before", "10.0.0.2:99", []string{"192.0.2.1, evil, 10.0.0.9"}, "10.0.0.9"},
		{"nothing", "10.0.0.2:99", nil, "10.0.0.2"},
		{"empty", "10.0.0.2:99", []string{""}, "10.0.0.2"},
		{"IPv6", "[fd00::1]:99", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv6 in brackets with a port", "10.0.0.2:99", []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		{"IPv4 with a port", "10.0.0.2:99", []string{"192.0.2.1:4711"}, "192.0.2.1"},
		{"IPv4 within IPv6", "[::ffff:10.0.0.2]:99", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		for _, p := range c.passed {
			r.Header.Add("X-Forwarded-For", p)
		}
		got := ""
		web.Behind(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = web.Address(r) })).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// TestLimiterTellsClientsApart: behind a trusted proxy each client has attempts of his own; without trust they are one.
func TestLimiterTellsClientsApart(t *testing.T) {
	ask := func(l *web.Limiter, trusted []netip.Prefix, client string) (ok bool) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.RemoteAddr = "10.0.0.2:99"
		r.Header.Set("X-Forwarded-For", client)
		web.Behind(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ok = l.Allow(r) })).ServeHTTP(httptest.NewRecorder(), r)
		return ok
	}
	l, trusted := web.NewLimiter(1, time.Hour), []netip.Prefix{netip.MustParsePrefix("10.0.0.2/32")}
	if !ask(l, trusted, "192.0.2.1") || !ask(l, trusted, "192.0.2.2") || ask(l, trusted, "192.0.2.1") {
		t.Error("behind a trusted proxy clients are not told apart")
	}
	if !ask(l, trusted, "2001:db8::1") || ask(l, trusted, "2001:db8::2") {
		t.Error("one network is told apart from itself")
	}
	l = web.NewLimiter(1, time.Hour)
	if !ask(l, nil, "192.0.2.1") || ask(l, nil, "192.0.2.2") {
		t.Error("a stranger makes up addresses")
	}
}

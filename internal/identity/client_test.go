package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestAttack27PrivateAddresses: a directory is asked on public addresses alone, however a private one is written.
func TestAttack27PrivateAddresses(t *testing.T) {
	for _, s := range []string{"127.0.0.1", "::1", "0.0.0.0", "::", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255", "198.18.0.1"} {
		if public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for public", s)
		}
	}
	for _, s := range []string{"192.88.98.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"} {
		if !public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for private", s)
		}
	}
	asked := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		fmt.Fprint(w, strings.Repeat("x", maxAnswer+1))
	}))
	defer inside.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		if _, err := safeClient(false).Get("http://" + host + ":" + port); !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if asked != 0 {
		t.Errorf("the server inside was asked %d times", asked)
	}
	for _, issuer := range []string{"https://login.example.gov", "https://10.1.2.3", "http://localhost:99"} {
		d, err := New(Config{Name: "x", Issuer: issuer, ClientID: "x", Participant: "GH"}, "http://localhost/back")
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.client.Get(inside.URL)
		if private := issuer != "https://login.example.gov"; private != (err == nil) {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

// TestAttack27Redirects: a redirect is followed when it leads to the same scheme, and never with what a form holds.
func TestAttack27Redirects(t *testing.T) {
	got := ""
	aim := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Method + " " + r.FormValue("client_secret") }))
	defer aim.Close()
	to := aim.URL
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusTemporaryRedirect) }))
	defer first.Close()
	if res, err := safeClient(true).Get(first.URL); err != nil || res.StatusCode != http.StatusOK || got != "GET " {
		t.Errorf("%v, %v, %q", res, err, got)
	}
	got = ""
	if res, err := safeClient(true).PostForm(first.URL, map[string][]string{"client_secret": {"s"}}); err != nil || res.StatusCode != http.StatusTemporaryRedirect || got != "" {
		t.Errorf("a secret is sent on: %v, %v, %q", res, err, got)
	}
	for _, to = range []string{"https" + strings.TrimPrefix(aim.URL, "http"), "file:///etc/passwd", "gopher://127.0.0.1/", strings.Replace(aim.URL, "://", "://u:p@", 1)} {
		res, err := safeClient(true).Do(request(t, first.URL))
		if err == nil && res.StatusCode == http.StatusOK || got != "" {
			t.Errorf("%s is followed: %v, %q", to, err, got)
		}
	}
}

func request(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

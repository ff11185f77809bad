package pages

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/api"
	"tocsin/internal/web/ui"
)

// TestTokensByPage: a token is shown once, opens the interface as its maker, is listed without its secret, and ends when
// it is revoked; a form that is wrong keeps what was typed.
func TestTokensByPage(t *testing.T) {
	h := newHouse(t)
	ama, fatu := h.as(t, "ama"), h.as(t, "fatu")
	post := func(c *http.Client, path string, v url.Values) (int, string) {
		t.Helper()
		res, err := c.PostForm(h.URL+path, v)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, res)
	}
	opens := func(secret string) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, h.URL+api.Prefix+"/records/"+h.hidden.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		status, _ := read(t, res)
		return status
	}
	for _, v := range []url.Values{{"name": {""}, "days": {"30"}}, {"name": {"zqfeed"}, "days": {"0"}}, {"name": {"zqfeed"}, "days": {"366"}}, {"name": {"zqfeed"}, "days": {"x"}}, {"name": {"zqfeed"}, "days": {"30"}, "scopes": {"admin"}}} {
		if status, page := post(ama, "/tokens", v); status != http.StatusUnprocessableEntity || strings.Contains(page, "tocsin_") || v.Get("name") != "" && !strings.Contains(page, `value="zqfeed"`) {
			t.Errorf("%v: %d", v, status)
		}
	}
	status, page := post(ama, "/tokens", url.Values{"name": {"zqfeed <b>"}, "days": {"30"}, "scopes": {"write"}})
	secret := regexp.MustCompile(`tocsin_[\w-]{43}`).FindString(page)
	if status != http.StatusOK || secret == "" || strings.Contains(page, "<b>") {
		t.Fatalf("%d %q", status, secret)
	}
	if got := opens(secret); got != http.StatusOK {
		t.Errorf("the token opens with %d", got)
	}
	res, err := ama.Get(h.URL + "/tokens")
	if err != nil {
		t.Fatal(err)
	}
	_, mine := read(t, res)
	if strings.Contains(mine, secret) || !strings.Contains(mine, "zqfeed") {
		t.Error("the list shows a secret, or not the token")
	}
	revoke := regexp.MustCompile(`/tokens/[0-9A-Z]{26}/revoke`).FindString(mine)
	if status, _ := post(fatu, revoke, nil); status != http.StatusNotFound || opens(secret) != http.StatusOK {
		t.Errorf("another revokes it: %d", status)
	}
	if status, _ := post(ama, revoke, nil); status != http.StatusOK || opens(secret) != http.StatusUnauthorized {
		t.Errorf("revoked: %d, opens with %d", status, opens(secret))
	}
}

func read(t *testing.T, res *http.Response) (int, string) {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// TestTheReferenceIsWhole: the page of the interface names every operation and problem, in either direction of writing,
// without a key that has no words.
func TestTheReferenceIsWhole(t *testing.T) {
	h := newHouse(t)
	for _, lang := range []string{"en", "ar", "ru"} {
		res, err := h.as(t, "").Get(h.URL + "/api?lang=" + lang)
		if err != nil {
			t.Fatal(err)
		}
		status, page := read(t, res)
		if status != http.StatusOK {
			t.Fatal(status)
		}
		for _, op := range h.site.api.Operations() {
			if !strings.Contains(page, ">"+op.Method+" "+op.Path+"<") || !strings.Contains(page, `id="`+op.ID+`"`) {
				t.Errorf("%s: %s is not there", lang, op.ID)
			}
		}
		statuses, _ := api.Statuses()
		for _, n := range statuses {
			if !strings.Contains(page, `id="problem-`+ui.Plain(n)+`"`) {
				t.Errorf("%s: problem %d is not there", lang, n)
			}
		}
		if m := regexp.MustCompile(`\bapi\.(op|param|area|title)\.[a-z-]+`).FindString(page); m != "" {
			t.Errorf("%s: %s has no words", lang, m)
		}
	}
}

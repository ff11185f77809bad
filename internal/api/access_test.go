package api_test

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web/pages"
)

// snapshot asks every GET operation as a person and returns the answers by path.
func (h *house) snapshot(who string, made map[string]got) map[string]string {
	h.t.Helper()
	out := map[string]string{}
	for _, op := range h.api.Operations() {
		if op.Method != http.MethodGet || op.ID == "get-me" && who == "" {
			continue
		}
		for _, path := range h.paths(op, made) {
			a := h.ask(who, op.Method, path, "")
			if a.StatusCode >= 500 {
				h.t.Errorf("%q %s: %d %s", who, path, a.StatusCode, a.body)
			}
			out[path] = itoa(a.StatusCode) + " " + string(a.body)
		}
	}
	return out
}

// TestNobodyFindsTheHidden: to the public, and with the token of another country's official, the whole interface answers
// byte for byte the same before and after another country writes records of every kind that are not shared, with what
// records have, and links to them from what is shared. Operations come from the list: a new one is tried by itself.
func TestNobodyFindsTheHidden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := newHouse(t, address)
		hosts := h.hosts()
		open := h.make("ama", seizure)
		none := map[string]got{"open": open}
		before := map[string]map[string]string{"": h.snapshot("", none), "fatu": h.snapshot("fatu", none)}
		hidden := h.makeAll("AMBER", hosts)
		own := h.make("ama", strings.ReplaceAll(strings.Replace(seizure, "GREEN", "AMBER", 1), "zqword", "zqsecret"))
		h.furnish(hidden)
		hidden["own"] = own
		links := text([]any{map[string]string{"relation": "same-as", "to": own.ID}})
		h.want(http.StatusOK, h.ask("ama", http.MethodPut, "/records/"+open.ID, strings.Replace(seizure, `"body"`, `"links":`+links+`,"body"`, 1), "If-Match", tag(open)))
		h.want(http.StatusCreated, h.ask("ama", http.MethodPost, "/records", strings.Replace(strings.Replace(seizure, "GREEN", "AMBER", 1), `"body"`, `"links":`+text([]any{map[string]string{"relation": "same-as", "to": open.ID}})+`,"body"`, 1)))
		compared := 0
		for who, was := range before {
			for path, now := range h.snapshot(who, none) {
				compared++
				if unversioned(now) != unversioned(was[path]) {
					t.Errorf("%q %s:\n%.800s\nwas\n%.800s", who, path, now, was[path])
				}
			}
			h.hiddenAsNone(who, hidden)
		}
		t.Logf("%d answers compared", compared)
	})
}

// unversioned takes out what the open record's own change changes.
func unversioned(s string) string {
	return regexp.MustCompile(`"version":\d+|"updated":"[^"]*"|"next":"[^"]*"|,\d+,reported,GH,GREEN,[^,]*|\{"version":2,"action":"update".*?\}\},`).ReplaceAllString(s, "")
}

// hiddenAsNone finds that every operation on a record that is hidden answers what it answers for none at all, and changes
// nothing.
func (h *house) hiddenAsNone(who string, hidden map[string]got) {
	h.t.Helper()
	entries := func() int64 {
		v, err := h.Verify(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		return v.Entries - v.Audit // what was refused is in the audit
	}
	before := entries()
	for _, op := range h.api.Operations() {
		if !strings.Contains(op.Path, "/records/{id}") {
			continue
		}
		for kind, r := range hidden {
			hash := hashOf("zqword attached")
			path := strings.NewReplacer("{id}", r.ID, "{hash}", hash, "{proposal}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "{number}", "1").Replace(op.Path)
			other := strings.ReplaceAll(path, r.ID, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
			if op.ID == "add-attachment" {
				path, other, op.Body = path+"?name=x.txt", other+"?name=x.txt", "words"
			}
			media := "application/json"
			if len(op.Sends) > 0 {
				media = op.Sends[0]
			}
			x := h.ask(who, op.Method, path, op.Body, "If-Match", tag(r), "Content-Type", media)
			y := h.ask(who, op.Method, other, op.Body, "If-Match", `"01ARZ3NDEKTSV4RRFFQ69G5FAV.1"`, "Content-Type", media)
			if x.StatusCode != y.StatusCode || !bytes.Equal(x.body, y.body) || x.StatusCode != http.StatusNotFound && who != "" || x.Header.Get("ETag") != "" {
				h.t.Errorf("%q %s %s of the hidden %s: %d %s; of none: %d %s", who, op.Method, op.Path, kind, x.StatusCode, x.body, y.StatusCode, y.body)
			}
		}
	}
	if now := entries(); now != before {
		h.t.Errorf("%q changed something: %d entries, then %d", who, before, now)
	}
}

// TestLinksToTheHiddenAreKept: whoever replaces a record's links does not lose those that he does not see.
func TestLinksToTheHiddenAreKept(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	red := h.make("kofi", strings.Replace(seizure, "GREEN", "RED", 1)) // ama is of the same country and does not see it
	other := h.make("ama", seizure)
	with := func(id string) string {
		return strings.Replace(seizure, `"body"`, `"links":`+text([]any{map[string]string{"relation": "same-as", "to": id}})+`,"body"`, 1)
	}
	r := h.make("kofi", with(red.ID))
	var seen got
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/records/"+r.ID, "")).json(t, &seen)
	if len(seen.Links) != 0 {
		t.Errorf("ama reads the links %v", seen.Links)
	}
	h.want(http.StatusOK, h.ask("ama", http.MethodPut, "/records/"+r.ID, with(other.ID), "If-Match", tag(r))).json(t, &seen)
	var whole got
	h.want(http.StatusOK, h.ask("kofi", http.MethodGet, "/records/"+r.ID, "")).json(t, &whole)
	if len(seen.Links) != 1 || len(whole.Links) != 2 {
		t.Errorf("ama reads %v, kofi %v", seen.Links, whole.Links)
	}
	h.want(http.StatusOK, h.ask("ama", http.MethodPut, "/records/"+r.ID, seizure, "If-Match", tag(whole))).json(t, &whole) // without links they stay
	h.want(http.StatusOK, h.ask("kofi", http.MethodGet, "/records/"+r.ID, "")).json(t, &whole)
	if len(whole.Links) != 2 {
		t.Errorf("a replacement that says nothing of links leaves %v", whole.Links)
	}
}

// TestDisclosure: who may not change a record is not told its audience and its keys elsewhere; the public is not told who
// wrote it and why.
func TestDisclosure(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", strings.Replace(seizure, `{"tlp":"GREEN"}`, `{"tlp":"AMBER","audience":[{"participant":"SL"},{"group":"swg2.1"}]}`, 1))
	for who, want := range map[string]int{"ama": 2, "fatu": 0} {
		var x got
		h.want(http.StatusOK, h.ask(who, http.MethodGet, "/records/"+r.ID, "")).json(t, &x)
		if len(x.Sharing.Audience) != want || x.Author == "" {
			t.Errorf("%s reads the audience %v, the author %q", who, x.Sharing.Audience, x.Author)
		}
	}
	p := h.make("sec", text(h.draftOf("document", "CLEAR", "")))
	h.want(http.StatusOK, h.ask("sec", http.MethodPost, "/records/"+p.ID+"/steps", `{"step":"publish","reason":"zqwhy"}`, "If-Match", tag(p)))
	a := h.want(http.StatusOK, h.ask("", http.MethodGet, "/records/"+p.ID, ""))
	if bytes.Contains(a.body, []byte("zqwhy")) || bytes.Contains(a.body, []byte(`"author"`)) {
		t.Errorf("the public reads %s", a.body)
	}
	for _, path := range []string{"/history", "/comments", "/proposals", "/steps"} {
		h.refused(http.StatusUnauthorized, h.ask("", http.MethodGet, "/records/"+p.ID+path, ""))
	}
}

var recordLink = regexp.MustCompile(`href="/r/([0-9A-Z]{26})"`)

// TestSameAsThePages: lists, the search and single records show the same to the same person by page and by interface.
func TestSameAsThePages(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	hosts := h.hosts()
	all := map[string]bool{}
	for _, tlp := range []string{"CLEAR", "GREEN", "AMBER", "RED"} {
		if tlp != "RED" {
			for _, r := range h.makeAll(tlp, hosts) {
				all[r.ID] = true
			}
		}
		all[h.make("ama", strings.Replace(seizure, "GREEN", tlp, 1)).ID] = true
		all[h.make("fatu", strings.Replace(strings.Replace(seizure, "GREEN", tlp, 1), `"GH"`, `"SL"`, 1)).ID] = true
	}
	site, err := pages.New(h.App, pages.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	defer server.Close()
	for _, who := range []string{"", "ama", "fatu", "sec"} {
		get := h.browser(server.URL, who)
		for _, k := range kinds.All {
			status, page := get("/records/" + k.Name)
			a := h.ask(who, http.MethodGet, "/records?kind="+k.Name, "")
			if status == http.StatusSeeOther {
				h.refused(http.StatusUnauthorized, a)
				continue
			}
			if x, y := idsIn(page), h.listed(a); !slices.Equal(x, y) {
				t.Errorf("%q: %s by page %v, by interface %v", who, k.Name, x, y)
			}
		}
		if status, page := get("/search?q=zqword"); status == http.StatusOK {
			if x, y := idsIn(page), h.listed(h.ask(who, http.MethodGet, "/search?q=zqword&limit=25", "")); !slices.Equal(x, y) {
				t.Errorf("%q: the search by page %d, by interface %d", who, len(x), len(y))
			}
		} else {
			h.refused(http.StatusUnauthorized, h.ask(who, http.MethodGet, "/search?q=zqword", ""))
		}
		for id := range all {
			status, _ := get("/r/" + id)
			if a := h.ask(who, http.MethodGet, "/records/"+id, ""); a.StatusCode != status {
				t.Errorf("%q: record %s by page %d, by interface %d", who, id, status, a.StatusCode)
			}
		}
	}
}

// listed returns the ids of a list, sorted.
func (h *house) listed(a answer) []string {
	h.t.Helper()
	var l struct{ Records []got }
	h.want(http.StatusOK, a).json(h.t, &l)
	out := map[string]bool{}
	for _, r := range l.Records {
		out[r.ID] = true
	}
	return slices.Sorted(maps.Keys(out))
}

func idsIn(page string) []string {
	out := map[string]bool{}
	for _, m := range recordLink.FindAllStringSubmatch(page, -1) {
		out[m[1]] = true
	}
	return slices.Sorted(maps.Keys(out))
}

// browser returns what gets pages as a person.
func (h *house) browser(base, who string) func(path string) (int, string) {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if who != "" {
		secret, err := h.SigninLink(h.t.Context(), app.Operator, who+"@example.org", false)
		if err != nil {
			h.t.Fatal(err)
		}
		res, err := c.PostForm(base+"/signin/"+secret, nil)
		if err != nil {
			h.t.Fatal(err)
		}
		res.Body.Close()
	}
	return func(path string) (int, string) {
		res, err := c.Get(base + path)
		if err != nil {
			h.t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			h.t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
}

// TestNoSessionIsTaken: the cookie of somebody who has signed in opens nothing here, and no cookie is set.
func TestNoSessionIsTaken(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	site, err := pages.New(h.App, pages.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	defer server.Close()
	r := h.make("ama", seizure)
	get := h.browser(server.URL, "ama")
	if status, _ := get("/r/" + r.ID); status != http.StatusOK {
		t.Fatalf("the page answers %d", status)
	}
	for _, path := range []string{"/records/" + r.ID, "/me", "/search?q=zqword", "/records?kind=incident"} {
		if status, body := get(api.Prefix + path); status == http.StatusOK || strings.Contains(body, r.ID) {
			t.Errorf("with a session %s answers %d %s", path, status, body)
		}
	}
	for _, path := range []string{"/kinds?lang=ar", "/kinds"} {
		if a := h.ask("", http.MethodGet, path, "", "Cookie", "lang=ar"); len(a.Header.Values("Set-Cookie")) > 0 || a.Header.Get("Content-Language") != "en" {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
}

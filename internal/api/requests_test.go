package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tocsin/internal/api"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web/locales"
)

// TestBadRequests: bodies that are too deep, too large, broken or of another type, and parameters that cannot be, are
// refused in the form of RFC 9457 and in words, by their names.
func TestBadRequests(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	deep := strings.Repeat(`{"body":`, 100000) + "1" + strings.Repeat("}", 100000)
	list := strings.Repeat("[", 1000000)
	var many strings.Builder
	many.WriteString(`{"kind":"incident","body":{`)
	for i := range 200000 {
		many.WriteString(`"x` + itoa(i) + `":1,`)
	}
	many.WriteString(`"y":1}}`)
	for name, c := range map[string]struct {
		body   string
		status int
		key    string
	}{
		"nothing": {"", 415, "api.media"}, "no JSON": {"{", 400, "api.json"}, "two documents": {seizure + seizure, 400, "api.json"}, "a list": {"[]", 422, "error.invalid"}, "a number": {"1", 422, "error.invalid"}, "null": {"null", 404, "error.kind"},
		"deep": {deep, 400, "api.deep"}, "deep lists": {list, 400, "api.deep"}, "deep in the body": {`{"kind":"incident","body":` + list[:50] + strings.Repeat("]", 50) + "}", 400, "api.deep"},
		"many names": {many.String(), 422, "error.invalid"}, "not UTF-8": {`{"kind":"` + "\xff\xfe" + `","body":{}}`, 404, "error.kind"},
		"a number too large": {strings.Replace(seizure, `"type"`, `"goods":[{"substance":"heroin","quantity":1e999}],"type"`, 1), 422, "error.invalid"},
		"NaN":                {strings.Replace(seizure, `"type"`, `"goods":[{"substance":"heroin","quantity":NaN}],"type"`, 1), 400, "api.json"},
	} {
		a := h.ask("ama", http.MethodPost, "/records", c.body)
		if p := h.refused(c.status, a); p.Key != c.key || len(p.Errors) > 100 {
			t.Errorf("%s: %+v", name, p.Key)
		}
	}
	large := `{"kind":"incident","body":{"circumstances":"` + strings.Repeat("x", 10<<20) + `"}}`
	if p := h.refused(http.StatusRequestEntityTooLarge, h.ask("ama", http.MethodPost, "/records", large)); p.Key != "error.too-large-detail" {
		t.Errorf("10 MB: %+v", p)
	}
	req, err := http.NewRequest(http.MethodPost, h.server.URL+"/api/v1/records", struct{ *strings.Reader }{strings.NewReader(large)}) // of unknown length
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.tokens["ama"])
	req.Header.Set("Content-Type", "application/json")
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil && res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("10 MB unannounced: %v", res)
	}
	for query, field := range map[string]string{"limit=-1": "limit", "limit=0": "limit", "limit=1000000000": "limit", "limit=NaN": "limit", "limit=1e2": "limit", "limit=99999999999999999999": "limit", "cursor=xxx": "cursor", "cursor=MC4xOA": "cursor", "cursor=" + strings.Repeat("A", 199): "cursor", "cursor=%00": "cursor",
		"sort=owner": "sort", "sort=changed;drop": "sort", "order=up": "order", "state=flying": "state", "from=yesterday": "from", "to=2024-13-01": "to", "retracted=maybe": "retracted", "owner=" + strings.Repeat("x", 101): "owner", "columns=owner": "columns", "tlp=RED": "tlp"} {
		for _, lang := range []string{"en", "ar"} {
			p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodGet, "/records?kind=incident&"+query, "", "Accept-Language", lang))
			if len(p.Errors) != 1 || p.Errors[0].Field != field || p.Errors[0].Key == "problem.value" || strings.Contains(p.Errors[0].Text, "{{") || strings.Contains(p.Errors[0].Text, "no value") {
				t.Errorf("%s in %s: %+v", query, lang, p)
			}
		}
	}
	if p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodGet, "/records", "")); p.Errors[0].Field != "kind" || p.Errors[0].Key != "problem.required" {
		t.Errorf("no kind: %+v", p)
	}
	h.refused(http.StatusNotFound, h.ask("ama", http.MethodGet, "/records?kind=nothing", ""))
}

// TestCursors: pages follow each other without a gap or a double, while others write; a cursor is sealed.
func TestCursors(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	made := map[string]bool{}
	for i := range 23 {
		made[h.make("ama", strings.Replace(seizure, "zqword", "number "+itoa(i), 1)).ID] = true
	}
	for _, q := range []string{"", "&sort=day", "&place=GH", "&q=number", "&order=ascending"} {
		seen, cursor, pages := map[string]int{}, "", 0
		for {
			var l struct {
				Records []got
				Next    string
			}
			h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/records?kind=incident&limit=5"+q+"&cursor="+cursor, "")).json(t, &l)
			for _, r := range l.Records {
				seen[r.ID]++
			}
			if pages++; l.Next == "" || pages > 20 {
				break
			}
			for i := range l.Next { // one letter changed is another's
				b := []byte(l.Next)
				b[i] = 'A' + (b[i]+1)%26
				if string(b) != l.Next && i%9 == 0 && i < len(b)-1 {
					h.refused(http.StatusUnprocessableEntity, h.ask("fatu", http.MethodGet, "/records?kind=incident"+q+"&cursor="+string(b), ""))
				}
			}
			cursor = l.Next
			if q != "&order=ascending" {
				h.make("ama", strings.Replace(seizure, "zqword", "later", 1))
			}
		}
		for id := range made {
			if seen[id] != 1 {
				t.Errorf("%q: record %s came %d times in %d pages", q, id, seen[id], pages)
			}
		}
	}
}

// TestMethods: HEAD answers like GET without a body, other methods are refused with what is allowed, headers that name
// another method are not read, other sites' pages are not let in, and GET changes nothing.
func TestMethods(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", seizure)
	before, err := h.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range h.api.Operations() {
		path := strings.ReplaceAll(op.Sample, "ID", r.ID)
		if op.Method == http.MethodGet {
			g := h.ask("ama", http.MethodGet, path, "", "X-HTTP-Method-Override", "PUT", "X-Method-Override", "POST", "X-HTTP-Method", "DELETE")
			x := h.ask("ama", http.MethodHead, path, "")
			if g.StatusCode != x.StatusCode || len(x.body) > 0 || g.Header.Get("Content-Type") != x.Header.Get("Content-Type") || g.Header.Get("ETag") != x.Header.Get("ETag") {
				t.Errorf("HEAD %s: %d %v, GET %d %v", path, x.StatusCode, x.Header, g.StatusCode, g.Header)
			}
		}
		for _, method := range []string{"DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} {
			a := h.ask("ama", method, path, "")
			h.refused(http.StatusMethodNotAllowed, a)
			if !strings.Contains(a.Header.Get("Allow"), op.Method) || a.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s: %v", method, path, a.Header)
			}
		}
	}
	for _, path := range []string{"/", "", "/nothing", "/records/" + r.ID + "/nothing", "/records/", "/kinds/../me", "//me", "/ME", "/api/v2/kinds", "/api/openapi.yaml"} {
		if a := h.ask("ama", http.MethodGet, path, ""); a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusMovedPermanently && a.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%q: %d %s", path, a.StatusCode, a.body)
		}
	}
	a := h.ask("ama", http.MethodPost, "/records", seizure, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if p := h.refused(http.StatusForbidden, a); p.Key != "error.cross-origin" || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another site's page: %+v %v", p, a.Header)
	}
	after, err := h.Verify(t.Context())
	if err != nil || after.Entries-after.Audit != before.Entries-before.Audit {
		t.Errorf("asking has changed the journal: %v", err)
	}
	h.refused(http.StatusMethodNotAllowed, h.ask("", http.MethodPost, api.Document, ""))
}

// TestProblemsInEveryLanguage: the same refusal, worded in each of the six, with the same keys.
func TestProblemsInEveryLanguage(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	said := map[string]string{}
	for _, l := range locales.Languages {
		a := h.ask("ama", http.MethodPost, "/records", `{"kind":"incident","body":{"type":"seizure","found":"2099-05-01","country":"GH","nothing":1}}`, "Accept-Language", l.Code+", en;q=0.5")
		p := h.refused(http.StatusUnprocessableEntity, a)
		if p.Errors[0].Field != "body.nothing" || p.Errors[0].Key != "problem.unknown" || a.Header.Get("Content-Language") != l.Code {
			t.Errorf("%s: %+v", l.Code, p)
		}
		if other, twice := said[p.Errors[0].Text]; twice {
			t.Errorf("%s and %s say the same", l.Code, other)
		}
		said[p.Errors[0].Text] = l.Code
	}
	p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPost, "/records", `{"kind":"incident","sharing":{"tlp":"GREEN"},"body":{"type":"seizure","found":"2099-05-01","country":"GH"}}`, "Accept-Language", "ar"))
	if p.Errors[0].Field != "body.found" || p.Errors[0].Key != "problem.future" || !strings.Contains(p.Errors[0].Text, "المستقبل") {
		t.Errorf("in Arabic: %+v", p)
	}
}

// TestTextsComeBackAsTexts: script in whatever field comes back as JSON, as it was sent, and never as something to run.
func TestTextsComeBackAsTexts(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	evil := `</script><script>alert(1)</script><img src=x onerror=alert(1)>`
	r := h.make("ama", strings.Replace(seizure, "zqword", strings.ReplaceAll(evil, `"`, `\"`), 1))
	for _, path := range []string{"/records/" + r.ID, "/records?kind=incident", "/records/" + r.ID + "/history", "/search?q=alert"} {
		a := h.want(http.StatusOK, h.ask("fatu", http.MethodGet, path, ""))
		if !strings.Contains(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(a.body)), evil) || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v %s", path, a.Header, a.body)
		}
	}
	for _, path := range []string{"/records?kind=" + "%3Cscript%3E", "/records/%3Cscript%3E", "/records?kind=incident&state=%3Cscript%3E"} {
		if a := h.ask("fatu", http.MethodGet, path, ""); a.Header.Get("Content-Type") != "application/problem+json" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v %s", path, a.Header, a.body)
		}
	}
}

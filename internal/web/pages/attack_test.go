package pages

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
)

// TestAttack01OtherIDs: an id in the form or the query is not taken in place of the one in the path.
func TestAttack01OtherIDs(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	mine, theirs := c.target("/x"), c.record("other", "incident", record.Sharing{TLP: record.Clear})
	values := form(mine)
	for _, name := range []string{"id", "record", "kind", "path", "_id"} {
		values.Set(name, theirs.ID)
	}
	for _, r := range c.site.Routes() {
		if r.Method == http.MethodPost && strings.HasPrefix(r.Path, "/r/{id}") && r.Body == 0 {
			c.ask("customs", r.Method, c.fill(r.Path, mine)+"?id="+theirs.ID, []byte(values.Encode()), "application/x-www-form-urlencoded")
		}
	}
	if now, err := c.app.Get(t.Context(), app.Operator, theirs.ID); err != nil || now.Version != theirs.Version {
		t.Errorf("another's record was changed: %v, %v", now, err)
	}
}

// TestAttack11Methods: no path changes anything by another method than the one that it is for, nor by a method that a
// header, a field or a query names.
func TestAttack11Methods(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	x := c.target("/x")
	before := c.entries()
	methods := map[string][]string{}
	for _, r := range c.site.Routes() {
		methods[r.Path] = append(methods[r.Path], r.Method)
	}
	for path, known := range methods {
		if path == "/sign-out" || strings.Contains(path, "{secret}") {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "PROPFIND"} {
			if method == http.MethodPost && slices.Contains(known, method) {
				continue
			}
			values := form(x)
			values.Set("_method", "POST")
			q := httptest.NewRequest(method, c.fill(path, x)+"?"+values.Encode(), nil)
			q.Header.Set("Cookie", c.cookie("customs"))
			for _, name := range []string{"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"} {
				q.Header.Set(name, http.MethodPost)
			}
			w := httptest.NewRecorder()
			c.handler.ServeHTTP(w, q)
			reads := slices.Contains(known, http.MethodGet) && (method == http.MethodGet || method == http.MethodHead)
			if !reads && w.Code < 400 || w.Code >= 500 {
				t.Errorf("%s %s answers %d", method, path, w.Code)
			}
		}
	}
	if now := c.entries(); now != before {
		t.Errorf("%d entries became %d", before, now)
	}
}

// TestAttack12Forms: a form or a table assigns nothing of a record but what a person may say.
func TestAttack12Forms(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	own := map[string]string{"owner": "SL", "state": "closed", "version": "1", "created": "1999-01-01", "updated": "1999-01-01", "author": c.id["other"], "id": noRecord, "external": "x", "simulated": "true", "retracted": "true", "places": "SL", "topics": "wg1", "kind": "commitment"}
	check := func(what, id string) {
		t.Helper()
		r, err := c.app.Get(t.Context(), app.Operator, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Owner != "GH" || r.Record.Kind != "incident" || r.State == "closed" || r.Created.Year() < 2000 || r.Simulated || r.Retracted != nil || slices.Contains(r.Places, "SL") || r.Author != c.id["customs"] {
			t.Errorf("%s assigns %+v", what, r.Record)
		}
	}
	x := c.target("/x")
	values := form(x)
	for name, v := range own {
		if name != "version" {
			values.Set(name, v)
		}
	}
	w := c.ask("customs", http.MethodPost, "/records/incident/new", []byte(values.Encode()), "application/x-www-form-urlencoded")
	id, ok := strings.CutPrefix(w.Header().Get("Location"), "/r/")
	if !ok || id == noRecord {
		t.Fatalf("%d %s", w.Code, regexp.MustCompile(`(?s)<a href="#f-[^<]*`).FindAllString(w.Body.String(), 8))
	}
	check("a form for a new record", id)
	w = c.ask("customs", http.MethodPost, "/r/"+x.ID+"/edit", []byte(values.Encode()), "application/x-www-form-urlencoded")
	if w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	check("a form for a change", x.ID)
	head, line := "type,found,country", "seizure,2024-05-01,GH"
	for name, v := range own {
		head, line = head+","+name, line+","+v
	}
	body, media := upload(t, url.Values{"profile": {"template-incident"}, "do": {"import"}, "owner": {"SL"}, "state": {""}}, head+"\r\n"+line+"\r\n")
	before := len(c.incidents("customs"))
	shownBy := c.ask("customs", http.MethodPost, "/records/incident/import", body, media)
	if shownBy.Code != http.StatusOK {
		t.Fatal(shownBy.Code)
	}
	if all := c.incidents("customs"); len(all) != before || !strings.Contains(shownBy.Body.String(), "author") { // the row is refused for columns that are no field
		t.Errorf("%d, then %d", before, len(all))
	}
	body, media = upload(t, url.Values{"profile": {"template-incident"}, "do": {"import"}, "state": {"closed"}}, tinyTable)
	if w := c.ask("customs", http.MethodPost, "/records/incident/import", body, media); w.Code != http.StatusForbidden {
		t.Errorf("a state by import: %d", w.Code)
	}
}

func (c *city) incidents(who string) []*app.Shown {
	c.t.Helper()
	l, err := c.app.List(context.Background(), c.as(who), app.Query{Kind: "incident", Sort: "changed"})
	if err != nil {
		c.t.Fatal(err)
	}
	return l.Records
}

// TestAttack18Sessions: a session that somebody had before he signed in opens nothing afterwards, its cookie goes to no
// script, no other site and, over TLS, no other host, and no other site signs anybody in.
func TestAttack18Sessions(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	c.site.sessions = newSessions(c.app.Store(), true, c.site.Fail) // as over TLS
	c.handler = c.site.Handler()
	session := func(w *httptest.ResponseRecorder) *http.Cookie {
		t.Helper()
		for _, k := range w.Result().Cookies() {
			if k.Name == "__Host-session" {
				return k
			}
		}
		t.Fatalf("no session: %d %v", w.Code, w.Header())
		return nil
	}
	ask := func(method, path, from string, with *http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		if with != nil {
			r.AddCookie(with)
		}
		if from != "" {
			r.Header.Set("Sec-Fetch-Site", from)
		}
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, r)
		return w
	}
	secret, err := c.app.SigninLink(t.Context(), app.Operator, "customs@example.org", false)
	if err != nil {
		t.Fatal(err)
	}
	before := session(ask(http.MethodGet, "/account", "", nil)) // keeps where to come back to
	if w := ask(http.MethodPost, "/signin/"+secret, "cross-site", before); w.Code != http.StatusForbidden {
		t.Errorf("another site signs in: %d", w.Code)
	}
	after := session(ask(http.MethodPost, "/signin/"+secret, "same-origin", before))
	if after.Value == before.Value || !after.Secure || !after.HttpOnly || after.SameSite != http.SameSiteLaxMode || after.Domain != "" || after.Path != "/" {
		t.Errorf("the session %v, then %v", before, after)
	}
	if w := ask(http.MethodGet, "/account", "", before); classOf(w) != "sign-in" {
		t.Errorf("the session from before opens: %d", w.Code)
	}
	if w := ask(http.MethodGet, "/account", "", after); w.Code != http.StatusOK {
		t.Errorf("the new session: %d", w.Code)
	}
}

// fetching are the files of the program that may open a connection, and to what. Nothing of what people write is among
// it: no address of a record, a person, a feed, a picture or a webhook is ever fetched by the server.
var fetching = map[string]string{
	"cmd/tocsin/verify.go":     "healthcheck: the address that the operator gives on his own machine",
	"internal/jobs/smtp.go":    "the mail server of the operator's configuration",
	"internal/jobs/mail.go":    "the mail server of the operator's configuration",
	"internal/store/engine.go": "the database of the operator's configuration",
	"internal/identity/":       "the issuers of the operator's configuration and what their documents name; safeClient looks at the address when it connects, and to a private one only where the operator allows it",
	"internal/trial":           "load for trials, run by hand",
}

// TestAttack27NothingIsFetched: no file but those of the list opens connections; whoever adds one says to what.
func TestAttack27NothingIsFetched(t *testing.T) {
	opens := regexp.MustCompile(`http\.(Get\(|Post\(|PostForm\(|Head\(|NewRequest|DefaultClient|DefaultTransport|Client\{|Transport\{)|\.RoundTrip\(|net\.(Dial|DialTimeout|Dialer)|tls\.(Dial|Dialer)|smtp\.(Dial|SendMail)|oidc\.NewProvider|exec\.Command`)
	seen := 0
	for _, dir := range []string{"../../../internal", "../../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if _, err := parser.ParseFile(token.NewFileSet(), path, raw, parser.ImportsOnly); err != nil {
				return err
			}
			name := strings.TrimPrefix(filepath.ToSlash(path), "../../../")
			if m := opens.Find(raw); m != nil {
				seen++
				known := false
				for f := range fetching {
					known = known || strings.HasPrefix(name, f)
				}
				if !known {
					t.Errorf("%s has %s: if it opens a connection, say in fetching of attack_test.go to what; an address that people write is never fetched", name, m)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen == 0 {
		t.Error("nothing opens a connection: the test looks for the wrong words")
	}
}

// TestAttack31Bodies: a body that is too large is refused before it is read, one that is announced wrongly when it passes
// the limit, and what nests deep or repeats much costs little.
func TestAttack31Bodies(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	x := c.target("/x")
	for _, r := range c.site.Routes() {
		if r.Method != http.MethodPost || strings.Contains(r.Path, "{secret}") || r.Path == "/sign-out" {
			continue
		}
		body := &counted{left: 1 << 30}
		q := httptest.NewRequest(r.Method, c.fill(r.Path, x), body)
		q.ContentLength = 1 << 30
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Cookie", c.cookie("customs"))
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, q)
		if w.Code != http.StatusRequestEntityTooLarge && w.Code != http.StatusForbidden || body.read > 1<<20 {
			t.Errorf("POST %s of 1 GB: %d, %d bytes read", r.Path, w.Code, body.read)
		}
		if r.Body > 0 {
			continue // as large as its files
		}
		body = &counted{left: 1 << 30}
		q = httptest.NewRequest(r.Method, c.fill(r.Path, x), body)
		q.ContentLength = -1
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Cookie", c.cookie("customs"))
		w = httptest.NewRecorder()
		c.handler.ServeHTTP(w, q)
		if body.read > web.MaxBody+1<<20 || w.Code >= 500 {
			t.Errorf("POST %s of 1 GB that is not announced: %d, %d bytes read", r.Path, w.Code, body.read)
		}
	}
	for what, body := range map[string]string{
		"deep":       strings.Repeat(`{"kind":`, 100000) + strings.Repeat("}", 100000),
		"deep lists": `{"kind":"incident","body":` + strings.Repeat("[", 500000) + strings.Repeat("]", 500000) + `}`,
		"many links": `{"kind":"incident","sharing":{"tlp":"CLEAR"},"links":[` + strings.TrimSuffix(strings.Repeat(`{"relation":"same-as","to":"`+x.ID+`"},`, 60000), ",") + `],"body":{"type":"seizure","found":"2024-05-01","country":"GH"}}`,
		"many names": `{"kind":"incident",` + strings.TrimSuffix(strings.Repeat(`"a":1,`, 100000), ",") + `}`,
	} {
		began := time.Now()
		w := c.ask("customs", http.MethodPost, api.Prefix+"/records", []byte(body), "application/json")
		if w.Code < 400 || w.Code >= 500 || time.Since(began) > 20*time.Second {
			t.Errorf("%s: %d after %v", what, w.Code, time.Since(began))
		}
	}
}

// counted is a body of zeros that counts what is read of it.
type counted struct{ left, read int }

func (b *counted) Read(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left, b.read = b.left-n, b.read+n
	return n, nil
}

// TestAttack31Streams: many idle connections, and slow ones that send a byte now and then, keep nobody from being
// answered.
func TestAttack31Streams(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	server := httptest.NewServer(c.handler)
	defer server.Close()
	address := server.Listener.Addr().String()
	var open []net.Conn
	defer func() {
		for _, conn := range open {
			_ = conn.Close()
		}
	}()
	for i := range 400 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
		if i%2 == 0 { // a body that never comes
			_, _ = fmt.Fprintf(conn, "POST /r/x/comment HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nt", c.cookie("customs"))
		}
	}
	res, err := http.Get(server.URL + "/about")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	res.Body.Close()
}

// TestAttack32Strangers: what costs much is given to strangers a limited number of times a minute, and to those who have
// signed in without that limit.
func TestAttack32Strangers(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	x := c.target("/x")
	for _, path := range []string{"/participants/{code}/briefing/{format}", "/groups/{id}/review", "/groups/{id}/review/file/{format}", "/donors/iati.xml", "/legislation/{code}/gaps/{format}", "/report", "/report/file/{format}", "/records/{kind}/export/{format}"} {
		c.site.exports = web.NewLimiter(2, time.Minute)
		for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
			if w := c.ask("public", http.MethodGet, c.fill(path, x), nil, ""); w.Code != want {
				t.Errorf("%s, time %d: %d", path, i+1, w.Code)
			}
		}
		if w := c.ask("customs", http.MethodGet, c.fill(path, x), nil, ""); w.Code != http.StatusOK {
			t.Errorf("%s, signed in: %d", path, w.Code)
		}
	}
}

package pages

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	virtual "github.com/descope/virtualwebauthn"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/identity"
	"tocsin/internal/identity/identitytest"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
)

// ways is a site on which ways in are tried: its clock can be set, and a ministry signs in Ghana's people.
type ways struct {
	*httptest.Server
	app      *app.App
	site     *Site
	ministry *identitytest.Directory
	at       time.Time
}

func newWays(t *testing.T) *ways {
	t.Helper()
	x := &ways{ministry: identitytest.New(t), at: time.Now()}
	a, err := app.Open(t.Context(), storetest.SQLite(t), app.WithClock(func() time.Time { return x.at }), app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	x.app = a
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { x.site.Handler().ServeHTTP(w, r) }))
	t.Cleanup(func() {
		x.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	x.site, err = New(a, Options{BaseURL: strings.Replace(x.URL, "127.0.0.1", "localhost", 1), Log: slog.New(slog.DiscardHandler),
		Directories: []identity.Config{{Name: "Ministry", Issuer: x.ministry.URL, ClientID: "tocsin", Participant: "GH"}}})
	if err != nil {
		t.Fatal(err)
	}
	var list []app.Enrolment
	for _, name := range []string{"ama", "kofi", "esi"} {
		list = append(list, app.Enrolment{Person: coalition.Person{Email: name + "@example.org", Name: name, Participant: "GH", Active: true, Duties: []coalition.Duty{coalition.FocalPoint}}})
	}
	if _, err := a.Enrol(t.Context(), app.Operator, list); err != nil {
		t.Fatal(err)
	}
	return x
}

// browser is one browser at the site.
type browser struct {
	t *testing.T
	*http.Client
	base string
}

func (x *ways) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	base := strings.Replace(x.URL, "127.0.0.1", "localhost", 1)
	return &browser{t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, base}
}

func (b *browser) do(method, path string, form url.Values, header ...string) (int, string, http.Header) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	status, body, _ := b.do(http.MethodGet, path, nil)
	return status, body
}

func (b *browser) post(path string, pairs ...string) (int, string) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	status, body, _ := b.do(http.MethodPost, path, form)
	return status, body
}

// script posts what the page's script does and returns what it is told.
func (b *browser) script(path string, v any) (int, map[string]any, []byte) {
	b.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.Post(b.base+path, "application/json", bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	told := map[string]any{}
	if err := json.Unmarshal(raw, &told); err != nil {
		b.t.Fatalf("%s: %s", path, raw)
	}
	return res.StatusCode, told, raw
}

func (b *browser) session() string {
	u, _ := url.Parse(b.base)
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == "session" {
			return c.Value
		}
	}
	return ""
}

// link signs a browser in by a link of the operator's.
func (x *ways) link(t *testing.T, b *browser, name string) {
	t.Helper()
	secret, err := x.app.SigninLink(t.Context(), app.Operator, name+"@example.org", false)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := b.post("/signin/" + secret); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
}

type device struct {
	rp    virtual.RelyingParty
	owner virtual.Authenticator
	cred  virtual.Credential
}

func (b *browser) add(name string) *device {
	b.t.Helper()
	status, _, raw := b.script("/account/passkeys/ask", nil)
	o, err := virtual.ParseAttestationOptions(string(raw))
	if status != http.StatusOK || err != nil {
		b.t.Fatalf("%d %s %v", status, raw, err)
	}
	d := &device{virtual.RelyingParty{ID: "localhost", Origin: b.base}, virtual.NewAuthenticator(), virtual.NewCredential(virtual.KeyTypeEC2)}
	d.owner.Options.UserHandle = []byte(o.UserID)
	answer := virtual.CreateAttestationResponse(d.rp, d.owner, d.cred, *o)
	if status, told, _ := b.script("/account/passkeys", map[string]any{"name": name, "answer": json.RawMessage(answer)}); status != http.StatusOK || told["to"] != "/account" {
		b.t.Fatalf("%d %v", status, told)
	}
	return d
}

func (d *device) answer(t *testing.T, question []byte) map[string]any {
	t.Helper()
	o, err := virtual.ParseAssertionOptions(string(question))
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	d.cred.Counter++
	return map[string]any{"answer": json.RawMessage(virtual.CreateAssertionResponse(d.rp, d.owner, d.cred, *o))}
}

// TestWaysInByPage: a person comes by a link, adds a device, comes again by it without an address, is asked to prove who
// he is when that was long ago, sees where he is signed in and ends it.
func TestWaysInByPage(t *testing.T) {
	x := newWays(t)
	laptop, phone := x.browser(t), x.browser(t)
	x.link(t, laptop, "ama")
	if status, page := laptop.get("/account"); status != http.StatusOK || !strings.Contains(page, `data-passkey="/account/passkeys"`) || !strings.Contains(page, "passkey") {
		t.Fatalf("%d %s", status, page)
	}
	d := laptop.add("Laptop <b>")
	if _, page := laptop.get("/account"); !strings.Contains(page, "Laptop &lt;b&gt;") {
		t.Error("the device is not listed, or as markup")
	}
	_, page := laptop.get("/account")
	rename := regexp.MustCompile(`/account/passkeys/\w+/name`).FindString(page)
	if status, _ := laptop.post(rename, "name", " Desk <i> "); status != http.StatusSeeOther {
		t.Error("renamed: ", status)
	}
	for _, bad := range []string{"", "a\u202eb", strings.Repeat("x", 61)} {
		if status, _ := laptop.post(rename, "name", bad); status != http.StatusUnprocessableEntity {
			t.Errorf("a device is named %q: %d", bad, status)
		}
	}
	if _, page := laptop.get("/account"); !strings.Contains(page, `value="Desk &lt;i&gt;"`) {
		t.Error("the device has not its new name")
	}
	status, _, question := phone.script("/sign-in/passkey/ask", nil)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, question)
	}
	before := phone.session()
	answer := d.answer(t, question)
	status, told, _ := phone.script("/sign-in/passkey", answer)
	if status != http.StatusOK || told["to"] != "/guide" || phone.session() == before || before == "" {
		t.Fatalf("%d %v: the session was %q and is %q", status, told, before, phone.session())
	}
	if status, told, _ := x.browser(t).script("/sign-in/passkey", answer); status != http.StatusForbidden || told["to"] != nil {
		t.Errorf("the answer again: %d %v", status, told)
	}
	x.at = x.at.Add(11 * time.Minute)
	if status, _, h := phone.do(http.MethodPost, "/tokens", url.Values{"name": {"x"}, "days": {"3"}}); status != http.StatusSeeOther || h.Get("Location") != "/account/confirm" {
		t.Errorf("a token long after signing in: %d %v", status, h)
	}
	if status, told, _ := phone.script("/account/passkeys/ask", nil); status != http.StatusForbidden || told["error"] == "" {
		t.Errorf("a device long after signing in: %d %v", status, told)
	}
	if _, page := phone.get("/account"); strings.Contains(page, `data-passkey="/account/passkeys"`) || !strings.Contains(page, "/account/confirm") {
		t.Error("the page offers what it will not do")
	}
	_, _, question = phone.script("/account/confirm/ask", nil)
	if status, told, _ := phone.script("/account/confirm", d.answer(t, question)); status != http.StatusOK || told["to"] != "/tokens" {
		t.Errorf("proving it again: %d %v", status, told)
	}
	phone.add("Phone")
	_, page = phone.get("/account")
	end := regexp.MustCompile(`/account/sessions/\w+/end"`).FindAllString(page, -1)
	if len(end) != 1 {
		t.Fatalf("%v in %s", end, page)
	}
	if status, _ := phone.post(strings.TrimSuffix(end[0], `"`)); status != http.StatusSeeOther {
		t.Error(status)
	}
	if status, _ := laptop.get("/account"); status != http.StatusSeeOther {
		t.Errorf("the ended one gets %d", status)
	}
	if status, _ := phone.get("/account"); status != http.StatusOK {
		t.Errorf("the one that ended it gets %d", status)
	}
	remove := regexp.MustCompile(`/account/passkeys/\w+/remove`).FindAllString(page, -1)
	if status, _ := phone.post(remove[0]); status != http.StatusSeeOther {
		t.Error(status)
	}
	if status, page := phone.post(remove[1]); status != http.StatusConflict || !strings.Contains(page, `name="knows"`) {
		t.Errorf("the last: %d", status)
	}
	if status, _ := phone.post(remove[1], "knows", "yes"); status != http.StatusSeeOther {
		t.Error(status)
	}
}

// TestPasskeysElsewhere: where browsers allow no passkeys the page says so, and where they do.
func TestPasskeysElsewhere(t *testing.T) {
	x := newWays(t)
	b := x.browser(t)
	b.base = x.URL // by the number of the machine
	if status, page := b.get("/sign-in"); status != http.StatusOK || strings.Contains(page, "data-passkey") || !strings.Contains(page, strings.Replace(x.URL, "127.0.0.1", "localhost", 1)+"/sign-in") {
		t.Errorf("%d %s", status, page)
	}
	h := newHouse(t)
	if _, page := h.fetch(t, "/sign-in"); strings.Contains(string(page), "data-passkey") {
		t.Error("a site without an address offers passkeys")
	}
}

// TestDirectoryByPage: a browser goes to the ministry and comes back signed in, where it wanted to go.
func TestDirectoryByPage(t *testing.T) {
	x := newWays(t)
	b := x.browser(t)
	if status, _ := b.get("/account"); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	if _, page := b.get("/sign-in"); !strings.Contains(page, x.ministry.URL) {
		t.Error("the directory is not offered")
	}
	status, page, h := b.do(http.MethodPost, "/sign-in/directory", url.Values{"issuer": {x.ministry.URL}})
	to := strings.TrimPrefix(h.Get("Refresh"), "0; url=")
	if status != http.StatusOK || !strings.HasPrefix(to, x.ministry.URL) || !strings.Contains(page, `href="`+strings.ReplaceAll(to, "&", "&amp;")) {
		t.Fatalf("%d %q", status, to)
	}
	state, code := x.ministry.Visit(t, to)
	back := app.DirectoryPath + "?" + url.Values{"state": {state}, "code": {code}}.Encode()
	if status, _ := x.browser(t).get(back); status != http.StatusForbidden {
		t.Errorf("in another browser: %d", status)
	}
	before := b.session()
	if status, _, _ := b.do(http.MethodHead, back, nil); status != http.StatusNotFound {
		t.Errorf("a look at it: %d", status)
	}
	status, _, h = b.do(http.MethodGet, back, nil)
	if status != http.StatusSeeOther || h.Get("Location") != "/account" || b.session() == before {
		t.Fatalf("%d %v", status, h)
	}
	if status, page := b.get("/account"); status != http.StatusOK || !strings.Contains(page, "Ministry") {
		t.Errorf("%d %s", status, page)
	}
	if status, _ := b.get(back); status != http.StatusForbidden {
		t.Errorf("again: %d", status)
	}
}

// TestRecoveryByPage: a person asks, two agree by their pages, and the second is shown a link that signs in.
func TestRecoveryByPage(t *testing.T) {
	x := newWays(t)
	ama, kofi, esi := x.browser(t), x.browser(t), x.browser(t)
	x.link(t, ama, "ama")
	ama.post("/sign-out")
	_, known := ama.post("/sign-in/lost", "email", "ama@example.org")
	_, unknown := x.browser(t).post("/sign-in/lost", "email", "nobody@example.org")
	if known != unknown {
		t.Error("a known address gets another answer than an unknown one")
	}
	x.link(t, kofi, "kofi")
	x.link(t, esi, "esi")
	if _, page := kofi.get("/"); !strings.Contains(page, "Request to be let in<") {
		t.Error("the first page does not say that a request waits")
	}
	_, page := kofi.get("/recoveries")
	approve := regexp.MustCompile(`/recoveries/\w+/approve`).FindString(page)
	if approve == "" || !strings.Contains(page, "ama@example.org") {
		t.Fatal(page)
	}
	if status, page := kofi.post(approve, "revoke", "yes"); status != http.StatusSeeOther || strings.Contains(page, "/signin/") {
		t.Errorf("the first: %d", status)
	}
	if status, _ := kofi.post(approve); status != http.StatusConflict {
		t.Errorf("the first again: %d", status)
	}
	status, page := esi.post(approve, "revoke", "yes")
	link := regexp.MustCompile(`/signin/[\w-]{32}`).FindString(page)
	if status != http.StatusOK || link == "" {
		t.Fatalf("the second: %d", status)
	}
	if status, _ := ama.post(link); status != http.StatusSeeOther {
		t.Errorf("the link: %d", status)
	}
	if status, _ := ama.get("/account"); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
}

// TestAttack18SessionFixation: coming in gives the browser a session of a new name, a session that somebody has set does
// not become signed in, another site's page signs nobody in, and cookies are what they must be.
func TestAttack18SessionFixation(t *testing.T) {
	x := newWays(t)
	b := x.browser(t)
	b.get("/account") // a stranger who wants to go somewhere has a session
	set := b.session()
	secret, err := x.app.SigninLink(t.Context(), app.Operator, "ama@example.org", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		for _, path := range []string{"/signin/" + secret, "/sign-in/passkey", "/sign-in/passkey/ask", "/sign-in/directory", "/sign-in/lost", "/sign-out"} {
			if status, _, h := b.do(http.MethodPost, path, nil, header...); status != http.StatusForbidden || len(h.Values("Set-Cookie")) > 0 {
				t.Errorf("%s from %v: %d", path, header, status)
			}
		}
	}
	if status, _ := b.get("/signin/" + secret); status != http.StatusOK {
		t.Error("looking at a link uses it up")
	}
	status, _, h := b.do(http.MethodPost, "/signin/"+secret, nil)
	if status != http.StatusSeeOther || b.session() == set || set == "" {
		t.Fatalf("%d: the session was %q and is %q", status, set, b.session())
	}
	if c := h.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Path=/") || strings.Contains(c, "Domain") || strings.Contains(c, "Expires") {
		t.Errorf("the cookie is %q", c)
	}
	thief := x.browser(t)
	u, _ := url.Parse(thief.base)
	thief.Jar.SetCookies(u, []*http.Cookie{{Name: "session", Value: set}})
	if status, _ := thief.get("/account"); status != http.StatusSeeOther {
		t.Errorf("the session that was set gets %d", status)
	}
	thief.Jar.SetCookies(u, []*http.Cookie{{Name: "session", Value: "chosen-by-somebody-and-long-enough-to-be-one"}})
	secret, err = x.app.SigninLink(t.Context(), app.Operator, "ama@example.org", false)
	if err != nil {
		t.Fatal(err)
	}
	if thief.post("/signin/" + secret); strings.HasPrefix(thief.session(), "chosen") {
		t.Error("a session has the name that a browser has chosen")
	}
	before := b.session()
	x.link(t, b, "kofi")
	if list, err := x.app.Signins(t.Context(), app.Viewer{Person: x.person(t, "ama")}); err != nil || len(list) != 1 || b.session() == before {
		t.Errorf("who comes in as another is still in: %v, %v", list, err)
	}
	secure, err := New(x.app, Options{Secure: true, BaseURL: "https://tocsin.example", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	secure.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://tocsin.example/account", nil))
	if c := w.Header().Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-session=") || !strings.Contains(c, "Secure") {
		t.Errorf("over TLS the cookie is %q", c)
	}
}

func (x *ways) person(t *testing.T, name string) *coalition.Person {
	t.Helper()
	v, err := x.app.ViewerByEmail(t.Context(), name+"@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return v.Person
}

// TestAttack22ReturnAddress: whoever comes in goes to a page of this site, whatever address he was sent in with.
func TestAttack22ReturnAddress(t *testing.T) {
	x := newWays(t)
	for _, path := range []string{"//evil.example/", "/\\evil.example", "/%5cevil.example", "/account//evil.example", "/account?x=//evil.example", "/account/..//evil.example", "/\t/evil.example", "/account\n/evil"} {
		r := httptest.NewRequest(http.MethodGet, "/account", nil)
		r.URL.Path, r.URL.RawPath, r.RequestURI = path, "", path
		w := httptest.NewRecorder()
		x.site.Handler().ServeHTTP(w, r)
		if to := w.Header().Get("Location"); to != "" && web.LocalPath(to) != to {
			t.Errorf("%q is sent to %q", path, to)
		}
		b := x.browser(t)
		u, _ := url.Parse(b.base)
		b.Jar.SetCookies(u, w.Result().Cookies())
		secret, err := x.app.SigninLink(t.Context(), app.Operator, "ama@example.org", false)
		if err != nil {
			t.Fatal(err)
		}
		_, _, h := b.do(http.MethodPost, "/signin/"+secret, nil)
		if to := h.Get("Location"); to == "" || web.LocalPath(to) != to {
			t.Errorf("after %q somebody is sent to %q", path, to)
		}
	}
}

// TestAttack13NoHeaderNamesAnybody: no header, query, form value or cookie of a browser's own making signs anybody in.
func TestAttack13NoHeaderNamesAnybody(t *testing.T) {
	x := newWays(t)
	id := x.person(t, "ama").ID
	b := x.browser(t)
	for _, name := range []string{"X-Forwarded-User", "X-Remote-User", "Remote-User", "X-User", "X-Auth-Request-Email", "X-Forwarded-Email", "X-SSL-Client-DN", "From", "Cookie", "Authorization", "OpenCTI-Applicant-Id"} {
		for _, value := range []string{id, "ama@example.org", "person=" + id, "signin=" + id, "session=" + id, "Bearer ", "Basic YW1hOg==", "operator", ""} {
			if status, _, _ := b.do(http.MethodGet, "/account?person="+id+"&signin="+id+"&email=ama@example.org", nil, name, value); status != http.StatusSeeOther {
				t.Errorf("%s: %s gets %d", name, value, status)
			}
		}
	}
	if status, _ := b.post("/sign-in/directory", "issuer", x.ministry.URL, "email", "ama@example.org", "sub", "s-1", "id_token", "x"); status != http.StatusOK {
		t.Error(status)
	}
	if status, _ := b.get(app.DirectoryPath + "?id_token=x&email=ama@example.org&sub=s-1&state=&code="); status != http.StatusForbidden {
		t.Error(status)
	}
	if status, _ := b.get("/account"); status != http.StatusSeeOther {
		t.Error(status)
	}
}

// TestRoutesOfWaysIn: whatever changes a way in is asked by POST.
func TestRoutesOfWaysIn(t *testing.T) {
	x := newWays(t)
	open := []string{"/account", "/account/confirm", "/recoveries", "/sign-in", "/sign-in/lost", "/signin/{secret}", app.DirectoryPath}
	for _, r := range x.site.Routes() {
		in := strings.HasPrefix(r.Path, "/account") || strings.HasPrefix(r.Path, "/recoveries") || strings.HasPrefix(r.Path, "/sign-in") || strings.HasPrefix(r.Path, "/signin")
		if in && r.Method == http.MethodGet && !slices.Contains(open, r.Path) {
			t.Errorf("GET %s", r.Path)
		}
	}
}

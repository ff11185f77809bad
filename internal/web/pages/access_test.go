package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/kindstest"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
)

// tableFile says who may ask for what. It is made to be read, and every route, operation, role and kind stands in it.
const tableFile = "testdata/access.tsv"

// access is the table: for each role the class of answer that a line's class promises, and the lines.
type access struct {
	roles   []string
	classes map[string]map[string]string // by class and role
	lines   map[string]string            // class by "page GET /r/{id}", "api get-record" or "kind incident"
}

// answers are the classes of answer: it is done or the form is answered, the sign-in page or 401, 403, 404 as for what
// does not exist, and what cannot be asked.
var answers = []string{"ok", "sign-in", "forbidden", "as-none", "-"}

func readAccess(t *testing.T) access {
	t.Helper()
	raw, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	x := access{classes: map[string]map[string]string{}, lines: map[string]string{}}
	for n, line := range strings.Split(string(raw), "\n") {
		cells := strings.Split(line, "\t")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case cells[0] == "role":
			x.roles = cells[2:]
		case cells[0] == "class":
			if len(cells) != len(x.roles)+2 {
				t.Fatalf("%s:%d has %d answers for %d roles", tableFile, n+1, len(cells)-2, len(x.roles))
			}
			x.classes[cells[1]] = map[string]string{}
			for i, a := range cells[2:] {
				if !slices.Contains(answers, a) {
					t.Errorf("%s:%d says %q; answers are %v", tableFile, n+1, a, answers)
				}
				x.classes[cells[1]][x.roles[i]] = a
			}
		case len(cells) != 3 || x.classes[cells[2]] == nil:
			t.Errorf("%s:%d: a line is page, api or kind, a tab, what is asked, a tab, one of the classes: %q", tableFile, n+1, line)
		default:
			key := cells[0] + " " + cells[1]
			if x.lines[key] != "" {
				t.Errorf("%s:%d: %s stands twice", tableFile, n+1, key)
			}
			x.lines[key] = cells[2]
		}
	}
	return x
}

// wanted returns the class of a line, and fails the test with the line to add where there is none.
func (x access) wanted(t *testing.T, section, what string, proposed web.Access) string {
	t.Helper()
	class, ok := x.lines[section+" "+what]
	if !ok {
		propose := "signed-in"
		if proposed == web.Anyone {
			propose = "anyone"
		}
		t.Errorf("nobody has said who may ask for %s. Add to internal/web/pages/%s, with one of its classes, the line\n%s\t%s\t%s", what, tableFile, section, what, propose)
	}
	return class
}

// persona is somebody who plays a role of the table.
type persona struct {
	participant, group string
	sector             coalition.Sector
	role               coalition.Role
	duties             []coalition.Duty
	partner            bool
	scopes             []app.Scope // comes with a token that has only these
}

// personas are the roles; those of the table and further ones that only try to see.
var personas = map[string]persona{
	"public":        {},
	"unregistered":  {participant: "GH", sector: coalition.Customs},
	"official":      {participant: "GH", group: "wg3/west"},
	"customs":       {participant: "GH", group: "swg1.2/west", sector: coalition.Customs},
	"co-chair":      {participant: "GH", group: "swg1.2/west", role: coalition.CoChairRole},
	"coordinator":   {participant: "GH", group: "swg1.2/west", role: coalition.Coordinator},
	"focal-point":   {participant: "GH", group: "wg1/west", duties: []coalition.Duty{coalition.FocalPoint}},
	"analyst":       {participant: "GH", group: "wg1/west", duties: []coalition.Duty{coalition.Analyst}},
	"curator":       {participant: "GH", group: "wg1/west", duties: []coalition.Duty{coalition.Curator}},
	"signatory":     {participant: "GH", group: "wg1/west", duties: []coalition.Duty{coalition.Signatory}},
	"secretariat":   {participant: coalition.SecretariatCode, group: "wg1/east", duties: []coalition.Duty{coalition.Secretariat}},
	"administrator": {participant: coalition.SecretariatCode, group: "wg1/east", duties: []coalition.Duty{coalition.Administrator}},
	"partner":       {partner: true},
	"other":         {participant: "SL", group: "swg1.2/west", sector: coalition.Customs},
	"leaver":        {participant: "GH", group: "wg3/west"},
	"other-chair":   {participant: "NZ", group: "swg1.2/east", role: coalition.CoChairRole, sector: coalition.LawEnforcement},
	"token-read":    {participant: "GH", group: "swg1.2/west", sector: coalition.Customs, scopes: []app.Scope{app.ScopeRead}},
	"token-write":   {participant: "GH", group: "swg1.2/west", sector: coalition.Customs, scopes: []app.Scope{app.ScopeWrite}},
	"token-import":  {participant: "GH", group: "swg1.2/west", sector: coalition.Customs, scopes: []app.Scope{app.ScopeImport}},
}

// city is a site in which every role has somebody.
type city struct {
	t       *testing.T
	app     *app.App
	site    *Site
	handler http.Handler
	org     string            // the partner organisation
	id      map[string]string // of the persons
	session map[string]string // cookies
	token   map[string]string // secrets
	made    int
	asked   int // requests from addresses of their own
}

func newCity(t *testing.T, address string) *city {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, address, app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &city{t: t, app: a, id: map[string]string{}, session: map[string]string{}, token: map[string]string{}}
	c.populate(func(p persona) bool { return !p.partner })
	org := c.record("secretariat", "organisation", record.Sharing{TLP: record.Clear})
	if _, err := a.Step(ctx, app.Operator, org.ID, org.Version, "verify", "seen"); err != nil {
		t.Fatal(err)
	}
	c.org = org.ID
	if err := a.Store().Write(ctx, func(t *store.Tx) error { // what POST /unknown and the interface's example are asked for
		var err error
		for _, name := range []string{"n", "tusi"} {
			err = errors.Join(err, t.AddUnknown(ctx, store.UnknownName{Name: name, Seen: 1, Owner: org.Owner, Record: org.ID}))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	c.populate(func(p persona) bool { return p.partner })
	if c.site, err = New(a, Options{BaseURL: "https://example.com", Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	unlimited := web.NewLimiter(1<<30, time.Minute) // of sign-ins and exports; what limits do has its own tests
	c.site.attempts, c.site.exports = unlimited, unlimited
	if c.site.api, err = api.New(a, api.Options{Most: 1 << 30, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	c.handler = c.site.Handler()
	for name, p := range personas {
		if name == "public" {
			continue
		}
		scopes := p.scopes
		if scopes == nil {
			scopes = []app.Scope{app.ScopeRead, app.ScopeWrite, app.ScopeImport}
		}
		if c.token[name], _, err = a.NewToken(ctx, c.as(name), "t", scopes, time.Now().AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// populate enrols the personas that are wanted.
func (c *city) populate(wanted func(persona) bool) {
	c.t.Helper()
	var names []string
	var list []app.Enrolment
	for name, p := range personas {
		if name == "public" || !wanted(p) {
			continue
		}
		e := app.Enrolment{Person: coalition.Person{Email: name + "@example.org", Name: name, Participant: p.participant, Duties: p.duties, Zone: "UTC", Languages: []string{"en"}, Active: true}}
		if p.partner {
			e.Person.Stakeholder = c.org
		}
		if p.sector != "" {
			e.Person.Sectors = []coalition.Sector{p.sector}
		}
		if group, section, ok := strings.Cut(p.group, "/"); ok {
			role := p.role
			if role == "" {
				role = coalition.Member
			}
			e.Registrations = []coalition.Registration{{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{role}, From: time.Now().Add(-time.Hour)}}
		}
		names, list = append(names, name), append(list, e)
	}
	ids, err := c.app.Enrol(context.Background(), app.Operator, list)
	if err != nil {
		c.t.Fatal(err)
	}
	for i, name := range names {
		c.id[name] = ids[i]
	}
}

func (c *city) as(name string) app.Viewer {
	c.t.Helper()
	if name == "public" {
		return app.Public
	}
	v, err := c.app.ViewerByID(context.Background(), c.id[name])
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	return v
}

// viewer is who a persona is to the sharing rule, from what the persona is and not from tokens.
func (c *city) viewer(name string) sharing.Viewer {
	p := personas[name]
	v := sharing.Viewer{Person: c.id[name], Participant: p.participant, Registered: p.group != ""}
	if p.partner {
		v.Organisation = c.org
	}
	if p.sector != "" {
		v.Sectors = []string{string(p.sector)}
	}
	if group, _, ok := strings.Cut(p.group, "/"); ok {
		v.Groups = []string{group, p.group}
	}
	return v
}

// record makes a record of a kind.
func (c *city) record(who, kind string, rule record.Sharing, links ...record.Link) *record.Record {
	c.t.Helper()
	c.made++
	r, err := c.app.Create(context.Background(), c.as(who), app.Draft{Kind: kind, Sharing: rule, Links: links, Title: record.Text{"en": "zqword"}, Body: kindstest.Body(kind, "zqword", c.made)})
	if err != nil {
		c.t.Fatalf("%s makes a %s: %v", who, kind, err)
	}
	return r
}

// from gives a request an address that no other had: what is tried from one is counted in the database. Strangers who
// read keep theirs, by which they are limited.
func (c *city) from(who string, r *http.Request) *http.Request {
	if who == "public" && r.Method == http.MethodGet {
		return r
	}
	c.asked++
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1234", c.asked>>16&255, c.asked>>8&255, c.asked&255)
	return r
}

// cookie signs a persona in, and shows him a page, so that what it had to say of his signing in is said.
func (c *city) cookie(who string) string {
	c.t.Helper()
	if c.session[who] != "" {
		return c.session[who]
	}
	secret, err := c.app.SigninLink(context.Background(), app.Operator, who+"@example.org", false)
	if err != nil {
		c.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, c.from(who, httptest.NewRequest(http.MethodPost, "/signin/"+secret, nil)))
	for _, k := range w.Result().Cookies() {
		if k.Name == "session" {
			c.session[who] = k.Name + "=" + k.Value
		}
	}
	if c.session[who] == "" {
		c.t.Fatalf("%s is not signed in: %d", who, w.Code)
	}
	if w := c.ask(who, http.MethodGet, "/about", nil, ""); w.Code != http.StatusOK {
		c.t.Fatalf("%s is not shown a page: %d", who, w.Code)
	}
	return c.session[who]
}

// ask sends a request to a page as a persona; one who has a limited token comes with that and without a session.
func (c *city) ask(who, method, path string, body []byte, media string) *httptest.ResponseRecorder {
	c.t.Helper()
	r := c.from(who, httptest.NewRequest(method, path, bytes.NewReader(body)))
	if body != nil {
		r.Header.Set("Content-Type", media)
	}
	switch p := personas[who]; {
	case strings.HasPrefix(path, "/api") && who != "public", p.scopes != nil:
		r.Header.Set("Authorization", "Bearer "+c.token[who])
	case who != "public":
		r.Header.Set("Cookie", c.cookie(who))
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

// classOf tells the class of an answer.
func classOf(w *httptest.ResponseRecorder) string {
	switch code := w.Code; {
	case code == http.StatusUnauthorized, code == http.StatusSeeOther && w.Header().Get("Location") == "/sign-in":
		return "sign-in"
	case code == http.StatusForbidden:
		return "forbidden"
	case code == http.StatusNotFound:
		return "as-none"
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusMethodNotAllowed:
		return fmt.Sprint(code)
	}
	return "ok"
}

// target is a record that everybody sees, of Ghana, with what records have.
type target struct {
	*record.Record
	proposal, hash string
}

// target makes a record for a path that names one: where the kind matters it is of that kind.
func (c *city) target(path string) target {
	c.t.Helper()
	ctx := context.Background()
	who, kind, steps := "customs", "incident", []string(nil)
	switch end := path[strings.LastIndex(path, "/")+1:]; end {
	case "answer", "answers", "take-up", "action", "meeting.ics":
		who, kind, steps = "co-chair", "meeting", []string{"plan"}
	case "acknowledge", "acknowledgement", "receipts":
		kind, steps = "alert", []string{"clear", "issue"}
	}
	r := c.record(who, kind, record.Sharing{TLP: record.Clear})
	if err := c.app.Propose(ctx, c.as("customs"), r.ID, "zqword proposed", nil); err != nil {
		c.t.Fatal(err)
	}
	r, err := c.app.Attach(ctx, c.as(who), r.ID, r.Version, "zqword.txt", []byte("zqword attached"))
	if err != nil {
		c.t.Fatal(err)
	}
	proposals, err := c.app.Proposals(ctx, app.Operator, r.ID)
	if err != nil || len(proposals) == 0 {
		c.t.Fatal(proposals, err)
	}
	for _, step := range steps {
		r = c.step(r, step)
	}
	return target{r, proposals[0].ID, r.Attachments[0].Hash}
}

func (c *city) step(r *record.Record, name string) *record.Record {
	c.t.Helper()
	r, err := c.app.Step(context.Background(), app.Operator, r.ID, r.Version, name, "because")
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// fill puts values into the pattern of a path, as long as it knows what they stand for.
func (c *city) fill(path string, x target) string {
	c.t.Helper()
	id := x.ID
	switch {
	case strings.HasPrefix(path, "/groups/"), strings.HasPrefix(path, api.Prefix+"/groups/"):
		id = "swg1.2"
	case strings.HasPrefix(path, "/substances/"), strings.HasPrefix(path, api.Prefix+"/substances/"):
		id = "fentanyl"
	case strings.HasPrefix(path, "/people/"):
		id = c.id["leaver"]
	}
	format := "csv"
	if strings.Contains(path, "/file/") || strings.Contains(path, "/briefing/") || strings.Contains(path, "/review/") || strings.HasPrefix(path, api.Prefix+"/report/") {
		format = "md"
	}
	kind := "incident"
	if strings.HasSuffix(path, "/records/{kind}") || strings.Contains(path, "/export/") {
		kind = "commitment"
	}
	path = strings.NewReplacer("{$}", "", "{secret}", "nothing", "{code}", "GH", "{country}", "GH", "{id}", id, "{kind}", kind, "{format}", format, "{proposal}", x.proposal, "{number}", "1", "{hash}", x.hash,
		"{token}", "nothing", "{registration}", "nothing", "{device}", "nothing", "{session}", "nothing", "{request}", "nothing", "{name}", "commitment.atom", "{file}", "commitment.csv").Replace(path)
	if strings.Contains(path, "{") {
		c.t.Errorf("say in fill of access_test.go what the new part of the path %s stands for", path)
	}
	return path
}

// form is what a page's form may hold; a page reads what it asks for.
func form(x target) url.Values {
	v := url.Values{"version": {fmt.Sprint(x.Version)}, "step": {"close"}, "reason": {"r"}, "note": {"n"}, "text": {"t"}, "proposal": {"p"}, "decision": {"1"}, "measures": {"m"}, "answer": {"accepted"}, "answer-note": {"n"},
		"name": {"n"}, "substance": {"fentanyl"}, "group": {"swg1.2"}, "from": {"2024-01-01"}, "to": {"2024-12-31"}, "meetings": {"2"}, "every": {"2"}, "minutes": {"60"}, "scopes": {"read"}, "expires": {"30"}, "section": {"west"}, "roles": {"member"}}
	for name, value := range map[string]string{"email": "new@example.org", "participant": "GH", "languages": "en", "zone": "UTC"} {
		v.Set(name, value)
	}
	for name, value := range map[string]string{"type": "seizure", "found.year": "2024", "found.month": "5", "found.day": "1", "country": "GH", "tlp": "CLEAR"} {
		v.Set(name, value)
	}
	return v
}

// upload is a form with a file, as browsers send it.
func upload(t *testing.T, values url.Values, file string) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name := range values {
		if err := m.WriteField(name, values.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("file", "x.csv")
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m.FormDataContentType()
}

const tinyTable = "type,found,country\r\nseizure,2024-05-01,GH\r\n"

// askPage asks a route for a target as a persona.
func (c *city) askPage(who string, r web.Route, x target) *httptest.ResponseRecorder {
	path := c.fill(r.Path, x)
	if r.Method == http.MethodGet {
		return c.ask(who, r.Method, path, nil, "")
	}
	values := form(x)
	if r.Body > 0 {
		values.Set("profile", "template-incident")
		body, media := upload(c.t, values, tinyTable)
		return c.ask(who, r.Method, path, body, media)
	}
	return c.ask(who, r.Method, path, []byte(values.Encode()), "application/x-www-form-urlencoded")
}

// askAPI asks an operation for a target as a persona, with its own example.
func (c *city) askAPI(who string, op api.Operation, x target) *httptest.ResponseRecorder {
	path := c.fill(op.Path, x)
	_, query, ok := strings.Cut(op.Sample, "?")
	if ok {
		path += "?" + query
	}
	media, body := "", []byte(nil)
	if len(op.Sends) > 0 {
		media, body = op.Sends[0], []byte(op.Body)
		if op.Body == "" {
			body = []byte(tinyTable)
		}
	}
	r := c.from(who, httptest.NewRequest(op.Method, path, bytes.NewReader(body)))
	r.Header.Set("Content-Type", media)
	r.Header.Set("If-Match", fmt.Sprintf(`"%s.%d"`, x.ID, x.Version))
	if who != "public" {
		r.Header.Set("Authorization", "Bearer "+c.token[who])
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

// TestWhoMayAskForWhat asks every route of the site map and every operation of the interface as every role and finds the
// class of answer that the table promises. A route, operation, role or kind that the table does not name fails; so does
// a line for what is there no more.
func TestWhoMayAskForWhat(t *testing.T) {
	table := readAccess(t)
	c := newCity(t, storetest.SQLite(t))
	for _, d := range coalition.Duties {
		if !slices.Contains(table.roles, string(d)) {
			t.Errorf("the duty %s is no role of %s: add a column and a persona", d, tableFile)
		}
	}
	for _, role := range table.roles {
		if _, ok := personas[role]; !ok {
			t.Fatalf("the role %s of %s has no persona", role, tableFile)
		}
	}
	named := map[string]bool{}
	targets := map[string]target{}
	try := func(section, what, path string, proposed web.Access, ask func(who string, x target) *httptest.ResponseRecorder) {
		named[section+" "+what] = true
		class := table.wanted(t, section, what, proposed)
		if class == "" {
			return
		}
		kind := path[strings.LastIndex(path, "/")+1:]
		for _, role := range table.roles {
			if targets[kind].Record == nil {
				targets[kind] = c.target(path)
			}
			w := ask(role, targets[kind])
			if got, want := classOf(w), table.classes[class][role]; got != want {
				t.Errorf("%s %s answers %s: %s (%d), the table's class %s says %s", section, what, role, got, w.Code, class, want)
			}
			if path == "/sign-out" {
				delete(c.session, role)
			}
			now, err := c.app.Get(t.Context(), app.Operator, targets[kind].ID)
			if err != nil || now.Version != targets[kind].Version || strings.Contains(path, "proposal") {
				delete(targets, kind)
			}
		}
	}
	for _, r := range c.site.Routes() {
		try("page", r.Method+" "+r.Path, r.Path, r.Access, func(who string, x target) *httptest.ResponseRecorder { return c.askPage(who, r, x) })
	}
	for _, op := range c.site.api.Operations() {
		try("api", op.ID, op.Path, op.Access, func(who string, x target) *httptest.ResponseRecorder { return c.askAPI(who, op, x) })
	}
	for _, k := range kinds.All {
		proposed := web.SignedIn
		if slices.Contains(app.PublicKinds, k.Name) {
			proposed = web.Anyone
		}
		try("kind", k.Name, "/records/"+k.Name, proposed, func(who string, _ target) *httptest.ResponseRecorder {
			return c.ask(who, http.MethodGet, "/records/"+k.Name, nil, "")
		})
	}
	for line := range table.lines {
		if !named[line] {
			t.Errorf("%s names %q, which is not there: take the line away", tableFile, line)
		}
	}
}

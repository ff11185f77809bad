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
	"strings"
	"testing"
	"time"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/kindstest"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
	"tocsin/internal/web"
)

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

package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/api"
	"tocsin/internal/kinds"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// described returns the description of an operation.
func (h *house) described(op api.Operation) *huma.Operation {
	item := h.api.OpenAPI().Paths[op.Path]
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put}[op.Method]
}

// checked finds that an answer is of the schema that the description gives for its status.
func (h *house) checked(op api.Operation, a answer) {
	h.t.Helper()
	res := h.described(op).Responses[itoa(a.StatusCode)]
	if res == nil {
		h.t.Errorf("%s answers %d, which the description does not know: %s", op.ID, a.StatusCode, a.body)
		return
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if len(res.Content) == 0 {
		if len(a.body) > 0 {
			h.t.Errorf("%s: %d has a body: %s", op.ID, a.StatusCode, a.body)
		}
		return
	}
	m := res.Content[media]
	if m == nil {
		h.t.Errorf("%s: %d as %q, described %v", op.ID, a.StatusCode, media, res.Content)
		return
	}
	if !strings.Contains(media, "json") {
		return
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		h.t.Errorf("%s: %v in %s", op.ID, err, a.body)
		return
	}
	found := &huma.ValidateResult{}
	huma.Validate(h.api.OpenAPI().Components.Schemas, m.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, found)
	if len(found.Errors) > 0 {
		h.t.Errorf("%s: %d is not of its schema: %v\n%.600s", op.ID, a.StatusCode, found.Errors, a.body)
	}
}

// TestEveryAnswerIsOfItsSchema asks every operation that changes nothing, with records of every kind, and finds each
// answer as the description has it, refusals included.
func TestEveryAnswerIsOfItsSchema(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	if err := h.Found(t.Context(), operator); err != nil {
		t.Fatal(err)
	}
	hosts := h.hosts()
	made := h.makeAll("CLEAR", hosts)
	h.furnish(made)
	tried, statuses := 0, map[int]int{}
	for _, op := range h.api.Operations() {
		if op.Method != http.MethodGet {
			continue
		}
		answered := false
		for _, who := range []string{"", "fatu", "sec"} {
			for _, path := range h.paths(op, made) {
				a := h.ask(who, op.Method, path, "")
				h.checked(op, a)
				answered = answered || a.StatusCode < 300
				statuses[a.StatusCode]++
				tried++
			}
		}
		if !answered {
			t.Errorf("%s was never answered", op.ID)
		}
	}
	t.Logf("%d answers, by status %v", tried, statuses)
}

// TestChangesAreOfTheirSchema sends the example of every operation that changes something and finds the answers described.
func TestChangesAreOfTheirSchema(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	for _, op := range h.api.Operations() {
		if op.Method == http.MethodGet {
			continue
		}
		r := h.make("ama", seizure)
		if op.ID == "answer-record" {
			r = h.meeting()
		}
		body, media := op.Body, op.Sends[0]
		switch op.ID {
		case "add-attachment":
			body = "words"
		case "import-table":
			body = "type,found,country\r\nseizure,2024-05-01,GH\r\nseizure,never,GH\r\n"
		case "replace-record", "create-record":
			if v := h.sentBody(op, body); v != "" {
				t.Errorf("the example of %s is not of its schema: %s", op.ID, v)
			}
		}
		path := strings.ReplaceAll(op.Sample, "ID", r.ID)
		who := "ama"
		if op.ID == "answer-record" {
			who = "sec"
		}
		a := h.ask(who, op.Method, path, body, "Content-Type", media, "If-Match", tag(r))
		if a.StatusCode >= 300 {
			t.Errorf("the example of %s: %d %s", op.ID, a.StatusCode, a.body)
		}
		h.checked(op, a)
		for _, again := range []answer{h.ask("", op.Method, path, body), h.ask("fatu", op.Method, strings.ReplaceAll(op.Sample, "ID", "none"), body, "Content-Type", media, "If-Match", `"none.1"`),
			h.ask("ama", op.Method, path, "{", "Content-Type", media, "If-Match", tag(r)), h.ask("ama", op.Method, path, body, "Content-Type", "text/html", "If-Match", tag(r)), h.ask("ama", op.Method, path, body, "Content-Type", media)} {
			h.checked(op, again)
		}
	}
}

// sentBody returns what is wrong with a body by the schema of the operation's request.
func (h *house) sentBody(op api.Operation, body string) string {
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		return err.Error()
	}
	found := &huma.ValidateResult{}
	huma.Validate(h.api.OpenAPI().Components.Schemas, h.described(op).RequestBody.Content["application/json"].Schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, found)
	var out []string
	for _, e := range found.Errors {
		out = append(out, e.Error())
	}
	return strings.Join(out, "; ")
}

// TestDescription: it is OpenAPI 3.1, whole, says of every operation who may ask and what each parameter means, and has
// a schema for what every kind declares. Everything in it that is words has words in each language.
func TestDescription(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	a := h.want(http.StatusOK, h.ask("", http.MethodGet, api.Document, ""))
	var d struct {
		OpenAPI    string
		Components struct {
			Schemas map[string]struct{ Properties map[string]json.RawMessage }
		}
	}
	a.json(t, &d)
	if d.OpenAPI != "3.1.0" || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("OpenAPI %q as %s", d.OpenAPI, a.Header.Get("Content-Type"))
	}
	for _, m := range regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(a.body), -1) {
		if _, ok := d.Components.Schemas[m[1]]; !ok {
			t.Errorf("the description refers to %s, which it does not hold", m[1])
		}
	}
	for _, k := range kinds.All {
		s := d.Components.Schemas[bodyName(k.Name)]
		for _, f := range k.Fields {
			if s.Properties[f.Name] == nil {
				t.Errorf("the schema of %s lacks %s", k.Name, f.Name)
			}
		}
	}
	seen := map[string]bool{}
	for _, op := range h.api.Operations() {
		x := h.described(op)
		if seen[op.ID] || x.Summary == "" || len(x.Security) == 0 || (len(x.Security) == 2) != (op.Access == web.Anyone) || x.Responses["default"] != nil || op.Sample == "" {
			t.Errorf("%s is described by %+v", op.ID, x)
		}
		seen[op.ID] = true
		for _, p := range x.Parameters {
			if p.Description == "" || strings.HasPrefix(p.Description, "api.") {
				t.Errorf("%s: %s is not explained", op.ID, p.Name)
			}
		}
		keys := []string{op.Summary, op.Area}
		for _, p := range op.Params {
			keys = append(keys, p.Text)
		}
		for _, key := range keys {
			for _, l := range locales.Languages {
				if said := locales.Say(l.Code, key, nil); said == key || l.Code != "en" && said == locales.Say("en", key, nil) && !slices.Contains([]string{"api.param.hash"}, key) {
					t.Errorf("%s has no words for %s in %s", op.ID, key, l.Code)
				}
			}
		}
	}
}

func bodyName(kind string) string {
	out := ""
	for _, p := range strings.Split(kind, "-") {
		out += strings.ToUpper(p[:1]) + p[1:]
	}
	return out + "Body"
}

// TestKindsSayWhatIsAccepted: what GET /kinds declares is enough to make a record of any kind, and the record comes back
// as it was sent.
func TestKindsSayWhatIsAccepted(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	hosts := h.hosts()
	create := h.api.Operations()[slices.IndexFunc(h.api.Operations(), func(o api.Operation) bool { return o.ID == "create-record" })]
	for _, k := range kinds.Authored() {
		host := ""
		if len(k.Under) > 0 {
			host = hosts[k.Under[0]]
		}
		draft := h.draftOf(k.Name, "CLEAR", host)
		if wrong := h.sentBody(create, text(draft)); wrong != "" {
			t.Errorf("%s: by its schema %s", k.Name, wrong)
		}
		if k.Name == "pledge" {
			continue // the host is the one there may be
		}
		r := h.make("sec", text(draft))
		var sent map[string]any
		if err := json.Unmarshal([]byte(text(draft["body"])), &sent); err != nil {
			t.Fatal(err)
		}
		for name, v := range sent {
			if text(r.Body[name]) != text(v) {
				t.Errorf("%s: %s came back as %s, sent %s", k.Name, name, text(r.Body[name]), text(v))
			}
		}
	}
}

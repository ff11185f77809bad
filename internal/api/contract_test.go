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
	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
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
	made["signal"] = h.signalled()
	tried, statuses := 0, map[int]int{}
	for _, op := range h.api.Operations() {
		if op.Method != http.MethodGet {
			continue
		}
		answered := false
		asking := []string{"", "fatu", "sec"}
		if op.ID == "list-unknown-names" {
			asking = append(asking, "cat")
		}
		for _, who := range asking {
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
		who, r, path, body := h.staged(op)
		media := ""
		if len(op.Sends) > 0 {
			media = op.Sends[0]
		}
		if media == "application/json" {
			if v := h.sentBody(op, body); v != "" {
				t.Errorf("the example of %s is not of its schema: %s", op.ID, v)
			}
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

// staged prepares what the example of an operation is asked of, and returns who asks, of which record, where and with what.
func (h *house) staged(op api.Operation) (who string, r got, path, body string) {
	h.t.Helper()
	who, body = "ama", op.Body
	proposal := ""
	switch op.ID {
	case "answer-record":
		who, r = "sec", h.meeting()
	case "take-up-decision":
		who, r = "sec", h.decided()
	case "acknowledge-alert":
		who, r = "fatu", h.alerted()
	case "plan-meetings", "issue-report":
		who = "sec"
	case "settle-unknown-name":
		who, body = "cat", `{"name":"zqunknown","substance":"ketamine"}`
		r = h.make("ama", seizure)
		err := h.Store().Write(h.t.Context(), func(t *store.Tx) error {
			return t.AddUnknown(h.t.Context(), store.UnknownName{Name: "zqunknown", Seen: 1, Owner: "GH", Record: r.ID})
		})
		if err != nil {
			h.t.Fatal(err)
		}
	case "decide-proposal":
		r = h.make("ama", seizure)
		proposal = h.proposed(r.ID)
	case "add-attachment":
		body = "words"
	case "import-table":
		body = "type,found,country\r\nseizure,2024-05-01,GH\r\nseizure,never,GH\r\n"
	case "import-iati":
		body = activities
	}
	if r.ID == "" {
		r = h.make("ama", seizure)
	}
	return who, r, strings.NewReplacer("ID", r.ID, "PROPOSAL", proposal).Replace(op.Sample), body
}

const activities = `<iati-activities version="2.03"><iati-activity default-currency="USD"><iati-identifier>XX-1</iati-identifier><title><narrative>zqword</narrative></title></iati-activity></iati-activities>`

// proposed proposes a change of a record as another country's official and returns its id.
func (h *house) proposed(id string) string {
	h.t.Helper()
	h.want(http.StatusNoContent, h.ask("fatu", http.MethodPost, "/records/"+id+"/proposals", `{"text":"It was the second.","body":{"type":"seizure","found":"2024-05-02","country":"GH"}}`))
	var l struct{ Proposals []struct{ ID string } }
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/records/"+id+"/proposals", "")).json(h.t, &l)
	return l.Proposals[0].ID
}

// signalled makes a country report for most of a year and then, last week, a substance that it never named, and returns
// the signal that is raised.
func (h *house) signalled() got {
	h.t.Helper()
	table, last := "type,found,country,goods.1.substance\r\n", h.Now().AddDate(0, 0, -7)
	for weeks := 45; weeks > 0; weeks-- {
		table += "seizure," + last.AddDate(0, 0, -7*weeks).Format("2006-01-02") + ",GH,heroin\r\n"
	}
	table += "seizure," + last.Format("2006-01-02") + ",GH,carfentanil\r\n"
	h.want(http.StatusOK, h.ask("ama", http.MethodPost, "/import/incident?tlp=GREEN", table, "Content-Type", "text/csv"))
	week, _ := record.DateOf(last).Week()
	if _, err := h.Detect(h.t.Context(), operator, app.Span{From: week, To: week}); err != nil {
		h.t.Fatal(err)
	}
	var l struct{ Records []got }
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/records?kind=signal", "")).json(h.t, &l)
	if len(l.Records) == 0 {
		h.t.Fatal("no signal was raised")
	}
	return l.Records[0]
}

// decided makes a meeting with a decision of the secretariat's.
func (h *house) decided() got {
	h.t.Helper()
	d := h.draftOf("meeting", "GREEN", "")
	d["body"].(map[string]any)["decisions"] = []any{map[string]any{"title": "Train chemists", "of": coalition.SecretariatCode, "due": "2099-01-01"}}
	return h.make("sec", text(d))
}

// alerted issues an alert of which every official is told.
func (h *house) alerted() got {
	h.t.Helper()
	d := h.draftOf("alert", "GREEN", "")
	d["body"].(map[string]any)["about"] = []any{map[string]any{"substance": "fentanyl"}}
	r := h.make("ama", text(d))
	for _, s := range []string{"kofi clear", "kofi issue"} {
		who, step, _ := strings.Cut(s, " ")
		h.want(http.StatusOK, h.ask(who, http.MethodPost, "/records/"+r.ID+"/steps", text(map[string]string{"step": step}), "If-Match", tag(r))).json(h.t, &r)
	}
	return r
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

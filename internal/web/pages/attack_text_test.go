package pages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	"tocsin/internal/store/storetest"
)

// script is text that would run, or break out of where it stands.
const script = `zqx"'><script>alert(1)</script><svg onload=alert(2)><a href="javascript:alert(3)">]]>{{7*7}}`

// hostile is a body of a kind with script in every text that is free; the fields that are excepted take no such thing.
func hostile(t *testing.T, k *record.Kind, n int, except map[string]bool) json.RawMessage {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(kindstest.Body(k.Name, "zqx", n), &body); err != nil {
		t.Fatal(err)
	}
	var fill func(fields []record.Field, into map[string]any)
	fill = func(fields []record.Field, into map[string]any) {
		for _, f := range fields {
			switch {
			case f.Derived, except[f.Name]:
			case f.Type == record.TypeText || f.Type == record.TypeLong:
				if f.Max == 0 || f.Max > len(script) {
					into[f.Name] = script
				}
			case f.Type == record.TypeTexts:
				into[f.Name] = map[string]any{"en": script, "ar": script}
			case f.Type == record.TypeList:
				list, _ := into[f.Name].([]any)
				for _, item := range list {
					if m, ok := item.(map[string]any); ok {
						fill(f.Fields, m)
					}
				}
			}
		}
	}
	fill(k.Fields, body)
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var runs = []*regexp.Regexp{regexp.MustCompile(`(?i)<script>alert`), regexp.MustCompile(`(?i)<svg onload`), regexp.MustCompile(`(?i)(href|src|action)\s*=\s*["']?\s*javascript:`), regexp.MustCompile(`(?i)<[a-z][a-z0-9-]*(\s+[a-z:-]+(="[^"]*")?)*\s+on[a-z]+\s*=`)}

// TestAttack19ScriptEverywhere: script in every free text of every kind, in comments, proposals, notes, names of people
// and of files, stands as text on every page, in every feed, calendar, export and document.
func TestAttack19ScriptEverywhere(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	ctx := t.Context()
	members, err := c.app.People(ctx, app.Operator, "GH")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		x := *m.Person
		if x.Name = `<script>alert(1)</script>` + m.Name; true {
			if _, err := c.app.SavePerson(ctx, app.Operator, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	hosts := c.hosts()
	var made []string
	for i, k := range kinds.Authored() {
		who := "customs"
		switch k.Name {
		case "narrative":
			who = "secretariat"
		case "meeting", "call", "announcement":
			who = "co-chair"
		case "pledge":
			continue // the one there may be is hosts'
		}
		d := app.Draft{Kind: k.Name, Sharing: record.Sharing{TLP: record.Clear}, Title: record.Text{"en": script}, Summary: record.Text{"en": script}, Body: hostile(t, k, i, nil)}
		if len(k.Under) > 0 {
			d.Links = []record.Link{{Relation: record.PartOf, To: hosts[k.Under[0]]}}
		}
		r, err := c.app.Create(ctx, c.as(who), d)
		var refused *app.Error
		if errors.As(err, &refused) && refused.Code == app.Invalid { // fields of a form of their own
			except := map[string]bool{}
			for _, p := range refused.Problems {
				except[p.Field[strings.LastIndex(p.Field, ".")+1:]] = true
			}
			d.Body = hostile(t, k, i, except)
			r, err = c.app.Create(ctx, c.as(who), d)
		}
		if err != nil {
			t.Fatalf("a %s: %v", k.Name, err)
		}
		if err := c.app.Comment(ctx, c.as(who), r.ID, script); err != nil {
			t.Fatal(err)
		}
		if err := c.app.Propose(ctx, c.as(who), r.ID, script, nil); err != nil {
			t.Fatal(err)
		}
		if next, err := c.app.Attach(ctx, c.as(who), r.ID, r.Version, script+".txt", []byte("x")); err == nil {
			r = next
		}
		for _, s := range k.Workflow.StepsFrom(r.State) {
			if next, err := c.app.Step(ctx, app.Operator, r.ID, r.Version, s.Name, script); err == nil {
				r = next
				break
			}
		}
		made = append(made, r.ID)
	}
	var open []*record.Record
	for _, id := range made {
		x, err := c.app.Get(ctx, app.Operator, id)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, x.Record)
	}
	shown := 0
	for _, who := range []string{"customs", "public"} {
		for _, p := range c.overviews(open) {
			if strings.HasPrefix(p, "/api/") {
				continue // JSON, of its own type
			}
			for _, q := range []string{p, p + map[bool]string{true: "&", false: "?"}[strings.Contains(p, "?")] + "q=" + url.QueryEscape(script)} {
				if who == "public" && q != p {
					continue
				}
				w := c.ask(who, http.MethodGet, q, nil, "")
				media := w.Header().Get("Content-Type")
				if w.Code >= 500 {
					t.Errorf("%s: %d", q, w.Code)
				}
				if !strings.Contains(media, "html") && !strings.Contains(media, "xml") {
					continue
				}
				shown += strings.Count(w.Body.String(), "zqx")
				for _, run := range runs {
					if at := run.FindStringIndex(w.Body.String()); at != nil {
						t.Errorf("%s, %s shows …%s", who, q, w.Body.String()[max(0, at[0]-80):min(w.Body.Len(), at[1]+40)])
					}
				}
			}
		}
	}
	if shown < 100 {
		t.Errorf("the texts are shown %d times: too little is tried", shown)
	}
	for _, path := range []string{"/nowhere/" + url.PathEscape(script), "/r/" + url.PathEscape(script), "/records/" + url.PathEscape(script), "/signin/" + url.PathEscape(script)} {
		q := httptest.NewRequest(http.MethodGet, path, nil)
		q.Header.Set("Referer", "https://x.example/"+script)
		q.Header.Set("User-Agent", script)
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, q)
		for _, run := range runs {
			if run.MatchString(w.Body.String()) {
				t.Errorf("%s: %s", path, w.Body)
			}
		}
	}
}

// TestAttack19Links: an address that a browser would run is refused where addresses are typed.
func TestAttack19Links(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	tried := 0
	for _, k := range kinds.Authored() {
		for _, f := range k.Fields {
			if f.Type != record.TypeURL || len(k.Under) > 0 {
				continue
			}
			for _, address := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd"} {
				var body map[string]any
				if err := json.Unmarshal(kindstest.Body(k.Name, "x", 0), &body); err != nil {
					t.Fatal(err)
				}
				body[f.Name] = address
				raw, _ := json.Marshal(body)
				tried++
				if _, err := c.app.Create(t.Context(), app.Operator, app.Draft{Kind: k.Name, Owner: "GH", Title: record.Text{"en": "x"}, Body: raw}); app.CodeOf(err) != app.Invalid {
					t.Errorf("%s.%s takes %q: %v", k.Name, f.Name, address, err)
				}
			}
		}
	}
	if tried == 0 {
		t.Error("no kind has an address")
	}
}

// TestAttack21Downloads: a file is always a download, of no type that a browser shows, whatever it is and is called.
func TestAttack21Downloads(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	r := c.record("customs", "incident", record.Sharing{TLP: record.Clear})
	for i, name := range []string{"a.html", "a.svg", "x\r\nSet-Cookie: a=b.txt", "\"; filename=evil.html; x=\".txt", "a\u202etxt.exe", "../../etc/passwd", strings.Repeat("n", 400)} {
		var err error
		if r, err = c.app.Attach(t.Context(), c.as("customs"), r.ID, r.Version, name, []byte(fmt.Sprint("plain words ", i))); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		for _, path := range []string{"/r/" + r.ID + "/files/", api.Prefix + "/records/" + r.ID + "/attachments/"} {
			w := c.ask("customs", http.MethodGet, path+r.Attachments[i].Hash, nil, "")
			disposition := w.Header().Get("Content-Disposition")
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(disposition, "attachment;") || w.Header().Get("X-Content-Type-Options") != "nosniff" ||
				strings.ContainsAny(disposition, "\r\n/\\\u202e") || w.Header().Get("Set-Cookie") != "" || parameters(disposition) != 1 {
				t.Errorf("%q is sent as %v", name, w.Header())
			}
		}
	}
}

// parameters is how many a header has beside its value.
func parameters(header string) int {
	_, given, err := mime.ParseMediaType(header)
	if err != nil {
		return -1
	}
	return len(given)
}

// TestAttack23Headers: a line break or what looks like a formula in a text reaches neither a letter's head, nor a
// calendar's lines, nor a cell that a program would run.
func TestAttack23Headers(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	ctx := t.Context()
	for _, title := range []string{"a\x00b", "a\x1bb", "a\u202eb", "a\u2066b"} { // lines of a title are brought into one where that matters
		if _, err := c.app.Create(ctx, c.as("customs"), app.Draft{Kind: "document", Sharing: record.Sharing{TLP: record.Clear}, Body: bodyNamed("document", title)}); app.CodeOf(err) != app.Invalid {
			t.Errorf("a title %q is taken: %v", title, err)
		}
	}
	for _, name := range []string{"a\r\nBcc: all@example.org", "a\u202eb"} {
		_, err := c.app.SavePerson(ctx, app.Operator, coalition.Person{Email: "x@example.org", Name: name, Participant: "GH", Active: true})
		_, err2 := c.app.SavePerson(ctx, app.Operator, coalition.Person{Email: "x@example.org\r\nBcc: all@example.org", Name: "x", Participant: "GH", Active: true})
		if app.CodeOf(err) != app.Invalid || err2 == nil && c.known("x@example.org\r\nbcc: all@example.org") {
			t.Errorf("a name %q is taken: %v, %v", name, err, err2)
		}
	}
	var body map[string]any
	if err := json.Unmarshal(kindstest.Body("meeting", "zq", 1), &body); err != nil {
		t.Fatal(err)
	}
	body["name"] = map[string]string{"en": "a\r\nATTENDEE:x"}
	body["venue"], body["text"] = "x;y,z\\n", map[string]string{"en": "a\r\nEND:VCALENDAR\r\nBEGIN:VEVENT"}
	raw, _ := json.Marshal(body)
	r, err := c.app.Create(ctx, c.as("co-chair"), app.Draft{Kind: "meeting", Sharing: record.Sharing{TLP: record.Clear}, Body: raw})
	if err != nil {
		t.Fatal(err)
	}
	c.step(r, "plan")
	if text := c.ask("public", http.MethodGet, "/r/"+r.ID+"/meeting.ics", nil, "").Body.String(); strings.Count(text, "\r\nEND:VCALENDAR") != 1 || strings.Count(text, "\r\nBEGIN:VEVENT") != 1 || strings.Contains(text, "\nATTENDEE") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("the calendar:\n%s", text)
	}
	for i, cell := range []string{`=cmd|'/c calc'!A1`, "+1+1", "-2+3", "@SUM(A1)", "\t=1"} {
		if _, err := c.app.Create(ctx, c.as("customs"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Clear}, Body: []byte(`{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":` + quote(cell) + `}`)}); err != nil && i < 4 {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/records/incident/export/csv", api.Prefix + "/export/incident.csv"} {
		text := c.ask("customs", http.MethodGet, path, nil, "").Body.String()
		if m := regexp.MustCompile(`(^|[,\n"])[=+@\t-][A-Za-z1(]`).FindString(text); m != "" || !strings.Contains(text, `'=cmd`) {
			t.Errorf("%s has a cell %q:\n%s", path, m, text)
		}
	}
}

// bodyNamed is a body of a kind with a name.
func bodyNamed(kind, name string) json.RawMessage {
	return bytes.ReplaceAll(kindstest.Body(kind, "NAMED", 1), []byte(`"NAMED"`), []byte(quote(name)))
}

func quote(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func (c *city) known(email string) bool {
	_, err := c.app.ViewerByEmail(context.Background(), email)
	return err == nil
}

// TestAttack24Names: what names an order, a filter, a facet or a size in a query is checked against what there is; nothing
// of it reaches a statement, and nothing breaks.
func TestAttack24Names(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	c.record("customs", "commitment", record.Sharing{TLP: record.Clear})
	values := []string{"-1", "0", "1000000000", "99999999999999999999", "NaN", "1e9", "owner; DROP TABLE record", "' OR '1'='1", "id) UNION SELECT 1 --", "$.x", "%", "\x00", "\u202e", strings.Repeat("9", 5000)}
	names := []string{"sort", "order", "state", "place", "substance", "owner", "topic", "from", "to", "q", "limit", "page", "cursor", "offset", "columns", "group", "month", "lang", "version", "retracted"}
	for _, path := range []string{"/records/commitment", "/records/commitment/export/csv", "/search", "/calendar", "/calendar.ics", "/commitments", "/substances", "/participants", "/report", "/groups/swg1.2/review", "/signals", "/suggest/substances", "/meetings/plan", "/donors", "/services", "/legislation",
		api.Prefix + "/records?kind=commitment", api.Prefix + "/search?q=x", api.Prefix + "/meetings", api.Prefix + "/commitments", api.Prefix + "/substances", api.Prefix + "/series?place=GH&source=incident/seizure", api.Prefix + "/report", api.Prefix + "/export/commitment.csv"} {
		for i, name := range names {
			for j, v := range values {
				if (i+j)%3 > 0 && name != "sort" && name != "limit" && name != "cursor" { // each name with a third of the values, all of them over the paths
					continue
				}
				p := path + "?"
				if strings.Contains(path, "?") {
					p = path + "&"
				}
				w := c.ask("customs", http.MethodGet, p+name+"="+url.QueryEscape(v), nil, "")
				if w.Code >= 500 || strings.Contains(strings.ToLower(w.Body.String()), "sqlite") || strings.Contains(w.Body.String(), "syntax error") {
					t.Errorf("%s%s=%.40q: %d", p, name, v, w.Code)
				}
				if strings.HasPrefix(path, api.Prefix+"/records") && slices.Contains([]string{"limit", "sort", "order"}, name) && w.Code < 400 {
					t.Errorf("%s%s=%.40q is taken: %d", p, name, v, w.Code)
				}
			}
		}
	}
}

// TestAttack25Searches: the syntax of the engines, wildcards and patterns of the catastrophic kind are words like others,
// on both engines, and take no longer.
func TestAttack25Searches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		c := newCity(t, address)
		c.record("customs", "commitment", record.Sharing{TLP: record.Clear})
		hidden := c.record("secretariat", "commitment", record.Sharing{TLP: record.Red})
		for _, text := range []string{`"`, `""`, `*`, `zq*`, `NEAR(a b)`, `a AND`, `OR`, `NOT zqword`, `audience : zqword`, `{words audience}: x`, `^zq`, `-zqword`, `zqword & !x`, `x | y`, `<->`, `a:*`, `:*`, `'`, `\`, `%`, `_`, `%zq%`, `(a+)+$`, strings.Repeat("(", 400), strings.Repeat("a ", 200), strings.Repeat("a*", 200), "u_" + c.id["secretariat"], "p:GH", "all", "public", "zz", "\u0000", "\ud7ff\u202e"} {
			for _, path := range []string{"/search?q=", "/records/commitment?q=", api.Prefix + "/search?q=", api.Prefix + "/records?kind=commitment&q="} {
				began := time.Now()
				w := c.ask("customs", http.MethodGet, path+url.QueryEscape(text), nil, "")
				if w.Code >= 500 || strings.Contains(w.Body.String(), hidden.ID) {
					t.Errorf("%s%q: %d, shows the hidden: %v", path, text, w.Code, strings.Contains(w.Body.String(), hidden.ID))
				}
				if took := time.Since(began); took > 20*time.Second {
					t.Errorf("%s%q takes %v", path, text, took)
				}
			}
		}
	})
}

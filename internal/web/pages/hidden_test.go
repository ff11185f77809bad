package pages

import (
	"context"
	"fmt"
	"maps"
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
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/kindstest"
	"tocsin/internal/record"
	"tocsin/internal/sharing/sharingtest"
	"tocsin/internal/store/storetest"
)

// noRecord is the id of no record, of the same form and length.
const noRecord = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

// rules are all labels with all audiences that they may have: nobody, a participant, one of its sectors, a group, a
// section, a group's sector, an organisation, a person, and several clauses.
func (c *city) rules() (out []record.Sharing) {
	for _, tlp := range record.TLPs {
		for _, audience := range [][]record.Clause{nil, {{Participant: "SL"}}, {{Participant: "SL", Sectors: []string{"customs"}}}, {{Group: "swg1.2"}}, {{Group: "swg1.2/east"}}, {{Group: "swg1.2", Sectors: []string{"customs"}}},
			{{Organisation: c.org}}, {{Person: c.id["unregistered"]}}, {{Participant: "NZ"}, {Person: c.id["other"]}, {Participant: "SL", Sectors: []string{"health"}}}, {{Person: c.id["official"]}, {Person: c.id["partner"]}}} {
			if x := (record.Sharing{TLP: tlp, Audience: audience}); len(x.Validate()) == 0 {
				out = append(out, x)
			}
		}
	}
	return out
}

// ruled is a record with the number of its rule.
type ruled struct {
	*record.Record
	rule int
}

// furnished makes records: incidents with every rule, shared and as drafts, and of every other kind two with rules in turn.
func (c *city) furnished() (out []ruled) {
	c.t.Helper()
	ctx := context.Background()
	rules := c.rules()
	hosts := c.hosts()
	write := func(kind string, n int, private bool) {
		k, _ := kinds.Get(kind)
		who := "customs"
		switch kind {
		case "narrative":
			who = "secretariat"
		case "meeting", "call", "announcement":
			who = "co-chair"
		}
		c.made++
		d := app.Draft{Kind: kind, Private: private, Sharing: rules[n%len(rules)], Title: record.Text{"en": "zqsecret"}, Body: kindstest.Body(kind, "zqsecret", c.made)}
		if len(k.Under) > 0 {
			d.Links = []record.Link{{Relation: record.PartOf, To: hosts[k.Under[0]]}}
		}
		r, err := c.app.Create(ctx, c.as(who), d)
		if code := app.CodeOf(err); err != nil && (code == app.Conflict || code == app.Invalid) && (kind == "pledge" || kind == "interest" || kind == "submission" || kind == "pledge-report") {
			return // of which there may be one, or with a rule that it may not have
		}
		if err != nil {
			c.t.Fatalf("a %s that is %v: %v", kind, d.Sharing, err)
		}
		if err := c.app.Comment(ctx, c.as(who), r.ID, "zqsecret said"); err != nil {
			c.t.Fatal(err)
		}
		out = append(out, ruled{r, n % len(rules)})
	}
	for n := range rules {
		write("incident", n, false)
		write("incident", n, true)
	}
	for i, k := range kinds.Authored() {
		if !kindstest.Has(k.Name) {
			c.t.Errorf("the kind %s has no body in kindstest: add one, so that who sees it is tried", k.Name)
			continue
		}
		write(k.Name, 5*i, false)
		write(k.Name, 5*i+len(rules)/2, false)
	}
	return out
}

// hosts are records of the secretariat to which others belong, open for them.
func (c *city) hosts() map[string]string {
	clear := record.Sharing{TLP: record.Clear}
	return map[string]string{"initiative": c.step(c.record("secretariat", "initiative", clear), "publish").ID, "call": c.step(c.record("secretariat", "call", clear), "open-call").ID,
		"pledge": c.pledge()}
}

// pledge is one of Ghana that is in force.
func (c *city) pledge() string {
	r := c.record("signatory", "pledge", record.Sharing{TLP: record.Clear})
	for _, x := range []struct{ who, step string }{{"signatory", "sign"}, {"focal-point", "confirm-signature"}} {
		var err error
		if r, err = c.app.Step(context.Background(), c.as(x.who), r.ID, r.Version, x.step, "because"); err != nil {
			c.t.Fatal(err)
		}
	}
	return r.ID
}

// way is one way to a record: a page or an operation.
type way struct {
	name string
	get  bool
	ask  func(who string, x target) *httptest.ResponseRecorder
}

// ways are all ways that have a record in their path, from the lists of routes and operations.
func (c *city) ways() (out []way) {
	for _, r := range c.site.Routes() {
		if strings.HasPrefix(r.Path, "/r/{id}") {
			out = append(out, way{r.Method + " " + r.Path, r.Method == http.MethodGet, func(who string, x target) *httptest.ResponseRecorder { return c.askPage(who, r, x) }})
		}
	}
	for _, op := range c.site.api.Operations() {
		if strings.Contains(op.Path, "/records/{id}") {
			out = append(out, way{op.ID, op.Method == http.MethodGet, func(who string, x target) *httptest.ResponseRecorder { return c.askAPI(who, op, x) }})
		}
	}
	return out
}

// drawn is what is drawn for one showing of a form, so that it is sent once, or sealed anew; its length is part of an answer.
var drawn = regexp.MustCompile(`name="(_once|upto)" value="[^"]*"`)

// secretOf is the secret of a session; that one is given or not is part of an answer.
var secretOf = regexp.MustCompile(`session=[^;]*`)

// whole is an answer, status, headers and body, without what differs by request, and with the record's id taken out.
func whole(w *httptest.ResponseRecorder, id string) string {
	var b strings.Builder
	fmt.Fprintln(&b, w.Code)
	for _, name := range slices.Sorted(maps.Keys(w.Header())) {
		if name != "X-Request-Id" && name != "Date" && name != "Ratelimit" { // the last counts requests
			fmt.Fprintln(&b, name, secretOf.ReplaceAllString(fmt.Sprint(w.Header()[name]), "session="))
		}
	}
	b.Write(drawn.ReplaceAllFunc(w.Body.Bytes(), func(m []byte) []byte { return fmt.Appendf(nil, "%.12s %d", m, len(m)) }))
	return strings.ReplaceAll(b.String(), id, "ID")
}

// TestHiddenAsNone: on every path that has a record in it, what is hidden from somebody answers byte for byte what no
// record at all answers, headers included, and what he may see is there; by every rule, in the open and as a draft, for
// every role and kind. The two main ways are asked for every record and role; of the others as many that each meets every
// role and every rule that hides something (the pairs that are missing fail the test). Nothing is changed by trying.
func TestHiddenAsNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		c := newCity(t, address)
		records, ways := c.furnished(), c.ways()
		before := c.entries()
		tried, asked := map[string]int{}, 0
		none := map[string]string{}
		hidden := func(who string, x ruled, w way) {
			asked++
			tried[w.name+" "+who]++
			tried[fmt.Sprint(w.name, " rule ", x.rule)]++
			if none[w.name+who] == "" {
				nobody := x.Clone()
				nobody.ID = noRecord
				none[w.name+who] = whole(w.ask(who, target{nobody, "x", "x"}), noRecord)
			}
			if got := whole(w.ask(who, target{x.Record, "x", "x"}), x.ID); got != none[w.name+who] {
				t.Errorf("%s asks %s for a %s that is %s, %v, hidden from him:\n%.600s\nfor none:\n%.600s", who, w.name, x.Kind, x.State, x.Sharing, got, none[w.name+who])
			}
		}
		hides := map[string]bool{} // what must have been tried
		var seen []func()
		for _, x := range records {
			k, _ := kinds.Get(x.Kind)
			for who, p := range personas {
				if p.scopes != nil && who != "token-write" {
					continue // as the person whose token it is
				}
				if sharingtest.May(x.Record, k.Workflow.IsPrivate(x.State), c.viewer(who)) {
					seen = append(seen, func() { c.there(who, x) })
					continue
				}
				for _, w := range ways {
					hides[w.name+" "+who], hides[fmt.Sprint(w.name, " rule ", x.rule)] = true, true
				}
				least := slices.Clone(ways)
				slices.SortStableFunc(least, func(a, b way) int {
					return tried[a.name+" "+who] + tried[fmt.Sprint(a.name, " rule ", x.rule)] - tried[b.name+" "+who] - tried[fmt.Sprint(b.name, " rule ", x.rule)]
				})
				for i, w := range least {
					if i < 2 || w.name == "GET /r/{id}" || w.name == "get-record" || tried[w.name+" "+who] == 0 || tried[fmt.Sprint(w.name, " rule ", x.rule)] == 0 {
						hidden(who, x, w)
					}
				}
			}
		}
		for pair := range hides {
			if tried[pair] == 0 {
				t.Errorf("never tried: %s", pair)
			}
		}
		if now := c.entries(); now != before {
			t.Errorf("those who do not see changed something: %d entries, then %d", before, now)
		}
		for _, look := range seen {
			look()
		}
		t.Logf("%d records, %d ways, %d personas: %d hidden answers compared, %d seen", len(records), len(ways), len(personas), asked, len(seen))
	})
}

// there finds that somebody who may see a record is shown it, by page and by interface.
func (c *city) there(who string, x ruled) {
	c.t.Helper()
	if w := c.ask(who, http.MethodGet, api.Prefix+"/records/"+x.ID, nil, ""); w.Code != http.StatusOK {
		c.t.Errorf("%s may see a %s that is %s, %v, and the interface answers %d", who, x.Kind, x.State, x.Sharing, w.Code)
	}
	if personas[who].scopes != nil {
		return
	}
	if w := c.ask(who, http.MethodGet, "/r/"+x.ID, nil, ""); w.Code != http.StatusOK {
		c.t.Errorf("%s may see a %s that is %s, %v, and the page answers %d", who, x.Kind, x.State, x.Sharing, w.Code)
	}
}

// entries counts what the journal holds but lines of the audit: a refusal leaves one, and it changes no record.
func (c *city) entries() int64 {
	c.t.Helper()
	v, err := c.app.Verify(context.Background())
	if err != nil || len(v.Problems) > 0 {
		c.t.Fatal(v, err)
	}
	return v.Entries - v.Audit
}

// TestHiddenTakesAsLongAsNone: asking for what is hidden takes as long as asking for what is not there, of the same order
// at least: the quickest of many tries in turn is compared, and of more where they differ, which a busy machine does not
// change.
func TestHiddenTakesAsLongAsNone(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	big := c.record("customs", "incident", record.Sharing{TLP: record.Amber})
	for range 30 { // much to load, for whoever would load it before he looks whether he may
		if err := c.app.Comment(t.Context(), c.as("customs"), big.ID, strings.Repeat("zqsecret ", 500)); err != nil {
			t.Fatal(err)
		}
	}
	apart := func(a, b time.Duration) bool { return max(a, b) > 3*min(a, b)+2*time.Millisecond }
	for _, w := range c.ways() {
		hidden, none := big.Clone(), big.Clone()
		none.ID = noRecord
		a, b := time.Hour, time.Hour
		for try := 0; try < 25 || apart(a, b) && try < 500; try++ {
			a, b = min(a, taken(func() { w.ask("other", target{hidden, "x", "x"}) })), min(b, taken(func() { w.ask("other", target{none, "x", "x"}) }))
		}
		if apart(a, b) {
			t.Errorf("other: %s takes %v for the hidden, %v for none", w.name, a, b)
		}
	}
}

func taken(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// TestNamesOfTheHiddenInQueries: an id of a hidden record in a query, a form or a body tells no more than one of none.
func TestNamesOfTheHiddenInQueries(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	clear := record.Sharing{TLP: record.Clear}
	secrets := map[string]*record.Record{}
	for _, kind := range []string{"incident", "initiative", "document", "organisation", "recommendation", "contribution"} {
		secrets[kind] = c.record("customs", kind, record.Sharing{TLP: record.Red})
	}
	own := c.record("other", "incident", clear)
	asks := map[string]func(who, id string) *httptest.ResponseRecorder{}
	for _, q := range []string{"/records/alert/new?from=%s", "/records/interest/new?under=%s", "/records/commitment/new?answers=%s", "/records/commitment?cursor=%s", "/search?q=%s", "/records/document?owner=~%s", "/calendar?topic=%s", "/r/%s?version=1",
		api.Prefix + "/records?kind=document&owner=%s", api.Prefix + "/search?q=%s", api.Prefix + "/records?kind=document&cursor=%s"} {
		asks[q] = func(who, id string) *httptest.ResponseRecorder {
			return c.ask(who, http.MethodGet, fmt.Sprintf(q, id), nil, "")
		}
	}
	post := func(name, path, body string) {
		asks[name] = func(who, id string) *httptest.ResponseRecorder {
			return c.ask(who, http.MethodPost, api.Prefix+path, []byte(strings.ReplaceAll(body, "ID", id)), "application/json")
		}
	}
	for _, tlp := range record.TLPs {
		post("a link from a "+string(tlp)+" incident", "/records", `{"kind":"incident","sharing":{"tlp":"`+string(tlp)+`"},"links":[{"relation":"same-as","to":"ID"}],"body":{"type":"seizure","found":"2024-05-01","country":"SL"}}`)
		post("a "+string(tlp)+" interest in it", "/records", `{"kind":"interest","sharing":{"tlp":"`+string(tlp)+`"},"links":[{"relation":"part-of","to":"ID"}],"body":{"purpose":"x","contact":"a@example.org"}}`)
	}
	post("a part of it that is invalid", "/records", `{"kind":"incident","sharing":{"tlp":"GREEN"},"links":[{"relation":"part-of","to":"ID"}],"body":{"type":"nothing"}}`)
	post("an audience of it", "/records", `{"kind":"incident","sharing":{"tlp":"AMBER","audience":[{"organisation":"ID"}]},"body":{"type":"seizure","found":"2024-05-01","country":"SL"}}`)
	asks["a link from an own record"] = func(who, id string) *httptest.ResponseRecorder {
		v := url.Values{"version": {fmt.Sprint(own.Version)}, "link": {"same-as " + id, "part-of " + id}, "type": {"seizure"}, "found.year": {"2024"}, "found.month": {"5"}, "found.day": {"1"}, "country": {"SL"}, "tlp": {"CLEAR"}}
		return c.ask(who, http.MethodPost, "/r/"+own.ID+"/edit?x="+id, []byte(v.Encode()), "application/x-www-form-urlencoded")
	}
	for name, ask := range asks {
		for kind, x := range secrets {
			hidden, none := ask("other", x.ID), ask("other", noRecord)
			if a, b := settled(whole(hidden, x.ID)), settled(whole(none, noRecord)); a != b {
				at := 0
				for at < min(len(a), len(b)) && a[at] == b[at] {
					at++
				}
				t.Errorf("%s: with the hidden %s\n…%.300s\nwith none\n…%.300s", name, kind, a[max(0, at-100):], b[max(0, at-100):])
			}
		}
	}
}

// settled takes the id and the times of what was made out of an answer.
func settled(s string) string {
	if i := strings.Index(s, "Location"); i >= 0 && strings.HasPrefix(s, "201") {
		return s[:3]
	}
	return s
}

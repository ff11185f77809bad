package pages

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// sameAudience are clauses in one order.
func sameAudience(list []record.Clause) []string {
	var out []string
	for _, c := range list {
		text, _ := json.Marshal(c)
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}

// TestFormsKeepEveryAudience: whatever a rule names, its form says it and is read as the same rule.
func TestFormsKeepEveryAudience(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	sectors := [][]string{nil, {"customs"}, {"health"}, {"customs", "health"}}
	for range 20_000 {
		rule := record.Sharing{TLP: record.TLPs[rng.IntN(len(record.TLPs))]}
		for range rng.IntN(5) {
			all := []record.Clause{{Participant: "SL"}, {Participant: "GH"}, {Group: "swg1.2"}, {Group: "swg1.2/east"}, {Organisation: "o1"}, {Person: "p1"}, {Person: "p2"}}
			c := all[rng.IntN(len(all))]
			if c.Participant != "" || c.Group != "" {
				c.Sectors = sectors[rng.IntN(len(sectors))]
			}
			rule.Audience = append(rule.Audience, c)
		}
		v := values{url.Values{}}
		writeSharing(v, rule)
		got := sharingTyped(v)
		if got.TLP != rule.TLP || !reflect.DeepEqual(sameAudience(got.Audience), sameAudience(rule.Audience)) {
			t.Fatalf("%+v becomes %+v by %v", rule, got, v.Values)
		}
	}
}

var (
	inputTag  = regexp.MustCompile(`<input [^>]*>`)
	selectTag = regexp.MustCompile(`(?s)<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>`)
	optionTag = regexp.MustCompile(`<option value="([^"]*)" selected`)
	textTag   = regexp.MustCompile(`(?s)<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>`)
	attribute = regexp.MustCompile(` (name|value|type)="([^"]*)"`)
)

// filledIn is what a browser would send of a page's forms where nothing is touched.
func filledIn(page string) url.Values {
	v := url.Values{}
	for _, tag := range inputTag.FindAllString(page, -1) {
		has := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			has[m[1]] = html.UnescapeString(m[2])
		}
		if box := has["type"] == "checkbox" || has["type"] == "radio"; has["name"] != "" && (!box || strings.Contains(tag, " checked")) {
			v.Add(has["name"], cmp.Or(has["value"], ""))
		}
	}
	for _, m := range selectTag.FindAllStringSubmatch(page, -1) {
		for _, o := range optionTag.FindAllStringSubmatch(m[2], -1) {
			v.Add(m[1], html.UnescapeString(o[1]))
		}
	}
	for _, m := range textTag.FindAllStringSubmatch(page, -1) {
		v.Add(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// TestEditingKeepsWhoSees: a record that is edited without a look at its sharing is seen by the same people afterwards, also
// where its rule names people, or different sectors of different participants.
func TestEditingKeepsWhoSees(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	for name, rule := range map[string]record.Sharing{
		"sectors of their own": {TLP: record.Amber, Audience: []record.Clause{{Participant: "SL", Sectors: []string{"customs"}}, {Participant: "PE", Sectors: []string{"health"}}, {Group: "swg1.2"}}},
		"a person beside":      {TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}, {Person: c.as("other").Actor()}}},
		"a person alone":       {TLP: record.Red, Audience: []record.Clause{{Person: c.as("other").Actor()}}},
	} {
		r := c.record("customs", "incident", rule)
		page := c.ask("customs", http.MethodGet, "/r/"+r.ID+"/edit", nil, "")
		if page.Code != http.StatusOK {
			t.Fatalf("%s: %d", name, page.Code)
		}
		body := page.Body.String()
		v := filledIn(body[strings.Index(body, `class="record-form`):])
		v.Set("circumstances", "said otherwise")
		if w := c.ask("customs", http.MethodPost, "/r/"+r.ID+"/edit", []byte(v.Encode()), "application/x-www-form-urlencoded"); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", name, w.Code, v.Encode())
		}
		x, err := c.app.Get(context.Background(), c.as("customs"), r.ID)
		if err != nil || x.Version != r.Version+1 || !reflect.DeepEqual(sameAudience(x.Sharing.Audience), sameAudience(rule.Audience)) || x.Sharing.TLP != rule.TLP {
			t.Errorf("%s: %+v, %v", name, x.Sharing, err)
		}
	}
}

package pages

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestSigningInCostsTheSame: who signs in and is shown his first page sends as many statements with eleven hundred
// reports as with a hundred.
func TestSigningInCostsTheSame(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	fill := func(n int) {
		for range n {
			c.record("other", "incident", record.Sharing{TLP: record.Green})
		}
	}
	enter := func() int64 {
		delete(c.session, "customs")
		secret, err := c.app.SigninLink(context.Background(), app.Operator, "customs@example.org", false)
		if err != nil {
			t.Fatal(err)
		}
		before := c.app.Store().Asked()
		w := c.ask("public", http.MethodPost, "/signin/"+secret, nil, "")
		for _, k := range w.Result().Cookies() {
			if k.Name == "session" {
				c.session["customs"] = k.Name + "=" + k.Value
			}
		}
		if w := c.ask("customs", http.MethodGet, "/", nil, ""); w.Code != http.StatusOK || c.session["customs"] == "" {
			t.Fatalf("the first page answers %d", w.Code)
		}
		return c.app.Store().Asked() - before
	}
	fill(100)
	enter() // what is kept for all requests is made
	few := enter()
	fill(1000)
	enter()
	many := enter()
	t.Logf("%d and %d statements", few, many)
	if few == 0 || many > few+1 { // the tree of a journal whose size is a power of two needs no hashes read
		t.Errorf("%d statements with 1,100 reports, %d with 100", many, few)
	}
}

// TestListsOfLinksAreCapped: of very many links no more are shown than is said, on every page that shows them, and only
// where there are so many it is said.
func TestListsOfLinksAreCapped(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	green := record.Sharing{TLP: record.Green}
	r := c.record("customs", "incident", green)
	made := 0
	for _, x := range []struct {
		links          int
		capped, inPart bool
	}{{10, false, false}, {app.MaxStory + 10, false, true}, {app.MaxRelated + 10, true, true}} {
		for ; made < x.links; made++ {
			c.record("other", "incident", green, record.Link{Relation: record.CausedBy, To: r.ID})
		}
		for end, want := range map[string]struct {
			said  string
			is    bool
			links int
		}{"": {"At most 200 links", x.capped, min(made, app.MaxRelated)}, "/view-as": {"At most 200 links", x.capped, min(made, app.MaxRelated)}, "/story": {"The first 60 records", x.inPart, min(made, app.MaxStory-1)}} {
			html := c.ask("customs", http.MethodGet, "/r/"+r.ID+end, nil, "").Body.String()
			if strings.Contains(html, want.said) != want.is {
				t.Errorf("%s of %d links: that there are more is said: %v", end, made, !want.is)
			}
			if got := len(linked(html, r.ID)); got != want.links {
				t.Errorf("%s of %d links shows %d, want %d", end, made, got, want.links)
			}
		}
	}
}

var recordAddress = regexp.MustCompile(`href="/r/([0-9A-Z]{26})"`)

// linked are the other records to which a page leads.
func linked(html, id string) map[string]bool {
	out := map[string]bool{}
	for _, m := range recordAddress.FindAllStringSubmatch(html, -1) {
		if m[1] != id {
			out[m[1]] = true
		}
	}
	return out
}

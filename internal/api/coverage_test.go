package api_test

import (
	"log/slog"
	"strings"
	"testing"

	"tocsin/internal/store/storetest"
	"tocsin/internal/web/pages"
)

// covers says with which operations a program does what a route of the site does: their ids, or after "–" the reason why
// none does. A new route needs a line here, and so an operation or a reason.
var covers = map[string]string{
	"GET /{$}": "get-overview", "GET /new": "list-notices", "GET /signals": "list-records", "GET /search": "search-records",
	"GET /participants": "list-participants", "GET /participants/{code}": "get-participant list-records list-matches get-legislation", "GET /participants/{code}/briefing/{format}": "get-briefing",
	"GET /groups": "list-groups", "GET /groups/{id}": "get-group list-records list-meetings", "GET /groups/{id}/review": "get-review", "GET /groups/{id}/review/file/{format}": "get-review",
	"GET /about": "get-participation", "GET /news": "list-records", "GET /data": "list-kinds export-table",
	"GET /calendar": "list-meetings", "GET /calendar.ics": "get-calendar", "GET /r/{id}/meeting.ics": "get-meeting-file", "GET /meetings/plan": "propose-meetings", "POST /meetings/plan": "plan-meetings",
	"GET /pledge": "list-records get-legislation", "GET /commitments": "list-commitments", "GET /donors": "get-donors", "GET /donors/iati.xml": "export-iati", "POST /donors/import": "import-iati",
	"GET /legislation": "get-legislation", "GET /legislation/{code}/gaps/{format}": "get-gaps", "GET /services": "get-services", "GET /experts": "list-records", "GET /partners": "list-records",
	"GET /report": "get-report get-report-file", "GET /report/file/{format}": "get-report-file", "POST /report/issue": "issue-report",
	"GET /substances": "list-substances", "GET /substances/{id}": "get-substance get-counts get-series compare-series", "GET /suggest/substances": "suggest-substances",
	"GET /people": "list-people", "GET /unknown": "list-unknown-names", "POST /unknown": "settle-unknown-name",
	"GET /records/{kind}": "list-records", "GET /records/{kind}/export/{format}": "export-table", "GET /records/{kind}/new": "get-kind get-draft", "POST /records/{kind}/new": "create-record",
	"GET /records/{kind}/template.csv": "get-template", "GET /records/{kind}/import": "list-profiles", "POST /records/{kind}/import": "import-table",
	"GET /r/{id}": "get-record list-steps list-comments list-answers list-proposals list-related list-attachments list-receipts list-evidence get-readers", "GET /r/{id}/edit": "get-record", "POST /r/{id}/edit": "replace-record",
	"POST /r/{id}/step": "take-step", "POST /r/{id}/retract": "retract-record", "POST /r/{id}/comment": "add-comment", "POST /r/{id}/propose": "propose-change", "POST /r/{id}/proposals/{proposal}": "decide-proposal",
	"POST /r/{id}/acknowledge": "acknowledge-alert", "POST /r/{id}/answer": "answer-record", "POST /r/{id}/take-up": "take-up-decision", "GET /r/{id}/story": "get-story", "GET /r/{id}/versions": "get-history",
	"POST /r/{id}/attach": "add-attachment", "GET /r/{id}/files/{hash}": "get-attachment",

	"GET /healthz": "– asked by what watches the server", "GET /readyz": "– asked by what watches the server", "GET /sitemap.xml": "– for search engines", "GET /robots.txt": "– for search engines", "GET /feeds/{name}": "– a format of its own (Atom)",
	"GET /api": "– the description of the interface itself", "GET /donors/import": "– a form", "GET /sign-in": "– a way in", "GET /signin/{secret}": "– a way in", "POST /signin/{secret}": "– a way in", "POST /sign-out": "– sessions of browsers",
	"GET /tokens": "– a way in: get-me shows the token that asks", "POST /tokens": "– a way in", "POST /tokens/{token}/revoke": "– asked for in person, as making one is",
	"POST /calendar/feed": "– a way in: the secret address of a feed", "GET /calendar/{secret}": "– the feed itself; a program reads get-calendar with its token",
	"POST /people": "– asked for in person: who may sign in, and with which duties", "POST /people/{id}/link": "– a way in",
}

// changing are the routes beside which no operation may stand that only reads.
func changing(route string) bool { return strings.HasPrefix(route, "POST ") }

// TestProgramsDoWhatThePagesDo: every route of the site has its operations, or a reason why a program has none; every
// operation is named, and what changes something is not covered by an operation that only reads.
func TestProgramsDoWhatThePagesDo(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	site, err := pages.New(h.App, pages.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	methods, named := map[string]string{}, map[string]bool{"get-me": true} // the token's own person
	for _, op := range h.api.Operations() {
		methods[op.ID] = op.Method
	}
	routes := map[string]bool{}
	for _, r := range site.Routes() {
		routes[r.Method+" "+r.Path] = true
	}
	for route := range routes {
		said := covers[route]
		if said == "" {
			t.Errorf("%s: which operations do this? Say so in covers, or after – why a program has none", route)
			continue
		}
		if strings.HasPrefix(said, "– ") {
			continue
		}
		for _, id := range strings.Fields(said) {
			named[id] = true
			if methods[id] == "" {
				t.Errorf("%s: there is no operation %s", route, id)
			}
			if changing(route) && methods[id] == "GET" {
				t.Errorf("%s changes something, %s only reads", route, id)
			}
		}
	}
	for route := range covers {
		if !routes[route] {
			t.Errorf("there is no route %s", route)
		}
	}
	// what one page shows at once and programs ask for one by one
	for id := range methods {
		if !named[id] && id != "see-record" {
			t.Errorf("no route is covered by %s", id)
		}
	}
}

package api_test

import (
	"log/slog"
	"strings"
	"testing"

	"tocsin/internal/store/storetest"
	"tocsin/internal/web/pages"
)

// covers says with which operations a program does what a route of the site does: their ids, or after "–" the reason why
// none does. A new route needs a line here, and so an operation or a reason; a line may
// stand here before its route does.
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
	"POST /r/{id}/acknowledge": "acknowledge-alert", "POST /r/{id}/answer": "answer-record", "POST /r/{id}/take-up": "take-up-decision", "GET /r/{id}/story": "get-story", "GET /r/{id}/versions": "get-history", "GET /r/{id}/view-as": "view-as",
	"POST /r/{id}/attach": "add-attachment", "GET /r/{id}/files/{hash}": "get-attachment",

	"GET /healthz": "– asked by what watches the server", "GET /readyz": "– asked by what watches the server", "GET /sitemap.xml": "– for search engines", "GET /robots.txt": "– for search engines", "GET /feeds/{name}": "– a format of its own (Atom)",
	"GET /api": "– the description of the interface itself", "GET /donors/import": "– a form", "GET /sign-in": "– a way in", "GET /signin/{secret}": "– a way in", "POST /signin/{secret}": "– a way in", "POST /sign-out": "– sessions of browsers",
	"GET /tokens": "– a way in: get-me shows the token that asks", "POST /tokens": "– a way in", "POST /tokens/{token}/revoke": "– asked for in person, as making one is",
	"POST /calendar/feed": "– a way in: the secret address of a feed", "GET /calendar/{secret}": "– the feed itself; a program reads get-calendar with its token",
	"GET /people/{id}":                                   "list-people",
	"POST /people/{id}":                                  "– asked for in person: who may sign in, and with which duties",
	"POST /people/{id}/register":                         "– asked for in person, as adding somebody is",
	"POST /people/{id}/registrations/{registration}/end": "– asked for in person, as adding somebody is",
	"POST /people/{id}/leave":                            "– asked for in person, as adding somebody is",
	"POST /people/{id}/return":                           "– asked for in person, as adding somebody is",
	"GET /invitations":                                   "– a way in",
	"POST /invitations":                                  "– a way in",
	"GET /invitations/template.csv":                      "– a way in",
	"POST /invitations/table":                            "– a way in",
	"POST /invitations/{id}/send":                        "– a way in",
	"POST /invitations/{id}/withdraw":                    "– a way in",
	"GET /invitation/{secret}":                           "– a way in",
	"POST /invitation/{secret}":                          "– a way in",
	"GET /profile":                                       "get-me",
	"POST /profile":                                      "– one's own settings, chosen in person",
	"GET /guide":                                         "– for newcomers to the pages",
	"POST /guide":                                        "– for newcomers to the pages",
	"GET /audit":                                         "– read in person by who answers for the people",
	"GET /audit/export/csv":                              "– read in person by who answers for the people",
	"GET /admin":                                         "– read in person by who answers for the node",
	"POST /sign-in/passkey/ask":                          "– a way in",
	"POST /sign-in/passkey":                              "– a way in",
	"POST /sign-in/directory":                            "– a way in",
	"GET /sign-in/lost":                                  "– a way in",
	"POST /sign-in/lost":                                 "– a way in",
	"GET /account":                                       "– one's own ways in",
	"GET /account/confirm":                               "– one's own ways in",
	"POST /account/confirm/ask":                          "– one's own ways in",
	"POST /account/confirm":                              "– one's own ways in",
	"POST /account/passkeys/ask":                         "– one's own ways in",
	"POST /account/passkeys":                             "– one's own ways in",
	"POST /account/passkeys/{device}/name":               "– one's own ways in",
	"POST /account/passkeys/{device}/remove":             "– one's own ways in",
	"POST /account/directory":                            "– one's own ways in",
	"POST /account/directory/remove":                     "– one's own ways in",
	"POST /account/sessions/{session}/end":               "– sessions of browsers",
	"POST /account/sessions/end-others":                  "– sessions of browsers",
	"POST /account/feed/end":                             "– one's own ways in",
	"GET /recoveries":                                    "– a way in for others",
	"POST /recoveries/{request}/approve":                 "– a way in for others",
	"POST /recoveries/{request}/refuse":                  "– a way in for others",
	"POST /seen":                                         "– what one has looked at on the pages",
	"GET /explore":                                       "compare-series",
	"GET /explore/{format}":                              "compare-series",
	"GET /saved":                                         "– one's own bookmarks of pages",
	"POST /saved":                                        "– one's own bookmarks of pages",
	"POST /saved/{id}":                                   "– one's own bookmarks of pages",
	"POST /saved/{id}/forget":                            "– one's own bookmarks of pages",
	"GET /keys":                                          "– keys of a keyboard",
	"POST /keys":                                         "– keys of a keyboard",
	"GET /dictionary":                                    "list-kinds",
	"GET /dictionary/{format}":                           "list-kinds",
	"GET /suggest/search":                                "suggest-substances",
	"POST /records/{kind}/columns":                       "– columns of a page",
	"POST /records/{kind}/chosen":                        "– a form: each record has its operation",
	"POST /records/{kind}/bulk":                          "take-step acknowledge-alert see-record replace-record",
	"GET /r/{id}/versions/{number}/return":               "get-history",
	"POST /r/{id}/versions/{number}/return":              "replace-record",
	"POST /r/{id}/follow":                                "– what one follows on the pages",
	"GET /offline":                                       "– for browsers without a line",
	"GET /offline/{kind}":                                "– for browsers without a line",
	"GET /sw.js":                                         "– for browsers without a line",
	"GET /sign-in/directory/back":                        "– a way in",
	"POST /people":                                       "– asked for in person: who may sign in, and with which duties", "POST /people/{id}/link": "– a way in",
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
	// what one page shows at once and programs ask for one by one
	for id := range methods {
		if !named[id] && id != "see-record" {
			t.Errorf("no route is covered by %s", id)
		}
	}
}

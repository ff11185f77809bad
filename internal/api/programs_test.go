package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/store/storetest"
)

// TestAlertIsAcknowledgedByProgram: another country's program finds the alert waiting, acknowledges it with what is done
// about it, and the sender reads so; who was not told has nothing to acknowledge.
func TestAlertIsAcknowledgedByProgram(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.alerted()
	type waiting struct {
		Alerts []struct{ Record struct{ ID string } }
	}
	var o waiting
	h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/overview", "")).json(t, &o)
	if len(o.Alerts) != 1 || o.Alerts[0].Record.ID != r.ID {
		t.Fatalf("what waits for fatu: %+v", o)
	}
	var n struct {
		Notices []struct{ Reason, Seen string }
	}
	h.want(http.StatusNoContent, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/seen", ""))
	h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/notices", "")).json(t, &n)
	if len(n.Notices) != 1 || n.Notices[0].Reason != "issued" || n.Notices[0].Seen == "" {
		t.Errorf("notices: %+v", n)
	}
	h.want(http.StatusNoContent, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/acknowledgement", `{"note":"zqmeasures"}`))
	o = waiting{}
	h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/overview", "")).json(t, &o)
	if len(o.Alerts) != 0 {
		t.Errorf("still waiting: %+v", o)
	}
	for who, lines := range map[string]int{"ama": 6, "fatu": 1} { // the owner sees all, others their own
		var l struct {
			Receipts []struct {
				By                 struct{ Name, Owner string }
				Acknowledged, Note string
			}
		}
		h.want(http.StatusOK, h.ask(who, http.MethodGet, "/records/"+r.ID+"/receipts", "")).json(t, &l)
		found := false
		for _, x := range l.Receipts {
			found = found || x.By.Name == "fatu" && x.Acknowledged != "" && x.Note == "zqmeasures"
		}
		if len(l.Receipts) != lines || !found {
			t.Errorf("%s reads the receipts %+v", who, l.Receipts)
		}
	}
	other := h.make("ama", seizure)
	h.refused(http.StatusNotFound, h.ask("fatu", http.MethodPost, "/records/"+other.ID+"/acknowledgement", `{}`))
	h.refused(http.StatusForbidden, h.ask("reader", http.MethodPost, "/records/"+r.ID+"/acknowledgement", `{}`, "Authorization", "Bearer "+h.token("fatu", app.ScopeRead)))
	h.refused(http.StatusForbidden, h.ask("reader", http.MethodPost, "/records/"+r.ID+"/seen", "", "Authorization", "Bearer "+h.token("fatu", app.ScopeRead)))
}

// TestProposalIsDecided: the owner accepts a proposed body, which becomes the record's; nobody else decides, and nobody twice.
func TestProposalIsDecided(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", seizure)
	path := "/records/" + r.ID + "/proposals/" + h.proposed(r.ID)
	h.refused(http.StatusForbidden, h.ask("fatu", http.MethodPost, path, `{"decision":"accept"}`))
	if p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPost, path, `{"decision":"perhaps"}`)); p.Errors[0].Field != "decision" {
		t.Errorf("%+v", p)
	}
	h.want(http.StatusNoContent, h.ask("ama", http.MethodPost, path, `{"decision":"accept"}`))
	var now got
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/records/"+r.ID, "")).json(t, &now)
	if now.Body["found"] != "2024-05-02" || now.Version != 2 {
		t.Errorf("after accepting: %+v", now)
	}
	if a := h.ask("ama", http.MethodPost, path, `{"decision":"decline"}`); a.StatusCode != http.StatusConflict && a.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("decided twice: %d %s", a.StatusCode, a.body)
	}
	h.refused(http.StatusNotFound, h.ask("ama", http.MethodPost, "/records/"+r.ID+"/proposals/none", `{"decision":"accept"}`))
}

// TestEveryCreationOnce: the same request under the same key makes one thing, whatever it makes; another under it is refused.
func TestEveryCreationOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := newHouse(t, address)
		r, m := h.make("ama", seizure), h.decided()
		for _, c := range []struct{ who, path, body, other, count, want string }{
			{"ama", "/records/" + r.ID + "/comments", `{"text":"zqone"}`, `{"text":"zqtwo"}`, "/records/" + r.ID + "/comments", `"zqone"`},
			{"fatu", "/records/" + r.ID + "/proposals", `{"text":"zqone"}`, `{"text":"zqtwo"}`, "/records/" + r.ID + "/proposals", `"zqone"`},
			{"sec", "/records/" + m.ID + "/decisions/1/action", "", "", "/records?kind=action", `"id":`},
			{"sec", "/report/issues", `{"from":"2023-07-01","to":"2024-12-31"}`, `{"from":"2023-07-01","to":"2024-12-30"}`, "/records?kind=report-issue", `"id":`},
			{"sec", "/meetings/plan", `{"group":"swg1.2","from":"2027-01-11","meetings":2,"every":4,"minutes":60,"name":{"en":"x"}}`, `{"group":"swg1.2","from":"2027-01-11","meetings":3,"every":4,"minutes":60,"name":{"en":"x"}}`, "/records?kind=meeting&from=2027-01-01", `"page":`},
		} {
			first := h.ask(c.who, http.MethodPost, c.path, c.body, "Idempotency-Key", "zq"+c.path)
			again := h.ask(c.who, http.MethodPost, c.path, c.body, "Idempotency-Key", "zq"+c.path)
			if first.StatusCode >= 300 || again.StatusCode != first.StatusCode || first.Header.Get("Idempotency-Replayed") != "" || again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("Location") != first.Header.Get("Location") || string(again.body) != string(first.body) {
				t.Errorf("%s: %d %v %s, then %d %v %s", c.path, first.StatusCode, first.Header, first.body, again.StatusCode, again.Header, again.body)
			}
			if c.other != "" {
				h.refused(http.StatusConflict, h.ask(c.who, http.MethodPost, c.path, c.other, "Idempotency-Key", "zq"+c.path))
			}
			wanted := 1
			if strings.HasPrefix(c.path, "/meetings") {
				wanted = 2
			}
			if a := h.want(http.StatusOK, h.ask(c.who, http.MethodGet, c.count, "")); strings.Count(string(a.body), c.want) != wanted {
				t.Errorf("%s: made %d: %s", c.path, strings.Count(string(a.body), c.want), a.body)
			}
			if a := h.ask(c.who, http.MethodPost, c.path, c.body, "Idempotency-Key", "has blank"); c.body != "" {
				h.refused(http.StatusUnprocessableEntity, a)
			}
		}
	})
}

// TestTagsAndLinks: an answer that has not changed is not sent again, whichever it is; a page leads to the next.
func TestTagsAndLinks(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	for _, path := range []string{"/kinds", "/participants", "/substances?limit=3", "/records?kind=commitment"} {
		a := h.want(http.StatusOK, h.ask("", http.MethodGet, path, ""))
		tag := a.Header.Get("ETag")
		if tag == "" {
			t.Errorf("%s has no tag", path)
		}
		if b := h.want(http.StatusNotModified, h.ask("", http.MethodGet, path, "", "If-None-Match", `"x", `+tag)); len(b.body) > 0 || b.Header.Get("ETag") != tag {
			t.Errorf("%s: %v %s", path, b.Header, b.body)
		}
		if b := h.ask("", http.MethodGet, path, "", "If-None-Match", tag, "Accept-Language", "ar"); path == "/kinds" && b.StatusCode != http.StatusOK {
			t.Errorf("%s in another language: %d", path, b.StatusCode)
		}
	}
	seen, path := 0, "/api/v1/substances?limit=200&q="
	for range 10 {
		a := h.want(http.StatusOK, h.ask("", http.MethodGet, path, ""))
		seen += strings.Count(string(a.body), `"is_class"`)
		link := a.Header.Get("Link")
		if link == "" {
			break
		}
		path, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
	}
	if seen < 600 {
		t.Errorf("%d substances by following links", seen)
	}
	r := h.make("ama", seizure)
	if l := h.ask("ama", http.MethodGet, "/records/"+r.ID, "").Header.Get("Link"); l != `</api/v1/kinds/incident>; rel="describedby"` {
		t.Errorf("a record's link: %s", l)
	}
}

// TestRates: who asks without a token for what costs much is told how often he may, and when to come again.
func TestRates(t *testing.T) {
	h := newHouseOf(t, storetest.SQLite(t), 2)
	for _, want := range []string{`"address";r=1;t=`, `"address";r=0;t=`} {
		if a := h.want(http.StatusOK, h.ask("", http.MethodGet, "/donors", "")); !strings.HasPrefix(a.Header.Get("RateLimit"), want) || a.Header.Get("RateLimit-Policy") != `"address";q=2;w=60` {
			t.Errorf("%v", a.Header)
		}
	}
	a := h.ask("", http.MethodGet, "/donors", "")
	h.refused(http.StatusTooManyRequests, a)
	if n := a.Header.Get("Retry-After"); n == "" || n == "0" || len(n) > 2 {
		t.Errorf("try again after %q", n)
	}
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/donors", ""))
}

// TestPeopleAreReadOnly: who administers people reads them by program, each as far as on the page; nobody changes them so.
func TestPeopleAreReadOnly(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	for who, want := range map[string]int{"ama": 0, "fatu": 1, "sec": 6} {
		var l struct {
			Total  int
			People []struct{ Email, Participant string }
		}
		h.want(http.StatusOK, h.ask(who, http.MethodGet, "/people", "")).json(t, &l)
		if l.Total != want || len(l.People) != want {
			t.Errorf("%s reads %+v", who, l)
		}
	}
	h.refused(http.StatusUnauthorized, h.ask("", http.MethodGet, "/people", ""))
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		h.refused(http.StatusMethodNotAllowed, h.ask("sec", method, "/people", `{"name":"x"}`))
	}
}

// TestActivitiesAreTakenIn: a file of IATI activities becomes contributions; the same again changes nothing; what is no such
// file is refused whole; a token that may not import may not.
func TestActivitiesAreTakenIn(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	type report struct {
		Accepted, Unchanged int
		Rejected            []struct{ Errors []struct{ Text string } }
	}
	send := func() (r report) {
		h.want(http.StatusOK, h.ask("reader", http.MethodPost, "/import-iati", activities, "Content-Type", "application/xml", "Authorization", "Bearer "+h.token("ama", app.ScopeImport))).json(t, &r)
		return r
	}
	first, again := send(), send()
	if first.Accepted+len(first.Rejected) != 1 || again.Accepted != 0 {
		t.Errorf("%+v, then %+v", first, again)
	}
	for _, r := range first.Rejected {
		if len(r.Errors) == 0 || r.Errors[0].Text == "" {
			t.Errorf("a refusal without a reason: %+v", r)
		}
	}
	h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPost, "/import-iati", "<x/>", "Content-Type", "application/xml"))
	h.refused(http.StatusForbidden, h.ask("reader", http.MethodPost, "/import-iati", activities, "Content-Type", "application/xml", "Authorization", "Bearer "+h.token("ama", app.ScopeRead, app.ScopeWrite)))
	h.refused(http.StatusForbidden, h.ask("ama", http.MethodPost, "/import-iati?owner=SL", activities, "Content-Type", "application/xml"))
}

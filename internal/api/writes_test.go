package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/store/storetest"
)

// TestVersions: a change names the version that it was made on, of two at once one is taken, and the loser is told so and
// loses nothing of either.
func TestVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := newHouse(t, address)
		r := h.make("ama", seizure)
		path := "/records/" + r.ID
		a := h.want(http.StatusOK, h.ask("ama", http.MethodGet, path, ""))
		etag := a.Header.Get("ETag")
		if etag != tag(r) || a.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("ETag %s, %s", etag, a.Header.Get("Cache-Control"))
		}
		for header, status := range map[string]int{etag: 304, "W/" + etag: 304, `"x", ` + etag: 304, "*": 304, `"` + r.ID + `.2"`: 200, "": 200, "nonsense": 200} {
			if x := h.want(status, h.ask("ama", http.MethodGet, path, "", "If-None-Match", header)); status == 304 && (len(x.body) > 0 || x.Header.Get("ETag") != etag) {
				t.Errorf("304 with %s, %v", x.body, x.Header)
			}
		}
		for header, status := range map[string]int{"": 428, "*": 428, "W/" + etag: 412, `"` + r.ID + `.0"`: 412, `"` + r.ID + `.-1"`: 412, `"` + r.ID + `.2"`: 412, `"` + r.ID + `.99999999999999999999"`: 412, `"other.1"`: 412, r.ID + ".1": 412} {
			h.refused(status, h.ask("ama", http.MethodPut, path, seizure, "If-Match", header))
			for sub, body := range map[string]string{"/steps": `{"step":"close"}`, "/retract": `{"note":"x"}`, "/attachments?name=x": "words"} {
				media := "application/json"
				if body == "words" {
					media = "application/octet-stream"
				}
				h.refused(status, h.ask("ama", http.MethodPost, path+sub, body, "If-Match", header, "Content-Type", media))
			}
		}
		var wait sync.WaitGroup
		statuses := [6]int{}
		for i := range statuses {
			wait.Go(func() {
				statuses[i] = h.ask("ama", http.MethodPut, path, strings.Replace(seizure, "zqword", fmt.Sprintf("writer %d", i), 1), "If-Match", etag).StatusCode
			})
		}
		wait.Wait()
		won := -1
		for i, s := range statuses {
			if s == http.StatusOK && won < 0 {
				won = i
			} else if s != http.StatusPreconditionFailed {
				t.Errorf("two writers at once: %v", statuses)
			}
		}
		var now got
		h.want(http.StatusOK, h.ask("ama", http.MethodGet, path, "")).json(t, &now)
		if now.Version != 2 || now.Body["circumstances"] != fmt.Sprintf("writer %d", won) {
			t.Errorf("after %v the record is %+v", statuses, now)
		}
	})
}

// TestIdempotency: the same key and body of the same token make one record, however often and at once; another body with
// the key is refused; another token's key is its own.
func TestIdempotency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := newHouse(t, address)
		var wait sync.WaitGroup
		ids := [8]string{}
		for i := range ids {
			wait.Go(func() {
				a := h.ask("ama", http.MethodPost, "/records", seizure, "Idempotency-Key", "k1")
				var r got
				h.want(http.StatusCreated, a).json(t, &r)
				ids[i] = r.ID
				if a.Header.Get("Location") != "/api/v1/records/"+r.ID || a.Header.Get("ETag") != tag(r) {
					t.Errorf("headers %v", a.Header)
				}
			})
		}
		wait.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("made %v", ids)
			}
		}
		if p := h.refused(http.StatusConflict, h.ask("ama", http.MethodPost, "/records", strings.Replace(seizure, "zqword", "other", 1), "Idempotency-Key", "k1")); p.Key != "error.once" {
			t.Errorf("another body: %+v", p)
		}
		if a := h.want(http.StatusCreated, h.ask("kofi", http.MethodPost, "/records", seizure, "Idempotency-Key", "k1")); strings.Contains(string(a.body), ids[0]) || a.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("another's key: %s", a.body)
		}
		if a := h.want(http.StatusCreated, h.ask("ama", http.MethodPost, "/records", seizure, "Idempotency-Key", "k1")); a.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("headers %v", a.Header)
		}
		for _, key := range []string{"has blank", strings.Repeat("x", 201), "ключ"} {
			if p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPost, "/records", seizure, "Idempotency-Key", key)); len(p.Errors) != 1 || p.Errors[0].Field != "Idempotency-Key" {
				t.Errorf("the key %q: %+v", key, p)
			}
		}
		if n := len(h.listed(h.ask("ama", http.MethodGet, "/records?kind=incident&limit=200", ""))); n != 2 {
			t.Errorf("%d records were made", n)
		}
	})
}

// TestNothingElseIsAssigned: what is the system's cannot be sent: it is refused by its path, or passed over where it
// comes back with what was fetched. Ids in bodies, kinds of others and owners of others lead nowhere.
func TestNothingElseIsAssigned(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r, other := h.make("ama", seizure), h.make("fatu", strings.Replace(seizure, `"GH"`, `"SL"`, 1))
	for _, field := range []string{"id", "version", "state", "created", "updated", "author", "simulated", "places", "substances", "topics", "when", "external", "retracted", "attachments", "reason", "titles", "page", "owner_name", "Owner", "KIND"} {
		body := strings.Replace(seizure, `"body"`, `"`+field+`":"`+other.ID+`","body"`, 1)
		for _, a := range []answer{h.ask("ama", http.MethodPost, "/records", body), h.ask("ama", http.MethodPut, "/records/"+r.ID, body, "If-Match", tag(r))} {
			if p := h.refused(http.StatusUnprocessableEntity, a); len(p.Errors) == 0 || p.Errors[0].Field != field || p.Errors[0].Key != "problem.unknown" {
				t.Errorf("%s: %+v", field, p)
			}
		}
	}
	for path, body := range map[string]string{
		"body.nothing":           strings.Replace(seizure, `"type"`, `"nothing":1,"type"`, 1),
		"body.Country":           strings.Replace(seizure, `"country"`, `"Country"`, 1),
		"body.goods.1.nothing":   strings.Replace(seizure, `"type"`, `"goods":[{"substance":"heroin","nothing":1}],"type"`, 1),
		"body.goods.2.quantity":  strings.Replace(seizure, `"type"`, `"goods":[{"substance":"heroin"},{"quantity":"much"}],"type"`, 1),
		"body.goods":             strings.Replace(seizure, `"type"`, `"goods":{"substance":"heroin"},"type"`, 1),
		"body.found":             strings.Replace(seizure, `"2024-05-01"`, `20240501`, 1),
		"body":                   `{"kind":"incident","body":[]}`,
		"sharing":                strings.Replace(seizure, `{"tlp":"GREEN"}`, `"GREEN"`, 1),
		"sharing.tlp":            strings.Replace(seizure, `"GREEN"`, `"PURPLE"`, 1),
		"sharing.audience.1.all": strings.Replace(seizure, `"tlp":"GREEN"`, `"tlp":"AMBER","audience":[{"all":true}]`, 1),
		"links.1.relation":       strings.Replace(seizure, `"body"`, `"links":[{"relation":1}],"body"`, 1),
		"private":                strings.Replace(seizure, `"body"`, `"private":"yes","body"`, 1),
		"kind":                   strings.Replace(seizure, `"body"`, `"kind":"alert","body"`, 1),
	} {
		if p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPost, "/records", body)); len(p.Errors) == 0 || p.Errors[0].Field != path {
			t.Errorf("%s: %+v", path, p)
		}
	}
	// The id of the path counts; a kind and an owner of its own do not change.
	h.refused(http.StatusNotFound, h.ask("ama", http.MethodPut, "/records/"+r.ID, strings.Replace(seizure, `"incident"`, `"alert"`, 1), "If-Match", tag(r)))
	if p := h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPut, "/records/"+r.ID, strings.Replace(seizure, `"body"`, `"owner":"SL","body"`, 1), "If-Match", tag(r))); p.Errors[0].Field != "owner" {
		t.Errorf("another owner: %+v", p)
	}
	h.refused(http.StatusForbidden, h.ask("ama", http.MethodPost, "/records", strings.Replace(seizure, `"body"`, `"owner":"SL","body"`, 1)))
	h.refused(http.StatusForbidden, h.ask("ama", http.MethodPut, "/records/"+other.ID, seizure, "If-Match", tag(other)))
	h.refused(http.StatusForbidden, h.ask("ama", http.MethodPost, "/records/"+other.ID+"/retract", `{"note":"x"}`, "If-Match", tag(other)))
	h.refused(http.StatusForbidden, h.ask("ama", http.MethodPost, "/records/"+other.ID+"/steps", `{"step":"close"}`, "If-Match", tag(other)))
	h.refused(http.StatusNotFound, h.ask("ama", http.MethodPost, "/records", `{"kind":"report-issue","body":{}}`))
	// What was fetched can be sent back, with what is derived in it.
	x := h.make("ama", `{"kind":"identification","body":{"origin":"seized","reported":"2024-05-02","country":"GH","components":[{"substance":"fentanyl"}]}}`)
	if x.Body["level"] != "unknown" {
		t.Fatalf("derived as %v", x.Body)
	}
	x.Body["level"] = "confirmed"
	var y got
	h.want(http.StatusOK, h.ask("ama", http.MethodPut, "/records/"+x.ID, text(map[string]any{"sharing": map[string]string{"tlp": x.Sharing.TLP}, "body": x.Body}), "If-Match", tag(x))).json(t, &y)
	if y.Body["level"] != "unknown" || y.Version != 2 {
		t.Errorf("sent back as %v", y.Body)
	}
}

// TestStepsAndTalk: the steps that are offered are those that can be taken; comments, proposals and answers arrive.
func TestStepsAndTalk(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", seizure)
	var p struct {
		Change bool
		Steps  []struct{ Name string }
	}
	h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/records/"+r.ID+"/steps", "")).json(t, &p)
	if p.Change || len(p.Steps) > 0 {
		t.Errorf("another country may %+v", p)
	}
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/records/"+r.ID+"/steps", "")).json(t, &p)
	if !p.Change || len(p.Steps) == 0 {
		t.Fatalf("the owner may %+v", p)
	}
	h.refused(http.StatusConflict, h.ask("ama", http.MethodPost, "/records/"+r.ID+"/steps", `{"step":"fly"}`, "If-Match", tag(r)))
	h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodPost, "/records/"+r.ID+"/steps", `{}`, "If-Match", tag(r)))
	h.want(http.StatusNoContent, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/comments", `{"text":"<script>alert(1)</script>"}`))
	h.refused(http.StatusUnprocessableEntity, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/comments", `{"text":" "}`))
	h.want(http.StatusNoContent, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/proposals", `{"text":"better","body":{"type":"seizure","found":"2024-05-03","country":"GH"}}`))
	if p := h.refused(http.StatusUnprocessableEntity, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/proposals", `{"text":"worse","body":{"type":"party"}}`)); p.Errors[0].Field != "body.found" && p.Errors[0].Field != "body.type" {
		t.Errorf("a proposal that does not fit: %+v", p)
	}
	if a := h.ask("ama", http.MethodGet, "/records/"+r.ID+"/comments", ""); !strings.Contains(string(a.body), "<script>") || a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		t.Errorf("%v %s", a.Header, a.body)
	}
	var l struct{ Proposals []struct{ Text string } }
	for who, want := range map[string]int{"ama": 1, "fatu": 1, "sec": 0} {
		h.want(http.StatusOK, h.ask(who, http.MethodGet, "/records/"+r.ID+"/proposals", "")).json(t, &l)
		if len(l.Proposals) != want {
			t.Errorf("%s reads %v", who, l.Proposals)
		}
	}
	m := h.meeting()
	h.refused(http.StatusUnprocessableEntity, h.ask("fatu", http.MethodPost, "/records/"+m.ID+"/answers", `{"answer":"maybe"}`))
	h.want(http.StatusNoContent, h.ask("fatu", http.MethodPost, "/records/"+m.ID+"/answers", `{"answer":"accepted","note":"two of us"}`))
	if a := h.ask("fatu", http.MethodGet, "/records/"+m.ID+"/answers", ""); !strings.Contains(string(a.body), `"mine":"accepted"`) || !strings.Contains(string(a.body), "two of us") {
		t.Errorf("answers %s", a.body)
	}
	h.refused(http.StatusConflict, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/answers", `{"answer":"accepted"}`))
	h.want(http.StatusOK, h.ask("ama", http.MethodPost, "/records/"+r.ID+"/retract", `{"note":"twice"}`, "If-Match", tag(r))).json(t, &r)
	h.refused(http.StatusConflict, h.ask("ama", http.MethodPut, "/records/"+r.ID, seizure, "If-Match", tag(r)))
}

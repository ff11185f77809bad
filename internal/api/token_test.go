package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
)

// TestWrongTokens: whatever is wrong with a token, the answer is the same, and it opens less than none.
func TestWrongTokens(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	good := h.tokens["ama"]
	revoked, gone := h.token("ama"), h.token("kofi")
	held, err := h.Tokens(context.Background(), h.as("ama"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.RevokeToken(context.Background(), h.as("ama"), held[0].ID); err != nil {
		t.Fatal(err)
	}
	members, err := h.People(context.Background(), app.Operator, "GH")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if x := *m.Person; x.Name == "kofi" {
			x.Active = false
			if _, err := h.SavePerson(context.Background(), app.Operator, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	var same string
	for name, value := range map[string]string{"unknown": "Bearer tocsin_" + strings.Repeat("A", 43), "revoked": "Bearer " + revoked, "of one disabled": "Bearer " + gone, "cut": "Bearer " + good[:len(good)-1], "longer": "Bearer " + good + "x",
		"in capitals": "Bearer " + strings.ToUpper(good), "without its beginning": "Bearer " + good[7:], "empty": "Bearer ", "basic": "Basic " + good, "bare": good, "quoted": `Bearer "` + good + `"`, "two": "Bearer " + good + ", Bearer " + good, "huge": "Bearer " + strings.Repeat("x", 30000)} {
		for _, path := range []string{"/kinds", "/records?kind=alert", "/me"} { // the public may ask for two of these
			a := h.ask("", http.MethodGet, path, "", "Authorization", value)
			h.refused(http.StatusUnauthorized, a)
			if same == "" {
				same = string(a.body)
			}
			if string(a.body) != same || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s, %s: %s, else %s", name, path, a.body, same)
			}
		}
	}
	for _, value := range []string{"Bearer " + good, "bearer  " + good} {
		h.want(http.StatusOK, h.ask("", http.MethodGet, "/me", "", "Authorization", value))
	}
	req, err := http.NewRequest(http.MethodGet, h.server.URL+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header["Authorization"] = []string{"Bearer " + good, "Bearer " + h.tokens["fatu"]}
	if res, err := http.DefaultTransport.RoundTrip(req); err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("two tokens: %v, %v", res, err)
	}
	h.refused(http.StatusUnprocessableEntity, h.ask("", http.MethodGet, "/kinds?access_token="+good, ""))
}

// TestTokensOverTime: a token ends, and follows the registrations of its person at each request.
func TestTokensOverTime(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", seizure)
	h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/records/"+r.ID, ""))
	members, err := h.People(context.Background(), app.Operator, "SL")
	if err != nil {
		t.Fatal(err)
	}
	ended := *members[0].Registrations[0]
	ended.To = time.Now().Add(-time.Second)
	if _, err := h.Register(context.Background(), app.Operator, ended); err != nil {
		t.Fatal(err)
	}
	h.refused(http.StatusNotFound, h.ask("fatu", http.MethodGet, "/records/"+r.ID, ""))
	x := *members[0].Person
	x.Duties = []coalition.Duty{coalition.FocalPoint}
	if _, err := h.SavePerson(context.Background(), app.Operator, x); err != nil {
		t.Fatal(err)
	}
	if a := h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/me", "")); !strings.Contains(string(a.body), `"duties":["focal-point"]`) || !strings.Contains(string(a.body), `"official":false`) {
		t.Errorf("fatu is %s", a.body)
	}
	h.clock = time.Now().AddDate(0, 2, 0)
	h.refused(http.StatusUnauthorized, h.ask("ama", http.MethodGet, "/me", ""))
}

// TestScopes: every operation that changes something needs its scope, whatever the person may.
func TestScopes(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", seizure)
	h.tokens["reads"], h.tokens["imports"] = h.token("ama"), h.token("ama", app.ScopeImport)
	for _, op := range h.api.Operations() {
		path := strings.ReplaceAll(op.Sample, "ID", r.ID)
		for _, who := range []string{"reads", "imports"} {
			a := h.ask(who, op.Method, path, op.Body, "If-Match", tag(r), "Content-Type", append(op.Sends, "")[0])
			allowed := op.Scope == app.ScopeRead || who == "imports" && op.Scope == app.ScopeImport
			if (op.Method == http.MethodGet) != (op.Scope == app.ScopeRead) {
				t.Errorf("%s %s has the scope %s", op.Method, op.Path, op.Scope)
			}
			if refusedScope := a.StatusCode == http.StatusForbidden && strings.Contains(string(a.body), "error.scope"); refusedScope == allowed {
				t.Errorf("%s with a token that %s: %d %s", op.ID, who, a.StatusCode, a.body)
			}
		}
		if op.Access == web.SignedIn {
			h.refused(http.StatusUnauthorized, h.ask("", op.Method, path, op.Body, "If-Match", tag(r), "Content-Type", append(op.Sends, "")[0]))
		}
	}
	var n int
	if err := h.Store().DB().QueryRowContext(context.Background(), "SELECT count(*) FROM audit WHERE event = 'token.refused' AND detail LIKE 'scope %'").Scan(&n); err != nil || n == 0 {
		t.Errorf("%d refusals in the audit, %v", n, err)
	}
}

// TestGuessingIsSlow: an address has so many wrong tokens in a minute; good ones go on working, and the audit does not fill.
func TestGuessingIsSlow(t *testing.T) {
	h := newHouseOf(t, storetest.SQLite(t), 5)
	for i := range 20 {
		want := http.StatusUnauthorized
		if i >= 5 {
			want = http.StatusTooManyRequests
		}
		if a := h.ask("", http.MethodGet, "/me", "", "Authorization", "Bearer tocsin_guess"+itoa(i)); want == http.StatusTooManyRequests && a.Header.Get("Retry-After") == "" {
			t.Errorf("%d: %v", i, a.Header)
		} else {
			h.refused(want, a)
		}
		h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/me", ""))
	}
	var n int
	if err := h.Store().DB().QueryRowContext(context.Background(), "SELECT count(*) FROM audit WHERE event = 'token.refused'").Scan(&n); err != nil || n != 5 {
		t.Errorf("%d lines in the audit, %v", n, err)
	}
	for i := range 7 { // what costs much is limited for the public
		want := http.StatusOK
		if i >= 5 {
			want = http.StatusTooManyRequests
		}
		h.want(want, h.ask("", http.MethodGet, "/export/alert.csv", ""))
	}
	h.want(http.StatusOK, h.ask("ama", http.MethodGet, "/export/alert.csv", ""))
}

package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
)

// house is the interface over an App with people of two countries, each with a token of every scope.
type house struct {
	*app.App
	t      *testing.T
	api    *api.API
	server *httptest.Server
	tokens map[string]string // by name
	clock  time.Time         // zero for the real one
}

// cast are the people: name → participant, groups, duties.
var cast = []struct {
	name, participant string
	duties            []coalition.Duty
}{
	{"ama", "GH", nil}, {"kofi", "GH", nil}, {"fatu", "SL", []coalition.Duty{coalition.FocalPoint, coalition.Analyst}}, {"sec", coalition.SecretariatCode, []coalition.Duty{coalition.Secretariat, coalition.Signatory}}, {"sol", coalition.SecretariatCode, []coalition.Duty{coalition.Secretariat}}, {"cat", coalition.SecretariatCode, []coalition.Duty{coalition.Curator}},
}

func newHouse(t *testing.T, address string) *house { return newHouseOf(t, address, 100000) }

// newHouseOf is newHouse with a limit of costly requests.
func newHouseOf(t *testing.T, address string, most int) *house {
	t.Helper()
	h := &house{t: t, tokens: map[string]string{}}
	ctx := context.Background()
	a, err := app.Open(ctx, address, app.WithClock(func() time.Time {
		if h.clock.IsZero() {
			return time.Now()
		}
		return h.clock
	}))
	if err != nil {
		t.Fatal(err)
	}
	h.App = a
	var list []app.Enrolment
	for _, c := range cast {
		list = append(list, app.Enrolment{Person: coalition.Person{Email: c.name + "@example.org", Name: c.name, Participant: c.participant, Active: true, Duties: c.duties, Zone: "UTC", Languages: []string{"en"}},
			Registrations: []coalition.Registration{{Group: "swg1.2", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}})
	}
	if _, err := a.Enrol(ctx, app.Operator, list); err != nil {
		t.Fatal(err)
	}
	for _, c := range cast {
		h.tokens[c.name] = h.token(c.name, app.ScopeRead, app.ScopeWrite, app.ScopeImport)
	}
	if h.api, err = api.New(a, api.Options{Most: most, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	h.server = httptest.NewServer(h.api.Handler())
	t.Cleanup(func() {
		h.server.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// token makes a token for a person and returns its secret.
func (h *house) token(name string, scopes ...app.Scope) string {
	h.t.Helper()
	secret, _, err := h.NewToken(context.Background(), h.as(name), "test", scopes, h.Now().AddDate(0, 1, 0))
	if err != nil {
		h.t.Fatal(err)
	}
	return secret
}

func (h *house) as(name string) app.Viewer {
	h.t.Helper()
	v, err := h.ViewerByEmail(context.Background(), name+"@example.org")
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// answer is what came back.
type answer struct {
	*http.Response
	body []byte
}

// json decodes the body.
func (a answer) json(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("%d %s: %v", a.StatusCode, a.body, err)
	}
}

// ask sends a request as a person ("" for the public); headers are pairs of name and value.
func (h *house) ask(who, method, path, body string, headers ...string) answer {
	h.t.Helper()
	if !strings.HasPrefix(path, "/api") {
		path = api.Prefix + path
	}
	req, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+h.tokens[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res, b}
}

// want fails the test unless the status is the one wanted.
func (h *house) want(status int, a answer) answer {
	h.t.Helper()
	if a.StatusCode != status {
		h.t.Errorf("%s %s: %d, want %d: %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, bytes.TrimSpace(a.body))
	}
	return a
}

// problem is a refusal as it is sent.
type problem struct {
	Type, Title, Detail, Key string
	Status                   int
	Errors                   []struct{ Field, Key, Text string }
}

// refused checks the form of a refusal and returns it.
func (h *house) refused(status int, a answer) problem {
	h.t.Helper()
	h.want(status, a)
	var p problem
	if a.Header.Get("Content-Type") != "application/problem+json" {
		h.t.Errorf("%s %s: %d as %s", a.Request.Method, a.Request.URL, a.StatusCode, a.Header.Get("Content-Type"))
		return p
	}
	a.json(h.t, &p)
	if p.Status != a.StatusCode || p.Title == "" || p.Detail == "" || p.Key == "" || !strings.HasPrefix(p.Type, "/api#problem-") || strings.Contains(p.Title+p.Detail, "{{") {
		h.t.Errorf("%s %s: problem %s", a.Request.Method, a.Request.URL, a.body)
	}
	for _, e := range p.Errors {
		if e.Key == "" || e.Text == "" || e.Text == e.Key {
			h.t.Errorf("%s %s: fault %+v", a.Request.Method, a.Request.URL, e)
		}
	}
	return p
}

// got is a record as it is sent.
type got struct {
	ID, Kind, State, Owner string
	Version                int
	Sharing                struct {
		TLP      string
		Audience []record.Clause
	}
	Titles map[string]string
	Links  []struct{ Relation, To string }
	Body   map[string]any
	Author string
	Reason string
}

const seizure = `{"kind":"incident","sharing":{"tlp":"GREEN"},"body":{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"zqword"}}`

// make makes a record by the interface.
func (h *house) make(who, body string) got {
	h.t.Helper()
	var r got
	h.want(http.StatusCreated, h.ask(who, http.MethodPost, "/records", body)).json(h.t, &r)
	return r
}

func tag(r got) string { return `"` + r.ID + "." + itoa(r.Version) + `"` }

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

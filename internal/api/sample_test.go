package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"tocsin/internal/api"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// sampleOf makes a body of a kind from what GET /kinds/{kind} says of it, with its required fields only.
func sampleOf(fields []api.KindField) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		if f.Required && !f.Derived {
			out[f.Name] = sampleValue(f)
		}
	}
	return out
}

func sampleValue(f api.KindField) any {
	one := map[string]any{"text": "zqword", "long": "zqword", "texts": map[string]string{"en": "zqword"}, "date": "2024-05-01", "number": 1.5, "integer": 5, "yesno": "yes", "country": "GH", "place": "GH-AA",
		"substance": "fentanyl", "group": "swg1.2", "participant": "GH", "time": "10:00", "zone": "Africa/Accra", "url": "https://example.org/x", "email": "x@example.org", "languages": "en", "lines": "l1", "countries": "GH", "participants": "SL"}
	switch t := record.FieldType(f.Type); {
	case t == record.TypeList:
		return []any{sampleOf(f.Fields)}
	case t == record.TypeChoice:
		return f.Options[0].Value
	case t == record.TypeChoices:
		return []any{f.Options[0].Value}
	case t.Several():
		return []any{one[f.Type]}
	case f.Least != nil && *f.Least > 5:
		return *f.Least
	}
	return one[f.Type]
}

// more are the values that a kind asks for beyond its declaration.
var more = map[string]map[string]any{
	"identification": {"components": []any{map[string]any{"substance": "fentanyl"}}}, "expert": {"consent": "yes"}, "law": {"about": []any{map[string]any{"substance": "fentanyl"}}},
	"organisation": {"industry": "chemical"}, "pledge-report": {"answers": pledgeAnswers()}, "call": {"opens": "2024-01-01", "closes": "2099-01-01"},
}

func pledgeAnswers() (out []any) {
	for _, a := range programme.PledgeActions {
		out = append(out, map[string]any{"pledge_action": a, "status": "achieved"})
	}
	return out
}

// hosts makes records to which others belong, open for them, and returns their ids by kind.
func (h *house) hosts() map[string]string {
	h.t.Helper()
	out := map[string]string{}
	for kind, steps := range map[string][]string{"initiative": {"sec publish"}, "call": {"sec open-call"}, "pledge": {"sec sign", "sol confirm-signature"}} {
		r := h.make("sec", text(h.draftOf(kind, "CLEAR", "")))
		for _, s := range steps {
			who, step, _ := strings.Cut(s, " ")
			h.want(http.StatusOK, h.ask(who, http.MethodPost, "/records/"+r.ID+"/steps", text(map[string]string{"step": step}), "If-Match", tag(r))).json(h.t, &r)
		}
		out[kind] = r.ID
	}
	return out
}

// makeAll makes a record of every kind that people write, as the secretariat, and returns them by kind. Those of which
// there may be one are left out the second time.
func (h *house) makeAll(tlp string, hosts map[string]string) map[string]got {
	h.t.Helper()
	out := map[string]got{}
	for _, k := range kinds.Authored() {
		host := ""
		if len(k.Under) > 0 {
			host = hosts[k.Under[0]]
		}
		a := h.ask("sec", http.MethodPost, "/records", text(h.draftOf(k.Name, tlp, host)))
		if a.StatusCode == http.StatusConflict {
			continue
		}
		var r got
		h.want(http.StatusCreated, a).json(h.t, &r)
		out[k.Name] = r
	}
	return out
}

// draftOf is a request for a record of a kind, under the host where it belongs to one.
func (h *house) draftOf(kind, tlp, host string) map[string]any {
	h.t.Helper()
	var k api.Kind
	h.want(http.StatusOK, h.ask("", http.MethodGet, "/kinds/"+kind, "")).json(h.t, &k)
	body := sampleOf(k.Fields)
	for name, v := range more[kind] {
		body[name] = v
	}
	d := map[string]any{"kind": kind, "sharing": map[string]any{"tlp": tlp}, "body": body}
	if k.Titled {
		d["title"] = map[string]string{"en": "zqword"}
	}
	if host != "" {
		d["links"] = []any{map[string]string{"relation": "part-of", "to": host}}
	}
	return d
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

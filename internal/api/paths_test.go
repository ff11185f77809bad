package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/kinds"
)

var operator = app.Operator

// meeting makes a meeting that asks for answers.
func (h *house) meeting() got {
	h.t.Helper()
	d := h.draftOf("meeting", "GREEN", "")
	d["body"].(map[string]any)["date"] = h.Now().AddDate(0, 1, 0).Format("2006-01-02")
	r := h.make("sec", text(d))
	h.want(http.StatusOK, h.ask("sec", http.MethodPost, "/records/"+r.ID+"/steps", `{"step":"plan"}`, "If-Match", tag(r))).json(h.t, &r)
	return r
}

// furnish adds to records what records have: comments, proposals, files, links, further versions.
func (h *house) furnish(made map[string]got) {
	h.t.Helper()
	for kind, r := range made {
		h.want(http.StatusNoContent, h.ask("sec", http.MethodPost, "/records/"+r.ID+"/comments", `{"text":"zqword said"}`))
		h.want(http.StatusNoContent, h.ask("sec", http.MethodPost, "/records/"+r.ID+"/proposals", `{"text":"zqword proposed"}`))
		a := h.ask("sec", http.MethodPost, "/records/"+r.ID+"/attachments?name=zqword.txt", "zqword attached", "If-Match", tag(r), "Content-Type", "application/octet-stream")
		if kind == "submission" { // it is sent, and so does not change
			h.refused(http.StatusConflict, a)
			continue
		}
		h.want(http.StatusCreated, a).json(h.t, &r)
		made[kind] = r
	}
}

// attached is a hash of no file.
const attached = "00"

// paths fills the pattern of an operation with every value worth trying, and adds queries that narrow and search.
func (h *house) paths(op api.Operation, made map[string]got) []string {
	var names, ids, files, hashes []string
	for _, k := range kinds.All {
		names = append(names, k.Name)
		files = append(files, k.Name+".csv", k.Name+".json")
	}
	for _, r := range made {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	hashes = append(hashes, hashOf("zqword attached"), attached)
	fill := map[string][]string{"{kind}": append(names, "nothing"), "{id}": append(ids, "nothing"), "{file}": append(files, "commitment.xlsx", "nothing.csv", "incident.exe", "incident"), "{hash}": hashes, "{code}": {"GH", "unodc", "nothing"}, "{country}": {"GH", "SL", "nothing"}, "{format}": {"md", "csv", "nothing"}}
	switch op.ID {
	case "get-group", "get-review":
		fill["{id}"] = []string{"swg1.2", "l1", "nothing"}
	case "get-substance":
		fill["{id}"] = []string{"fentanyl", "nitazenes", "nothing"}
	}
	out := []string{op.Path}
	for name, values := range fill {
		var next []string
		for _, p := range out {
			if !strings.Contains(p, name) {
				next = append(next, p)
				continue
			}
			for _, v := range values {
				next = append(next, strings.ReplaceAll(p, name, v))
			}
		}
		out = next
	}
	if op.ID == "export-table" {
		return append(out, out[0]+"?place=GH", out[0]+"?q=zqword")
	}
	var queried []string
	for _, p := range out {
		for _, q := range h.queries(op, names) {
			queried = append(queried, p+q)
		}
	}
	return queried
}

// queries are those worth asking an operation with.
func (h *house) queries(op api.Operation, names []string) []string {
	switch op.ID {
	case "list-records":
		var out []string
		for _, k := range names {
			for _, q := range []string{"", "&q=zqword", "&place=GH", "&substance=fentanyl&sort=day", "&owner=secretariat&sort=changed", "&topic=swg1.2", "&retracted=true", "&from=2024-01-01&to=2024-12-31", "&limit=1", "&order=ascending"} {
				out = append(out, "?kind="+k+q)
			}
		}
		return out
	case "search-records":
		return []string{"?q=zqword", "?q=fentanyl", "?q=zqword&limit=1", "?q=" + url.QueryEscape(`" OR 1=1 --`)}
	case "get-series":
		return []string{"?place=GH&source=incident/seizure&from=2024-01-01&to=2024-12-31", "?place=GH&source=incident/seizure&substance=fentanyl&measure=g&from=2024-01-01&to=2024-12-31", "?place=GH&source=health-event/death"}
	case "get-report", "get-report-file", "get-review", "get-briefing":
		return []string{"?from=2023-07-01&to=2024-12-31"}
	case "get-calendar":
		return []string{"?from=2023-01-01&to=2027-12-31", "?from=2024-01-01&to=2024-12-31&topic=swg1.2", "?from=never"}
	case "view-as":
		return []string{"?who=official", "?who=p:GH", "?who=g:swg1.2/west", "?who=nobody"}
	case "get-draft":
		return []string{"", "?group=swg1.2"}
	case "list-profiles":
		return []string{"", "?kind=incident"}
	case "list-people":
		return []string{"?limit=200", "?participant=SL&limit=1", "?cursor=9999"}
	case "suggest-substances":
		return []string{"?q=fent", "?q=zqword"}
	case "propose-meetings":
		return []string{"?group=swg1.2&from=2027-01-11&meetings=2", "?group=nothing&from=never&meetings=0"}
	case "compare-series":
		return []string{"?places=GH,SL&source=incident/seizure&from=2024-01-01&to=2024-12-31", "?places=GH&substances=fentanyl,nitazenes&source=incident/seizure&measure=g", "?places=" + strings.Repeat("GH,", 13) + "SL&substances=fentanyl,heroin&source=incident/seizure"}
	case "get-counts":
		return []string{"", "?substance=fentanyl&weeks=520"}
	case "list-meetings":
		return []string{"?limit=200", "?from=2024-01-01&to=2024-12-31&topic=swg1.2"}
	case "list-commitments":
		return []string{"?limit=200", "?owner=secretariat"}
	case "list-participants":
		return []string{"", "?type=organisation"}
	case "list-substances":
		return []string{"?limit=200", "?q=fent", "?class=nitazenes", "?cursor=600"}
	}
	return []string{""}
}

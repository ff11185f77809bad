package pages

import (
	"context"
	"net/http"
	"strings"

	"tocsin/internal/api"
	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

// reference is the page that describes the interface for programs.
type reference struct {
	signedIn bool
	begin    string // the first example
	areas    []referenceArea
	problems []referenceProblem
}

type referenceArea struct {
	title string
	ops   []referenceOp
}

// referenceOp is one operation in words.
type referenceOp struct {
	id, call, summary, access, example string
	params                             []referenceParam
}

type referenceParam struct{ name, where, about string }

type referenceProblem struct{ id, status, title string }

// describeAPI lists the operations of the interface with their parameters and examples, from their own declarations.
func (s *Site) describeAPI(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p := reference{signedIn: s.Viewer(r).SignedIn()}
	for _, op := range s.api.Operations() {
		if title := ui.T(ctx, op.Area); len(p.areas) == 0 || p.areas[len(p.areas)-1].title != title {
			p.areas = append(p.areas, referenceArea{title: title})
		}
		area := &p.areas[len(p.areas)-1]
		area.ops = append(area.ops, s.referenceOp(ctx, op))
		if op.ID == "list-kinds" {
			p.begin = s.example(op)
		}
	}
	statuses, titles := api.Statuses()
	for _, n := range statuses {
		p.problems = append(p.problems, referenceProblem{"problem-" + ui.Plain(n), ui.T(ctx, "api.problem-status", "status", ui.Plain(n)), ui.T(ctx, titles[n])})
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "api.title")}, referenceView(p))
}

func (s *Site) referenceOp(ctx context.Context, op api.Operation) referenceOp {
	out := referenceOp{id: op.ID, call: op.Method + " " + op.Path, summary: ui.T(ctx, op.Summary), access: ui.T(ctx, "api.needs", "scope", string(op.Scope)), example: s.example(op)}
	if op.Access == web.Anyone {
		out.access = ui.T(ctx, "api.open")
	}
	for _, p := range op.Params {
		about := ui.T(ctx, p.Text)
		if len(p.Options) > 0 {
			about += " (" + strings.Join(p.Options, ", ") + ")"
		}
		where := p.In
		if p.Required {
			where += ", " + ui.T(ctx, "api.required")
		}
		out.params = append(out.params, referenceParam{p.Name, where, about})
	}
	return out
}

// example is a command line that asks for the operation.
func (s *Site) example(op api.Operation) string {
	parts := []string{"curl"}
	if op.Method != http.MethodGet {
		parts = append(parts, "-X "+op.Method)
	}
	if op.Access == web.SignedIn {
		parts = append(parts, `-H "Authorization: Bearer $TOKEN"`)
	}
	for _, p := range op.Params {
		switch p.Name {
		case "If-Match":
			parts = append(parts, `-H 'If-Match: "ID.1"'`)
		case "Idempotency-Key":
			parts = append(parts, `-H 'Idempotency-Key: 7f3a'`)
		}
	}
	if len(op.Sends) > 0 {
		parts = append(parts, "-H 'Content-Type: "+op.Sends[0]+"'")
		if op.Body != "" {
			parts = append(parts, "-d '"+op.Body+"'")
		} else {
			parts = append(parts, "--data-binary @FILE")
		}
	}
	parts = append(parts, "'"+s.at(api.Prefix+op.Sample)+"'")
	if len(parts) == 2 {
		return strings.Join(parts, " ")
	}
	return strings.Join(parts, " \\\n  ")
}

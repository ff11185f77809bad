package api

import (
	"context"
	"net/http"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
)

// Possible is what the viewer may do with a record now.
type Possible struct {
	Change bool       `json:"change" doc:"Its content may be replaced"`
	Steps  []KindStep `json:"steps"`
}

// Step takes a step of a record's workflow.
type Step struct {
	Step   string `json:"step"`
	Reason string `json:"reason,omitempty"`
}

// Withdrawal retracts a record.
type Withdrawal struct {
	Note string `json:"note"`
}

func (x *API) stepOperations() {
	type possible struct{ Body Possible }
	add(x, Operation{ID: "list-steps", Method: http.MethodGet, Path: "/records/{id}/steps", Area: "api.area.work", Summary: "api.op.list-steps", Sample: "/records/ID/steps"},
		func(ctx context.Context, v app.Viewer, in *ByID) (*possible, error) {
			s, err := x.app.Get(ctx, v, in.ID)
			if err != nil {
				return nil, err
			}
			out := &possible{Body: Possible{Change: s.Mine && s.Kind.Authored && !contains(s.Kind.Workflow.Locked, s.State) && v.Allows(app.ScopeWrite), Steps: []KindStep{}}}
			if v.Allows(app.ScopeWrite) {
				for _, step := range x.app.Steps(ctx, v, s.Record) {
					out.Body.Steps = append(out.Body.Steps, stepOf(locales.From(ctx), step))
				}
			}
			return out, nil
		})
	op := Operation{Method: http.MethodPost, Area: "api.area.work", Scope: app.ScopeWrite, Sends: []string{"application/json"}, errors: []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}}
	step, retract := op, op
	step.ID, step.Path, step.Summary, step.shape, step.Sample, step.Body = "take-step", "/records/{id}/steps", "api.op.take-step", "Step", "/records/ID/steps", `{"step":"close","reason":"Nothing more is known."}`
	add(x, step, x.takeStep)
	retract.ID, retract.Path, retract.Summary, retract.shape, retract.Sample, retract.Body = "retract-record", "/records/{id}/retract", "api.op.retract-record", "Withdrawal", "/records/ID/retract", `{"note":"Counted twice."}`
	add(x, retract, x.retract)
}

func (x *API) takeStep(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Changing
	Sent
}) (*versioned, error) {
	version, err := matched(in.IfMatch, in.ID)
	if err != nil {
		return nil, err
	}
	var n Step
	if _, _, err := in.json(&n); err != nil {
		return nil, err
	}
	if n.Step == "" {
		return nil, wrong(record.Problems{{Field: "step", Key: "problem.required"}})
	}
	r, err := x.app.Step(ctx, v, in.ID, version, n.Step, n.Reason)
	if err != nil {
		return nil, err
	}
	return x.changed(ctx, v, r)
}

func (x *API) retract(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Changing
	Sent
}) (*versioned, error) {
	version, err := matched(in.IfMatch, in.ID)
	if err != nil {
		return nil, err
	}
	var n Withdrawal
	if _, _, err := in.json(&n); err != nil {
		return nil, err
	}
	r, err := x.app.Retract(ctx, v, in.ID, version, n.Note)
	if err != nil {
		return nil, err
	}
	return x.changed(ctx, v, r)
}

package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
)

// Verdict decides on a proposed change.
type Verdict struct {
	Decision string `json:"decision" enum:"accept,decline"`
}

// Acknowledgement says that an alert was read and what is done about it.
type Acknowledgement struct {
	Note string `json:"note,omitempty" doc:"The measures that are taken"`
}

// Receipt says what became of telling one person.
type Receipt struct {
	By           Author     `json:"by" doc:"Who was told"`
	Told         time.Time  `json:"told"`
	Seen         *time.Time `json:"seen,omitempty"`
	Acknowledged *time.Time `json:"acknowledged,omitempty"`
	Note         string     `json:"note,omitempty"`
	Mail         string     `json:"mail,omitempty" enum:"queued,handed,sent,failed,doubtful,dropped"`
}

// ReceiptList lists who was told of an alert: to officials of the owner all, to others their own participant's.
type ReceiptList struct {
	Receipts []Receipt `json:"receipts"`
}

// Readers is who can see a record now, beside the person whose token it is.
type Readers struct {
	Public       bool     `json:"public"`
	People       int      `json:"people"`
	Participants []string `json:"participants"`
}

func (x *API) answeringOperations() {
	op := func(id, method, path, summary string) Operation {
		return Operation{ID: id, Method: method, Path: "/records/{id}/" + path, Area: "api.area.work", Summary: summary, Sample: "/records/ID/" + path}
	}
	decide := op("decide-proposal", http.MethodPost, "proposals/{proposal}", "api.op.decide-proposal")
	decide.Scope, decide.Sends, decide.shape, decide.Body, decide.Sample = app.ScopeWrite, []string{"application/json"}, "Verdict", `{"decision":"accept"}`, "/records/ID/proposals/PROPOSAL"
	decide.errors = []int{http.StatusConflict, http.StatusPreconditionFailed}
	add(x, decide, x.decide)
	acknowledge := op("acknowledge-alert", http.MethodPost, "acknowledgement", "api.op.acknowledge-alert")
	acknowledge.Scope, acknowledge.Sends, acknowledge.shape, acknowledge.Body = app.ScopeWrite, []string{"application/json"}, "Acknowledgement", `{"note":"Hospitals are told."}`
	add(x, acknowledge, x.acknowledge)
	add(x, op("list-receipts", http.MethodGet, "receipts", "api.op.list-receipts"), x.receipts)
	take := op("take-up-decision", http.MethodPost, "decisions/{number}/action", "api.op.take-up-decision")
	take.Scope, take.Sample, take.errors = app.ScopeWrite, "/records/ID/decisions/1/action", []int{http.StatusConflict}
	add(x, take, x.takeUp)
	add(x, op("get-readers", http.MethodGet, "readers", "api.op.get-readers"), x.readers)
}

func (x *API) decide(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Proposal string `path:"proposal" maxLength:"100"`
	Sent
}) (*nothing, error) {
	var n Verdict
	if _, _, err := in.json(&n); err != nil {
		return nil, err
	}
	if n.Decision != "accept" && n.Decision != "decline" {
		return nil, wrong(record.Problems{{Field: "decision", Key: "problem.option", Params: map[string]any{"value": n.Decision, "options": "accept, decline"}}})
	}
	return &nothing{}, belowBody(x.app.Decide(ctx, v, in.ID, in.Proposal, n.Decision == "accept"))
}

func (x *API) acknowledge(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Sent
}) (*nothing, error) {
	var n Acknowledgement
	if _, _, err := in.json(&n); err != nil {
		return nil, err
	}
	return &nothing{}, x.app.Acknowledge(ctx, v, in.ID, n.Note)
}

func (x *API) receipts(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body ReceiptList }, error) {
	list, err := x.app.Receipts(ctx, v, in.ID)
	out := ReceiptList{Receipts: []Receipt{}}
	for _, r := range list {
		out.Receipts = append(out.Receipts, Receipt{By: Author{Name: r.Name, Owner: r.Participant}, Told: r.Told, Seen: orNil(r.Seen), Acknowledged: orNil(r.Acknowledged), Note: r.Note, Mail: r.Mail})
	}
	return &struct{ Body ReceiptList }{out}, err
}

func (x *API) takeUp(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Number int `path:"number" minimum:"1" maximum:"1000"`
	Keyed
}) (*versioned, error) {
	ctx, again, err := x.once(ctx, v, in.Keyed, "take-up-decision", in.ID, strconv.Itoa(in.Number))
	if err != nil {
		return nil, err
	}
	r, err := x.app.TakeUp(ctx, v, in.ID, in.Number)
	if err != nil {
		return nil, err
	}
	return x.made(ctx, v, r, again)
}

func (x *API) readers(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body Readers }, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	r, err := x.app.ReadersOf(ctx, v, s.Audience)
	return &struct{ Body Readers }{Readers{r.Public, r.People, list(r.Participants)}}, err
}

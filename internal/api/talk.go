package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/web"
)

// Author is who said something.
type Author struct {
	Name  string `json:"name,omitempty"`
	Owner string `json:"owner,omitempty" doc:"Code of the participant, or ~ and the id of the partner organisation, that the person belongs to"`
}

// Comment is one contribution to the discussion on a record.
type Comment struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	By     Author    `json:"by"`
	Text   string    `json:"text"`
	Anchor string    `json:"anchor,omitempty" doc:"Number of the paragraph that it is on"`
}

// CommentList is the discussion on a record, oldest first.
type CommentList struct {
	Comments []Comment `json:"comments"`
}

// NewComment is what is to be said.
type NewComment struct {
	Text   string `json:"text"`
	Anchor string `json:"anchor,omitempty"`
}

// Answers is what a record asks and what was answered, as far as the viewer may know.
type Answers struct {
	Options []string       `json:"options" doc:"None when nothing is asked now"`
	Until   *time.Time     `json:"until,omitempty"`
	Open    bool           `json:"open"`
	Mine    string         `json:"mine,omitempty"`
	People  map[string]int `json:"people" doc:"Answers by people"`
	Owners  map[string]int `json:"participants" doc:"Answers by participants: the last of each counts"`
	Replies []Reply        `json:"replies"`
}

// Reply is one answer.
type Reply struct {
	At     time.Time `json:"at"`
	By     Author    `json:"by"`
	Answer string    `json:"answer"`
	Note   string    `json:"note,omitempty"`
}

// NewAnswer answers what a record asks.
type NewAnswer struct {
	Answer string `json:"answer"`
	Note   string `json:"note,omitempty"`
}

// Proposal is a change that somebody proposes to the owner.
type Proposal struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	By      Author    `json:"by"`
	Version int       `json:"version" doc:"Of the record when it was proposed"`
	Text    string    `json:"text"`
	Body    *Fields   `json:"body,omitempty"`
	State   string    `json:"state" enum:"open,accepted,declined"`
}

// ProposalList lists proposals, newest first: to officials of the owner all, to others their own.
type ProposalList struct {
	Proposals []Proposal `json:"proposals"`
}

// NewProposal is what is to be proposed: in words and, where wanted, as the body that the record should have.
type NewProposal struct {
	Text string          `json:"text"`
	Body json.RawMessage `json:"body,omitempty"`
}

type nothing struct {
	Replayed string `header:"Idempotency-Replayed"`
}

func (x *API) talkOperations() {
	get := func(id, path, summary string, access web.Access) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: "/records/{id}/" + path, Area: "api.area.work", Summary: summary, Access: access, Sample: "/records/ID/" + path}
	}
	post := func(id, path, summary, shape, body string) Operation {
		return Operation{ID: id, Method: http.MethodPost, Path: "/records/{id}/" + path, Area: "api.area.work", Summary: summary, Scope: app.ScopeWrite, Sends: []string{"application/json"},
			shape: shape, Sample: "/records/ID/" + path, Body: body, errors: []int{http.StatusConflict}}
	}
	add(x, get("list-comments", "comments", "api.op.list-comments", web.SignedIn), x.comments)
	add(x, post("add-comment", "comments", "api.op.add-comment", "NewComment", `{"text":"Seen here too."}`), x.comment)
	add(x, get("list-answers", "answers", "api.op.list-answers", web.Anyone), x.answers)
	add(x, post("answer-record", "answers", "api.op.answer-record", "NewAnswer", `{"answer":"accepted"}`), x.answer)
	add(x, get("list-proposals", "proposals", "api.op.list-proposals", web.SignedIn), x.proposals)
	add(x, post("propose-change", "proposals", "api.op.propose-change", "NewProposal", `{"text":"The amount is 12 kg."}`), x.propose)
}

func (x *API) author(ctx context.Context, person string) Author {
	name, owner := x.app.PersonName(ctx, person)
	return Author{Name: name, Owner: owner}
}

func (x *API) comments(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body CommentList }, error) {
	list, err := x.app.Comments(ctx, v, in.ID)
	out := &struct{ Body CommentList }{CommentList{Comments: []Comment{}}}
	for _, c := range list {
		out.Body.Comments = append(out.Body.Comments, Comment{ID: c.ID, At: c.At, By: x.author(ctx, c.Person), Text: c.Text, Anchor: c.Anchor})
	}
	return out, err
}

func (x *API) comment(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Keyed
	Sent
}) (*nothing, error) {
	var n NewComment
	raw, _, err := in.json(&n)
	if err != nil {
		return nil, err
	}
	ctx, again, err := x.once(ctx, v, in.Keyed, "add-comment", in.ID, string(raw))
	if err != nil {
		return nil, err
	}
	err = x.app.CommentOn(ctx, v, in.ID, n.Anchor, n.Text)
	return &nothing{replayed(again)}, err
}

func (x *API) answers(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body Answers }, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	a, err := x.app.Asked(ctx, v, s)
	if err != nil {
		return nil, err
	}
	out := Answers{Options: list(a.Options), Open: a.Open, Mine: a.Mine.Answer, People: a.Counts, Owners: a.By, Replies: []Reply{}}
	if !a.Until.IsZero() {
		out.Until = &a.Until
	}
	for _, p := range a.Replies {
		by := x.author(ctx, p.Person)
		by.Owner = p.Participant // as it was when he answered
		out.Replies = append(out.Replies, Reply{At: p.At, By: by, Answer: p.Answer, Note: p.Note})
	}
	return &struct{ Body Answers }{out}, nil
}

func (x *API) answer(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Sent
}) (*nothing, error) {
	var n NewAnswer
	if _, _, err := in.json(&n); err != nil {
		return nil, err
	}
	return &nothing{}, x.app.Answer(ctx, v, in.ID, n.Answer, n.Note)
}

func (x *API) proposals(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body ProposalList }, error) {
	list, err := x.app.Proposals(ctx, v, in.ID)
	out := &struct{ Body ProposalList }{ProposalList{Proposals: []Proposal{}}}
	for _, p := range list {
		y := Proposal{ID: p.ID, At: p.At, By: x.author(ctx, p.Person), Version: p.Version, Text: p.Text, State: p.State}
		if len(p.Change) > 0 {
			body := Fields(p.Change)
			y.Body = &body
		}
		out.Body.Proposals = append(out.Body.Proposals, y)
	}
	return out, err
}

func (x *API) propose(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Keyed
	Sent
}) (*nothing, error) {
	var n NewProposal
	raw, tree, err := in.json(&n)
	if err != nil {
		return nil, err
	}
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	ctx, again, err := x.once(ctx, v, in.Keyed, "propose-change", in.ID, string(raw))
	if err == nil && tree.at("body") != nil {
		err = checkBody(s.Kind, tree.at("body"))
	}
	if err != nil {
		return nil, err
	}
	if tree.at("body") == nil {
		n.Body = nil
	}
	err = belowBody(x.app.Propose(ctx, v, in.ID, n.Text, n.Body))
	return &nothing{replayed(again)}, err
}

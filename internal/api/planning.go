package api

import (
	"context"
	"net/http"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/report"
	"tocsin/internal/web"
)

// Plan asks for a series of meetings of a group.
type Plan struct {
	Group    string      `json:"group" doc:"Group or section: swg1.2/west"`
	From     string      `json:"from" doc:"The day from which the first may be"`
	Meetings int         `json:"meetings" doc:"How many, from 1 to 52"`
	Every    int         `json:"every" doc:"Weeks between them, from 1 to 26"`
	Minutes  int         `json:"minutes" doc:"How long each is, from 5 to 480"`
	Name     record.Text `json:"name" doc:"What the meetings are called"`
}

// Proposed is the times that share the burden of hours, and how it falls.
type Proposed struct {
	Slots []Slot   `json:"slots"`
	Zones []Burden `json:"zones"`
}

// Slot is a proposed time.
type Slot struct {
	At      time.Time `json:"at" doc:"UTC"`
	Working int       `json:"working" doc:"Members for whom it is in working hours"`
	Early   []Where   `json:"early_or_late" doc:"From 6 to 8 and from 18 to 22 o'clock there"`
	Night   []Where   `json:"night" doc:"From 22 to 6 o'clock there"`
}

// Where is how many members are in a zone, and what time it is there.
type Where struct {
	Zone    string `json:"zone"`
	Local   string `json:"local" doc:"HH:MM"`
	Members int    `json:"members"`
}

// Burden is the mean burden of a meeting on the members of a zone: 0 is working hours, 1 early or late, 3 the night.
type Burden struct {
	Zone    string `json:"zone"`
	Members int    `json:"members"`
	Mean    string `json:"mean" doc:"One decimal"`
}

// Planned is the meetings that were put into the calendar, the first of which the others are part of.
type Planned struct {
	Meetings []Brief `json:"meetings"`
}

// NewIssue asks to keep the figures of the report for a span.
type NewIssue struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Match is an initiative that fits what a country needs or sees.
type Match struct {
	Because []string `json:"because" doc:"Themes (theme:…), substances and Lines of Action that both have"`
	Record  Brief    `json:"record"`
}

// MatchList lists initiatives, the best first.
type MatchList struct {
	Initiatives []Match `json:"initiatives"`
}

func (x *API) planningOperations() {
	op := func(id, method, path, summary, sample string) Operation {
		return Operation{ID: id, Method: method, Path: path, Area: "api.area.programme", Summary: summary, Sample: sample}
	}
	matches := op("list-matches", http.MethodGet, "/participants/{code}/initiatives", "api.op.list-matches", "/participants/GH/initiatives")
	matches.Access, matches.heavy = web.Anyone, true
	add(x, matches, x.matches)
	add(x, op("propose-meetings", http.MethodGet, "/meetings/plan", "api.op.propose-meetings", "/meetings/plan?group=swg1.2&from=2027-01-11&meetings=3&every=4&minutes=120"), x.proposeMeetings)
	plan := op("plan-meetings", http.MethodPost, "/meetings/plan", "api.op.plan-meetings", "/meetings/plan")
	plan.Scope, plan.Sends, plan.shape, plan.errors = app.ScopeWrite, []string{"application/json"}, "Plan", []int{http.StatusConflict}
	plan.Body = `{"group":"swg1.2","from":"2027-01-11","meetings":3,"every":4,"minutes":120,"name":{"en":"Trafficking trends"}}`
	add(x, plan, x.planMeetings)
	issue := op("issue-report", http.MethodPost, "/report/issues", "api.op.issue-report", "/report/issues")
	issue.Scope, issue.Sends, issue.shape, issue.errors, issue.lasts = app.ScopeWrite, []string{"application/json"}, "NewIssue", []int{http.StatusConflict}, 2*time.Minute
	issue.Body = `{"from":"2023-07-01","to":"2024-12-31"}`
	add(x, issue, x.issueReport)
}

func (x *API) matches(ctx context.Context, v app.Viewer, in *struct {
	Code string `path:"code" maxLength:"100"`
}) (*struct{ Body MatchList }, error) {
	if _, ok := x.app.Directory().Participant(in.Code); !ok {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	found, err := x.app.InitiativesFor(ctx, v, in.Code)
	out := MatchList{Initiatives: []Match{}}
	for _, m := range found {
		out.Initiatives = append(out.Initiatives, Match{list(m.Because), x.briefOf(m.Shown)})
	}
	return &struct{ Body MatchList }{out}, err
}

func (x *API) proposeMeetings(ctx context.Context, v app.Viewer, in *struct {
	Group    string `query:"group" required:"true" maxLength:"100"`
	From     string `query:"from" required:"true" maxLength:"10"`
	Meetings int    `query:"meetings" default:"12"`
	Every    int    `query:"every" default:"4"`
	Minutes  int    `query:"minutes" default:"120"`
}) (*struct{ Body Proposed }, error) {
	slots, zones, err := x.app.ProposeSlots(ctx, v, app.Plan{Topic: in.Group, From: record.Date(in.From), Meetings: in.Meetings, Every: in.Every, Minutes: in.Minutes})
	if err != nil {
		return nil, err
	}
	out := Proposed{Slots: []Slot{}, Zones: []Burden{}}
	for _, s := range slots {
		out.Slots = append(out.Slots, Slot{At: s.At, Working: s.Working, Early: wheres(s.Edge), Night: wheres(s.Night)})
	}
	for _, z := range zones {
		out.Zones = append(out.Zones, Burden{z.Zone, z.Members, z.Local})
	}
	return &struct{ Body Proposed }{out}, nil
}

func wheres(in []app.Where) []Where {
	out := make([]Where, len(in))
	for i, w := range in {
		out[i] = Where{w.Zone, w.Local, w.Members}
	}
	return out
}

// planned answers the meetings of a series.
type planned struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Location string `header:"Location"`
	Body     Planned
}

func (x *API) planMeetings(ctx context.Context, v app.Viewer, in *struct {
	Keyed
	Sent
}) (*planned, error) {
	var n Plan
	raw, _, err := in.json(&n)
	if err != nil {
		return nil, err
	}
	ctx, again, err := x.once(ctx, v, in.Keyed, "plan-meetings", string(raw))
	if err != nil {
		return nil, err
	}
	made, err := x.app.PlanSeries(ctx, v, app.Plan{Topic: n.Group, From: record.Date(n.From), Meetings: n.Meetings, Every: n.Every, Minutes: n.Minutes}, n.Name)
	if err != nil {
		return nil, err
	}
	out := &planned{Status: http.StatusCreated, Replayed: replayed(again), Body: Planned{Meetings: []Brief{}}}
	for _, r := range made {
		if b, ok := x.briefOfRecord(r); ok {
			out.Body.Meetings = append(out.Body.Meetings, b)
		}
	}
	out.Location = Prefix + "/records/" + made[0].ID
	return out, nil
}

func (x *API) issueReport(ctx context.Context, v app.Viewer, in *struct {
	Keyed
	Sent
}) (*versioned, error) {
	var n NewIssue
	raw, _, err := in.json(&n)
	if err != nil {
		return nil, err
	}
	ctx, again, err := x.once(ctx, v, in.Keyed, "issue-report", string(raw))
	if err != nil {
		return nil, err
	}
	r, err := report.Issue(ctx, x.app, v, report.Options{Lang: "en", From: record.Date(n.From), To: record.Date(n.To)})
	if err != nil {
		return nil, err
	}
	return x.made(ctx, v, r, again)
}

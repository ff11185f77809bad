package api

import (
	"context"
	"net/http"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

// Overview is what waits for the person whose token it is, and what is new to him.
type Overview struct {
	Countries map[string]float64 `json:"countries" doc:"Events counted in the last weeks, by ISO 3166-1 code"`
	Weeks     int                `json:"weeks" doc:"How many weeks that are"`
	Alerts    []Notice           `json:"alerts" doc:"Alerts not acknowledged"`
	Tasks     []Task             `json:"tasks" doc:"What else waits for the person: proposals to decide, invitations and consultations to answer, milestones that are due"`
	Signals   []Brief            `json:"signals" doc:"Those that nobody has settled, the most unusual first"`
	Newest    []Brief            `json:"newest" doc:"The newest reports"`
}

// Notice is something that the person was told of.
type Notice struct {
	Reason       string     `json:"reason" doc:"issued, cancelled, retracted, late, due, soon, closing or the step that was taken"`
	At           time.Time  `json:"at"`
	Seen         *time.Time `json:"seen,omitempty"`
	Acknowledged *time.Time `json:"acknowledged,omitempty"`
	Note         string     `json:"note,omitempty" doc:"What was said on acknowledging"`
	Record       Brief      `json:"record"`
}

// Task is something that waits for the person beside alerts.
type Task struct {
	What   string `json:"what" doc:"What is to be done, such as answer, decide, clear, milestone"`
	Due    string `json:"due,omitempty" doc:"The day by which, where there is one"`
	Detail string `json:"detail,omitempty" doc:"In the words of who wrote it: the proposal, the milestone"`
	Record Brief  `json:"record"`
}

// NoticeList lists what the person was told of, newest first.
type NoticeList struct {
	Notices []Notice `json:"notices"`
}

func (x *API) waitingOperations() {
	get := func(id, path, summary, sample string) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.mine", Summary: summary, Sample: sample}
	}
	add(x, get("get-overview", "/overview", "api.op.get-overview", "/overview"), x.overview)
	add(x, get("list-notices", "/notices", "api.op.list-notices", "/notices?limit=20"), x.notices)
	add(x, Operation{ID: "see-record", Method: http.MethodPost, Path: "/records/{id}/seen", Area: "api.area.mine", Summary: "api.op.see-record", Scope: app.ScopeWrite, Sample: "/records/ID/seen"}, x.see)
}

func (x *API) overview(ctx context.Context, v app.Viewer, _ *struct{}) (*struct{ Body Overview }, error) {
	o, err := x.app.Overview(ctx, v)
	if err != nil {
		return nil, err
	}
	out := Overview{Countries: o.ByCountry, Weeks: o.Weeks, Alerts: x.noticesOf(o.Alerts), Tasks: x.tasksOf(o.Tasks), Signals: x.briefsOf(o.Unusual), Newest: x.briefsOf(o.Newest)}
	return &struct{ Body Overview }{out}, nil
}

func (x *API) tasksOf(list []app.Task) []Task {
	out := make([]Task, len(list))
	for i, t := range list {
		out[i] = Task{What: t.What, Due: string(t.Due), Detail: t.Detail, Record: x.briefOf(t.Subject)}
	}
	return out
}

func (x *API) briefsOf(list []*app.Shown) []Brief {
	out := make([]Brief, len(list))
	for i, s := range list {
		out[i] = x.briefOf(s)
	}
	return out
}

func (x *API) notices(ctx context.Context, v app.Viewer, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}) (*struct{ Body NoticeList }, error) {
	told, err := x.app.Told(ctx, v, in.Limit)
	return &struct{ Body NoticeList }{NoticeList{x.noticesOf(told)}}, err
}

func (x *API) noticesOf(told []app.Told) []Notice {
	out := []Notice{}
	for _, t := range told {
		if b, ok := x.briefOfRecord(t.Subject); ok {
			out = append(out, Notice{Reason: t.Reason, At: t.At, Seen: orNil(t.Seen), Acknowledged: orNil(t.Acknowledged), Note: t.Note, Record: b})
		}
	}
	return out
}

func (x *API) briefOfRecord(r *record.Record) (Brief, bool) {
	k, ok := kinds.Get(r.Kind)
	if !ok {
		return Brief{}, false
	}
	return x.briefOf(&app.Shown{Record: r, Kind: k}), true
}

// orNil returns nil for a time that is not known.
func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (x *API) see(ctx context.Context, v app.Viewer, in *ByID) (*nothing, error) {
	if _, err := x.app.Get(ctx, v, in.ID); err != nil {
		return nil, err
	}
	return &nothing{}, x.app.See(ctx, v, in.ID)
}

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
	Waiting   []Notice           `json:"waiting" doc:"Alerts not acknowledged, invitations and consultations not answered"`
	Signals   []Brief            `json:"signals" doc:"The newest that nobody has assessed"`
	Assessing []Brief            `json:"assessing" doc:"Signals under assessment"`
	Newest    []Brief            `json:"newest" doc:"The newest reports"`
	Simulated bool               `json:"simulated,omitempty" doc:"The store holds records that were made up for a demonstration"`
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
	out := Overview{Countries: o.ByCountry, Weeks: o.Weeks, Waiting: x.noticesOf(o.Waiting), Signals: x.briefsOf(o.Signals), Assessing: x.briefsOf(o.Assessing), Newest: x.briefsOf(o.Newest), Simulated: o.Simulated}
	return &struct{ Body Overview }{out}, nil
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

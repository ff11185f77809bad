package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web"
)

// Meeting is a meeting with its sittings as instants.
type Meeting struct {
	Sittings []Sitting `json:"sittings" doc:"None where only the day or the month is known"`
	Record   *Record   `json:"record"`
}

// Sitting is one day of a meeting, UTC.
type Sitting struct {
	Begin time.Time `json:"begin"`
	End   time.Time `json:"end"`
}

// MeetingList is a page of meetings, by day.
type MeetingList struct {
	Meetings []Meeting `json:"meetings"`
	Next     string    `json:"next,omitempty"`
	Partial  bool      `json:"partial,omitempty"`
}

// Commitment is a commitment with how it stands by its milestones today.
type Commitment struct {
	Standing string      `json:"standing" enum:"no-milestones,on-track,late,milestones-done"`
	Done     int         `json:"done" doc:"Milestones done"`
	Of       int         `json:"of" doc:"Milestones in all"`
	Due      record.Date `json:"due,omitempty" doc:"When the next that is not done is due"`
	Late     []string    `json:"late" doc:"Titles of milestones that are over and not done"`
	Record   *Record     `json:"record"`
}

// CommitmentList is a page of commitments.
type CommitmentList struct {
	Commitments []Commitment `json:"commitments"`
	Next        string       `json:"next,omitempty"`
	Partial     bool         `json:"partial,omitempty"`
}

// Legislation is what is held of a country's law against what is scheduled and what emerges near it.
type Legislation struct {
	Country       string    `json:"country"`
	Held          int       `json:"held" doc:"Laws in force that you see; with none, everything is a gap"`
	International int       `json:"international" doc:"Substances under international control"`
	Gaps          []Gap     `json:"gaps"`
	Covered       []Covered `json:"covered"`
}

// Gap is a substance that the country does not control by what is held.
type Gap struct {
	Substance string    `json:"substance"`
	Controls  []Control `json:"controls" doc:"International control"`
	Emerging  []string  `json:"emerging" doc:"Ids of signals about it in the region"`
}

// Covered is a substance that the country controls.
type Covered struct {
	Substance string   `json:"substance"`
	ByClass   bool     `json:"by_class" doc:"A law names only its class: a lawyer should look"`
	Laws      []string `json:"laws" doc:"Ids of records"`
}

// Donors is who needs what and who funds what where.
type Donors struct {
	Cells   []DonorCell        `json:"cells"`
	Sums    map[string]float64 `json:"sums" doc:"By currency, without what is part of another activity"`
	Doubled int                `json:"doubled" doc:"Contributions left out of the sums, since another includes them"`
}

// DonorCell is what is needed and given of one theme in one country.
type DonorCell struct {
	Country string   `json:"country"`
	Theme   string   `json:"theme"`
	Needs   []string `json:"needs" doc:"Ids of records"`
	Gifts   []string `json:"gifts" doc:"Ids of records"`
	Donors  []string `json:"donors"`
}

// Services sums up the registers of services by country.
type Services struct {
	Countries []Coverage `json:"countries"`
}

// Coverage is what the registers and the published figures say of a country's services.
type Coverage struct {
	Country       string   `json:"country"`
	Services      int      `json:"services"`
	Accredited    int      `json:"accredited"`
	Alternatives  int      `json:"alternatives" doc:"Programmes of alternatives to incarceration"`
	Naloxone      int      `json:"naloxone" doc:"Programmes"`
	Served        int      `json:"served" doc:"People in the last year"`
	Professionals int      `json:"professionals"`
	Expiring      int      `json:"expiring" doc:"Credentials that expire soon"`
	Figures       []Figure `json:"figures"`
}

// Figure is a published figure.
type Figure struct {
	ID        string   `json:"id" doc:"Of the record"`
	Indicator string   `json:"indicator"`
	Year      int      `json:"year"`
	Value     *float64 `json:"value,omitempty"`
}

func (x *API) programmeOperations() {
	get := func(id, path, summary, sample string, heavy bool) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.programme", Summary: summary, Access: web.Anyone, Sample: sample, heavy: heavy}
	}
	add(x, get("list-meetings", "/meetings", "api.op.list-meetings", "/meetings?from=2024-01-01&to=2024-12-31&limit=5", false), x.meetings)
	add(x, get("list-commitments", "/commitments", "api.op.list-commitments", "/commitments?limit=5", false), x.commitments)
	add(x, get("get-legislation", "/legislation/{country}", "api.op.get-legislation", "/legislation/GH", true), x.legislation)
	add(x, get("get-donors", "/donors", "api.op.get-donors", "/donors", true), x.donors)
	add(x, get("get-services", "/services", "api.op.get-services", "/services", true), x.services)
}

func (x *API) meetings(ctx context.Context, v app.Viewer, in *struct {
	From  string `query:"from" maxLength:"10"`
	To    string `query:"to" maxLength:"10"`
	Topic string `query:"topic" maxLength:"100"`
	State string `query:"state" maxLength:"100"`
	Page
}) (*paged[MeetingList], error) {
	l, err := x.pageOf(ctx, v, app.Query{Kind: "meeting", From: record.Date(in.From), To: record.Date(in.To), Topic: in.Topic, State: in.State, Sort: "day", Ascending: true}, in.Page)
	if err != nil {
		return nil, err
	}
	out := &paged[MeetingList]{nextLink(ctx, l.Next), MeetingList{Meetings: []Meeting{}, Next: l.Next, Partial: l.Partial}}
	for _, s := range l.Records {
		m := Meeting{Sittings: []Sitting{}, Record: x.recordOf(v, s)}
		if b, ok := s.Fields.(*programme.Session); ok {
			for _, t := range b.Times() {
				m.Sittings = append(m.Sittings, Sitting{t.Begin.UTC(), t.End.UTC()})
			}
		}
		out.Body.Meetings = append(out.Body.Meetings, m)
	}
	return out, nil
}

func (x *API) commitments(ctx context.Context, v app.Viewer, in *struct {
	Owner string `query:"owner" maxLength:"100"`
	Topic string `query:"topic" maxLength:"100"`
	State string `query:"state" maxLength:"100"`
	Page
}) (*paged[CommitmentList], error) {
	l, err := x.pageOf(ctx, v, app.Query{Kind: "commitment", Owner: in.Owner, Topic: in.Topic, State: in.State, Sort: "changed"}, in.Page)
	if err != nil {
		return nil, err
	}
	out := &paged[CommitmentList]{nextLink(ctx, l.Next), CommitmentList{Commitments: []Commitment{}, Next: l.Next, Partial: l.Partial}}
	for _, s := range l.Records {
		b, ok := s.Fields.(*programme.Promise)
		if !ok {
			continue
		}
		p := b.Progress(record.DateOf(x.app.Now()))
		c := Commitment{Standing: p.Standing, Done: p.Done, Of: p.Of, Due: p.Next, Late: []string{}, Record: x.recordOf(v, s)}
		for _, m := range p.Late {
			c.Late = append(c.Late, m.Title)
		}
		out.Body.Commitments = append(out.Body.Commitments, c)
	}
	return out, nil
}

func (x *API) legislation(ctx context.Context, v app.Viewer, in *struct {
	Country string `path:"country" maxLength:"10"`
}) (*struct{ Body Legislation }, error) {
	if !contains(x.app.Directory().Countries(), in.Country) {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	law, err := x.app.Legislation(ctx, v, in.Country)
	if err != nil {
		return nil, err
	}
	out := Legislation{Country: law.Country, Held: law.Held, International: law.International, Gaps: []Gap{}, Covered: []Covered{}}
	for _, g := range law.Gaps {
		y := Gap{Substance: g.Substance, Controls: []Control{}, Emerging: idsOf(g.Emerging)}
		for _, c := range g.International {
			y.Controls = append(y.Controls, Control{c.Treaty, c.Schedule, c.From, c.Source})
		}
		out.Gaps = append(out.Gaps, y)
	}
	for _, c := range law.Covered {
		out.Covered = append(out.Covered, Covered{c.Substance, c.ByClass, idsOf(c.Laws)})
	}
	return &struct{ Body Legislation }{out}, nil
}

func idsOf(xs []*app.Shown) []string {
	out := make([]string, len(xs))
	for i, s := range xs {
		out[i] = s.ID
	}
	return out
}

func (x *API) donors(ctx context.Context, v app.Viewer, _ *struct{}) (*struct{ Body Donors }, error) {
	d, err := x.app.Donors(ctx, v)
	if err != nil {
		return nil, err
	}
	out := Donors{Cells: []DonorCell{}, Sums: d.Sums, Doubled: d.Doubled}
	for _, country := range d.Countries {
		for _, theme := range slices.Sorted(maps.Keys(d.Cells[country])) {
			c := d.Cells[country][theme]
			out.Cells = append(out.Cells, DonorCell{country, theme, idsOf(c.Needs), idsOf(c.Gifts), list(c.Donors)})
		}
	}
	return &struct{ Body Donors }{out}, nil
}

func (x *API) services(ctx context.Context, v app.Viewer, _ *struct{}) (*struct{ Body Services }, error) {
	by, err := x.app.Services(ctx, v)
	if err != nil {
		return nil, err
	}
	out := Services{Countries: []Coverage{}}
	for _, country := range slices.Sorted(maps.Keys(by)) {
		c := by[country]
		y := Coverage{Country: country, Services: c.Services, Accredited: c.Accredited, Alternatives: c.Alternatives, Naloxone: c.Naloxone, Served: c.Served, Professionals: c.Professionals, Expiring: c.ExpiringSoon, Figures: []Figure{}}
		for _, s := range c.Figures {
			if b, ok := s.Fields.(*detection.Statistic); ok {
				y.Figures = append(y.Figures, Figure{s.ID, b.Indicator, b.Year, b.Value})
			}
		}
		out.Countries = append(out.Countries, y)
	}
	return &struct{ Body Services }{out}, nil
}

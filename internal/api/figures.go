package api

import (
	"context"
	"net/http"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/report"
	"tocsin/internal/store"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// ReportFigures are the figures of the Coalition's report for a span, of what everybody may see.
type ReportFigures struct {
	From    record.Date        `json:"from"`
	To      record.Date        `json:"to"`
	Figures map[string]float64 `json:"figures"`
}

// Series is what one source counted about one substance or class in one place, week by week, as far as the viewer's own
// sources support it.
type Series struct {
	Place        string        `json:"place"`
	Substance    string        `json:"substance" doc:"Empty for all"`
	Source       string        `json:"source"`
	Measure      string        `json:"measure"`
	Observations []Observation `json:"observations" doc:"Weeks with nothing are absent"`
}

// Observation is the value of one week.
type Observation struct {
	Week   string      `json:"week" doc:"ISO 8601: 2024-W07"`
	Monday record.Date `json:"monday"`
	Value  float64     `json:"value"`
}

// defaultSpan is how many days a series goes back where nothing is asked.
const defaultSpan = 2 * 364

func (x *API) figureOperations() {
	get := func(id, path, summary, sample string) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.figures", Summary: summary, Access: web.Anyone, Sample: sample, heavy: true, lasts: time.Minute}
	}
	add(x, get("get-report", "/report", "api.op.get-report", "/report?from=2023-07-01&to=2024-12-31"), x.report)
	series := get("get-series", "/series", "api.op.get-series", "/series?place=GH&source=incident/seizure")
	series.heavy = false
	add(x, series, x.series)
}

func (x *API) report(ctx context.Context, _ app.Viewer, in *struct {
	From string `query:"from" maxLength:"10"`
	To   string `query:"to" maxLength:"10"`
}) (*struct{ Body ReportFigures }, error) {
	o := report.Options{Lang: locales.From(ctx).Code, Base: x.o.BaseURL, From: record.Date(in.From), To: record.Date(in.To)}
	if o.To == "" {
		o.To = record.DateOf(x.app.Now())
	}
	if o.From == "" {
		o.From = record.DateOf(x.app.Now().AddDate(-1, 0, 1))
	}
	_, figures, err := report.Periodic(ctx, x.app, app.Public, o) // the report is the same for everybody
	if err != nil {
		return nil, err
	}
	return &struct{ Body ReportFigures }{ReportFigures{o.From, o.To, figures}}, nil
}

func (x *API) series(ctx context.Context, v app.Viewer, in *struct {
	Place     string `query:"place" required:"true" maxLength:"20"`
	Substance string `query:"substance" maxLength:"100"`
	Source    string `query:"source" required:"true" maxLength:"100"`
	Measure   string `query:"measure" enum:"count,g" default:"count"`
	From      string `query:"from" maxLength:"10"`
	To        string `query:"to" maxLength:"10"`
}) (*struct{ Body Series }, error) {
	from, to, p := weeks(x.app.Now(), in.From, in.To)
	if len(p) > 0 {
		return nil, wrong(p)
	}
	s := store.Series{Place: in.Place, Substance: in.Substance, Source: in.Source, Measure: in.Measure}
	observed, err := x.app.Series(ctx, v, s, from, to)
	if err != nil {
		return nil, err
	}
	out := Series{Place: s.Place, Substance: s.Substance, Source: s.Source, Measure: s.Measure, Observations: []Observation{}}
	for _, o := range observed {
		out.Observations = append(out.Observations, Observation{o.Week.String(), o.Week.Monday(), o.Value})
	}
	return &struct{ Body Series }{out}, nil
}

// weeks reads a span of days as weeks; without one it is the last two years.
func weeks(now time.Time, fromDay, toDay string) (from, to record.Week, p record.Problems) {
	read := func(field, day string, otherwise time.Time) record.Week {
		if day == "" {
			day = string(record.DateOf(otherwise))
		}
		w, ok := record.Date(day).Week()
		if !ok {
			p.Add(field, "problem.day")
		}
		return w
	}
	from, to = read("from", fromDay, now.AddDate(0, 0, -defaultSpan)), read("to", toDay, now)
	return from, to, p
}

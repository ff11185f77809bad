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
	compare := get("compare-series", "/series/compare", "api.op.compare-series", "/series/compare?places=GH,SL&source=incident/seizure")
	compare.heavy = false
	add(x, compare, x.compare)
	counts := get("get-counts", "/counts", "api.op.get-counts", "/counts?substance=fentanyl&weeks=12")
	counts.heavy = false
	add(x, counts, x.counts)
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
	one, err := x.one(ctx, v, store.Series{Place: in.Place, Substance: in.Substance, Source: in.Source, Measure: in.Measure}, from, to)
	return &struct{ Body Series }{one}, err
}

func (x *API) one(ctx context.Context, v app.Viewer, s store.Series, from, to record.Week) (Series, error) {
	observed, err := x.app.Series(ctx, v, s, from, to)
	out := Series{Place: s.Place, Substance: s.Substance, Source: s.Source, Measure: s.Measure, Observations: []Observation{}}
	for _, o := range observed {
		out.Observations = append(out.Observations, Observation{o.Week.String(), o.Week.Monday(), o.Value})
	}
	return out, err
}

// SeriesList is several series side by side.
type SeriesList struct {
	Series []Series `json:"series"`
}

// maxCompared is how many series are compared at once.
const maxCompared = 24

func (x *API) compare(ctx context.Context, v app.Viewer, in *struct {
	Places     []string `query:"places" required:"true" maxItems:"24"`
	Substances []string `query:"substances" maxItems:"24"`
	Source     string   `query:"source" required:"true" maxLength:"100"`
	Measure    string   `query:"measure" enum:"count,g" default:"count"`
	From       string   `query:"from" maxLength:"10"`
	To         string   `query:"to" maxLength:"10"`
}) (*struct{ Body SeriesList }, error) {
	from, to, p := weeks(x.app.Now(), in.From, in.To)
	if len(in.Substances) == 0 {
		in.Substances = []string{""}
	}
	if len(in.Places)*len(in.Substances) > maxCompared {
		p.Add("places", "problem.many", "max", maxCompared)
	}
	if len(p) > 0 {
		return nil, wrong(p)
	}
	out := SeriesList{Series: []Series{}}
	for _, place := range in.Places {
		for _, substance := range in.Substances {
			one, err := x.one(ctx, v, store.Series{Place: place, Substance: substance, Source: in.Source, Measure: in.Measure}, from, to)
			if err != nil {
				return nil, err
			}
			out.Series = append(out.Series, one)
		}
	}
	return &struct{ Body SeriesList }{out}, nil
}

// Count is what was counted in one place by one source.
type Count struct {
	Place  string  `json:"place"`
	Source string  `json:"source"`
	Value  float64 `json:"value" doc:"Events"`
}

// Counts is what was counted in the last weeks, as far as the viewer's own sources support it.
type Counts struct {
	Substance string  `json:"substance" doc:"Empty for all"`
	Weeks     int     `json:"weeks"`
	Counts    []Count `json:"counts"`
}

func (x *API) counts(ctx context.Context, v app.Viewer, in *struct {
	Substance string `query:"substance" maxLength:"100"`
	Weeks     int    `query:"weeks" minimum:"1" maximum:"520" default:"52"`
}) (*struct{ Body Counts }, error) {
	cells, err := x.app.Sums(ctx, v, in.Substance, in.Weeks)
	out := Counts{Substance: in.Substance, Weeks: in.Weeks, Counts: []Count{}}
	for _, c := range cells {
		out.Counts = append(out.Counts, Count{c.Place, c.Source, c.Value})
	}
	return &struct{ Body Counts }{out}, err
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

package plot

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/a-h/templ"
	"tocsin/internal/web/locales"
)

// Week is one week of a watched series. Values that are not known are NaN.
type Week struct {
	Start     time.Time // its Monday
	Label     string    // ISO week: "2024-W07"
	Observed  float64
	Expected  float64
	Threshold float64
	Alarm     bool // observed lies above the threshold
}

// Signal is a watched series as it is plotted.
type Signal struct {
	ID          string // of the element, unique on the page
	Title       string // what is counted, and where
	Description string // the finding in one sentence, for those who do not see the plot
	Unit        string // of the counts: "reports a week"
	Weeks       []Week // in order
	Today       time.Time
}

const (
	plotWidth   = 860.0
	plotHeight  = 300.0
	plotLeft    = 52.0
	plotRight   = 16.0
	plotTop     = 22.0
	plotBottom  = 30.0
	gridSteps   = 5
	minimumTop  = 4.0
	labelWidth  = 84.0
	markerSize  = 5.0
	columnShare = 0.72
)

// SignalPlot draws a series: columns for the observed counts, a line for the expected, a dashed line for the threshold,
// triangles over the weeks of alarm, a mark for today. A table of the same figures follows.
func SignalPlot(s Signal) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		d := &drawing{}
		d.open("figure", "class", "plot plot-signal", "id", s.ID, "data-plot", "signal", "data-values", s.data(ctx))
		s.legend(ctx, d)
		d.open("div", "class", "plot-scroll", "tabindex", "0", "role", "region", "aria-label", s.Title)
		s.draw(ctx, d)
		d.close("div")
		s.table(ctx, d)
		d.close("figure")
		_, err := io.WriteString(w, d.String())
		return err
	})
}

func (s Signal) draw(ctx context.Context, d *drawing) {
	d.open("svg", "viewBox", "0 0 "+coordinate(plotWidth)+" "+coordinate(plotHeight), "role", "img", "direction", "ltr",
		"aria-labelledby", s.ID+"-title "+s.ID+"-desc")
	d.text("title", s.Title, "id", s.ID+"-title")
	d.text("desc", s.Description, "id", s.ID+"-desc")
	grid := ticks(s.top(), gridSteps)
	y := scale{0, grid[len(grid)-1], plotHeight - plotBottom, plotTop}
	for _, v := range grid {
		d.el("line", "class", "grid", "x1", plotLeft, "x2", plotWidth-plotRight, "y1", y.of(v), "y2", y.of(v))
		d.text("text", locales.Num(ctx, v), "class", "axis", "x", plotLeft-8, "y", y.of(v)+4, "text-anchor", "end")
	}
	d.text("text", s.Unit, "class", "axis", "x", 4.0, "y", 12.0, "text-anchor", "start")
	s.series(ctx, d, y)
	d.close("svg")
}

func (s Signal) series(ctx context.Context, d *drawing, y scale) {
	n := len(s.Weeks)
	if n == 0 {
		return
	}
	x := scale{0, float64(n), plotLeft, plotWidth - plotRight}
	step := x.of(1) - x.of(0)
	xs, expected, threshold := make([]float64, n), make([]float64, n), make([]float64, n)
	lastLabel := math.Inf(-1)
	for i, w := range s.Weeks {
		xs[i] = x.of(float64(i) + 0.5)
		expected[i], threshold[i] = y.of(w.Expected), y.of(w.Threshold)
		if w.Start.Day() <= 7 && xs[i]-lastLabel >= labelWidth {
			d.el("line", "class", "tick", "x1", xs[i], "x2", xs[i], "y1", y.at, "y2", y.at+5)
			d.text("text", locales.ShortMonth(ctx, w.Start), "class", "axis", "x", xs[i], "y", y.at+19, "text-anchor", "middle")
			lastLabel = xs[i]
		}
		s.column(ctx, d, w, xs[i], step*columnShare, y)
	}
	d.el("path", "class", "expected", "d", line(xs, expected), "fill", "none")
	d.el("path", "class", "threshold", "d", line(xs, threshold), "fill", "none", "stroke-dasharray", "6 4")
	s.today(ctx, d, x, y)
}

func (s Signal) column(ctx context.Context, d *drawing, w Week, x, width float64, y scale) {
	if !finite(w.Observed) {
		return
	}
	class := "observed"
	if w.Alarm {
		class = "observed alarm"
	}
	top := y.of(w.Observed)
	d.open("g", "class", class)
	d.text("title", s.words(ctx, w))
	d.el("rect", "x", x-width/2, "y", top, "width", width, "height", y.at-top)
	if w.Alarm {
		d.el("path", "class", "mark", "d", "M"+coordinate(x-markerSize)+" "+coordinate(top-14)+"h"+coordinate(2*markerSize)+"l"+coordinate(-markerSize)+" 9z")
	}
	d.close("g")
}

func (s Signal) words(ctx context.Context, w Week) string {
	text := w.Label + ": " + locales.Num(ctx, w.Observed)
	if w.Alarm {
		text += ", " + locales.T(ctx, "plot.alarm")
	}
	return text
}

func (s Signal) today(ctx context.Context, d *drawing, x, y scale) {
	first := s.Weeks[0].Start
	at := s.Today.Sub(first).Hours() / (7 * 24)
	if s.Today.IsZero() || at < 0 || at > float64(len(s.Weeks)) {
		return
	}
	d.el("line", "class", "today", "x1", x.of(at), "x2", x.of(at), "y1", plotTop, "y2", y.at, "stroke-dasharray", "2 3")
	d.text("text", locales.T(ctx, "plot.today"), "class", "axis today-text", "x", x.of(at)-4, "y", plotTop-8, "text-anchor", "end")
}

func (s Signal) top() float64 {
	top := minimumTop
	for _, w := range s.Weeks {
		for _, v := range []float64{w.Observed, w.Expected, w.Threshold} {
			if finite(v) {
				top = math.Max(top, v)
			}
		}
	}
	return top * 1.08
}

func (s Signal) legend(ctx context.Context, d *drawing) {
	d.open("ul", "class", "plot-legend", "aria-hidden", "true")
	for _, e := range []struct{ class, key string }{
		{"plot-key-observed", "plot.observed"}, {"plot-key-expected", "plot.expected"},
		{"plot-key-threshold", "plot.threshold"}, {"plot-key-alarm", "plot.alarm"},
	} {
		d.open("li")
		d.text("span", "", "class", "plot-key "+e.class)
		d.WriteString(" ")
		d.text("span", locales.T(ctx, e.key))
		d.close("li")
	}
	d.close("ul")
}

func (s Signal) table(ctx context.Context, d *drawing) {
	d.open("details", "class", "plot-table")
	d.text("summary", locales.T(ctx, "plot.as-table"))
	d.open("div", "class", "plot-table-scroll", "tabindex", "0", "role", "region", "aria-label", s.Title)
	d.open("table", "class", "table")
	d.text("caption", s.Title, "class", "visually-hidden")
	d.open("thead")
	d.open("tr")
	for _, key := range []string{"plot.week", "plot.observed", "plot.expected", "plot.threshold", "plot.alarm"} {
		d.text("th", locales.T(ctx, key), "scope", "col")
	}
	d.close("tr")
	d.close("thead")
	d.open("tbody")
	for i := len(s.Weeks) - 1; i >= 0; i-- {
		s.row(ctx, d, s.Weeks[i])
	}
	d.close("tbody")
	d.close("table")
	d.close("div")
	d.close("details")
}

func (s Signal) row(ctx context.Context, d *drawing, w Week) {
	d.open("tr")
	d.text("th", w.Label, "scope", "row", "dir", "ltr")
	for _, v := range []float64{w.Observed, w.Expected, w.Threshold} {
		if !finite(v) {
			d.text("td", "–")
		} else {
			d.text("td", locales.Num(ctx, math.Round(v*100)/100), "class", "num")
		}
	}
	alarm := ""
	if w.Alarm {
		alarm = locales.T(ctx, "plot.alarm")
	}
	d.text("td", alarm)
	d.close("tr")
}

// data returns what the live plot needs, as JSON.
func (s Signal) data(ctx context.Context) string {
	n := len(s.Weeks)
	weeks, alarms := make([]string, n), make([]int, 0)
	observed, expected, threshold := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, w := range s.Weeks {
		weeks[i] = w.Label
		observed[i], expected[i], threshold[i] = w.Observed, w.Expected, w.Threshold
		if w.Alarm {
			alarms = append(alarms, i)
		}
	}
	b, err := json.Marshal(map[string]any{
		"weeks": weeks, "observed": orNull(observed), "expected": orNull(expected), "threshold": orNull(threshold),
		"alarms": alarms, "title": s.Title, "unit": s.Unit, "lang": locales.From(ctx).Code,
		"words": map[string]string{
			"observed": locales.T(ctx, "plot.observed"), "expected": locales.T(ctx, "plot.expected"),
			"threshold": locales.T(ctx, "plot.threshold"), "alarm": locales.T(ctx, "plot.alarm"),
		},
	})
	if err != nil {
		return "{}" // the map above holds only strings, finite numbers and nulls
	}
	return string(b)
}

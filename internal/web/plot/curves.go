package plot

import (
	"context"
	"encoding/json"
	"io"
	"math"

	"github.com/a-h/templ"
	"tocsin/internal/web/locales"
)

// Curve is one of several series that are plotted together.
type Curve struct {
	Name   string
	Values []float64 // one for each step; NaN leaves a gap
	Marks  []Mark
}

// Mark is something to be noticed at a step of a curve, and where it leads.
type Mark struct {
	Step      int
	Text, URL string
}

// Curves are several series over the same steps.
type Curves struct {
	ID          string // of the element, unique on the page
	Title       string
	Description string // what the plot shows in a sentence, for those who do not see it
	Unit        string
	Steps       []string // "2024-W07", "2024-03", "2024"
	List        []Curve
	Unfinished  bool // the last step is not over yet
}

// MaxCurves is how many curves can be told apart: each has a colour and a shape of its own.
const MaxCurves = 6

// CurvesPlot draws the series as lines with a different dash and marker each, so that colour alone says nothing, and
// triangles for the marks. A table of the same figures follows.
func CurvesPlot(c Curves) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		c.List = c.List[:min(len(c.List), MaxCurves)]
		d := &drawing{}
		d.open("figure", "class", "plot plot-curves", "id", c.ID, "data-plot", "curves", "data-values", c.data(ctx))
		c.legend(ctx, d)
		d.open("div", "class", "plot-scroll", "tabindex", "0", "role", "region", "aria-label", c.Title)
		c.draw(ctx, d)
		d.close("div")
		c.table(ctx, d)
		d.close("figure")
		_, err := io.WriteString(w, d.String())
		return err
	})
}

func (c Curves) draw(ctx context.Context, d *drawing) {
	d.open("svg", "viewBox", "0 0 "+coordinate(plotWidth)+" "+coordinate(plotHeight), "role", "group", "direction", "ltr", "aria-labelledby", c.ID+"-title "+c.ID+"-desc")
	d.text("title", c.Title, "id", c.ID+"-title")
	d.text("desc", c.Description, "id", c.ID+"-desc")
	grid := ticks(c.top(), gridSteps)
	y := scale{0, grid[len(grid)-1], plotHeight - plotBottom, plotTop}
	for _, v := range grid {
		d.el("line", "class", "grid", "x1", plotLeft, "x2", plotWidth-plotRight, "y1", y.of(v), "y2", y.of(v))
		d.text("text", locales.Num(ctx, v), "class", "axis", "x", plotLeft-8, "y", y.of(v)+4, "text-anchor", "end")
	}
	d.text("text", c.Unit, "class", "axis", "x", 4.0, "y", 12.0, "text-anchor", "start")
	x := scale{0, float64(max(len(c.Steps), 1)), plotLeft, plotWidth - plotRight}
	c.axis(d, x, y)
	for i, k := range c.List {
		xs, ys := make([]float64, len(k.Values)), make([]float64, len(k.Values))
		for j, v := range k.Values {
			xs[j], ys[j] = x.of(float64(j)+.5), y.of(v)
		}
		d.el("path", "class", "curve "+curveClasses[i], "d", line(xs, ys), "fill", "none", "stroke-dasharray", curveDashes[i])
		for _, m := range k.Marks {
			if m.Step < 0 || m.Step >= len(ys) || !finite(ys[m.Step]) {
				continue
			}
			d.open("a", "href", string(templ.URL(m.URL)), "class", "curve-mark")
			d.text("title", m.Text)
			d.el("path", "class", "mark", "d", "M"+coordinate(xs[m.Step]-7)+" "+coordinate(ys[m.Step]-18)+"h14l-7 12z")
			d.close("a")
		}
	}
	d.close("svg")
}

// axis labels as many steps as have room.
func (c Curves) axis(d *drawing, x, y scale) {
	last := math.Inf(-1)
	for i, s := range c.Steps {
		at := x.of(float64(i) + .5)
		if at-last < labelWidth {
			continue
		}
		d.el("line", "class", "tick", "x1", at, "x2", at, "y1", y.at, "y2", y.at+5)
		d.text("text", s, "class", "axis", "x", at, "y", y.at+19, "text-anchor", "middle")
		last = at
	}
}

func (c Curves) top() float64 {
	top := minimumTop
	for _, k := range c.List {
		for _, v := range k.Values {
			if finite(v) {
				top = math.Max(top, v)
			}
		}
	}
	return top * 1.12
}

// curveClasses and curveDashes tell the curves apart.
var (
	curveClasses = [MaxCurves]string{"curve-1", "curve-2", "curve-3", "curve-4", "curve-5", "curve-6"}
	curveDashes  = [MaxCurves]string{"none", "7 3", "2 3", "10 3 2 3", "1 4", "14 4"}
)

func (c Curves) legend(ctx context.Context, d *drawing) {
	d.open("ul", "class", "plot-legend")
	marks := false
	for i, k := range c.List {
		d.open("li")
		d.open("svg", "class", "curve-key", "viewBox", "0 0 34 10", "aria-hidden", "true", "direction", "ltr")
		d.el("path", "class", "curve "+curveClasses[i], "d", "M1 5h32", "stroke-dasharray", curveDashes[i])
		d.close("svg")
		d.WriteString(" ")
		d.text("bdi", k.Name)
		d.close("li")
		marks = marks || len(k.Marks) > 0
	}
	if marks {
		d.open("li")
		d.text("span", "", "class", "plot-key plot-key-alarm")
		d.WriteString(" ")
		d.text("span", locales.T(ctx, "plot.alarm"))
		d.close("li")
	}
	d.close("ul")
}

func (c Curves) table(ctx context.Context, d *drawing) {
	d.open("details", "class", "plot-table")
	d.text("summary", locales.T(ctx, "plot.as-table"))
	d.open("div", "class", "plot-table-scroll", "tabindex", "0", "role", "region", "aria-label", c.Title)
	d.open("table", "class", "table")
	d.text("caption", c.Title, "class", "visually-hidden")
	d.open("thead")
	d.open("tr")
	d.text("th", locales.T(ctx, "plot.step"), "scope", "col")
	for _, k := range c.List {
		d.open("th", "scope", "col", "class", "num")
		d.text("bdi", k.Name)
		d.close("th")
	}
	d.close("tr")
	d.close("thead")
	d.open("tbody")
	for i := len(c.Steps) - 1; i >= 0; i-- {
		d.open("tr")
		name := c.Steps[i]
		if c.Unfinished && i == len(c.Steps)-1 {
			name += " *"
		}
		d.text("th", name, "scope", "row", "dir", "ltr")
		for _, k := range c.List {
			if i >= len(k.Values) || !finite(k.Values[i]) {
				d.text("td", "–", "class", "num")
				continue
			}
			d.text("td", locales.Num(ctx, math.Round(k.Values[i]*100)/100), "class", "num")
		}
		d.close("tr")
	}
	d.close("tbody")
	d.close("table")
	d.close("div")
	d.close("details")
}

// data returns what the live plot needs, as JSON.
func (c Curves) data(ctx context.Context) string {
	type mark struct {
		Step int    `json:"step"`
		Text string `json:"text"`
	}
	type curve struct {
		Name   string `json:"name"`
		Values []any  `json:"values"`
		Marks  []mark `json:"marks"`
	}
	list := make([]curve, len(c.List))
	for i, k := range c.List {
		list[i] = curve{Name: k.Name, Values: orNull(k.Values), Marks: []mark{}}
		for _, m := range k.Marks {
			list[i].Marks = append(list[i].Marks, mark{m.Step, m.Text})
		}
	}
	b, err := json.Marshal(map[string]any{"steps": c.Steps, "curves": list, "title": c.Title, "unit": c.Unit, "lang": locales.From(ctx).Code,
		"words": map[string]string{"alarm": locales.T(ctx, "plot.alarm")}})
	if err != nil {
		return "{}" // the map above holds only strings, finite numbers and nulls
	}
	return string(b)
}

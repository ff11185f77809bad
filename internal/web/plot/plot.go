// Package plot draws plots and maps as SVG on the server, for every reader: without scripts, in print, by screen reader.
// It writes classes and presentation attributes only, no style attributes, so that a strict content security policy holds.
// The front end's chart.js replaces a plot by a live one from the data beside it.
package plot

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// drawing collects SVG text. Its methods escape what they are given.
type drawing struct{ strings.Builder }

// el writes an empty element; attributes are pairs of name and value.
func (d *drawing) el(name string, attributes ...any) {
	d.tag(name, attributes)
	d.WriteString("/>")
}

// text writes an element with text in it.
func (d *drawing) text(name, content string, attributes ...any) {
	d.tag(name, attributes)
	d.WriteString(">" + html.EscapeString(content) + "</" + name + ">")
}

func (d *drawing) open(name string, attributes ...any) {
	d.tag(name, attributes)
	d.WriteString(">")
}

func (d *drawing) close(name string) { d.WriteString("</" + name + ">") }

func (d *drawing) tag(name string, attributes []any) {
	d.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		fmt.Fprintf(d, ` %s="%s"`, attributes[i], html.EscapeString(attribute(attributes[i+1])))
	}
}

func attribute(v any) string {
	if x, ok := v.(float64); ok {
		return coordinate(x)
	}
	return fmt.Sprint(v)
}

// coordinate writes a coordinate to a tenth of a unit.
func coordinate(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

// scale maps the values from..to onto the pixels at..until.
type scale struct{ from, to, at, until float64 }

func (s scale) of(v float64) float64 {
	if s.to == s.from {
		return s.at
	}
	return s.at + (v-s.from)/(s.to-s.from)*(s.until-s.at)
}

// ticks returns round values from 0 to at least top, about n steps.
func ticks(top float64, n int) []float64 {
	if !(top > 0) || math.IsInf(top, 0) {
		top = 1
	}
	raw := top / float64(n)
	magnitude := math.Pow(10, math.Floor(math.Log10(raw)))
	step := magnitude
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if step = m * magnitude; step >= raw {
			break
		}
	}
	var out []float64
	for i := 0; ; i++ {
		v := float64(i) * step
		out = append(out, v)
		if v >= top {
			return out
		}
	}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// line returns a path through the points; one that is not finite breaks it.
func line(xs, ys []float64) string {
	var b strings.Builder
	pen := "M"
	for i, x := range xs {
		if !finite(ys[i]) {
			pen = "M"
			continue
		}
		b.WriteString(pen + coordinate(x) + " " + coordinate(ys[i]))
		pen = "L"
	}
	return b.String()
}

// orNull makes NaN and infinities null in JSON.
func orNull(xs []float64) []any {
	out := make([]any, len(xs))
	for i, x := range xs {
		if finite(x) {
			out[i] = x
		}
	}
	return out
}

package plot

import (
	"context"
	"io"
	"math"

	"github.com/a-h/templ"
)

// SparkSignal draws the course of a watched series without axes: the counts, the expected as a thin line, the threshold
// dashed, the last count marked. Like Sparkline it is decoration; NaN leaves a gap.
func SparkSignal(observed, expected, threshold []float64) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		const width, height, margin = 240.0, 56.0, 4.0
		most := 1.0
		for _, list := range [][]float64{observed, expected, threshold} {
			for _, v := range list {
				if finite(v) {
					most = math.Max(most, v)
				}
			}
		}
		n := len(observed)
		if n < 2 || len(expected) != n || len(threshold) != n {
			return nil
		}
		x := scale{0, float64(n), margin, width - margin}
		y := scale{0, most, height - margin, margin}
		d := &drawing{}
		d.open("svg", "class", "spark spark-signal", "viewBox", "0 0 240 56", "aria-hidden", "true", "focusable", "false", "direction", "ltr")
		for i, v := range observed {
			if finite(v) && v > 0 {
				class := "spark-column"
				if i == n-1 {
					class = "spark-column spark-last"
				}
				d.el("rect", "class", class, "x", x.of(float64(i)+.15), "y", y.of(v), "width", x.of(.7)-x.of(0), "height", y.of(0)-y.of(v))
			}
		}
		for _, l := range []struct {
			class  string
			values []float64
		}{{"spark-expected", expected}, {"spark-threshold", threshold}} {
			xs, ys := make([]float64, n), make([]float64, n)
			for i, v := range l.values {
				xs[i], ys[i] = x.of(float64(i)+.5), y.of(v)
			}
			d.el("path", "class", l.class, "d", line(xs, ys), "fill", "none")
		}
		d.close("svg")
		_, err := io.WriteString(w, d.String())
		return err
	})
}

// Sparkline draws the course of a figure without axes, the last point marked. It is decoration beside a figure in words
// and hidden from assistive technology. NaN leaves a gap.
func Sparkline(values []float64, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		const width, height, margin = 120.0, 36.0, 3.0
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range values {
			if !math.IsNaN(v) {
				least, most = math.Min(least, v), math.Max(most, v)
			}
		}
		if len(values) < 2 || math.IsInf(least, 0) || math.IsInf(most, 0) {
			return nil
		}
		x := scale{0, float64(len(values) - 1), margin, width - margin}
		y := scale{least, most, height - margin, margin}
		xs, ys := make([]float64, len(values)), make([]float64, len(values))
		for i, v := range values {
			xs[i], ys[i] = x.of(float64(i)), y.of(v)
		}
		d := &drawing{}
		d.open("svg", "class", "spark", "viewBox", "0 0 120 36", "aria-hidden", "true", "focusable", "false", "direction", "ltr")
		d.el("path", "d", line(xs, ys), "fill", "none")
		if last := len(values) - 1; !math.IsNaN(values[last]) {
			d.el("circle", "cx", xs[last], "cy", ys[last], "r", 2.5)
		}
		d.close("svg")
		_, err := io.WriteString(w, d.String())
		return err
	})
}

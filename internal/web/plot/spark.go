package plot

import (
	"context"
	"io"
	"math"

	"github.com/a-h/templ"
)

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

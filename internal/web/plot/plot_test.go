package plot

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

func render(t interface{ Fatal(...any) }, c templ.Component) string {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wellFormed reports the first fault of a piece of XML.
func wellFormed(s string) error {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Whatever the series, the plot is well-formed, holds no NaN and lets no text become markup.
func TestSignalPlotIsWellFormed(t *testing.T) {
	value := rapid.OneOf(rapid.Float64Range(0, 1e6), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Just(0.0))
	rapid.Check(t, func(t *rapid.T) {
		s := Signal{ID: "p", Title: `<script>"&'`, Unit: "</svg>", Today: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)}
		for i := range rapid.IntRange(0, 60).Draw(t, "weeks") {
			s.Weeks = append(s.Weeks, Week{Start: time.Date(2024, 1, 1+7*i, 0, 0, 0, 0, time.UTC), Label: "W",
				Observed: value.Draw(t, "observed"), Expected: value.Draw(t, "expected"), Threshold: value.Draw(t, "threshold"),
				Alarm: rapid.Bool().Draw(t, "alarm")})
		}
		out := render(t, SignalPlot(s))
		if err := wellFormed(out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, "NaN") || strings.Contains(out, "Inf") || strings.Contains(out, "<script") || strings.Contains(out, "style=") {
			t.Fatal(out)
		}
	})
}

func TestMapIsWellFormedWithAndWithoutData(t *testing.T) {
	for _, values := range []map[string]float64{nil, {"GH": 3}, {"GH": 0, "MT": 7, "XX": math.NaN()}} {
		out := render(t, WorldMap(World{ID: "m", Title: "<b>", Values: values, Link: func(string) string { return `javascript:"x"` }}))
		if err := wellFormed(out); err != nil {
			t.Error(err)
		}
		if strings.Contains(out, "javascript:") && strings.Contains(out, `href="javascript:`) {
			t.Error("an address that runs a script was kept")
		}
	}
}

// Bounds rise, end at the largest value, and every class between them holds a value.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOf(rapid.Float64Range(-1e6, 1e6)).Draw(t, "values")
		bs := Bounds(vs)
		if len(bs) > Classes || (len(vs) > 0) != (len(bs) > 0) {
			t.Fatalf("%d bounds of %d values", len(bs), len(vs))
		}
		for i, b := range bs {
			if i > 0 && b <= bs[i-1] {
				t.Fatal("bounds do not rise")
			}
		}
		for _, v := range vs {
			if v > bs[len(bs)-1] {
				t.Fatal("a value lies above the last bound")
			}
		}
	})
}

func TestTicksReachTheTop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.Float64Range(1e-6, 1e12).Draw(t, "top")
		ts := ticks(top, 5)
		if ts[0] != 0 || ts[len(ts)-1] < top || len(ts) > 7 {
			t.Fatalf("%v for %g", ts, top)
		}
	})
}

package surveillance

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func constant(n int, v float64) []float64 {
	c := make([]float64, n)
	for i := range c {
		c[i] = v
	}
	return c
}

func TestLayoutSharesTheYear(t *testing.T) {
	var l layout
	o := FarringtonFlexibleDefaults()
	l.fill(Series{Counts: constant(300, 1), Freq: 52}, 270, o)
	sizes := make([]int, o.Periods)
	for _, g := range l.group {
		if g >= 0 {
			sizes[g]++
		}
	}
	// Nine groups of five weeks and a window of seven a year, for five years. Of the latest year the weeks 244-270 are
	// left out: three of the fifth group, all of the four after it.
	want := []int{25, 25, 25, 25, 22, 20, 20, 20, 20, 35}
	for g := range want {
		if sizes[g] != want[g] {
			t.Fatalf("group sizes %v, want %v", sizes, want)
		}
	}
	if b := l.baseline(); b[0] != 270-5*52-3 || b[len(b)-1] != 270-27 {
		t.Errorf("baseline %d-%d, want 7-243", b[0], b[len(b)-1])
	}
}

func TestConstantSeriesExpectsItself(t *testing.T) {
	s := Series{Counts: constant(312, 40), Freq: 52}
	for name, judge := range map[string]func() (Result, error){
		"flexible": func() (Result, error) {
			return FarringtonFlexible(s, []int{312}, FarringtonFlexibleDefaults())
		},
		"1996": func() (Result, error) { return Farrington(s, []int{312}, FarringtonDefaults()) },
		"ears": func() (Result, error) { return EARS(s, []int{312}, EARSDefaults(C1)) },
	} {
		r, err := judge()
		if err != nil || math.Abs(r.Expected[0]-40) > 1e-6 || r.Alarm[0] {
			t.Errorf("%s: expected %v, alarm %v, error %v", name, r.Expected, r.Alarm, err)
		}
	}
}

func TestHardSeriesDoNotPanic(t *testing.T) {
	zeroThenOne := constant(312, 0)
	zeroThenOne[311] = 9
	steep := make([]float64, 312)
	for i := range steep {
		steep[i] = math.Floor(math.Exp(float64(i) / 10))
	}
	for name, counts := range map[string][]float64{
		"zeros": constant(312, 0), "zeros, then nine": zeroThenOne, "huge": constant(312, 1e300), "steep": steep,
		"large": constant(312, 1e12), "fractions": constant(312, 0.25), "short": {1, 2, 3},
	} {
		s := Series{Counts: counts, Freq: 52}
		for _, method := range []ThresholdMethod{Delta, NegativeBinomialPlugin, Muan} {
			o := FarringtonFlexibleDefaults()
			o.Threshold = method
			r, err := FarringtonFlexible(s, Span(1, len(counts)), o)
			checkWhole(t, name, r, err)
			o.NoReweight, o.Periods = true, 1
			r, err = FarringtonFlexible(s, Span(1, len(counts)), o)
			checkWhole(t, name, r, err)
		}
		r, err := Farrington(s, Span(1, len(counts)), FarringtonDefaults())
		checkWhole(t, name, r, err)
		for m := C1; m <= C3; m++ {
			r, err = EARS(s, Span(1, len(counts)), EARSDefaults(m))
			checkWhole(t, name, r, err)
		}
	}
}

func checkWhole(t *testing.T, name string, r Result, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for i := range r.Range {
		if r.Undecided[i] && (r.Reason[i] == "" || r.Alarm[i]) {
			t.Fatalf("%s: index %d is undecided without a reason or with an alarm", name, r.Range[i])
		}
		if r.Alarm[i] && math.IsNaN(r.Upperbound[i]) {
			t.Fatalf("%s: index %d has an alarm without a threshold", name, r.Range[i])
		}
	}
}

func TestShortHistoryIsUndecided(t *testing.T) {
	s := Series{Counts: constant(300, 5), Freq: 52}
	r, err := FarringtonFlexible(s, []int{262, 263}, FarringtonFlexibleDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Undecided[0] || r.Reason[0] != ReasonShortHistory || !math.IsNaN(r.Expected[0]) {
		t.Errorf("index 262 needs the week before the first, yet %+v", r)
	}
	if r.Undecided[1] {
		t.Errorf("index 263 is undecided: %s", r.Reason[1])
	}
}

func TestWrongInputIsRefused(t *testing.T) {
	good, o := constant(312, 1), FarringtonFlexibleDefaults()
	refused := func(want error, s Series, rng []int, o FarringtonOptions) {
		t.Helper()
		if _, err := FarringtonFlexible(s, rng, o); !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
		if _, err := Farrington(s, rng, o); !errors.Is(err, want) {
			t.Errorf("1996: error %v, want %v", err, want)
		}
	}
	refused(ErrSeries, Series{nil, 52, time.Time{}}, []int{1}, o)
	refused(ErrSeries, Series{[]float64{1, -1}, 52, time.Time{}}, []int{1}, o)
	refused(ErrSeries, Series{[]float64{1, math.NaN()}, 52, time.Time{}}, []int{1}, o)
	refused(ErrSeries, Series{[]float64{1, math.Inf(1)}, 52, time.Time{}}, []int{1}, o)
	refused(ErrSeries, Series{good, 52, time.Time{}}, []int{313}, o)
	refused(ErrSeries, Series{good, 52, time.Time{}}, []int{0}, o)
	refused(ErrSeries, Series{good, 52, time.Time{}}, nil, o)
	refused(ErrOptions, Series{good, 0, time.Time{}}, []int{312}, o)
	for _, change := range []func(*FarringtonOptions){
		func(o *FarringtonOptions) { o.B = 0 }, func(o *FarringtonOptions) { o.W = 30 },
		func(o *FarringtonOptions) { o.Periods = 99 }, func(o *FarringtonOptions) { o.Alpha = 1 },
		func(o *FarringtonOptions) { o.Alpha = math.NaN() }, func(o *FarringtonOptions) { o.PastWeeksNotIncluded = -1 },
		func(o *FarringtonOptions) { o.WeightsThreshold = 0 }, func(o *FarringtonOptions) { o.Limit54.Periods = 0 },
		func(o *FarringtonOptions) { o.Threshold = 9 }, func(o *FarringtonOptions) { o.Power = 9 },
	} {
		bad := o
		change(&bad)
		refused(ErrOptions, Series{good, 52, time.Time{}}, []int{312}, bad)
	}
}

// The judged count and those after it have no part in expectation and threshold.
func TestThresholdIgnoresTheJudgedCountAndTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := make([]float64, 330)
		for i := range counts {
			counts[i] = float64(rapid.IntRange(0, 30).Draw(t, "count"))
		}
		at := rapid.IntRange(264, 330).Draw(t, "at")
		o := FarringtonFlexibleDefaults()
		o.Limit54.Cases = 0
		o.Threshold = ThresholdMethod(rapid.IntRange(int(Delta), int(Muan)).Draw(t, "method"))
		a, err := FarringtonFlexible(Series{Counts: counts, Freq: 52}, []int{at}, o)
		if err != nil {
			t.Fatal(err)
		}
		changed := append([]float64(nil), counts[:at]...)
		changed[at-1] = 1000
		b, err := FarringtonFlexible(Series{Counts: changed, Freq: 52}, []int{at}, o)
		if err != nil {
			t.Fatal(err)
		}
		if a.Upperbound[0] != b.Upperbound[0] || a.Expected[0] != b.Expected[0] {
			t.Fatalf("threshold %v became %v", a.Upperbound[0], b.Upperbound[0])
		}
		if !b.Alarm[0] && b.Upperbound[0] < 1000 {
			t.Fatalf("1000 over a threshold of %v is no alarm", b.Upperbound[0])
		}
	})
}

func TestQuantileIsTheSmallestCountThatReachesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := countDistribution{
			mean:       math.Exp(rapid.Float64Range(-12, 14).Draw(t, "log mean")),
			dispersion: 1 + rapid.SampledFrom([]float64{0, 1e-7, 0.01, 0.5, 4, 200}).Draw(t, "excess"),
		}
		p := rapid.SampledFrom([]float64{0.5, 0.9, 0.99, 0.999, 0.999999}).Draw(t, "p")
		q := d.quantile(p)
		if d.cdf(q) < p*(1-1e-12) || q > 0 && d.cdf(q-1) >= p {
			t.Fatalf("quantile %v of %+v at %v: cdf %v, below it %v", q, d, p, d.cdf(q), d.cdf(q-1))
		}
		if sum := d.cdf(q) + d.upperTail(q+1); math.Abs(sum-1) > 1e-9 {
			t.Fatalf("cdf and tail at %v of %+v add up to %v", q, d, sum)
		}
	})
}

func BenchmarkFarringtonFlexible(b *testing.B) {
	s := seasonal(520, 12)
	rng := Span(265, 520)
	o := FarringtonFlexibleDefaults()
	for b.Loop() {
		if _, err := FarringtonFlexible(s, rng, o); err != nil {
			b.Fatal(err)
		}
	}
	perWeek := float64(b.Elapsed().Nanoseconds()) / float64(b.N*len(rng))
	b.ReportMetric(perWeek/1e3, "µs/series-week")
	b.ReportMetric(7.5e6/perWeek, "times-R")
}

func BenchmarkFarrington(b *testing.B) {
	s := seasonal(520, 12)
	rng := Span(265, 520)
	for b.Loop() {
		if _, err := Farrington(s, rng, FarringtonDefaults()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rng))/1e3, "µs/series-week")
}

// seasonal is a made-up series with a yearly wave and a slight trend.
func seasonal(n int, level float64) Series {
	c := make([]float64, n)
	for i := range c {
		wave := 1 + 0.4*math.Cos(2*math.Pi*float64(i)/52) + 0.0005*float64(i)
		c[i] = math.Floor(level*wave + 3*math.Sin(float64(i*i)))
	}
	return Series{Counts: c, Freq: 52}
}

package surveillance

import "math"

// FirstAppearance is the detector that answers the first count of a substance in a place that has been watched.
const FirstAppearance = "first-appearance"

// The names of the other detectors of live series.
const (
	detectorFlexible = "farrington-flexible"
	detectorRising   = "rising"
)

// Config says how live weekly series are judged.
type Config struct {
	History     int     // weeks for which the place's source has been reporting, the judged one included
	Alpha       float64 // of the improved Farrington method and of the EARS methods' confirmation
	RisingAlpha float64 // of the sum of the latest weeks against the year before
	Least       float64 // events in the latest four weeks, without which nothing is a signal
	Excess      float64 // events above the expectation, without which nothing is a signal
	QuietWeeks  int     // weeks without alarm after which an episode is over
	Watched     int     // weeks of reporting after which a first count is an appearance
}

// DefaultConfig is calibrated so that a country's twenty-odd series raise well under two signals a week together.
func DefaultConfig() Config {
	return Config{Alpha: 0.005, RisingAlpha: 0.0005, Least: 5, Excess: 3, QuietWeeks: 8, Watched: 26}
}

// Quiet returns the weeks without alarm after which an episode is over.
func (c Config) Quiet() int { return c.QuietWeeks }

// Finding is why a week is unusual. Undefined numbers are NaN.
type Finding struct {
	Detector      string
	Observed      float64
	Expected      float64
	Upperbound    float64
	PValue        float64
	BaselineWeeks []int // indices from 0 into the counts
}

const (
	weeksAYear = 52
	rising     = 4  // weeks that are summed for a slow rise
	left       = 13 // latest weeks that its baseline leaves out, so that a rise does not hide itself
	shortest   = 20 // weeks of the shortest baseline that is judged by
)

// Detect judges the week at (from 0) of a weekly series with the data up to and including it. The judgement is found
// also where the week is not unusual; ok says whether it is.
//
// With three years of history or more it is the improved Farrington method (Noufaily et al. 2013). With less, EARS C2
// (Hutwagner et al. 2003) must find the week unusual against the weeks before, and a negative binomial tail must
// confirm it against up to a year. In both cases the sum of the latest four weeks is also held against the year that
// ended a quarter ago: slow rises show there first. The first count in a place that has been watched is a finding by itself.
func Detect(counts []float64, at int, cfg Config) (f Finding, ok bool) {
	if at < 0 || at >= len(counts) {
		return Finding{Expected: math.NaN(), Upperbound: math.NaN(), PValue: math.NaN()}, false
	}
	counts = counts[:at+1]
	if first(counts) == at && counts[at] > 0 && cfg.History >= cfg.Watched {
		return Finding{Detector: FirstAppearance, Observed: counts[at], Expected: 0, Upperbound: 0, PValue: math.NaN(), BaselineWeeks: span(max(0, at-weeksAYear), at)}, true
	}
	if at+1 >= 3*weeksAYear+4 {
		f = flexible(counts, cfg)
	} else {
		f = short(counts, cfg)
	}
	latest := sum(counts[max(0, at-rising+1):])
	ok = f.Observed > f.Upperbound && latest >= cfg.Least && f.Observed-f.Expected >= cfg.Excess
	if ok {
		return f, true
	}
	if g := slowRise(counts, cfg); g.Observed > g.Upperbound && g.Observed >= cfg.Least && g.Observed-g.Expected >= cfg.Excess {
		return g, true
	}
	return f, false
}

func first(counts []float64) int {
	for i, c := range counts {
		if c > 0 {
			return i
		}
	}
	return -1
}

func sum(xs []float64) (s float64) {
	for _, x := range xs {
		s += x
	}
	return s
}

func span(from, to int) []int {
	out := make([]int, 0, max(0, to-from))
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

func flexible(counts []float64, cfg Config) Finding {
	o := FarringtonFlexibleDefaults()
	o.Alpha, o.B, o.Limit54 = cfg.Alpha, min(5, (len(counts)-4)/weeksAYear), Limit{}
	at := len(counts)
	r, err := FarringtonFlexible(Series{Counts: counts, Freq: weeksAYear}, []int{at}, o)
	if err != nil || r.Undecided[0] || math.IsNaN(r.Upperbound[0]) {
		return short(counts, cfg)
	}
	from := max(0, at-1-o.B*weeksAYear-o.W)
	return Finding{Detector: detectorFlexible, Observed: counts[at-1], Expected: r.Expected[0], Upperbound: r.Upperbound[0], PValue: r.PValue[0],
		BaselineWeeks: span(from, at-o.PastWeeksNotIncluded)}
}

// short judges by EARS C2, confirmed against the longer past.
func short(counts []float64, cfg Config) Finding {
	at := len(counts)
	f := Finding{Detector: "ears-c2", Observed: counts[at-1], Expected: math.NaN(), Upperbound: math.NaN(), PValue: math.NaN()}
	o := EARSDefaults(C2)
	if at < shortest+3 {
		return f
	}
	r, err := EARS(Series{Counts: counts, Freq: weeksAYear}, []int{at}, o)
	if err != nil || math.IsNaN(r.Upperbound[0]) {
		return f
	}
	from := max(0, at-3-weeksAYear)
	mean, phi := moments(counts[from : at-3])
	bound := countDistribution{mean, phi}.quantile(1 - cfg.Alpha/2)
	f.Expected, f.Upperbound, f.PValue = mean, math.Max(bound, r.Upperbound[0]), countDistribution{mean, phi}.upperTail(counts[at-1])
	f.BaselineWeeks = span(from, at-3)
	return f
}

// slowRise holds the sum of the latest weeks against the year that ended a quarter ago.
func slowRise(counts []float64, cfg Config) Finding {
	at := len(counts)
	f := Finding{Detector: detectorRising, Observed: math.NaN(), Expected: math.NaN(), Upperbound: math.NaN(), PValue: math.NaN()}
	to := at - left
	from := max(0, to-weeksAYear)
	if to-from < shortest {
		return f
	}
	mean, phi := moments(counts[from:to])
	f.Observed = sum(counts[at-rising:])
	f.Expected = rising * mean
	f.Upperbound = countDistribution{f.Expected, phi}.quantile(1 - cfg.RisingAlpha)
	f.PValue = countDistribution{f.Expected, phi}.upperTail(f.Observed)
	f.BaselineWeeks = span(from, to)
	return f
}

// moments returns the mean of a baseline and its dispersion (variance / mean, at least 1). A baseline without events is
// given half an event, so that its expectation is not nothing.
func moments(xs []float64) (mean, phi float64) {
	n := float64(len(xs))
	mean = (sum(xs) + 0.5) / n
	v := 0.0
	for _, x := range xs {
		v += (x - mean) * (x - mean)
	}
	return mean, math.Max(1, v/(n-1)/mean)
}

// Tracker joins the weeks in alarm of one series into episodes.
type Tracker struct {
	Quiet int // weeks without alarm after which an episode is over
	since int // weeks since the last alarm
	in    bool
}

// Next takes the next week and reports whether an episode begins in it.
func (t *Tracker) Next(alarm bool) (begins bool) {
	if alarm {
		begins = !t.in
		t.in, t.since = true, 0
		return begins
	}
	if t.since++; t.since >= t.Quiet {
		t.in = false
	}
	return false
}

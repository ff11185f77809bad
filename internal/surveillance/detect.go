package surveillance

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Detectors, as a finding names them.
const (
	DetectorFarrington = "farrington-flexible"
	DetectorRare       = "rare-count"
	DetectorC1         = "ears-c1"
	DetectorC2         = "ears-c2"
	DetectorC3         = "ears-c3"
	FirstAppearance    = "first-appearance"
)

// Config are the settings under which live series are judged.
type Config struct {
	Farrington FarringtonOptions // B is the most years used; Alpha, Threshold and Power are not used
	Alpha      float64           // an alarm when the mid-p-value is below this, 0 to 1
	Gate       float64           // two weeks together raise an alarm only if the latest alone has a mid-p-value below this
	EARS       EARSOptions       // for short histories; Method is chosen by the history, MinSigma at least the Poisson one
	MinCases   Limit             // no alarm with fewer cases than this in the latest weeks
	MinExcess  float64           // no alarm with a count less than this above the expected one
	Appearance int               // weeks of observing after which a first count is a first appearance
	QuietWeeks int               // weeks without alarm after which a new alarm is a new episode

	// History is for how many weeks before the judged one the place's source has been observed, where that is longer
	// than the series; 0 means as long as the series.
	History int
}

// DefaultConfig is the calibrated one; the test of the calibration states what it achieves.
func DefaultConfig() Config {
	f := FarringtonFlexibleDefaults()
	f.PThresholdTrend = 0.05
	e := EARSDefaults(C2)
	e.Baseline = 13
	return Config{
		Farrington: f, Alpha: 0.0065, Gate: 0.1, EARS: e, MinCases: Limit{3, 4}, MinExcess: 1.5, Appearance: 52, QuietWeeks: 8,
	}
}

// Quiet is QuietWeeks, at least 0.
func (c Config) Quiet() int { return max(0, c.QuietWeeks) }

// Finding is the judgement on one week, with or without an alarm.
type Finding struct {
	Detector      string
	Observed      float64 // the week's count
	Expected      float64 // the count that the baseline predicts
	Upperbound    float64 // the largest count of the week that is no alarm; NaN for a first appearance
	PValue        float64 // mid-p-value of the week, or of it and the one before together if that is smaller; may be NaN
	TwoWeeks      bool    // PValue is that of two weeks together
	BaselineWeeks []int   // positions in counts (from 0) on which the expectation rests
	Score         float64 // excess over the expectation, in units of the upper bound's; above 1 is an alarm
}

// Detect judges the week at position at (from 0) of weekly counts, with the data up to and including it only; what
// follows is not looked at. It reports whether the week is an alarm. Detector is empty where nothing can be said: the
// position or a count is out of bounds, or the history is shorter than the EARS baseline.
//
// A first count after Appearance weeks of observing is a first appearance. From two years of history on it is the
// flexible Farrington method (Noufaily et al. 2013) with the years there are, up to Farrington.B, except that the
// uncertainty of the mean is part of the predictive distribution and that the latest two weeks are judged together as
// well as the latest alone; where the baseline has too few cases for seasons it is a negative binomial distribution
// about their mean. Before that it is EARS C1, C2 or C3 (Hutwagner et al. 2003).
func Detect(counts []float64, at int, cfg Config) (Finding, bool) {
	if at < 0 || at >= len(counts) {
		return nothing(math.NaN()), false
	}
	s := Series{Counts: counts[:at+1], Freq: 52}
	if s.check([]int{at + 1}) != nil {
		return nothing(math.NaN()), false
	}
	if f, ok := appearance(s.Counts, cfg); ok {
		return f, true
	}
	o := cfg.Farrington
	o.B = min(o.B, (at-o.W)/s.Freq)
	if o.B >= 2 && o.check(s.Freq) == nil {
		return detectSeasonal(s, o, cfg)
	}
	return detectShort(s, cfg)
}

func nothing(observed float64) Finding {
	return Finding{Observed: observed, Expected: math.NaN(), Upperbound: math.NaN(), PValue: math.NaN(), Score: math.NaN()}
}

// appearance tells whether the last count is the first one after enough weeks of observing.
func appearance(counts []float64, cfg Config) (Finding, bool) {
	last := len(counts) - 1
	if counts[last] == 0 || cfg.Appearance < 1 || max(cfg.History, last) < cfg.Appearance {
		return Finding{}, false
	}
	f := nothing(counts[last])
	f.Detector, f.Expected, f.Score = FirstAppearance, 0, math.Inf(1)
	for i, c := range counts[:last] {
		if c != 0 {
			return Finding{}, false
		}
		f.BaselineWeeks = append(f.BaselineWeeks, i)
	}
	return f, true
}

// conclude fills in what follows from the distribution-based bound: the guards against rare-count noise raise it, so
// that an alarm is always a count above the upper bound.
func (f *Finding) conclude(s Series, cfg Config) bool {
	k := len(s.Counts)
	before := s.sumLast(k, cfg.MinCases.Periods) - f.Observed
	f.Upperbound = max(f.Upperbound, math.Ceil(f.Expected+cfg.MinExcess)-1, math.Ceil(cfg.MinCases.Cases-before)-1, 0)
	f.Score = (f.Observed - f.Expected) / (f.Upperbound - f.Expected)
	return f.Observed > f.Upperbound
}

// detectSeasonal judges the last week by the flexible Farrington model.
func detectSeasonal(s Series, o FarringtonOptions, cfg Config) (Finding, bool) {
	r := regressions.Get().(*regression)
	defer regressions.Put(r)
	var l layout
	k := len(s.Counts)
	f := nothing(s.Counts[k-1])
	f.Detector = DetectorFarrington
	phi, reason := fitFlexible(r, &l, s, k, o)
	var one, two countDistribution
	if reason == "" && windowCases(r, o.Periods-1) >= fewestCases {
		one, two = l.predictive(r, k-1, k, phi), l.predictive(r, k-2, k, phi)
	}
	if !one.finite() || !two.finite() {
		f.Detector = DetectorRare
		one, two = rareCounts(r, 1), rareCounts(r, 2)
	}
	for _, i := range l.baseline() {
		f.BaselineWeeks = append(f.BaselineWeeks, i-1)
	}
	f.judgeTwoWeeks(one, two, s, cfg)
	return f, f.conclude(s, cfg)
}

// fewestCases is how many cases the season of the judged week must have in the baseline for a model with seasons.
const fewestCases = 2

func windowCases(r *regression, group int) float64 {
	sum := 0.0
	for i, g := range r.group {
		if g == group {
			sum += r.y[i]
		}
	}
	return sum
}

// judgeTwoWeeks sets expectation, p-value and bound from the predictive distributions of the last week and of the last
// two together.
func (f *Finding) judgeTwoWeeks(one, two countDistribution, s Series, cfg Config) {
	k := len(s.Counts)
	y, before := s.Counts[k-1], s.Counts[k-2]
	f.Expected = one.mean
	f.PValue = one.midP(y)
	if p := two.midP(y + before); f.PValue < cfg.Gate && p < f.PValue {
		f.PValue, f.TwoWeeks = p, true
	}
	together := max(two.largestWithin(cfg.Alpha)-before, one.largestWithin(cfg.Gate))
	f.Upperbound = min(one.largestWithin(cfg.Alpha), together)
}

// predictive is the distribution of the sum of the counts after index from up to index to: negative binomial with the
// sum of the predicted means, and a variance of phi times it plus that of the predicted sum.
func (l *layout) predictive(r *regression, from, to int, phi float64) countDistribution {
	mean, slope, variance := 0.0, 0.0, 0.0
	group, inGroup := -1, 0.0
	settle := func() {
		if group >= 0 {
			variance += inGroup * inGroup / r.sumW[group]
		}
	}
	for i := from + 1; i <= to; i++ {
		lag := i - l.first
		g := l.full[lag]
		if g < 0 { // between the windows of a model that has no other season
			g = len(r.sumW) - 1
		}
		if g != group { // neighbours are in one group or in two that do not return
			settle()
			group, inGroup = g, 0
		}
		mu := math.Exp(r.linear(lag, g))
		mean += mu
		inGroup += mu
		if r.hasTrend {
			slope += mu * (float64(lag) - r.middle - r.meanT[g])
		}
	}
	settle()
	if r.hasTrend {
		variance += slope * slope / r.spread
	}
	return countDistribution{mean: mean, dispersion: phi * (1 + variance/mean)}
}

// rareCounts is the predictive distribution of the sum of so many weeks about the mean of the whole baseline, under
// Jeffreys' prior for a Poisson mean, with the baseline's own dispersion if that is above 1.
func rareCounts(r *regression, weeks float64) countDistribution {
	n := float64(len(r.y))
	sum, squares := 0.0, 0.0
	for _, y := range r.y {
		sum += y
	}
	for _, y := range r.y {
		squares += (y - sum/n) * (y - sum/n)
	}
	phi := 1.0
	if sum > 0 && n > 1 {
		phi = max(1, squares/(n-1)/(sum/n))
	}
	return countDistribution{mean: weeks * (sum + 0.5) / n, dispersion: phi * (1 + weeks/n)}
}

// midP is the probability of a higher count plus half that of this one.
func (d countDistribution) midP(y float64) float64 {
	return (d.upperTail(y) + d.upperTail(math.Floor(y)+1)) / 2
}

// largestWithin is the largest whole count whose mid-p-value is at least alpha.
func (d countDistribution) largestWithin(alpha float64) float64 {
	q := d.quantile(1 - alpha)
	if q > 0 && d.midP(q) < alpha {
		return q - 1
	}
	return q
}

// detectShort judges the last week by the EARS methods: C2 and, with two weeks more, C3 where either calls an alarm;
// with less history C1, and a baseline shortened down to 7 weeks.
func detectShort(s Series, cfg Config) (Finding, bool) {
	k := len(s.Counts)
	o := cfg.EARS
	history := k - 1
	o.Method, o.Baseline = C2, min(o.Baseline, history-2)
	if o.Baseline < 7 {
		o.Method, o.Baseline = C1, 7
	}
	if history < o.Lag() || o.check() != nil {
		return nothing(s.Counts[k-1]), false
	}
	gap := 2
	f := nothing(s.Counts[k-1])
	f.Detector = DetectorC2
	if o.Method == C1 {
		gap = 0
		f.Detector = DetectorC1
	}
	mean, _ := earsBaseline(s, k, gap, o)
	o.MinSigma = max(o.MinSigma, math.Sqrt(max(mean, 1/float64(o.Baseline))))
	mean, sd := earsBaseline(s, k, gap, o)
	for i := k - 1 - gap - o.Baseline; i < k-1-gap; i++ {
		f.BaselineWeeks = append(f.BaselineWeeks, i)
	}
	z := mathext.NormalQuantile(1 - o.Alpha)
	f.Expected, f.Upperbound, f.PValue = mean, math.Floor(mean+z*sd), normalUpperTail((s.Counts[k-1]-mean)/sd)
	if o.Method == C2 && history >= o.Baseline+4 {
		three := EARSDefaults(C3)
		three.Baseline, three.MinSigma = o.Baseline, o.MinSigma
		j := earsC3(s, k, three, z)
		if bound := math.Floor(j.upperbound); bound < f.Upperbound && s.Counts[k-1] > mean+sd {
			f.Detector, f.Upperbound, f.PValue = DetectorC3, max(bound, math.Floor(mean+sd)), j.pvalue
		}
	}
	return f, f.conclude(s, cfg)
}

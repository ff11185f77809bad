package surveillance

import (
	"fmt"
	"math"
	"sync"
)

// FarringtonOptions are the settings of both Farrington methods.
type FarringtonOptions struct {
	B                    int     // years to go back, ≥ 1
	W                    int     // half-width of the window around each reference period, ≥ 0
	Periods              int     // seasonal periods a year, the windows being one of them; 1 uses the windows alone (flexible only)
	PastWeeksNotIncluded int     // latest periods left out of the baseline, ≥ 0 (flexible only)
	Alpha                float64 // 0 < alpha < 1
	Trend                bool    // fit a time trend where it is justified
	PThresholdTrend      float64 // the trend is kept when its p-value is below this
	NoReweight           bool    // do not turn past outbreaks down
	WeightsThreshold     float64 // standardised residual from which a past count is turned down
	Limit54              Limit
	Threshold            ThresholdMethod // flexible only; the 1996 method has its own
	Power                PowerTransform  // of the delta threshold
}

// Limit holds back alarms while fewer than Cases were counted in the latest Periods, the judged one included.
type Limit struct {
	Cases   float64
	Periods int
}

// FarringtonFlexibleDefaults are the settings of Noufaily et al. (2013): ten seasonal periods, the latest half year
// left out of the baseline, only strong outbreaks turned down, the trend always kept, negative binomial threshold.
func FarringtonFlexibleDefaults() FarringtonOptions {
	return FarringtonOptions{
		B: 5, W: 3, Periods: 10, PastWeeksNotIncluded: 26, Alpha: 0.01, Trend: true, PThresholdTrend: 1,
		WeightsThreshold: 2.58, Limit54: Limit{5, 4}, Threshold: NegativeBinomialPlugin, Power: PowerTwoThirds,
	}
}

// FarringtonDefaults are the settings of Farrington et al. (1996).
func FarringtonDefaults() FarringtonOptions {
	return FarringtonOptions{
		B: 5, W: 3, Periods: 1, PastWeeksNotIncluded: 3, Alpha: 0.05, Trend: true, PThresholdTrend: 0.05,
		WeightsThreshold: 1, Limit54: Limit{5, 4}, Threshold: Delta, Power: PowerTwoThirds,
	}
}

func (o FarringtonOptions) check(freq int) error {
	bad := func(format string, a ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrOptions}, a...)...)
	}
	switch {
	case freq < 2 || freq > 366:
		return bad("%d periods a year; it must be 2-366", freq)
	case o.B < 1 || o.B > 200:
		return bad("b is %d years; it must be 1-200", o.B)
	case o.W < 0 || 2*o.W+1 > freq:
		return bad("w is %d; a window of 2w+1 must fit into a year of %d periods", o.W, freq)
	case o.Periods < 1 || o.Periods > freq-2*o.W:
		return bad("%d seasonal periods; with w=%d and %d periods a year it must be 1-%d", o.Periods, o.W, freq, freq-2*o.W)
	case o.PastWeeksNotIncluded < 0:
		return bad("%d past weeks not included; it must be at least 0", o.PastWeeksNotIncluded)
	case !(o.Alpha > 0 && o.Alpha < 1):
		return bad("alpha is %v; it must be between 0 and 1", o.Alpha)
	case !(o.PThresholdTrend >= 0):
		return bad("the p-value threshold of the trend is %v; it must be at least 0", o.PThresholdTrend)
	case !(o.WeightsThreshold > 0):
		return bad("the weights threshold is %v; it must be above 0", o.WeightsThreshold)
	case !(o.Limit54.Cases >= 0) || o.Limit54.Periods < 1:
		return bad("the limit is %v cases in %d periods; it must be ≥ 0 cases in ≥ 1 periods", o.Limit54.Cases, o.Limit54.Periods)
	case o.Threshold < Delta || o.Threshold > Muan:
		return bad("unknown threshold method")
	case o.Power < PowerTwoThirds || o.Power > PowerNone:
		return bad("unknown power transformation")
	}
	return nil
}

// Reasons why an index has no judgement.
const (
	ReasonShortHistory  = "the history is shorter than the baseline asks for"
	ReasonNoConvergence = "the baseline model did not converge, neither with nor without a trend"
	ReasonNoThreshold   = "the predicted mean is too uncertain for a threshold"
	ReasonFewCases      = "fewer cases in the latest periods than the limit asks for"
	ReasonNoVariation   = "the baseline does not vary, so the statistic is undefined"
)

var regressions = sync.Pool{New: func() any { return new(regression) }}

// Farrington judges the indices of rng (from 1) by the method of Farrington et al. (1996): the counts within w periods
// of the same time in the b years before, an optional trend, past outbreaks turned down, and a two-sided threshold on
// the power scale. Of the options, Periods, PastWeeksNotIncluded and Threshold are not used. Baseline values before the
// start of the series are left out; an index that has none is undecided.
func Farrington(s Series, rng []int, o FarringtonOptions) (Result, error) {
	if err := s.check(rng); err != nil {
		return Result{}, err
	}
	if err := o.check(s.Freq); err != nil {
		return Result{}, err
	}
	r := regressions.Get().(*regression)
	defer regressions.Put(r)
	res := newResult(rng)
	for i, k := range rng {
		res.set(i, farringtonAt(r, s, k, o))
	}
	return res, nil
}

func farringtonAt(r *regression, s Series, k int, o FarringtonOptions) judgement {
	r.reset(1)
	origin, largest := 0, 0.0
	for year := o.B; year >= 1; year-- {
		centre := s.yearsBack(k, year)
		for i := centre - o.W; i <= centre+o.W; i++ {
			if i < 1 {
				continue
			}
			if len(r.y) == 0 {
				origin = i
			}
			r.add(s.Counts[i-1], i-origin, 0)
			largest = max(largest, s.Counts[i-1])
		}
	}
	if len(r.y) < 3 {
		return undecided(ReasonShortHistory)
	}
	phi, ok := fitPast(r, o, o.Trend, true)
	if !ok {
		return undecided(ReasonNoConvergence)
	}
	now := k - origin
	if r.hasTrend {
		t := r.slope / math.Sqrt(r.dispersion(r.weight)/r.spread)
		keep := o.B >= 3 && studentTwoSided(t, r.residualDF()) < o.PThresholdTrend && math.Exp(r.linear(now, 0)) <= largest
		if !keep {
			if phi, ok = fitPast(r, o, false, true); !ok {
				return undecided(ReasonNoConvergence)
			}
		}
	}
	mean := math.Exp(r.linear(now, 0))
	se := mean * math.Sqrt(phi*r.unscaledVariance(now, 0))
	y := s.Counts[k-1]
	upper, p := deltaThreshold(mean, se, phi, o.Alpha/2, o.Power, y)
	if s.sumLast(k, o.Limit54.Periods) < o.Limit54.Cases {
		return judgement{expected: mean, upperbound: 0, pvalue: p, reason: ReasonFewCases}
	}
	return judgement{expected: mean, upperbound: upper, pvalue: p, alarm: (y-mean)/(upper-mean) > 1}
}

// fitPast fits the baseline, turns past outbreaks down and fits again; without convergence it tries once more without
// the trend. It returns the dispersion, at least 1. With lenient set a model without trend is accepted even when it did
// not converge, as R's fast fit of the 1996 method does.
func fitPast(r *regression, o FarringtonOptions, trend, lenient bool) (phi float64, ok bool) {
	r.prepare()
	if !r.fit(trend) {
		if !trend && !lenient {
			return 0, false
		}
		if trend && !r.fit(false) && !lenient {
			return 0, false
		}
	}
	if len(r.y) <= r.rank() || math.IsNaN(r.mu[0]) {
		return 0, false
	}
	phi = max(r.dispersion(r.weight), 1)
	if !o.NoReweight {
		r.reweight(o.WeightsThreshold, phi)
		r.fit(r.hasTrend)
		phi = max(r.dispersion(r.weight), 1)
	}
	return phi, !math.IsNaN(phi) && !math.IsInf(phi, 0)
}

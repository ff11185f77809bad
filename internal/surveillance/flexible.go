package surveillance

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// FarringtonFlexible judges the indices of rng (from 1) by the improved Farrington method of Noufaily et al. (2013):
// a quasi-Poisson model with seasonal periods and a trend on the b years before, the latest periods left out, past
// outbreaks turned down, and a negative binomial threshold at level alpha. An index is undecided when fewer than b years and w periods precede it. Below Limit54 the p-value alone is given.
func FarringtonFlexible(s Series, rng []int, o FarringtonOptions) (Result, error) {
	if err := s.check(rng); err != nil {
		return Result{}, err
	}
	if err := o.check(s.Freq); err != nil {
		return Result{}, err
	}
	r := regressions.Get().(*regression)
	defer regressions.Put(r)
	var l layout
	res := newResult(rng)
	for i, k := range rng {
		p, reason := predictFlexible(r, &l, s, k, o)
		if reason != "" {
			res.set(i, undecided(reason))
			continue
		}
		res.set(i, p.judge(s, k, o))
	}
	return res, nil
}

// prediction is what a baseline says about the judged period.
type prediction struct {
	eta float64 // log of the mean
	se  float64 // standard error of eta
	phi float64 // dispersion, ≥ 1
}

// layout gives each period of the baseline its seasonal group.
type layout struct {
	group []int // by lag from the first period of the baseline; -1 where not used
	full  []int // the same with the latest periods, which are left out of the baseline
	first int   // index of lag 0
}

// fill lays the groups out for index k: the windows of 2w+1 around k and the same time in each of the b years before
// are group periods-1; between two windows the rest of the year is shared among the other groups in order, the first of
// them getting what cannot be divided.
func (l *layout) fill(s Series, k int, o FarringtonOptions) {
	l.first = max(1, s.yearsBack(k, o.B)-o.W)
	l.group = resize(l.group, k-l.first+1)
	for i := range l.group {
		l.group[i] = -1
	}
	last := o.Periods - 1
	l.set(k-o.W, k, last)
	later := k
	for year := 1; year <= o.B; year++ {
		centre := s.yearsBack(k, year)
		l.set(centre-o.W, centre+o.W, last)
		at, between := centre+o.W+1, later-centre-2*o.W-1
		for g := range last {
			length := between / last
			if g < between%last {
				length++
			}
			l.set(at, at+length-1, g)
			at += length
		}
		later = centre
	}
	l.full = append(l.full[:0], l.group...)
	l.set(k-o.PastWeeksNotIncluded, k, -1)
}

// set gives the indices from..to, as far as they are in the layout, a group.
func (l *layout) set(from, to, g int) {
	for i := max(from, l.first); i <= min(to, l.first+len(l.group)-1); i++ {
		l.group[i-l.first] = g
	}
}

// baseline lists the indices used.
func (l *layout) baseline() []int {
	var b []int
	for lag, g := range l.group {
		if g >= 0 {
			b = append(b, l.first+lag)
		}
	}
	return b
}

func predictFlexible(r *regression, l *layout, s Series, k int, o FarringtonOptions) (prediction, string) {
	phi, reason := fitFlexible(r, l, s, k, o)
	if reason != "" {
		return prediction{}, reason
	}
	now, last := k-l.first, o.Periods-1
	se := math.Sqrt(r.predictionDispersion(o) * r.unscaledVariance(now, last))
	return prediction{eta: r.linear(now, last), se: se, phi: phi}, ""
}

// fitFlexible fits the baseline of index k, with or without a trend as the data decide, and returns the dispersion.
func fitFlexible(r *regression, l *layout, s Series, k int, o FarringtonOptions) (phi float64, reason string) {
	if s.yearsBack(k, o.B)-o.W < 0 {
		return 0, ReasonShortHistory
	}
	l.fill(s, k, o)
	r.reset(o.Periods)
	largest := 0.0
	for lag, g := range l.group {
		if g >= 0 {
			y := s.Counts[l.first+lag-1]
			r.add(y, lag, g)
			largest = max(largest, y)
		}
	}
	last := o.Periods - 1
	// A trend needs three years; with fewer it would be fitted only to be dropped.
	phi, ok := fitPast(r, o, o.Trend && o.B >= 3, false)
	if !ok || r.sumW[last] == 0 {
		return 0, ReasonNoConvergence
	}
	if now := k - l.first; r.hasTrend {
		t := r.slope / math.Sqrt(r.predictionDispersion(o)/r.spread)
		keep := studentTwoSided(t, r.residualDF()) < o.PThresholdTrend && math.Exp(r.linear(now, last)) <= largest
		if !keep {
			if phi, ok = fitPast(r, o, false, false); !ok {
				return 0, ReasonNoConvergence
			}
		}
	}
	return phi, ""
}

// predictionDispersion is the dispersion behind standard errors. R's farringtonFlexible keeps the reweighting weights
// in the place of the working weights, so its summaries weigh the squared working residuals by them; it also does not
// bound this dispersion below. Thresholds of the kinds Delta and Muan and the test of the trend depend on it.
func (r *regression) predictionDispersion(o FarringtonOptions) float64 {
	if o.NoReweight {
		return r.dispersion(r.weight)
	}
	return r.dispersion(r.prior)
}

func (p prediction) judge(s Series, k int, o FarringtonOptions) judgement {
	y := s.Counts[k-1]
	mean := math.Exp(p.eta)
	j := judgement{expected: mean}
	reference := mean
	switch o.Threshold {
	case Delta:
		j.upperbound, j.pvalue = deltaThreshold(mean, p.se*mean, p.phi, o.Alpha, o.Power, y)
	default:
		at := mean
		if o.Threshold == Muan {
			at = math.Exp(p.eta + mathext.NormalQuantile(1-o.Alpha)*p.se)
		}
		d := countDistribution{mean: at, dispersion: p.phi}
		j.upperbound, j.pvalue = d.quantile(1-o.Alpha), d.upperTail(y)
		reference = p.eta // R's score takes the linear predictor here; its sign against 1 is the same
	}
	switch {
	case math.IsNaN(j.upperbound) || math.IsInf(j.upperbound, 0):
		return judgement{expected: math.NaN(), upperbound: math.NaN(), pvalue: math.NaN(), reason: ReasonNoThreshold}
	case s.sumLast(k, o.Limit54.Periods) < o.Limit54.Cases:
		j.expected, j.upperbound, j.reason = math.NaN(), math.NaN(), ReasonFewCases
		return j
	}
	j.alarm = (y-reference)/(j.upperbound-reference) > 1 && y != 0
	return j
}

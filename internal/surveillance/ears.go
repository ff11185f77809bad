package surveillance

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// EARSMethod is one of the three EARS methods for short histories.
type EARSMethod int

const (
	// C1 compares with the periods just before.
	C1 EARSMethod = iota + 1
	// C2 leaves two periods between the baseline and the judged one.
	C2
	// C3 adds up the excesses of C2 over three periods.
	C3
)

// EARSOptions are the settings of the EARS methods.
type EARSOptions struct {
	Method   EARSMethod
	Baseline int     // periods of the baseline, ≥ 3
	MinSigma float64 // least standard deviation used, ≥ 0
	Alpha    float64 // 0 < alpha < 1
}

// EARSDefaults are those of the literature: a baseline of 7, three standard deviations for C1 and C2, two for C3.
func EARSDefaults(m EARSMethod) EARSOptions {
	o := EARSOptions{Method: m, Baseline: 7, Alpha: 0.001}
	if m == C3 {
		o.Alpha = 0.025
	}
	return o
}

// Lag is how many periods before the judged one the method needs.
func (o EARSOptions) Lag() int {
	switch o.Method {
	case C2:
		return o.Baseline + 2
	case C3:
		return o.Baseline + 4
	}
	return o.Baseline
}

func (o EARSOptions) check() error {
	switch {
	case o.Method < C1 || o.Method > C3:
		return fmt.Errorf("%w: unknown EARS method", ErrOptions)
	case o.Baseline < 3:
		return fmt.Errorf("%w: the baseline is %d; it must be at least 3", ErrOptions, o.Baseline)
	case !(o.MinSigma >= 0) || math.IsInf(o.MinSigma, 0):
		return fmt.Errorf("%w: the least standard deviation is %v; it must be at least 0", ErrOptions, o.MinSigma)
	case !(o.Alpha > 0 && o.Alpha < 1):
		return fmt.Errorf("%w: alpha is %v; it must be between 0 and 1", ErrOptions, o.Alpha)
	}
	return nil
}

// EARS judges the indices of rng (from 1). The expectation is the mean of the baseline; the p-value is that of the
// statistic under the standard normal distribution. C3 is undecided where the baseline does not vary and nothing
// exceeds it.
func EARS(s Series, rng []int, o EARSOptions) (Result, error) {
	if err := s.check(rng); err != nil {
		return Result{}, err
	}
	if err := o.check(); err != nil {
		return Result{}, err
	}
	z := mathext.NormalQuantile(1 - o.Alpha)
	res := newResult(rng)
	for i, k := range rng {
		switch {
		case k-o.Lag() < 1:
			res.set(i, undecided(ReasonShortHistory))
		case o.Method == C3:
			res.set(i, earsC3(s, k, o, z))
		default:
			res.set(i, earsC(s, k, o, z))
		}
	}
	return res, nil
}

// earsBaseline returns mean and standard deviation of the baseline that ends gap periods before k.
func earsBaseline(s Series, k, gap int, o EARSOptions) (mean, sd float64) {
	v := s.Counts[k-1-gap-o.Baseline : k-1-gap]
	for _, y := range v {
		mean += y
	}
	mean /= float64(len(v))
	for _, y := range v {
		sd += (y - mean) * (y - mean)
	}
	return mean, max(math.Sqrt(sd/float64(len(v)-1)), o.MinSigma)
}

func earsC(s Series, k int, o EARSOptions, z float64) judgement {
	gap := 0
	if o.Method == C2 {
		gap = 2
	}
	mean, sd := earsBaseline(s, k, gap, o)
	y := s.Counts[k-1]
	upper := mean + z*sd
	return judgement{expected: mean, upperbound: upper, pvalue: normalUpperTail((y - mean) / sd), alarm: y > upper}
}

func earsC3(s Series, k int, o EARSOptions, z float64) judgement {
	excess := 0.0
	for lag := 1; lag <= 2; lag++ {
		mean, sd := earsBaseline(s, k-lag, 2, o)
		excess += max(0, (s.Counts[k-1-lag]-mean)/sd-1)
	}
	mean, sd := earsBaseline(s, k, 2, o)
	y := s.Counts[k-1]
	upper := max(0, y+sd*(z-excess))
	if math.IsNaN(upper) {
		j := undecided(ReasonNoVariation)
		j.expected = mean
		return j
	}
	return judgement{
		expected: mean, upperbound: upper, pvalue: normalUpperTail(max(0, (y-mean)/sd-1) + excess), alarm: y > upper,
	}
}

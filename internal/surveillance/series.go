package surveillance

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrSeries marks a series or a range that cannot be judged at all.
var ErrSeries = errors.New("series")

// ErrOptions marks settings out of bounds.
var ErrOptions = errors.New("options")

// Series is one series of counts at equal steps.
type Series struct {
	Counts []float64 // one per period, oldest first, finite and ≥ 0
	Freq   int       // periods a year: 52 for weeks, 12 for months

	// Start is the first day of the first period. When set, and periods are weeks or days (Freq 52 or 365), a year back
	// is a calendar year, taken to the nearest period: 52 or 53 weeks. When zero, a year back is Freq periods.
	Start time.Time
}

// yearsBack is the index (from 1; possibly below) of the same time of year so many years before index k.
func (s Series) yearsBack(k, years int) int {
	step := 0
	switch {
	case s.Start.IsZero():
	case s.Freq == 52:
		step = 7
	case s.Freq == 365:
		step = 1
	}
	if step == 0 {
		return k - years*s.Freq
	}
	now := s.Start.AddDate(0, 0, (k-1)*step)
	days := now.Sub(now.AddDate(-years, 0, 0)).Hours() / 24
	return k - int(math.Round(days/float64(step)))
}

// Result is the judgement on the indices of a range; all slices are as long as Range.
type Result struct {
	Range      []int     // indices judged, from 1
	Expected   []float64 // mean that the baseline predicts, in counts
	Upperbound []float64 // threshold, in counts
	PValue     []float64 // probability of a count at least as high, 0 to 1
	Alarm      []bool    // true where the count is beyond the threshold
	Undecided  []bool    // true where no judgement was possible; Alarm is false there
	Reason     []string  // why there is no judgement or no threshold; empty where there are both
}

func newResult(rng []int) Result {
	n := len(rng)
	r := Result{
		Range: rng, Expected: make([]float64, n), Upperbound: make([]float64, n), PValue: make([]float64, n),
		Alarm: make([]bool, n), Undecided: make([]bool, n), Reason: make([]string, n),
	}
	for i := range rng {
		r.Expected[i], r.Upperbound[i], r.PValue[i] = math.NaN(), math.NaN(), math.NaN()
	}
	return r
}

func (r *Result) set(i int, j judgement) {
	r.Expected[i], r.Upperbound[i], r.PValue[i] = j.expected, j.upperbound, j.pvalue
	r.Alarm[i], r.Undecided[i], r.Reason[i] = j.alarm, j.undecided, j.reason
}

// judgement is the answer for one index.
type judgement struct {
	expected, upperbound, pvalue float64
	alarm, undecided             bool
	reason                       string
}

func undecided(reason string) judgement {
	return judgement{expected: math.NaN(), upperbound: math.NaN(), pvalue: math.NaN(), undecided: true, reason: reason}
}

// Span lists the indices from first to last, both included.
func Span(first, last int) []int {
	if last < first {
		return nil
	}
	s := make([]int, 0, last-first+1)
	for k := first; k <= last; k++ {
		s = append(s, k)
	}
	return s
}

func (s Series) check(rng []int) error {
	if len(s.Counts) == 0 {
		return fmt.Errorf("%w: it has no counts", ErrSeries)
	}
	for i, c := range s.Counts {
		if math.IsNaN(c) || math.IsInf(c, 0) || c < 0 {
			return fmt.Errorf("%w: the count at index %d is %v; counts must be finite and at least 0", ErrSeries, i+1, c)
		}
	}
	if len(rng) == 0 {
		return fmt.Errorf("%w: the range is empty", ErrSeries)
	}
	for _, k := range rng {
		if k < 1 || k > len(s.Counts) {
			return fmt.Errorf("%w: index %d of the range is outside 1-%d", ErrSeries, k, len(s.Counts))
		}
	}
	return nil
}

// sumLast adds the n counts that end at index k (from 1), fewer where the series starts later.
func (s Series) sumLast(k, n int) float64 {
	sum := 0.0
	for i := max(0, k-n); i < k; i++ {
		sum += s.Counts[i]
	}
	return sum
}

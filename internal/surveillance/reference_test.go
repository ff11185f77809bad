package surveillance

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// number is a number that R may have written as "NA", "NaN", "Inf" or null, all of which are undefined here.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	var f float64
	if json.Unmarshal(b, &f) != nil || string(b) == "null" {
		f = math.NaN()
	}
	*n = number(f)
	return nil
}

type referenceFile struct {
	Name    string
	Freq    int
	Start   [2]int
	Counts  []float64
	Results []referenceResult
}

type referenceResult struct {
	Algorithm string
	Control   struct {
		B, W                 int
		Alpha                float64
		Trend                bool
		PThresholdTrend      float64
		WeightsThreshold     float64
		Limit54              [2]float64
		Powertrans           string
		NoPeriods            int
		PastWeeksNotIncluded int
		ThresholdMethod      string
		Baseline             int
		MinSigma             float64
	}
	Range      []int
	Upperbound []number
	Alarm      []*bool
	Expected   json.RawMessage
	Pvalue     json.RawMessage
}

// datedSeries are the reference series whose periods R knows as dates (epochAsDate = TRUE in the sts object): for them
// its Farrington methods go back by calendar years to the nearest week, 52 or 53 weeks, and for the others by freq
// periods. The file does not say which is which; the results do, to the last index.
var datedSeries = map[string]bool{"salmNewport": true}

func (f referenceFile) series() Series {
	s := Series{Counts: f.Counts, Freq: f.Freq}
	if datedSeries[f.Name] {
		s.Start = time.Date(f.Start[0], 1, 1+7*(f.Start[1]-1), 0, 0, 0, 0, time.UTC)
	}
	return s
}

func readReference(t testing.TB, folder string) []referenceFile {
	paths, err := filepath.Glob(filepath.Join(shared(t, "reference", folder), "*.json"))
	if err != nil || len(paths) == 0 {
		t.Skipf("no references in shared/reference/%s", folder)
	}
	var files []referenceFile
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		var f referenceFile
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		files = append(files, f)
	}
	return files
}

func (r referenceResult) farrington(t testing.TB) FarringtonOptions {
	c := r.Control
	o := FarringtonDefaults()
	o.B, o.W, o.Alpha, o.Trend = c.B, c.W, c.Alpha, c.Trend
	o.Limit54 = Limit{c.Limit54[0], int(c.Limit54[1])}
	var ok bool
	if o.Power, ok = ParsePowerTransform(c.Powertrans); !ok {
		t.Fatalf("power %q", c.Powertrans)
	}
	return o
}

func (r referenceResult) flexible(t testing.TB) FarringtonOptions {
	c := r.Control
	o := r.farrington(t)
	o.PThresholdTrend, o.WeightsThreshold = c.PThresholdTrend, c.WeightsThreshold
	o.Periods, o.PastWeeksNotIncluded = c.NoPeriods, c.PastWeeksNotIncluded
	var ok bool
	if o.Threshold, ok = ParseThresholdMethod(c.ThresholdMethod); !ok {
		t.Fatalf("threshold method %q", c.ThresholdMethod)
	}
	return o
}

// run applies the method to the reference's range; ok is false for an algorithm that this package does not have.
func (r referenceResult) run(t testing.TB, s Series) (res Result, ok bool) {
	var err error
	ears := func(m EARSMethod) EARSOptions {
		return EARSOptions{Method: m, Baseline: r.Control.Baseline, MinSigma: r.Control.MinSigma, Alpha: r.Control.Alpha}
	}
	switch r.Algorithm {
	case "farringtonFlexible":
		res, err = FarringtonFlexible(s, r.Range, r.flexible(t))
	case "farrington":
		res, err = Farrington(s, r.Range, r.farrington(t))
	case "earsC1":
		res, err = EARS(s, r.Range, ears(C1))
	case "earsC2":
		res, err = EARS(s, r.Range, ears(C2))
	case "earsC3":
		res, err = EARS(s, r.Range, ears(C3))
	default:
		return res, false
	}
	if err != nil {
		t.Fatalf("%s: %v", r.Algorithm, err)
	}
	return res, true
}

// TestEqualsR compares every result that R surveillance 1.20.3 gave, without exception: expectation, threshold and
// p-value within 1e-6 relative, alarms identical, undefined where R's are.
func TestEqualsR(t *testing.T) {
	compared := 0
	for _, folder := range []string{"surveillance", "surveillance-more"} {
		for _, f := range readReference(t, folder) {
			for i, ref := range f.Results {
				got, ok := ref.run(t, f.series())
				if !ok {
					continue
				}
				where := fmt.Sprintf("%s/%s result %d (%s)", folder, f.Name, i+1, ref.Algorithm)
				compare(t, where+" upperbound", ref.Range, got.Upperbound, ref.Upperbound)
				compare(t, where+" expected", ref.Range, got.Expected, numbers(ref.Expected))
				compare(t, where+" pvalue", ref.Range, got.PValue, numbers(ref.Pvalue))
				for j, want := range ref.Alarm {
					if undefined := got.Undecided[j]; undefined != (want == nil) || want != nil && *want != got.Alarm[j] {
						t.Errorf("%s: alarm at %d is %v (%s), R's %v", where, ref.Range[j], got.Alarm[j], got.Reason[j], want != nil && *want)
					}
				}
				compared += len(ref.Range)
			}
		}
	}
	t.Logf("%d results equal R's", compared)
}

// numbers reads a list of numbers; R writes an absent list as an empty object.
func numbers(b json.RawMessage) []number {
	var v []number
	if json.Unmarshal(b, &v) != nil {
		return nil
	}
	return v
}

func compare(t *testing.T, where string, rng []int, got []float64, want []number) {
	t.Helper()
	for i, w := range want {
		g, w := got[i], float64(w)
		if math.IsNaN(g) != math.IsNaN(w) || math.Abs(g-w) > 1e-6*math.Abs(w) {
			t.Errorf("%s at %d is %.12g, R's %.12g", where, rng[i], g, w)
		}
	}
}

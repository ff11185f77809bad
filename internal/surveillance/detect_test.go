package surveillance

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

func TestMethodFollowsTheHistory(t *testing.T) {
	s := seasonal(400, 12).Counts
	for _, c := range []struct {
		at       int
		detector string
		weeks    int
	}{
		{6, "", 0}, {7, DetectorC1, 7}, {8, DetectorC1, 7}, {9, DetectorC2, 7}, {14, DetectorC2, 12}, {60, DetectorC2, 13},
		{106, DetectorC2, 13}, {107, DetectorFarrington, 2*52 - 26 + 3}, {399, DetectorFarrington, 5*52 - 26 + 3},
	} {
		f, _ := Detect(s, c.at, DefaultConfig())
		if got := f.Detector; got != c.detector && !(c.detector == DetectorC2 && got == DetectorC3) || len(f.BaselineWeeks) != c.weeks {
			t.Errorf("week %d is judged by %q on %d weeks, want %q on %d", c.at, got, len(f.BaselineWeeks), c.detector, c.weeks)
		}
	}
}

func TestFirstAppearance(t *testing.T) {
	counts := append(constant(80, 0), 1, 1)
	cfg := DefaultConfig()
	f, alarm := Detect(counts, 80, cfg)
	if !alarm || f.Detector != FirstAppearance || f.Observed != 1 || len(f.BaselineWeeks) != 80 {
		t.Errorf("the first count after 80 weeks gives %+v, alarm %v", f, alarm)
	}
	if f, alarm := Detect(counts, 81, cfg); alarm || f.Detector == FirstAppearance {
		t.Errorf("the second count gives %+v, alarm %v", f, alarm)
	}
	if _, alarm := Detect(counts[60:], 20, cfg); alarm {
		t.Error("a first count after 20 weeks of observing is no appearance")
	}
	cfg.History = 100
	if f, alarm := Detect([]float64{2}, 0, cfg); !alarm || f.Detector != FirstAppearance {
		t.Errorf("the first week of a series of a source observed for 100 weeks gives %+v, alarm %v", f, alarm)
	}
}

func TestDetectFindsAnOutbreakAndKeepsQuiet(t *testing.T) {
	quiet := seasonal(400, 12).Counts
	if f, alarm := Detect(quiet, 399, DefaultConfig()); alarm {
		t.Errorf("an ordinary week is an alarm: %+v", f)
	}
	for _, at := range []int{12, 60, 150, 399} {
		counts := slices.Clone(quiet)
		counts[at] = 60
		if f, alarm := Detect(counts, at, DefaultConfig()); !alarm || !(f.Score > 1) {
			t.Errorf("60 cases in week %d are no alarm: %+v", at, f)
		}
	}
}

func TestTwoWeeksTogether(t *testing.T) {
	counts := append(constant(398, 10), 0, 0)
	for i := range counts[:398] {
		counts[i] = float64(8 + i%5)
	}
	one, alarm := Detect(append(counts[:398], 10, 18), 399, DefaultConfig())
	if alarm {
		t.Fatalf("18 after 10 is an alarm: %+v", one)
	}
	two, alarm := Detect(append(counts[:398], 18, 18), 399, DefaultConfig())
	if !alarm || !two.TwoWeeks || two.Upperbound >= one.Upperbound {
		t.Errorf("18 after 18 gives %+v, alarm %v", two, alarm)
	}
}

func TestDetectRefusesBadInput(t *testing.T) {
	for _, c := range []struct {
		counts []float64
		at     int
	}{{nil, 0}, {[]float64{1}, 1}, {[]float64{1}, -1}, {[]float64{1, -1}, 1}, {[]float64{math.NaN(), 1}, 1}, {[]float64{1, math.Inf(1)}, 1}} {
		if f, alarm := Detect(c.counts, c.at, DefaultConfig()); alarm || f.Detector != "" {
			t.Errorf("%v at %d gives %+v", c.counts, c.at, f)
		}
	}
	for _, v := range []float64{0, 0.3, 1e9, 1e300} {
		counts := constant(400, v)
		for at := range counts {
			if f, alarm := Detect(counts, at, DefaultConfig()); alarm && at > 0 {
				t.Errorf("a constant %g is an alarm in week %d: %+v", v, at, f)
			}
		}
	}
	narrow := DefaultConfig()
	narrow.Farrington.Periods, narrow.Farrington.W = 1, 0
	if f, _ := Detect(constant(400, 9), 399, narrow); f.Detector != DetectorFarrington {
		t.Errorf("one week a year as the baseline gives %+v", f)
	}
	if _, alarm := Detect(constant(300, 1), 299, Config{}); alarm {
		t.Error("a configuration without settings raises an alarm")
	}
}

func drawSeries(t *rapid.T) []float64 {
	n := rapid.IntRange(1, 330).Draw(t, "weeks")
	top := rapid.SampledFrom([]int{0, 1, 3, 30, 1e6}).Draw(t, "top")
	counts := make([]float64, n)
	for i := range counts {
		counts[i] = float64(rapid.IntRange(0, top).Draw(t, "count"))
	}
	return counts
}

// An alarm is a count above the upper bound, a higher count stays one, and the future has no part in it.
func TestAlarmsAreCountsAboveTheUpperBound(t *testing.T) {
	cfg := DefaultConfig()
	rapid.Check(t, func(t *rapid.T) {
		counts := drawSeries(t)
		at := rapid.IntRange(0, len(counts)-1).Draw(t, "at")
		f, alarm := Detect(counts, at, cfg)
		past, again := Detect(slices.Clone(counts[:at+1]), at, cfg)
		if alarm != again || f.Detector != past.Detector || f.Observed != past.Observed {
			t.Fatalf("with the future %+v, without it %+v", f, past)
		}
		if f.Detector == "" || f.Detector == FirstAppearance {
			return
		}
		if alarm != (f.Observed > f.Upperbound) || math.IsNaN(f.Upperbound) || math.IsNaN(f.Expected) {
			t.Fatalf("alarm %v with %+v", alarm, f)
		}
		if f.PValue < 0 || f.PValue > 1 {
			t.Fatalf("p-value %v", f.PValue)
		}
		for _, i := range f.BaselineWeeks {
			if i < 0 || i >= at {
				t.Fatalf("week %d is in the baseline of week %d", i, at)
			}
		}
		higher := slices.Clone(counts)
		higher[at] += float64(rapid.IntRange(0, 100).Draw(t, "more"))
		if g, still := Detect(higher, at, cfg); alarm && !still {
			t.Fatalf("an alarm at %+v is none at %+v", f, g)
		}
	})
}

func TestEpisodes(t *testing.T) {
	alarms := make([]bool, 30)
	for _, i := range []int{2, 3, 6, 15, 29} {
		alarms[i] = true
	}
	want := []Episode{{2, 6, 3}, {15, 15, 1}, {29, 29, 1}}
	if got := Episodes(alarms, 8); !slices.Equal(got, want) {
		t.Errorf("with 8 quiet weeks: %v, want %v", got, want)
	}
	want = []Episode{{2, 15, 4}, {29, 29, 1}}
	if got := Episodes(alarms, 9); !slices.Equal(got, want) {
		t.Errorf("with 9 quiet weeks: %v, want %v", got, want)
	}
	if got := Episodes(nil, 3); got != nil {
		t.Errorf("no weeks have episodes %v", got)
	}
}

// Every alarm belongs to exactly one episode, and between two episodes there are at least quiet weeks without one.
func TestEpisodesCoverAllAlarms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alarms := rapid.SliceOf(rapid.Bool()).Draw(t, "alarms")
		quiet := rapid.IntRange(0, 5).Draw(t, "quiet")
		episodes, total, alarmed := Episodes(alarms, quiet), 0, 0
		for i, e := range episodes {
			total += e.Alarms
			if i > 0 && e.First-episodes[i-1].Last-1 < max(quiet, 1) {
				t.Fatalf("%v follow too closely", episodes)
			}
		}
		for _, a := range alarms {
			if a {
				alarmed++
			}
		}
		if total != alarmed {
			t.Fatalf("%d alarms, of which %d are in episodes", alarmed, total)
		}
	})
}

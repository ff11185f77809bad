package surveillance

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// simulated is one series of the benchmarks.
type simulated struct {
	scenario string
	onset    int       // week (from 1) in which something begins to emerge; 0 for none
	counts   []float64 // outbreak cases included
	outbreak []float64 // cases of the outbreak to find
}

func readSimulated(t testing.TB, folder string) []simulated {
	file, err := os.Open(shared(t, "reference", folder, "series.csv.gz"))
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(z)
	header, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row []string, name string) string {
		if i := slices.Index(header, name); i >= 0 {
			return row[i]
		}
		return "0"
	}
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var all []simulated
	last := ""
	for {
		row, err := r.Read()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if id := row[0] + "/" + row[1]; id != last {
			all = append(all, simulated{scenario: row[0], onset: int(number(at(row, "onset")))})
			last = id
		}
		s := &all[len(all)-1]
		s.counts = append(s.counts, number(at(row, "count")))
		s.outbreak = append(s.outbreak, number(at(row, "outbreak")))
	}
}

// judged holds what Detect says about the weeks from..to (from 1) of each series.
type judged struct {
	from   int
	pvalue [][]float64
	alarm  [][]bool
}

func judgeAll(all []simulated, from, to int, cfg Config) judged {
	j := judged{from: from}
	for _, s := range all {
		p, a := make([]float64, 0, to-from+1), make([]bool, 0, to-from+1)
		for k := from; k <= to; k++ {
			f, alarm := Detect(s.counts, k-1, cfg)
			p, a = append(p, f.PValue), append(a, alarm)
		}
		j.pvalue, j.alarm = append(j.pvalue, p), append(j.alarm, a)
	}
	return j
}

// below flags the weeks whose p-value is among the given share of the smallest ones of the quiet weeks.
func (j judged) below(share float64, quiet func(series, week int) bool) [][]bool {
	var p []float64
	for i, row := range j.pvalue {
		for w := range row {
			if quiet(i, w) {
				p = append(p, row[w])
			}
		}
	}
	slices.Sort(p)
	threshold := p[int(share*float64(len(p)))]
	flags := make([][]bool, len(j.pvalue))
	for i, row := range j.pvalue {
		for _, v := range row {
			flags[i] = append(flags[i], v < threshold)
		}
	}
	return flags
}

// outbreakMeasures are those of the benchmark's description.
type outbreakMeasures struct{ fpr, pod, sensitivity, ppv, firstWeek, delay float64 }

func (m outbreakMeasures) String() string {
	return fmt.Sprintf("FPR %.4f, POD %.3f, sensitivity %.3f, PPV %.3f, POD in the first week %.3f, delay %.2f weeks",
		m.fpr, m.pod, m.sensitivity, m.ppv, m.firstWeek, m.delay)
}

func measureOutbreaks(all []simulated, from int, flags [][]bool) outbreakMeasures {
	var quiet, wrong, weeks, right, outbreaks, found, first, delay float64
	for i, s := range all {
		begin, hit := -1, -1
		for w, flag := range flags[i] {
			if s.outbreak[from-1+w] == 0 {
				quiet++
				wrong += one(flag)
				continue
			}
			weeks++
			right += one(flag)
			if begin < 0 {
				begin = w
				first += one(flag)
			}
			if flag && hit < 0 {
				hit = w
			}
		}
		if begin >= 0 {
			outbreaks++
		}
		if hit >= 0 {
			found++
			delay += float64(hit - begin)
		}
	}
	return outbreakMeasures{wrong / quiet, found / outbreaks, right / weeks, right / (right + wrong), first / outbreaks, delay / found}
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// TestOutbreakBenchmark compares with R's farringtonFlexible on simulated series with known outbreaks: at its false
// alarm rate (0.0089) it finds 0.504 of the outbreaks and 0.250 of their weeks.
func TestOutbreakBenchmark(t *testing.T) {
	all := readSimulated(t, "benchmark")
	j := judgeAll(all, 576, 624, DefaultConfig())
	t.Logf("as configured: %s", measureOutbreaks(all, j.from, j.alarm))
	equal := measureOutbreaks(all, j.from, j.below(0.0089, func(i, w int) bool { return all[i].outbreak[j.from-1+w] == 0 }))
	t.Logf("at R's rate: %s", equal)
	if equal.pod < 0.53 || equal.sensitivity < 0.30 {
		t.Errorf("at R's false alarm rate POD and sensitivity are to be at least 0.53 and 0.30")
	}
}

type emergenceMeasures struct {
	falseAlarms, median, mean, missed float64
}

func (m emergenceMeasures) String() string {
	return fmt.Sprintf("false alarms %.4f a week, delay %.0f weeks (median), %.1f (mean), missed %.1f %%",
		m.falseAlarms, m.median, m.mean, 100*m.missed)
}

func measureEmergence(all []simulated, from int, flags [][]bool) emergenceMeasures {
	var quiet, wrong, missed float64
	var delays []float64
	for i, s := range all {
		if s.onset == 0 {
			for _, flag := range flags[i] {
				quiet++
				wrong += one(flag)
			}
			continue
		}
		hit := slices.Index(flags[i][s.onset-from:], true)
		if hit < 0 {
			missed++
			hit = len(s.counts) - s.onset
		}
		delays = append(delays, float64(hit))
	}
	slices.Sort(delays)
	sum := 0.0
	for _, d := range delays {
		sum += d
	}
	n := float64(len(delays))
	return emergenceMeasures{wrong / quiet, delays[len(delays)/2], sum / n, missed / n}
}

// TestEmergenceBenchmark compares with R's farringtonFlexible on simulated slow emergence: 0.0158 false alarms a week
// with a mean delay of 17.7 weeks (alpha 0.01), 0.0076 with 25.6 (alpha 0.002).
func TestEmergenceBenchmark(t *testing.T) {
	all := readSimulated(t, "emergence")
	j := judgeAll(all, 417, 520, DefaultConfig())
	t.Logf("as configured: %s", measureEmergence(all, j.from, j.alarm))
	for _, r := range []struct{ rate, mean float64 }{{0.0158, 17.7}, {0.0076, 25.6}} {
		equal := measureEmergence(all, j.from, j.below(r.rate, func(i, _ int) bool { return all[i].onset == 0 }))
		t.Logf("at R's rate: %s", equal)
		if equal.mean > r.mean {
			t.Errorf("at a false alarm rate of %v the mean delay is to be at most R's %v weeks", r.rate, r.mean)
		}
	}
}

// classes of the flag columns of the table of deaths.
var flagClasses = map[string][]string{
	"Heroin": {"opioid"}, "Fentanyl": {"opioid", "fentanyls"}, "FentanylAnalogue": {"opioid", "fentanyls"},
	"Oxycodone": {"opioid", "prescription opioid"}, "Oxymorphone": {"opioid", "prescription opioid"},
	"Hydrocodone": {"opioid", "prescription opioid"}, "Hydromorphone": {"opioid", "prescription opioid"},
	"Methadone": {"opioid"}, "Tramad": {"opioid", "prescription opioid"}, "Morphine_NotHeroin": {"opioid"}, "OpiateNOS": {"opioid"},
	"Cocaine": {"stimulant"}, "Amphet": {"stimulant"}, "Benzodiazepine": {"sedative"}, "Ethanol": {"sedative"}, "AnyOpioid": nil,
}

var firstMonday = time.Date(2012, 1, 2, 0, 0, 0, 0, time.UTC)

// readDeaths counts deaths by week from 2 January 2012 and substance or class, over the whole of Connecticut.
func readDeaths(t testing.TB) map[string][]float64 {
	b, err := os.ReadFile(shared(t, "data", "connecticut-overdose-deaths", "deaths-2012-2016.csv"))
	if err != nil {
		t.Skip(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	series := map[string][]float64{}
	count := func(name string, week int) {
		if series[name] == nil {
			series[name] = make([]float64, 262)
		}
		series[name][week]++
	}
	for _, row := range rows[1:] {
		day, err := time.Parse("01/02/2006", row[0][:min(10, len(row[0]))])
		week := int(day.Sub(firstMonday).Hours() / 24 / 7)
		if err != nil || day.Before(firstMonday) || week >= 262 {
			continue
		}
		seen := map[string]bool{"all": true}
		for i, name := range rows[0] {
			if classes, isFlag := flagClasses[name]; isFlag && strings.HasPrefix(row[i], "Y") {
				seen[name] = true
				for _, c := range classes {
					seen[c] = true
				}
			}
		}
		for name := range seen {
			count(name, week)
		}
	}
	return series
}

// TestConnecticut replays the weeks of 2013-2016, each with the data up to and including it: fentanyl is to be raised
// before 18 March 2015, the day of the first nationwide federal alert, with at most 40 signals a year in all series.
func TestConnecticut(t *testing.T) {
	cfg := DefaultConfig()
	total := 0
	first := time.Time{}
	for name, counts := range readDeaths(t) {
		tracker := Tracker{Quiet: cfg.Quiet()}
		var raised []string
		for at := range counts {
			sunday := firstMonday.AddDate(0, 0, 7*at+6)
			f, alarm := Detect(counts, at, cfg)
			if tracker.Next(alarm) && sunday.Year() >= 2013 && sunday.Year() <= 2016 {
				total++
				raised = append(raised, fmt.Sprintf("%s %s %g>%g", sunday.Format(time.DateOnly), f.Detector, f.Observed, f.Upperbound))
				if name == "Fentanyl" && first.IsZero() {
					first = sunday
				}
			}
		}
		t.Logf("%s: %d signals: %s", name, len(raised), strings.Join(raised, "; "))
	}
	t.Logf("%d signals in four years, %.1f a year; fentanyl on %s", total, float64(total)/4, first.Format(time.DateOnly))
	if first.IsZero() || !first.Before(time.Date(2015, 3, 18, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("fentanyl is raised on %v, not before 18 March 2015", first)
	}
	if total > 4*40 {
		t.Errorf("%d signals in four years are more than 40 a year", total)
	}
}

func BenchmarkDetect(b *testing.B) {
	s := seasonal(520, 12)
	cfg := DefaultConfig()
	n := 0
	for b.Loop() {
		Detect(s.Counts, 300+n%220, cfg)
		n++
	}
}

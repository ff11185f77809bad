package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/surveillance"
)

// usageError marks a mistake in how a command was called; it ends with exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// largestSeries bounds the size of a file that analyse reads, in bytes.
const largestSeries = 16 << 20

type analyseFlags struct {
	algorithm, span, limit54, threshold, power string
	freq, b, w, periods, pastWeeks, baseline   int
	alpha, pTrend, weights, minSigma           float64
	trend, reweight, calendar                  bool
}

func analyseCommand() *cobra.Command {
	var f analyseFlags
	cmd := &cobra.Command{
		Use:   "analyse FILE.csv",
		Short: "Judge a series of counts with one detector, without a database",
		Long: "analyse reads a table with the columns period and count, one row a period and the oldest first, and prints one JSON\n" +
			"document: for each judged index (from 1) the expected count, the threshold, whether the count is an alarm, and the\n" +
			"p-value; null where undefined. FILE may be - for standard input.\n\n" +
			"A flag that is not given has the default of the chosen algorithm; the defaults shown are those of farrington-flexible.\n" +
			"farrington: alpha 0.05, p-threshold-trend 0.05, weights-threshold 1. ears-c1, ears-c2: alpha 0.001; ears-c3: alpha 0.025.\n" +
			"A flag that the algorithm has no use for is ignored.",
		Example: "  tocsin analyse counts.csv --algorithm farrington-flexible --range 265-312\n" +
			"  tocsin analyse counts.csv --algorithm ears-c2 --baseline 9",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runAnalyse(cmd, args[0], f) },
	}
	d, e, p := surveillance.FarringtonFlexibleDefaults(), surveillance.EARSDefaults(surveillance.C1), cmd.Flags()
	p.StringVar(&f.algorithm, "algorithm", "farrington-flexible", "farrington-flexible, farrington, ears-c1, ears-c2 or ears-c3")
	p.IntVar(&f.freq, "freq", 52, "periods a year")
	p.StringVar(&f.span, "range", "", "indices to judge, such as 265-312 or 300,305-310 (default: all with a whole baseline)")
	p.IntVar(&f.b, "b", d.B, "years to go back")
	p.IntVar(&f.w, "w", d.W, "half-width of the window around each reference period")
	p.IntVar(&f.periods, "periods", d.Periods, "seasonal periods a year")
	p.IntVar(&f.pastWeeks, "past-weeks-not-included", d.PastWeeksNotIncluded, "latest periods left out of the baseline")
	p.Float64Var(&f.alpha, "alpha", d.Alpha, "level of the threshold")
	p.BoolVar(&f.trend, "trend", d.Trend, "fit a time trend where it is justified")
	p.Float64Var(&f.pTrend, "p-threshold-trend", d.PThresholdTrend, "the trend is kept when its p-value is below this")
	p.BoolVar(&f.reweight, "reweight", true, "turn past outbreaks down")
	p.Float64Var(&f.weights, "weights-threshold", d.WeightsThreshold, "standardised residual from which a past count is turned down")
	p.StringVar(&f.limit54, "limit54", "5,4", "no alarm with fewer cases (first) in the latest periods (second)")
	p.StringVar(&f.threshold, "threshold-method", "nbPlugin", "nbPlugin, delta or muan")
	p.StringVar(&f.power, "power-transform", "2/3", "2/3, 1/2 or none")
	p.BoolVar(&f.calendar, "calendar", false, "periods are dates or ISO weeks: a year back is a calendar year, not freq periods")
	p.IntVar(&f.baseline, "baseline", e.Baseline, "periods of the EARS baseline")
	p.Float64Var(&f.minSigma, "min-sigma", e.MinSigma, "least standard deviation of the EARS baseline")
	p.Bool("json", false, "accepted for uniformity: the output is JSON anyway")
	return cmd
}

func runAnalyse(cmd *cobra.Command, path string, f analyseFlags) error {
	detector, err := f.detector(cmd.Flags().Changed)
	if err != nil {
		return usageError{err}
	}
	periods, counts, err := readSeries(path, cmd.InOrStdin())
	if err != nil {
		return err
	}
	s := surveillance.Series{Counts: counts, Freq: f.freq}
	if f.calendar {
		if s.Start, err = firstDay(periods[0]); err != nil {
			return fmt.Errorf("%s: row 2: %w", path, err)
		}
	}
	rng, err := parseRange(f.span, len(counts))
	if err != nil {
		return usageError{err}
	}
	if f.span == "" {
		if rng = surveillance.Span(detector.first, len(counts)); len(rng) == 0 {
			return fmt.Errorf("%s: it has %d periods; these settings need at least %d", path, len(counts), detector.first)
		}
	}
	r, err := detector.judge(s, rng)
	switch {
	case errors.Is(err, surveillance.ErrOptions):
		return usageError{err}
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	return printJSON(cmd.OutOrStdout(), analysisOf(r))
}

// detector is an algorithm with its settings; first is the first index that has a whole baseline.
type detector struct {
	first int
	judge func(surveillance.Series, []int) (surveillance.Result, error)
}

// detector builds the chosen algorithm; given tells which flags were given.
func (f analyseFlags) detector(given func(string) bool) (detector, error) {
	switch f.algorithm {
	case "farrington-flexible", "farrington":
		o, judge := surveillance.FarringtonFlexibleDefaults(), surveillance.FarringtonFlexible
		if f.algorithm == "farrington" {
			o, judge = surveillance.FarringtonDefaults(), surveillance.Farrington
		}
		if err := f.farrington(&o, given); err != nil {
			return detector{}, err
		}
		return detector{max(1, o.B*f.freq+o.W+1), func(s surveillance.Series, rng []int) (surveillance.Result, error) {
			return judge(s, rng, o)
		}}, nil
	case "ears-c1", "ears-c2", "ears-c3":
		o := surveillance.EARSDefaults(surveillance.EARSMethod(f.algorithm[len("ears-c")] - '0'))
		o.Baseline, o.MinSigma = f.baseline, f.minSigma
		if given("alpha") {
			o.Alpha = f.alpha
		}
		return detector{max(1, o.Lag()+1), func(s surveillance.Series, rng []int) (surveillance.Result, error) {
			return surveillance.EARS(s, rng, o)
		}}, nil
	}
	return detector{}, fmt.Errorf("--algorithm is %q; it must be farrington-flexible, farrington, ears-c1, ears-c2 or ears-c3", f.algorithm)
}

func (f analyseFlags) farrington(o *surveillance.FarringtonOptions, given func(string) bool) error {
	o.B, o.W, o.Periods, o.PastWeeksNotIncluded, o.Trend, o.NoReweight = f.b, f.w, f.periods, f.pastWeeks, f.trend, !f.reweight
	for name, set := range map[string]func(){
		"alpha":             func() { o.Alpha = f.alpha },
		"p-threshold-trend": func() { o.PThresholdTrend = f.pTrend },
		"weights-threshold": func() { o.WeightsThreshold = f.weights },
	} {
		if given(name) {
			set()
		}
	}
	cases, periods, found := strings.Cut(f.limit54, ",")
	n, err1 := strconv.ParseFloat(strings.TrimSpace(cases), 64)
	m, err2 := strconv.Atoi(strings.TrimSpace(periods))
	if !found || err1 != nil || err2 != nil {
		return fmt.Errorf("--limit54 is %q; it must be cases,periods, such as 5,4", f.limit54)
	}
	o.Limit54 = surveillance.Limit{Cases: n, Periods: m}
	if o.Threshold, found = surveillance.ParseThresholdMethod(f.threshold); !found {
		return fmt.Errorf("--threshold-method is %q; it must be nbPlugin, delta or muan", f.threshold)
	}
	if o.Power, found = surveillance.ParsePowerTransform(f.power); !found {
		return fmt.Errorf("--power-transform is %q; it must be 2/3, 1/2 or none", f.power)
	}
	return nil
}

// parseRange reads indices such as 265-312 or 300,305-310, each within 1 to last.
func parseRange(text string, last int) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var rng []int
	for part := range strings.SplitSeq(text, ",") {
		from, to, isSpan := strings.Cut(strings.TrimSpace(part), "-")
		if !isSpan {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a < 1 || b < a {
			return nil, fmt.Errorf("--range has %q; it must be an index or two as first-last, counted from 1", part)
		}
		if b > last || len(rng)+b-a+1 > 10*last {
			return nil, fmt.Errorf("--range has %q; the series ends at %d", part, last)
		}
		rng = append(rng, surveillance.Span(a, b)...)
	}
	return rng, nil
}

// analysis is the document that analyse prints.
type analysis struct {
	Range      []int      `json:"range"`
	Expected   []*float64 `json:"expected"`
	Upperbound []*float64 `json:"upperbound"`
	Alarm      []*bool    `json:"alarm"`
	PValue     []*float64 `json:"pvalue"`
}

func analysisOf(r surveillance.Result) analysis {
	a := analysis{Range: r.Range, Expected: orNull(r.Expected), Upperbound: orNull(r.Upperbound), PValue: orNull(r.PValue)}
	for i := range r.Range {
		if r.Undecided[i] {
			a.Alarm = append(a.Alarm, nil)
		} else {
			a.Alarm = append(a.Alarm, &r.Alarm[i])
		}
	}
	return a
}

func orNull(v []float64) []*float64 {
	out := make([]*float64, len(v))
	for i := range v {
		if !math.IsNaN(v[i]) && !math.IsInf(v[i], 0) {
			out[i] = &v[i]
		}
	}
	return out
}

// readSeries reads a table with the columns period and count.
func readSeries(path string, stdin io.Reader) (periods []string, counts []float64, err error) {
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, largestSeries+1))
	if err != nil {
		return nil, nil, err
	}
	periods, counts, err = parseSeries(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return periods, counts, nil
}

func parseSeries(b []byte) (periods []string, counts []float64, err error) {
	switch {
	case len(b) > largestSeries:
		return nil, nil, fmt.Errorf("it is larger than %d MB, too large for one series", largestSeries>>20)
	case bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")):
		return nil, nil, errors.New("it is in UTF-16; save it as UTF-8")
	case bytes.IndexByte(b, 0) >= 0:
		return nil, nil, errors.New("it is not a text table")
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = separator(b)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, nil, errors.New("it has no row with the column names period and count")
	}
	period, count := column(header, "period"), column(header, "count")
	if period < 0 || count < 0 {
		return nil, nil, fmt.Errorf("row 1: the columns are %q; there must be period and count", header)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := r.FieldPos(0)
		if len(row) <= max(period, count) {
			return nil, nil, fmt.Errorf("row %d has %d of %d columns", line, len(row), len(header))
		}
		c, err := parseCount(row[count])
		if err != nil {
			return nil, nil, fmt.Errorf("row %d: %w", line, err)
		}
		periods, counts = append(periods, strings.TrimSpace(row[period])), append(counts, c)
	}
	if len(counts) == 0 {
		return nil, nil, errors.New("it has no counts")
	}
	return periods, counts, nil
}

// separator is the character that parts the columns of the first line.
func separator(b []byte) rune {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	for _, c := range ";\t" {
		if !bytes.ContainsRune(line, ',') && bytes.ContainsRune(line, c) {
			return c
		}
	}
	return ','
}

func column(header []string, name string) int {
	for i, h := range header {
		if strings.EqualFold(strings.TrimSpace(h), name) {
			return i
		}
	}
	return -1
}

func parseCount(text string) (float64, error) {
	text = strings.TrimSpace(text)
	c, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return 0, errors.New("the count is missing; write 0 where nothing was counted")
	case err != nil || math.IsNaN(c) || math.IsInf(c, 0):
		return 0, fmt.Errorf("the count %.40q is not a number", text)
	case c < 0:
		return 0, fmt.Errorf("the count %s is negative", text)
	}
	return c, nil
}

// firstDay reads a date (2004-01-05) or an ISO week (2004-W02), of which it returns the Monday.
func firstDay(period string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, period); err == nil {
		return day, nil
	}
	year, week, found := strings.Cut(strings.ToUpper(period), "W")
	y, err1 := strconv.Atoi(strings.TrimSuffix(year, "-"))
	w, err2 := strconv.Atoi(week)
	if !found || err1 != nil || err2 != nil || y < 1 || y > 9999 || w < 1 || w > 53 {
		return time.Time{}, fmt.Errorf("with --calendar the period must be a date such as 2004-01-05 or a week such as 2004-W02, not %.40q", period)
	}
	jan4 := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC) // always in week 1
	return jan4.AddDate(0, 0, 7*(w-1)-(int(jan4.Weekday())+6)%7), nil
}

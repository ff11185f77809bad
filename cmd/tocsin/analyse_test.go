package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// runAnalysis runs the command on a table and returns its standard output.
func runAnalysis(t *testing.T, table string, flags ...string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "series.csv")
	if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := analyseCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs(append([]string{path}, flags...))
	err := cmd.Execute()
	return out.String(), err
}

func tableOf(counts []float64) string {
	var b strings.Builder
	b.WriteString("period,count\n")
	for i, c := range counts {
		fmt.Fprintf(&b, "%d,%g\n", i+1, c)
	}
	return b.String()
}

func TestAnalyseReadsWhatOfficesSend(t *testing.T) {
	want := `{"range":[8],"expected":[2],"upperbound":[4.523164],"alarm":[true],"pvalue":[`
	rows := []string{"1,1", "2,2", "3,3", "4,1", "5,2", "6,3", "7,2", "8,20"}
	plain := "period,count\n" + strings.Join(rows, "\n")
	for name, table := range map[string]string{
		"plain": plain, "final newline": plain + "\n",
		"byte-order mark and CRLF": "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n"),
		"semicolons":               strings.ReplaceAll(plain, ",", ";"), "tabs": strings.ReplaceAll(plain, ",", "\t"),
		"other columns": "note,Count, Period\n" + "\"a\nb\",1,1\n" + "x,2,2\nx,3,3\nx,1,4\nx,2,5\nx,3,6\nx,2,7\nx,20,8\n",
	} {
		out, err := runAnalysis(t, table, "--algorithm", "ears-c1", "--json")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var d analysis
		if err := json.Unmarshal([]byte(out), &d); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		*d.Upperbound[0] = math.Round(*d.Upperbound[0]*1e6) / 1e6
		again, _ := json.Marshal(d)
		if !strings.HasPrefix(string(again), want) {
			t.Errorf("%s: %s", name, again)
		}
	}
}

func TestAnalyseTellsWrongUsageFromBadData(t *testing.T) {
	good := tableOf(make([]float64, 300))
	for _, c := range []struct {
		name, table string
		flags       []string
		usage       bool
		says        string
	}{
		{"unknown algorithm", good, []string{"--algorithm", "magic"}, true, "ears-c3"},
		{"alpha out of bounds", good, []string{"--alpha", "2"}, true, "alpha"},
		{"b below 1", good, []string{"--b", "-5"}, true, "b is -5"},
		{"range not a range", good, []string{"--range", "x-3"}, true, "--range"},
		{"range backwards", good, []string{"--range", "9-3"}, true, "--range"},
		{"range beyond the series", good, []string{"--range", "290-301"}, true, "ends at 300"},
		{"huge range", good, []string{"--range", "1-999999999999"}, true, "ends at 300"},
		{"limit", good, []string{"--limit54", "5"}, true, "5,4"},
		{"negative", "period,count\n1,3\n2,-1\n", nil, false, "row 3: the count -1 is negative"},
		{"not a number", "period,count\n1,many\n", nil, false, "row 2"},
		{"missing", "period,count\n1,\n", nil, false, "row 2"},
		{"infinite", "period,count\n1,1e999\n", nil, false, "row 2"},
		{"NaN", "period,count\n1,NaN\n", nil, false, "row 2"},
		{"short row", "period,count\n1\n", nil, false, "row 2"},
		{"no such column", "week,cases\n1,1\n", nil, false, "period and count"},
		{"empty", "", nil, false, "period and count"},
		{"no rows", "period,count\n", nil, false, "no counts"},
		{"binary", "\x7fELF\x00\x01", nil, false, "text"},
		{"UTF-16", "\xff\xfep\x00", nil, false, "UTF-16"},
		{"unfinished quote", "period,count\n1,\"2\n", nil, false, "quote"},
		{"too short", "period,count\n1,2\n", nil, false, "at least 264"},
		{"no dates", good, []string{"--calendar"}, false, "2004-W02"},
	} {
		out, err := runAnalysis(t, c.table, c.flags...)
		var u usageError
		if err == nil || errors.As(err, &u) != c.usage || !strings.Contains(err.Error(), c.says) || out != "" {
			t.Errorf("%s: error %v, output %q", c.name, err, out)
		}
	}
}

func TestAnalyseUndefinedIsNull(t *testing.T) {
	out, err := runAnalysis(t, tableOf(make([]float64, 300)), "--range", "10,300")
	if err != nil {
		t.Fatal(err)
	}
	var d analysis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Range) != 2 || d.Expected[0] != nil || d.Alarm[0] != nil || d.PValue[0] != nil {
		t.Errorf("index 10 has no history, yet %s", out)
	}
}

func TestFirstDay(t *testing.T) {
	for period, want := range map[string]string{
		"2004-W01": "2003-12-29", "2000-W01": "2000-01-03", "2020W53": "2020-12-28", "2004-01-05": "2004-01-05",
	} {
		if d, err := firstDay(period); err != nil || d.Format("2006-01-02") != want {
			t.Errorf("%s begins on %v (%v), want %s", period, d, err, want)
		}
	}
}

// TestAnalyseEqualsR gives every result of R surveillance to the command, in the way that a script would.
func TestAnalyseEqualsR(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "reference", "surveillance*", "*.json"))
	if len(paths) == 0 {
		t.Skip("no shared/reference beside the repository")
	}
	for _, path := range paths {
		var f struct {
			Name    string
			Freq    int
			Start   [2]int
			Counts  []float64
			Results []struct {
				Algorithm  string
				Control    map[string]any
				Range      []int
				Upperbound []any
				Expected   any
				Alarm      []*bool
			}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		table := tableOf(f.Counts)
		calendar := f.Name == "salmNewport" // the only one whose periods R knows as dates
		if calendar {
			table = strings.Replace(table, "\n1,", fmt.Sprintf("\n%d-W%02d,", f.Start[0], f.Start[1]), 1)
		}
		for i, ref := range f.Results {
			flags, ok := flagsOf(ref.Algorithm, ref.Control)
			if !ok {
				continue
			}
			flags = append(flags, "--freq", strconv.Itoa(f.Freq), "--calendar="+strconv.FormatBool(calendar),
				"--range", fmt.Sprintf("%d-%d", ref.Range[0], ref.Range[len(ref.Range)-1]))
			out, err := runAnalysis(t, table, flags...)
			if err != nil {
				t.Fatalf("%s %s: %v", f.Name, ref.Algorithm, err)
			}
			var d analysis
			if err := json.Unmarshal([]byte(out), &d); err != nil {
				t.Fatal(err)
			}
			expected, _ := ref.Expected.([]any)
			for j := range ref.Range {
				same := alike(d.Upperbound[j], ref.Upperbound[j]) && (len(expected) == 0 || alike(d.Expected[j], expected[j]))
				if (d.Alarm[j] == nil) != (ref.Alarm[j] == nil) || d.Alarm[j] != nil && *d.Alarm[j] != *ref.Alarm[j] || !same {
					t.Errorf("%s result %d (%s) differs at %d", f.Name, i+1, ref.Algorithm, ref.Range[j])
				}
			}
		}
	}
}

func alike(got *float64, want any) bool {
	w, defined := want.(float64)
	if got == nil || !defined {
		return got == nil && !defined
	}
	return math.Abs(*got-w) <= 1e-6*math.Abs(w)
}

func flagsOf(algorithm string, control map[string]any) (flags []string, ok bool) {
	name, ok := map[string]string{
		"farringtonFlexible": "farrington-flexible", "farrington": "farrington",
		"earsC1": "ears-c1", "earsC2": "ears-c2", "earsC3": "ears-c3",
	}[algorithm]
	if !ok {
		return nil, false
	}
	flags = []string{"--algorithm", name}
	for key, flag := range map[string]string{
		"b": "b", "w": "w", "alpha": "alpha", "trend": "trend", "pThresholdTrend": "p-threshold-trend",
		"weightsThreshold": "weights-threshold", "powertrans": "power-transform", "noPeriods": "periods",
		"pastWeeksNotIncluded": "past-weeks-not-included", "thresholdMethod": "threshold-method",
		"baseline": "baseline", "minSigma": "min-sigma", "reweight": "reweight",
	} {
		if v, given := control[key]; given {
			flags = append(flags, fmt.Sprintf("--%s=%v", flag, v))
		}
	}
	if l, given := control["limit54"].([]any); given {
		flags = append(flags, fmt.Sprintf("--limit54=%v,%v", l[0], l[1]))
	}
	return flags, true
}

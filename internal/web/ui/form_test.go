package ui

import (
	"context"
	"testing"

	"pgregory.net/rapid"
	_ "tocsin/internal/drawn"
	"tocsin/internal/record"
)

// A valid partial date survives being taken apart and put together.
func TestDatesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.StringMatching(`(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?`).Draw(t, "date")
		if got := JoinDate(SplitDate(d)); got != d {
			t.Fatalf("%s became %s", d, got)
		}
	})
}

func TestJoinDate(t *testing.T) {
	for _, c := range []struct{ year, month, day, want string }{
		{"2024", "3", "5", "2024-03-05"}, {" 2024 ", "", "", "2024"}, {"", "", "", ""},
	} {
		if got := JoinDate(c.year, c.month, c.day); got != c.want {
			t.Errorf("%+v gives %q", c, got)
		}
	}
	for _, c := range [][3]string{{"2024", "", "5"}, {"", "3", ""}, {"24", "3", "5"}, {"2024", "13", ""}, {"2024-03", "04", ""}} {
		d := record.Date(JoinDate(c[0], c[1], c[2]))
		if _, err := d.Time(); err == nil && string(d) != "2024-03-04" {
			t.Errorf("%v gives the date %q", c, d)
		}
	}
}

func TestProblemsReachTheirFields(t *testing.T) {
	fields := []Field{{Path: "title"}, {Path: "components", Items: []Item{{Fields: []Field{{Path: "components.1.purity"}}}}}}
	var p record.Problems
	p.Add("title", "problem.required")
	p.Add("components.1.purity", "problem.most", "most", 100, "value", 140)
	p.Add("components.9.purity", "problem.required")
	p.Add("", "problem.empty")
	rest := SpreadProblems(context.Background(), fields, p)
	if len(rest) != 2 || len(fields[0].Problems) != 1 {
		t.Fatalf("rest %v, title %v", rest, fields[0].Problems)
	}
	if got := fields[1].Items[0].Fields[0].Problems; len(got) != 1 || got[0] != "140 is too large. It must be at most 100." {
		t.Errorf("purity: %q", got)
	}
}

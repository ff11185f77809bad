package record_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
)

// names knows the substances fentanyl and heroin and the places GH and GH-AA.
type names struct{}

func (names) SubstanceName(id, _ string) (string, bool) {
	return id, id == "fentanyl" || id == "heroin"
}
func (names) SubstanceClasses(string) []string           { return []string{"opioid"} }
func (names) GroupName(id, _ string) (string, bool)      { return id, id == "swg1.1" || id == "l5" }
func (names) IsLine(id string) bool                      { return id == "l5" }
func (names) ParticipantName(c, _ string) (string, bool) { return c, c == "GH" }
func (names) PlaceName(code, _ string) (string, bool)    { return code, code == "GH" || code == "GH-AA" }

func TestWeeks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Int64Range(-20000, 60000).Draw(t, "day")
		w := record.WeekOf(day)
		first, last := w.Days()
		if day < first || day > last || last-first != 6 {
			t.Fatalf("day %d is in week %d from %d to %d", day, w, first, last)
		}
		at := time.Unix(day*86400, 0).UTC()
		y, n := at.ISOWeek()
		thursday := time.Unix((first+3)*86400, 0).UTC()
		m := w.YearMonth()
		if m.String() != thursday.Format("2006-01") {
			t.Fatalf("the week of %s is of %s", thursday, m)
		}
		if f := m.FirstWeek(); f.YearMonth() != m || (f-1).YearMonth() != m-1 || f > w || w-f > 4 {
			t.Fatalf("%s begins with %s and not with one of four before %s", m, f, w)
		}
		if y >= 1901 {
			monday, err := w.Monday().Time()
			if err != nil || monday.Weekday() != time.Monday {
				t.Fatalf("%s: %v", w.Monday(), err)
			}
			if y2, n2 := monday.ISOWeek(); y2 != y || n2 != n {
				t.Fatalf("week %s of %s", w, at)
			}
		}
	})
}

func TestDates(t *testing.T) {
	for d, want := range map[record.Date]record.Precision{"2024-02-29": record.Day, "2024-02": record.Month, "2024": record.Year} {
		if _, err := d.Time(); err != nil || d.Precision() != want {
			t.Errorf("%s: %v, %v", d, d.Precision(), err)
		}
	}
	for _, d := range []record.Date{"", "2023-02-29", "0000", "24", "2024-13", "2024-1-1", "yesterday", "1899-12-31"} {
		if _, err := d.Time(); err == nil {
			t.Errorf("%q passes as a date", d)
		}
	}
}

func complete(t *testing.T, kind, body string) (*record.Record, record.Problems) {
	t.Helper()
	k, ok := kinds.Get(kind)
	if !ok {
		t.Fatalf("no kind %s", kind)
	}
	r := &record.Record{ID: "r", Kind: kind, Owner: "GH", State: k.Workflow.Initial, Sharing: record.Sharing{TLP: record.Green}, Body: json.RawMessage(body)}
	_, p := k.Complete(r, names{}, "2024-06-01")
	return r, p
}

func TestProblemsNameTheirFields(t *testing.T) {
	for body, want := range map[string]string{
		`{"type":"seizure","found":"2024-05-01","country":"GH"}`:                                                             "",
		`{"found":"2024-05-01","country":"GH"}`:                                                                              "type problem.required",
		`{"type":"flying","found":"2024-05-01","country":"GH"}`:                                                              "type problem.option",
		`{"type":"seizure","found":"2024-06-02","country":"GH"}`:                                                             "found problem.future",
		`{"type":"seizure","found":"2024-05-01","country":"GH","subdivision":"US-CT"}`:                                       "subdivision problem.place",
		`{"type":"seizure","found":"2024-05-01","country":"GH","goods":[{"substance":"fentanyl","quantity":-1,"unit":"g"}]}`: "goods.1.quantity problem.least",
		`{"type":"seizure","found":"2024-05-01","country":"GH","goods":[{"given":"x"},{"substance":"nothing"}]}`:             "goods.2.substance problem.substance",
		`{"type":"seizure","found":"2024-05-01","country":"GH","goods":[{"quantity":1,"unit":"stone"}]}`:                     "goods.1.unit problem.option",
		`{"type":"seizure","found":"2024-05-01","country":"GH","hazards":"right\u202eto left"}`:                              "hazards problem.character",
		`{"type":"seizure","found":"2024-05-01","country":"GH","owner":"SL"}`:                                                "body problem.body",
		`not JSON`: "body problem.body",
	} {
		_, p := complete(t, "incident", body)
		got := ""
		if len(p) > 0 {
			got = p[0].Field + " " + p[0].Key
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// TestCompletingAgainChangesNothing: what is completed is complete.
func TestCompletingAgainChangesNothing(t *testing.T) {
	r, p := complete(t, "health-event", `{"event":"death","date":"2024-05-01","country":"GH","subdivision":"GH-AA","certainty":"confirmed","involved":[{"substance":"heroin"},{"substance":"heroin"},{"given":"x"}]}`)
	if len(p) > 0 {
		t.Fatal(p)
	}
	once, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := kinds.Get("health-event")
	b, p := k.Complete(r, names{}, "2024-06-01")
	twice, err := json.Marshal(r)
	if err != nil || len(p) > 0 || string(once) != string(twice) {
		t.Errorf("%s\nthen\n%s", once, twice)
	}
	if c := b.Count(r); len(c) != 1 || c[0].Value != 1 || len(c[0].Substances) != 1 || c[0].Place != "GH-AA" {
		t.Errorf("counted as %+v", c)
	}
	r.Retracted = &record.Retraction{}
	if c := b.Count(r); len(c) != 0 {
		t.Errorf("a retracted record is counted as %+v", c)
	}
}

// TestLevelOfIdentification is SWGDRUG's minimum scheme.
func TestLevelOfIdentification(t *testing.T) {
	for _, c := range []struct {
		techniques []string
		standard   string
		want       string
	}{
		{nil, "", "unknown"}, {[]string{"ms"}, "yes", "presumptive"}, {[]string{"ms", "gc"}, "yes", "confirmed"}, {[]string{"ms", "gc"}, "no", "tentative"},
		{[]string{"ms", "colour"}, "", "confirmed"}, {[]string{"ms", "ms"}, "", "presumptive"}, {[]string{"gc", "lc"}, "", "presumptive"},
		{[]string{"gc", "lc", "colour"}, "", "confirmed"}, {[]string{"colour", "melting", "gc"}, "", "presumptive"}, {[]string{"colour"}, "", "presumptive"},
	} {
		f := detection.Finding{Standard: c.standard}
		for _, n := range c.techniques {
			f.Techniques = append(f.Techniques, detection.Technique{Name: n, Positive: "yes"})
		}
		f.Derive(&record.Record{}, names{})
		if f.Level != c.want {
			t.Errorf("%v, standard %q: %s, want %s", c.techniques, c.standard, f.Level, c.want)
		}
	}
}

func TestText(t *testing.T) {
	x := record.Text{"fr": "bonjour", "en": "hello"}
	for lang, want := range map[string]string{"fr": "bonjour", "ar": "hello"} {
		if got, _ := x.In(lang); got != want {
			t.Errorf("in %s: %q", lang, got)
		}
	}
	if got, in := (record.Text{"ru": "привет"}).In("ar"); got != "привет" || in != "ru" {
		t.Error(got, in)
	}
}

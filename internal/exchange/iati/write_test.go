package iati

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/internal/exchange/iati/iatitest"
)

func TestOrderOfElements(t *testing.T) {
	want := []string{"iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status",
		"activity-date", "recipient-country", "sector", "tag", "default-finance-type", "default-aid-type", "transaction", "related-activity", "result"}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^    <([a-z-]+)`).FindAllStringSubmatch(write(t, []Activity{full()}), -1) {
		if len(got) == 0 || got[len(got)-1] != m[1] {
			got = append(got, m[1])
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func TestHeader(t *testing.T) {
	got := write(t, []Activity{full()})
	for _, want := range []string{`<?xml version="1.0" encoding="UTF-8"?>`, `<iati-activities version="2.03" generated-datetime="2026-11-25T11:00:00Z">`,
		`<iati-activity xml:lang="en" default-currency="EUR" last-updated-datetime="2026-10-01T08:30:15.00000025Z" humanitarian="true">`,
		`<default-aid-type code="K" vocabulary="3"/>`, `>100000000000000</value>`} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(got, "hierarchy") {
		t.Error("hierarchy")
	}
	var b strings.Builder
	if err := Write(&b, time.Time{}, []Activity{minimal("a")}); err != nil || strings.Contains(b.String(), "generated") {
		t.Error(err, b.String())
	}
}

func TestHostileText(t *testing.T) {
	got := write(t, []Activity{hostile()})
	if !utf8.ValidString(got) {
		t.Error("not UTF-8")
	}
	for _, r := range got {
		if r < 0x20 && r != '\n' || r == 0xfffe || r == 0xffff {
			t.Errorf("%U", r)
		}
	}
	list, problems := take(t, got)
	if len(problems) > 0 || len(list) != 1 || !strings.Contains(list[0].Title["en"], `]]></narrative><!-- & "'`+"\ufffd") {
		t.Errorf("%v %+v", problems, list)
	}
}

// TestRefusals changes a sound activity in one way each.
func TestRefusals(t *testing.T) {
	for want, change := range map[string]func(*Activity){
		"iati-identifier " + KeyRequired:                           func(a *Activity) { a.ID = "" },
		"iati-identifier " + KeyCode:                               func(a *Activity) { a.ID = "a b" },
		"iati-identifier " + KeyLong:                               func(a *Activity) { a.ID = strings.Repeat("é", MaxID) },
		"reporting-org/@ref " + KeyRequired:                        func(a *Activity) { a.Reporter = " " },
		"reporting-org/narrative " + KeyRequired:                   func(a *Activity) { a.ReporterName = "" },
		"reporting-org/@type " + KeyCode:                           func(a *Activity) { a.ReporterType = "a b" },
		"title " + KeyRequired:                                     func(a *Activity) { a.Title = map[string]string{"en": "\t"} },
		"title/narrative/@xml:lang " + KeyCode:                     func(a *Activity) { a.Title["no such"] = "x" },
		"title/narrative/@xml:lang " + KeyRequired:                 func(a *Activity) { a.Title[""] = "x" },
		"description " + KeyRequired:                               func(a *Activity) { a.Description = nil },
		"participating-org " + KeyRequired:                         func(a *Activity) { a.Participants = nil },
		"participating-org[2]/@role " + KeyCode:                    func(a *Activity) { a.Participants[1].Role = "5" },
		"participating-org[2]/narrative " + KeyRequired:            func(a *Activity) { a.Participants[1].Name = "" },
		"activity-status/@code " + KeyRequired:                     func(a *Activity) { a.Status = 0 },
		"activity-status/@code " + KeyCode:                         func(a *Activity) { a.Status = 7 },
		"activity-date " + KeyRequired:                             func(a *Activity) { a.PlannedStart, a.ActualStart, a.PlannedEnd, a.ActualEnd = "", "", "", "" },
		"activity-date[@type=3] " + KeyDate:                        func(a *Activity) { a.PlannedEnd = "2025-02-29" },
		"activity-date[@type=1] " + KeyDate:                        func(a *Activity) { a.PlannedStart = "0000-01-01" },
		"recipient-country[1]/@code " + KeyCode:                    func(a *Activity) { a.Countries[0].Code = "gh" },
		"recipient-country[2]/@percentage " + KeyNumber:            func(a *Activity) { a.Countries[1].Percentage = math.NaN() },
		"sector[1]/@code " + KeyCode:                               func(a *Activity) { a.Sectors[0].Code = "160" },
		"sector[1]/@percentage " + KeyNumber:                       func(a *Activity) { a.Sectors[0].Percentage = 100.01 },
		"tag[2]/@code " + KeyCode:                                  func(a *Activity) { a.Tags[1] = "a b" },
		"default-finance-type/@code " + KeyCode:                    func(a *Activity) { a.Finance = "?" },
		"related-activity/@ref " + KeyCode:                         func(a *Activity) { a.Parent = "a/b" },
		"@default-currency " + KeyCode:                             func(a *Activity) { a.Currency = "euro" },
		"transaction[2]/value " + KeyNumber:                        func(a *Activity) { a.Transactions[1].Value = math.Inf(-1) },
		"transaction[2]/value/@currency " + KeyRequired:            func(a *Activity) { a.Currency, a.Transactions[1].Currency = "", "" },
		"transaction[1]/transaction-date/@iso-date " + KeyRequired: func(a *Activity) { a.Transactions[0].Date = "" },
		"transaction[1]/transaction-date/@iso-date " + KeyDate:     func(a *Activity) { a.Transactions[0].Date = "1.3.2024" },
		"transaction[1]/transaction-type/@code " + KeyCode:         func(a *Activity) { a.Transactions[0].Type = "14" },
		"result[1]/title " + KeyRequired:                           func(a *Activity) { a.Results[0].Title = "" },
		"result[1]/indicator/title " + KeyRequired:                 func(a *Activity) { a.Results[0].Indicator = "" },
		"result[1]/indicator/@measure " + KeyCode:                  func(a *Activity) { a.Results[0].Measure = "6" },
		"result[1]/indicator/baseline " + KeyDate:                  func(a *Activity) { a.Results[0].Baseline = &Figure{10000, "1"} },
		"result[1]/indicator/period/target " + KeyRequired:         func(a *Activity) { a.Results[0].Target = &Figure{2024, ""} },
		"@last-updated-datetime " + KeyDate:                        func(a *Activity) { a.Updated = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		a := full()
		change(&a)
		var b strings.Builder
		err := Write(&b, generated, []Activity{minimal("first"), a})
		var refused *ActivityError
		if !errors.As(err, &refused) || refused.Index != 1 || refused.Activity != a.ID || refused.Field+" "+refused.Key != want {
			t.Errorf("%s: %v", want, err)
		}
		if b.Len() > 0 {
			t.Errorf("%s: written all the same", want)
		}
	}
	if err := Write(io.Discard, generated, nil); err != ErrEmpty {
		t.Error(err)
	}
	var twice *ActivityError
	if err := Write(io.Discard, generated, []Activity{minimal("a"), minimal("b"), minimal("a")}); !errors.As(err, &twice) || twice.Index != 2 || twice.Key != KeyDuplicate {
		t.Error(err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriterFails(t *testing.T) {
	if err := Write(failing{}, generated, []Activity{full()}); err != io.ErrShortWrite {
		t.Error(err)
	}
}

// normal is what reading makes of an activity that was written.
func normal(a Activity) Activity {
	a.ReporterType = or(a.ReporterType, DefaultReporterType)
	a.Transactions = append([]Transaction(nil), a.Transactions...)
	for i := range a.Transactions {
		a.Transactions[i].Value = rounded(a.Transactions[i].Value)
		a.Transactions[i].Currency = or(a.Transactions[i].Currency, a.Currency)
	}
	a.Countries = append([]Share(nil), a.Countries...)
	for i := range a.Countries {
		a.Countries[i].Percentage = rounded(a.Countries[i].Percentage)
	}
	a.Sectors = append([]Sector(nil), a.Sectors...)
	for i := range a.Sectors {
		a.Sectors[i].Percentage = rounded(a.Sectors[i].Percentage)
		a.Sectors[i].Vocabulary = or(a.Sectors[i].Vocabulary, DefaultVocabulary)
	}
	a.Results = append([]Result(nil), a.Results...)
	for i := range a.Results {
		a.Results[i].Type, a.Results[i].Measure = or(a.Results[i].Type, DefaultResultType), or(a.Results[i].Measure, DefaultMeasure)
	}
	return a
}

func rounded(v float64) float64 { v, _ = strconv.ParseFloat(decimal(v), 64); return v }

func TestDecimal(t *testing.T) {
	for v, want := range map[float64]string{0: "0", math.Copysign(0, -1): "0", -1e-9: "0", 1e-6: "0.000001", 0.1 + 0.2: "0.3",
		MaxValue: "1000000000000000", -MaxValue + 0.125: "-999999999999999.9", 1234.5: "1234.5", 100: "100", 1.9999999: "2", 1e-300: "0"} {
		if got := decimal(v); got != want {
			t.Errorf("%g: %s, not %s", v, got, want)
		}
	}
}

func TestRoundTripOfSamples(t *testing.T) {
	for _, name := range []string{"minimal", "full"} {
		list := samples()[name]
		got, problems := take(t, write(t, list))
		if len(problems) > 0 || len(got) != len(list) {
			t.Fatal(problems, len(got))
		}
		for i := range list {
			if want := normal(list[i]); !reflect.DeepEqual(got[i], want) {
				t.Errorf("%s\n got %+v\nwant %+v", name, got[i], want)
			}
		}
	}
}

// dice makes activities by chance.
type dice struct{ *rand.Rand }

func (d dice) text() string {
	pool := []rune("aZ09 <>&\"']]>\n\té漢مختبر\u202e\u00a0Я🧪-/\\|?#;%")
	out := make([]rune, d.IntN(30))
	for i := range out {
		out[i] = pool[d.IntN(len(pool))]
	}
	return "x" + string(out) + "x"
}

func (d dice) day() string {
	return time.Date(1+d.IntN(9999), 1, 1+d.IntN(365), 0, 0, 0, 0, time.UTC).Format("2006-01-02")
}

func (d dice) pick(from ...string) string { return from[d.IntN(len(from))] }

func (d dice) texts() map[string]string {
	out := map[string]string{d.pick(Languages...): d.text()}
	for range d.IntN(4) {
		out[d.pick("en", "es", "ar", "fr", "pt", "ru", "de", "swa")] = d.text()
	}
	return out
}

func (d dice) figure() *Figure {
	if d.IntN(2) == 0 {
		return nil
	}
	return &Figure{1 + d.IntN(9999), d.text()}
}

func (d dice) activity(n int) Activity {
	a := Activity{ID: fmt.Sprintf("XM-%d-é<%d>", d.IntN(100), n), Reporter: d.text(), ReporterName: d.text(), ReporterType: d.pick("", "10", "40"),
		Title: d.texts(), Description: d.texts(), Status: 1 + d.IntN(6), Currency: d.pick("EUR", "USD"), Humanitarian: d.IntN(2) == 0, InKind: d.IntN(2) == 0, Expertise: d.IntN(2) == 0,
		Finance: d.pick("", "110", "421"), Parent: d.pick("", "XM-1-1")}
	for _, slot := range dates(&a) {
		*slot = d.pick("", d.day())
	}
	a.PlannedStart = d.day()
	for range 1 + d.IntN(3) {
		a.Participants = append(a.Participants, Organisation{d.pick("1", "2", "3", "4"), d.pick("", d.text()), d.text(), d.pick("", "22")})
	}
	for range d.IntN(3) {
		a.Countries = append(a.Countries, Share{d.pick("GH", "NG", "PE"), d.Float64() * 100})
		a.Sectors = append(a.Sectors, Sector{d.pick("16063", "12110"), d.pick("", "1"), d.Float64() * 100}, Sector{d.text(), "99", 0})
	}
	for range d.IntN(3) {
		a.Tags = append(a.Tags, d.pick("l4", "legislation", "x.y"))
	}
	for range d.IntN(5) {
		a.Transactions = append(a.Transactions, Transaction{fmt.Sprint(1 + d.IntN(13)), d.day(), (d.Float64() - 0.5) * math.Pow(10, float64(d.IntN(40)-25)),
			d.pick("", "GHS"), d.pick("", d.text())})
	}
	for range d.IntN(3) {
		a.Results = append(a.Results, Result{d.text(), d.text(), d.pick("", "2", "9"), d.pick("", "5"), d.figure(), d.figure()})
	}
	if d.IntN(2) == 0 {
		a.Updated = time.Unix(d.Int64N(4e9), d.Int64N(1e9)).UTC()
	}
	return a
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		d := dice{rand.New(rand.NewPCG(seed, 1))}
		var list []Activity
		for n := range 1 + d.IntN(4) {
			list = append(list, d.activity(n))
		}
		file := write(t, list)
		if err := iatitest.Validate(file); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got, problems := take(t, file)
		if len(problems) > 0 || len(got) != len(list) {
			t.Fatalf("seed %d: %v", seed, problems)
		}
		for i := range list {
			if want := normal(list[i]); !reflect.DeepEqual(got[i], want) {
				t.Fatalf("seed %d\n got %+v\nwant %+v", seed, got[i], want)
			}
		}
	}
}

package iati

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"tocsin/internal/exchange/iati/iatitest"
)

func take(t testing.TB, file string) ([]Activity, []Problem) {
	t.Helper()
	var out []Activity
	problems, err := Read(strings.NewReader(file), func(_ int, a Activity) error { out = append(out, a); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out, problems
}

func document(version, activities string) string {
	return `<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<iati-activities version="` + version + `">` + "\n" + activities + "</iati-activities>\n"
}

// foreign is as others write: namespaces, unknown parts, comments, regional languages, zones and countries by transaction.
const foreign = `<iati-activity xmlns:x="http://example.org/x" xml:lang="pt-BR" default-currency="USD" last-updated-datetime="2020-05-01T10:00:00+02:00" humanitarian="1" hierarchy="2" x:y="z">
<!-- remark --><iati-identifier> XM-DAC-9-1
</iati-identifier>
<reporting-org ref=" XM-DAC-9 " type="40" secondary-reporter="0"><narrative xml:lang="en">UN</narrative><narrative>ONU</narrative></reporting-org>
<title><narrative>Título</narrative><x:narrative>no</x:narrative><narrative xml:lang="EN-gb">Title <![CDATA[<1>]]></narrative></title>
<description type="1"><narrative>Um</narrative></description><description type="2"><narrative>Dois</narrative><narrative xml:lang="fr"/></description>
<participating-org role="1" ref="XM-DAC-9"/><x:sector code="no"><sector code="neither"/></x:sector>
<activity-status code="2"/><activity-date type="2" iso-date="2020-01-01Z"/><activity-date type="4" iso-date="2021-01-01+05:30"><narrative>fim</narrative></activity-date><activity-date type="9" iso-date="x"/>
<tag vocabulary="2" code="3"/><tag vocabulary="99" code="mine"/><default-finance-type code="110"/><default-aid-type code="D01"/><budget><value>bad</value></budget>
<transaction ref="1"><transaction-type code="3"/><transaction-date iso-date="2020-02-03"/><value value-date="2020-02-03"> +12.50 </value><provider-org><narrative>P</narrative></provider-org><sector code="16063"/><recipient-country code="gh"/></transaction>
<transaction><transaction-type code="3"/><transaction-date iso-date="2020-02-04"/><value currency="EUR" value-date="2020-02-03">-.5</value><description><narrative xml:lang="en">Back</narrative></description><recipient-country code="PE"/><sector code="16063"/></transaction>
<related-activity type="3" ref="XM-DAC-9-4"/><related-activity type="1" ref="XM-DAC-9-0"/><result type="1"><title><narrative>R</narrative></title>
<indicator measure="1"><title><narrative>I1</narrative></title><baseline year="2019" value="1"/><period><period-start iso-date="2020-01-01"/><period-end iso-date="2020-06-30"/><target value="5"/><actual value="4"/></period></indicator>
<indicator measure="5"><title><narrative>I2</narrative></title><baseline year="2019"/></indicator></result>
</iati-activity>
`

func TestForeign(t *testing.T) {
	want := Activity{ID: "XM-DAC-9-1", Reporter: "XM-DAC-9", ReporterName: "ONU", ReporterType: "40",
		Title: map[string]string{"pt": "Título", "en": "Title <1>"}, Description: map[string]string{"pt": "Um\n\nDois"},
		Status: 2, ActualStart: "2020-01-01", ActualEnd: "2021-01-01", Participants: []Organisation{{Role: "1", Ref: "XM-DAC-9"}},
		Countries: []Share{{Code: "GH"}, {Code: "PE"}}, Sectors: []Sector{{Code: "16063", Vocabulary: "1"}}, Currency: "USD",
		Transactions: []Transaction{{"3", "2020-02-03", 12.5, "USD", ""}, {"3", "2020-02-04", -0.5, "EUR", "Back"}}, Humanitarian: true, Tags: []string{"mine"}, Finance: "110", Expertise: true, Parent: "XM-DAC-9-0",
		Results: []Result{{"R", "I1", "1", "1", &Figure{2019, "1"}, &Figure{2020, "5"}}, {"R", "I2", "1", "5", nil, nil}},
		Updated: time.Date(2020, 5, 1, 8, 0, 0, 0, time.UTC)}
	for _, version := range []string{"2.01", "2.02", "2.03"} {
		got, problems := take(t, "\xef\xbb\xbf"+document(version, foreign+"<x xmlns='y'/><other/>"))
		if len(problems) > 0 || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", version, problems, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		change [2]string
		want   Problem
	}{
		"identifier": {[2]string{"XM-DAC-9-1", ""}, Problem{"", 4, "iati-identifier", KeyRequired, ""}},
		"status":     {[2]string{`status code="2"`, `status code="two"`}, Problem{"XM-DAC-9-1", 10, "activity-status/@code", KeyCode, "two"}},
		"no status":  {[2]string{`<activity-status code="2"/>`, ``}, Problem{"XM-DAC-9-1", 3, "activity-status/@code", KeyRequired, ""}},
		"date":       {[2]string{`2020-01-01Z`, `2020-13-01`}, Problem{"XM-DAC-9-1", 10, "activity-date[@type=2]", KeyDate, "2020-13-01"}},
		"day":        {[2]string{`"2020-02-04"`, `"4.2.2020"`}, Problem{"XM-DAC-9-1", 13, "transaction[2]/transaction-date/@iso-date", KeyDate, "4.2.2020"}},
		"value":      {[2]string{`-.5`, `1e3`}, Problem{"XM-DAC-9-1", 13, "transaction[2]/value", KeyNumber, "1e3"}},
		"comma":      {[2]string{`-.5`, `1,000`}, Problem{"XM-DAC-9-1", 13, "transaction[2]/value", KeyNumber, "1,000"}},
		"no value":   {[2]string{`-.5`, ``}, Problem{"XM-DAC-9-1", 13, "transaction[2]/value", KeyRequired, ""}},
		"infinite":   {[2]string{`-.5`, `Inf`}, Problem{"XM-DAC-9-1", 13, "transaction[2]/value", KeyNumber, "Inf"}},
		"vast":       {[2]string{`-.5`, strings.Repeat("9", 400)}, Problem{"XM-DAC-9-1", 13, "transaction[2]/value", KeyNumber, strings.Repeat("9", 200) + "…"}},
		"currency":   {[2]string{` default-currency="USD"`, ``}, Problem{"XM-DAC-9-1", 12, "transaction[1]/value/@currency", KeyRequired, ""}},
		"updated":    {[2]string{`2020-05-01T10`, `2020-05-01 10`}, Problem{"XM-DAC-9-1", 3, "@last-updated-datetime", KeyDate, "2020-05-01 10:00:00+02:00"}},
		"flag":       {[2]string{`humanitarian="1"`, `humanitarian="yes"`}, Problem{"XM-DAC-9-1", 3, "@humanitarian", KeyCode, "yes"}},
		"year":       {[2]string{`year="2019" value`, `year="MMXIX" value`}, Problem{"XM-DAC-9-1", 14, "result[1]/indicator/baseline", KeyDate, "MMXIX"}},
		"indicator":  {[2]string{`<narrative>I2</narrative>`, ``}, Problem{"XM-DAC-9-1", 16, "result[2]/indicator/title", KeyRequired, ""}},
		"period":     {[2]string{`"2020-06-30"`, `""`}, Problem{"XM-DAC-9-1", 14, "result[1]/indicator/period/target", KeyDate, ""}},
	} {
		if !strings.Contains(foreign, c.change[0]) {
			t.Fatal(name)
		}
		faulty := strings.Replace(foreign, c.change[0], c.change[1], 1)
		sound := strings.Replace(foreign, "XM-DAC-9-1", "XM-DAC-9-2", 1)
		got, problems := take(t, document("2.03", faulty+sound))
		if c.want.Line == 16 || c.want.Line == 14 {
			c.want.Line = lineOf(c.want.Field)
		}
		if len(got) != 1 || got[0].ID != "XM-DAC-9-2" || len(problems) != 1 || problems[0] != c.want {
			t.Errorf("%s: %d read\n got %+v\nwant %+v", name, len(got), problems, c.want)
		}
	}
}

// lineOf is where the result or the indicator of a field begins in the foreign document.
func lineOf(field string) int {
	mark := "<result"
	if strings.HasPrefix(field, "result[2]") {
		mark = `<indicator measure="5"`
	}
	return 1 + strings.Count(document("2.03", foreign)[:strings.Index(document("2.03", foreign), mark)], "\n")
}

func TestDuplicates(t *testing.T) {
	one := strings.TrimSuffix(write(t, []Activity{minimal("A-1"), minimal("A-2")}), "</iati-activities>\n")
	again := one[strings.Index(one, "  <iati-activity "):]
	got, problems := take(t, one+again+"</iati-activities>")
	line := func(id string) int {
		return 1 + strings.Count(one, "\n") + strings.Count(again[:strings.Index(again, id)], "\n")
	}
	want := []Problem{{"A-1", line("A-1"), "iati-identifier", KeyDuplicate, "A-1"}, {"A-2", line("A-2"), "iati-identifier", KeyDuplicate, "A-2"}}
	if len(got) != 2 || !reflect.DeepEqual(problems, want) {
		t.Errorf("%d %+v", len(got), problems)
	}
}

func TestRefusedFiles(t *testing.T) {
	sound := document("2.03", foreign)
	version, syntax := new(VersionError), new(SyntaxError)
	for name, c := range map[string]struct {
		file string
		want any
	}{
		"doctype":       {`<!DOCTYPE iati-activities [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + sound, ErrDoctype},
		"doctype after": {sound + "<!DOCTYPE x>", ErrDoctype},
		"empty":         {"", ErrRoot},
		"blank":         {"  \n", ErrRoot},
		"other root":    {`<html/>`, ErrRoot},
		"two roots":     {sound + strings.SplitN(sound, "\n", 2)[1], ErrRoot},
		"namespace":     {`<iati-activities xmlns="urn:x" version="2.03"/>`, ErrRoot},
		"1.05":          {document("1.05", foreign), &version},
		"no version":    {`<iati-activities/>`, &version},
		"cut short":     {sound[:len(sound)/2], &syntax},
		"cut at end":    {strings.TrimSuffix(sound, "</iati-activities>\n"), &syntax},
		"entity":        {document("2.03", strings.Replace(foreign, "Um", "&secret;", 1)), &syntax},
		"control":       {document("2.03", strings.Replace(foreign, "Um", "\x01", 1)), &syntax},
		"not UTF-8":     {document("2.03", strings.Replace(foreign, "Um", "\xe9", 1)), &syntax},
		"Latin-1":       {strings.Replace(sound, "utf-8", "iso-8859-1", 1), &syntax},
		"crossed":       {document("2.03", strings.Replace(foreign, "</title>", "</titel>", 1)), &syntax},
	} {
		_, err := Read(strings.NewReader(c.file), func(int, Activity) error { return nil })
		if sentinel, ok := c.want.(error); ok {
			if !errors.Is(err, sentinel) {
				t.Errorf("%s: %v", name, err)
			}
		} else if !errors.As(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTruncated(t *testing.T) {
	file := write(t, []Activity{full(), minimal("A-2"), minimal("A-3")})
	for cut := range len(file) - 1 {
		n := 0
		_, err := Read(strings.NewReader(file[:cut]), func(int, Activity) error { n++; return nil })
		if err == nil || n > strings.Count(file[:cut], "</iati-activity>") {
			t.Fatalf("cut at %d: %v, %d activities", cut, err, n)
		}
	}
}

func TestLimits(t *testing.T) {
	file := write(t, []Activity{full(), minimal("A-2"), minimal("A-3")})
	faulty := document("2.03", strings.Repeat(`<iati-activity/>`, 3))
	deep := document("2.03", "<x>"+strings.Repeat("<y>", 40)+strings.Repeat("</y>", 40)+"</x>")
	flood := document("2.03", "<!--"+strings.Repeat(">", 1<<16)+"-->")
	for name, c := range map[string]struct {
		file   string
		limits limits
	}{
		"bytes":      {file, limits{1000, 9, 9, 1 << 20, 1 << 20, 9}},
		"activities": {file, limits{1 << 20, 2, 9, 1 << 20, 1 << 20, 9}},
		"depth":      {deep, standard},
		"token":      {flood, limits{1 << 20, 9, 9, 1 << 12, 1 << 20, 9}},
		"activity":   {file, limits{1 << 20, 9, 9, 1 << 20, 1000, 9}},
		"problems":   {faulty, limits{1 << 20, 9, 9, 1 << 20, 1 << 20, 9}},
	} {
		_, err := read(strings.NewReader(c.file), func(int, Activity) error { return nil }, c.limits)
		var limit *LimitError
		if !errors.As(err, &limit) || limit.Limit != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(strings.NewReader(file), func(int, Activity) error { return nil }, limits{len(file), 3, 9, 1 << 20, 1 << 20, 0}); err != nil {
		t.Error(err)
	}
}

// TestEndless shows that a file that never ends is left at the limit of one token.
func TestEndless(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`<iati-activities version="2.03">`), repeated("x"))
	var limit *LimitError
	if _, err := Read(endless, nil); !errors.As(err, &limit) || limit.Limit != "token" {
		t.Error(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	endless = io.MultiReader(strings.NewReader(`<iati-activities version="2.03">`), repeated("<a>x</a>"))
	small := standard
	small.bytes = 32 << 20
	if _, err := read(endless, nil, small); !errors.As(err, &limit) || limit.Limit != "bytes" {
		t.Error(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d bytes kept", grown)
	}
}

type repeated string

func (r repeated) Read(b []byte) (int, error) {
	n := 0
	for n+len(r) <= len(b) {
		n += copy(b[n:], r)
	}
	return n, nil
}

func TestEachStops(t *testing.T) {
	stop, n := errors.New("stop"), 0
	_, err := Read(strings.NewReader(write(t, []Activity{minimal("a"), minimal("b")})), func(int, Activity) error { n++; return stop })
	if err != stop || n != 1 {
		t.Error(err, n)
	}
}

func TestNumbers(t *testing.T) {
	var numbers []int
	file := document("2.03", strings.Replace(foreign, "-9-1", "-9-0", 1)+"<iati-activity/>"+foreign)
	problems, err := Read(strings.NewReader(file), func(n int, _ Activity) error { numbers = append(numbers, n); return nil })
	if err != nil || fmt.Sprint(numbers) != "[1 3]" || len(problems) == 0 {
		t.Error(err, numbers, problems)
	}
}

func TestManyTransactions(t *testing.T) {
	a := minimal("A-1")
	for i := range 100_000 {
		a.Transactions = append(a.Transactions, Transaction{"3", "2024-01-01", float64(i) / 100, "EUR", "Payment"})
	}
	file := write(t, []Activity{a})
	if err := iatitest.Validate(file); err != nil {
		t.Fatal(err)
	}
	got, problems := take(t, file)
	if len(problems) > 0 || !reflect.DeepEqual(got[0].Transactions, a.Transactions) {
		t.Error(problems, len(got))
	}
	_, problems = take(t, strings.ReplaceAll(file, `code="3"`, `code="x"`))
	if len(problems) != maxFaults {
		t.Error(len(problems))
	}
}

// FuzzRead wants that nothing panics and that what Read takes, Write writes as the schema wants it and Read takes again
// as it was.
func FuzzRead(f *testing.F) {
	for _, list := range samples() {
		f.Add(write(f, list))
	}
	f.Add(document("2.01", foreign))
	f.Add(document("2.03", strings.Replace(foreign, "Um", "&#xD;a\r\n", 1)))
	f.Add(`<!DOCTYPE x [<!ENTITY a "&a;">]><x>&a;</x>`)
	f.Fuzz(func(t *testing.T, file string) {
		var list []Activity
		Read(strings.NewReader(file), func(_ int, a Activity) error { list = append(list, a); return nil })
		if len(list) == 0 {
			return
		}
		again := write(t, list)
		if err := iatitest.Validate(again); err != nil {
			t.Fatal(err)
		}
		got, problems := take(t, again)
		if len(problems) > 0 || fmt.Sprintf("%+v", figures(got)) != fmt.Sprintf("%+v", figures(list)) {
			t.Fatalf("%v\n%+v\n%+v", problems, got, list)
		}
	})
}

// figures takes the pointers apart so that values are compared.
func figures(list []Activity) (out []any) {
	for _, a := range list {
		for _, r := range a.Results {
			for _, p := range []*Figure{r.Baseline, r.Target} {
				if p != nil {
					out = append(out, *p)
				}
			}
			r.Baseline, r.Target = nil, nil
			out = append(out, r)
		}
		a.Results = nil
		a = normal(a)
		out = append(out, a)
	}
	return out
}

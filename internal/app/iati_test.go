package app_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/app"
	_ "tocsin/internal/drawn"
	"tocsin/internal/exchange/iati"
	"tocsin/internal/exchange/iati/iatitest"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// words are texts that mean something to XML, or stand in several scripts.
var words = rapid.Custom(func(t *rapid.T) string {
	return "a" + rapid.StringOfN(rapid.SampledFrom([]rune("b <>&\"']]>;#%\n\té漢مختبرЯ🧪")), 0, 30, -1).Draw(t, "word") + "z"
})

func textsOf(least int) *rapid.Generator[record.Text] {
	return rapid.Custom(func(t *rapid.T) record.Text {
		out := record.Text{}
		for _, l := range rapid.SliceOfNDistinct(rapid.SampledFrom(record.Languages), least, 3, rapid.ID[string]).Draw(t, "languages") {
			out[l] = words.Draw(t, l)
		}
		return out
	})
}

func some(codes ...string) *rapid.Generator[[]string] {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 0, 3, rapid.ID[string])
}

// moneyUpTo is more than nothing, to hundredths.
func moneyUpTo(most int64) *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		return float64(rapid.Int64Range(1, most*100).Draw(t, "cents")) / 100
	})
}

var currencies = rapid.SampledFrom([]string{"USD", "EUR", "GHS"})

// partial is a day, a month or a year from a year on.
func partial(year int) *rapid.Generator[record.Date] {
	return rapid.Custom(func(t *rapid.T) record.Date {
		day := time.Date(year, 1, 1+rapid.IntRange(0, 1200).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format("2006-01-02")
		return record.Date(day[:rapid.SampledFrom([]int{4, 7, 10}).Draw(t, "precision")])
	})
}

var days = rapid.Custom(func(t *rapid.T) record.Date {
	return record.DateOf(time.Date(1990, 1, 1+rapid.IntRange(0, 30000).Draw(t, "day"), 0, 0, 0, 0, time.UTC))
})

// gifts are contributions as people may enter them.
var gifts = rapid.Custom(func(t *rapid.T) programme.Gift {
	maybe := rapid.Bool()
	g := programme.Gift{Named: programme.Named{Name: textsOf(1).Draw(t, "name"), Text: textsOf(0).Draw(t, "text")},
		Form: rapid.SampledFrom([]string{"grant", "loan", "in-kind", "expertise"}).Draw(t, "form"), Recipients: append([]string{"GH"}, some("SL", "PE", "JO").Draw(t, "recipients")...),
		Through: rapid.SampledFrom([]string{"", "unodc", "FR"}).Draw(t, "through"), Theme: rapid.SampledFrom(programme.Themes).Draw(t, "theme"), Lines: some("l1", "l4", "l10").Draw(t, "lines"),
		Purpose: rapid.SampledFrom([]string{"", "16063", "12110", "99999"}).Draw(t, "purpose"), From: partial(2020).Draw(t, "from"), Includes: rapid.SampledFrom([]string{"", "XM-DAC-1-7"}).Draw(t, "includes"),
		Source: rapid.SampledFrom([]string{"", "a letter"}).Draw(t, "source")}
	if maybe.Draw(t, "with an end") {
		g.Due = partial(2030).Draw(t, "due")
	}
	if maybe.Draw(t, "with an amount") {
		g.Amount, g.Currency = moneyUpTo(1e12).Draw(t, "amount"), currencies.Draw(t, "currency")
	}
	for range rapid.IntRange(0, 4).Draw(t, "transactions") { // what is committed is an amount, so it is no more than one may be
		x := programme.Transaction{Type: rapid.SampledFrom([]string{"commitment-made", "disbursement", "expenditure"}).Draw(t, "type"), Date: days.Draw(t, "date"), Value: moneyUpTo(1e12/4).Draw(t, "value")}
		if g.Currency == "" || maybe.Draw(t, "in another currency") {
			x.Currency = currencies.Draw(t, "its currency")
		}
		g.Transactions = append(g.Transactions, x)
	}
	return g
})

// ways lead from the state in which a contribution is made to each that it may be in.
var ways = map[string][]string{"pledged": nil, "committed": {"commit"}, "disbursing": {"disburse"}, "completed": {"commit", "complete"}, "cancelled": {"call-off"}}

// taken is what another owner finds of a contribution: what IATI has a place for, to the day, with nothing said twice.
func taken(id string, g programme.Gift) programme.Gift {
	g.Source = ""
	if g.Identifier == "" {
		g.Identifier = "TOCSIN-" + id
	}
	if len(g.Text) == 0 || maps.Equal(g.Text, g.Name) {
		g.Text = nil
	}
	if g.Purpose == "" {
		g.Purpose = "16063"
		if g.Theme == "access-to-services" || g.Theme == "accreditation" {
			g.Purpose = "12340"
		}
	}
	if len(g.Lines) == 0 {
		g.Lines = nil
	}
	g.From += record.Date("0001-01-01"[len(g.From):])
	g.Due = endOf(g.Due)
	g.Transactions = slices.Clone(g.Transactions)
	if only := onlyCurrency(g); g.Currency == "" {
		g.Currency = only
	}
	committed := 0.0
	for i := range g.Transactions {
		x := &g.Transactions[i]
		if x.Currency == g.Currency {
			x.Currency = ""
		}
		if x.Type == "commitment-made" && x.Currency == "" {
			committed += x.Value
		}
	}
	if g.Amount == 0 {
		g.Amount = committed
	}
	return g
}

// endOf is the last day of a partial date.
func endOf(d record.Date) record.Date {
	switch t, _ := d.Time(); len(d) {
	case 4:
		return record.Date(string(d) + "-12-31")
	case 7:
		return record.DateOf(time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC))
	}
	return d
}

func onlyCurrency(g programme.Gift) string {
	var all []string
	for _, x := range g.Transactions {
		all = append(all, x.Currency)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return ""
}

// exchange is a donor's database and one of another country's.
type exchange struct {
	from, to *stage
	n        int
}

// give makes a contribution of Ghana's in a state.
func (x *exchange) give(t *rapid.T, g programme.Gift, state string) *record.Record {
	ctx := context.Background()
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.from.Create(ctx, x.from.as("ama"), app.Draft{Kind: "contribution", Sharing: clear, Body: raw})
	for _, step := range ways[state] {
		if err == nil {
			r, err = x.from.Step(ctx, x.from.as("ama"), r.ID, r.Version, step, "because")
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return r
}

// export writes what somebody sees, and holds it against the schema.
func export(t interface {
	Fatalf(string, ...any)
}, s *stage, who string) string {
	var b strings.Builder
	if err := s.ExportIATI(context.Background(), s.as(who), &b); err != nil {
		t.Fatalf("%s: %v", who, err)
	}
	if err := iatitest.Validate(b.String()); err != nil {
		t.Fatalf("%s: %v\n%s", who, err, b.String())
	}
	return b.String()
}

func takeIn(t interface {
	Fatalf(string, ...any)
}, s *stage, who, file string) *app.IATIReport {
	r, err := s.ImportIATI(context.Background(), s.as(who), "", strings.NewReader(file))
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return r
}

func wants(t interface {
	Fatalf(string, ...any)
}, what string, r *app.IATIReport, accepted, unchanged int, refused ...string) {
	var got []string
	for _, x := range r.Refused {
		for _, p := range x.Problems {
			got = append(got, x.ID+" "+p.Field+" "+p.Key)
		}
	}
	if r.Accepted != accepted || r.Unchanged != unchanged || !slices.Equal(got, refused) {
		t.Fatalf("%s: %d accepted, %d unchanged, refused %q; want %d, %d, %q", what, r.Accepted, r.Unchanged, got, accepted, unchanged, refused)
	}
}

// contributions are an owner's that are not retracted, by their identifiers.
func contributions(t interface {
	Fatalf(string, ...any)
}, s *stage, who string) map[string]*app.Shown {
	out := map[string]*app.Shown{}
	err := s.Each(context.Background(), s.as(who), app.Query{Kind: "contribution", Sort: "changed"}, func(x *app.Shown) error {
		out[x.Fields.(*programme.Gift).Identifier] = x
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

func (x *exchange) clear(t *rapid.T) {
	for s, who := range map[*stage]string{x.from: "ama", x.to: "fatu"} {
		err := s.Each(context.Background(), s.as(who), app.Query{Kind: "contribution", Sort: "changed"}, func(c *app.Shown) error {
			_, err := s.Retract(context.Background(), s.as(who), c.ID, c.Version, "the next try")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestContributionsGoRound: what one owner exports keeps to the schema, another's empty database finds the same
// contributions in it, in the same states; taking it in again changes nothing, there and here; and what the other exports
// says the same.
func TestContributionsGoRound(t *testing.T) {
	x := &exchange{from: newStage(t, storetest.SQLite(t)), to: newStage(t, storetest.SQLite(t))}
	rapid.Check(t, func(t *rapid.T) {
		x.clear(t)
		want, states := map[string]programme.Gift{}, map[string]string{}
		for range rapid.IntRange(1, 3).Draw(t, "contributions") {
			g, state := gifts.Draw(t, "gift"), rapid.SampledFrom(slices.Sorted(maps.Keys(ways))).Draw(t, "state")
			if x.n++; rapid.Bool().Draw(t, "with an identifier") {
				g.Identifier = fmt.Sprintf("XM-é-<%d>", x.n)
			}
			r := x.give(t, g, state)
			g = taken(r.ID, g)
			want[g.Identifier], states[g.Identifier] = g, state
		}
		file := export(t, x.from, "ama")
		wants(t, "the first time", takeIn(t, x.to, "fatu", file), len(want), 0)
		found := contributions(t, x.to, "fatu")
		for id, g := range want {
			c := found[id]
			if c == nil {
				t.Fatalf("%s is not found in %v", id, slices.Sorted(maps.Keys(found)))
			}
			if got := *c.Fields.(*programme.Gift); !reflect.DeepEqual(rounded(got), rounded(g)) || c.State != states[id] || c.Owner != "SL" {
				t.Fatalf("%s of %s is %s\n got %+v\nwant %+v, %s", id, c.Owner, c.State, got, g, states[id])
			}
		}
		wants(t, "again", takeIn(t, x.to, "fatu", file), 0, len(want))
		wants(t, "by its own owner", takeIn(t, x.from, "ama", file), 0, len(want))
		if a, b := activities(t, file), activities(t, export(t, x.to, "fatu")); !reflect.DeepEqual(a, b) {
			t.Fatalf("the other says\n%+v\nand not\n%+v", b, a)
		}
	})
}

// rounded brings amounts to hundredths, which sums of floating-point numbers miss.
func rounded(g programme.Gift) programme.Gift {
	g.Amount = math.Round(g.Amount*100) / 100
	g.NoCount = record.NoCount{}
	return g
}

// activities reads a file, without who wrote it when, and without amounts that stand for the sum of what was committed.
func activities(t *rapid.T, file string) map[string]iati.Activity {
	out := map[string]iati.Activity{}
	problems, err := iati.Read(strings.NewReader(file), func(_ int, a iati.Activity) error {
		a.Updated, a.Reporter, a.ReporterName, a.Participants[0], a.Currency = time.Time{}, "", "", iati.Organisation{}, ""
		a.Transactions = slices.DeleteFunc(a.Transactions, func(x iati.Transaction) bool { return x.Type == "10" })
		out[a.ID] = a
		return nil
	})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return out
}

// activity is one of another's hand; more stands before its end.
func activity(id, title, more string) string {
	return `<iati-activity default-currency="EUR"><iati-identifier>` + id + `</iati-identifier><reporting-org ref="XM-DAC-5" type="10"><narrative>BMZ</narrative></reporting-org><title>` + title + `</title>` +
		`<description><narrative>Text</narrative></description><participating-org role="1" ref="XM-DAC-5"/><activity-status code="2"/><activity-date type="2" iso-date="2024-01-01"/><recipient-country code="GH"/><sector code="12110"/>` + more + `</iati-activity>`
}

func ofVersion(version string, activities ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<iati-activities version="` + version + `">` + "\n" + strings.Join(activities, "\n") + "\n</iati-activities>\n"
}

func paid(code, value string) string {
	return `<transaction><transaction-type code="` + code + `"/><transaction-date iso-date="2024-02-01"/><value value-date="2024-02-01">` + value + `</value></transaction>`
}

const titled = `<narrative>Title</narrative>`

// TestFilesThatAreNone: a file that is no file of activities is refused in one clear sentence, and nothing of it is taken in.
func TestFilesThatAreNone(t *testing.T) {
	s := newStage(t, storetest.SQLite(t))
	sound := ofVersion("2.03", activity("A-1", titled, ""), activity("A-2", titled, ""))
	many := func(n int, one string) string { return ofVersion("2.03", strings.Repeat(one, n)) }
	numbered := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(activity(fmt.Sprintf("A-%d", i), titled, ""))
		}
		return ofVersion("2.03", b.String())
	}
	files := map[string]struct{ file, key, param string }{
		"a doctype":              {"<!DOCTYPE iati-activities>" + sound, "iati.broken.doctype", ""},
		"an external entity":     {`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + activity("A-1", "<narrative>&f;</narrative>", ""), "iati.broken.doctype", ""},
		"entities in entities":   {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>`, "iati.broken.doctype", ""},
		"an undeclared entity":   {ofVersion("2.03", activity("A-1", "<narrative>&f;</narrative>", "")), "iati.broken.syntax", "line=3"},
		"cut short":              {sound[:len(sound)-40], "iati.broken.syntax", "line=4"},
		"cut in the first":       {sound[:200], "iati.broken.syntax", "line=3"},
		"nothing":                {"", "iati.broken.root", ""},
		"a page":                 {"<html><body>Not found</body></html>", "iati.broken.root", ""},
		"no XML":                 {"PK\x03\x04\x00", "iati.broken.syntax", "line=1"},
		"version 1":              {strings.Replace(sound, "2.03", "1.05", 1), "iati.broken.version", "version=1.05"},
		"a version to come":      {strings.Replace(sound, "2.03", "3.0", 1), "iati.broken.version", "version=3.0"},
		"no version":             {strings.Replace(sound, ` version="2.03"`, "", 1), "iati.broken.version", "version="},
		"Latin-1":                {strings.Replace(sound, "UTF-8", "ISO-8859-1", 1), "iati.broken.syntax", ""},
		"deep":                   {many(1, strings.Repeat("<a>", 60)+strings.Repeat("</a>", 60)), "iati.broken.shape", ""},
		"nothing but faults":     {many(20_000, "<iati-activity/>"), "iati.broken.problems", "max=10000"},
		"sixty thousand of them": {numbered(60_000), "iati.broken.activities", "max=50000"},
	}
	for name, c := range files {
		if testing.Short() && len(c.file) > 1<<20 {
			continue
		}
		report, err := s.ImportIATI(context.Background(), s.as("ama"), "", strings.NewReader(c.file))
		var e *app.Error
		if !errors.As(err, &e) || e.Code != app.Invalid || len(e.Problems) != 1 || e.Problems[0].Field != "file" || e.Problems[0].Key != c.key || report != nil {
			t.Errorf("%s: %v %v", name, report, err)
			continue
		}
		if key, value, ok := strings.Cut(c.param, "="); ok && fmt.Sprint(e.Problems[0].Params[key]) != value {
			t.Errorf("%s: %v, not %s", name, e.Problems[0].Params, c.param)
		}
	}
	if found := contributions(t, s, "ama"); len(found) > 0 {
		t.Errorf("%d contributions were taken in", len(found))
	}
}

// TestActivitiesOfOthers: what is wrong with one activity is told of it, and the others are taken in.
func TestActivitiesOfOthers(t *testing.T) {
	s := newStage(t, storetest.SQLite(t))
	gift := func(id string) *programme.Gift {
		t.Helper()
		c := contributions(t, s, "ama")[id]
		if c == nil {
			t.Fatalf("%s is not there", id)
		}
		return c.Fields.(*programme.Gift)
	}
	wants(t, "a refund", takeIn(t, s, "ama", ofVersion("2.02", activity("R-1", titled, paid("3", "100")+paid("3", "-20.5")), activity("R-2", titled, paid("1", "-5")+paid("3", "7")))), 1, 0, "R-1 transaction[2]/value problem.least")
	if g := gift("R-2"); g.Amount != 0 || len(g.Transactions) != 1 || g.Transactions[0].Value != 7 {
		t.Errorf("incoming funds are not the donor's to count: %+v", g)
	}
	wants(t, "one twice", takeIn(t, s, "ama", ofVersion("2.03", activity("D-1", titled, ""), activity("D-1", `<narrative>Another</narrative>`, ""))), 1, 0, "D-1 iati-identifier problem.iati.duplicate")
	if g := gift("D-1"); g.Name["en"] != "Title" {
		t.Errorf("%v", g.Name)
	}
	wants(t, "other languages", takeIn(t, s, "ama", ofVersion("2.01", activity("L-1", `<narrative xml:lang="de">Labor</narrative>`, ""), activity("L-2", `<narrative xml:lang="de">Labor</narrative><narrative xml:lang="fr-CA">Laboratoire</narrative>`, ""))), 2, 0)
	if a, b := gift("L-1").Name, gift("L-2").Name; !maps.Equal(a, record.Text{"en": "Labor"}) || !maps.Equal(b, record.Text{"fr": "Laboratoire"}) {
		t.Errorf("%v %v", a, b)
	}
	wants(t, "what is not ours to know", takeIn(t, s, "ama", ofVersion("2.03", strings.Replace(activity("C-1", titled, ""), `code="GH"`, `code="QQ"`, 1), strings.Replace(activity("C-2", titled, ""), `<recipient-country code="GH"/>`, `<recipient-region code="298"/>`, 1),
		activity("C-3", titled, paid("3", "1e6")), activity("C 4", titled, ""), activity("C-5", "", ""))), 0, 0,
		"C-3 transaction[1]/value problem.number", "C 4 iati-identifier problem.iati.code", "C-5 title problem.required", "C-1 recipients problem.place", "C-2 recipients problem.required")
	wants(t, "money", takeIn(t, s, "ama", ofVersion("2.03", activity("M-1", titled, `<default-finance-type code="421"/>`+paid("2", "500")+paid("2", "250")+paid("3", "0")),
		strings.Replace(activity("M-2", titled, strings.ReplaceAll(paid("10", "900")+paid("2", "100"), "<value ", `<value currency="JPY" `)), ` default-currency="EUR"`, "", 1))), 2, 0)
	if g := gift("M-1"); g.Amount != 750 || g.Currency != "EUR" || g.Form != "loan" || len(g.Transactions) != 2 {
		t.Errorf("%+v", g)
	}
	if g := gift("M-2"); g.Amount != 900 || g.Currency != "JPY" || g.Form != "grant" || len(g.Transactions) != 1 || g.Transactions[0].Currency != "" {
		t.Errorf("%+v", g)
	}
}

// TestAnActivityGoesOn: a later file takes a contribution further, and never back; the texts of ours that the file does
// not know stay.
func TestAnActivityGoesOn(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	at := func(status string) string {
		return ofVersion("2.03", strings.Replace(activity("G-1", titled, paid("3", "5")), `status code="2"`, `status code="`+status+`"`, 1))
	}
	wants(t, "first", takeIn(t, s, "ama", at("1")), 1, 0)
	c := contributions(t, s, "ama")["G-1"]
	g := *c.Fields.(*programme.Gift)
	g.Theme, g.Lines, g.Source = "legislation", []string{"l7"}, "a letter"
	raw, _ := json.Marshal(g)
	if _, err := s.Update(ctx, s.as("ama"), c.ID, c.Version, app.Draft{Title: c.Title, Sharing: c.Sharing, Body: raw}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		status, state       string
		accepted, unchanged int
	}{{"1", "pledged", 0, 1}, {"2", "disbursing", 1, 0}, {"2", "disbursing", 0, 1}, {"4", "completed", 1, 0}, {"2", "completed", 0, 1}} {
		wants(t, "status "+step.status, takeIn(t, s, "ama", at(step.status)), step.accepted, step.unchanged)
		if c := contributions(t, s, "ama")["G-1"]; c.State != step.state || c.Fields.(*programme.Gift).Theme != "legislation" || c.Fields.(*programme.Gift).Source != "a letter" {
			t.Errorf("status %s: %s %+v", step.status, c.State, c.Fields)
		}
	}
	wants(t, "a commitment", takeIn(t, s, "ama", ofVersion("2.03", strings.Replace(activity("G-2", titled, paid("2", "5")), `status code="2"`, `status code="1"`, 1))), 1, 0)
	if c := contributions(t, s, "ama")["G-2"]; c.State != "committed" {
		t.Error(c.State)
	}
	again := strings.Replace(at("2"), "<narrative>Title<", "<narrative>Another title<", 1)
	wants(t, "another title", takeIn(t, s, "ama", again), 1, 0)
	if c := contributions(t, s, "ama")["G-1"]; c.Fields.(*programme.Gift).Name["en"] != "Another title" || c.State != "completed" {
		t.Errorf("%s %+v", c.State, c.Fields)
	}
	own := s.write("ama", app.Draft{Kind: "contribution", Sharing: clear, Body: sample("contribution", "x", 0)})
	file := ofVersion("2.03", activity("TOCSIN-"+own.ID, "<narrative>Taken over</narrative>", ""))
	for _, unchanged := range []int{0, 1} {
		wants(t, "another's record, in the same database", takeIn(t, s, "fatu", file), 1-unchanged, unchanged)
	}
	if c, err := s.Get(ctx, s.as("ama"), own.ID); err != nil || c.Version != own.Version {
		t.Errorf("%v: the other's is version %d", err, c.Version)
	}
	export(t, s, "ama")
	if _, err := s.ImportIATI(ctx, s.as("fatu"), "GH", strings.NewReader(again)); app.CodeOf(err) != app.Forbidden {
		t.Errorf("another's contributions: %v", err)
	}
	if _, err := s.ImportIATI(ctx, app.Public, "", strings.NewReader(again)); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("nobody's contributions: %v", err)
	}
}

// TestExportsOfMany: each sees in the file what he sees on the pages; identifiers that two owners gave, or that are those
// of others' records, do not spoil it; and without any contribution it is well-formed and has none.
func TestExportsOfMany(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	var b strings.Builder
	if err := s.ExportIATI(ctx, app.Public, &b); err != nil {
		t.Fatal(err)
	}
	var root struct {
		XMLName  xml.Name   `xml:"iati-activities"`
		Version  string     `xml:"version,attr"`
		Activity []struct{} `xml:"iati-activity"`
	}
	if err := xml.Unmarshal([]byte(b.String()), &root); err != nil || root.Version != iati.Version || len(root.Activity) > 0 {
		t.Errorf("%v %+v %s", err, root, b.String())
	}
	gift := func(who, identifier string, rule record.Sharing) *record.Record {
		return s.write(who, app.Draft{Kind: "contribution", Sharing: rule, Body: with("contribution", `"identifier":"`+identifier+`"`)})
	}
	open := gift("ama", "X-1", clear)
	gift("fatu", "X-1", clear)
	gift("mere", "TOCSIN-"+s.write("ama", app.Draft{Kind: "contribution", Sharing: clear, Body: sample("contribution", "x", 0)}).ID, clear)
	hidden := gift("ama", "X-2", amber)
	s.write("ama", app.Draft{Kind: "contribution", Private: true, Sharing: clear, Body: with("contribution", `"identifier":"X-draft"`)})
	for _, bad := range []string{"a b", "a/b", "a?b", "a&b", "a|b"} {
		_, err := s.Create(ctx, s.as("ama"), app.Draft{Kind: "contribution", Sharing: clear, Body: with("contribution", `"identifier":"`+bad+`"`)})
		s.refused("the identifier "+bad, err, app.Invalid, "problem.identifier")
	}
	for who, n := range map[string]int{"public": 4, "ama": 5, "fatu": 4} {
		file := export(t, s, who)
		if got := strings.Count(file, "<iati-activity "); got != n || strings.Contains(file, hidden.ID) || strings.Contains(file, ">X-2<") != (who == "ama") || strings.Contains(file, "X-draft") || !strings.Contains(file, ">X-1<") {
			t.Errorf("%s: %d activities, want %d\n%s", who, got, n, file)
		}
		seen := map[string]bool{}
		problems, err := iati.Read(strings.NewReader(file), func(_ int, a iati.Activity) error { seen[a.ID] = true; return nil })
		if err != nil || len(problems) > 0 || len(seen) != n {
			t.Errorf("%s: %v %v %v", who, err, problems, seen)
		}
	}
	if open.Owner != "GH" {
		t.Error(open.Owner)
	}
}

package programme_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// names knows the groups swg1.2 and l5, the countries GH and SL, and heroin.
type names struct{}

func (names) SubstanceName(id, _ string) (string, bool)  { return id, id == "heroin" }
func (names) SubstanceClasses(string) []string           { return nil }
func (names) PlaceName(code, _ string) (string, bool)    { return code, code == "GH" || code == "SL" }
func (names) ParticipantName(c, _ string) (string, bool) { return c, c == "GH" || c == "SL" }
func (names) IsLine(id string) bool                      { return id == "l5" }
func (names) GroupName(id, _ string) (string, bool) {
	return id, slices.Contains([]string{"swg1.2", "swg1.2/west", "l5"}, id)
}

// problems returns what is wrong with a body on 1 June 2024, in a state ("" for the kind's first).
func problems(kind, state, body string) record.Problems {
	k, ok := kinds.Get(kind)
	if !ok {
		panic(kind)
	}
	r := &record.Record{ID: "r", Kind: kind, Owner: "GH", State: state, Sharing: record.Sharing{TLP: record.Green}, Body: json.RawMessage(body)}
	if state == "" {
		r.State = k.Workflow.Initial
	}
	if len(k.Under) > 0 {
		r.Links = []record.Link{{Relation: record.PartOf, To: "host"}}
	}
	_, p := k.Complete(r, names{}, "2024-06-01")
	return p
}

func firstProblem(kind, state, body string) string {
	if p := problems(kind, state, body); len(p) > 0 {
		return p[0].Field + " " + p[0].Key
	}
	return ""
}

// lastDay is the last day of a date as exact as it is.
func lastDay(d record.Date) time.Time {
	t, err := d.Time()
	if err != nil {
		panic(err)
	}
	switch d.Precision() {
	case record.Year:
		return t.AddDate(1, 0, -1)
	case record.Month:
		return t.AddDate(0, 1, -1)
	}
	return t
}

// TestProgress: a milestone is late when the last day of its date has passed, the next is the one whose last day comes
// first, and what is done does not become undone.
func TestProgress(t *testing.T) {
	date := rapid.Custom(func(t *rapid.T) record.Date {
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "day"))
		return record.DateOf(day)[:rapid.SampledFrom([]int{4, 7, 10}).Draw(t, "exact")]
	})
	rapid.Check(t, func(t *rapid.T) {
		c := programme.Promise{}
		for i := range rapid.IntRange(0, 5).Draw(t, "milestones") {
			m := programme.Milestone{Title: fmt.Sprint(i), Due: date.Draw(t, "due")}
			if rapid.Bool().Draw(t, "done") {
				m.Done = "2024-01-02"
			}
			c.Milestones = append(c.Milestones, m)
		}
		today := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "today"))
		p := c.Progress(record.DateOf(today))
		late, done := 0, 0
		var next time.Time
		for _, m := range c.Milestones {
			switch last := lastDay(m.Due); {
			case m.Done != "":
				done++
			case last.Before(today):
				late++
			case next.IsZero() || last.Before(next):
				next = last
			}
		}
		want := map[bool]string{true: "late", false: "on-track"}[late > 0]
		if len(c.Milestones) == 0 {
			want = "no-milestones"
		} else if done == len(c.Milestones) {
			want = "milestones-done"
		}
		if p.Standing != want || p.Done != done || p.Of != len(c.Milestones) || len(p.Late) != late {
			t.Fatalf("%+v on %s: %+v, want %s", c.Milestones, record.DateOf(today), p, want)
		}
		if (p.Next == "") != next.IsZero() || p.Next != "" && !lastDay(p.Next).Equal(next) {
			t.Fatalf("%+v on %s: the next is due %q, want by %s", c.Milestones, record.DateOf(today), p.Next, record.DateOf(next))
		}
	})
}

// TestYearReports: a state answers each of the seven actions, once.
func TestYearReports(t *testing.T) {
	report := func(actions ...string) string {
		var answers []string
		for _, a := range actions {
			answers = append(answers, fmt.Sprintf(`{"pledge_action":%q,"status":"achieved"}`, a))
		}
		return `{"year":2024,"answers":[` + strings.Join(answers, ",") + `]}`
	}
	all := programme.PledgeActions
	for body, want := range map[string]string{
		report(all...):                        "",
		report(all[1:]...):                    "answers problem.unanswered",
		report(append(all[1:7:7], all[1])...): "answers.7.pledge_action problem.twice",
		report(append(all[:7:7], all[0])...):  "answers problem.many",
		report("fly"):                         "answers.1.pledge_action problem.option",
		report():                              "answers problem.required",
		strings.Replace(report(all...), "24", "25", 1): "when problem.future",
		strings.Replace(report(all...), "24", "23", 1): "year problem.least",
	} {
		if got := firstProblem("pledge-report", "", body); got != want && !(want == "when problem.future" && got == "year problem.future") {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// wrong are texts that are no address of a page, or could pass for another's.
var wrong = []string{"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,<script>1</script>", "vbscript:x", "file:///etc/passwd", "ftp://example.org", "//example.org", "/here", "example.org",
	"https://", "https:example.org", "https://:443/x", "https://user:secret@example.org", "https://user@example.org", "https://@example.org", "https://example.org@evil.example",
	"https://example.org/\u202egpj.exe", "https://example.org/\u2066x", "https://exa\u200bmple.org", "https://example.org/\u200fx", "https://example.org/a b", " https://example.org", "https://example.org/\u00a0x",
	"https://example.org\n", "https://example.org\\@evil.example", "https://example.org/" + strings.Repeat("x", 2000)}

// TestAddresses: every field for an address, of every kind, takes pages only, and none that could pass for another.
func TestAddresses(t *testing.T) {
	tried, taken := 0, map[string][]string{}
	for _, k := range kinds.All {
		for _, f := range k.Fields {
			path, body := f.Name, `{"`+f.Name+`":%s}`
			if f.Type == record.TypeList {
				i := slices.IndexFunc(f.Fields, func(g record.Field) bool { return g.Type == record.TypeURL })
				if i < 0 {
					continue
				}
				path, body = f.Name+".1."+f.Fields[i].Name, `{"`+f.Name+`":[{"`+f.Fields[i].Name+`":%s}]}`
			} else if f.Type != record.TypeURL {
				continue
			}
			tried++
			refused := func(address string) bool {
				raw, err := json.Marshal(address)
				if err != nil {
					t.Fatal(err)
				}
				return slices.ContainsFunc(problems(k.Name, "", fmt.Sprintf(body, raw)), func(p record.Problem) bool { return p.Field == path && p.Key == "problem.url" })
			}
			for _, a := range wrong {
				if !refused(a) {
					taken[a] = append(taken[a], k.Name+"."+path)
				}
			}
			for _, a := range []string{"https://example.org", "http://example.org/a?b=c#d", "https://example.org:8443/%D0%B0", "https://xn--e1afmkfd.example/ä", "HTTPS://EXAMPLE.ORG/x@y"} {
				if refused(a) {
					t.Errorf("%s refuses %q in %s", k.Name, a, path)
				}
			}
		}
	}
	for a, fields := range taken {
		t.Errorf("%q is taken in %d fields of %d: %v", a, len(fields), tried, fields[:min(3, len(fields))])
	}
	if tried < 10 {
		t.Errorf("only %d fields were tried", tried)
	}
}

// TestConsent: nobody is listed who does not consent; what is not listed may wait for it.
func TestConsent(t *testing.T) {
	body := func(consent string) string {
		return `{"name":{"en":"x"},"expertise":["toxicology"],"languages":["en"],"consent":"` + consent + `"}`
	}
	for _, c := range []struct{ state, consent, want string }{
		{"listed", "yes", ""}, {"listed", "no", "consent problem.consent"}, {"listed", "", "consent problem.required"}, {"listed", "maybe", "consent problem.option"}, {"draft", "no", ""},
	} {
		if got := firstProblem("expert", c.state, body(c.consent)); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestSpans: what holds from one date to another holds on the first and on the last day of them, as exact as they are.
func TestSpans(t *testing.T) {
	for _, c := range []struct {
		from, to, today record.Date
		want            bool
	}{
		{"", "", "2024-06-01", true}, {"2024-06-01", "", "2024-06-01", true}, {"2024-06-02", "", "2024-06-01", false}, {"2024-06", "", "2024-05-31", false}, {"2024-06", "", "2024-06-01", true},
		{"2024", "2024", "2024-12-31", true}, {"2024", "2024", "2025-01-01", false}, {"", "2024-05", "2024-05-31", true}, {"", "2024-05", "2024-06-01", false}, {"", "2024-05-31", "2024-06-01", false},
	} {
		if got := (&programme.Control{From: c.from, To: c.to}).Holds(c.today); got != c.want {
			t.Errorf("a law from %q to %q on %s: %v", c.from, c.to, c.today, got)
		}
		if got := (&programme.Provided{ValidTo: c.to}).Valid(c.today); c.from == "" && got != c.want {
			t.Errorf("an accreditation to %q on %s: %v", c.to, c.today, got)
		}
		if got := (&programme.Invitation{Opens: c.from, Closes: c.to}).Open(c.today); c.from != "" && c.to != "" && got != c.want {
			t.Errorf("a call from %q to %q on %s: %v", c.from, c.to, c.today, got)
		}
	}
}

// TestBadBodies: what is wrong is refused by the key that says what.
func TestBadBodies(t *testing.T) {
	named := `{"name":{"en":"x"},`
	for _, c := range []struct{ kind, body, want string }{
		{"commitment", named + `"date":"2024-05-01","milestones":[{"title":"x","due":"2024-04"}]}`, "milestones.1.due problem.before"},
		{"commitment", named + `"date":"2024-05-01","milestones":[{"title":"x","due":"2024-06","done":"2024-06-02"}]}`, "milestones.1.done problem.future"},
		{"commitment", named + `"date":"2024-05-01","milestones":[{"title":"x","due":"2024-06","done":"2024-04-30"}]}`, "milestones.1.done problem.before"},
		{"recommendation", named + `"group":"swg1.2","until":"2024-07"}`, "until problem.day"}, {"recommendation", named + `"group":"swg9"}`, "group problem.group"},
		{"contribution", named + `"form":"grant","recipients":["GH"],"theme":"legislation","from":"2024","amount":1}`, "currency problem.required"},
		{"contribution", named + `"form":"grant","recipients":["GH"],"theme":"legislation","from":"2024","amount":1,"currency":"usd"}`, "currency problem.currency"},
		{"contribution", named + `"form":"grant","recipients":["GH"],"theme":"legislation","from":"2024","amount":-1,"currency":"USD"}`, "amount problem.least"},
		{"contribution", named + `"form":"grant","recipients":["ZZ"],"theme":"legislation","from":"2024"}`, "recipients problem.place"},
		{"contribution", named + `"form":"grant","recipients":["GH"],"theme":"legislation","from":"2024","currency":"USD","transactions":[` +
			`{"type":"commitment-made","date":"2024-01-01","value":6e11},{"type":"commitment-made","date":"2024-01-02","value":6e11,"currency":"USD"}]}`, "transactions problem.most"},
		{"contribution", named + `"form":"grant","recipients":["GH"],"theme":"legislation","from":"2024","currency":"USD","transactions":[` +
			`{"type":"commitment-made","date":"2024-01-01","value":6e11},{"type":"commitment-made","date":"2024-01-02","value":6e11,"currency":"EUR"},{"type":"disbursement","date":"2024-01-02","value":6e11}]}`, ""},
		{"initiative", named + `"code":"9999"}`, "code problem.code"}, {"workforce", `{"country":"GH","curriculum":"universal-treatment","credential":"trained","count":1,"expiring":2,"date":"2024-05-01"}`, "expiring problem.most"},
		{"organisation", named + `"type":"business","country":"GH"}`, "industry problem.required"}, {"service", named + `"type":"treatment","country":"GH","subdivision":"SL-W"}`, "subdivision problem.place"},
		{"meeting", named + `"type":"symposium","date":"2024-05-01","decisions":[{"title":"x","of":"GH","due":"2024-06"}]}`, "decisions.1.due problem.day"},
		{"meeting", `{"name":{"en":"right\u202eto left"},"type":"symposium","date":"2024-05-01"}`, "name problem.character"}, {"meeting", `{"name":{"xx":"x"},"type":"symposium","date":"2024-05-01"}`, "name problem.language"},
		{"action", named + `"type":"hosting","theme":"legislation","date":"2024-05-01","due":"2024-04"}`, "due problem.before"}, {"action", named + `"type":"hosting","theme":"x","date":"2024"}`, "theme problem.option"},
	} {
		if got := firstProblem(c.kind, "", c.body); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.body, got, c.want)
		}
	}
}

// TestSectionsBelongToTheirGroup: what stands in a section stands in its group.
func TestSectionsBelongToTheirGroup(t *testing.T) {
	k, _ := kinds.Get("topic")
	r := &record.Record{ID: "r", Kind: "topic", Owner: "GH", State: "open", Sharing: record.Sharing{TLP: record.Green}, Body: json.RawMessage(`{"name":{"en":"x"},"group":"swg1.2/west"}`)}
	if _, p := k.Complete(r, names{}, "2024-06-01"); len(p) > 0 || !slices.Equal(r.Topics, []string{"swg1.2", "swg1.2/west"}) {
		t.Error(r.Topics, p)
	}
}

// TestParagraphs: paragraphs put together again are the same paragraphs.
func TestParagraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", " ", "\n", "\r\n", "\n\n", "\t"})).Draw(t, "text"), "")
		once := programme.Paragraphs(text)
		if twice := programme.Paragraphs(strings.Join(once, "\n\n")); !slices.Equal(once, twice) {
			t.Fatalf("%q: %q, then %q", text, once, twice)
		}
		for _, p := range once {
			if strings.TrimSpace(p) != p || p == "" || strings.Contains(p, "\n\n") {
				t.Fatalf("%q: the paragraph %q", text, p)
			}
		}
	})
}

package report_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/web/locales"
)

func (m *made) compareParticipants(s *source) {
	rows := m.table("participants", "Participating countries").Rows
	for region, until := range map[string]string{"Africa": "### East Asia and the Pacific", "East Asia and the Pacific": "### Europe", "Europe": "### **Middle East and North Africa", "South Central Asia": "### **Western Hemisphere", "Western Hemisphere": "### **International Organizations"} {
		head := "### " + region
		if region == "South Central Asia" || region == "Western Hemisphere" {
			head = "### **" + region + "**"
		}
		m.compareRegion(rows, region, s.between(m.T, head+"\n", until))
	}
	m.compareRegion(rows, "Middle East and North Africa", s.between(m.T, "### **Middle East and North Africa**\n", "### **South Central Asia"))
	m.compareRegion(rows, "International organizations", s.between(m.T, "### **International Organizations**\n", "Participation in the Global Coalition is voluntary"))
	if note := m.table("participants", "Participating countries").Note; !strings.Contains(note, "European Union") {
		m.Errorf("the European Union is not named apart: %q", note)
	}
}

var counted = regexp.MustCompile(`\((\d+)\)(?:, and the European Union)?\s*$`)

func (m *made) compareRegion(rows [][]document.Cell, region, printed string) {
	m.Helper()
	printed = strings.TrimSpace(printed)
	n := counted.FindStringSubmatch(printed)
	if n == nil {
		m.Fatalf("%s: the report states no count: %q", region, printed)
	}
	names := strings.ReplaceAll(strings.TrimSpace(counted.ReplaceAllString(printed, "")), "\n\n", " ")
	want := m.codes(strings.Join(strings.Fields(names), " "))
	for _, r := range rows {
		if r[0].Text == fmt.Sprintf("%s (%s)", region, n[1]) {
			var got []string
			for _, name := range strings.Split(r[1].Text, ", ") {
				got = append(got, m.code(name))
			}
			m.equal(region, got, want)
			return
		}
	}
	m.Errorf("%s (%s) is not in the generated report", region, n[1])
}

func (m *made) compareGroups(s *source) {
	var got, want []string
	for _, l := range m.lists("groups") {
		for _, x := range l {
			got = append(got, strings.Join(strings.Fields(strings.ToLower(x)), " "))
		}
	}
	for _, x := range regexp.MustCompile(`(?m)^[#*➤\s-]*\**((?:Sub-)?Working Group) ([\d.]+): (.+?)\**$`).FindAllStringSubmatch(s.between(m.T, "## Working and Sub-Working Groups\n", "## Working Groups Launch"), -1) {
		label := map[string]string{"Working Group": "wg ", "Sub-Working Group": "swg "}[x[1]]
		want = append(want, label+x[2]+" "+strings.ToLower(strings.Trim(x[3], "* ")))
	}
	m.equal("groups", got, want)
	if len(want) != 10 {
		m.Errorf("the report names %d groups", len(want))
	}
	for _, l := range []struct{ section, sentence string }{{"East", "translation services offered in English and Russian"}, {"West", "translation services in English, Spanish, Arabic, French, and Portuguese"}} {
		if !strings.Contains(s.text, l.sentence) {
			m.Errorf("the report does not say %q", l.sentence)
		}
		for _, r := range m.table("groups", "Interpretation").Rows {
			words := strings.FieldsFunc(r[1].Text, func(c rune) bool { return c == ',' || c == ' ' })
			for _, w := range words {
				if r[0].Text == l.section && w != "and" && !strings.Contains(l.sentence, w) {
					m.Errorf("%s is not interpreted in %s by the report", l.section, w)
				}
			}
			if want := map[string]int{"East": 2, "West": 5}[r[0].Text]; len(words)-1 != want {
				m.Errorf("%s has the languages %q", r[0].Text, r[1].Text)
			}
		}
	}
	got, want = nil, nil
	for _, r := range m.table("groups", "Co-chairs").Rows {
		got = append(got, strings.ToLower(strings.ReplaceAll(r[0].Text, " ", ""))+" "+r[1].Text+" "+m.code(r[2].Text))
	}
	for _, c := range s.facts.CoChairs {
		want = append(want, c.Group+" "+strings.ToUpper(c.Section[:1])+c.Section[1:]+" "+c.Country)
	}
	m.equal("co-chairs", got, want)
	got, want = nil, nil
	for _, r := range m.table("groups", "Coordinators of the calls").Rows {
		got = append(got, m.code(r[0].Text)+" "+r[1].Text)
	}
	for _, c := range s.facts.Coordinators {
		want = append(want, fmt.Sprintf("%s %d", c.Organization, c.Count))
	}
	m.equal("coordinators", got, want)
	got, want = nil, nil
	for _, r := range m.table("groups", "Networks").Rows {
		got = append(got, strings.TrimPrefix(r[0].Link, "/groups/")+" "+r[1].Text)
	}
	for _, n := range s.facts.Networks {
		want = append(want, n.ID+" "+locales.Date(context.Background(), n.Launched))
	}
	m.equal("networks", got, want)
}

func (m *made) compareTimetable(s *source) {
	table := s.between(m.T, "<b>Meeting Schedule</b>", "In October 2023, the Global Coalition held")
	day := regexp.MustCompile(`(January|February|March|April|May|June|July|August|September|October|November|December) (\d+)(?:[–-](\d+))?`)
	rows := m.table("timeline", "Timetable of the meetings").Rows
	found := 0
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(line, "\t") // phase, title, West, East
		if len(cells) < 4 || !strings.HasPrefix(cells[0], "<b>") {
			continue
		}
		strip := func(c string) string { return strings.TrimSpace(regexp.MustCompile(`</?b>`).ReplaceAllString(c, "")) }
		title := strip(cells[0]) + " " + strip(cells[1])
		i := slices.IndexFunc(rows, func(r []document.Cell) bool { return r[0].Text == title })
		if i < 0 {
			m.Errorf("the phase %q is not in the generated timetable", title)
			continue
		}
		found++
		for k, c := range cells[2:4] {
			var want []string
			for _, d := range day.FindAllStringSubmatch(c, -1) {
				want = append(want, printedSpan(m.T, d[1], d[2], d[3]))
			}
			m.equal(title, strings.Split(rows[i][k+1].Text, "\n"), want)
		}
	}
	if found != 6 || len(rows) != 6 {
		m.Errorf("%d phases compared of %d", found, len(rows))
	}
}

// printedSpan writes the days of the timetable as the generated report does; October to December are of 2023.
func printedSpan(t *testing.T, month, first, last string) string {
	year := "2024"
	if month == "October" || month == "November" || month == "December" {
		year = "2023"
	}
	write := func(day string) string {
		at, err := time.Parse("January 2 2006", month+" "+day+" "+year)
		if err != nil {
			t.Fatal(err)
		}
		return locales.Date(context.Background(), at.Format("2006-01-02"))
	}
	if last == "" {
		return write(first)
	}
	return write(first) + " – " + write(last)
}

func (m *made) compareEngagement(s *source) {
	captions := map[string]string{"business": "Business", "civil-society": "Civil society", "academia": "Academia"}
	for with, caption := range captions {
		var got, want []string
		for _, r := range m.table("engagement", caption).Rows {
			got = append(got, r[0].Text+" "+r[3].Text)
		}
		for _, e := range s.facts.Engagement {
			if e.With == with {
				country, _ := m.app.Directory().PlaceName(e.Country, "en")
				when := locales.Date(context.Background(), e.Date)
				if e.Date == "" {
					when = "2024"
				}
				want = append(want, when+" "+country)
			}
		}
		m.equal("engagement with "+with, got, want)
	}
	bullets := strings.Count(s.between(m.T, "Just a few indicative examples include:", "**Engagement with other Civil Society"), "\n- ")
	if got := len(m.table("engagement", "Business").Rows); got != bullets {
		m.Errorf("%d events with business, the report lists %d", got, bullets)
	}
}

// numbered are the points of a numbered list of the report.
func numbered(text string) []string {
	var out []string
	for _, x := range regexp.MustCompile(`(?m)^\d\. (.+)$`).FindAllStringSubmatch(text, -1) {
		out = append(out, x[1])
	}
	return out
}

func (m *made) inOrder(what string, got, printed []string, words map[string]string) {
	m.Helper()
	if len(got) != len(printed) {
		m.Errorf("%s: %d, the report lists %d", what, len(got), len(printed))
		return
	}
	for i := range got {
		if w := words[got[i]]; w == "" || !strings.Contains(strings.ToLower(printed[i]), w) {
			m.Errorf("%s %d: %q is not what the report says: %q", what, i+1, got[i], printed[i])
		}
	}
}

func (m *made) compareActions(s *source) {
	kinds := numbered(s.between(m.T, "announcement of actions or commitments such as:", "Global Coalition co-chairs requested"))
	themes := numbered(s.between(m.T, "under one of six themes:", "The Global Coalition webpage houses"))
	pledge := numbered(s.between(m.T, "within our own jurisdictions:", "See <https://www.globalcoalition.us/files/2024-11/Member%20Pledge.pdf>"))
	m.inOrder("kinds of action", programme.ActionKinds, kinds, map[string]string{"policy-or-law": "practice, policy, regulation", "unit-or-reform": "new unit", "private-engagement": "private sector", "support": "financial support", "interest-in-initiative": "expressing interest", "hosting": "hosting", "other-act": "any other act"})
	m.inOrder("themes", programme.Themes, themes, map[string]string{"intelligence-platforms": "intelligence sharing platforms", "private-sector": "private sector industries", "strategy-and-contact": "drug control strategy", "legislation": "legislators", "accreditation": "accrediting", "access-to-services": "availability and access"})
	m.inOrder("actions of the pledge", programme.PledgeActions, pledge, map[string]string{"regulate-controlled": "regulate all", "review-and-close-gaps": "close those gaps", "public-private-partnerships": "public-private", "share-shipments": "suspicious shipments", "monitor-trends": "real-time data", "treatment-access": "treatment", "capacity-building": "capacity building"})
	in := m.lists("recommendations")
	for i, want := range [][]string{programme.ActionKinds, programme.Themes} {
		if len(in) < 2 || len(in[i]) != len(want) {
			m.Fatalf("the generated report lists %v", in)
		}
		for j, id := range want {
			if in[i][j] != locales.T(context.Background(), "option."+id) {
				m.Errorf("%q stands where %s belongs", in[i][j], id)
			}
		}
	}
	if got := m.lists("pledge")[0]; len(got) != 7 {
		m.Errorf("the pledge has %d actions", len(got))
	}
	var want []string
	for _, x := range regexp.MustCompile(`(?m)^- (.+)$`).FindAllStringSubmatch(s.between(m.T, "Lines of Action may include (but are not limited to) the following issues:", "In addition to thematic events"), -1) {
		want = append(want, strings.TrimSpace(x[1]))
	}
	if got := m.lists("next-year")[0]; !slices.Equal(got, want) {
		m.Errorf("Lines of Action %v, the report lists %v", got, want)
	}
	planned := []string{"Thought Leaders Symposium", "Steering Group", "air trafficking", "INLOD-LAC", "Pacific Islands", "Central Asia"}
	for _, w := range planned {
		if !slices.ContainsFunc(m.lists("next-year")[1], func(x string) bool { return strings.Contains(x, w) }) {
			m.Errorf("%q is not among what is planned", w)
		}
	}
	if got := len(m.lists("achievements")[0]); got != len(s.facts.Examples) {
		m.Errorf("%d examples of action, the facts have %d", got, len(s.facts.Examples))
	}
	if got := len(m.table("introduction", "Threats by region").Rows); got != len(s.facts.Threats) {
		m.Errorf("%d threats, the facts have %d", got, len(s.facts.Threats))
	}
}

func (m *made) compareCommitments(s *source) {
	var got, want, printed []string
	for _, r := range m.table("commitments", "Commitments").Rows {
		lines := strings.Count(r[2].Text, ";") + 1
		got = append(got, fmt.Sprintf("%s %d %s", m.code(r[0].Text), lines, r[3].Text))
	}
	for _, c := range s.facts.Commitments.Items {
		want = append(want, fmt.Sprintf("%s %d %s", c.Country, len(c.Lines), "24 September 2024"))
	}
	m.equal("commitments", got, want)
	for _, x := range regexp.MustCompile(`(?m)^- ([A-Z][A-Za-z ]+) [-–] `).FindAllStringSubmatch(s.between(m.T, "Below is a summary of some of those commitments:", "Since the Summit, countries continue"), -1) {
		printed = append(printed, m.code(x[1]))
	}
	var countries []string
	for _, g := range got {
		countries = append(countries, g[:2])
	}
	m.equal("countries with commitments", countries, printed)
}

func (m *made) compareAppendices(s *source) {
	_, after, _ := strings.Cut(s.between(m.T, "### **I. Ministerial Declaration", "## II. UNGA Resolution"), "Signed by:")
	want := m.codes(strings.Join(strings.Fields(strings.Trim(after, " *\n")), " "))
	p, ok := m.section("declaration").Blocks[0].(document.Paragraph)
	if !ok || len(want) != 81 {
		m.Fatalf("%d signatories in the report", len(want))
	}
	m.equal("signatories", m.codes(p.Text), want)
	var got, ids []string
	h, err := coalition.LoadHistory()
	if err != nil {
		m.Fatal(err)
	}
	for _, d := range h.Differences {
		got = append(got, d.ID)
	}
	for _, d := range s.facts.Inconsistencies {
		ids = append(ids, d.ID)
	}
	m.equal("differences", got, ids)
	if n := len(m.table("differences", "Where the sources differ").Rows); n != len(ids) {
		m.Errorf("%d differences are listed, there are %d", n, len(ids))
	}
	for _, wording := range []string{"120", "more than 120", "over 100"} {
		if !slices.ContainsFunc(m.table("differences", "Where the sources differ").Rows, func(r []document.Cell) bool { return strings.Contains(r[0].Text, wording) }) {
			m.Errorf("the wording %q of the number of initiatives is not listed", wording)
		}
	}
	got, want = nil, nil
	for _, r := range m.table("achievements", "Milestones").Rows {
		got = append(got, r[0].Text)
	}
	for _, x := range s.facts.Milestones {
		when := locales.Date(context.Background(), x.Date)
		if x.End != "" {
			when += " – " + locales.Date(context.Background(), x.End)
		}
		want = append(want, when)
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			m.Errorf("no milestone of %s in the generated report", w)
		}
	}
}

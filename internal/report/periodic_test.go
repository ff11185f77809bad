package report_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/report"
	"tocsin/internal/store/storetest"
)

// source is the Coalition's own report, where it lies beside the project, and what was lifted from it.
type source struct {
	text  string
	facts struct {
		CoChairs []struct {
			Group, Section, Country, Institution string
		} `yaml:"co_chairs"`
		Coordinators []struct {
			Organization string
			Count        int
		}
		Engagement []struct {
			Date, Country string
			With          string `yaml:"with_whom"`
		} `yaml:"engagement_events"`
		Milestones  []struct{ Date, End string }
		Commitments struct {
			Items []struct {
				Country string
				Lines   []string
			}
		}
		Networks        []struct{ ID, Launched string }
		Inconsistencies []struct{ ID string }
		Examples        []struct{ Kind string } `yaml:"country_action_examples"`
		Threats         []struct{ What string }
		Planned         []struct{ Text string }
	}
}

func shared(t *testing.T) *source {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared")
	found, err := filepath.Glob(filepath.Join(root, "report", "*.txt"))
	if err != nil || len(found) != 1 {
		t.Skip("the Coalition's report is not beside the project: its lists are not compared")
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	s := &source{text: string(text)}
	raw, err := os.ReadFile(filepath.Join(root, "facts", "coalition.yaml"))
	if err != nil {
		t.Skip("the facts lifted from the report are not beside the project")
	}
	if err := yaml.Unmarshal(raw, &s.facts); err != nil {
		t.Fatal(err)
	}
	return s
}

// between returns what stands between two marks, the first of them after the beginning of the text.
func (s *source) between(t *testing.T, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(s.text, from)
	text, _, ended := strings.Cut(rest, to)
	if !ok || !ended {
		t.Fatalf("the report has no part from %q to %q", from, to)
	}
	return text
}

func fresh(t *testing.T) *app.App {
	t.Helper()
	a, err := app.Open(context.Background(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.Found(context.Background(), app.Operator); err != nil {
		t.Fatal(err)
	}
	return a
}

// made is the generated report with its parts at hand.
type made struct {
	*testing.T
	app *app.App
	doc *document.Document
}

func generate(t *testing.T) *made {
	a := fresh(t)
	d, figures, err := report.Periodic(context.Background(), a, app.Public, report.Options{Lang: "en", From: "2023-07-07", To: "2024-12-31"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]float64{"countries": 163, "organisations": 15, "experts": 1600, "recommendations": 68, "initiatives": 120, "commitments": 13, "signatories": 81, "universities": 468,
		"icati-countries": 55, "substances-scheduled": 23, "precursors-scheduled": 18, "support-pledged": 1e8, "engagements": 14, "pledges": 11} {
		if figures[key] != want {
			t.Errorf("the figure %s is %v, the report states %v", key, figures[key], want)
		}
	}
	return &made{t, a, d}
}

func (m *made) section(id string) document.Section {
	m.Helper()
	i := slices.IndexFunc(m.doc.Sections, func(s document.Section) bool { return s.ID == id })
	if i < 0 {
		m.Fatalf("the generated report has no section %s", id)
	}
	return m.doc.Sections[i]
}

func (m *made) table(id, caption string) document.Table {
	m.Helper()
	for _, b := range m.section(id).Blocks {
		if t, ok := b.(document.Table); ok && t.Caption == caption {
			return t
		}
	}
	m.Fatalf("the section %s has no table %q", id, caption)
	return document.Table{}
}

func (m *made) lists(id string) [][]string {
	var out [][]string
	for _, b := range m.section(id).Blocks {
		if l, ok := b.(document.List); ok {
			var items []string
			for _, i := range l.Items {
				items = append(items, i.Text)
			}
			out = append(out, items)
		}
	}
	return out
}

// code finds the participant of a name as the report prints it: under any of its names.
func (m *made) code(name string) string {
	name = plainName(name)
	for _, p := range m.app.Directory().Participants() {
		if plainName(p.Name("en")) == name || plainName(p.Printed) == name {
			return p.Code
		}
		if p.Type == coalition.Organisation && name == plainName(p.Acronym) {
			return p.Code
		}
	}
	if c, ok := printedOtherwise[name]; ok {
		return c
	}
	return "?" + name
}

// printedOtherwise are second names of countries in the report (its difference "names-differ").
var printedOtherwise = map[string]string{"czech republic": "CZ", "korea": "KR", "republic of korea": "KR", "south korea": "KR", "tanzania": "TZ", "moldova": "MD", "vietnam": "VN", "turkey": "TR", "laos": "LA", "brunei": "BN",
	"democratic republic of congo": "CD", "republic of the congo": "CG", "saint vincent and grenadines": "VC", "organization of american states/inter-american drug abuse control commission": "oas-cicad"}

func plainName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.NewReplacer("ô", "o", "é", "e", "ü", "u", "’", "'").Replace(s)
	if i := strings.Index(s, " ("); i > 0 {
		s = s[:i]
	}
	return strings.TrimPrefix(s, "the ")
}

func (m *made) codes(list string) []string {
	var out []string
	for _, n := range strings.Split(list, ", ") {
		if n = strings.Trim(n, " *\n"); n != "" {
			out = append(out, m.code(n))
		}
	}
	slices.Sort(out)
	return out
}

func (m *made) equal(what string, got, want []string) {
	m.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		m.Errorf("%s: the generated report has\n%v\nthe Coalition's report\n%v", what, got, want)
	}
}

// TestTheReportEqualsTheCoalitions composes the report of the Coalition's first eighteen months from the shipped facts
// and compares its lists, counts, dates and tables with the Coalition's own, item by item.
func TestTheReportEqualsTheCoalitions(t *testing.T) {
	s := shared(t)
	m := generate(t)
	m.compareParticipants(s)
	m.compareGroups(s)
	m.compareTimetable(s)
	m.compareEngagement(s)
	m.compareActions(s)
	m.compareCommitments(s)
	m.compareAppendices(s)
}

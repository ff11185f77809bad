// Package programme declares the kinds of the Coalition's own working: its meetings and what they agree, what countries
// do, offer, promise, need and give, who takes part beside them, and what the law and the services are.
//
// Fields and states follow what the Coalition's report of 2023-2024 and its public pages tell of: initiatives have the
// headings of its initiative pages, civil society's inputs those of the Vienna NGO Committee, contributions those of the
// IATI 2.03 standard.
package programme

import (
	"slices"
	"strings"

	"tocsin/internal/record"
)

// Named is the name and the text that the kinds of this package have in common, by language.
type Named struct {
	record.NoCount
	Name record.Text `json:"name,omitempty" field:"texts,required,max=300"`
	Text record.Text `json:"text,omitempty" field:"texts"`
}

// title makes the name the record's title.
func (n Named) title(r *record.Record) { r.Title = n.Name }

// untitled is the Compose of kinds whose title follows from their name.
func untitled(*record.Record, record.Namer, string) string { return "" }

// Themes are the six under which countries order their actions.
var Themes = []string{"intelligence-platforms", "private-sector", "strategy-and-contact", "legislation", "accreditation", "access-to-services"}

// ActionKinds are the seven kinds of country action, in the order of the report.
var ActionKinds = []string{"policy-or-law", "unit-or-reform", "private-engagement", "support", "interest-in-initiative", "hosting", "other-act"}

// PledgeActions are the seven actions of the Member Pledge, in its order.
var PledgeActions = []string{"regulate-controlled", "review-and-close-gaps", "public-private-partnerships", "share-shipments", "monitor-trends", "treatment-access", "capacity-building"}

// Industries are those with which the Coalition seeks partnership: the six that the report names in its text, and the two
// that only the pledge's third action names.
var Industries = []string{"chemical", "shipping", "consignment", "social-media", "e-commerce", "banking", "pharmaceutical", "financial"}

// themeTopic is the topic of a theme.
func themeTopic(theme string) string {
	if theme == "" {
		return ""
	}
	return "theme:" + theme
}

// ThemeOf returns a theme of the Working Group that is among the groups: the first of its two, where nobody has chosen.
func ThemeOf(groups []string) string {
	for i, wg := range []string{"wg1", "wg2", "wg3"} {
		if slices.Contains(groups, wg) {
			return Themes[2*i]
		}
	}
	return Themes[2]
}

// topics returns the groups with their sections, the Lines of Action and the themes that a record stands in, sorted.
func topics(ids ...string) []string {
	var out []string
	for _, id := range ids {
		if id == "" {
			continue
		}
		if group, _, sectioned := strings.Cut(id, "/"); sectioned {
			out = append(out, group)
		}
		out = append(out, id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// places returns the codes without blanks and doubles that are of countries: participants' codes may be organisations'.
func places(codes ...string) []string {
	var out []string
	for _, c := range codes {
		if len(c) == 2 && c != "au" && c != "EU" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// after adds a problem when the end lies before the beginning, compared at the shorter precision.
func after(p *record.Problems, field string, begin, end record.Date) {
	n := min(len(begin), len(end))
	if begin != "" && end != "" && end[:n] < begin[:n] {
		p.Add(field, "problem.before", "value", string(end), "other", string(begin))
	}
}

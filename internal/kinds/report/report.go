// Package report holds what the kinds that countries report have in common: their workflow, their places and the
// substances that they name.
package report

import (
	"slices"
	"strings"

	"tocsin/internal/record"
)

// Workflow is the life of a report: written by its owner, told to its audience, confirmed or found to be wrong.
var Workflow = record.Workflow{
	Initial: "reported",
	States:  []string{"draft", "reported", "confirmed", "closed"},
	Private: []string{"draft"},
	Steps: []record.Step{
		{Name: "report", From: []string{"draft"}, To: "reported"},
		{Name: "confirm", From: []string{"reported"}, To: "confirmed", Second: true},
		{Name: "close", From: []string{"reported", "confirmed"}, To: "closed", Reason: true},
		{Name: "reopen", From: []string{"closed"}, To: "reported", Reason: true},
	},
}

// Places returns the most specific place first, then the other places, without doubles and blanks.
func Places(country, subdivision string, others ...string) []string {
	var places []string
	for _, p := range append([]string{subdivision, country}, others...) {
		if p != "" && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	return places
}

// Place returns the most specific of the two.
func Place(country, subdivision string) string {
	if subdivision != "" {
		return subdivision
	}
	return country
}

// CheckPlace adds a problem when the subdivision is not one of the country.
func CheckPlace(country, subdivision string, p *record.Problems) {
	if subdivision != "" && country != "" && (len(subdivision) < 3 || subdivision[:3] != country+"-") {
		p.Add("subdivision", "problem.subdivision", "value", subdivision, "country", country)
	}
}

// Distinct returns the ids without blanks and doubles, in order.
func Distinct(ids []string) []string {
	var out []string
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Compose returns a kind's way to title a record that has no title of its own: its substances' names (three at most),
// or otherwise the given text, then its most specific place.
func Compose(otherwise record.Text) func(*record.Record, record.Namer, string) string {
	return func(r *record.Record, n record.Namer, lang string) string {
		var parts []string
		for i, id := range r.Substances {
			if i == 3 {
				parts = append(parts, "…")
				break
			}
			if name, ok := n.SubstanceName(id, lang); ok {
				parts = append(parts, name)
			}
		}
		title := strings.Join(parts, ", ")
		if title == "" {
			title, _ = otherwise.In(lang)
		}
		if len(r.Places) > 0 {
			if name, ok := n.PlaceName(r.Places[0], lang); ok {
				title += " · " + name
			}
		}
		return title
	}
}

// Counted reports whether a record in its state adds to the observations.
func Counted(r *record.Record) bool {
	return r.Retracted == nil && r.State != "draft" && r.When.Precision() == record.Day
}

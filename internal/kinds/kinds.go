// Package kinds lists the kinds of record. A new kind is one new file in the folder of its line of effort
// (supply, detection, health, programme) and one line here.
package kinds

import (
	"slices"

	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/health"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/kinds/supply"
	"tocsin/internal/record"
)

// All holds every kind, in the order in which menus and documents list them.
var All = []*record.Kind{
	detection.Identification,
	supply.Incident,
	health.Event,
	detection.Signal,
	detection.Alert,
	detection.Figure,
	detection.SubstanceName,
	programme.Meeting,
	programme.Recommendation,
	programme.Action,
	programme.Initiative,
	programme.Interest,
	programme.Commitment,
	programme.Pledge,
	programme.PledgeReport,
	programme.Need,
	programme.Contribution,
	programme.Organisation,
	programme.Call,
	programme.Submission,
	programme.Expert,
	programme.Question,
	programme.Topic,
	programme.Announcement,
	programme.Document,
	programme.Achievement,
	programme.Service,
	programme.Workforce,
	programme.Law,
	programme.Narrative,
	programme.Issue,
}

var byName = func() map[string]*record.Kind {
	m := make(map[string]*record.Kind, len(All))
	for _, k := range All {
		m[k.Name] = k
	}
	return m
}()

// Get returns the named kind.
func Get(name string) (*record.Kind, bool) {
	k, ok := byName[name]
	return k, ok
}

// Reports returns the kinds in which countries report what they saw.
func Reports() []*record.Kind {
	return []*record.Kind{detection.Identification, supply.Incident, health.Event}
}

// Under returns the kinds whose records belong to one of the named kind.
func Under(name string) []*record.Kind {
	return those(func(k *record.Kind) bool { return slices.Contains(k.Under, name) })
}

// Following returns the kinds whose records may answer one of the named kind.
func Following(name string) []*record.Kind {
	return those(func(k *record.Kind) bool { return slices.Contains(k.Follows, name) })
}

func those(is func(*record.Kind) bool) []*record.Kind {
	var ks []*record.Kind
	for _, k := range All {
		if is(k) {
			ks = append(ks, k)
		}
	}
	return ks
}

// Authored returns the kinds that people write, by form or by import.
func Authored() []*record.Kind {
	return those(func(k *record.Kind) bool { return k.Authored })
}

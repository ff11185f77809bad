package app

import (
	"slices"

	"tocsin/internal/record"
	"tocsin/internal/surveillance"
)

func config(history int) surveillance.Config {
	c := surveillance.DefaultConfig()
	c.History = history
	return c
}

// judge returns the episodes of a series that begin in the span. It looks at as many weeks before the span as an episode
// needs to end, so that the answer for a week does not depend on where the span begins.
func (a *App) judge(l lane, span Span) []candidate {
	var out []candidate
	cfg := surveillance.DefaultConfig()
	t := surveillance.Tracker{Quiet: cfg.Quiet()}
	// An episode's first week is an alarm after Quiet weeks without one; that many are looked at first, and before
	// those as long as there are alarms.
	begin := max(0, int(span.From-l.start)-cfg.Quiet())
	for begin > 0 {
		if _, alarm := surveillance.Detect(l.counts, begin, config(begin+1)); !alarm {
			break
		}
		begin = max(0, begin-cfg.Quiet())
	}
	for i := begin; i < len(l.counts) && l.start+record.Week(i) <= span.To; i++ {
		f, alarm := surveillance.Detect(l.counts, i, config(i+1))
		if alarm && f.Detector == surveillance.FirstAppearance && !a.appears(l.series.Substance) {
			alarm = false
		}
		if t.Next(alarm) && l.start+record.Week(i) >= span.From {
			out = append(out, candidate{series: l.series, start: l.start, counts: l.counts, at: i, finding: f, history: i + 1})
		}
	}
	return out
}

// everyday are the classes whose members appear without meaning: medicines, what drugs are cut with, alcohol.
var everyday = []string{"medicine", "adulterant", "alcohol-group"}

// appears reports whether the first sight of the substance is worth a signal: substances only, and no everyday ones.
func (a *App) appears(id string) bool {
	if _, ok := a.catalogue.Get(id); !ok {
		return false
	}
	return !slices.ContainsFunc(a.catalogue.Ancestors(id), func(c string) bool { return slices.Contains(everyday, c) })
}

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"tocsin/internal/kinds"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/surveillance"
)

const (
	plotWeeks   = 156 // weeks of a series that a signal keeps for its plot
	judgedWeeks = 26  // of these, the last ones with their expectation and threshold
	maxEvidence = 200 // records that a signal names as its evidence
)

// raise stores a candidate as a signal, unless an earlier run has.
func (a *App) raise(ctx context.Context, w view, c candidate) (*Raised, error) {
	out := raised(w, c)
	key := strings.Join([]string{w.name, c.series.Place, c.series.Substance, c.series.Source, string(c.week().Monday())}, "|")
	known, err := a.store.Read().Externals(ctx, w.owner, "detection", []string{key})
	if err != nil {
		return nil, err
	}
	if x, ok := known[key]; ok {
		out.ID = x.Record
		return out, nil
	}
	evidence, reports, err := a.evidence(ctx, w, c)
	if err != nil {
		return nil, err
	}
	u := a.unusual(w, c)
	u.Reports = reports
	body, err := json.Marshal(u)
	if err != nil {
		return nil, err
	}
	k, _ := kinds.Get("signal")
	tlp := record.Green
	if w.name != Common {
		tlp = record.Amber // its own officials only: the audience is empty
	}
	simulated, err := a.Simulated(ctx)
	if err != nil {
		return nil, err
	}
	r := a.fromDraft(Viewer{}, k, Draft{Kind: "signal", Owner: w.owner, Sharing: record.Sharing{TLP: tlp}, Body: body,
		external: []record.External{{System: "detection", ID: key}}, simulated: simulated, Links: evidenceLinks(evidence)})
	b, problems := k.Complete(r, a.names, record.DateOf(a.now().AddDate(1, 0, 0)))
	if len(problems) > 0 {
		return nil, fmt.Errorf("signal %s: %w", key, problems)
	}
	out.ID, out.New = r.ID, true
	return out, a.store.Write(ctx, func(t *store.Tx) error {
		again, err := t.Externals(ctx, w.owner, "detection", []string{key})
		if err != nil {
			return err
		}
		if x, ok := again[key]; ok { // another process was quicker
			out.ID, out.New = x.Record, false
			return nil
		}
		t.PutExternal(store.External{Owner: w.owner, System: "detection", Ext: key, Record: r.ID})
		_, err = t.Put(ctx, r, a.project(k, r, b), nil, nil, "system", "create")
		return err
	})
}

func raised(w view, c candidate) *Raised {
	_, sunday := c.week().Days()
	return &Raised{Date: epochDate(sunday), Place: c.series.Place, Substance: c.series.Substance, Source: c.series.Source, Detector: c.finding.Detector,
		View: w.name, Observed: c.finding.Observed, Expected: round(c.finding.Expected), Upperbound: round(c.finding.Upperbound), PValue: number(c.finding.PValue)}
}

func epochDate(day int64) record.Date {
	w := record.WeekOf(day)
	first, _ := w.Days()
	t, _ := w.Monday().Time()
	return record.DateOf(t.AddDate(0, 0, int(day-first)))
}

// number returns nil for what is not a finite number, which JSON cannot say.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func round(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return math.Round(x*1e6) / 1e6
}

func evidenceLinks(ids []string) []record.Link {
	links := make([]record.Link, 0, len(ids))
	for _, id := range ids {
		links = append(links, record.Link{Relation: record.CausedBy, To: id})
	}
	return links
}

// unusual writes down what a candidate rests on.
func (a *App) unusual(w view, c candidate) *detection.Unusual {
	f := c.finding
	u := &detection.Unusual{Place: c.series.Place, Substance: c.series.Substance, Source: c.series.Source, Measure: c.series.Measure, View: w.name,
		Week: c.week().Monday(), Detector: f.Detector, Observed: f.Observed, Expected: round(f.Expected), Upperbound: round(f.Upperbound), PValue: number(f.PValue), TwoWeeks: f.TwoWeeks}
	for _, i := range f.BaselineWeeks {
		u.Baseline = append(u.Baseline, string((c.start + record.Week(i)).Monday()))
	}
	for i := max(0, c.at-plotWeeks+1); i <= c.at; i++ {
		p := detection.Point{Week: (c.start + record.Week(i)).Monday(), Observed: c.counts[i], Alarm: i == c.at}
		if i > c.at-judgedWeeks {
			g := f
			if i < c.at {
				g, p.Alarm = surveillance.Detect(c.counts[:i+1], i, config(c.history-(c.at-i)))
			}
			if !math.IsNaN(g.Upperbound) && g.Detector != surveillance.FirstAppearance {
				p.Expected, p.Upperbound = number(round(g.Expected)), number(round(g.Upperbound))
			}
		}
		u.Points = append(u.Points, p)
	}
	return u
}

// evidence returns the records that were counted in the week, as the view sees them.
func (a *App) evidence(ctx context.Context, w view, c candidate) (ids []string, all int, err error) {
	kind, _, _ := strings.Cut(c.series.Source, "/")
	k, ok := kinds.Get(kind)
	if !ok {
		return nil, 0, nil
	}
	first, last := c.week().Days()
	page := store.Page{Facet: bySubstance(kind, c.series.Substance), Tokens: w.tokens, MinK: &first, MaxK: &last, Limit: 500}
	if c.series.Substance == "" {
		page.Facet = byDay(kind)
	}
	for {
		rows, err := a.store.Read().List(ctx, page)
		if err != nil {
			return nil, 0, err
		}
		for i, row := range rows {
			page.After = &rows[i].Position
			if counted(k, row.Record, c.series) {
				if all++; len(ids) < maxEvidence {
					ids = append(ids, row.Record.ID)
				}
			}
		}
		if len(rows) < page.Limit {
			return ids, all, nil
		}
	}
}

func counted(k *record.Kind, r *record.Record, s store.Series) bool {
	b, err := k.Decode(r.Body)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(b.Count(r), func(t record.Tally) bool {
		return t.Source == s.Source && t.Measure == s.Measure && (t.Place == s.Place || strings.HasPrefix(t.Place, s.Place+"-"))
	})
}

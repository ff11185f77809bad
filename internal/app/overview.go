package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// Overview is the first page: what is new and what waits for the viewer.
type Overview struct {
	ByCountry map[string]float64 // events counted in the last Weeks weeks, by ISO 3166-1 code
	Weeks     int                // those of this calendar month and the three before it, up to this week
	Alerts    []Told             // that the viewer has not acknowledged
	Tasks     []Task             // what else waits for him
	Unusual   []*Shown           // the signals that nobody has settled, the most unusual first
	Newest    []*Shown           // the newest reports
	News      *News
}

const (
	overviewMonths = 3
	maxUnusual     = 8
)

// Overview returns what the viewer's first page shows. Its cost does not grow with the store.
func (a *App) Overview(ctx context.Context, v Viewer) (*Overview, error) {
	o := &Overview{}
	var err error
	if o.ByCountry, o.Weeks, err = a.Countries(ctx, v, "", overviewMonths); err != nil {
		return nil, err
	}
	told, err := a.Told(ctx, v, 50)
	if err != nil {
		return nil, err
	}
	for _, t := range told {
		if t.Reason == "issued" && t.Acknowledged.IsZero() && t.Subject.State == "issued" && t.Subject.Retracted == nil {
			o.Alerts = append(o.Alerts, t)
		}
	}
	if o.Tasks, err = a.Tasks(ctx, v, told); err != nil {
		return nil, err
	}
	if o.Unusual, err = a.unusualSeries(ctx, v, maxUnusual); err != nil {
		return nil, err
	}
	if o.Newest, err = a.newest(ctx, v, 4); err != nil {
		return nil, err
	}
	o.News, err = a.News(ctx, v)
	return o, err
}

// unusualSeries returns the signals that are new or being assessed, by how far the count lies beyond the threshold.
func (a *App) unusualSeries(ctx context.Context, v Viewer, most int) ([]*Shown, error) {
	var out []*Shown
	for _, state := range []string{"new", "under-assessment"} {
		l, err := a.List(ctx, v, Query{Kind: "signal", State: state, Sort: "changed", Uncounted: true, Limit: 3 * maxUnusual})
		if err != nil {
			return nil, err
		}
		out = append(out, l.Records...)
	}
	slices.SortStableFunc(out, func(x, y *Shown) int { return cmp.Compare(Exceedance(y), Exceedance(x)) })
	return out[:min(len(out), most)], nil
}

// Exceedance says how unusual a signal is: how far the count lies above the expected, in units of how far the threshold
// does (Farrington's exceedance score). Where nothing was expected it is the count.
func Exceedance(s *Shown) float64 {
	u, ok := s.Fields.(*detection.Unusual)
	if !ok {
		return 0
	}
	if u.Upperbound <= u.Expected {
		return u.Observed
	}
	return (u.Observed - u.Expected) / (u.Upperbound - u.Expected)
}

// unanswered reports whether a record asks the viewer for an answer that he has not given.
func (a *App) unanswered(ctx context.Context, v Viewer, r *record.Record) (bool, error) {
	asks, until, err := a.asks(r)
	if err != nil || len(asks) == 0 || !until.IsZero() && !a.now().Before(until) {
		return false, err
	}
	since, err := a.textSince(ctx, r)
	if err != nil {
		return false, err
	}
	replies, err := a.store.Read().Replies(ctx, r.ID)
	return !slices.ContainsFunc(replies, func(p store.Reply) bool { return p.Person == v.Actor() && !p.At.Before(since) }), err
}

// newest returns the last changed reports of every kind that people write, the newest first.
func (a *App) newest(ctx context.Context, v Viewer, each int) ([]*Shown, error) {
	var out []*Shown
	for _, k := range kinds.Reports() {
		l, err := a.List(ctx, v, Query{Kind: k.Name, Limit: each, Uncounted: true})
		if err != nil {
			return nil, err
		}
		out = append(out, l.Records...)
	}
	slices.SortStableFunc(out, func(x, y *Shown) int { return y.Updated.Compare(x.Updated) })
	return out, nil
}

// Simulated reports whether the database was filled with simulated reports.
func (a *App) Simulated(ctx context.Context) (bool, error) {
	m, err := a.store.Read().Meta(ctx, "simulated")
	return m != "", err
}

// Sums returns what was counted about a substance or class ("" for all) in the last weeks, by place and source, as the
// viewer's own sources support it.
func (a *App) Sums(ctx context.Context, v Viewer, substance string, weeks int) ([]store.Cell, error) {
	tokens, err := a.observing(ctx, v)
	if err != nil {
		return nil, err
	}
	to, _ := a.today().Week()
	return a.store.Read().Sums(ctx, substance, "count", tokens, to-record.Week(weeks), to)
}

// Countries returns what was counted about a substance or class ("" for all) in this calendar month and some before it, by
// ISO 3166-1 code, as the viewer's own sources support it, and how many weeks that are.
func (a *App) Countries(ctx context.Context, v Viewer, substance string, before int) (sums map[string]float64, weeks int, err error) {
	tokens, err := a.observing(ctx, v)
	if err != nil {
		return nil, 0, err
	}
	to, _ := a.today().Week()
	from := to.YearMonth() - record.YearMonth(before)
	sums, err = a.store.Read().Countries(ctx, substance, "count", tokens, from, to.YearMonth())
	return sums, int(to-from.FirstWeek()) + 1, err
}

// Series returns one series, week by week from the first with a value to the last, as the viewer's sources support it.
func (a *App) Series(ctx context.Context, v Viewer, s store.Series, from, to record.Week) ([]store.Observation, error) {
	tokens, err := a.observing(ctx, v)
	if err != nil {
		return nil, err
	}
	return a.store.Read().Observations(ctx, s, tokens, from, to)
}

func (a *App) observing(ctx context.Context, v Viewer) ([]string, error) {
	if !v.Operator {
		return v.Tokens, nil
	}
	audiences, err := a.store.Read().Audiences(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, t := range audiences {
		all = append(all, t...)
	}
	return all, nil
}

// Unknowns returns the names that nothing in the catalogue answers to, from records that the viewer sees.
func (a *App) Unknowns(ctx context.Context, v Viewer, limit int) ([]store.UnknownName, error) {
	if !v.Has(coalition.Curator) && !v.Has(coalition.Administrator) {
		return nil, refuse(Forbidden, "error.duty", "duty", "curator")
	}
	r := a.store.Read()
	all, err := r.Unknowns(ctx, "open", limit)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, u := range all {
		if _, err := a.look(ctx, r, v, u.Record); err == nil {
			out = append(out, u)
		} else if CodeOf(err) != NotFound {
			return nil, err
		}
	}
	return out, nil
}

// ResolveUnknown closes an unknown name from a record that the viewer sees; id is the substance that it names, or "" for
// none.
func (a *App) ResolveUnknown(ctx context.Context, v Viewer, name, id string) error {
	if !v.Has(coalition.Curator) && !v.Has(coalition.Administrator) {
		return refuse(Forbidden, "error.duty", "duty", "curator")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	if id != "" {
		if _, ok := a.names.SubstanceName(id, "en"); !ok {
			return invalid(record.Problems{{Field: "substance", Key: "problem.substance", Params: map[string]any{"value": id}}})
		}
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		u, err := t.Unknown(ctx, name)
		if errors.Is(err, store.ErrNotFound) {
			return errHidden
		}
		if err != nil {
			return err
		}
		if _, err := a.visible(ctx, &t.Reader, v, u.Record); err != nil {
			return err
		}
		return t.ResolveUnknown(ctx, name, id)
	})
}

// Evidence returns the records behind a signal that the viewer sees, and how many there are in all.
func (a *App) Evidence(ctx context.Context, v Viewer, s *Shown) (seen []*Shown, all int, err error) {
	var u detection.Unusual
	if err := json.Unmarshal(s.Record.Body, &u); err != nil {
		return nil, 0, err
	}
	for _, id := range s.LinkedTo(record.CausedBy) {
		x, err := a.Get(ctx, v, id)
		if CodeOf(err) == NotFound {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		seen = append(seen, x)
	}
	return seen, u.Reports, nil
}

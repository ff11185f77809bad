package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
	"tocsin/internal/surveillance"
)

// Common is the view of what every registered official sees.
const Common = "common"

// Span says which weeks detection judges, each with the data up to and including it.
type Span struct {
	From, To record.Week
}

// LastWeek returns the span of the last whole week before the day.
func LastWeek(day record.Date) (Span, error) {
	w, ok := day.Week()
	if !ok {
		return Span{}, invalid(record.Problems{{Field: "as-of", Key: "problem.date", Params: map[string]any{"value": string(day)}}})
	}
	if first, last := w.Days(); last > first { // a week counts from the day after its Sunday
		if d, _ := day.EpochDay(); d < last {
			w--
		}
	}
	return Span{w, w}, nil
}

// Weeks returns the span of the weeks that end between two days.
func Weeks(from, to record.Date) (Span, error) {
	f, ok1 := from.EpochDay()
	t, ok2 := to.EpochDay()
	if !ok1 || !ok2 || t < f {
		return Span{}, invalid(record.Problems{{Field: "replay", Key: "problem.span", Params: map[string]any{"value": string(from) + ".." + string(to)}}})
	}
	return Span{record.WeekOf(f), record.WeekOf(t)}, nil
}

// Raised is one signal as a detection run reports it.
type Raised struct {
	ID         string      `json:"id"`
	Date       record.Date `json:"date"` // the Sunday on which the week ends: the first day on which it could be known
	Place      string      `json:"place"`
	Substance  string      `json:"substance"`
	Source     string      `json:"source"`
	Detector   string      `json:"detector"`
	View       string      `json:"view"`
	Observed   float64     `json:"observed"`
	Expected   float64     `json:"expected"`
	Upperbound float64     `json:"upperbound"`
	PValue     *float64    `json:"pvalue"`
	New        bool        `json:"new"` // false when an earlier run had stored it
}

// Detection is what a run did.
type Detection struct {
	Runs    int      `json:"runs"`   // weeks judged
	Series  int      `json:"series"` // series read
	Signals []Raised `json:"signals"`
}

// Detect judges every series in the weeks of the span and stores a signal where an unusual episode begins. It is
// idempotent: a signal that an earlier run stored stays as it is. It runs once on what every official sees and once
// more for each participant whose own view is wider; a participant's signals are its own.
func (a *App) Detect(ctx context.Context, v Viewer, span Span) (*Detection, error) {
	if !v.Operator && !v.Has(coalition.Analyst) && !v.Has(coalition.Administrator) {
		return nil, refuse(Forbidden, "error.duty", "duty", "analyst")
	}
	views, err := a.views(ctx)
	if err != nil {
		return nil, err
	}
	d := &Detection{Runs: int(span.To-span.From) + 1, Signals: []Raised{}}
	common := map[store.Series]uint64{}
	for _, w := range views {
		found, err := a.detectIn(ctx, w, span, common, d)
		if err != nil {
			return nil, fmt.Errorf("view %s: %w", w.name, err)
		}
		slices.SortStableFunc(found, func(x, y candidate) int { return int(x.week() - y.week()) }) // so that the newest are changed last
		for _, c := range found {
			r, err := a.raise(ctx, w, c)
			if err != nil {
				return nil, err
			}
			d.Signals = append(d.Signals, *r)
		}
	}
	slices.SortStableFunc(d.Signals, func(x, y Raised) int { return strings.Compare(string(x.Date), string(y.Date)) })
	return d, nil
}

// view is one audience's reading of the observations.
type view struct {
	name   string
	owner  string
	shown  []sharing.Token // what everybody holds
	own    []sharing.Token // what the view's participant holds beside
	tokens []sharing.Token // both
}

func (a *App) views(ctx context.Context) ([]view, error) {
	audiences, err := a.store.Read().Audiences(ctx)
	if err != nil {
		return nil, err
	}
	everybody := []sharing.Token{sharing.Officials, sharing.Public}
	views := []view{{name: Common, owner: coalition.SecretariatCode, shown: everybody, tokens: everybody}}
	var codes []string
	for _, tokens := range audiences {
		if sharing.Meet(tokens, everybody) {
			continue
		}
		for _, t := range tokens {
			if code, ok := strings.CutPrefix(t, "p:"); ok && !strings.Contains(code, "&") && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	slices.Sort(codes)
	for _, c := range codes {
		own := []sharing.Token{sharing.Participant(c)}
		views = append(views, view{name: c, owner: c, shown: everybody, own: own, tokens: sharing.Union(everybody, own)})
	}
	return views, nil
}

// candidate is the beginning of an unusual episode.
type candidate struct {
	series  store.Series
	start   record.Week // of counts[0]
	counts  []float64
	at      int // index of the week
	finding surveillance.Finding
	history int // weeks for which the place's source had been reporting
}

func (c candidate) week() record.Week { return c.start + record.Week(c.at) }

// detectIn judges the series of a view country by country, so that memory grows with one country's series.
func (a *App) detectIn(ctx context.Context, w view, span Span, common map[store.Series]uint64, d *Detection) ([]candidate, error) {
	var out []candidate
	var country string
	var batch []lane
	judge := func() {
		out = append(out, a.judgeCountry(batch, span)...)
		batch = batch[:0]
	}
	begins := map[[3]string]record.Week{}
	err := a.store.Read().EachSeries(ctx, w.shown, w.own, func(s store.Series, obs []store.Observation) error {
		if s.Measure != "count" || obs[0].Week > span.To {
			return nil
		}
		if c := s.Place[:2]; c != country {
			judge()
			country = c
		}
		key := [3]string{s.Place, s.Source, s.Measure}
		if s.Substance == "" {
			begins[key] = obs[0].Week
		}
		d.Series++
		sum := digest(obs)
		if w.name == Common {
			common[s] = sum
		} else if common[s] == sum { // what everybody sees has been judged already
			return nil
		}
		batch = append(batch, newLane(s, obs, begins[key], span.To))
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	judge()
	return out, nil
}

func digest(obs []store.Observation) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for _, o := range obs {
		for _, x := range []uint64{uint64(o.Week), uint64(int64(o.Value * 1000))} {
			h = (h ^ x) * 1099511628211
		}
	}
	return h
}

// lane is a series without gaps from the week in which the place's source began to report.
type lane struct {
	series store.Series
	start  record.Week
	counts []float64
	sum    uint64
}

func newLane(s store.Series, obs []store.Observation, begin, to record.Week) lane {
	begin = min(begin, obs[0].Week)
	if begin == 0 {
		begin = obs[0].Week
	}
	l := lane{series: s, start: begin, counts: make([]float64, int(to-begin)+1), sum: digest(obs)}
	for _, o := range obs {
		if o.Week <= to {
			l.counts[o.Week-begin] = o.Value
		}
	}
	return l
}

// judgeCountry finds the episodes of one country's series and leaves out what another explains: a country's series that
// is one subdivision's, and a class whose substance is in alarm in the same week.
func (a *App) judgeCountry(lanes []lane, span Span) []candidate {
	var found []candidate
	for _, l := range lanes {
		if len(l.series.Place) == 2 && sameAsPart(l, lanes) {
			continue
		}
		found = append(found, a.judge(l, span)...)
	}
	return slices.DeleteFunc(slices.Clone(found), func(c candidate) bool {
		return slices.ContainsFunc(found, func(o candidate) bool { return a.explains(o, c) })
	})
}

func sameAsPart(l lane, lanes []lane) bool {
	return slices.ContainsFunc(lanes, func(o lane) bool {
		return len(o.series.Place) > 2 && o.series.Substance == l.series.Substance && o.series.Source == l.series.Source && o.sum == l.sum
	})
}

// explains reports whether o, in alarm at the same time, is the narrower reading of c.
func (a *App) explains(o, c candidate) bool {
	if o.series.Source != c.series.Source || o.week() > c.week() || o.week() < c.week()-record.Week(surveillance.DefaultConfig().Quiet()) || o.series == c.series {
		return false
	}
	if o.series.Place == c.series.Place {
		if o.series.Substance == "" || o.series.Substance == c.series.Substance {
			return false
		}
		return c.series.Substance == "" || slices.Contains(a.names.SubstanceClasses(o.series.Substance), c.series.Substance)
	}
	return strings.HasPrefix(o.series.Place, c.series.Place+"-") && o.series.Substance == c.series.Substance
}

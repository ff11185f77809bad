package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/kinds"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// The steps of a plotted series.
const (
	ByWeek  = "week"
	ByMonth = "month"
	ByYear  = "year"
)

// World is the place that stands for all countries together, and RegionOf(id) the one of a region's countries.
const World = "world"

// RegionOf names a region of the directory as a place of Explore.
func RegionOf(id string) string { return "region:" + id }

const (
	maxCompared = 6
	maxWeeks    = 20 * 53
	usualWeeks  = 104
)

// ExploreQuery asks for series side by side: several places and one substance, or one place and several substances.
type ExploreQuery struct {
	Places     []string // countries, subdivisions, regions (RegionOf) or World; none is World
	Substances []string // substances or classes by any of their names; none, or "", is all of them
	Source     string   // one of Sources; "" for the first
	Measure    string   // of the source; "" for its first
	From, To   record.Date
	Step       string // ByWeek, ByMonth, ByYear; "" for ByWeek
}

// SeriesSource is what a series may count, and by which measures.
type SeriesSource struct {
	Name     string
	Measures []string
}

// Sources returns every source of observations: reports of a kind, by type where the kind has types.
func Sources() []SeriesSource {
	var out []SeriesSource
	for _, k := range kinds.Reports() {
		types, measures := []string{""}, []string{"count"}
		for _, name := range []string{"type", "event"} {
			if f, ok := record.Find(k.Fields, name); ok && len(f.Options) > 0 {
				types = f.Options
			}
		}
		if k.Name == "incident" {
			measures = []string{"count", "g"}
		}
		for _, t := range types {
			out = append(out, SeriesSource{strings.TrimSuffix(k.Name+"/"+t, "/"), measures})
		}
	}
	return out
}

// Exploration is what Explore found. Every curve has one value for each of the steps.
type Exploration struct {
	ExploreQuery          // as it was understood
	Steps        []string // "2024-W07", "2024-03" or "2024"
	Starts       []time.Time
	Curves       []Curve
	Unfinished   bool // the last step is not over
}

// Curve is one series by steps.
type Curve struct {
	Place, Substance, Source string
	Values                   []float64
	Total                    float64
	Signals                  []Mark
}

// Mark is a signal about a series, at the step in which its week lies.
type Mark struct {
	Step int
	*Shown
}

// Explore returns series as the viewer's own sources support them: a sum adds only what he may see one by one, so that two
// viewers may get different figures. Only people who are signed in may ask: for the public every figure under the minimum
// cell would have to be hidden, and with it all from which it could be found by subtracting.
func (a *App) Explore(ctx context.Context, v Viewer, q ExploreQuery) (*Exploration, error) {
	if !v.Known() {
		return nil, ErrStranger
	}
	from, to, problems := a.completeExplore(&q)
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	p, err := a.plotFor(ctx, v, q, from, to)
	if err != nil {
		return nil, err
	}
	for _, place := range q.Places {
		for _, sub := range q.Substances {
			if err := p.add(ctx, place, sub, []string{q.Source}); err != nil {
				return nil, err
			}
		}
	}
	return p.Exploration, nil
}

// Course returns what sources counted about a substance in a place, by month over the usual span: one curve for each of
// the sources that this version has, in their order. A substance or place that there is not has curves of nothing.
func (a *App) Course(ctx context.Context, v Viewer, place, substance string, sources []string) (*Exploration, error) {
	if !v.Known() {
		return nil, ErrStranger
	}
	q := ExploreQuery{Places: []string{place}, Substances: []string{substance}, Measure: "count", Step: ByMonth}
	to, _ := a.today().Week()
	p, err := a.plotFor(ctx, v, q, to-usualWeeks+1, to)
	if err != nil {
		return nil, err
	}
	known := Sources()
	counted := slices.DeleteFunc(slices.Clone(sources), func(name string) bool {
		return !slices.ContainsFunc(known, func(s SeriesSource) bool { return s.Name == name })
	})
	return p.Exploration, p.add(ctx, place, substance, counted)
}

// plotting is an Exploration that is being made.
type plotting struct {
	*Exploration
	app      *App
	viewer   Viewer
	tokens   []sharing.Token
	from, to record.Week
	index    map[string]int      // of the steps, by name
	signals  map[string][]*Shown // by place
}

func (a *App) plotFor(ctx context.Context, v Viewer, q ExploreQuery, from, to record.Week) (*plotting, error) {
	tokens, err := a.observing(ctx, v)
	if err != nil {
		return nil, err
	}
	p := &plotting{Exploration: &Exploration{ExploreQuery: q}, app: a, viewer: v, tokens: tokens, from: from, to: to, index: map[string]int{}, signals: map[string][]*Shown{}}
	for w := from; w <= to; w++ {
		name, start := stepOf(w, q.Step)
		if _, ok := p.index[name]; !ok {
			p.index[name] = len(p.Steps)
			p.Steps, p.Starts = append(p.Steps, name), append(p.Starts, start)
		}
	}
	now, _ := a.today().Week()
	p.Unfinished = to >= now
	return p, nil
}

// add adds a curve for each source.
func (p *plotting) add(ctx context.Context, place, substance string, sources []string) error {
	course, err := p.app.store.Read().Course(ctx, p.app.placesOf(place), substance, p.Measure, sources, p.tokens, p.from, p.to)
	if err != nil {
		return err
	}
	for _, source := range sources {
		c := Curve{Place: place, Substance: substance, Source: source, Values: make([]float64, len(p.Steps))}
		for _, o := range course[source] {
			name, _ := stepOf(o.Week, p.Step)
			c.Values[p.index[name]] += o.Value
			c.Total += o.Value
		}
		if c.Signals, err = p.marks(ctx, c); err != nil {
			return err
		}
		p.Curves = append(p.Curves, c)
	}
	return nil
}

// completeExplore fills in what was not said and checks the rest.
func (a *App) completeExplore(q *ExploreQuery) (from, to record.Week, p record.Problems) {
	q.Places, q.Substances = chosen(q.Places, World), chosen(q.Substances, "")
	for _, pl := range q.Places {
		if _, ok := a.directory.PlaceName(pl, "en"); !ok && pl != World && a.placesOf(pl) == nil {
			p.Add("place", "problem.place", "value", pl)
		}
	}
	for i, s := range q.Substances {
		q.Substances[i] = a.substanceTyped(s)
		if _, ok := a.catalogue.NameOf(q.Substances[i], "en"); !ok && s != "" {
			p.Add("substance", "problem.substance", "value", s)
		}
	}
	if len(q.Places) > 1 && len(q.Substances) > 1 {
		p.Add("substance", "problem.compare")
	}
	if len(q.Places) > maxCompared {
		p.Add("place", "problem.many", "max", maxCompared)
	}
	if len(q.Substances) > maxCompared {
		p.Add("substance", "problem.many", "max", maxCompared)
	}
	a.completeSource(q, &p)
	from, to = a.spanOf(q, &p)
	return from, to, p
}

func chosen(list []string, none string) []string {
	var out []string
	for _, x := range list {
		if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	if len(out) == 0 {
		return []string{none}
	}
	return out
}

func (a *App) completeSource(q *ExploreQuery, p *record.Problems) {
	sources := Sources()
	if q.Source == "" {
		q.Source = sources[0].Name
	}
	i := slices.IndexFunc(sources, func(s SeriesSource) bool { return s.Name == q.Source })
	if i < 0 {
		p.Add("source", "problem.option", "value", q.Source, "options", sources[0].Name+" …")
		return
	}
	if q.Measure == "" {
		q.Measure = sources[i].Measures[0]
	}
	if !slices.Contains(sources[i].Measures, q.Measure) {
		p.Add("measure", "problem.option", "value", q.Measure, "options", strings.Join(sources[i].Measures, ", "))
	}
	if q.Step == "" {
		q.Step = ByWeek
	}
	if steps := []string{ByWeek, ByMonth, ByYear}; !slices.Contains(steps, q.Step) {
		p.Add("step", "problem.option", "value", q.Step, "options", strings.Join(steps, ", "))
	}
}

func (a *App) spanOf(q *ExploreQuery, p *record.Problems) (from, to record.Week) {
	to, _ = a.today().Week()
	if q.To != "" {
		last, ok := lastDay(q.To)
		if !ok {
			p.Add("to", "problem.date", "value", string(q.To))
			return 0, 0
		}
		to = min(to, record.WeekOf(last))
	}
	from = to - usualWeeks + 1
	if q.From != "" {
		first, ok := q.From.EpochDay()
		if !ok {
			p.Add("from", "problem.date", "value", string(q.From))
			return 0, 0
		}
		from = record.WeekOf(first)
	}
	switch {
	case from > to:
		p.Add("to", "problem.before", "value", string(q.To), "other", string(q.From))
	case to-from >= maxWeeks:
		p.Add("from", "problem.span-years", "years", maxWeeks/53)
	}
	return from, to
}

// stepOf names the step in which a week lies and says when it begins. A week belongs to the month and year of its Thursday,
// as in ISO 8601.
func stepOf(w record.Week, step string) (string, time.Time) {
	monday, err := w.Monday().Time()
	if err != nil { // before 1900, which a span never reaches
		return w.String(), monday
	}
	thursday := monday.AddDate(0, 0, 3)
	switch step {
	case ByMonth:
		return w.YearMonth().String(), time.Date(thursday.Year(), thursday.Month(), 1, 0, 0, 0, 0, time.UTC)
	case ByYear:
		return fmt.Sprintf("%04d", thursday.Year()), time.Date(thursday.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return w.String(), monday
}

// placesOf returns the places that are added for a place of Explore: itself, or a region's countries; nil for World and for
// what is no region.
func (a *App) placesOf(place string) []string {
	id, region := strings.CutPrefix(place, "region:")
	if place == World {
		return nil
	}
	if !region {
		if _, ok := a.directory.PlaceName(place, "en"); ok {
			return []string{place}
		}
		return nil
	}
	var out []string
	for _, p := range a.directory.Participants() {
		if p.Region == id && len(p.Code) == 2 {
			out = append(out, p.Code)
		}
	}
	return out
}

// marks returns the signals about a curve that the viewer sees. The series of several countries together have none.
func (p *plotting) marks(ctx context.Context, c Curve) ([]Mark, error) {
	if c.Place == World || strings.HasPrefix(c.Place, "region:") {
		return nil, nil
	}
	list, read := p.signals[c.Place]
	if !read {
		l, err := p.app.List(ctx, p.viewer, Query{Kind: "signal", Place: c.Place, Uncounted: true, Limit: MaxPage})
		if err != nil {
			return nil, err
		}
		list, p.signals[c.Place] = l.Records, l.Records
	}
	var out []Mark
	for _, s := range list {
		u, ok := s.Fields.(*detection.Unusual)
		if !ok || u.Place != c.Place || u.Substance != c.Substance || u.Source != c.Source || u.Measure != p.Measure || s.State == "dismissed" {
			continue
		}
		w, ok := u.Week.Week()
		if !ok {
			continue
		}
		name, _ := stepOf(w, p.Step)
		if i, ok := p.index[name]; ok {
			out = append(out, Mark{i, s})
		}
	}
	return out, nil
}

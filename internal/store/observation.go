package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// Series names one series of observations: what one source counted about one substance or class ("" for all) in one place.
type Series struct{ Place, Substance, Source, Measure string }

// Observation is the value of one week.
type Observation struct {
	Week  record.Week
	Value float64
}

// ofTokens selects the numbers of the audiences that one of n tokens belongs to.
func ofTokens(n int) string {
	return `SELECT DISTINCT audience FROM audience_token WHERE token IN (` + marks(n) + `)`
}

// audiences returns the numbers of the audiences that one of the tokens belongs to.
func (r *Reader) audiences(ctx context.Context, tokens []sharing.Token) ([]any, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	var ids []any
	err := r.query(ctx, ofTokens(len(tokens))+` ORDER BY audience`, values(tokens), func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

func values[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}

// Observations returns the series as the tokens let it be seen, week by week, without the weeks that have none.
func (r *Reader) Observations(ctx context.Context, s Series, tokens []sharing.Token, from, to record.Week) ([]Observation, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	args := append([]any{s.Place, s.Substance, s.Source, s.Measure, int64(from), int64(to)}, values(tokens)...)
	var out []Observation
	err := r.query(ctx, `SELECT week, sum(value) FROM observation WHERE place = ? AND substance = ? AND source = ? AND measure = ? AND week BETWEEN ? AND ?
		AND audience IN (`+ofTokens(len(tokens))+`) GROUP BY week HAVING sum(value) <> 0 ORDER BY week`, args, func(rows *sql.Rows) error {
		var o Observation
		if err := rows.Scan(&o.Week, &o.Value); err != nil {
			return err
		}
		out = append(out, o)
		return nil
	})
	return out, err
}

// Course returns what sources counted about a substance by a measure, week by week, in several places added together; nil
// places are all countries. It reads them all at once.
func (r *Reader) Course(ctx context.Context, places []string, substance, measure string, sources []string, tokens []sharing.Token, from, to record.Week) (map[string][]Observation, error) {
	ids, err := r.audiences(ctx, tokens)
	if err != nil || len(ids) == 0 || len(sources) == 0 {
		return nil, err
	}
	args := append([]any{substance, measure, int64(from), int64(to)}, values(sources)...)
	table, where := "total_week", ""
	if places != nil {
		table, where = "observation", " AND place IN ("+marks(len(places))+")"
		args = append(args, values(places)...)
	}
	out := map[string][]Observation{}
	err = r.query(ctx, `SELECT source, week, sum(value) FROM `+table+` WHERE substance = ? AND measure = ? AND week BETWEEN ? AND ? AND source IN (`+marks(len(sources))+`)`+where+`
		AND audience IN (`+marks(len(ids))+`) GROUP BY source, week HAVING sum(value) <> 0 ORDER BY source, week`, append(args, ids...), func(rows *sql.Rows) error {
		var source string
		var o Observation
		if err := rows.Scan(&source, &o.Week, &o.Value); err != nil {
			return err
		}
		out[source] = append(out[source], o)
		return nil
	})
	return out, err
}

// EachSeries calls f with every series that the tokens let be seen, ordered by place, substance, source and measure.
// With own tokens only those series are read to which they add something that the others do not show.
func (r *Reader) EachSeries(ctx context.Context, tokens, own []sharing.Token, f func(Series, []Observation) error) error {
	ids, err := r.audiences(ctx, sharing.Union(tokens, own))
	if err != nil || len(ids) == 0 {
		return err
	}
	where, args := "", ids
	if len(own) > 0 {
		shown, err := r.audiences(ctx, tokens)
		if err != nil {
			return err
		}
		added := slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return slices.Contains(shown, id) })
		if len(added) == 0 {
			return nil
		}
		where = ` AND (place, substance, source, measure) IN (SELECT DISTINCT place, substance, source, measure FROM observation WHERE audience IN (` + marks(len(added)) + `))`
		args = append(slices.Clone(ids), added...)
	}
	var s Series
	var obs []Observation
	emit := func() error {
		if len(obs) == 0 {
			return nil
		}
		err := f(s, obs)
		obs = nil
		return err
	}
	err = r.query(ctx, `SELECT place, substance, source, measure, week, sum(value) FROM observation WHERE audience IN (`+marks(len(ids))+`)`+where+`
		GROUP BY place, substance, source, measure, week HAVING sum(value) <> 0 ORDER BY place, substance, source, measure, week`, args, func(rows *sql.Rows) error {
		var n Series
		var o Observation
		if err := rows.Scan(&n.Place, &n.Substance, &n.Source, &n.Measure, &o.Week, &o.Value); err != nil {
			return err
		}
		if n != s {
			if err := emit(); err != nil {
				return err
			}
			s = n
		}
		obs = append(obs, o)
		return nil
	})
	if err != nil {
		return err
	}
	return emit()
}

// Cell is one sum of a table: places × substances × sources over a span of weeks.
type Cell struct {
	Series
	Value float64
}

// Sums returns the sums of the weeks from to, for the substance ("" for the total over all), by place and source.
func (r *Reader) Sums(ctx context.Context, substance, measure string, tokens []sharing.Token, from, to record.Week) ([]Cell, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	args := append([]any{substance, measure, int64(from), int64(to)}, values(tokens)...)
	var out []Cell
	err := r.query(ctx, `SELECT place, source, sum(value) FROM observation WHERE substance = ? AND measure = ? AND week BETWEEN ? AND ?
		AND audience IN (`+ofTokens(len(tokens))+`) GROUP BY place, source HAVING sum(value) <> 0 ORDER BY place, source`, args, func(rows *sql.Rows) error {
		c := Cell{Series: Series{Substance: substance, Measure: measure}}
		if err := rows.Scan(&c.Place, &c.Source, &c.Value); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	})
	return out, err
}

// Countries returns what all sources together counted about a substance ("" for all) by a measure in the months from to, by
// country.
func (r *Reader) Countries(ctx context.Context, substance, measure string, tokens []sharing.Token, from, to record.YearMonth) (map[string]float64, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	out := map[string]float64{}
	args := append([]any{substance, measure, int64(from), int64(to)}, values(tokens)...)
	err := r.query(ctx, `SELECT place, sum(value) FROM total_month WHERE substance = ? AND measure = ? AND month BETWEEN ? AND ?
		AND audience IN (`+ofTokens(len(tokens))+`) GROUP BY place HAVING sum(value) <> 0`, args, func(rows *sql.Rows) error {
		var place string
		var value float64
		err := rows.Scan(&place, &value)
		out[place] = value
		return err
	})
	return out, err
}

// Audiences returns every audience that observations have, as sorted tokens.
func (r *Reader) Audiences(ctx context.Context) ([][]sharing.Token, error) {
	var out [][]sharing.Token
	err := r.query(ctx, `SELECT tokens FROM audience ORDER BY id`, nil, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		out = append(out, strings.Split(text, " "))
		return nil
	})
	return out, err
}

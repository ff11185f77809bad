// Package simulation makes up reports from many countries, for demonstrations and trials. Nothing in it happened. Its
// background and its stories follow the patterns that the Coalition's report of 2023-2024 tells of: injectable fentanyl
// diverted from pharmacies, kush in West Africa, captagon, tramadol and methamphetamine by region.
package simulation

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
)

// Weeks is how much history is made: three years.
const Weeks = 156

// flow is one stream of reports from one country.
type flow struct {
	country string
	weekly  float64                   // mean number of reports a week
	season  float64                   // amplitude of a yearly wave, as a share of the mean
	since   int                       // weeks before the end at which it begins; 0 means from the start
	double  float64                   // weeks in which it doubles after it has begun; 0 means that it is level
	most    float64                   // the most a week that growth leads to
	make    func(w *writer) app.Draft // one report
}

// writer holds what one report is made from.
type writer struct {
	rng     *rand.Rand
	country string
	day     time.Time
}

// Reports returns simulated reports of the three years before the Monday of the week that contains now. The same seed
// and day give the same reports.
func Reports(now time.Time, seed uint64) []app.Draft {
	rng := rand.New(rand.NewPCG(seed, 20230707))
	week, _ := record.DateOf(now).Week()
	first := int64(week) - Weeks
	var out []app.Draft
	for _, f := range append(background(), stories()...) {
		out = append(out, f.run(rng, first)...)
	}
	return out
}

func (f flow) run(rng *rand.Rand, first int64) []app.Draft {
	var out []app.Draft
	for i := range int64(Weeks) {
		for range poisson(rng, f.mean(int(i))) {
			start, _ := record.Week(first + i).Days()
			day := time.Unix((start+int64(rng.IntN(7)))*86400, 0).UTC()
			out = append(out, f.make(&writer{rng, f.country, day}))
		}
	}
	return out
}

// mean is the expected number of reports in the i-th week.
func (f flow) mean(i int) float64 {
	m := f.weekly * (1 + f.season*math.Sin(2*math.Pi*float64(i)/52))
	if f.since == 0 {
		return m
	}
	age := i - (Weeks - f.since)
	if age < 0 {
		return 0
	}
	if f.double > 0 {
		m *= math.Pow(2, float64(age)/f.double)
	}
	if f.most > 0 {
		m = math.Min(m, f.most)
	}
	return m
}

// poisson draws a Poisson variate by multiplication (Knuth 1969); means stay below 100 here.
func poisson(rng *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, 0
	for {
		if p *= rng.Float64(); p <= limit {
			return n
		}
		n++
	}
}

func (w *writer) one(of ...string) string { return of[w.rng.IntN(len(of))] }

func (w *writer) date() record.Date { return record.DateOf(w.day) }

func (w *writer) draft(kind string, tlp record.TLP, body any) app.Draft {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // our own types marshal
	}
	return app.Draft{Kind: kind, Owner: w.country, Sharing: record.Sharing{TLP: tlp}, Body: raw}
}

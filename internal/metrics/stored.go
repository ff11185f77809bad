package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tocsin/internal/app"
)

// patience is how long the database may take to answer a measurement.
const patience = 5 * time.Second

var (
	upDesc      = prometheus.NewDesc("tocsin_database_up", "1 when the database answers.", nil, nil)
	latencyDesc = prometheus.NewDesc("tocsin_database_latency_seconds", "How long the database took to answer the question for the size of the journal.", nil, nil)
	journalDesc = prometheus.NewDesc("tocsin_journal_entries", "Changes in the journal.", nil, nil)
	lettersDesc = prometheus.NewDesc("tocsin_letters", "Letters by state.", []string{"state"}, nil)
)

// stored measures what the database holds whenever it is asked.
type stored struct{ app *app.App }

// Describe implements prometheus.Collector.
func (s stored) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, latencyDesc, journalDesc, lettersDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector. Where the database does not answer it says so and no more.
func (s stored) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	began := time.Now()
	size, err := s.app.Store().Read().JournalSize(ctx)
	if err != nil {
		gauge(upDesc, 0)
		return
	}
	gauge(latencyDesc, time.Since(began).Seconds())
	gauge(upDesc, 1)
	gauge(journalDesc, float64(size))
	letters, err := s.app.Store().Read().MailStates(ctx)
	if err != nil {
		return
	}
	for state, n := range letters {
		gauge(lettersDesc, float64(n), state)
	}
}

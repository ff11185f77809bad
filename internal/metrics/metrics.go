// Package metrics measures a running server for Prometheus: requests by route, jobs, letters, the journal and the database.
// It never sees addresses, records or people: its labels are the names in the source and nothing else.
package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tocsin/internal/app"
)

// Metrics are the measurements of one server. A nil one measures nothing.
type Metrics struct {
	app      *app.App
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
}

// New prepares the measurements of a server of the version.
func New(a *app.App, version string) *Metrics {
	m := &Metrics{app: a, registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tocsin_request_duration_seconds",
			Help: "Requests by method, pattern of the route and class of status, with the time that they took.", Buckets: prometheus.DefBuckets},
			[]string{"method", "route", "status"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tocsin_job_duration_seconds",
			Help: "Runs of what the clock asks for, by job and outcome, with the time that they took.", Buckets: []float64{.01, .1, 1, 10, 60, 600}},
			[]string{"job", "outcome"})}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_info", Help: "The version and the database's engine.",
		ConstLabels: prometheus.Labels{"version": version, "engine": a.Store().Engine()}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.jobs, build, stored{a}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe measures a route's requests. route is its pattern, never an address.
func (m *Metrics) Observe(method, route string, next http.Handler) http.Handler {
	if m == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, s := time.Now(), &status{ResponseWriter: w}
		answered := false
		defer func() {
			if !answered { // a panic, which goes on
				s.code = http.StatusInternalServerError
			}
			m.requests.WithLabelValues(method, route, s.class()).Observe(time.Since(began).Seconds())
		}()
		next.ServeHTTP(s, r)
		answered = true
	})
}

// Ran notes that a job ran.
func (m *Metrics) Ran(job string, took time.Duration, err error) {
	if m == nil {
		return
	}
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	m.jobs.WithLabelValues(job, outcome).Observe(took.Seconds())
}

// Handler serves /metrics, /healthz (the process lives) and /readyz (requests can be answered).
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		if err := m.app.Ready(ctx); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	return mux
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *status) class() string {
	if s.code == 0 {
		return "2xx"
	}
	return strconv.Itoa(s.code/100) + "xx"
}

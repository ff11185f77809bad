package trial_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/trial"
)

// filled opens a database of TOCSIN_BENCH_RECORDS reports (10,000 where it is not set): TOCSIN_BENCH_DATABASE, which is
// filled when it is empty and kept, or one that goes with the test.
func filled(tb testing.TB, size trial.Size, people int) (*app.App, *trial.House) {
	tb.Helper()
	ctx := context.Background()
	address := os.Getenv("TOCSIN_BENCH_DATABASE")
	if address == "" {
		address = "sqlite:" + filepath.Join(tb.TempDir(), "t.db")
	}
	if n, err := strconv.Atoi(os.Getenv("TOCSIN_BENCH_RECORDS")); err == nil {
		size.Records = n
	}
	a, err := app.Open(ctx, address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := a.Close(); err != nil {
			tb.Error(err)
		}
	})
	simulated, err := a.Simulated(ctx)
	if err == nil && !simulated {
		err = trial.Fill(ctx, a, size, nil)
	}
	if err != nil {
		tb.Fatal(err)
	}
	h, err := trial.Open(ctx, a, people)
	if err != nil {
		tb.Fatal(err)
	}
	return a, h
}

// BenchmarkPages measures what each page takes at the server.
func BenchmarkPages(b *testing.B) {
	_, h := filled(b, trial.Size{Records: 10_000, People: 1600, Alerts: 40}, 60)
	for _, p := range trial.Pages {
		b.Run(p.Name, func(b *testing.B) {
			t, err := h.Measure(context.Background(), p, max(10, b.N))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(t.P95.Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(t.CPU.Microseconds())/1000, "cpu-ms")
		})
	}
}

// TestTrial: a small database is filled, every page answers every person, and a small crowd reads and writes without a
// failure.
func TestTrial(t *testing.T) {
	_, h := filled(t, trial.Size{Records: 300, People: 300, Alerts: 2}, 8)
	for _, p := range trial.Pages {
		x, err := h.Measure(context.Background(), p, 8)
		if err != nil || x.Requests != 8 || x.P99 < x.P50 || x.P50 <= 0 || x.Bytes == 0 {
			t.Errorf("%+v, %v", x, err)
		}
	}
	r, err := h.Crowd(context.Background(), trial.Load{Readers: 6, Writers: 2, Think: 30 * time.Millisecond, Pause: 50 * time.Millisecond, For: 2 * time.Minute, Reads: 40, Writes: 8})
	if err != nil || r.Reads.Failed+r.Writes.Failed > 0 || r.Reads.Requests < 40 || r.Writes.Requests < 8 {
		t.Errorf("%+v, %v", r, err)
	}
}

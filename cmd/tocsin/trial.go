package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/trial"
)

func trialCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "trial", Short: "Try a machine: fill a database by the million and measure the pages", Args: cobra.NoArgs,
		Long: "trial fills an empty database with simulated reports, or takes one that it has filled before, and measures how long the\n" +
			"server takes for each page, and how long people wait while many read and write at once. Never give it a database in use.",
		RunE: runTrial}
	databaseFlags(cmd)
	f := cmd.Flags()
	f.Int("records", 1_000_000, "reports to make, where the database is empty")
	f.Int("people", 1600, "officials to make")
	f.Int("alerts", 40, "alerts to issue to everybody")
	f.Int("requests", 400, "requests for each page")
	f.Int("readers", 500, "people who read at once")
	f.Int("writers", 50, "people who write at once")
	f.Duration("think", 5*time.Second, "mean pause of a reader between two pages")
	f.Duration("pause", 10*time.Second, "mean pause of a writer between two reports")
	f.Duration("for", 60*time.Second, "how long they read and write; 0 leaves it out")
	return cmd
}

func runTrial(cmd *cobra.Command, _ []string) (err error) {
	calmCollector() // as a server does
	ctx, f := cmd.Context(), cmd.Flags()
	number := func(name string) int { n, _ := f.GetInt(name); return n }
	span := func(name string) time.Duration { d, _ := f.GetDuration(name); return d }
	a, _, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	simulated, err := a.Simulated(ctx)
	if err != nil {
		return err
	}
	if !simulated {
		began := time.Now()
		err := trial.Fill(ctx, a, trial.Size{Records: number("records"), People: number("people"), Alerts: number("alerts")}, func(done int) {
			fmt.Fprintf(cmd.ErrOrStderr(), "\r%d reports, %.0f a second", done, float64(done)/time.Since(began).Seconds())
		})
		fmt.Fprintln(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
	}
	l := trial.Load{Readers: number("readers"), Writers: number("writers"), Think: span("think"), Pause: span("pause"), For: span("for")}
	h, err := trial.Open(ctx, a, l.Readers+l.Writers)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%-32s %8s %8s %8s %8s %9s\n", "at the server", "p50 ms", "p95 ms", "p99 ms", "cpu ms", "bytes")
	line := func(t trial.Times) {
		fmt.Fprintf(out, "%-32s %8.1f %8.1f %8.1f %8.1f %9d\n", t.Name, millis(t.P50), millis(t.P95), millis(t.P99), millis(t.CPU), t.Bytes)
	}
	line(h.Entering())
	for _, p := range trial.Pages {
		t, err := h.Measure(ctx, p, number("requests"))
		if err != nil {
			return err
		}
		line(t)
	}
	fmt.Fprintf(out, "memory: %s\n", memory())
	if l.For == 0 {
		return nil
	}
	r, err := h.Crowd(ctx, l)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d readers and %d writers at once for %v: %.0f answers a second\n", l.Readers, l.Writers, l.For, r.Rate)
	for _, t := range []trial.Times{r.Reads, r.Writes} {
		fmt.Fprintf(out, "%-32s %8.1f %8.1f %8.1f   %d of %d failed\n", t.Name, millis(t.P50), millis(t.P95), millis(t.P99), t.Failed, t.Requests)
	}
	fmt.Fprintf(out, "memory: %s\n", memory())
	return nil
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// memory is what Linux says of the process: resident now and at the most.
func memory() string {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "not known on this system"
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "VmRSS:") || strings.HasPrefix(line, "VmHWM:") {
			out = append(out, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(out, ", ")
}

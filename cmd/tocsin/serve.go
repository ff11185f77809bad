package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/jobs"
	"tocsin/internal/metrics"
	"tocsin/internal/web/pages"
)

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "serve", Short: "Serve the site and run what the clock asks for", Args: cobra.NoArgs,
		Long: "serve answers pages, sends mail and runs the detection. Several may run on one PostgreSQL database.\n\n" + settingsHelp(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return usageError{err}
			}
			return serve(cmd, c)
		}}
	addConfigFlags(cmd)
	return cmd
}

func serve(cmd *cobra.Command, c config) (err error) {
	ctx := cmd.Context()
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	base := c.URL
	if base == "" {
		base = "http://" + listener.Addr().String()
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "tocsin %s on http://%s\n", versionText(), listener.Addr())
	d := openDoor(listener, strings.HasPrefix(base, "https://"))
	a, err := openWaiting(ctx, c)
	if err != nil || a == nil {
		return errors.Join(err, d.shut(ctx))
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	m, stop, err := measure(a, c.MetricsAddr)
	if err != nil {
		return errors.Join(err, d.shut(ctx))
	}
	defer stop()
	j := c.jobs(base)
	j.Ran = m.Ran
	o := pages.Options{Secure: strings.HasPrefix(base, "https://"), BaseURL: base, Log: slog.Default(), Version: versionText(), Observe: m.Observe}
	return d.serve(ctx, a, o, jobs.New(a, j, slog.Default()))
}

// openWaiting opens the database of a server. While it is away it is waited for, which the log says; what is wrong with the
// address, the password or the database itself is an error at once. It returns nil when the context ends before.
func openWaiting(ctx context.Context, c config) (*app.App, error) {
	const pause, said = time.Second, 10 // seconds
	for n := 0; ; n++ {
		err := beforeUpgrade(ctx, c)
		if err == nil {
			var a *app.App
			if a, err = openFounded(ctx, c.Database); err == nil {
				return a, nil
			}
		}
		if ctx.Err() != nil {
			return nil, nil
		}
		if !app.Waits(err) {
			return nil, err
		}
		if n%said == 0 {
			slog.Warn("waiting for the database", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(pause):
		}
	}
}

// measure serves the measurements on an address of their own; without one nothing is measured.
func measure(a *app.App, addr string) (m *metrics.Metrics, stop func(), err error) {
	if addr == "" {
		return nil, func() {}, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	m = metrics.New(a, versionText())
	srv := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("the measurements are served no more", "error", err)
		}
	}()
	return m, func() { _ = srv.Close() }, nil
}

// beforeUpgrade backs up a database that is about to be upgraded.
func beforeUpgrade(ctx context.Context, c config) error {
	file, err := app.BackupBeforeUpgrade(ctx, c.Database, c.BackupDir, versionText())
	switch {
	case errors.Is(err, app.ErrNowhere):
		slog.Warn("the database is upgraded; give --backup-dir, or run tocsin backup before an upgrade, to have a backup of it")
		return nil
	case err != nil:
		return err
	case file != "":
		slog.Warn("the database is upgraded; a backup of it as it was is kept", "file", file)
	}
	return nil
}

// calmCollector lets memory grow to three times what is in use before garbage is collected: pages make much that is soon
// forgotten and keep little. GOGC, where it is set, has the say.
func calmCollector() {
	if _, ok := os.LookupEnv("GOGC"); !ok {
		debug.SetGCPercent(200)
	}
}

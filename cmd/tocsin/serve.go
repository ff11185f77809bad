package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
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
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := loadConfig(cmd)
			if err != nil {
				return usageError{err}
			}
			directories, err := c.directories()
			if err != nil {
				return usageError{err}
			}
			listener, err := net.Listen("tcp", c.Addr)
			if err != nil {
				return err
			}
			if err := beforeUpgrade(cmd.Context(), c); err != nil {
				return errors.Join(err, listener.Close())
			}
			a, err := openFounded(cmd.Context(), c.Database)
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			fmt.Fprintf(cmd.ErrOrStderr(), "tocsin %s on http://%s\n", versionText(), listener.Addr())
			base := c.URL
			if base == "" {
				base = "http://" + listener.Addr().String()
			}
			m, stop, err := measure(a, c.MetricsAddr)
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			defer stop()
			j := c.jobs(base)
			j.Ran = m.Ran
			o := pages.Options{Secure: strings.HasPrefix(base, "https://"), BaseURL: base, Log: slog.Default(), Version: versionText(), Observe: m.Observe, Directories: directories, Proxies: c.proxies}
			return serveOn(cmd.Context(), listener, a, o, jobs.New(a, j, slog.Default()))
		}}
	addConfigFlags(cmd)
	return cmd
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

// serveOn serves until the context ends, then lets the requests that are being answered finish.
func serveOn(ctx context.Context, l net.Listener, a *app.App, o pages.Options, runner *jobs.Runner) error {
	site, err := pages.New(a, o)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: site.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Minute, WriteTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	if runner != nil {
		runner.Start(ctx)
		defer runner.Stop()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

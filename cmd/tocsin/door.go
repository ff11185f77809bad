package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/jobs"
	"tocsin/internal/web"
	"tocsin/internal/web/pages"
)

// What a connection may take of the server: the time to send the head of a request, a whole request and to take the answer,
// the time that it may lie idle, and the bytes of the head. Bodies have less time where little is due, as the pages and the
// interface say.
const (
	headTime   = 10 * time.Second
	bodyTime   = 10 * time.Minute
	answerTime = 10 * time.Minute
	idleTime   = 2 * time.Minute
	headBytes  = 64 << 10
)

// lastWords is how long requests that are being answered may take when the server is told to stop.
const lastWords = 15 * time.Second

// door answers from the first moment on: until there is a site behind it, that the server is starting.
type door struct {
	srv    *http.Server
	site   atomic.Pointer[http.Handler]
	failed chan error
}

func openDoor(l net.Listener, secure bool) *door {
	d := &door{failed: make(chan error, 1)}
	starting := startingHandler(secure)
	calmCollector()
	d.srv = &http.Server{ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, WriteTimeout: answerTime, IdleTimeout: idleTime, MaxHeaderBytes: headBytes,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if site := d.site.Load(); site != nil {
				(*site).ServeHTTP(w, r)
				return
			}
			starting.ServeHTTP(w, r)
		})}
	go func() { d.failed <- d.srv.Serve(l) }()
	return d
}

// startingHandler lives, is not ready, and asks everybody else to come again.
func startingHandler(secure bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "starting", http.StatusServiceUnavailable) })
	mux.HandleFunc("/api/", api.Starting)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		web.Outage(w, r, &app.Outage{Key: app.DatabaseIsAway, Detail: "error.starting"})
	})
	return web.Base(mux, slog.Default(), secure)
}

// serve lets people in to the site until the context ends, then lets the requests that are being answered finish.
func (d *door) serve(ctx context.Context, a *app.App, o pages.Options, runner *jobs.Runner) error {
	site, err := pages.New(a, o)
	if err != nil {
		return errors.Join(err, d.shut(ctx))
	}
	h := site.Handler()
	d.site.Store(&h)
	if runner != nil {
		runner.Start(ctx)
		defer runner.Stop()
	}
	select {
	case err := <-d.failed:
		return err
	case <-ctx.Done():
		return d.shut(ctx)
	}
}

// shut ends the server when the requests that are being answered are.
func (d *door) shut(ctx context.Context) error {
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	if err := d.srv.Shutdown(end); err != nil {
		return errors.Join(err, d.srv.Close())
	}
	if err := <-d.failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Package jobs runs what the clock asks for: letters, detection, the expiry of alerts, the end of old sessions.
// All its truth is in the database, so that several processes may run it: a letter is claimed in a transaction, and the
// detection stores nothing twice.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// Config says what is run and with what.
type Config struct {
	BaseURL   string // how people reach the site, for links in letters
	Detection bool
	SMTP      SMTP
	Every     time.Duration                                   // how often letters are looked for; 0 means two seconds
	Claim     time.Duration                                   // how long a claimed letter is nobody else's; 0 means half a minute
	Ran       func(job string, took time.Duration, err error) // is told of every run; nil is not
}

// Runner runs the jobs until it is stopped.
type Runner struct {
	app    *app.App
	cfg    Config
	log    *slog.Logger
	mail   sender
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

// New prepares a runner.
func New(a *app.App, cfg Config, log *slog.Logger) *Runner {
	if cfg.Every == 0 {
		cfg.Every = 2 * time.Second
	}
	if cfg.Claim == 0 {
		cfg.Claim = claim
	}
	return &Runner{app: a, cfg: cfg, log: log, mail: smtpSender{cfg.SMTP}}
}

// Start begins to run the jobs. They end with the context or with Stop.
func (r *Runner) Start(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(ctx)
	if r.cfg.SMTP.Address == "" {
		r.log.Warn("no mail server is set: letters wait in the outbox")
	} else {
		r.loop(ctx, "mail", r.cfg.Every, r.sendDue)
	}
	r.loop(ctx, "clean-up", time.Hour, func(ctx context.Context) error {
		if err := r.app.Store().ExpireSessions(ctx, r.app.Now()); err != nil {
			return err
		}
		return r.app.Store().ExpireOnce(ctx, r.app.Now().Add(-app.FormLife))
	})
	r.loop(ctx, "expiry", 10*time.Minute, r.app.ExpireAlerts)
	r.loop(ctx, "reminders", time.Hour, r.app.Reminders)
	r.loop(ctx, "digests", time.Minute, r.app.Digests)
	r.loop(ctx, "departures", time.Minute, r.app.Departures)
	r.loop(ctx, "recoveries", time.Minute, r.app.TellRecoveries)
	r.loop(ctx, "refusals", time.Hour, r.app.CountDenials)
	r.loop(ctx, "matches", 10*time.Minute, r.app.TellMatches)
	if r.cfg.Detection {
		r.loop(ctx, "detection", time.Hour, r.detect)
	}
}

// Stop ends the jobs and waits for those that are running.
func (r *Runner) Stop() {
	if r.cancel != nil {
		r.cancel()
	}
	r.wait.Wait()
}

// loop runs a job at once and then at intervals. A job that fails is logged and runs again at its next turn.
func (r *Runner) loop(ctx context.Context, name string, every time.Duration, job func(context.Context) error) {
	r.wait.Go(func() {
		t := time.NewTicker(every)
		defer t.Stop()
		var last store.Ran
		for {
			began := time.Now()
			err := job(ctx)
			if r.cfg.Ran != nil && ctx.Err() == nil {
				r.cfg.Ran(name, time.Since(began), err)
			}
			last = r.noteRun(ctx, name, began, err, last)
			if err != nil && ctx.Err() == nil {
				r.log.Error("a job failed", "job", name, "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
		}
	})
}

// noteRun keeps when a job ran, for the administration: once a minute, and at once when it begins or ceases to fail.
func (r *Runner) noteRun(ctx context.Context, name string, began time.Time, err error, last store.Ran) store.Ran {
	x := store.Ran{Name: name, At: began, Took: time.Since(began)}
	if err != nil {
		x.Error = err.Error()
	}
	if ctx.Err() != nil || x.Error == last.Error && began.Sub(last.At) < time.Minute {
		return last
	}
	if err := r.app.JobRan(ctx, x); err != nil && ctx.Err() == nil {
		r.log.Error("the run of a job was not noted", "job", name, "error", err)
	}
	return x
}

// detect judges the last whole week. It is run every hour, since reports of a week come in late.
func (r *Runner) detect(ctx context.Context) error {
	span, err := app.LastWeek(record.DateOf(r.app.Now()))
	if err != nil {
		return err
	}
	d, err := r.app.Detect(ctx, app.Operator, span)
	if err == nil {
		for _, s := range d.Signals {
			if s.New {
				r.log.Info("a signal", "id", s.ID, "place", s.Place, "substance", s.Substance, "source", s.Source)
			}
		}
	}
	return err
}

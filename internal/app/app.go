// Package app holds the use cases: what a person may ask of the system, each in one method. It is where a request meets
// the sharing rule; pages, the API, the command line and other nodes all pass through it.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/substance"
)

// App is the system as its users meet it. It is safe for concurrent use.
type App struct {
	store     *store.Store
	catalogue *substance.Catalogue
	resolver  *substance.Resolver
	directory *coalition.Directory
	names     names
	clock     func() time.Time
	log       *slog.Logger
	people    atomic.Pointer[people]
	looks     looks
}

// Option changes how an App is made.
type Option func(*App)

// WithClock sets the clock; demonstrations and tests use it.
func WithClock(now func() time.Time) Option { return func(a *App) { a.clock = now } }

// WithLog sets where causes of internal errors are written.
func WithLog(l *slog.Logger) Option { return func(a *App) { a.log = l } }

// New makes an App on a store.
func New(s *store.Store, options ...Option) (*App, error) {
	cat, err := substance.Load()
	if err != nil {
		return nil, err
	}
	dir, err := coalition.Load()
	if err != nil {
		return nil, err
	}
	a := &App{store: s, catalogue: cat, resolver: substance.NewResolver(cat), directory: dir, clock: time.Now, log: slog.Default()}
	a.names = names{cat, dir}
	for _, o := range options {
		o(a)
	}
	return a, nil
}

// Open opens a database, brings it up to what this program knows, and makes an App on it.
func Open(ctx context.Context, address string, options ...Option) (*App, error) {
	s, err := store.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	a, err := New(s, options...)
	if err == nil {
		err = a.derive(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return a, nil
}

// Close closes the store.
func (a *App) Close() error {
	return errors.Join(a.WriteLooks(context.Background()), a.store.Close())
}

// Store returns the store, for what runs by the clock.
func (a *App) Store() *store.Store { return a.store }

// Catalogue returns the substances.
func (a *App) Catalogue() *substance.Catalogue { return a.catalogue }

// Directory returns the shipped directory.
func (a *App) Directory() *coalition.Directory { return a.directory }

// Namer returns what names substances and places.
func (a *App) Namer() record.Namer { return a.names }

// Now returns the time by the App's clock, UTC.
func (a *App) Now() time.Time { return a.now() }

func (a *App) now() time.Time { return a.clock().UTC() }

func (a *App) today() record.Date { return record.DateOf(a.now()) }

// newID returns a new identifier: a ULID (time, then 80 random bits), so that ids sort by creation.
func newID(t time.Time) string {
	return ulid.MustNew(ulid.Timestamp(t), rand.Reader).String()
}

// names implements record.Namer.
type names struct {
	catalogue *substance.Catalogue
	directory *coalition.Directory
}

func (n names) SubstanceName(id, lang string) (string, bool) { return n.catalogue.NameOf(id, lang) }

func (n names) SubstanceClasses(id string) []string { return n.catalogue.Ancestors(id) }

func (n names) PlaceName(code, lang string) (string, bool) { return n.directory.PlaceName(code, lang) }

func (n names) ParticipantName(code, lang string) (string, bool) {
	p, ok := n.directory.Participant(code)
	if !ok {
		return "", false
	}
	return p.Name(lang), true
}

func (n names) GroupName(id, lang string) (string, bool) {
	if !n.directory.HasGroup(id) {
		return "", false
	}
	group, _, _ := strings.Cut(id, "/")
	g, _ := n.directory.Group(group)
	return g.Label() + " " + g.Title(lang), true
}

func (n names) IsLine(id string) bool {
	g, ok := n.directory.Group(id)
	return ok && g.Type == coalition.LineOfAction
}

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tocsin/internal/store"
)

// derivation numbers the way in which lists, observations and the full-text index follow from the records. Whoever
// changes what project makes of a record that is stored already raises it; a test tells. A database that was derived
// otherwise is derived anew when it is opened.
const derivation = 3

// derivedBy is the name of the value that says by which derivation the database was derived.
const derivedBy = "derived"

// derivedAs names this program's derivation: its number, the catalogue's classes, which it rests on, and what the engine's
// index holds.
func (a *App) derivedAs() string {
	h := sha256.New()
	for _, s := range a.catalogue.All() {
		fmt.Fprintln(h, s.ID, a.names.SubstanceClasses(s.ID))
	}
	for _, c := range a.catalogue.Classes() {
		fmt.Fprintln(h, c.ID, a.names.SubstanceClasses(c.ID))
	}
	return fmt.Sprintf("%d %s%s", derivation, hex.EncodeToString(h.Sum(nil)[:8]), a.store.IndexForm())
}

// derive makes lists, observations and the full-text index what this program would have made them, in one transaction,
// where another has written the database.
func (a *App) derive(ctx context.Context) error {
	as := a.derivedAs()
	if by, err := a.store.Read().Meta(ctx, derivedBy); err != nil || by == as {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if by, err := t.Meta(ctx, derivedBy); err != nil || by == as { // another process was quicker
			return err
		}
		n, err := a.rederive(ctx, t)
		if err == nil && n > 0 {
			a.log.Warn("lists, counts and search were derived anew, as this version does", "records", n)
		}
		return err
	})
}

func (a *App) rederive(ctx context.Context, t *store.Tx) (n int, err error) {
	if n, err = t.Reproject(ctx, a.reproject); err != nil {
		return n, err
	}
	return n, t.SetMeta(ctx, derivedBy, a.derivedAs())
}

func (a *App) reproject(s *store.Stored) (*store.Projection, error) {
	_, p, err := a.projectStored(s)
	return p, err
}

// Reindex derives the lists, the observations and the full-text index anew from the records, in one transaction, and
// returns how many records there are. Only the operator may. Nothing is lost by it: all three say what the records say.
func (a *App) Reindex(ctx context.Context, v Viewer) (n int, err error) {
	if !v.Operator {
		return 0, refuse(Forbidden, "error.duty", "duty", "operator")
	}
	err = a.store.Write(ctx, func(t *store.Tx) (err error) {
		n, err = a.rederive(ctx, t)
		return err
	})
	return n, err
}

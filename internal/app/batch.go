package app

import (
	"context"
	"fmt"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// batchSize is how many records one transaction of an import or a simulation writes.
const batchSize = 4000

// prepared is a record that is ready to be written: checked, completed and projected.
type prepared struct {
	record  *record.Record
	project *store.Projection
	before  *store.Stored     // the version that it follows, when it changes a record
	old     *store.Projection // and what was kept of that
	source  *store.External   // its key in the table that it came from
	unknown []string          // names in it that the catalogue does not know
}

// writeBatch writes prepared records in one transaction.
func (a *App) writeBatch(ctx context.Context, v Viewer, action string, batch []prepared) error {
	if len(batch) == 0 {
		return nil
	}
	return a.store.Write(ctx, func(t *store.Tx) error { return a.putBatch(ctx, t, v, action, batch) })
}

func (a *App) putBatch(ctx context.Context, t *store.Tx, v Viewer, action string, batch []prepared) error {
	for _, p := range batch {
		if err := a.unmoved(ctx, t, p); err != nil {
			return err
		}
		if _, err := t.Put(ctx, p.record, p.project, p.before, p.old, v.Actor(), action); err != nil {
			return err
		}
		if p.source != nil {
			t.PutExternal(*p.source)
		}
		seen := 0
		if sharing.Meet(p.project.Audience, []sharing.Token{sharing.Officials, sharing.Public}) {
			seen = 1
		}
		for _, name := range p.unknown {
			if err := t.AddUnknown(ctx, store.UnknownName{Name: name, Seen: seen, Owner: p.record.Owner, Record: p.record.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// unmoved finds that nobody has changed the record since it was prepared.
func (a *App) unmoved(ctx context.Context, t *store.Tx, p prepared) error {
	if p.before == nil {
		return nil
	}
	now, err := t.Record(ctx, p.record.ID)
	if err != nil {
		return err
	}
	if now.Seq != p.before.Seq {
		return refuse(Conflict, "error.version", "version", now.Record.Version)
	}
	return nil
}

// Simulate writes simulated records, for a demonstration. Only the operator may, and the database is marked for good:
// every page then says that what it shows is simulated.
func (a *App) Simulate(ctx context.Context, v Viewer, drafts []Draft) error {
	if !v.Operator {
		return refuse(Forbidden, "error.duty", "duty", "operator")
	}
	err := a.store.Write(ctx, func(t *store.Tx) error { return t.SetMeta(ctx, "simulated", "yes") })
	if err != nil {
		return err
	}
	batch := make([]prepared, 0, batchSize)
	for i, d := range drafts {
		k, ok := kinds.Get(d.Kind)
		if !ok {
			return refuse(NotFound, "error.kind", "kind", d.Kind)
		}
		d.simulated = true
		r := a.fromDraft(v, k, d)
		b, problems := k.Complete(r, a.names, a.today())
		if len(problems) > 0 {
			return fmt.Errorf("simulated record %d: %w", i, problems)
		}
		batch = append(batch, prepared{record: r, project: a.project(k, r, b)})
		if len(batch) == batchSize {
			if err := a.writeBatch(ctx, v, "simulate", batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return a.writeBatch(ctx, v, "simulate", batch)
}

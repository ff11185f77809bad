package app

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/sync/errgroup"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
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
		for _, name := range p.unknown {
			if err := t.AddUnknown(ctx, store.UnknownName{Name: name, Seen: 1, Owner: p.record.Owner, Record: p.record.ID}); err != nil {
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
	work, ctx := errgroup.WithContext(ctx)
	batches := make(chan []prepared, 1)
	work.Go(func() error {
		defer close(batches)
		return a.prepareSimulated(ctx, v, drafts, batches)
	})
	work.Go(func() error {
		for b := range batches {
			if err := a.writeBatch(ctx, v, "simulate", b); err != nil {
				return err
			}
		}
		return nil
	})
	return work.Wait()
}

// prepareSimulated makes records of the drafts, batch by batch, while the batches before are written.
func (a *App) prepareSimulated(ctx context.Context, v Viewer, drafts []Draft, out chan<- []prepared) error {
	for first := 0; first < len(drafts); first += batchSize {
		batch := make([]prepared, 0, batchSize)
		for i, d := range drafts[first:min(first+batchSize, len(drafts))] {
			k, ok := kinds.Get(d.Kind)
			if !ok {
				return refuse(NotFound, "error.kind", "kind", d.Kind)
			}
			d.simulated = true
			r := a.fromDraft(v, k, d)
			b, problems := k.Complete(r, a.names, a.today())
			if len(problems) > 0 {
				return fmt.Errorf("simulated record %d: %w", first+i, problems)
			}
			p := prepared{record: r, project: a.project(k, r, b)}
			var err error
			if p.project.Payload, err = json.Marshal(r); err != nil {
				return err
			}
			batch = append(batch, p)
		}
		select {
		case out <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

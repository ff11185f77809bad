package app

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

// MaxChosen is how many records one bulk action takes.
const MaxChosen = 200

// What can be done with several records at once; a step is StepOf(name).
const (
	BulkAcknowledge = "acknowledge"
	BulkRead        = "read"
	BulkFollow      = "follow"
	BulkUnfollow    = "unfollow"
	BulkShare       = "share" // change the sharing rule
)

// StepOf names a step of the workflow as a bulk action.
func StepOf(name string) string { return "step:" + name }

// Chosen is a record that was chosen from a list, and the version that stood there; 0 for whatever stands now.
type Chosen struct {
	ID      string
	Version int
}

// Deed is what is to be done with each of the chosen records.
type Deed struct {
	Do      string         // one of BulkActions
	Note    string         // the reason of a step, or the measures taken on an alert
	Sharing record.Sharing // for BulkShare: the rule that each is to have
}

// Outcome is what became of one record of a bulk action.
type Outcome struct {
	*Shown // as it is now; nil where the viewer does not see it
	ID     string
	Err    error // an *Error that says why nothing was done; nil where it was done
}

// BulkActions returns what can be done with records of a kind at once, as far as the viewer may at all; whether with each
// of them, its own rule says.
func BulkActions(v Viewer, k *record.Kind) []string {
	if !v.SignedIn() {
		return nil
	}
	var out []string
	for _, s := range k.Workflow.Steps {
		if s.By != record.BySystem && s.Name != "expire" && (s.Duty == "" || slices.Contains(duties(v), s.Duty)) && !slices.Contains(out, StepOf(s.Name)) {
			out = append(out, StepOf(s.Name))
		}
	}
	if k.Name == "alert" {
		out = append(out, BulkAcknowledge)
	}
	if k.Authored {
		out = append(out, BulkShare)
	}
	return append(out, BulkFollow, BulkUnfollow, BulkRead)
}

func duties(v Viewer) []string {
	var out []string
	for _, d := range v.Person.Duties {
		out = append(out, string(d))
	}
	return out
}

// ChosenOf returns those of the chosen records that are of the kind and that the viewer sees, in the order in which they
// were chosen.
func (a *App) ChosenOf(ctx context.Context, v Viewer, kind string, chosen []Chosen) ([]*Shown, error) {
	if len(chosen) > MaxChosen {
		return nil, invalid(record.Problems{{Field: "chosen", Key: "problem.many", Params: map[string]any{"max": MaxChosen}}})
	}
	ids := make([]string, 0, len(chosen))
	for _, c := range chosen {
		if !slices.Contains(ids, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	found, err := a.visibleAll(ctx, a.store.Read(), v, ids)
	if err != nil {
		return nil, err
	}
	var out []*Shown
	for _, id := range ids {
		s := found[id]
		if s == nil || s.Record.Kind != kind {
			continue
		}
		x, err := a.show(v, s.Record)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Bulk does the same with each of several records of a kind: each by its own rule and in its own transaction, so that
// nothing half of one is done and one that is refused does not keep back the others. It returns Invalid for a deed that
// cannot be done with any.
func (a *App) Bulk(ctx context.Context, v Viewer, kind string, chosen []Chosen, d Deed) ([]Outcome, error) {
	if !v.SignedIn() {
		return nil, refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return nil, err
	}
	k, ok := kinds.Get(kind)
	if !ok {
		return nil, refuse(NotFound, "error.kind", "kind", kind)
	}
	if !slices.Contains(BulkActions(v, k), d.Do) {
		return nil, invalid(record.Problems{{Field: "do", Key: "problem.option", Params: map[string]any{"value": d.Do, "options": strings.Join(BulkActions(v, k), ", ")}}})
	}
	if d.Do == BulkShare {
		if problems := checkRule(d.Sharing); len(problems) > 0 {
			return nil, invalid(problems)
		}
	}
	if len(chosen) == 0 {
		return nil, invalid(record.Problems{{Field: "chosen", Key: "problem.required"}})
	}
	if len(chosen) > MaxChosen {
		return nil, invalid(record.Problems{{Field: "chosen", Key: "problem.many", Params: map[string]any{"max": MaxChosen}}})
	}
	out := make([]Outcome, 0, len(chosen))
	for _, c := range chosen {
		if slices.ContainsFunc(out, func(o Outcome) bool { return o.ID == c.ID }) {
			continue
		}
		o, err := a.bulkOne(ctx, v, kind, c, d)
		if err != nil {
			return out, err
		}
		out = append(out, o)
	}
	return out, nil
}

// bulkOne returns an error only for what is not the record's own.
func (a *App) bulkOne(ctx context.Context, v Viewer, kind string, c Chosen, d Deed) (Outcome, error) {
	o := Outcome{ID: c.ID}
	x, err := a.Get(ctx, v, c.ID)
	if err == nil && x.Record.Kind != kind {
		err = errHidden
	}
	if err == nil {
		o.Shown = x
		if c.Version == 0 {
			c.Version = x.Version
		}
		err = a.doOne(ctx, v, x, c.Version, d)
	}
	if err != nil && CodeOf(err) == Internal {
		return o, err
	}
	o.Err = err
	if err == nil {
		if now, err := a.Get(ctx, v, c.ID); err == nil {
			o.Shown = now
		}
	}
	return o, nil
}

func (a *App) doOne(ctx context.Context, v Viewer, x *Shown, version int, d Deed) error {
	switch d.Do {
	case BulkAcknowledge:
		return a.Acknowledge(ctx, v, x.ID, d.Note)
	case BulkRead:
		return a.See(ctx, v, x.ID)
	case BulkFollow, BulkUnfollow:
		return a.Follow(ctx, v, x.ID, d.Do == BulkFollow)
	case BulkShare:
		return a.share(ctx, v, x, version, d.Sharing)
	}
	_, err := a.Step(ctx, v, x.ID, version, strings.TrimPrefix(d.Do, "step:"), d.Note)
	return err
}

// FirstOf returns the first records of a query, at most MaxChosen, as chosen.
func (a *App) FirstOf(ctx context.Context, v Viewer, q Query) ([]Chosen, error) {
	q.Limit, q.Cursor = MaxChosen, ""
	l, err := a.List(ctx, v, q)
	if err != nil {
		return nil, err
	}
	out := make([]Chosen, len(l.Records))
	for i, x := range l.Records {
		out[i] = Chosen{x.ID, x.Version}
	}
	return out, nil
}

// ExportChosen writes those of the chosen records that the viewer sees, as Export does.
func (a *App) ExportChosen(ctx context.Context, v Viewer, kind string, chosen []Chosen, w Sheet) (rows int, err error) {
	k, ok := kinds.Get(kind)
	if !ok {
		return 0, refuse(NotFound, "error.kind", "kind", kind)
	}
	list, err := a.ChosenOf(ctx, v, kind, chosen)
	if err != nil {
		return 0, err
	}
	return a.exportEach(ctx, v, k, w, func(f func(*Shown) error) error {
		for _, x := range list {
			if err := f(x); err != nil {
				return err
			}
		}
		return nil
	})
}

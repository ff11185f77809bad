package app

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/record"
	"tocsin/internal/store"
)

// GuideSteps are the first steps of somebody new, in their order.
var GuideSteps = []string{"language", "country", "calendar", "report", "acknowledge"}

// Guide is how far the viewer has got with the first steps.
type Guide struct {
	Begun bool
	Done  map[string]bool
	Over  bool // all done, or skipped
}

// Guide returns how far the viewer has got with the first steps.
func (a *App) Guide(ctx context.Context, v Viewer) (Guide, error) {
	g := Guide{Done: map[string]bool{}}
	if !v.SignedIn() {
		return g, refuse(Unauthenticated, "error.unauthenticated")
	}
	kept, err := a.store.Read().GuideOf(ctx, v.Person.ID)
	g.Begun, g.Over = kept.Begun, !kept.Done.IsZero()
	for _, x := range strings.Fields(kept.Steps) {
		g.Done[x] = true
	}
	return g, err
}

// BeginGuide keeps that the viewer was shown the first steps, so that he is not led to them again.
func (a *App) BeginGuide(ctx context.Context, v Viewer) error {
	g, err := a.Guide(ctx, v)
	if err != nil || g.Begun {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error { return t.PutGuide(ctx, v.Person.ID, store.Guide{}) })
}

// StepGuide keeps that the viewer has done a step; "" says that he wants no more of them. After the last one it is over.
func (a *App) StepGuide(ctx context.Context, v Viewer, step string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if step != "" && !slices.Contains(GuideSteps, step) {
		return invalid(record.Problems{{Field: "step", Key: "problem.option", Params: map[string]any{"value": step, "options": strings.Join(GuideSteps, ", ")}}})
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		kept, err := t.GuideOf(ctx, v.Person.ID)
		if err != nil {
			return err
		}
		done := strings.Fields(kept.Steps)
		if step != "" && !slices.Contains(done, step) {
			done = append(done, step)
		}
		kept.Steps = strings.Join(done, " ")
		if (step == "" || len(done) == len(GuideSteps)) && kept.Done.IsZero() {
			kept.Done = t.Now()
		}
		return t.PutGuide(ctx, v.Person.ID, kept)
	})
}

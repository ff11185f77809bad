package simulation_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/simulation"
	"tocsin/internal/store/storetest"
)

// TestTheStoriesAreFound fills a database as the demonstration does and finds the report's stories among the signals.
func TestTheStoriesAreFound(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	a, err := app.Open(ctx, storetest.SQLite(t), app.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := a.Enrol(ctx, app.Operator, simulation.People(a.Directory(), now.AddDate(-1, 0, 0))); err != nil {
		t.Fatal(err)
	}
	drafts := simulation.Reports(now, 1)
	if len(drafts) < 5000 || len(drafts) > 20000 {
		t.Errorf("%d reports", len(drafts))
	}
	if err := a.Simulate(ctx, app.Operator, drafts); err != nil {
		t.Fatal(err)
	}
	span, err := app.LastWeek(record.DateOf(now))
	if err != nil {
		t.Fatal(err)
	}
	span.From -= 25
	d, err := a.Detect(ctx, app.Operator, span)
	if err != nil {
		t.Fatal(err)
	}
	for _, story := range []struct {
		name, substance string
		places          []string
		least           int
	}{
		{"kush in West Africa", "protonitazene", []string{"SL", "LR"}, 2},
		{"injectable fentanyl where it was not", "fentanyl", []string{"GH", "KE", "CL", "PE"}, 3},
		{"captagon in the Near East", "fenetylline", []string{"JO"}, 1},
		{"methamphetamine in the Pacific", "methamphetamine", []string{"NZ"}, 1},
		{"tramadol in West Africa", "tramadol", []string{"BJ"}, 1},
	} {
		seen := map[string]bool{}
		for _, s := range d.Signals {
			if s.Substance == story.substance && slices.Contains(story.places, s.Place) {
				seen[s.Place] = true
			}
		}
		if len(seen) < story.least {
			t.Errorf("%s: signals in %v only", story.name, seen)
		}
	}
	if len(d.Signals) > 52 {
		t.Errorf("%d signals in half a year are too many to show", len(d.Signals))
	}
	again, err := a.Detect(ctx, app.Operator, span)
	if err != nil || len(again.Signals) != len(d.Signals) {
		t.Fatalf("a second run: %d signals, %v", len(again.Signals), err)
	}
	for _, s := range again.Signals {
		if s.New {
			t.Errorf("a second run stores %+v anew", s)
		}
	}
	err = a.Each(ctx, app.Operator, app.Query{Kind: "signal"}, func(s *app.Shown) error {
		if !s.Simulated {
			t.Errorf("signal %s does not say that it rests on simulated reports", s.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

package app_test

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestWhatIsBroughtBackIsWhole: an earlier version that is brought back says byte for byte what it said, with its title,
// links and files, whatever was taken out of the record since; a record that was withdrawn keeps all of it; two that were
// called the same are two again when the link is taken away.
func TestWhatIsBroughtBackIsWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s, ctx := newStage(t, address), context.Background()
		twin := s.make("fatu", "incident", green)
		first := s.write("ama", app.Draft{Kind: "topic", Sharing: green, Title: record.Text{"en": "zq first", "fr": "zq premier"}, Links: []record.Link{to(record.SameAs, twin)}, Body: sample("topic", "zq first", 0)})
		first, err := s.Attach(ctx, s.as("ama"), first.ID, first.Version, "x.txt", []byte("zq attached"))
		if err != nil {
			t.Fatal(err)
		}
		same := func(what string, got *record.Record) {
			t.Helper()
			if !bytes.Equal(got.Body, first.Body) || !maps.Equal(got.Title, first.Title) || !slices.Equal(got.Links, first.Links) || !slices.Equal(got.Attachments, first.Attachments) {
				t.Errorf("%s is not what it was:\n%+v\n%+v", what, got, first)
			}
			if _, got, err := s.OpenAttachment(ctx, s.as("ama"), got.ID, first.Attachments[0].Hash); err != nil || string(got) != "zq attached" {
				t.Errorf("%s: its file: %q, %v", what, got, err)
			}
		}
		empty, err := s.Update(ctx, s.as("ama"), first.ID, first.Version, app.Draft{Sharing: green, Title: record.Text{"en": "zq emptied"}, Body: sample("topic", "zq emptied", 1)})
		if err != nil || len(empty.Links) != 0 {
			t.Fatal(empty, err)
		}
		if x, err := s.Get(ctx, s.as("fatu"), twin.ID); err != nil || !bytes.Equal(x.Body, twin.Body) {
			t.Errorf("the other one of the two: %v", err)
		}
		back, err := s.BringBack(ctx, s.as("ama"), first.ID, empty.Version, first.Version, false)
		if err != nil {
			t.Fatal(err)
		}
		same("what was brought back", back)
		withdrawn, err := s.Retract(ctx, s.as("ama"), back.ID, back.Version, "in error")
		if err != nil {
			t.Fatal(err)
		}
		same("what was withdrawn", withdrawn)
		past, err := s.History(ctx, s.as("ama"), first.ID)
		if err != nil || len(past) != withdrawn.Version || slices.ContainsFunc(past, func(p app.Past) bool { return p.Record == nil }) {
			t.Errorf("%d versions of %d: %v", len(past), withdrawn.Version, err)
		}
	})
}

package app_test

import (
	"context"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/store/storetest"
)

// TestPositionsOnEarlierTexts: who took a position on a text that was changed since is asked anew, and his position does
// not count for the new text; nothing is lost of it. A consultation that is opened again on the same text asks nobody twice.
func TestPositionsOnEarlierTexts(t *testing.T) {
	s, ctx := newStage(t, storetest.SQLite(t)), context.Background()
	last := s.at.UTC().AddDate(0, 0, 9).Format("2006-01-02")
	body := func(text string) []byte {
		return with("recommendation", `"text":{"en":"`+text+`"},"until":"`+last+`"`)
	}
	r := s.step("esi", s.write("ama", app.Draft{Kind: "recommendation", Sharing: clear, Body: body("a month")}), "consult")
	find := func(what string, counted int, waits bool) {
		t.Helper()
		x, err := s.Get(ctx, s.as("mere"), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Asked(ctx, s.as("mere"), x)
		if err != nil || a.By["support"] != counted || len(a.Replies) != 1 || (a.Mine.Answer != "") != (counted == 1) {
			t.Errorf("%s: %d positions count of %d, his own is %q: %v", what, a.By["support"], len(a.Replies), a.Mine.Answer, err)
		}
		o, err := s.Overview(ctx, s.as("mere"))
		if err != nil || (len(o.Tasks) == 1) != waits {
			t.Errorf("%s: %d wait, %v", what, len(o.Tasks), err)
		}
	}
	if o, err := s.Overview(ctx, s.as("mere")); err != nil || len(o.Tasks) != 1 || o.Tasks[0].Subject.ID != r.ID {
		t.Errorf("the consultation does not wait for her: %v", err)
	}
	if err := s.Answer(ctx, s.as("mere"), r.ID, "support", "secret"); err != nil {
		t.Fatal(err)
	}
	find("answered", 1, false)
	time.Sleep(time.Millisecond)
	if r = s.step("esi", r, "redraft", "consult"); r.State != "consulted" {
		t.Fatal(r.State)
	}
	find("asked again about the same text", 1, false)
	r = s.step("esi", r, "redraft")
	changed, err := s.put("esi", r, body("a week"))
	if err != nil {
		t.Fatal(err)
	}
	r = changed
	find("changed", 0, false)
	r = s.step("esi", r, "consult")
	find("asked about another text", 0, true)
	if err := s.Answer(ctx, s.as("mere"), r.ID, "support", ""); err != nil {
		t.Fatal(err)
	}
	find("answered anew", 1, false)
	r = s.step("kojo", r, "agree")
	find("agreed", 1, false)
}

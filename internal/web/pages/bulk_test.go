package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestBulkSharingPage: the page of chosen records offers to change who sees them, says beside each what that would do
// before it is done, and afterwards what became of each; a rule that cannot be is refused with what was typed.
func TestBulkSharingPage(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	green, ours := record.Sharing{TLP: record.Green}, record.Sharing{TLP: record.Amber}
	mine, theirs, hidden := c.record("customs", "incident", green), c.record("other", "incident", green), c.record("other", "incident", ours)
	post := func(path string, status int, pairs ...string) string {
		t.Helper()
		v := url.Values{"chosen": {mine.ID + ".1", theirs.ID + ".1"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		w := c.ask("customs", http.MethodPost, path, []byte(v.Encode()), "application/x-www-form-urlencoded")
		if w.Code != status {
			t.Fatalf("%s %v: %d", path, pairs, w.Code)
		}
		return w.Body.String()
	}
	says := func(html string, want ...string) {
		t.Helper()
		for _, x := range want {
			if !strings.Contains(html, x) {
				t.Errorf("the page does not say %q", x)
			}
		}
	}
	const bulk = "/records/incident/bulk"
	page := post("/records/incident/chosen", http.StatusOK, "chosen", hidden.ID+".1")
	says(page, "Change who sees them", `name="tlp"`, `name="audience.participants"`, "Change who sees 2 records")
	if strings.Contains(page, hidden.ID) || strings.Contains(page, "More people than now") {
		t.Error("the page tells of the hidden, or what nobody has asked for")
	}
	says(post(bulk, http.StatusOK, "do", app.BulkShare, "_preview", "sharing", "tlp", "CLEAR"), "Anybody will be able to see it.", "More people than now", "Only officials of the participant that owns it")
	says(post(bulk, http.StatusOK, "do", app.BulkShare, "_preview", "sharing", "tlp", "AMBER", "audience.participants", "SL"), "Fewer people than now", `name="audience.participants" value="SL" checked`)
	for _, wrong := range [][]string{{"do", app.BulkShare}, {"do", app.BulkShare, "tlp", "RED", "audience.participants", "SL"}, {"do", app.BulkShare, "tlp", "<b>"}} {
		says(post(bulk, http.StatusUnprocessableEntity, wrong...), "Change who sees them", mine.ID)
	}
	if x, err := c.app.Get(context.Background(), c.as("customs"), mine.ID); err != nil || x.Version != 1 {
		t.Fatalf("looking has changed it: %v", err)
	}
	says(post(bulk, http.StatusOK, "do", app.BulkShare, "tlp", "AMBER", "audience.participants", "SL", "audience.sectors", "health", "chosen", hidden.ID+".1", "chosen", noRecord),
		"Change who sees them: done with 1 of 4", "Only officials of the participant that owns it")
	x, err := c.app.Get(context.Background(), c.as("customs"), mine.ID)
	if err != nil || x.Version != 2 || x.Sharing.TLP != record.Amber || len(x.Sharing.Audience) != 1 || x.Sharing.Audience[0].Participant != "SL" || x.Sharing.Audience[0].Sectors[0] != "health" {
		t.Errorf("%+v, %v", x.Sharing, err)
	}
	signals := c.ask("customs", http.MethodPost, "/records/signal/chosen", []byte("chosen=x.1"), "application/x-www-form-urlencoded").Body.String()
	if strings.Contains(signals, "Change who sees them") {
		t.Error("what the system writes is offered to be shared otherwise")
	}
}

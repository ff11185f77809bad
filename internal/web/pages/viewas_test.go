package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestViewAsPage: an owner is led from a record to what others see of it and is told so in words; of what is linked he
// finds what he sees. Whom he may not know is answered as nobody.
func TestViewAsPage(t *testing.T) {
	c := newCity(t, storetest.SQLite(t))
	green, narrow := record.Sharing{TLP: record.Green}, record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "GH"}, {Group: "swg1.2", Sectors: []string{"customs"}}}}
	theirs := c.record("other", "incident", narrow)
	r := c.record("customs", "incident", narrow, record.Link{Relation: record.CausedBy, To: theirs.ID})
	hidden := c.record("other", "incident", record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}}})
	page := func(who, path string, status int) string {
		t.Helper()
		w := c.ask(who, http.MethodGet, path, nil, "")
		if w.Code != status {
			t.Fatalf("%s gets %d for %s", who, w.Code, path)
		}
		return w.Body.String()
	}
	address := "/r/" + r.ID + "/view-as"
	if !strings.Contains(page("official", "/r/"+r.ID, http.StatusOK), address) || strings.Contains(page("other", "/r/"+r.ID, http.StatusOK), address) {
		t.Error("those who may change who sees the record, and only they, are led to what others see")
	}
	for who, words := range map[string][]string{
		"":                  {"Somebody who has not signed in does not see this record.", "It is not shared with them.", "Not seen"},
		"official":          {"A registered official of some other participant does not see this record.", "Not seen"},
		"p:GH":              {"An official of Ghana sees this record.", "As an official of Ghana.", "Known to its owner"},
		"p:SL":              {"An official of Sierra Leone does not see this record.", "Seen"},
		"g:swg1.2/east":     {"sees this record only when working in one of these sectors: customs.", "Known to its owner"},
		c.id["other"]:       {"other, Sierra Leone sees this record.", "in the sector customs.", "Seen"},
		c.id["other-chair"]: {"other-chair, New Zealand does not see this record.", "Known to its owner"},
	} {
		html := page("customs", address+"?who="+who, http.StatusOK)
		for _, w := range append(words, "<optgroup label=\"Participants\">", theirs.ID) {
			if !strings.Contains(html, w) {
				t.Errorf("as %q there is no %q", who, w)
			}
		}
		if who != "" && !strings.Contains(html, fmt.Sprintf(`<option value="%s" selected>`, who)) {
			t.Errorf("%q is not chosen in the form", who)
		}
		if strings.Contains(html, hidden.ID) || strings.Contains(html, c.id["secretariat"]) {
			t.Errorf("as %q the page shows what the viewer may not know", who)
		}
	}
	unknown, nobody := page("customs", address+"?who="+c.id["secretariat"], http.StatusUnprocessableEntity), page("customs", address+"?who="+noRecord, http.StatusUnprocessableEntity)
	if strings.ReplaceAll(unknown, c.id["secretariat"], noRecord) != nobody {
		t.Error("somebody whom the viewer may not know is answered otherwise than nobody")
	}
	page("other", address, http.StatusForbidden)
	page("partner", address, http.StatusNotFound)
	if html := page("customs", "/r/"+c.record("customs", "incident", green).ID+"/view-as?who=official", http.StatusOK); !strings.Contains(html, "As a registered official.") || strings.Contains(html, "Linked records") {
		t.Error("a record that all officials see, without links")
	}
}

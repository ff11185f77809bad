package calendar

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestFeedIsWellFormed: lines end as RFC 5545 asks, none is longer than 75 octets, and no parameter stands twice.
func TestFeedIsWellFormed(t *testing.T) {
	at := time.Date(2026, 12, 2, 11, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	e := Entry{UID: "1@tocsin", Title: "النيتازينات في العرض: ما تراه المختبرات في بلدان الشرق والغرب", Description: strings.Repeat("word ", 40) + "\r\nBEGIN:VALARM", Begin: at, End: at.Add(time.Hour), Updated: at}
	if err := Write(&b, "Tocsin", []Entry{e}); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if strings.Count(out, "\n") != strings.Count(out, "\r\n") {
		t.Errorf("lines end in a bare line feed:\n%q", out)
	}
	for _, l := range strings.Split(out, "\r\n") {
		if len(l) > 75 {
			t.Errorf("a line of %d octets: %s", len(l), l)
		}
		if l == "BEGIN:VALARM" {
			t.Error("a text began a line of its own")
		}
	}
	if n := strings.Count(out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"); n != 1 {
		t.Errorf("the refresh interval stands %d times as it should:\n%s", n, out)
	}
}

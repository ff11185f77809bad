package calendar

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

// texts hold what means something in a calendar file, letters of several bytes, and what no text should hold.
var texts = rapid.StringOfN(rapid.SampledFrom([]rune(`ab ,;:\"'N=^	`+"\r\n\x00\x1b\x7f"+"é漢ممختبر🧪  ")), 0, 300, -1)

// lines takes a file apart into its logical lines, and reports what may not stand in one.
func lines(t interface{ Errorf(string, ...any) }, file string) []string {
	physical := strings.Split(file, "\r\n")
	if physical[len(physical)-1] != "" {
		t.Errorf("the last line has no end")
	}
	var out []string
	for _, l := range physical[:len(physical)-1] {
		if len(l) > 75 || !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n\x00\x1b\x7f") {
			t.Errorf("line of %d bytes: %q", len(l), l)
		}
		if more, ok := strings.CutPrefix(l, " "); ok && len(out) > 0 {
			out[len(out)-1] += more
		} else {
			out = append(out, l)
		}
	}
	return out
}

// value is the text of a property as a program reads it that knows RFC 5545 and not the library that wrote it.
func value(list []string, name string) string {
	for _, l := range list {
		if v, ok := strings.CutPrefix(l, name+":"); ok {
			return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\;`, ";", `\,`, ",").Replace(v)
		}
	}
	return ""
}

// TestTextsComeThrough: every text is read as it was given, but for the characters that no line may hold, and none begins
// a line of its own.
func TestTextsComeThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Entry{UID: "1@tocsin", Title: texts.Draw(t, "title"), Description: texts.Draw(t, "description"), Location: texts.Draw(t, "location"), Begin: time.Unix(0, 0), End: time.Unix(3600, 0), Updated: time.Unix(0, 0), Categories: []string{"swg2.1"}}
		name := texts.Draw(t, "name")
		var b strings.Builder
		if err := Write(&b, name, []Entry{e}); err != nil {
			t.Fatal(err)
		}
		list := lines(t, b.String())
		for property, want := range map[string]string{"SUMMARY": clean(e.Title), "DESCRIPTION": clean(e.Description), "LOCATION": clean(e.Location), "X-WR-CALNAME": strings.Join(strings.Fields(clean(name)), " ")} {
			if got := value(list, property); got != want {
				t.Errorf("%s: %q, not %q", property, got, want)
			}
		}
		if n := strings.Count("\n"+strings.Join(list, "\n"), "\nBEGIN:"); n != 2 {
			t.Errorf("%d components", n)
		}
	})
}

func TestTimes(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2027, 3, 28, 9, 0, 0, 0, paris)
	day := time.Date(2027, 3, 27, 0, 0, 0, 0, time.UTC)
	var b strings.Builder
	if err := Write(&b, "Tocsin", []Entry{{UID: "1", Begin: at, End: at.Add(time.Hour), Updated: at, Sequence: 3}, {UID: "2", Day: true, Begin: day, End: day.AddDate(0, 0, 2), Updated: at, Tentative: true}, {UID: "3", Begin: at, End: at, Updated: at, Cancelled: true, Tentative: true}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"VERSION:2.0", "METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "DTSTART:20270328T070000Z", "DTEND:20270328T080000Z", "DTSTAMP:20270328T070000Z", "SEQUENCE:3", "STATUS:CONFIRMED",
		"DTSTART;VALUE=DATE:20270327", "DTEND;VALUE=DATE:20270330", "STATUS:TENTATIVE", "STATUS:CANCELLED"} {
		if !strings.Contains(b.String(), "\r\n"+want+"\r\n") {
			t.Errorf("lacks %s\n%s", want, b.String())
		}
	}
}

// TestInvitationsAndReplies: names come through as they are, whatever stands in them, and the answer to an invitation is
// read.
func TestInvitationsAndReplies(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Siobhán O'Brien, Dr.", "Siobhán O'Brien, Dr."}, {`The "Chair": N'Guessan; Yao`, "The 'Chair': N'Guessan; Yao"}, {"ممثل، الأردن", "ممثل، الأردن"},
		{"x\r\nBEGIN:VEVENT\r\nUID:y", "x BEGIN:VEVENT UID:y"}, {"", ""},
	} {
		var b strings.Builder
		e := Entry{UID: "7@tocsin", Title: "x", Begin: time.Unix(0, 0), End: time.Unix(3600, 0), Updated: time.Unix(0, 0), Days: 2}
		if err := Invitation(&b, e, "answers+1@example.org", "Tocsin", "a@example.org", c.name); err != nil {
			t.Fatal(err)
		}
		want := `ATTENDEE;CN="` + c.want + `";PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:a@example.org`
		if c.want == "" {
			want = strings.Replace(want, `;CN=""`, "", 1)
		}
		list := lines(t, b.String())
		text := "\n" + strings.Join(list, "\n") + "\n"
		if !strings.Contains(strings.ReplaceAll(text, "RSVP=true", "RSVP=TRUE"), "\n"+want+"\n") {
			t.Errorf("lacks %s%s", want, text)
		}
		for _, x := range []string{"METHOD:REQUEST", `ORGANIZER;CN="Tocsin":mailto:answers+1@example.org`, "RRULE:FREQ=DAILY;COUNT=2", "UID:7@tocsin"} {
			if !strings.Contains(text, "\n"+x+"\n") {
				t.Errorf("lacks %s%s", x, text)
			}
		}
		answer := strings.NewReplacer("METHOD:REQUEST", "METHOD:REPLY", "NEEDS-ACTION", "DECLINED").Replace(b.String())
		got, err := ReadReply(strings.NewReader(answer))
		if want := (Reply{UID: "7@tocsin", Attendee: "a@example.org", Answer: "declined"}); err != nil || got != want {
			t.Errorf("%q: %+v %v", c.name, got, err)
		}
		if _, err := ReadReply(strings.NewReader(b.String())); err == nil {
			t.Error("an invitation is taken for an answer")
		}
	}
	var b strings.Builder
	if err := Invitation(&b, Entry{Cancelled: true}, "a@example.org", "", "b@example.org", ""); err != nil || !strings.Contains(b.String(), "METHOD:CANCEL\r\n") {
		t.Error(err, b.String())
	}
}

// FuzzReadReply wants no panic, and of every answer that is taken an address and one of the three answers.
func FuzzReadReply(f *testing.F) {
	f.Add("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	f.Fuzz(func(t *testing.T, file string) {
		r, err := ReadReply(strings.NewReader(file))
		if err == nil && (r.UID == "" || !strings.Contains(r.Attendee, "@") || r.Answer == "") {
			t.Errorf("%+v", r)
		}
	})
}

// TestLibraryReads shows that the library itself reads what stands here.
func TestLibraryReads(t *testing.T) {
	var b strings.Builder
	if err := Write(&b, "Tocsin", []Entry{{UID: "1", Title: "a, b; c\nd", Begin: time.Unix(0, 0), End: time.Unix(60, 0)}}); err != nil {
		t.Fatal(err)
	}
	c, err := ics.ParseCalendar(strings.NewReader(b.String()))
	if err != nil || len(c.Events()) != 1 || c.Events()[0].GetProperty(ics.ComponentPropertySummary).Value != "a, b; c\nd" {
		t.Error(err, b.String())
	}
}

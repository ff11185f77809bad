package jobs

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web/locales"
)

var update = flag.Bool("update", false, "write testdata/letters from what the letters say now")

// readers are an official for each language, each of another participant and zone.
var readers = []struct{ code, participant, zone, expires string }{
	{"en", "GH", "Africa/Accra", "1 March 2027, 16:05 GMT"},
	{"ar", "JO", "Asia/Amman", "1 آذار/مارس 2027، 19:05 UTC+3"},
	{"es", "CO", "America/Bogota", "1 de marzo de 2027, 11:05 UTC-5"},
	{"fr", "SN", "Africa/Dakar", "1er mars 2027 à 16:05 GMT"},
	{"pt", "BR", "America/Sao_Paulo", "1º de março de 2027, 13:05 UTC-3"},
	{"ru", "KZ", "Asia/Almaty", "1 марта 2027 г., 21:05 UTC+5"},
}

// desk is a place of work in which letters in every language are written.
type desk struct {
	*app.App
	t   *testing.T
	at  time.Time
	id  map[string]string // of people by name: the readers' are their languages
	box *box
}

func newDesk(t *testing.T, address string) *desk {
	t.Helper()
	d := &desk{t: t, at: time.Date(2027, 2, 12, 16, 5, 0, 0, time.UTC), id: map[string]string{}, box: &box{}}
	a, err := app.Open(t.Context(), address, app.WithClock(func() time.Time { return d.at }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	d.App = a
	person := func(name, participant, lang, zone string, duties ...coalition.Duty) app.Enrolment {
		return app.Enrolment{Person: coalition.Person{Email: name + "@example.org", Name: name, Participant: participant, Languages: []string{lang}, Zone: zone, Duties: duties, Active: true,
			Notify: map[coalition.Matter]coalition.Channel{coalition.AlertMatter: coalition.ByDigest, coalition.MeetingMatter: coalition.ByDigest}},
			Registrations: []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: d.at.Add(-time.Hour)}}}
	}
	list := []app.Enrolment{person("ama", "SL", "en", "UTC"), person("kofi", "SL", "en", "UTC"), person("Sol Rivera", "secretariat", "en", "UTC", coalition.Secretariat)}
	list[2].Person.Email = "sol@example.org"
	list[0].Registrations[0].Roles = []coalition.Role{coalition.Member, coalition.CoChairRole}
	for _, r := range readers {
		list = append(list, person(r.code, r.participant, r.code, r.zone))
	}
	ids, err := a.Enrol(t.Context(), app.Operator, list)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		d.id[e.Person.Name] = ids[i]
	}
	return d
}

func (d *desk) as(name string) app.Viewer {
	d.t.Helper()
	v, err := d.ViewerByID(d.t.Context(), d.id[name])
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

// inAll is a text in each language, which names it.
func inAll(word string) record.Text {
	out := record.Text{}
	for _, r := range readers {
		out[r.code] = word + " " + r.code
	}
	return out
}

// warn issues an alert to the readers.
func (d *desk) warn(tlp record.TLP, word string) *record.Record {
	d.t.Helper()
	s := record.Sharing{TLP: tlp}
	for _, r := range readers {
		if tlp != record.Green {
			s.Audience = append(s.Audience, record.Clause{Participant: r.participant})
		}
	}
	body, err := json.Marshal(detection.Warning{Grade: "alert", Severity: "severe", Urgency: "immediate", Certainty: "observed", Instruction: inAll("zqdo")})
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Create(d.t.Context(), d.as("ama"), app.Draft{Kind: "alert", Title: inAll(word), Summary: inAll("zqsummary"), Sharing: s, Body: body})
	for _, step := range []struct{ who, name string }{{"kofi", "clear"}, {"ama", "issue"}} {
		if err == nil {
			r, err = d.Step(d.t.Context(), d.as(step.who), r.ID, r.Version, step.name, "")
		}
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// confer invites the readers, by name, to a meeting that is TLP:RED.
func (d *desk) confer(word string) *record.Record {
	d.t.Helper()
	s := record.Sharing{TLP: record.Red}
	for _, r := range readers {
		s.Audience = append(s.Audience, record.Clause{Person: d.id[r.code]})
	}
	body, err := json.Marshal(programme.Session{Named: programme.Named{Name: inAll(word), Text: inAll("zqsummary")}, Type: "working-group", Group: "wg1/west", Date: record.DateOf(d.at.AddDate(0, 0, 9))})
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Create(d.t.Context(), d.as("ama"), app.Draft{Kind: "meeting", Sharing: s, Body: body})
	for _, step := range []string{"plan", "invite"} {
		if err == nil {
			r, err = d.Step(d.t.Context(), d.as("ama"), r.ID, r.Version, step, "")
		}
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// send writes what is due and returns it by the address that it is for.
func (d *desk) send() map[string][]letter {
	d.t.Helper()
	d.box.letters = nil
	r := New(d.App, Config{BaseURL: "https://tocsin.example/"}, slog.New(slog.DiscardHandler))
	r.mail = d.box
	if err := r.sendDue(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	out := map[string][]letter{}
	for _, l := range d.box.letters {
		out[l.to] = append(out[l.to], l)
	}
	return out
}

// digests are the daily letters of the next day, one for each reader.
func (d *desk) digests() map[string]letter {
	d.t.Helper()
	d.at = d.at.Add(24 * time.Hour)
	if err := d.Digests(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	sent, out := d.send(), map[string]letter{}
	for _, r := range readers {
		got := sent[r.code+"@example.org"]
		if len(got) != 1 {
			d.t.Fatalf("%d daily letters in %s", len(got), r.code)
		}
		out[r.code] = got[0]
	}
	return out
}

// invitations are the letters that ask somebody to take part, one for each language.
func (d *desk) invitations(by app.Viewer, box string) map[string]letter {
	d.t.Helper()
	for _, r := range readers {
		x := coalition.Person{Name: "Noor Diallo", Email: box + "-" + r.code + "@example.org", Participant: r.participant, Languages: []string{r.code}, Zone: r.zone}
		if _, err := d.Invite(d.t.Context(), by, app.Enrolment{Person: x}); err != nil {
			d.t.Fatal(r.code, err)
		}
	}
	sent, out := d.send(), map[string]letter{}
	for _, r := range readers {
		got := sent[box+"-"+r.code+"@example.org"]
		if len(got) != 1 {
			d.t.Fatalf("%d invitations in %s", len(got), r.code)
		}
		out[r.code] = got[0]
	}
	return out
}

var (
	rawMarks  = regexp.MustCompile(`\{\{|\}\}|<no value>|%!|\bletter\.[a-z]|<[a-z/]`)
	letterID  = regexp.MustCompile(`/r/[0-9A-Z]{26}`)
	letterKey = regexp.MustCompile(`/invitation/[\w-]{32}`)
)

// wellWritten reports what no letter may hold: marks of a template, names of messages, and lines in English where it is
// in another language. english is the same letter in English.
func wellWritten(t *testing.T, what, code string, l, english letter) {
	t.Helper()
	if m := rawMarks.FindString(l.subject + "\n" + l.text); m != "" {
		t.Errorf("%s in %s holds %q:\n%s", what, code, m, l.text)
	}
	if l.subject == "" || strings.ContainsAny(l.subject, "\r\n") || strings.Contains(l.text, "…") {
		t.Errorf("%s in %s is cut or has no subject: %q", what, code, l.subject)
	}
	if code == "en" {
		return
	}
	plain := func(l letter, code string) []string {
		return strings.Split(strings.ReplaceAll(l.subject+"\n"+l.text, " "+code, ""), "\n")
	}
	theirs := plain(english, "en")
	for _, line := range plain(l, code) {
		if line != "" && !strings.Contains(line, "://") && slices.Contains(theirs, line) {
			t.Errorf("%s in %s is in English: %q", what, code, line)
		}
	}
}

// steady is a letter without what differs every time, its parts in order.
func steady(what string, l letter) string {
	text := letterKey.ReplaceAllString(letterID.ReplaceAllString(l.text, "/r/ID"), "/invitation/SECRET")
	if parts := strings.Split(text, "\n\n"); strings.Contains(text, "/r/ID") {
		slices.Sort(parts[1 : len(parts)-1]) // alerts of the same millisecond stand in any order
		text = strings.Join(parts, "\n\n")
	}
	return fmt.Sprintf("# %s\nSubject: %s\n\n%s\n", what, l.subject, text)
}

// TestLettersInEveryLanguage holds what daily letters and invitations say in the six languages: dates, numbers and plurals
// in the reader's own, nothing of what is not written into letters, and the very words as testdata/letters keeps them.
func TestLettersInEveryLanguage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := newDesk(t, address)
		letters := map[string]map[string]letter{}
		d.warn(record.Green, "zqone")
		letters["daily letter of one"] = d.digests()
		d.warn(record.Green, "zqone")
		d.warn(record.Amber, "zqtwo")
		letters["daily letter of two"] = d.digests()
		d.warn(record.Green, "zqone")
		withdrawn := d.warn(record.Amber, "zqwithdrawn")
		if _, err := d.Retract(t.Context(), d.as("ama"), withdrawn.ID, withdrawn.Version, "zqnote"); err != nil {
			t.Fatal(err)
		}
		closed := []*record.Record{d.warn(record.AmberStrict, "zqsecret"), d.confer("zqsecret")}
		five := d.digests()
		letters["daily letter of five"] = five
		letters["invitation"] = d.invitations(d.as("Sol Rivera"), "named")
		letters["invitation by the operator"] = d.invitations(app.Operator, "house")

		for what, by := range letters {
			for _, r := range readers {
				l := by[r.code]
				wellWritten(t, what, r.code, l, by["en"])
				if m := regexp.MustCompile(`zq(secret|do|summary|note)`).FindString(l.subject + l.text + l.invitation); m != "" {
					t.Errorf("%s in %s tells what no letter may: %s", what, r.code, m)
				}
				if link := "https://tocsin.example/"; !strings.Contains(l.text, link) || strings.Contains(l.text, link+"/") {
					t.Errorf("%s in %s has no good link:\n%s", what, r.code, l.text)
				}
			}
		}
		for _, r := range readers {
			locale := locales.New(r.code, time.UTC, locales.Auto)
			l := five[r.code]
			if n := strings.Count(l.text, "https://tocsin.example/r/"); n != 5 || !strings.Contains(l.subject, locale.Num(n)) {
				t.Errorf("in %s %d things, subject %q", r.code, n, l.subject)
			}
			if n := strings.Count(l.text, locale.T("letter.closed")); n != len(closed) {
				t.Errorf("in %s %d of %d closed records are told of:\n%s", r.code, n, len(closed), l.text)
			}
			for _, x := range closed {
				if !strings.Contains(l.text, "[TLP:"+string(x.Sharing.TLP)+"] ") || !strings.Contains(l.text, "/r/"+x.ID+"\n") {
					t.Errorf("in %s TLP:%s does not stand with its label and link:\n%s", r.code, x.Sharing.TLP, l.text)
				}
			}
			for _, other := range readers {
				if other.code != r.code && strings.Contains(l.text, "zqone "+other.code) {
					t.Errorf("the letter in %s has a title in %s", r.code, other.code)
				}
			}
			for _, what := range []string{"invitation", "invitation by the operator"} {
				l := letters[what][r.code]
				participant, _ := d.Namer().ParticipantName(r.participant, r.code)
				for _, want := range []string{r.expires, participant, "Noor Diallo", "?lang=" + r.code + "\n"} {
					if !strings.Contains(l.text, want) {
						t.Errorf("the %s in %s lacks %q:\n%s", what, r.code, want, l.text)
					}
				}
				if !letterKey.MatchString(l.text) || strings.Contains(l.text, "Sol Rivera") != (what == "invitation") {
					t.Errorf("the %s in %s has no link or another inviter:\n%s", what, r.code, l.text)
				}
			}
			keeps(t, r.code, letters)
		}
	})
}

// keeps compares the letters in a language with the words that are kept of them.
func keeps(t *testing.T, code string, letters map[string]map[string]letter) {
	t.Helper()
	var all []string
	for what, by := range letters {
		all = append(all, steady(what, by[code]))
	}
	slices.Sort(all)
	text, file := strings.Join(all, "\n"), filepath.Join("testdata", "letters", code+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != text {
		t.Errorf("the letters in %s say now (go test ./internal/jobs -run TestLettersInEveryLanguage -update keeps it):\n%s\nand not:\n%s", code, text, kept)
	}
}

// TestEveryReasonIsWorded: what a person can be told of is a sentence in each language that names the record, and the
// closed one by nothing of its own.
func TestEveryReasonIsWorded(t *testing.T) {
	d := newDesk(t, storetest.SQLite(t))
	ctx := context.Background()
	r := New(d.App, Config{}, slog.New(slog.DiscardHandler))
	open, closed := d.warn(record.Amber, "zqone"), d.warn(record.AmberStrict, "zqsecret")
	for _, reader := range readers {
		v := d.as(reader.code)
		for _, reason := range []string{"issued", "cancelled", "retracted@3", "late", "due@2027-03-01", "soon@2027-03-01", "closing", "publish", "invite", "consult", "agree"} {
			for _, x := range []*record.Record{open, closed} {
				s, err := d.ForLetter(ctx, v, x.ID)
				if err != nil {
					t.Fatal(err)
				}
				text, title := r.tells(s, reason, reader.code)
				want := "zqone " + reader.code
				if x == closed {
					want = locales.Say(reader.code, "letter.closed", nil)
				}
				if title != want || !strings.Contains(text, want) || len(text) < len(want)+5 || rawMarks.MatchString(text) || strings.Contains(text, "action.") {
					t.Errorf("%s in %s: %q, %q", reason, reader.code, title, text)
				}
			}
		}
	}
}

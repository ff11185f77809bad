package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/calendar"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// invited is a meeting of a section to which its members have just been invited.
func invited(t *testing.T, a *app.App, days int) *record.Record {
	t.Helper()
	ctx := context.Background()
	person := func(name, code, lang, zone string, roles ...coalition.Role) app.Enrolment {
		return app.Enrolment{Person: coalition.Person{Email: name + "@example.org", Name: name, Participant: code, Languages: []string{lang}, Zone: zone, Active: true},
			Registrations: []coalition.Registration{{Group: "swg2.1", Section: coalition.West, Roles: append(roles, coalition.Member), From: time.Now().Add(-time.Hour)}}}
	}
	if _, err := a.Enrol(ctx, app.Operator, []app.Enrolment{person("ama", "GH", "en", "Africa/Accra", coalition.CoChairRole), person("omar", "JO", "ar", "Asia/Amman"), person("ana", "BR", "pt", "America/Sao_Paulo")}); err != nil {
		t.Fatal(err)
	}
	ama, err := a.ViewerByEmail(ctx, "ama@example.org")
	if err != nil {
		t.Fatal(err)
	}
	day := a.Now().AddDate(0, 0, 14)
	body, err := json.Marshal(programme.Session{Named: programme.Named{Name: record.Text{"en": "Two days, of data; and more", "ar": "يومان من البيانات"}}, Type: "sub-working-group", Group: "swg2.1/west", Date: record.DateOf(day),
		End: record.DateOf(day.AddDate(0, 0, days-1)), Time: "13:00", Minutes: 120, Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Create(ctx, ama, app.Draft{Kind: "meeting", Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: "swg2.1/west"}}}, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"plan", "invite"} {
		if r, err = a.Step(ctx, ama, r.ID, r.Version, step, ""); err != nil {
			t.Fatal(step, err)
		}
	}
	return r
}

func sentTo(b *box, address string) (out []letter) {
	for _, l := range b.letters {
		if l.to == address {
			out = append(out, l)
		}
	}
	return out
}

// TestInvitations: each member gets one invitation in his language and zone, his calendar program's answer counts, and
// nobody else's letter answers for him.
func TestInvitations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		a, err := app.Open(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Close() }()
		m := invited(t, a, 2)
		b := &box{}
		r := New(a, Config{BaseURL: "https://tocsin.example", SMTP: SMTP{From: "tocsin@tocsin.example", Reply: "reply@tocsin.example"}}, slog.New(slog.DiscardHandler))
		r.mail = b
		if err := r.sendDue(ctx); err != nil {
			t.Fatal(err)
		}
		omar := sentTo(b, "omar@example.org")
		if len(omar) != 1 || omar[0].method != "REQUEST" || !strings.Contains(omar[0].subject, "يومان") {
			t.Fatalf("the invitation in Arabic: %+v", omar)
		}
		ics := strings.ReplaceAll(omar[0].invitation, "\r\n ", "")
		for _, want := range []string{"METHOD:REQUEST", "UID:" + m.ID + "@tocsin", "RRULE:FREQ=DAILY;COUNT=2", "ORGANIZER", "mailto:reply+" + omar[0].id + "@tocsin.example", "PARTSTAT=NEEDS-ACTION", "T130000Z"} {
			if !strings.Contains(ics, want) {
				t.Errorf("the invitation lacks %s:\n%s", want, ics)
			}
		}
		if !strings.Contains(omar[0].text, "16:00 UTC+3") {
			t.Errorf("the letter does not give the time of Amman:\n%s", omar[0].text)
		}
		reply := calendar.Reply{UID: m.ID + "@tocsin", Attendee: "somebody-else@example.org", Answer: "accepted"}
		if err := a.AnswerByMail(ctx, omar[0].id, reply); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"a letter that is none": a.AnswerByMail(ctx, "01ARZ3NDEKTSV4RRFFQ69G5FAV", reply),
			"another meeting":       a.AnswerByMail(ctx, omar[0].id, calendar.Reply{UID: "01ARZ3NDEKTSV4RRFFQ69G5FAV@tocsin", Answer: "declined"}),
		} {
			if app.CodeOf(err) != app.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		v, err := a.ViewerByEmail(ctx, "omar@example.org")
		if err != nil {
			t.Fatal(err)
		}
		x, err := a.Get(ctx, v, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		asked, err := a.Asked(ctx, v, x)
		if err != nil || asked.Mine.Answer != "accepted" || asked.Counts["accepted"] != 1 {
			t.Errorf("the answer is not noted: %+v, %v", asked, err)
		}
	})
}

// TestReminders: who is to be reminded is told once, however often the clock comes round, and not who declined.
func TestReminders(t *testing.T) {
	ctx := context.Background()
	now := time.Now()
	a, err := app.Open(ctx, storetest.SQLite(t), app.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	m := invited(t, a, 1)
	ana, err := a.ViewerByEmail(ctx, "ana@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Answer(ctx, ana, m.ID, "declined", ""); err != nil {
		t.Fatal(err)
	}
	count := func() (soon int) {
		notices, err := a.Store().Read().NoticesAbout(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notices {
			if strings.HasPrefix(n.Reason, "soon@") {
				soon++
			}
		}
		return soon
	}
	for range 2 {
		if err := a.Reminders(ctx); err != nil || count() != 0 {
			t.Fatalf("two weeks ahead: %d reminders, %v", count(), err)
		}
	}
	now = now.AddDate(0, 0, 13)
	for range 3 {
		if err := a.Reminders(ctx); err != nil || count() != 2 {
			t.Fatalf("a day ahead: %d reminders, %v", count(), err)
		}
	}
}

package jobs

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web/locales"
)

// lockedOut is a database in which ama of Ghana may ask to be let in, and four people may agree: two
// focal points of Ghana, one clerk of the secretariat and one administrator.
func lockedOut(t *testing.T, address string, clock func() time.Time) (*app.App, map[string]string) {
	t.Helper()
	a, err := app.Open(context.Background(), address, app.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	people := []coalition.Person{
		{Name: "ama", Participant: "GH", Languages: []string{"en"}},
		{Name: "kofi", Participant: "GH", Languages: []string{"en"}, Duties: []coalition.Duty{coalition.FocalPoint}},
		{Name: "esi", Participant: "GH", Languages: []string{"ar"}, Duties: []coalition.Duty{coalition.FocalPoint}},
		{Name: "clerk", Participant: coalition.SecretariatCode, Languages: []string{"fr"}, Duties: []coalition.Duty{coalition.Secretariat}},
		{Name: "admin", Participant: coalition.SecretariatCode, Languages: []string{"ru"}, Duties: []coalition.Duty{coalition.Administrator}},
		{Name: "fatu", Participant: "SL", Languages: []string{"en"}, Duties: []coalition.Duty{coalition.FocalPoint}},
		{Name: "kwame", Participant: "GH", Languages: []string{"en"}},
	}
	var list []app.Enrolment
	for _, x := range people {
		x.Email, x.Active = x.Name+"@example.org", true
		list = append(list, app.Enrolment{Person: x})
	}
	ids, err := a.Enrol(context.Background(), app.Operator, list)
	if err != nil {
		t.Fatal(err)
	}
	id := map[string]string{}
	for i, x := range people {
		id[x.Name] = ids[i]
	}
	return a, id
}

// lockedTest asks, lets the clock's job run on two servers, and counts what comes.
type lockedTest struct {
	*testing.T
	a    *app.App
	id   map[string]string
	box  *box
	seen int
}

func (x *lockedTest) ask(email string) {
	x.Helper()
	if err := x.a.AskRecovery(context.Background(), email, app.From{Address: "192.0.2.9"}); err != nil {
		x.Fatal(err)
	}
}

func (x *lockedTest) viewer(name string) app.Viewer {
	x.Helper()
	v, err := x.a.ViewerByID(context.Background(), x.id[name])
	if err != nil {
		x.Fatal(err)
	}
	return v
}

// come returns the letters that come when every server has looked twice, in the order of their addresses' names.
func (x *lockedTest) come(want ...string) map[string]letter {
	x.Helper()
	for range 2 {
		if err := x.a.TellRecoveries(context.Background()); err != nil {
			x.Fatal(err)
		}
		if err := runner(x.a, x.box).sendDue(context.Background()); err != nil {
			x.Fatal(err)
		}
	}
	out := map[string]letter{}
	for _, l := range x.box.letters[x.seen:] {
		out[strings.TrimSuffix(l.to, "@example.org")] = l
	}
	came := len(x.box.letters) - x.seen
	x.seen = len(x.box.letters)
	for _, name := range want {
		if _, ok := out[name]; !ok {
			x.Errorf("nothing came for %s", name)
		}
	}
	if came != len(want) {
		x.Errorf("%d letters came to %v, not to %v", came, out, want)
	}
	return out
}

func (x *lockedTest) request(name string) string {
	x.Helper()
	list, err := x.a.Requests(context.Background(), x.viewer(name))
	if err != nil || len(list) != 1 {
		x.Fatalf("%v, %v", list, err)
	}
	return list[0].ID
}

// TestRecoveryLetters: those who may agree are told once that a request waits, its person that somebody has asked and
// what became of it; nobody else, nothing for an address of nobody, and no letter lets anybody in.
func TestRecoveryLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, now := context.Background(), time.Now().UTC().Truncate(time.Microsecond)
		a, id := lockedOut(t, address, func() time.Time { return now })
		x := &lockedTest{T: t, a: a, id: id, box: &box{}}
		x.ask("nobody@example.org")
		x.come()
		x.ask("ama@example.org")
		x.ask("AMA@example.org")
		told := x.come("ama", "kofi", "esi", "clerk", "admin")
		x.ask("ama@example.org")
		x.come()
		for name, path := range map[string]string{"ama": "/account", "kofi": "/recoveries", "esi": "/recoveries"} {
			if !strings.HasSuffix(told[name].text, "https://tocsin.example"+path+"\n") {
				t.Errorf("the letter to %s leads to: %s", name, told[name].text)
			}
		}
		until := locales.New("fr", locales.Zone(""), locales.Auto).DateTime(now.Add(72 * time.Hour))
		if l := told["clerk"]; !strings.Contains(l.text, "ama") || !strings.Contains(l.text, "Ghana") || !strings.Contains(l.text, until) {
			t.Errorf("the clerk reads %q, not until %q", l.text, until)
		}

		kwame := *x.viewer("kwame").Person
		kwame.Duties = []coalition.Duty{coalition.FocalPoint}
		if _, err := a.SavePerson(ctx, app.Operator, kwame); err != nil {
			t.Fatal(err)
		}
		x.come("kwame") // who comes to that power while it waits
		request := x.request("kofi")
		if _, err := a.ApproveRecovery(ctx, x.viewer("kofi"), request, false); err != nil {
			t.Fatal(err)
		}
		x.come()
		secret, err := a.ApproveRecovery(ctx, x.viewer("esi"), request, false)
		if err != nil || secret == "" {
			t.Fatal(err)
		}
		granted := x.come("ama")["ama"]
		if strings.Contains(granted.text, secret) || strings.Contains(granted.text, "/signin/") {
			t.Error("the letter lets in: ", granted.text)
		}

		now = now.Add(24 * time.Hour)
		x.ask("ama@example.org")
		x.come("ama", "kofi", "esi", "clerk", "admin", "kwame")
		if err := a.RefuseRecovery(ctx, x.viewer("kwame"), x.request("kofi")); err != nil {
			t.Fatal(err)
		}
		refused := x.come("ama")["ama"]
		now = now.Add(24 * time.Hour)
		x.ask("ama@example.org")
		x.come("ama", "kofi", "esi", "clerk", "admin", "kwame")
		now = now.Add(72 * time.Hour)
		if err := a.Store().ExpireSessions(ctx, now); err != nil { // whichever comes first, it is told
			t.Fatal(err)
		}
		lapsed := x.come("ama")["ama"]
		if open, err := a.Store().Read().OpenRecoveries(ctx); err != nil || len(open) > 0 {
			t.Errorf("still open: %v, %v", open, err)
		}
		for i, l := range []letter{told["ama"], granted, refused, lapsed} {
			key := "letter." + []string{app.RecoveryAsked, app.RecoveryGranted, app.RecoveryRefused, app.RecoveryLapsed}[i] + ".subject"
			if l.subject != locales.Say("en", key, nil) {
				t.Errorf("%s: %q", key, l.subject)
			}
		}
	})
}

// TestRecoveryLetterLate: a letter that waited while the request was decided, or its addressee lost the power to, is not sent.
func TestRecoveryLetterLate(t *testing.T) {
	ctx, now := context.Background(), time.Now().UTC()
	a, id := lockedOut(t, storetest.SQLite(t), func() time.Time { return now })
	x := &lockedTest{T: t, a: a, id: id, box: &box{}}
	x.ask("ama@example.org")
	if err := a.TellRecoveries(ctx); err != nil {
		t.Fatal(err)
	}
	esi := *x.viewer("esi").Person
	esi.Duties = nil
	if _, err := a.SavePerson(ctx, app.Operator, esi); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ApproveRecovery(ctx, x.viewer("clerk"), x.request("kofi"), false); err != nil {
		t.Fatal(err)
	}
	x.come("ama", "kofi", "admin")
	if err := a.RefuseRecovery(ctx, x.viewer("admin"), x.request("kofi")); err != nil {
		t.Fatal(err)
	}
	x.come("ama")
}

// TestRecoveryLettersInSixLanguages: the letters that say that a request waits and that it was asked are whole in each
// language, with its dates.
func TestRecoveryLettersInSixLanguages(t *testing.T) {
	ctx, now := context.Background(), time.Now().UTC()
	a, id := lockedOut(t, storetest.SQLite(t), func() time.Time { return now })
	x := &lockedTest{T: t, a: a, id: id, box: &box{}}
	x.ask("ama@example.org")
	x.come("ama", "kofi", "esi", "clerk", "admin")
	letters, err := a.Store().Read().MailAbout(ctx, x.request("kofi"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, code := range []string{"en", "ar", "es", "fr", "pt", "ru"} {
		for _, m := range letters {
			p := *x.viewer(map[bool]string{true: "ama", false: "kofi"}[m.Person == id["ama"]]).Person
			if m.Person != p.ID {
				continue
			}
			p.Languages, p.Zone = []string{code}, "Africa/Nairobi"
			if _, err := a.SavePerson(ctx, app.Operator, p); err != nil {
				t.Fatal(err)
			}
			l, err := runner(a, x.box).compose(ctx, m)
			if err != nil {
				t.Fatal(code, m.Reason, err)
			}
			all, where := l.subject+"\n"+l.text, fmt.Sprintf("%s in %s", m.Reason, code)
			if other, twice := seen[l.subject]; twice {
				t.Errorf("%s has the subject of %s", where, other)
			}
			seen[l.subject] = where
			locale := locales.New(code, locales.Zone("Africa/Nairobi"), locales.Auto)
			for _, bad := range []string{"{{", "}}", "letter.recovery", "<no value>", "%!"} {
				if strings.Contains(all, bad) {
					t.Errorf("%s holds %q: %s", where, bad, all)
				}
			}
			if !strings.Contains(l.text, locale.DateTime(now.Add(72*time.Hour))) {
				t.Errorf("%s does not say until when: %s", where, l.text)
			}
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d letters were read", len(seen))
	}
}

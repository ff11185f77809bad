package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// bureau is an App with a clock of its own and a few people.
type bureau struct {
	*app.App
	t  *testing.T
	at time.Time
	id map[string]string
}

func newBureau(t *testing.T, address string) *bureau {
	t.Helper()
	b := &bureau{t: t, at: time.Now(), id: map[string]string{}}
	a, err := app.Open(context.Background(), address, app.WithClock(func() time.Time { return b.at }))
	if err != nil {
		t.Fatal(err)
	}
	b.App = a
	t.Cleanup(func() { _ = a.Close() })
	for _, p := range []struct {
		name, participant string
		roles             []coalition.Role
		duties            []coalition.Duty
	}{
		{"ama", "GH", []coalition.Role{coalition.CoChairRole}, []coalition.Duty{coalition.FocalPoint}}, {"kofi", "GH", []coalition.Role{coalition.Member}, nil},
		{"fatu", "SL", []coalition.Role{coalition.Member}, []coalition.Duty{coalition.FocalPoint}}, {"sol", coalition.SecretariatCode, []coalition.Role{coalition.Member}, []coalition.Duty{coalition.Secretariat}},
	} {
		ids, err := a.Enrol(context.Background(), app.Operator, []app.Enrolment{{Person: coalition.Person{Email: p.name + "@example.org", Name: p.name, Participant: p.participant, Duties: p.duties, Zone: "UTC", Active: true},
			Registrations: []coalition.Registration{{Group: "swg1.2", Section: coalition.West, Roles: p.roles, From: time.Now().Add(-time.Hour)}}}})
		if err != nil {
			t.Fatal(err)
		}
		b.id[p.name] = ids[0]
	}
	return b
}

func (b *bureau) as(name string) app.Viewer {
	b.t.Helper()
	v, err := b.ViewerByEmail(context.Background(), name+"@example.org")
	if err != nil {
		b.t.Fatal(name, err)
	}
	return v
}

// red is a record that only its author and the persons named see.
func (b *bureau) red(who string, named ...string) *record.Record {
	b.t.Helper()
	rule := record.Sharing{TLP: record.Red}
	for _, n := range named {
		rule.Audience = append(rule.Audience, record.Clause{Person: b.id[n]})
	}
	r, err := b.Create(context.Background(), b.as(who), app.Draft{Kind: "incident", Sharing: rule, Body: []byte(`{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"zqred"}`)})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bureau) lines(area, person string) []app.AuditEntry {
	b.t.Helper()
	p, err := b.Audit(context.Background(), app.Operator, app.AuditQuery{Area: area, Person: person, Limit: app.MaxPage})
	if err != nil {
		b.t.Fatal(err)
	}
	return p.Lines
}

// invited returns the secret of an invitation's letter as the clock would write it.
func (b *bureau) invited(i *store.Invitation) string {
	b.t.Helper()
	l, err := b.WriteInvitation(context.Background(), store.Mail{Record: i.ID})
	if err != nil {
		b.t.Fatal(err)
	}
	return l.Secret
}

// TestInvitation: a letter's link makes one person once; what the inviter may not give, what was withdrawn and what is
// over opens nothing; nothing is told of people of others.
func TestInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		b := newBureau(t, address)
		ask := func(who, email string, duties ...coalition.Duty) (*store.Invitation, error) {
			v := b.as(who)
			return b.Invite(ctx, v, app.Enrolment{Person: coalition.Person{Name: "New", Email: email, Participant: v.Participant(), Languages: []string{"ar"}, Duties: duties, ID: ""},
				Registrations: []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}}}})
		}
		for name, want := range map[string]struct {
			who, email string
			duty       coalition.Duty
			code       app.Code
		}{
			"by one who may not":         {"kofi", "a@example.org", coalition.Analyst, app.Forbidden},
			"more than one may give":     {"ama", "b@example.org", coalition.Secretariat, app.Forbidden},
			"one who is there":           {"ama", "kofi@example.org", coalition.Analyst, app.Conflict},
			"an address that is none":    {"ama", "kofi", coalition.Analyst, app.Invalid},
			"a look-alike of one's own":  {"ama", "ＫＯＦＩ@example.org", coalition.Analyst, app.Conflict},
			"control characters in name": {"ama", "c@exa\x00mple.org", "", app.Invalid},
		} {
			if _, err := ask(want.who, want.email, slices.DeleteFunc([]coalition.Duty{want.duty}, func(d coalition.Duty) bool { return d == "" })...); err == nil || want.code != app.Invalid && app.CodeOf(err) != want.code {
				if name != "control characters in name" { // NormalEmail takes them out
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		i, err := ask("ama", "new@example.org", coalition.Analyst)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ask("ama", "new@example.org"); app.CodeOf(err) != app.Conflict {
			t.Errorf("invited twice: %v", err)
		}
		if _, err := ask("ama", "fatu@example.org"); err != nil {
			t.Errorf("an answer tells of a person of another participant: %v", err)
		}
		first := b.invited(i)
		secret := b.invited(i)
		if _, err := b.OpenInvitation(ctx, first); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the link of the letter before opens: %v", err)
		}
		x, err := b.OpenInvitation(ctx, secret)
		if err != nil || x.By != "ama" {
			t.Fatal(x, err)
		}
		v, err := b.AcceptInvitation(ctx, secret, app.From{})
		if err != nil || v.Participant() != "GH" || !v.Official() || !v.Has(coalition.Analyst) {
			t.Fatalf("accepted: %+v, %v", v, err)
		}
		if _, err := b.AcceptInvitation(ctx, secret, app.From{}); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("a link opens twice: %v", err)
		}
		over, err := ask("ama", "late@example.org")
		if err != nil {
			t.Fatal(err)
		}
		secret = b.invited(over)
		b.at = b.at.Add(app.InvitationLife + time.Minute)
		if _, err := b.AcceptInvitation(ctx, secret, app.From{}); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("a link outlives its time: %v", err)
		}
		list, _, err := b.Invitations(ctx, b.as("ama"), "SL", "")
		if err != nil || slices.ContainsFunc(list, func(x app.Invited) bool { return x.Participant != "GH" }) {
			t.Errorf("a focal point sees others' invitations: %v", err)
		}
		if err := b.WithdrawInvitation(ctx, b.as("fatu"), over.ID); app.CodeOf(err) != app.NotFound {
			t.Errorf("another participant's invitation is withdrawn: %v", err)
		}
		secret = b.invited(over)
		if err := b.WithdrawInvitation(ctx, b.as("ama"), over.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.OpenInvitation(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("a withdrawn link opens: %v", err)
		}
		if _, err := b.WriteInvitation(ctx, store.Mail{Record: over.ID}); app.CodeOf(err) != app.NotFound {
			t.Errorf("a withdrawn invitation's letter is written: %v", err)
		}
	})
}

// TestInvitingByTable: wrong rows are refused by themselves with what is wrong, a trial writes nothing.
func TestInvitingByTable(t *testing.T) {
	ctx := context.Background()
	b := newBureau(t, storetest.SQLite(t))
	table := "name,email,languages,groups,duties\nOne,one@example.org,fr;en,wg1/west; swg1.2/east: co-chair,\nTwo,two,,,\nThree,three@example.org,,wg9/west,\nFour,four@example.org,,,administrator\nFive,ONE@example.org,,,\nSix,kofi@example.org,,,\n"
	for _, dry := range []bool{true, false, false} {
		r, err := b.InviteTable(ctx, b.as("ama"), strings.NewReader(table), int64(len(table)), dry)
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows != 6 || r.Accepted+r.Unchanged != 2 || r.Rejected != 4 || len(r.Errors) < 4 {
			t.Errorf("%+v", r)
		}
		list, _, err := b.Invitations(ctx, b.as("ama"), "", "")
		if want := map[bool]int{true: 0, false: 1}[dry]; err != nil || len(list) != want {
			t.Errorf("dry %v: %d invitations, %v", dry, len(list), err)
		}
	}
	if _, err := b.InviteTable(ctx, b.as("ama"), strings.NewReader("who,what\na,b\n"), 13, true); app.CodeOf(err) != app.Invalid {
		t.Errorf("a table of something else: %v", err)
	}
}

// TestEndOfAccess: every way in ends, what waits goes to the successor, records stay, and coming back brings no power back.
func TestEndOfAccess(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		b := newBureau(t, address)
		ama := b.as("ama")
		draft := b.red("ama")
		secret, _, err := b.NewToken(ctx, ama, "t", nil, b.at.AddDate(0, 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		feed, err := b.NewFeed(ctx, ama)
		if err != nil {
			t.Fatal(err)
		}
		link, err := b.SigninLink(ctx, app.Operator, "ama@example.org", true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Leave(ctx, b.as("sol"), app.Departure{Person: b.id["ama"]}); app.CodeOf(err) != app.Conflict {
			t.Errorf("the last focal point leaves nobody behind: %v", err)
		}
		if _, err := b.Leave(ctx, b.as("sol"), app.Departure{Person: b.id["ama"], Successor: b.id["fatu"]}); app.CodeOf(err) != app.Invalid {
			t.Errorf("a successor of another participant: %v", err)
		}
		if _, err := b.Leave(ctx, b.as("fatu"), app.Departure{Person: b.id["ama"], Successor: b.id["kofi"]}); app.CodeOf(err) != app.NotFound {
			t.Errorf("another participant's person: %v", err)
		}
		on := b.at.UTC().AddDate(0, 0, 2)
		if x, err := b.Leave(ctx, b.as("sol"), app.Departure{Person: b.id["ama"], Successor: b.id["kofi"], On: record.DateOf(on)}); err != nil || !x.Active {
			t.Fatal(x, err)
		}
		b.as("ama") // still there
		b.at = on.AddDate(0, 0, 1)
		if _, err := b.ViewerByEmail(ctx, "ama@example.org"); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the day has come and she is there: %v", err)
		}
		for range 2 { // two servers
			if err := b.Departures(ctx); err != nil {
				t.Fatal(err)
			}
		}
		kofi := b.as("kofi")
		if !kofi.Has(coalition.FocalPoint) || !slices.Contains(kofi.Chairs, "swg1.2/west") {
			t.Errorf("the successor has %v, chairs %v", kofi.Person.Duties, kofi.Chairs)
		}
		if x, err := b.Get(ctx, kofi, draft.ID); err != nil || x.Owner != "GH" {
			t.Errorf("the draft that only she saw: %v", err)
		}
		for _, m := range []struct{ record, reason string }{{b.id["ama"], app.SuccessionReason}, {b.id["ama"], app.FocalReason}} {
			letters, err := b.Store().Read().MailAbout(ctx, m.record)
			if err != nil || !slices.ContainsFunc(letters, func(l store.Mail) bool { return strings.HasPrefix(l.Reason, m.reason) }) {
				t.Errorf("no letter %s: %v", m.reason, err)
			}
		}
		e := app.Enrolment{Person: coalition.Person{Name: "ama", Email: "ama@example.org", Participant: "GH"}}
		i, err := b.Invite(ctx, kofi, e)
		if err != nil || i.Person != b.id["ama"] {
			t.Fatal("asked back: ", i, err)
		}
		v, err := b.AcceptInvitation(ctx, b.invited(i), app.From{})
		if err != nil || v.Person.ID != b.id["ama"] || len(v.Person.Duties) > 0 || v.Official() {
			t.Fatalf("come back: %+v, %v", v.Person, err)
		}
		if _, err := b.TokenViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the token of before lets in: %v", err)
		}
		if _, err := b.FeedViewer(ctx, feed); err == nil {
			t.Error("the feed of before lets in")
		}
		if _, err := b.Signin(ctx, link, app.From{}); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the link of before lets in: %v", err)
		}
		if found, err := b.Verify(ctx); err != nil || len(found.Problems) > 0 {
			t.Errorf("%v %v", found, err)
		}
	})
}

// TestAnotherParticipantIsAnotherIdentity: nobody is moved; the address of one who has left is free for a new identity.
func TestAnotherParticipantIsAnotherIdentity(t *testing.T) {
	ctx := context.Background()
	b := newBureau(t, storetest.SQLite(t))
	moved := *b.as("kofi").Person
	moved.Participant = "SL"
	if _, err := b.SavePerson(ctx, b.as("sol"), moved); app.CodeOf(err) != app.Invalid {
		t.Errorf("a person is moved: %v", err)
	}
	i, err := b.Invite(ctx, b.as("fatu"), app.Enrolment{Person: coalition.Person{Name: "Kofi", Email: "kofi@example.org", Participant: "SL"}})
	if err != nil {
		t.Fatal(err)
	}
	secret := b.invited(i)
	if _, err := b.AcceptInvitation(ctx, secret, app.From{}); app.CodeOf(err) != app.Conflict {
		t.Errorf("one address, two who take part: %v", err)
	}
	if _, err := b.Leave(ctx, b.as("ama"), app.Departure{Person: b.id["kofi"]}); err != nil {
		t.Fatal(err)
	}
	v, err := b.AcceptInvitation(ctx, secret, app.From{})
	if err != nil || v.Person.ID == b.id["kofi"] || v.Participant() != "SL" {
		t.Errorf("a new identity: %+v, %v", v.Person, err)
	}
}

// TestAccessEndsAtOnce: a role lowered, a registration ended, a person disabled count from the next request, also for
// tokens, for letters that wait and for an export that runs.
func TestAccessEndsAtOnce(t *testing.T) {
	ctx := context.Background()
	b := newBureau(t, storetest.SQLite(t))
	sol := b.as("sol")
	for range app.MaxPage + 5 {
		if _, err := b.Create(ctx, b.as("ama"), app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: []byte(`{"type":"seizure","found":"2024-05-01","country":"GH"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	secret, _, err := b.NewToken(ctx, b.as("kofi"), "t", nil, b.at.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	v := b.as("kofi")
	err = b.Each(ctx, v, app.Query{Kind: "incident"}, func(*app.Shown) error {
		if rows++; rows == 10 {
			x := *v.Person
			x.Active = false
			_, err := b.SavePerson(ctx, sol, x)
			return err
		}
		return nil
	})
	if app.CodeOf(err) != app.Unauthenticated || err == nil || rows > app.MaxPage {
		t.Errorf("an export runs on after its reader was disabled: %d rows, %v", rows, err)
	}
	if _, err := b.TokenViewer(ctx, secret); app.CodeOf(err) != app.Unauthenticated {
		t.Errorf("the token of one who was disabled: %v", err)
	}
	x := *b.as("fatu").Person
	x.Duties = nil
	if _, err := b.SavePerson(ctx, sol, x); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Audit(ctx, b.as("fatu"), app.AuditQuery{}); app.CodeOf(err) != app.Forbidden {
		t.Errorf("the audit after the duty was taken: %v", err)
	}
	x = *b.as("ama").Person
	x.Duties = nil
	if _, err := b.SavePerson(ctx, b.as("ama"), x); app.CodeOf(err) != app.Conflict {
		t.Errorf("the last focal point lays down the duty: %v", err)
	}
}

// TestOneDigestADay: who wants one letter a day gets one, in his zone at his hour, however many servers ask.
func TestOneDigestADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		b := newBureau(t, address)
		profile := app.Profile{Name: "fatu", Languages: []string{"fr"}, Zone: "Asia/Tokyo", DigestAt: 9, Notify: map[coalition.Matter]coalition.Channel{coalition.AlertMatter: coalition.ByDigest}}
		if err := b.SaveProfile(ctx, b.as("fatu"), profile); err != nil {
			t.Fatal(err)
		}
		if err := b.SaveProfile(ctx, b.as("sol"), app.Profile{Name: "sol", Languages: []string{"en"}, Zone: "UTC", Notify: map[coalition.Matter]coalition.Channel{coalition.AlertMatter: coalition.ByPage}}); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for range 2 {
			r, err := b.Create(ctx, b.as("ama"), app.Draft{Kind: "alert", Sharing: record.Sharing{TLP: record.Green}, Title: record.Text{"en": "x"},
				Body: []byte(`{"grade":"alert","severity":"severe","urgency":"immediate","certainty":"observed","instruction":{"en":"x"}}`)})
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range []struct{ who, name string }{{"kofi", "clear"}, {"ama", "issue"}} {
				if r, err = b.Step(ctx, b.as(step.who), r.ID, r.Version, step.name, ""); err != nil {
					t.Fatal(err)
				}
			}
			ids = append(ids, r.ID)
		}
		state := func(id, person string) string {
			letters, err := b.Store().Read().MailAbout(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range letters {
				if m.Person == b.id[person] {
					return m.State
				}
			}
			return ""
		}
		if state(ids[0], "fatu") != "digest" || state(ids[0], "sol") != "" || state(ids[0], "kofi") != "queued" {
			t.Errorf("letters: %q %q %q", state(ids[0], "fatu"), state(ids[0], "sol"), state(ids[0], "kofi"))
		}
		if n, err := b.Unseen(ctx, b.as("sol"), 9); err != nil || n != 2 {
			t.Errorf("who wants no letters finds %d alerts on the page, %v", n, err)
		}
		if err := b.Digests(ctx); err != nil || state(ids[0], "fatu") != "digest" {
			t.Errorf("the digest is early: %v", err)
		}
		b.at = b.at.Add(24*time.Hour + time.Minute)
		done := make(chan error)
		for range 3 {
			go func() { done <- b.Digests(ctx) }()
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		letters, err := b.Store().Read().MailAbout(ctx, "")
		if err != nil || len(letters) != 1 || state(ids[1], "fatu") != "digested" {
			t.Fatalf("%d digests, %v", len(letters), err)
		}
		v, lines, err := b.Digest(ctx, letters[0])
		if err != nil || len(lines) != 2 || v.Person.ID != b.id["fatu"] {
			t.Errorf("%d lines, %v", len(lines), err)
		}
	})
}

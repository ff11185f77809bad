package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/jobs/smtptest"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestOneLetterOfThreeServers: three servers hand over the letters of one alert, and one of them is killed again and again
// in the middle of it: as the mail server is called, when it has the letter and has not answered, and when it has. Everybody
// is told once, gets one letter at the most, and who may have got none is on the list of those who look after it.
func TestOneLetterOfThreeServers(t *testing.T) {
	if testing.Short() {
		t.Skip("servers are killed in the full run")
	}
	t.Parallel()
	const people, deaths = 40, 9
	address := storetest.Postgres(t)
	mail := smtptest.New(t)
	var nodes []*node
	for range 3 {
		nodes = append(nodes, newNode(t, func() string { return address }, mail.Addr))
	}
	var once sync.Mutex
	rng, killed, met := rand.New(rand.NewPCG(4, 2)), 0, map[smtptest.Moment]int{}
	mail.At = func(m smtptest.Moment) {
		once.Lock()
		defer once.Unlock()
		if killed < deaths && rng.IntN(2) == 0 {
			killed++
			met[m]++
			n := nodes[rng.IntN(len(nodes))]
			n.kill()
			n.start()
		}
	}
	a, err := app.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	id := warned(t, a, people)
	for _, n := range nodes {
		n.start()
	}
	settled := func() bool {
		states, err := a.Store().Read().MailStates(t.Context())
		return err == nil && states["queued"] == 0
	}
	for until := time.Now().Add(3 * time.Minute); !settled() && time.Now().Before(until); {
		time.Sleep(200 * time.Millisecond)
	}
	time.Sleep(2 * time.Second) // what is being handed over is
	checkOnce(t, a, id, people, mail.Letters())
	t.Logf("servers died %d times: %v", killed, met)
	if killed < deaths/2 {
		t.Errorf("only %d servers died", killed)
	}
	for _, n := range nodes {
		n.kill()
		if t.Failed() {
			t.Logf("a server said:\n%s", n.said())
		}
	}
}

func checkOnce(t *testing.T, a *app.App, id string, people int, letters []smtptest.Letter) {
	t.Helper()
	got := map[string]int{}
	for _, l := range letters {
		got[l.To]++
	}
	told := map[string]int{}
	receipts, err := a.Receipts(t.Context(), app.Operator, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range receipts {
		told[r.Person]++
	}
	house, err := a.Administration(t.Context(), app.Operator)
	if err != nil {
		t.Fatal(err)
	}
	doubtful := map[string]bool{}
	for _, l := range house.Letters {
		doubtful[l.Email] = true
	}
	members, err := a.People(t.Context(), app.Operator, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if told[m.ID] != 1 || got[m.Email] > 1 || got[m.Email] == 0 && !doubtful[m.Email] {
			t.Errorf("%s was told %d times and got %d letters; looked after: %v", m.Email, told[m.ID], got[m.Email], doubtful[m.Email])
		}
	}
	if len(members) != people {
		t.Errorf("%d people, want %d", len(members), people)
	}
}

// warned makes people and issues an alert to all of them.
func warned(t *testing.T, a *app.App, people int) (id string) {
	t.Helper()
	ctx := context.Background()
	reg := []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}
	var list []app.Enrolment
	for i := range people {
		email := fmt.Sprintf("person%d@example.org", i)
		list = append(list, app.Enrolment{Person: coalition.Person{Email: email, Name: email, Participant: "GH", Languages: []string{"en"}, Active: true}, Registrations: reg})
	}
	ids, err := a.Enrol(ctx, app.Operator, list)
	if err != nil {
		t.Fatal(err)
	}
	var who [2]app.Viewer
	for i := range who {
		if who[i], err = a.ViewerByID(ctx, ids[i]); err != nil {
			t.Fatal(err)
		}
	}
	body, err := json.Marshal(detection.Warning{Grade: "alert", Severity: "severe", Urgency: "immediate", Certainty: "observed", Instruction: record.Text{"en": "Make naloxone available."}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Create(ctx, who[0], app.Draft{Kind: "alert", Title: record.Text{"en": "Deaths"}, Sharing: record.Sharing{TLP: record.Green}, Body: body})
	if err == nil {
		r, err = a.Step(ctx, who[1], r.ID, r.Version, "clear", "")
	}
	if err == nil {
		r, err = a.Step(ctx, who[0], r.ID, r.Version, "issue", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/jobs/smtptest"
	"tocsin/internal/kinds/supply"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// longRun is the environment variable that makes TestEndures run in full: see make endure.
const longRun = "TOCSIN_TEST_LONG"

// ordeal says how long and how hard the servers are tried.
type ordeal struct {
	rate   int           // requests in a second
	before time.Duration // under the servers' deaths, before the primary is lost
	after  time.Duration // afterwards
	pause  time.Duration // between two deaths
}

// TestEndures: two servers on one PostgreSQL behind a plain proxy answer readers and writers while each is killed in turn
// and started again, and then the primary is lost and its standby takes its place. No acknowledged write is lost, fewer
// than one request in a hundred fails outside of the switch, every letter, notice and signal is there once, and nobody
// has to sign in again.
func TestEndures(t *testing.T) {
	if testing.Short() {
		t.Skip("servers are killed in the full run")
	}
	o := ordeal{rate: 40, before: 9 * time.Second, after: 3 * time.Second, pause: 2 * time.Second}
	if os.Getenv(longRun) != "" {
		o = ordeal{rate: 200, before: 90 * time.Second, after: 30 * time.Second, pause: 6 * time.Second}
	}
	w := newWorld(t)
	stop := w.load(o.rate)
	w.killInTurn(o)
	w.replacePrimary()
	time.Sleep(o.after)
	stop()
	w.check(o)
}

// world is two servers, what they stand on, and what their users have been told.
type world struct {
	*tally
	t       *testing.T
	pair    *storetest.Pair
	mail    *smtptest.Server
	nodes   []*node
	front   string
	people  []*official
	alerted []string // people who are told of an alert
}

// official is a person with a browser and a program.
type official struct {
	email, token string
	browser      *http.Client
}

func newWorld(t *testing.T) *world {
	w := &world{tally: newTally(t), t: t, pair: storetest.NewPair(t), mail: smtptest.New(t)}
	links := w.found()
	var addresses []string
	for range 2 {
		n := newNode(t, w.pair.Address, w.mail.Addr)
		w.nodes = append(w.nodes, n)
		addresses = append(addresses, n.addr)
		n.start()
	}
	b := newBalancer(addresses)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	b.watch(stop)
	proxy := httptest.NewServer(b.handler())
	t.Cleanup(proxy.Close)
	w.front = proxy.URL
	w.ready(30 * time.Second)
	for i, p := range w.people {
		p.signIn(t, w.front, links[i])
	}
	return w
}

// found makes the people and the reports of the past, among which is something unusual, and returns links to sign in with.
func (w *world) found() (links []string) {
	ctx := context.Background()
	a := w.open()
	defer w.close(a)
	reg := []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}
	var list []app.Enrolment
	for i, code := range []string{"GH", "GH", "SL", "JO", "US", "FR"} {
		email := fmt.Sprintf("person%d@example.org", i)
		w.alerted = append(w.alerted, email)
		w.people = append(w.people, &official{email: email})
		list = append(list, app.Enrolment{Person: coalition.Person{Email: email, Name: email, Participant: code, Languages: []string{"en"}, Active: true}, Registrations: reg})
	}
	if _, err := a.Enrol(ctx, app.Operator, list); err != nil {
		w.t.Fatal(err)
	}
	for _, p := range w.people {
		v, err := a.ViewerByEmail(ctx, p.email)
		if err != nil {
			w.t.Fatal(err)
		}
		if p.token, _, err = a.NewToken(ctx, v, "load", []app.Scope{app.ScopeRead, app.ScopeWrite}, time.Now().AddDate(0, 1, 0)); err != nil {
			w.t.Fatal(err)
		}
		secret, err := a.SigninLink(ctx, app.Operator, p.email, false)
		if err != nil {
			w.t.Fatal(err)
		}
		links = append(links, secret)
	}
	w.past(a)
	return links
}

// past reports a year of little and a last week of much.
func (w *world) past(a *app.App) {
	for week := 60; week >= 1; week-- {
		n := 1 + week%2
		if week == 1 {
			n = 25
		}
		for range n {
			day := time.Now().AddDate(0, 0, -7*week)
			raw, err := json.Marshal(supply.Occurrence{Type: "seizure", Found: record.DateOf(day), Country: "SL", Circumstances: "before",
				Goods: []supply.Good{{Given: "fentanyl", Quantity: 1, Unit: "kg"}}})
			if err == nil {
				_, err = a.Create(context.Background(), app.Operator, app.Draft{Kind: "incident", Owner: "SL", Sharing: record.Sharing{TLP: record.Green}, Body: raw})
			}
			if err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *world) open() *app.App {
	w.t.Helper()
	a, err := app.Open(context.Background(), w.pair.Address())
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) close(a *app.App) {
	if err := a.Close(); err != nil {
		w.t.Error(err)
	}
}

// signIn follows a link as a browser does.
func (p *official) signIn(t *testing.T, front, secret string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p.browser = &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := p.browser.PostForm(front+"/signin/"+secret, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in: %s", res.Status)
	}
}

// ready waits until every server is.
func (w *world) ready(most time.Duration) {
	w.t.Helper()
	until := time.Now().Add(most)
	for _, n := range w.nodes {
		for !n.isReady() {
			if time.Now().After(until) {
				w.t.Fatalf("a server is not ready after %v:\n%s", most, n.said())
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// killInTurn kills the servers one after the other, each as soon as the one before answers again.
func (w *world) killInTurn(o ordeal) {
	end := time.Now().Add(o.before)
	for i := 0; time.Now().Before(end); i++ {
		time.Sleep(o.pause)
		n := w.nodes[i%len(w.nodes)]
		n.kill()
		time.Sleep(200 * time.Millisecond)
		n.start()
		w.ready(time.Minute)
		w.deaths++
	}
}

// replacePrimary loses the primary and promotes the standby.
func (w *world) replacePrimary() {
	began := time.Now()
	w.switching(true)
	w.pair.KillPrimary()
	w.pair.Promote()
	promoted := time.Since(began)
	w.ready(time.Minute)
	time.Sleep(500 * time.Millisecond) // what was asked before is answered
	w.switching(false)
	w.t.Logf("the standby was the primary after %v, both servers were ready after %v", promoted.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
}

// node is one server process.
type node struct {
	t        *testing.T
	database func() string
	mail     string // the address of the mail server
	addr     string
	log      string
	cmd      *exec.Cmd
	once     sync.Mutex
}

func newNode(t *testing.T, database func() string, mail string) *node {
	l, err := newListener()
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, database: database, mail: mail, addr: l, log: filepath.Join(t.TempDir(), "log")}
	t.Cleanup(n.kill)
	return n
}

func (n *node) start() {
	n.once.Lock()
	defer n.once.Unlock()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		n.t.Fatal(err)
	}
	defer log.Close()
	n.cmd = exec.Command("tocsin", "serve", "--addr", n.addr, "--url", "http://tocsin.example", "--smtp", n.mail, "--smtp-tls", "none")
	n.cmd.Env = append(os.Environ(), "TOCSIN_DATABASE="+n.database(), "GOMAXPROCS=2")
	n.cmd.Stdout, n.cmd.Stderr = log, log
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
}

// kill gives the process no time for a last word.
func (n *node) kill() {
	n.once.Lock()
	defer n.once.Unlock()
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
	n.cmd = nil
}

func (n *node) isReady() bool {
	c := http.Client{Timeout: 3 * time.Second}
	res, err := c.Get("http://" + n.addr + "/readyz")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode == http.StatusOK
}

func (n *node) said() string {
	raw, err := os.ReadFile(n.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(raw), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

// check looks at what is there when all is over.
func (w *world) check(o ordeal) {
	w.ready(time.Minute)
	w.tally.report(o)
	for _, p := range w.people {
		if status, _ := w.page(p, "/new"); status != http.StatusOK {
			w.t.Errorf("%s is not signed in any more: %d", p.email, status)
		}
	}
	a := w.open()
	defer w.close(a)
	v, err := a.Verify(context.Background())
	if err != nil || len(v.Problems) > 0 {
		w.t.Errorf("verify: %v, %v", v, err)
	}
	w.checkRecords(a)
	w.checkLetters(a)
	w.checkSignals(a)
	if w.t.Failed() {
		for _, n := range w.nodes {
			w.t.Logf("a server said:\n%s", n.said())
		}
	}
}

// checkRecords: what was acknowledged is there, and what was asked for once is there once.
func (w *world) checkRecords(a *app.App) {
	ctx := context.Background()
	times := map[string]int{}
	err := a.Each(ctx, app.Operator, app.Query{Kind: "incident"}, func(s *app.Shown) error {
		b, ok := s.Fields.(*supply.Occurrence)
		if !ok {
			return errors.New("an incident has no body")
		}
		name, _, _ := strings.Cut(b.Circumstances, "#")
		times[name]++
		if x, ok := w.records[s.ID]; ok && (s.Version < x.version || s.Version == x.version && b.Circumstances != x.text) {
			w.t.Errorf("version %d of %s was acknowledged with %q; there is version %d with %q", x.version, s.ID, x.text, s.Version, b.Circumstances)
		}
		delete(w.records, s.ID)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for id, x := range w.records {
		w.t.Errorf("%s %q was acknowledged and is not there", id, x.text)
	}
	for name, n := range times {
		if n > 1 && name != "before" {
			w.t.Errorf("%s is there %d times", name, n)
		}
	}
	for id, texts := range w.comments {
		list, err := a.Comments(ctx, app.Operator, id)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, text := range texts {
			if !slices.ContainsFunc(list, func(c store.Comment) bool { return c.Text == text }) {
				w.t.Errorf("the comment %q was acknowledged and is not there", text)
			}
		}
	}
}

// checkLetters: each person was told once of each alert, and got one letter, or the sender sees that it is doubtful.
func (w *world) checkLetters(a *app.App) {
	ctx := context.Background()
	got := map[string]int{}
	settled := func() bool {
		states, err := a.Store().Read().MailStates(ctx)
		return err == nil && states["queued"] == 0
	}
	for until := time.Now().Add(time.Minute); !settled() && time.Now().Before(until); {
		time.Sleep(200 * time.Millisecond)
	}
	for _, l := range w.mail.Letters() {
		got[l.ID]++
	}
	sent, doubtful := 0, 0
	for _, id := range w.alerts {
		receipts, err := a.Receipts(ctx, app.Operator, id)
		if err != nil {
			w.t.Fatal(err)
		}
		told := map[string]int{}
		for _, r := range receipts {
			told[r.Person]++
		}
		if len(told) != len(w.alerted) {
			w.t.Errorf("%d of %d people were told of the alert %s", len(told), len(w.alerted), id)
		}
		letters, err := a.Store().Read().MailAbout(ctx, id)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range letters {
			if m.Reason != "issued" {
				continue
			}
			switch n := got[m.ID+"@tocsin"]; {
			case told[m.Person] != 1 || n > 1:
				w.t.Errorf("%s was told %d times and got %d letters about %s", m.Person, told[m.Person], n, id)
			case m.State == "sent" && n == 1:
				sent++
			case m.State == "doubtful" || m.State == "handed":
				doubtful++
			default:
				w.t.Errorf("a letter is %s and came %d times", m.State, n)
			}
		}
	}
	w.t.Logf("%d alerts, %d letters came, %d are doubtful", len(w.alerts), sent, doubtful)
	if len(w.alerts) == 0 || sent == 0 || doubtful > w.deaths+len(w.nodes)+1 {
		w.t.Errorf("%d alerts, %d letters, %d doubtful ones", len(w.alerts), sent, doubtful)
	}
}

// checkSignals: the detection of two servers, run again at each start, has stored each signal once.
func (w *world) checkSignals(a *app.App) {
	ctx := context.Background()
	seen := map[string]int{}
	err := a.Each(ctx, app.Operator, app.Query{Kind: "signal"}, func(s *app.Shown) error {
		for _, x := range s.External {
			seen[x.ID]++
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for key, n := range seen {
		if n != 1 {
			w.t.Errorf("the signal %s is there %d times", key, n)
		}
	}
	span, err := app.LastWeek(record.DateOf(time.Now()))
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := a.Detect(ctx, app.Operator, span)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(seen) == 0 || len(d.Signals) == 0 {
		w.t.Errorf("%d signals are stored, %d are found: the test tries too little", len(seen), len(d.Signals))
	}
	for _, s := range d.Signals {
		if !strings.Contains(strings.Join(keys(seen), "\n"), "|"+s.Place+"|"+s.Substance+"|"+s.Source+"|") && !s.New {
			w.t.Errorf("the signal of %s is not among the stored ones", s.Place)
		}
	}
}

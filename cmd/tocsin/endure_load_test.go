package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func keys(m map[string]int) []string { return slices.Collect(maps.Keys(m)) }

// newListener returns a free address of the loopback.
func newListener() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// acknowledged is what the servers have said of a record.
type acknowledged struct {
	version int
	text    string
	owner   *official
}

// tally counts requests, and keeps what was acknowledged.
type tally struct {
	t                *testing.T
	began            time.Time
	took             time.Duration
	asked, failed    atomic.Int64 // outside of the switch
	during, lost     atomic.Int64 // in the switch
	inSwitch         atomic.Bool
	deaths           int
	mu               sync.Mutex
	slowest          []time.Duration
	failures         map[string]int
	records          map[string]acknowledged
	free             []string // records that nobody is changing
	comments         map[string][]string
	alerts           []string
	wait             sync.WaitGroup
	number           atomic.Int64
	acknowledgements atomic.Int64
}

func newTally(t *testing.T) *tally {
	return &tally{t: t, failures: map[string]int{}, records: map[string]acknowledged{}, comments: map[string][]string{}}
}

func (y *tally) switching(on bool) { y.inSwitch.Store(on) }

// count counts a request. One that begins or ends in the switch is of the switch.
func (y *tally) count(what string, began time.Time, inSwitch, failed bool, why string) {
	inSwitch = inSwitch || y.inSwitch.Load()
	all, bad := &y.asked, &y.failed
	if inSwitch {
		all, bad = &y.during, &y.lost
	}
	all.Add(1)
	y.mu.Lock()
	defer y.mu.Unlock()
	if failed {
		bad.Add(1)
		y.failures[fmt.Sprintf("%s: %s (in the switch: %v)", what, why, inSwitch)]++
		return
	}
	if !inSwitch {
		y.slowest = append(y.slowest, time.Since(began))
	}
}

func (y *tally) report(o ordeal) {
	asked, failed := y.asked.Load(), y.failed.Load()
	slices.Sort(y.slowest)
	at := func(p float64) time.Duration {
		return y.slowest[int(float64(len(y.slowest)-1)*p)].Round(time.Millisecond)
	}
	y.t.Logf("%d requests outside of the switch (%.0f a second), %d failed; in the switch %d, %d failed; %d deaths; %d records and %d acknowledgements were acknowledged; p50 %v, p95 %v, p99 %v",
		asked, float64(asked+y.during.Load())/y.took.Seconds(), failed, y.during.Load(), y.lost.Load(), y.deaths, len(y.records), y.acknowledgements.Load(), at(.5), at(.95), at(.99))
	for what, n := range y.failures {
		y.t.Logf("%d × %s", n, what)
	}
	if asked == 0 || float64(failed) >= 0.01*float64(asked) {
		y.t.Errorf("%d of %d requests failed outside of the switch", failed, asked)
	}
	if made := float64(asked + y.during.Load()); made < 0.9*float64(o.rate)*y.took.Seconds() {
		y.t.Errorf("only %.0f requests a second were made", made/y.took.Seconds())
	}
	if y.deaths < 2 {
		y.t.Errorf("%d deaths: the test tries too little", y.deaths)
	}
}

// load asks so many times a second until it is stopped.
func (w *world) load(rate int) (stop func()) {
	w.began = time.Now()
	ended := make(chan struct{})
	w.wait.Go(func() { w.warn(ended) })
	w.wait.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(rate))
		defer tick.Stop()
		places := make(chan struct{}, 400)
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			places <- struct{}{}
			w.wait.Go(func() { defer func() { <-places }(); w.one() })
		}
	})
	return func() {
		w.took = time.Since(w.began)
		close(ended)
		w.wait.Wait()
	}
}

var read = []string{"/", "/records/incident", "/records/alert", "/new", "/substances/fentanyl", "/search?q=fentanyl", "/participants/GH"}

// one makes one request, or a few that belong together.
func (w *world) one() {
	p := w.people[rand.IntN(len(w.people))]
	switch n := rand.IntN(100); {
	case n < 5:
		w.create()
	case n < 9:
		w.change()
	case n < 11:
		w.form()
	case n < 13:
		w.comment(p)
	case n < 45:
		w.mustPage(p, read[rand.IntN(len(read))])
	case n < 60:
		if id, ok := w.some(); ok {
			w.mustPage(p, "/r/"+id)
		}
	case n < 80:
		w.api(p, http.MethodGet, "/records?kind=incident&limit=20", nil)
	default:
		if id, ok := w.some(); ok {
			w.api(p, http.MethodGet, "/records/"+id, nil)
		}
	}
}

func (w *world) some() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.records {
		return id, true
	}
	return "", false
}

// told is an answer of the interface.
type told struct {
	status  int
	ID      string `json:"id"`
	Version int    `json:"version"`
	State   string `json:"state"`
	Body    struct {
		Circumstances string `json:"circumstances"`
	} `json:"body"`
}

// api asks the interface once. Status is 0 when there was no answer.
func (w *world) api(p *official, method, path string, body []byte, headers ...string) (a told) {
	req, err := http.NewRequest(method, w.front+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		w.t.Error(err)
		return a
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	began, in := time.Now(), w.inSwitch.Load()
	status, raw, err := do(&http.Client{Timeout: time.Minute}, req)
	a.status = status
	w.judge(method+" interface", began, in, status, err)
	if status >= 200 && status < 300 {
		if err := json.Unmarshal(raw, &a); err != nil {
			w.t.Errorf("%s: %v", path, err)
		}
	}
	return a
}

// judge counts an answer: only the servers' own failures are failures; a refusal is a mistake of the test.
func (w *world) judge(what string, began time.Time, in bool, status int, err error) {
	failed := err != nil || status >= 500
	why := fmt.Sprint(status)
	if err != nil {
		why = err.Error()
	}
	w.count(what, began, in, failed, why)
	if !failed && status >= 400 && status != http.StatusPreconditionFailed && status != http.StatusConflict {
		w.t.Errorf("%s is refused: %d", what, status)
	}
}

func do(c *http.Client, req *http.Request) (int, []byte, error) {
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode == http.StatusSeeOther && strings.HasSuffix(res.Header.Get("Location"), "/sign-in") {
		return http.StatusUnauthorized, nil, nil
	}
	if res.StatusCode == http.StatusSeeOther {
		raw = []byte(res.Header.Get("Location"))
	}
	return res.StatusCode, raw, err
}

// page asks for a page as a person's browser does.
func (w *world) page(p *official, path string) (int, []byte) {
	req, err := http.NewRequest(http.MethodGet, w.front+path, nil)
	if err != nil {
		w.t.Error(err)
		return 0, nil
	}
	began, in := time.Now(), w.inSwitch.Load()
	status, raw, err := do(p.browser, req)
	w.judge("GET page", began, in, status, err)
	if err != nil { // the server was killed while it answered
		return 0, nil
	}
	return status, raw
}

func (w *world) mustPage(p *official, path string) {
	if status, raw := w.page(p, path); status == http.StatusOK && !bytes.Contains(raw, []byte("</html>")) {
		w.t.Errorf("%s was cut off", path)
	}
}

// post sends a form; where is the address that the answer leads to.
func (w *world) post(p *official, path string, form url.Values) (status int, where string) {
	req, err := http.NewRequest(http.MethodPost, w.front+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Error(err)
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	began, in := time.Now(), w.inSwitch.Load()
	status, raw, err := do(p.browser, req)
	w.judge("POST page", began, in, status, err)
	if err != nil || status != http.StatusSeeOther {
		return status, ""
	}
	return status, string(raw)
}

func (w *world) text() string { return fmt.Sprintf("n%d", w.number.Add(1)) }

func seizure(text string) []byte {
	return []byte(`{"kind":"incident","sharing":{"tlp":"GREEN"},"body":{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"` + text + `"}}`)
}

// create makes a record as a program does: it sends the same request with the same key until it is answered.
func (w *world) create() {
	p, text := w.people[0], w.text()
	for range 60 {
		a := w.api(p, http.MethodPost, "/records", seizure(text), "Idempotency-Key", text)
		if a.status == http.StatusCreated {
			w.keep(a.ID, acknowledged{a.Version, text, p}, true)
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	w.t.Errorf("%s could not be made in half a minute", text)
}

func (w *world) keep(id string, x acknowledged, free bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records[id] = x
	if free {
		w.free = append(w.free, id)
	}
}

// change changes a record that nobody else is changing. After a failure it looks at what is there.
func (w *world) change() {
	w.mu.Lock()
	if len(w.free) == 0 {
		w.mu.Unlock()
		return
	}
	i := rand.IntN(len(w.free))
	id := w.free[i]
	w.free = slices.Delete(w.free, i, i+1)
	x := w.records[id]
	w.mu.Unlock()
	name, _, _ := strings.Cut(x.text, "#")
	text := fmt.Sprintf("%s#%d", name, x.version+1)
	a := w.api(x.owner, http.MethodPut, "/records/"+id, seizure(text), "If-Match", fmt.Sprintf(`"%s.%d"`, id, x.version))
	for n := 0; a.status != http.StatusOK && n < 60; n++ {
		time.Sleep(500 * time.Millisecond)
		a = w.api(x.owner, http.MethodGet, "/records/"+id, nil)
		text = a.Body.Circumstances
	}
	if a.status != http.StatusOK || a.Version < x.version {
		w.t.Errorf("%s stood at version %d; half a minute later: %+v", id, x.version, a)
		return
	}
	w.keep(id, acknowledged{a.Version, text, x.owner}, true)
}

// form makes a record as a person does, who does not try again.
func (w *world) form() {
	text := w.text()
	_, where := w.post(w.people[1], "/records/incident/new", url.Values{"type": {"seizure"}, "found.day": {"1"}, "found.month": {"5"}, "found.year": {"2024"}, "country": {"GH"}, "circumstances": {text}, "tlp": {"GREEN"}})
	if id, ok := strings.CutPrefix(where, "/r/"); ok {
		w.keep(id, acknowledged{1, text, w.people[1]}, false)
	}
}

func (w *world) comment(p *official) {
	id, ok := w.some()
	if !ok {
		return
	}
	text := w.text()
	if status, _ := w.post(p, "/r/"+id+"/comment", url.Values{"text": {text}}); status == http.StatusSeeOther {
		w.mu.Lock()
		w.comments[id] = append(w.comments[id], text)
		w.mu.Unlock()
	}
}

// warn issues alerts, one after the other, and somebody acknowledges each.
func (w *world) warn(ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-time.After(700 * time.Millisecond):
		}
		if id := w.issue(); id != "" {
			w.mu.Lock()
			w.alerts = append(w.alerts, id)
			w.mu.Unlock()
			if status, _ := w.post(w.people[3], "/r/"+id+"/acknowledge", url.Values{"measures": {"Laboratories were told."}}); status == http.StatusSeeOther {
				w.acknowledgements.Add(1)
			}
		}
	}
}

// issue writes an alert, has a second person clear it and issues it; after a failure it goes on from what is there.
func (w *world) issue() string {
	text := w.text()
	body := []byte(`{"kind":"alert","title":{"en":"` + text + `"},"sharing":{"tlp":"GREEN"},"body":{"grade":"alert","severity":"severe","urgency":"immediate","certainty":"observed","instruction":{"en":"Look out."}}}`)
	var a told
	for n := 0; a.status != http.StatusCreated; n++ {
		if n > 60 {
			w.t.Errorf("the alert %s could not be made", text)
			return ""
		}
		if a = w.api(w.people[0], http.MethodPost, "/records", body, "Idempotency-Key", text); a.status != http.StatusCreated {
			time.Sleep(500 * time.Millisecond)
		}
	}
	for n := 0; a.State != "issued"; n++ {
		step, p := "clear", w.people[1]
		if a.State == "cleared" {
			step, p = "issue", w.people[0]
		}
		id := a.ID
		a = w.api(p, http.MethodPost, "/records/"+id+"/steps", []byte(`{"step":"`+step+`"}`), "If-Match", fmt.Sprintf(`"%s.%d"`, id, a.Version))
		for a.status != http.StatusOK && n < 60 {
			time.Sleep(500 * time.Millisecond)
			n++
			a = w.api(p, http.MethodGet, "/records/"+id, nil)
		}
		if n >= 60 {
			w.t.Errorf("the alert %s stands at %+v", id, a)
			return ""
		}
	}
	return a.ID
}

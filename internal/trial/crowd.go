package trial

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Load says who works at once and how hard.
type Load struct {
	Readers, Writers int
	Think            time.Duration // mean pause of a reader between an answer and his next request, exponentially distributed
	Pause            time.Duration // the same of a writer
	For              time.Duration // at the most
	Reads, Writes    int           // it ends earlier when so many of both have been answered; 0 and 0 do not end it
}

// Result is what a load did.
type Result struct {
	Reads, Writes Times
	Rate          float64 // answers a second
}

// Crowd lets people read and write at once, over HTTP on the loopback address, and returns how long the answers took as
// the people waited for them: until the last byte.
func (h *House) Crowd(ctx context.Context, l Load) (Result, error) {
	if l.Readers+l.Writers > len(h.people) {
		return Result{}, fmt.Errorf("%d people are signed in, not %d", len(h.people), l.Readers+l.Writers)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Result{}, err
	}
	srv := &http.Server{Handler: h.handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(listener) }()
	defer srv.Close()
	c := &crowd{house: h, base: "http://" + listener.Addr().String(),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.Readers + l.Writers, DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	ctx, cancel := context.WithTimeout(ctx, l.For)
	defer cancel()
	c.enough = func() {
		if l.Reads+l.Writes > 0 && c.reads.count() >= l.Reads && c.writes.count() >= l.Writes {
			cancel()
		}
	}
	began := time.Now()
	var wait sync.WaitGroup
	for i := range l.Readers {
		wait.Go(func() { c.work(ctx, h.people[i], uint64(i), l.Think, &c.reads, c.read) })
	}
	for i := range l.Writers {
		wait.Go(func() { c.work(ctx, h.people[l.Readers+i], uint64(l.Readers+i), l.Pause, &c.writes, c.write) })
	}
	wait.Wait()
	took := time.Since(began).Seconds()
	c.client.CloseIdleConnections()
	r := Result{Reads: c.reads.times("reading"), Writes: c.writes.times("writing")}
	r.Rate = float64(r.Reads.Requests+r.Writes.Requests) / took
	return r, nil
}

type crowd struct {
	house         *House
	base          string
	client        *http.Client
	reads, writes tally
	enough        func() // ends the crowd when it has done what it was to do
}

// tally gathers times from many people.
type tally struct {
	sync.Mutex
	took   []time.Duration
	failed int
}

func (t *tally) add(d time.Duration, ok bool) {
	t.Lock()
	defer t.Unlock()
	t.took = append(t.took, d)
	if !ok {
		t.failed++
	}
}

func (t *tally) count() int {
	t.Lock()
	defer t.Unlock()
	return len(t.took)
}

func (t *tally) times(name string) Times {
	x := Times{Name: name, Failed: t.failed}
	x.take(t.took)
	return x
}

func (c *crowd) work(ctx context.Context, r *reader, seed uint64, pause time.Duration, into *tally, do func(context.Context, *reader, *rand.Rand) (*http.Request, error)) {
	rng := rand.New(rand.NewPCG(seed, 42))
	for {
		select { // at first a random part of the pause, so that they do not come all at once
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(rng.ExpFloat64() * float64(pause))):
		}
		req, err := do(ctx, r, rng)
		if err != nil {
			into.add(0, false)
			continue
		}
		began := time.Now()
		ok := c.send(req)
		if ctx.Err() == nil {
			into.add(time.Since(began), ok)
			c.enough()
		}
	}
}

func (c *crowd) send(req *http.Request) bool {
	res, err := c.client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode < 400
}

// read asks for one of the pages: lists and details more often than the rest.
func (c *crowd) read(ctx context.Context, r *reader, rng *rand.Rand) (*http.Request, error) {
	p := Pages[rng.IntN(len(Pages))]
	in := p.request(ctx, r, rng)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+in.URL.RequestURI(), nil)
	if err == nil {
		req.Header = in.Header
	}
	return req, err
}

// write reports a seizure.
func (c *crowd) write(ctx context.Context, r *reader, rng *rand.Rand) (*http.Request, error) {
	body := fmt.Sprintf(`{"kind":"incident","sharing":{"tlp":"GREEN"},"body":{"type":"seizure","found":"2026-05-01","country":"GH","circumstances":"written while others read %d","goods":[{"substance":"fentanyl","quantity":%d,"unit":"kg"}]}}`, rng.Uint64(), 1+rng.IntN(9))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/api/v1/records", bytes.NewReader([]byte(body)))
	if err == nil {
		req.Header.Set("Authorization", "Bearer "+r.token)
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}

package web

import (
	"net/http"
	"sync"
	"time"

	"tocsin/internal/app"
)

// maxAddresses is how many addresses a Limiter counts before it refuses new ones.
const maxAddresses = 100000

// Limiter counts attempts by network. It holds no truth, only a brake before costly work, and so may live in memory; what
// protects an account is counted in the database, by app.
type Limiter struct {
	mu    sync.Mutex
	most  int
	every time.Duration
	since time.Time
	seen  map[string]int
}

// NewLimiter makes a limiter of most attempts per address in each span.
func NewLimiter(most int, every time.Duration) *Limiter {
	return &Limiter{most: most, every: every, seen: map[string]int{}}
}

// Policy returns how many attempts an address has in each span.
func (l *Limiter) Policy() (most int, every time.Duration) { return l.most, l.every }

// Left returns how many attempts the address has until the span ends, and when that is.
func (l *Limiter) Left(r *http.Request) (left int, until time.Duration) {
	host := app.Network(Address(r))
	l.mu.Lock()
	defer l.mu.Unlock()
	until = l.every - time.Since(l.since)
	if until <= 0 {
		return l.most, l.every
	}
	return max(0, l.most-l.seen[host]), until
}

// Allow reports whether the address may try once more, and counts that it did.
func (l *Limiter) Allow(r *http.Request) bool {
	host := app.Network(Address(r))
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.since) > l.every {
		l.since = now
		clear(l.seen)
	}
	if l.seen[host] >= l.most || len(l.seen) > maxAddresses {
		return false
	}
	l.seen[host]++
	return true
}

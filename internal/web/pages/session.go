package pages

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"tocsin/internal/store"
	"tocsin/internal/web/ui"
)

type ioWriter = io.Writer

// The lives of a session.
const (
	sessionLife = 12 * time.Hour
)

// sessions keeps sessions in the database, under the hash of their token.
type sessions struct{ s *store.Store }

func (x sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return x.s.FindSession(ctx, token)
}

func (x sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	return x.s.CommitSession(ctx, token, b, expiry)
}

func (x sessions) DeleteCtx(ctx context.Context, token string) error {
	return x.s.DeleteSession(ctx, token)
}

func (x sessions) Find(token string) ([]byte, bool, error) {
	return x.FindCtx(context.Background(), token)
}

func (x sessions) Commit(token string, b []byte, expiry time.Time) error {
	return x.CommitCtx(context.Background(), token, b, expiry)
}

func (x sessions) Delete(token string) error { return x.DeleteCtx(context.Background(), token) }

func newSessions(s *store.Store, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = sessions{s}
	m.HashTokenInStore = true
	m.Lifetime = sessionLife
	m.Cookie.Name = "session"
	if secure {
		m.Cookie.Name = "__Host-session"
	}
	m.Cookie.HttpOnly, m.Cookie.Secure, m.Cookie.SameSite, m.Cookie.Persist = true, secure, http.SameSiteLaxMode, false
	return m
}

// Flash keeps a message for the next page that the person sees.
func (s *Site) Flash(r *http.Request, tone ui.Tone, key string, args ...any) {
	ctx := r.Context()
	s.sessions.Put(ctx, "flash.tone", string(tone))
	s.sessions.Put(ctx, "flash.text", ui.T(ctx, key, args...))
}

func (s *Site) takeFlashes(ctx context.Context) []ui.Flash {
	text := s.sessions.PopString(ctx, "flash.text")
	if text == "" {
		return nil
	}
	return []ui.Flash{{Tone: ui.Tone(s.sessions.PopString(ctx, "flash.tone")), Text: text}}
}

// limiter counts attempts by address. It holds no truth, only a brake, and so may live in memory.
type limiter struct {
	mu    sync.Mutex
	most  int
	every time.Duration
	since time.Time
	seen  map[string]int
}

func newLimiter(most int, every time.Duration) *limiter {
	return &limiter{most: most, every: every, seen: map[string]int{}}
}

// allow reports whether the address may try once more.
func (l *limiter) allow(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.since) > l.every {
		l.since = now
		clear(l.seen)
	}
	if l.seen[host] >= l.most || len(l.seen) > 100000 {
		return false
	}
	l.seen[host]++
	return true
}

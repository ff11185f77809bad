package pages

import (
	"context"
	"io"
	"net/http"
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

func newSessions(s *store.Store, secure bool, fail func(http.ResponseWriter, *http.Request, error)) *scs.SessionManager {
	m := scs.New()
	m.ErrorFunc = fail
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

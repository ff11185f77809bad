package pages

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// maxAnswer is how many bytes a browser's answer about a passkey may have.
const maxAnswer = 64 << 10

// passkeyView is a button that asks the browser for a passkey, or to make one, or why there is none.
type passkeyView struct {
	address string // that is asked and answered
	button  string
	name    string // proposed for a device that is made; "" where none is
	adds    bool
	main    bool
	missing string // why passkeys do not work here, "" where they do
	instead string // address at which they do
}

// passkeysHere reports whether passkeys work at the address by which a request has come.
func (s *Site) passkeysHere(r *http.Request) bool {
	if s.passkeys == nil {
		return false
	}
	u, err := url.Parse(s.passkeys.Origin())
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// passkeyAt says what of passkeys can be offered to a request.
func (s *Site) passkeyAt(r *http.Request, p passkeyView) passkeyView {
	switch {
	case s.passkeys == nil:
		p.missing = ui.T(r.Context(), "passkey.not-here")
	case !s.passkeysHere(r):
		p.missing, p.instead = ui.T(r.Context(), "passkey.elsewhere"), s.passkeys.Origin()+r.URL.Path
	}
	return p
}

// say answers a script.
func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the connection is gone when this fails
}

// sayError answers a script with the words of an error.
func (s *Site) sayError(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	var e *app.Error
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		say(w, http.StatusRequestEntityTooLarge, map[string]string{"error": ui.T(ctx, "error.passkey")})
		return
	}
	if out := app.OutageOf(err); out != nil {
		s.o.Log.ErrorContext(ctx, "the database cannot do it", "request", web.RequestID(ctx), "error", err)
		say(w, web.OutageStatus(out), map[string]string{"error": ui.T(ctx, out.Detail)})
		return
	}
	if app.CodeOf(err) == app.Internal || !errors.As(err, &e) {
		s.o.Log.ErrorContext(ctx, "a passkey could not be asked for or kept", "request", web.RequestID(ctx), "error", err)
		say(w, http.StatusInternalServerError, map[string]string{"error": ui.T(ctx, "error.failed-detail", "id", web.RequestID(ctx))})
		return
	}
	if e.Code == app.Slow {
		w.Header().Set("Retry-After", "60")
	}
	say(w, statusOf[e.Code], map[string]string{"error": s.word(ctx, e)})
}

// statusOf is the status of an answer to a script.
var statusOf = map[app.Code]int{app.Invalid: http.StatusUnprocessableEntity, app.Forbidden: http.StatusForbidden, app.NotFound: http.StatusNotFound,
	app.Conflict: http.StatusConflict, app.Unauthenticated: http.StatusForbidden, app.Slow: http.StatusTooManyRequests}

// askPasskey puts a question to a script; the session keeps the secret to its answer.
func (s *Site) askPasskey(w http.ResponseWriter, r *http.Request, ask func(context.Context) ([]byte, string, error)) {
	if s.passkeys == nil {
		web.NotFound(w, r)
		return
	}
	if !s.attempts.Allow(r) {
		s.sayError(w, r, app.ErrSlow)
		return
	}
	question, secret, err := ask(r.Context())
	if err != nil {
		s.sayError(w, r, err)
		return
	}
	s.sessions.Put(r.Context(), "question", secret)
	say(w, http.StatusOK, json.RawMessage(question))
}

// answered is what a script brings back.
type answered struct {
	Name   string          `json:"name"`
	Answer json.RawMessage `json:"answer"`
}

// takeAnswer reads an answer and takes the secret of its question out of the session.
func (s *Site) takeAnswer(w http.ResponseWriter, r *http.Request) (a answered, secret string, ok bool) {
	if s.passkeys == nil {
		web.NotFound(w, r)
		return a, "", false
	}
	if !s.attempts.Allow(r) {
		s.sayError(w, r, app.ErrSlow)
		return a, "", false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.sayError(w, r, err)
		return a, "", false
	}
	_ = json.Unmarshal(body, &a) // what cannot be read is an answer that is not good
	return a, s.sessions.PopString(r.Context(), "question"), true
}

func (s *Site) askSignin(w http.ResponseWriter, r *http.Request) {
	s.askPasskey(w, r, func(ctx context.Context) ([]byte, string, error) { return s.passkeys.AskSignin(ctx) })
}

func (s *Site) passkeySignin(w http.ResponseWriter, r *http.Request) {
	a, secret, ok := s.takeAnswer(w, r)
	if !ok {
		return
	}
	v, err := s.passkeys.Signin(r.Context(), secret, a.Answer, from(r))
	if err != nil {
		s.sayError(w, r, err)
		return
	}
	to, err := s.enter(r, v)
	if err != nil {
		s.sayError(w, r, err)
		return
	}
	say(w, http.StatusOK, map[string]string{"to": to})
}

func (s *Site) askConfirm(w http.ResponseWriter, r *http.Request) {
	s.askPasskey(w, r, func(ctx context.Context) ([]byte, string, error) { return s.passkeys.AskConfirm(ctx, s.Viewer(r)) })
}

func (s *Site) confirm(w http.ResponseWriter, r *http.Request) {
	a, secret, ok := s.takeAnswer(w, r)
	if !ok {
		return
	}
	if err := s.passkeys.Confirm(r.Context(), s.Viewer(r), secret, a.Answer, from(r)); err != nil {
		s.sayError(w, r, err)
		return
	}
	to := s.sessions.PopString(r.Context(), "return")
	if to == "" {
		to = "/account"
	}
	say(w, http.StatusOK, map[string]string{"to": web.LocalPath(to)})
}

func (s *Site) askDevice(w http.ResponseWriter, r *http.Request) {
	s.askPasskey(w, r, func(ctx context.Context) ([]byte, string, error) { return s.passkeys.AskAdd(ctx, s.Viewer(r)) })
}

func (s *Site) addDevice(w http.ResponseWriter, r *http.Request) {
	a, secret, ok := s.takeAnswer(w, r)
	if !ok {
		return
	}
	if _, err := s.passkeys.Add(r.Context(), s.Viewer(r), secret, a.Name, a.Answer); err != nil {
		s.sayError(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "account.device-added")
	say(w, http.StatusOK, map[string]string{"to": "/account"})
}

// agentWords names a device by its browser and system.
func agentWords(ctx context.Context, agent string) string {
	if agent == "" {
		return ui.T(ctx, "account.unknown-device")
	}
	return locales.List(ctx, strings.Split(agent, ", "))
}

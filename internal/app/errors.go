package app

import (
	"errors"
	"fmt"

	"tocsin/internal/record"
	"tocsin/internal/store"
)

// Code is one of the six ways in which a use case can fail. Pages, the API and the command line map it once.
type Code string

// The codes.
const (
	Invalid         Code = "invalid"         // the input is wrong; Problems says where
	NotFound        Code = "not-found"       // there is no such thing, or the viewer may not know of it
	Forbidden       Code = "forbidden"       // the viewer sees the thing and may not do this with it
	Conflict        Code = "conflict"        // somebody changed it in the meantime, or it exists already
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Internal        Code = "internal"        // ours; the cause is in the log, never in the answer
)

// Error is what a use case answers when it refuses. Key is a message key.
type Error struct {
	Code     Code
	Key      string
	Params   map[string]any
	Problems record.Problems
	cause    error
}

// Error implements error.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Key
	if len(e.Problems) > 0 {
		s += ": " + e.Problems.Error()
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns an error's code: Internal for anything that is not an *Error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Away reports whether an error says that the database could not be reached, and the message key of what is known then:
// that nothing was changed, or that it may have been.
func Away(err error) (key string, away bool) {
	switch {
	case errors.Is(err, store.ErrDoubtful):
		return "error.doubtful", true
	case errors.Is(err, store.ErrAway):
		return "error.away-detail", true
	}
	return "", false
}

func refuse(code Code, key string, params ...any) error {
	e := &Error{Code: code, Key: key}
	if len(params) > 1 {
		e.Params = map[string]any{}
		for i := 0; i+1 < len(params); i += 2 {
			e.Params[fmt.Sprint(params[i])] = params[i+1]
		}
	}
	return e
}

var errHidden = refuse(NotFound, "error.not-found")

func invalid(p record.Problems) error {
	return &Error{Code: Invalid, Key: "error.invalid", Problems: p}
}

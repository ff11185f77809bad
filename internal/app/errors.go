package app

import (
	"errors"
	"fmt"

	"tocsin/internal/record"
	"tocsin/internal/store"
)

// Code is one of the seven ways in which a use case can fail. Pages, the API and the command line map it once.
type Code string

// The codes.
const (
	Invalid         Code = "invalid"         // the input is wrong; Problems says where
	NotFound        Code = "not-found"       // there is no such thing, or the viewer may not know of it
	Forbidden       Code = "forbidden"       // the viewer sees the thing and may not do this with it
	Conflict        Code = "conflict"        // somebody changed it in the meantime, or it exists already
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Slow            Code = "slow"            // tried too often; later it may
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

// Outage is why the database cannot do what it is asked: the message keys of what is wrong and of what is known of what was
// asked, that nothing was changed or that it may have been.
type Outage struct{ Key, Detail string }

// The keys of outages: one ends by itself, the other when somebody makes room.
const (
	DatabaseIsAway = "error.away"
	DiskIsFull     = "error.full"
)

// OutageOf returns the outage that an error tells of, nil for another.
func OutageOf(err error) *Outage {
	switch {
	case errors.Is(err, store.ErrDoubtful):
		return &Outage{DatabaseIsAway, "error.doubtful"}
	case errors.Is(err, store.ErrAway):
		return &Outage{DatabaseIsAway, "error.away-detail"}
	case errors.Is(err, store.ErrFull):
		return &Outage{DiskIsFull, "error.full-detail"}
	}
	return nil
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

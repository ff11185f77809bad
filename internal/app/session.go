package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tocsin/internal/store"
)

// The lives of a sign-in.
const (
	SigninLife = 12 * time.Hour   // at most
	IdleLife   = 2 * time.Hour    // without being seen
	FreshLife  = 10 * time.Minute // in which ways in may be added and removed
	seenEvery  = 5 * time.Minute  // how exactly it is kept when somebody was seen
)

// newSignin prepares the sign-in of a person.
func (a *App) newSignin(person string, way Way, from From) *store.Signin {
	now := a.now().Truncate(time.Microsecond)
	return &store.Signin{ID: newID(now), Person: person, Way: string(way), Agent: Agent(from.Agent), Origin: coarse(from.Address), Begun: now, Seen: now, Fresh: now, Expires: now.Add(SigninLife)}
}

// SigninViewer returns the viewer of a sign-in, as his registrations are now. It returns Unauthenticated for one that has
// ended, on whatever server, that has expired, or whose person may not sign in any more.
func (a *App) SigninViewer(ctx context.Context, id string) (Viewer, error) {
	x, err := a.store.Read().SigninByID(ctx, id)
	now := a.now()
	if errors.Is(err, store.ErrNotFound) || err == nil && (!now.Before(x.Expires) || now.Sub(x.Seen) > IdleLife) {
		return Public, refuse(Unauthenticated, "error.unauthenticated")
	}
	if err != nil {
		return Public, err
	}
	v, err := a.ViewerByID(ctx, x.Person)
	if err != nil {
		return Public, err
	}
	if now.Sub(x.Seen) >= seenEvery {
		if err := a.store.SeeSignin(ctx, id, now); err != nil { // costs the note, not the request
			a.log.ErrorContext(ctx, "it was not noted that a sign-in was used", "error", err)
		}
	}
	v.Signin = &x
	return v, nil
}

// Fresh reports whether the viewer has proved who he is so lately that he may change his ways in. Who acts on the server's
// own machine has.
func (a *App) Fresh(v Viewer) bool {
	if v.Signin == nil {
		return v.Pass == nil
	}
	age := a.now().Sub(v.Signin.Fresh)
	return age < FreshLife && age > -time.Minute // the servers' clocks may differ a little
}

// ErrStale refuses a change of the ways in to whom has not proved lately who he is.
var ErrStale = refuse(Forbidden, "error.stale")

// proven refuses who may not change his own ways in now: the public, a program, and who has not lately proved who he is.
func (a *App) proven(v Viewer) error {
	if !v.SignedIn() {
		return ErrStranger
	}
	if err := v.inPerson(); err != nil {
		return err
	}
	if !a.Fresh(v) {
		return ErrStale
	}
	return nil
}

// Signins returns where the viewer is signed in, the last first.
func (a *App) Signins(ctx context.Context, v Viewer) ([]store.Signin, error) {
	if !v.SignedIn() {
		return nil, ErrStranger
	}
	list, err := a.store.Read().SigninsOf(ctx, v.Person.ID)
	return a.live(list), err
}

// live leaves those sign-ins that have not ended.
func (a *App) live(list []store.Signin) []store.Signin {
	now := a.now()
	return slices.DeleteFunc(list, func(x store.Signin) bool { return !now.Before(x.Expires) || now.Sub(x.Seen) > IdleLife })
}

// EndSignin ends one of the viewer's sign-ins from the next request on, on every server. Another's is not found.
func (a *App) EndSignin(ctx context.Context, v Viewer, id string) error {
	if !v.SignedIn() {
		return ErrStranger
	}
	if err := v.inPerson(); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		err := t.EndSignin(ctx, v.Person.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return errHidden
		}
		if err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "signin.ended", v.Actor(), "")
	})
}

// EndOtherSignins ends all of the viewer's sign-ins but the one that he asks by.
func (a *App) EndOtherSignins(ctx context.Context, v Viewer) error {
	if !v.SignedIn() {
		return ErrStranger
	}
	if err := v.inPerson(); err != nil {
		return err
	}
	but := ""
	if v.Signin != nil {
		but = v.Signin.ID
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if err := t.EndSignins(ctx, v.Person.ID, but); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "signin.ended", v.Actor(), "others")
	})
}

// Agent says a browser and its system by their names, such as "Firefox, Windows"; "" when neither is known. What a browser
// sends is not kept as it is.
func Agent(header string) string {
	first := func(list [][2]string) string {
		for _, x := range list {
			if strings.Contains(header, x[0]) {
				return x[1]
			}
		}
		return ""
	}
	browser := first([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"HeadlessChrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := first([][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	return strings.Trim(browser+", "+system, ", ")
}

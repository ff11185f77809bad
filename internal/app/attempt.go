package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"time"

	"tocsin/internal/store"
)

// From is where an attempt to come in is made from, as the server sees it.
type From struct {
	Address string // of the client, without a port
	Agent   string // User-Agent
}

// Way is a way in.
type Way string

// The ways in.
const (
	ByLink      Way = "link"
	ByPasskey   Way = "passkey"
	ByDirectory Way = "directory" // of the person's own authority, by OpenID Connect
	byToken     Way = "token"
	byRecovery  Way = "recovery"
)

// ErrSlow refuses who has tried too often.
var ErrSlow = refuse(Slow, "error.slow-detail")

// pace is how many failures may come at once, and in which time one of them is forgotten.
type pace struct {
	most  int
	every time.Duration
}

// What a network may try, and what may be tried on one account, whatever network it is tried from.
var (
	networkPace  = pace{20, 3 * time.Second}
	accountPace  = pace{10, 90 * time.Second}
	recoveryPace = pace{3, 8 * time.Hour}
)

// attempt is one try to come in. Its counters are in the database, so that they hold for every server, and are moments
// up to which earlier tries weigh: a clock set back makes them weigh longer.
type attempt struct {
	a       *App
	t       *store.Tx
	way     Way
	from    From
	account string // person or other name of what is tried, "" where it is not known
	why     string // of a refusal, for the audit
}

// try runs one attempt in one transaction. f returns who has come in, or a refusal, which counts against the network and,
// where f has named one, the account. What f wrote stays in both cases: an answer is used up also when it is wrong.
func (a *App) try(ctx context.Context, way Way, from From, f func(*attempt) (*store.Signin, error)) (v Viewer, err error) {
	var refused error
	err = a.store.Write(ctx, func(t *store.Tx) error {
		x := &attempt{a: a, t: t, way: way, from: from}
		if refused = x.admit(ctx, x.network(), networkPace); refused != nil {
			return hard(refused)
		}
		in, err := f(x)
		if err != nil {
			refused = err
			return x.refuse(ctx, err)
		}
		v, refused = a.ViewerByID(ctx, in.Person)
		if refused != nil {
			x.account, x.why = in.Person, "person"
			return x.refuse(ctx, refused)
		}
		v.Signin = in
		if err := t.PutSignin(ctx, *in); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "signin", v.Actor(), string(way))
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return Public, err
	}
	return v, nil
}

// hard returns what must undo a transaction: any error but a refusal.
func hard(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Code != Internal {
		return nil
	}
	return err
}

// admit refuses when too much was tried under a name.
func (x *attempt) admit(ctx context.Context, name string, p pace) error {
	until, err := x.t.Throttle(ctx, name)
	if err != nil {
		return err
	}
	if until.Sub(x.a.now()) > time.Duration(p.most-1)*p.every {
		return ErrSlow
	}
	return nil
}

// of names the account that is tried. It refuses when too much was tried on it.
func (x *attempt) of(ctx context.Context, account string) error {
	x.account = account
	return x.admit(ctx, x.named(), accountPace)
}

func (x *attempt) network() string { return string(x.way) + " from " + Network(x.from.Address) }

// named is the account's counter. Names are hashed: the table of counters tells nothing about who tried what.
func (x *attempt) named() string {
	sum := sha256.Sum256([]byte(x.account))
	return string(x.way) + " on " + hex.EncodeToString(sum[:16])
}

// count adds one attempt under a name.
func (x *attempt) count(ctx context.Context, name string, p pace) error {
	until, err := x.t.Throttle(ctx, name)
	if err != nil {
		return err
	}
	if now := x.a.now(); until.Before(now) {
		until = now
	}
	return x.t.SetThrottle(ctx, name, until.Add(p.every))
}

// refuse counts a refusal and keeps it in the audit. An error that is none is returned.
func (x *attempt) refuse(ctx context.Context, refused error) error {
	if err := hard(refused); err != nil {
		return err
	}
	if CodeOf(refused) == Slow {
		return nil // who is held back already neither counts further nor fills the audit
	}
	if err := x.count(ctx, x.network(), networkPace); err != nil {
		return err
	}
	if x.account != "" {
		if err := x.count(ctx, x.named(), accountPace); err != nil {
			return err
		}
	}
	return x.t.Audit(ctx, newID(x.t.Now()), "public", "signin.refused", x.account, strings.TrimSpace(string(x.way)+" "+x.why))
}

// Network is the part of an address that one household or office has for itself, by which attempts are counted: all of an
// IPv4 address, the first 64 bits of an IPv6 one.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64) // an IPv6 address has 128 bits
	return p.String()
}

// coarse is the part of an address that is kept with a sign-in: enough to tell home from office, not who it is.
func coarse(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	p, _ := ip.Prefix(bits) // both are within the address
	return p.String()
}

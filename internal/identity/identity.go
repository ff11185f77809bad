// Package identity asks the directory of a participant's own authority who somebody is, by OpenID Connect. It says what
// the directory has signed, and nothing else; what follows from that is decided above.
package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Config is a directory as the operator has set it.
type Config struct {
	Name         string   // as people see it
	Issuer       string   // https address of the directory
	ClientID     string   // of this node, as the directory knows it
	ClientSecret string   // "" for a public client
	Participant  string   // code of the participant whose people it signs in
	Domains      []string // of addresses that it may vouch for; none means any
	Private      bool     // it stands in a private network: its addresses may be asked there
}

// Directory is a directory that can be asked. It is safe for concurrent use.
type Directory struct {
	Config
	redirect string
	client   *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
	since    time.Time // when it was asked
	failed   error     // with what, when it then did not answer
}

// How long a directory's description is used, and one that failed left alone; how long it may take and how much it may answer.
const (
	described = time.Hour
	rest      = 20 * time.Second // after a failure
	patience  = 10 * time.Second
	maxAnswer = 1 << 20
)

// ErrRefused says that the directory has not said who somebody is: what it said is not signed by it, is for somebody
// else, is over, or lacks what is needed.
var ErrRefused = errors.New("the directory has not said who it is")

// New makes a directory that sends people back to redirect. It asks nothing yet: a directory that does not answer keeps no
// server from starting.
func New(c Config, redirect string) (*Directory, error) {
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("directory %q: issuer %q is no address", c.Name, c.Issuer)
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		return nil, fmt.Errorf("directory %q: issuer %q is not https", c.Name, c.Issuer)
	case strings.TrimSpace(c.Name) == "" || c.ClientID == "" || c.Participant == "":
		return nil, fmt.Errorf("directory %q: name, client_id and participant are needed", c.Name)
	}
	d := &Directory{Config: c, redirect: redirect}
	for i, x := range d.Domains {
		d.Domains[i] = strings.ToLower(strings.TrimPrefix(x, "@"))
	}
	d.client = safeClient(c.Private || privateName(u.Hostname()))
	return d, nil
}

// loopback reports whether a host is this machine by its address or as localhost.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// privateName reports whether the operator has written a private address as the directory's own.
func privateName(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && !public(ip)
}

// Question is what a browser is sent to a directory with. State, Nonce and Verifier are secrets of the browser's session.
type Question struct {
	URL, State, Nonce, Verifier string
}

// Ask prepares a question. again lets the directory ask for the person's credentials even if he has a session there.
func (d *Directory) Ask(ctx context.Context, state, nonce string, again bool) (Question, error) {
	q := Question{State: state, Nonce: nonce, Verifier: oauth2.GenerateVerifier()}
	c, _, err := d.describe(ctx)
	if err != nil {
		return q, err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(nonce), oauth2.S256ChallengeOption(q.Verifier)}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	q.URL = c.AuthCodeURL(state, options...)
	return q, nil
}

// Identity is who a directory says that somebody is.
type Identity struct {
	Issuer, Subject string
	Email           string // "" unless the directory says that it is verified and may vouch for it
}

// Answer exchanges the code of a directory's answer for what it has signed. It returns ErrRefused for anything that is
// not whole, and other errors when the directory does not answer.
func (d *Directory) Answer(ctx context.Context, q Question, code string) (Identity, error) {
	var id Identity
	c, p, err := d.describe(ctx)
	if err != nil {
		return id, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, d.client), patience)
	defer cancel()
	token, err := c.Exchange(ctx, code, oauth2.VerifierOption(q.Verifier))
	var denied *oauth2.RetrieveError
	if errors.As(err, &denied) && denied.Response != nil && denied.Response.StatusCode < 500 {
		return id, fmt.Errorf("%w: it refuses the code", ErrRefused)
	}
	if err != nil {
		return id, errors.New("the directory does not answer") // what oauth2 says may hold the answer's text
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || raw == "" {
		return id, fmt.Errorf("%w: no ID token", ErrRefused)
	}
	signed, err := p.Verifier(&oidc.Config{ClientID: d.ClientID}).Verify(ctx, raw)
	if err != nil {
		return id, fmt.Errorf("%w: the ID token is not good", ErrRefused)
	}
	return d.identity(q, signed)
}

// identity takes from a signed token what counts.
func (d *Directory) identity(q Question, signed *oidc.IDToken) (Identity, error) {
	if signed.Nonce == "" || subtle.ConstantTimeCompare([]byte(signed.Nonce), []byte(q.Nonce)) != 1 {
		return Identity{}, fmt.Errorf("%w: another's nonce", ErrRefused)
	}
	if strings.TrimSpace(signed.Subject) == "" || len(signed.Subject) > 255 || signed.Issuer != d.Issuer {
		return Identity{}, fmt.Errorf("%w: no subject", ErrRefused)
	}
	var claims struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"`
	}
	if err := signed.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	id := Identity{Issuer: signed.Issuer, Subject: signed.Subject}
	if claims.Verified == true && d.vouches(claims.Email) {
		id.Email = claims.Email
	}
	return id, nil
}

// vouches reports whether the directory may vouch for an address.
func (d *Directory) vouches(email string) bool {
	i := strings.LastIndexByte(email, '@')
	if i < 1 || i == len(email)-1 {
		return false
	}
	if len(d.Domains) == 0 {
		return true
	}
	for _, x := range d.Domains {
		if strings.EqualFold(email[i+1:], x) {
			return true
		}
	}
	return false
}

// describe returns the directory's end points, asked for when they are not known or known for long. One that has just
// failed is not asked again at once.
func (d *Directory) describe(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed != nil && time.Since(d.since) < rest {
		return nil, nil, d.failed
	}
	if d.provider == nil || time.Since(d.since) > described {
		// The keys are fetched later on by the client of this context, when the request is over.
		asking, cancel := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), d.client), patience)
		defer cancel()
		p, err := oidc.NewProvider(asking, d.Issuer)
		if err == nil {
			err = d.sound(p)
		}
		d.since, d.failed = time.Now(), nil
		if err != nil {
			d.failed = fmt.Errorf("directory %q does not answer as one: %.300s", d.Name, err.Error())
			return nil, nil, d.failed
		}
		d.provider = p
	}
	return &oauth2.Config{ClientID: d.ClientID, ClientSecret: d.ClientSecret, RedirectURL: d.redirect, Endpoint: d.provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"}}, d.provider, nil
}

// sound refuses a description that leads away from https, or from where the issuer is.
func (d *Directory) sound(p *oidc.Provider) error {
	scheme, _, _ := strings.Cut(d.Issuer, ":")
	for _, x := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL} {
		if u, err := url.Parse(x); err != nil || u.Host == "" || u.Scheme != scheme || u.User != nil {
			return fmt.Errorf("it names %q as an end point", x)
		}
	}
	return nil
}

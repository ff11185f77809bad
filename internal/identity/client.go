package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

// errPrivate refuses a connection into a private network.
var errPrivate = errors.New("the address is in a private network")

// safeClient returns a client that connects to public addresses only, or to private ones as well. The address is looked at
// when the connection is made, so that a name whose address changes in between, or a redirect, leads nowhere else. It
// follows a redirect only of a question without a body, to the same scheme; no secret goes to another place.
func safeClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: patience, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !private && !public(at.Addr()) {
			return fmt.Errorf("%w: %s", errPrivate, at.Addr())
		}
		return nil
	}}
	t := &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience, MaxIdleConnsPerHost: 2, MaxResponseHeaderBytes: 64 << 10}
	return &http.Client{Transport: limited{t}, Timeout: patience, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		first := via[0]
		if len(via) > 3 || first.Method != http.MethodGet || r.URL.Scheme != first.URL.Scheme || r.URL.User != nil {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

// reserved are the networks that are not private by name and yet nobody's public servers.
var reserved = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("fec0::/10")}

// public reports whether an address is one of the public internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// limited cuts answers that are too large.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Behind makes a request's address that of the client, where a proxy that the operator trusts has passed it on: the last
// address in X-Forwarded-For that is no trusted proxy's. From anybody else the header says nothing. Without trusted
// proxies it changes nothing.
func Behind(trusted []netip.Prefix) Middleware {
	trusts := func(ip netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(ip.Unmap().WithZone("")) {
				return true
			}
		}
		return false
	}
	return func(next http.Handler) http.Handler {
		if len(trusted) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			at, err := netip.ParseAddr(Address(r))
			if err != nil || !trusts(at) {
				next.ServeHTTP(w, r)
				return
			}
			passed := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for i := len(passed) - 1; i >= 0 && trusts(at); i-- {
				before, ok := forwarded(passed[i])
				if !ok {
					break // nobody vouches for what stands before
				}
				at = before
			}
			from := *r
			from.RemoteAddr = net.JoinHostPort(at.String(), "0")
			next.ServeHTTP(w, &from)
		})
	}
}

// forwarded reads one address of X-Forwarded-For, which some proxies write with a port.
func forwarded(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return ip.Unmap(), true
	}
	if p, err := netip.ParseAddrPort(s); err == nil {
		return p.Addr().Unmap(), true
	}
	return netip.Addr{}, false
}

// Address is the address from which a request comes, without a port.
func Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

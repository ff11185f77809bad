package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// balancer is a plain proxy before several servers, as deploy/Caddyfile describes one: it asks /readyz, sends requests in
// turn to those that are ready, and asks another one when a server does not take the connection. What a server has taken
// and not answered is asked again only where that changes nothing: GET and HEAD.
type balancer struct {
	targets []*target
	next    atomic.Uint64
}

type target struct {
	url   *url.URL
	ready atomic.Bool
}

func newBalancer(addresses []string) *balancer {
	b := &balancer{}
	for _, a := range addresses {
		b.targets = append(b.targets, &target{url: &url.URL{Scheme: "http", Host: a}})
	}
	return b
}

// watch asks every server whether it is ready until stopped.
func (b *balancer) watch(stop <-chan struct{}) {
	for _, t := range b.targets {
		go func() {
			c := http.Client{Timeout: 3 * time.Second}
			for {
				res, err := c.Get(t.url.String() + "/readyz")
				if err == nil {
					_ = res.Body.Close()
				}
				t.ready.Store(err == nil && res.StatusCode == http.StatusOK)
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
				}
			}
		}()
	}
}

func (b *balancer) handler() http.Handler {
	return &httputil.ReverseProxy{Transport: b, Rewrite: func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }}
}

var toServers = &http.Transport{MaxIdleConnsPerHost: 100, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext}

// RoundTrip implements http.RoundTripper: it asks one server, and another when that is not there.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	var err error
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	first := b.next.Add(1)
	for try := range uint64(2 * len(b.targets)) {
		t := b.targets[(first+try)%uint64(len(b.targets))]
		if try < uint64(len(b.targets)) && !t.ready.Load() {
			continue
		}
		ask := r.Clone(r.Context())
		ask.URL.Scheme, ask.URL.Host, ask.Body = t.url.Scheme, t.url.Host, io.NopCloser(bytes.NewReader(body))
		var res *http.Response
		res, err = toServers.RoundTrip(ask)
		if err == nil {
			return res, nil
		}
		var dial *net.OpError
		refused := errors.As(err, &dial) && dial.Op == "dial"
		if !refused && r.Method != http.MethodGet && r.Method != http.MethodHead {
			return nil, err
		}
		t.ready.Store(false)
	}
	return nil, errors.Join(err, errors.New("no server is there"))
}

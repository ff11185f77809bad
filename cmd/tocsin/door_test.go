package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// opened opens the door of a server on a free port.
func opened(t *testing.T) (d *door, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d = openDoor(l, false)
	t.Cleanup(func() { _ = d.srv.Close() })
	return d, l.Addr().String()
}

func (d *door) let(h http.HandlerFunc) {
	var site http.Handler = h
	d.site.Store(&site)
}

// TestDoorWhileStarting: a server that is not ready yet says so to people in their language, to programs as a problem, and
// to whoever watches it.
func TestDoorWhileStarting(t *testing.T) {
	_, addr := opened(t)
	for path, want := range map[string]struct {
		status     int
		kind, says string
	}{
		"/":             {http.StatusServiceUnavailable, "text/html", "Сервер запускается"},
		"/api/v1/alert": {http.StatusServiceUnavailable, "application/problem+json", "Сервер запускается"},
		"/healthz":      {http.StatusOK, "text/plain", "ok"},
		"/readyz":       {http.StatusServiceUnavailable, "text/plain", "starting"},
	} {
		r, err := http.NewRequest(http.MethodGet, "http://"+addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Language", "ru")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != want.status || !strings.HasPrefix(res.Header.Get("Content-Type"), want.kind) || !strings.Contains(string(body), want.says) {
			t.Errorf("%s: %d %s\n%s", path, res.StatusCode, res.Header.Get("Content-Type"), body)
		}
		if want.says == "Сервер запускается" && res.Header.Get("Retry-After") == "" {
			t.Error(path, "does not say when to come again")
		}
		if want.kind == "application/problem+json" && !json.Valid(body) {
			t.Errorf("%s", body)
		}
	}
}

// TestDoorAgainstIdlers: ten thousand connections that say nothing keep nobody out, and those that send a head without an
// end are ended. Fewer where the system allows fewer files.
func TestDoorAgainstIdlers(t *testing.T) {
	t.Parallel()
	d, addr := opened(t)
	d.let(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "open") })
	n := 10_000
	var most syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &most); err == nil && most.Cur < uint64(2*n+200) {
		n = int(most.Cur-200) / 2 // both ends are here
	}
	if testing.Short() {
		n = min(n, 500)
	}
	idle := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range idle {
			_ = c.Close()
		}
	}()
	for i := range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		idle = append(idle, c)
		if i%2 == 0 {
			_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		}
	}
	began := time.Now()
	res, err := http.Get("http://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if took := time.Since(began); res.StatusCode != http.StatusOK || took > 2*time.Second {
		t.Errorf("with %d idle connections an answer took %v: %s", n, took, res.Status)
	}
	_ = idle[0].SetReadDeadline(time.Now().Add(2 * headTime))
	if _, err := io.ReadAll(idle[0]); err != nil {
		t.Errorf("a head without an end is waited for longer than %v: %v", headTime, err)
	}
}

// TestDoorAgainstLongHeads: a head of more than is allowed is refused, and the server goes on.
func TestDoorAgainstLongHeads(t *testing.T) {
	d, addr := opened(t)
	d.let(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for name, head := range map[string]string{
		"one long line":   "X-Long: " + strings.Repeat("a", 2*headBytes) + "\r\n",
		"many lines":      strings.Repeat("X-Many: a\r\n", headBytes/8),
		"a long address":  "",
		"an endless name": strings.Repeat("b", 2*headBytes),
	} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		path := "/"
		if head == "" {
			path += strings.Repeat("c", 2*headBytes)
		}
		go func() { _, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, head) }()
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil || !strings.Contains(line, " 431 ") {
			t.Errorf("%s: %q %v", name, line, err)
		}
		_ = c.Close()
	}
	if res, err := http.Get("http://" + addr + "/"); err != nil || res.StatusCode != http.StatusNoContent {
		t.Error(res, err)
	}
}

// TestDoorLetsOut: who is being answered when the server is told to stop gets the answer; who comes later finds it closed.
func TestDoorLetsOut(t *testing.T) {
	d, addr := opened(t)
	in, goOn := make(chan bool), make(chan bool)
	d.let(func(w http.ResponseWriter, _ *http.Request) {
		in <- true
		<-goOn
		_, _ = io.WriteString(w, "whole")
	})
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + addr + "/")
		if err != nil {
			answer <- err.Error()
			return
		}
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-in
	ended := make(chan error, 1)
	go func() { ended <- d.shut(context.Background()) }()
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		_ = c.Close()
		time.Sleep(5 * time.Millisecond)
	}
	close(goOn)
	if a := <-answer; a != "whole" {
		t.Error(a)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

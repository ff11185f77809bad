// Package smtptest is a mail server for tests: it keeps what it is given and lets a test do something at the moments that
// matter.
package smtptest

import (
	"bufio"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// Moment is a point in the handing over of a letter.
type Moment int

// The moments, in order.
const (
	Connected Moment = iota // the client has come
	Given                   // the whole letter has come, and is kept; the client has no answer yet
	Answered                // the client has been answered
)

// Letter is what the server was given.
type Letter struct{ ID, To, Subject string }

// Server is a mail server on the loopback address.
type Server struct {
	Addr string
	// At is called at each moment, from the connection's own goroutine; nil is not. It is set before letters come.
	At func(Moment)

	l       net.Listener
	mu      sync.Mutex
	letters []Letter
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: l.Addr().String(), l: l}
	go s.serve()
	t.Cleanup(func() { _ = l.Close() })
	return s
}

// Letters returns what came.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

func (s *Server) serve() {
	for {
		c, err := s.l.Accept()
		if err != nil {
			return
		}
		go s.talk(c)
	}
}

func (s *Server) at(m Moment) {
	if s.At != nil {
		s.At(m)
	}
}

// talk speaks as much of SMTP as a client needs to hand letters over.
func (s *Server) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(line string) bool { _, err := fmt.Fprintf(c, "%s\r\n", line); return err == nil }
	s.at(Connected)
	to := ""
	for ok := say("220 smtptest"); ok; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			ok = say("250 smtptest")
		case "RCPT":
			to = between(rest, "<", ">")
			ok = say("250 ok")
		case "DATA":
			if !say("354 go on") {
				return
			}
			text, err := body(in)
			if err != nil {
				return
			}
			s.keep(to, text)
			s.at(Given)
			ok = say("250 kept")
			s.at(Answered)
		case "QUIT":
			say("221 bye")
			return
		default:
			ok = say("250 ok")
		}
	}
}

func body(in *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", err
		}
		if strings.TrimRight(line, "\r\n") == "." {
			return b.String(), nil
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
}

func (s *Server) keep(to, text string) {
	l := Letter{To: to}
	if m, err := mail.ReadMessage(strings.NewReader(text)); err == nil {
		l.ID, l.Subject = strings.Trim(m.Header.Get("Message-ID"), "<>"), m.Header.Get("Subject")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = append(s.letters, l)
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

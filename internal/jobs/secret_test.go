package jobs

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// refusing is a mail server that refuses every name and password.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go refuseAll(c)
		}
	}()
	return l.Addr().String()
}

func refuseAll(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "220 mail.example\r\n")
	for in := bufio.NewScanner(c); in.Scan(); {
		if strings.HasPrefix(in.Text(), "EHLO") {
			fmt.Fprint(c, "250-mail.example\r\n250 AUTH CRAM-MD5 PLAIN LOGIN\r\n")
			continue
		}
		fmt.Fprint(c, "535 5.7.8 authentication failed\r\n")
	}
}

// TestPasswordIsNotLogged: a mail server that refuses the password, or is not there, does not bring it into the log.
func TestPasswordIsNotLogged(t *testing.T) {
	const password = "zq-mail-password"
	for _, address := range []string{refusing(t), "127.0.0.1:1"} {
		a, _ := alerted(t, storetest.SQLite(t), record.Amber)
		var log bytes.Buffer
		r := New(a, Config{BaseURL: "https://tocsin.example", SMTP: SMTP{Address: address, User: "tocsin", Password: password, From: "a@example.org", TLS: "none"}},
			slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		if err := r.sendDue(context.Background()); err != nil {
			r.log.Error("a job failed", "error", err)
		}
		said := log.String()
		if !strings.Contains(said, "could not be sent") {
			t.Errorf("the log does not say that it failed: %s", said)
		}
		for _, secret := range []string{password, base64.StdEncoding.EncodeToString([]byte(password)), base64.StdEncoding.EncodeToString([]byte("\x00tocsin\x00" + password))} {
			if strings.Contains(said, secret) {
				t.Errorf("the password is in the log: %s", said)
			}
		}
	}
}

package main

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tocsin": main})
}

// TestScripts runs the command line as scripts use it.
func TestScripts(t *testing.T) {
	shared, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	clients := listings(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DB", "sqlite:"+filepath.Join(e.WorkDir, "t.db"))
			e.Setenv("CLIENTS", clients)
			e.Setenv("PORT", freePort(t))
			if _, err := os.Stat(shared); err == nil {
				e.Setenv("SHARED", shared)
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			_, err := os.Stat(shared)
			return name == "shared" && err == nil, nil
		},
	})
}

// listings writes the clients of the integrators' page into files and returns their directory: a listing is named by the
// first line in it, "# client.py".
func listings(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/integrators.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	found := regexp.MustCompile("(?s)```[a-z]+\n(# (client\\.[a-z]+)\n.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(found) < 2 {
		t.Fatal("docs/integrators.md has no clients")
	}
	for _, m := range found {
		if err := os.WriteFile(filepath.Join(dir, m[2]), []byte(m[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// freePort returns a port of this machine on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/spf13/pflag"
)

// deployFile returns an example of deployment.
func deployFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkStarts reports words whose command, flags or arguments the program would refuse.
func checkStarts(t *testing.T, where string, words []string) {
	t.Helper()
	cmd, rest, err := newRoot().Find(words)
	if err != nil || cmd.Parent() == nil {
		t.Errorf("%s: tocsin %s is no command: %v", where, strings.Join(words, " "), err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil && err != pflag.ErrHelp {
		t.Errorf("%s: tocsin %s: %v", where, strings.Join(words, " "), err)
		return
	}
	if cmd.Args != nil {
		if err := cmd.Args(cmd, cmd.Flags().Args()); err != nil {
			t.Errorf("%s: tocsin %s: %v", where, strings.Join(words, " "), err)
		}
	}
}

// TestDeploymentsRun: the units and the image start the program with commands and flags that it has.
func TestDeploymentsRun(t *testing.T) {
	line := regexp.MustCompile(`/usr/local/bin/tocsin ([^;'\n]*)`)
	for _, unit := range []string{"tocsin.service", "tocsin-backup.service"} {
		found := line.FindAllStringSubmatch(deployFile(t, unit), -1)
		if len(found) == 0 {
			t.Errorf("%s does not start the program", unit)
		}
		for _, m := range found {
			whole := regexp.MustCompile(`\$\$\([^)]*\)`).ReplaceAllString(m[1], "MOMENT") // what the shell puts in
			checkStarts(t, unit, strings.Fields(whole))
		}
	}
	image := deployFile(t, "Dockerfile")
	list := regexp.MustCompile(`(?m)CMD (\[.*\])$`).FindAllStringSubmatch(image, -1)
	if len(list) != 2 {
		t.Fatalf("Dockerfile has %d lists of words after CMD, not one to run and one to ask for health", len(list))
	}
	for _, m := range list {
		var words []string
		if err := yaml.Unmarshal([]byte(m[1]), &words); err != nil {
			t.Fatal(err)
		}
		checkStarts(t, "Dockerfile", without(words, "/tocsin"))
	}
	for _, m := range regexp.MustCompile(`(?m)^#.* /tocsin (.*)$`).FindAllStringSubmatch(deployFile(t, "compose.yaml"), -1) {
		checkStarts(t, "compose.yaml", strings.Fields(m[1]))
	}
}

// without leaves the program's own name out.
func without(words []string, program string) []string {
	if len(words) > 0 && words[0] == program {
		return words[1:]
	}
	return words
}

// TestComposeHolds: what compose.yaml mounts is there, every variable that it asks for is in the example of its environment,
// and a server trusts the proxy's address alone.
func TestComposeHolds(t *testing.T) {
	text := deployFile(t, "compose.yaml")
	var c struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
			Volumes     []string          `yaml:"volumes"`
			Networks    any               `yaml:"networks"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	mounted := 0
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			if from, _, _ := strings.Cut(v, ":"); strings.HasPrefix(from, "./") {
				mounted++
				deployFile(t, from)
			} else if !regexp.MustCompile(`(?m)^volumes:.*\b` + from + `: \{\}`).MatchString(text) {
				t.Errorf("%s: the volume %s is not named", name, from)
			}
		}
	}
	if mounted != 3 {
		t.Errorf("%d files are mounted, not the proxy's and the two scripts", mounted)
	}
	example := deployFile(t, "compose.env.example")
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile(`(?m)^` + m[1] + `=`).MatchString(example) {
			t.Errorf("compose.yaml asks for %s, which is not in compose.env.example", m[1])
		}
	}
	trusted := c.Services["tocsin-1"].Environment["TOCSIN_TRUSTED_PROXIES"]
	if trusted == "" || !strings.Contains(text, "networks: {front: {ipv4_address: "+trusted+"}}") {
		t.Errorf("the servers trust %q, which is not the address of the proxy", trusted)
	}
}

// TestUnitsHold: systemd takes the units, and finds little that they leave open.
func TestUnitsHold(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed: the units are not verified")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "tocsin") // verify asks whether it is there
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	verify := []string{"verify", "--man=no", "--recursive-errors=no"}
	for _, unit := range []string{"tocsin.service", "tocsin-backup.service", "tocsin-backup.timer"} {
		path := filepath.Join(dir, unit)
		text := strings.ReplaceAll(deployFile(t, unit), "/usr/local/bin/tocsin", program)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		verify = append(verify, path)
		if strings.HasSuffix(unit, ".service") {
			out, err := exec.Command(tool, "security", "--offline=true", "--threshold=20", path).CombinedOutput()
			if err != nil {
				t.Errorf("%s leaves more than 2.0 open: %v\n%s", unit, err, out)
			}
		}
	}
	out, err := exec.Command(tool, verify...).CombinedOutput()
	for line := range strings.Lines(string(out)) { // it speaks of this machine's own units as well
		if strings.Contains(line, "tocsin") {
			t.Errorf("systemd-analyze verify: %v: %s", err, line)
		}
	}
}

// TestProxyHolds: Caddy takes its file, with and without what the environment may set.
func TestProxyHolds(t *testing.T) {
	tool, err := exec.LookPath("caddy")
	if err != nil {
		t.Skip("caddy is not installed: the Caddyfile is not checked")
	}
	for _, env := range [][]string{nil, {"PROXY_TLS=tls internal", "SERVERS=127.0.0.1:1 127.0.0.1:2 127.0.0.1:3"}} {
		cmd := exec.Command(tool, "adapt", "--validate", "--config", "../../deploy/Caddyfile", "--adapter", "caddyfile")
		home := t.TempDir()
		cmd.Env = append(os.Environ(), "TOCSIN_URL=https://tocsin.example", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
		cmd.Env = append(cmd.Env, env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", env, err, out)
		}
		want := 2 + len(env)/2
		if n := strings.Count(string(out), `"dial":`); n != want {
			t.Errorf("%v: %d servers, not %d", env, n, want)
		}
	}
}

// TestHealthcheckAsks: the server is asked where its environment says that it listens, on every address or on one.
func TestHealthcheckAsks(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	for _, addr := range []string{host, host[strings.LastIndex(host, ":"):]} {
		t.Setenv("TOCSIN_ADDR", addr)
		root := newRoot()
		root.SetOut(io.Discard)
		root.SetArgs([]string{"healthcheck"})
		if err := root.Execute(); err != nil {
			t.Errorf("TOCSIN_ADDR=%s: %v", addr, err)
		}
	}
}

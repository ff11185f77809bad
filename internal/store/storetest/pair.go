package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pair is a PostgreSQL server of the test's own with a standby that follows it synchronously: what the one has
// acknowledged the other has.
type Pair struct {
	t                testing.TB
	bin, dir         string
	primary, standby *cluster
}

type cluster struct {
	data string
	port int
}

// NewPair starts both; they end with the test. It skips where PostgreSQL is not installed.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	p := &Pair{t: t, bin: binaries(t), dir: t.TempDir()}
	p.own(p.dir)
	p.primary, p.standby = p.cluster("primary"), p.cluster("standby")
	p.run("initdb", "-D", p.primary.data, "-U", "tocsin", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
	p.start(p.primary)
	p.run("pg_basebackup", "-D", p.standby.data, "-R", "-X", "stream", "-c", "fast", "-N", "-d",
		fmt.Sprintf("host=127.0.0.1 port=%d user=tocsin application_name=standby", p.primary.port))
	p.start(p.standby)
	for _, q := range []string{"CREATE DATABASE tocsin", "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()"} {
		p.ask(p.primary, q, nil)
	}
	for state := ""; state != "sync"; time.Sleep(20 * time.Millisecond) {
		p.ask(p.primary, "SELECT coalesce(max(sync_state), '') FROM pg_stat_replication", &state)
	}
	return p
}

// Address is that of whichever of the two may be written to.
func (p *Pair) Address() string {
	return fmt.Sprintf("postgres://tocsin@127.0.0.1:%d,127.0.0.1:%d/tocsin?target_session_attrs=read-write&sslmode=disable", p.primary.port, p.standby.port)
}

// KillPrimary kills the primary as a power cut would.
func (p *Pair) KillPrimary() {
	p.t.Helper()
	if err := p.kill(p.primary); err != nil {
		p.t.Fatal(err)
	}
}

// Promote makes the standby the primary.
func (p *Pair) Promote() {
	p.t.Helper()
	p.run("pg_ctl", "-D", p.standby.data, "-w", "promote")
}

func binaries(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		slices.Sort(found)
		return filepath.Dir(found[len(found)-1])
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		t.Skip("PostgreSQL is not installed: no server can be replaced by its standby")
	}
	return filepath.Dir(path)
}

func (p *Pair) cluster(name string) *cluster {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	defer l.Close()
	return &cluster{data: filepath.Join(p.dir, name), port: l.Addr().(*net.TCPAddr).Port}
}

// start starts a server whose transactions last when the process is killed, not when the machine is.
func (p *Pair) start(c *cluster) {
	p.t.Helper()
	p.t.Cleanup(func() { _ = p.kill(c) })
	p.run("pg_ctl", "-D", c.data, "-w", "-l", c.data+".log", "-o", fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='%s' "+
		"-c fsync=off -c wal_level=replica -c hot_standby=on -c max_wal_senders=4 -c wal_keep_size=512MB -c max_connections=100", c.port, p.dir), "start")
}

// kill ends a server's first process, and so all of them, without a last word.
func (p *Pair) kill(c *cluster) error {
	raw, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 1 {
		return errors.Join(err, fmt.Errorf("postmaster.pid says %q", line))
	}
	if own, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && !strings.Contains(string(own), c.data) {
		return nil // it has ended, and the number is another's by now
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func (p *Pair) ask(c *cluster, q string, into any) {
	p.t.Helper()
	db, err := sql.Open("pgx", fmt.Sprintf("postgres://tocsin@127.0.0.1:%d/postgres?sslmode=disable", c.port))
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	if into == nil {
		_, err = db.ExecContext(context.Background(), q)
	} else {
		err = db.QueryRowContext(context.Background(), q).Scan(into)
	}
	if err != nil {
		p.t.Fatalf("%s: %v", q, err)
	}
}

// run runs one of PostgreSQL's programs; they refuse to be run by root.
func (p *Pair) run(name string, args ...string) {
	p.t.Helper()
	args = append([]string{filepath.Join(p.bin, name)}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = p.dir
	out, err := os.CreateTemp(p.dir, name) // a server that is started keeps a pipe open
	if err != nil {
		p.t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		p.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, said)
	}
}

// own gives a directory to the user that runs PostgreSQL, and lets him reach it.
func (p *Pair) own(dir string) {
	if os.Getuid() != 0 {
		return
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		p.t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := errors.Join(os.Chown(dir, uid, gid), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		p.t.Fatal(err)
	}
}

package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// The environment that turns the test binary into a process that opens a database and is killed at its n-th step.
const (
	stopAt      = "TOCSIN_TEST_STOP_AT"
	stopAddress = "TOCSIN_TEST_STOP_ADDRESS"
)

// survived is the exit code of a process that did all there was to do.
const survived = 7

func TestMain(m *testing.M) {
	n, err := strconv.Atoi(os.Getenv(stopAt))
	if err != nil {
		os.Exit(m.Run())
	}
	var steps atomic.Int32
	tapped(func(string) error {
		if int(steps.Add(1)) == n {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	})
	s, err := Open(context.Background(), os.Getenv(stopAddress))
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(survived)
}

// stopped opens the database in a process that is killed at its n-th step, and reports whether it had that many.
func stopped(t *testing.T, address string, n int) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), stopAt+"="+strconv.Itoa(n), stopAddress+"="+address)
	var said bytes.Buffer
	cmd.Stderr = &said
	_ = cmd.Run()
	switch code := cmd.ProcessState.ExitCode(); code {
	case survived:
		return false
	case -1: // by a signal
		return true
	default:
		t.Fatalf("step %d: ended with %d: %s", n, code, said.String())
		return false
	}
}

// TestKilledAtEveryStepOfAnUpgrade: wherever the upgrade of a database that the first program wrote is killed, the next
// start completes it and asks for nothing.
func TestKilledAtEveryStepOfAnUpgrade(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	storetest.Each(t, func(t *testing.T, address string) {
		s, err := OpenEmpty(context.Background(), address, 1)
		if err != nil {
			t.Fatal(err)
		}
		storetest.LoadFirst(t, s.w, s.e.name, "../app/testdata/first/schema1.sql")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		stride := 2
		if s.e.name == "postgres" { // where making a copy takes its time
			stride = 6
		}
		if os.Getenv("TOCSIN_TEST_LONG") != "" {
			stride = 1
		}
		killedAtEvery(t, stride, func(n int) string { return copyOf(t, address, n) }, wholeAsFirst)
	})
}

// TestKilledAtEveryStepOfTheFirstStart is the same for a database that is made.
func TestKilledAtEveryStepOfTheFirstStart(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	killedAtEvery(t, 5, func(int) string { return storetest.SQLite(t) }, func(*testing.T, *Store) {})
}

func killedAtEvery(t *testing.T, stride int, fresh func(n int) string, whole func(*testing.T, *Store)) {
	ctx := context.Background()
	n := 1
	for ; ; n += stride {
		address := fresh(n)
		if !stopped(t, address, n) {
			break
		}
		s, err := Open(ctx, address)
		if err != nil {
			t.Fatalf("killed at step %d it does not start: %v", n, err)
		}
		if held, own, err := s.Schema(ctx); err != nil || held != own {
			t.Errorf("killed at step %d its schema is %d of %d: %v", n, held, own, err)
		}
		if v, err := s.Verify(ctx); err != nil || len(v.Problems) > 0 {
			t.Errorf("killed at step %d: %v, %v", n, v, err)
		}
		whole(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if n < 20 {
		t.Errorf("there were %d steps: the test tries too little", n)
	}
	t.Logf("killed at %d of %d steps", n/stride, n)
}

// wholeAsFirst finds every row that the first program had written.
func wholeAsFirst(t *testing.T, s *Store) {
	t.Helper()
	for table, want := range map[string]int{"journal": 89, "record": 62, "person": 4, "registration": 4, "file": 5, "notice": 3, "mail": 3, "comment": 5, "proposal": 1} {
		var n int
		if err := s.Read().row(context.Background(), "SELECT count(*) FROM "+table, nil, &n); err != nil || n != want {
			t.Errorf("%d rows of %d in %s: %v", n, want, table, err)
		}
	}
}

// copyOf copies a database that nobody has open.
func copyOf(t *testing.T, address string, n int) string {
	t.Helper()
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		to := filepath.Join(t.TempDir(), "copy.db")
		raw, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(to, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + to
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	from := strings.TrimPrefix(u.Path, "/")
	to := fmt.Sprintf("%s_%d", from, n)
	db, err := sql.Open("pgx", os.Getenv(storetest.Variable))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + to + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
	if _, err := db.Exec("CREATE DATABASE " + to + " TEMPLATE " + from); err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + to
	return u.String()
}

// TestTotalsOfWhatStood: what had been counted before totals were kept is in them.
func TestTotalsOfWhatStood(t *testing.T) {
	const before = 9
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, err := OpenEmpty(ctx, address, before)
		if err != nil {
			t.Fatal(err)
		}
		months := map[record.YearMonth]float64{}
		for week := record.Week(-3700); week < 6800; week += 1 + week&3 { // 1899 to 2100
			months[week.YearMonth()] += 3
			q := fmt.Sprintf(`INSERT INTO observation (place, substance, source, measure, audience, week, value) VALUES ('GH', '', 'a', 'count', 1, %[1]d, 2), ('GH', '', 'b', 'count', 1, %[1]d, 1), ('GH-AA', '', 'a', 'count', 1, %[1]d, 2)`, week)
			if _, err := s.w.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.w.Exec(`INSERT INTO audience_token (token, audience) VALUES ('all', 1)`); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(ctx, address); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for m, want := range months {
			got, err := s.Read().Countries(ctx, "", "count", []string{"all"}, m, m)
			if err != nil || got["GH"] != want || len(got) != 1 {
				t.Fatalf("%s: %v (%v), want %v", m, got, err, want)
			}
		}
		course, err := s.Read().Course(ctx, nil, "", "count", []string{"a", "b"}, []string{"all"}, -4000, 7000)
		if err != nil || len(course["a"]) != len(course["b"]) || course["a"][0].Value != 2 || course["b"][0].Value != 1 {
			t.Fatalf("%d and %d weeks of the world: %v", len(course["a"]), len(course["b"]), err)
		}
	})
}

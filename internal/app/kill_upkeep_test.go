package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/backup"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

func restoreOnce() error {
	fmt.Println(begun)
	_, err := app.Restore(context.Background(), os.Getenv(killFile), os.Getenv(killAddress), false)
	return err
}

func backupOnce() error {
	fmt.Println(begun)
	_, err := app.Backup(context.Background(), os.Getenv(killAddress), os.Getenv(killFile), "test")
	return err
}

func reindexOnce() error {
	a, err := app.Open(context.Background(), os.Getenv(killAddress))
	if err != nil {
		return err
	}
	fmt.Println(begun)
	_, err = a.Reindex(context.Background(), app.Operator)
	return errors.Join(err, a.Close())
}

func openOnce() error {
	fmt.Println(begun)
	a, err := app.Open(context.Background(), os.Getenv(killAddress))
	if err != nil {
		return err
	}
	return a.Close()
}

// killedUntilDone runs a mode again and again, killed a little later each time, until it is done; after looks at what
// each death has left. prepare gives the address and the file of each run.
func killedUntilDone(t *testing.T, mode string, prepare func(n int) (address, file string), after func(address, file string)) {
	t.Helper()
	wait, n := 2*time.Millisecond, 0
	for ; ; n++ {
		address, file := prepare(n)
		if _, finished := child(t, mode, address, file, wait); finished {
			break
		}
		after(address, file)
		wait += max(wait/2, 4*time.Millisecond)
	}
	t.Logf("killed %d times in %s, the last time after %v", n, mode, wait)
	if n == 0 {
		t.Errorf("%s was never killed: the test tries too little", mode)
	}
}

// TestKilledWhileRestoring: a restore that is killed leaves an empty database, into which it can be run again; one of
// an older schema leaves that or what the next start completes.
func TestKilledWhileRestoring(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	source := storetest.SQLite(t)
	filled(t, source)
	file, _ := backUp(t, source)
	storetest.Each(t, func(t *testing.T, address string) {
		killedUntilDone(t, "restore", func(int) (string, string) { return address, file }, func(string, string) {})
		if _, err := app.Restore(context.Background(), file, address, false); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("the last run finished, and yet: %v", err)
		}
		a := opened(t, address)
		defer a.Close()
		if v, err := a.Verify(context.Background()); err != nil || len(v.Problems) > 0 {
			t.Errorf("%v, %v", v, err)
		}
	})
	older := storetest.SQLite(t)
	first(t, older)
	file, _ = backUp(t, older)
	killedUntilDone(t, "restore", func(int) (string, string) { return storetest.SQLite(t), file }, func(address, _ string) {
		_, err := app.Restore(context.Background(), file, address, false)
		if err != nil && !errors.Is(err, store.ErrNotEmpty) {
			t.Fatal(err)
		}
		a := opened(t, address)
		defer a.Close()
		if v, err := a.Verify(context.Background()); err != nil || len(v.Problems) > 0 || v.Entries != firstEntries {
			t.Errorf("%+v, %v", v, err)
		}
		l, err := a.Search(context.Background(), app.Operator, "heroin", "", 50)
		if err != nil || len(l.Records) == 0 {
			t.Errorf("nothing is found: %v", err)
		}
	})
}

// TestKilledWhileKeeping: killed in a backup there is the whole file or none, killed in deriving anew or in the first
// start after an upgrade the next one completes it, and everybody gets the same answers.
func TestKilledWhileKeeping(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	storetest.Each(t, func(t *testing.T, address string) {
		s := filled(t, address)
		want := answers(t, s.App)
		dir := t.TempDir()
		killedUntilDone(t, "backup", func(n int) (string, string) { return address, filepath.Join(dir, fmt.Sprint(n, ".backup")) }, func(_, file string) {
			f, err := os.Open(file)
			if errors.Is(err, os.ErrNotExist) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Check(f, info.Size()); err != nil {
				t.Errorf("half a backup stands under its name: %v", err)
			}
		})
		killedUntilDone(t, "reindex", func(int) (string, string) { return address, "" }, func(string, string) {
			if v, err := s.Verify(context.Background()); err != nil || len(v.Problems) > 0 {
				t.Fatalf("%v, %v", v, err)
			}
		})
		if answers(t, s.App) != want {
			t.Error("the answers have changed")
		}
	})
	killedUntilDone(t, "open", func(int) (string, string) {
		address := storetest.SQLite(t)
		first(t, address)
		return address, ""
	}, func(address, _ string) {
		a := opened(t, address)
		defer a.Close()
		answersAsFirst(t, a, "killed in the first start after an upgrade")
	})
}

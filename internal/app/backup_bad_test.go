package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/backup"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// mustBeEmpty finds that a restore left nothing, by restoring into it.
func mustBeEmpty(t *testing.T, file, address string) {
	t.Helper()
	if _, err := app.Restore(context.Background(), file, address, false); err != nil {
		t.Errorf("the database was not left empty: %v", err)
	}
}

// TestAlteredBackup: altering any byte makes the restore fail and leaves the database empty.
func TestAlteredBackup(t *testing.T) {
	ctx := context.Background()
	address := storetest.SQLite(t)
	s := newStage(t, address)
	s.write("ama", app.Draft{Kind: "incident", Body: incident("x")})
	file, _ := backUp(t, address)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	into, bad := storetest.SQLite(t), filepath.Join(t.TempDir(), "bad")
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Restore(ctx, bad, into, false); !errors.Is(err, backup.ErrFile) || !strings.Contains(err.Error(), bad) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for i := range 400 {
		at := rng.IntN(len(whole))
		if i < 20 { // the beginning and the end
			at = (i - 10 + len(whole)) % len(whole)
		}
		b := bytes.Clone(whole)
		b[at] ^= byte(1 + rng.IntN(255))
		try(fmt.Sprintf("byte %d of %d", at, len(whole)), b)
		try(fmt.Sprintf("cut at %d", at), whole[:at])
	}
	try("another backup's half", append(bytes.Clone(whole[:len(whole)/2]), whole...))
	mustBeEmpty(t, file, into)
	if _, err := app.Restore(ctx, file, into, false); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("into a database that is not empty: %v", err)
	}
	if _, err := app.Backup(ctx, address, file, "test"); err == nil {
		t.Error("a backup was written over another")
	}
}

// forge writes a backup again with other rows, and seals it: every hash in it is right.
func forge(t *testing.T, file string, change func(table string, row []any)) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := backup.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := backup.NewWriter(&b, &r.Manifest)
	for err == nil {
		var h *backup.Header
		if h, err = r.Next(); err != nil {
			break
		}
		if err = w.Begin(*h); err != nil {
			break
		}
		var row []any
		for row, err = r.Row(); err == nil; row, err = r.Row() {
			change(h.Table, row)
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.End()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged")
	if err := os.WriteFile(forged, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return forged
}

// TestForgedBackup: a history that was rewritten with care is refused by the journal itself, and nothing of it stays.
func TestForgedBackup(t *testing.T) {
	source := storetest.SQLite(t)
	s := newStage(t, source)
	s.write("ama", app.Draft{Kind: "incident", Body: incident("x")})
	file, _ := backUp(t, source)
	storetest.Each(t, func(t *testing.T, address string) {
		for what, change := range map[string]func(string, []any){
			"another actor": func(table string, row []any) {
				if table == "journal" {
					row[2] = "somebody"
				}
			},
			"a record that stands at another version": func(table string, row []any) {
				if table == "record" {
					row[1] = int64(1)
				}
			},
			"a row twice": func(table string, row []any) {
				if table == "person" {
					row[0] = "same"
				}
			},
		} {
			if _, err := app.Restore(context.Background(), forge(t, file, change), address, false); err == nil {
				t.Fatalf("%s is taken", what)
			}
		}
		mustBeEmpty(t, forge(t, file, func(string, []any) {}), address)
	})
}

// TestBackupBeforeAnUpgrade: a database of an older schema is backed up as it is, once, before it is changed.
func TestBackupBeforeAnUpgrade(t *testing.T) {
	ctx := context.Background()
	address := storetest.SQLite(t)
	if file, err := app.BackupBeforeUpgrade(ctx, address, "", "test"); err != nil || file != "" {
		t.Errorf("a database that is not there: %q, %v", file, err)
	}
	a, err := app.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	if file, err := app.BackupBeforeUpgrade(ctx, address, "", "test"); err != nil || file != "" {
		t.Errorf("a database of this schema: %q, %v", file, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	address = storetest.SQLite(t)
	first(t, address)
	file, err := app.BackupBeforeUpgrade(ctx, address, "", "test")
	if err != nil || filepath.Dir(file) != filepath.Dir(strings.TrimPrefix(address, "sqlite:")) {
		t.Fatalf("%q, %v", file, err)
	}
	if _, err := app.Restore(ctx, file, storetest.SQLite(t), false); err != nil {
		t.Errorf("a backup of an older schema: %v", err)
	}
	used := storetest.SQLite(t)
	if b, err := app.Open(ctx, used); err != nil || b.Close() != nil {
		t.Fatal(err)
	}
	if _, err := app.Restore(ctx, file, used, false); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("into a database that a later program has made: %v", err)
	}
}

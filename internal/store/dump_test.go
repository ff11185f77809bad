package store

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"tocsin/internal/backup"
)

// TestEveryTableIsDecided: a new table is kept in a backup, rebuilt or forgotten, but never left out by oversight.
func TestEveryTableIsDecided(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.r.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%' AND name <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	decided := slices.Concat(rebuilt, forgotten)
	for _, k := range kept {
		decided = append(decided, k.name)
	}
	n := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if n++; !slices.Contains(decided, name) {
			t.Errorf("table %s is neither kept nor rebuilt nor forgotten", name)
		}
	}
	if err := rows.Err(); err != nil || n != len(decided) {
		t.Errorf("%d tables are in the schema, %d are decided: %v", n, len(decided), err)
	}
}

// TestSchemaOfABackup: a schema that is not this program's is refused before anything is written.
func TestSchemaOfABackup(t *testing.T) {
	ctx := context.Background()
	for _, schema := range []int64{0, 99} {
		s, err := OpenEmpty(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"), schema)
		if !errors.Is(err, backup.ErrFile) {
			t.Errorf("a backup with schema %d: %v", schema, err)
		}
		if s != nil {
			t.Error("it is open")
		}
	}
	if _, err := Attach(ctx, "sqlite:"+filepath.Join(t.TempDir(), "nothing.db")); err == nil {
		t.Error("a database that is not there is backed up")
	}
}

// TestDumpOfNothing: a database in which nothing happened is backed up and loaded as well.
func TestDumpOfNothing(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b bytes.Buffer
	m, err := s.Dump(ctx, &b, "test")
	if err != nil || m.Journal.Size != 0 || m.Journal.Root != "" {
		t.Fatal(m, err)
	}
	r, err := backup.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	into, err := OpenEmpty(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"), m.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	if err := into.Write(ctx, func(tx *Tx) error { return tx.Load(ctx, r) }); err != nil {
		t.Fatal(err)
	}
	if into.PublicKey() != s.PublicKey() {
		t.Error("the key is another")
	}
}

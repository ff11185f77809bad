package app_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/store/storetest"
)

// TestFullDisk imports onto a disk that is too small: the import says so, and what is there is whole.
func TestFullDisk(t *testing.T) {
	dir := storetest.SmallDisk(t, "8m").Dir
	ctx := context.Background()
	a, err := app.Open(ctx, "sqlite:"+filepath.Join(dir, "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("day,cause\n")
	for i := range 40000 {
		fmt.Fprintf(&b, "2024-01-%02d,fentanyl %d\n", i%28+1, i)
	}
	if _, err := a.Import(ctx, app.Operator, app.ImportRequest{Kind: "health-event", Profile: deaths(), File: bytes.NewReader(b.Bytes()), Size: int64(b.Len())}); err == nil {
		t.Error("40,000 records fit on a disk of 8 MB")
	}
	checkWhole(t, a)
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// TestBackupOnAFullDisk: a backup on a full disk leaves no file, a restore an empty database.
func TestBackupOnAFullDisk(t *testing.T) {
	ctx := context.Background()
	disk := storetest.SmallDisk(t, "2m")
	dir := disk.Dir
	source := storetest.SQLite(t)
	s := filled(t, source)
	noise := make([]byte, 3_000_000)
	rng := rand.NewChaCha8([32]byte{})
	_, _ = rng.Read(noise) // never fails
	r := s.write("ama", app.Draft{Kind: "incident", Body: incident("large")})
	if _, err := s.Attach(ctx, s.as("ama"), r.ID, r.Version, "noise.bin", noise); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Backup(ctx, source, filepath.Join(dir, "x"), "test"); err == nil {
		t.Error("3 MB of noise fit on a disk of 2 MB")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v was left: %v", left, err)
	}
	file, _ := backUp(t, source)
	into := "sqlite:" + filepath.Join(dir, "t.db")
	if _, err := app.Restore(ctx, file, into, false); err == nil {
		t.Error("3 MB of noise were restored on a disk of 2 MB")
	}
	disk.Resize("100m")
	mustBeEmpty(t, file, into)
}

package storetest

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Disk is a disk of the test's own that holds little.
type Disk struct {
	t   testing.TB
	Dir string
}

// SmallDisk mounts a disk that holds no more than the size, such as 8m. It skips where that may not be done.
func SmallDisk(t testing.TB, size string) *Disk {
	t.Helper()
	d := &Disk{t: t, Dir: t.TempDir()}
	if err := syscall.Mount("tmpfs", d.Dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.Dir, 0); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Resize gives the disk another size.
func (d *Disk) Resize(size string) {
	d.t.Helper()
	if err := syscall.Mount("tmpfs", d.Dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
		d.t.Fatal(err)
	}
}

// Fill leaves no room on the disk, nor in the log of the SQLite database of that name on it.
func (d *Disk) Fill(database string) {
	d.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(d.Dir, database))
	if err != nil {
		d.t.Fatal(err)
	}
	_, err = db.ExecContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`)
	if err := errors.Join(err, db.Close()); err != nil {
		d.t.Fatal(err)
	}
	f, err := os.Create(d.ballast())
	if err != nil {
		d.t.Fatal(err)
	}
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
	_ = f.Close() // it says again that the disk is full
}

// Free takes away what Fill put there.
func (d *Disk) Free() {
	d.t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *Disk) ballast() string { return filepath.Join(d.Dir, "ballast") }

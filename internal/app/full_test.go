//go:build linux

package app_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"tocsin/internal/app"
)

// TestFullDisk imports onto a disk that is too small: the import says so, and what is there is whole.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
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

//go:build !linux

package storetest

import "testing"

// Disk is a disk of the test's own that holds little.
type Disk struct{ Dir string }

// SmallDisk skips: only Linux lets a test mount one.
func SmallDisk(t testing.TB, _ string) *Disk {
	t.Helper()
	t.Skip("a small disk can be mounted on Linux only")
	return nil
}

// Resize is never reached.
func (*Disk) Resize(string) {}

// Fill is never reached.
func (*Disk) Fill(string) {}

// Free is never reached.
func (*Disk) Free() {}

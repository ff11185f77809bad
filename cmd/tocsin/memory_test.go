package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// maxIdle is how much memory a server may hold for which there is nothing to do.
const maxIdle = 100 // MB

// TestIdlesInLittle: a server that has started and shown its first page holds little memory.
func TestIdlesInLittle(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("how much a process holds is asked of Linux")
	}
	base := "http://127.0.0.1:" + freePort(t)
	cmd := exec.Command("tocsin", "serve", "--addr", base[len("http://"):], "--database", town(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for until := time.Now().Add(time.Minute); !answers(base + "/readyz"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the server is not ready after a minute")
		}
	}
	if !answers(base + "/") {
		t.Error("the first page is not answered")
	}
	if held := resident(t, cmd.Process.Pid); held > maxIdle {
		t.Errorf("%d MB are held", held)
	}
}

func answers(address string) bool {
	res, err := http.Get(address)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}

// resident is how many MB of memory a process holds.
func resident(t *testing.T, pid int) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(raw)
	if m == nil {
		t.Fatalf("Linux does not say it: %s", raw)
	}
	kb, _ := strconv.Atoi(string(m[1]))
	t.Logf("%d MB are held", kb>>10)
	return kb >> 10
}

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestAttacksAreTried: the page of attacks names tests that are there, and every test that carries an attack's number is
// named there where its number is.
func TestAttacksAreTried(t *testing.T) {
	page, err := os.ReadFile("../../docs/attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	there, declared := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, dir := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(path)
			for _, m := range declared.FindAllSubmatch(raw, -1) {
				there[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	numbers := map[string]bool{}
	for _, line := range strings.Split(string(page), "\n") {
		if m := regexp.MustCompile(`^\| (\d+) \|`).FindStringSubmatch(line); m != nil {
			numbers[m[1]] = true
			tests := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(line, -1)
			if len(tests) == 0 {
				t.Errorf("attack %s has no test", m[1])
			}
			for _, x := range tests {
				if !there[x[1]] {
					t.Errorf("attack %s names %s, which is not there", m[1], x[1])
				}
			}
		}
	}
	for name := range there {
		m := regexp.MustCompile(`^TestAttack0?(\d+)`).FindStringSubmatch(name)
		if m != nil && !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/attacks.md does not name %s", name)
		}
	}
	for n := range 41 {
		if due := n >= 1 && n <= 33 || n == 40; due && !numbers[strconv.Itoa(n)] { // the others are of a federation, which there is not
			t.Errorf("docs/attacks.md does not have attack %d", n)
		}
	}
}

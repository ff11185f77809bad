package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// declared returns the names of all tests of the program.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	there, function := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, dir := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(path)
			for _, m := range function.FindAllSubmatch(raw, -1) {
				there[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return there
}

// browserTest reports whether a file of the browser's tests has a test that begins with these words.
func browserTest(t *testing.T, file, words string) bool {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../web/tests", file))
	if err != nil {
		t.Error(err)
		return false
	}
	return regexp.MustCompile(`(?m)^\s*test\(["'` + "`]" + regexp.QuoteMeta(words)).Match(raw)
}

// rows reads a page with a table whose lines begin with a number, and finds that each names tests that are there. It
// returns the page and the numbers.
func rows(t *testing.T, path string, there map[string]bool) (page string, numbers []string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	named, inBrowser := regexp.MustCompile("`(Test\\w+)`"), regexp.MustCompile("`(\\w+\\.test\\.mjs): ([^`]+)`")
	for line := range strings.Lines(string(raw)) {
		m := regexp.MustCompile(`^\| (\d+) \|`).FindStringSubmatch(line)
		if m == nil {
			continue
		}
		numbers = append(numbers, m[1])
		tests := named.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("%s: %s has no test", path, m[1])
		}
		for _, x := range tests {
			if !there[x[1]] {
				t.Errorf("%s: %s names %s, which is not there", path, m[1], x[1])
			}
		}
		for _, x := range inBrowser.FindAllStringSubmatch(line, -1) {
			if !browserTest(t, x[1], x[2]) {
				t.Errorf("%s: %s names %q of %s, which is not there", path, m[1], x[2], x[1])
			}
		}
	}
	return string(raw), numbers
}

// TestAttacksAreTried: the page of attacks names tests that are there, and every test that carries an attack's number is
// named there where its number is.
func TestAttacksAreTried(t *testing.T) {
	there := declared(t)
	page, numbers := rows(t, "../../docs/attacks.md", there)
	for name := range there {
		m := regexp.MustCompile(`^TestAttack0?(\d+)`).FindStringSubmatch(name)
		if m != nil && !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/attacks.md does not name %s", name)
		}
	}
	for n := range 41 {
		if due := n >= 1 && n <= 33 || n == 40; due && !slices.Contains(numbers, strconv.Itoa(n)) { // the others are of a federation, which there is not
			t.Errorf("docs/attacks.md does not have attack %d", n)
		}
	}
}

// TestLessonsAreTried: the page of what users of other systems suffered names tests that are there.
func TestLessonsAreTried(t *testing.T) {
	_, numbers := rows(t, "../../docs/lessons.md", declared(t))
	for _, n := range []string{"8", "11", "12", "13", "14", "16", "17", "18", "19", "20", "23", "25"} {
		if !slices.Contains(numbers, n) {
			t.Errorf("docs/lessons.md does not have lesson %s", n)
		}
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// reference is the table of settings in docs/operators.md.
func reference() string {
	var b strings.Builder
	b.WriteString("| setting | environment | without it | what it says |\n| --- | --- | --- | --- |\n")
	for _, s := range settings() {
		value := "nothing"
		switch {
		case s.name == "database":
			value = "a file in the user's data directory"
		case s.value != "":
			value = "`" + s.value + "`"
		}
		name := "`" + s.name + "`"
		if s.secret {
			name += " (no flag)"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", name, variable(s.name), value, strings.ReplaceAll(s.about, "|", `\|`))
	}
	return b.String()
}

// TestReference: the operators' page lists every setting as the program has it.
func TestReference(t *testing.T) {
	page, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), reference()) {
		t.Errorf("docs/operators.md must hold\n%s", reference())
	}
}

// TestDeploymentsSet: what the examples of deployment set are settings.
func TestDeploymentsSet(t *testing.T) {
	known := []string{"TOCSIN_DB_PASSWORD"} // of the example itself
	for _, s := range settings() {
		known = append(known, variable(s.name))
	}
	files, err := filepath.Glob("../../deploy/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`TOCSIN_[A-Z_]+`).FindAllString(string(text), -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s sets %s, which is no setting", f, name)
			}
		}
	}
}

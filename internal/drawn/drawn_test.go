package drawn_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "tocsin/internal/drawn"
)

// TestAllPropertiesAreDrawn: every package with property tests imports this one.
func TestAllPropertiesAreDrawn(t *testing.T) {
	properties, imported := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		properties[dir] = properties[dir] || strings.Contains(string(text), "\t\"pgregory.net/rapid\"\n")
		imported[dir] = imported[dir] || strings.Contains(string(text), "\t_ \"tocsin/internal/drawn\"\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for dir, has := range properties {
		if has {
			n++
		}
		if has && !imported[dir] {
			t.Errorf("%s draws cases at random in every run: its tests must import tocsin/internal/drawn", dir)
		}
	}
	if n < 10 {
		t.Fatalf("only %d packages with property tests were found", n)
	}
}

// TestSeedIsSet: what the suite asks for is what is drawn with.
func TestSeedIsSet(t *testing.T) {
	want := os.Getenv("TOCSIN_TEST_SEED")
	if want == "" {
		want = "0"
	}
	if got := flag.Lookup("rapid.seed").Value.String(); got != want {
		t.Fatalf("the seed is %s and not %s", got, want)
	}
}

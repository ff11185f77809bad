package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tocsin": main})
}

// TestScripts runs the command line as scripts use it.
func TestScripts(t *testing.T) {
	shared, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DB", "sqlite:"+filepath.Join(e.WorkDir, "t.db"))
			if _, err := os.Stat(shared); err == nil {
				e.Setenv("SHARED", shared)
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			_, err := os.Stat(shared)
			return name == "shared" && err == nil, nil
		},
	})
}

// Package drawn has the property tests of a package that imports it draw the same cases every time, where the suite asks
// for it: a run that a change waits for must not fail for an old case that nobody had drawn before. `make property` draws
// new ones.
package drawn

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // defines the flag before it is set here
)

func init() {
	seed := os.Getenv("TOCSIN_TEST_SEED")
	if seed == "" {
		return
	}
	if err := flag.Set("rapid.seed", seed); err != nil {
		panic("TOCSIN_TEST_SEED: " + err.Error())
	}
}

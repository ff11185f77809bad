package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"tocsin/internal/kinds"
	"tocsin/internal/kinds/kindstest"
	"tocsin/internal/record"
)

var update = flag.Bool("update", false, "write anew what the tests compare with")

// projections say in a line for each kind what project makes of a record that stands, of one of another rule, of one
// without a day and of one that was retracted.
func projections(t *testing.T) []byte {
	t.Helper()
	a, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "derivation %d\n", derivation)
	for _, k := range kinds.All {
		if !kindstest.Has(k.Name) {
			continue
		}
		h := sha256.New()
		for _, rule := range []record.Sharing{{TLP: record.Clear}, {TLP: record.Amber, Audience: []record.Clause{{Participant: "SL", Sectors: []string{"customs"}}}}} {
			r := &record.Record{ID: "01HX0000000000000000000000", Kind: k.Name, Owner: "GH", State: k.Workflow.Initial, Version: 1, Sharing: rule, Body: kindstest.Body(k.Name, "wayra", 1), Created: time.Unix(1700000000, 0).UTC()}
			b, _ := k.Complete(r, a.names, "2024-06-01")
			if b == nil {
				t.Fatalf("no body of %s", k.Name)
			}
			retracted, undated := r.Clone(), r.Clone()
			retracted.Retracted, undated.When = &record.Retraction{}, "2024"
			for _, x := range []*record.Record{r, undated, retracted} {
				text, err := json.Marshal(a.project(k, x, b))
				if err != nil {
					t.Fatal(err)
				}
				h.Write(text)
			}
		}
		fmt.Fprintf(&out, "%s %x\n", k.Name, h.Sum(nil)[:8])
	}
	return out.Bytes()
}

// TestDerivationIsRaised: whoever changes what is derived of records has the databases that stand derived anew.
func TestDerivationIsRaised(t *testing.T) {
	const file = "testdata/projections.txt"
	got := projections(t)
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	first, rest, _ := bytes.Cut(want, []byte("\n"))
	now, lines, _ := bytes.Cut(got, []byte("\n"))
	switch {
	case bytes.Equal(got, want):
	case bytes.Equal(first, now) && !bytes.Equal(rest, lines) && len(want) > 0 && !onlyMore(rest, lines):
		t.Fatalf("project makes something else of records than before: raise derivation, then go test ./internal/app -run DerivationIsRaised -update\n%s", got)
	case *update:
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("kinds or the derivation are new: go test ./internal/app -run DerivationIsRaised -update\n%s", got)
	}
}

// onlyMore reports whether lines hold all that stood before: a new kind has no records yet.
func onlyMore(before, lines []byte) bool {
	for line := range bytes.Lines(before) {
		if !bytes.Contains(lines, line) {
			return false
		}
	}
	return true
}

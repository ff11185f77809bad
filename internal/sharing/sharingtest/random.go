// Package sharingtest draws random rules and viewers, for the tests of the sharing rule and of the stores that apply it.
package sharingtest

import (
	"math/rand/v2"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// The world is small, so that rules and viewers meet often and in every way.

var (
	someCodes   = []string{"GH", "SL", "LR", "US"}
	someSectors = []string{"customs", "health", "forensic"}
	someGroups  = []string{"wg1", "swg1.1", "swg1.1/west", "swg1.1/east"}
	somePersons = []string{"p1", "p2", "p3", "p4", "p5"}
	someOrgs    = []string{"chem", "ngo"}
)

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

func some(rng *rand.Rand, from []string) []string {
	var out []string
	for _, s := range from {
		if rng.IntN(3) == 0 {
			out = append(out, s)
		}
	}
	return out
}

// Record returns a record with a random owner, author and rule, malformed ones among them, and whether its state is private.
func Record(rng *rand.Rand) (r *record.Record, private bool) {
	r = &record.Record{Owner: pick(rng, someCodes), Sharing: record.Sharing{TLP: record.TLPs[rng.IntN(len(record.TLPs))]}}
	if rng.IntN(8) == 0 {
		r.Owner = sharing.PartnerOwner(pick(rng, someOrgs))
	}
	if rng.IntN(4) > 0 {
		r.Author = pick(rng, somePersons)
	}
	if rng.IntN(50) == 0 {
		r.Sharing.TLP = "UNKNOWN"
	}
	for range rng.IntN(4) {
		r.Sharing.Audience = append(r.Sharing.Audience, randomClause(rng))
	}
	return r, rng.IntN(8) == 0
}

func randomClause(rng *rand.Rand) record.Clause {
	c := record.Clause{}
	switch rng.IntN(4) {
	case 0:
		c.Participant, c.Sectors = pick(rng, someCodes), some(rng, someSectors)
	case 1:
		c.Group, c.Sectors = pick(rng, someGroups), some(rng, someSectors)
	case 2:
		c.Organisation = pick(rng, someOrgs)
	default:
		c.Person = pick(rng, somePersons)
	}
	if rng.IntN(20) == 0 { // malformed: names two, or nobody
		c.Participant = pick(rng, append(someCodes, ""))
	}
	return c
}

// Viewer returns a random official, person of a stakeholder organisation, unregistered person or member of the public.
func Viewer(rng *rand.Rand) sharing.Viewer {
	v := sharing.Viewer{}
	switch rng.IntN(8) {
	case 0:
	case 1:
		v.Person, v.Organisation = pick(rng, somePersons), pick(rng, someOrgs)
		v.Registered, v.Groups = rng.IntN(2) == 0, some(rng, someGroups)
	default:
		v.Person, v.Participant, v.Registered = pick(rng, somePersons), pick(rng, someCodes), rng.IntN(4) > 0
		v.Sectors = some(rng, someSectors)
		if v.Registered {
			v.Groups = some(rng, someGroups)
		}
	}
	return v
}

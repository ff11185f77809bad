package simulation

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/health"
	"tocsin/internal/kinds/supply"
	"tocsin/internal/record"
)

// Volume makes up reports by the million, to try a machine with. They have no stories: every country reports what its
// share is, under every label, over the five years before now, in texts of words that are rare and words that are common.
type Volume struct {
	Now       time.Time
	Directory *coalition.Directory
	Persons   []string // ids, to whom what is RED is addressed

	states []string
	groups []string
	words  []string
}

// substances of the reports, the most common first.
var volumeSubstances = []string{"methamphetamine", "cocaine", "fentanyl", "tramadol", "mdma", "amphetamine", "ketamine", "fenetylline", "protonitazene", "mdmb-4en-pinaca", "mephedrone", "xylazine", "caffeine", "cannabis"}

// Reports returns n drafts. The same seed gives the same ones.
func (v *Volume) Reports(seed uint64, n int) iter.Seq[app.Draft] {
	v.prepare()
	rng := rand.New(rand.NewPCG(seed, 19610330))
	return func(yield func(app.Draft) bool) {
		for range n {
			if !yield(v.report(rng)) {
				return
			}
		}
	}
}

func (v *Volume) prepare() {
	for _, p := range v.Directory.Participants() {
		if p.Type == coalition.State {
			v.states = append(v.states, p.Code)
		}
	}
	v.groups = sectionsOf(v.Directory)
	syllables := []string{"ka", "lo", "mi", "ren", "tu", "sha", "vor", "pel", "dun", "ise", "qua", "zi"}
	for _, a := range syllables {
		for _, b := range syllables {
			for _, c := range syllables {
				v.words = append(v.words, a+b+c)
			}
		}
	}
}

// skewed returns an index below n, the lower the likelier, as rank does in texts and in trade (Zipf 1949).
func skewed(rng *rand.Rand, n int) int {
	return min(n-1, int(math.Pow(float64(n), rng.Float64()))-1)
}

func (v *Volume) report(rng *rand.Rand) app.Draft {
	w := &writer{rng: rng, country: v.states[skewed(rng, len(v.states))]}
	w.day = v.Now.AddDate(0, 0, -1-int(1825*rng.Float64()*rng.Float64()))
	s := volumeSubstances[skewed(rng, len(volumeSubstances))]
	var d app.Draft
	switch rng.IntN(10) {
	case 0, 1, 2:
		d = w.draft("identification", record.Green, detection.Finding{Origin: "seized", Taken: w.date(), Reported: w.date(), Country: w.country, Form: w.one("powder", "tablet", "crystal"),
			Standard: "yes", SoldAs: v.text(rng, 1), Laboratory: "Simulated national laboratory", Techniques: []detection.Technique{{Name: "gc", Positive: "yes"}, {Name: "ms", Positive: "yes"}},
			Components: []detection.Component{{Substance: s, Role: "main", Purity: math.Round(700*rng.Float64()) / 10}}})
	case 3, 4:
		d = w.draft("health-event", record.Green, health.Harm{Event: w.one("death", "treatment-contact"), Date: w.date(), Country: w.country, Certainty: "suspected", DateMeaning: "event",
			Age: w.one("15-24", "25-34", "35-44"), Sex: w.one("male", "female"), Involved: []health.Involved{{Substance: s, Certainty: "suspected"}}})
	default:
		d = w.draft("incident", record.Green, supply.Occurrence{Type: "seizure", Found: w.date(), Country: w.country, Mode: w.one("road", "sea", "post", "air-cargo"),
			Destination: v.states[skewed(rng, len(v.states))], Concealment: v.text(rng, 3), Circumstances: v.text(rng, 14), Consignment: fmt.Sprintf("C%08d", rng.IntN(1e8)),
			Goods: []supply.Good{{Substance: s, Quantity: math.Round(1 + 500*rng.ExpFloat64()), Unit: "kg"}}})
	}
	d.Sharing = v.rule(rng, w.country)
	return d
}

func (v *Volume) text(rng *rand.Rand, words int) string {
	out := make([]string, words)
	for i := range out {
		out[i] = v.words[skewed(rng, len(v.words))]
	}
	return strings.Join(out, " ")
}

// partners is with how many others a country shares what is not for everybody.
const partners = 6

// partner returns one of those with which a country works: the same few every time.
func (v *Volume) partner(rng *rand.Rand, country string) string {
	i := slices.Index(v.states, country)
	return v.states[(i+1+skewed(rng, partners)*7)%len(v.states)]
}

// rule draws a sharing rule: two thirds are for every official, the rest for the few that it concerns.
func (v *Volume) rule(rng *rand.Rand, country string) record.Sharing {
	clause := func(c record.Clause) []record.Clause { return []record.Clause{c} }
	other := func() string { return v.partner(rng, country) }
	switch n := rng.IntN(100); {
	case n < 66:
		return record.Sharing{TLP: record.Green}
	case n < 70:
		return record.Sharing{TLP: record.Clear}
	case n < 82:
		return record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Participant: other()}, {Participant: other(), Sectors: []string{"customs"}}}}
	case n < 91:
		return record.Sharing{TLP: record.Amber, Audience: clause(record.Clause{Group: v.groups[rng.IntN(len(v.groups))]})}
	case n < 97 || len(v.Persons) == 0:
		return record.Sharing{TLP: record.AmberStrict, Audience: clause(record.Clause{Participant: other()})}
	}
	return record.Sharing{TLP: record.Red, Audience: clause(record.Clause{Person: v.Persons[rng.IntN(len(v.Persons))]})}
}

// sectionsOf returns the sections of the Working Groups and Sub-Working Groups.
func sectionsOf(d *coalition.Directory) []string {
	var out []string
	for _, g := range slices.Concat(d.GroupsOf(coalition.WorkingGroup), d.GroupsOf(coalition.SubWorkingGroup)) {
		for _, s := range d.Sections() {
			out = append(out, g.ID+"/"+string(s.Hemisphere))
		}
	}
	return out
}

// Crowd returns n officials spread over all participants, each registered in one or two sections.
func Crowd(d *coalition.Directory, n int, from time.Time) []app.Enrolment {
	sectors := []coalition.Sector{coalition.LawEnforcement, coalition.Customs, coalition.Forensic, coalition.Health, coalition.Justice, coalition.Regulator, coalition.Policy}
	participants, sections := d.Participants(), sectionsOf(d)
	out := make([]app.Enrolment, n)
	for i := range out {
		p := participants[i%len(participants)]
		e := app.Enrolment{Person: coalition.Person{Email: fmt.Sprintf("official%d@%s", i, domain(p)), Name: fmt.Sprintf("Official %d of %s (simulated)", i, p.Names["en"]),
			Participant: p.Code, Sectors: []coalition.Sector{sectors[(i/len(participants)+i)%len(sectors)]}, Languages: []string{"en"}, Zone: p.Zone, Active: true}}
		if i < len(participants) {
			e.Person.Duties = []coalition.Duty{coalition.FocalPoint, coalition.Analyst}
		}
		for k := range 1 + i%2 {
			e.Registrations = append(e.Registrations, registration(sections[(i+7*k)%len(sections)], from))
		}
		out[i] = e
	}
	return out
}

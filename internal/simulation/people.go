package simulation

import (
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
)

// Role is a person of the demonstration whose place anybody may take with one click. Its texts are the message keys
// role.KEY and role.KEY.about.
type Role struct {
	Key   string
	Email string
}

// Roles are the people of the demonstration, in the order in which they are offered.
var Roles = []Role{
	{"analyst", "analyst@secretariat.example"},
	{"second", "second@secretariat.example"},
	{"secretariat", "secretariat@secretariat.example"},
	{"focal", "focal@sl.example"},
	{"laboratory", "laboratory@gh.example"},
	{"customs", "customs@jo.example"},
	{"health", "health@lr.example"},
	{"police", "police@nz.example"},
	{"organisation", "officer@unodc.example"},
	{"curator", "curator@secretariat.example"},
	{"outsider", "visitor@ch.example"},
}

// member describes one named person of the demonstration.
type member struct {
	email, name, participant, language string
	sectors                            []coalition.Sector
	duties                             []coalition.Duty
	groups                             []string // group/section
}

var members = []member{
	{"analyst@secretariat.example", "A. Analyst (simulated)", coalition.SecretariatCode, "en", []coalition.Sector{coalition.Health, coalition.Policy}, []coalition.Duty{coalition.Analyst, coalition.Secretariat}, []string{"swg2.1/west", "swg2.1/east"}},
	{"second@secretariat.example", "B. Reviewer (simulated)", coalition.SecretariatCode, "fr", []coalition.Sector{coalition.Policy}, []coalition.Duty{coalition.Analyst, coalition.Secretariat}, []string{"swg2.2/west"}},
	{"secretariat@secretariat.example", "C. Administrator (simulated)", coalition.SecretariatCode, "en", []coalition.Sector{coalition.Policy}, []coalition.Duty{coalition.Secretariat, coalition.Administrator}, []string{"wg1/west", "wg2/west", "wg3/west"}},
	{"curator@secretariat.example", "D. Curator (simulated)", coalition.SecretariatCode, "es", []coalition.Sector{coalition.Forensic}, []coalition.Duty{coalition.Curator}, []string{"swg2.1/west"}},
	{"focal@sl.example", "E. Focal Point (simulated)", "SL", "en", []coalition.Sector{coalition.Health, coalition.Policy}, []coalition.Duty{coalition.FocalPoint, coalition.Analyst}, []string{"wg3/west", "swg3.2/west"}},
	{"laboratory@gh.example", "F. Chemist (simulated)", "GH", "en", []coalition.Sector{coalition.Forensic}, nil, []string{"swg2.1/west"}},
	{"customs@jo.example", "G. Customs Officer (simulated)", "JO", "ar", []coalition.Sector{coalition.Customs}, nil, []string{"swg1.2/west"}},
	{"health@lr.example", "H. Physician (simulated)", "LR", "en", []coalition.Sector{coalition.Health}, []coalition.Duty{coalition.FocalPoint}, []string{"wg3/west", "swg2.1/west"}},
	{"police@nz.example", "I. Detective (simulated)", "NZ", "en", []coalition.Sector{coalition.LawEnforcement}, []coalition.Duty{coalition.FocalPoint}, []string{"wg1/east", "swg1.2/east"}},
	{"officer@unodc.example", "J. Programme Officer (simulated)", "unodc", "fr", []coalition.Sector{coalition.Policy}, nil, []string{"swg2.1/west", "swg1.1/east"}},
	{"visitor@ch.example", "K. Official, not registered (simulated)", "CH", "fr", []coalition.Sector{coalition.Policy}, nil, nil},
}

// People returns the people of the demonstration: those whose place can be taken, and one official of every other participant.
func People(d *coalition.Directory, from time.Time) []app.Enrolment {
	var out []app.Enrolment
	for _, m := range members {
		e := app.Enrolment{Person: coalition.Person{Email: m.email, Name: m.name, Participant: m.participant, Sectors: m.sectors, Duties: m.duties, Languages: []string{m.language}, Zone: "UTC", Active: true}}
		for _, g := range m.groups {
			e.Registrations = append(e.Registrations, registration(g, from))
		}
		out = append(out, e)
	}
	sectors := []coalition.Sector{coalition.LawEnforcement, coalition.Customs, coalition.Forensic, coalition.Health, coalition.Justice, coalition.Regulator, coalition.Policy}
	groups := []string{"wg1", "wg2", "wg3", "swg1.1", "swg1.2", "swg2.1", "swg2.2", "swg3.1", "swg3.2", "swg3.3"}
	for i, p := range d.Participants() {
		if p.Code == "CH" || p.Type == coalition.SecretariatType {
			continue
		}
		section := string(p.DefaultSection)
		if section == "" {
			section = "west"
		}
		out = append(out, app.Enrolment{
			Person: coalition.Person{Email: "official@" + domain(p), Name: "Official of " + p.Names["en"] + " (simulated)", Participant: p.Code,
				Sectors: sectors[i%len(sectors) : i%len(sectors)+1], Languages: []string{"en"}, Zone: p.Zone, Active: true},
			Registrations: []coalition.Registration{registration(groups[i%len(groups)]+"/"+section, from)},
		})
	}
	return out
}

// domain makes a domain name that is nobody's (RFC 2606): AU is Australia, au the African Union.
func domain(p *coalition.Participant) string {
	if p.Type == coalition.Organisation {
		return strings.ToLower(p.Code) + ".int.example"
	}
	return strings.ToLower(p.Code) + ".example"
}

func registration(at string, from time.Time) coalition.Registration {
	group, section, _ := strings.Cut(at, "/")
	return coalition.Registration{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{coalition.Member}, From: from}
}

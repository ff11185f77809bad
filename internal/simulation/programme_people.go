package simulation

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
)

// The addresses of those who act: the people whose place can be taken, and those whom the programme adds to them.
const (
	analyst    = "analyst@secretariat.example"
	reviewer   = "second@secretariat.example"
	focal      = "focal@sl.example"
	laboratory = "laboratory@gh.example"
	customs    = "customs@jo.example"
	physician  = "health@lr.example"
	detective  = "police@nz.example"
	officer    = "officer@unodc.example"

	sierraLeone = "chemist@sl.example"
	brazil      = "expert@br.example"
	colombia    = "expert@co.example"
	emirates    = "expert@ae.example"
	france      = "expert@fr.example"
	india       = "expert@in.example"
	kazakhstan  = "expert@kz.example"
	partner     = "partner@ngo.example"
)

// joining are the people whom the programme adds.
var joining = []member{
	{sierraLeone, "L. Chemist (simulated)", "SL", "en", []coalition.Sector{coalition.Forensic}, nil, []string{"swg2.1/west"}},
	{brazil, "M. Epidemiologist (simulated)", "BR", "pt", []coalition.Sector{coalition.Health}, nil, []string{"swg2.1/west"}},
	{colombia, "N. Forensic Expert (simulated)", "CO", "es", []coalition.Sector{coalition.Forensic}, nil, []string{"swg2.1/west", "swg3.3/west"}},
	{emirates, "O. Policy Adviser (simulated)", "AE", "ar", []coalition.Sector{coalition.Policy}, nil, []string{"swg2.1/west", "medd/west"}},
	{france, "P. Toxicologist (simulated)", "FR", "fr", []coalition.Sector{coalition.Forensic, coalition.Health}, nil, []string{"swg2.1/west", "swg3.2/west"}},
	{india, "Q. Regulator (simulated)", "IN", "en", []coalition.Sector{coalition.Regulator}, nil, []string{"swg2.1/east"}},
	{kazakhstan, "R. Narcologist (simulated)", "KZ", "ru", []coalition.Sector{coalition.Health}, nil, []string{"swg2.1/east", "swg3.2/east"}},
}

// chairs are the sections that people of the demonstration chair.
var chairs = []struct{ email, of string }{
	{laboratory, "swg2.1/west"}, {physician, "swg2.1/west"}, {kazakhstan, "swg2.1/east"}, {detective, "swg1.2/east"}, {customs, "swg1.2/west"}, {official("pl"), "swg1.2/west"}, {customs, "medd/west"},
}

// people adds experts, gives sections their co-chairs, and Sierra Leone somebody who may sign.
func (p *play) people() {
	from := p.a.Now().AddDate(-1, 0, 0)
	var list []app.Enrolment
	for _, m := range joining {
		e := app.Enrolment{Person: coalition.Person{Email: m.email, Name: m.name, Participant: m.participant, Sectors: m.sectors, Languages: []string{m.language, "en"}, Active: true}}
		if m.language == "en" {
			e.Person.Languages = []string{"en"}
		}
		if x, ok := p.d.Participant(m.participant); ok {
			e.Person.Zone = x.Zone
		}
		for _, g := range m.groups {
			e.Registrations = append(e.Registrations, registration(g, from))
		}
		list = append(list, e)
	}
	if _, err := p.a.Enrol(p.ctx, app.Operator, list); err != nil {
		p.err = fmt.Errorf("enrolling experts: %w", err)
	}
	for _, c := range chairs {
		p.do(c.email, "chairing "+c.of, func(v app.Viewer) error { return p.chair(v, c.of) })
	}
	p.do(focal, "the duty to sign", func(v app.Viewer) error {
		x := *v.Person // the cache's own stays as it is
		x.Duties = append(slices.Clone(x.Duties), coalition.Signatory)
		_, err := p.a.SavePerson(p.ctx, app.Operator, x)
		return err
	})
}

// chair makes a person co-chair of a section, beside what he is in it.
func (p *play) chair(v app.Viewer, of string) error {
	group, section, _ := strings.Cut(of, "/")
	g := registration(of, p.a.Now().AddDate(-1, 0, 0))
	g.Person = v.Person.ID
	list, err := p.a.People(p.ctx, app.Operator, v.Participant())
	if err != nil {
		return err
	}
	for _, m := range list {
		for _, r := range m.Registrations {
			if r.Person == v.Person.ID && r.Group == group && string(r.Section) == section {
				g = *r
			}
		}
	}
	g.Roles = append(slices.Clone(g.Roles), coalition.CoChairRole)
	_, err = p.a.Register(p.ctx, app.Operator, g)
	return err
}

package simulation

import (
	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/programme"
)

// partners are three organisations, two calls, and what one of the organisations puts before the Coalition.
func (p *play) partners() {
	verified := []move{{"verify", reviewer, ""}}
	p.perform("organisation",
		scene{by: analyst, share: officials, steps: verified, body: programme.Stakeholder{Type: "business", Industry: "chemical", Country: "DE", URL: "https://example.org/simulated/meridian", Contact: "compliance@meridian.example",
			Evidence: "Register of companies, and a call to the number that it gives.", Named: called(english("Meridian Fine Chemicals"), english("Makes solvents and intermediates, and sells to 40 countries."))}},
		scene{name: "ngo", by: physician, share: officials, steps: verified, body: programme.Stakeholder{Type: "ngo", Country: "LR", URL: "https://example.org/simulated/harbour", Contact: "contact@ngo.example",
			Evidence: "Known to the Ministry of Health for six years.", Named: called(text{"en": "Harbour Recovery Network", "fr": "Réseau de rétablissement du Port"}, english("People in recovery who help others on the street."))}},
		scene{by: analyst, share: officials, steps: verified, body: programme.Stakeholder{Type: "university", Country: "IN", URL: "https://example.org/simulated/institute", Contact: "office@institute.example",
			Evidence: "Letter of the rector.", Named: called(english("Institute for the Study of Synthetic Drugs"), nil)}},
	)
	p.do(analyst, "an account for a partner", func(app.Viewer) error {
		o, err := p.find("ngo")
		if err != nil {
			return err
		}
		_, err = p.a.SavePerson(p.ctx, app.Operator, coalition.Person{Email: partner, Name: "S. Director (simulated)", Stakeholder: o.ID, Languages: []string{"en"}, Zone: "Africa/Monrovia", Active: true})
		return err
	})
	p.perform("call",
		scene{name: "call", by: analyst, share: everybody, steps: moves("open-call"), body: programme.Invitation{Type: "submissions", Group: "wg3", Section: "both-sections", Opens: p.day(-20), Closes: p.day(40), Accepts: []string{"video", "presentation", "document"},
			Named: called(text{"en": "What works on the street", "es": "Lo que funciona en la calle", "ar": "ما ينجح في الشارع", "fr": "Ce qui marche dans la rue", "pt": "O que funciona na rua", "ru": "Что помогает на улице"},
				english("Organisations of civil society are asked to show, in a film or on ten pages, what has helped people who use synthetic opioids."))}},
		scene{name: "consultation", by: analyst, share: everybody, links: answers("advice-consulted"), steps: moves("open-call"), body: programme.Invitation{Type: "consultation", Group: "swg2.1/west", Section: "west", Opens: p.day(-2), Closes: p.day(21), Accepts: []string{"statement"},
			Named: called(text{"en": "Consultation: reference standards across borders", "fr": "Consultation : les étalons de référence par-delà les frontières"}, nil)}},
	)
	p.perform("submission",
		scene{name: "film", by: partner, private: true, links: under("call"), steps: []move{{step: "submit"}, {"publish", reviewer, ""}}, body: programme.Input{Country: "LR", Group: "wg3", Video: "https://example.org/simulated/film", Contact: "contact@ngo.example", Consent: "yes", Kinds: []string{"video"},
			Named: called(text{"en": "A night with the outreach team", "fr": "Une nuit avec l'équipe de rue"}, english("Eleven minutes. Everybody who is seen has agreed to it."))}},
		scene{name: "statement", by: partner, private: true, links: under("consultation"), steps: moves("submit"), body: programme.Input{Country: "LR", Group: "swg2.1/west", Contact: "contact@ngo.example", Consent: "yes", Kinds: []string{"statement"},
			Named: called(english("Tell people on the street as well"), english("Who finds a nitazene should tell those who use it, not only hospitals."))}},
	)
}

// experts are people who have agreed to be asked.
func (p *play) experts() {
	entry := func(by, name, institution, country, group, languages string, expertise ...string) scene {
		return scene{by: by, share: officials, body: programme.Profile{Named: called(english(name), nil), Institution: institution, Country: country, Group: group, Languages: fields(languages), Expertise: expertise, Contact: by, Consent: "yes"}}
	}
	p.perform("expert",
		entry(brazil, "M. Epidemiologist (simulated)", "A school of public health", "BR", "swg2.1", "pt es en", "epidemiology", "early-warning"),
		entry(france, "P. Toxicologist (simulated)", "A poison centre", "FR", "swg2.1", "fr en", "toxicology", "treatment"),
		entry(kazakhstan, "R. Narcologist (simulated)", "A treatment centre", "KZ", "swg3.2", "ru en", "treatment", "recovery"),
		entry(india, "Q. Regulator (simulated)", "A bureau of control", "IN", "swg1.1", "en", "precursor-control", "legislation"),
		entry(emirates, "O. Policy Adviser (simulated)", "A ministry", "AE", "medd", "ar en", "policy", "prevention"),
		entry(detective, "I. Detective (simulated)", "A police force", "NZ", "swg1.2", "en", "investigation", "cyber-investigation"),
	)
}

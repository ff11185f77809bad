package simulation

import (
	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/programme"
)

// services are what countries offer, who works in it, and how far it reaches.
func (p *play) services() {
	verified := func(code string) []move { return []move{{"verify", official(code), ""}} }
	p.perform("service",
		scene{by: brazil, steps: verified("br"), body: programme.Provided{Type: "treatment", Country: "BR", Subdivision: "BR-SP", Standard: "who-unodc-treatment", AssessedBy: "A national agency", From: p.day(-500), ValidTo: p.day(600), Places: 120, Served: 1840,
			Named: called(text{"en": "Community treatment in the east of the city", "pt": "Tratamento comunitário na zona leste", "es": "Tratamiento comunitario en el este de la ciudad"}, nil)}},
		scene{by: france, steps: verified("fr"), body: programme.Provided{Type: "drug-checking", Country: "FR", Standard: "national-standard", AssessedBy: "A regional health agency", From: p.day(-300), ValidTo: p.day(430), Served: 3200,
			Named: called(text{"en": "Drug checking at festivals and by post", "fr": "Analyse de produits en festival et par la poste"}, nil)}},
		scene{by: colombia, steps: verified("co"), body: programme.Provided{Type: "alternatives-to-incarceration", Country: "CO", Standard: "no-standard", Stage: "expansion", Models: []string{"pre-trial-diversion", "treatment-court"}, From: p.day(-900), Places: 300, Served: 211,
			Named: called(text{"en": "Treatment instead of trial, in six courts", "es": "Tratamiento en lugar de juicio, en seis juzgados"}, nil)}},
		scene{by: focal, body: programme.Provided{Type: "naloxone", Country: "SL", Standard: "no-standard", From: p.day(-50), Served: 940, Named: called(text{"en": "Naloxone in 46 health centres", "fr": "Naloxone dans 46 centres de santé"}, nil)}},
		scene{by: laboratory, steps: verified("gh"), body: programme.Provided{Type: "laboratory", Country: "GH", Standard: "iso-17025", AssessedBy: "A regional accreditation body", Level: "Seized materials", From: p.day(-1200), ValidTo: p.day(-30),
			Named: called(text{"en": "National laboratory: seized materials", "pt": "Laboratório nacional: materiais apreendidos"}, english("The new assessment has been asked for."))}},
		scene{by: kazakhstan, body: programme.Provided{Type: "prevention", Country: "KZ", Standard: "unodc-who-prevention", AssessedBy: "A ministry", From: p.day(-200), ValidTo: p.day(900), Served: 15400,
			Named: called(text{"en": "Prevention in 210 schools", "ru": "Профилактика в 210 школах"}, nil)}},
		scene{by: emirates, steps: verified("ae"), body: programme.Provided{Type: "recovery", Country: "AE", Standard: "icq-seal", AssessedBy: "An international council", Level: "Second", From: p.day(-150), ValidTo: p.day(940), Places: 60, Served: 174,
			Named: called(text{"en": "A year of recovery, with work", "ar": "سنة من التعافي مع عمل"}, nil)}},
		scene{by: detective, body: programme.Provided{Type: "contact-point", Country: "NZ", From: p.day(-400), Named: called(english("Contact point for parcels, day and night"), nil)}},
	)
	p.perform("workforce",
		scene{by: kazakhstan, steps: verified("kz"), body: programme.Certified{Country: "KZ", Curriculum: "universal-treatment", Level: "icap-one", Number: 84, Expiring: 12, Date: p.day(-60), AssessedBy: "A credentialing commission"}},
		scene{by: official("ph"), body: programme.Certified{Country: "PH", Curriculum: "universal-prevention", Level: "prevention-specialist", Number: 310, Expiring: 44, Date: p.day(-90)}},
		scene{by: brazil, body: programme.Certified{Country: "BR", Curriculum: "national-curriculum", Level: "national-certificate", Number: 5230, Date: p.day(-30)}},
		scene{by: emirates, steps: verified("ae"), body: programme.Certified{Country: "AE", Curriculum: "universal-recovery", Level: "recovery-peer", Number: 57, Expiring: 5, Date: p.day(-45)}},
	)
	p.coverage()
}

// coverage are figures of how many people help reaches.
func (p *play) coverage() {
	year := p.a.Now().Year() - 1
	var list []scene
	for _, x := range []struct {
		by, country    string
		kits, patients float64
	}{{focal, "SL", 1260, 75}, {france, "FR", 98400, 178000}, {brazil, "BR", 14100, 2600}} {
		figure := func(indicator string, n float64) scene {
			return scene{by: x.by, share: officials, body: detection.Statistic{Indicator: indicator, Country: x.country, Year: year, Months: 12, Value: number(n), Source: "Simulated figure"}}
		}
		list = append(list, figure("Naloxone kits distributed", x.kits), figure("People in opioid agonist treatment", x.patients))
	}
	p.perform("figure", list...)
}

// laws are of three countries: single substances, and a class in the words of a law.
func (p *play) laws() {
	p.perform("law",
		scene{by: focal, share: everybody, links: answers("kush-alert"), body: programme.Control{Country: "SL", About: about("protonitazene", "metonitazene", "mdmb-4en-pinaca"), Instrument: "Simulated Dangerous Substances Order 7", Schedule: "First Schedule", From: p.day(-20), Provisional: "yes", Model: "temporary",
			URL: "https://example.org/simulated/order-7", CheckedOn: p.day(-3), Named: called(text{"en": "Emergency control of three substances found in kush", "fr": "Contrôle d'urgence de trois substances trouvées dans le kush"}, nil)}},
		scene{name: "draft-law", by: focal, private: true, share: everybody, links: answers("kush-alert"), steps: moves("propose"), body: programme.Control{Country: "SL", About: about("synthetic-cannabinoid"), Instrument: "Simulated Bill 12", Model: "generic-definition", CheckedOn: p.day(-3),
			Wording: "Any substance that acts as an agonist at the receptor named in the Annex and whose structure has the four parts there described.", Named: called(english("Synthetic cannabinoids as a class"), nil)}},
		scene{by: detective, share: everybody, body: programme.Control{Country: "NZ", About: about("nitazene"), Instrument: "Simulated Misuse Order 3", Schedule: "Part 1", From: p.day(-800), Model: "generic-definition", CheckedOn: p.day(-40),
			Wording: "Any substance structurally derived from 2-benzylbenzimidazole by substitution at the nitrogen of the chain, the benzyl ring or the fused ring.", Named: called(english("Nitazenes, as a class defined by structure"), nil)}},
		scene{by: colombia, share: everybody, body: programme.Control{Country: "CO", About: about("fentanyl", "carfentanil"), Instrument: "Resolución simulada 41", Schedule: "Lista I", From: p.day(-1500), Model: "individual-list", CheckedOn: p.day(-15),
			Named: called(text{"en": "Fentanyl and carfentanil", "es": "Fentanilo y carfentanilo"}, nil)}},
		scene{by: colombia, share: everybody, body: programme.Control{Country: "CO", About: about("xylazine"), Instrument: "Resolución simulada 58", Schedule: "Lista IV", From: p.day(-100), Model: "individual-list", CheckedOn: p.day(-15),
			Named: called(text{"en": "Xylazine outside veterinary care", "es": "Xilacina fuera del uso veterinario"}, nil)}},
	)
}

package simulation

import (
	"fmt"

	"tocsin/internal/app"
	"tocsin/internal/kinds/programme"
)

func number(x float64) *float64 { return &x }

// actions are what countries do. Two are measured by a series of the reports; one takes up what a meeting decided.
func (p *play) actions() {
	p.perform("action",
		scene{name: "sl-action", by: sierraLeone, links: answers("kush-signal"), steps: moves("begin"), body: programme.Deed{Type: "unit-or-reform", Theme: "access-to-services", Group: "swg2.1", Lines: []string{"l5"}, Date: p.day(-56), Due: p.day(120),
			Named:    called(text{"en": "Naloxone in every health centre of four districts", "fr": "De la naloxone dans chaque centre de santé de quatre districts", "es": "Naloxona en cada centro de salud de cuatro distritos"}, english("Kits and a day of training for each centre; what is used is counted every week.")),
			Measure:  programme.Measure{Indicator: "Deaths a week in which a nitazene was found", SeriesPlace: "SL", SeriesAbout: "nitazene", SeriesSource: "health-event/death", Baseline: number(4), Target: number(1)},
			Evidence: "https://example.org/simulated/naloxone-districts"}},
		scene{by: laboratory, links: answers("fentanyl-signal"), steps: moves("begin", "complete"), body: programme.Deed{Type: "unit-or-reform", Theme: "intelligence-platforms", Group: "swg2.1", Lines: []string{"l4"}, Date: p.day(-90), Due: p.day(-10),
			Named:   called(text{"en": "Pharmacies count their fentanyl ampoules every week", "pt": "Farmácias contam as ampolas de fentanil toda semana"}, nil),
			Measure: programme.Measure{Indicator: "Identifications of fentanyl a week", SeriesPlace: "GH", SeriesAbout: "fentanyl", SeriesSource: "identification", Baseline: number(1), Target: number(0)}}},
		scene{by: sierraLeone, share: membersOf("swg2.1/west"), links: answers("west-autumn"), body: programme.Deed{Named: called(english(decided), nil), Type: "other-act", Theme: programme.ThemeOf([]string{"wg2"}), Group: "swg2.1/west",
			Lines: []string{"l4", "l5"}, Date: p.day(0), Due: p.day(40)}},
		scene{by: physician, links: answers("kush-alert"), body: programme.Deed{Type: "policy-or-law", Theme: "legislation", Group: "wg3", Lines: []string{"l7"}, Date: p.day(0), Due: p.day(60),
			Named: called(text{"en": "Emergency order on nitazenes as a class", "fr": "Ordonnance d'urgence sur les nitazènes en tant que classe"}, nil)}},
		scene{by: brazil, links: answers("advice-agreed"), steps: moves("begin"), body: programme.Deed{Type: "support", Theme: "strategy-and-contact", Group: "swg2.1", Lines: []string{"l5"}, Date: p.day(0), Due: p.day(180),
			Named: called(text{"en": "A message form from laboratory to hospital, offered to others", "pt": "Formulário de aviso do laboratório ao hospital, oferecido a outros países", "es": "Formulario de aviso del laboratorio al hospital, ofrecido a otros países"}, nil)}},
		scene{by: kazakhstan, links: answers("advice-agreed"), body: programme.Deed{Type: "policy-or-law", Theme: "legislation", Group: "swg2.1", Lines: []string{"l7"}, Date: p.day(0), Due: p.day(200),
			Named: called(text{"en": "Duty to report laboratory findings to health services", "ru": "Обязанность сообщать службам здравоохранения о находках лабораторий"}, nil)}},
		scene{by: france, steps: moves("begin"), body: programme.Deed{Type: "support", Theme: "accreditation", Group: "swg3.2", Lines: []string{"l9"}, Date: p.day(-40), Due: p.day(200),
			Named: called(text{"en": "Training of assessors of treatment services, in French", "fr": "Formation d'évaluateurs des services de soins, en français"}, nil)}},
		scene{by: emirates, steps: moves("begin", "complete"), body: programme.Deed{Type: "private-engagement", Theme: "private-sector", Group: "swg1.1", Lines: []string{"l1"}, Date: p.day(-110), Due: p.day(-30), Evidence: "https://example.org/simulated/ten-questions.pdf",
			Named: called(text{"en": "Ten questions to a new customer, agreed with the chemical industry", "ar": "عشرة أسئلة لعميل جديد متفق عليها مع الصناعة الكيميائية", "fr": "Dix questions à un nouveau client, convenues avec l'industrie chimique"}, nil)}},
		scene{by: india, body: programme.Deed{Type: "hosting", Theme: "private-sector", Group: "swg1.1", Lines: []string{"l1"}, Date: p.day(40), Due: p.day(42), Named: called(english("A regional workshop on precursors without names"), nil)}},
		scene{by: customs, links: answers("captagon-signal"), body: programme.Deed{Type: "other-act", Theme: "intelligence-platforms", Group: "swg1.2", Lines: []string{"l2", "l3"}, Date: p.day(-14), Due: p.day(30),
			Named: called(text{"en": "A second scanner at one border post", "ar": "جهاز مسح ثان في مركز حدودي"}, nil)}},
		scene{by: detective, steps: []move{{step: "begin"}, {"abandon", detective, "The initiative was full; another is being looked for."}}, body: programme.Deed{Type: "interest-in-initiative", Theme: "intelligence-platforms", Group: "swg1.2", Date: p.day(-130),
			Named: called(english("Wish to join a training on parcels"), nil)}},
	)
}

// commitments are three: one on track, one late, one kept.
func (p *play) commitments() {
	p.perform("commitment",
		scene{name: "sl-commitment", by: sierraLeone, links: answers("advice-agreed", "kush-alert"), steps: moves("begin"), body: programme.Promise{Verb: "establish", Partners: []string{"GH", "unodc"}, Lines: []string{"l4", "l5"}, Date: p.day(0), Occasion: "Simulated commitment",
			Named:      called(text{"en": "A line from the laboratory to every hospital, day and night", "es": "Una línea del laboratorio a cada hospital, día y noche", "fr": "Une ligne du laboratoire à chaque hôpital, jour et nuit", "ar": "خط من المختبر إلى كل مستشفى ليلا ونهارا"}, nil),
			Milestones: []programme.Milestone{{Title: "A list of hospitals and who answers there", Due: p.day(10), Done: p.day(0), Evidence: "https://example.org/simulated/hospitals"}, {Title: "First findings sent within a day", Due: p.day(45)}, {Title: "Every district", Due: p.day(150)}},
			Updates:    []programme.Update{{Date: p.day(0), Text: "The list stands: 31 hospitals have named somebody."}}}},
		scene{by: laboratory, links: answers("west-winter"), steps: moves("begin"), body: programme.Promise{Verb: "expand", Lines: []string{"l4"}, Date: p.day(-240), Occasion: "Simulated commitment",
			Named:      called(text{"en": "Regional analyses for neighbours without a mass spectrometer", "fr": "Analyses régionales pour les voisins sans spectromètre de masse", "pt": "Análises regionais para vizinhos sem espectrômetro de massas"}, nil),
			Milestones: []programme.Milestone{{Title: "Agreement with two neighbours", Due: p.day(-160), Done: p.day(-150)}, {Title: "A courier that may carry samples", Due: p.day(-20)}, {Title: "Fifty samples", Due: p.day(80)}},
			Updates:    []programme.Update{{Date: p.day(-150), Text: "Both agreements are signed."}, {Date: p.day(-12), Text: "The courier's permit waits for a stamp; a second courier has been asked."}}}},
		scene{by: colombia, links: answers("west-winter"), steps: moves("begin", "complete"), body: programme.Promise{Verb: "help", Partners: []string{"PE", "oas-cicad"}, Lines: []string{"l6"}, Date: p.day(-300), Occasion: "Simulated commitment",
			Named:      called(text{"en": "A dictionary of street names, open to the region", "es": "Un diccionario de nombres de la calle, abierto a la región", "pt": "Um dicionário de nomes de rua, aberto à região"}, nil),
			Milestones: []programme.Milestone{{Title: "Three hundred names", Due: p.day(-200), Done: p.day(-210)}, {Title: "Names of two neighbours", Due: p.day(-90), Done: p.day(-95)}},
			Updates:    []programme.Update{{Date: p.day(-95), Text: "El diccionario contiene 412 nombres de tres países."}}}},
	)
}

// pledges are the signature of Sierra Leone, by one and confirmed by another, and two reports on shipped ones.
func (p *play) pledges() {
	p.perform("pledge", scene{name: "pledge", by: focal, share: everybody, steps: []move{{step: "sign"}, {"confirm-signature", sierraLeone, ""}}, body: programme.Signature{Signatory: "Minister of Health (simulated)", Occasion: "Simulated signature"}})
	for _, x := range []struct{ by, country string }{{official("au"), "AU"}, {laboratory, "GH"}} {
		p.shipped("pledge-"+x.country, "pledge", x.country)
		p.perform("pledge-report", scene{by: x.by, share: everybody, links: under("pledge-" + x.country), steps: moves("submit"), body: programme.YearReport{Year: p.a.Now().Year() - 1, Answers: reported(x.country)}})
	}
}

// shipped names a record of the shipped facts, by its owner.
func (p *play) shipped(name, kind, owner string) {
	if p.err != nil {
		return
	}
	l, err := p.a.List(p.ctx, app.Operator, app.Query{Kind: kind, Owner: owner})
	switch {
	case err != nil:
		p.err = fmt.Errorf("looking for the %s of %s: %w", kind, owner, err)
	case len(l.Records) == 0:
		p.err = fmt.Errorf("there is no %s of %s: the shipped facts come first", kind, owner)
	default:
		p.made[name] = l.Records[0].Record
	}
}

// reported are a state's seven answers; states have come to different points.
func reported(code string) []programme.Answer {
	said := map[string]text{
		"regulate-controlled":         {"AU": "All substances of the year's decisions are scheduled.", "GH": "Two of the year's substances are scheduled; three are in draft."},
		"review-and-close-gaps":       {"AU": "A class of synthetic opioids is controlled by its structure.", "GH": "A review has begun."},
		"public-private-partnerships": {"AU": "Couriers and the customs meet every month.", "GH": "A first round table with importers was held."},
		"share-shipments":             {"AU": "Shipments are notified before export.", "GH": "Shipments are notified on paper."},
		"monitor-trends":              {"AU": "Wastewater is analysed in 60 places.", "GH": "The laboratory reports every finding."},
		"treatment-access":            {"AU": "Take-home naloxone is free.", "GH": "Two regions offer treatment with methadone."},
		"capacity-building":           {"AU": "Twelve chemists of the Pacific were trained.", "GH": "Three chemists were trained abroad."},
	}
	status := map[string][]string{"AU": {"achieved", "achieved", "achieved", "achieved", "in-progress", "achieved", "in-progress"}, "GH": {"in-progress", "in-progress", "in-progress", "not-begun", "achieved", "in-progress", "in-progress"}}
	var out []programme.Answer
	for i, action := range programme.PledgeActions {
		out = append(out, programme.Answer{Action: action, Status: status[code][i], Text: said[action][code]})
	}
	return out
}

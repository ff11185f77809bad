package simulation

import "tocsin/internal/kinds/programme"

func about(ids ...string) (out []programme.Subject) {
	for _, id := range ids {
		out = append(out, programme.Subject{Substance: id})
	}
	return out
}

// needs are of six countries, one under each theme.
func (p *play) needs() {
	p.perform("need",
		scene{name: "sl-need", by: focal, links: answers("kush-alert"), steps: moves("meet-in-part"), body: programme.Wanted{Country: "SL", Theme: "access-to-services", Lines: []string{"l10"}, Resource: "treatment", Amount: 420000, Currency: "USD", People: 600,
			Language: []string{"en"}, From: p.day(0), Due: p.day(200), About: about("nitazene"), Named: called(text{"en": "Naloxone and a day of training for health centres", "fr": "Naloxone et une journée de formation pour les centres de santé"}, nil)}},
		scene{name: "lr-need", by: physician, links: answers("kush-alert"), body: programme.Wanted{Country: "LR", Theme: "intelligence-platforms", Lines: []string{"l4"}, Resource: "equipment", Amount: 180000, Currency: "USD", From: p.day(0), Due: p.day(300),
			About: about("protonitazene"), Named: called(text{"en": "A mass spectrometer and somebody to maintain it", "es": "Un espectrómetro de masas y quien lo mantenga", "fr": "Un spectromètre de masse et quelqu'un pour l'entretenir"}, nil)}},
		scene{by: laboratory, links: answers("kush-signal"), body: programme.Wanted{Country: "GH", Theme: "strategy-and-contact", Lines: []string{"l4"}, Resource: "standards", From: p.day(-30), Due: p.day(90), About: about("nitazene"),
			Named: called(text{"en": "Reference standards of four nitazenes", "pt": "Padrões de referência de quatro nitazenos"}, nil)}},
		scene{by: official("ke"), body: programme.Wanted{Country: "KE", Theme: "private-sector", Lines: []string{"l1"}, Resource: "training", People: 40, Language: []string{"en"}, From: p.day(-70), Due: p.day(120), About: about("fentanyl"),
			Named: called(english("Training of pharmacists and wholesalers against diversion"), nil)}},
		scene{name: "kz-need", by: kazakhstan, body: programme.Wanted{Country: "KZ", Theme: "accreditation", Lines: []string{"l9"}, Resource: "training", People: 120, Language: []string{"ru"}, From: p.day(-100), Due: p.day(260),
			Named: called(text{"en": "Certified trainers of treatment staff, in Russian", "ru": "Сертифицированные преподаватели для персонала лечебных служб, на русском языке"}, nil)}},
		scene{by: official("pe"), steps: moves("meet"), body: programme.Wanted{Country: "PE", Theme: "legislation", Lines: []string{"l7"}, Resource: "legislative-drafting", Language: []string{"es"}, From: p.day(-260), Due: p.day(-20), About: about("fentanyl-group"),
			Named: called(text{"en": "Help in drafting a definition of fentanyls as a class", "es": "Ayuda para redactar una definición de los fentanilos como clase"}, nil)}},
	)
}

// contributions are of five donors, and one of an organisation that is part of a donor's. Some say to everybody what they
// give, as IATI wants.
func (p *play) contributions() {
	paid := func(days int, value float64) programme.Transaction {
		return programme.Transaction{Type: "disbursement", Date: p.day(days), Value: value}
	}
	p.perform("contribution",
		scene{name: "us-gift", by: official("us"), share: everybody, links: answers("lr-need"), steps: moves("commit", "disburse"), body: programme.Gift{Identifier: "XX-SIM-US-01", Form: "grant", Recipients: []string{"SL", "LR", "GH"}, Through: "unodc", Theme: "strategy-and-contact", Lines: []string{"l4", "l5"},
			Purpose: "16063", Amount: 2400000, Currency: "USD", From: p.day(-200), Due: p.day(500), Transactions: []programme.Transaction{{Type: "commitment-made", Date: p.day(-200), Value: 2400000}, paid(-150, 600000), paid(-30, 450000)},
			Named: called(text{"en": "Laboratories of West Africa", "fr": "Laboratoires d'Afrique de l'Ouest"}, nil)}},
		scene{by: officer, links: answers("lr-need"), steps: moves("disburse"), body: programme.Gift{Identifier: "XX-SIM-UNODC-07", Includes: "XX-SIM-US-01", Form: "expertise", Recipients: []string{"LR"}, Theme: "strategy-and-contact", Lines: []string{"l4"}, Purpose: "16063",
			Amount: 310000, Currency: "USD", From: p.day(-140), Due: p.day(220), Transactions: []programme.Transaction{paid(-40, 95000)}, Named: called(text{"en": "Chemists who train chemists in Liberia", "es": "Químicos que forman a químicos en Liberia"}, nil)}},
		scene{by: official("gb"), share: everybody, links: answers("sl-need"), steps: moves("commit"), body: programme.Gift{Identifier: "XX-SIM-GB-3", Form: "grant", Recipients: []string{"SL"}, Through: "who", Theme: "access-to-services", Lines: []string{"l10"}, Purpose: "12110",
			Amount: 160000, Currency: "GBP", From: p.day(0), Due: p.day(180), Transactions: []programme.Transaction{{Type: "commitment-made", Date: p.day(0), Value: 160000}}, Named: called(english("Naloxone for health centres"), nil)}},
		scene{by: official("eu"), share: everybody, steps: moves("commit", "disburse", "complete"), body: programme.Gift{Identifier: "XX-SIM-EU-114", Form: "grant", Recipients: []string{"KE", "NG"}, Theme: "legislation", Lines: []string{"l7"}, Purpose: "15130", Amount: 750000, Currency: "EUR",
			From: p.day(-700), Due: p.day(-60), Transactions: []programme.Transaction{paid(-600, 400000), paid(-120, 350000)}, Named: called(text{"en": "Two laws on new substances, from draft to gazette", "fr": "Deux lois sur les nouvelles substances, du projet à la publication", "pt": "Duas leis sobre novas substâncias, do projeto à publicação"}, nil)}},
		scene{by: official("jp"), body: programme.Gift{Identifier: "XX-SIM-JP-20", Form: "loan", Recipients: []string{"PH", "VN"}, Theme: "intelligence-platforms", Lines: []string{"l2"}, Purpose: "16063", Amount: 900000000, Currency: "JPY", From: p.day(60), Due: p.day(1500),
			Named: called(english("Scanners for three ports"), nil)}},
		scene{by: emirates, body: programme.Gift{Identifier: "XX-SIM-AE-5", Form: "in-kind", Recipients: []string{"JO", "EG"}, Theme: "private-sector", Lines: []string{"l1"}, Amount: 1500000, Currency: "AED", From: p.day(-20), Due: p.day(160),
			Named: called(text{"en": "Places for inspectors of chemical trade in a yearly course", "ar": "مقاعد لمفتشي تجارة المواد الكيميائية في دورة سنوية"}, nil)}},
	)
}

// wish is a country's interest in an initiative.
func wish(name, by, in, purpose string, people int, lang string, steps ...move) scene {
	return scene{name: name, by: by, private: true, links: under(in), steps: append([]move{{step: "send"}}, steps...), body: programme.Wish{Purpose: purpose, People: people, Languages: []string{lang}, Contact: by}}
}

// initiatives are three, one of them with a single place. Countries wish to take part, and come to different ends.
func (p *play) initiatives() {
	trainers := "official@colombo-plan.int.example"
	p.perform("initiative",
		scene{name: "standards", by: officer, share: everybody, links: answers("kush-alert"), steps: moves("publish"), body: programme.Offer{Group: "swg2.1", Lines: []string{"l4"}, Theme: "strategy-and-contact", Implementer: "unodc", Resource: "standards", Languages: []string{"en", "fr"},
			About: about("nitazene"), Contact: officer, URL: "https://example.org/simulated/standards",
			Named:      called(text{"en": "Reference standards on loan", "es": "Patrones de referencia en préstamo", "ar": "معايير مرجعية على سبيل الإعارة", "fr": "Étalons de référence en prêt", "pt": "Padrões de referência por empréstimo", "ru": "Эталонные образцы во временное пользование"}, nil),
			Background: text{"en": "Few laboratories hold standards of new opioids.", "fr": "Peu de laboratoires détiennent des étalons de nouveaux opioïdes."}, Activities: text{"en": "Lending, a courier, a method for each standard, a yearly exercise."},
			GlobalOutcomes: text{"en": "Findings that can be compared between countries."}, NationalOutcome: text{"en": "A laboratory that confirms what it finds.", "fr": "Un laboratoire qui confirme ce qu'il trouve."}}},
		scene{name: "fellowship", by: france, share: everybody, steps: moves("publish"), body: programme.Offer{Group: "swg2.1", Lines: []string{"l4"}, Theme: "intelligence-platforms", Implementer: "FR", Resource: "training", Capacity: 1, Languages: []string{"fr", "en"}, Contact: france,
			Named: called(text{"en": "Three months in a toxicology laboratory", "fr": "Trois mois dans un laboratoire de toxicologie", "pt": "Três meses em um laboratório de toxicologia"}, text{"en": "One place a year; travel and lodging are paid."}), Eligibility: "A degree in chemistry and a letter of the own laboratory."}},
		scene{name: "trainers", by: trainers, share: everybody, links: answers("kz-need"), steps: moves("publish"), body: programme.Offer{Group: "swg3.2", Lines: []string{"l8", "l9"}, Theme: "accreditation", Implementer: "colombo-plan", Resource: "training", Capacity: 20,
			Languages: []string{"ru", "en"}, Named: called(text{"en": "Trainers of treatment staff", "ru": "Преподаватели для персонала лечебных служб", "es": "Formadores del personal de tratamiento"}, nil), Activities: text{"en": "Two courses a year and an examination."}}},
	)
	p.perform("interest",
		wish("evaluated", sierraLeone, "standards", "We find nitazenes and cannot confirm them.", 4, "en", move{"consider", officer, ""}, move{"offer", officer, ""}, move{step: "take-part"}),
		wish("", laboratory, "standards", "To confirm what neighbours send us.", 3, "en", move{"consider", officer, ""}),
		wish("", physician, "standards", "For the laboratory that is being set up.", 2, "en", move{"offer", officer, ""}),
		wish("", official("ke"), "standards", "For a private laboratory.", 6, "en", move{"decline", officer, "Standards are lent to laboratories of the state only."}),
		wish("", official("bj"), "standards", "Pour confirmer le tramadol.", 2, "fr"),
		wish("fellow", official("ma"), "fellowship", "Une chimiste de notre laboratoire national.", 1, "fr", move{"offer", france, ""}, move{step: "take-part"}),
		wish("waiting", laboratory, "fellowship", "One chemist, after our accreditation.", 1, "en", move{"consider", france, ""}, move{"put-on-waiting-list", france, ""}),
		wish("", kazakhstan, "trainers", "Двенадцать наркологов из шести областей.", 12, "ru", move{"offer", trainers, ""}, move{step: "take-part"}),
		wish("", official("ph"), "trainers", "Staff of new community services.", 8, "en", move{"offer", trainers, ""}),
		wish("", official("uz"), "trainers", "Преподаватели двух институтов.", 5, "ru", move{step: "take-back", reason: "The course falls into our examinations."}),
	)
	revise(p, "evaluated", sierraLeone, func(w *programme.Wish) {
		w.Evaluation, w.Rating = "The standards came after eleven days. Four findings could be confirmed, two were something else. A second courier would help.", 4
	})
	p.move("evaluated", move{step: "finish", by: sierraLeone})
	p.move("fellowship", move{step: "fill", by: france})
}

package simulation

import "tocsin/internal/kinds/programme"

// recommendations are four, one at each end that one can come to. Their texts are nobody's.
func (p *play) recommendations() {
	p.perform("recommendation",
		scene{name: "advice-drafted", by: brazil, share: membersOf("swg2.1/west"), links: answers("west-autumn"), body: programme.Advice{Group: "swg2.1/west", Theme: "strategy-and-contact", Number: "SIM-1",
			Named: called(text{"en": "Describe the costs of a national early warning network", "pt": "Descrever os custos de uma rede nacional de alerta precoce"},
				text{"en": "A country that sets up a network should know beforehand what it costs each year: people, reference standards, courier services.\n\nThe group should keep a table of such costs from countries that have a network, by size of the country.\n\nThe table should be brought up to date once a year.",
					"pt": "O país que cria uma rede deve saber antes quanto ela custa por ano: pessoas, padrões de referência, transporte.\n\nO grupo deve manter uma tabela desses custos, por tamanho do país.\n\nA tabela deve ser atualizada uma vez por ano."})}},
		scene{name: "advice-consulted", by: laboratory, share: membersOf("swg2.1/west"), links: answers("kush-alert", "west-autumn"), steps: moves("consult"), body: programme.Advice{Group: "swg2.1/west", Theme: "strategy-and-contact", Number: "SIM-2", Until: p.day(21),
			Named: called(text{"en": "Share reference standards among neighbouring laboratories", "es": "Compartir patrones de referencia entre laboratorios vecinos", "ar": "تبادل المعايير المرجعية بين المختبرات المتجاورة", "fr": "Partager les étalons de référence entre laboratoires voisins", "pt": "Partilhar padrões de referência entre laboratórios vizinhos", "ru": "Обмениваться эталонными образцами между соседними лабораториями"},
				text{"en": "Laboratories that hold a reference standard of a nitazene should lend a measured amount to neighbours that have none.\n\nA customs declaration agreed beforehand should let such an amount cross the border within three working days.\n\nEach loan should be written down in a common list, so that everybody knows who can confirm what.",
					"fr": "Les laboratoires qui détiennent un étalon de nitazène devraient en prêter une quantité mesurée aux voisins qui n'en ont pas.\n\nUne déclaration en douane convenue d'avance devrait lui faire passer la frontière en trois jours ouvrables.\n\nChaque prêt devrait figurer dans une liste commune, pour que chacun sache qui peut confirmer quoi."})}},
		scene{name: "advice-agreed", by: laboratory, share: membersOf("swg2.1"), links: answers("kush-alert"), steps: moves("consult"), body: programme.Advice{Group: "swg2.1/west", Theme: "strategy-and-contact", Number: "SIM-3", Until: p.day(7),
			Named: called(text{"en": "Tell health services of laboratory findings within a day", "es": "Informar a los servicios de salud de los hallazgos de laboratorio en un día", "fr": "Informer les services de santé des résultats de laboratoire dans la journée", "ar": "إبلاغ الخدمات الصحية بنتائج المختبرات خلال يوم واحد", "ru": "Сообщать службам здравоохранения о находках лабораторий в течение суток"},
				text{"en": "Where a laboratory finds a nitazene in material sold as kush, health services of the district should know of it within a day.\n\nThe message should say what was found, where, and what helps; it should not wait for a second analysis, and say so.\n\nHealth services should answer whether they have seen harm, so that the laboratory knows where to look next.",
					"ru": "Если лаборатория находит нитазен в веществе, которое продают как «куш», службы здравоохранения района должны узнать об этом в течение суток.\n\nВ сообщении следует указать, что найдено, где и что помогает; не следует ждать второго анализа, но об этом надо сказать.\n\nСлужбы здравоохранения должны ответить, видели ли они вред, чтобы лаборатория знала, где искать дальше."})}},
		scene{name: "advice-withdrawn", by: physician, share: membersOf("swg2.1/west"), links: answers("west-autumn"), steps: []move{{"withdraw", laboratory, "It would warn vendors before anybody could act; the third recommendation says what is left of it."}},
			body: programme.Advice{Group: "swg2.1/west", Theme: "intelligence-platforms", Number: "SIM-4",
				Named: called(english("Publish the names under which vendors offer kush online"), english("Participants should collect the names under which vendors offer kush online.\n\nThe names should be published once a month.\n\nPlatforms should be asked to remove them."))}},
	)
	p.discuss("advice-consulted", said{brazil, "1", "Please say how much: for many methods ten milligrams are enough."}, said{sierraLeone, "1", "We would borrow at once."}, said{officer, "1", "Our own programme lends standards as well; the list should hold both."},
		said{emirates, "2", "ثلاثة أيام عمل قصيرة لمن يحتاج إلى إذن استيراد؛ نقترح خمسة."}, said{france, "2", "La déclaration devrait renvoyer au formulaire existant, sinon deux documents se contrediront."},
		said{colombia, "3", "La lista debe indicar también hasta cuándo es válido el patrón."}, said{physician, "3", "Agreed, and please keep the list where hospitals can read it."})
	p.ask("advice-consulted", reply{brazil, "support", ""}, reply{sierraLeone, "support", ""}, reply{colombia, "support", ""}, reply{france, "support-with-changes", "Paragraphe 2 : renvoyer au formulaire existant."},
		reply{emirates, "concerns", "المهلة قصيرة."})
	p.discuss("advice-agreed", said{sierraLeone, "2", "“It should not wait” is right: the second analysis takes us nine days."}, said{kazakhstan, "3", "Предлагаем указать срок и для ответа больниц."})
	p.ask("advice-agreed", reply{sierraLeone, "support", ""}, reply{brazil, "support", ""}, reply{france, "support", ""}, reply{kazakhstan, "support-with-changes", "Срок для ответа больниц."}, reply{india, "support", ""})
	p.move("advice-agreed", move{"agree", physician, ""})
}

package simulation

import (
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/kinds/programme"
)

func fields(s string) []string { return strings.Fields(s) }

// discussions are questions to experts and topics of groups, with what was said to them.
func (p *play) discussions() {
	p.perform("question",
		scene{name: "naloxone-question", by: physician, share: membersOf("swg2.1/west"), links: answers("kush-alert"), body: programme.Asked{Group: "swg2.1/west", Due: p.day(7), Language: []string{"en", "fr"}, About: about("protonitazene"),
			Named: called(text{"en": "How much naloxone does an overdose of protonitazene need?", "fr": "Combien de naloxone faut-il pour une surdose de protonitazène ?"}, english("Our wards give 0.8 mg and see people stop breathing again after half an hour."))}},
		scene{name: "register-question", by: kazakhstan, share: membersOf("swg2.1"), body: programme.Asked{Group: "swg2.1", Due: p.day(30), Language: []string{"ru", "en"},
			Named: called(text{"en": "Who counts non-fatal overdoses, and from what?", "ru": "Кто и по каким данным считает несмертельные передозировки?"}, nil)}},
	)
	p.discuss("naloxone-question", said{by: france, text: "Il faut souvent répéter la dose : surveiller au moins deux heures, et ventiler d'abord."}, said{by: brazil, text: "Two of our centres saw the same. They watch for two hours and keep a second kit at hand."},
		said{by: laboratory, text: "We can send the report on what else was in the samples."})
	p.move("naloxone-question", move{step: "answer", by: physician})
	p.discuss("register-question", said{by: india, text: "Ambulances do with us; hospitals send theirs once a month."}, said{by: laboratory, text: "Nobody does in our country yet."})
	p.perform("topic",
		scene{name: "wastewater", by: brazil, share: membersOf("swg2.1/west"), links: answers("west-autumn"), body: programme.Matter{Group: "swg2.1/west", Named: called(text{"en": "Wastewater: worth its price?", "es": "Aguas residuales: ¿valen su precio?", "pt": "Águas residuais: valem o preço?"}, nil)}},
		scene{name: "craft", by: detective, share: membersOf("swg1.2/east"), body: programme.Matter{Group: "swg1.2/east", Named: called(english("Small craft: which signs before a landing?"), nil)}},
		scene{name: "waiting-lists", by: focal, share: membersOf("swg3.2/west"), body: programme.Matter{Group: "swg3.2/west", Named: called(text{"en": "Ending waiting lists for treatment", "fr": "En finir avec les listes d'attente"}, nil)}},
	)
	p.discuss("wastewater", said{by: colombia, text: "Para tres ciudades nos costó menos que una encuesta."}, said{by: france, text: "It shows what is used, not who is harmed; both are needed."}, said{by: brazil, text: "Concordo: as duas fontes juntas."})
	p.discuss("waiting-lists", said{by: france, text: "La règle du premier jour : une première dose le jour de la demande."})
}

// library is news and documents.
func (p *play) library() {
	news := func(days int, name text, body string) scene {
		return scene{by: analyst, private: true, share: everybody, steps: moves("publish"), body: programme.News{Date: p.day(days), Named: called(name, english(body))}}
	}
	p.perform("announcement",
		news(-40, text{"en": "Half a year of signals, found and answered", "es": "Medio año de señales, detectadas y respondidas", "ar": "نصف عام من الإشارات: رصد واستجابة", "fr": "Six mois de signaux, détectés et suivis", "pt": "Meio ano de sinais, detectados e respondidos", "ru": "Полгода сигналов: обнаружено и отработано"},
			"The first half year of common detection has ended. What was found is on the page of signals."),
		news(-15, text{"en": "A call to civil society is open", "es": "Convocatoria abierta a la sociedad civil", "fr": "Un appel à la société civile est ouvert", "ru": "Открыт призыв к гражданскому обществу"}, "Films and documents about what works on the street are taken for two months."),
		news(0, text{"en": "Sierra Leone signs the Member Pledge", "es": "Sierra Leona firma el Compromiso", "ar": "سيراليون توقع التعهد", "fr": "La Sierra Leone signe l'Engagement", "pt": "Serra Leoa assina o Compromisso"}, "The signature is confirmed. Reports on the pledge are due once a year."),
		scene{by: laboratory, private: true, share: membersOf("swg2.1/west"), steps: moves("publish"), body: programme.News{Date: p.day(-1), Group: "swg2.1/west",
			Named: called(text{"en": "Please bring one sample that puzzled you", "fr": "Apportez un échantillon qui vous a laissé perplexe"}, english("At the next meeting each laboratory has five minutes for it."))}},
	)
	p.perform("document",
		scene{name: "guidance", by: officer, private: true, share: everybody, links: answers("advice-agreed"), body: programme.Work{Type: "guidance", Symbol: "SIM/G/1", Date: p.day(-10), Group: "swg2.1", Lines: []string{"l4", "l5"}, Languages: []string{"en", "fr", "es"}, URL: "https://example.org/simulated/guidance",
			Named: called(text{"en": "From finding to ward: a message on one page", "es": "Del hallazgo al hospital: un mensaje en una página", "fr": "Du résultat au service : un message sur une page"}, nil)}},
		scene{name: "provision", by: reviewer, private: true, share: everybody, body: programme.Work{Type: "model-provision", Date: p.day(-75), Group: "inlod", Lines: []string{"l7"}, Languages: []string{"en", "fr"},
			Named: called(text{"en": "Model provision: a class defined by its structure", "fr": "Disposition type : une classe définie par sa structure", "ar": "حكم نموذجي: فئة معرّفة ببنيتها"}, nil)}},
		scene{by: laboratory, private: true, share: membersOf("swg2.1/west"), links: answers("west-autumn"), steps: moves("publish"), body: programme.Work{Type: "presentation", Date: p.day(-64), Group: "swg2.1/west", Lines: []string{"l4"}, Languages: []string{"en"}, URL: "https://example.org/simulated/what-was-found.pdf",
			Named: called(english("What was found in kush"), nil)}},
	)
	p.attach("guidance", officer, "guidance-en.txt", "SIMULATED. From finding to ward\n\nWhat was found, where, on which day. What helps. Whom to call. Whether a second analysis is under way.\n")
	p.attach("guidance", officer, "guidance-fr.txt", "SIMULÉ. Du résultat au service\n\nCe qui a été trouvé, où, quel jour. Ce qui aide. Qui appeler. Si une seconde analyse est en cours.\n")
	p.attach("provision", reviewer, "provision-en.txt", "SIMULATED. No law says this.\n\n1. A substance falls under this Act if its structure is that of the core drawn in the Annex.\n2. The Minister may exempt a substance for medicine or science.\n")
	p.move("guidance", move{step: "publish", by: officer})
	p.move("provision", move{step: "publish", by: reviewer})
}

// attach adds a file to a record.
func (p *play) attach(name, by, file, content string) {
	p.do(by, "attaching "+file, func(v app.Viewer) error {
		r, err := p.find(name)
		if err == nil {
			r, err = p.a.Attach(p.ctx, v, r.ID, r.Version, file, []byte(content))
		}
		if err == nil {
			p.made[name] = r
		}
		return err
	})
}

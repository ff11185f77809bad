package simulation

import (
	"strings"

	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// sitting is a meeting as the tables give it: in how many days, at which hour where, in which languages.
type sitting struct {
	scene
	group        string
	days, last   int // the last day counts from the first
	at, zone     string
	minutes      int
	floor, heard string // languages of the floor and of interpretation
	programme.Session
}

// The steps of meetings.
func invited() []move { return moves("plan", "invite") }
func minuted() []move { return moves("plan", "hold", "minute") }

// approved is minuted and approved by somebody else.
func approved(by string) []move { return append(minuted(), move{"approve", by, ""}) }

// sit makes meetings. One of a group is shared with the group unless its table says otherwise.
func (p *play) sit(list ...sitting) {
	for _, m := range list {
		s := m.Session
		s.Group, s.Date, s.Time, s.Zone, s.Minutes = m.group, p.workday(m.days), m.at, m.zone, m.minutes
		s.Floor, s.Interpreted = strings.Fields(m.floor), strings.Fields(m.heard)
		if m.last > 0 {
			t, _ := s.Date.Time() // a day of ours
			s.End = record.DateOf(t.AddDate(0, 0, m.last))
		}
		if s.Type == "" {
			s.Type = "sub-working-group"
		}
		if s.Format == "" {
			s.Format = "online"
		}
		if _, section, ok := strings.Cut(m.group, "/"); ok {
			s.Section = section
		}
		if m.share.TLP == "" {
			m.share = membersOf(m.group)
		}
		m.body = s
		p.perform("meeting", m.scene)
	}
}

const westHeard = "en es ar fr pt"

// comingMeetings are those of the months ahead, and one that was called off.
func (p *play) comingMeetings() {
	p.sit(
		sitting{scene: scene{name: "west-next", by: laboratory, steps: invited()}, group: "swg2.1/west", days: 13, at: "14:00", zone: "Africa/Accra", minutes: 120, floor: "en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 2.1 West: what laboratories found this quarter", "es": "Subgrupo 2.1 Oeste: hallazgos de los laboratorios en el trimestre", "ar": "الفريق العامل الفرعي 2.1 غرب: ما وجدته المختبرات هذا الفصل",
				"fr": "Sous-groupe 2.1 Ouest : ce que les laboratoires ont trouvé ce trimestre", "pt": "Subgrupo 2.1 Oeste: o que os laboratórios encontraram no trimestre", "ru": "Подгруппа 2.1, Запад: что нашли лаборатории за квартал"},
				text{"en": "Please read the draft recommendation before the meeting; the consultation on it ends a week later.", "fr": "Merci de lire le projet de recommandation avant la réunion ; la consultation s'achève une semaine plus tard."}),
				Lines: []string{"l4", "l5"}, Join: "https://meet.example.org/swg-2-1-west",
				Agenda: []programme.AgendaItem{{Time: "14:00", Title: "Opening; minutes of the last meeting", Of: "GH"}, {Time: "14:10", Title: "Kush: findings of the quarter", Presenter: "F. Chemist (simulated)", Of: "GH"},
					{Time: "14:45", Title: "What a national early warning network costs", Presenter: "M. Epidemiologist (simulated)", Of: "BR"}, {Time: "15:20", Title: "The recommendation under consultation", Of: "LR"}},
				Recordings: []programme.Presentation{{Title: "Kush: findings of the quarter", Of: "GH", URL: "https://example.org/simulated/kush-findings.pdf"}}}},
		sitting{scene: scene{by: laboratory, steps: moves("plan"), links: under("west-next")}, group: "swg2.1/west", days: 41, at: "14:00", zone: "Africa/Accra", minutes: 120, floor: "en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 2.1 West: the month after", "fr": "Sous-groupe 2.1 Ouest : le mois suivant", "pt": "Subgrupo 2.1 Oeste: o mês seguinte"}, nil)}},
		sitting{scene: scene{name: "east-next", by: kazakhstan, steps: invited()}, group: "swg2.1/east", days: 15, at: "10:00", zone: "Asia/Almaty", minutes: 120, floor: "ru en", heard: "en ru",
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 2.1 East: early warning in Central Asia", "ru": "Подгруппа 2.1, Восток: раннее предупреждение в Центральной Азии"}, nil),
				Lines: []string{"l5"}, Join: "https://meet.example.org/swg-2-1-east",
				Agenda: []programme.AgendaItem{{Time: "10:00", Title: "Tramadol and mephedrone: signals of the quarter", Of: "KZ"}, {Time: "11:00", Title: "Regulating precursors without names", Of: "IN"}}}},
		sitting{scene: scene{name: "customs-next", by: customs, steps: invited()}, group: "swg1.2/west", days: 20, at: "15:00", zone: "Asia/Amman", minutes: 90, floor: "ar en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 1.2 West: captagon on the road", "ar": "الفريق العامل الفرعي 1.2 غرب: الكبتاغون على الطرق", "fr": "Sous-groupe 1.2 Ouest : le captagon sur la route"}, nil),
				Lines: []string{"l3"}, Agenda: []programme.AgendaItem{{Title: "Seizures at land borders", Presenter: "G. Customs Officer (simulated)", Of: "JO"}}}},
		sitting{scene: scene{by: customs, steps: []move{{step: "plan"}, {step: "invite"}, {"call-off", customs, "Too many would have met at night; the planner proposes another hour."}}}, group: "swg1.2/west", days: 9,
			at: "23:30", zone: "Asia/Amman", minutes: 60, floor: "en", heard: westHeard, Session: programme.Session{Named: called(english("Sub-Working Group 1.2 West: extra call on parcels"), nil)}},
		sitting{scene: scene{name: "police-next", by: detective, steps: invited()}, group: "swg1.2/east", days: 22, at: "13:00", zone: "Pacific/Auckland", minutes: 90, floor: "en", heard: "en ru",
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 1.2 East: methamphetamine across the Pacific", "fr": "Sous-groupe 1.2 Est : la méthamphétamine dans le Pacifique"}, nil), Lines: []string{"l3"}}},
		sitting{scene: scene{name: "health-next", by: analyst, steps: moves("plan")}, group: "wg3/west", days: 27, at: "15:00", zone: "Africa/Freetown", minutes: 120, floor: "en", heard: westHeard,
			Session: programme.Session{Type: "working-group", Named: called(text{"en": "Working Group 3 West: half-year meeting", "es": "Grupo de Trabajo 3 Oeste: reunión semestral", "fr": "Groupe de travail 3 Ouest : réunion semestrielle"}, nil)}},
		sitting{scene: scene{by: analyst, share: everybody, steps: invited()}, group: "l4", days: 30, at: "12:00", zone: "UTC", minutes: 180, floor: "en", heard: "en fr es",
			Session: programme.Session{Type: "training", WithWhom: "academia", Named: called(text{"en": "Open training: reading a mass spectrum", "es": "Formación abierta: leer un espectro de masas", "fr": "Formation ouverte : lire un spectre de masse", "ar": "تدريب مفتوح: قراءة طيف الكتلة"},
				english("For anybody who works in or with a laboratory. No registration is needed."))}},
		sitting{scene: scene{name: "paris-next", by: analyst, steps: invited()}, group: "swg3.2/west", days: 36, at: "09:30", zone: "Europe/Paris", minutes: 300, floor: "fr en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 3.2 West: care within a day", "fr": "Sous-groupe 3.2 Ouest : des soins dans la journée"}, nil), Format: "hybrid", Country: "FR", Venue: "A conference room in Paris",
				Lines: []string{"l10"}}},
		sitting{scene: scene{name: "amman-next", by: customs, steps: invited()}, group: "medd", days: 48, last: 1, at: "09:30", zone: "Asia/Amman", minutes: 360, floor: "ar", heard: "ar en",
			Session: programme.Session{Type: "regional", Named: called(text{"en": "Middle East Drug Dialogue: routes and treatment", "ar": "حوار الشرق الأوسط بشأن المخدرات: المسارات والعلاج"}, nil), Format: "in-person", Country: "JO", Venue: "A hotel in Amman"}},
		sitting{scene: scene{by: analyst, share: everybody, steps: moves("plan")}, days: 76, last: 1, at: "10:00", zone: "Europe/Vienna", minutes: 420, floor: "en", heard: "en es ar fr pt ru",
			Session: programme.Session{Type: "symposium", Named: called(text{"en": "Symposium: warning earlier, acting sooner", "es": "Simposio: alertar antes, actuar antes", "ar": "ندوة: إنذار أبكر وعمل أسرع", "fr": "Symposium : alerter plus tôt, agir plus vite", "pt": "Simpósio: alertar mais cedo, agir mais cedo",
				"ru": "Симпозиум: предупреждать раньше, действовать быстрее"}, nil), Format: "in-person", Country: "AT", Venue: "A university in Vienna", WithWhom: "academia"}},
	)
	p.ask("west-next", reply{physician, "accepted", ""}, reply{brazil, "accepted", "Vou apresentar os custos da rede."}, reply{france, "tentative", "Je serai en déplacement, peut-être en ligne."},
		reply{emirates, "declined", ""}, reply{colombia, "accepted", ""}, reply{sierraLeone, "accepted", ""}, reply{officer, "accepted", ""})
	p.ask("east-next", reply{india, "accepted", ""}, reply{kazakhstan, "accepted", ""}, reply{analyst, "tentative", "It is the middle of my night."})
	p.ask("paris-next", reply{france, "accepted", ""}, reply{focal, "accepted", ""})
	p.ask("health-next", reply{physician, "accepted", ""}, reply{focal, "tentative", ""})
	p.ask("amman-next", reply{emirates, "accepted", ""})
	p.ask("police-next", reply{detective, "accepted", ""})
}

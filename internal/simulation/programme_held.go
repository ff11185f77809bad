package simulation

import "tocsin/internal/kinds/programme"

// heldMeetings are those of the year behind, from the first call to the minutes.
func (p *play) heldMeetings() {
	p.sit(
		sitting{scene: scene{name: "west-winter", by: laboratory, steps: approved(physician)}, group: "swg2.1/west", days: -336, at: "14:00", zone: "Africa/Accra", minutes: 120, floor: "en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 2.1 West: who sees what first", "fr": "Sous-groupe 2.1 Ouest : qui voit quoi en premier", "es": "Subgrupo 2.1 Oeste: quién ve qué primero"}, nil), Lines: []string{"l5"},
				Attendance: []programme.Attendance{{Of: "GH", Count: 2}, {Of: "BR", Count: 3}, {Of: "CO", Count: 1}, {Of: "FR", Count: 2}},
				Record:     text{"en": "Members compared who in their countries sees a new substance first. Laboratories mostly do; hospitals tell nobody outside."}}},
		sitting{scene: scene{by: kazakhstan, steps: minuted()}, group: "swg2.1/east", days: -301, at: "10:00", zone: "Asia/Almaty", minutes: 120, floor: "ru en", heard: "en ru",
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 2.1 East: sources of data", "ru": "Подгруппа 2.1, Восток: источники данных"}, nil), Lines: []string{"l6"},
				Attendance: []programme.Attendance{{Of: "KZ", Count: 4}, {Of: "IN", Count: 2}},
				Record:     text{"en": "Two sources were described: treatment registers and forensic institutes.", "ru": "Описаны два источника: регистры лечения и судебно-экспертные учреждения."}}},
		sitting{scene: scene{by: customs, steps: approved(official("pl"))}, group: "swg1.2/west", days: -252, at: "15:00", zone: "Asia/Amman", minutes: 90, floor: "ar en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 1.2 West: concealment in food cargo", "ar": "الفريق العامل الفرعي 1.2 غرب: الإخفاء في شحنات الأغذية"}, nil), Lines: []string{"l3"},
				Attendance: []programme.Attendance{{Of: "JO", Count: 3}, {Of: "AE", Count: 2}, {Of: "PL", Count: 1}},
				Record:     text{"en": "Pictures of places of concealment were compared. They stay with the group.", "ar": "قورنت صور أماكن الإخفاء، وتبقى لدى الفريق."}}},
		sitting{scene: scene{by: detective, steps: moves("plan", "hold")}, group: "swg1.2/east", days: -197, at: "13:00", zone: "Pacific/Auckland", minutes: 90, floor: "en", heard: "en ru",
			Session: programme.Session{Named: called(english("Sub-Working Group 1.2 East: small craft and large loads"), nil), Lines: []string{"l3"}, Attendance: []programme.Attendance{{Of: "NZ", Count: 2}, {Of: "AU", Count: 2}, {Of: "FJ", Count: 1}}}},
		sitting{scene: scene{by: analyst, steps: minuted()}, group: "wg2/west", days: -160, at: "13:00", zone: "UTC", minutes: 60, floor: "en", heard: "en fr",
			Session: programme.Session{Type: "steering", Named: called(text{"en": "Steering of Working Group 2: the year's plan", "fr": "Pilotage du groupe de travail 2 : le plan de l'année"}, nil),
				Attendance: []programme.Attendance{{Of: "US", Count: 1}, {Of: "IT", Count: 1}, {Of: "secretariat", Count: 2}}, Record: text{"en": "The chairs agreed on four meetings a section and on the order of their subjects."}}},
		sitting{scene: scene{by: analyst, share: everybody, steps: approved(reviewer)}, days: -112, at: "11:00", zone: "Asia/Dubai", minutes: 240, floor: "en", heard: "en ar",
			Session: programme.Session{Type: "engagement", WithWhom: "business", Number: 46, Country: "AE", Format: "in-person", Lines: []string{"l1"},
				Named:      called(text{"en": "Round table with the chemical industry: knowing the customer", "ar": "اجتماع مائدة مستديرة مع الصناعة الكيميائية: اعرف عميلك", "fr": "Table ronde avec l'industrie chimique : connaître son client"}, nil),
				Recordings: []programme.Presentation{{Title: "Ten questions to a new customer", Of: "AE", URL: "https://example.org/simulated/ten-questions.pdf"}, {Title: "Recording of the round table", URL: "https://example.org/simulated/round-table"}},
				Record:     text{"en": "Businesses described how they check a new customer, and what they would need from authorities to report a doubtful order.", "ar": "وصفت الشركات كيف تتحقق من العميل الجديد."}}},
		sitting{scene: scene{name: "west-autumn", by: laboratory, steps: approved(physician)}, group: "swg2.1/west", days: -64, at: "14:00", zone: "Africa/Accra", minutes: 120, floor: "en", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 2.1 West: kush, from the laboratory to the ward", "es": "Subgrupo 2.1 Oeste: kush, del laboratorio al hospital", "fr": "Sous-groupe 2.1 Ouest : le kush, du laboratoire à l'hôpital", "pt": "Subgrupo 2.1 Oeste: kush, do laboratório ao hospital"}, nil),
				Lines:      []string{"l4", "l5"},
				Agenda:     []programme.AgendaItem{{Time: "14:00", Title: "What was found in kush", Presenter: "L. Chemist (simulated)", Of: "SL"}, {Time: "14:40", Title: "What hospitals saw", Presenter: "H. Physician (simulated)", Of: "LR"}, {Time: "15:20", Title: "What to recommend"}},
				Recordings: []programme.Presentation{{Title: "What was found in kush", Of: "SL", URL: "https://example.org/simulated/what-was-found.pdf"}},
				Attendance: []programme.Attendance{{Of: "SL", Count: 3}, {Of: "LR", Count: 2}, {Of: "GH", Count: 2}, {Of: "BR", Count: 1}, {Of: "FR", Count: 2}, {Of: "unodc", Count: 1}},
				Record: text{"en": "Nitazenes were found in samples sold as kush in two countries. Hospitals learnt of it after weeks. The group wants findings to reach wards within a day.",
					"fr": "Des nitazènes ont été trouvés dans des échantillons vendus comme kush dans deux pays. Le groupe veut que les résultats arrivent à l'hôpital dans la journée."},
				Decisions: []programme.Decision{{Title: decided, Of: "SL", Due: p.day(40)}, {Title: "Draft a recommendation on testing kush", Of: "GH", Due: p.day(-5)}, {Title: "Describe the costs of a national network", Of: "BR", Due: p.day(13)}}}},
		sitting{scene: scene{by: analyst, steps: minuted()}, group: "swg3.2/west", days: -22, at: "10:00", zone: "Europe/Paris", minutes: 120, floor: "fr", heard: westHeard,
			Session: programme.Session{Named: called(text{"en": "Sub-Working Group 3.2 West: opioid agonist treatment without a waiting list", "fr": "Sous-groupe 3.2 Ouest : le traitement agoniste sans liste d'attente"}, nil), Lines: []string{"l10"},
				Attendance: []programme.Attendance{{Of: "FR", Count: 3}, {Of: "SL", Count: 1}}, Record: text{"fr": "Trois pays ont décrit comment ils ont supprimé la liste d'attente.", "en": "Three countries described how they ended their waiting list."}}},
	)
}

// decided is the decision that Sierra Leone takes up as an action.
const decided = "Send a list of the hospitals that shall receive laboratory findings"

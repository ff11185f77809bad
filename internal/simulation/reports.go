package simulation

import (
	"math"

	"tocsin/internal/app"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/health"
	"tocsin/internal/kinds/supply"
	"tocsin/internal/record"
)

// finding makes a laboratory's identification of the substances.
func finding(form, origin, soldAs string, substances ...string) func(*writer) app.Draft {
	return func(w *writer) app.Draft {
		f := detection.Finding{Origin: origin, Taken: w.date(), Reported: w.date(), Country: w.country, Form: form, SoldAs: soldAs, Standard: "yes",
			Laboratory: "Simulated national laboratory", Techniques: []detection.Technique{{Name: "gc", Positive: "yes"}, {Name: "ms", Positive: "yes"}}}
		if w.rng.IntN(5) == 0 {
			f.Techniques = []detection.Technique{{Name: "colour", Positive: "yes"}}
		}
		for i, s := range substances {
			if i > 0 && w.rng.IntN(2) == 0 {
				continue
			}
			c := detection.Component{Substance: s, Role: "main", Purity: math.Round(10*(5+60*w.rng.Float64())) / 10}
			if i > 0 {
				c.Role, c.Purity = "minor", 0
			}
			f.Components = append(f.Components, c)
		}
		return w.draft("identification", record.Green, f)
	}
}

// seizure makes a seizure on a route; it is shared with the countries of the route.
func seizure(unit string, about float64, mode, departure, destination string, substances ...string) func(*writer) app.Draft {
	return func(w *writer) app.Draft {
		o := supply.Occurrence{Type: "seizure", Found: w.date(), Country: w.country, Mode: mode, Departure: departure, Destination: destination,
			Concealment: w.one("in machine parts", "in food cargo", "in a double floor", "in parcels declared as toys", "among textiles", "")}
		s := substances[w.rng.IntN(len(substances))]
		o.Goods = []supply.Good{{Substance: s, Quantity: math.Round(about * (0.2 + 2*w.rng.ExpFloat64())), Unit: unit}}
		return w.draft("incident", record.Green, o)
	}
}

// route is a seizure that only the countries of its route may know of.
func route(unit string, about float64, mode, departure, destination string, substances ...string) func(*writer) app.Draft {
	plain := seizure(unit, about, mode, departure, destination, substances...)
	return func(w *writer) app.Draft {
		d := plain(w)
		d.Sharing.TLP = record.Amber
		for _, c := range []string{departure, destination} {
			if c != "" && c != w.country {
				d.Sharing.Audience = append(d.Sharing.Audience, record.Clause{Participant: c})
			}
		}
		return d
	}
}

// harm makes a health event.
func harm(event string, substances ...string) func(*writer) app.Draft {
	return func(w *writer) app.Draft {
		h := health.Harm{Event: event, Date: w.date(), Country: w.country, Certainty: w.one("confirmed", "suspected"), DateMeaning: "event",
			Age: w.one("15-24", "25-34", "25-34", "35-44", "45-54"), Sex: w.one("male", "male", "female"), Setting: w.one("home", "street", "unknown", "health-service")}
		for i, s := range substances {
			if i == 0 || w.rng.IntN(3) == 0 {
				h.Involved = append(h.Involved, health.Involved{Substance: s, Certainty: h.Certainty})
			}
		}
		return w.draft("health-event", record.Green, h)
	}
}

// background is what every region sees from week to week.
func background() []flow {
	var out []flow
	add := func(countries []string, weekly, season float64, make func(*writer) app.Draft) {
		for i, c := range countries {
			out = append(out, flow{country: c, weekly: weekly * (0.6 + 0.2*float64(i%5)), season: season, make: make})
		}
	}
	europe := []string{"NL", "BE", "DE", "FR", "ES", "IT", "GB", "PL", "PT", "SE"}
	americas := []string{"US", "CA", "MX", "CO", "BR", "AR", "CL", "PE"}
	asia := []string{"TH", "MY", "ID", "PH", "AU", "NZ", "JP", "SG", "LA", "VN"}
	mena := []string{"JO", "SA", "AE", "IQ", "EG", "MA"}
	africa := []string{"NG", "GH", "ZA", "KE", "BJ", "SN"}
	central := []string{"KZ", "KG", "UZ", "IN", "PK"}
	add(europe, 0.8, 0.2, finding("powder", "seized", "", "amphetamine", "caffeine"))
	add(europe, 0.5, 0.3, finding("tablet", "donated", "ecstasy", "mdma"))
	add(americas, 1.0, 0.1, finding("powder", "seized", "", "cocaine"))
	add([]string{"US", "CA"}, 2.2, 0.1, harm("death", "fentanyl", "methamphetamine"))
	add([]string{"US", "CA"}, 1.4, 0.1, finding("powder", "seized", "fentanyl", "fentanyl", "xylazine"))
	add([]string{"MX"}, 0.7, 0.1, route("kg", 20, "road", "MX", "US", "methamphetamine", "fentanyl"))
	add(asia, 1.1, 0.2, seizure("kg", 30, "sea", "", "", "methamphetamine"))
	add(asia, 0.4, 0.1, finding("powder", "seized", "", "ketamine"))
	add(mena, 0.5, 0.1, seizure("tablets", 20000, "road", "", "", "fenetylline"))
	add(africa, 0.6, 0.1, seizure("tablets", 5000, "sea", "", "", "tramadol"))
	add(africa, 0.5, 0.1, finding("tablet", "seized", "", "tramadol"))
	add(africa, 0.3, 0.1, harm("treatment-contact", "tramadol"))
	add(central, 0.5, 0.2, finding("tablet", "seized", "", "tramadol"))
	add(central, 0.4, 0.2, finding("crystal", "seized", "", "mephedrone"))
	return out
}

// stories are the patterns that the report tells of, put where a demonstration can find them.
func stories() []flow {
	var out []flow
	// Kush: cannabis with synthetic cannabinoids and nitazenes; findings first, then deaths.
	for i, c := range []string{"SL", "LR"} {
		since := 30 - 6*i
		out = append(out,
			flow{country: c, weekly: 0.6, make: harm("treatment-contact", "cannabis")},
			flow{country: c, weekly: 0.35, make: finding("plant", "seized", "", "cannabis")},
			flow{country: c, weekly: 0.3, make: harm("death", "cannabis")},
			flow{country: c, weekly: 0.5, since: since, double: 7, most: 5, make: finding("plant", "seized", "kush", "mdmb-4en-pinaca", "protonitazene")},
			flow{country: c, weekly: 0.5, since: since - 8, double: 5, most: 8, make: harm("death", "protonitazene", "mdmb-4en-pinaca")},
		)
	}
	// Injectable fentanyl diverted from pharmacies, where illicit fentanyl had not been seen.
	for i, c := range []string{"GH", "KE", "CL", "PE"} {
		out = append(out, flow{country: c, weekly: 0.5, since: 26 - 6*i, most: 1.5, double: 10, make: finding("injectable", "seized", "fentanyl ampoules", "fentanyl")})
	}
	// Captagon and methamphetamine on the rise in one country each, tramadol in another.
	return append(out,
		flow{country: "JO", weekly: 1, since: 9, double: 3, most: 7, make: seizure("tablets", 60000, "road", "", "SA", "fenetylline")},
		flow{country: "NZ", weekly: 1, since: 7, double: 3, most: 8, make: seizure("kg", 60, "sea", "", "", "methamphetamine")},
		flow{country: "BJ", weekly: 0.8, since: 8, double: 3, most: 6, make: seizure("tablets", 9000, "sea", "", "NG", "tramadol")},
	)
}

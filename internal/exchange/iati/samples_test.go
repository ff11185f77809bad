package iati

import (
	"math/rand/v2"
	"strings"
	"time"
)

func minimal(id string) Activity {
	return Activity{ID: id, Reporter: "XM-DAC-1", ReporterName: "Ministry", Title: map[string]string{"en": "Training"},
		Description: map[string]string{"en": "Training of chemists"}, Status: 2, PlannedStart: "2024-01-01",
		Participants: []Organisation{{Role: "1", Ref: "XM-DAC-1"}}}
}

func full() Activity {
	a := minimal("XM-DAC-1-7")
	a.ReporterName = "Ministry & Co"
	a.Title = map[string]string{"en": "Laboratory", "ar": "مختبر", "ru": "Лаборатория", "fr": "Laboratoire", "pt": "Laboratório", "es": "Laboratorio", "de": "Labor"}
	a.Description = map[string]string{"fr": "Un « laboratoire »\navec <balises> & \"guillemets\"", "ar": "وصف"}
	a.ActualStart, a.PlannedEnd, a.ActualEnd = "2024-02-29", "2026-12-31", "2026-11-30"
	a.Participants = []Organisation{{"1", "XM-DAC-1", "Ministry", "10"}, {"2", "", "Agency", ""}, {"4", "XM-DAC-41128", "", "40"}}
	a.Countries = []Share{{"GH", 60.5}, {"NG", 39.5}}
	a.Sectors = []Sector{{"16063", "1", 100}, {"A 1", "99", 0}}
	a.Currency, a.Humanitarian, a.InKind, a.Expertise = "EUR", true, true, true
	a.Tags, a.Finance, a.Parent = []string{"strategy-and-contact", "l4"}, "421", "XM-DAC-1-1"
	a.Updated = time.Date(2026, 10, 1, 8, 30, 15, 250, time.UTC)
	a.Transactions = []Transaction{{"2", "2024-03-01", 1250000.5, "EUR", "Promised"}, {"3", "2024-04-01", -0.01, "USD", ""}}
	for _, code := range []string{"1", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"} {
		a.Transactions = append(a.Transactions, Transaction{code, "2025-01-31", 1e14, "XAF", "«" + code + "»"})
	}
	a.Results = []Result{{"Analyses", "Samples analysed", "2", "2", &Figure{2023, "5"}, &Figure{2026, "80"}},
		{"Trust", "What partners say", "", "5", nil, &Figure{2026, "they call first"}}, {Title: "Output", Indicator: "Manuals"}}
	return a
}

// hostile holds text that is not fit for XML.
func hostile() Activity {
	a := minimal("XM-DAC-1-x]]>")
	bad := "]]></narrative><!-- & \"'\x00\x01\x0b\x1f\x7f\xff\xfe \ufffe\uffff \u202e \U0001F9EA \r\n\t<![CDATA[ &#0; &evil;"
	a.Reporter, a.ReporterName = bad, bad
	a.Title, a.Description = map[string]string{"en": bad}, map[string]string{"en": strings.Repeat(bad, 100)}
	a.Participants = []Organisation{{Role: "1", Name: bad, Ref: bad}}
	a.Sectors = []Sector{{bad, "99", 1}}
	a.Transactions = []Transaction{{"3", "2024-04-01", 1, "USD", bad}}
	a.Results = []Result{{Title: bad, Indicator: bad, Baseline: &Figure{2023, bad}, Target: &Figure{2024, bad}}}
	return a
}

func samples() map[string][]Activity {
	bareTime := minimal("XM-DAC-1-2")
	bareTime.PlannedStart, bareTime.ActualEnd = "", "0001-01-01"
	var chance []Activity
	d := dice{rand.New(rand.NewPCG(7, 7))}
	for n := range 200 {
		chance = append(chance, d.activity(n))
	}
	return map[string][]Activity{
		"chance":  chance,
		"minimal": {minimal("XM-DAC-1-1")},
		"full":    {full(), minimal("XM-DAC-1-1"), bareTime},
		"hostile": {hostile()},
	}
}

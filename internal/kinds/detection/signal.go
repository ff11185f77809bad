package detection

import (
	"strconv"

	"tocsin/internal/kinds/report"
	"tocsin/internal/record"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Signal is a series that did something unusual, with the evidence and an assessment.
var Signal = &record.Kind{
	Name: "signal", Line: "detection", Sharing: record.Green, Fields: record.FieldsOf(&Unusual{}),
	Workflow: record.Workflow{
		Initial: "new",
		States:  []string{"new", "under-assessment", "confirmed", "dismissed", "watching"},
		Steps: []record.Step{
			{Name: "assess", From: []string{"new", "watching"}, To: "under-assessment", Duty: "analyst"},
			{Name: "confirm", From: []string{"under-assessment", "watching"}, To: "confirmed", Duty: "analyst", Reason: true},
			{Name: "dismiss", From: []string{"new", "under-assessment", "watching"}, To: "dismissed", Duty: "analyst", Reason: true},
			{Name: "watch", From: []string{"new", "under-assessment"}, To: "watching", Duty: "analyst", Reason: true},
			{Name: "reopen", From: []string{"dismissed", "confirmed"}, To: "under-assessment", Duty: "analyst", Reason: true},
		},
	},
	Compose: report.Compose(record.Text{"en": "All substances", "es": "Todas las sustancias", "ar": "جميع المواد", "fr": "Toutes les substances", "pt": "Todas as substâncias", "ru": "Все вещества"}),
	New:     func() record.Body { return &Unusual{} },
}

// Unusual is the body of a signal: one series, one week, what was expected and what was seen.
type Unusual struct {
	record.NoCount
	Place      string      `json:"place" field:"country,required,column"`
	Substance  string      `json:"substance" field:"substance,column"` // a substance or a class
	Source     string      `json:"source" field:"text,required,column"`
	Measure    string      `json:"measure" field:"text,required"`
	View       string      `json:"view" field:"text,required"`              // whose observations were read: "common" or a participant's code
	Week       record.Date `json:"week" field:"date,required,column"`       // Monday of the week in alarm
	Detector   string      `json:"detector" field:"text,required,column"`   // farrington-flexible, ears-c2, first-appearance …
	Observed   float64     `json:"observed" field:"number,least=0,column"`  // in the week
	Expected   float64     `json:"expected" field:"number,column"`          // by the detector
	Upperbound float64     `json:"upperbound" field:"number"`               // the threshold
	TwoWeeks   bool        `json:"two_weeks,omitempty" field:"data"`        // the p-value is that of the week and the one before together
	PValue     *float64    `json:"pvalue,omitempty" field:"data"`           // of the observed value or more; absent where a detector gives none
	Baseline   []string    `json:"baseline_weeks,omitempty" field:"data"`   // Mondays of the weeks that the expectation rests on
	Points     []Point     `json:"points,omitempty" field:"data"`           // the series as it stood, for the plot
	Reports    int         `json:"reports" field:"integer,least=0,derived"` // how many records were counted in the week
	Assessor   string      `json:"assessor,omitempty" field:"text,derived"` // person id
}

// Point is one week of a signal's plot. Expected and Upperbound are absent where no detector judged the week.
type Point struct {
	Week       record.Date `json:"week"`
	Observed   float64     `json:"observed"`
	Expected   *float64    `json:"expected,omitempty"`
	Upperbound *float64    `json:"upperbound,omitempty"`
	Alarm      bool        `json:"alarm,omitempty"`
}

// Derive fills the envelope.
func (u *Unusual) Derive(r *record.Record, _ record.Namer) {
	r.When = u.Week
	r.Places = report.Places(u.Place, "")
	if len(u.Place) > 2 {
		r.Places = report.Places(u.Place[:2], u.Place)
	}
	r.Substances = report.Distinct([]string{u.Substance})
}

// Check has nothing to add: the system writes signals.
func (u *Unusual) Check(*record.Problems, record.Date) {}

package programme

import (
	"slices"

	"tocsin/internal/record"
)

// Action is a participant's step under one of the seven kinds and six themes.
var Action = &record.Kind{
	Name: "action", Line: "programme", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Deed{}), Compose: untitled,
	Follows: []string{"recommendation", "commitment", "meeting", "alert", "signal", "pledge"},
	Workflow: record.Workflow{
		Initial: "announced",
		States:  []string{"draft", "announced", "under-way", "done", "abandoned"},
		Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "announce", From: []string{"draft"}, To: "announced"},
			{Name: "begin", From: []string{"announced"}, To: "under-way"},
			{Name: "complete", From: []string{"announced", "under-way"}, To: "done"},
			{Name: "abandon", From: []string{"announced", "under-way"}, To: "abandoned", Reason: true},
			{Name: "resume", From: []string{"abandoned", "done"}, To: "under-way", Reason: true},
		},
	},
	New: func() record.Body { return &Deed{} },
}

// Deed is the body of an action.
type Deed struct {
	Named
	Measure
	Type     string      `json:"type,omitempty" field:"choice,required,column,options=policy-or-law|unit-or-reform|private-engagement|support|interest-in-initiative|hosting|other-act"`
	Theme    string      `json:"theme,omitempty" field:"choice,required,column,options=intelligence-platforms|private-sector|strategy-and-contact|legislation|accreditation|access-to-services"`
	Country  string      `json:"country,omitempty" field:"country,column"`
	Group    string      `json:"group,omitempty" field:"group"`
	Lines    []string    `json:"lines,omitempty" field:"lines"`
	Date     record.Date `json:"date,omitempty" field:"date,required,column"`
	Due      record.Date `json:"due,omitempty" field:"date,column"`
	Evidence string      `json:"evidence,omitempty" field:"url"`
	Source   string      `json:"source,omitempty" field:"text"`
}

// Measure says by which observations something is judged: what the indicator was, and what it shall be. A record that
// names a series is drawn against it, before and after its date.
type Measure struct {
	Indicator    string   `json:"indicator,omitempty" field:"text"`
	SeriesPlace  string   `json:"series_place,omitempty" field:"country"`
	SeriesAbout  string   `json:"series_about,omitempty" field:"substance"`
	SeriesSource string   `json:"series_source,omitempty" field:"choice,options=health-event/death|health-event/non-fatal-overdose|health-event/poisoning|health-event/cluster|identification|incident/seizure"`
	Baseline     *float64 `json:"baseline,omitempty" field:"number,least=0"`
	Target       *float64 `json:"target,omitempty" field:"number,least=0"`
}

// Derive fills the envelope.
func (d *Deed) Derive(r *record.Record, _ record.Namer) {
	d.title(r)
	if d.Country == "" && len(r.Owner) == 2 && r.Owner != "EU" && r.Owner != "au" {
		d.Country = r.Owner
	}
	r.When = d.Date
	r.Places = places(d.Country)
	r.Substances = nil
	if d.SeriesAbout != "" {
		r.Substances = []string{d.SeriesAbout}
	}
	r.Topics = topics(slices.Concat([]string{d.Group, themeTopic(d.Theme)}, d.Lines)...)
}

// Check refuses an end before the beginning.
func (d *Deed) Check(p *record.Problems, _ record.Date) { after(p, "due", d.Date, d.Due) }

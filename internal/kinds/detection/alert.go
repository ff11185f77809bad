package detection

import (
	"tocsin/internal/kinds/report"
	"tocsin/internal/record"
)

// Alert is a signal, or anything else, that people are told of and acknowledge.
var Alert = &record.Kind{
	Name: "alert", Line: "detection", Sharing: record.Green, Authored: true, Fields: record.FieldsOf(&Warning{}),
	Workflow: record.Workflow{
		Initial: "draft",
		States:  []string{"draft", "cleared", "issued", "cancelled", "expired"},
		Private: []string{"draft", "cleared"},
		Locked:  []string{"cleared", "issued", "cancelled", "expired"},
		Steps: []record.Step{
			{Name: "clear", From: []string{"draft"}, To: "cleared", Second: true},
			{Name: "return", From: []string{"cleared"}, To: "draft", Reason: true},
			{Name: "issue", From: []string{"cleared"}, To: "issued"},
			{Name: "cancel", From: []string{"issued"}, To: "cancelled", Reason: true},
			{Name: "expire", From: []string{"issued"}, To: "expired"},
		},
	},
	New: func() record.Body { return &Warning{} },
}

// Warning is the body of an alert. Severity, urgency and certainty are those of the Common Alerting Protocol 1.2 (OASIS, 2010).
type Warning struct {
	record.NoCount
	Grade       string      `json:"grade,omitempty" field:"choice,required,column,options=briefing|advisory|alert|warning"`
	Severity    string      `json:"severity,omitempty" field:"choice,required,column,options=extreme|severe|moderate|minor|unknown"`
	Urgency     string      `json:"urgency,omitempty" field:"choice,required,options=immediate|expected|future|past|unknown"`
	Certainty   string      `json:"certainty,omitempty" field:"choice,required,options=observed|likely|possible|unlikely|unknown"`
	Instruction record.Text `json:"instruction,omitempty" field:"texts"`
	Country     string      `json:"country,omitempty" field:"country,column"`
	Subdivision string      `json:"subdivision,omitempty" field:"place"`
	About       []Subject   `json:"about,omitempty" field:"list,max=20"`
	Issued      record.Date `json:"issued,omitempty" field:"date,derived,column"`
	Expires     record.Date `json:"expires,omitempty" field:"date"`
}

// Subject is a substance or class that the alert is about.
type Subject struct {
	Substance string `json:"substance,omitempty" field:"substance,required"`
}

// Derive fills the envelope.
func (w *Warning) Derive(r *record.Record, _ record.Namer) {
	r.Places = report.Places(w.Country, w.Subdivision)
	ids := make([]string, 0, len(w.About))
	for _, s := range w.About {
		ids = append(ids, s.Substance)
	}
	r.Substances = report.Distinct(ids)
	if w.Issued != "" {
		r.When = w.Issued
	}
}

// Check asks for a text to warn with, and for an expiry after the issue.
func (w *Warning) Check(p *record.Problems, _ record.Date) {
	report.CheckPlace(w.Country, w.Subdivision, p)
	if w.Expires != "" && w.Issued != "" && w.Expires < w.Issued {
		p.Add("expires", "problem.before", "value", string(w.Expires), "other", string(w.Issued))
	}
}

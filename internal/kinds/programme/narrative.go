package programme

import "tocsin/internal/record"

// Narrative is the text that people write into a section of the periodic report. The figures beside it stay the data's.
var Narrative = &record.Kind{
	Name: "narrative", Line: "programme", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&Passage{}),
	Compose: func(r *record.Record, _ record.Namer, lang string) string { return string(r.When) },
	Workflow: record.Workflow{
		Initial: "draft", States: []string{"draft", "published"}, Private: []string{"draft"},
		Steps: []record.Step{{Name: "publish", From: []string{"draft"}, To: "published"}, {Name: "take-back", From: []string{"published"}, To: "draft"}},
	},
	New: func() record.Body { return &Passage{} },
}

// Passage is the body of a narrative.
type Passage struct {
	record.NoCount
	Section string      `json:"section_of_report,omitempty" field:"choice,required,column,options=foreword|summary|introduction|creation|participants|groups|timeline|engagement|recommendations|achievements|commitments|pledge|next-year|conclusion"`
	From    record.Date `json:"from,omitempty" field:"date,required,column"`
	To      record.Date `json:"to,omitempty" field:"date,required,column"`
	Text    record.Text `json:"text,omitempty" field:"texts,required"`
	By      string      `json:"by,omitempty" field:"text"`
}

// Derive fills the envelope.
func (n *Passage) Derive(r *record.Record, _ record.Namer) { r.When = n.From }

// Check refuses an end before the beginning.
func (n *Passage) Check(p *record.Problems, _ record.Date) { after(p, "to", n.From, n.To) }

// UniqueKey lets a section have one text for a period.
func (n *Passage) UniqueKey() string {
	return "narrative/" + n.Section + "/" + string(n.From) + "/" + string(n.To)
}

// Issue is a report as it was issued: its figures, so that a later one can mark what has changed.
var Issue = &record.Kind{
	Name: "report-issue", Line: "programme", Sharing: record.Clear, Fields: record.FieldsOf(&Issued{}),
	Compose:  func(r *record.Record, _ record.Namer, _ string) string { return string(r.When) },
	Workflow: record.Workflow{Initial: "issued", States: []string{"issued"}},
	New:      func() record.Body { return &Issued{} },
}

// Issued is the body of an issue.
type Issued struct {
	record.NoCount
	From    record.Date        `json:"from" field:"date,required,column"`
	To      record.Date        `json:"to" field:"date,required,column"`
	Figures map[string]float64 `json:"figures" field:"data"`
}

// Derive fills the envelope.
func (i *Issued) Derive(r *record.Record, _ record.Namer) { r.When = i.From }

// Check has nothing to add.
func (i *Issued) Check(*record.Problems, record.Date) {}

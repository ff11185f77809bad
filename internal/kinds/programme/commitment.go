package programme

import (
	"fmt"

	"tocsin/internal/record"
)

// Commitment is what a participant has said, before the others, that it will lead or do.
var Commitment = &record.Kind{
	Name: "commitment", Line: "programme", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&Promise{}), Compose: untitled,
	Follows: []string{"recommendation", "meeting", "alert", "signal"},
	Workflow: record.Workflow{
		Initial: "announced",
		States:  []string{"draft", "announced", "under-way", "done", "given-up"},
		Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "announce", From: []string{"draft"}, To: "announced"},
			{Name: "begin", From: []string{"announced"}, To: "under-way"},
			{Name: "complete", From: []string{"under-way"}, To: "done"},
			{Name: "give-up", From: []string{"announced", "under-way"}, To: "given-up", Reason: true},
			{Name: "resume", From: []string{"given-up", "done"}, To: "under-way", Reason: true},
		},
	},
	New: func() record.Body { return &Promise{} },
}

// Promise is the body of a commitment.
type Promise struct {
	Named
	Measure
	Verb       string      `json:"verb,omitempty" field:"choice,options=lead|establish|expand|help|pass"`
	Country    string      `json:"country,omitempty" field:"country,column"`
	Partners   []string    `json:"partners,omitempty" field:"participants"`
	Lines      []string    `json:"lines,omitempty" field:"lines,column"`
	Date       record.Date `json:"date,omitempty" field:"date,required,column"`
	Occasion   string      `json:"occasion,omitempty" field:"text"`
	Milestones []Milestone `json:"milestones,omitempty" field:"list,max=60"`
	Updates    []Update    `json:"updates,omitempty" field:"list,max=200"`
	Source     string      `json:"source,omitempty" field:"text"`
}

// Milestone is a step of a commitment with the day by which it shall be done.
type Milestone struct {
	Title    string      `json:"title,omitempty" field:"text,required"`
	Due      record.Date `json:"due,omitempty" field:"date,required"`
	Done     record.Date `json:"done,omitempty" field:"date,past"`
	Evidence string      `json:"evidence,omitempty" field:"url"`
}

// Update is what was said of progress on a day.
type Update struct {
	Date record.Date `json:"date,omitempty" field:"date,required,past"`
	Text string      `json:"text,omitempty" field:"long,required,max=3000"`
}

// Derive fills the envelope.
func (c *Promise) Derive(r *record.Record, _ record.Namer) {
	c.title(r)
	if c.Country == "" && len(r.Owner) == 2 && r.Owner != "EU" && r.Owner != "au" {
		c.Country = r.Owner
	}
	r.When = c.Date
	r.Places = places(c.Country)
	r.Substances = nil
	if c.SeriesAbout != "" {
		r.Substances = []string{c.SeriesAbout}
	}
	r.Topics = topics(c.Lines...)
}

// Check refuses milestones that were done before the commitment was made.
func (c *Promise) Check(p *record.Problems, _ record.Date) {
	for i, m := range c.Milestones {
		after(p, fmt.Sprintf("milestones.%d.due", i+1), c.Date, m.Due)
		after(p, fmt.Sprintf("milestones.%d.done", i+1), c.Date, m.Done)
	}
}

// Progress is how a commitment stands. It follows from the milestones and the day on which it is asked for, and is never
// typed in.
type Progress struct {
	Standing string      // "no-milestones", "on-track", "late", "milestones-done"
	Done, Of int         // milestones
	Next     record.Date // when the next that is not done is due, "" for none
	Late     []Milestone
}

// LastDay returns the last day of a date as exact as it is, for comparing; of a month the 31st stands for it.
func LastDay(d record.Date) string {
	switch d.Precision() {
	case record.Year:
		return string(d) + "-12-31"
	case record.Month:
		return string(d) + "-31"
	}
	return string(d)
}

// Progress judges the milestones as of a day. A milestone is late when its due date has wholly passed.
func (c *Promise) Progress(today record.Date) Progress {
	p := Progress{Standing: "no-milestones", Of: len(c.Milestones)}
	for _, m := range c.Milestones {
		switch {
		case m.Done != "":
			p.Done++
		case string(today)[:min(len(today), len(m.Due))] > string(m.Due):
			p.Late = append(p.Late, m)
		case p.Next == "" || LastDay(m.Due) < LastDay(p.Next):
			p.Next = m.Due
		}
	}
	switch {
	case p.Of == 0:
	case len(p.Late) > 0:
		p.Standing = "late"
	case p.Done == p.Of:
		p.Standing = "milestones-done"
	default:
		p.Standing = "on-track"
	}
	return p
}

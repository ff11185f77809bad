package programme

import (
	"strings"
	"time"

	"tocsin/internal/record"
)

// Recommendation is what a Sub-Working Group puts before governments. It binds nobody: it reflects its experts' views and
// is no consensus of governments.
var Recommendation = &record.Kind{
	Name: "recommendation", Line: "programme", Authored: true, Chaired: true, Sharing: record.Amber, Fields: record.FieldsOf(&Advice{}), Compose: untitled,
	Follows: []string{"signal", "alert", "meeting"},
	Workflow: record.Workflow{
		Initial: "drafted",
		States:  []string{"draft", "drafted", "consulted", "agreed", "published", "withdrawn"},
		Locked:  []string{"agreed", "published", "withdrawn"},
		Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "put-forward", From: []string{"draft"}, To: "drafted"},
			{Name: "consult", From: []string{"drafted"}, To: "consulted", By: record.ByChair, Tell: record.TellGroup},
			{Name: "redraft", From: []string{"consulted"}, To: "drafted", By: record.ByChair, Reason: true},
			{Name: "agree", From: []string{"consulted"}, To: "agreed", By: record.ByChair, Second: true, Tell: record.TellGroup},
			{Name: "publish", From: []string{"agreed"}, To: "published", By: record.ByChair, Widen: record.Clear},
			{Name: "withdraw", From: []string{"drafted", "consulted", "agreed", "published"}, To: "withdrawn", By: record.ByChair, Reason: true},
		},
	},
	New: func() record.Body { return &Advice{} },
}

// Advice is the body of a recommendation. The paragraphs of its text are what comments are made on.
type Advice struct {
	Named
	Group  string      `json:"group,omitempty" field:"group,required,column"`
	Theme  string      `json:"theme,omitempty" field:"choice,column,options=intelligence-platforms|private-sector|strategy-and-contact|legislation|accreditation|access-to-services"`
	Number string      `json:"code,omitempty" field:"text,max=20,column"`
	Until  record.Date `json:"until,omitempty" field:"date"` // the last day of the consultation, in UTC
	Source string      `json:"source,omitempty" field:"text"`
}

// Derive fills the envelope.
func (a *Advice) Derive(r *record.Record, _ record.Namer) {
	a.title(r)
	r.Topics = topics(a.Group, themeTopic(a.Theme))
}

// Check asks for the day on which a consultation ends to be a day.
func (a *Advice) Check(p *record.Problems, _ record.Date) {
	if a.Until != "" && a.Until.Precision() != record.Day {
		p.Add("until", "problem.day")
	}
}

// Answers are the positions that a participant may take.
func (a *Advice) Answers() []string { return []string{"support", "support-with-changes", "concerns"} }

// AnswerUntil is the end of the last day of the consultation.
func (a *Advice) AnswerUntil() time.Time {
	t, err := a.Until.Time()
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

// Paragraphs splits a text at its blank lines.
func Paragraphs(text string) []string {
	var out []string
	for _, p := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Package health declares the kinds of the third line of effort: public health.
package health

import (
	"fmt"

	"tocsin/internal/kinds/report"
	"tocsin/internal/record"
)

// Event is harm to health: an overdose death or a non-fatal one, a treatment contact. It never holds a person's identity.
var Event = &record.Kind{
	Name: "health-event", Line: "health", Authored: true, Named: "involved", Sharing: record.Amber,
	Fields: record.FieldsOf(&Harm{}), Workflow: report.Workflow,
	Compose: report.Compose(record.Text{"en": "Substance not stated", "es": "Sustancia no indicada", "ar": "المادة غير مذكورة", "fr": "Substance non précisée", "pt": "Substância não indicada", "ru": "Вещество не указано"}),
	New:     func() record.Body { return &Harm{} },
}

// Harm is the body of a health event.
type Harm struct {
	Event       string      `json:"event,omitempty" field:"choice,required,column,options=death|non-fatal-overdose|poisoning|treatment-contact|cluster|adverse-reaction"`
	Date        record.Date `json:"date,omitempty" field:"date,required,past,column"`
	DateMeaning string      `json:"date_meaning,omitempty" field:"choice,options=death|event|admission|reported"`
	Country     string      `json:"country,omitempty" field:"country,required,column"`
	Subdivision string      `json:"subdivision,omitempty" field:"place,column"`
	Number      int         `json:"number,omitempty" field:"integer,least=1,most=100000"` // of people; 0 is read as one
	Age         string      `json:"age,omitempty" field:"choice,options=0-14|15-24|25-34|35-44|45-54|55-64|65+|unknown"`
	Sex         string      `json:"sex,omitempty" field:"choice,options=female|male|other|unknown"`
	Certainty   string      `json:"certainty,omitempty" field:"choice,required,column,options=suspected|confirmed"`
	Intent      string      `json:"intent,omitempty" field:"choice,options=accident|self-harm|assault|undetermined"`
	Setting     string      `json:"setting,omitempty" field:"choice,options=home|street|nightlife|prison|health-service|other|unknown"`
	Naloxone    string      `json:"naloxone,omitempty" field:"yesno"`
	Involved    []Involved  `json:"involved,omitempty" field:"list,max=60"`
	Cause       string      `json:"cause,omitempty" field:"long,max=2000"`
	Notes       string      `json:"notes,omitempty" field:"long"`
}

// Involved is one substance involved in the event.
type Involved struct {
	Substance string `json:"substance,omitempty" field:"substance"`
	Given     string `json:"given,omitempty" field:"text"`
	Certainty string `json:"certainty,omitempty" field:"choice,options=suspected|confirmed"`
	Part      string `json:"part,omitempty" field:"choice,options=cause|contributory|present|none|unknown"`
}

// Derive fills the envelope.
func (h *Harm) Derive(r *record.Record, _ record.Namer) {
	ids := make([]string, 0, len(h.Involved))
	for _, s := range h.Involved {
		ids = append(ids, s.Substance)
	}
	r.Substances = report.Distinct(ids)
	r.Places = report.Places(h.Country, h.Subdivision)
	r.When = h.Date
}

// Check refuses a subdivision of another country and substances that name nothing.
func (h *Harm) Check(p *record.Problems, _ record.Date) {
	report.CheckPlace(h.Country, h.Subdivision, p)
	for i, s := range h.Involved {
		if s.Substance == "" && s.Given == "" {
			p.Add(fmt.Sprintf("involved.%d.substance", i+1), "problem.required")
		}
	}
}

// Count adds the people concerned under "health-event/" and the type of event.
func (h *Harm) Count(r *record.Record) []record.Tally {
	day, ok := r.When.EpochDay()
	if !ok || !report.Counted(r) {
		return nil
	}
	return []record.Tally{{Source: "health-event/" + h.Event, Measure: "count", Place: report.Place(h.Country, h.Subdivision), Day: day,
		Substances: r.Substances, Value: float64(max(h.Number, 1))}}
}

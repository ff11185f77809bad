// Package supply declares the kinds of the first line of effort: illicit manufacture and trafficking.
package supply

import (
	"fmt"

	"tocsin/internal/kinds/report"
	"tocsin/internal/record"
)

// Incident is a seizure and its like: what, how much, where, how hidden, by which route.
var Incident = &record.Kind{
	Name: "incident", Line: "supply", Authored: true, Named: "goods", Sharing: record.Amber,
	Fields: record.FieldsOf(&Occurrence{}), Workflow: report.Workflow,
	Compose: report.Compose(record.Text{"en": "Incident", "es": "Incidente", "ar": "حادثة", "fr": "Incident", "pt": "Incidente", "ru": "Инцидент"}),
	New:     func() record.Body { return &Occurrence{} },
}

// Occurrence is the body of an incident.
type Occurrence struct {
	Type          string      `json:"type,omitempty" field:"choice,required,column,options=seizure|stopped-shipment|suspicious-shipment|diversion|theft|laboratory|dump|suspicious-order|equipment"`
	Found         record.Date `json:"found,omitempty" field:"date,required,past,column"`
	Country       string      `json:"country,omitempty" field:"country,required,column"`
	Subdivision   string      `json:"subdivision,omitempty" field:"place"`
	Goods         []Good      `json:"goods,omitempty" field:"list,max=60"`
	Departure     string      `json:"departure,omitempty" field:"country"`
	Transit       []string    `json:"transit,omitempty" field:"countries"`
	Destination   string      `json:"destination,omitempty" field:"country"`
	Mode          string      `json:"mode,omitempty" field:"choice,column,options=post|courier|air-cargo|air-passenger|sea|road|rail|on-foot|online|fixed-site|unknown"`
	Concealment   string      `json:"concealment,omitempty" field:"text"`
	Declared      string      `json:"declared,omitempty" field:"text"`
	Consignment   string      `json:"consignment,omitempty" field:"text,max=80"`
	Hazards       string      `json:"hazards,omitempty" field:"text"`
	Presumptive   string      `json:"presumptive,omitempty" field:"text"`
	Circumstances string      `json:"circumstances,omitempty" field:"long"`
}

// Good is one substance or item of an incident, as given and as resolved.
type Good struct {
	Substance string  `json:"substance,omitempty" field:"substance"`
	Given     string  `json:"given,omitempty" field:"text"`
	Quantity  float64 `json:"quantity,omitempty" field:"number,least=0,most=1000000000000"`
	Unit      string  `json:"unit,omitempty" field:"choice,options=µg|mg|g|kg|t|ml|l|tablets|capsules|units|ampoules|blotters|plants|pieces"`
	Label     string  `json:"label,omitempty" field:"text"`
}

// grams converts units of mass; a litre counts as a kilogram, as UNODC's seizure statistics do.
var grams = map[string]float64{"µg": 1e-6, "mg": 1e-3, "g": 1, "kg": 1e3, "t": 1e6, "ml": 1, "l": 1e3}

// Derive fills the envelope.
func (o *Occurrence) Derive(r *record.Record, _ record.Namer) {
	ids := make([]string, 0, len(o.Goods))
	for _, g := range o.Goods {
		ids = append(ids, g.Substance)
	}
	r.Substances = report.Distinct(ids)
	r.Places = report.Places(o.Country, o.Subdivision, append([]string{o.Departure, o.Destination}, o.Transit...)...)
	r.When = o.Found
}

// Check refuses a subdivision of another country and goods that name nothing or give a quantity without a unit.
func (o *Occurrence) Check(p *record.Problems, _ record.Date) {
	report.CheckPlace(o.Country, o.Subdivision, p)
	for i, g := range o.Goods {
		if g.Substance == "" && g.Given == "" {
			p.Add(fmt.Sprintf("goods.%d.substance", i+1), "problem.required")
		}
		if g.Quantity > 0 && g.Unit == "" {
			p.Add(fmt.Sprintf("goods.%d.unit", i+1), "problem.required")
		}
	}
}

// Count adds one incident of its type and, for each substance with a mass, its grams.
func (o *Occurrence) Count(r *record.Record) []record.Tally {
	day, ok := r.When.EpochDay()
	if !ok || !report.Counted(r) {
		return nil
	}
	place := report.Place(o.Country, o.Subdivision)
	source := "incident/" + o.Type
	tallies := []record.Tally{{Source: source, Measure: "count", Place: place, Day: day, Substances: r.Substances, Value: 1}}
	for _, g := range o.Goods {
		if f := grams[g.Unit]; f > 0 && g.Quantity > 0 && g.Substance != "" {
			tallies = append(tallies, record.Tally{Source: source, Measure: "g", Place: place, Day: day, Substances: []string{g.Substance}, Value: g.Quantity * f})
		}
	}
	return tallies
}

// Package detection declares the kinds of the second line of effort: what laboratories identify, what the counts
// signal, and what is warned of.
package detection

import (
	"slices"

	"tocsin/internal/kinds/report"
	"tocsin/internal/record"
)

// Identification is a laboratory's finding about one sample.
var Identification = &record.Kind{
	Name: "identification", Line: "detection", Authored: true, Named: "components", Sharing: record.Green,
	Fields: record.FieldsOf(&Finding{}), Workflow: report.Workflow,
	Compose: report.Compose(record.Text{"en": "Unidentified sample", "es": "Muestra no identificada", "ar": "عينة غير محددة", "fr": "Échantillon non identifié", "pt": "Amostra não identificada", "ru": "Неопознанный образец"}),
	New:     func() record.Body { return &Finding{} },
}

// Finding is the body of an identification.
type Finding struct {
	SampleRef   string      `json:"sample_ref,omitempty" field:"text,max=80"`
	Origin      string      `json:"origin,omitempty" field:"choice,required,column,options=seized|donated|collected|biological|wastewater|test-purchase"`
	Taken       record.Date `json:"taken,omitempty" field:"date,past"`
	Reported    record.Date `json:"reported,omitempty" field:"date,required,past,column"`
	Country     string      `json:"country,omitempty" field:"country,required,column"`
	Subdivision string      `json:"subdivision,omitempty" field:"place"`
	Form        string      `json:"form,omitempty" field:"choice,column,options=powder|tablet|capsule|crystal|liquid|injectable|plant|paper|vape|resin|food|other"`
	SoldAs      string      `json:"sold_as,omitempty" field:"text"`
	Components  []Component `json:"components,omitempty" field:"list,required,max=60"`
	Techniques  []Technique `json:"techniques,omitempty" field:"list,max=20"`
	Resampled   string      `json:"resampled,omitempty" field:"yesno"`
	Standard    string      `json:"standard,omitempty" field:"yesno"`
	Level       string      `json:"level,omitempty" field:"choice,derived,column,options=confirmed|tentative|presumptive|unknown"`
	FirstSeen   string      `json:"first_seen,omitempty" field:"choice,options=no|country|region|world|unknown"`
	Laboratory  string      `json:"laboratory,omitempty" field:"text"`
	Accredited  string      `json:"accredited,omitempty" field:"yesno"`
	Notes       string      `json:"notes,omitempty" field:"long"`
}

// Component is one substance found in the sample.
type Component struct {
	Substance string  `json:"substance,omitempty" field:"substance"`
	Given     string  `json:"given,omitempty" field:"text"` // as the laboratory wrote it
	Amount    float64 `json:"amount,omitempty" field:"number,least=0,most=1000000000"`
	Unit      string  `json:"unit,omitempty" field:"choice,options=µg|mg|g|kg|ml|l|tablets|capsules|units|ng/ml|mg/l"`
	Purity    float64 `json:"purity,omitempty" field:"number,least=0,most=100,unit=%"`
	Role      string  `json:"role,omitempty" field:"choice,options=main|minor|trace|cutting"`
}

// Technique is one analytical technique and whether it identified the substance.
type Technique struct {
	Name     string `json:"name,omitempty" field:"choice,required,options=ir|ms|nmr|raman|xrd|ce|gc|ims|lc|microcrystal|pharmaceutical|tlc|uv|macroscopic|microscopic|colour|fluorescence|immunoassay|melting"`
	Category string `json:"category,omitempty" field:"choice,derived,options=A|B|C"`
	Positive string `json:"positive,omitempty" field:"yesno"`
}

// categories are the classes of analytical techniques of SWGDRUG's recommendations (Part III B, 2019): A gives the
// highest discriminating power through structure, B through physical or chemical characteristics, C the least.
var categories = map[string]string{
	"ir": "A", "ms": "A", "nmr": "A", "raman": "A", "xrd": "A",
	"ce": "B", "gc": "B", "ims": "B", "lc": "B", "microcrystal": "B", "pharmaceutical": "B", "tlc": "B", "uv": "B",
	"macroscopic": "B", "microscopic": "B",
	"colour": "C", "fluorescence": "C", "immunoassay": "C", "melting": "C",
}

// Derive fills the techniques' categories, the level of identification and the envelope.
func (f *Finding) Derive(r *record.Record, _ record.Namer) {
	for i := range f.Techniques {
		f.Techniques[i].Category = categories[f.Techniques[i].Name]
	}
	f.Level = f.level()
	ids := make([]string, 0, len(f.Components))
	for _, c := range f.Components {
		ids = append(ids, c.Substance)
	}
	r.Substances = report.Distinct(ids)
	r.Places = report.Places(f.Country, f.Subdivision)
	r.When = f.Taken
	if r.When == "" {
		r.When = f.Reported
	}
}

// level applies SWGDRUG's minimum scheme: a technique of category A and one other, or without A three techniques of
// which two are of category B; without a reference standard it stays tentative. Only positive results identify.
func (f *Finding) level() string {
	var a, b, c int
	var seen []string
	for _, t := range f.Techniques {
		if t.Positive == "no" || slices.Contains(seen, t.Name) {
			continue
		}
		seen = append(seen, t.Name)
		switch t.Category {
		case "A":
			a++
		case "B":
			b++
		case "C":
			c++
		}
	}
	enough := a >= 2 || (a == 1 && b+c >= 1) || (b >= 2 && b+c >= 3)
	switch {
	case enough && f.Standard == "no":
		return "tentative"
	case enough:
		return "confirmed"
	case a+b+c > 0:
		return "presumptive"
	}
	return "unknown"
}

// Check refuses a subdivision of another country, components that name nothing, and a sample reported before it was taken.
func (f *Finding) Check(p *record.Problems, today record.Date) {
	report.CheckPlace(f.Country, f.Subdivision, p)
	for i, c := range f.Components {
		if c.Substance == "" && c.Given == "" {
			p.Add("components."+itoa(i+1)+".substance", "problem.required")
		}
		if c.Amount > 0 && c.Unit == "" {
			p.Add("components."+itoa(i+1)+".unit", "problem.required")
		}
	}
	if f.Taken.Precision() == record.Day && f.Reported.Precision() == record.Day && f.Taken > f.Reported {
		p.Add("reported", "problem.before", "value", string(f.Reported), "other", string(f.Taken))
	}
}

// Count adds one identification on the day the sample was taken.
func (f *Finding) Count(r *record.Record) []record.Tally {
	day, ok := r.When.EpochDay()
	if !ok || !report.Counted(r) {
		return nil
	}
	return []record.Tally{{Source: "identification", Measure: "count", Place: report.Place(f.Country, f.Subdivision), Day: day, Substances: r.Substances, Value: 1}}
}

package detection

import (
	"strconv"

	"fmt"

	"tocsin/internal/kinds/report"
	"tocsin/internal/record"
)

// Figure is a statistic as an office publishes it: a number for a place and a span of months. Figures of spans that
// overlap would be counted twice, so figures are shown and compared and never added to the observations.
var Figure = &record.Kind{
	Name: "figure", Line: "detection", Authored: true, Named: "about", Sharing: record.Green, Fields: record.FieldsOf(&Statistic{}), Workflow: report.Workflow,
	Compose: report.Compose(record.Text{"en": "All substances", "es": "Todas las sustancias", "ar": "جميع المواد", "fr": "Toutes les substances", "pt": "Todas as substâncias", "ru": "Все вещества"}),
	New:     func() record.Body { return &Statistic{} },
}

// Statistic is the body of a figure.
type Statistic struct {
	record.NoCount
	Indicator   string     `json:"indicator,omitempty" field:"text,required,column"`
	Country     string     `json:"country,omitempty" field:"country,required,column"`
	Subdivision string     `json:"subdivision,omitempty" field:"place,column"`
	Year        int        `json:"year,omitempty" field:"integer,required,column,least=1900,most=2100"`
	Month       int        `json:"month,omitempty" field:"integer,column,least=1,most=12"` // the last month of the span; 0 for a whole year
	Months      int        `json:"months,omitempty" field:"integer,least=1,most=120"`      // length of the span
	Value       *float64   `json:"value,omitempty" field:"number,least=0,column"`          // absent where the office withholds it
	Predicted   *float64   `json:"predicted,omitempty" field:"number,least=0"`             // adjusted by the office for reports to come
	Complete    float64    `json:"complete,omitempty" field:"number,least=0,most=100,unit=%"`
	Pending     float64    `json:"pending,omitempty" field:"number,least=0,most=100,unit=%"`
	About       []Involved `json:"about,omitempty" field:"list,max=20"`
	Source      string     `json:"source,omitempty" field:"text"`
	Note        string     `json:"note,omitempty" field:"long,max=2000"`
}

// Involved is a substance or class that a figure or a name is about.
type Involved struct {
	Substance string `json:"substance,omitempty" field:"substance"`
	Given     string `json:"given,omitempty" field:"text"`
}

// Derive fills the envelope.
func (s *Statistic) Derive(r *record.Record, _ record.Namer) {
	r.Places = report.Places(s.Country, s.Subdivision)
	r.Substances = report.Distinct(subjects(s.About))
	if s.Year > 0 {
		r.When = record.Date(fmt.Sprintf("%04d", s.Year))
		if s.Month > 0 {
			r.When = record.Date(fmt.Sprintf("%04d-%02d", s.Year, s.Month))
		}
	}
}

func subjects(list []Involved) []string {
	ids := make([]string, 0, len(list))
	for _, s := range list {
		ids = append(ids, s.Substance)
	}
	return ids
}

// Check refuses a subdivision of another country.
func (s *Statistic) Check(p *record.Problems, today record.Date) {
	if today != "" && strconv.Itoa(s.Year) > string(today)[:4] {
		p.Add("year", "problem.future", "value", s.Year)
	}
	report.CheckPlace(s.Country, s.Subdivision, p)
}

// SubstanceName is a name that somebody uses for a substance: what the catalogue may learn from.
var SubstanceName = &record.Kind{
	Name: "substance-name", Line: "detection", Authored: true, Named: "about", Sharing: record.Green, Fields: record.FieldsOf(&NameInUse{}), Workflow: report.Workflow,
	Compose: func(r *record.Record, n record.Namer, lang string) string {
		return report.Compose(record.Text{"en": "Name in use", "es": "Nombre en uso", "ar": "اسم متداول", "fr": "Nom en usage", "pt": "Nome em uso", "ru": "Употребляемое название"})(r, n, lang)
	},
	New: func() record.Body { return &NameInUse{} },
}

// NameInUse is the body of a substance's name.
type NameInUse struct {
	record.NoCount
	Name       string     `json:"name,omitempty" field:"text,required,column"`
	Meaning    string     `json:"meaning,omitempty" field:"text,column"` // what its user says it stands for
	KindOfName string     `json:"kind_of_name,omitempty" field:"choice,column,options=synonym|street|brand|systematic"`
	Class      string     `json:"class,omitempty" field:"text"`
	Schedule   string     `json:"schedule,omitempty" field:"text,max=40"` // in the country
	Reference  string     `json:"reference,omitempty" field:"text,max=80"`
	Country    string     `json:"country,omitempty" field:"country,column"`
	Language   string     `json:"language,omitempty" field:"text,max=20"`
	About      []Involved `json:"about,omitempty" field:"list,max=20"`
}

// Derive fills the envelope.
func (s *NameInUse) Derive(r *record.Record, _ record.Namer) {
	r.Places = report.Places(s.Country, "")
	r.Substances = report.Distinct(subjects(s.About))
}

// Check has nothing to add.
func (s *NameInUse) Check(*record.Problems, record.Date) {}

package programme

import (
	"fmt"
	"strconv"

	"tocsin/internal/record"
)

// Pledge is a state's signature under the Member Pledge. An authorised official signs it and a second person of the same
// state confirms.
var Pledge = &record.Kind{
	Name: "pledge", Line: "programme", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&Signature{}),
	Compose: composeOwned(record.Text{"en": "Pledge", "es": "Compromiso firmado", "ar": "التعهد", "fr": "Engagement signé", "pt": "Compromisso assinado", "ru": "Обязательство"}),
	Workflow: record.Workflow{
		Initial: "draft",
		States:  []string{"draft", "signed", "in-force", "withdrawn"},
		Private: []string{"draft", "signed"},
		Locked:  []string{"signed", "in-force", "withdrawn"},
		Steps: []record.Step{
			{Name: "sign", From: []string{"draft"}, To: "signed", Duty: "signatory"},
			{Name: "confirm-signature", From: []string{"signed"}, To: "in-force", Second: true, Tell: record.TellAudience},
			{Name: "return", From: []string{"signed"}, To: "draft", Reason: true},
			{Name: "withdraw", From: []string{"in-force"}, To: "withdrawn", Duty: "signatory", Reason: true},
		},
	},
	New: func() record.Body { return &Signature{} },
}

// Signature is the body of a pledge.
type Signature struct {
	record.NoCount
	Signatory string      `json:"signatory,omitempty" field:"text,required"` // office of who signs
	Signed    record.Date `json:"signed,omitempty" field:"date,past,column"`
	Occasion  string      `json:"occasion,omitempty" field:"text"`
	Source    string      `json:"source,omitempty" field:"text"`
}

// Derive fills the envelope.
func (s *Signature) Derive(r *record.Record, _ record.Namer) {
	r.When = s.Signed
	r.Places = places(r.Owner)
}

// Check has nothing to add.
func (s *Signature) Check(*record.Problems, record.Date) {}

// UniqueKey lets a state sign once.
func (s *Signature) UniqueKey() string { return "pledge" }

func composeOwned(words record.Text) func(*record.Record, record.Namer, string) string {
	return func(r *record.Record, n record.Namer, lang string) string {
		title, _ := words.In(lang)
		if name, ok := n.ParticipantName(r.Owner, lang); ok {
			return title + " · " + name
		}
		return title
	}
}

// PledgeReport is what a state says once a year of what it has done under each of the pledge's seven actions.
var PledgeReport = &record.Kind{
	Name: "pledge-report", Line: "programme", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&YearReport{}), Under: []string{"pledge"},
	Compose: func(r *record.Record, n record.Namer, lang string) string {
		return composeOwned(record.Text{"en": "Report on the pledge", "es": "Informe sobre el compromiso", "ar": "تقرير عن التعهد", "fr": "Rapport sur l'engagement", "pt": "Relatório sobre o compromisso", "ru": "Отчет о выполнении обязательства"})(r, n, lang) + " · " + string(r.When)
	},
	Workflow: record.Workflow{
		Initial: "draft", States: []string{"draft", "submitted"}, Private: []string{"draft"}, Locked: []string{"submitted"},
		Steps: []record.Step{{Name: "submit", From: []string{"draft"}, To: "submitted"}, {Name: "return", From: []string{"submitted"}, To: "draft", Reason: true}},
	},
	New: func() record.Body { return &YearReport{} },
}

// YearReport is the body of a report on the pledge.
type YearReport struct {
	record.NoCount
	Year    int      `json:"year,omitempty" field:"integer,required,least=2024,most=2100,column"`
	Answers []Answer `json:"answers,omitempty" field:"list,required,max=7"`
}

// Answer is what was done under one action of the pledge.
type Answer struct {
	Action   string `json:"pledge_action,omitempty" field:"choice,required,options=regulate-controlled|review-and-close-gaps|public-private-partnerships|share-shipments|monitor-trends|treatment-access|capacity-building"`
	Status   string `json:"status,omitempty" field:"choice,required,options=not-begun|in-progress|achieved|not-applicable"`
	Text     string `json:"text,omitempty" field:"long,max=5000"`
	Evidence string `json:"evidence,omitempty" field:"url"`
}

// Derive fills the envelope.
func (y *YearReport) Derive(r *record.Record, _ record.Namer) {
	r.Places = places(r.Owner)
	if y.Year > 0 {
		r.When = record.Date(strconv.Itoa(y.Year))
	}
}

// Check refuses two answers to one action, and says which actions are not answered.
func (y *YearReport) Check(p *record.Problems, today record.Date) {
	if year := strconv.Itoa(y.Year); today != "" && year > string(today)[:4] {
		p.Add("year", "problem.future", "value", year)
	}
	seen := map[string]bool{}
	for i, a := range y.Answers {
		if a.Action != "" && seen[a.Action] {
			p.Add(fmt.Sprintf("answers.%d.pledge_action", i+1), "problem.twice", "value", a.Action)
		}
		seen[a.Action] = true
	}
	for _, a := range PledgeActions {
		if !seen[a] && len(y.Answers) > 0 {
			p.Add("answers", "problem.unanswered", "value", a)
		}
	}
}

// UniqueKey lets a state report once a year.
func (y *YearReport) UniqueKey() string { return "pledge-report/" + strconv.Itoa(y.Year) }

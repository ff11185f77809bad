package programme

import (
	"cmp"
	"fmt"
	"regexp"

	"tocsin/internal/record"
)

// Need is what a country asks others for.
var Need = &record.Kind{
	Name: "need", Line: "programme", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Wanted{}), Compose: untitled,
	Follows: []string{"signal", "alert", "recommendation", "commitment"},
	Workflow: record.Workflow{
		Initial: "open", States: []string{"draft", "open", "partly-met", "met", "closed"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "make-known", From: []string{"draft"}, To: "open"},
			{Name: "meet-in-part", From: []string{"open"}, To: "partly-met"},
			{Name: "meet", From: []string{"open", "partly-met"}, To: "met"},
			{Name: "close", From: []string{"open", "partly-met"}, To: "closed", Reason: true},
			{Name: "reopen", From: []string{"met", "closed"}, To: "open", Reason: true},
		},
	},
	New: func() record.Body { return &Wanted{} },
}

// Wanted is the body of a need.
type Wanted struct {
	Named
	Country  string      `json:"country,omitempty" field:"country,required,column"`
	Theme    string      `json:"theme,omitempty" field:"choice,required,column,options=intelligence-platforms|private-sector|strategy-and-contact|legislation|accreditation|access-to-services"`
	Lines    []string    `json:"lines,omitempty" field:"lines"`
	Resource string      `json:"resource,omitempty" field:"choice,required,column,options=training|equipment|funding|expertise|standards|laboratory|legislative-drafting|treatment|data-system"`
	Amount   float64     `json:"amount,omitempty" field:"number,least=0,most=1000000000000"`
	Currency string      `json:"currency,omitempty" field:"text,max=3"`
	People   int         `json:"people,omitempty" field:"integer,least=1,most=1000000"`
	Language []string    `json:"languages,omitempty" field:"languages"`
	From     record.Date `json:"from,omitempty" field:"date"`
	Due      record.Date `json:"due,omitempty" field:"date"`
	About    []Subject   `json:"about,omitempty" field:"list,max=20"`
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func checkMoney(p *record.Problems, prefix string, amount float64, currency string) {
	if currency != "" && !currencyCode.MatchString(currency) {
		p.Add(prefix+"currency", "problem.currency", "value", currency)
	}
	if amount > 0 && currency == "" {
		p.Add(prefix+"currency", "problem.required")
	}
}

// Derive fills the envelope.
func (n *Wanted) Derive(r *record.Record, _ record.Namer) {
	n.title(r)
	r.When, r.Places, r.Substances = n.From, places(n.Country), subjects(n.About)
	r.Topics = topics(append([]string{themeTopic(n.Theme)}, n.Lines...)...)
}

// Check refuses an amount without a currency and an end before the beginning.
func (n *Wanted) Check(p *record.Problems, _ record.Date) {
	checkMoney(p, "", n.Amount, n.Currency)
	after(p, "due", n.From, n.Due)
}

// Contribution is what a donor gives: money, a loan, or help in kind.
var Contribution = &record.Kind{
	Name: "contribution", Line: "programme", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Gift{}), Compose: untitled,
	Follows: []string{"need", "initiative", "commitment", "recommendation"},
	Workflow: record.Workflow{
		Initial: "pledged", States: []string{"draft", "pledged", "committed", "disbursing", "completed", "cancelled"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "make-known", From: []string{"draft"}, To: "pledged"},
			{Name: "commit", From: []string{"pledged"}, To: "committed"},
			{Name: "disburse", From: []string{"pledged", "committed"}, To: "disbursing"},
			{Name: "complete", From: []string{"committed", "disbursing"}, To: "completed"},
			{Name: "call-off", From: []string{"pledged", "committed", "disbursing"}, To: "cancelled", Reason: true},
		},
	},
	New: func() record.Body { return &Gift{} },
}

// Gift is the body of a contribution. Its fields are those of an activity of IATI 2.03.
type Gift struct {
	Named
	Identifier   string        `json:"identifier,omitempty" field:"text,max=200"` // IATI identifier, unique within the donor
	Form         string        `json:"form,omitempty" field:"choice,required,column,options=grant|loan|in-kind|expertise"`
	Recipients   []string      `json:"recipients,omitempty" field:"countries,required,column"`
	Through      string        `json:"through,omitempty" field:"participant"` // who carries it out
	Theme        string        `json:"theme,omitempty" field:"choice,required,column,options=intelligence-platforms|private-sector|strategy-and-contact|legislation|accreditation|access-to-services"`
	Lines        []string      `json:"lines,omitempty" field:"lines"`
	Purpose      string        `json:"purpose_code,omitempty" field:"text,max=5"` // DAC purpose code
	Amount       float64       `json:"amount,omitempty" field:"number,least=0,most=1000000000000,column"`
	Currency     string        `json:"currency,omitempty" field:"text,max=3,column"`
	From         record.Date   `json:"from,omitempty" field:"date,required,column"`
	Due          record.Date   `json:"due,omitempty" field:"date"`
	Includes     string        `json:"includes,omitempty" field:"text,max=200"` // identifier of the activity that this one is part of: its amount is in that one's
	Transactions []Transaction `json:"transactions,omitempty" field:"list,max=1000"`
	Source       string        `json:"source,omitempty" field:"text"`
}

// Transaction is a payment or a commitment to pay.
type Transaction struct {
	Type     string      `json:"type,omitempty" field:"choice,required,options=commitment-made|disbursement|expenditure"`
	Date     record.Date `json:"date,omitempty" field:"date,required"`
	Value    float64     `json:"value,omitempty" field:"number,required,least=0,most=1000000000000"`
	Currency string      `json:"currency,omitempty" field:"text,max=3"`
}

var purposeCode = regexp.MustCompile(`^[0-9]{5}$`)

// Derive fills the envelope.
func (g *Gift) Derive(r *record.Record, _ record.Namer) {
	g.title(r)
	r.When, r.Places = g.From, places(g.Recipients...)
	r.Topics = topics(append([]string{themeTopic(g.Theme)}, g.Lines...)...)
}

// mostMoney is the most that an amount may be. Others read the amount of an activity from the sum of its commitments, so
// that one is held to it as well.
const mostMoney = 1e12

// Check refuses amounts without a currency, commitments whose sum is no amount, days that are none, and an end before the
// beginning.
func (g *Gift) Check(p *record.Problems, _ record.Date) {
	checkMoney(p, "", g.Amount, g.Currency)
	after(p, "due", g.From, g.Due)
	for field, id := range map[string]string{"identifier": g.Identifier, "includes": g.Includes} {
		if id != "" && !IsIATI(id) {
			p.Add(field, "problem.identifier", "value", id)
		}
	}
	if g.Purpose != "" && !purposeCode.MatchString(g.Purpose) {
		p.Add("purpose_code", "problem.purpose", "value", g.Purpose)
	}
	committed := map[string]float64{}
	for i, t := range g.Transactions {
		prefix := fmt.Sprintf("transactions.%d.", i+1)
		if t.Type == "commitment-made" {
			committed[cmp.Or(t.Currency, g.Currency)] += t.Value
		}
		if t.Currency != "" || g.Currency == "" {
			checkMoney(p, prefix, t.Value, t.Currency)
		}
		if t.Date != "" && t.Date.Precision() != record.Day {
			p.Add(prefix+"date", "problem.day")
		}
	}
	for _, sum := range committed {
		if sum > mostMoney {
			p.Add("transactions", "problem.most", "most", mostMoney, "value", sum)
			return
		}
	}
}

// identifierShape is what the standard says of identifiers of activities.
var identifierShape = regexp.MustCompile(`^[^\s/&|?]+$`)

// IsIATI reports whether a text may be the identifier of an activity.
func IsIATI(id string) bool { return identifierShape.MatchString(id) }

// UniqueKey is the IATI identifier: a donor has one activity of a name.
func (g *Gift) UniqueKey() string {
	if g.Identifier == "" {
		return ""
	}
	return "iati/" + g.Identifier
}

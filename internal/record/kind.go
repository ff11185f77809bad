package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// Kind declares a type of record: its fields, its workflow, and through its Body how it is derived, checked and counted.
// Stores, forms, lists, imports, exports and the API are made from this declaration alone.
type Kind struct {
	Name     string // singular, hyphenated: "health-event"
	Line     string // line of effort: supply, detection, health, programme
	Fields   []Field
	Workflow Workflow
	Sharing  TLP    // proposed for a new record
	Authored bool   // people write it with the form and by import; false for what only the system makes
	Named    string // the list field that holds the substances, each item with "substance" and "given"; "" for none
	// Compose titles a record that has no title of its own, in the language; nil where a title must be written.
	Compose func(r *Record, n Namer, lang string) string
	New     func() Body
}

// Body is the typed part of a record.
type Body interface {
	// Derive fills the computed fields of the body and the envelope's When, Places and Substances.
	// It must give the same result when called again.
	Derive(r *Record, n Namer)
	// Check adds what is wrong beyond the fields' own rules. today is the caller's day (UTC).
	Check(p *Problems, today Date)
	// Count returns what the record adds to the observations; nil for kinds that are not counted.
	Count(r *Record) []Tally
}

// Namer gives the names and ancestors of substances and the validity of places; the catalogue and the directory implement it.
type Namer interface {
	SubstanceName(id, lang string) (string, bool)
	// SubstanceClasses returns the classes above a substance or class, nearest first.
	SubstanceClasses(id string) []string
	PlaceName(code, lang string) (string, bool)
}

// Tally is one addition to the observations: Value of Measure from Source on Day at Place, about each of the substances
// and, once each, their classes. A tally without substances counts towards the total only.
type Tally struct {
	Source     string // such as "health-event/death"
	Measure    string // "count" (events), "g" (grams)
	Place      string // the most specific place; its country is counted with it
	Day        int64  // epoch day
	Substances []string
	Value      float64
}

// Workflow is a kind's states and the steps between them.
type Workflow struct {
	Initial string
	States  []string
	Private []string // states in which only the owner's officials see the record, whatever its rule says
	Steps   []Step
}

// Step is a named change of state.
type Step struct {
	Name   string
	From   []string
	To     string
	Duty   string // a duty that the person must hold, "" for any official of the owner
	Second bool   // a person other than the author of the last change must do it
	Reason bool   // a reason must be given
}

// StepsFrom returns the steps that lead out of state.
func (w Workflow) StepsFrom(state string) []Step {
	var s []Step
	for _, t := range w.Steps {
		if slices.Contains(t.From, state) {
			s = append(s, t)
		}
	}
	return s
}

// Step returns the named step out of state.
func (w Workflow) Step(name, state string) (Step, bool) {
	for _, t := range w.StepsFrom(state) {
		if t.Name == name {
			return t, true
		}
	}
	return Step{}, false
}

// IsPrivate reports whether a record in state is for its owner only. An unknown state is private.
func (w Workflow) IsPrivate(state string) bool {
	return slices.Contains(w.Private, state) || !slices.Contains(w.States, state)
}

// ErrBody is wrapped by Decode's error for a body that does not fit its kind.
var ErrBody = errors.New("the body does not fit the kind")

// Decode reads the record's body into its kind's type. Unknown fields are refused.
func (k *Kind) Decode(raw json.RawMessage) (Body, error) {
	b := k.New()
	if len(raw) == 0 {
		return b, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(b); err != nil {
		return nil, errors.Join(ErrBody, err)
	}
	return b, nil
}

// TitleIn returns the record's title in the language: its own, or one composed from its content.
func (k *Kind) TitleIn(r *Record, n Namer, lang string) string {
	if t, _ := r.Title.In(lang); t != "" || k.Compose == nil {
		return t
	}
	return k.Compose(r, n, lang)
}

// Complete derives the computed parts of r, checks it against the kind's declaration and stores the body in its canonical form.
// It returns the body and every problem found.
func (k *Kind) Complete(r *Record, n Namer, today Date) (Body, Problems) {
	var p Problems
	b, err := k.Decode(r.Body)
	if err != nil {
		p.Add("body", "problem.body", "detail", err.Error())
		return nil, p
	}
	return b, k.CompleteBody(r, b, n, today)
}

// CompleteBody is Complete for a body that is already typed.
func (k *Kind) CompleteBody(r *Record, b Body, n Namer, today Date) Problems {
	var p Problems
	b.Derive(r, n)
	checkFields(k.Fields, b, n, today, &p)
	if len(p) == 0 { // what is derived from wrong fields is wrong too, and says less well where
		checkDerived(r, n, today, &p)
	}
	k.checkEnvelope(r, &p)
	b.Check(&p, today)
	if len(p) > 0 {
		return p
	}
	raw, err := json.Marshal(b)
	if err != nil {
		p.Add("body", "problem.body", "detail", err.Error())
		return p
	}
	r.Body = raw
	return p
}

const (
	maxTitle   = 300
	maxSummary = 20000
	maxLinks   = 1000
)

func (k *Kind) checkEnvelope(r *Record, p *Problems) {
	*p = append(*p, r.Sharing.Validate()...)
	if len(r.Title) == 0 && k.Compose == nil {
		p.Add("title", "problem.required")
	}
	checkText("title", r.Title, maxTitle, p)
	checkText("summary", r.Summary, maxSummary, p)
	if len(r.Links) > maxLinks {
		p.Add("links", "problem.many", "max", maxLinks)
	}
	for _, l := range r.Links {
		if !slices.Contains(Relations, l.Relation) || l.To == "" || l.To == r.ID {
			p.Add("links", "problem.link", "value", string(l.Relation))
		}
	}
	if !slices.Contains(k.Workflow.States, r.State) {
		p.Add("state", "problem.state", "value", r.State)
	}
}

// checkDerived checks the parts of the envelope that follow from the body.
func checkDerived(r *Record, n Namer, today Date, p *Problems) {
	if r.When != "" {
		checkDate("when", r.When, today, p)
	}
	for _, pl := range r.Places {
		if _, ok := n.PlaceName(pl, "en"); !ok {
			p.Add("places", "problem.place", "value", pl)
		}
	}
	for _, s := range r.Substances {
		if _, ok := n.SubstanceName(s, "en"); !ok {
			p.Add("substances", "problem.substance", "value", s)
		}
	}
}

// NoCount is embedded by bodies that are not counted.
type NoCount struct{}

// Count returns nil.
func (NoCount) Count(*Record) []Tally { return nil }

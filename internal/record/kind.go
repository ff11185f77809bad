package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"
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
	// Under names the kinds to one of which a record belongs: it holds exactly one link "part-of" to such a record and is
	// made from that record's page. Empty for records that stand alone.
	Under []string
	// Follows names the kinds that a record of this kind may answer: from their pages it is made with a link "answers".
	Follows []string
	// Chaired is set where the co-chairs and coordinators of the groups that a record stands in, and the secretariat, may
	// write and change it beside the owner's officials, as far as they see it.
	Chaired bool
	// Partners is set where people of stakeholder organisations may write records of the kind, which their organisation owns.
	Partners bool
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

// Unique is implemented by bodies of which an owner has one only: a second record with the same key is refused.
type Unique interface {
	// UniqueKey returns what may stand once among the owner's records of the kind, "" for nothing.
	UniqueKey() string
}

// Answered is implemented by bodies that people answer: an invitation, a consultation.
type Answered interface {
	// Answers returns the answers to choose from, none when nobody is asked.
	Answers() []string
	// AnswerUntil returns the moment after which no answer is taken; zero for none.
	AnswerUntil() time.Time
}

// Namer gives the names and ancestors of substances and the validity of places, groups and participants; the catalogue
// and the directory implement it.
type Namer interface {
	// GroupName names a group ("swg1.1") or one of its sections ("swg1.1/west").
	GroupName(id, lang string) (string, bool)
	// IsLine reports whether a group is a Line of Action.
	IsLine(id string) bool
	ParticipantName(code, lang string) (string, bool)
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
	Locked  []string // states in which the content does not change any more
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
	By     By     // whose it is to take
	Widen  TLP    // the label that the record gets with the step, "" for no change
	Tell   Tell   // who is told of it
}

// By says whose a step is to take.
type By string

// The takers of steps.
const (
	ByOwner       By = ""            // an official of the owner
	ByHost        By = "host"        // an official of the owner of the record that it belongs to
	ByChair       By = "chair"       // a co-chair or coordinator of the group, or the secretariat
	BySecretariat By = "secretariat" // the secretariat
	BySystem      By = "system"      // the clock
)

// Tell says who is told of a step.
type Tell string

// Who is told.
const (
	TellNobody   Tell = ""
	TellOwner    Tell = "owner"    // the owner's officials
	TellHost     Tell = "host"     // the officials of the owner of the record that it belongs to
	TellGroup    Tell = "group"    // the members of the groups and sections that the record stands in
	TellAudience Tell = "audience" // everybody whom the rule includes
)

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
		checkDerived(r, n, &p)
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
	MaxLinks   = 1000
)

func (k *Kind) checkEnvelope(r *Record, p *Problems) {
	*p = append(*p, r.Sharing.Validate()...)
	if len(r.Title) == 0 && k.Compose == nil {
		p.Add("title", "problem.required")
	}
	checkText("title", r.Title, maxTitle, p)
	checkText("summary", r.Summary, maxSummary, p)
	if len(k.Under) > 0 && len(r.LinkedTo(PartOf)) != 1 {
		p.Add("links", "problem.under")
	}
	if len(r.Links) > MaxLinks {
		p.Add("links", "problem.many", "max", MaxLinks)
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
func checkDerived(r *Record, n Namer, p *Problems) {
	if r.When != "" {
		checkDate("when", r.When, "", p)
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

// Package record holds what every shared thing has in common: the envelope, its sharing rule as written,
// partial dates, the declaration of a kind with its fields, workflow and counting, and validation.
// It is pure: it reads no clock, file or database.
package record

import (
	"encoding/json"
	"slices"
	"time"
)

// Text is a text by language (BCP 47 primary tag: en, es, ar, fr, pt, ru).
type Text map[string]string

// In returns the text in lang, else in English, else in any language (alphabetically first), and the language it is in.
func (t Text) In(lang string) (text, in string) {
	if s := t[lang]; s != "" {
		return s, lang
	}
	if s := t["en"]; s != "" {
		return s, "en"
	}
	for l, s := range t {
		if s != "" && (in == "" || l < in) {
			text, in = s, l
		}
	}
	return text, in
}

// Relation says how one record stands to another.
type Relation string

// The relations between records.
const (
	CausedBy    Relation = "caused-by"    // this exists because of that
	EvidenceFor Relation = "evidence-for" // this supports that
	Answers     Relation = "answers"
	PartOf      Relation = "part-of"
	SameAs      Relation = "same-as"
	Supersedes  Relation = "supersedes"
)

// Relations lists every relation.
var Relations = []Relation{CausedBy, EvidenceFor, Answers, PartOf, SameAs, Supersedes}

// Link points from the record that holds it to another record.
type Link struct {
	Relation Relation `json:"relation"`
	To       string   `json:"to"`
}

// Attachment names a stored file by the SHA-256 of its content (hexadecimal). Type is what its bytes are, not what its name says.
type Attachment struct {
	Hash string `json:"hash"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"` // bytes
}

// External is the record's identifier in another system, unique within (owner, system).
type External struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// Retraction says that the owner has withdrawn the record. Its content stays in the history; it counts nowhere.
type Retraction struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Note string    `json:"note"`
}

// Record is the envelope of every kind. Body is the kind's own typed part.
type Record struct {
	ID          string          `json:"id"`
	Kind        string          `json:"kind"`
	Owner       string          `json:"owner"`  // participant code
	Author      string          `json:"author"` // person id, empty for the system
	Sharing     Sharing         `json:"sharing"`
	State       string          `json:"state"`
	Title       Text            `json:"title,omitempty"`
	Summary     Text            `json:"summary,omitempty"`
	When        Date            `json:"when,omitempty"`   // of the event, with its precision
	Places      []string        `json:"places,omitempty"` // ISO 3166-1 alpha-2 or ISO 3166-2
	Substances  []string        `json:"substances,omitempty"`
	OwnerName   string          `json:"owner_name,omitempty"` // the owner's English name when the record was made: a country may take another
	Topics      []string        `json:"topics,omitempty"`     // groups ("swg1.1"), sections ("swg1.1/west"), Lines of Action ("l5") and themes ("theme:legislation") that it stands in
	Links       []Link          `json:"links,omitempty"`
	Attachments []Attachment    `json:"attachments,omitempty"`
	External    []External      `json:"external,omitempty"`
	Simulated   bool            `json:"simulated,omitempty"`
	Reason      string          `json:"reason,omitempty"` // why the last step was taken
	Retracted   *Retraction     `json:"retracted,omitempty"`
	Version     int             `json:"version"`
	Created     time.Time       `json:"created"`
	Updated     time.Time       `json:"updated"`
	Body        json.RawMessage `json:"body"`
}

// Clone returns a copy that shares no slice or map with r.
func (r *Record) Clone() *Record {
	c := *r
	c.Sharing = r.Sharing.Clone()
	c.Title, c.Summary = cloneText(r.Title), cloneText(r.Summary)
	c.Places, c.Substances = slices.Clone(r.Places), slices.Clone(r.Substances)
	c.Topics = slices.Clone(r.Topics)
	c.Links, c.Attachments, c.External = slices.Clone(r.Links), slices.Clone(r.Attachments), slices.Clone(r.External)
	c.Body = slices.Clone(r.Body)
	if r.Retracted != nil {
		x := *r.Retracted
		c.Retracted = &x
	}
	return &c
}

func cloneText(t Text) Text {
	if t == nil {
		return nil
	}
	c := make(Text, len(t))
	for k, v := range t {
		c[k] = v
	}
	return c
}

// LinkedTo returns the ids that r links to with the relation.
func (r *Record) LinkedTo(rel Relation) []string {
	var ids []string
	for _, l := range r.Links {
		if l.Relation == rel {
			ids = append(ids, l.To)
		}
	}
	return ids
}

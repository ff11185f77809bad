package programme

import "tocsin/internal/record"

// Document is an entry of the library: the text itself as attachments in its languages, or where it stands.
var Document = &record.Kind{
	Name: "document", Line: "programme", Authored: true, Chaired: true, Sharing: record.Green, Fields: record.FieldsOf(&Work{}), Compose: untitled,
	Follows: []string{"meeting", "recommendation", "law"},
	Workflow: record.Workflow{
		Initial: "draft", States: []string{"draft", "published", "superseded"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "publish", From: []string{"draft"}, To: "published"},
			{Name: "supersede", From: []string{"published"}, To: "superseded", Reason: true},
			{Name: "open-again", From: []string{"superseded"}, To: "published", Reason: true},
		},
	},
	New: func() record.Body { return &Work{} },
}

// Work is the body of a document.
type Work struct {
	Named
	Type      string      `json:"type,omitempty" field:"choice,required,column,options=declaration|resolution|pledge-text|recommendations-text|initiatives-list|report|toolkit|guidance|presentation|minutes-text|model-provision|website"`
	Symbol    string      `json:"symbol,omitempty" field:"text,max=60,column"`
	Date      record.Date `json:"date,omitempty" field:"date,column"`
	Group     string      `json:"group,omitempty" field:"group,column"`
	Lines     []string    `json:"lines,omitempty" field:"lines"`
	Languages []string    `json:"languages,omitempty" field:"languages,column"`
	URL       string      `json:"url,omitempty" field:"url"`
	Source    string      `json:"source,omitempty" field:"text"`
}

// Derive fills the envelope.
func (w *Work) Derive(r *record.Record, _ record.Namer) {
	w.title(r)
	r.When = w.Date
	r.Topics = topics(append([]string{w.Group, "type:" + w.Type}, w.Lines...)...)
}

// Check has nothing to add.
func (w *Work) Check(*record.Problems, record.Date) {}

// Announcement is news: of a group to its members, or of the Coalition to everybody.
var Announcement = &record.Kind{
	Name: "announcement", Line: "programme", Authored: true, Chaired: true, Sharing: record.Green, Fields: record.FieldsOf(&News{}), Compose: untitled,
	Workflow: record.Workflow{
		Initial: "draft", States: []string{"draft", "published"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "publish", From: []string{"draft"}, To: "published", By: record.ByChair, Tell: record.TellGroup},
			{Name: "take-back", From: []string{"published"}, To: "draft", By: record.ByChair, Reason: true},
		},
	},
	New: func() record.Body { return &News{} },
}

// News is the body of an announcement.
type News struct {
	Named
	Date  record.Date `json:"date,omitempty" field:"date,required,column"`
	Group string      `json:"group,omitempty" field:"group,column"`
	URL   string      `json:"url,omitempty" field:"url"`
}

// Derive fills the envelope.
func (n *News) Derive(r *record.Record, _ record.Namer) {
	n.title(r)
	r.When = n.Date
	r.Topics = topics(n.Group)
}

// Check has nothing to add.
func (n *News) Check(*record.Problems, record.Date) {}

// Topic is a subject that a group discusses.
var Topic = &record.Kind{
	Name: "topic", Line: "programme", Authored: true, Sharing: record.Amber, Fields: record.FieldsOf(&Matter{}), Compose: untitled,
	Follows: []string{"signal", "alert", "meeting", "recommendation", "document"},
	Workflow: record.Workflow{
		Initial: "open", States: []string{"draft", "open", "closed"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "make-known", From: []string{"draft"}, To: "open"},
			{Name: "close", From: []string{"open"}, To: "closed"},
			{Name: "reopen", From: []string{"closed"}, To: "open"},
		},
	},
	New: func() record.Body { return &Matter{} },
}

// Matter is the body of a topic.
type Matter struct {
	Named
	Group string `json:"group,omitempty" field:"group,required,column"`
}

// Derive fills the envelope.
func (m *Matter) Derive(r *record.Record, _ record.Namer) {
	m.title(r)
	r.Topics = topics(m.Group)
}

// Check has nothing to add.
func (m *Matter) Check(*record.Problems, record.Date) {}

// Achievement is something that happened in the life of the Coalition, with its day as exact as it is known.
var Achievement = &record.Kind{
	Name: "achievement", Line: "programme", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&Event{}), Compose: untitled,
	Workflow: record.Workflow{
		Initial: "draft", States: []string{"draft", "published"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "publish", From: []string{"draft"}, To: "published", By: record.BySecretariat},
			{Name: "take-back", From: []string{"published"}, To: "draft", By: record.BySecretariat, Reason: true},
		},
	},
	New: func() record.Body { return &Event{} },
}

// Event is the body of an achievement.
type Event struct {
	Named
	Date   record.Date `json:"date,omitempty" field:"date,required,column"`
	End    record.Date `json:"end,omitempty" field:"date"`
	Type   string      `json:"type,omitempty" field:"choice,required,column,options=launch|political|scheduling|network-launch|threat|tool|regional|website-launch"`
	Group  string      `json:"group,omitempty" field:"group"`
	Source string      `json:"source,omitempty" field:"text"`
}

// Derive fills the envelope.
func (e *Event) Derive(r *record.Record, _ record.Namer) {
	e.title(r)
	r.When = e.Date
	r.Topics = topics(e.Group)
}

// Check refuses an end before the beginning.
func (e *Event) Check(p *record.Problems, _ record.Date) { after(p, "end", e.Date, e.End) }

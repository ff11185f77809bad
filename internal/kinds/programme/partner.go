package programme

import "tocsin/internal/record"

// Organisation is a business, a civil society organisation or a university that works with the Coalition. A participant
// or the secretariat sponsors it; once it is verified its people may have accounts.
var Organisation = &record.Kind{
	Name: "organisation", Line: "programme", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Stakeholder{}), Compose: untitled,
	Workflow: record.Workflow{
		Initial: "proposed", States: []string{"proposed", "verified", "suspended"},
		Steps: []record.Step{
			{Name: "verify", From: []string{"proposed", "suspended"}, To: "verified", By: record.BySecretariat, Second: true, Tell: record.TellOwner},
			{Name: "suspend", From: []string{"verified", "proposed"}, To: "suspended", By: record.BySecretariat, Reason: true, Tell: record.TellOwner},
		},
	},
	New: func() record.Body { return &Stakeholder{} },
}

// Stakeholder is the body of an organisation.
type Stakeholder struct {
	Named
	Type     string `json:"type,omitempty" field:"choice,required,column,options=business|association|ngo|university|research-institute"`
	Industry string `json:"industry,omitempty" field:"choice,column,options=chemical|shipping|consignment|social-media|e-commerce|banking|pharmaceutical|financial"`
	Country  string `json:"country,omitempty" field:"country,required,column"`
	URL      string `json:"url,omitempty" field:"url"`
	Contact  string `json:"contact,omitempty" field:"email"`
	Evidence string `json:"evidence,omitempty" field:"long,max=3000"` // by what it was verified
}

// Derive fills the envelope.
func (s *Stakeholder) Derive(r *record.Record, _ record.Namer) {
	s.title(r)
	r.Places = places(s.Country)
}

// Check asks for the industry of a business.
func (s *Stakeholder) Check(p *record.Problems, _ record.Date) {
	if s.Type == "business" && s.Industry == "" {
		p.Add("industry", "problem.required")
	}
}

// Call asks partners, or the public, for submissions between two days.
var Call = &record.Kind{
	Name: "call", Line: "programme", Authored: true, Chaired: true, Sharing: record.Clear, Fields: record.FieldsOf(&Invitation{}), Compose: untitled,
	Follows: []string{"meeting", "recommendation"},
	Workflow: record.Workflow{
		Initial: "draft", States: []string{"draft", "open", "closed"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "open-call", From: []string{"draft"}, To: "open", By: record.ByChair},
			{Name: "close-call", From: []string{"open"}, To: "closed", By: record.ByChair},
		},
	},
	New: func() record.Body { return &Invitation{} },
}

// Invitation is the body of a call.
type Invitation struct {
	Named
	Type    string      `json:"type,omitempty" field:"choice,required,column,options=submissions|consultation"`
	Group   string      `json:"group,omitempty" field:"group,column"`
	Section string      `json:"hemisphere,omitempty" field:"choice,options=east|west|both-sections"`
	Opens   record.Date `json:"opens,omitempty" field:"date,required,column"`
	Closes  record.Date `json:"closes,omitempty" field:"date,required,column"` // the last day, in UTC
	Accepts []string    `json:"accepts,omitempty" field:"choices,options=video|presentation|document|statement"`
	Source  string      `json:"source,omitempty" field:"text"`
}

// Derive fills the envelope.
func (c *Invitation) Derive(r *record.Record, _ record.Namer) {
	c.title(r)
	r.When = c.Opens
	r.Topics = topics(c.Group)
}

// Check refuses an end before the beginning.
func (c *Invitation) Check(p *record.Problems, _ record.Date) { after(p, "closes", c.Opens, c.Closes) }

// Open reports whether a call takes submissions on a day.
func (c *Invitation) Open(today record.Date) bool {
	return string(today) >= string(c.Opens) && string(today)[:min(len(today), len(c.Closes))] <= string(c.Closes)
}

// Submission is what a partner puts before the Coalition in answer to a call. Only the partner and the call's owner see it
// until it is published.
var Submission = &record.Kind{
	Name: "submission", Line: "programme", Authored: true, Partners: true, Sharing: record.Amber, Fields: record.FieldsOf(&Input{}), Compose: untitled,
	Under: []string{"call"},
	Workflow: record.Workflow{
		Initial: "submitted", States: []string{"draft", "submitted", "published", "returned"}, Private: []string{"draft"}, Locked: []string{"submitted", "published"},
		Steps: []record.Step{
			{Name: "submit", From: []string{"draft", "returned"}, To: "submitted", Tell: record.TellHost},
			{Name: "publish", From: []string{"submitted"}, To: "published", By: record.ByHost, Widen: record.Clear, Tell: record.TellOwner},
			{Name: "return", From: []string{"submitted"}, To: "returned", By: record.ByHost, Reason: true, Tell: record.TellOwner},
			{Name: "take-back", From: []string{"submitted", "published"}, To: "draft", Reason: true},
		},
	},
	New: func() record.Body { return &Input{} },
}

// Input is the body of a submission: the fields of the Vienna NGO Committee's table of contributions, and addresses of
// videos, which stay where they are.
type Input struct {
	Named
	Country string   `json:"country,omitempty" field:"country,column"`
	Group   string   `json:"group,omitempty" field:"group,column"`
	URL     string   `json:"url,omitempty" field:"url"`
	Video   string   `json:"video,omitempty" field:"url"`
	Contact string   `json:"contact,omitempty" field:"email"`
	Consent string   `json:"consent,omitempty" field:"yesno,required"` // to publication
	Kinds   []string `json:"accepts,omitempty" field:"choices,options=video|presentation|document|statement"`
}

// Derive fills the envelope.
func (i *Input) Derive(r *record.Record, _ record.Namer) {
	i.title(r)
	r.Places = places(i.Country)
	r.Topics = topics(i.Group)
}

// Check has nothing to add.
func (i *Input) Check(*record.Problems, record.Date) {}

// Expert is a person's entry in the directory of experts. It is there because the person consents, and as long as he does.
var Expert = &record.Kind{
	Name: "expert", Line: "programme", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Profile{}), Compose: untitled,
	Workflow: record.Workflow{
		Initial: "listed", States: []string{"draft", "listed"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "list", From: []string{"draft"}, To: "listed"},
			{Name: "unlist", From: []string{"listed"}, To: "draft"},
		},
	},
	New: func() record.Body { return &Profile{} },
}

// Profile is the body of an expert's entry.
type Profile struct {
	Named
	Institution string   `json:"institution,omitempty" field:"text,column"`
	Expertise   []string `json:"expertise,omitempty" field:"choices,required,column,options=investigation|customs-control|forensic-chemistry|toxicology|epidemiology|early-warning|prevention|treatment|harm-reduction|recovery|legislation|precursor-control|cyber-investigation|prosecution|corrections|policy"`
	Languages   []string `json:"languages,omitempty" field:"languages,required,column"`
	Country     string   `json:"country,omitempty" field:"country,column"`
	Group       string   `json:"group,omitempty" field:"group"`
	Contact     string   `json:"contact,omitempty" field:"email"`
	Consent     string   `json:"consent,omitempty" field:"yesno,required"`

	state string
}

// Derive fills the envelope.
func (e *Profile) Derive(r *record.Record, _ record.Namer) {
	e.title(r)
	r.Places = places(e.Country)
	ids := []string{e.Group}
	for _, x := range e.Expertise {
		ids = append(ids, "expertise:"+x)
	}
	for _, l := range e.Languages {
		ids = append(ids, "language:"+l)
	}
	r.Topics = topics(ids...)
	e.state = r.State
}

// Check refuses to list somebody who does not consent.
func (e *Profile) Check(p *record.Problems, _ record.Date) {
	if e.Consent != "yes" && e.state == "listed" {
		p.Add("consent", "problem.consent")
	}
}

// Question is asked of the experts of a group.
var Question = &record.Kind{
	Name: "question", Line: "programme", Authored: true, Sharing: record.Amber, Fields: record.FieldsOf(&Asked{}), Compose: untitled,
	Follows: []string{"signal", "alert", "identification", "incident", "initiative"},
	Workflow: record.Workflow{
		Initial: "asked", States: []string{"draft", "asked", "answered", "closed"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "ask", From: []string{"draft"}, To: "asked", Tell: record.TellGroup},
			{Name: "answer", From: []string{"asked"}, To: "answered"},
			{Name: "close", From: []string{"asked", "answered"}, To: "closed"},
			{Name: "reopen", From: []string{"answered", "closed"}, To: "asked", Reason: true},
		},
	},
	New: func() record.Body { return &Asked{} },
}

// Asked is the body of a question. Answers are the discussion on it.
type Asked struct {
	Named
	Group    string      `json:"group,omitempty" field:"group,required,column"`
	Due      record.Date `json:"due,omitempty" field:"date,column"`
	Language []string    `json:"languages,omitempty" field:"languages"`
	About    []Subject   `json:"about,omitempty" field:"list,max=20"`
}

// Derive fills the envelope.
func (q *Asked) Derive(r *record.Record, _ record.Namer) {
	q.title(r)
	r.Substances = subjects(q.About)
	r.Topics = topics(q.Group)
}

// Check has nothing to add.
func (q *Asked) Check(*record.Problems, record.Date) {}

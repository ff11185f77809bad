package programme

import "tocsin/internal/record"

// Service is an accredited or accrediting service of health or justice, or a programme of alternatives to incarceration.
var Service = &record.Kind{
	Name: "service", Line: "health", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Provided{}), Compose: untitled,
	Workflow: record.Workflow{
		Initial: "declared", States: []string{"draft", "declared", "verified", "ended"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "declare", From: []string{"draft"}, To: "declared"},
			{Name: "verify", From: []string{"declared"}, To: "verified", Second: true},
			{Name: "end", From: []string{"declared", "verified"}, To: "ended", Reason: true},
			{Name: "reopen", From: []string{"ended"}, To: "declared", Reason: true},
		},
	},
	New: func() record.Body { return &Provided{} },
}

// Provided is the body of a service.
type Provided struct {
	Named
	Type        string      `json:"type,omitempty" field:"choice,required,column,options=treatment|prevention|recovery|harm-reduction|naloxone|drug-checking|alternatives-to-incarceration|laboratory|early-warning|contact-point"`
	Country     string      `json:"country,omitempty" field:"country,required,column"`
	Subdivision string      `json:"subdivision,omitempty" field:"place"`
	Standard    string      `json:"standard,omitempty" field:"choice,column,options=who-unodc-treatment|unodc-who-prevention|icq-seal|national-standard|iso-17025|no-standard"`
	AssessedBy  string      `json:"assessed_by,omitempty" field:"text"`
	Level       string      `json:"level,omitempty" field:"text,max=80"`
	From        record.Date `json:"from,omitempty" field:"date"`
	ValidTo     record.Date `json:"valid_to,omitempty" field:"date,column"`
	Stage       string      `json:"stage,omitempty" field:"choice,options=exploration|preparation|launch|expansion"` // of alternatives to incarceration, as ICATI counts them
	Models      []string    `json:"models,omitempty" field:"choices,options=police-diversion|pre-trial-diversion|treatment-court|restorative-justice|probation-with-treatment|re-entry"`
	Places      int         `json:"places_offered,omitempty" field:"integer,least=0,most=10000000"`
	Served      int         `json:"served,omitempty" field:"integer,least=0,most=100000000"` // people in the last year
	URL         string      `json:"url,omitempty" field:"url"`
}

// Derive fills the envelope.
func (s *Provided) Derive(r *record.Record, _ record.Namer) {
	s.title(r)
	r.When = s.From
	r.Places = places(s.Country)
	if s.Subdivision != "" {
		r.Places = append([]string{s.Subdivision}, r.Places...)
	}
	r.Topics = topics("service:" + s.Type)
}

// Check refuses a subdivision of another country and an end before the beginning.
func (s *Provided) Check(p *record.Problems, _ record.Date) {
	if s.Subdivision != "" && (len(s.Subdivision) < 3 || s.Subdivision[:3] != s.Country+"-") {
		p.Add("subdivision", "problem.subdivision", "value", s.Subdivision, "country", s.Country)
	}
	after(p, "valid_to", s.From, s.ValidTo)
}

// Valid reports whether an accreditation holds on a day.
func (s *Provided) Valid(today record.Date) bool {
	return s.ValidTo == "" || string(today)[:min(len(today), len(s.ValidTo))] <= string(s.ValidTo)
}

// Workforce counts a country's certified professionals by curriculum and level on a day. It names nobody.
var Workforce = &record.Kind{
	Name: "workforce", Line: "health", Authored: true, Sharing: record.Green, Fields: record.FieldsOf(&Certified{}),
	Compose: composeOwned(record.Text{"en": "Certified professionals", "es": "Profesionales certificados", "ar": "المهنيون المعتمدون", "fr": "Professionnels certifiés", "pt": "Profissionais certificados", "ru": "Сертифицированные специалисты"}),
	Workflow: record.Workflow{
		Initial: "declared", States: []string{"draft", "declared", "verified"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "declare", From: []string{"draft"}, To: "declared"},
			{Name: "verify", From: []string{"declared"}, To: "verified", Second: true},
		},
	},
	New: func() record.Body { return &Certified{} },
}

// Certified is the body of a count of professionals.
type Certified struct {
	record.NoCount
	Country    string      `json:"country,omitempty" field:"country,required,column"`
	Curriculum string      `json:"curriculum,omitempty" field:"choice,required,column,options=universal-treatment|universal-prevention|universal-recovery|national-curriculum"`
	Level      string      `json:"credential,omitempty" field:"choice,required,column,options=trained|icap-one|icap-two|icap-three|prevention-specialist|recovery-peer|national-certificate"`
	Number     int         `json:"count,omitempty" field:"integer,required,least=0,most=10000000,column"`
	Expiring   int         `json:"expiring,omitempty" field:"integer,least=0,most=10000000"` // of these, within a year
	Date       record.Date `json:"date,omitempty" field:"date,required,past,column"`
	AssessedBy string      `json:"assessed_by,omitempty" field:"text"`
}

// Derive fills the envelope.
func (c *Certified) Derive(r *record.Record, _ record.Namer) {
	r.When, r.Places = c.Date, places(c.Country)
}

// Check refuses more that expire than there are.
func (c *Certified) Check(p *record.Problems, _ record.Date) {
	if c.Expiring > c.Number {
		p.Add("expiring", "problem.most", "most", c.Number, "value", c.Expiring)
	}
}

// Law is what a country's law says of a substance, or of a class as the law words it.
var Law = &record.Kind{
	Name: "law", Line: "supply", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&Control{}), Compose: untitled,
	Follows: []string{"signal", "alert", "recommendation", "document"},
	Workflow: record.Workflow{
		Initial: "in-force", States: []string{"draft", "proposed", "in-force", "repealed"}, Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "propose", From: []string{"draft"}, To: "proposed"},
			{Name: "enact", From: []string{"draft", "proposed"}, To: "in-force"},
			{Name: "repeal", From: []string{"in-force"}, To: "repealed", Reason: true},
			{Name: "reopen", From: []string{"repealed"}, To: "in-force", Reason: true},
		},
	},
	New: func() record.Body { return &Control{} },
}

// Control is the body of a law: one substance, or one class in the words of the law with the class that they are read as.
type Control struct {
	Named
	Country     string      `json:"country,omitempty" field:"country,required,column"`
	About       []Subject   `json:"about,omitempty" field:"list,required,max=60"`
	Wording     string      `json:"wording,omitempty" field:"long,max=10000"` // of a class, as the law has it
	Instrument  string      `json:"instrument,omitempty" field:"text,required,column"`
	Schedule    string      `json:"schedule,omitempty" field:"text,max=80,column"`
	From        record.Date `json:"from,omitempty" field:"date,column"`
	To          record.Date `json:"to,omitempty" field:"date"`
	Provisional string      `json:"provisional,omitempty" field:"yesno"`
	Model       string      `json:"model,omitempty" field:"choice,options=individual-list|generic-definition|analogue|temporary"`
	URL         string      `json:"url,omitempty" field:"url"`
	CheckedOn   record.Date `json:"checked_on,omitempty" field:"date,required,past,column"`
	Source      string      `json:"source,omitempty" field:"text"`
}

// Derive fills the envelope.
func (c *Control) Derive(r *record.Record, _ record.Namer) {
	c.title(r)
	r.When, r.Places, r.Substances = c.From, places(c.Country), subjects(c.About)
}

// Check refuses an end before the beginning.
func (c *Control) Check(p *record.Problems, _ record.Date) { after(p, "to", c.From, c.To) }

// Holds reports whether the law holds on a day.
func (c *Control) Holds(today record.Date) bool {
	cut := func(d record.Date) string { return string(today)[:min(len(today), len(d))] }
	return (c.From == "" || cut(c.From) >= string(c.From)) && (c.To == "" || cut(c.To) <= string(c.To))
}

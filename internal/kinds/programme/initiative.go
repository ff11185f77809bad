package programme

import (
	"regexp"
	"strconv"

	"tocsin/internal/record"
)

// Initiative is a resource that countries may join: a training, a programme, a platform, a network, good practice.
var Initiative = &record.Kind{
	Name: "initiative", Line: "programme", Authored: true, Sharing: record.Clear, Fields: record.FieldsOf(&Offer{}), Compose: untitled,
	Follows: []string{"need", "signal", "alert", "recommendation"},
	Workflow: record.Workflow{
		Initial: "draft",
		States:  []string{"draft", "published", "full", "ended"},
		Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "publish", From: []string{"draft"}, To: "published"},
			{Name: "fill", From: []string{"published"}, To: "full"},
			{Name: "open-again", From: []string{"full", "ended"}, To: "published"},
			{Name: "end", From: []string{"published", "full"}, To: "ended", Reason: true},
		},
	},
	New: func() record.Body { return &Offer{} },
}

// Offer is the body of an initiative, under the headings of the Coalition's initiative pages.
type Offer struct {
	Named
	Code            string      `json:"code,omitempty" field:"text,max=10,column"` // four digits: Working Group, Sub-Working Group, number in it
	Group           string      `json:"group,omitempty" field:"group,column"`
	Lines           []string    `json:"lines,omitempty" field:"lines"`
	Theme           string      `json:"theme,omitempty" field:"choice,options=intelligence-platforms|private-sector|strategy-and-contact|legislation|accreditation|access-to-services"`
	Implementer     string      `json:"implementer,omitempty" field:"participant,column"`
	Resource        string      `json:"resource,omitempty" field:"choice,column,options=training|platform|network|good-practice|funding|equipment|expertise|standards"`
	Background      record.Text `json:"background,omitempty" field:"texts"`
	Accomplishments record.Text `json:"accomplishments,omitempty" field:"texts"`
	Activities      record.Text `json:"activities,omitempty" field:"texts"`
	GlobalOutcomes  record.Text `json:"global_outcomes,omitempty" field:"texts"`
	NationalOutcome record.Text `json:"national_outcomes,omitempty" field:"texts"`
	Capacity        int         `json:"capacity,omitempty" field:"integer,least=0,most=100000"` // how many participants can take part; 0 for no limit
	Languages       []string    `json:"languages,omitempty" field:"languages"`
	Eligible        []string    `json:"eligible,omitempty" field:"countries"` // empty for all
	Eligibility     string      `json:"eligibility,omitempty" field:"long,max=2000"`
	About           []Subject   `json:"about,omitempty" field:"list,max=20"`
	Contact         string      `json:"contact,omitempty" field:"email"`
	URL             string      `json:"url,omitempty" field:"url"`
	Source          string      `json:"source,omitempty" field:"text"`
}

// Subject is a substance or class that something is about.
type Subject struct {
	Substance string `json:"substance,omitempty" field:"substance,required"`
}

var fourDigits = regexp.MustCompile(`^[1-3][1-3][0-9]{2}$`)

// Derive fills the envelope; the code says the group where none is given.
func (o *Offer) Derive(r *record.Record, n record.Namer) {
	o.title(r)
	if o.Group == "" && fourDigits.MatchString(o.Code) {
		id := "swg" + o.Code[:1] + "." + o.Code[1:2]
		if _, ok := n.GroupName(id, "en"); ok {
			o.Group = id
		}
	}
	r.Places = places(o.Eligible...)
	r.Substances = subjects(o.About)
	r.Topics = topics(append([]string{o.Group, themeTopic(o.Theme)}, o.Lines...)...)
}

// Check refuses a code that is not of the form that the Coalition uses.
func (o *Offer) Check(p *record.Problems, _ record.Date) {
	if o.Code != "" && !fourDigits.MatchString(o.Code) {
		p.Add("code", "problem.code", "value", o.Code)
	}
}

func subjects(list []Subject) []string {
	var ids []string
	for _, s := range list {
		if s.Substance != "" {
			ids = append(ids, s.Substance)
		}
	}
	return ids
}

// Interest is a participant's wish to take part in an initiative. It is no guarantee that it will.
var Interest = &record.Kind{
	Name: "interest", Line: "programme", Authored: true, Sharing: record.Amber, Fields: record.FieldsOf(&Wish{}), Compose: composeWish,
	Under: []string{"initiative"},
	Workflow: record.Workflow{
		Initial: "received",
		States:  []string{"draft", "received", "considered", "offered", "waiting-list", "declined", "taking-part", "finished", "taken-back"},
		Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "send", From: []string{"draft"}, To: "received", Tell: record.TellHost},
			{Name: "consider", From: []string{"received"}, To: "considered", By: record.ByHost, Tell: record.TellOwner},
			{Name: "offer", From: []string{"received", "considered", "waiting-list"}, To: "offered", By: record.ByHost, Tell: record.TellOwner},
			{Name: "put-on-waiting-list", From: []string{"received", "considered", "offered"}, To: "waiting-list", By: record.ByHost, Tell: record.TellOwner},
			{Name: "decline", From: []string{"received", "considered", "waiting-list"}, To: "declined", By: record.ByHost, Reason: true, Tell: record.TellOwner},
			{Name: "take-part", From: []string{"offered"}, To: "taking-part", Tell: record.TellHost},
			{Name: "finish", From: []string{"taking-part"}, To: "finished", Tell: record.TellHost},
			{Name: "take-back", From: []string{"received", "considered", "offered", "waiting-list", "taking-part"}, To: "taken-back", Reason: true, Tell: record.TellHost},
		},
	},
	New: func() record.Body { return &Wish{} },
}

// Wish is the body of an interest.
type Wish struct {
	record.NoCount
	Purpose    string   `json:"purpose,omitempty" field:"long,required,max=5000"`
	People     int      `json:"people,omitempty" field:"integer,least=1,most=10000,column"`
	Languages  []string `json:"languages,omitempty" field:"languages,column"`
	Contact    string   `json:"contact,omitempty" field:"email,required"`
	Evaluation string   `json:"evaluation,omitempty" field:"long,max=10000"`
	Rating     int      `json:"rating,omitempty" field:"integer,least=1,most=5"`
}

// Derive fills the envelope: an interest is shared between its owner and the initiative's owner, which the rule names.
func (w *Wish) Derive(r *record.Record, _ record.Namer) { r.Places = places(r.Owner) }

// Check has nothing to add.
func (w *Wish) Check(*record.Problems, record.Date) {}

func composeWish(r *record.Record, n record.Namer, lang string) string {
	words := record.Text{"en": "Interest", "es": "Interés", "ar": "إبداء اهتمام", "fr": "Intérêt", "pt": "Interesse", "ru": "Заинтересованность"}
	title, _ := words.In(lang)
	if name, ok := n.ParticipantName(r.Owner, lang); ok {
		title += " · " + name
	}
	return title + " · " + strconv.Itoa(r.Created.Year())
}

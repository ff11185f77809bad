package programme

import (
	"fmt"
	"time"

	"tocsin/internal/record"
)

// Meeting is one occurrence of a meeting. A series is its occurrences, each part of the first.
var Meeting = &record.Kind{
	Name: "meeting", Line: "programme", Authored: true, Chaired: true, Sharing: record.Amber, Fields: record.FieldsOf(&Session{}), Compose: untitled,
	Workflow: record.Workflow{
		Initial: "draft",
		States:  []string{"draft", "planned", "invited", "held", "minuted", "approved", "cancelled"},
		Locked:  []string{"approved", "cancelled"},
		Private: []string{"draft"},
		Steps: []record.Step{
			{Name: "plan", From: []string{"draft"}, To: "planned", By: record.ByChair},
			{Name: "invite", From: []string{"planned"}, To: "invited", By: record.ByChair, Tell: record.TellGroup},
			{Name: "hold", From: []string{"planned", "invited"}, To: "held", By: record.ByChair},
			{Name: "minute", From: []string{"held"}, To: "minuted", By: record.ByChair, Tell: record.TellGroup},
			{Name: "approve", From: []string{"minuted"}, To: "approved", By: record.ByChair, Second: true},
			{Name: "call-off", From: []string{"planned", "invited"}, To: "cancelled", By: record.ByChair, Reason: true, Tell: record.TellGroup},
		},
	},
	New: func() record.Body { return &Session{} },
}

// Session is the body of a meeting. A date of a month ("2024-03") is a meeting of which only the month is known.
type Session struct {
	Named
	Type        string         `json:"type,omitempty" field:"choice,required,column,options=working-group|sub-working-group|steering|regional|network|symposium|ministerial|summit|side-event|engagement|training|other-meeting"`
	Group       string         `json:"group,omitempty" field:"group,column"`
	Section     string         `json:"hemisphere,omitempty" field:"choice,column,options=east|west|both-sections"`
	Lines       []string       `json:"lines,omitempty" field:"lines"`
	Phase       string         `json:"phase,omitempty" field:"choice,options=framing|sharing-practices|mid-term|action-planning|evaluation|one-year-review"`
	Date        record.Date    `json:"date,omitempty" field:"date,required,column"`
	End         record.Date    `json:"end,omitempty" field:"date,column"` // the last day, where it lasts several
	Time        string         `json:"time,omitempty" field:"time"`       // of the beginning, each day, in Zone
	Minutes     int            `json:"minutes,omitempty" field:"integer,least=5,most=1440,unit=min"`
	Zone        string         `json:"zone,omitempty" field:"zone"`
	Format      string         `json:"format,omitempty" field:"choice,options=online|in-person|hybrid"`
	Country     string         `json:"country,omitempty" field:"country"`
	Venue       string         `json:"venue,omitempty" field:"text"`
	Join        string         `json:"join,omitempty" field:"url"` // never on a record that everybody sees
	Floor       []string       `json:"floor,omitempty" field:"languages"`
	Interpreted []string       `json:"interpreted,omitempty" field:"languages"`
	WithWhom    string         `json:"with_whom,omitempty" field:"choice,options=participants|business|civil-society|academia"`
	Organiser   string         `json:"organiser,omitempty" field:"text"` // where it is not the Coalition's own
	Number      int            `json:"number,omitempty" field:"integer,least=0"`
	Agenda      []AgendaItem   `json:"agenda,omitempty" field:"list,max=60"`
	Recordings  []Presentation `json:"recordings,omitempty" field:"list,max=100"`
	Attendance  []Attendance   `json:"attendance,omitempty" field:"list,max=200"`
	Record      record.Text    `json:"record,omitempty" field:"texts"` // the minutes
	Decisions   []Decision     `json:"decisions,omitempty" field:"list,max=100"`
	Source      string         `json:"source,omitempty" field:"text"`

	public bool
}

// AgendaItem is one point of an agenda.
type AgendaItem struct {
	Time      string `json:"time,omitempty" field:"time"`
	Title     string `json:"title,omitempty" field:"text,required"`
	Presenter string `json:"presenter,omitempty" field:"text"`
	Of        string `json:"of,omitempty" field:"participant"`
}

// Presentation is a presentation or a recording by its address; the file itself stays where it is.
type Presentation struct {
	Title string `json:"title,omitempty" field:"text,required"`
	Of    string `json:"of,omitempty" field:"participant"`
	URL   string `json:"url,omitempty" field:"url,required"`
}

// Attendance says with how many people a participant attended.
type Attendance struct {
	Of    string `json:"of,omitempty" field:"participant,required"`
	Count int    `json:"count,omitempty" field:"integer,required,least=1,most=1000"`
}

// Decision is what was decided: who does what until when. Taken up, it is an action that links to the meeting.
type Decision struct {
	Title string      `json:"title,omitempty" field:"text,required"`
	Of    string      `json:"of,omitempty" field:"participant,required"`
	Due   record.Date `json:"due,omitempty" field:"date"`
}

// Derive fills the envelope.
func (s *Session) Derive(r *record.Record, _ record.Namer) {
	s.title(r)
	r.When = s.Date
	r.Places = places(s.Country)
	r.Topics = topics(append([]string{s.Group}, s.Lines...)...)
	s.public = r.Sharing.TLP == record.Clear
}

// Check refuses an end before the beginning, hours that no clock showed, and an address to join at on a public record.
func (s *Session) Check(p *record.Problems, _ record.Date) {
	after(p, "end", s.Date, s.End)
	if s.public && s.Join != "" {
		p.Add("join", "problem.join")
	}
	for i, d := range s.Decisions {
		if d.Due != "" && d.Due.Precision() != record.Day {
			p.Add(fmt.Sprintf("decisions.%d.due", i+1), "problem.day")
		}
	}
	if s.Time == "" {
		return
	}
	if s.Zone == "" {
		p.Add("zone", "problem.required")
	}
	if s.Date.Precision() != record.Day {
		p.Add("date", "problem.day")
	}
	if s.Minutes == 0 {
		p.Add("minutes", "problem.required")
	}
	for i, t := range s.Times() {
		if t.Gap {
			p.Add("time", "problem.gap", "value", s.Time, "zone", s.Zone, "day", i+1)
		}
	}
}

// Sitting is one day of a meeting.
type Sitting struct {
	Begin, End time.Time
	Gap        bool // no clock showed the time of the beginning
}

// maxSittings bounds the days of one meeting.
const maxSittings = 31

// Times returns the sittings, one a day at the same clock time in the meeting's zone; none where the time is not known.
func (s *Session) Times() []Sitting {
	day, err := s.Date.Time()
	if err != nil || s.Time == "" || s.Date.Precision() != record.Day {
		return nil
	}
	last := day
	if e, err := s.End.Time(); err == nil && s.End.Precision() == record.Day {
		last = e
	}
	var out []Sitting
	for ; !day.After(last) && len(out) < maxSittings; day = day.AddDate(0, 0, 1) {
		at, gap, err := record.Moment(record.DateOf(day), s.Time, s.Zone)
		if err != nil {
			return nil
		}
		out = append(out, Sitting{at, at.Add(time.Duration(s.Minutes) * time.Minute), gap})
	}
	return out
}

// Answers are those to an invitation.
func (s *Session) Answers() []string { return []string{"accepted", "tentative", "declined"} }

// AnswerUntil is the end of the meeting.
func (s *Session) AnswerUntil() time.Time {
	if t := s.Times(); len(t) > 0 {
		return t[len(t)-1].End
	}
	for _, d := range []record.Date{s.End, s.Date} {
		if at, err := d.Time(); err == nil && d.Precision() == record.Day {
			return at.AddDate(0, 0, 1)
		}
	}
	return time.Time{}
}

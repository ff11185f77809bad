// Package calendar writes iCalendar feeds and invitations (RFC 5545, RFC 5546) and reads the replies of calendar programs.
// Times are written in UTC: an occurrence is one instant, whatever later becomes of the zone's rules, and every program
// shows it in its reader's own zone.
package calendar

import (
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Entry is one sitting of a meeting. A whole day has Day set and counts from Begin's date to End's, both included.
type Entry struct {
	UID         string
	Title       string
	Description string
	Location    string
	URL         string
	Begin, End  time.Time
	Day         bool
	Days        int // on how many days running it is repeated; 0 and 1 mean once
	Sequence    int // rises with each change
	Updated     time.Time
	Cancelled   bool
	Tentative   bool // not planned yet
	Categories  []string
}

const product = "-//Tocsin//Meetings//EN"

// Write writes a feed that calendar programs subscribe to.
func Write(w io.Writer, name string, entries []Entry) error {
	c := newCalendar(ics.MethodPublish)
	name = strings.Join(strings.Fields(clean(name)), " ")
	c.SetXWRCalName(name)
	c.SetName(name)
	c.SetRefreshInterval("PT1H") // the library says of what type it is
	for _, e := range entries {
		add(c, e)
	}
	return c.SerializeTo(w, ics.WithNewLineWindows)
}

// Invitation writes an invitation of one person, or its withdrawal when the entry is cancelled. The program that answers
// it sends its reply to the organiser.
func Invitation(w io.Writer, e Entry, organiser, organiserName, attendee, attendeeName string) error {
	method := ics.MethodRequest
	if e.Cancelled {
		method = ics.MethodCancel
	}
	c := newCalendar(method)
	v := add(c, e)
	v.AddProperty(called(ics.ComponentPropertyOrganizer, organiserName), "mailto:"+organiser)
	v.AddProperty(called(ics.ComponentPropertyAttendee, attendeeName), "mailto:"+attendee, ics.ParticipationStatusNeedsAction, ics.ParticipationRoleReqParticipant, ics.WithRSVP(true))
	return c.SerializeTo(w, ics.WithNewLineWindows)
}

// called writes a property's name with that of a person, in quotation marks, for names hold commas and colons. The library
// would put backslashes before them and before apostrophes, which nobody who reads a parameter takes out again.
func called(p ics.ComponentProperty, name string) ics.ComponentProperty {
	name = strings.Join(strings.Fields(strings.ReplaceAll(clean(name), `"`, "'")), " ")
	if name == "" {
		return p
	}
	return p + ics.ComponentProperty(`;CN="`+name+`"`)
}

func newCalendar(m ics.Method) *ics.Calendar {
	c := ics.NewCalendar()
	c.SetProductId(product)
	c.SetCalscale("GREGORIAN")
	c.SetMethod(m)
	return c
}

func add(c *ics.Calendar, e Entry) *ics.VEvent {
	v := c.AddEvent(e.UID)
	v.SetDtStampTime(e.Updated.UTC())
	v.SetModifiedAt(e.Updated.UTC())
	v.SetSequence(e.Sequence)
	v.SetSummary(clean(e.Title))
	if e.Day {
		v.SetAllDayStartAt(e.Begin)
		v.SetAllDayEndAt(e.End.AddDate(0, 0, 1))
		v.SetTimeTransparency(ics.TransparencyTransparent)
	} else {
		v.SetStartAt(e.Begin.UTC())
		v.SetEndAt(e.End.UTC())
	}
	for set, text := range map[*string]func(string, ...ics.PropertyParameter){&e.Description: v.SetDescription, &e.Location: v.SetLocation, &e.URL: v.SetURL} {
		if *set != "" {
			text(clean(*set))
		}
	}
	for _, x := range e.Categories {
		v.AddCategory(clean(x))
	}
	if e.Days > 1 {
		v.AddRrule(fmt.Sprintf("FREQ=DAILY;COUNT=%d", e.Days))
	}
	v.SetStatus(status(e))
	return v
}

func status(e Entry) ics.ObjectStatus {
	switch {
	case e.Cancelled:
		return ics.ObjectStatusCancelled
	case e.Tentative:
		return ics.ObjectStatusTentative
	}
	return ics.ObjectStatusConfirmed
}

// clean takes out what could begin a line of its own.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, s)
}

// Reply is what a calendar program answered to an invitation.
type Reply struct {
	UID      string
	Attendee string // mail address
	Answer   string // accepted, tentative or declined
}

// ErrReply is wrapped by the error for something that is no reply to an invitation.
var ErrReply = errors.New("not a reply to an invitation")

// maxReply is the largest reply that is read, in bytes.
const maxReply = 1 << 20

var answers = map[string]string{"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}

// ReadReply reads an answer with METHOD:REPLY.
func ReadReply(r io.Reader) (Reply, error) {
	c, err := ics.ParseCalendar(io.LimitReader(r, maxReply))
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	method := ""
	for _, p := range c.CalendarProperties {
		if strings.EqualFold(p.IANAToken, "METHOD") {
			method = p.Value
		}
	}
	events := c.Events()
	if !strings.EqualFold(method, "REPLY") || len(events) != 1 || len(events[0].Attendees()) != 1 {
		return Reply{}, ErrReply
	}
	a := events[0].Attendees()[0]
	address, err := mail.ParseAddress(strings.TrimPrefix(strings.TrimPrefix(a.Value, "mailto:"), "MAILTO:"))
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	out := Reply{UID: events[0].Id(), Attendee: address.Address, Answer: answers[strings.ToUpper(string(a.ParticipationStatus()))]}
	if out.Answer == "" || out.UID == "" {
		return Reply{}, ErrReply
	}
	return out, nil
}

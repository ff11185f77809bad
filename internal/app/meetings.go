package app

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/calendar"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// longest is how many days before a span a meeting may have begun that is found to last into it.
const longest = 100

// maxMeetings bounds a calendar page and a feed.
const maxMeetings = 1000

// Meetings returns the meetings from one day to another that the viewer sees, by day; topic narrows them to a group, a
// section or a Line of Action. Cancelled ones are among them.
func (a *App) Meetings(ctx context.Context, v Viewer, from, to record.Date, topic string) ([]*Shown, error) {
	var out []*Shown
	begins := from // one that lasts into the span begins before it
	if t, err := from.Time(); err == nil {
		begins = record.DateOf(t.AddDate(0, 0, -longest))
	}
	q := Query{Kind: "meeting", From: begins, To: to, Topic: topic, Sort: "day", Ascending: true, Limit: MaxPage}
	for len(out) < maxMeetings {
		l, err := a.List(ctx, v, q)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Records...)
		if l.Next == "" {
			break
		}
		q.Cursor = l.Next
	}
	first, dated := from.EpochDay()
	out = slices.DeleteFunc(out, func(x *Shown) bool {
		s, ok := x.Fields.(*programme.Session)
		if !ok || !dated {
			return false
		}
		begun, _ := s.Date.EpochDay()
		ended, _ := lastDay(s.End)
		return begun < first && ended < first
	})
	slices.SortStableFunc(out, func(x, y *Shown) int {
		return strings.Compare(string(x.When)+begin(x), string(y.When)+begin(y))
	})
	return out, nil
}

func begin(x *Shown) string {
	s, ok := x.Fields.(*programme.Session)
	if !ok {
		return ""
	}
	if t := s.Times(); len(t) > 0 {
		return t[0].Begin.UTC().Format("T15:04")
	}
	return ""
}

// Entries returns the sittings of meetings for a calendar, in a language. Meetings of which only the month is known have
// none. base is how the site is reached.
func (a *App) Entries(xs []*Shown, lang, base string) []calendar.Entry {
	var out []calendar.Entry
	for _, x := range xs {
		s, ok := x.Fields.(*programme.Session)
		if !ok || x.Retracted != nil {
			continue
		}
		text, _ := s.Text.In(lang)
		title := x.Kind.TitleIn(x.Record, a.names, lang)
		e := calendar.Entry{UID: x.ID + "@tocsin", Title: title, Description: text, Location: s.Venue, URL: strings.TrimSuffix(base, "/") + "/r/" + x.ID,
			Sequence: x.Version, Updated: x.Updated, Cancelled: x.State == "cancelled", Tentative: x.State == "draft", Categories: x.Topics}
		if e.Location == "" {
			e.Location = s.Join
		}
		times := s.Times()
		for i, t := range times {
			d := e
			d.Begin, d.End = t.Begin, t.End
			if len(times) > 1 {
				d.UID = fmt.Sprintf("%s-%d@tocsin", x.ID, i+1)
				d.Title = fmt.Sprintf("%s (%d/%d)", title, i+1, len(times))
			}
			out = append(out, d)
		}
		if day, err := s.Date.Time(); len(times) == 0 && err == nil && s.Date.Precision() == record.Day {
			e.Day, e.Begin, e.End = true, day, day
			if last, err := s.End.Time(); err == nil && s.End.Precision() == record.Day {
				e.End = last
			}
			out = append(out, e)
		}
	}
	return out
}

// Mine reports whether a meeting is of a group or section in which the viewer is registered.
func (v Viewer) Mine(x *Shown) bool {
	return slices.ContainsFunc(x.Topics, func(t string) bool {
		_, ok := slices.BinarySearch(v.Tokens, "g:"+t)
		return ok
	})
}

// NewFeed makes the viewer's secret calendar address and forgets the one before. It returns the secret.
func (a *App) NewFeed(ctx context.Context, v Viewer) (string, error) {
	if err := a.proven(v); err != nil {
		return "", err
	}
	secret := newSecret()
	return secret, a.store.Write(ctx, func(t *store.Tx) error {
		if err := t.SetFeed(ctx, v.Person.ID, secretHash(secret)); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "feed.made", v.Actor(), "")
	})
}

// EndFeed ends the viewer's calendar address, if he has one.
func (a *App) EndFeed(ctx context.Context, v Viewer) error {
	if !v.SignedIn() {
		return ErrStranger
	}
	if err := v.inPerson(); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if err := t.SetFeed(ctx, v.Person.ID, ""); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "feed.ended", v.Actor(), "")
	})
}

// FeedViewer returns whose feed a secret address is, as his registrations are now. It lets him read meetings and nothing
// else: the caller must not use it for more.
func (a *App) FeedViewer(ctx context.Context, secret string) (Viewer, error) {
	id, err := a.store.Read().FeedOwner(ctx, secretHash(secret))
	if errors.Is(err, store.ErrNotFound) {
		return Public, errHidden
	}
	if err != nil {
		return Public, err
	}
	v, err := a.ViewerByID(ctx, id)
	if CodeOf(err) == Unauthenticated {
		return Public, errHidden
	}
	return v, err
}

// Slot is a proposed time with how it falls on the members.
type Slot struct {
	At      time.Time // UTC
	Night   []Where   // between 22:00 and 06:00 of their own clocks
	Edge    []Where   // early or late: 06:00 to 08:00, 18:00 to 22:00
	Working int       // members in working hours
	Burden  float64   // the sum over members: 1 for an early or late hour, 3 for the night
}

// Where is how many members are in a zone, and the hour there.
type Where struct {
	Zone         string
	Local        string // HH:MM
	Members      int
	Participants []string
}

// Plan asks for slots.
type Plan struct {
	Topic    string // group or section
	From     record.Date
	Meetings int            // 1 to 52
	Every    int            // weeks between them, 1 to 26
	Weekdays []time.Weekday // none means Tuesday to Thursday
	Minutes  int
}

// CheckPlan reports what is wrong with a plan.
func (a *App) CheckPlan(p Plan) record.Problems {
	var out record.Problems
	if !a.directory.HasGroup(p.Topic) {
		out.Add("group", "problem.group", "value", p.Topic)
	}
	if _, err := p.From.Time(); err != nil || p.From.Precision() != record.Day {
		out.Add("from", "problem.day")
	}
	for _, d := range p.Weekdays {
		if d < time.Sunday || d > time.Saturday {
			out.Add("weekdays", "problem.option", "value", int(d), "options", "0-6")
		}
	}
	for field, n := range map[string][3]int{"meetings": {p.Meetings, 1, 52}, "every": {p.Every, 1, 26}, "minutes": {p.Minutes, 5, 480}} {
		if n[0] < n[1] {
			out.Add(field, "problem.least", "least", n[1], "value", n[0])
		}
		if n[0] > n[2] {
			out.Add(field, "problem.most", "most", n[2], "value", n[0])
		}
	}
	return out
}

// zoneLoad is what the meetings so far have cost the members of one zone.
type zoneLoad struct {
	loc     *time.Location
	members int
	codes   []string
	burden  float64
}

// ProposeSlots proposes times so that over all of them the burden is shared: for each meeting it takes the hour at which
// the sum of the squares of what members have borne is least (a member up at night once is preferred to the same one
// twice). Each zone's own changes of clocks are taken as they will be on the day.
func (a *App) ProposeSlots(ctx context.Context, v Viewer, p Plan) ([]Slot, []Where, error) {
	if !v.SignedIn() && !v.Operator {
		return nil, nil, refuse(Unauthenticated, "error.unauthenticated")
	}
	if !v.Official() {
		return nil, nil, refuse(Forbidden, "error.official")
	}
	if problems := a.CheckPlan(p); len(problems) > 0 {
		return nil, nil, invalid(problems)
	}
	members, err := a.MembersOf(ctx, []string{p.Topic})
	if err != nil {
		return nil, nil, err
	}
	loads := a.loads(members)
	if len(loads) == 0 {
		return nil, nil, refuse(Conflict, "error.no-members")
	}
	start, _ := p.From.Time()
	slots := share(loads, start, p)
	var total []Where
	for _, z := range loads {
		total = append(total, Where{Zone: z.loc.String(), Members: z.members, Participants: z.codes, Local: fmt.Sprintf("%.1f", z.burden/float64(p.Meetings))})
	}
	return slots, total, nil
}

func (a *App) loads(members []Member) []*zoneLoad {
	byZone := map[string]*zoneLoad{}
	for _, m := range members {
		zone := m.Zone
		if zone == "" || zone == "UTC" {
			if p, ok := a.directory.Participant(m.Participant); ok && p.Type != coalition.SecretariatType {
				zone = p.Zone
			}
		}
		loc, err := time.LoadLocation(zone)
		if err != nil {
			continue
		}
		z := byZone[loc.String()]
		if z == nil {
			z = &zoneLoad{loc: loc}
			byZone[loc.String()] = z
		}
		z.members++
		if !slices.Contains(z.codes, m.Participant) {
			z.codes = append(z.codes, m.Participant)
		}
	}
	var out []*zoneLoad
	for _, z := range byZone {
		out = append(out, z)
	}
	slices.SortFunc(out, func(x, y *zoneLoad) int { return strings.Compare(x.loc.String(), y.loc.String()) })
	return out
}

// share proposes the times hour by hour and, where one hour kept throughout would burden nobody as much, keeps that hour.
func share(loads []*zoneLoad, start time.Time, p Plan) []Slot {
	var times []time.Time
	for i := range p.Meetings {
		at := best(loads, p.hours(start.AddDate(0, 0, 7*p.Every*i)), p.Minutes)
		times = append(times, at)
		bear(loads, at, p.Minutes)
	}
	least := price(loads, 0, nil)
	for _, first := range p.hours(start) {
		same := make([]time.Time, p.Meetings)
		for i := range same {
			same[i] = first.AddDate(0, 0, 7*p.Every*i)
		}
		rest(loads)
		for _, at := range same {
			bear(loads, at, p.Minutes)
		}
		if c := price(loads, 0, nil); c.less(least) {
			times, least = same, c
		}
	}
	rest(loads)
	var slots []Slot
	for _, at := range times {
		slots = append(slots, take(loads, at, p.Minutes))
	}
	return slots
}

// hours are the hours of the week that begins with the day on which a meeting may begin.
func (p Plan) hours(week time.Time) (out []time.Time) {
	days := p.Weekdays
	if len(days) == 0 {
		days = []time.Weekday{time.Tuesday, time.Wednesday, time.Thursday}
	}
	for d := range 7 {
		if day := week.AddDate(0, 0, d); slices.Contains(days, day.Weekday()) {
			for h := range 24 {
				out = append(out, day.Add(time.Duration(h)*time.Hour))
			}
		}
	}
	return out
}

// cost compares first what the most burdened member has borne, then the sum of the squares over all members.
type cost struct{ worst, squares float64 }

func (c cost) less(d cost) bool {
	return c.worst < d.worst-1e-9 || c.worst < d.worst+1e-9 && c.squares < d.squares-1e-9
}

func price(loads []*zoneLoad, minutes int, at *time.Time) (c cost) {
	for _, z := range loads {
		b := z.burden
		if at != nil {
			b += weight(at.In(z.loc), minutes)
		}
		c.worst, c.squares = max(c.worst, b), c.squares+float64(z.members)*b*b
	}
	return c
}

// best finds the hour that costs least beside what has been borne.
func best(loads []*zoneLoad, hours []time.Time, minutes int) (at time.Time) {
	least := cost{worst: math.Inf(1)}
	for _, t := range hours {
		if c := price(loads, minutes, &t); c.less(least) {
			at, least = t, c
		}
	}
	return at
}

func bear(loads []*zoneLoad, at time.Time, minutes int) {
	for _, z := range loads {
		z.burden += weight(at.In(z.loc), minutes)
	}
}

func rest(loads []*zoneLoad) {
	for _, z := range loads {
		z.burden = 0
	}
}

// weight judges the worse end of a sitting by the member's own clock.
func weight(local time.Time, minutes int) float64 {
	return max(hourWeight(local), hourWeight(local.Add(time.Duration(minutes)*time.Minute-time.Minute)))
}

func hourWeight(local time.Time) float64 {
	switch h := local.Hour(); {
	case h >= 22 || h < 6:
		return 3
	case h < 8 || h >= 18:
		return 1
	}
	return 0
}

func take(loads []*zoneLoad, at time.Time, minutes int) Slot {
	s := Slot{At: at.UTC()}
	for _, z := range loads {
		local := at.In(z.loc)
		w := weight(local, minutes)
		z.burden += w
		s.Burden += w * float64(z.members)
		x := Where{Zone: z.loc.String(), Local: local.Format("15:04"), Members: z.members, Participants: z.codes}
		switch w {
		case 3:
			s.Night = append(s.Night, x)
		case 1:
			s.Edge = append(s.Edge, x)
		default:
			s.Working += z.members
		}
	}
	return s
}

// TakeUp makes an action of a decision of a meeting: number counts the decisions from 1. It belongs to the participant
// that the decision names and links back to the meeting.
func (a *App) TakeUp(ctx context.Context, v Viewer, id string, number int) (*record.Record, error) {
	x, err := a.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	s, ok := x.Fields.(*programme.Session)
	if !ok || number < 1 || number > len(s.Decisions) {
		return nil, errHidden
	}
	d := s.Decisions[number-1]
	if !v.Owns(d.Of) {
		return nil, refuse(Forbidden, "error.owner")
	}
	deed := programme.Deed{Named: programme.Named{Name: record.Text{"en": d.Title}}, Type: "other-act", Theme: programme.ThemeOf(a.directory.Above(groupOf(s.Group))), Group: s.Group, Lines: s.Lines, Date: a.today(), Due: d.Due}
	if deed.Due != "" && deed.Due < deed.Date { // taken up late: it dates from the meeting
		if deed.Date = s.Date; deed.Due < deed.Date {
			deed.Due = ""
		}
	}
	return a.Create(ctx, v, Draft{Kind: "action", Owner: d.Of, Sharing: x.Sharing.Clone(), Links: []record.Link{{Relation: record.Answers, To: id}}, Body: mustJSON(deed), simulated: x.Simulated})
}

func groupOf(topic string) string {
	g, _, _ := strings.Cut(topic, "/")
	return g
}

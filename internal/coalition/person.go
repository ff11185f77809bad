package coalition

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Problem says what is wrong with one field, as a message key and its parameters.
type Problem struct {
	Field  string
	Key    string
	Params map[string]any
}

// Sector is a field of work of a person.
type Sector string

// The sectors.
const (
	LawEnforcement Sector = "law-enforcement"
	Customs        Sector = "customs"
	Forensic       Sector = "forensic"
	Health         Sector = "health"
	Justice        Sector = "justice"
	Regulator      Sector = "regulator"
	Policy         Sector = "policy"
)

// Sectors lists every sector.
var Sectors = []Sector{LawEnforcement, Customs, Forensic, Health, Justice, Regulator, Policy}

// Duty is what a person may do in the system beyond taking part.
type Duty string

// The duties.
const (
	FocalPoint    Duty = "focal-point"   // administers the people of the own participant
	Analyst       Duty = "analyst"       // assesses signals
	Curator       Duty = "curator"       // answers for the catalogue of substances
	Signatory     Duty = "signatory"     // signs for the state, by the credentials that the secretariat has seen
	Secretariat   Duty = "secretariat"   // administers the people of every participant
	Administrator Duty = "administrator" // gives every duty
)

// Duties lists every duty.
var Duties = []Duty{FocalPoint, Analyst, Curator, Signatory, Secretariat, Administrator}

// Person is an official or expert. He belongs to one participant or to one stakeholder organisation.
type Person struct {
	ID          string   `json:"id"`
	Email       string   `json:"email"` // as NormalEmail gives it
	Name        string   `json:"name"`
	Participant string   `json:"participant,omitempty"`
	Stakeholder string   `json:"stakeholder,omitempty"`
	Sectors     []Sector `json:"sectors,omitempty"`
	Languages   []string `json:"languages,omitempty"` // BCP 47, the preferred one first
	Zone        string   `json:"zone,omitempty"`      // IANA
	Duties      []Duty   `json:"duties,omitempty"`
	Active      bool     `json:"active"`

	Until     time.Time          `json:"until,omitzero"`      // when the access ends; zero while no end is set
	Successor string             `json:"successor,omitempty"` // who takes over at the end: a person's id
	Notify    map[Matter]Channel `json:"notify,omitempty"`    // what is not told in the usual way
	DigestAt  int                `json:"digest_at,omitempty"` // the hour, in his zone, of the daily digest; 0 for the usual one
}

// In reports whether the person may come in at a time: he is active and his access has not ended.
func (p *Person) In(at time.Time) bool {
	return p.Active && (p.Until.IsZero() || at.Before(p.Until))
}

// Matter is a sort of thing that a person is told of.
type Matter string

// The matters.
const (
	AlertMatter    Matter = "alert"    // an alert was issued, cancelled or retracted
	MeetingMatter  Matter = "meeting"  // an invitation, a change of a meeting, a meeting that is near
	DeadlineMatter Matter = "deadline" // something is due, late or about to close
	RecordMatter   Matter = "record"   // a step or a change of another record
)

// Matters lists every matter.
var Matters = []Matter{AlertMatter, MeetingMatter, DeadlineMatter, RecordMatter}

// Channel is how a person is told. Whatever it is, he finds it on his page of what is new.
type Channel string

// The channels.
const (
	ByLetter Channel = "letter" // a letter at once
	ByDigest Channel = "digest" // one letter a day
	ByPage   Channel = "page"   // the page only
)

// Channels lists every channel, the usual one first.
var Channels = []Channel{ByLetter, ByDigest, ByPage}

// Told returns how the person wants to be told of a matter.
func (p *Person) Told(m Matter) Channel {
	if c, ok := p.Notify[m]; ok {
		return c
	}
	return ByLetter
}

// usualDigest is the hour of the digest of a person who has chosen none.
const usualDigest = 7

// Location is the person's time zone, UTC where he has none.
func (p *Person) Location() *time.Location {
	if l, err := time.LoadLocation(p.Zone); err == nil && p.Zone != "" {
		return l
	}
	return time.UTC
}

// NextDigest returns the first time after another at which the person gets his digest.
func (p *Person) NextDigest(after time.Time) time.Time {
	local := after.In(p.Location())
	at := func(days int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, p.DigestHour(), 0, 0, 0, local.Location())
	}
	if t := at(0); t.After(after) {
		return t
	}
	return at(1)
}

// DigestHour is the hour of the person's digest, in his zone.
func (p *Person) DigestHour() int {
	if p.DigestAt == 0 {
		return usualDigest
	}
	return p.DigestAt
}

const maxName = 120 // characters

// Validate reports what is wrong with the person in itself. Whether the participant exists is the caller's to check.
func (p Person) Validate() []Problem {
	var out []Problem
	add := func(field, key string, params map[string]any) { out = append(out, Problem{field, key, params}) }
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || len(p.Email) > 254 {
		add("email", "problem.email", map[string]any{"value": p.Email})
	}
	if strings.TrimSpace(p.Name) == "" {
		add("name", "problem.required", nil)
	}
	if len([]rune(p.Name)) > maxName {
		add("name", "problem.long", map[string]any{"max": maxName})
	}
	if (p.Participant == "") == (p.Stakeholder == "") {
		add("participant", "problem.belongs", nil)
	}
	for _, s := range p.Sectors {
		if !slices.Contains(Sectors, s) {
			add("sectors", "problem.sector", map[string]any{"value": string(s)})
		}
	}
	for _, d := range p.Duties {
		if !slices.Contains(Duties, d) {
			add("duties", "problem.duty", map[string]any{"value": string(d)})
		}
	}
	for m, c := range p.Notify {
		if !slices.Contains(Matters, m) || !slices.Contains(Channels, c) {
			add("notify."+string(m), "problem.option", map[string]any{"value": string(c), "options": "letter, digest, page"})
		}
	}
	if p.DigestAt < 0 || p.DigestAt > 23 {
		add("digest", "problem.hour", nil)
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" {
			add("zone", "problem.zone", map[string]any{"value": p.Zone})
		}
	}
	return out
}

// NormalEmail brings an address into the form in which addresses are compared: Unicode NFKC, lower case, without blanks
// and format characters, so that look-alikes do not pass for another's address.
func NormalEmail(s string) string {
	for { // taking a blank out may bring a letter and an accent together; it ends, since the text only gets shorter or settles
		next := norm.NFKC.String(strings.Map(plain, norm.NFKC.String(s)))
		if next == s {
			return s
		}
		s = next
	}
}

func plain(r rune) rune {
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
		return -1
	}
	return unicode.ToLower(r)
}

// Role is what a person is in a section.
type Role string

// The roles.
const (
	Member      Role = "member"
	CoChairRole Role = "co-chair"
	Coordinator Role = "coordinator"
	Observer    Role = "observer"
)

// Roles lists every role.
var Roles = []Role{Member, CoChairRole, Coordinator, Observer}

// Registration is a person in a section of a group, in one or more roles, for a time.
type Registration struct {
	ID      string     `json:"id"`
	Person  string     `json:"person"`
	Group   string     `json:"group"`
	Section Hemisphere `json:"section"`
	Roles   []Role     `json:"roles"`
	From    time.Time  `json:"from"`
	To      time.Time  `json:"to,omitzero"` // zero while it has no end
}

// Live reports whether the registration holds at a time: from its beginning, until before its end.
func (r Registration) Live(at time.Time) bool {
	return !r.From.IsZero() && !at.Before(r.From) && (r.To.IsZero() || at.Before(r.To))
}

// Validate reports what is wrong with the registration in itself.
func (r Registration) Validate() []Problem {
	var out []Problem
	if r.Section != East && r.Section != West {
		out = append(out, Problem{"section", "problem.section", map[string]any{"value": string(r.Section)}})
	}
	if len(r.Roles) == 0 {
		out = append(out, Problem{"roles", "problem.required", nil})
	}
	for _, x := range r.Roles {
		if !slices.Contains(Roles, x) {
			out = append(out, Problem{"roles", "problem.role", map[string]any{"value": string(x)}})
		}
	}
	if r.From.IsZero() {
		out = append(out, Problem{"from", "problem.required", nil})
	}
	if !r.To.IsZero() && r.To.Before(r.From) {
		out = append(out, Problem{"to", "problem.before", map[string]any{"value": r.To.Format("2006-01-02"), "other": r.From.Format("2006-01-02")}})
	}
	return out
}

package record

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // meetings are held in zones, whatever the machine knows of them
	"unicode"
)

// maxAddress is the longest address of a page or a mailbox, in bytes.
const maxAddress = 2000

var clock = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// checkReference checks a value that names something: a group, a participant, a language, an hour, a zone, an address.
func checkReference(path string, f *Field, s string, n Namer, p *Problems) {
	ok, key := true, ""
	switch f.Type {
	case TypeGroup:
		_, ok = n.GroupName(s, "en")
		key = "problem.group"
	case TypeLines:
		ok, key = n.IsLine(s), "problem.line"
	case TypeMember, TypeMembers:
		_, ok = n.ParticipantName(s, "en")
		key = "problem.participant"
	case TypeLanguages:
		ok, key = slices.Contains(Languages, s), "problem.language"
	case TypeTime:
		ok, key = clock.MatchString(s), "problem.time"
	case TypeZone:
		_, err := time.LoadLocation(s)
		ok, key = err == nil && s != "Local" && !strings.ContainsRune(s, '\\'), "problem.zone"
	case TypeURL:
		ok, key = Address(s), "problem.url"
	case TypeEmail:
		a, err := mail.ParseAddress(s)
		ok, key = err == nil && a.Address == s && len(s) <= 254, "problem.email"
	}
	if !ok {
		p.Add(path, key, "value", s)
	}
}

// Address reports whether s is an absolute address of a page that may be linked to: http or https with a host, without
// credentials and without characters that could make it read as something else.
func Address(s string) bool {
	if len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return Unsafe(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

// Moment returns the instant of a clock time on a day in a zone. gap is set when clocks were put forward over that time
// on that day, so that no clock showed it; a time that clocks showed twice is taken as the first of the two.
func Moment(day Date, hm, zone string) (at time.Time, gap bool, err error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, false, err
	}
	t, err := time.Parse("2006-01-02 15:04", string(day)+" "+hm)
	if err != nil {
		return time.Time{}, false, err
	}
	at = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, loc)
	wall := string(day) + " " + hm
	if at.Format("2006-01-02 15:04") != wall {
		return at, true, nil
	}
	if changed, _ := at.ZoneBounds(); !changed.IsZero() { // clocks put back over the time show it a second time
		_, before := changed.Add(-time.Second).Zone()
		_, now := at.Zone()
		if earlier := at.Add(-time.Duration(before-now) * time.Second); before > now && earlier.Format("2006-01-02 15:04") == wall {
			return earlier, false, nil
		}
	}
	return at, false, nil
}

package programme_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// zones are of both hemispheres: with changes of clocks by an hour, half an hour and two, at midnight and at other hours,
// with offsets of quarters of an hour, and some that have given up changing or taken another time.
var zones = strings.Fields(`Africa/Accra Africa/Cairo Africa/Casablanca Africa/Lagos America/Asuncion America/Bogota America/Caracas America/Havana
	America/Los_Angeles America/Mexico_City America/New_York America/Noronha America/Nuuk America/Phoenix America/Santiago America/Sao_Paulo America/St_Johns
	Antarctica/Troll Asia/Amman Asia/Beirut Asia/Damascus Asia/Gaza Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Pyongyang Asia/Shanghai Asia/Tehran
	Asia/Tokyo Asia/Yangon Atlantic/Azores Australia/Adelaide Australia/Lord_Howe Australia/Sydney Europe/Dublin Europe/Istanbul Europe/Lisbon Europe/London
	Europe/Moscow Europe/Volgograd Pacific/Auckland Pacific/Chatham Pacific/Easter Pacific/Fiji Pacific/Norfolk`)

// changes returns the moments from 1995 to 2035 at which a zone's clocks were or will be changed.
func changes(loc *time.Location) (out []time.Time) {
	for t := time.Date(1995, 1, 1, 0, 0, 0, 0, loc); ; {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.Year() > 2035 {
			return out
		}
		out, t = append(out, end), end
	}
}

// firstShown looks through the instants around a day, minute by minute, for the first at which clocks showed the time:
// some zones change theirs a minute after the hour.
func firstShown(day record.Date, hm string, loc *time.Location) (time.Time, bool) {
	begin, err := day.Time()
	if err != nil {
		panic(err)
	}
	for t := begin.Add(-15 * time.Hour); t.Before(begin.Add(40 * time.Hour)); t = t.Add(time.Minute) {
		if t.In(loc).Format("2006-01-02 15:04") == string(day)+" "+hm {
			return t, true
		}
	}
	return time.Time{}, false
}

// checkTimes compares the sittings with what clocks showed.
func checkTimes(t interface{ Errorf(string, ...any) }, s programme.Session, days int) {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	first, _ := s.Date.Time()
	times := s.Times()
	if len(times) != days {
		t.Errorf("%s to %s has %d sittings", s.Date, s.End, len(times))
		return
	}
	for i, x := range times {
		day := record.DateOf(first.AddDate(0, 0, i))
		want, shown := firstShown(day, s.Time, loc)
		if x.Gap == shown {
			t.Errorf("%s %s in %s: clocks showed it: %v, the gap is said to be %v", day, s.Time, s.Zone, shown, x.Gap)
		}
		if shown && !x.Begin.Equal(want) {
			t.Errorf("%s %s in %s begins at %s, clocks showed it first at %s", day, s.Time, s.Zone, x.Begin.UTC(), want)
		}
		if shown && x.End.Sub(x.Begin) != time.Duration(s.Minutes)*time.Minute {
			t.Errorf("%s lasts %s and not %d minutes", day, x.End.Sub(x.Begin), s.Minutes)
		}
	}
}

// TestSittingsAreAtTheSameClockTime: each day's sitting is at the first instant at which the zone's clocks show the time,
// whatever happens to them in between, and one that they do not show is a gap.
func TestSittingsAreAtTheSameClockTime(t *testing.T) {
	near := map[string][]time.Time{}
	for _, z := range zones {
		loc, err := time.LoadLocation(z)
		if err != nil {
			t.Fatal(err)
		}
		near[z] = append(changes(loc), time.Date(2024, 2, 28, 12, 0, 0, 0, loc), time.Date(2030, 12, 31, 12, 0, 0, 0, loc))
	}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		change := rapid.SampledFrom(near[z]).Draw(t, "change")
		first := change.AddDate(0, 0, rapid.IntRange(-2, 1).Draw(t, "before"))
		days := rapid.IntRange(1, 3).Draw(t, "days")
		around := change.Add(time.Duration(rapid.IntRange(-12, 12).Draw(t, "quarters")) * 15 * time.Minute).Format("15:04")
		hm := rapid.SampledFrom([]string{"00:00", "00:30", "23:45", "12:00", around, around, around}).Draw(t, "time")
		checkTimes(t, programme.Session{Date: record.DateOf(first), End: record.DateOf(first.AddDate(0, 0, days-1)), Time: hm, Zone: z, Minutes: rapid.IntRange(5, 1440).Draw(t, "minutes")}, days)
	})
}

// TestClocksThatChangeOddly: a day that a country left out, a change by three hours, and zones that have changed for good.
func TestClocksThatChangeOddly(t *testing.T) {
	for _, c := range []struct{ zone, day, time string }{
		{"Pacific/Apia", "2011-12-30", "10:00"}, {"Pacific/Kiritimati", "1994-12-31", "09:30"}, {"Pacific/Apia", "2011-12-31", "10:00"},
		{"Antarctica/Casey", "2010-03-05", "00:30"}, {"Antarctica/Casey", "2020-03-08", "01:00"}, {"Asia/Pyongyang", "2015-08-14", "23:45"},
		{"America/Sao_Paulo", "2018-11-04", "00:30"}, {"America/Sao_Paulo", "2019-02-16", "23:30"}, {"America/Sao_Paulo", "2019-11-03", "00:30"},
		{"Asia/Amman", "2021-10-29", "00:30"}, {"Asia/Amman", "2022-02-25", "00:30"}, {"Asia/Amman", "2022-10-28", "00:30"},
		{"Europe/Moscow", "2010-10-31", "02:30"}, {"Europe/Moscow", "2011-03-27", "02:30"}, {"Europe/Moscow", "2014-10-26", "01:30"}, {"Europe/Moscow", "2015-03-29", "02:30"},
	} {
		t.Run(c.zone+" "+c.day, func(t *testing.T) {
			checkTimes(t, programme.Session{Date: record.Date(c.day), Time: c.time, Zone: c.zone, Minutes: 60}, 1)
		})
	}
}

// TestHoursThatNoClockShows: a meeting at an hour that is left out on one of its days is refused, and the day is named.
func TestHoursThatNoClockShows(t *testing.T) {
	for _, c := range []struct{ date, end, time, zone, want string }{
		{"2024-03-31", "", "02:30", "Europe/Berlin", "time problem.gap"}, {"2024-03-30", "2024-04-01", "02:30", "Europe/Berlin", "time problem.gap"},
		{"2024-03-30", "", "02:30", "Europe/Berlin", ""}, {"2024-10-27", "", "02:30", "Europe/Berlin", ""}, {"2024-10-06", "", "02:15", "Australia/Lord_Howe", "time problem.gap"},
		{"2024-04-26", "", "00:00", "Africa/Cairo", "time problem.gap"}, {"2018-11-04", "", "00:00", "America/Sao_Paulo", "time problem.gap"}, {"2011-12-30", "", "10:00", "Pacific/Apia", "time problem.gap"},
		{"2024-03", "", "10:00", "Europe/Berlin", "date problem.day"}, {"2024-03-05", "2024-03-04", "10:00", "Europe/Berlin", "end problem.before"},
		{"2024-03-05", "", "24:00", "Europe/Berlin", "time problem.time"}, {"2024-03-05", "", "9:00", "Europe/Berlin", "time problem.time"},
		{"2024-03-05", "", "10:00", "Local", "zone problem.zone"}, {"2024-03-05", "", "10:00", "../../etc/passwd", "zone problem.zone"}, {"2024-03-05", "", "10:00", "", "zone problem.required"},
	} {
		body := fmt.Sprintf(`{"name":{"en":"x"},"type":"symposium","date":%q,"end":%q,"time":%q,"minutes":60,"zone":%q}`, c.date, c.end, c.time, c.zone)
		if got := firstProblem("meeting", "planned", body); got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}

// TestMeetingsToCome: a meeting is planned before it is held.
func TestMeetingsToCome(t *testing.T) {
	for _, c := range []struct{ kind, body string }{
		{"meeting", `{"name":{"en":"x"},"type":"symposium","date":"2031-05-06"}`}, {"call", `{"name":{"en":"x"},"type":"submissions","opens":"2031-01-01","closes":"2031-05-06"}`},
		{"need", `{"name":{"en":"x"},"country":"GH","theme":"legislation","resource":"training","from":"2031"}`}, {"service", `{"name":{"en":"x"},"type":"treatment","country":"GH","from":"2031"}`},
		{"contribution", `{"name":{"en":"x"},"form":"grant","recipients":["GH"],"theme":"legislation","from":"2031"}`}, {"law", `{"name":{"en":"x"},"country":"GH","about":[{"substance":"heroin"}],"instrument":"x","checked_on":"2024-01-01","from":"2031-01-01"}`},
	} {
		if got := firstProblem(c.kind, "", c.body); got != "" {
			t.Errorf("a %s that is to come: %s", c.kind, got)
		}
	}
}

// TestAnswersUntil: an invitation is answered until the meeting ends; one of which only the month is known, always.
func TestAnswersUntil(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		session programme.Session
		want    time.Time
	}{
		{programme.Session{Date: "2024-05-01", Time: "10:00", Minutes: 90, Zone: "America/New_York"}, at("2024-05-01T15:30:00Z")},
		{programme.Session{Date: "2024-05-01", End: "2024-05-03", Time: "10:00", Minutes: 60, Zone: "UTC"}, at("2024-05-03T11:00:00Z")},
		{programme.Session{Date: "2024-05-01"}, at("2024-05-02T00:00:00Z")}, {programme.Session{Date: "2024-05-01", End: "2024-05-03"}, at("2024-05-04T00:00:00Z")},
		{programme.Session{Date: "2024-05"}, time.Time{}}, {programme.Session{Date: "2024"}, time.Time{}},
	} {
		if got := c.session.AnswerUntil(); !got.Equal(c.want) {
			t.Errorf("%s to %s: until %s, want %s", c.session.Date, c.session.End, got, c.want)
		}
	}
}

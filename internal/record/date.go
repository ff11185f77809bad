package record

import (
	"fmt"
	"time"
)

// Date is a day, month or year of the Gregorian calendar in ISO 8601 form: "2024-03-05", "2024-03" or "2024".
// Its length is its precision. The empty Date is "not known".
type Date string

// Precision of a date.
type Precision string

// The precisions.
const (
	Day   Precision = "day"
	Month Precision = "month"
	Year  Precision = "year"
)

var layouts = map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}

// DateOf returns the day of t in t's own location.
func DateOf(t time.Time) Date { return Date(t.Format("2006-01-02")) }

// Time returns the first moment of the date in UTC. It fails on an empty or malformed date and on years before 1900.
func (d Date) Time() (time.Time, error) {
	layout, ok := layouts[len(d)]
	if !ok {
		return time.Time{}, fmt.Errorf("%q is not a date", string(d))
	}
	t, err := time.Parse(layout, string(d))
	if err != nil || t.Year() < 1900 {
		return time.Time{}, fmt.Errorf("%q is not a date", string(d))
	}
	return t, nil
}

// Precision returns how exact the date is, "" for a malformed one.
func (d Date) Precision() Precision {
	switch len(d) {
	case 10:
		return Day
	case 7:
		return Month
	case 4:
		return Year
	}
	return ""
}

// EpochDay returns the number of days from 1970-01-01 to the date's first day; ok is false when the date is not valid.
func (d Date) EpochDay() (day int64, ok bool) {
	t, err := d.Time()
	if err != nil {
		return 0, false
	}
	return t.Unix() / 86400, true
}

// Week is an ISO 8601 week, counted as the number of Mondays since Monday 1970-01-05 (week 0).
type Week int32

// firstMonday is 1970-01-05 as an epoch day.
const firstMonday = 4

// WeekOf returns the week that contains the epoch day.
func WeekOf(epochDay int64) Week {
	d := epochDay - firstMonday
	if d < 0 {
		d -= 6
	}
	return Week(d / 7)
}

// Monday returns the first day of the week.
func (w Week) Monday() Date {
	return DateOf(time.Unix((int64(w)*7+firstMonday)*86400, 0).UTC())
}

// Days returns the first and last epoch day of the week.
func (w Week) Days() (first, last int64) {
	first = int64(w)*7 + firstMonday
	return first, first + 6
}

// YearMonth is a month of the Gregorian calendar, counted as 12 × year + month of the year − 1.
type YearMonth int32

// YearMonth returns the month that most of the week's days lie in, which is its Thursday's.
func (w Week) YearMonth() YearMonth {
	thursday := time.Unix((int64(w)*7+firstMonday+3)*86400, 0).UTC()
	return YearMonth(12*thursday.Year() + int(thursday.Month()) - 1)
}

// FirstWeek returns the first of the weeks whose month it is.
func (m YearMonth) FirstWeek() Week {
	first := time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC)
	w := WeekOf(first.Unix() / 86400)
	if w.YearMonth() < m {
		w++
	}
	return w
}

// String returns the ISO form, such as 2024-02.
func (m YearMonth) String() string { return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1) }

// String returns the ISO form, such as 2024-W07.
func (w Week) String() string {
	t, _ := w.Monday().Time()
	y, n := t.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, n)
}

// Week returns the ISO week of a date with the precision of a day.
func (d Date) Week() (Week, bool) {
	n, ok := d.EpochDay()
	if !ok || d.Precision() != Day {
		return 0, false
	}
	return WeekOf(n), true
}

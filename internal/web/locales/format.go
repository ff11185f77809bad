package locales

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/number"
)

// Num writes a number with the language's grouping and decimal signs, at most three decimals.
func Num(ctx context.Context, v any) string { return From(ctx).Num(v) }

// Num is the function Num for this locale.
func (l *Locale) Num(v any) string {
	return l.numbers.Sprint(number.Decimal(v, number.MaxFractionDigits(3)))
}

// Fixed writes a number with exactly that many decimals, for columns that must align.
func Fixed(ctx context.Context, v any, decimals int) string {
	return From(ctx).numbers.Sprint(number.Decimal(v, number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)))
}

// Percent writes a fraction (0.25) as a percentage with at most one decimal.
func Percent(ctx context.Context, fraction float64) string {
	return From(ctx).numbers.Sprint(number.Percent(fraction, number.MaxFractionDigits(1)))
}

// List joins items as the language does: "a, b and c".
func List(ctx context.Context, items []string) string { return From(ctx).List(items) }

// List is the function List for this locale.
func (l *Locale) List(items []string) string {
	w := calendars[l.Code]
	switch n := len(items); n {
	case 0:
		return ""
	case 1:
		return items[0]
	default:
		return strings.Join(items[:n-1], w.comma) + l.and(items[n-1]) + items[n-1]
	}
}

// and returns what joins the last item of a list to the others. Spanish says "e" before the sound of i: "Ghana e Italia",
// but "Ghana y Iowa".
func (l *Locale) and(last string) string {
	s := strings.ToLower(last)
	vowel := func(s string) bool { return strings.HasPrefix(s, "i") || strings.HasPrefix(s, "í") }
	glide := func(s string) bool {
		return strings.HasPrefix(s, "ia") || strings.HasPrefix(s, "ie") || strings.HasPrefix(s, "io")
	}
	s = strings.TrimPrefix(s, "h")
	if l.Code == "es" && vowel(s) && !glide(s) {
		return " e "
	}
	return calendars[l.Code].and
}

// Date writes a partial date in ISO 8601 form ("2024-03-05", "2024-03", "2024") no more exactly than it is known.
// Anything else comes back as it is.
func Date(ctx context.Context, iso string) string { return From(ctx).Date(iso) }

// Date is the function Date for this locale.
func (l *Locale) Date(iso string) string {
	w := calendars[l.Code]
	switch len(iso) {
	case 10:
		if t, err := time.Parse("2006-01-02", iso); err == nil {
			return l.day(t)
		}
	case 7:
		if t, err := time.Parse("2006-01", iso); err == nil {
			return strings.NewReplacer("M", w.standing[t.Month()-1], "Y", t.Format("2006")).Replace(w.month)
		}
	case 4:
		if t, err := time.Parse("2006", iso); err == nil {
			return t.Format("2006")
		}
	}
	return iso
}

func (l *Locale) day(t time.Time) string {
	w := calendars[l.Code]
	d := t.Format("2")
	if d == "1" && w.first != "" {
		d = w.first
	}
	return strings.NewReplacer("D", d, "M", w.months[t.Month()-1], "Y", t.Format("2006")).Replace(w.pattern)
}

// ShortDate writes a day in few letters ("5 Mar 2024"), for tables and plots.
func ShortDate(ctx context.Context, t time.Time) string {
	w := calendars[From(ctx).Code]
	return t.Format("2") + " " + w.short[t.Month()-1] + " " + t.Format("2006")
}

// ShortMonth writes a month and year in few letters ("Mar 2024").
func ShortMonth(ctx context.Context, t time.Time) string {
	return calendars[From(ctx).Code].short[t.Month()-1] + " " + t.Format("2006")
}

// DateTime writes a moment to the minute in the viewer's zone and names the zone.
func DateTime(ctx context.Context, t time.Time) string { return From(ctx).DateTime(t) }

// DateTime is the function DateTime for this locale.
func (l *Locale) DateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(l.Zone)
	return l.day(t) + calendars[l.Code].at + t.Format("15:04") + " " + zoneName(t)
}

// Ago words how long before now a moment was, in whole minutes, hours or days; moments more than thirty days away
// are written as dates.
func Ago(ctx context.Context, t, now time.Time) string {
	l := From(ctx)
	switch d := now.Sub(t); {
	case d < 0 || d > 30*24*time.Hour:
		return l.day(t.In(l.Zone))
	case d < time.Minute:
		return l.T("time.now")
	case d < time.Hour:
		return l.T("time.minutes-ago", "n", int(d/time.Minute))
	case d < 24*time.Hour:
		return l.T("time.hours-ago", "n", int(d/time.Hour))
	default:
		return l.T("time.days-ago", "n", int(d/(24*time.Hour)))
	}
}

// zoneName returns the zone's abbreviation, or "UTC+5" or "UTC-4:30" where the zone has none in letters.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if name == "" || name[0] == '+' || name[0] == '-' {
		return "UTC" + strings.NewReplacer("+0", "+", "-0", "-").Replace(strings.TrimSuffix(t.Format("-07:00"), ":00"))
	}
	return name
}

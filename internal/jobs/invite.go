package jobs

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/exchange/calendar"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/web/locales"
)

// inviteTo writes a meeting's times into a letter and encloses an invitation that calendar programs answer. The letter's
// own number in the address for answers says whose answer it is; nobody else was given it.
func (r *Runner) inviteTo(l *letter, b *strings.Builder, v app.Viewer, x *app.Shown, code string) error {
	s, ok := x.Fields.(*programme.Session)
	if !ok || x.Retracted != nil {
		return nil
	}
	locale := locales.New(code, locales.Zone(v.Person.Zone), locales.Auto)
	for _, t := range s.Times() {
		fmt.Fprintln(b, locale.T("letter.when", "time", locale.DateTime(t.Begin)))
	}
	if len(s.Times()) == 0 {
		fmt.Fprintln(b, locale.T("letter.when", "time", locale.Date(string(s.Date))))
	}
	fmt.Fprintln(b)
	if x.State == "invited" {
		fmt.Fprintln(b, locale.T("letter.answer"))
	}
	e, ok := whole(r.app.Entries([]*app.Shown{x}, code, r.cfg.BaseURL))
	if !ok || r.cfg.SMTP.From == "" {
		return nil
	}
	var out bytes.Buffer
	if err := calendar.Invitation(&out, e, r.answersTo(l.id), locale.T("product"), l.to, v.Person.Name); err != nil {
		return err
	}
	l.invitation, l.method = out.String(), "REQUEST"
	if e.Cancelled {
		l.method = "CANCEL"
	}
	return nil
}

// answersTo is the address to which a calendar program sends its answer.
func (r *Runner) answersTo(id string) string {
	box, domain, ok := strings.Cut(r.cfg.SMTP.Reply, "@")
	if !ok {
		return r.cfg.SMTP.From
	}
	return box + "+" + id + "@" + domain
}

// whole makes one entry of a meeting's sittings: an invitation has one. Sittings that are not a day apart to the minute,
// since clocks change between them, leave the first.
func whole(entries []calendar.Entry) (calendar.Entry, bool) {
	if len(entries) == 0 {
		return calendar.Entry{}, false
	}
	e := entries[0]
	e.UID = strings.Split(strings.TrimSuffix(e.UID, "@tocsin"), "-")[0] + "@tocsin"
	e.Title = strings.TrimSuffix(e.Title, fmt.Sprintf(" (1/%d)", len(entries)))
	e.Days = len(entries)
	for i, o := range entries {
		if !o.Begin.Equal(e.Begin.Add(time.Duration(i) * 24 * time.Hour)) {
			e.Days = 1
		}
	}
	return e, true
}

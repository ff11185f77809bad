package pages

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

func anyReason(steps []record.Step) bool {
	for _, s := range steps {
		if s.Reason {
			return true
		}
	}
	return false
}

// reasoned names the steps that need a reason.
func reasoned(ctx context.Context, steps []record.Step) string {
	var names []string
	for _, s := range steps {
		if s.Reason {
			names = append(names, ui.T(ctx, "step."+s.Name))
		}
	}
	return locales.List(ctx, names)
}

func (s *Site) loadPanel(ctx context.Context, v app.Viewer, p *recordPage) error {
	var err error
	switch p.x.Record.Kind {
	case "signal":
		p.panel, err = s.signalOf(ctx, v, p.x)
	case "alert":
		p.panel, err = s.alertOf(ctx, v, p.x)
	}
	return err
}

func (s *Site) signalOf(ctx context.Context, v app.Viewer, x *app.Shown) (templ.Component, error) {
	u := x.Fields.(*detection.Unusual)
	evidence, _, err := s.app.Evidence(ctx, v, x)
	if err != nil {
		return nil, err
	}
	var lines []relatedLine
	for _, e := range evidence[:min(len(evidence), 25)] {
		lines = append(lines, relatedLine{title: ui.Date(ctx, string(e.When)) + " · " + s.title(ctx, e), url: "/r/" + e.ID})
	}
	return signalPanel(s.signalSentence(ctx, u), ui.T(ctx, "detector."+u.Detector+".about"), plot.SignalPlot(s.signalPlot(ctx, u, s.signalSentence(ctx, u))), lines), nil
}

// signalSentence says a signal's finding in one sentence for those who are no statisticians.
func (s *Site) signalSentence(ctx context.Context, u *detection.Unusual) string {
	key := "signal.sentence"
	if u.Detector == "first-appearance" {
		key = "signal.first"
	}
	return ui.T(ctx, key, "substance", s.substanceName(ctx, u.Substance), "place", s.place(ctx, u.Place), "source", sourceName(ctx, u.Source),
		"observed", u.Observed, "expected", math.Round(u.Expected*10)/10, "threshold", math.Round(u.Upperbound*10)/10, "week", ui.Date(ctx, string(u.Week)))
}

func (s *Site) signalPlot(ctx context.Context, u *detection.Unusual, description string) plot.Signal {
	p := plot.Signal{ID: "series", Title: s.substanceName(ctx, u.Substance) + " · " + s.place(ctx, u.Place) + " · " + sourceName(ctx, u.Source),
		Description: description, Unit: ui.T(ctx, "plot.unit"), Today: s.app.Now()}
	points := u.Points
	if len(points) > 104 {
		points = points[len(points)-104:]
	}
	for _, pt := range points {
		start, err := pt.Week.Time()
		if err != nil {
			continue
		}
		w, _ := pt.Week.Week()
		p.Weeks = append(p.Weeks, plot.Week{Start: start, Label: w.String(), Observed: pt.Observed, Expected: orNaN(pt.Expected), Threshold: orNaN(pt.Upperbound), Alarm: pt.Alarm})
	}
	return p
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// alertView is what the page of an alert shows beyond any record's.
type alertView struct {
	id, instruction, tally string
	waiting                bool
	receipts               ui.List
}

func (s *Site) alertOf(ctx context.Context, v app.Viewer, x *app.Shown) (templ.Component, error) {
	w := x.Fields.(*detection.Warning)
	a := alertView{id: x.ID}
	a.instruction, _ = w.Instruction.In(lang(ctx))
	if !v.SignedIn() {
		return alertPanel(a), nil
	}
	receipts, err := s.app.Receipts(ctx, v, x.ID)
	if err != nil {
		return nil, err
	}
	a.receipts = ui.List{ID: "receipts", Caption: ui.T(ctx, "alert.receipts"), Columns: []ui.Column{{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "alert.person")}, {Label: ui.T(ctx, "alert.told")}, {Label: ui.T(ctx, "alert.acknowledged")}, {Label: ui.T(ctx, "alert.measures")}, {Label: ui.T(ctx, "alert.mail")}}}
	done := 0
	for _, r := range receipts {
		if r.Person == v.Actor() && r.Acknowledged.IsZero() && x.State == "issued" && x.Retracted == nil {
			a.waiting = true
		}
		if !r.Acknowledged.IsZero() {
			done++
		}
		row := ui.Row{Cells: []templ.Component{ui.Text(s.participantName(ctx, r.Participant)), ui.Text(r.Name), ui.Text(when(ctx, r.Told)), ui.Text(when(ctx, r.Acknowledged)), ui.Text(r.Note), nil}}
		if r.Mail != "" {
			row.Cells[5] = ui.Text(ui.T(ctx, "mail."+r.Mail))
		}
		a.receipts.Rows = append(a.receipts.Rows, row)
	}
	a.tally = ui.T(ctx, "alert.tally", "done", done, "n", len(receipts))
	return alertPanel(a), nil
}

func when(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return locales.DateTime(ctx, t)
}

// unmarshal reads a draft's body into fields to show in a form.
func fieldsOfBody(raw json.RawMessage) map[string]any {
	m := map[string]any{}
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &m) // our own drafts
	}
	return m
}

// trim shortens a text for a card.
func trim(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}

package app

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/iati"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// statusOf is the IATI ActivityStatus of a contribution's state, and stateOfStatus the way back where no tag says more.
var (
	statusOf      = map[string]int{"pledged": 1, "committed": 1, "disbursing": 2, "completed": 4, "cancelled": 5}
	stateOfStatus = map[int]string{1: "pledged", 2: "disbursing", 3: "disbursing", 4: "completed", 5: "cancelled", 6: "committed"}
)

// The DAC purpose codes that stand for a theme where a contribution names none, and the way back.
const (
	narcoticsControl = "16063"
	mentalHealth     = "12340" // promotion of mental health and well-being
)

// pledgeType is the TransactionType of what is promised without being owed yet: a contribution's amount.
const pledgeType = "10"

var (
	transactionCode = map[string]string{"commitment-made": "2", "disbursement": "3", "expenditure": "4"}
	transactionName = map[string]string{"2": "commitment-made", "3": "disbursement", "4": "expenditure"}
	financeCode     = map[string]string{"grant": "110", "loan": "421"}
)

// ours begins the identifiers of activities and organisations that have none but ours.
const ours = "TOCSIN-"

// ExportIATI writes the contributions that the viewer sees as an IATI 2.03 activity file. Without any it writes an empty
// list, which the standard does not know: programs that read it then find no activity.
func (a *App) ExportIATI(ctx context.Context, v Viewer, w io.Writer) error {
	var list []iati.Activity
	seen := map[string]bool{}
	err := a.Each(ctx, v, Query{Kind: "contribution", Sort: "changed"}, func(s *Shown) error {
		g, ok := s.Fields.(*programme.Gift)
		if !ok || s.State == "draft" {
			return nil
		}
		x := a.activityOf(s, g)
		for n := 1; seen[x.ID]; n++ { // two donors gave the same identifier: the second gets one of its own
			x.ID = strings.TrimSuffix(fmt.Sprintf("%s%s-%d", ours, s.ID, n), "-1")
		}
		seen[x.ID] = true
		list = append(list, x)
		return nil
	})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<iati-activities version="2.03"/>`+"\n")
		return err
	}
	return iati.Write(w, a.now(), list)
}

// activityOf says in the terms of IATI what a contribution is. It can be written whatever the contribution holds.
func (a *App) activityOf(s *Shown, g *programme.Gift) iati.Activity {
	x := iati.Activity{ID: g.Identifier, Reporter: ours + s.Owner, ReporterName: a.ownerWords(s.Owner), ReporterType: "10", Title: maps.Clone(g.Name), Description: maps.Clone(g.Text),
		Status: statusOf[s.State], Currency: g.Currency, InKind: inKind(g.Form), Expertise: g.Form == "expertise", Finance: financeCode[g.Form], Updated: s.Updated}
	if !programme.IsIATI(x.ID) {
		x.ID = ours + s.ID
	}
	if programme.IsIATI(g.Includes) {
		x.Parent = g.Includes
	}
	if !written(x.Title) {
		x.Title = map[string]string{"en": x.ID}
	}
	if !written(x.Description) {
		x.Description = x.Title
	}
	if p, ok := a.directory.Participant(s.Owner); ok && p.Type == coalition.Organisation {
		x.ReporterType = "40"
	}
	x.PlannedStart, x.PlannedEnd = firstDay(g.From), endDay(g.Due)
	if s.State == "disbursing" || s.State == "completed" {
		x.ActualStart = x.PlannedStart
	}
	x.Participants = []iati.Organisation{{Role: "1", Ref: x.Reporter, Name: x.ReporterName, Type: x.ReporterType}}
	if g.Through != "" {
		x.Participants = append(x.Participants, iati.Organisation{Role: "4", Ref: ours + g.Through, Name: a.ownerWords(g.Through)})
	}
	x.Countries = shares(g.Recipients)
	x.Sectors = []iati.Sector{{Code: purposeOf(g), Percentage: 100}}
	x.Tags = append(append([]string{g.Theme}, g.Lines...), s.State)
	x.Transactions = moneyOf(g)
	return x
}

// moneyOf is the amount as a pledge, and then what was committed and paid.
func moneyOf(g *programme.Gift) (out []iati.Transaction) {
	if g.Amount > 0 {
		out = append(out, iati.Transaction{Type: pledgeType, Date: firstDay(g.From), Value: g.Amount})
	}
	for _, t := range g.Transactions {
		out = append(out, iati.Transaction{Type: transactionCode[t.Type], Date: string(t.Date), Value: t.Value, Currency: t.Currency})
	}
	return out
}

func inKind(form string) bool { return form == "in-kind" || form == "expertise" }

// written reports whether one of the texts is more than blanks.
func written(texts map[string]string) bool {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return true
		}
	}
	return false
}

func (a *App) ownerWords(code string) string {
	if p, ok := a.directory.Participant(code); ok {
		return p.Name("en")
	}
	return code
}

func purposeOf(g *programme.Gift) string {
	switch {
	case g.Purpose != "":
		return g.Purpose
	case g.Theme == "access-to-services" || g.Theme == "accreditation":
		return mentalHealth
	}
	return narcoticsControl
}

func firstDay(d record.Date) string {
	t, err := d.Time()
	if err != nil {
		return ""
	}
	return t.Format("2006-01-02")
}

// endDay is the last day of a partial date: what is due in 2027 is due until its end.
func endDay(d record.Date) string {
	day, ok := lastDay(d)
	if !ok {
		return ""
	}
	return time.Unix(day*86400, 0).UTC().Format("2006-01-02")
}

// shares parts the whole evenly among the countries, to hundredths; the last gets what rounding leaves, so that they add
// up to 100.
func shares(codes []string) []iati.Share {
	var out []iati.Share
	left := 100.0
	for i, c := range codes {
		p := math.Floor(10000/float64(len(codes))) / 100
		if i == len(codes)-1 {
			p = math.Round(left*100) / 100
		}
		left -= p
		out = append(out, iati.Share{Code: c, Percentage: p})
	}
	return out
}

package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/iati"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// statusOf is the IATI ActivityStatus of a contribution's state, and stateOfStatus the way back.
var (
	statusOf      = map[string]int{"pledged": 1, "committed": 1, "disbursing": 2, "completed": 4, "cancelled": 5}
	stateOfStatus = map[int]string{1: "pledged", 2: "disbursing", 3: "disbursing", 4: "completed", 5: "cancelled", 6: "committed"}
)

// The DAC purpose codes that stand for a theme where a contribution names none, and the way back.
const (
	narcoticsControl = "16063"
	mentalHealth     = "12340" // promotion of mental health and well-being
)

var (
	transactionCode = map[string]string{"commitment-made": "2", "disbursement": "3", "expenditure": "4"}
	transactionName = map[string]string{"2": "commitment-made", "3": "disbursement", "4": "expenditure"}
)

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
		if seen[x.ID] { // two donors gave the same identifier: the second gets one of its own
			x.ID = "TOCSIN-" + s.ID
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

func (a *App) activityOf(s *Shown, g *programme.Gift) iati.Activity {
	x := iati.Activity{ID: g.Identifier, Reporter: "TOCSIN-" + s.Owner, ReporterType: "10", Title: maps.Clone(g.Name), Description: maps.Clone(g.Text),
		Status: statusOf[s.State], Currency: g.Currency, InKind: g.Form == "in-kind" || g.Form == "expertise", Updated: s.Updated}
	if x.ID == "" {
		x.ID = "TOCSIN-" + s.ID
	}
	if len(x.Description) == 0 {
		x.Description = x.Title
	}
	x.ReporterName = a.ownerWords(s.Owner)
	if p, ok := a.directory.Participant(s.Owner); ok && p.Type == coalition.Organisation {
		x.ReporterType = "40"
	}
	x.PlannedStart, x.PlannedEnd = firstDay(g.From), firstDay(g.Due)
	if s.State == "disbursing" || s.State == "completed" {
		x.ActualStart = x.PlannedStart
	}
	x.Participants = []iati.Organisation{{Role: "1", Ref: x.Reporter, Name: x.ReporterName, Type: x.ReporterType}}
	if g.Through != "" {
		x.Participants = append(x.Participants, iati.Organisation{Role: "4", Ref: "TOCSIN-" + g.Through, Name: a.ownerWords(g.Through)})
	}
	x.Countries = shares(g.Recipients)
	x.Sectors = []iati.Sector{{Code: purposeOf(g), Percentage: 100}}
	for _, t := range g.Transactions {
		x.Transactions = append(x.Transactions, iati.Transaction{Type: transactionCode[t.Type], Date: string(t.Date), Value: t.Value, Currency: t.Currency})
	}
	if len(x.Transactions) == 0 && g.Amount > 0 {
		x.Transactions = []iati.Transaction{{Type: "2", Date: firstDay(g.From), Value: g.Amount}}
	}
	return x
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

// IATIRefusal is an activity that was not taken in, and why. Number is its line in the file, or its place among the
// activities where the line is not known.
type IATIRefusal struct {
	Number   int
	ID       string
	Problems record.Problems
}

// IATIReport is what became of a file of activities.
type IATIReport struct {
	Accepted, Unchanged int
	Refused             []IATIRefusal
}

// ImportIATI takes in a file of activities as contributions of owner, the viewer's own where it is empty. An activity
// whose identifier the owner has already changes that contribution, or nothing where it says the same. It returns Invalid
// for what is no such file; what stood before the fault in it is taken in.
func (a *App) ImportIATI(ctx context.Context, v Viewer, owner string, r io.Reader) (*IATIReport, error) {
	if _, err := authored(v, Draft{Kind: "contribution"}); err != nil {
		return nil, err
	}
	if owner == "" {
		owner = v.Owner()
	}
	if !v.Owns(owner) {
		return nil, refuse(Forbidden, "error.owner")
	}
	out := &IATIReport{}
	problems, err := iati.Read(r, func(n int, x iati.Activity) error { return a.takeActivity(ctx, v, owner, n, x, out) })
	byActivity := map[string]int{}
	for _, p := range problems {
		key := fmt.Sprintf("%d/%s", p.Line, p.Activity)
		i, known := byActivity[key]
		if !known {
			i = len(out.Refused)
			byActivity[key] = i
			out.Refused = append(out.Refused, IATIRefusal{Number: p.Line, ID: p.Activity})
		}
		out.Refused[i].Problems.Add(p.Field, p.Key, "value", p.Value, "max", iati.MaxID)
	}
	return out, badIATI(err)
}

// badIATI tells a file that is not what it should be from a failure of ours.
func badIATI(err error) error {
	var version *iati.VersionError
	var limit *iati.LimitError
	var syntax *iati.SyntaxError
	if errors.Is(err, iati.ErrDoctype) || errors.Is(err, iati.ErrRoot) || errors.As(err, &version) || errors.As(err, &limit) || errors.As(err, &syntax) {
		return invalid(record.Problems{{Field: "file", Key: "iati.broken", Params: map[string]any{"detail": err.Error()}}})
	}
	return err
}

func (a *App) takeActivity(ctx context.Context, v Viewer, owner string, n int, x iati.Activity, out *IATIReport) error {
	held, err := a.store.Read().Externals(ctx, owner, "unique", []string{"iati/" + x.ID})
	if err != nil {
		return err
	}
	g := &programme.Gift{}
	var before *Shown
	if e, ok := held["iati/"+x.ID]; ok {
		if before, err = a.Get(ctx, v, e.Record); err != nil && CodeOf(err) != NotFound {
			return err
		}
	}
	if before != nil && before.Retracted == nil {
		if err := json.Unmarshal(before.Body, g); err != nil {
			return err
		}
	} else {
		before = nil
	}
	fromActivity(g, x)
	raw, err := json.Marshal(g)
	if err != nil {
		return err
	}
	switch {
	case before == nil:
		_, err = a.Create(ctx, v, Draft{Kind: "contribution", Owner: owner, Body: raw, state: stateOfStatus[x.Status]})
	case sameGift(before.Body, raw):
		out.Unchanged++
		return nil
	default:
		_, err = a.Update(ctx, v, before.ID, before.Version, Draft{Title: before.Title, Summary: before.Summary, Links: before.Links, Sharing: before.Sharing, Body: raw})
	}
	var e *Error
	if errors.As(err, &e) && e.Code != Internal && e.Code != Unauthenticated {
		problems := e.Problems
		if len(problems) == 0 {
			problems.Add("", e.Key)
			problems[0].Params = e.Params
		}
		out.Refused = append(out.Refused, IATIRefusal{Number: n, ID: x.ID, Problems: problems})
		return nil
	}
	if err == nil {
		out.Accepted++
	}
	return err
}

// sameGift reports whether a body, brought into its canonical form, says what is held.
func sameGift(held, typed json.RawMessage) bool {
	k, ok := kinds.Get("contribution")
	if !ok {
		return false
	}
	b, err := k.Decode(typed)
	if err != nil {
		return false
	}
	again, err := json.Marshal(b)
	return err == nil && bytes.Equal(held, again)
}

// fromActivity puts what an activity says into a contribution; what IATI has no place for stays as it was.
func fromActivity(g *programme.Gift, x iati.Activity) {
	g.Identifier, g.Name, g.Text, g.Currency = x.ID, known(x.Title), known(x.Description), x.Currency
	if g.Form == "" || x.InKind != (g.Form == "in-kind" || g.Form == "expertise") {
		g.Form = map[bool]string{true: "in-kind", false: "grant"}[x.InKind]
	}
	g.Recipients = nil
	for _, c := range x.Countries {
		if !slices.Contains(g.Recipients, c.Code) {
			g.Recipients = append(g.Recipients, c.Code)
		}
	}
	g.Purpose = ""
	for _, s := range x.Sectors {
		if (s.Vocabulary == "" || s.Vocabulary == iati.DefaultVocabulary) && g.Purpose == "" {
			g.Purpose = s.Code
		}
	}
	if g.Theme == "" {
		g.Theme = themeOf(g.Purpose)
	}
	g.From, g.Due = record.Date(firstText(x.ActualStart, x.PlannedStart, x.ActualEnd, x.PlannedEnd)), record.Date(firstText(x.ActualEnd, x.PlannedEnd, "", ""))
	g.Transactions, g.Amount = nil, 0
	for _, t := range x.Transactions {
		name := transactionName[t.Type]
		if name == "" || t.Value < 0 {
			continue
		}
		currency := t.Currency
		if currency == x.Currency {
			currency = ""
		}
		g.Transactions = append(g.Transactions, programme.Transaction{Type: name, Date: record.Date(t.Date), Value: t.Value, Currency: currency})
		if t.Type == "2" && currency == "" {
			g.Amount += t.Value
		}
	}
	if x.Currency == "" && g.Amount == 0 {
		g.Currency = ""
	}
}

// known keeps the texts in the languages of the Coalition; a title in another language only stands as if it were English.
func known(t map[string]string) record.Text {
	out, other := record.Text{}, ""
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if slices.Contains(record.Languages, l) {
			out[l] = t[l]
		} else if other == "" {
			other = t[l]
		}
	}
	if len(out) == 0 && other != "" {
		out["en"] = other
	}
	return out
}

func themeOf(purpose string) string {
	if len(purpose) == 5 && purpose[:2] == "12" || len(purpose) == 5 && purpose[:2] == "13" {
		return "access-to-services"
	}
	return "strategy-and-contact"
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

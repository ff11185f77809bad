package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/iati"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// IATIRefusal is an activity that was not taken in, and why. Number is its line in the file, or its place among the
// activities where the line is not known.
type IATIRefusal struct {
	Number   int             `json:"number"`
	ID       string          `json:"id"`
	Problems record.Problems `json:"problems"`
}

// IATIReport is what became of a file of activities.
type IATIReport struct {
	Accepted, Unchanged int
	Refused             []IATIRefusal
}

// ImportIATI takes in a file of activities as contributions of owner, the viewer's own where it is empty. An activity
// whose identifier the owner has already changes that contribution, or nothing where it says the same. It returns Invalid
// for what is no such file: the file is read to its end before anything is taken in, so that one that was cut short
// changes nothing.
func (a *App) ImportIATI(ctx context.Context, v Viewer, owner string, r io.ReadSeeker) (*IATIReport, error) {
	k, err := authored(v, Draft{Kind: "contribution"})
	if err != nil {
		return nil, err
	}
	if err := v.within(ScopeImport); err != nil {
		return nil, err
	}
	v = v.importing()
	if owner == "" {
		owner = v.Owner()
	}
	if !v.Owns(owner) || sharing.PartnerOf(owner) != "" && !k.Partners {
		return nil, refuse(Forbidden, "error.owner")
	}
	problems, err := iati.Read(r, func(int, iati.Activity) error { return ctx.Err() })
	if err != nil {
		return nil, badIATI(err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	out := &IATIReport{Refused: refusals(problems)}
	_, err = iati.Read(r, func(n int, x iati.Activity) error { return a.takeActivity(ctx, v, owner, n, x, out) })
	return out, err
}

// refusals are the activities with faults, each with all of its own.
func refusals(problems []iati.Problem) (out []IATIRefusal) {
	byActivity := map[string]int{}
	for _, p := range problems {
		key := fmt.Sprintf("%d/%s", p.Line, p.Activity)
		i, known := byActivity[key]
		if !known {
			i = len(out)
			byActivity[key] = i
			out = append(out, IATIRefusal{Number: p.Line, ID: p.Activity})
		}
		out[i].Problems.Add(p.Field, p.Key, "value", p.Value, "max", iati.MaxID)
	}
	return out
}

// badIATI tells a file that is not what it should be, in words, from a failure of ours.
func badIATI(err error) error {
	var version *iati.VersionError
	var limit *iati.LimitError
	var syntax *iati.SyntaxError
	p := record.Problem{Field: "file", Params: map[string]any{}}
	switch {
	case errors.Is(err, iati.ErrDoctype):
		p.Key = "iati.broken.doctype"
	case errors.Is(err, iati.ErrRoot):
		p.Key = "iati.broken.root"
	case errors.As(err, &version):
		p.Key, p.Params["version"] = "iati.broken.version", version.Version
	case errors.As(err, &syntax):
		p.Key, p.Params["line"] = "iati.broken.syntax", syntax.Line
	case errors.As(err, &limit):
		p.Key, p.Params["max"] = "iati.broken.shape", limit.Max
		switch limit.Limit {
		case "activities":
			p.Key = "iati.broken.activities"
		case "problems":
			p.Key = "iati.broken.problems"
		case "bytes":
			p.Key, p.Params["max"] = "iati.broken.bytes", limit.Max>>20
		}
	default:
		return err
	}
	return invalid(record.Problems{p})
}

// takeActivity makes or changes the contribution that an activity stands for, or tells why not.
func (a *App) takeActivity(ctx context.Context, v Viewer, owner string, n int, x iati.Activity, out *IATIReport) error {
	before, err := a.heldActivity(ctx, v, owner, x.ID)
	if err != nil {
		return err
	}
	changed, err := a.writeActivity(ctx, v, owner, before, x)
	var e *Error
	switch {
	case errors.As(err, &e) && e.Code != Internal && e.Code != Unauthenticated:
		problems := e.Problems
		if len(problems) == 0 {
			problems = record.Problems{{Key: e.Key, Params: e.Params}}
		}
		out.Refused = append(out.Refused, IATIRefusal{Number: n, ID: x.ID, Problems: problems})
		return nil
	case err != nil:
		return err
	case changed:
		out.Accepted++
	default:
		out.Unchanged++
	}
	return nil
}

// heldActivity is the owner's contribution with the identifier, or nil. An identifier of ours is that of the record.
func (a *App) heldActivity(ctx context.Context, v Viewer, owner, identifier string) (*Shown, error) {
	held, err := a.store.Read().Externals(ctx, owner, "unique", []string{"iati/" + identifier})
	if err != nil {
		return nil, err
	}
	id, own := held["iati/"+identifier].Record, false
	if id == "" {
		id, own = strings.CutPrefix(identifier, ours)
		if !own {
			return nil, nil
		}
	}
	s, err := a.Get(ctx, v, id)
	if CodeOf(err) == NotFound && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g, ok := s.Fields.(*programme.Gift)
	if !ok || s.Owner != owner || s.Retracted != nil || own && programme.IsIATI(g.Identifier) {
		return nil, nil
	}
	return s, nil
}

// writeActivity reports whether anything had to be changed.
func (a *App) writeActivity(ctx context.Context, v Viewer, owner string, before *Shown, x iati.Activity) (bool, error) {
	if problems := negative(x); len(problems) > 0 {
		return false, invalid(problems)
	}
	g := &programme.Gift{}
	if before != nil {
		if a.saysTheSame(before, x) {
			return false, nil
		}
		if err := json.Unmarshal(before.Body, g); err != nil {
			return false, err
		}
	}
	a.fromActivity(g, x)
	raw, err := json.Marshal(g)
	if err != nil {
		return false, err
	}
	if before == nil {
		_, err = a.Create(ctx, v, Draft{Kind: "contribution", Owner: owner, Body: raw, state: stateOfActivity(x)})
		return true, err
	}
	r, changed := before.Record, false
	if !sameGift(before.Body, raw) {
		changed = true
		if r, err = a.Update(ctx, v, r.ID, r.Version, Draft{Title: r.Title, Summary: r.Summary, Links: r.Links, Sharing: r.Sharing, Body: raw}); err != nil {
			return false, err
		}
	}
	moved, err := a.moveTo(ctx, v, r, x)
	return changed || moved, err
}

// negative tells of refunds, which a contribution has no place for: leaving them out would say that more was given.
func negative(x iati.Activity) (out record.Problems) {
	for i, t := range x.Transactions {
		if t.Value < 0 && (transactionName[t.Type] != "" || t.Type == pledgeType) {
			out.Add(fmt.Sprintf("transaction[%d]/value", i+1), "problem.least", "least", 0, "value", t.Value)
		}
	}
	return out
}

// saysTheSame reports whether an activity is what the contribution itself would be written as, but for when and by whom.
func (a *App) saysTheSame(s *Shown, x iati.Activity) bool {
	g, ok := s.Fields.(*programme.Gift)
	if !ok {
		return false
	}
	own := a.activityOf(s, g)
	own.ID = x.ID
	var b bytes.Buffer
	if iati.Write(&b, time.Time{}, []iati.Activity{own}) != nil {
		return false
	}
	same := false
	_, err := iati.Read(&b, func(_ int, read iati.Activity) error {
		same = reflect.DeepEqual(anonymous(read), anonymous(x))
		return nil
	})
	return same && err == nil
}

// anonymous leaves out when an activity was written and whose it is.
func anonymous(x iati.Activity) iati.Activity {
	x.Updated, x.Reporter, x.ReporterName, x.ReporterType = time.Time{}, "", "", ""
	x.Participants = slices.DeleteFunc(slices.Clone(x.Participants), func(o iati.Organisation) bool { return o.Role == "1" })
	return x
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

// stateOfActivity is the state that a tag of ours names, where the status does not say otherwise, or else what follows
// from the status: a pipeline in which something is owed already is a commitment.
func stateOfActivity(x iati.Activity) string {
	for _, tag := range x.Tags {
		if statusOf[tag] == x.Status && tag != "" && statusOf[tag] != 0 {
			return tag
		}
	}
	owed := slices.ContainsFunc(x.Transactions, func(t iati.Transaction) bool { return t.Type == "2" })
	if x.Status == 1 && owed {
		return "committed"
	}
	return stateOfStatus[x.Status]
}

// moveTo takes the steps that lead to the state that an activity says, if any do: what is completed is not begun again.
func (a *App) moveTo(ctx context.Context, v Viewer, r *record.Record, x iati.Activity) (moved bool, err error) {
	k, ok := kinds.Get(r.Kind)
	if !ok || statusOf[r.State] == x.Status && !slices.Contains(x.Tags, stateOfActivity(x)) {
		return false, nil
	}
	for _, step := range path(k.Workflow, r.State, stateOfActivity(x)) {
		if r, err = a.Step(ctx, v, r.ID, r.Version, step, "IATI "+x.ID); err != nil {
			return moved, err
		}
		moved = true
	}
	return moved, nil
}

// path is the shortest way from one state to another, none where there is none.
func path(w record.Workflow, from, to string) []string {
	ways := map[string][]string{from: {}}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, s := range w.StepsFrom(queue[0]) {
			if _, seen := ways[s.To]; !seen {
				ways[s.To] = append(slices.Clone(ways[queue[0]]), s.Name)
				queue = append(queue, s.To)
			}
		}
	}
	return ways[to]
}

// fromActivity puts what an activity says into a contribution; what it does not say stays as it was.
func (a *App) fromActivity(g *programme.Gift, x iati.Activity) {
	g.Identifier, g.Name, g.Text = x.ID, known(x.Title), known(x.Description)
	if maps.Equal(g.Text, g.Name) { // the standard wants a description: the title stood in
		g.Text = nil
	}
	g.Form = formOf(x, g.Form)
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
	a.fromTags(g, x.Tags)
	g.Through, g.Includes = a.implementer(x, g.Through), x.Parent
	g.From, g.Due = record.Date(firstText(x.ActualStart, x.PlannedStart, x.ActualEnd, x.PlannedEnd)), record.Date(firstText(x.ActualEnd, x.PlannedEnd, "", ""))
	fromMoney(g, x)
}

// formOf is the form that an activity says; one that says nothing of it leaves what was known, or is a grant.
func formOf(x iati.Activity, was string) string {
	switch {
	case x.Expertise:
		return "expertise"
	case x.InKind:
		return "in-kind"
	case strings.HasPrefix(x.Finance, "42"): // 421 standard loan, 422 reimbursable grant, 423 bonds, 424 asset-backed securities, 425 other debt
		return "loan"
	case x.Finance != "" || was == "" || inKind(was):
		return "grant"
	}
	return was
}

// fromTags takes the theme and the Lines of Action from tags of ours; without any they stay, and the theme follows from
// the purpose where none is known.
func (a *App) fromTags(g *programme.Gift, tags []string) {
	theme, lines := "", []string(nil)
	for _, tag := range tags {
		if slices.Contains(programme.Themes, tag) {
			theme = tag
		}
		if group, ok := a.directory.Group(tag); ok && group.Type == coalition.LineOfAction && !slices.Contains(lines, tag) {
			lines = append(lines, tag)
		}
	}
	switch {
	case theme != "":
		g.Theme, g.Lines = theme, lines
	case g.Theme == "":
		g.Theme = themeOf(g.Purpose)
	}
}

// implementer is the participant of ours that carries the activity out. One that we do not know leaves what was known.
func (a *App) implementer(x iati.Activity, was string) string {
	named := false
	for _, o := range x.Participants {
		if o.Role != "4" {
			continue
		}
		named = true
		if code, ok := strings.CutPrefix(o.Ref, ours); ok {
			if _, known := a.directory.Participant(code); known {
				return code
			}
		}
	}
	if named {
		return was
	}
	return ""
}

// fromMoney takes what was committed and paid, and as the amount what was pledged, or else what was committed, in the
// activity's currency: that of all its values where it names none itself.
func fromMoney(g *programme.Gift, x iati.Activity) {
	g.Currency = x.Currency
	if g.Currency == "" {
		g.Currency = onlyCurrency(x.Transactions)
	}
	pledged, committed := 0.0, 0.0
	g.Transactions = nil
	for _, t := range x.Transactions {
		currency := t.Currency
		if currency == g.Currency {
			currency = ""
		}
		if t.Type == pledgeType && currency == "" {
			pledged += t.Value
		}
		name := transactionName[t.Type]
		if name == "" || t.Value == 0 {
			continue
		}
		g.Transactions = append(g.Transactions, programme.Transaction{Type: name, Date: record.Date(t.Date), Value: t.Value, Currency: currency})
		if t.Type == "2" && currency == "" {
			committed += t.Value
		}
	}
	g.Amount = committed
	if pledged > 0 {
		g.Amount = pledged
	}
}

// onlyCurrency is the currency of all transactions, "" where they have several.
func onlyCurrency(list []iati.Transaction) string {
	only := ""
	for _, t := range list {
		if only != "" && t.Currency != only {
			return ""
		}
		only = t.Currency
	}
	return only
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

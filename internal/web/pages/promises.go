package pages

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// commitmentsOf returns the commitments that the viewer sees, those of a topic where one is given, the late ones first.
func (s *Site) commitmentsOf(ctx context.Context, v app.Viewer, q app.Query, limit int) ([]*app.Shown, error) {
	q.Kind, q.Sort, q.Limit = "commitment", "changed", app.MaxPage
	l, err := s.app.List(ctx, v, q)
	if err != nil {
		return nil, err
	}
	rank := map[string]int{"late": 0, "on-track": 1, "no-milestones": 2, "milestones-done": 3}
	today := record.DateOf(s.app.Now())
	slices.SortStableFunc(l.Records, func(x, y *app.Shown) int {
		return rank[x.Fields.(*programme.Promise).Progress(today).Standing] - rank[y.Fields.(*programme.Promise).Progress(today).Standing]
	})
	if limit > 0 {
		l.Records = l.Records[:min(limit, len(l.Records))]
	}
	return l.Records, nil
}

func (s *Site) promised(ctx context.Context, v app.Viewer, topic string, limit int) ([]relatedLine, error) {
	xs, err := s.commitmentsOf(ctx, v, app.Query{Topic: topic}, limit)
	if err != nil {
		return nil, err
	}
	var out []relatedLine
	for _, x := range xs {
		g := x.Fields.(*programme.Promise).Progress(record.DateOf(s.app.Now()))
		l := relatedLine{kind: s.ownerName(ctx, x.Owner), title: s.title(ctx, x), url: "/r/" + x.ID, state: s.standingOf(ctx, x, g)}
		if g.Of > 0 {
			l.relation = ui.T(ctx, "progress.of", "done", g.Done, "all", g.Of)
		}
		out = append(out, l)
	}
	return out, nil
}

// standingOf is the state of a commitment that has ended, else how it stands by its milestones.
func (s *Site) standingOf(ctx context.Context, x *app.Shown, g programme.Progress) ui.State {
	if x.State == "done" || x.State == "given-up" || x.Retracted != nil {
		return stateOf(ctx, x.Record)
	}
	return standing(ctx, g.Standing)
}

// commitments is what was said before the others, with how each stands.
func (s *Site) commitments(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	q := app.Query{Topic: r.URL.Query().Get("topic"), Owner: r.URL.Query().Get("owner")}
	xs, err := s.commitmentsOf(ctx, v, q, 0)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	late := r.URL.Query().Get("late") == "yes"
	l := ui.List{ID: "commitments", Caption: ui.T(ctx, "kind.commitment.many"), Action: "/commitments",
		Form: fieldsView([]ui.Field{{Path: "topic", Type: record.TypeChoice, Label: ui.T(ctx, "field.lines"), Value: q.Topic, Options: s.lineOptions(ctx)},
			{Path: "owner", Type: record.TypeChoice, Label: ui.T(ctx, "list.owner"), Value: q.Owner, Options: s.participantOptions(ctx)}, {Path: "late", Type: ui.TypeCheck, Label: ui.T(ctx, "commitments.late"), Value: yes(late)}}),
		Columns: []ui.Column{{Label: ui.T(ctx, "list.title")}, {Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "field.lines")}, {Label: ui.T(ctx, "field.date")}, {Label: ui.T(ctx, "progress.title")}, {Label: ui.T(ctx, "field.milestones")}, {Label: ui.T(ctx, "progress.next")}},
		Empty:   ui.Empty{Title: ui.T(ctx, "list.empty"), Text: ui.T(ctx, "list.empty-filter"), Label: ui.T(ctx, "list.empty-all"), URL: "/commitments"}}
	for _, f := range []string{"csv", "xlsx", "json"} {
		l.Exports = append(l.Exports, ui.Export{Label: f, URL: "/records/commitment/export/" + f})
	}
	for _, c := range []struct{ name, value, label string }{{"topic", q.Topic, s.groupName(ctx, q.Topic)}, {"owner", q.Owner, s.participantName(ctx, q.Owner)}, {"late", yes(late), ui.T(ctx, "commitments.late")}} {
		if c.value != "" {
			l.Filters = append(l.Filters, ui.Chip{Label: c.label, Remove: with(r.URL, c.name, "")})
		}
	}
	for _, x := range xs {
		b := x.Fields.(*programme.Promise)
		g := b.Progress(record.DateOf(s.app.Now()))
		if late && g.Standing != "late" {
			continue
		}
		var lines []string
		for _, id := range b.Lines {
			lines = append(lines, s.groupName(ctx, id))
		}
		l.Rows = append(l.Rows, ui.Row{URL: "/r/" + x.ID, Cells: []templ.Component{ui.Text(s.title(ctx, x)), ui.Text(s.ownerName(ctx, x.Owner)), ui.Text(locales.List(ctx, lines)), ui.Text(ui.Date(ctx, string(b.Date))),
			ui.StateBadge(s.standingOf(ctx, x, g)), progressBar(g.Done, g.Of, ui.T(ctx, "progress.of", "done", g.Done, "all", g.Of)), ui.Text(ui.Date(ctx, string(g.Next)))}})
	}
	l.Total = ui.Num(ctx, len(l.Rows))
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "kind.commitment.many"), About: ui.T(ctx, "commitments.lead"), Feed: feedOf("commitment")}, plainList(ui.T(ctx, "kind.commitment.many"), ui.T(ctx, "commitments.lead"), l))
}

func (s *Site) lineOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, g := range s.app.Directory().GroupsOf(coalition.LineOfAction) {
		out = append(out, ui.Option{Value: g.ID, Label: s.groupName(ctx, g.ID)})
	}
	return out
}

// pledge is the Member Pledge: its seven actions, who has signed, what they report, and the Declaration before it.
func (s *Site) pledge(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	signed, err := s.app.List(ctx, v, app.Query{Kind: "pledge", State: "in-force", Sort: "changed", Limit: app.MaxPage})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	answers, reports, err := s.pledgeReports(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "pledge.title"), lead: ui.T(ctx, "pledge.lead")}
	p.parts = []part{s.pledgeActions(ctx, answers), s.pledgeSigned(ctx, signed.Records, reports), s.declarationPart(ctx)}
	if err := s.pledgeOfOurs(ctx, v, &p); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

// pledgeReports counts the answers of each owner's latest report by action and status, and the reports of each owner.
func (s *Site) pledgeReports(ctx context.Context, v app.Viewer) (answers map[string]map[string]int, reports map[string][]*app.Shown, err error) {
	answers, reports = map[string]map[string]int{}, map[string][]*app.Shown{}
	err = s.app.Each(ctx, v, app.Query{Kind: "pledge-report", State: "submitted", Sort: "changed"}, func(x *app.Shown) error {
		reports[x.Owner] = append(reports[x.Owner], x)
		return nil
	})
	for _, list := range reports {
		latest := slices.MaxFunc(list, func(x, y *app.Shown) int {
			return x.Fields.(*programme.YearReport).Year - y.Fields.(*programme.YearReport).Year
		})
		for _, a := range latest.Fields.(*programme.YearReport).Answers {
			if answers[a.Action] == nil {
				answers[a.Action] = map[string]int{}
			}
			answers[a.Action][a.Status]++
		}
	}
	return answers, reports, err
}

func (s *Site) pledgeActions(ctx context.Context, answers map[string]map[string]int) part {
	l := &ui.List{Caption: ui.T(ctx, "pledge.actions"), Columns: []ui.Column{{Label: ui.T(ctx, "field.pledge_action")}}}
	statuses := []string{"achieved", "in-progress", "not-begun", "not-applicable"}
	for _, st := range statuses {
		l.Columns = append(l.Columns, ui.Column{Label: ui.T(ctx, "option."+st), End: true})
	}
	for i, a := range programme.PledgeActions {
		row := ui.Row{Cells: []templ.Component{ui.Text(ui.Num(ctx, i+1) + ". " + ui.T(ctx, "option."+a))}}
		for _, st := range statuses {
			row.Cells = append(row.Cells, ui.Number(answers[a][st]))
		}
		l.Rows = append(l.Rows, row)
	}
	return part{title: ui.T(ctx, "pledge.actions"), list: l}
}

func (s *Site) pledgeSigned(ctx context.Context, signed []*app.Shown, reports map[string][]*app.Shown) part {
	l := &ui.List{Caption: ui.T(ctx, "pledge.signed"), Columns: []ui.Column{{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "field.signed")}, {Label: ui.T(ctx, "field.occasion")}, {Label: ui.T(ctx, "kind.pledge-report.many")}}, Empty: ui.Empty{Title: ui.T(ctx, "list.empty")}}
	compare := locales.From(ctx).Sorter()
	slices.SortFunc(signed, func(x, y *app.Shown) int { return compare(s.ownerName(ctx, x.Owner), s.ownerName(ctx, y.Owner)) })
	for _, x := range signed {
		b, ok := x.Fields.(*programme.Signature)
		if !ok {
			continue
		}
		l.Rows = append(l.Rows, ui.Row{URL: "/r/" + x.ID, Cells: []templ.Component{ui.Text(s.ownerName(ctx, x.Owner)), ui.Text(ui.Date(ctx, string(b.Signed))), ui.Text(s.fact(ctx, b.Occasion)), ui.Text(ui.T(ctx, "pledge.reports", "n", len(reports[x.Owner])))}})
	}
	return part{title: ui.T(ctx, "pledge.signed"), list: l}
}

// pledgeOfOurs offers an official what his own state may do, and says what the law register knows of its first action.
func (s *Site) pledgeOfOurs(ctx context.Context, v app.Viewer, p *blocks) error {
	of, ok := s.app.Directory().Participant(v.Participant())
	if !v.SignedIn() || !ok || of.Type != coalition.State {
		return nil
	}
	own, err := s.app.List(ctx, v, app.Query{Kind: "pledge", Owner: of.Code, Sort: "changed", Limit: 5})
	if err != nil {
		return err
	}
	if len(own.Records) == 0 {
		p.actions = append(p.actions, action{label: ui.T(ctx, "pledge.sign"), url: "/records/pledge/new", main: true})
	}
	for _, x := range own.Records {
		p.actions = append(p.actions, action{label: ui.T(ctx, "pledge.ours"), url: "/r/" + x.ID})
		if x.State == "in-force" {
			p.actions = append(p.actions, action{label: ui.T(ctx, "pledge.report"), url: "/records/pledge-report/new?under=" + x.ID, main: true})
		}
	}
	law, err := s.app.Legislation(ctx, v, of.Code)
	if err != nil {
		return err
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "pledge.law"), paragraphs: []string{s.lawSentence(ctx, law)}, actions: []action{{label: ui.T(ctx, "menu.legislation"), url: "/legislation?country=" + of.Code}}})
	return nil
}

// answeredByLaw begins the answer to the pledge's first action with what the law register knows.
func (s *Site) answeredByLaw(ctx context.Context, v app.Viewer, body json.RawMessage) (json.RawMessage, error) {
	var y programme.YearReport
	if err := json.Unmarshal(body, &y); err != nil || len(y.Answers) == 0 || len(v.Participant()) != 2 {
		return body, err
	}
	law, err := s.app.Legislation(ctx, v, v.Participant())
	if err != nil {
		return body, err
	}
	y.Answers[0].Text = s.lawSentence(ctx, law)
	return json.Marshal(y)
}

// lawSentence sums up what a country's laws cover of what is under international control.
func (s *Site) lawSentence(ctx context.Context, law *app.Legislation) string {
	covered := 0
	for _, c := range law.Covered {
		if x, ok := s.app.Catalogue().Get(c.Substance); ok && len(x.Controls) > 0 {
			covered++
		}
	}
	return ui.T(ctx, "pledge.law-text", "international", law.International, "covered", covered, "gaps", law.International-covered)
}

func (s *Site) declarationPart(ctx context.Context) part {
	var names []string
	for _, x := range s.app.Directory().Participants() {
		if x.Declaration {
			names = append(names, x.Name(lang(ctx)))
		}
	}
	slices.SortFunc(names, locales.From(ctx).Sorter())
	return part{title: ui.T(ctx, "pledge.declaration"), body: columnsOf(names), facts: []ui.Fact{{Label: ui.T(ctx, "report.signatories"), Value: ui.Number(len(names))}}}
}

package report

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// groups lists the Working Groups with their sections, co-chairs and languages, the coordinators and the networks.
func (c *composer) groups() ([]document.Block, error) {
	var out []document.Block
	d := c.app.Directory()
	for _, g := range d.Groups() {
		if !g.Sectioned() {
			continue
		}
		item := document.Item{Text: c.group(g.ID), Link: "/groups/" + g.ID}
		if g.Theme != "" {
			item.Sub = append(item.Sub, document.Item{Text: c.said(g.Theme)})
		}
		out = append(out, document.List{Items: []document.Item{item}})
	}
	chairs := document.Table{Caption: c.t("report.co-chairs"), Columns: []string{c.t("field.group"), c.t("field.hemisphere"), c.t("list.owner"), c.t("field.institution")}}
	for _, g := range d.Groups() {
		for _, x := range g.CoChairs {
			chairs.Rows = append(chairs.Rows, []document.Cell{{Text: g.Label(), Link: "/groups/" + g.ID}, {Text: c.t("section." + string(x.Section))}, {Text: c.participant(x.Country), Link: "/participants/" + x.Country}, {Text: x.Institution + " · " + x.Role}})
		}
	}
	languages := document.Table{Caption: c.t("report.languages"), Columns: []string{c.t("field.hemisphere"), c.t("field.languages")}}
	for _, s := range d.Sections() {
		languages.Rows = append(languages.Rows, []document.Cell{{Text: c.t("section." + string(s.Hemisphere))}, {Text: c.languages(s.Languages)}})
	}
	coordinators := document.Table{Caption: c.t("report.coordinators"), Columns: []string{c.t("report.organisations"), c.t("field.people")}}
	for _, x := range d.Coordinators() {
		coordinators.Rows = append(coordinators.Rows, []document.Cell{{Text: c.participant(x.Organisation)}, {Text: c.num(x.Count), Number: true}})
	}
	networks := document.Table{Caption: c.t("report.networks"), Columns: []string{c.t("field.name"), c.t("group.launched"), c.t("group.by")}}
	for _, kind := range []coalition.GroupType{coalition.Network, coalition.RegionalDialogue} {
		for _, g := range d.GroupsOf(kind) {
			if g.Launched > string(c.o.To) {
				continue
			}
			var by []string
			for _, code := range g.By {
				by = append(by, c.participant(code))
			}
			networks.Rows = append(networks.Rows, []document.Cell{{Text: c.group(g.ID), Link: "/groups/" + g.ID}, {Text: c.date(g.Launched)}, {Text: c.locale.List(by)}})
		}
	}
	return append(out, languages, chairs, coordinators, networks), nil
}

// phases are those of the timetable in their order.
var phases = []string{"framing", "sharing-practices", "mid-term", "action-planning", "evaluation", "one-year-review"}

// timetable sets the meetings of the phases East beside West, and the others below.
func (c *composer) timetable() ([]document.Block, error) {
	xs, err := c.inSpan("meeting")
	if err != nil {
		return nil, err
	}
	days := map[string]map[string][]string{}
	titles := map[string]string{}
	others := document.Table{Caption: c.t("report.others"), Columns: []string{c.t("field.date"), c.t("kind.meeting.one"), c.t("field.type"), c.t("field.country")}}
	for _, x := range xs {
		b, ok := x.Fields.(*programme.Session)
		if !ok || x.State == "cancelled" || b.WithWhom != "" && b.WithWhom != "participants" {
			continue
		}
		if b.Phase == "" {
			others.Rows = append(others.Rows, []document.Cell{{Text: c.span(b.Date, b.End)}, {Text: c.title(x), Link: link(x)}, {Text: c.t("option." + b.Type)}, {Text: c.place(b.Country)}})
			continue
		}
		if days[b.Phase] == nil {
			days[b.Phase] = map[string][]string{}
		}
		titles[b.Phase] = c.title(x)
		days[b.Phase][b.Section] = append(days[b.Phase][b.Section], c.span(b.Date, b.End))
	}
	t := document.Table{Caption: c.t("report.timetable"), Columns: []string{c.t("report.phase"), c.t("section.west"), c.t("section.east")}}
	for _, p := range phases {
		if days[p] != nil {
			t.Rows = append(t.Rows, []document.Cell{{Text: titles[p], Link: "/calendar?from=" + string(c.o.From) + "&to=" + string(c.o.To)}, {Text: strings.Join(days[p]["west"], "\n")}, {Text: strings.Join(days[p]["east"], "\n")}})
		}
	}
	var out []document.Block
	for _, x := range []document.Table{t, others} {
		if len(x.Rows) > 0 {
			out = append(out, x)
		}
	}
	return out, nil
}

// engagement lists what was held with businesses, civil society and academia.
func (c *composer) engagement() ([]document.Block, error) {
	xs, err := c.inSpan("meeting")
	if err != nil {
		return nil, err
	}
	var out []document.Block
	n := 0
	for _, with := range []string{"business", "civil-society", "academia"} {
		t := document.Table{Caption: c.t("option." + with), Columns: []string{c.t("field.date"), c.t("kind.meeting.one"), c.t("field.organiser"), c.t("field.country"), c.t("field.people")}}
		for _, x := range xs {
			b, ok := x.Fields.(*programme.Session)
			if !ok || b.WithWhom != with || x.State == "cancelled" {
				continue
			}
			n++
			row := []document.Cell{{Text: c.span(b.Date, b.End)}, {Text: c.title(x), Link: link(x)}, {Text: b.Organiser}, {Text: c.place(b.Country)}, {}}
			if b.Number > 0 {
				row[4] = document.Cell{Text: c.num(b.Number), Number: true}
			}
			t.Rows = append(t.Rows, row)
		}
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	if n > 0 {
		c.figure("engagements", c.t("report.engagements"), float64(n), "", "")
	}
	return out, nil
}

// recommendations lists the themes and kinds of action, what was agreed, what countries do, and the initiatives.
func (c *composer) recommendations() ([]document.Block, error) {
	out := []document.Block{document.Notice{Text: c.t("recommendation.non-binding")}}
	agreed, err := c.all(app.Query{Kind: "recommendation", Sort: "changed"}, most)
	if err != nil {
		return nil, err
	}
	agreed = slices.DeleteFunc(agreed, func(x *app.Shown) bool {
		return x.State != "agreed" && x.State != "published" || string(record.DateOf(x.Created)) > string(c.o.To) && !x.Simulated && !c.first()
	})
	slices.SortStableFunc(agreed, func(x, y *app.Shown) int {
		return strings.Compare(x.Fields.(*programme.Advice).Number, y.Fields.(*programme.Advice).Number)
	})
	out = append(out, document.Paragraph{Text: c.t("report.agreed")}, c.items(agreed, func(x *app.Shown) string {
		b := x.Fields.(*programme.Advice)
		return strings.TrimSpace(b.Number+" "+c.title(x)) + " · " + c.group(b.Group)
	}))
	for _, l := range []struct {
		caption, prefix string
		ids             []string
	}{{"report.kinds", "option.", programme.ActionKinds}, {"report.themes", "option.", programme.Themes}} {
		list := document.List{Ordered: true}
		for _, id := range l.ids {
			list.Items = append(list.Items, document.Item{Text: c.t(l.prefix + id)})
		}
		out = append(out, document.Paragraph{Text: c.t(l.caption)}, list)
	}
	actions, err := c.inSpan("action")
	if err != nil {
		return nil, err
	}
	out = append(out, document.Paragraph{Text: c.t("report.country-actions")}, c.items(actions, func(x *app.Shown) string {
		b := x.Fields.(*programme.Deed)
		return c.owner(x.Owner) + ": " + c.title(x) + " · " + c.t("option."+b.Type) + " · " + c.t("state."+x.State)
	}))
	return out, nil
}

// achievements lists the milestones, and examples of action that the report tells without the country.
func (c *composer) achievements() ([]document.Block, error) {
	from := c.o.From
	if c.first() && string(from) <= c.history.From { // the report reaches back to what came just before its period
		from = record.Date("2023-01-01")
	}
	xs, err := c.all(app.Query{Kind: "achievement", From: from, To: c.o.To, Sort: "day", Ascending: true}, most)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(xs, func(x, y *app.Shown) int { return strings.Compare(string(x.When), string(y.When)) })
	t := document.Table{Caption: c.t("report.milestones"), Columns: []string{c.t("field.date"), c.t("kind.achievement.one"), c.t("field.type")}}
	for _, x := range xs {
		b, ok := x.Fields.(*programme.Event)
		if ok {
			t.Rows = append(t.Rows, []document.Cell{{Text: c.span(b.Date, b.End)}, {Text: c.title(x), Link: link(x)}, {Text: c.t("option." + b.Type)}})
		}
	}
	var out []document.Block
	if len(t.Rows) > 0 {
		out = append(out, t)
	}
	if c.first() {
		l := document.List{}
		for _, e := range c.history.Examples {
			l.Items = append(l.Items, document.Item{Text: c.said(e.Name) + " · " + c.t("option."+e.Type)})
		}
		out = append(out, document.Paragraph{Text: c.t("report.examples")}, l)
	}
	return out, nil
}

// commitments lists what was promised in the span, with how it stood on its last day.
func (c *composer) commitments() ([]document.Block, error) {
	xs, err := c.inSpan("commitment")
	if err != nil || len(xs) == 0 {
		return nil, err
	}
	compare := c.locale.Sorter()
	slices.SortStableFunc(xs, func(x, y *app.Shown) int { return compare(c.owner(x.Owner), c.owner(y.Owner)) })
	t := document.Table{Caption: c.t("report.commitments"), Columns: []string{c.t("list.owner"), c.t("kind.commitment.one"), c.t("field.lines"), c.t("field.date"), c.t("report.progress")}}
	day := min(c.o.To, record.DateOf(c.app.Now()))
	for _, x := range xs {
		b, ok := x.Fields.(*programme.Promise)
		if !ok {
			continue
		}
		var lines []string
		for _, l := range b.Lines {
			lines = append(lines, c.group(l))
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: c.owner(x.Owner), Link: "/participants/" + x.Owner}, {Text: c.title(x), Link: link(x)}, {Text: strings.Join(lines, "; ")}, {Text: c.date(string(b.Date))}, {Text: c.standing(x, b, day)}})
	}
	return []document.Block{t}, nil
}

func (c *composer) standing(x *app.Shown, b *programme.Promise, day record.Date) string {
	g := b.Progress(day)
	if x.State == "done" || x.State == "given-up" {
		return c.t("state." + x.State)
	}
	out := c.t("standing." + g.Standing)
	if g.Of > 0 {
		out += " · " + c.t("progress.of", "done", g.Done, "all", g.Of)
	}
	return out
}

// pledge lists the seven actions and who has signed.
func (c *composer) pledge() ([]document.Block, error) {
	xs, err := c.inSpan("pledge")
	if err != nil {
		return nil, err
	}
	l := document.List{Ordered: true}
	for _, a := range programme.PledgeActions {
		l.Items = append(l.Items, document.Item{Text: c.t("option." + a)})
	}
	return []document.Block{document.Paragraph{Text: c.t("report.pledge-actions")}, l, document.Paragraph{Text: c.t("pledge.signed")}, c.items(xs, func(x *app.Shown) string {
		return c.owner(x.Owner) + " · " + c.date(string(x.When))
	})}, nil
}

// nextYear lists the Lines of Action and what is planned in the year after the span.
func (c *composer) nextYear() ([]document.Block, error) {
	l := document.List{Ordered: true}
	for _, g := range c.app.Directory().GroupsOf(coalition.LineOfAction) {
		l.Items = append(l.Items, document.Item{Text: g.Title(c.locale.Code), Link: "/groups/" + g.ID})
	}
	end, err := c.o.To.Time()
	if err != nil {
		return nil, err
	}
	xs, err := c.all(app.Query{Kind: "meeting", From: record.DateOf(end.AddDate(0, 0, 1)), To: record.DateOf(end.AddDate(1, 0, 0)), Sort: "day", Ascending: true}, most)
	if err != nil {
		return nil, err
	}
	out := []document.Block{document.Paragraph{Text: c.t("report.lines")}, l}
	if len(xs) > 0 {
		out = append(out, document.Paragraph{Text: c.t("report.planned")}, c.items(xs, func(x *app.Shown) string { return c.title(x) + " · " + c.date(string(x.When)) }))
	}
	return out, nil
}

// appendices are the signatories, the documents, the initiatives and where the sources differ.
func (c *composer) appendices() error {
	c.section("appendices", 1, c.t("report.appendix"))
	var signed []string
	for _, p := range c.app.Directory().Participants() {
		if p.Declaration {
			signed = append(signed, p.Name(c.locale.Code))
		}
	}
	slices.SortFunc(signed, c.locale.Sorter())
	c.section("declaration", 2, "I. "+c.t("pledge.declaration")+" ("+c.num(len(signed))+")", document.Paragraph{Text: strings.Join(signed, c.comma())})
	documents, err := c.all(app.Query{Kind: "document", State: "published", Sort: "changed"}, most)
	if err != nil {
		return err
	}
	slices.SortStableFunc(documents, func(x, y *app.Shown) int { return strings.Compare(string(x.When), string(y.When)) })
	c.section("documents", 2, "II. "+c.t("kind.document.many"), c.items(documents, func(x *app.Shown) string {
		b := x.Fields.(*programme.Work)
		return joined(c.title(x), b.Symbol, c.date(string(b.Date)))
	}))
	initiatives, err := c.all(app.Query{Kind: "initiative", Sort: "changed"}, most)
	if err != nil {
		return err
	}
	slices.SortStableFunc(initiatives, func(x, y *app.Shown) int {
		return strings.Compare(x.Fields.(*programme.Offer).Code+"~", y.Fields.(*programme.Offer).Code+"~")
	})
	c.section("initiatives", 2, "III. "+c.t("kind.initiative.many"), document.Notice{Text: c.t("initiative.no-guarantee")}, c.items(initiatives, func(x *app.Shown) string {
		b := x.Fields.(*programme.Offer)
		return strings.TrimSpace(fmt.Sprintf("%s %s", b.Code, c.title(x))) + c.by(b.Implementer)
	}))
	if !c.first() {
		return nil
	}
	differences := document.Table{Caption: c.t("report.differences"), Columns: []string{c.t("report.said"), c.t("report.done")}}
	for _, d := range c.history.Differences {
		differences.Rows = append(differences.Rows, []document.Cell{{Text: c.said(d.What)}, {Text: c.said(d.Do)}})
	}
	c.section("differences", 2, "IV. "+c.t("report.differences"), document.Paragraph{Text: c.t("report.differences-about")}, differences)
	sources := document.Table{Caption: c.t("report.sources"), Columns: []string{c.t("field.indicator"), c.t("field.value"), c.t("field.source")}}
	for _, s := range c.history.Figures {
		sources.Rows = append(sources.Rows, []document.Cell{{Text: s.Key}, {Text: strings.TrimSpace(c.num(s.Value) + " " + s.Unit), Number: true}, {Text: c.history.Report + ": " + s.Source}})
	}
	c.section("sources", 2, "V. "+c.t("report.sources"), sources)
	return nil
}

// joined puts the texts that are not empty into one line.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), " · ")
}

func (c *composer) by(code string) string {
	if code == "" {
		return ""
	}
	return " · " + c.participant(code)
}

package pages

import (
	"context"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/web/ui"
)

// recordPage is what the page of a record shows.
type recordPage struct {
	x         *app.Shown
	title     string
	summary   string
	state     ui.State
	sharing   ui.Sharing
	why       string
	facts     []ui.Fact
	lists     []ui.List
	panel     templ.Component
	related   []relatedLine
	more      bool // there may be more of them
	files     []record.Attachment
	comments  []ui.Comment
	proposals []proposalLine
	history   []ui.Event
	steps     []record.Step
	signedIn  bool
	mine      bool // may be changed by the viewer
	owns      bool // the viewer is an official of the owner: withdrawing it, its files and proposals are his
	warn      bool // an alert can be drafted from it
	makes     []action
	owner     string   // the owner's name now, where the record was made under another; else ""
	parts     []part   // what the kind adds
	anchors   []string // of the comments: the paragraph that each is on
	problems  []ui.FieldProblem
	typed     map[string]string // what was typed into a small form that was refused
	past      []app.Past        // the versions that the viewer may see, newest first
	since     sinceView         // what has changed since the viewer looked last
	follows   bool
}

type relatedLine struct {
	relation, kind, title, url string
	state                      ui.State
}

type proposalLine struct {
	store.Proposal
	who string
}

func (s *Site) show(w http.ResponseWriter, r *http.Request) {
	s.showRecord(w, r, http.StatusOK, nil, nil)
}

// showRecord shows a record; problems and typed are those of a small form on the page that was refused.
func (s *Site) showRecord(w http.ResponseWriter, r *http.Request, status int, problems record.Problems, typed map[string]string) {
	ctx, v := r.Context(), s.Viewer(r)
	x, err := s.app.Get(ctx, v, r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := &recordPage{x: x, title: s.title(ctx, x), state: stateOf(ctx, x.Record), signedIn: v.SignedIn(), mine: x.Mine, owns: v.Owns(x.Owner) && x.Retracted == nil, typed: typed,
		problems: ui.FieldProblems(ctx, problems, func(path string) string { return ui.T(ctx, "field."+path) })}
	p.summary, _ = x.Summary.In(lang(ctx))
	if now, ok := s.app.Namer().ParticipantName(x.Owner, "en"); ok && x.OwnerName != "" && now != x.OwnerName {
		p.owner = s.ownerName(ctx, x.Owner)
	}
	for _, load := range []func(context.Context, app.Viewer, *recordPage) error{s.loadSharing, s.loadFacts, s.loadRelated, s.loadTalk, s.loadHistory, s.loadSince, s.loadPanel, s.loadProgramme} {
		if err := load(ctx, v, p); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	if err := s.app.See(ctx, v, x.ID); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Show(w, r, status, ui.Page{Title: p.title, About: p.summary, TLP: x.Sharing.TLP, Plots: x.Record.Kind == "signal" || measureOf(x.Fields) != nil}, recordView(p))
}

func (s *Site) loadSharing(ctx context.Context, v app.Viewer, p *recordPage) (err error) {
	p.sharing, err = s.sharingOf(ctx, v, p.x)
	p.why = s.reason(ctx, "why.", p.x.Why)
	p.steps = s.app.Steps(ctx, v, p.x.Record)
	p.warn = p.signedIn && p.x.Retracted == nil && warnable(p.x)
	return err
}

// warnable reports whether an alert is drafted from such a record: a report, or a signal that was confirmed.
func warnable(x *app.Shown) bool {
	return x.Record.Kind == "signal" && x.State == "confirmed" || slices.Contains(kinds.Reports(), x.Kind)
}

// reason says in words why a record is seen: to the viewer who sees it ("why."), or of somebody else ("viewas.why.").
func (s *Site) reason(ctx context.Context, words, token string) string {
	kind, name, _ := strings.Cut(token, ":")
	name, sector, narrowed := strings.Cut(name, "&s:")
	say := func(key, name string) string {
		if narrowed {
			return ui.T(ctx, words+key+"-sector", "name", name, "sector", ui.T(ctx, "sector."+sector))
		}
		return ui.T(ctx, words+key, "name", name)
	}
	switch kind {
	case "public", "all":
		return ui.T(ctx, words+kind)
	case "p":
		return say("participant", s.participantName(ctx, name))
	case "g":
		return say("group", s.groupName(ctx, name))
	case "u", "o":
		return ui.T(ctx, words+"person")
	}
	return ""
}

func (s *Site) loadFacts(ctx context.Context, _ app.Viewer, p *recordPage) error {
	body := bodyOf(p.x.Record)
	for _, f := range p.x.Kind.Fields {
		switch f.Type {
		case record.TypeData:
		case record.TypeList:
			if l := s.listOf(ctx, p.x.Record.Kind, f, body[f.Name]); len(l.Rows) > 0 {
				p.lists = append(p.lists, l)
			}
		case record.TypeTexts:
			if f.Name == "name" || f.Name == "text" && p.x.Record.Kind == "recommendation" {
				continue // it is the title, or stands by paragraphs
			}
			if f.Name == "instruction" && p.x.Record.Kind == "alert" {
				continue // it stands above, in a card of its own
			}
			if t := textIn(body[f.Name], lang(ctx)); t != "" {
				p.facts = append(p.facts, ui.Fact{Label: kindLabel(ctx, p.x.Record.Kind, f.Name), Value: ui.Prose(t), Wide: true})
			}
		default:
			text := s.valueText(ctx, f, body[f.Name])
			if text == "" && !f.Required {
				continue
			}
			fact := ui.Fact{Label: kindLabel(ctx, p.x.Record.Kind, f.Name), Wide: f.Type == record.TypeLong}
			switch id, _ := body[f.Name].(string); {
			case text == "":
			case f.Name == "source" && p.x.Record.Kind == "signal":
				fact.Value = ui.Text(sourceName(ctx, id))
			case f.Name == "measure" && p.x.Record.Kind == "signal":
				fact.Value = ui.Text(ui.T(ctx, "explore.measure."+id))
			case f.Name == "assessor":
				name, _ := s.app.PersonName(ctx, id)
				fact.Value = ui.Text(name)
			case f.Type == record.TypeSubstance:
				fact.Value = ui.Link("/substances/"+id, text)
			case f.Type == record.TypeLong:
				fact.Value = ui.Prose(text)
			case f.Type == record.TypeURL:
				fact.Value = ui.Link(id, trim(text, 80))
			case f.Type == record.TypeGroup:
				fact.Value = ui.Link("/groups/"+strings.SplitN(id, "/", 2)[0], text)
			case f.Name == "detector":
				fact.Value = ui.Text(ui.T(ctx, "detector."+id))
			case f.Name == "view":
				fact.Value = ui.Text(s.viewName(ctx, id))
			default:
				fact.Value = ui.Text(text)
			}
			p.facts = append(p.facts, fact)
		}
	}
	p.files = p.x.Attachments
	return nil
}

func (s *Site) viewName(ctx context.Context, view string) string {
	if view == app.Common {
		return ui.T(ctx, "view.common")
	}
	return s.participantName(ctx, view)
}

func textIn(v any, code string) string {
	m, _ := v.(map[string]any)
	t := record.Text{}
	for l, x := range m {
		t[l], _ = x.(string)
	}
	text, _ := t.In(code)
	return text
}

// listOf shows a list field as a table.
func (s *Site) listOf(ctx context.Context, kind string, f record.Field, v any) ui.List {
	items, _ := v.([]any)
	l := ui.List{ID: "list-" + f.Name, Caption: kindLabel(ctx, kind, f.Name)}
	used := map[string]bool{}
	for _, it := range items {
		m, _ := it.(map[string]any)
		for name := range m {
			used[name] = true
		}
	}
	var fields []record.Field
	for _, g := range f.Fields {
		if used[g.Name] {
			fields = append(fields, g)
			l.Columns = append(l.Columns, ui.Column{Label: kindLabel(ctx, kind, f.Name+"."+g.Name), End: g.Type == record.TypeNumber})
		}
	}
	for _, it := range items {
		m, _ := it.(map[string]any)
		var row ui.Row
		for _, g := range fields {
			text := s.valueText(ctx, g, m[g.Name])
			switch id, _ := m[g.Name].(string); {
			case text == "":
				row.Cells = append(row.Cells, nil)
			case g.Type == record.TypeURL:
				row.Cells = append(row.Cells, ui.Link(id, trim(text, 60)))
			case g.Type == record.TypeSubstance:
				row.Cells = append(row.Cells, ui.Link("/substances/"+id, text))
			default:
				row.Cells = append(row.Cells, ui.Text(text))
			}
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func relationOf(ctx context.Context, x app.Related) string {
	if x.Incoming {
		return ui.T(ctx, "relation-in."+string(x.Relation))
	}
	return ui.T(ctx, "relation."+string(x.Relation))
}

func (s *Site) loadRelated(ctx context.Context, v app.Viewer, p *recordPage) error {
	related, err := s.app.Related(ctx, v, p.x)
	p.more = app.RelatedFull(related)
	for _, x := range related {
		p.related = append(p.related, relatedLine{relationOf(ctx, x), ui.T(ctx, "kind."+x.Record.Kind+".one"), s.title(ctx, x.Shown), "/r/" + x.ID, stateOf(ctx, x.Record)})
	}
	sort.SliceStable(p.related, func(i, j int) bool { return p.related[i].relation < p.related[j].relation })
	return err
}

func (s *Site) loadTalk(ctx context.Context, v app.Viewer, p *recordPage) error {
	if !p.signedIn {
		return nil
	}
	comments, err := s.app.Comments(ctx, v, p.x.ID)
	if err != nil {
		return err
	}
	for _, c := range comments {
		name, of := s.app.PersonName(ctx, c.Person)
		p.anchors = append(p.anchors, c.Anchor)
		p.comments = append(p.comments, ui.Comment{ID: c.ID, At: c.At, Author: name, Of: s.ownerName(ctx, of), Text: c.Text})
	}
	proposals, err := s.app.Proposals(ctx, v, p.x.ID)
	for _, x := range proposals {
		name, of := s.app.PersonName(ctx, x.Person)
		p.proposals = append(p.proposals, proposalLine{x, name + ", " + s.ownerName(ctx, of)})
	}
	return err
}

func (s *Site) loadHistory(ctx context.Context, v app.Viewer, p *recordPage) error {
	if !p.signedIn {
		return nil
	}
	past, err := s.app.History(ctx, v, p.x.ID)
	for i, h := range past {
		who, _ := s.app.PersonName(ctx, h.Actor)
		if who == "" {
			who = ui.T(ctx, "actor.system")
		}
		e := ui.Event{Who: who, What: ui.T(ctx, "action."+h.Action)}
		if h.Record != nil {
			p.past = append(p.past, h)
			e.At = h.Record.Updated
			var before *record.Record
			if i+1 < len(past) {
				before = past[i+1].Record
			}
			e.Detail = changesView(s.changes(ctx, p.x.Kind, before, h.Record), h.Record.Reason)
		}
		p.history = append(p.history, e)
	}
	return err
}

// change is one field that differs between two versions.
type change struct{ label, before, after string }

func (s *Site) changes(ctx context.Context, k *record.Kind, before, after *record.Record) []change {
	if before == nil {
		return nil
	}
	var out []change
	add := func(label, x, y string) {
		if x != y {
			out = append(out, change{label, x, y})
		}
	}
	add(ui.T(ctx, "list.state"), ui.T(ctx, "state."+before.State), ui.T(ctx, "state."+after.State))
	add("TLP", string(before.Sharing.TLP), string(after.Sharing.TLP))
	tb, _ := before.Title.In(lang(ctx))
	ta, _ := after.Title.In(lang(ctx))
	add(ui.T(ctx, "field.title"), tb, ta)
	b, a := bodyOf(before), bodyOf(after)
	for _, f := range k.Fields {
		switch f.Type {
		case record.TypeList:
			add(kindLabel(ctx, k.Name, f.Name), s.itemsText(ctx, f, b[f.Name]), s.itemsText(ctx, f, a[f.Name]))
		case record.TypeTexts:
			add(kindLabel(ctx, k.Name, f.Name), textIn(b[f.Name], lang(ctx)), textIn(a[f.Name], lang(ctx)))
		case record.TypeData:
		default:
			if f.Name != "assessor" {
				add(kindLabel(ctx, k.Name, f.Name), s.valueText(ctx, f, b[f.Name]), s.valueText(ctx, f, a[f.Name]))
			}
		}
	}
	return out
}

func (s *Site) itemsText(ctx context.Context, f record.Field, v any) string {
	items, _ := v.([]any)
	var lines []string
	for _, it := range items {
		m, _ := it.(map[string]any)
		var parts []string
		for _, g := range f.Fields {
			if t := s.valueText(ctx, g, m[g.Name]); t != "" {
				parts = append(parts, t)
			}
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return strings.Join(lines, "\n")
}

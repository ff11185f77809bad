package pages

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/web/ui"
)

func auditAsked(q url.Values) app.AuditQuery {
	return app.AuditQuery{Participant: q.Get("participant"), Person: q.Get("person"), Area: q.Get("area"), Cursor: q.Get("after"),
		From: dateAsked(q, "from"), To: dateAsked(q, "to")}
}

// dateAsked reads a date of a filter, whole or in parts.
func dateAsked(q url.Values, name string) record.Date {
	if whole := q.Get(name); whole != "" {
		return record.Date(whole)
	}
	return record.Date(ui.JoinDate(q.Get(name+".year"), q.Get(name+".month"), q.Get(name+".day")))
}

// audit shows who came in, was refused, changed people, took tokens and tables, read RED records.
func (s *Site) audit(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	asked := auditAsked(r.URL.Query())
	page, err := s.app.Audit(ctx, v, asked)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := ui.List{ID: "audit", Caption: ui.T(ctx, "audit.title"), Action: "/audit", Form: s.auditForm(ctx, v, asked),
		Columns: []ui.Column{{Label: ui.T(ctx, "audit.time")}, {Label: ui.T(ctx, "audit.who")}, {Label: ui.T(ctx, "audit.event")}, {Label: ui.T(ctx, "audit.about")}, {Label: ui.T(ctx, "audit.detail")}},
		Empty:   ui.Empty{Title: ui.T(ctx, "audit.none")}}
	for _, x := range page.Lines {
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(ui.DateTime(ctx, x.At)), ui.Text(auditActor(ctx, x)), ui.Text(auditEvent(ctx, x.Event)), s.auditSubject(ctx, x), ui.Text(s.auditDetail(ctx, x))}})
	}
	if page.Next != "" {
		l.Next = with(r.URL, "after", page.Next)
	}
	export := *r.URL
	export.Path = "/audit/export/csv"
	l.Exports = []ui.Export{{Label: "csv", URL: with(&export, "format", "")}}
	for _, c := range []struct{ name, label string }{{"person", auditPerson(ctx, s, asked.Person)}, {"area", areaName(ctx, asked.Area)}, {"participant", s.participantName(ctx, asked.Participant)}, {"from", string(asked.From)}, {"to", string(asked.To)}} {
		if c.label != "" {
			l.Filters = append(l.Filters, ui.Chip{Label: c.label, Remove: without(r.URL, c.name)})
		}
	}
	p := blocks{over: ui.T(ctx, "menu.people"), title: ui.T(ctx, "audit.title"), lead: ui.T(ctx, "audit.lead"), parts: []part{{list: &l}}}
	s.showBlocks(w, r, http.StatusOK, p)
}

// without is the address of a list without a filter, a date in parts included.
func without(u *url.URL, name string) string {
	v := *u
	q := v.Query()
	for _, n := range []string{name, name + ".year", name + ".month", name + ".day", "after", "lang"} {
		q.Del(n)
	}
	v.RawQuery = q.Encode()
	return v.RequestURI()
}

func auditPerson(ctx context.Context, s *Site, id string) string {
	if id == "" {
		return ""
	}
	if name, _ := s.app.PersonName(ctx, id); name != "" {
		return name
	}
	return id
}

func areaName(ctx context.Context, area string) string {
	for _, a := range store.Areas {
		if a == area {
			return ui.T(ctx, "audit.area."+a)
		}
	}
	return ""
}

func (s *Site) auditForm(ctx context.Context, v app.Viewer, asked app.AuditQuery) templ.Component {
	whom := ui.Field{Path: "person", Type: record.TypeChoice, Label: ui.T(ctx, "audit.person"), Value: asked.Person}
	if members, err := s.app.People(ctx, v, asked.Participant); err == nil { // without them the field offers nobody
		for _, m := range members {
			whom.Options = append(whom.Options, ui.Option{Value: m.ID, Label: m.Name})
		}
	}
	area := ui.Field{Path: "area", Type: record.TypeChoice, Label: ui.T(ctx, "audit.event"), Value: asked.Area}
	for _, a := range store.Areas {
		area.Options = append(area.Options, ui.Option{Value: a, Label: ui.T(ctx, "audit.area."+a)})
	}
	fields := []ui.Field{whom, area}
	if app.AuditWhole(v) {
		fields = append(fields, ui.Field{Path: "participant", Type: record.TypeChoice, Label: ui.T(ctx, "list.owner"), Value: asked.Participant, Options: s.participantOptions(ctx)})
	}
	return fieldsView(append(fields, ui.Field{Path: "from", Type: record.TypeDate, Label: ui.T(ctx, "list.from"), Value: string(asked.From)}, ui.Field{Path: "to", Type: record.TypeDate, Label: ui.T(ctx, "list.to"), Value: string(asked.To)}))
}

func auditActor(ctx context.Context, x app.AuditEntry) string {
	switch {
	case x.ActorName != "":
		return x.ActorName
	case x.Actor == "public":
		return ui.T(ctx, "audit.actor.public")
	case x.Actor == "operator":
		return ui.T(ctx, "audit.actor.operator")
	case x.Actor == "system":
		return ui.T(ctx, "audit.actor.system")
	}
	return ui.T(ctx, "audit.actor.other")
}

// auditEvent words an event; one that has no words of its own stands as it is.
func auditEvent(ctx context.Context, event string) string {
	return wordOr(ctx, "audit.event."+event, event)
}

func (s *Site) auditSubject(ctx context.Context, x app.AuditEntry) templ.Component {
	switch {
	case x.Record != nil:
		return ui.Link("/r/"+x.Record.ID, s.recordTitle(ctx, x.Record))
	case x.Whom != "":
		return ui.Text(x.Whom)
	case x.Area == store.AreaRed && x.Subject == "":
		return ui.Text(ui.T(ctx, "audit.red"))
	case x.Subject == x.Actor:
		return nil
	}
	return ui.Text(x.Subject)
}

func (s *Site) recordTitle(ctx context.Context, r *record.Record) string {
	if k, ok := kinds.Get(r.Kind); ok {
		return s.titleOf(ctx, k, r)
	}
	return r.ID
}

// exportAudit sends the lines as a table.
func (s *Site) exportAudit(w http.ResponseWriter, r *http.Request) {
	s.sendSheet(w, r, "audit", "csv", func(sheet table.Writer) error {
		_, err := s.app.ExportAudit(r.Context(), s.Viewer(r), auditAsked(r.URL.Query()), sheet)
		return err
	})
}

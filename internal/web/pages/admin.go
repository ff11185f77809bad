package pages

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// admin shows the secretariat and administrators what they have to look after, each with where it is solved.
func (s *Site) admin(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	x, err := s.app.Administration(ctx, s.Viewer(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "admin.title"), lead: ui.T(ctx, "admin.lead"), actions: []action{{label: ui.T(ctx, "menu.people"), url: "/people"}, {label: invitationsLabel(ctx), url: "/invitations"}, {label: ui.T(ctx, "audit.title"), url: "/audit"}}}
	p.parts = []part{
		{title: ui.T(ctx, "admin.pending"), list: s.invitationList(ctx, x.Pending)},
		{title: ui.T(ctx, "admin.letters"), text: ui.T(ctx, "admin.letters-text", "waiting", x.Waiting["queued"]), list: s.letterList(ctx, x.Letters)},
		{title: ui.T(ctx, "admin.jobs"), list: jobList(ctx, x)},
		{title: ui.T(ctx, "admin.node"), facts: []ui.Fact{{Label: ui.T(ctx, "admin.changes"), Value: ui.Number(int(x.Changes))}}, body: nodeView(x.Key, x.Checkpoint)},
		{title: ui.T(ctx, "menu.unknown"), text: ui.T(ctx, "admin.unknown", "n", x.Unknown), actions: []action{{label: ui.T(ctx, "menu.unknown"), url: "/unknown"}}},
		foldedByCount(ctx, part{title: ui.T(ctx, "admin.unregistered"), text: ui.T(ctx, "admin.unregistered-text"), list: s.lacking(ctx, x.Staff), actions: []action{{label: invitationsLabel(ctx), url: "/invitations"}}}),
		foldedByCount(ctx, part{title: ui.T(ctx, "admin.people"), list: s.staffList(ctx, x.Staff)}),
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

// foldedByCount is a part whose list has a row for each participant: its title says how many there are and opens it.
func foldedByCount(ctx context.Context, x part) part {
	x.folded = len(x.list.Rows) > 0
	if x.folded {
		x.title += " · " + ui.Num(ctx, len(x.list.Rows))
	}
	return x
}

func invitationsLabel(ctx context.Context) string { return ui.T(ctx, "invitations.title") }

// lacking lists the participants of which nobody is registered, or that have people and no focal point.
func (s *Site) lacking(ctx context.Context, staff []app.Staff) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "admin.unregistered"), Empty: ui.Empty{Title: ui.T(ctx, "admin.none")}, Columns: []ui.Column{{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "admin.lacks")}}}
	for _, x := range staff {
		var lacks []string
		if x.Registered == 0 {
			lacks = append(lacks, ui.T(ctx, "admin.lacks.registered"))
		}
		if x.Focal == 0 {
			lacks = append(lacks, ui.T(ctx, "admin.lacks.focal"))
		}
		if len(lacks) > 0 {
			l.Rows = append(l.Rows, ui.Row{URL: "/participants/" + url.PathEscape(x.Participant), Cells: []templ.Component{ui.Text(s.participantName(ctx, x.Participant)), ui.Text(locales.List(ctx, lacks))}})
		}
	}
	return l
}

func (s *Site) staffList(ctx context.Context, staff []app.Staff) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "admin.people"), Empty: ui.Empty{Title: ui.T(ctx, "admin.none")}, Columns: []ui.Column{{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "menu.people"), End: true}, {Label: ui.T(ctx, "admin.registered"), End: true}, {Label: ui.T(ctx, "duty.focal-point"), End: true}}}
	for _, x := range staff {
		if x.People > 0 {
			l.Rows = append(l.Rows, ui.Row{URL: "/people?participant=" + url.QueryEscape(x.Participant), Cells: []templ.Component{ui.Text(s.participantName(ctx, x.Participant)), ui.Number(x.People), ui.Number(x.Registered), ui.Number(x.Focal)}})
		}
	}
	return l
}

// letterList lists the letters that may not have arrived, with the address of whoever was perhaps not told.
func (s *Site) letterList(ctx context.Context, letters []app.Uncertain) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "admin.letters"), Empty: ui.Empty{Title: ui.T(ctx, "admin.letters-none")}, Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "field.email")}, {Label: ui.T(ctx, "list.state")}, {Label: ui.T(ctx, "audit.about")}, {Label: ui.T(ctx, "audit.detail")}}}
	for _, x := range letters {
		tone := ui.Attention
		if x.State == "failed" {
			tone = ui.Bad
		}
		row := ui.Row{Cells: []templ.Component{ui.Text(x.Name), ui.Text(s.participantName(ctx, x.Participant)), mailTo(x.Email), ui.StateBadge(ui.State{Label: ui.T(ctx, "mail."+x.State), Tone: tone}), nil, ui.Text(trim(x.Error, 120))}}
		if x.Seen {
			row.Cells[4] = ui.Link("/r/"+url.PathEscape(x.Record), ui.T(ctx, "admin.open"))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func jobList(ctx context.Context, x *app.Administration) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "admin.jobs"), Empty: ui.Empty{Title: ui.T(ctx, "admin.jobs-none")}, Columns: []ui.Column{{Label: ui.T(ctx, "admin.job")}, {Label: ui.T(ctx, "admin.ran")}, {Label: ui.T(ctx, "admin.good")}, {Label: ui.T(ctx, "list.state")}}}
	for _, j := range x.Runs {
		state, good := ui.State{Label: ui.T(ctx, "admin.well"), Tone: ui.Good}, ui.Text("–")
		if j.Error != "" {
			state = ui.State{Label: ui.T(ctx, "admin.failed"), Tone: ui.Bad}
		}
		if !j.Good.IsZero() {
			good = ui.Text(ui.DateTime(ctx, j.Good))
		}
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(jobName(ctx, j.Name)), ui.Text(ui.DateTime(ctx, j.At)), good, ui.StateBadge(state)}})
	}
	return l
}

func jobName(ctx context.Context, name string) string {
	return wordOr(ctx, "job."+name, name)
}

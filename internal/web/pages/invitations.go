package pages

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

const (
	maxPeopleTable = 8 << 20 // bytes of a table of people
	formedSections = 3       // sections that the form of an invitation offers; further ones are added on the person's page
)

// invitations lists who was invited, with the form to invite somebody and the one for a table.
func (s *Site) invitations(w http.ResponseWriter, r *http.Request) {
	s.showInvitations(w, r, http.StatusOK, nil, nil, nil)
}

func (s *Site) showInvitations(w http.ResponseWriter, r *http.Request, status int, typed url.Values, problems record.Problems, report *part) {
	ctx, v := r.Context(), s.Viewer(r)
	list, next, err := s.app.Invitations(ctx, v, r.URL.Query().Get("participant"), r.URL.Query().Get("after"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form := smallForm{action: "/invitations", fields: s.inviteFields(ctx, v, typed), buttons: []action{{label: ui.T(ctx, "invitations.do"), main: true}}}
	rest := ui.SpreadProblems(ctx, form.fields, problems)
	file := smallForm{action: "/invitations/table", file: true, fields: []ui.Field{{Path: "file", Type: ui.TypeFile, Label: ui.T(ctx, "import.file"), Help: ui.T(ctx, "invitations.table-help"), Required: true, Accept: ".csv,.tsv,.txt,.xlsx"}},
		buttons: []action{{label: ui.T(ctx, "import.check"), url: "do", value: "check"}, {label: ui.T(ctx, "invitations.do-all"), url: "do", value: "invite", main: true}}}
	ui.SpreadProblems(ctx, file.fields, rest)
	p := blocks{over: ui.T(ctx, "menu.people"), title: invitationsLabel(ctx), lead: ui.T(ctx, "invitations.lead"), actions: []action{{label: ui.T(ctx, "menu.people"), url: "/people"}},
		problems: ui.FieldProblems(ctx, problems, func(path string) string { return s.inviteLabel(ctx, path) })}
	if report != nil {
		p.parts = append(p.parts, *report)
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "invitations.new"), form: &form},
		part{title: ui.T(ctx, "invitations.table"), form: &file, actions: []action{{label: ui.T(ctx, "import.template"), url: "/invitations/template.csv"}}},
		part{title: ui.T(ctx, "invitations.list"), list: s.invitationList(ctx, list)})
	if next != "" {
		p.parts[len(p.parts)-1].actions = []action{{label: ui.T(ctx, "pager.next"), url: with(r.URL, "after", next)}}
	}
	s.showBlocks(w, r, status, p)
}

func (s *Site) inviteLabel(ctx context.Context, path string) string {
	switch path {
	case "file":
		return ui.T(ctx, "import.file")
	case "group":
		return ui.T(ctx, "people.register")
	case "duties":
		return ui.T(ctx, "people.duties")
	}
	return s.personLabel(ctx, path)
}

// inviteFields are the form of an invitation.
func (s *Site) inviteFields(ctx context.Context, v app.Viewer, typed url.Values) []ui.Field {
	reads := ui.Field{Path: "language", Type: record.TypeChoice, Label: ui.T(ctx, "layout.language"), Help: ui.T(ctx, "invitations.language-help"), Value: orTyped(typed.Get("language"), lang(ctx)), Options: languageOptions(ctx)}
	also := ui.Field{Path: "also", Type: record.TypeChoices, Label: ui.T(ctx, "profile.also"), Values: typed["also"], Options: languageOptions(ctx)}
	f := []ui.Field{
		{Path: "name", Type: record.TypeText, Label: ui.T(ctx, "field.name"), Required: true, Value: typed.Get("name"), Max: 120},
		{Path: "email", Type: record.TypeText, Label: ui.T(ctx, "field.email"), Required: true, Value: typed.Get("email"), Max: 254},
	}
	if app.AuditWhole(v) {
		f = append(f, ui.Field{Path: "participant", Type: record.TypeChoice, Label: ui.T(ctx, "list.owner"), Required: true, Value: typed.Get("participant"), Options: s.participantOptions(ctx)})
	}
	f = append(f, reads, also, ui.Field{Path: "zone", Type: record.TypeChoice, Label: ui.T(ctx, "profile.zone"), Help: ui.T(ctx, "invitations.zone-help"), Value: typed.Get("zone"), Options: s.zoneOptions(typed.Get("zone"))},
		ui.Field{Path: "sectors", Type: record.TypeChoices, Label: ui.T(ctx, "people.sectors"), Values: typed["sectors"], Options: sectorOptions(ctx)})
	sections, roles := s.sectionOptions(ctx), roleOptions(ctx)
	for i := 1; i <= formedSections; i++ {
		n := ui.Plain(i)
		f = append(f, ui.Field{Path: "group." + n, Type: record.TypeChoice, Label: ui.T(ctx, "invitations.section", "number", i), Value: typed.Get("group." + n), Options: sections},
			ui.Field{Path: "role." + n, Type: record.TypeChoice, Label: ui.T(ctx, "invitations.role", "number", i), Value: orTyped(typed.Get("role."+n), string(coalition.Member)), Options: roles})
	}
	var duties []ui.Option
	for i, d := range coalition.Duties {
		if app.MayGrant(v, d) {
			duties = append(duties, dutyOptions(ctx)[i])
		}
	}
	return append(f, ui.Field{Path: "duties", Type: record.TypeChoices, Label: ui.T(ctx, "people.duties"), Values: typed["duties"], Options: duties})
}

func languageOptions(ctx context.Context) (out []ui.Option) {
	for _, l := range record.Languages {
		out = append(out, ui.Option{Value: l, Label: ui.T(ctx, "language."+l)})
	}
	return out
}

func (s *Site) invitationList(ctx context.Context, list []app.Invited) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "invitations.list"), Empty: ui.Empty{Title: ui.T(ctx, "invitations.none")}, Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "field.email")},
		{Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "invitations.by")}, {Label: ui.T(ctx, "list.state")}, {Label: ui.T(ctx, "invitations.until")}, {Label: ui.T(ctx, "invitations.act")}}}
	for _, x := range list {
		row := ui.Row{Cells: []templ.Component{ui.Text(x.Invited.Name), ui.Text(x.Email), ui.Text(s.participantName(ctx, x.Participant)), ui.Text(x.By), ui.StateBadge(invitationState(ctx, x.Standing)), nil, nil}}
		if x.State == "open" {
			if !x.Expires.IsZero() {
				row.Cells[5] = ui.Text(ui.DateTime(ctx, x.Expires))
			}
			row.Cells[6] = buttons(postButton("/invitations/"+x.ID+"/send", ui.T(ctx, "invitations.again"), ui.T(ctx, "invitations.again-named", "name", x.Invited.Name)),
				postButton("/invitations/"+x.ID+"/withdraw", ui.T(ctx, "invitations.withdraw"), ui.T(ctx, "invitations.withdraw-named", "name", x.Invited.Name)))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func invitationState(ctx context.Context, standing string) ui.State {
	tone := map[string]ui.Tone{"accepted": ui.Good, "sent": ui.Info, "waiting": ui.Info, "expired": ui.Attention, "failed": ui.Bad}[standing]
	if tone == "" {
		tone = ui.Neutral
	}
	return ui.State{Label: ui.T(ctx, "invitation."+standing), Tone: tone}
}

// invitedTyped reads a person and his registrations from the form.
func (s *Site) invitedTyped(ctx context.Context, v app.Viewer, f url.Values) app.Enrolment {
	e := app.Enrolment{Person: coalition.Person{Name: f.Get("name"), Email: f.Get("email"), Participant: v.Participant(), Zone: f.Get("zone"), Languages: languagesTyped(ctx, f)}}
	if app.AuditWhole(v) {
		e.Person.Participant = f.Get("participant")
	}
	if p, ok := s.app.Directory().Participant(e.Person.Participant); ok && e.Person.Zone == "" {
		e.Person.Zone = p.Zone
	}
	for _, x := range f["sectors"] {
		e.Person.Sectors = append(e.Person.Sectors, coalition.Sector(x))
	}
	for _, x := range f["duties"] {
		e.Person.Duties = append(e.Person.Duties, coalition.Duty(x))
	}
	for i := 1; i <= formedSections; i++ {
		group, section, ok := strings.Cut(f.Get("group."+ui.Plain(i)), "/")
		if !ok {
			continue
		}
		g := coalition.Registration{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{coalition.Member}}
		if role := coalition.Role(f.Get("role." + ui.Plain(i))); role != "" && role != coalition.Member {
			g.Roles = append(g.Roles, role)
		}
		e.Registrations = append(e.Registrations, g)
	}
	return e
}

// languagesTyped reads the preferred language and the others that somebody reads.
func languagesTyped(ctx context.Context, f url.Values) []string {
	first := f.Get("language")
	if !locales.Known(first) {
		first = lang(ctx)
	}
	out := []string{first}
	for _, l := range f["also"] {
		if l != first {
			out = append(out, l)
		}
	}
	return out
}

func (s *Site) invite(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	if err := r.ParseForm(); err != nil {
		s.Fail(w, r, err)
		return
	}
	x, err := s.app.Invite(ctx, v, s.invitedTyped(ctx, v, r.PostForm))
	var e *app.Error
	switch {
	case err == nil:
		s.Flash(r, ui.Good, "invitations.made", "email", x.Email)
		http.Redirect(w, r, "/invitations", http.StatusSeeOther)
	case asError(err, &e) && e.Code == app.Invalid:
		s.showInvitations(w, r, http.StatusUnprocessableEntity, r.PostForm, e.Problems, nil)
	case asError(err, &e) && e.Code == app.Conflict:
		s.showInvitations(w, r, http.StatusConflict, r.PostForm, record.Problems{{Field: "email", Key: e.Key, Params: e.Params}}, nil)
	default:
		s.Fail(w, r, err)
	}
}

// inviteTable invites the people of a table, or says what doing so would come to.
func (s *Site) inviteTable(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	form, err := r.MultipartReader()
	if err != nil {
		s.Fail(w, r, &app.Error{Code: app.Invalid, Key: "error.invalid"})
		return
	}
	file, values, err := receive(form)
	if file != nil {
		defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if file == nil {
		s.showInvitations(w, r, http.StatusUnprocessableEntity, nil, record.Problems{{Field: "file", Key: "problem.required"}}, nil)
		return
	}
	info, err := file.Stat()
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	dry := values["do"] != "invite"
	report, err := s.app.InviteTable(ctx, s.Viewer(r), file, info.Size(), dry)
	var e *app.Error
	if errors.As(err, &e) && e.Code == app.Invalid {
		problems := e.Problems
		for i := range problems {
			problems[i].Field = "file"
		}
		s.showInvitations(w, r, http.StatusUnprocessableEntity, nil, problems, nil)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.showInvitations(w, r, http.StatusOK, nil, nil, tableReport(ctx, report, dry))
}

func tableReport(ctx context.Context, report *app.ImportReport, dry bool) *part {
	key, title := "import.done", ui.T(ctx, "invitations.table")
	if dry {
		key, title = "import.would", ui.T(ctx, "import.checked")
	}
	p := &part{title: title, text: ui.T(ctx, key, "rows", report.Rows, "accepted", report.Accepted, "unchanged", report.Unchanged, "rejected", report.Rejected)}
	if len(report.Errors) == 0 {
		return p
	}
	p.list = &ui.List{Caption: ui.T(ctx, "import.errors"), Columns: []ui.Column{{Label: ui.T(ctx, "import.row"), End: true}, {Label: ui.T(ctx, "import.column-name")}, {Label: ui.T(ctx, "import.value-name")}, {Label: ui.T(ctx, "import.problem")}}}
	for _, e := range report.Errors[:min(len(report.Errors), 100)] {
		p.list.Rows = append(p.list.Rows, ui.Row{Cells: []templ.Component{ui.Number(e.Row), ui.Text(e.Column), ui.Text(e.Value), ui.Text(ui.ProblemText(ctx, record.Problem{Key: e.Problem, Params: e.Params}))}})
	}
	return p
}

// inviteTemplate answers an empty table of people.
func (s *Site) inviteTemplate(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="people.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write(app.InviteColumns) // the connection is gone when this fails
	out.Flush()
}

func (s *Site) sendInvitation(w http.ResponseWriter, r *http.Request) {
	s.changedInvitation(w, r, s.app.SendInvitation(r.Context(), s.Viewer(r), r.PathValue("id")), "invitations.sent-again")
}

func (s *Site) withdrawInvitation(w http.ResponseWriter, r *http.Request) {
	s.changedInvitation(w, r, s.app.WithdrawInvitation(r.Context(), s.Viewer(r), r.PathValue("id")), "invitations.withdrawn")
}

func (s *Site) changedInvitation(w http.ResponseWriter, r *http.Request, err error, done string) {
	var e *app.Error
	switch {
	case err == nil:
		s.Flash(r, ui.Good, done)
	case asError(err, &e) && e.Code == app.Conflict:
		s.Flash(r, ui.Bad, e.Key, paramsOf(e)...)
	default:
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/invitations", http.StatusSeeOther)
}

// welcome is where an invitation's link leads: it says who invited, and asks.
func (s *Site) welcome(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	x, err := s.app.OpenInvitation(ctx, r.PathValue("secret"))
	if err != nil {
		s.failInvitation(w, r, err)
		return
	}
	participant, by := s.participantName(ctx, x.Participant), x.By
	if by == "" {
		by = ui.T(ctx, "letter.invitation.secretariat")
	}
	var groups []string
	for _, g := range x.Registrations {
		groups = append(groups, s.sectionCode(ctx, g.Group, string(g.Section)))
	}
	facts := []ui.Fact{{Label: ui.T(ctx, "field.name"), Value: ui.Text(x.Invited.Name)}, {Label: ui.T(ctx, "field.email"), Value: ui.Text(x.Email)}, {Label: ui.T(ctx, "list.owner"), Value: ui.Text(participant)}}
	if len(groups) > 0 {
		facts = append(facts, ui.Fact{Label: ui.T(ctx, "people.register"), Value: ui.Text(locales.List(ctx, groups))})
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "welcome.title"), Narrow: true, Plain: true},
		welcomeView(ui.T(ctx, "welcome.title"), ui.T(ctx, "welcome.lead", "by", by, "participant", participant), facts, "/invitation/"+url.PathEscape(r.PathValue("secret"))))
}

func (s *Site) failInvitation(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	var e *app.Error
	switch {
	case asError(err, &e) && e.Code == app.Unauthenticated:
		web.Render(w, r, http.StatusForbidden, ui.ErrorPage(ui.T(ctx, "error.invitation.over"), ui.T(ctx, "error.invitation.over-detail")))
	case asError(err, &e) && e.Code == app.Conflict:
		web.Render(w, r, http.StatusConflict, ui.ErrorPage(ui.T(ctx, "error.invitation.not"), s.word(ctx, e)))
	default:
		s.Fail(w, r, err)
	}
}

// acceptInvitation makes the invited person one who takes part, signs him in, and leads him to the first steps.
func (s *Site) acceptInvitation(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	v, err := s.app.AcceptInvitation(ctx, r.PathValue("secret"), from(r))
	if err != nil {
		s.failInvitation(w, r, err)
		return
	}
	if _, err := s.enter(r, v); err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/guide", http.StatusSeeOther)
}

package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// member returns the person of the request, if the viewer may administer him; else it answers that there is none.
func (s *Site) member(w http.ResponseWriter, r *http.Request) (app.Member, bool) {
	m, err := s.app.Member(r.Context(), s.Viewer(r), r.PathValue("id"))
	if err == nil {
		err = r.ParseForm()
	}
	if err != nil {
		s.Fail(w, r, err)
		return m, false
	}
	return m, true
}

// personPage shows one person to whoever looks after him: what may be changed, his registrations, and how his access ends.
func (s *Site) personPage(w http.ResponseWriter, r *http.Request) {
	if m, ok := s.member(w, r); ok {
		s.showPerson(w, r, http.StatusOK, m, nil, nil)
	}
}

func (s *Site) showPerson(w http.ResponseWriter, r *http.Request, status int, m app.Member, typed url.Values, problems record.Problems) {
	ctx := r.Context()
	if typed == nil {
		typed = typedPerson(m.Person)
	}
	in := m.In(s.app.Now())
	p := blocks{over: ui.T(ctx, "menu.people"), title: m.Name, lead: s.memberOf(ctx, m.Person),
		actions:  []action{{label: ui.T(ctx, "audit.of-person"), url: "/audit?person=" + url.QueryEscape(m.ID)}},
		problems: ui.FieldProblems(ctx, problems, func(path string) string { return s.personLabel(ctx, path) })}
	p.parts = append(p.parts, part{title: ui.T(ctx, "person.access"), facts: s.accessFacts(ctx, m)})
	if !in {
		back := smallForm{action: "/people/" + m.ID + "/return", fields: []ui.Field{{Path: "email", Type: record.TypeText, Label: ui.T(ctx, "field.email"), Required: true, Value: returnAddress(m.Email)}}, buttons: []action{{label: ui.T(ctx, "person.return"), main: true}}}
		ui.SpreadProblems(ctx, back.fields, problems)
		p.parts = append(p.parts, part{title: ui.T(ctx, "person.return"), text: ui.T(ctx, "person.return-help"), form: &back})
		s.showBlocks(w, r, status, p)
		return
	}
	edit := smallForm{action: "/people/" + m.ID, fields: s.editFields(ctx, typed), buttons: []action{{label: ui.T(ctx, "form.save"), main: true}}}
	ui.SpreadProblems(ctx, edit.fields, problems)
	p.parts = append(p.parts, part{title: ui.T(ctx, "person.change"), text: ui.T(ctx, "person.identity"), form: &edit})
	if m.Stakeholder == "" {
		register := smallForm{action: "/people/" + m.ID + "/register", fields: s.registerFields(ctx, typed), buttons: []action{{label: ui.T(ctx, "person.register")}}}
		ui.SpreadProblems(ctx, register.fields, problems)
		p.parts = append(p.parts, part{title: ui.T(ctx, "person.registrations"), list: s.registrationList(ctx, m), form: &register})
	}
	leave := smallForm{action: "/people/" + m.ID + "/leave", fields: s.leaveFields(ctx, s.Viewer(r), m, typed), buttons: []action{{label: ui.T(ctx, "leave.do")}}}
	ui.SpreadProblems(ctx, leave.fields, problems)
	p.parts = append(p.parts, part{title: ui.T(ctx, "leave.title"), text: ui.T(ctx, "leave.lead"), form: &leave})
	s.showBlocks(w, r, status, p)
}

// returnAddress is the address to ask somebody back at: his old one, unless another has it now.
func returnAddress(email string) string {
	if strings.HasSuffix(email, "@left.invalid") {
		return ""
	}
	return email
}

func (s *Site) personLabel(ctx context.Context, path string) string {
	switch path {
	case "on":
		return ui.T(ctx, "leave.on")
	case "successor":
		return ui.T(ctx, "leave.successor")
	case "zone":
		return ui.T(ctx, "profile.zone")
	case "language":
		return ui.T(ctx, "layout.language")
	}
	return s.pathLabel(ctx, path)
}

func (s *Site) accessFacts(ctx context.Context, m app.Member) []ui.Fact {
	state := ui.T(ctx, "person.in")
	switch {
	case !m.In(s.app.Now()):
		state = ui.T(ctx, "person.left")
	case !m.Until.IsZero():
		state = ui.T(ctx, "person.leaves", "time", ui.DateTime(ctx, m.Until))
	}
	var languages []string
	for _, l := range m.Languages {
		languages = append(languages, ui.T(ctx, "language."+l))
	}
	return []ui.Fact{{Label: ui.T(ctx, "person.access"), Value: ui.Text(state)}, {Label: ui.T(ctx, "field.email"), Value: mailTo(m.Email)},
		{Label: ui.T(ctx, "profile.languages"), Value: ui.Text(locales.List(ctx, languages))}, {Label: ui.T(ctx, "profile.zone"), Value: ui.Text(m.Zone)}}
}

func typedPerson(x *coalition.Person) url.Values {
	v := url.Values{"name": {x.Name}, "email": {x.Email}, "zone": {x.Zone}}
	if len(x.Languages) > 0 {
		v.Set("language", x.Languages[0])
	}
	for _, sec := range x.Sectors {
		v.Add("sectors", string(sec))
	}
	for _, d := range x.Duties {
		v.Add("duties", string(d))
	}
	return v
}

// editFields are what a focal point may change of a person.
func (s *Site) editFields(ctx context.Context, typed url.Values) []ui.Field {
	return []ui.Field{
		{Path: "name", Type: record.TypeText, Label: ui.T(ctx, "field.name"), Required: true, Value: typed.Get("name"), Max: 120},
		{Path: "email", Type: record.TypeText, Label: ui.T(ctx, "field.email"), Required: true, Value: typed.Get("email"), Max: 254},
		{Path: "sectors", Type: record.TypeChoices, Label: ui.T(ctx, "people.sectors"), Values: typed["sectors"], Options: sectorOptions(ctx)},
		{Path: "duties", Type: record.TypeChoices, Label: ui.T(ctx, "people.duties"), Values: typed["duties"], Options: dutyOptions(ctx)},
	}
}

func sectorOptions(ctx context.Context) (out []ui.Option) {
	for _, x := range coalition.Sectors {
		out = append(out, ui.Option{Value: string(x), Label: ui.T(ctx, "sector."+string(x))})
	}
	return out
}

func dutyOptions(ctx context.Context) (out []ui.Option) {
	for _, x := range coalition.Duties {
		out = append(out, ui.Option{Value: string(x), Label: ui.T(ctx, "duty."+string(x))})
	}
	return out
}

func roleOptions(ctx context.Context) (out []ui.Option) {
	for _, x := range coalition.Roles {
		out = append(out, ui.Option{Value: string(x), Label: ui.T(ctx, "member-role."+string(x))})
	}
	return out
}

// sectionOptions are the sections of every group.
func (s *Site) sectionOptions(ctx context.Context) (out []ui.Option) {
	for _, g := range s.app.Directory().Groups() {
		for _, sec := range s.app.Directory().Sections() {
			out = append(out, ui.Option{Value: g.ID + "/" + string(sec.Hemisphere), Label: s.sectionCode(ctx, g.ID, string(sec.Hemisphere)) + " – " + trim(g.Title(lang(ctx)), 60)})
		}
	}
	return out
}

func (s *Site) registerFields(ctx context.Context, typed url.Values) []ui.Field {
	return []ui.Field{
		{Path: "group", Type: record.TypeChoice, Label: ui.T(ctx, "people.register"), Value: typed.Get("group"), Options: s.sectionOptions(ctx)},
		{Path: "roles", Type: record.TypeChoices, Label: ui.T(ctx, "group.roles"), Values: typed["roles"], Options: roleOptions(ctx)},
	}
}

func (s *Site) registrationList(ctx context.Context, m app.Member) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "person.registrations"), Empty: ui.Empty{Title: ui.T(ctx, "people.register-help")},
		Columns: []ui.Column{{Label: ui.T(ctx, "people.register")}, {Label: ui.T(ctx, "group.roles")}, {Label: ui.T(ctx, "person.from")}, {Label: ui.T(ctx, "person.to")}, {Label: ui.T(ctx, "person.end")}}}
	for _, g := range m.Registrations {
		name := s.sectionCode(ctx, g.Group, string(g.Section))
		var roles []string
		for _, x := range g.Roles {
			roles = append(roles, ui.T(ctx, "member-role."+string(x)))
		}
		row := ui.Row{Cells: []templ.Component{ui.Text(name), ui.Text(locales.List(ctx, roles)), ui.Text(ui.Date(ctx, g.From.Format(time.DateOnly))), nil, nil}}
		if !g.To.IsZero() {
			row.Cells[3] = ui.Text(ui.Date(ctx, g.To.Format(time.DateOnly)))
		}
		if g.Live(s.app.Now()) && g.To.IsZero() {
			row.Cells[4] = postButton("/people/"+m.ID+"/registrations/"+g.ID+"/end", ui.T(ctx, "person.end"), ui.T(ctx, "person.end-named", "name", name))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

// leaveFields are the day of leaving and who takes over: those of the same participant who stay.
func (s *Site) leaveFields(ctx context.Context, v app.Viewer, m app.Member, typed url.Values) []ui.Field {
	who := ui.Field{Path: "successor", Type: record.TypeChoice, Label: ui.T(ctx, "leave.successor"), Help: ui.T(ctx, "leave.successor-help"), Value: typed.Get("successor")}
	if members, err := s.app.People(ctx, v, m.Participant); err == nil { // without them nobody is offered
		for _, o := range members {
			if o.ID != m.ID && o.Participant == m.Participant && o.Stakeholder == m.Stakeholder && o.In(s.app.Now()) && o.Until.IsZero() {
				who.Options = append(who.Options, ui.Option{Value: o.ID, Label: o.Name})
			}
		}
	}
	return []ui.Field{{Path: "on", Type: record.TypeDate, Label: ui.T(ctx, "leave.on"), Help: ui.T(ctx, "leave.on-help"), Value: typed.Get("on")}, who}
}

// answerPerson goes back to the person's page, with what was done or what is wrong.
func (s *Site) answerPerson(w http.ResponseWriter, r *http.Request, m app.Member, err error, field, done string, args ...any) {
	var e *app.Error
	switch {
	case err == nil:
		s.Flash(r, ui.Good, done, args...)
		http.Redirect(w, r, "/people/"+m.ID, http.StatusSeeOther)
	case asError(err, &e) && e.Code == app.Invalid:
		s.showPerson(w, r, http.StatusUnprocessableEntity, m, r.PostForm, e.Problems)
	case asError(err, &e) && e.Code == app.Conflict:
		s.showPerson(w, r, http.StatusConflict, m, r.PostForm, record.Problems{{Field: field, Key: e.Key, Params: e.Params}})
	default:
		s.Fail(w, r, err)
	}
}

func (s *Site) changePerson(w http.ResponseWriter, r *http.Request) {
	m, ok := s.member(w, r)
	if !ok {
		return
	}
	f, x := r.PostForm, *m.Person
	x.Name, x.Email, x.Sectors, x.Duties = strings.TrimSpace(f.Get("name")), f.Get("email"), nil, nil
	for _, sec := range f["sectors"] {
		x.Sectors = append(x.Sectors, coalition.Sector(sec))
	}
	for _, d := range f["duties"] {
		x.Duties = append(x.Duties, coalition.Duty(d))
	}
	_, err := s.app.SavePerson(r.Context(), s.Viewer(r), x)
	s.answerPerson(w, r, m, err, "email", "person.saved")
}

func (s *Site) registerPerson(w http.ResponseWriter, r *http.Request) {
	m, ok := s.member(w, r)
	if !ok {
		return
	}
	group, section, _ := strings.Cut(r.PostForm.Get("group"), "/")
	g := coalition.Registration{Person: m.ID, Group: group, Section: coalition.Hemisphere(section), From: s.app.Now().Truncate(time.Second)}
	for _, x := range r.PostForm["roles"] {
		g.Roles = append(g.Roles, coalition.Role(x))
	}
	if len(g.Roles) == 0 {
		g.Roles = []coalition.Role{coalition.Member}
	}
	if group == "" {
		s.showPerson(w, r, http.StatusUnprocessableEntity, m, r.PostForm, record.Problems{{Field: "group", Key: "problem.required"}})
		return
	}
	_, err := s.app.Register(r.Context(), s.Viewer(r), g)
	s.answerPerson(w, r, m, err, "group", "person.saved")
}

func (s *Site) endRegistration(w http.ResponseWriter, r *http.Request) {
	m, ok := s.member(w, r)
	if !ok {
		return
	}
	i := slices.IndexFunc(m.Registrations, func(g *coalition.Registration) bool { return g.ID == r.PathValue("registration") })
	if i < 0 {
		web.NotFound(w, r)
		return
	}
	g := *m.Registrations[i]
	g.To = s.app.Now()
	_, err := s.app.Register(r.Context(), s.Viewer(r), g)
	s.answerPerson(w, r, m, err, "group", "person.saved")
}

func (s *Site) leave(w http.ResponseWriter, r *http.Request) {
	m, ok := s.member(w, r)
	if !ok {
		return
	}
	on := ui.JoinDate(r.PostForm.Get("on.year"), r.PostForm.Get("on.month"), r.PostForm.Get("on.day"))
	r.PostForm.Set("on", on)
	x, err := s.app.Leave(r.Context(), s.Viewer(r), app.Departure{Person: m.ID, On: record.Date(on), Successor: r.PostForm.Get("successor")})
	done := "leave.done"
	if err == nil && x.Active {
		done = "leave.set"
	}
	s.answerPerson(w, r, m, err, "successor", done, "name", m.Name)
}

// askBack invites somebody who has left under his old identity.
func (s *Site) askBack(w http.ResponseWriter, r *http.Request) {
	m, ok := s.member(w, r)
	if !ok {
		return
	}
	x := *m.Person
	x.Email, x.Duties = r.PostFormValue("email"), nil
	i, err := s.app.Invite(r.Context(), s.Viewer(r), app.Enrolment{Person: x})
	if err == nil {
		s.Flash(r, ui.Good, "invitations.made", "email", i.Email)
		http.Redirect(w, r, "/invitations", http.StatusSeeOther)
		return
	}
	s.answerPerson(w, r, m, err, "email", "")
}

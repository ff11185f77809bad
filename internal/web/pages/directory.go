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
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

func (s *Site) participants(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	part, err := s.app.Participation(ctx)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	text, region := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("q"))), r.URL.Query().Get("region")
	names := map[string]string{"organisations": ui.T(ctx, "participant.organisations")}
	options := []ui.Option{}
	for _, g := range s.app.Directory().Regions() {
		names[g.ID] = g.Names[lang(ctx)]
		options = append(options, ui.Option{Value: g.ID, Label: names[g.ID]})
	}
	options = append(options, ui.Option{Value: "organisations", Label: names["organisations"]})
	l := ui.List{ID: "participants", Caption: ui.T(ctx, "menu.participants"), Action: "/participants",
		Form:    fieldsView([]ui.Field{{Path: "q", Type: record.TypeText, Label: ui.T(ctx, "list.words"), Value: text}, {Path: "region", Type: record.TypeChoice, Label: ui.T(ctx, "participant.region"), Value: region, Options: options}}),
		Columns: []ui.Column{{Label: ui.T(ctx, "participant.name")}, {Label: ui.T(ctx, "participant.region")}, {Label: ui.T(ctx, "participant.officials"), End: true}, {Label: ui.T(ctx, "menu.groups")}},
		Empty:   ui.Empty{Title: ui.T(ctx, "list.empty"), Text: ui.T(ctx, "list.empty-filter"), Label: ui.T(ctx, "list.empty-all"), URL: "/participants"}}
	values := map[string]float64{}
	for _, p := range s.app.Directory().Participants() {
		in := p.Region
		if p.Type == coalition.Organisation || p.Type == coalition.Union {
			in = "organisations"
		}
		if p.Type == coalition.SecretariatType || !part[p.Code].Part {
			continue
		}
		if p.Type == coalition.State {
			values[p.Code] = 1
			if s.Viewer(r).Official() {
				values[p.Code] = float64(max(1, part[p.Code].Officials))
			}
		}
		if region != "" && in != region || text != "" && !strings.Contains(strings.ToLower(p.Name(lang(ctx))+" "+p.Names["en"]+" "+p.Acronym+" "+p.Code), text) {
			continue
		}
		l.Rows = append(l.Rows, ui.Row{URL: "/participants/" + p.Code, Cells: []templ.Component{ui.Text(p.Name(lang(ctx))), ui.Text(names[in]), ui.Number(part[p.Code].Officials), ui.Text(strings.Join(s.groupCodes(ctx, part[p.Code].Groups), " · "))}})
	}
	if !s.Viewer(r).Official() { // how many work where is not for everybody
		l.Columns = l.Columns[:2]
		for i := range l.Rows {
			l.Rows[i].Cells = l.Rows[i].Cells[:2]
		}
	}
	l.Total = ui.Num(ctx, len(l.Rows))
	if text != "" {
		l.Filters = append(l.Filters, ui.Chip{Label: "“" + text + "”", Remove: with(r.URL, "q", "")})
	}
	if region != "" {
		l.Filters = append(l.Filters, ui.Chip{Label: names[region], Remove: with(r.URL, "region", "")})
	}
	world := s.takers(ctx, values)
	if s.Viewer(r).Official() {
		world = s.world(ctx, "world", ui.T(ctx, "front.map"), values)
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "menu.participants"), About: ui.T(ctx, "participant.about"), Maps: true}, participantsPage(world, l))
}

func (s *Site) participant(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	p, ok := s.app.Directory().Participant(r.PathValue("code"))
	if !ok {
		web.NotFound(w, r)
		return
	}
	participation, err := s.app.Participation(ctx)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	text := func(t string) templ.Component { return ui.Text(t) }
	facts := []ui.Fact{{Label: ui.T(ctx, "participant.type"), Value: text(ui.T(ctx, "participant."+string(p.Type)))}, {Label: ui.T(ctx, "participant.code"), Value: text(p.Code)}}
	for _, g := range s.app.Directory().Regions() {
		if g.ID == p.Region {
			facts = append(facts, ui.Fact{Label: ui.T(ctx, "participant.region"), Value: text(g.Names[lang(ctx)])})
		}
	}
	taking := participation[p.Code]
	facts = append(facts, ui.Fact{Label: ui.T(ctx, "participant.zone"), Value: text(p.Zone)})
	if v.Official() {
		facts = append(facts, ui.Fact{Label: ui.T(ctx, "participant.officials"), Value: ui.Number(taking.Officials)})
	}
	if v.Official() && len(taking.Groups) > 0 {
		facts = append(facts, ui.Fact{Label: ui.T(ctx, "menu.groups"), Value: text(locales.List(ctx, s.groupCodes(ctx, taking.Groups)))})
	}
	if p.Declaration {
		facts = append(facts, ui.Fact{Label: ui.T(ctx, "participant.declaration"), Value: text(ui.Date(ctx, "2023-07-07"))})
	}
	page := blocks{over: ui.T(ctx, "menu.participants"), title: p.Name(lang(ctx)), parts: []part{{title: ui.T(ctx, "record.facts"), facts: facts}},
		actions: []action{{label: ui.T(ctx, "participant.briefing") + " PDF", url: "/participants/" + p.Code + "/briefing/pdf"}, {label: ui.T(ctx, "participant.briefing") + " DOCX", url: "/participants/" + p.Code + "/briefing/docx"}}}
	more, err := s.participantParts(ctx, v, p)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	people, err := s.peopleParts(ctx, v, p)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	page.parts, page.plots = append(append(page.parts, people...), more...), v.SignedIn()
	s.showBlocks(w, r, http.StatusOK, page)
}

// participantParts are what a participant does, has promised and needs, what is unusual there, and its law.
func (s *Site) participantParts(ctx context.Context, v app.Viewer, p *coalition.Participant) ([]part, error) {
	var out []part
	promised, err := s.commitmentsOf(ctx, v, app.Query{Owner: p.Code}, 10)
	if err != nil {
		return nil, err
	}
	if len(promised) > 0 {
		x := part{title: ui.T(ctx, "front.progress"), actions: []action{{label: ui.T(ctx, "list.all"), url: "/commitments?owner=" + p.Code}}}
		for _, c := range promised {
			g := c.Fields.(*programme.Promise).Progress(record.DateOf(s.app.Now()))
			x.lines = append(x.lines, relatedLine{title: s.title(ctx, c), url: "/r/" + c.ID, relation: ui.Date(ctx, string(c.When)), state: s.standingOf(ctx, c, g)})
		}
		out = append(out, x)
	}
	if p.Type == coalition.State {
		law, err := s.app.Legislation(ctx, v, p.Code)
		if err != nil {
			return nil, err
		}
		out = append(out, part{title: ui.T(ctx, "participant.law"), text: ui.T(ctx, "legislation.held", "n", law.Held), paragraphs: []string{s.lawSentence(ctx, law)}, actions: []action{{label: ui.T(ctx, "menu.legislation"), url: "/legislation?country=" + p.Code}}})
		matches, err := s.matchesPart(ctx, v, p.Code)
		if err != nil {
			return nil, err
		}
		if len(matches.lines) > 0 {
			out = append(out, matches)
		}
	}
	for _, k := range kinds.All {
		if k.Name == "commitment" {
			continue
		}
		q := app.Query{Kind: k.Name, Limit: 8, Place: p.Code, Uncounted: true}
		filter := "place="
		if p.Type != coalition.State {
			q.Place, q.Owner, q.Sort, filter = "", p.Code, "changed", "owner="
		}
		l, err := s.app.List(ctx, v, q)
		if err != nil {
			return nil, err
		}
		if len(l.Records) > 0 {
			out = append(out, part{title: ui.T(ctx, "kind."+k.Name+".many"), lines: s.lines(ctx, l.Records), actions: []action{{label: ui.T(ctx, "list.all"), url: "/records/" + k.Name + "?" + filter + p.Code}}})
		}
	}
	return out, nil
}

// kindLines are the newest records of a kind about something.
type kindLines struct {
	title, all string
	lines      []relatedLine
}

func (s *Site) recordsAt(ctx context.Context, v app.Viewer, q app.Query) ([]kindLines, error) {
	var out []kindLines
	for _, k := range kinds.All {
		q.Kind, q.Uncounted = k.Name, true
		l, err := s.app.List(ctx, v, q)
		if err != nil {
			return nil, err
		}
		g := kindLines{title: ui.T(ctx, "kind."+k.Name+".many"), all: "/records/" + k.Name + "?place=" + q.Place + "&substance=" + q.Substance}
		for _, x := range l.Records {
			g.lines = append(g.lines, relatedLine{title: s.title(ctx, x), url: "/r/" + x.ID, state: stateOf(ctx, x.Record), relation: ui.Date(ctx, string(x.When))})
		}
		if len(g.lines) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// groupView is a group with its sections in words.
type groupView struct {
	url, title, kind, theme string
	sections                []sectionView
}

type sectionView struct {
	name, languages string
	chairs          []string
}

func (s *Site) groups(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	d := s.app.Directory()
	var out []groupView
	for _, g := range d.Groups() {
		v := groupView{url: "/groups/" + g.ID, title: s.groupName(ctx, g.ID), kind: ui.T(ctx, "group-type."+string(g.Type)), theme: s.fact(ctx, g.Theme)}
		for _, sec := range d.Sections() {
			if !g.Sectioned() {
				break
			}
			var langs []string
			for _, l := range sec.Languages {
				langs = append(langs, ui.T(ctx, "language."+l))
			}
			x := sectionView{name: ui.T(ctx, "section."+string(sec.Hemisphere)), languages: locales.List(ctx, langs)}
			for _, c := range g.CoChairs {
				if c.Section == sec.Hemisphere {
					x.chairs = append(x.chairs, s.participantName(ctx, c.Country)+" · "+c.Institution+" · "+c.Role)
				}
			}
			v.sections = append(v.sections, x)
		}
		out = append(out, v)
	}
	var coordinators []string
	for _, c := range d.Coordinators() {
		coordinators = append(coordinators, s.participantName(ctx, c.Organisation)+": "+ui.Num(ctx, c.Count))
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "menu.groups"), About: ui.T(ctx, "group.about")}, groupsPage(out, coordinators))
}

// memberOf names the participant or the partner organisation that a person belongs to.
func (s *Site) memberOf(ctx context.Context, x *coalition.Person) string {
	if x.Stakeholder != "" {
		return s.ownerName(ctx, sharing.PartnerOwner(x.Stakeholder))
	}
	return s.participantName(ctx, x.Participant)
}

func (s *Site) people(w http.ResponseWriter, r *http.Request) {
	s.showPeople(w, r, http.StatusOK, nil, nil, "")
}

func (s *Site) showPeople(w http.ResponseWriter, r *http.Request, status int, typed map[string][]string, problems record.Problems, link string) {
	ctx, v := r.Context(), s.Viewer(r)
	members, err := s.app.People(ctx, v, r.URL.Query().Get("participant"))
	if err == nil && len(members) == 0 {
		err = &app.Error{Code: app.Forbidden, Key: "error.administer"}
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := ui.List{ID: "people", Caption: ui.T(ctx, "menu.people"), Total: ui.Num(ctx, len(members)),
		Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "field.email")}, {Label: ui.T(ctx, "list.owner")}, {Label: ui.T(ctx, "people.sectors")}, {Label: ui.T(ctx, "people.duties")}, {Label: ui.T(ctx, "menu.groups")}, {Label: ui.T(ctx, "people.link")}}}
	for _, m := range members {
		var sectors, duties, groups []string
		for _, x := range m.Sectors {
			sectors = append(sectors, ui.T(ctx, "sector."+string(x)))
		}
		for _, x := range m.Duties {
			duties = append(duties, ui.T(ctx, "duty."+string(x)))
		}
		for _, g := range m.Registrations {
			if g.Live(s.app.Now()) {
				groups = append(groups, s.sectionCode(ctx, g.Group, string(g.Section)))
			}
		}
		l.Rows = append(l.Rows, ui.Row{URL: "/people/" + m.ID, Cells: []templ.Component{ui.Text(m.Name), ui.Text(m.Email), ui.Text(s.memberOf(ctx, m.Person)), ui.Text(locales.List(ctx, sectors)), ui.Text(locales.List(ctx, duties)), ui.Text(locales.List(ctx, groups)), linkButton(m.ID)}})
	}
	fields := s.personFields(ctx, v, values{typed})
	ui.SpreadProblems(ctx, fields, problems)
	s.Show(w, r, status, ui.Page{Title: ui.T(ctx, "menu.people")}, peoplePage(l, fields, ui.FieldProblems(ctx, problems, func(p string) string { return s.pathLabel(ctx, p) }), link))
}

func (s *Site) personFields(ctx context.Context, v app.Viewer, typed values) []ui.Field {
	f := []ui.Field{
		{Path: "name", Type: record.TypeText, Label: ui.T(ctx, "field.name"), Required: true, Value: typed.Get("name")},
		{Path: "email", Type: record.TypeText, Label: ui.T(ctx, "field.email"), Required: true, Value: typed.Get("email")},
		{Path: "participant", Type: record.TypeChoice, Label: ui.T(ctx, "list.owner"), Value: typed.Get("participant")},
		{Path: "sectors", Type: record.TypeChoices, Label: ui.T(ctx, "people.sectors"), Values: typed.Values["sectors"]},
		{Path: "group", Type: record.TypeChoice, Label: ui.T(ctx, "people.register"), Help: ui.T(ctx, "people.register-help"), Value: typed.Get("group")},
		{Path: "roles", Type: record.TypeChoices, Label: ui.T(ctx, "group.roles"), Values: typed.Values["roles"]},
		{Path: "duties", Type: record.TypeChoices, Label: ui.T(ctx, "people.duties"), Values: typed.Values["duties"]},
		{Path: "stakeholder", Type: record.TypeChoice, Label: ui.T(ctx, "partners.account"), Help: ui.T(ctx, "partners.account-help"), Value: typed.Get("stakeholder"), Options: s.partnerOptions(ctx, v)},
	}
	for _, x := range coalition.Roles {
		f[5].Options = append(f[5].Options, ui.Option{Value: string(x), Label: ui.T(ctx, "member-role."+string(x))})
	}
	for _, x := range coalition.Duties {
		f[6].Options = append(f[6].Options, ui.Option{Value: string(x), Label: ui.T(ctx, "duty."+string(x))})
	}
	if v.Has(coalition.Secretariat) || v.Has(coalition.Administrator) {
		f[2].Options = s.participantOptions(ctx)
	} else {
		f[2].Options = []ui.Option{{Value: v.Participant(), Label: s.participantName(ctx, v.Participant())}}
	}
	for _, x := range coalition.Sectors {
		f[3].Options = append(f[3].Options, ui.Option{Value: string(x), Label: ui.T(ctx, "sector."+string(x))})
	}
	f[4].Options = append(f[4].Options, s.sectionOptions(ctx)...)
	reads := ui.Field{Path: "language", Type: record.TypeChoice, Label: ui.T(ctx, "layout.language"), Value: orTyped(typed.Get("language"), lang(ctx))}
	for _, l := range record.Languages {
		reads.Options = append(reads.Options, ui.Option{Value: l, Label: ui.T(ctx, "language."+l)})
	}
	return slices.Insert(f, 2, reads)
}

// partnerOptions are the verified organisations of partners that the viewer sees.
func (s *Site) partnerOptions(ctx context.Context, v app.Viewer) []ui.Option {
	l, err := s.app.List(ctx, v, app.Query{Kind: "organisation", State: "verified", Sort: "changed", Limit: app.MaxPage})
	if err != nil {
		return nil // the form then offers none
	}
	var out []ui.Option
	for _, x := range l.Records {
		out = append(out, ui.Option{Value: x.ID, Label: s.title(ctx, x)})
	}
	return sorted(ctx, out)
}

// personTyped reads a person and, for an official, the registration from a form.
func (s *Site) personTyped(ctx context.Context, f url.Values) (coalition.Person, *coalition.Registration, record.Problems) {
	x := coalition.Person{Name: strings.TrimSpace(f.Get("name")), Email: f.Get("email"), Participant: f.Get("participant"), Stakeholder: f.Get("stakeholder"), Languages: []string{lang(ctx)}, Active: true}
	if l := f.Get("language"); locales.Known(l) {
		x.Languages[0] = l
	}
	if x.Stakeholder != "" {
		x.Participant = ""
	}
	if p, ok := s.app.Directory().Participant(x.Participant); ok {
		x.Zone = p.Zone
	}
	for _, sec := range f["sectors"] {
		x.Sectors = append(x.Sectors, coalition.Sector(sec))
	}
	for _, d := range f["duties"] {
		x.Duties = append(x.Duties, coalition.Duty(d))
	}
	if x.Stakeholder != "" {
		return x, nil, nil
	}
	g := &coalition.Registration{Roles: []coalition.Role{coalition.Member}, From: s.app.Now().Truncate(time.Second)}
	var section string
	g.Group, section, _ = strings.Cut(f.Get("group"), "/")
	g.Section = coalition.Hemisphere(section)
	for _, role := range f["roles"] {
		if r := coalition.Role(role); r != coalition.Member {
			g.Roles = append(g.Roles, r)
		}
	}
	if !s.app.Directory().HasGroup(g.Group) || section == "" {
		return x, nil, record.Problems{{Field: "group", Key: "problem.required"}}
	}
	return x, g, nil
}

func (s *Site) savePerson(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	if err := r.ParseForm(); err != nil {
		s.Fail(w, r, err)
		return
	}
	f := r.PostForm
	x, g, problems := s.personTyped(ctx, f)
	if len(problems) > 0 {
		s.showPeople(w, r, http.StatusUnprocessableEntity, f, problems, "")
		return
	}
	p, err := s.app.SavePerson(ctx, v, x)
	if err == nil && g != nil {
		g.Person = p.ID
		_, err = s.app.Register(ctx, v, *g)
	}
	var e *app.Error
	switch {
	case err == nil:
		s.Flash(r, ui.Good, "people.added", "name", x.Name)
		http.Redirect(w, r, "/people", http.StatusSeeOther)
	case asError(err, &e) && e.Code == app.Invalid:
		s.showPeople(w, r, http.StatusUnprocessableEntity, f, e.Problems, "")
	case asError(err, &e) && e.Code == app.Conflict:
		s.showPeople(w, r, http.StatusConflict, f, record.Problems{{Field: "email", Key: e.Key}}, "")
	default:
		s.Fail(w, r, err)
	}
}

func (s *Site) personLink(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	members, err := s.app.People(ctx, v, "")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	i := slices.IndexFunc(members, func(m app.Member) bool { return m.ID == r.PathValue("id") })
	if i < 0 {
		web.NotFound(w, r)
		return
	}
	secret, err := s.app.SigninLink(ctx, v, members[i].Email, false)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.showPeople(w, r, http.StatusOK, nil, nil, strings.TrimSuffix(s.o.BaseURL, "/")+"/signin/"+secret)
}

package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// profile shows the viewer what is kept of him, and what of it he may change.
func (s *Site) profile(w http.ResponseWriter, r *http.Request) {
	s.showProfile(w, r, http.StatusOK, profileTyped(s.Viewer(r).Person), nil)
}

// profileTyped is the form as the person stands.
func profileTyped(x *coalition.Person) url.Values {
	f := url.Values{"name": {x.Name}, "zone": {x.Zone}, "digest": {ui.Plain(x.DigestHour())}}
	for i, l := range x.Languages {
		if i == 0 {
			f.Set("language", l)
		} else {
			f.Add("also", l)
		}
	}
	for _, m := range coalition.Matters {
		f.Set("notify."+string(m), string(x.Told(m)))
	}
	return f
}

func (s *Site) showProfile(w http.ResponseWriter, r *http.Request, status int, typed url.Values, problems record.Problems) {
	ctx, v := r.Context(), s.Viewer(r)
	form := smallForm{action: "/profile", fields: s.profileFields(ctx, typed), buttons: []action{{label: ui.T(ctx, "form.save"), main: true}}}
	ui.SpreadProblems(ctx, form.fields, problems)
	labels := map[string]string{}
	for _, f := range form.fields {
		labels[f.Path] = f.Label
	}
	p := blocks{title: ui.T(ctx, "profile.title"), lead: ui.T(ctx, "profile.lead"),
		actions:  []action{{label: ui.T(ctx, "tokens.title"), url: "/tokens"}, {label: ui.T(ctx, "guide.title"), url: "/guide"}},
		problems: ui.FieldProblems(ctx, problems, func(path string) string { return labels[path] })}
	p.parts = append(p.parts, part{title: ui.T(ctx, "profile.yours"), form: &form}, part{title: ui.T(ctx, "profile.theirs"), text: ui.T(ctx, "profile.theirs-lead"), facts: s.profileFacts(ctx, v)})
	s.showBlocks(w, r, status, p)
}

func (s *Site) profileFields(ctx context.Context, typed url.Values) []ui.Field {
	f := []ui.Field{
		{Path: "name", Type: record.TypeText, Label: ui.T(ctx, "field.name"), Required: true, Value: typed.Get("name"), Max: 120},
		{Path: "language", Type: record.TypeChoice, Label: ui.T(ctx, "profile.language"), Help: ui.T(ctx, "profile.language-help"), Required: true, Value: typed.Get("language"), Options: languageOptions(ctx)},
		{Path: "also", Type: record.TypeChoices, Label: ui.T(ctx, "profile.also"), Values: typed["also"], Options: languageOptions(ctx)},
		{Path: "zone", Type: record.TypeChoice, Label: ui.T(ctx, "profile.zone"), Help: ui.T(ctx, "profile.zone-help"), Value: typed.Get("zone"), Options: s.zoneOptions(typed.Get("zone"))},
	}
	for _, m := range coalition.Matters {
		how := ui.Field{Path: "notify." + string(m), Type: record.TypeChoice, Label: ui.T(ctx, "matter."+string(m)), Required: true, Value: typed.Get("notify." + string(m))}
		for _, c := range coalition.Channels {
			how.Options = append(how.Options, ui.Option{Value: string(c), Label: ui.T(ctx, "channel."+string(c))})
		}
		f = append(f, how)
	}
	hour := ui.Field{Path: "digest", Type: record.TypeChoice, Label: ui.T(ctx, "profile.digest"), Help: ui.T(ctx, "profile.digest-help"), Required: true, Value: typed.Get("digest")}
	for h := 1; h <= 23; h++ {
		hour.Options = append(hour.Options, ui.Option{Value: ui.Plain(h), Label: time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC).Format("15:04")})
	}
	return append(f, hour)
}

// zoneOptions are the zones of the participants, and the one that is chosen.
func (s *Site) zoneOptions(chosen string) []ui.Option {
	zones := s.zones()
	if _, err := time.LoadLocation(chosen); err == nil && chosen != "" && !slices.Contains(zones, chosen) {
		zones = append(zones, chosen)
	}
	slices.Sort(zones)
	var out []ui.Option
	for _, z := range slices.Compact(zones) {
		out = append(out, ui.Option{Value: z, Label: strings.ReplaceAll(z, "_", " ")})
	}
	return out
}

// profileFacts are what only a focal point may change.
func (s *Site) profileFacts(ctx context.Context, v app.Viewer) []ui.Fact {
	x := v.Person
	var sectors, duties, groups []string
	for _, sec := range x.Sectors {
		sectors = append(sectors, ui.T(ctx, "sector."+string(sec)))
	}
	for _, d := range x.Duties {
		duties = append(duties, ui.T(ctx, "duty."+string(d)))
	}
	for _, g := range s.app.OwnRegistrations(ctx, v) {
		groups = append(groups, s.sectionCode(ctx, g.Group, string(g.Section)))
	}
	facts := []ui.Fact{{Label: ui.T(ctx, "field.email"), Value: ui.Text(x.Email)}, {Label: ui.T(ctx, "list.owner"), Value: ui.Text(s.memberOf(ctx, x))}}
	for _, f := range []struct {
		label string
		list  []string
	}{{ui.T(ctx, "people.sectors"), sectors}, {ui.T(ctx, "people.duties"), duties}, {ui.T(ctx, "people.register"), groups}} {
		if len(f.list) > 0 {
			facts = append(facts, ui.Fact{Label: f.label, Value: ui.Text(locales.List(ctx, f.list))})
		}
	}
	return facts
}

func (s *Site) saveProfile(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		s.Fail(w, r, err)
		return
	}
	f := r.PostForm
	x := app.Profile{Name: f.Get("name"), Languages: languagesTyped(ctx, f), Zone: f.Get("zone"), DigestAt: atoi(f.Get("digest")), Notify: map[coalition.Matter]coalition.Channel{}}
	for _, m := range coalition.Matters {
		if c := coalition.Channel(f.Get("notify." + string(m))); c != "" && c != coalition.ByLetter {
			x.Notify[m] = c
		}
	}
	err := s.app.SaveProfile(ctx, s.Viewer(r), x)
	var e *app.Error
	switch {
	case err == nil:
		web.Remember(w, x.Languages[0], s.o.Secure)
		l := locales.New(x.Languages[0], locales.Zone(x.Zone), locales.Auto)
		s.sessions.Put(ctx, "flash.tone", string(ui.Good)) // said in the language that he has just chosen
		s.sessions.Put(ctx, "flash.text", l.T("profile.saved"))
		back := "/profile"
		if f.Get("from") == "guide" {
			err, back = s.app.StepGuide(ctx, s.Viewer(r), "language"), "/guide"
		}
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	case asError(err, &e) && e.Code == app.Invalid:
		s.showProfile(w, r, http.StatusUnprocessableEntity, f, e.Problems)
	default:
		s.Fail(w, r, err)
	}
}

// guide leads somebody new through the first steps.
func (s *Site) guide(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	g, err := s.app.Guide(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if err := s.app.BeginGuide(ctx, v); err != nil { // he is led here once more
		s.o.Log.ErrorContext(ctx, "that the guide was shown could not be kept", "request", web.RequestID(ctx), "error", err)
	}
	left := 0
	var steps []guideStep
	for _, name := range app.GuideSteps {
		x := s.guideStep(ctx, v, name)
		if x.done = g.Done[name]; !x.done {
			left++
		}
		steps = append(steps, x)
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "guide.title"), Narrow: true}, guideView(steps, left))
}

func (s *Site) guideStep(ctx context.Context, v app.Viewer, name string) guideStep {
	x := guideStep{name: name, title: ui.T(ctx, "guide.step."+name), text: ui.T(ctx, "guide.step."+name+".text")}
	link := func(label, url string) { x.links = append(x.links, action{label: label, url: url}) }
	switch name {
	case "language":
		typed := profileTyped(v.Person)
		fields := s.profileFields(ctx, typed)
		form := smallForm{action: "/profile", buttons: []action{{label: ui.T(ctx, "guide.confirm"), main: true}}}
		form.hidden = []ui.Hidden{{Name: "from", Value: "guide"}}
		for _, f := range fields {
			switch {
			case f.Path == "language" || f.Path == "zone":
				form.fields = append(form.fields, f)
			case f.Type == record.TypeChoices:
				for _, one := range f.Values {
					form.hidden = append(form.hidden, ui.Hidden{Name: f.Path, Value: one})
				}
			default:
				form.hidden = append(form.hidden, ui.Hidden{Name: f.Path, Value: f.Value})
			}
		}
		x.form = &form
	case "country":
		if v.Participant() != "" {
			link(s.participantName(ctx, v.Participant()), "/participants/"+url.PathEscape(v.Participant()))
		}
		link(ui.T(ctx, "menu.new"), "/new")
	case "calendar":
		link(ui.T(ctx, "menu.calendar"), "/calendar")
		link(ui.T(ctx, "menu.groups"), "/groups")
	case "report":
		for _, k := range []string{"identification", "incident", "health-event"} {
			link(ui.T(ctx, "kind."+k+".one"), "/records/"+k+"/new")
		}
	case "acknowledge":
		link(ui.T(ctx, "kind.alert.many"), "/records/alert")
	}
	return x
}

// stepGuide keeps that a step is done; without one, that he wants no more of them.
func (s *Site) stepGuide(w http.ResponseWriter, r *http.Request) {
	step := r.PostFormValue("step")
	if err := s.app.StepGuide(r.Context(), s.Viewer(r), step); err != nil {
		s.Fail(w, r, err)
		return
	}
	to := "/"
	if step != "" {
		to = "/guide"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// landing is where somebody goes who has just signed in: back to where he was, and the first time of all to the first
// steps.
func (s *Site) landing(r *http.Request, v app.Viewer, back string) string {
	if back != "" || s.o.Demo != nil {
		return web.LocalPath(back)
	}
	g, err := s.app.Guide(r.Context(), v)
	if err != nil || g.Begun { // the first steps are not worth failing a sign-in for
		return "/"
	}
	return "/guide"
}

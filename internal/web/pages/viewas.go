package pages

import (
	"context"
	"net/http"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// viewAs shows those who may change who sees a record what somebody else sees of it; at first, the public.
func (s *Site) viewAs(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	who := r.URL.Query().Get("who")
	if who == "" {
		who = app.AsPublic
	}
	x, err := s.app.ViewAs(ctx, v, r.PathValue("id"), who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	options, err := s.viewAsOptions(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	back := "/r/" + x.Record.ID
	p := blocks{over: ui.T(ctx, "viewas.title"), title: s.title(ctx, x.Record), lead: ui.T(ctx, "viewas.about"), actions: []action{{label: ui.T(ctx, "story.back"), url: back}}}
	p.parts = []part{
		{title: ui.T(ctx, "viewas.who"), form: &smallForm{action: back + "/view-as", get: true, buttons: []action{{label: ui.T(ctx, "list.apply"), main: true}},
			fields: []ui.Field{{Path: "who", Type: record.TypeChoice, Label: ui.T(ctx, "viewas.who"), Value: who, Options: options}}}},
		{title: ui.T(ctx, "viewas.answer"), body: viewAsAnswer(s.sightOf(ctx, labelOf(options, who), x.Sight))}}
	if len(x.Links) > 0 {
		about := []string{ui.T(ctx, "viewas.links-about")}
		if x.More {
			about = append(about, ui.T(ctx, "record.related-most", "n", app.MaxRelated))
		}
		p.parts = append(p.parts, part{title: ui.T(ctx, "viewas.links"), paragraphs: about, lines: s.seenLinks(ctx, x.Links)})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

// viewAsOptions are those as whom the viewer may look at his records.
func (s *Site) viewAsOptions(ctx context.Context, v app.Viewer) ([]ui.Option, error) {
	general := ui.T(ctx, "viewas.general")
	out := []ui.Option{{Value: app.AsPublic, Label: ui.T(ctx, "viewas.public"), Group: general}, {Value: app.AsOfficial, Label: ui.T(ctx, "viewas.official"), Group: general}}
	for _, o := range s.participantOptions(ctx) {
		out = append(out, ui.Option{Value: "p:" + o.Value, Label: ui.T(ctx, "viewas.participant", "name", o.Label), Group: ui.T(ctx, "menu.participants")})
	}
	for _, o := range s.groupOptions(ctx) {
		out = append(out, ui.Option{Value: "g:" + o.Value, Label: ui.T(ctx, "viewas.member", "name", o.Label), Group: ui.T(ctx, "menu.groups")})
	}
	known, _, err := s.app.Colleagues(ctx, v, "")
	for _, c := range known {
		out = append(out, ui.Option{Value: c.ID, Label: c.Name + ", " + s.participantName(ctx, c.Participant), Group: ui.T(ctx, "search.people")})
	}
	return out, err
}

func labelOf(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// sightView says in words what somebody sees.
type sightView struct {
	tone         ui.Tone
	sentence, by string
}

func (s *Site) sightOf(ctx context.Context, who string, x app.Sight) sightView {
	switch {
	case x.Sees:
		return sightView{ui.Good, ui.T(ctx, "viewas.sees", "who", who), s.reason(ctx, "viewas.why.", x.Why)}
	case len(x.Sectors) > 0:
		var sectors []string
		for _, sector := range x.Sectors {
			sectors = append(sectors, ui.T(ctx, "sector."+sector))
		}
		return sightView{ui.Info, ui.T(ctx, "viewas.some", "who", who, "sectors", locales.List(ctx, sectors)), ""}
	}
	return sightView{ui.Neutral, ui.T(ctx, "viewas.not", "who", who), ui.T(ctx, "viewas.why.none")}
}

// seenLinks are the linked records, each with whether somebody else sees it.
func (s *Site) seenLinks(ctx context.Context, links []app.SeenLink) []relatedLine {
	var out []relatedLine
	for _, l := range links {
		line := relatedLine{kind: relationOf(ctx, l.Related) + " · " + ui.T(ctx, "kind."+l.Record.Kind+".one") + ":", title: s.title(ctx, l.Shown), url: "/r/" + l.ID}
		switch {
		case !l.Told:
			line.state = ui.State{Label: ui.T(ctx, "viewas.owners"), Tone: ui.Attention}
		case l.Sees:
			line.state = ui.State{Label: ui.T(ctx, "viewas.seen"), Tone: ui.Good}
		case len(l.Sectors) > 0:
			line.state = ui.State{Label: ui.T(ctx, "viewas.seen-some"), Tone: ui.Info}
		default:
			line.state = ui.State{Label: ui.T(ctx, "viewas.not-seen"), Tone: ui.Neutral}
		}
		out = append(out, line)
	}
	return out
}

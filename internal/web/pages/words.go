package pages

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

func signinLead(ctx context.Context, roles []DemoRole) string {
	if len(roles) > 0 {
		return ui.T(ctx, "signin.demo")
	}
	return ui.T(ctx, "signin.link")
}

func lang(ctx context.Context) string { return locales.From(ctx).Code }

// place names a place in the viewer's language.
func (s *Site) place(ctx context.Context, code string) string {
	if n, ok := s.app.Directory().PlaceName(code, lang(ctx)); ok {
		return n
	}
	return code
}

// participantName names a participant in the viewer's language.
func (s *Site) participantName(ctx context.Context, code string) string {
	if p, ok := s.app.Directory().Participant(code); ok {
		return p.Name(lang(ctx))
	}
	return code
}

// groupName names a group or a section of one in the viewer's language: "SWG 1.1 … (West)".
func (s *Site) groupName(ctx context.Context, id string) string {
	group, section, sectioned := strings.Cut(id, "/")
	g, ok := s.app.Directory().Group(group)
	if !ok {
		return id
	}
	name := locales.From(ctx).Latin(g.Label()) + " " + g.Title(lang(ctx))
	if g.Type == coalition.Network || g.Type == coalition.RegionalDialogue {
		name = g.Title(lang(ctx))
	}
	if sectioned {
		name += " (" + ui.T(ctx, "section."+section) + ")"
	}
	return name
}

// groupCodes are the short names of groups, "SWG 2.1", each kept together in a text of either direction.
func (s *Site) groupCodes(ctx context.Context, ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id
		if g, ok := s.app.Directory().Group(id); ok {
			out[i] = g.Label()
		}
		out[i] = locales.From(ctx).Latin(out[i])
	}
	return out
}

// sectionCode is the short name of a section: "SWG 2.1 West".
func (s *Site) sectionCode(ctx context.Context, group, section string) string {
	return s.groupCodes(ctx, []string{group})[0] + " " + ui.T(ctx, "section."+section)
}

// groupOptions are the groups, and the sections of those that have sections.
func (s *Site) groupOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, g := range s.app.Directory().Groups() {
		out = append(out, ui.Option{Value: g.ID, Label: s.groupName(ctx, g.ID)})
		if g.Sectioned() {
			for _, sec := range s.app.Directory().Sections() {
				id := g.ID + "/" + string(sec.Hemisphere)
				out = append(out, ui.Option{Value: id, Label: s.groupName(ctx, id)})
			}
		}
	}
	return out
}

// references turns a field that names something into one to choose from.
func (s *Site) references(ctx context.Context, f *ui.Field) {
	switch f.Type {
	case record.TypeGroup:
		f.Type, f.Options = record.TypeChoice, s.groupOptions(ctx)
	case record.TypeLines:
		f.Type = record.TypeChoices
		for _, g := range s.app.Directory().GroupsOf(coalition.LineOfAction) {
			f.Options = append(f.Options, ui.Option{Value: g.ID, Label: g.Title(lang(ctx))})
		}
	case record.TypeMember:
		f.Type, f.Options = record.TypeChoice, s.participantOptions(ctx)
	case record.TypeMembers:
		f.Type, f.Options = record.TypeCountries, s.participantOptions(ctx)
	case record.TypeLanguages:
		f.Type = record.TypeChoices
		for _, l := range record.Languages {
			f.Options = append(f.Options, ui.Option{Value: l, Label: ui.T(ctx, "language."+l)})
		}
	case record.TypeZone:
		f.Type = record.TypeChoice
		zones := s.zones()
		if f.Value != "" && !slices.Contains(zones, f.Value) {
			zones = append([]string{f.Value}, zones...)
		}
		for _, z := range zones {
			f.Options = append(f.Options, ui.Option{Value: z, Label: z})
		}
	}
}

// zones are the time zones in which participants live, with UTC.
func (s *Site) zones() []string {
	out := []string{"UTC"}
	for _, p := range s.app.Directory().Participants() {
		if p.Zone != "" {
			out = append(out, p.Zone)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// substanceName names a substance or class in the viewer's language; "" is all of them.
func (s *Site) substanceName(ctx context.Context, id string) string {
	if id == "" {
		return ui.T(ctx, "substance.all")
	}
	if n, ok := s.app.Catalogue().NameOf(id, lang(ctx)); ok {
		return n
	}
	return id
}

func (s *Site) title(ctx context.Context, x *app.Shown) string {
	return s.titleOf(ctx, x.Kind, x.Record)
}

// titleOf is a record's title in the viewer's language, the given one or the one that its kind composes.
func (s *Site) titleOf(ctx context.Context, k *record.Kind, r *record.Record) string {
	title := k.TitleIn(r, s.app.Namer(), lang(ctx))
	if given, _ := r.Title.In(lang(ctx)); given != "" {
		return title
	}
	return locales.From(ctx).Running(title)
}

// source names what a series counts: "health-event/death".
func sourceName(ctx context.Context, source string) string {
	kind, part, _ := strings.Cut(source, "/")
	if part == "" {
		return ui.T(ctx, "kind."+kind+".many")
	}
	return ui.T(ctx, "kind."+kind+".many") + ": " + ui.T(ctx, "option."+part)
}

func fieldLabel(ctx context.Context, name string) string { return ui.T(ctx, "field."+name) }

// kindLabel names the field of a kind at a path, which may have item numbers ("goods.0.unit").
func kindLabel(ctx context.Context, kind, path string) string {
	return ui.T(ctx, locales.LabelKey(kind, path))
}

// wordOr is the text of a key, or what there is instead.
func wordOr(ctx context.Context, key, otherwise string) string {
	if locales.Has(key) {
		return ui.T(ctx, key)
	}
	return otherwise
}

// option words a choice's value; what no catalogue words (units, codes) stands for itself.
func option(ctx context.Context, value string) string {
	return wordOr(ctx, "option."+value, value)
}

// unit words a unit of measure; signs of units stand for themselves.
func unit(ctx context.Context, name string) string {
	return wordOr(ctx, "unit."+name, name)
}

func stateOf(ctx context.Context, x *record.Record) ui.State {
	if x.Retracted != nil {
		return ui.State{Label: ui.T(ctx, "state.retracted"), Tone: ui.Bad}
	}
	return ui.State{Label: ui.T(ctx, "state."+x.State), Tone: stateTones[x.State]}
}

var stateTones = map[string]ui.Tone{
	"draft": ui.Neutral, "reported": ui.Info, "confirmed": ui.Good, "closed": ui.Neutral,
	"new": ui.Attention, "under-assessment": ui.Info, "dismissed": ui.Neutral, "watching": ui.Info,
	"cleared": ui.Info, "issued": ui.Attention, "cancelled": ui.Neutral, "expired": ui.Neutral,
}

// sharingOf says in words who can see something.
func (s *Site) sharingOf(ctx context.Context, v app.Viewer, x *app.Shown) (ui.Sharing, error) {
	readers, err := s.app.ReadersOf(ctx, v, x.Audience)
	if err != nil {
		return ui.Sharing{}, err
	}
	out := ui.Sharing{TLP: x.Sharing.TLP}
	switch {
	case readers.Public:
		out.Sentence = ui.T(ctx, "sharing.public")
	case readers.People == 0:
		out.Sentence = ui.T(ctx, "sharing.you")
	default:
		people := ui.T(ctx, "sharing.people", "n", readers.People)
		participants := ui.T(ctx, "sharing.participants", "n", len(readers.Participants))
		out.Sentence = ui.T(ctx, "sharing.sentence", "people", people, "participants", participants)
	}
	if n := len(readers.Participants); n > 0 && n <= 12 {
		var names []string
		for _, c := range readers.Participants {
			names = append(names, s.participantName(ctx, c))
		}
		slices.Sort(names)
		out.Detail = append(out.Detail, locales.List(ctx, names))
	}
	owner := "sharing.owner"
	if x.Kind.Chaired && slices.ContainsFunc(x.Topics, s.app.Directory().HasGroup) {
		owner = "sharing.owner-chaired"
	}
	out.Detail = append(out.Detail, ui.T(ctx, owner, "owner", s.ownerName(ctx, x.Owner)))
	return out, nil
}

func total(ctx context.Context, n int, exact bool) string {
	if n > 1000 {
		return ui.Num(ctx, 1000) + "+"
	}
	if !exact {
		return ""
	}
	return ui.Num(ctx, n)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// fact words a shipped fact, which is kept in English, in the viewer's language; other texts stand for themselves.
func (s *Site) fact(ctx context.Context, text string) string { return coalition.Words(text)[lang(ctx)] }

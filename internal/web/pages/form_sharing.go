package pages

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// sharingTyped reads a rule from its form: participants and groups, all narrowed to the same sectors; persons; and what
// audience.also holds, clauses that a form of these has no other place for, as JSON.
func sharingTyped(v values) record.Sharing {
	sh := record.Sharing{TLP: record.TLP(v.Get("tlp"))}
	sectors := v.Values["audience.sectors"]
	for _, c := range v.Values["audience.participants"] {
		sh.Audience = append(sh.Audience, record.Clause{Participant: c, Sectors: sectors})
	}
	for _, g := range v.Values["audience.groups"] {
		sh.Audience = append(sh.Audience, record.Clause{Group: g, Sectors: sectors})
	}
	for _, id := range v.Values["audience.persons"] {
		sh.Audience = append(sh.Audience, record.Clause{Person: id})
	}
	for _, text := range v.Values["audience.also"] {
		var c record.Clause
		if json.Unmarshal([]byte(text), &c) != nil {
			c = record.Clause{} // which no rule may have: the app says so
		}
		sh.Audience = append(sh.Audience, c)
	}
	return sh
}

// writeSharing writes a rule as the values of its form, so that sharingTyped reads the same.
func writeSharing(v values, sh record.Sharing) {
	v.Set("tlp", string(sh.TLP))
	var sectors []string // those of the first participant or group
	if i := slices.IndexFunc(sh.Audience, func(c record.Clause) bool { return c.Participant != "" || c.Group != "" }); i >= 0 {
		sectors = sh.Audience[i].Sectors
	}
	for _, c := range sh.Audience {
		switch {
		case c.Participant != "" && slices.Equal(c.Sectors, sectors):
			v.Add("audience.participants", c.Participant)
		case c.Group != "" && slices.Equal(c.Sectors, sectors):
			v.Add("audience.groups", c.Group)
		case c.Person != "" && len(c.Sectors) == 0:
			v.Add("audience.persons", c.Person)
		default:
			v.Add("audience.also", asJSON(c))
		}
	}
	for _, sector := range sectors {
		v.Add("audience.sectors", sector)
	}
}

func asJSON(c record.Clause) string {
	text, _ := json.Marshal(c) // strings and lists of them, which are always written
	return string(text)
}

// ofForm names, of the problems of a rule, the fields of its form.
func ofForm(problems record.Problems, v values) record.Problems {
	out := slices.Clone(problems)
	for i := range out {
		switch out[i].Field {
		case "sharing.tlp":
			out[i].Field = "tlp"
		case "sharing.audience":
			out[i].Field = "audience.participants"
			for _, other := range []string{"audience.groups", "audience.also", "audience.persons"} {
				if len(v.Values[out[i].Field]) == 0 && len(v.Values[other]) > 0 {
					out[i].Field = other
				}
			}
		}
	}
	return out
}

// sharingFields are the fields of a rule. To choose persons from, the viewer is offered those whom he knows by name.
func (s *Site) sharingFields(ctx context.Context, viewer app.Viewer, v values) []ui.Field {
	tlp := ui.Field{Path: "tlp", Type: record.TypeChoice, Label: "TLP", Help: ui.T(ctx, "help.tlp"), Required: true, Value: v.Get("tlp")}
	tlp.Options = tlpOptions(ctx)
	who := ui.Field{Path: "audience.participants", Type: record.TypeCountries, Label: fieldLabel(ctx, "audience.participants"), Help: ui.T(ctx, "help.audience"), Values: v.Values["audience.participants"], Options: s.participantOptions(ctx)}
	groups := ui.Field{Path: "audience.groups", Type: record.TypeCountries, Label: fieldLabel(ctx, "audience.groups"), Help: ui.T(ctx, "help.groups"), Values: v.Values["audience.groups"]}
	groups.Options = s.groupOptions(ctx)
	sectors := ui.Field{Path: "audience.sectors", Type: record.TypeChoices, Label: fieldLabel(ctx, "audience.sectors"), Help: ui.T(ctx, "help.sectors"), Values: v.Values["audience.sectors"]}
	for _, x := range coalition.Sectors {
		sectors.Options = append(sectors.Options, ui.Option{Value: string(x), Label: ui.T(ctx, "sector."+string(x))})
	}
	out := []ui.Field{tlp, who, groups, sectors}
	if options := s.personOptions(ctx, viewer, v.Values["audience.persons"]); len(options) > 0 {
		out = append(out, ui.Field{Path: "audience.persons", Type: record.TypeCountries, Label: fieldLabel(ctx, "audience.persons"), Help: ui.T(ctx, "help.persons"), Values: v.Values["audience.persons"], Options: options})
	}
	if also := v.Values["audience.also"]; len(also) > 0 {
		f := ui.Field{Path: "audience.also", Type: record.TypeChoices, Label: fieldLabel(ctx, "audience.also"), Help: ui.T(ctx, "help.also"), Values: also}
		for _, text := range also {
			f.Options = append(f.Options, ui.Option{Value: text, Label: s.clauseWords(ctx, text)})
		}
		out = append(out, f)
	}
	return out
}

// personOptions are those whom the viewer knows by name, and those who are chosen already.
func (s *Site) personOptions(ctx context.Context, viewer app.Viewer, chosen []string) []ui.Option {
	known, _, err := s.app.Colleagues(ctx, viewer, "")
	if err != nil {
		s.o.Log.ErrorContext(ctx, "the people whom somebody knows could not be read", "error", err)
	}
	var out []ui.Option
	offered := map[string]bool{}
	for _, c := range known {
		if c.ID == viewer.Actor() {
			continue
		}
		offered[c.ID] = true
		out = append(out, ui.Option{Value: c.ID, Label: c.Name + " · " + s.participantName(ctx, c.Participant)})
	}
	for _, id := range chosen {
		if !offered[id] {
			offered[id] = true
			out = append(out, ui.Option{Value: id, Label: ui.T(ctx, "sharing.somebody")})
		}
	}
	return out
}

// clauseWords says whom a clause of audience.also names.
func (s *Site) clauseWords(ctx context.Context, text string) string {
	var c record.Clause
	if json.Unmarshal([]byte(text), &c) != nil {
		return text
	}
	name := cmp.Or(c.Participant, c.Group, c.Organisation, c.Person, text)
	switch {
	case c.Participant != "":
		name = s.participantName(ctx, c.Participant)
	case c.Group != "":
		name = s.groupName(ctx, c.Group)
	case c.Organisation != "":
		name = ui.T(ctx, "owner.partner")
	case c.Person != "":
		name = ui.T(ctx, "sharing.somebody")
	}
	var sectors []string
	for _, sector := range c.Sectors {
		sectors = append(sectors, wordOr(ctx, "sector."+sector, sector))
	}
	if len(sectors) > 0 {
		name += " (" + locales.List(ctx, sectors) + ")"
	}
	return strings.TrimSpace(name)
}

package app

import (
	"context"
	"encoding/json"
	"slices"

	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// DraftOf prepares a record of the kind to be made from a record's page: under is the record that it will belong to,
// answers one that it answers, group the group that it will stand in. What the other record says already is filled in.
func (a *App) DraftOf(ctx context.Context, v Viewer, k *record.Kind, under, answers, group string) (Draft, error) {
	d := Draft{Kind: k.Name, Sharing: record.Sharing{TLP: k.Sharing}}
	fields := map[string]any{}
	for id, rel := range map[string]record.Relation{under: record.PartOf, answers: record.Answers} {
		if id == "" {
			continue
		}
		s, err := a.visible(ctx, a.store.Read(), v, id)
		if err != nil {
			return d, err
		}
		if allowed := map[record.Relation][]string{record.PartOf: k.Under, record.Answers: k.Follows}[rel]; !slices.Contains(allowed, s.Record.Kind) {
			return d, errHidden
		}
		d.Links = append(d.Links, record.Link{Relation: rel, To: id})
		if err := a.inherit(k, s.Record, fields, &d, rel); err != nil {
			return d, err
		}
	}
	if group != "" && a.directory.HasGroup(group) {
		fields["group"] = group
	}
	if g, _ := fields["group"].(string); g != "" && d.Sharing.TLP == record.Amber && len(d.Sharing.Audience) == 0 {
		d.Sharing.Audience = []record.Clause{{Group: g}}
	}
	if f, ok := record.Find(k.Fields, "country"); ok && fields["country"] == nil && f.Type == record.TypeCountry && len(v.Participant()) == 2 && v.Participant() != "EU" && v.Participant() != "au" {
		fields["country"] = v.Participant()
	}
	if k.Name == "pledge-report" {
		answers := []any{}
		for _, x := range programme.PledgeActions {
			answers = append(answers, map[string]any{"pledge_action": x})
		}
		fields["answers"], fields["year"] = answers, a.now().Year()-1
	}
	for name := range fields {
		if _, ok := record.Find(k.Fields, name); !ok {
			delete(fields, name)
		}
	}
	raw, err := json.Marshal(fields)
	d.Body = raw
	return d, err
}

// inherit fills in what the record at the other end of the link says: its group and theme, the audience of what it
// belongs to, and the series of a signal.
func (a *App) inherit(k *record.Kind, from *record.Record, fields map[string]any, d *Draft, rel record.Relation) error {
	var body map[string]any
	if err := json.Unmarshal(from.Body, &body); err != nil {
		return err
	}
	for _, name := range []string{"group", "theme", "lines"} {
		if f, ok := record.Find(k.Fields, name); ok && body[name] != nil && f.Name == name {
			fields[name] = body[name]
		}
	}
	if len(from.Substances) > 0 {
		about := []any{}
		for _, id := range from.Substances[:min(len(from.Substances), 20)] {
			about = append(about, map[string]any{"substance": id})
		}
		fields["about"], fields["series_about"] = about, from.Substances[0]
	}
	for _, p := range from.Places {
		if len(p) == 2 && fields["series_place"] == nil {
			fields["series_place"] = p
		}
	}
	if from.Kind == "signal" {
		var u detection.Unusual
		if err := json.Unmarshal(from.Body, &u); err != nil {
			return err
		}
		fields["series_source"], fields["baseline"] = u.Source, u.Observed
	}
	if rel == record.PartOf && d.Sharing.TLP == record.Amber {
		c := record.Clause{Participant: from.Owner}
		if id := sharing.PartnerOf(from.Owner); id != "" {
			c = record.Clause{Organisation: id}
		}
		d.Sharing.Audience = []record.Clause{c}
	}
	return nil
}

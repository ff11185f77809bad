package app

import (
	"strings"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// audienceOf compiles a record's rule, taking its kind's private states into account. An unknown kind is private.
func audienceOf(r *record.Record) []sharing.Token {
	k, ok := kinds.Get(r.Kind)
	return sharing.Of(r, !ok || k.Workflow.IsPrivate(r.State))
}

// The names of the lists that a record stands in.
func byState(kind, state string) string  { return kind + "/state=" + state }
func byPlace(kind, place string) string  { return kind + "/place=" + place }
func bySubstance(kind, id string) string { return kind + "/substance=" + id }
func byTopic(kind, topic string) string  { return kind + "/topic=" + topic }
func byOwner(kind, owner string) string  { return kind + "/owner=" + owner }
func byDay(kind string) string           { return kind + "@day" }
func retractedOf(kind string) string     { return kind + "/retracted" }

// project computes what the store keeps of a record beside its journal entry.
func (a *App) project(k *record.Kind, r *record.Record, b record.Body) *store.Projection {
	p := &store.Projection{Audience: audienceOf(r), Facets: []store.Facet{store.All}}
	if r.Retracted != nil {
		p.Facets = append(p.Facets, store.Facet{Name: retractedOf(r.Kind), ByChange: true})
		return p
	}
	day, dated := r.When.EpochDay()
	if !dated {
		day = r.Created.Unix() / 86400
	}
	substances := a.withClasses(r.Substances)
	p.Facets = append(p.Facets, store.Facet{Name: r.Kind, ByChange: true}, store.Facet{Name: byDay(r.Kind), Day: day},
		store.Facet{Name: byState(r.Kind, r.State), ByChange: true})
	for _, t := range r.Topics {
		p.Facets = append(p.Facets, store.Facet{Name: byTopic(r.Kind, t), ByChange: true})
	}
	if k.Line == "programme" {
		p.Facets = append(p.Facets, store.Facet{Name: byOwner(r.Kind, r.Owner), ByChange: true})
	}
	for _, pl := range r.Places {
		p.Facets = append(p.Facets, store.Facet{Name: byPlace(r.Kind, pl), Day: day})
	}
	for _, s := range substances {
		p.Facets = append(p.Facets, store.Facet{Name: bySubstance(r.Kind, s), Day: day})
	}
	for _, t := range b.Count(r) {
		p.Counts = append(p.Counts, a.expand(t)...)
	}
	p.Terms = terms(r, substances)
	return p
}

// projectStored decodes a stored record's body and projects it.
func (a *App) projectStored(s *store.Stored) (*record.Kind, *store.Projection, error) {
	k, ok := kinds.Get(s.Record.Kind)
	if !ok {
		return nil, nil, refuse(Internal, "error.kind", "kind", s.Record.Kind)
	}
	b, err := k.Decode(s.Record.Body)
	if err != nil {
		return nil, nil, err
	}
	return k, a.project(k, s.Record, b), nil
}

func (a *App) withClasses(ids []string) []string {
	if len(ids) == 0 {
		return nil
	}
	out := make([]string, 0, 4*len(ids))
	seen := make(map[string]bool, 4*len(ids))
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, id := range ids {
		add(id)
		for _, c := range a.names.SubstanceClasses(id) {
			add(c)
		}
	}
	return out
}

// expand spreads a tally over its place and country, its substances, their classes and the total.
func (a *App) expand(t record.Tally) []store.Count {
	week := record.WeekOf(t.Day)
	places := []string{t.Place}
	if country, _, nested := strings.Cut(t.Place, "-"); nested {
		places = append(places, country)
	}
	substances := append([]string{""}, a.withClasses(t.Substances)...)
	out := make([]store.Count, 0, len(places)*len(substances))
	for _, pl := range places {
		for _, s := range substances {
			out = append(out, store.Count{Place: pl, Substance: s, Source: t.Source, Measure: t.Measure, Week: week, Value: t.Value})
		}
	}
	return out
}

// AudienceOf compiles the rule of a record, written or not.
func (a *App) AudienceOf(r *record.Record) []sharing.Token { return audienceOf(r) }

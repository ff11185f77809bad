package app

import (
	"context"
	"slices"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
)

// PublicKinds are the kinds whose lists anybody may ask for; he finds in them what is CLEAR.
var PublicKinds = []string{"alert", "meeting", "recommendation", "action", "initiative", "commitment", "pledge", "pledge-report", "need", "contribution",
	"call", "submission", "announcement", "document", "achievement", "service", "workforce", "law", "figure"}

// Known reports whether the viewer is somebody: a person or the operator, not the public.
func (v Viewer) Known() bool { return v.SignedIn() || v.Operator }

// ErrStranger is what the public is answered where only people may ask.
var ErrStranger = refuse(Unauthenticated, "error.unauthenticated")

// MayList reports whether the viewer may ask for the list of a kind: the public only for PublicKinds.
func (v Viewer) MayList(kind string) bool { return v.Known() || slices.Contains(PublicKinds, kind) }

// Disclose returns what of a record the viewer may know, for those who take it away whole: the audience and the
// identifiers in other systems are for those who may change it, who wrote it and why it was changed are not for the
// public. Links are left out; LinksOf gives those that the viewer may know of.
func Disclose(v Viewer, s *Shown) *record.Record {
	r := s.Clone()
	r.Links = nil
	if !mayWrite(v, s.Kind, s.Record) {
		r.Sharing.Audience, r.External = nil, nil
	}
	if !v.Known() {
		r.Author, r.Reason = "", ""
		if r.Retracted != nil {
			r.Retracted.By = ""
		}
	}
	return r
}

// LinksOf returns those of a record's links that lead to what the viewer sees.
func (a *App) LinksOf(ctx context.Context, v Viewer, r *record.Record) ([]record.Link, error) {
	seen, _, err := a.splitLinks(ctx, v, r.Links)
	return seen, err
}

// KeepHidden returns the links that a record is to have when the viewer gives it new ones: his, and those that lead to
// what he does not see and so cannot have meant to take away.
func (a *App) KeepHidden(ctx context.Context, v Viewer, r *record.Record, given []record.Link) ([]record.Link, error) {
	_, hidden, err := a.splitLinks(ctx, v, r.Links)
	out := slices.Clone(given)
	for _, l := range hidden {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out, err
}

func (a *App) splitLinks(ctx context.Context, v Viewer, links []record.Link) (seen, hidden []record.Link, err error) {
	for _, l := range links {
		_, err := a.look(ctx, a.store.Read(), v, l.To)
		switch {
		case err == nil:
			seen = append(seen, l)
		case CodeOf(err) == NotFound:
			hidden = append(hidden, l)
		default:
			return nil, nil, err
		}
	}
	return seen, hidden, nil
}

// Partaker is a participant of the directory with how it takes part, as far as the viewer may know.
type Partaker struct {
	*coalition.Participant
	Taking
}

// Partakers returns every participant with how it takes part. How many work where, and in which groups, is for officials
// only.
func (a *App) Partakers(ctx context.Context, v Viewer) ([]Partaker, error) {
	by, err := a.Participation(ctx)
	if err != nil {
		return nil, err
	}
	var out []Partaker
	for _, p := range a.directory.Participants() {
		t := by[p.Code]
		if !v.Official() {
			t.Officials, t.Groups = 0, nil
		}
		out = append(out, Partaker{p, t})
	}
	return out, nil
}

// Delegation is how many officials of a participant are registered in a group, and in which roles beside member.
type Delegation struct {
	Participant string
	Officials   int
	Roles       []string // sorted, without doubles
}

// Delegations counts a group's people by participant; their names are their own affair. Only officials are
// told.
func (a *App) Delegations(ctx context.Context, v Viewer, group string) ([]Delegation, error) {
	if !v.Official() {
		return nil, nil
	}
	members, err := a.MembersOf(ctx, []string{group})
	if err != nil {
		return nil, err
	}
	var out []Delegation
	for _, m := range members {
		if len(out) == 0 || out[len(out)-1].Participant != m.Participant {
			out = append(out, Delegation{Participant: m.Participant})
		}
		d := &out[len(out)-1]
		d.Officials++
		for _, g := range m.Registrations {
			for _, role := range g.Roles {
				if role != coalition.Member && !slices.Contains(d.Roles, string(role)) {
					d.Roles = append(d.Roles, string(role))
				}
			}
		}
		slices.Sort(d.Roles)
	}
	return out, nil
}

package app

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// mayWrite reports whether the viewer may change the record's content: as an official of its owner or, for kinds that a
// group's chairs answer for, as one of those.
func mayWrite(v Viewer, k *record.Kind, r *record.Record) bool {
	return v.Owns(r.Owner) || k.Chaired && v.SignedIn() && v.ChairsAny(r.Topics)
}

// takes reports whether a step of the record is the viewer's to take.
func (a *App) takes(ctx context.Context, r *store.Reader, v Viewer, x *record.Record, s record.Step) (bool, error) {
	if v.Operator {
		return true, nil
	}
	switch s.By {
	case record.ByOwner:
		return v.Owns(x.Owner), nil
	case record.ByChair:
		return v.ChairsAny(x.Topics) || x.Kind == "meeting" && !a.ofGroups(x.Topics) && v.Owns(x.Owner), nil
	case record.BySecretariat:
		return v.Has(coalition.Secretariat), nil
	case record.ByHost:
		host, err := a.host(ctx, r, x)
		if err != nil || host == nil {
			return false, err
		}
		k, ok := kinds.Get(host.Kind)
		return ok && mayWrite(v, k, host), nil
	}
	return false, nil
}

// host returns the record that x belongs to, nil when there is none any more.
func (a *App) host(ctx context.Context, r *store.Reader, x *record.Record) (*record.Record, error) {
	for _, id := range x.LinkedTo(record.PartOf) {
		s, err := r.Record(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return s.Record, nil
	}
	return nil, nil
}

const maxDepth = 10000 // records above, whose links that are followed upwards

// checkLinks refuses links to what the viewer does not see, links that would lead back to the record, and more of them than
// a record may have.
func (a *App) checkLinks(ctx context.Context, t *store.Tx, v Viewer, r *record.Record, links []record.Link) error {
	if len(links) > record.MaxLinks { // before they are looked up
		return invalid(record.Problems{{Field: "links", Key: "problem.many", Params: map[string]any{"max": record.MaxLinks}}})
	}
	var above []*record.Record
	for _, l := range links {
		s, err := t.Record(ctx, l.To)
		if errors.Is(err, store.ErrNotFound) || (err == nil && !v.Sees(s.Record)) {
			return refuse(NotFound, "error.link", "id", l.To)
		}
		if err != nil {
			return err
		}
		if slices.Contains(ordered, l.Relation) {
			above = append(above, s.Record)
		}
	}
	return a.checkCircle(ctx, t, r.ID, above)
}

// ordered are the relations that have a direction: following them must never lead back.
var ordered = []record.Relation{record.CausedBy, record.PartOf, record.Supersedes, record.Answers}

// checkCircle follows the links upwards from those above a record; each of them once, however many ways lead to it.
func (a *App) checkCircle(ctx context.Context, t *store.Tx, id string, above []*record.Record) error {
	seen := map[string]bool{}
	for queue := above; len(queue) > 0 && len(seen) < maxDepth; queue = queue[1:] {
		x := queue[0]
		if x.ID == id {
			return invalid(record.Problems{{Field: "links", Key: "problem.circle"}})
		}
		if seen[x.ID] {
			continue
		}
		seen[x.ID] = true
		for _, l := range x.Links {
			if !slices.Contains(ordered, l.Relation) || seen[l.To] {
				continue
			}
			s, err := t.Record(ctx, l.To)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			queue = append(queue, s.Record)
		}
	}
	return nil
}

// admit applies what a new record's kind asks of the record that it belongs to, and of who makes it.
func (a *App) admit(ctx context.Context, t *store.Tx, v Viewer, k *record.Kind, r *record.Record, b record.Body) error {
	host, err := a.host(ctx, &t.Reader, r)
	if err != nil {
		return err
	}
	if len(k.Under) > 0 && (host == nil || !slices.Contains(k.Under, host.Kind)) {
		return invalid(record.Problems{{Field: "links", Key: "problem.under"}})
	}
	if host != nil && host.Retracted != nil {
		return refuse(Conflict, "error.host.retracted")
	}
	switch b.(type) {
	case *programme.Wish:
		if host.State != "published" && host.State != "full" {
			return refuse(Conflict, "error.initiative.closed")
		}
		if o, err := bodyOf[programme.Offer](host); err != nil || len(o.Eligible) > 0 && !slices.Contains(o.Eligible, r.Owner) {
			return firstOf(err, refuse(Conflict, "error.not-eligible"))
		}
		return a.arrive(ctx, t, r, host, "send")
	case *programme.Input:
		if err := a.callOpen(host); err != nil {
			return err
		}
		return a.arrive(ctx, t, r, host, "submit")
	case *programme.YearReport:
		if host.Owner != r.Owner && !v.Operator {
			return refuse(Forbidden, "error.owner")
		}
		if host.State != "in-force" {
			return refuse(Conflict, "error.pledge.not-in-force")
		}
	case *programme.Session, *programme.Advice, *programme.Invitation, *programme.News:
		if !a.writesFor(v, r) {
			return refuse(Forbidden, "error.group")
		}
	case *programme.Passage:
		if !v.Has(coalition.Secretariat) {
			return refuse(Forbidden, "error.duty", "duty", string(coalition.Secretariat))
		}
	case *programme.Asked:
		if r.State == "draft" {
			return nil
		}
		return a.tellStep(ctx, t, r, record.Step{Name: "ask", Tell: record.TellGroup})
	}
	return nil
}

// checkCountry refuses what a state says of another's law, services, professionals and needs. Organisations may say it
// of any country.
func (a *App) checkCountry(r *record.Record, b record.Body) record.Problems {
	var country string
	switch x := b.(type) {
	case *programme.Control:
		country = x.Country
	case *programme.Provided:
		country = x.Country
	case *programme.Certified:
		country = x.Country
	case *programme.Wanted:
		country = x.Country
	}
	var p record.Problems
	if of, ok := a.directory.Participant(r.Owner); ok && of.Type == coalition.State && country != "" && country != r.Owner {
		p.Add("country", "problem.own-country", "value", country)
	}
	return p
}

// admitRow is what admit asks of a record that a table brings: nobody writes for a group that he is not in, and what a
// state may have once only is not taken from tables.
func (a *App) admitRow(v Viewer, r *record.Record, b record.Body) record.Problems {
	p := a.checkCountry(r, b)
	switch b.(type) {
	case *programme.Session, *programme.Advice, *programme.Invitation, *programme.News:
		if !a.writesFor(v, r) {
			p.Add("group", "error.group")
		}
	case *programme.Signature, *programme.Passage, *programme.Profile:
		p.Add("body", "problem.by-hand")
	}
	return p
}

// writesFor reports whether the viewer may begin a record that a group's chairs answer for: any of its members a
// recommendation, its chairs a meeting, a call or news. A meeting of no group is its owner's own; the rest without a group
// is the secretariat's.
func (a *App) writesFor(v Viewer, r *record.Record) bool {
	switch {
	case v.Operator || v.Has(coalition.Secretariat):
		return true
	case !a.ofGroups(r.Topics):
		return r.Kind == "meeting"
	case r.Kind == "recommendation":
		return a.inGroup(v, r.Topics)
	}
	return v.ChairsAny(r.Topics)
}

// ofGroups reports whether one of the topics is a group.
func (a *App) ofGroups(topics []string) bool {
	return slices.ContainsFunc(topics, a.directory.HasGroup)
}

// arrive lets the owner of the record that r belongs to see it and, where it is not a draft, tells him of it.
func (a *App) arrive(ctx context.Context, t *store.Tx, r, host *record.Record, step string) error {
	if err := a.shareWithHost(r, host); err != nil || r.State == "draft" {
		return err
	}
	return a.tellThose(ctx, t, r, step+"@"+strconv.Itoa(r.Version), []sharing.Token{sharing.Owner(host.Owner)})
}

// moved reports whether a change puts a record under another one, or into another group.
func (a *App) moved(before, after *record.Record) bool {
	groups := func(r *record.Record) []string {
		return slices.DeleteFunc(slices.Clone(r.Topics), func(t string) bool { return !a.directory.HasGroup(t) })
	}
	return !slices.Equal(before.LinkedTo(record.PartOf), after.LinkedTo(record.PartOf)) || !slices.Equal(groups(before), groups(after))
}

// confine keeps a submission between its owner and the call's until it is published, and an interest where the owner of
// the initiative sees it.
func (a *App) confine(ctx context.Context, t *store.Reader, r *record.Record) error {
	if r.Kind != "interest" && (r.Kind != "submission" || r.State == "published") {
		return nil
	}
	if r.Kind == "submission" {
		r.Sharing = record.Sharing{TLP: record.Amber}
	}
	host, err := a.host(ctx, t, r)
	if err != nil || host == nil {
		return err
	}
	if r.Sharing.TLP == record.Red {
		return invalid(record.Problems{{Field: "sharing.tlp", Key: "problem.sharing.host"}})
	}
	return a.shareWithHost(r, host)
}

// inGroup reports whether the viewer is registered in one of the groups; what stands in no group is everybody's.
func (a *App) inGroup(v Viewer, topics []string) bool {
	groups := slices.DeleteFunc(slices.Clone(narrowest(topics)), func(t string) bool { return !a.directory.HasGroup(t) })
	if len(groups) == 0 {
		return false
	}
	return slices.ContainsFunc(groups, func(g string) bool {
		_, ok := slices.BinarySearch(v.Tokens, sharing.Group(g))
		return ok
	})
}

// shareWithHost lets the owner of the record that r belongs to see it beside r's own.
func (a *App) shareWithHost(r, host *record.Record) error {
	if r.Sharing.TLP != record.Amber && r.Sharing.TLP != record.AmberStrict {
		return nil
	}
	c := record.Clause{Participant: host.Owner}
	if id := sharing.PartnerOf(host.Owner); id != "" {
		c = record.Clause{Organisation: id}
	}
	if host.Owner != r.Owner && !slices.ContainsFunc(r.Sharing.Audience, func(x record.Clause) bool {
		return x.Participant == c.Participant && x.Organisation == c.Organisation && len(x.Sectors) == 0
	}) {
		r.Sharing.Audience = append(r.Sharing.Audience, c)
	}
	return nil
}

func (a *App) callOpen(host *record.Record) error {
	k, _ := kinds.Get(host.Kind)
	b, err := k.Decode(host.Body)
	if err != nil {
		return err
	}
	if c, ok := b.(*programme.Invitation); !ok || host.State != "open" || !c.Open(a.today()) {
		return refuse(Conflict, "error.call.closed")
	}
	return nil
}

// claim keeps that an owner has one record only of what its body says is unique, among those that the viewer sees: one that
// is hidden from him stands in nobody's way, or the refusal would tell of it.
func (a *App) claim(ctx context.Context, t *store.Tx, v Viewer, r *record.Record, b record.Body, before *record.Record) error {
	u, ok := b.(record.Unique)
	if !ok {
		return nil
	}
	key := u.UniqueKey()
	held, err := t.Externals(ctx, r.Owner, "unique", []string{key})
	if err != nil {
		return err
	}
	if x, taken := held[key]; taken && x.Record != r.ID && key != "" && r.Retracted == nil {
		other, err := t.Record(ctx, x.Record)
		if err == nil && other.Record.Retracted == nil && other.Record.State != "withdrawn" && uniqueKeyOf(other.Record) == key && v.Sees(other.Record) {
			return refuse(Conflict, "error.unique", "id", x.Record)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if key != "" && r.Retracted == nil && (before == nil || uniqueKeyOf(before) != key || before.Retracted != nil) {
		t.PutExternal(store.External{Owner: r.Owner, System: "unique", Ext: key, Record: r.ID})
	}
	return nil
}

func uniqueKeyOf(r *record.Record) string {
	k, ok := kinds.Get(r.Kind)
	if !ok {
		return ""
	}
	b, err := k.Decode(r.Body)
	if err != nil {
		return ""
	}
	if u, ok := b.(record.Unique); ok {
		return u.UniqueKey()
	}
	return ""
}

// verified reports whether a stakeholder organisation's people may use their accounts.
func (a *App) verified(ctx context.Context, id string) (bool, error) {
	s, err := a.store.Read().Record(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return s.Record.Kind == "organisation" && s.Record.State == "verified" && s.Record.Retracted == nil, nil
}

package app

import (
	"context"
	"slices"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// Return says what bringing an earlier version of a record back would change.
type Return struct {
	Now, Then *record.Record
	Widens    []sharing.Token // who would see the record, beside those who do, if it were shared as it was then
	Shares    bool            // the sharing rule was another one then
}

// ReturnTo says what bringing a version of a record back would change. Only officials of the owner may; NotFound is the
// answer for a version that there is not or that the viewer may not see.
func (a *App) ReturnTo(ctx context.Context, v Viewer, id string, number int) (*Return, error) {
	x, err := a.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if !v.Owns(x.Owner) {
		return nil, refuse(Forbidden, "error.owner")
	}
	if err := mayChange(v, x.Kind, x.Record); err != nil {
		return nil, err
	}
	past, err := a.History(ctx, v, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(past, func(p Past) bool { return p.Version == number && p.Record != nil })
	if i < 0 || number == x.Version {
		return nil, errHidden
	}
	then := past[i].Record
	r := &Return{Now: x.Record, Then: then}
	as := x.Record.Clone()
	as.Sharing = then.Sharing
	r.Widens = sharing.Wider(audienceOf(x.Record), audienceOf(as))
	r.Shares = x.Sharing.TLP != then.Sharing.TLP || !slices.EqualFunc(x.Sharing.Audience, then.Sharing.Audience, sameClause)
	return r, nil
}

func sameClause(x, y record.Clause) bool {
	return x.Participant == y.Participant && x.Group == y.Group && x.Person == y.Person && x.Organisation == y.Organisation && slices.Equal(x.Sectors, y.Sectors)
}

// BringBack makes what an earlier version of a record said its new version: texts, fields, links and files. Its state and
// who shares it with whom stay as they are; with shared, the sharing rule is that of then as well. version is the one that
// the viewer saw last. Nothing of the history is lost.
func (a *App) BringBack(ctx context.Context, v Viewer, id string, version, number int, shared bool) (*record.Record, error) {
	past, err := a.ReturnTo(ctx, v, id, number)
	if err != nil {
		return nil, err
	}
	then := past.Then
	return a.edit(ctx, v, id, version, "bring-back", func(t *store.Tx, k *record.Kind, r *record.Record) error {
		if err := mayChange(v, k, r); err != nil {
			return err
		}
		if !v.Owns(r.Owner) {
			return refuse(Forbidden, "error.owner")
		}
		known := r.Links
		seen, _, err := a.splitLinks(ctx, v, then.Links)
		if err == nil {
			r.Links, err = a.KeepHidden(ctx, v, r, seen)
		}
		if err != nil {
			return err
		}
		r.Title, r.Summary, r.Attachments, r.Body = then.Title, then.Summary, then.Attachments, entered(k.Fields, r.Body, then.Body)
		if shared {
			r.Sharing = then.Sharing
		}
		added := slices.DeleteFunc(slices.Clone(r.Links), func(l record.Link) bool { return slices.Contains(known, l) })
		return a.checkLinks(ctx, t, v, r, added)
	})
}

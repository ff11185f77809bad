package app

import (
	"context"
	"slices"

	"tocsin/internal/record"
)

// Related is a record at the other end of a link.
type Related struct {
	Relation record.Relation
	Incoming bool // the other record holds the link
	*Shown
}

// MaxRelated is how many links of a record are given out in each direction.
const MaxRelated = 200

// RelatedFull reports whether as many links are given out in one direction as ever are: there may be more.
func RelatedFull(list []Related) bool {
	in := 0
	for _, x := range list {
		if x.Incoming {
			in++
		}
	}
	return in == MaxRelated || len(list)-in == MaxRelated
}

// Related returns what led to a record and what followed from it, as far as the viewer sees it.
func (a *App) Related(ctx context.Context, v Viewer, s *Shown) ([]Related, error) {
	incoming, err := a.linkedFrom(ctx, v, s.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(s.Links)+len(incoming))
	for _, l := range slices.Concat(s.Links, incoming) {
		ids = append(ids, l.To)
	}
	seen, err := a.visibleAll(ctx, a.store.Read(), v, ids)
	if err != nil {
		return nil, err
	}
	var out []Related
	add := func(links []record.Link, in bool, most int) error {
		for _, l := range links {
			x := seen[l.To]
			if x == nil || len(out) >= most { // the hidden take no places
				continue
			}
			shown, err := a.show(v, x.Record)
			if err != nil {
				return err
			}
			out = append(out, Related{l.Relation, in, shown})
		}
		return nil
	}
	if err := add(s.Links, false, MaxRelated); err != nil {
		return nil, err
	}
	return out, add(incoming, true, len(out)+MaxRelated)
}

// linkedFrom returns the newest links to a record from what the viewer sees.
func (a *App) linkedFrom(ctx context.Context, v Viewer, id string) ([]record.Link, error) {
	if v.Operator {
		return a.store.Read().LinkedFrom(ctx, id, MaxRelated)
	}
	return a.store.Read().VisibleFrom(ctx, id, v.Tokens, MaxRelated)
}

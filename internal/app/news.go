package app

import (
	"context"
	"strconv"
	"time"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// News is what is new to a person since he last said that he had seen what is new.
type News struct {
	Since    time.Time
	Marked   bool // he has said so; else Since is newsSpan ago
	Kinds    []NewsOf
	Followed []*Shown // of what he follows, what has changed since, at most maxNews
	Upto     string   // what MarkSeen takes to mark all of this as seen
}

// NewsOf are the new and changed records of one kind.
type NewsOf struct {
	Kind   string
	N      int // counted to maxNews
	Newest []*Shown
}

const (
	maxNews  = 100
	eachNews = 5
	newsSpan = 7 * 24 * time.Hour
	seenMark = "seen" // the name of the preference
)

// newsKinds are the kinds that people are told of on the overview.
func newsKinds() []string {
	var out []string
	for _, k := range kinds.Reports() {
		out = append(out, k.Name)
	}
	return append(out, "signal", "alert", "action", "recommendation")
}

// News returns what is new to the viewer. Its cost does not grow with the store.
func (a *App) News(ctx context.Context, v Viewer) (*News, error) {
	if !v.SignedIn() {
		return nil, refuse(Unauthenticated, "error.unauthenticated")
	}
	n, mark, err := a.seenUpto(ctx, v)
	if err != nil {
		return nil, err
	}
	head, err := a.store.Read().Head(ctx)
	if err != nil {
		return nil, err
	}
	if n.Upto, err = a.cursor(store.Position{Seq: head}); err != nil {
		return nil, err
	}
	for _, kind := range newsKinds() {
		if mark >= head {
			break
		}
		x := NewsOf{Kind: kind}
		from := mark + 1
		if x.N, err = a.store.Read().Total(ctx, kind, v.Tokens, &from, nil, maxNews); err != nil {
			return nil, err
		}
		if x.N == 0 {
			continue
		}
		l, err := a.List(ctx, v, Query{Kind: kind, Sort: "changed", Uncounted: true, Limit: eachNews, since: mark})
		if err != nil {
			return nil, err
		}
		x.Newest = l.Records
		n.Kinds = append(n.Kinds, x)
	}
	n.Followed, err = a.changedFollowed(ctx, v, mark)
	return n, err
}

func (a *App) seenUpto(ctx context.Context, v Viewer) (n *News, mark int64, err error) {
	value, at, err := a.store.Read().Preference(ctx, v.Person.ID, seenMark)
	if err != nil {
		return nil, 0, err
	}
	if mark, err := strconv.ParseInt(value, 10, 64); err == nil {
		return &News{Since: at, Marked: true}, mark, nil
	}
	since := a.now().Add(-newsSpan)
	mark, err = a.store.Read().HeadAt(ctx, since)
	return &News{Since: since}, mark, err
}

func (a *App) changedFollowed(ctx context.Context, v Viewer, mark int64) ([]*Shown, error) {
	changed, err := a.store.Read().ChangedSince(ctx, v.Person.ID, mark, maxNews)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(changed))
	for i, c := range changed {
		ids[i] = c.Record
	}
	found, err := a.visibleAll(ctx, a.store.Read(), v, ids)
	if err != nil {
		return nil, err
	}
	var out []*Shown
	for _, id := range ids {
		if found[id] == nil {
			continue
		}
		s, err := a.show(v, found[id].Record)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// MarkSeen keeps that the viewer has seen what is new up to a place that News gave. A place before the last one changes
// nothing.
func (a *App) MarkSeen(ctx context.Context, v Viewer, upto string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	at, err := a.parseCursor(upto)
	if err != nil || at == nil {
		return invalid(record.Problems{{Field: "upto", Key: "problem.cursor"}})
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		value, _, err := t.Preference(ctx, v.Person.ID, seenMark)
		if err != nil {
			return err
		}
		if held, err := strconv.ParseInt(value, 10, 64); err == nil && held > at.Seq {
			return nil
		}
		return t.Prefer(ctx, v.Person.ID, seenMark, strconv.FormatInt(at.Seq, 10))
	})
}

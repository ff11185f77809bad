package app

import (
	"context"
	"errors"

	"tocsin/internal/record"
	"tocsin/internal/store"
)

// ownKeys names the keys of what only the viewer sees: rows that he imports as RED, and rows whose key leads to a
// colleague's record that is hidden from him. Their keys stand apart, so that nobody finds or overwrites what he does not
// see.
func (m *importing) ownKeys() string {
	if m.v.Person == nil {
		return m.owner
	}
	return m.owner + "/" + m.v.Person.ID
}

// known returns for each key the record that it leads to, as far as the viewer sees it. For the others it says in Owner
// among whose keys a new record's is to stand.
func (m *importing) known(ctx context.Context, keys []string) (map[string]store.External, error) {
	shared, hidden, err := m.externals(ctx, m.owner, keys)
	if err != nil {
		return nil, err
	}
	out, apart := map[string]store.External{}, m.ownKeys()
	var ask []string
	for _, key := range keys {
		x, found := shared[key]
		switch {
		case m.rule.TLP == record.Red, hidden[key]:
			ask = append(ask, key)
			if x.Owner = apart; found {
				x.Owner = m.owner
			}
		case !found:
			x.Owner = m.owner
		}
		out[key] = x
	}
	if len(ask) == 0 || apart == m.owner {
		return out, nil
	}
	own, _, err := m.externals(ctx, apart, ask)
	for key, x := range own {
		out[key] = x
	}
	return out, err
}

// externals returns the records that the keys of an owner lead to, and the keys that lead to what the viewer does not see.
func (m *importing) externals(ctx context.Context, owner string, keys []string) (map[string]store.External, map[string]bool, error) {
	r := m.app.store.Read()
	found, err := r.Externals(ctx, owner, m.q.Profile.Name, keys)
	if err != nil || len(found) == 0 || m.v.Operator {
		return found, nil, err
	}
	ids := make([]string, 0, len(found))
	for _, x := range found {
		ids = append(ids, x.Record)
	}
	seen, err := r.VisibleOf(ctx, ids, m.v.Tokens)
	hidden := map[string]bool{}
	for key, x := range found {
		if !seen[x.Record] {
			hidden[key] = true
			delete(found, key)
		}
	}
	return found, hidden, err
}

// unchangeable says why a row may not change the record that it made before.
func (m *importing) unchangeable(r *record.Record) record.Problems {
	var p record.Problems
	if r.Kind != m.k.Name {
		p.Add("kind", "error.kind", "kind", r.Kind)
		return p
	}
	var e *Error
	if errors.As(mayChange(m.v, m.k, r), &e) {
		p = append(p, record.Problem{Field: "state", Key: e.Key, Params: e.Params})
	}
	return p
}

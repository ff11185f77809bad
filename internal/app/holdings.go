package app

import (
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/sharing"
)

// holdings is what everybody holds at a time: his tokens, and the other way round who holds a token. It is made once for
// a state of the directory and holds until a registration begins or ends by the clock.
type holdings struct {
	from, until time.Time // until is exclusive; zero for no end in sight
	tokens      map[string][]sharing.Token
	holders     map[sharing.Token][]*coalition.Person // active ones only
}

func (h *holdings) holdsAt(at time.Time) bool {
	return h != nil && !at.Before(h.from) && (h.until.IsZero() || at.Before(h.until))
}

// holdings returns what everybody holds at a time.
func (p *people) holdings(at time.Time) *holdings {
	if h := p.held.Load(); h.holdsAt(at) {
		return h
	}
	h := &holdings{from: at, tokens: make(map[string][]sharing.Token, len(p.byID)), holders: map[sharing.Token][]*coalition.Person{}}
	for id, x := range p.byID {
		h.tokens[id] = p.compile(x, at)
		if x.Active {
			for _, t := range h.tokens[id] {
				h.holders[t] = append(h.holders[t], x)
			}
		}
		for _, g := range p.registrations[id] {
			for _, change := range []time.Time{g.From, g.To} {
				if change.After(at) && (h.until.IsZero() || change.Before(h.until)) {
					h.until = change
				}
			}
		}
	}
	p.held.Store(h)
	return h
}

// tokens returns what a person holds at a time.
func (p *people) tokens(x *coalition.Person, at time.Time) []sharing.Token {
	if p.byID[x.ID] != x { // of another state of the directory
		return p.compile(x, at)
	}
	return p.holdings(at).tokens[x.ID]
}

// holdersOf returns the active people who hold one of the tokens at a time, each once, in no order.
func (p *people) holdersOf(audience []sharing.Token, at time.Time) []*coalition.Person {
	h := p.holdings(at)
	if len(audience) == 1 {
		return h.holders[audience[0]]
	}
	seen := map[string]bool{}
	var out []*coalition.Person
	for _, t := range audience {
		for _, x := range h.holders[t] {
			if !seen[x.ID] {
				seen[x.ID] = true
				out = append(out, x)
			}
		}
	}
	return out
}

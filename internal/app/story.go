package app

import (
	"context"
	"slices"

	"tocsin/internal/record"
)

// MaxStory is how many records a story shows.
const MaxStory = 60

// Node is a record of a story. Step is where it stands on the way from evidence to action, from 0.
type Node struct {
	*Shown
	Step int
}

// Edge is a link between two records of a story.
type Edge struct {
	From, To string
	Relation record.Relation
}

// Story is what a record comes from and leads to, as far as the viewer sees it.
type Story struct {
	Centre *Shown
	Nodes  []Node
	Edges  []Edge
	More   bool // there is more than is shown
}

// steps order the kinds from what was seen to what is done.
var steps = map[string]int{"identification": 0, "incident": 0, "health-event": 0, "figure": 0, "substance-name": 0, "signal": 1, "alert": 2, "question": 2, "topic": 2,
	"meeting": 3, "document": 3, "call": 3, "submission": 3, "recommendation": 4, "need": 4, "law": 5, "action": 5, "commitment": 5, "initiative": 5, "interest": 5, "contribution": 5, "pledge": 5, "pledge-report": 6, "service": 5}

// Steps is the number of steps of a story.
const Steps = 7

// Story follows the links of a record in both directions until it has MaxStory records.
func (a *App) Story(ctx context.Context, v Viewer, id string) (*Story, error) {
	centre, err := a.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	s := &Story{Centre: centre}
	seen := map[string]bool{}
	edges := map[Edge]bool{}
	for queue := []*Shown{centre}; len(queue) > 0; queue = queue[1:] {
		x := queue[0]
		if seen[x.ID] {
			continue
		}
		if len(s.Nodes) == MaxStory {
			s.More = true
			break
		}
		seen[x.ID] = true
		s.Nodes = append(s.Nodes, Node{x, steps[x.Record.Kind]})
		related, err := a.Related(ctx, v, x)
		if err != nil {
			return nil, err
		}
		for _, r := range related {
			e := Edge{x.ID, r.ID, r.Relation}
			if r.Incoming {
				e.From, e.To = r.ID, x.ID
			}
			edges[e] = true
			queue = append(queue, r.Shown)
		}
	}
	for e := range edges {
		if seen[e.From] && seen[e.To] {
			s.Edges = append(s.Edges, e)
		}
	}
	slices.SortFunc(s.Edges, func(x, y Edge) int { return compare(x.From+x.To, y.From+y.To) })
	return s, nil
}

func compare(x, y string) int {
	if x < y {
		return -1
	}
	if x > y {
		return 1
	}
	return 0
}

// Day is when a record's event was, or, where it has no date, the day on which the record was made.
func (n Node) Day() record.Date {
	if n.When != "" {
		return n.When
	}
	return record.DateOf(n.Created)
}

// InTime returns the records by their days.
func (s *Story) InTime() []Node {
	out := slices.Clone(s.Nodes)
	slices.SortStableFunc(out, func(x, y Node) int {
		if c := compare(string(x.Day()), string(y.Day())); c != 0 {
			return c
		}
		return x.Created.Compare(y.Created)
	})
	return out
}

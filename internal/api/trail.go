package api

import (
	"context"
	"net/http"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/web"
)

// Past is one version of a record. What the viewer may not see of it is absent: a record that was widened later does not
// show what it said before.
type Past struct {
	Version int        `json:"version"`
	Action  string     `json:"action"`
	By      *Author    `json:"by,omitempty" doc:"Absent for the system"`
	At      *time.Time `json:"at,omitempty"`
	Record  *Record    `json:"record,omitempty"`
}

// History lists the versions of a record, newest first.
type History struct {
	Versions []Past `json:"versions"`
}

// Neighbour is a record at the other end of a link.
type Neighbour struct {
	Relation string `json:"relation"`
	Incoming bool   `json:"incoming" doc:"The other record holds the link"`
	Record   Brief  `json:"record"`
}

// Neighbours lists the records that a record is linked to.
type Neighbours struct {
	Related []Neighbour `json:"related"`
	More    bool        `json:"more" doc:"At most 200 of each direction are listed: there may be more"`
}

// Story is what a record comes from and leads to.
type Story struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
	More  bool   `json:"more" doc:"There is more than is shown"`
}

// Node is a record of a story.
type Node struct {
	Step   int   `json:"step" doc:"Where it stands on the way from evidence to action, from 0"`
	Record Brief `json:"record"`
}

// Edge is a link between two records of a story.
type Edge struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Relation string `json:"relation"`
}

func (x *API) trailOperations() {
	get := func(id, path, summary string, access web.Access) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: "/records/{id}/" + path, Area: "api.area.trail", Summary: summary, Access: access, Sample: "/records/ID/" + path}
	}
	add(x, get("get-history", "history", "api.op.get-history", web.SignedIn), x.history)
	add(x, get("list-related", "related", "api.op.list-related", web.Anyone), x.related)
	add(x, get("get-story", "story", "api.op.get-story", web.Anyone), x.story)
	as := get("view-as", "view-as", "api.op.view-as", web.SignedIn)
	as.Sample += "?who=public"
	add(x, as, x.viewAs)
	add(x, get("list-evidence", "evidence", "api.op.list-evidence", web.SignedIn), x.evidence)
}

// Sight says whether somebody sees a record.
type Sight struct {
	Sees    bool     `json:"sees"`
	Why     string   `json:"why,omitempty" doc:"What the person holds by which the record is seen: public, all (registered officials), p: a participant, g: a group or section, u: a person, o: a partner organisation; &s: a sector of it"`
	Sectors []string `json:"sectors,omitempty" doc:"Where not every such official sees it: the sectors in which they do"`
}

// SeenLink is a record at the other end of a link, with whether somebody else sees it.
type SeenLink struct {
	Neighbour
	Told bool   `json:"told" doc:"False where that is the owner's of the linked record to know"`
	Seen *Sight `json:"seen,omitempty" doc:"Absent where it is not told"`
}

// SeenAs is what somebody else sees of a record. Links are to what you see yourself.
type SeenAs struct {
	Sight
	Links []SeenLink `json:"links"`
	More  bool       `json:"more" doc:"At most 200 of each direction are listed: there may be more"`
}

func (x *API) viewAs(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Who string `query:"who" default:"public" maxLength:"100"`
}) (*struct{ Body SeenAs }, error) {
	s, err := x.app.ViewAs(ctx, v, in.ID, in.Who)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body SeenAs }{SeenAs{Sight: Sight(s.Sight), Links: []SeenLink{}, More: s.More}}
	for _, l := range s.Links {
		y := SeenLink{Neighbour: Neighbour{string(l.Relation), l.Incoming, x.briefOf(l.Shown)}, Told: l.Told}
		if l.Told {
			seen := Sight(l.Sight)
			y.Seen = &seen
		}
		out.Body.Links = append(out.Body.Links, y)
	}
	return out, nil
}

// Evidence is the reports that a signal was raised for.
type Evidence struct {
	Reports int     `json:"reports" doc:"All that were counted, also those that you do not see"`
	Records []Brief `json:"records" doc:"Those that you see, at most 200"`
}

func (x *API) evidence(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body Evidence }, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err == nil && s.Record.Kind != "signal" {
		err = &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	if err != nil {
		return nil, err
	}
	seen, all, err := x.app.Evidence(ctx, v, s)
	return &struct{ Body Evidence }{Evidence{all, x.briefsOf(seen)}}, err
}

func (x *API) history(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body History }, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	past, err := x.app.History(ctx, v, in.ID)
	out := &struct{ Body History }{History{Versions: []Past{}}}
	for _, p := range past {
		y := Past{Version: p.Version, Action: p.Action}
		if by := x.author(ctx, p.Actor); by.Name != "" {
			y.By = &by
		}
		if p.Record != nil {
			if k, ok := kinds.Get(p.Record.Kind); ok && k == s.Kind {
				y.At, y.Record = &p.Record.Updated, x.recordOf(v, &app.Shown{Record: p.Record, Kind: k})
			}
		}
		out.Body.Versions = append(out.Body.Versions, y)
	}
	return out, err
}

func (x *API) related(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body Neighbours }, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := x.app.Related(ctx, v, s)
	out := &struct{ Body Neighbours }{Neighbours{Related: []Neighbour{}, More: app.RelatedFull(list)}}
	for _, r := range list {
		out.Body.Related = append(out.Body.Related, Neighbour{string(r.Relation), r.Incoming, x.briefOf(r.Shown)})
	}
	return out, err
}

func (x *API) story(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body Story }, error) {
	s, err := x.app.Story(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Story }{Story{Nodes: []Node{}, Edges: []Edge{}, More: s.More}}
	for _, n := range s.Nodes {
		out.Body.Nodes = append(out.Body.Nodes, Node{n.Step, x.briefOf(n.Shown)})
	}
	for _, e := range s.Edges {
		out.Body.Edges = append(out.Body.Edges, Edge{e.From, e.To, string(e.Relation)})
	}
	return out, nil
}

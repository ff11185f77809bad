package api

import (
	"context"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/substance"
)

// Substance is an entry of the catalogue, or a class of them.
type Substance struct {
	ID       string      `json:"id"`
	Class    bool        `json:"is_class"`
	Name     string      `json:"name" doc:"English; an INN where there is one"`
	Names    record.Text `json:"names" doc:"In each language"`
	Synonyms []string    `json:"synonyms,omitempty"`
	Street   []string    `json:"street,omitempty" doc:"Names on the street"`
	Classes  []string    `json:"classes" doc:"The classes above it, nearest first"`
	Members  []string    `json:"members,omitempty" doc:"Of a class, where one is fetched"`
	CAS      string      `json:"cas,omitempty"`
	InChIKey string      `json:"inchikey,omitempty"`
	SMILES   string      `json:"smiles,omitempty"`
	Controls []Control   `json:"controls,omitempty" doc:"International control"`
	Sources  []string    `json:"sources,omitempty"`
}

// Control is an entry of an international list.
type Control struct {
	Treaty   string `json:"treaty" enum:"1961,1971,1988"`
	Schedule string `json:"schedule"`
	From     string `json:"from,omitempty" doc:"Year or day of effect"`
	Source   string `json:"source,omitempty"`
}

// SubstanceList is a page of substances.
type SubstanceList struct {
	Substances []Substance `json:"substances"`
	Next       string      `json:"next,omitempty" doc:"The cursor of the next page; absent at the end"`
	Total      int         `json:"total"`
}

func (x *API) substances(ctx context.Context, _ app.Viewer, in *struct {
	Text  string `query:"q" maxLength:"200"`
	Class string `query:"class" maxLength:"100"`
	Page
}) (*paged[SubstanceList], error) {
	cat := x.app.Catalogue()
	found := cat.All()
	switch {
	case in.Text != "":
		found = cat.Search(in.Text, 500)
	case in.Class != "":
		found = cat.Members(in.Class)
	}
	part, next, err := cut(found, in.Page)
	if err != nil {
		return nil, err
	}
	out := &paged[SubstanceList]{nextLink(ctx, next), SubstanceList{Substances: []Substance{}, Next: next, Total: len(found)}}
	for _, s := range part {
		out.Body.Substances = append(out.Body.Substances, x.substanceOf(s))
	}
	return out, nil
}

func (x *API) substanceOf(s *substance.Substance) Substance {
	out := Substance{ID: s.ID, Name: s.Name, Names: x.names(s.ID), Synonyms: s.Synonyms, Street: s.Street, Classes: list(x.app.Catalogue().Ancestors(s.ID)), CAS: s.CAS, InChIKey: s.InChIKey, SMILES: s.SMILES, Sources: s.Sources}
	for _, c := range s.Controls {
		out.Controls = append(out.Controls, Control{c.Treaty, c.Schedule, c.From, c.Source})
	}
	return out
}

func (x *API) names(id string) record.Text {
	out := record.Text{}
	for _, l := range record.Languages {
		out[l], _ = x.app.Catalogue().NameOf(id, l)
	}
	return out
}

func (x *API) substance(_ context.Context, _ app.Viewer, in *ByID) (*struct{ Body Substance }, error) {
	cat := x.app.Catalogue()
	if s, ok := cat.Get(in.ID); ok {
		return &struct{ Body Substance }{x.substanceOf(s)}, nil
	}
	name, ok := cat.NameOf(in.ID, "en")
	if !ok {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	out := Substance{ID: in.ID, Class: true, Name: name, Names: x.names(in.ID), Classes: list(cat.Ancestors(in.ID)), Members: []string{}}
	for _, m := range cat.Members(in.ID) {
		out.Members = append(out.Members, m.ID)
	}
	return &struct{ Body Substance }{out}, nil
}

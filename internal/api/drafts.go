package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/app"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
)

// Draft is a record that could be made, as far as it follows from what exists. Completed, it is sent to POST /records.
type Draft struct {
	Kind    string  `json:"kind"`
	Sharing Sharing `json:"sharing"`
	Links   []Link  `json:"links"`
	Body    Begun   `json:"body"`
}

// Begun is what follows of the part that a kind declares; the rest is to be said.
type Begun json.RawMessage

// MarshalJSON implements json.Marshaler.
func (b Begun) MarshalJSON() ([]byte, error) { return Fields(b).MarshalJSON() }

// Schema implements huma.SchemaProvider.
func (Begun) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "Some of the fields that the kind declares; see /api/v1/kinds"}
}

// Profile is an import profile: how the columns of somebody's table are read.
type Profile struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// ProfileList lists import profiles.
type ProfileList struct {
	Profiles []Profile `json:"profiles"`
}

func (x *API) draftOperations() {
	op := func(id, path, summary, sample string) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.records", Summary: summary, Sample: sample}
	}
	add(x, op("get-draft", "/kinds/{kind}/draft", "api.op.get-draft", "/kinds/incident/draft"), x.draft)
	template := op("get-template", "/kinds/{kind}/template.csv", "api.op.get-template", "/kinds/incident/template.csv")
	template.Access, template.media = web.Anyone, []string{"text/csv"}
	add(x, template, x.template)
	profiles := op("list-profiles", "/profiles", "api.op.list-profiles", "/profiles?kind=incident")
	profiles.Access = web.Anyone
	add(x, profiles, x.profiles)
}

func (x *API) draft(ctx context.Context, v app.Viewer, in *struct {
	Kind    string `path:"kind" maxLength:"100"`
	Under   string `query:"under" maxLength:"100"`
	Answers string `query:"answers" maxLength:"100"`
	Group   string `query:"group" maxLength:"100"`
	Warns   string `query:"warns_of" maxLength:"100"`
}) (*struct{ Body Draft }, error) {
	k, ok := kinds.Get(in.Kind)
	if !ok || !k.Authored {
		return nil, noKind(in.Kind)
	}
	var d app.Draft
	var err error
	switch {
	case in.Warns == "":
		d, err = x.app.DraftOf(ctx, v, k, in.Under, in.Answers, in.Group)
	case k.Name != "alert":
		return nil, wrong(record.Problems{{Field: "warns_of", Key: "problem.fixed"}})
	default:
		d, err = x.app.WarnOf(ctx, v, in.Warns)
	}
	if err != nil {
		return nil, err
	}
	out := Draft{Kind: d.Kind, Sharing: sharingOf(d.Sharing), Links: []Link{}, Body: Begun(d.Body)}
	for _, l := range d.Links {
		out.Links = append(out.Links, Link{string(l.Relation), l.To})
	}
	return &struct{ Body Draft }{out}, nil
}

func (x *API) template(_ context.Context, _ app.Viewer, in *struct {
	Kind string `path:"kind" maxLength:"100"`
}) (*streamed, error) {
	columns, ok := app.Template(in.Kind)
	if !ok {
		return nil, noKind(in.Kind)
	}
	return &streamed{func(c huma.Context) {
		c.SetHeader("Content-Type", table.Types["csv"])
		c.SetHeader("Content-Disposition", `attachment; filename="`+in.Kind+`.csv"`)
		w := csv.NewWriter(c.BodyWriter())
		_ = w.Write(columns) // the connection is gone when this fails
		w.Flush()
	}}, nil
}

func (x *API) profiles(_ context.Context, _ app.Viewer, in *struct {
	Kind string `query:"kind" maxLength:"100"`
}) (*struct{ Body ProfileList }, error) {
	out := ProfileList{Profiles: []Profile{}}
	shipped, err := profile.Shipped()
	for _, p := range shipped {
		if in.Kind == "" || p.Kind == in.Kind {
			out.Profiles = append(out.Profiles, Profile{p.Name, p.Kind})
		}
	}
	slices.SortFunc(out.Profiles, func(a, b Profile) int { return strings.Compare(a.Name, b.Name) })
	return &struct{ Body ProfileList }{out}, err
}

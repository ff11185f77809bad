package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

// Sharing is the rule by which a record is shared.
type Sharing struct {
	TLP      string   `json:"tlp" enum:"CLEAR,GREEN,AMBER,AMBER+STRICT,RED" doc:"Label of the Traffic Light Protocol 2.0"`
	Audience []Clause `json:"audience,omitempty" doc:"For AMBER and narrower: who beside the owner. Shown to those who may change the record"`
}

// Clause names one part of an audience.
type Clause struct {
	Participant  string   `json:"participant,omitempty" doc:"Code of a participant"`
	Group        string   `json:"group,omitempty" doc:"Group, or a section of one: swg1.1, swg1.1/west"`
	Organisation string   `json:"organisation,omitempty" doc:"Id of a partner organisation"`
	Person       string   `json:"person,omitempty" doc:"Id of a person"`
	Sectors      []string `json:"sectors,omitempty" doc:"Narrows a participant's or group's officials to these sectors"`
}

// Link leads from a record to another.
type Link struct {
	Relation string `json:"relation" enum:"caused-by,evidence-for,answers,part-of,same-as,supersedes"`
	To       string `json:"to" doc:"Id of the other record"`
}

// Attachment is a file of a record.
type Attachment struct {
	Hash string `json:"hash" doc:"SHA-256 of the content, hexadecimal; the file is at …/attachments/HASH"`
	Name string `json:"name"`
	Type string `json:"type" doc:"Media type, found by the bytes"`
	Size int64  `json:"size" doc:"Bytes"`
}

// External is a record's identifier in another system.
type External struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// Retraction says that the owner has withdrawn the record.
type Retraction struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty" doc:"Id of the person"`
	Note string    `json:"note"`
}

// Record is a record as the viewer may know it.
type Record struct {
	ID          string       `json:"id"`
	Kind        string       `json:"kind"`
	Version     int          `json:"version" doc:"Counts from 1"`
	State       string       `json:"state"`
	Owner       string       `json:"owner" doc:"Code of a participant, or ~ and the id of a partner organisation"`
	OwnerName   string       `json:"owner_name,omitempty" doc:"English name of the owner when the record was made"`
	Author      string       `json:"author,omitempty" doc:"Id of the person who made it; absent for what the system made"`
	Sharing     Sharing      `json:"sharing"`
	Titles      record.Text  `json:"titles" doc:"The title in each language: its own, or one composed of its content"`
	Title       record.Text  `json:"title,omitempty" doc:"The title as it was written"`
	Summary     record.Text  `json:"summary,omitempty"`
	When        record.Date  `json:"when,omitempty" doc:"Day, month or year of the event"`
	Places      []string     `json:"places,omitempty" doc:"ISO 3166-1 or 3166-2 codes"`
	Substances  []string     `json:"substances,omitempty" doc:"Ids of substances and classes"`
	Topics      []string     `json:"topics,omitempty" doc:"Groups, sections, Lines of Action and themes that it stands in"`
	Links       []Link       `json:"links,omitempty" doc:"Only where one record is fetched: links to what you see"`
	Attachments []Attachment `json:"attachments,omitempty"`
	External    []External   `json:"external,omitempty" doc:"Identifiers in other systems. Shown to those who may change the record"`
	Simulated   bool         `json:"simulated,omitempty" doc:"Made up for a demonstration"`
	Reason      string       `json:"reason,omitempty" doc:"Why the last step was taken"`
	Retracted   *Retraction  `json:"retracted,omitempty"`
	Created     time.Time    `json:"created"`
	Updated     time.Time    `json:"updated"`
	Page        string       `json:"page" doc:"Path of the record's page"`
	Body        Fields       `json:"body"`
}

// Brief is what names a record.
type Brief struct {
	ID      string      `json:"id"`
	Kind    string      `json:"kind"`
	Version int         `json:"version"`
	State   string      `json:"state"`
	Owner   string      `json:"owner"`
	Titles  record.Text `json:"titles"`
	When    record.Date `json:"when,omitempty"`
	Created time.Time   `json:"created"`
	Updated time.Time   `json:"updated"`
	Page    string      `json:"page"`
}

// Fields is the part of a record that its kind declares.
type Fields json.RawMessage

// MarshalJSON implements json.Marshaler.
func (f Fields) MarshalJSON() ([]byte, error) {
	if len(f) == 0 {
		return []byte("{}"), nil
	}
	return f, nil
}

// Schema implements huma.SchemaProvider: one of the kinds' own.
func (Fields) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Description: "What the record's kind declares; see /api/v1/kinds"}
	for _, k := range kinds.All {
		s.AnyOf = append(s.AnyOf, &huma.Schema{Ref: "#/components/schemas/" + bodyName(k.Name)})
	}
	return s
}

// recordOf shows a record without its links.
func (x *API) recordOf(v app.Viewer, s *app.Shown) *Record {
	r := app.Disclose(v, s)
	out := &Record{ID: r.ID, Kind: r.Kind, Version: r.Version, State: r.State, Owner: r.Owner, OwnerName: r.OwnerName, Author: r.Author, Sharing: sharingOf(r.Sharing),
		Titles: x.titles(s), Title: r.Title, Summary: r.Summary, When: r.When, Places: r.Places, Substances: r.Substances, Topics: r.Topics, Simulated: r.Simulated, Reason: r.Reason,
		Created: r.Created, Updated: r.Updated, Page: "/r/" + r.ID, Body: Fields(r.Body)}
	for _, a := range r.Attachments {
		out.Attachments = append(out.Attachments, Attachment(a))
	}
	for _, e := range r.External {
		out.External = append(out.External, External(e))
	}
	if r.Retracted != nil {
		out.Retracted = &Retraction{At: r.Retracted.At, By: r.Retracted.By, Note: r.Retracted.Note}
	}
	return out
}

// wholeOf shows a record with those of its links that lead to what the viewer sees.
func (x *API) wholeOf(ctx context.Context, v app.Viewer, s *app.Shown) (*Record, error) {
	out := x.recordOf(v, s)
	links, err := x.app.LinksOf(ctx, v, s.Record)
	for _, l := range links {
		out.Links = append(out.Links, Link{string(l.Relation), l.To})
	}
	return out, err
}

func (x *API) recordsOf(v app.Viewer, list []*app.Shown) []*Record {
	out := make([]*Record, len(list))
	for i, s := range list {
		out[i] = x.recordOf(v, s)
	}
	return out
}

func (x *API) briefOf(s *app.Shown) Brief {
	return Brief{ID: s.ID, Kind: s.Kind.Name, Version: s.Version, State: s.State, Owner: s.Owner, Titles: x.titles(s), When: s.When, Created: s.Created, Updated: s.Updated, Page: "/r/" + s.ID}
}

func (x *API) titles(s *app.Shown) record.Text {
	out := record.Text{}
	for _, l := range record.Languages {
		if t := s.Kind.TitleIn(s.Record, x.app.Namer(), l); t != "" {
			out[l] = t
		}
	}
	return out
}

func sharingOf(s record.Sharing) Sharing {
	out := Sharing{TLP: string(s.TLP)}
	for _, c := range s.Audience {
		out.Audience = append(out.Audience, Clause(c))
	}
	return out
}

func (s Sharing) rule() record.Sharing {
	out := record.Sharing{TLP: record.TLP(s.TLP)}
	for _, c := range s.Audience {
		out.Audience = append(out.Audience, record.Clause(c))
	}
	return out
}

func linksOf(list []Link) []record.Link {
	var out []record.Link
	for _, l := range list {
		out = append(out, record.Link{Relation: record.Relation(l.Relation), To: l.To})
	}
	return out
}

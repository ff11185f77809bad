package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// Member is a person whom the token's person may administer, with his registrations.
type Member struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Email         string         `json:"email"`
	Participant   string         `json:"participant,omitempty"`
	Organisation  string         `json:"organisation,omitempty" doc:"Id of the partner organisation that he belongs to"`
	Sectors       []string       `json:"sectors"`
	Duties        []string       `json:"duties"`
	Languages     []string       `json:"languages"`
	Zone          string         `json:"zone,omitempty"`
	Active        bool           `json:"active" doc:"He may sign in"`
	Registrations []Registration `json:"registrations"`
}

// Registration is a person in a section of a group.
type Registration struct {
	ID      string     `json:"id"`
	Group   string     `json:"group"`
	Section string     `json:"section"`
	Roles   []string   `json:"roles"`
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to,omitempty" doc:"Absent while it has no end"`
	Live    bool       `json:"live" doc:"It holds now"`
}

// MemberList is a page of people, by participant and name.
type MemberList struct {
	People []Member `json:"people"`
	Next   string   `json:"next,omitempty"`
	Total  int      `json:"total"`
}

// UnknownName is a name in reports that the catalogue does not know.
type UnknownName struct {
	Name string `json:"name"`
	Seen int    `json:"seen" doc:"How often"`
}

// UnknownNameList lists unknown names.
type UnknownNameList struct {
	Names []UnknownName `json:"names"`
}

// Settlement says what an unknown name is.
type Settlement struct {
	Name      string `json:"name"`
	Substance string `json:"substance,omitempty" doc:"Id of the substance or class; absent when it names none"`
}

// Suggestion is a substance that a beginning may mean.
type Suggestion struct {
	ID    string `json:"id"`
	Name  string `json:"name" doc:"In the language asked for"`
	Class string `json:"class" doc:"Name of its class"`
}

// SuggestionList lists suggestions.
type SuggestionList struct {
	Substances []Suggestion `json:"substances"`
}

// Participation is how many take part now, and how that grew by what the Coalition published.
type Participation struct {
	States        int      `json:"states"`
	Organisations int      `json:"organisations"`
	Officials     *int     `json:"officials,omitempty" doc:"Registered now. For officials only"`
	Growth        []Growth `json:"growth"`
}

// Growth is what a source says of a day.
type Growth struct {
	Date          string `json:"date" doc:"Day or month"`
	Countries     int    `json:"countries"`
	Organisations int    `json:"organisations"`
	Experts       int    `json:"experts,omitempty"`
	Source        string `json:"source"`
}

func (x *API) peopleOperations() {
	get := func(id, path, summary, sample string) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.directory", Summary: summary, Sample: sample}
	}
	add(x, get("list-people", "/people", "api.op.list-people", "/people?participant=GH"), x.people)
	suggest := get("suggest-substances", "/suggest/substances", "api.op.suggest-substances", "/suggest/substances?q=fent")
	suggest.Access = web.Anyone
	add(x, suggest, x.suggest)
	add(x, get("list-unknown-names", "/unknown-names", "api.op.list-unknown-names", "/unknown-names"), x.unknownNames)
	add(x, Operation{ID: "settle-unknown-name", Method: http.MethodPost, Path: "/unknown-names", Area: "api.area.directory", Summary: "api.op.settle-unknown-name", Scope: app.ScopeWrite, Sends: []string{"application/json"},
		shape: "Settlement", Sample: "/unknown-names", Body: `{"name":"tusi","substance":"ketamine"}`}, x.settle)
	participation := get("get-participation", "/participation", "api.op.get-participation", "/participation")
	participation.Access = web.Anyone
	add(x, participation, x.participation)
}

func (x *API) people(ctx context.Context, v app.Viewer, in *struct {
	Participant string `query:"participant" maxLength:"100"`
	Page
}) (*paged[MemberList], error) {
	all, err := x.app.People(ctx, v, in.Participant)
	if err != nil {
		return nil, err
	}
	part, next, err := cut(all, in.Page)
	if err != nil {
		return nil, err
	}
	out := &paged[MemberList]{Link: nextLink(ctx, next), Body: MemberList{People: []Member{}, Next: next, Total: len(all)}}
	for _, m := range part {
		y := Member{ID: m.ID, Name: m.Name, Email: m.Email, Participant: m.Participant, Organisation: m.Stakeholder, Sectors: texts(m.Sectors), Duties: texts(m.Duties), Languages: list(m.Languages), Zone: m.Zone, Active: m.Active, Registrations: []Registration{}}
		for _, g := range m.Registrations {
			y.Registrations = append(y.Registrations, Registration{g.ID, g.Group, string(g.Section), texts(g.Roles), g.From, orNil(g.To), g.Live(x.app.Now())})
		}
		out.Body.People = append(out.Body.People, y)
	}
	return out, nil
}

func (x *API) suggest(ctx context.Context, _ app.Viewer, in *struct {
	Text string `query:"q" required:"true" maxLength:"200"`
}) (*struct{ Body SuggestionList }, error) {
	cat, lang := x.app.Catalogue(), locales.From(ctx).Code
	out := SuggestionList{Substances: []Suggestion{}}
	for _, s := range cat.Search(in.Text, 12) {
		name, _ := cat.NameOf(s.ID, lang)
		class, _ := cat.NameOf(s.Class, lang)
		out.Substances = append(out.Substances, Suggestion{s.ID, name, class})
	}
	return &struct{ Body SuggestionList }{out}, nil
}

func (x *API) unknownNames(ctx context.Context, v app.Viewer, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}) (*struct{ Body UnknownNameList }, error) {
	names, err := x.app.Unknowns(ctx, v, in.Limit)
	out := UnknownNameList{Names: []UnknownName{}}
	for _, n := range names {
		out.Names = append(out.Names, UnknownName{n.Name, n.Seen})
	}
	return &struct{ Body UnknownNameList }{out}, err
}

func (x *API) settle(ctx context.Context, v app.Viewer, in *struct{ Sent }) (*nothing, error) {
	var n Settlement
	if _, _, err := in.json(&n); err != nil {
		return nil, err
	}
	if n.Name == "" {
		return nil, wrong(record.Problems{{Field: "name", Key: "problem.required"}})
	}
	return &nothing{}, x.app.ResolveUnknown(ctx, v, n.Name, n.Substance)
}

func (x *API) participation(ctx context.Context, v app.Viewer, _ *struct{}) (*struct{ Body Participation }, error) {
	all, err := x.app.Partakers(ctx, v)
	if err != nil {
		return nil, err
	}
	out, officials := Participation{Growth: []Growth{}}, 0
	for _, p := range all {
		officials += p.Officials
		switch {
		case !p.Part:
		case p.Type == coalition.State:
			out.States++
		case p.Type == coalition.Organisation:
			out.Organisations++
		}
	}
	if v.Official() {
		out.Officials = &officials
	}
	h, err := coalition.LoadHistory()
	if err != nil {
		return nil, err
	}
	for _, g := range h.Participation {
		out.Growth = append(out.Growth, Growth{g.Date, g.Countries, g.Organisations, g.Experts, g.Source})
	}
	return &struct{ Body Participation }{out}, nil
}

// cut returns the part of a list that a page asks for, and the cursor of the next.
func cut[T any](all []T, p Page) (part []T, next string, err error) {
	from := 0
	if p.Cursor != "" {
		if from, err = strconv.Atoi(p.Cursor); err != nil || from < 0 || from > len(all) {
			return nil, "", wrong(record.Problems{{Field: "cursor", Key: "problem.cursor"}})
		}
	}
	until := min(from+p.Limit, len(all))
	if until < len(all) {
		next = strconv.Itoa(until)
	}
	return all[from:until], next, nil
}

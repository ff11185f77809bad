package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/web"
)

// Participant takes part in the Coalition, or may.
type Participant struct {
	Code        string      `json:"code" doc:"ISO 3166-1 alpha-2, EU, or the short name of an organisation"`
	Alpha3      string      `json:"alpha3,omitempty"`
	Acronym     string      `json:"acronym,omitempty"`
	Type        string      `json:"type" enum:"state,union,organisation,secretariat"`
	Names       record.Text `json:"names"`
	Region      string      `json:"region,omitempty"`
	Zone        string      `json:"zone,omitempty" doc:"Main IANA time zone"`
	Section     string      `json:"section,omitempty" doc:"East or west: proposed for its officials"`
	TakesPart   bool        `json:"takes_part"`
	Declaration bool        `json:"declaration" doc:"Signed the Ministerial Declaration of 7 July 2023"`
	Officials   *int        `json:"officials,omitempty" doc:"Registered now. For officials only"`
	Groups      []string    `json:"groups,omitempty" doc:"In which they are registered. For officials only"`
}

// ParticipantList lists participants.
type ParticipantList struct {
	Participants []Participant `json:"participants"`
}

// Group is a Working Group, a Sub-Working Group, a Line of Action or a network.
type Group struct {
	ID          string       `json:"id"`
	Label       string       `json:"label"`
	Type        string       `json:"type"`
	Parent      string       `json:"parent,omitempty"`
	Titles      record.Text  `json:"titles"`
	Theme       string       `json:"theme,omitempty" doc:"English"`
	Launched    string       `json:"launched,omitempty"`
	By          []string     `json:"by" doc:"Participants that launched it"`
	Members     []string     `json:"members" doc:"Participants named as members, where registration alone does not say"`
	Site        string       `json:"site,omitempty"`
	Sections    []Section    `json:"sections"`
	Delegations []Delegation `json:"delegations,omitempty" doc:"Officials registered now, by participant. For officials only, where one group is fetched"`
}

// Section is the East or West set of a group.
type Section struct {
	ID        string   `json:"id" doc:"As audiences and topics name it: swg1.1/west"`
	Languages []string `json:"languages" doc:"Of interpretation"`
	Chairs    []Chair  `json:"chairs"`
}

// Chair is a co-chair, by office.
type Chair struct {
	Country     string `json:"country"`
	Institution string `json:"institution"`
	Role        string `json:"role"`
}

// Delegation is how many officials of a participant are registered in a group.
type Delegation struct {
	Participant string   `json:"participant"`
	Officials   int      `json:"officials"`
	Roles       []string `json:"roles" doc:"Beside member"`
}

// GroupList lists groups.
type GroupList struct {
	Groups []Group `json:"groups"`
}

// Me is the person that the token stands for.
type Me struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Email       string    `json:"email"`
	Owner       string    `json:"owner" doc:"The code under which what you make is owned"`
	Participant string    `json:"participant,omitempty"`
	Sectors     []string  `json:"sectors"`
	Duties      []string  `json:"duties"`
	Languages   []string  `json:"languages"`
	Zone        string    `json:"zone,omitempty"`
	Official    bool      `json:"official" doc:"Registered in a group now"`
	Groups      []string  `json:"groups" doc:"Groups and sections of live registrations"`
	Chairs      []string  `json:"chairs" doc:"Those whose co-chair or coordinator you are"`
	Token       *TokenNow `json:"token,omitempty"`
}

// TokenNow is the token of the request.
type TokenNow struct {
	Name    string    `json:"name"`
	Scopes  []string  `json:"scopes"`
	Expires time.Time `json:"expires"`
}

func (x *API) directoryOperations() {
	get := func(id, path, summary, sample string, access web.Access) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Area: "api.area.directory", Summary: summary, Access: access, Sample: sample}
	}
	add(x, get("get-me", "/me", "api.op.get-me", "/me", web.SignedIn), x.me)
	add(x, get("list-participants", "/participants", "api.op.list-participants", "/participants?type=organisation", web.Anyone), x.participants)
	add(x, get("get-participant", "/participants/{code}", "api.op.get-participant", "/participants/GH", web.Anyone), x.participant)
	add(x, get("list-groups", "/groups", "api.op.list-groups", "/groups", web.Anyone), x.groups)
	add(x, get("get-group", "/groups/{id}", "api.op.get-group", "/groups/swg1.1", web.Anyone), x.group)
	add(x, get("list-substances", "/substances", "api.op.list-substances", "/substances?q=fentanyl&limit=5", web.Anyone), x.substances)
	add(x, get("get-substance", "/substances/{id}", "api.op.get-substance", "/substances/fentanyl", web.Anyone), x.substance)
}

func (x *API) me(ctx context.Context, v app.Viewer, _ *struct{}) (*struct{ Body Me }, error) {
	p := v.Person
	out := Me{ID: p.ID, Name: p.Name, Email: p.Email, Owner: v.Owner(), Participant: p.Participant, Sectors: texts(p.Sectors), Duties: texts(p.Duties), Languages: list(p.Languages), Zone: p.Zone,
		Official: v.Official(), Groups: []string{}, Chairs: list(v.Chairs)}
	for _, t := range v.Tokens {
		if g, ok := strings.CutPrefix(t, "g:"); ok && !strings.Contains(g, "&") {
			out.Groups = append(out.Groups, g)
		}
	}
	if v.Pass != nil {
		held, err := x.app.Tokens(ctx, v)
		if err != nil {
			return nil, err
		}
		for _, t := range held {
			if t.ID == v.Pass.Token {
				out.Token = &TokenNow{t.Name, t.Scopes, t.Expires}
			}
		}
	}
	return &struct{ Body Me }{out}, nil
}

func texts[T ~string](xs []T) []string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = string(x)
	}
	return out
}

func participantOf(v app.Viewer, p app.Partaker) Participant {
	out := Participant{Code: p.Code, Alpha3: p.Alpha3, Acronym: p.Acronym, Type: string(p.Type), Names: p.Names, Region: p.Region, Zone: p.Zone, Section: string(p.DefaultSection), TakesPart: p.Part, Declaration: p.Declaration}
	if v.Official() {
		out.Officials, out.Groups = &p.Officials, p.Groups
	}
	return out
}

func (x *API) participants(ctx context.Context, v app.Viewer, in *struct {
	Type   string `query:"type" enum:"state,union,organisation,secretariat"`
	Region string `query:"region" maxLength:"100"`
}) (*struct{ Body ParticipantList }, error) {
	all, err := x.app.Partakers(ctx, v)
	out := &struct{ Body ParticipantList }{ParticipantList{Participants: []Participant{}}}
	for _, p := range all {
		if (in.Type == "" || string(p.Type) == in.Type) && (in.Region == "" || p.Region == in.Region) {
			out.Body.Participants = append(out.Body.Participants, participantOf(v, p))
		}
	}
	return out, err
}

func (x *API) participant(ctx context.Context, v app.Viewer, in *struct {
	Code string `path:"code" maxLength:"100"`
}) (*struct{ Body Participant }, error) {
	all, err := x.app.Partakers(ctx, v)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(p app.Partaker) bool { return p.Code == in.Code })
	if i < 0 {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	return &struct{ Body Participant }{participantOf(v, all[i])}, nil
}

func (x *API) groupOf(g *coalition.Group) Group {
	out := Group{ID: g.ID, Label: g.Label(), Type: string(g.Type), Parent: g.Parent, Titles: g.Titles, Theme: g.Theme, Launched: g.Launched, By: list(g.By), Members: list(g.Members), Site: g.Site, Sections: []Section{}}
	if !g.Sectioned() {
		return out
	}
	for _, s := range x.app.Directory().Sections() {
		y := Section{ID: g.ID + "/" + string(s.Hemisphere), Languages: list(s.Languages), Chairs: []Chair{}}
		for _, c := range g.CoChairs {
			if c.Section == s.Hemisphere {
				y.Chairs = append(y.Chairs, Chair{c.Country, c.Institution, c.Role})
			}
		}
		out.Sections = append(out.Sections, y)
	}
	return out
}

func (x *API) groups(context.Context, app.Viewer, *struct{}) (*struct{ Body GroupList }, error) {
	out := &struct{ Body GroupList }{GroupList{Groups: []Group{}}}
	for _, g := range x.app.Directory().Groups() {
		out.Body.Groups = append(out.Body.Groups, x.groupOf(g))
	}
	return out, nil
}

func (x *API) group(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body Group }, error) {
	g, ok := x.app.Directory().Group(in.ID)
	if !ok {
		return nil, &app.Error{Code: app.NotFound, Key: "error.not-found"}
	}
	out := x.groupOf(g)
	delegations, err := x.app.Delegations(ctx, v, g.ID)
	for _, d := range delegations {
		out.Delegations = append(out.Delegations, Delegation{d.Participant, d.Officials, list(d.Roles)})
	}
	return &struct{ Body Group }{out}, err
}

// Package coalition knows who takes part: participants and their regions, groups and their sections, people and their
// registrations, and the codes and names of places. Its facts are data files that a reader can hold against the
// Coalition's report of 2023-2024. It is pure.
package coalition

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed data/*.yaml
var data embed.FS

// Languages are the six in which the Coalition interprets; every name is there in each of them.
var Languages = []string{"en", "es", "ar", "fr", "pt", "ru"}

// ParticipantType says what a participant is.
type ParticipantType string

// The types of participants. The secretariat is the Coalition's own and is not counted.
const (
	State           ParticipantType = "state"
	Union           ParticipantType = "union"
	Organisation    ParticipantType = "organisation"
	SecretariatType ParticipantType = "secretariat"
)

// SecretariatCode is the code of the secretariat.
const SecretariatCode = "secretariat"

// Hemisphere names a section: its East or West set.
type Hemisphere string

// The sections.
const (
	East Hemisphere = "east"
	West Hemisphere = "west"
)

// Participant is a state or an organisation that takes part.
type Participant struct {
	Code           string // ISO 3166-1 alpha-2 (XK user-assigned), EU, or an organisation's slug
	Alpha3         string // ISO 3166-1, for states
	Numeric        string // ISO 3166-1, for states
	Acronym        string // of an organisation
	Type           ParticipantType
	Names          map[string]string // by language, all six
	Printed        string            // as the report prints it, where that differs from the English name
	Region         string            // of a state
	Zone           string            // main IANA time zone
	DefaultSection Hemisphere        // proposed for its officials; "" where the report does not say
	Shipped        bool              // took part by the end of 2024, by the report
	Declaration    bool              // signed the Ministerial Declaration of 7 July 2023
}

// Name returns the name in the language, else in English.
func (p *Participant) Name(lang string) string { return named(p.Names, lang) }

func named(names map[string]string, lang string) string {
	if n := names[lang]; n != "" {
		return n
	}
	return names["en"]
}

// Region is one of the six under which the report lists states.
type Region struct {
	ID      string            `yaml:"id"`
	Section Hemisphere        `yaml:"section"`
	Names   map[string]string `yaml:"names"`
}

// Section is a group's East or West set.
type Section struct {
	Hemisphere Hemisphere `yaml:"hemisphere"`
	Languages  []string   `yaml:"languages"` // of interpretation
}

// CoChair is a chair of a section, by office; the report gives no terms.
type CoChair struct {
	Group       string     `yaml:"group"`
	Section     Hemisphere `yaml:"section"`
	Country     string     `yaml:"country"`
	Institution string     `yaml:"institution"`
	Role        string     `yaml:"role"`
}

// Coordinators says how many coordinators of the Sub-Working Groups' calls an organisation sent.
type Coordinators struct {
	Organisation string `yaml:"organisation"`
	Count        int    `yaml:"count"`
}

// GroupType says what a group is.
type GroupType string

// The types of groups.
const (
	WorkingGroup     GroupType = "working-group"
	SubWorkingGroup  GroupType = "sub-working-group"
	LineOfAction     GroupType = "line-of-action"
	Network          GroupType = "network"
	RegionalDialogue GroupType = "regional-dialogue"
)

// GroupTypes lists every type.
var GroupTypes = []GroupType{WorkingGroup, SubWorkingGroup, LineOfAction, Network, RegionalDialogue}

// Group is a Working Group, a Sub-Working Group, a Line of Action or a network. Working Groups and Sub-Working Groups
// exist twice, once a section; elsewhere a section only says at which hours its people meet.
type Group struct {
	ID       string            `yaml:"id"`
	Type     GroupType         `yaml:"type"`
	Parent   string            `yaml:"parent"`   // the group that it belongs to or continues; "" for a Working Group
	Launched string            `yaml:"launched"` // partial date, "" where the report does not say
	By       []string          `yaml:"by"`       // participants that launched it or stand behind it
	Members  []string          `yaml:"members"`  // participants named as its members; empty where registration alone says
	Founders int               `yaml:"founders"` // countries that launched it, where only their number is known
	Site     string            `yaml:"site"`
	Titles   map[string]string `yaml:"titles"`
	Theme    string            `yaml:"theme"` // English
	CoChairs []CoChair         `yaml:"-"`
}

// Sectioned reports whether the group exists as an East and a West section.
func (g *Group) Sectioned() bool { return g.Type == WorkingGroup || g.Type == SubWorkingGroup }

// Label is the group's id as people write it: "SWG 1.1", "L5", "ICATI".
func (g *Group) Label() string {
	if g.Type == SubWorkingGroup {
		return "SWG " + g.ID[3:]
	}
	if g.Type == WorkingGroup {
		return "WG " + g.ID[2:]
	}
	return strings.ToUpper(g.ID)
}

// Title returns the title in the language, else in English.
func (g *Group) Title(lang string) string { return named(g.Titles, lang) }

// Directory is the shipped directory. It does not change.
type Directory struct {
	participants []*Participant
	byCode       map[string]*Participant
	countries    map[string]*country
	codes        []string // of countries, sorted
	regions      []Region
	sections     []Section
	groups       []*Group
	coordinators []Coordinators
}

type country struct {
	Code    string            `yaml:"code"`
	Alpha3  string            `yaml:"alpha3"`
	Numeric string            `yaml:"numeric"`
	Zone    string            `yaml:"zone"`
	Region  string            `yaml:"region"`
	Names   map[string]string `yaml:"names"`
	Printed string            `yaml:"printed"`
	Parts   map[string]string `yaml:"-"`
}

var load = sync.OnceValues(read)

// Load returns the shipped directory. It is read once.
func Load() (*Directory, error) { return load() }

func decode(name string, into any) error {
	raw, err := data.ReadFile("data/" + name)
	if err == nil {
		err = yaml.UnmarshalWithOptions(raw, into, yaml.Strict())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func read() (*Directory, error) {
	d := &Directory{byCode: map[string]*Participant{}, countries: map[string]*country{}}
	var groups struct {
		Regions      []Region       `yaml:"regions"`
		Sections     []Section      `yaml:"sections"`
		Groups       []*Group       `yaml:"groups"`
		Coordinators []Coordinators `yaml:"coordinators"`
		CoChairs     []CoChair      `yaml:"co_chairs"`
	}
	var countries []*country
	var parts map[string]map[string]string
	var signed []string
	var organisations []struct {
		Code, Acronym, Zone string
		Type                ParticipantType
		Names               map[string]string
	}
	for name, into := range map[string]any{"groups.yaml": &groups, "countries.yaml": &countries, "subdivisions.yaml": &parts,
		"signatories.yaml": &signed, "organisations.yaml": &organisations} {
		if err := decode(name, into); err != nil {
			return nil, err
		}
	}
	d.regions, d.sections, d.groups, d.coordinators = groups.Regions, groups.Sections, groups.Groups, groups.Coordinators
	for _, g := range d.groups {
		if g.Type == "" {
			g.Type = WorkingGroup
			if g.Parent != "" {
				g.Type = SubWorkingGroup
			}
		}
		for _, c := range groups.CoChairs {
			if c.Group == g.ID {
				g.CoChairs = append(g.CoChairs, c)
			}
		}
	}
	for _, c := range countries {
		c.Parts = parts[c.Code]
		d.countries[c.Code] = c
		d.codes = append(d.codes, c.Code)
		if c.Region != "" || c.Code == "EU" {
			d.add(d.state(c))
		}
	}
	for _, o := range organisations {
		p := &Participant{Code: o.Code, Acronym: o.Acronym, Type: o.Type, Names: o.Names, Zone: o.Zone, Shipped: o.Type == ""}
		if p.Type == "" {
			p.Type = Organisation
		}
		d.add(p)
	}
	for _, code := range signed {
		if p := d.byCode[code]; p != nil {
			p.Declaration = true
		}
	}
	return d, nil
}

func (d *Directory) state(c *country) *Participant {
	p := &Participant{Code: c.Code, Alpha3: c.Alpha3, Numeric: c.Numeric, Type: State, Names: c.Names, Printed: c.Printed, Region: c.Region, Zone: c.Zone, Shipped: true}
	if c.Code == "EU" {
		p.Type, p.DefaultSection = Union, West
	}
	for _, r := range d.regions {
		if r.ID == c.Region {
			p.DefaultSection = r.Section
		}
	}
	return p
}

func (d *Directory) add(p *Participant) {
	d.participants = append(d.participants, p)
	d.byCode[p.Code] = p
}

// Participants returns every participant: states and the European Union by code, then organisations, then the secretariat.
func (d *Directory) Participants() []*Participant { return d.participants }

// Participant returns the participant of a code.
func (d *Directory) Participant(code string) (*Participant, bool) {
	p, ok := d.byCode[code]
	return p, ok
}

// Regions returns the six regions.
func (d *Directory) Regions() []Region { return d.regions }

// Sections returns the two sections that every group has.
func (d *Directory) Sections() []Section { return d.sections }

// GroupsOf returns the groups of a type, in the order of the data.
func (d *Directory) GroupsOf(t GroupType) []*Group {
	var out []*Group
	for _, g := range d.groups {
		if g.Type == t {
			out = append(out, g)
		}
	}
	return out
}

// Above returns a group's id and those of the groups that it belongs to, nearest first.
func (d *Directory) Above(id string) []string {
	var out []string
	for id != "" && len(out) < 5 {
		out = append(out, id)
		g, ok := d.Group(id)
		if !ok {
			break
		}
		id = g.Parent
	}
	return out
}

// Groups returns the Working Groups, each followed by its Sub-Working Groups, then the Lines of Action and the networks.
func (d *Directory) Groups() []*Group { return d.groups }

// Group returns the group of an id.
func (d *Directory) Group(id string) (*Group, bool) {
	i := slices.IndexFunc(d.groups, func(g *Group) bool { return g.ID == id })
	if i < 0 {
		return nil, false
	}
	return d.groups[i], true
}

// HasGroup reports whether there is a group, or a section of one ("swg1.1/west").
func (d *Directory) HasGroup(id string) bool {
	group, section, sectioned := strings.Cut(id, "/")
	if sectioned && section != string(East) && section != string(West) {
		return false
	}
	_, ok := d.Group(group)
	return ok
}

// Coordinators returns who coordinated the Sub-Working Groups' calls.
func (d *Directory) Coordinators() []Coordinators { return d.coordinators }

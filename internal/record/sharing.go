package record

import "slices"

// TLP is a label of the Traffic Light Protocol 2.0 (FIRST, 2022).
type TLP string

// The five labels, from the widest to the narrowest.
const (
	Clear       TLP = "CLEAR"
	Green       TLP = "GREEN"
	Amber       TLP = "AMBER"
	AmberStrict TLP = "AMBER+STRICT"
	Red         TLP = "RED"
)

// TLPs lists the labels from the widest to the narrowest.
var TLPs = []TLP{Clear, Green, Amber, AmberStrict, Red}

// Clause names one part of an audience: exactly one of Participant, Group, Organisation and Person is set.
// Sectors, where given, narrow a participant's or group's officials to those sectors; the clause then means
// "officials of that participant who work in one of those sectors". An audience is the union of its clauses.
type Clause struct {
	Participant  string   `json:"participant,omitempty"`
	Group        string   `json:"group,omitempty"`        // group id, or group id + "/" + hemisphere for one section
	Organisation string   `json:"organisation,omitempty"` // a stakeholder organisation
	Person       string   `json:"person,omitempty"`
	Sectors      []string `json:"sectors,omitempty"`
}

// Sharing is the rule as the owner writes it: a TLP label and, for AMBER and narrower, the audience.
// CLEAR and GREEN ignore the audience. An empty or unknown audience means the owner alone.
type Sharing struct {
	TLP      TLP      `json:"tlp"`
	Audience []Clause `json:"audience,omitempty"`
}

// Clone returns a copy that shares no memory with s.
func (s Sharing) Clone() Sharing {
	c := Sharing{TLP: s.TLP, Audience: slices.Clone(s.Audience)}
	for i := range c.Audience {
		c.Audience[i].Sectors = slices.Clone(c.Audience[i].Sectors)
	}
	return c
}

// Validate reports what is wrong with the rule as written. Whether the named participants exist is the caller's to check.
func (s Sharing) Validate() Problems {
	var p Problems
	if !slices.Contains(TLPs, s.TLP) {
		p.Add("sharing.tlp", "problem.sharing.tlp", "value", string(s.TLP))
		return p
	}
	for _, c := range s.Audience {
		switch named := count(c.Participant, c.Group, c.Organisation, c.Person); {
		case named != 1:
			p.Add("sharing.audience", "problem.sharing.clause")
		case s.TLP == Red && c.Person == "":
			p.Add("sharing.audience", "problem.sharing.red")
		case s.TLP == AmberStrict && c.Participant == "":
			p.Add("sharing.audience", "problem.sharing.strict")
		}
	}
	return p
}

func count(names ...string) (n int) {
	for _, s := range names {
		if s != "" {
			n++
		}
	}
	return n
}

// Package substance knows substances and their classes: names in many languages and on the street, identifiers,
// international control, each with its source; and it finds the substances that a free text names. It is pure; its data
// are files beside it.
package substance

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed data
var data embed.FS

// Control is one entry of an international list.
type Control struct {
	Treaty   string // "1961", "1971" or "1988"
	Schedule string // I to IV; of 1988 the Table, I or II
	From     string // year or day of effect, where it is certain
	Source   string
}

// Substance is one entry of the catalogue.
type Substance struct {
	ID       string
	Name     string            // preferred, English (INN where there is one)
	Names    map[string]string // by language, where they differ and are certain
	Synonyms []string
	Street   []string
	Class    string
	CAS      string // with hyphens; "" where it is not certain
	InChIKey string
	SMILES   string
	Controls []Control
	Sources  []string
}

// Class is a node of the class tree.
type Class struct {
	ID     string            `yaml:"id"`
	Parent string            `yaml:"parent"` // "" at the top
	Names  map[string]string `yaml:"names"`  // by language
	Also   []string          `yaml:"also"`   // other names, English
}

// Ambiguous is a name that means several things.
type Ambiguous struct {
	Text       string   `yaml:"text"`
	Candidates []string `yaml:"candidates"` // ids of substances or classes
	Source     string   `yaml:"source"`
}

// Catalogue holds all substances and classes. It does not change after it is loaded.
type Catalogue struct {
	substances []*Substance // by name
	keys       [][]string   // of each substance: what its names are searched by
	byID       map[string]*Substance
	classes    []*Class // parents before children
	classByID  map[string]*Class
	ancestors  map[string][]string
	ambiguous  []Ambiguous
}

var load = sync.OnceValues(read)

// Load returns the shipped catalogue. It is read once.
func Load() (*Catalogue, error) { return load() }

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

func read() (*Catalogue, error) {
	c := &Catalogue{byID: map[string]*Substance{}, classByID: map[string]*Class{}, ancestors: map[string][]string{}}
	var names map[string]map[string]string
	var identifiers map[string]struct{ InChIKey, SMILES string }
	for name, into := range map[string]any{"classes.yaml": &c.classes, "names.yaml": &names, "identifiers.yaml": &identifiers, "ambiguous.yaml": &c.ambiguous} {
		if err := decode(name, into); err != nil {
			return nil, err
		}
	}
	for _, k := range c.classes {
		if k.Parent != "" && c.classByID[k.Parent] == nil {
			return nil, fmt.Errorf("class %s stands before its parent %s", k.ID, k.Parent)
		}
		c.classByID[k.ID] = k
		if k.Parent != "" {
			c.ancestors[k.ID] = append([]string{k.Parent}, c.ancestors[k.Parent]...)
		}
	}
	for _, file := range []string{"opioids", "stimulants", "cannabinoids", "sedatives", "others"} {
		if err := c.readList(file + ".txt"); err != nil {
			return nil, err
		}
	}
	for id, n := range names {
		if c.byID[id] == nil {
			return nil, fmt.Errorf("names.yaml: there is no substance %s", id)
		}
		c.byID[id].Names = n
	}
	for id, x := range identifiers {
		if c.byID[id] == nil {
			return nil, fmt.Errorf("identifiers.yaml: there is no substance %s", id)
		}
		c.byID[id].InChIKey, c.byID[id].SMILES = x.InChIKey, x.SMILES
		c.byID[id].Sources = append(c.byID[id].Sources, "PubChem")
	}
	slices.SortFunc(c.substances, func(a, b *Substance) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	for _, s := range c.substances {
		var keys []string
		for _, n := range s.allNames() {
			keys = append(keys, key(n))
		}
		c.keys = append(c.keys, keys)
	}
	return c, nil
}

// readList reads a file of substances: "[class]" lines, then a substance a line.
func (c *Catalogue) readList(file string) error {
	raw, err := data.ReadFile("data/" + file)
	if err != nil {
		return err
	}
	class := ""
	for i, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			if class = strings.Trim(line, "[]"); c.classByID[class] == nil {
				return fmt.Errorf("%s:%d: there is no class %q", file, i+1, class)
			}
			continue
		}
		s, err := parse(line)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
		s.Class = class
		if c.byID[s.ID] != nil || c.classByID[s.ID] != nil {
			return fmt.Errorf("%s:%d: %s is there twice", file, i+1, s.ID)
		}
		c.byID[s.ID] = s
		c.substances = append(c.substances, s)
	}
	return nil
}

func parse(line string) (*Substance, error) {
	cols := strings.Split(line, "|")
	for len(cols) < 4 {
		cols = append(cols, "")
	}
	s := &Substance{Name: strings.TrimSpace(cols[0]), CAS: strings.TrimSpace(cols[3])}
	s.ID = slug(s.Name)
	for _, f := range strings.Fields(cols[1]) {
		k, err := control(f)
		if err != nil {
			return nil, err
		}
		s.Controls = append(s.Controls, k)
		if !slices.Contains(s.Sources, k.Source) {
			s.Sources = append(s.Sources, k.Source)
		}
	}
	for _, n := range strings.Split(cols[2], ";") {
		if n = strings.TrimSpace(n); n == "" {
			continue
		}
		if street, is := strings.CutPrefix(n, "*"); is {
			s.Street = append(s.Street, street)
		} else {
			s.Synonyms = append(s.Synonyms, n)
		}
	}
	if len(s.Sources) == 0 {
		s.Sources = []string{"UNODC Early Warning Advisory; EUDA Early Warning System; WHO INN lists"}
	}
	return s, nil
}

var lists = map[string][2]string{
	"61": {"1961", "INCB, List of Narcotic Drugs under International Control (Yellow List)"},
	"71": {"1971", "INCB, List of Psychotropic Substances under International Control (Green List)"},
	"88": {"1988", "INCB, List of Precursors and Chemicals under International Control (Red List)"},
}

func control(f string) (Control, error) {
	entry, from, _ := strings.Cut(f, "@")
	treaty, schedule, ok := strings.Cut(entry, ":")
	l, known := lists[treaty]
	if !ok || !known || !slices.Contains([]string{"I", "II", "III", "IV"}, schedule) {
		return Control{}, fmt.Errorf("the control %q is not understood", f)
	}
	return Control{Treaty: l[0], Schedule: schedule, From: from, Source: l[1]}, nil
}

// slug makes an id from a name: lower case letters and digits, hyphens between.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// All returns every substance, by name.
func (c *Catalogue) All() []*Substance { return c.substances }

// Classes returns every class, parents before their children.
func (c *Catalogue) Classes() []*Class { return c.classes }

// Get returns a substance.
func (c *Catalogue) Get(id string) (*Substance, bool) {
	s, ok := c.byID[id]
	return s, ok
}

// Class returns a class.
func (c *Catalogue) Class(id string) (*Class, bool) {
	k, ok := c.classByID[id]
	return k, ok
}

// NameOf returns the name of a substance or class in the language, else in English.
func (c *Catalogue) NameOf(id, lang string) (string, bool) {
	if s, ok := c.byID[id]; ok {
		if n := s.Names[lang]; n != "" {
			return n, true
		}
		return s.Name, true
	}
	if k, ok := c.classByID[id]; ok {
		if n := k.Names[lang]; n != "" {
			return n, true
		}
		return k.Names["en"], true
	}
	return "", false
}

// Ancestors returns the classes above a substance or class, nearest first.
func (c *Catalogue) Ancestors(id string) []string {
	if s, ok := c.byID[id]; ok {
		return c.above(s.Class)
	}
	return c.ancestors[id]
}

func (c *Catalogue) above(class string) []string {
	up := c.ancestors[class]
	out := make([]string, 0, len(up)+1)
	return append(append(out, class), up...)
}

// Members returns the substances of a class and of the classes under it, by name.
func (c *Catalogue) Members(class string) []*Substance {
	var out []*Substance
	for _, s := range c.substances {
		if s.Class == class || slices.Contains(c.ancestors[s.Class], class) {
			out = append(out, s)
		}
	}
	return out
}

// Search returns the substances one of whose names begins with the text, or holds it as a word's beginning, by name; at most limit.
func (c *Catalogue) Search(text string, limit int) []*Substance {
	want := key(text)
	if want == "" {
		return nil
	}
	var first, then []*Substance
	for i, s := range c.substances {
		best := 0
		for _, k := range c.keys[i] {
			if strings.HasPrefix(k, want) {
				best = 2
				break
			} else if strings.Contains(k, want) {
				best = 1
			}
		}
		switch best {
		case 2:
			first = append(first, s)
		case 1:
			then = append(then, s)
		}
	}
	out := append(first, then...)
	return out[:min(len(out), limit)]
}

func (s *Substance) allNames() []string {
	out := append([]string{s.Name}, s.Synonyms...)
	out = append(out, s.Street...)
	for _, n := range s.Names {
		out = append(out, n)
	}
	if s.CAS != "" {
		out = append(out, s.CAS)
	}
	return out
}

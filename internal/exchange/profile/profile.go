// Package profile says how a table that somebody else keeps is read as records of one kind: which column is which field,
// how dates and numbers are written, which columns flag a substance, which hold free text that names substances.
package profile

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"tocsin/internal/record"
)

// Profile is a declaration of how to read a table. It is a YAML file; see the shipped ones.
type Profile struct {
	Name      string            `yaml:"name"`
	Version   int               `yaml:"version"` // a new version reads every row anew
	Kind      string            `yaml:"kind"`
	Title     map[string]string `yaml:"title"`  // by language
	Source    string            `yaml:"source"` // where such tables come from
	Owner     string            `yaml:"owner"`  // participant; empty for the importer's own
	Sharing   Sharing           `yaml:"sharing"`
	Key       []string          `yaml:"key"` // columns that identify a row; without them its content and its place among equals do
	Table     Table             `yaml:"table"`
	Direct    bool              `yaml:"direct"` // column names are field paths, as in exports
	Constants map[string]any    `yaml:"constants"`
	Columns   []Column          `yaml:"columns"`
	Flags     []Flag            `yaml:"flags"`
	Texts     []Text            `yaml:"texts"`
	Item      map[string]any    `yaml:"item"`   // fields that every substance item gets, such as certainty
	Ignore    []string          `yaml:"ignore"` // columns that are known and not read
}

// Sharing is the rule that the records get.
type Sharing struct {
	TLP          record.TLP `yaml:"tlp"`
	Participants []string   `yaml:"participants"`
	Groups       []string   `yaml:"groups"`
	Sectors      []string   `yaml:"sectors"`
}

// Rule returns the sharing rule of the records.
func (s Sharing) Rule() record.Sharing {
	r := record.Sharing{TLP: s.TLP}
	for _, p := range s.Participants {
		r.Audience = append(r.Audience, record.Clause{Participant: p, Sectors: s.Sectors})
	}
	for _, g := range s.Groups {
		r.Audience = append(r.Audience, record.Clause{Group: g, Sectors: s.Sectors})
	}
	return r
}

// Table says how the file is read where sniffing is not wanted.
type Table struct {
	Encoding  string `yaml:"encoding"`
	Delimiter string `yaml:"delimiter"`
	Sheet     string `yaml:"sheet"`
}

// Column reads a column into a field.
type Column struct {
	Column   string         `yaml:"column"`
	Field    string         `yaml:"field"` // dotted path, list items counted from 1
	Required bool           `yaml:"required"`
	Dates    []string       `yaml:"dates"`   // Go layouts of dates, tried in order
	Number   *Number        `yaml:"number"`  // reads a number
	Values   map[string]any `yaml:"values"`  // what cells mean; others are a problem
	Default  any            `yaml:"default"` // of an empty cell
	Text     bool           `yaml:"text"`    // also names substances
}

// Number says how numbers are written.
type Number struct {
	Decimal   string `yaml:"decimal"`
	Thousands string `yaml:"thousands"`
	Integer   bool   `yaml:"integer"`
	Missing   []string
}

// Flag is a column that says whether one substance was found.
type Flag struct {
	Column    string   `yaml:"column"`
	Substance string   `yaml:"substance"`
	When      []string `yaml:"when"` // cells that mean yes; blank means no
	Not       []string `yaml:"not"`  // cells that mean no
}

// Text is a column of free text that names substances; Field keeps the text itself.
type Text struct {
	Column string `yaml:"column"`
	Field  string `yaml:"field"`
}

//go:embed shipped/*.yaml
var shipped embed.FS

var load = sync.OnceValues(func() ([]*Profile, error) {
	files, err := shipped.ReadDir("shipped")
	if err != nil {
		return nil, err
	}
	var out []*Profile
	for _, f := range files {
		raw, err := shipped.ReadFile(path.Join("shipped", f.Name()))
		if err != nil {
			return nil, err
		}
		p, err := Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		out = append(out, p)
	}
	return out, nil
})

// Shipped returns the profiles that come with the program, by name.
func Shipped() ([]*Profile, error) { return load() }

// Get returns a shipped profile, or the template of a kind: "template-KIND".
func Get(name string) (*Profile, bool) {
	all, err := load()
	if err != nil {
		return nil, false
	}
	if i := slices.IndexFunc(all, func(p *Profile) bool { return p.Name == name }); i >= 0 {
		return all[i], true
	}
	if kind, ok := strings.CutPrefix(name, templatePrefix); ok {
		return Template(kind), true
	}
	return nil, false
}

const templatePrefix = "template-"

// coded are the kinds whose rows a column identifies, so that a row that was mended changes its record.
var coded = map[string]string{"recommendation": "code", "initiative": "code", "contribution": "identifier"}

// Template returns the profile of a table whose columns are named as the fields of a kind, as an export writes it.
func Template(kind string) *Profile {
	p := &Profile{Name: templatePrefix + kind, Version: 1, Kind: kind, Direct: true, Source: "an export of this system, or its template",
		Title: map[string]string{"en": "Table with field names", "es": "Tabla con nombres de campos", "ar": "جدول بأسماء الحقول",
			"fr": "Tableau avec noms de champs", "pt": "Tabela com nomes de campos", "ru": "Таблица с названиями полей"}}
	if c := coded[kind]; c != "" {
		p.Key = []string{c}
	}
	return p
}

// For returns the profiles by which tables of a kind are read, its template last.
func For(kind string) ([]*Profile, error) {
	all, err := load()
	if err != nil {
		return nil, err
	}
	var out []*Profile
	for _, p := range all {
		if p.Kind == kind {
			out = append(out, p)
		}
	}
	return append(out, Template(kind)), nil
}

// Parse reads a profile. The error says what is wrong with the line and column.
func Parse(raw []byte) (*Profile, error) {
	var p Profile
	if err := yaml.UnmarshalWithOptions(raw, &p, yaml.Strict()); err != nil {
		return nil, err
	}
	if problems := p.Validate(); len(problems) > 0 {
		return nil, problems
	}
	return &p, nil
}

// Validate reports what is wrong with a profile in itself.
func (p *Profile) Validate() record.Problems {
	var out record.Problems
	for field, v := range map[string]string{"name": p.Name, "kind": p.Kind} {
		if v == "" {
			out.Add(field, "problem.required")
		}
	}
	if strings.ContainsAny(p.Name, "|/\\ \t\n") {
		out.Add("name", "problem.profile.name")
	}
	if p.Sharing.TLP == "" && !p.Direct {
		out.Add("sharing.tlp", "problem.required")
	} else if p.Sharing.TLP != "" {
		out = append(out, p.Sharing.Rule().Validate()...)
	}
	if p.Direct != (len(p.Columns)+len(p.Flags)+len(p.Texts) == 0) {
		out.Add("columns", "problem.profile.columns")
	}
	seen := map[string]bool{}
	for _, c := range p.mapped() {
		if seen[c] {
			out.Add("columns", "problem.profile.double", "value", c)
		}
		seen[c] = true
	}
	for _, k := range p.Key {
		if k == "" {
			out.Add("key", "problem.required")
		}
	}
	return out
}

// mapped returns the columns that the profile reads or ignores.
func (p *Profile) mapped() []string {
	var out []string
	for _, c := range p.Columns {
		out = append(out, c.Column)
	}
	for _, f := range p.Flags {
		out = append(out, f.Column)
	}
	for _, t := range p.Texts {
		out = append(out, t.Column)
	}
	return append(out, p.Ignore...)
}

// Stray returns the columns of a file that the profile neither reads nor ignores, and those that it reads and the file lacks.
func (p *Profile) Stray(columns []string) (unknown, missing []string) {
	if p.Direct {
		return nil, nil
	}
	mapped := p.mapped()
	for _, c := range columns {
		if !slices.Contains(mapped, c) {
			unknown = append(unknown, c)
		}
	}
	for _, c := range mapped {
		if !slices.Contains(columns, c) && !slices.Contains(p.Ignore, c) {
			missing = append(missing, c)
		}
	}
	return unknown, missing
}

// personal are parts of column names that stand for a person's identity, in the six languages.
var personal = []string{"name", "surname", "firstname", "lastname", "forename", "address", "dateofbirth", "birthdate", "dob", "birth", "passport", "ssn",
	"socialsecurity", "phone", "telephone", "email", "casenumber", "caseno", "nationalid", "idnumber", "patientid", "medicalrecord", "mrn",
	"nombre", "apellido", "dirección", "direccion", "nacimiento", "pasaporte", "teléfono", "telefono", "correo", "cédula", "cedula",
	"nom", "prénom", "prenom", "adresse", "naissance", "passeport", "nome", "sobrenome", "apelido", "endereço", "endereco", "nascimento", "cpf",
	"имя", "фамилия", "отчество", "адрес", "рождения", "паспорт", "телефон", "снилс", "الاسم", "اسم", "اللقب", "العنوان", "الميلاد", "جواز", "هاتف"}

// notPersonal are whole names that hold one of those parts and are harmless.
var notPersonal = []string{"drugname", "substancename", "countryname", "statename", "placename", "filename", "groupname", "medicinename", "productname", "name_given"}

// Personal returns the columns whose names look like a person's identity. Such columns are never stored.
func Personal(columns []string) []string {
	var out []string
	for _, c := range columns {
		plain := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" _-.()", r) {
				return -1
			}
			return r
		}, strings.ToLower(c))
		if slices.Contains(notPersonal, plain) {
			continue
		}
		if slices.ContainsFunc(personal, func(p string) bool {
			return plain == p || len([]rune(p)) > 4 && strings.Contains(plain, p) || strings.HasSuffix(plain, p) && len([]rune(p)) >= 4 || strings.HasPrefix(plain, p+"of")
		}) {
			out = append(out, c)
		}
	}
	return out
}

package record

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// FieldType says how a field is entered, checked and shown.
type FieldType string

// The types of fields.
const (
	TypeText      FieldType = "text"    // one line
	TypeLong      FieldType = "long"    // several lines
	TypeTexts     FieldType = "texts"   // several lines in each language (record.Text)
	TypeDate      FieldType = "date"    // record.Date
	TypeNumber    FieldType = "number"  // float64
	TypeInteger   FieldType = "integer" // int
	TypeYesNo     FieldType = "yesno"   // "", "yes", "no": a question may be unanswered
	TypeChoice    FieldType = "choice"  // one of Options
	TypeChoices   FieldType = "choices" // several of Options
	TypeCountry   FieldType = "country"
	TypeCountries FieldType = "countries"
	TypePlace     FieldType = "place" // ISO 3166-2
	TypeSubstance FieldType = "substance"
	TypeGroup     FieldType = "group"        // a group ("swg1.1") or a section of one ("swg1.1/west")
	TypeLines     FieldType = "lines"        // several Lines of Action
	TypeMember    FieldType = "participant"  // code of a participant
	TypeMembers   FieldType = "participants" // codes of several
	TypeLanguages FieldType = "languages"    // several of Languages
	TypeTime      FieldType = "time"         // HH:MM, 24 hours
	TypeZone      FieldType = "zone"         // IANA time zone
	TypeURL       FieldType = "url"          // https or http address
	TypeEmail     FieldType = "email"
	TypeList      FieldType = "list" // repeated group of Fields
	TypeData      FieldType = "data" // structured, made by the system, never entered
)

// Several reports whether a field holds several values.
func (t FieldType) Several() bool {
	switch t {
	case TypeChoices, TypeCountries, TypeLines, TypeMembers, TypeLanguages:
		return true
	}
	return false
}

// One returns the type of one value of a field that holds several.
func (t FieldType) One() FieldType {
	switch t {
	case TypeChoices:
		return TypeChoice
	case TypeCountries:
		return TypeCountry
	case TypeLines:
		return TypeGroup
	case TypeMembers:
		return TypeMember
	}
	return t
}

// Field declares one field of a body. Its label is the message field.KIND.PATH and its help the message help.KIND.PATH, where
// the path of an item of a list is LIST.NAME; where every kind means the same by a name, field.NAME and help.field.NAME.
type Field struct {
	Name     string // as in JSON
	Type     FieldType
	Required bool
	Options  []string // of a choice
	Max      int      // characters of a text, items of a list; 0 means the type's default
	Least    *float64 // smallest number allowed
	Most     *float64 // largest number allowed
	Past     bool     // a date that may not lie in the future
	Unit     string   // of a number
	Column   bool     // shown in lists
	Derived  bool     // computed: shown, not entered
	Fields   []Field  // of a list's items
	index    []int
}

// FieldsOf declares the fields of a body type (a pointer to a struct) from its tags:
//
//	Purity float64 `json:"purity" field:"number,least=0,most=100,unit=%"`
//
// The fields of embedded structs are declared in their place. Options stand as options=a|b|c. Fields without a tag are left out. It panics on a tag that it does not understand,
// since that is a mistake in the program.
func FieldsOf(body any) []Field {
	t := reflect.TypeOf(body)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var fields []Field
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous && sf.Type.Kind() == reflect.Struct {
			for _, f := range FieldsOf(reflect.New(sf.Type).Interface()) {
				f.index = append(slices.Clone(sf.Index), f.index...)
				fields = append(fields, f)
			}
			continue
		}
		tag, ok := sf.Tag.Lookup("field")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		f := parseTag(name, tag)
		f.index = sf.Index
		if f.Type == TypeList {
			f.Fields = FieldsOf(reflect.New(sf.Type.Elem()).Interface())
		}
		fields = append(fields, f)
	}
	return fields
}

func parseTag(name, tag string) Field {
	parts := strings.Split(tag, ",")
	f := Field{Name: name, Type: FieldType(parts[0])}
	for _, p := range parts[1:] {
		key, value, _ := strings.Cut(p, "=")
		switch key {
		case "required":
			f.Required = true
		case "column":
			f.Column = true
		case "derived":
			f.Derived = true
		case "past":
			f.Past = true
		case "options":
			f.Options = strings.Split(value, "|")
		case "unit":
			f.Unit = value
		case "max":
			f.Max = int(mustNumber(tag, value))
		case "least":
			n := mustNumber(tag, value)
			f.Least = &n
		case "most":
			n := mustNumber(tag, value)
			f.Most = &n
		default:
			panic(fmt.Sprintf("record: tag %q of %s", tag, name))
		}
	}
	return f
}

func mustNumber(tag, value string) float64 {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		panic(fmt.Sprintf("record: tag %q: %v", tag, err))
	}
	return n
}

// Find returns the field at a dotted path without item numbers ("components.purity").
func Find(fields []Field, path string) (Field, bool) {
	name, rest, nested := strings.Cut(path, ".")
	for _, f := range fields {
		if f.Name != name {
			continue
		}
		if !nested {
			return f, true
		}
		return Find(f.Fields, rest)
	}
	return Field{}, false
}

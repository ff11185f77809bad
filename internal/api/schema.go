package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
)

// bodyName names the schema of a kind's body: "health-event" gives HealthEventBody.
func bodyName(kind string) string {
	var b strings.Builder
	for _, part := range strings.Split(kind, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String() + "Body"
}

// declareKinds adds the schemas of all kinds' bodies, made from their declarations.
func declareKinds(r huma.Registry) {
	for _, k := range kinds.All {
		s := objectOf(k.Name, "", k.Fields)
		s.Title = english("kind." + k.Name + ".one")
		s.PrecomputeMessages()
		r.Map()[bodyName(k.Name)] = s
	}
}

// objectOf describes the fields of a kind's body, or of the items of the list at the path that the prefix ends.
func objectOf(kind, prefix string, fields []record.Field) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for _, f := range fields {
		p := schemaOf(f)
		if f.Type == record.TypeList {
			p.Items = objectOf(kind, prefix+f.Name+".", f.Fields)
		}
		p.Description = describeField(kind, prefix+f.Name, f)
		if f.Derived || f.Type == record.TypeData {
			p.ReadOnly = true
		}
		s.Properties[f.Name] = p
		if f.Required && !f.Derived {
			s.Required = append(s.Required, f.Name)
		}
	}
	return s
}

// describeField is the label of a field with its unit, and what the data dictionary says of it.
func describeField(kind, path string, f record.Field) string {
	var said string
	if key := locales.LabelKey(kind, path); locales.Has(key) {
		said = english(key)
	}
	if f.Unit != "" {
		said += " (" + f.Unit + ")"
	}
	if key := locales.HelpKey(kind, path); key != "" {
		said += ": " + english(key)
	}
	return said
}

// patterns are the forms of values that are texts of a form.
var patterns = map[record.FieldType]string{record.TypeDate: `^\d{4}(-\d{2}(-\d{2})?)?$`, record.TypeCountry: `^[A-Z]{2}$`, record.TypePlace: `^[A-Z]{2}(-[A-Z0-9]{1,3})?$`, record.TypeTime: `^([01]\d|2[0-3]):[0-5]\d$`}

// schemaOf describes what may stand in a field; what stands in the items of a list is not said here.
func schemaOf(f record.Field) *huma.Schema {
	text := func() *huma.Schema { return &huma.Schema{Type: huma.TypeString} }
	switch {
	case f.Type == record.TypeData:
		return &huma.Schema{}
	case f.Type == record.TypeList:
		items := f.Max
		if items == 0 {
			items = record.DefaultItems
		}
		return &huma.Schema{Type: huma.TypeArray, MaxItems: &items}
	case f.Type == record.TypeTexts:
		s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
		for _, l := range record.Languages {
			s.Properties[l] = text()
		}
		return s
	case f.Type.Several():
		one := f
		one.Type = f.Type.One()
		if f.Type == record.TypeLanguages {
			one.Options = record.Languages
			one.Type = record.TypeChoice
		}
		return &huma.Schema{Type: huma.TypeArray, Items: schemaOf(one)}
	case f.Type == record.TypeNumber:
		return &huma.Schema{Type: huma.TypeNumber, Minimum: f.Least, Maximum: f.Most}
	case f.Type == record.TypeInteger:
		return &huma.Schema{Type: huma.TypeInteger, Minimum: f.Least, Maximum: f.Most}
	}
	return textSchema(f)
}

func textSchema(f record.Field) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Pattern: patterns[f.Type]}
	limits := map[record.FieldType]int{record.TypeText: record.DefaultText, record.TypeLong: record.DefaultLong}
	options := f.Options
	switch f.Type {
	case record.TypeYesNo:
		options = []string{"yes", "no"}
	case record.TypeURL:
		s.Format = "uri"
	case record.TypeEmail:
		s.Format = "email"
	case record.TypeText, record.TypeLong:
		most := f.Max
		if most == 0 {
			most = limits[f.Type]
		}
		s.MaxLength = &most
	}
	for _, o := range options {
		s.Enum = append(s.Enum, o)
	}
	return s
}

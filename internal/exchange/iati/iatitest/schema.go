// Package iatitest holds the rules of version 2.03 of the IATI activity schema that bear on what the program writes, for
// the tests of who writes such files. They are told here because the schema files themselves are not part of this
// repository; TestXMLLint of package iati holds the same samples against those where they are at hand.
package iatitest

import (
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// rule is what version 2.03 says of one element: its attributes, its children in their order and the type of its text.
type rule struct {
	attributes map[string]attributeRule
	children   []childRule
	text       *regexp.Regexp
}

type attributeRule struct {
	required bool
	value    *regexp.Regexp
}

// childRule allows from least to most children of a name; most is -1 for any number. A nil rule is an element that Write
// never writes.
type childRule struct {
	name        string
	least, most int
	rule        *rule
}

var (
	// xsdDecimal is narrower than the schema: 18 digits are what every processor must take, and xmllint takes 24.
	xsdString   = regexp.MustCompile(`(?s)^.*$`)
	xsdDecimal  = regexp.MustCompile(`^[+-]?[0-9]{1,16}(\.[0-9]{1,6})?$`)
	xsdDate     = regexp.MustCompile(`^-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	xsdDateTime = regexp.MustCompile(`^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	xsdBoolean  = regexp.MustCompile(`^(true|false|0|1)$`)
	xsdPositive = regexp.MustCompile(`^\+?0*[1-9][0-9]*$`)
	xsdLanguage = regexp.MustCompile(`^([a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*)?$`)
)

// attributes takes names with a type; a name that ends in ! is required.
func attributes(pairs ...any) map[string]attributeRule {
	out := map[string]attributeRule{}
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		out[strings.TrimSuffix(name, "!")] = attributeRule{strings.HasSuffix(name, "!"), pairs[i+1].(*regexp.Regexp)}
	}
	return out
}

func bare(pairs ...any) *rule { return &rule{attributes: attributes(pairs...)} }

// told is an element that holds narratives.
func told(least int, pairs ...any) *rule {
	n := &rule{attributes: attributes("xml:lang", xsdLanguage), text: xsdString}
	return &rule{attributes: attributes(pairs...), children: []childRule{{"narrative", least, -1, n}}}
}

// schema is the part of the 2.03 schema that bears on what Write writes. The children of iati-activity are all there.
func schema() *rule {
	day := bare("iso-date!", xsdDate)
	code := bare("code!", xsdString)
	transaction := &rule{attributes: attributes("ref", xsdString, "humanitarian", xsdBoolean), children: []childRule{
		{"transaction-type", 1, 1, code}, {"transaction-date", 1, 1, day},
		{"value", 1, 1, &rule{attributes: attributes("currency", xsdString, "value-date!", xsdDate), text: xsdDecimal}},
		{"description", 0, 1, told(1)}, {"provider-org", 0, 1, nil}, {"receiver-org", 0, 1, nil},
		{"disbursement-channel", 0, 1, nil}, {"sector", 0, -1, nil}, {"recipient-country", 0, 1, nil},
		{"recipient-region", 0, 1, nil}, {"flow-type", 0, 1, nil}, {"finance-type", 0, 1, nil},
		{"aid-type", 0, -1, nil}, {"tied-status", 0, 1, nil}}}
	target := bare("value", xsdString)
	period := &rule{children: []childRule{{"period-start", 1, 1, day}, {"period-end", 1, 1, day}, {"target", 0, -1, target}, {"actual", 0, -1, nil}}}
	indicator := &rule{attributes: attributes("measure!", xsdString, "ascending", xsdBoolean, "aggregation-status", xsdBoolean),
		children: []childRule{{"title", 1, 1, told(1)}, {"description", 0, 1, nil}, {"document-link", 0, -1, nil},
			{"reference", 0, -1, nil}, {"baseline", 0, -1, bare("iso-date", xsdDate, "year!", xsdPositive, "value", xsdString)},
			{"period", 0, -1, period}}}
	result := &rule{attributes: attributes("type!", xsdString, "aggregation-status", xsdBoolean), children: []childRule{
		{"title", 1, 1, told(1)}, {"description", 0, 1, nil}, {"document-link", 0, -1, nil}, {"reference", 0, -1, nil},
		{"indicator", 1, -1, indicator}}}
	activity := &rule{
		attributes: attributes("last-updated-datetime", xsdDateTime, "xml:lang", xsdLanguage, "default-currency", xsdString,
			"humanitarian", xsdBoolean, "hierarchy", xsdPositive),
		children: []childRule{
			{"iati-identifier", 1, 1, &rule{text: xsdString}},
			{"reporting-org", 1, 1, told(1, "ref!", xsdString, "type!", xsdString, "secondary-reporter", xsdBoolean)},
			{"title", 1, 1, told(1)}, {"description", 1, -1, told(1, "type", xsdString)},
			{"participating-org", 1, -1, told(0, "ref", xsdString, "type", xsdString, "role!", xsdString)},
			{"other-identifier", 0, -1, nil}, {"activity-status", 1, 1, code},
			{"activity-date", 1, -1, told(0, "type!", xsdString, "iso-date!", xsdDate)},
			{"contact-info", 0, -1, nil}, {"activity-scope", 0, 1, nil},
			{"recipient-country", 0, -1, told(0, "code!", xsdString, "percentage", xsdDecimal)},
			{"recipient-region", 0, -1, nil}, {"location", 0, -1, nil},
			{"sector", 0, -1, told(0, "vocabulary", xsdString, "code!", xsdString, "percentage", xsdDecimal)},
			{"tag", 0, -1, told(0, "vocabulary!", xsdString, "vocabulary-uri", xsdString, "code!", xsdString)}, {"country-budget-items", 0, 1, nil}, {"humanitarian-scope", 0, -1, nil},
			{"policy-marker", 0, -1, nil}, {"collaboration-type", 0, 1, nil}, {"default-flow-type", 0, 1, nil},
			{"default-finance-type", 0, 1, code}, {"default-aid-type", 0, -1, bare("code!", xsdString, "vocabulary", xsdString)},
			{"default-tied-status", 0, 1, nil}, {"budget", 0, -1, nil}, {"planned-disbursement", 0, -1, nil},
			{"capital-spend", 0, 1, nil}, {"transaction", 0, -1, transaction}, {"document-link", 0, -1, nil},
			{"related-activity", 0, -1, bare("ref!", xsdString, "type!", xsdString)}, {"legacy-data", 0, -1, nil}, {"conditions", 0, 1, nil},
			{"result", 0, -1, result}, {"crs-add", 0, 1, nil}, {"fss", 0, 1, nil}}}
	return &rule{attributes: attributes("version!", xsdString, "generated-datetime", xsdDateTime),
		children: []childRule{{"iati-activity", 1, -1, activity}}}
}

// Validate holds a file against the schema. The error names the first place that breaks it.
func Validate(file string) error {
	d := xml.NewDecoder(strings.NewReader(file))
	for {
		t, err := d.Token()
		if err == io.EOF {
			return fmt.Errorf("no root")
		}
		if err != nil {
			return err
		}
		if start, ok := t.(xml.StartElement); ok {
			if start.Name.Local != "iati-activities" {
				return fmt.Errorf("root %s", start.Name.Local)
			}
			if err := validateElement(d, start, schema(), "iati-activities"); err != nil {
				return err
			}
			if t, err := d.Token(); err != io.EOF && len(strings.TrimSpace(fmt.Sprintf("%s", t))) > 0 {
				return fmt.Errorf("after the root: %v %v", t, err)
			}
			return nil
		}
	}
}

func validateElement(d *xml.Decoder, start xml.StartElement, r *rule, path string) error {
	if err := validateAttributes(start, r, path); err != nil {
		return err
	}
	var content strings.Builder
	at, seen := 0, 0
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			content.Write(t)
		case xml.StartElement:
			for at < len(r.children) && r.children[at].name != t.Name.Local {
				if seen < r.children[at].least {
					return fmt.Errorf("%s: %s before %s", path, t.Name.Local, r.children[at].name)
				}
				at, seen = at+1, 0
			}
			if at == len(r.children) || r.children[at].rule == nil {
				return fmt.Errorf("%s: %s is out of place", path, t.Name.Local)
			}
			if seen++; r.children[at].most >= 0 && seen > r.children[at].most {
				return fmt.Errorf("%s: too many %s", path, t.Name.Local)
			}
			if err := validateElement(d, t, r.children[at].rule, path+"/"+t.Name.Local); err != nil {
				return err
			}
		case xml.EndElement:
			for ; at < len(r.children); at, seen = at+1, 0 {
				if seen < r.children[at].least {
					return fmt.Errorf("%s: lacks %s", path, r.children[at].name)
				}
			}
			text := content.String()
			if r.text == nil && strings.TrimSpace(text) != "" || r.text != nil && !r.text.MatchString(text) {
				return fmt.Errorf("%s: text %q", path, text)
			}
			return nil
		}
	}
}

func validateAttributes(start xml.StartElement, r *rule, path string) error {
	have := map[string]bool{}
	for _, a := range start.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = "xml:" + name
		}
		rule, known := r.attributes[name]
		if !known || !rule.value.MatchString(a.Value) {
			return fmt.Errorf("%s: attribute %s=%q", path, name, a.Value)
		}
		have[name] = true
	}
	for name, rule := range r.attributes {
		if rule.required && !have[name] {
			return fmt.Errorf("%s: lacks attribute %s", path, name)
		}
	}
	return nil
}

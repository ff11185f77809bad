package iati

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// draft is an activity while it is read.
type draft struct {
	f        *file
	a        Activity
	language string
	line     int
	lines    map[string][]int // of the elements, in order
	told     map[string]bool  // the paths that have a problem already
	problems []Problem
	// countries and sectors of the transactions, taken where the activity names none itself
	countries []Share
	sectors   []Sector
}

func newDraft(f *file, start xml.StartElement) *draft {
	d := &draft{f: f, line: f.line, lines: map[string][]int{}, told: map[string]bool{}}
	d.language = languageOf(start, "en")
	d.a.Title, d.a.Description = map[string]string{}, map[string]string{}
	d.a.Currency = attribute(start, "default-currency")
	d.a.Humanitarian = d.boolean(start, "humanitarian")
	d.a.Updated = d.moment(start, "last-updated-datetime")
	return d
}

// report keeps the first problem of each path.
func (d *draft) report(f fault) {
	if len(d.problems) >= maxFaults {
		return
	}
	path := f.path()
	if d.told[path] {
		return
	}
	d.told[path] = true
	line := d.line
	if at := d.lines[f.element]; len(at) > 0 {
		line = at[min(max(f.index, 1), len(at))-1]
	}
	d.problems = append(d.problems, Problem{Line: line, Field: path, Key: f.key, Value: quote(f.value)})
}

// finish fills in what stands for missing parts and reports the faults of the whole.
func (d *draft) finish() {
	if len(d.a.Countries) == 0 {
		d.a.Countries = d.countries
	}
	if len(d.a.Sectors) == 0 {
		d.a.Sectors = d.sectors
	}
	for i := range d.a.Transactions {
		t := &d.a.Transactions[i]
		t.Currency = or(t.Currency, d.a.Currency)
	}
	check(&d.a, d.report)
}

// element reads one element of the activity.
func (d *draft) element(start xml.StartElement) (err error) {
	name := start.Name.Local
	switch name {
	case "iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status",
		"recipient-country", "sector", "tag", "default-finance-type", "transaction", "related-activity", "result":
		d.lines[name] = append(d.lines[name], d.f.line)
	}
	switch name {
	case "iati-identifier":
		d.a.ID, err = d.f.text()
		return err
	case "reporting-org":
		d.a.Reporter, d.a.ReporterType = attribute(start, "ref"), or(attribute(start, "type"), DefaultReporterType)
		d.a.ReporterName, err = d.name()
		return err
	case "title":
		return d.translated(d.a.Title)
	case "description":
		return d.translated(d.a.Description)
	case "participating-org":
		o := Organisation{Role: attribute(start, "role"), Ref: attribute(start, "ref"), Type: attribute(start, "type")}
		o.Name, err = d.name()
		d.a.Participants = append(d.a.Participants, o)
		return err
	case "transaction":
		return d.transaction()
	case "result":
		return d.result(start)
	}
	d.coded(start)
	return d.f.skip()
}

// coded reads the elements that hold but attributes.
func (d *draft) coded(start xml.StartElement) {
	switch start.Name.Local {
	case "activity-status":
		d.status(attribute(start, "code"))
	case "activity-date":
		d.day(start)
	case "recipient-country":
		at := fault{element: "recipient-country", index: len(d.a.Countries) + 1, below: "/@percentage"}
		d.a.Countries = append(d.a.Countries, Share{country(start), d.number(at, attribute(start, "percentage"))})
	case "sector":
		at := fault{element: "sector", index: len(d.a.Sectors) + 1, below: "/@percentage"}
		s := sector(start)
		s.Percentage = d.number(at, attribute(start, "percentage"))
		d.a.Sectors = append(d.a.Sectors, s)
	case "tag":
		d.tag(start)
	case "default-finance-type":
		d.a.Finance = or(d.a.Finance, attribute(start, "code"))
	case "default-aid-type":
		d.aidType(attribute(start, "code"), or(attribute(start, "vocabulary"), aidVocabulary))
	case "related-activity":
		if attribute(start, "type") == parentType {
			d.a.Parent = or(d.a.Parent, attribute(start, "ref"))
		}
	}
}

func (d *draft) tag(start xml.StartElement) {
	if attribute(start, "vocabulary") == ownVocabulary {
		d.a.Tags = append(d.a.Tags, attribute(start, "code"))
	} else if n := len(d.lines["tag"]); n > 0 {
		d.lines["tag"] = d.lines["tag"][:n-1] // lines are those of the tags that are kept
	}
}

func (d *draft) aidType(code, vocabulary string) {
	switch {
	case code == inKindCode && vocabulary == inKindVocabulary:
		d.a.InKind = true
	case (code == expertsCode || code == donorsExperts) && vocabulary == aidVocabulary:
		d.a.Expertise = true
	}
}

func (d *draft) status(code string) {
	n, err := strconv.Atoi(code)
	if code != "" && (err != nil || n == 0) {
		d.report(fault{element: "activity-status", below: "/@code", key: KeyCode, value: code})
	}
	d.a.Status = n
}

// day takes the first date of each type.
func (d *draft) day(start xml.StartElement) {
	code, err := strconv.Atoi(attribute(start, "type"))
	if err != nil || code < 1 || code > 4 {
		return
	}
	at := dateElement(code)
	d.lines[at] = append(d.lines[at], d.f.line)
	s := attribute(start, "iso-date")
	if s == "" {
		d.report(fault{element: at, key: KeyRequired})
	}
	if slot := dates(&d.a)[code-1]; *slot == "" {
		*slot = withoutZone(s)
	}
}

func country(start xml.StartElement) string { return strings.ToUpper(attribute(start, "code")) }

func sector(start xml.StartElement) Sector {
	return Sector{Code: attribute(start, "code"), Vocabulary: or(attribute(start, "vocabulary"), DefaultVocabulary)}
}

// withoutZone cuts the zone that xsd:date allows behind a day.
func withoutZone(s string) string {
	if len(s) == len("2006-01-02Z") && s[10] == 'Z' {
		return s[:10]
	}
	if len(s) == len("2006-01-02+00:00") && (s[10] == '+' || s[10] == '-') {
		if _, err := time.Parse("15:04", s[11:]); err == nil {
			return s[:10]
		}
	}
	return s
}

// number reads an xsd:decimal, 0 for none.
func (d *draft) number(at fault, s string) float64 {
	if s == "" {
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.Trim(s, "+-.0123456789") != "" {
		at.key, at.value = KeyNumber, s
		d.report(at)
		return 0
	}
	return v
}

func (d *draft) boolean(start xml.StartElement, name string) bool {
	s := attribute(start, name)
	switch s {
	case "", "0", "false":
		return false
	case "1", "true":
		return true
	}
	d.report(fault{element: "@" + name, key: KeyCode, value: s})
	return false
}

// moment reads an xsd:dateTime; without a zone it is taken as UTC.
func (d *draft) moment(start xml.StartElement, name string) time.Time {
	s := attribute(start, name)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	d.report(fault{element: "@" + name, key: KeyDate, value: s})
	return time.Time{}
}

// narrative is a text in a language.
type narrative struct{ language, text string }

// narratives are those of the element that was begun.
func (d *draft) narratives() (out []narrative, err error) {
	err = d.f.children(func(start xml.StartElement) error {
		if start.Name.Local != "narrative" {
			return d.f.skip()
		}
		text, err := d.f.text()
		if text != "" {
			out = append(out, narrative{languageOf(start, d.language), text})
		}
		return err
	})
	return out, err
}

// name is the narrative in the activity's language, or else in English, or else the first.
func (d *draft) name() (string, error) {
	list, err := d.narratives()
	for _, language := range []string{d.language, "en"} {
		for _, n := range list {
			if n.language == language {
				return n.text, err
			}
		}
	}
	if len(list) > 0 {
		return list[0].text, err
	}
	return "", err
}

// translated adds the narratives to the texts; a further text of one language becomes a further paragraph.
func (d *draft) translated(into map[string]string) error {
	list, err := d.narratives()
	for _, n := range list {
		if into[n.language] != "" {
			n.text = into[n.language] + "\n\n" + n.text
		}
		into[n.language] = n.text
	}
	return err
}

// languageOf is the primary part of xml:lang.
func languageOf(start xml.StartElement, otherwise string) string {
	for _, a := range start.Attr {
		if a.Name.Local == "lang" && a.Name.Space == "http://www.w3.org/XML/1998/namespace" {
			primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(a.Value)), "-")
			return or(primary, otherwise)
		}
	}
	return otherwise
}

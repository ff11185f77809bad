package iati

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Write writes the activities as one file of version 2.03. All of them are checked before the first byte is written: an
// *ActivityError names the first that lacks what the standard demands, holds what it does not allow, or repeats an
// identifier; ErrEmpty is answered for no activities. Numbers are written with at most 6 decimals. Characters that XML cannot hold are written as U+FFFD. A zero
// generated time is left out.
func Write(w io.Writer, generated time.Time, list []Activity) error {
	if err := checkAll(list); err != nil {
		return err
	}
	p := &printer{w: bufio.NewWriterSize(w, 1<<16)}
	p.w.WriteString(xml.Header)
	p.open("iati-activities", "version", Version, "generated-datetime", stamp(generated))
	for i := range list {
		p.activity(&list[i])
	}
	p.close("iati-activities")
	return p.w.Flush()
}

func checkAll(list []Activity) error {
	if len(list) == 0 {
		return ErrEmpty
	}
	seen := make(map[string]bool, len(list))
	for i := range list {
		a := &list[i]
		var first *ActivityError
		check(a, func(f fault) {
			if first == nil {
				first = &ActivityError{i, a.ID, f.path(), f.key, f.value}
			}
		})
		if first != nil {
			return first
		}
		if seen[a.ID] {
			return &ActivityError{i, a.ID, "iati-identifier", KeyDuplicate, a.ID}
		}
		seen[a.ID] = true
	}
	return nil
}

// printer writes elements on lines of their own. The writer keeps the first error until it is flushed.
type printer struct {
	w     *bufio.Writer
	depth int
}

// begin writes a start tag without its end; attributes are pairs of names and values, of which empty values are left
// out.
func (p *printer) begin(name string, attributes []string) {
	p.w.WriteString(strings.Repeat("  ", p.depth) + "<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] == "" {
			continue
		}
		p.w.WriteString(" " + attributes[i] + `="`)
		p.text(attributes[i+1])
		p.w.WriteByte('"')
	}
}

func (p *printer) open(name string, attributes ...string) {
	p.begin(name, attributes)
	p.w.WriteString(">\n")
	p.depth++
}

func (p *printer) close(name string) {
	p.depth--
	p.w.WriteString(strings.Repeat("  ", p.depth) + "</" + name + ">\n")
}

func (p *printer) empty(name string, attributes ...string) {
	p.begin(name, attributes)
	p.w.WriteString("/>\n")
}

func (p *printer) leaf(name, text string, attributes ...string) {
	p.begin(name, attributes)
	p.w.WriteByte('>')
	p.text(text)
	p.w.WriteString("</" + name + ">\n")
}

// text cannot fail but by the writer, which keeps its error.
func (p *printer) text(s string) { _ = xml.EscapeText(p.w, []byte(s)) }

// named writes an element that holds one narrative, or nothing for a blank name.
func (p *printer) named(element, name string, attributes ...string) {
	if blank(name) {
		p.empty(element, attributes...)
		return
	}
	p.open(element, attributes...)
	p.leaf("narrative", name)
	p.close(element)
}

func (p *printer) translated(element string, texts map[string]string) {
	p.open(element)
	for _, language := range written(texts) {
		p.leaf("narrative", texts[language], "xml:lang", language)
	}
	p.close(element)
}

// activity writes the elements in the order of the schema's sequence.
func (p *printer) activity(a *Activity) {
	humanitarian := ""
	if a.Humanitarian {
		humanitarian = "true"
	}
	p.open("iati-activity", "xml:lang", written(a.Title)[0], "default-currency", a.Currency,
		"last-updated-datetime", stamp(a.Updated), "humanitarian", humanitarian)
	p.leaf("iati-identifier", a.ID)
	p.named("reporting-org", a.ReporterName, "ref", a.Reporter, "type", or(a.ReporterType, DefaultReporterType))
	p.translated("title", a.Title)
	p.translated("description", a.Description)
	for _, o := range a.Participants {
		p.named("participating-org", o.Name, "ref", o.Ref, "role", o.Role, "type", o.Type)
	}
	p.empty("activity-status", "code", strconv.Itoa(a.Status))
	for i, day := range dates(a) {
		if *day != "" {
			p.empty("activity-date", "type", strconv.Itoa(i+1), "iso-date", *day)
		}
	}
	p.shares(a)
	for _, tag := range a.Tags {
		p.empty("tag", "vocabulary", ownVocabulary, "code", tag)
	}
	if a.Finance != "" {
		p.empty("default-finance-type", "code", a.Finance)
	}
	if a.Expertise {
		p.empty("default-aid-type", "code", expertsCode, "vocabulary", aidVocabulary)
	}
	if a.InKind {
		p.empty("default-aid-type", "code", inKindCode, "vocabulary", inKindVocabulary)
	}
	for i := range a.Transactions {
		p.transaction(&a.Transactions[i], a.Currency)
	}
	if a.Parent != "" {
		p.empty("related-activity", "ref", a.Parent, "type", parentType)
	}
	for i := range a.Results {
		p.result(&a.Results[i])
	}
	p.close("iati-activity")
}

func (p *printer) shares(a *Activity) {
	for _, s := range a.Countries {
		p.empty("recipient-country", "code", s.Code, "percentage", percentage(s.Percentage))
	}
	for _, s := range a.Sectors {
		p.empty("sector", "vocabulary", or(s.Vocabulary, DefaultVocabulary), "code", s.Code, "percentage", percentage(s.Percentage))
	}
}

func (p *printer) transaction(t *Transaction, currency string) {
	p.open("transaction")
	p.empty("transaction-type", "code", t.Type)
	p.empty("transaction-date", "iso-date", t.Date)
	p.leaf("value", decimal(t.Value), "currency", or(t.Currency, currency), "value-date", t.Date)
	if !blank(t.Description) {
		p.named("description", t.Description)
	}
	p.close("transaction")
}

func (p *printer) result(r *Result) {
	p.open("result", "type", or(r.Type, DefaultResultType))
	p.named("title", r.Title)
	p.open("indicator", "measure", or(r.Measure, DefaultMeasure))
	p.named("title", r.Indicator)
	if b := r.Baseline; b != nil {
		p.empty("baseline", "year", strconv.Itoa(b.Year), "value", b.Value)
	}
	if t := r.Target; t != nil {
		p.open("period")
		p.empty("period-start", "iso-date", fmt.Sprintf("%04d-01-01", t.Year))
		p.empty("period-end", "iso-date", fmt.Sprintf("%04d-12-31", t.Year))
		p.empty("target", "value", t.Value)
		p.close("period")
	}
	p.close("indicator")
	p.close("result")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func percentage(p float64) string {
	if p == 0 {
		return ""
	}
	return decimal(p)
}

// places is how many decimals are written. With MaxValue it keeps numbers within the 18 digits that every processor of XML
// Schema must take (XML Schema 1.0 part 2, section 3.2.3).
const places = 6

// decimal writes a number as xsd:decimal, which knows no exponents.
func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if point := strings.IndexByte(s, '.'); point >= 0 && len(s)-point-1 > places {
		s = strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', places, 64), "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

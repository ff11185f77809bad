package iati

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxValue bounds the value of a transaction on both sides of zero.
const MaxValue = 1e15

// MaxID is the length of the longest iati-identifier, in bytes.
const MaxID = 500

// The keys of problems.
const (
	KeyRequired  = "problem.required"
	KeyDate      = "problem.date"
	KeyNumber    = "problem.number"
	KeyLong      = "problem.long"
	KeyCode      = "problem.iati.code"
	KeyDuplicate = "problem.iati.duplicate"
)

// ErrEmpty is answered by Write for a list without activities, of which the schema allows no file.
var ErrEmpty = errors.New("iati: a file must hold at least one activity")

// ActivityError says which activity cannot be written. Index counts from 0 in the list, Field is the path below
// iati-activity and Key one of the keys of problems.
type ActivityError struct {
	Index    int
	Activity string
	Field    string
	Key      string
	Value    string
}

// Error names the activity, the field and what is wrong.
func (e *ActivityError) Error() string {
	return fmt.Sprintf("iati: activity %d %q: %s: %s %q", e.Index, e.Activity, e.Field, e.Key, e.Value)
}

// fault is what is wrong with one part of an activity: an element, which of them (from 1; 0 where there is but one) and
// the path below it.
type fault struct {
	element    string
	index      int
	below      string
	key, value string
}

func (f fault) path() string {
	if f.index > 0 {
		return f.element + "[" + strconv.Itoa(f.index) + "]" + f.below
	}
	return f.element + f.below
}

var (
	idShape       = regexp.MustCompile(`^[^\s/&|?]+$`)
	languageShape = regexp.MustCompile(`^[a-z]{2,3}$`)
	countryShape  = regexp.MustCompile(`^[A-Z]{2}$`)
	currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)
	purposeShape  = regexp.MustCompile(`^[0-9]{5}$`)
	anyShape      = regexp.MustCompile(`\S`)
	codeShape     = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,49}$`)
	roleShape     = regexp.MustCompile(`^[1-4]$`)
	typeShape     = regexp.MustCompile(`^([1-9]|1[0-3])$`)
	resultShape   = regexp.MustCompile(`^[1239]$`)
	measureShape  = regexp.MustCompile(`^[1-5]$`)
)

// checker finds the faults of an activity.
type checker struct {
	report func(fault)
}

// check reports what keeps an activity from being written, or from being taken when read.
func check(a *Activity, report func(fault)) {
	c := checker{report}
	c.identity(a)
	c.texts("title", a.Title)
	c.texts("description", a.Description)
	c.participants(a.Participants)
	c.status(a.Status)
	c.dates(a)
	c.shares(a)
	for i, tag := range a.Tags {
		c.required(fault{element: "tag", index: i + 1, below: "/@code"}, codeShape, tag)
	}
	c.optional(fault{element: "default-finance-type", below: "/@code"}, codeShape, a.Finance)
	c.optional(fault{element: "@default-currency"}, currencyShape, a.Currency)
	for i := range a.Transactions {
		c.transaction(i+1, &a.Transactions[i], a.Currency)
	}
	c.parent(a.Parent)
	for i := range a.Results {
		c.result(i+1, &a.Results[i])
	}
	if y := a.Updated.UTC().Year(); y < 1 || y > 9999 {
		c.say(fault{element: "@last-updated-datetime"}, KeyDate, a.Updated.String())
	}
}

func (c checker) say(f fault, key, value string) {
	f.key, f.value = key, value
	c.report(f)
}

// optional wants a code of the shape, or none.
func (c checker) optional(f fault, shape *regexp.Regexp, code string) {
	if code != "" && !shape.MatchString(code) {
		c.say(f, KeyCode, code)
	}
}

// required wants a code of the shape.
func (c checker) required(f fault, shape *regexp.Regexp, code string) {
	if code == "" {
		c.say(f, KeyRequired, "")
		return
	}
	c.optional(f, shape, code)
}

func (c checker) given(f fault, text string) {
	if blank(text) {
		c.say(f, KeyRequired, "")
	}
}

func (c checker) identity(a *Activity) {
	id := fault{element: "iati-identifier"}
	c.required(id, idShape, a.ID)
	if len(a.ID) > MaxID {
		c.say(id, KeyLong, a.ID[:MaxID])
	}
	c.given(fault{element: "reporting-org", below: "/@ref"}, a.Reporter)
	c.given(fault{element: "reporting-org", below: "/narrative"}, a.ReporterName)
	c.optional(fault{element: "reporting-org", below: "/@type"}, codeShape, a.ReporterType)
}

func (c checker) parent(id string) {
	f := fault{element: "related-activity", below: "/@ref"}
	c.optional(f, idShape, id)
	if len(id) > MaxID {
		c.say(f, KeyLong, id[:MaxID])
	}
}

func (c checker) texts(element string, texts map[string]string) {
	if len(written(texts)) == 0 {
		c.say(fault{element: element}, KeyRequired, "")
	}
	for _, language := range slices.Sorted(maps.Keys(texts)) {
		c.required(fault{element: element, below: "/narrative/@xml:lang"}, languageShape, language)
	}
}

func (c checker) participants(list []Organisation) {
	if len(list) == 0 {
		c.say(fault{element: "participating-org"}, KeyRequired, "")
	}
	for i, o := range list {
		c.required(fault{element: "participating-org", index: i + 1, below: "/@role"}, roleShape, o.Role)
		c.optional(fault{element: "participating-org", index: i + 1, below: "/@type"}, codeShape, o.Type)
		c.given(fault{element: "participating-org", index: i + 1, below: "/narrative"}, o.Ref+o.Name)
	}
}

func (c checker) status(code int) {
	f := fault{element: "activity-status", below: "/@code"}
	if code == 0 {
		c.say(f, KeyRequired, "")
	} else if code < 1 || code > 6 {
		c.say(f, KeyCode, strconv.Itoa(code))
	}
}

// dates are the four days by their ActivityDateType codes.
func dates(a *Activity) [4]*string {
	return [4]*string{&a.PlannedStart, &a.ActualStart, &a.PlannedEnd, &a.ActualEnd}
}

func (c checker) dates(a *Activity) {
	given := 0
	for i, day := range dates(a) {
		if *day == "" {
			continue
		}
		given++
		if !isDay(*day) {
			c.say(fault{element: dateElement(i + 1)}, KeyDate, *day)
		}
	}
	if given == 0 {
		c.say(fault{element: "activity-date"}, KeyRequired, "")
	}
}

func dateElement(code int) string { return fmt.Sprintf("activity-date[@type=%d]", code) }

func (c checker) shares(a *Activity) {
	for i, s := range a.Countries {
		c.required(fault{element: "recipient-country", index: i + 1, below: "/@code"}, countryShape, s.Code)
		c.percentage("recipient-country", i+1, s.Percentage)
	}
	for i, s := range a.Sectors {
		c.optional(fault{element: "sector", index: i + 1, below: "/@vocabulary"}, codeShape, s.Vocabulary)
		c.percentage("sector", i+1, s.Percentage)
		shape := anyShape
		if or(s.Vocabulary, DefaultVocabulary) == DefaultVocabulary {
			shape = purposeShape
		}
		c.required(fault{element: "sector", index: i + 1, below: "/@code"}, shape, s.Code)
	}
}

func (c checker) percentage(element string, index int, p float64) {
	if !(p >= 0 && p <= 100) {
		c.say(fault{element: element, index: index, below: "/@percentage"}, KeyNumber, fmt.Sprint(p))
	}
}

func (c checker) transaction(index int, t *Transaction, currency string) {
	f := fault{element: "transaction", index: index}
	at := func(below string) fault { f.below = below; return f }
	c.required(at("/transaction-type/@code"), typeShape, t.Type)
	if t.Date == "" {
		c.say(at("/transaction-date/@iso-date"), KeyRequired, "")
	} else if !isDay(t.Date) {
		c.say(at("/transaction-date/@iso-date"), KeyDate, t.Date)
	}
	if !(math.Abs(t.Value) <= MaxValue) {
		c.say(at("/value"), KeyNumber, fmt.Sprint(t.Value))
	}
	c.required(at("/value/@currency"), currencyShape, or(t.Currency, currency))
}

func (c checker) result(index int, r *Result) {
	f := fault{element: "result", index: index}
	at := func(below string) fault { f.below = below; return f }
	c.given(at("/title"), r.Title)
	c.given(at("/indicator/title"), r.Indicator)
	c.optional(at("/@type"), resultShape, r.Type)
	c.optional(at("/indicator/@measure"), measureShape, r.Measure)
	c.figure(at("/indicator/baseline"), r.Baseline)
	c.figure(at("/indicator/period/target"), r.Target)
}

func (c checker) figure(f fault, n *Figure) {
	if n == nil {
		return
	}
	if n.Year < 1 || n.Year > 9999 {
		c.say(f, KeyDate, strconv.Itoa(n.Year))
	}
	if blank(n.Value) {
		c.say(f, KeyRequired, "")
	}
}

// isDay reports whether s is a day as xsd:date has it, without a zone.
func isDay(s string) bool {
	t, err := time.Parse("2006-01-02", s)
	return err == nil && t.Year() >= 1
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// written are the languages whose texts are not blank: those of Languages first, then the others by their codes.
func written(texts map[string]string) []string {
	var out []string
	for _, language := range Languages {
		if !blank(texts[language]) {
			out = append(out, language)
		}
	}
	for _, language := range slices.Sorted(maps.Keys(texts)) {
		if !slices.Contains(Languages, language) && !blank(texts[language]) {
			out = append(out, language)
		}
	}
	return out
}

package ui

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/record"
)

// Field is one field of a form as it is shown: its declaration, what stands in it and what is wrong with it.
type Field struct {
	Path     string // dotted, items of lists counted from 1: "components.2.purity"; it is the name of the input
	Type     record.FieldType
	Label    string
	Help     string
	Required bool
	Unit     string
	Max      int // characters, 0 for no limit
	Options  []Option
	Suggest  string // address that answers ?q= with <option> elements, for fields of type substance
	Value    string
	Values   []string // of choices and countries
	Texts    record.Text
	Problems []string // in words
	Items    []Item   // of a list
	Blank    *Item    // of a list: an empty item with the number 0 in its paths, from which scripts make others
	ItemName string   // of one item of a list: "Component"
	Accept   string   // of a file: ".csv,.xlsx"
}

// TypeFile is a field for a file to be sent along; records have none of that type.
const TypeFile record.FieldType = "file"

// TypeCheck is a single box to tick; its value is "yes" when ticked.
const TypeCheck record.FieldType = "check"

// Option is one value to choose. Those of one group that follow each other stand under its heading.
type Option struct {
	Value string
	Label string
	Group string
}

// optionGroup are options under one heading, "" for none.
type optionGroup struct {
	label   string
	options []Option
}

func optionGroups(list []Option) (out []optionGroup) {
	for _, o := range list {
		if len(out) == 0 || out[len(out)-1].label != o.Group {
			out = append(out, optionGroup{label: o.Group})
		}
		g := &out[len(out)-1]
		g.options = append(g.options, o)
	}
	return out
}

// Item is one item of a list field.
type Item struct{ Fields []Field }

// FieldProblem is a problem in words with the field that it is about ("" for the whole form).
type FieldProblem struct {
	Path  string
	Label string
	Text  string
}

// id returns the element id of the field's first input.
func (f Field) id() string { return FieldID(f.Path) }

// FieldID returns the element id of a field's input; "#" + FieldID(path) leads to it.
func FieldID(path string) string { return "f-" + strings.ReplaceAll(path, ".", "-") }

// describedBy lists the ids of the field's help and problems.
func (f Field) describedBy() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.id()+"-help")
	}
	if len(f.Problems) > 0 {
		ids = append(ids, f.id()+"-problem")
	}
	return strings.Join(ids, " ")
}

func (f Field) invalid() string { return chosen(len(f.Problems) > 0) }

func (f Field) has(value string) bool { return slices.Contains(f.Values, value) }

func (f Field) maxLength() string { return strconv.Itoa(f.Max) }

// grouped reports whether the field is several inputs under one name.
func (f Field) grouped() bool {
	switch f.Type {
	case record.TypeDate, record.TypeYesNo, record.TypeChoices, record.TypeCountries, record.TypeTexts, record.TypeList:
		return true
	}
	return false
}

// SplitDate takes a partial ISO date apart; parts that are not known are empty. A text that is no date comes back as the year.
func SplitDate(d string) (year, month, day string) {
	p := strings.SplitN(d, "-", 3)
	switch len(p) {
	case 3:
		return p[0], p[1], p[2]
	case 2:
		return p[0], p[1], ""
	}
	return d, "", ""
}

// JoinDate puts the parts that a person entered together into a partial ISO date. Parts that do not fit together give a
// text that is not a date, which validation then refuses with a clear word.
func JoinDate(year, month, day string) string {
	year, month, day = strings.TrimSpace(year), strings.TrimSpace(month), strings.TrimSpace(day)
	parts := []string{year}
	if month != "" || day != "" {
		parts = append(parts, pad(month))
	}
	if day != "" {
		parts = append(parts, pad(day))
	}
	return strings.Join(parts, "-")
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

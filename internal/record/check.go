package record

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Default sizes where a field declares none.
const (
	DefaultText  = 300   // characters
	DefaultLong  = 20000 // characters
	DefaultItems = 200   // items of a list
)

// Languages are the interface languages: those in which the Coalition interprets.
var Languages = []string{"en", "es", "ar", "fr", "pt", "ru"}

func checkFields(fields []Field, body any, n Namer, today Date, p *Problems) {
	checkStruct("", fields, reflect.ValueOf(body).Elem(), n, today, p)
}

func checkStruct(prefix string, fields []Field, v reflect.Value, n Namer, today Date, p *Problems) {
	for i := range fields {
		f := &fields[i]
		value := v.FieldByIndex(f.index)
		path := prefix + f.Name
		if value.IsZero() || (f.Type == TypeList && value.Len() == 0) {
			if f.Required {
				p.Add(path, "problem.required")
			}
			continue
		}
		if value.Kind() == reflect.Pointer { // a number that may be zero and may be absent
			value = value.Elem()
		}
		checkValue(path, f, value, n, today, p)
	}
}

func checkValue(path string, f *Field, v reflect.Value, n Namer, today Date, p *Problems) {
	switch f.Type {
	case TypeText, TypeLong:
		checkString(path, v.String(), or(f.Max, map[FieldType]int{TypeText: DefaultText, TypeLong: DefaultLong}[f.Type]), f.Type == TypeLong, p)
	case TypeTexts:
		checkText(path, v.Interface().(Text), or(f.Max, DefaultLong), p)
	case TypeDate:
		if f.Past {
			checkDate(path, Date(v.String()), today, p)
		} else {
			checkDate(path, Date(v.String()), "", p)
		}
	case TypeNumber:
		checkNumber(path, f, v.Float(), p)
	case TypeInteger:
		checkNumber(path, f, float64(v.Int()), p)
	case TypeYesNo:
		checkOption(path, v.String(), []string{"yes", "no"}, p)
	case TypeChoice:
		checkOption(path, v.String(), f.Options, p)
	case TypeChoices:
		for i := range v.Len() {
			checkOption(path, v.Index(i).String(), f.Options, p)
		}
	case TypeCountry, TypePlace:
		checkPlace(path, v.String(), n, p)
	case TypeCountries:
		for i := range v.Len() {
			checkPlace(path, v.Index(i).String(), n, p)
		}
	case TypeGroup, TypeMember, TypeTime, TypeZone, TypeURL, TypeEmail:
		checkReference(path, f, v.String(), n, p)
	case TypeLines, TypeMembers, TypeLanguages:
		for i := range v.Len() {
			checkReference(path, f, v.Index(i).String(), n, p)
		}
	case TypeSubstance:
		if _, ok := n.SubstanceName(v.String(), "en"); !ok {
			p.Add(path, "problem.substance", "value", v.String())
		}
	case TypeList:
		if limit := or(f.Max, DefaultItems); v.Len() > limit {
			p.Add(path, "problem.many", "max", limit)
			return
		}
		for i := range v.Len() {
			checkStruct(fmt.Sprintf("%s.%d.", path, i+1), f.Fields, v.Index(i), n, today, p)
		}
	}
}

func or(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func checkOption(path, s string, options []string, p *Problems) {
	if !slices.Contains(options, s) {
		p.Add(path, "problem.option", "value", s, "options", strings.Join(options, ", "))
	}
}

func checkPlace(path, code string, n Namer, p *Problems) {
	if _, ok := n.PlaceName(code, "en"); !ok {
		p.Add(path, "problem.place", "value", code)
	}
}

func checkNumber(path string, f *Field, x float64, p *Problems) {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		p.Add(path, "problem.number")
	case f.Least != nil && x < *f.Least:
		p.Add(path, "problem.least", "least", *f.Least, "value", x)
	case f.Most != nil && x > *f.Most:
		p.Add(path, "problem.most", "most", *f.Most, "value", x)
	}
}

// checkDate refuses malformed dates, years before 1900 and, when today is given, dates after it.
func checkDate(path string, d, today Date, p *Problems) {
	if _, err := d.Time(); err != nil {
		p.Add(path, "problem.date", "value", string(d))
		return
	}
	if today != "" && d[:min(len(d), len(today))] > today[:min(len(d), len(today))] {
		p.Add(path, "problem.future", "value", string(d))
	}
}

func checkText(path string, t Text, limit int, p *Problems) {
	for lang, s := range t {
		if !slices.Contains(Languages, lang) {
			p.Add(path, "problem.language", "value", lang)
			continue
		}
		checkString(path, s, limit, true, p)
	}
}

// checkString refuses text that is not UTF-8, is too long, or holds control or bidirectional override characters,
// which could make a page or a file name read as something else.
func checkString(path, s string, limit int, lines bool, p *Problems) {
	if !utf8.ValidString(s) {
		p.Add(path, "problem.encoding")
		return
	}
	if utf8.RuneCountInString(s) > limit {
		p.Add(path, "problem.long", "max", limit)
		return
	}
	for _, r := range s {
		if Unsafe(r) && (!lines || (r != '\n' && r != '\t' && r != '\r')) {
			p.Add(path, "problem.character", "character", fmt.Sprintf("U+%04X", r))
			return
		}
	}
}

// Unsafe reports whether a character must not stand in a record's text: control characters and the bidirectional
// embeddings, overrides and isolates (Unicode Technical Report 36).
func Unsafe(r rune) bool {
	return unicode.IsControl(r) || (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069) || r == 0xFEFF
}

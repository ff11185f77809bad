package profile

import (
	"math"
	"strconv"
	"strings"

	"tocsin/internal/record"
)

// envelope are the columns that lead an export and that an import of the same table passes over; "id" and "version"
// are the system's to give.
var envelope = map[string]bool{"id": true, "version": true, "state": true, "owner": true, "tlp": true, "updated": true, "simulated": true, "title": true}

// direct reads the row by the names of its columns.
func (m *Mapper) direct(r *reading) {
	for i, c := range m.columns {
		if i >= len(r.row.Cells) || envelope[c] {
			continue
		}
		s := strings.TrimSpace(r.row.Cells[i])
		if s == "" {
			continue
		}
		f, ok := record.Find(m.fields, withoutNumbers(c))
		if !ok {
			if f, ok = record.Find(m.fields, parentOf(c)); !ok || f.Type != record.TypeTexts {
				r.problem(c, s, "import.column")
				continue
			}
		}
		v, key := m.value(f, strings.TrimPrefix(s, "'"))
		if key != "" {
			r.problem(c, s, key)
			continue
		}
		set(r.item.Fields, c, v)
	}
}

func withoutNumbers(path string) string {
	parts := strings.Split(path, ".")
	out := parts[:0]
	for _, p := range parts {
		if _, err := strconv.Atoi(p); err != nil {
			out = append(out, p)
		}
	}
	return strings.Join(out, ".")
}

func parentOf(path string) string {
	if i := strings.LastIndexByte(path, '.'); i > 0 {
		return withoutNumbers(path[:i])
	}
	return path
}

// dateLayouts are what a direct table may write a date as.
var dateLayouts = []string{"2006-01-02", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05"}

func (m *Mapper) value(f record.Field, s string) (any, string) {
	switch f.Type {
	case record.TypeNumber, record.TypeInteger:
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || f.Type == record.TypeInteger && x != math.Trunc(x) {
			return nil, "import.number"
		}
		return x, ""
	case record.TypeDate:
		if len(s) == 4 || len(s) == 7 {
			return s, ""
		}
		d, key := m.date(s, dateLayouts, f.Past)
		return string(d), key
	case record.TypeChoices, record.TypeCountries, record.TypeLines, record.TypeMembers, record.TypeLanguages:
		var list []any
		for _, p := range strings.Split(s, ";") {
			if p = strings.TrimSpace(p); p != "" {
				list = append(list, p)
			}
		}
		return list, ""
	}
	return clean(s), ""
}

// set puts a value at a dotted path; numbers are places in a list, from 1.
func set(into map[string]any, path string, v any) {
	name, rest, nested := strings.Cut(path, ".")
	if !nested {
		into[name] = v
		return
	}
	number, deeper, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	if err != nil {
		child, _ := into[name].(map[string]any)
		if child == nil {
			child = map[string]any{}
			into[name] = child
		}
		set(child, rest, v)
		return
	}
	if n < 1 || n > record.DefaultItems {
		return
	}
	list, _ := into[name].([]any)
	for len(list) < n {
		list = append(list, map[string]any{})
	}
	if item, ok := list[n-1].(map[string]any); ok && deeper != "" {
		set(item, deeper, v)
	}
	into[name] = list
}

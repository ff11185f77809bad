package profile

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
)

// Found is a substance or class that a text names.
type Found struct {
	ID    string
	Given string // as written
}

// Resolver finds the substances that a text names, and the words in it that look like substances and are not known.
type Resolver func(text string) (found []Found, unknown []string)

// Item is one row, read.
type Item struct {
	Row        int
	Key        string         // identifies the row within the profile
	SourceHash string         // of the row as it was read, with the profile's version
	Fields     map[string]any // the body, nested
	Substances []Found        // each once, flags first
	Unknown    []string
	Problems   []*table.Problem // why the row is not to be used
}

// Mapper reads the rows of one file.
type Mapper struct {
	p        *Profile
	fields   []record.Field // of the kind
	columns  []string
	index    map[string]int
	resolve  Resolver
	cache    map[string]resolved
	seen     map[string]int // how often a row of the same content has come
	keys     map[string]int // row of each key, where the profile names key columns
	today    record.Date
	serials  bool
	from1904 bool
	salt     string
}

type resolved struct {
	found   []Found
	unknown []string
}

const maxCache = 50000 // texts whose substances are remembered

// NewMapper returns a mapper for a file; fields are those of the profile's kind. today is the last day that a date of what
// has happened may be; a meeting may be to come.
func NewMapper(p *Profile, fields []record.Field, t table.Reader, resolve Resolver, today record.Date) *Mapper {
	m := &Mapper{p: p, fields: fields, columns: t.Columns(), index: map[string]int{}, resolve: resolve, cache: map[string]resolved{}, seen: map[string]int{}, keys: map[string]int{},
		today: today, salt: fmt.Sprintf("%s %d\x00", p.Name, p.Version)}
	m.serials, m.from1904 = t.Serials()
	for i, c := range m.columns {
		m.index[c] = i
	}
	return m
}

// reading collects what one row gives.
type reading struct {
	item     Item
	row      table.Row
	problems []*table.Problem
	taken    map[string]bool
}

func (r *reading) problem(column, value, key string, params ...any) {
	p := &table.Problem{Row: r.row.Number, Column: column, Value: table.Safe(value), Key: key}
	if len(params) > 1 {
		p.Params = map[string]any{}
		for i := 0; i+1 < len(params); i += 2 {
			p.Params[fmt.Sprint(params[i])] = params[i+1]
		}
	}
	r.problems = append(r.problems, p)
}

func (r *reading) substance(id, given string) {
	if !r.taken[id] {
		r.taken[id] = true
		r.item.Substances = append(r.item.Substances, Found{id, given})
	}
}

// Map reads a row. With problems the item is not to be used.
func (m *Mapper) Map(row table.Row) (Item, []*table.Problem) {
	r := &reading{row: row, taken: map[string]bool{}, item: Item{Row: row.Number, Fields: make(map[string]any, len(m.p.Columns)+len(m.p.Constants)+4)}}
	if row.Problem != nil {
		row.Problem.Row = row.Number
		return r.item, []*table.Problem{row.Problem}
	}
	m.identify(r)
	for k, v := range m.p.Constants {
		set(r.item.Fields, k, v)
	}
	if m.p.Direct {
		m.direct(r)
	} else {
		for i := range m.p.Columns {
			m.column(r, &m.p.Columns[i])
		}
		for i := range m.p.Flags {
			m.flag(r, &m.p.Flags[i])
		}
		for _, t := range m.p.Texts {
			m.text(r, t)
		}
	}
	return r.item, r.problems
}

// identify gives the row its key and the hash of its content.
func (m *Mapper) identify(r *reading) {
	h := sha256.New()
	h.Write([]byte(m.salt))
	for _, c := range r.row.Cells {
		h.Write([]byte(c))
		h.Write([]byte{0})
	}
	sum := base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
	r.item.SourceHash = sum
	if len(m.p.Key) == 0 {
		m.seen[sum]++
		r.item.Key = sum + "#" + strconv.Itoa(m.seen[sum])
		return
	}
	parts := make([]string, len(m.p.Key))
	for i, c := range m.p.Key {
		parts[i] = strings.TrimSpace(m.cell(r, c))
		if parts[i] == "" {
			r.problem(c, "", "import.key.missing")
		}
	}
	key := strings.Join(parts, "|")
	if first, double := m.keys[key]; double {
		r.problem(m.p.Key[0], key, "import.key.double", "first", first)
	}
	m.keys[key] = r.row.Number
	r.item.Key = key
}

func (m *Mapper) cell(r *reading, column string) string {
	i, ok := m.index[column]
	if !ok || i >= len(r.row.Cells) {
		return ""
	}
	return r.row.Cells[i]
}

func (m *Mapper) column(r *reading, c *Column) {
	raw := m.cell(r, c.Column)
	s := strings.TrimSpace(raw)
	if s == "" {
		switch {
		case c.Default != nil:
			set(r.item.Fields, c.Field, c.Default)
		case c.Required && len(c.Dates) > 0:
			r.problem(c.Column, raw, "import.date.missing")
		case c.Required:
			r.problem(c.Column, raw, "import.missing")
		}
		return
	}
	switch {
	case c.Values != nil:
		v, ok := c.Values[s]
		if !ok {
			r.problem(c.Column, raw, "import.value")
			return
		}
		if v != nil {
			set(r.item.Fields, c.Field, v)
		}
	case len(c.Dates) > 0:
		if d, key := m.date(s, c.Dates, m.past(c.Field)); key != "" {
			r.problem(c.Column, raw, key)
		} else {
			set(r.item.Fields, c.Field, string(d))
		}
	case c.Number != nil:
		if x, ok := c.Number.read(s); !ok {
			r.problem(c.Column, raw, "import.number")
		} else if !math.IsNaN(x) {
			set(r.item.Fields, c.Field, x)
		}
	default:
		set(r.item.Fields, c.Field, s)
	}
	if c.Text {
		m.names(r, s)
	}
}

// past reports whether the field of a path may not lie in the future. Of one that the kind does not have nobody knows.
func (m *Mapper) past(path string) bool {
	f, ok := record.Find(m.fields, withoutNumbers(path))
	return !ok || f.Past
}

// date reads a date by the layouts, in order; key is a message key when it is none or cannot be.
func (m *Mapper) date(s string, layouts []string, past bool) (d record.Date, key string) {
	for _, l := range layouts {
		t, err := time.Parse(l, s)
		if err != nil {
			continue
		}
		return m.plausible(record.DateOf(t), t.Year(), past)
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil && m.serials && x >= 1 && x < 200000 {
		base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if m.from1904 {
			base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		t := base.AddDate(0, 0, int(x))
		return m.plausible(record.DateOf(t), t.Year(), past)
	}
	return "", "import.date"
}

func (m *Mapper) plausible(d record.Date, year int, past bool) (record.Date, string) {
	switch {
	case year < 1900:
		return "", "import.date.early"
	case past && d > m.today:
		return "", "import.date.future"
	}
	return d, ""
}

// read reads a number; NaN stands for a cell that says that the value is missing.
func (n *Number) read(s string) (float64, bool) {
	for _, x := range n.Missing {
		if s == x {
			return math.NaN(), true
		}
	}
	if n.Thousands != "" {
		s = strings.ReplaceAll(s, n.Thousands, "")
	}
	if n.Decimal != "" && n.Decimal != "." {
		s = strings.ReplaceAll(s, n.Decimal, ".")
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\u00a0", ""), " ", "")
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || n.Integer && x != math.Trunc(x) {
		return 0, false
	}
	return x, true
}

func (m *Mapper) flag(r *reading, f *Flag) {
	s := strings.TrimSpace(m.cell(r, f.Column))
	if s == "" {
		return
	}
	for _, w := range f.When {
		if strings.EqualFold(s, w) {
			r.substance(f.Substance, f.Column)
			return
		}
	}
	for _, w := range f.Not {
		if strings.EqualFold(s, w) {
			return
		}
	}
	r.problem(f.Column, s, "import.flag", "when", strings.Join(f.When, ", "))
}

func (m *Mapper) text(r *reading, t Text) {
	s := strings.TrimSpace(m.cell(r, t.Column))
	if s == "" {
		return
	}
	if t.Field != "" {
		set(r.item.Fields, t.Field, clean(s))
	}
	m.names(r, s)
}

// names adds the substances that a text names.
func (m *Mapper) names(r *reading, s string) {
	res, ok := m.cache[s]
	if !ok {
		res.found, res.unknown = m.resolve(s)
		if len(m.cache) >= maxCache {
			clear(m.cache)
		}
		m.cache[strings.Clone(s)] = res
	}
	for _, f := range res.found {
		r.substance(f.ID, f.Given)
	}
	r.item.Unknown = append(r.item.Unknown, res.unknown...)
}

// clean drops the characters that a record's text must not have.
func clean(s string) string {
	if strings.IndexFunc(s, record.Unsafe) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if record.Unsafe(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s)
}

package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
	"tocsin/internal/substance"
)

// SearchFacetLimit is how many of the newest records found are counted by kind.
const SearchFacetLimit = 1000

// SearchKinds counts by kind what Search finds. Where the counts add up to SearchFacetLimit there may be more.
func (a *App) SearchKinds(ctx context.Context, v Viewer, text string) (map[string]int, error) {
	return a.store.Read().SearchKinds(ctx, a.asked(text), v.Tokens, SearchFacetLimit)
}

// Find is Search with filters: the newest records that hold the words, of the kind where one is given, and that the
// filters of the query let through.
func (a *App) Find(ctx context.Context, v Viewer, q Query) (*List, error) {
	if q.Kind != "" {
		q.Sort = "changed"
		return a.List(ctx, v, q)
	}
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = DefaultPage
	}
	for field, d := range map[string]record.Date{"from": q.From, "to": q.To} {
		if _, err := d.Time(); d != "" && err != nil {
			return nil, invalid(record.Problems{{Field: field, Key: "problem.date", Params: map[string]any{"value": string(d)}}})
		}
	}
	return a.searchKind(ctx, v, q)
}

// MeantSubstances returns the substances or classes that words of a search are spelt almost like.
func (a *App) MeantSubstances(text string) []substance.Match {
	return slices.DeleteFunc(a.resolver.Resolve(text).Matches, func(m substance.Match) bool { return m.Kind != substance.Fuzzy })
}

// Piece is a part of a text; Hit marks a word that was searched for.
type Piece struct {
	Text string
	Hit  bool
}

const (
	snippetBefore = 60 // characters before the first hit
	snippetLength = 220
)

// Snippet returns the part of a record's own text in which words of a search stand, with those words marked: in the
// reader's language where the record has it. It is empty where the words stand nowhere in a text, as when a substance was
// found by another of its names. The record is one that its reader sees.
func Snippet(x *Shown, text, lang string) []Piece {
	var wanted []string
	words(text, func(w string) { wanted = append(wanted, w) })
	if len(wanted) == 0 {
		return nil
	}
	for _, t := range textsOf(x, lang) {
		if at := firstHit(t, wanted); at >= 0 {
			return mark(cut(t, at), wanted)
		}
	}
	return nil
}

// textsOf returns the texts of a record that stand beside its title: the summary, then the values of its fields.
func textsOf(x *Shown, lang string) []string {
	summary, _ := x.Summary.In(lang)
	out := []string{summary}
	var body map[string]any
	if json.Unmarshal(x.Body, &body) == nil {
		for _, f := range x.Kind.Fields {
			out = fieldTexts(out, f, body[f.Name], lang)
		}
	}
	return out
}

func fieldTexts(out []string, f record.Field, v any, lang string) []string {
	switch f.Type {
	case record.TypeText, record.TypeLong:
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	case record.TypeTexts:
		m, _ := v.(map[string]any)
		t := record.Text{}
		for l, s := range m {
			t[l], _ = s.(string)
		}
		s, _ := t.In(lang)
		out = append(out, s)
	case record.TypeList:
		items, _ := v.([]any)
		for _, it := range items {
			m, _ := it.(map[string]any)
			for _, g := range f.Fields {
				out = fieldTexts(out, g, m[g.Name], lang)
			}
		}
	}
	return out
}

// eachWord calls f with the byte span of every word of a text and the word as it is searched for.
func eachWord(text string, f func(from, to int, word string) bool) {
	from := -1
	emit := func(to int) bool {
		if from < 0 {
			return true
		}
		var folded []string
		words(text[from:to], func(w string) { folded = append(folded, w) })
		begin := from
		from = -1
		return f(begin, to, strings.Join(folded, ""))
	}
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) {
			if from < 0 {
				from = i
			}
		} else if !emit(i) {
			return
		}
	}
	emit(len(text))
}

func hits(word string, wanted []string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool { return strings.HasPrefix(word, w) })
}

func firstHit(text string, wanted []string) int {
	at := -1
	eachWord(text, func(from, _ int, word string) bool {
		if hits(word, wanted) {
			at = from
		}
		return at < 0
	})
	return at
}

// cut returns the part of a text around a place, at the bounds of words where that is near.
func cut(text string, at int) string {
	from := at
	for n := 0; from > 0 && n < snippetBefore; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if from > 0 {
		if i := strings.IndexByte(text[from:at], ' '); i >= 0 {
			from += i + 1
		}
	}
	to := from
	for n := 0; to < len(text) && n < snippetLength; n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if to < len(text) {
		if i := strings.LastIndexByte(text[at:to], ' '); i > 0 {
			to = at + i
		}
	}
	out := strings.Join(strings.Fields(norm.NFC.String(text[from:to])), " ")
	if from > 0 {
		out = "… " + out
	}
	if to < len(text) {
		out += " …"
	}
	return out
}

func mark(text string, wanted []string) []Piece {
	var out []Piece
	done := 0
	eachWord(text, func(from, to int, word string) bool {
		if hits(word, wanted) {
			if from > done {
				out = append(out, Piece{Text: text[done:from]})
			}
			out = append(out, Piece{Text: text[from:to], Hit: true})
			done = to
		}
		return true
	})
	if done < len(text) {
		out = append(out, Piece{Text: text[done:]})
	}
	return out
}

// Colleague is an official as others meet him: without his address.
type Colleague struct {
	ID, Name, Participant string
	Sectors               []coalition.Sector
	Duties                []coalition.Duty
	Registrations         []*coalition.Registration // those that are live
}

// Colleagues returns the officials of a participant, "" for all, whom the viewer may know by name, and how many others there
// are. An official knows those of his own participant, those who are registered in a group with him, and everybody's focal
// points and co-chairs, since they are whom one turns to. Nobody else knows anybody.
func (a *App) Colleagues(ctx context.Context, v Viewer, participant string) (known []Colleague, others int, err error) {
	if !v.Official() {
		return nil, 0, nil
	}
	p, err := a.load(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, x := range p.byID {
		if participant != "" && x.Participant != participant {
			continue
		}
		switch c, official := p.colleague(x, a.now()); {
		case !official:
		case v.knows(c):
			known = append(known, c)
		default:
			others++
		}
	}
	slices.SortFunc(known, func(x, y Colleague) int {
		if n := strings.Compare(x.Name, y.Name); n != 0 {
			return n
		}
		return strings.Compare(x.ID, y.ID)
	})
	return known, others, nil
}

// colleague returns a person as others meet him; official is whether he is a registered official at that time.
func (p *people) colleague(x *coalition.Person, at time.Time) (c Colleague, official bool) {
	if x == nil || !x.In(at) || x.Participant == "" {
		return Colleague{}, false
	}
	c = Colleague{ID: x.ID, Name: x.Name, Participant: x.Participant, Sectors: x.Sectors, Duties: x.Duties}
	for _, g := range p.registrations[x.ID] {
		if g.Live(at) {
			c.Registrations = append(c.Registrations, g)
		}
	}
	return c, len(c.Registrations) > 0
}

func (v Viewer) knows(c Colleague) bool {
	if v.Operator || c.Participant == v.Participant() || slices.Contains(c.Duties, coalition.FocalPoint) {
		return true
	}
	return slices.ContainsFunc(c.Registrations, func(g *coalition.Registration) bool {
		if slices.Contains(g.Roles, coalition.CoChairRole) {
			return true
		}
		_, shared := slices.BinarySearch(v.Tokens, "g:"+g.Group)
		return shared
	})
}

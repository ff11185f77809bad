package app

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tocsin/internal/record"
)

const (
	maxTerms    = 2000 // words of one record that are indexed
	maxTermSize = 40   // letters of a word that are indexed
	maxAsked    = 8    // words of a search that are used
)

// words splits a text of any of the six languages into folded words: compatibility-decomposed, without marks, in lower
// case, with the Arabic letter variants that writers use interchangeably made one.
func words(text string, add func(string)) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			add(b.String())
			b.Reset()
		}
	}
	if !ascii(text) {
		text = norm.NFKD.String(text)
	}
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r) || r == 'ـ':
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if b.Len() < maxTermSize {
				b.WriteRune(fold(r))
			}
		default:
			flush()
		}
	}
	flush()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func fold(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى':
		return 'ي'
	case 'ة':
		return 'ه'
	case 'ё', 'Ё':
		return 'е'
	}
	return unicode.ToLower(r)
}

// terms returns the words under which a record is found: its texts, its identifiers, its substances with their classes, its places.
func terms(r *record.Record, substances []string) []string {
	seen := map[string]bool{}
	var out []string
	add := func(w string) {
		if !seen[w] && len(out) < maxTerms {
			seen[w] = true
			out = append(out, w)
		}
	}
	for _, t := range []record.Text{r.Title, r.Summary} {
		for _, s := range t {
			words(s, add)
		}
	}
	words(r.ID, add)
	for _, s := range substances {
		add(substanceTerm(s))
	}
	for _, p := range r.Places {
		add(placeTerm(p))
	}
	bodyWords(r.Body, add)
	return out
}

// bodyWords adds the words of every string value in a JSON document. It reads the bytes once, without building values.
func bodyWords(raw []byte, add func(string)) {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		end := closing(raw, i+1)
		if end < 0 {
			return
		}
		if end+1 < len(raw) && raw[end+1] == ':' { // a name, not a value
			i = end + 1
			continue
		}
		if part := raw[i+1 : end]; strings.IndexByte(string(part), '\\') < 0 {
			words(string(part), add)
		} else {
			var s string
			if json.Unmarshal(raw[i:end+1], &s) == nil {
				words(s, add)
			}
		}
		i = end
	}
}

func closing(raw []byte, from int) int {
	for i := from; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

func substanceTerm(id string) string { return "zs" + letters(id) }

func placeTerm(code string) string { return "zp" + letters(code) }

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// shortestPrefix is how many letters a typed word must have to stand for longer words as well: fewer stand for too many.
const shortestPrefix = 3

// asked turns what a person typed into groups of words, of which a record must hold one each: the word, as a prefix where
// it is long enough, or the substance that it names in whatever language.
func (a *App) asked(text string) [][]string {
	var groups [][]string
	words(text, func(w string) {
		if len(groups) == maxAsked {
			return
		}
		group := []string{w}
		if utf8.RuneCountInString(w) >= shortestPrefix {
			group[0] += "*"
		}
		for _, m := range a.resolver.Resolve(w).Matches {
			group = append(group, substanceTerm(m.ID))
		}
		groups = append(groups, group)
	})
	if len(groups) > 1 { // a name of several words
		if ms := a.resolver.Resolve(text).Matches; len(ms) == 1 && ms[0].Span[0] == 0 && ms[0].Span[1] >= len([]rune(strings.TrimSpace(text))) {
			return [][]string{{substanceTerm(ms[0].ID)}}
		}
	}
	return groups
}

// SubstanceNamed returns the one substance or class that a typed name stands for, "" when it is none or may be several.
func (a *App) SubstanceNamed(typed string) string {
	r := a.resolver.Resolve(typed)
	if len(r.Matches) != 1 || len(r.Ambiguous) > 0 {
		return ""
	}
	return r.Matches[0].ID
}

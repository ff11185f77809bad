package substance

import (
	"strings"
	"unicode/utf8"
)

// Kind says how a text matched a name.
type Kind string

// The kinds of match, the surest first.
const (
	Exact      Kind = "exact"      // the preferred name as it is written
	Normalised Kind = "normalised" // the preferred name but for case, hyphens, blanks, accents
	Synonym    Kind = "synonym"    // another name
	Fuzzy      Kind = "fuzzy"      // a close spelling of one name only
)

var scores = map[Kind]float64{Exact: 1, Normalised: 0.98, Synonym: 0.95}

// Match is a substance or class that a text names.
type Match struct {
	ID    string
	Name  string // preferred, English
	Class string // of a substance; of a class its parent
	Text  string // as written
	Span  [2]int // rune offsets in the text, the second exclusive
	Kind  Kind
	Score float64 // 0 to 1
}

// Piece is a part of a text.
type Piece struct {
	Text string
	Span [2]int
}

// Ambiguity is a part of a text that means several things.
type Ambiguity struct {
	Piece
	Candidates []string // ids
}

// Resolution is what a text names.
type Resolution struct {
	Matches   []Match
	Unknown   []Piece // words that look like substances and are none that is known
	Ambiguous []Ambiguity
}

// Resolver finds substances in texts. It is safe for concurrent use and keeps nothing between texts.
type Resolver struct {
	cat     *Catalogue
	names   map[string][]entry  // key → what it names
	deletes map[string][]string // key without one letter → keys, for close spellings
	prefix  map[string]bool     // beginnings of keys, by whole words
	longest int                 // words of the longest name
}

type entry struct {
	id     string
	kind   Kind
	street bool // counts only when it is the whole text: street names are ordinary words
}

const (
	minFuzzy   = 6   // letters of the shortest word whose spelling may be off
	maxUnknown = 100 // unknown words of one text that are looked at and reported
)

// NewResolver prepares a resolver.
func NewResolver(c *Catalogue) *Resolver {
	r := &Resolver{cat: c, names: map[string][]entry{}, deletes: map[string][]string{}, prefix: map[string]bool{}}
	for _, s := range c.substances {
		r.add(s.Name, entry{id: s.ID, kind: Normalised})
		for _, n := range s.Synonyms {
			r.add(n, entry{id: s.ID, kind: Synonym})
		}
		for _, n := range s.Names {
			r.add(n, entry{id: s.ID, kind: Synonym})
		}
		for _, n := range s.Street {
			r.add(n, entry{id: s.ID, kind: Synonym, street: true})
		}
		if s.CAS != "" {
			r.add(s.CAS, entry{id: s.ID, kind: Synonym})
		}
	}
	for _, k := range c.classes {
		for _, n := range append(k.Also, k.ID) {
			r.add(n, entry{id: k.ID, kind: Synonym})
		}
		for lang, n := range k.Names {
			kind := Synonym
			if lang == "en" {
				kind = Normalised
			}
			r.add(n, entry{id: k.ID, kind: kind})
		}
	}
	for _, a := range c.ambiguous {
		for _, id := range a.Candidates {
			r.add(a.Text, entry{id: id, kind: Synonym})
		}
	}
	for k := range r.names {
		if utf8.RuneCountInString(k) >= minFuzzy && !strings.ContainsAny(k, "0123456789") {
			for _, d := range withoutOne(k) {
				r.deletes[d] = append(r.deletes[d], k)
			}
		}
	}
	return r
}

func (r *Resolver) add(name string, e entry) {
	words := split(name)
	r.longest = max(r.longest, len(words))
	k := ""
	for i, w := range words {
		if k += w.text; i < len(words)-1 {
			r.prefix[k] = true
		}
	}
	for i, have := range r.names[k] {
		if have.id == e.id {
			if e.kind == Normalised || have.street && !e.street {
				r.names[k][i] = e
			}
			return
		}
	}
	r.names[k] = append(r.names[k], e)
}

// Resolve finds what a text names: the longest names first, from left to right, then close spellings of single words.
// A name that is said to be absent ("PCP neg") is passed over. The time grows with the text's length.
func (r *Resolver) Resolve(text string) Resolution {
	var res Resolution
	words := split(text)
	offsets := runeOffsets(text, words)
	unknown := 0
	for i := 0; i < len(words); {
		n, es := r.longestAt(words, i)
		if n > 0 {
			if !denied(words, i+n) {
				r.take(&res, text, words[i:i+n], offsets[i:i+n], es)
			}
			i += n
			continue
		}
		if w := words[i]; unknown < maxUnknown && !ordinary[w.text] {
			if id, score := r.close(w.text); id != "" {
				unknown++
				r.match(&res, piece(text, offsets[i:i+1], words[i:i+1]), id, Fuzzy, score)
			} else if likeSubstance(w.text) {
				unknown++
				res.Unknown = append(res.Unknown, piece(text, offsets[i:i+1], words[i:i+1]))
			}
		}
		i++
	}
	if len(words) > 0 && len(words) <= 3 && len(res.Matches)+len(res.Unknown)+len(res.Ambiguous) == 0 && !allOrdinary(words) {
		res.Unknown = append(res.Unknown, piece(text, offsets, words)) // a short text is a name, whatever it looks like
	}
	return res
}

func allOrdinary(words []word) bool {
	for _, w := range words {
		if !ordinary[w.text] && utf8.RuneCountInString(w.text) > 2 {
			return false
		}
	}
	return true
}

// longestAt returns how many words from i on make the longest name, and what it names.
func (r *Resolver) longestAt(words []word, i int) (n int, es []entry) {
	k := ""
	for j := i; j < len(words) && j-i < r.longest+2; j++ {
		if j > i && words[j].broken {
			break
		}
		k += words[j].text
		if found := r.usable(r.names[k], j-i+1 == len(words)); len(found) > 0 {
			n, es = j-i+1, found
		}
		if len(k) > 80 {
			break
		}
	}
	return n, es
}

// usable leaves out street names, unless they are the whole text.
func (r *Resolver) usable(es []entry, whole bool) []entry {
	for i, e := range es {
		if e.street && !whole {
			out := append([]entry{}, es[:i]...)
			for _, x := range es[i+1:] {
				if !x.street {
					out = append(out, x)
				}
			}
			return out
		}
	}
	return es
}

func denied(words []word, i int) bool {
	return i < len(words) && !words[i].broken && (words[i].text == "neg" || words[i].text == "negative")
}

func (r *Resolver) take(res *Resolution, text string, words []word, offsets [][2]int, es []entry) {
	p := piece(text, offsets, words)
	if len(es) > 1 {
		a := Ambiguity{Piece: p}
		for _, e := range es {
			a.Candidates = append(a.Candidates, e.id)
		}
		res.Ambiguous = append(res.Ambiguous, a)
		return
	}
	kind := es[0].kind
	if name, _ := r.cat.NameOf(es[0].id, "en"); kind == Normalised && name == p.Text {
		kind = Exact
	}
	r.match(res, p, es[0].id, kind, scores[kind])
}

func (r *Resolver) match(res *Resolution, p Piece, id string, kind Kind, score float64) {
	m := Match{ID: id, Text: p.Text, Span: p.Span, Kind: kind, Score: score}
	m.Name, _ = r.cat.NameOf(id, "en")
	if up := r.cat.Ancestors(id); len(up) > 0 {
		m.Class = up[0]
	}
	res.Matches = append(res.Matches, m)
}

// runeOffsets returns the byte offsets of words whose rune offsets are known.
func runeOffsets(text string, words []word) [][2]int {
	out := make([][2]int, len(words))
	w, at := 0, 0
	for b := range text {
		for w < len(words) && words[w].to == at {
			out[w][1] = b
			w++
		}
		if w < len(words) && words[w].from == at {
			out[w][0] = b
		}
		at++
	}
	if w < len(words) {
		out[w][1] = len(text)
	}
	return out
}

func piece(text string, offsets [][2]int, words []word) Piece {
	last := len(words) - 1
	return Piece{Text: text[offsets[0][0]:offsets[last][1]], Span: [2]int{words[0].from, words[last].to}}
}

// close returns the one substance or class a name of which is spelt almost like the word: one change apart, two from ten
// letters on (restricted Damerau-Levenshtein distance). Words shorter than six letters are taken as they are.
func (r *Resolver) close(w string) (id string, score float64) {
	n := utf8.RuneCountInString(w)
	if n < minFuzzy || n > 40 || strings.ContainsAny(w, "0123456789") {
		return "", 0
	}
	limit := 1
	if n >= 10 {
		limit = 2
	}
	best := limit + 1
	try := func(k string) {
		d := distance(w, k, limit)
		if d > best || d > limit {
			return
		}
		for _, e := range r.names[k] {
			switch {
			case e.street:
			case d < best:
				best, id = d, e.id
			case id != e.id:
				id = "" // two substances are as close: neither
			}
		}
	}
	for _, d := range withoutOne(w) {
		for _, k := range r.deletes[d] {
			try(k)
		}
		if _, ok := r.names[d]; ok && len(d) >= minFuzzy {
			try(d)
		}
	}
	for _, k := range r.deletes[w] {
		try(k)
	}
	if id == "" {
		return "", 0
	}
	return id, 0.9 - 0.1*float64(best)
}

func withoutOne(s string) []string {
	rs := []rune(s)
	out := make([]string, 0, len(rs))
	for i := range rs {
		out = append(out, string(rs[:i])+string(rs[i+1:]))
	}
	return out
}

// distance is the restricted Damerau-Levenshtein distance (optimal string alignment), or limit+1 when it is larger.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		least := cur[0]
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least > limit {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)]
}

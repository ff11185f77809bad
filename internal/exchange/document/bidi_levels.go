package document

import (
	"cmp"
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// levels finds the level of each letter of a paragraph by the rules of Unicode Standard Annex 9 for text without
// embeddings and isolates. The package bidi knows the characters; its own levels leave out the rule of brackets.
func levels(text []rune, rtl bool) []int {
	base := bidi.L
	if rtl {
		base = bidi.R
	}
	p := directions{base: base}
	var places []int
	for i, r := range text {
		if c := class(r); c != bidi.BN {
			p.text, p.kinds, places = append(p.text, r), append(p.kinds, c), append(places, i)
		}
	}
	p.weak()
	p.separators()
	p.numbers()
	p.brackets()
	p.neutrals()
	return p.spread(places, len(text))
}

// directions are the kinds of the letters of a paragraph, which become L, R, EN or AN rule by rule.
type directions struct {
	base  bidi.Class
	text  []rune
	kinds []bidi.Class
}

// weak settles marks, and the numbers that follow Arabic letters (rules W1 to W3).
func (p *directions) weak() {
	last, strong := p.base, p.base
	for i, c := range p.kinds {
		switch c {
		case bidi.L, bidi.R:
			strong = c
		case bidi.AL:
			strong, c = bidi.AL, bidi.R
		case bidi.EN:
			if strong == bidi.AL {
				c = bidi.AN
			}
		case bidi.NSM:
			c = last
		}
		p.kinds[i], last = c, c
	}
}

// separators makes the signs within numbers and beside them part of them (rules W4 and W5).
func (p *directions) separators() {
	for i := 1; i+1 < len(p.kinds); i++ {
		c, number := p.kinds[i], p.kinds[i-1]
		if number == p.kinds[i+1] && (number == bidi.EN && c == bidi.ES || (number == bidi.EN || number == bidi.AN) && c == bidi.CS) {
			p.kinds[i] = number
		}
	}
	for i := 1; i < len(p.kinds); i++ {
		p.terminator(i, i-1)
	}
	for i := len(p.kinds) - 2; i >= 0; i-- {
		p.terminator(i, i+1)
	}
}

func (p *directions) terminator(at, beside int) {
	if p.kinds[at] == bidi.ET && p.kinds[beside] == bidi.EN {
		p.kinds[at] = bidi.EN
	}
}

// numbers leaves nothing but letters, numbers and neutral characters (rules W6 and W7).
func (p *directions) numbers() {
	strong := p.base
	for i, c := range p.kinds {
		switch c {
		case bidi.L, bidi.R:
			strong = c
		case bidi.EN:
			if strong == bidi.L {
				p.kinds[i] = bidi.L
			}
		case bidi.AN:
		default:
			p.kinds[i] = bidi.ON
		}
	}
}

// strong is the direction that a character has for the neutral ones beside it, ON if none.
func (p *directions) strong(at int) bidi.Class {
	switch c := p.kinds[at]; c {
	case bidi.EN, bidi.AN:
		return bidi.R
	default:
		return c
	}
}

// brackets gives both brackets of a pair the same direction (rule N0).
func (p *directions) brackets() {
	for _, pair := range p.pairs() {
		found := bidi.ON
		for i := pair[0] + 1; i < pair[1] && found != p.base; i++ {
			if c := p.strong(i); c != bidi.ON {
				found = c
			}
		}
		switch {
		case found == bidi.ON:
			continue
		case found != p.base && p.before(pair[0]) != found:
			found = p.base
		}
		for _, at := range pair {
			p.kinds[at] = found
			for at++; at < len(p.text) && class(p.text[at]) == bidi.NSM; at++ {
				p.kinds[at] = found
			}
		}
	}
}

// before is the direction of the text in front of a character.
func (p *directions) before(at int) bidi.Class {
	for at--; at >= 0; at-- {
		if c := p.strong(at); c != bidi.ON {
			return c
		}
	}
	return p.base
}

// deepest is how far brackets nest before they are taken for other signs.
const deepest = 63

// pairs finds the brackets that belong together, in the order of the first of each two.
func (p *directions) pairs() [][2]int {
	var open []int
	var found [][2]int
	for i, r := range p.text {
		switch what, _ := bidi.LookupRune(r); {
		case !what.IsBracket() || p.kinds[i] != bidi.ON:
		case what.IsOpeningBracket() && len(open) == deepest:
			return nil
		case what.IsOpeningBracket():
			open = append(open, i)
		default:
			for n := len(open) - 1; n >= 0; n-- {
				if otherBracket(p.text[open[n]]) == r {
					found, open = append(found, [2]int{open[n], i}), open[:n]
					break
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	return found
}

// neutrals gives characters between letters of one direction that direction, and others that of the paragraph (rules N1
// and N2).
func (p *directions) neutrals() {
	last := p.base
	for start := 0; start < len(p.kinds); start++ {
		if c := p.strong(start); c != bidi.ON {
			last = c
			continue
		}
		end, next := start, p.base
		for ; end < len(p.kinds); end++ {
			if c := p.strong(end); c != bidi.ON {
				next = c
				break
			}
		}
		if next != last {
			next = p.base
		}
		for i := start; i < end; i++ {
			p.kinds[i] = next
		}
		start = end - 1
	}
}

// spread turns directions into levels (rules I1 and I2). A character that has none takes the one before it.
func (p *directions) spread(places []int, length int) []int {
	lowest := 0
	if p.base == bidi.R {
		lowest = 1
	}
	out := make([]int, length)
	level, n := lowest, 0
	for i := range out {
		if n < len(places) && places[n] == i {
			switch c := p.kinds[n]; {
			case c == bidi.EN, c == bidi.AN, c == bidi.L && lowest == 1:
				level = 2
			case c == bidi.R:
				level = 1
			default:
				level = 0
			}
			n++
		}
		out[i] = level
	}
	return out
}

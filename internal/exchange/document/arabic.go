package document

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Characters that say how the letters beside them join.
const (
	nonJoiner = '\u200C'
	joiner    = '\u200D'
	tatweel   = 'ـ'
	lam       = 'ل'
	shadda    = '\u0651'
)

// letterForms are the shapes of an Arabic letter as the presentation forms have them: alone, joined to the letter before,
// joined to the one after, joined to both. Letters that join only to the one before have the first two.
type letterForms []rune

func (f letterForms) joinsBefore() bool { return len(f) > 1 }

func (f letterForms) joinsAfter() bool { return len(f) > 2 }

func (f letterForms) shape(before, after bool) rune {
	switch {
	case before && after:
		return f[3]
	case after:
		return f[2]
	case before:
		return f[1]
	}
	return f[0]
}

// arabicScript holds the forms of the letters, and of lam with the alef that follows it.
type arabicScript struct {
	letters map[rune]letterForms
	lamAlef map[rune]letterForms
}

// arabic is read out of the decompositions of the presentation forms, which stand in the order of letterForms.
var arabic = sync.OnceValue(func() arabicScript {
	script := arabicScript{letters: map[rune]letterForms{}, lamAlef: map[rune]letterForms{}}
	for _, block := range [][2]rune{{0xFB50, 0xFBB1}, {0xFBD3, 0xFBE7}, {0xFBFC, 0xFBFF}, {0xFE80, 0xFEFC}} {
		for r := block[0]; r <= block[1]; r++ {
			switch letters := []rune(norm.NFKC.String(string(r))); {
			case len(letters) == 1:
				script.letters[letters[0]] = append(script.letters[letters[0]], r)
			case len(letters) == 2 && letters[0] == lam:
				script.lamAlef[letters[1]] = append(script.lamAlef[letters[1]], r)
			}
		}
	}
	// Two letters have part of their forms elsewhere.
	script.letters['ى'] = append(script.letters['ى'], 0xFBE8, 0xFBE9)
	script.letters['ە'] = letterForms{'ە', 0xFEEA}
	return script
})

// joined writes the letters of the Arabic script in the forms that they take beside their neighbours. Everything else,
// letters in their forms included, stays as it is.
func joined(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return arabic().letters[r] != nil }) {
		return text
	}
	script, in := arabic(), []rune(text)
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		forms := script.letters[in[i]]
		if forms == nil {
			out = append(out, in[i])
			continue
		}
		last, next := beside(in, i, -1), beside(in, i, 1)
		before := last >= 0 && script.joinsAfter(in[last]) && forms.joinsBefore()
		after := next >= 0 && script.joinsBefore(in[next]) && forms.joinsAfter()
		if both := script.ligature(in, i, next); both != nil {
			out = append(append(out, both.shape(before, false)), in[i+1:next]...)
			i = next
			continue
		}
		out = append(out, forms.shape(before, after))
	}
	return string(out)
}

// ligature is the pair of lam with the alef after it, or nothing for other letters.
func (s arabicScript) ligature(text []rune, at, next int) letterForms {
	if text[at] != lam || next < 0 {
		return nil
	}
	return s.lamAlef[text[next]]
}

// isLamAlef tells whether a letter is one of the ligatures.
func isLamAlef(r rune) bool { return r >= 0xFEF5 && r <= 0xFEFC }

func (s arabicScript) joinsBefore(r rune) bool {
	return r == joiner || r == tatweel || s.letters[r].joinsBefore()
}

func (s arabicScript) joinsAfter(r rune) bool {
	return r == joiner || r == tatweel || s.letters[r].joinsAfter()
}

// beside finds the letter next to another one, over the marks between them; it is -1 at the ends of the text.
func beside(text []rune, at, step int) int {
	for at += step; at >= 0 && at < len(text); at += step {
		if !transparent(text[at]) {
			return at
		}
	}
	return -1
}

// transparent tells whether letters join over a character: over marks, and over format characters but for those that
// part letters or are signs of their own.
func transparent(r rune) bool {
	switch {
	case r == nonJoiner, r == joiner, r >= 0x2066 && r <= 0x2069, r >= 0x600 && r <= 0x605, r == 0x6DD, r == 0x8E2:
		return false
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}

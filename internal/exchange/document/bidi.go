package document

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Marks of direction, which count where letters are put in order and are never shown.
const (
	leftMark   = '\u200E'
	rightMark  = '\u200F'
	arabicMark = '\u061C'
)

// unseen tells whether a character only says how others are set.
func unseen(r rune) bool {
	return r == nonJoiner || r == joiner || r == leftMark || r == rightMark || r == arabicMark
}

// rightward tells whether a text holds anything that is written from right to left, or that says so.
func rightward(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		switch class(r) {
		case bidi.R, bidi.AL, bidi.AN:
			return true
		}
		return unseen(r)
	})
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}

// reading is a paragraph in the order of reading, with the level of each letter (Unicode Standard Annex 9): odd from
// right to left, even from left to right.
type reading struct {
	letters []rune
	levels  []int
}

func newReading(text string, rtl bool) reading {
	letters := []rune(text)
	return reading{letters, levels(letters, rtl)}
}

// cluster is a letter with the marks on it.
type cluster struct {
	letters []rune
	level   int
}

// line gives some of the letters in the order in which they stand from left to right, marks after the letter that bears
// them, and without those that are not seen.
func (r reading) line(from, to int) string {
	var all []cluster
	highest := 0
	for i := from; i < to; i++ {
		letter, level := r.letters[i], r.levels[i]
		if n := len(all); n > 0 && unicode.In(letter, unicode.Mn, unicode.Me) {
			all[n-1].letters = append(all[n-1].letters, letter)
		} else if !unseen(letter) {
			all = append(all, cluster{[]rune{mirrored(letter, level)}, level})
			highest = max(highest, level)
		}
	}
	for level := highest; level > 0; level-- {
		turn(all, level)
	}
	var out strings.Builder
	for _, c := range all {
		out.WriteString(string(c.letters))
	}
	return out.String()
}

// turn reverses every stretch of at least a level.
func turn(all []cluster, level int) {
	for start := 0; start < len(all); start++ {
		end := start
		for end < len(all) && all[end].level >= level {
			end++
		}
		slices.Reverse(all[start:end])
		start = max(start, end)
	}
}

// pairs are signs other than brackets that turn round where the text runs from right to left.
var pairs = []rune("«»‹›<>≤≥≪≫")

// mirrored is the sign to show for a character of a level.
func mirrored(r rune, level int) rune {
	if level%2 == 0 {
		return r
	}
	if i := slices.Index(pairs, r); i >= 0 {
		return pairs[i^1]
	}
	return otherBracket(r)
}

// otherBracket is the bracket that belongs to one, and any other character itself.
func otherBracket(r rune) rune {
	other, _ := utf8.DecodeRuneInString(bidi.ReverseString(string(r)))
	return other
}

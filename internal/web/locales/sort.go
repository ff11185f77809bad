package locales

import (
	"strings"
	"unicode"

	"golang.org/x/text/collate"
)

// Sorter returns a comparison of texts in the language's own alphabetical order (CLDR). It is for one goroutine.
func (l *Locale) Sorter() func(a, b string) int {
	return collate.New(numerals(l.Code), collate.IgnoreCase).CompareString
}

// Latin keeps a code in Latin letters ("SWG 2.1") together within a text that runs from right to left: it is isolated, as
// Unicode Technical Report 9 has it. The mark before it (U+200F) says to a browser that chooses the direction by the first
// letter, and looks into isolates for it, that the text is one from right to left. Elsewhere the code stands for itself.
func (l *Locale) Latin(code string) string {
	if l.Dir != "rtl" {
		return code
	}
	return "\u200f" + isolated(code)
}

// isolated is a text from left to right that stands within one of either direction.
func isolated(text string) string { return "\u2066" + text + "\u2069" }

// Running marks a text that was composed in this language ("MDMB-4en-PINACA · الأردن") as one that runs in its direction,
// whatever letters come first: what chooses the direction by the first letter goes by the mark (U+200F).
func (l *Locale) Running(text string) string {
	if l.Dir != "rtl" || strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) < 0 {
		return text
	}
	return "\u200f" + text
}

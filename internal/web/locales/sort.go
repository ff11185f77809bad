package locales

import "golang.org/x/text/collate"

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
	return "\u200f\u2066" + code + "\u2069"
}

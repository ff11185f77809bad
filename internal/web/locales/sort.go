package locales

import "golang.org/x/text/collate"

// Sorter returns a comparison of texts in the language's own alphabetical order (CLDR). It is for one goroutine.
func (l *Locale) Sorter() func(a, b string) int {
	return collate.New(numerals(l.Code), collate.IgnoreCase).CompareString
}

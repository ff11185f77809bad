package locales

import "strings"

// LabelKey returns the key of what a field is called: which kind of record it is of, and its path without item numbers. A
// name of that very field comes before the one of every field of its name.
func LabelKey(kind, path string) string {
	if key := "field." + kind + "." + path; Has(key) {
		return key
	}
	return "field." + path[strings.LastIndexByte(path, '.')+1:]
}

// HelpKey returns the key of what the data dictionary says of a field: which kind of record it is of, and its path without
// item numbers ("components.unit"). What is said of that very field comes before what is said of every field of its name;
// "" stands for nothing.
func HelpKey(kind, path string) string {
	for _, key := range []string{"help." + kind + "." + path, "help.field." + path[strings.LastIndexByte(path, '.')+1:]} {
		if Has(key) {
			return key
		}
	}
	return ""
}

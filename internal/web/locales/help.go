package locales

import "strings"

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

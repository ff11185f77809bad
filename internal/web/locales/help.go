package locales

import (
	"slices"
	"strconv"
	"strings"
)

// LabelKey returns the key of what the field of a kind at a path is called; the path may have item numbers
// ("components.0.unit"). A name of that very field comes before the one of every field of its name. There may be no text of
// the key.
func LabelKey(kind, path string) string {
	declared, name := declaredPath(path)
	if key := "field." + kind + "." + declared; Has(key) {
		return key
	}
	return "field." + name
}

// HelpKey returns the key of what the data dictionary says of the field of a kind at a path, which may have item numbers.
// What is said of that very field comes before what is said of every field of its name; "" stands for nothing.
func HelpKey(kind, path string) string {
	declared, name := declaredPath(path)
	for _, key := range []string{"help." + kind + "." + declared, "help.field." + name} {
		if Has(key) {
			return key
		}
	}
	return ""
}

// declaredPath is a path without item numbers, and the name in which it ends.
func declaredPath(path string) (declared, name string) {
	names := slices.DeleteFunc(strings.Split(path, "."), func(part string) bool { _, err := strconv.Atoi(part); return err == nil })
	if len(names) == 0 {
		return "", ""
	}
	return strings.Join(names, "."), names[len(names)-1]
}

package locales

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

// helpOfFields calls f with the path of every field of every kind that a person or program may read, and its help.
func helpOfFields(f func(kind, path, key string)) {
	var walk func(kind, prefix string, fields []record.Field)
	walk = func(kind, prefix string, fields []record.Field) {
		for _, x := range fields {
			if x.Type == record.TypeData {
				continue
			}
			f(kind, prefix+x.Name, HelpKey(kind, prefix+x.Name))
			walk(kind, prefix+x.Name+".", x.Fields)
		}
	}
	for _, k := range kinds.All {
		walk(k.Name, "", k.Fields)
	}
}

// fieldHelp are the keys that HelpKey may give.
var fieldHelp = regexp.MustCompile(`^help\.[a-z-]+\..+$`)

// TestEveryFieldHasHelp: whoever fills in a form is told of every field what belongs into it, and no help is left of a
// field that there is no more.
func TestEveryFieldHasHelp(t *testing.T) {
	used := map[string]bool{}
	helpOfFields(func(kind, path, key string) {
		if key == "" {
			t.Errorf("%s: nothing is said of %s: add help.%s.%s to the catalogues", kind, path, kind, path)
		}
		used[key] = true
	})
	for _, key := range slices.Sorted(maps.Keys(catalogue(t, "en"))) {
		if fieldHelp.MatchString(key) && !used[key] {
			t.Errorf("en.yaml: %s is the help of no field", key)
		}
	}
}

// TestHelpSaysMore: help that repeats the label, or runs on, helps nobody.
func TestHelpSaysMore(t *testing.T) {
	const longest = 220 // characters
	for _, l := range Languages {
		own := catalogue(t, l.Code)
		helpOfFields(func(kind, path, key string) {
			field := path[strings.LastIndexByte(path, '.')+1:]
			text := own[key][""]
			if n := len([]rune(text)); n > longest {
				t.Errorf("%s.yaml: %s has %d characters", l.Code, key, n)
			}
			if label := own["field."+field][""]; text == label || text == label+"." {
				t.Errorf("%s.yaml: %s repeats the label %q", l.Code, key, label)
			}
		})
	}
}

// TestKeysOfFields: what is said of a very field goes before what is said of every field of its name, and which item of a
// list it stands in makes no difference.
func TestKeysOfFields(t *testing.T) {
	for _, x := range []struct{ got, want string }{
		{LabelKey("service", "level"), "field.service.level"}, {LabelKey("identification", "level"), "field.level"}, {LabelKey("identification", "components.2.unit"), "field.unit"},
		{HelpKey("identification", "components.2.amount"), "help.identification.components.amount"}, {HelpKey("identification", "components.amount"), "help.identification.components.amount"},
		{HelpKey("contribution", "amount"), "help.field.amount"}, {HelpKey("nothing", "such"), ""}, {HelpKey("nothing", ""), ""}, {HelpKey("nothing", "1.2"), ""},
	} {
		if x.got != x.want {
			t.Errorf("%q, want %q", x.got, x.want)
		}
	}
}

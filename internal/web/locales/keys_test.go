package locales

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/simulation"
)

// composed returns keys that the program puts together at run time from declarations, so that no source holds them whole.
// Whoever composes keys adds their list here.
var composed = []func() []string{composedByPages, composedEveryDay}

// composedEveryDay are the keys of why a record is seen, of what waits, of bulk actions, of the explorer and of the data dictionary.
func composedEveryDay() []string {
	keys := []string{"notice.match", "action.bring-back"}
	add := func(prefix string, names ...string) {
		for _, n := range names {
			keys = append(keys, prefix+n)
		}
	}
	for _, words := range []string{"why.", "viewas.why."} {
		add(words, "public", "all", "participant", "participant-sector", "group", "group-sector", "person")
	}
	add("task.", app.TaskAnswer, app.TaskDecide, app.TaskClear, app.TaskIssue, app.TaskMilestone)
	add("bulk.", app.BulkAcknowledge, app.BulkRead, app.BulkFollow, app.BulkUnfollow, app.BulkShare)
	add("explore.step.", app.ByWeek, app.ByMonth, app.ByYear)
	for _, s := range app.Sources() {
		add("explore.measure.", s.Measures...)
	}
	var fields func(list []record.Field)
	fields = func(list []record.Field) {
		for _, f := range list {
			if f.Type == record.TypeData {
				continue
			}
			keys = append(keys, "dictionary.type."+string(f.Type))
			if key := "dictionary.source." + string(f.Type.One()); Has(key) {
				keys = append(keys, key)
			}
			fields(f.Fields)
		}
	}
	for _, k := range kinds.All {
		fields(k.Fields)
	}
	helpOfFields(func(_, _, key string) { keys = append(keys, key) })
	for _, k := range kinds.All {
		for _, f := range k.Fields {
			if key := LabelKey(k.Name, f.Name); Has(key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

var auditCall = regexp.MustCompile(`t\.Audit\(ctx, newID\([a-z.]+\.Now\(\)\), [^,\n]+, "([a-z.]+)"`)

// auditEvents are the events that use cases keep in the audit, by their source: each is shown in words.
func auditEvents() (events []string) {
	files, err := filepath.Glob("../../app/*.go")
	if err != nil {
		panic(err) // the pattern is ours
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		source, err := os.ReadFile(f)
		if err != nil {
			panic(err) // a test of a whole checkout
		}
		for _, m := range auditCall.FindAllStringSubmatch(string(source), -1) {
			if !slices.Contains(events, m[1]) {
				events = append(events, m[1])
			}
		}
	}
	return events
}

// composedByPages are the keys that pages make from kinds, roles, sectors and the like.
func composedByPages() []string {
	var keys []string
	add := func(prefix string, names ...string) {
		for _, n := range names {
			keys = append(keys, prefix+n)
		}
	}
	for _, k := range kinds.All {
		add("kind."+k.Name, ".one", ".many", ".about")
		add("state.", k.Workflow.States...)
		for _, st := range k.Workflow.Steps {
			add("step.", st.Name)
			add("action.", st.Name)
		}
		keys = append(keys, fieldKeys(k.Fields)...)
	}
	for _, r := range simulation.Roles {
		add("role."+r.Key, "", ".about")
	}
	for _, r := range record.Relations {
		add("relation.", string(r))
		add("relation-in.", string(r))
	}
	for _, s := range coalition.Sectors {
		add("sector.", string(s))
	}
	for _, d := range coalition.Duties {
		add("duty.", string(d))
	}
	add("language.", record.Languages...)
	add("section.", "east", "west")
	add("participant.", "state", "union", "organisation", "secretariat")
	for _, d := range []string{"farrington-flexible", "rare-count", "ears-c1", "ears-c2", "ears-c3", "first-appearance"} {
		add("detector."+d, "", ".about")
	}
	add("mail.", "queued", "handed", "sent", "failed", "doubtful", "dropped", "digest", "digested")
	for _, m := range coalition.Matters {
		add("matter.", string(m))
	}
	for _, c := range coalition.Channels {
		add("channel.", string(c))
	}
	add("audit.area.", "signin", "access", "people", "token", "export", "red", "system")
	add("audit.event.", append(auditEvents(), "red.read", "restore")...)
	add("audit.event.person.", "create", "update", "profile", "leave", "return", "succeed", "release")
	add("audit.event.registration.", "create", "update", "end")
	add("audit.event.invitation.", "create", "send", "withdraw", "accept", "succeed")
	add("invitation.", "waiting", "sent", "failed", "expired", "accepted", "withdrawn")
	for _, x := range []string{"language", "country", "calendar", "report", "acknowledge"} {
		add("guide.step."+x, "", ".text")
	}
	add("job.", "mail", "clean-up", "expiry", "reminders", "digests", "departures", "recoveries", "refusals", "matches", "detection")
	add("notice.", "issued", "cancelled", "retracted", "late", "due", "soon", "closing")
	add("letter.", "issued", "cancelled", "retracted", "late", "due", "soon", "closing")
	for _, x := range []string{app.RecoveryWaits, app.RecoveryAsked, app.RecoveryGranted, app.RecoveryRefused, app.RecoveryLapsed} {
		add("letter."+x, "", ".subject")
	}
	add("way.", "link", "passkey", "directory", "invitation")
	add("answer.", (&programme.Session{}).Answers()...)
	add("answer.", (&programme.Advice{}).Answers()...)
	add("asked.", "meeting", "recommendation")
	add("device.", "restored", "anew", "unsent", "unsent-open", "filling", "waits", "waiting", "refused", "why", "session", "session-open", "sign-in", "look", "sent", "full", "leave")
	add("unit.", "min")
	add("standing.", "no-milestones", "on-track", "late", "milestones-done")
	for _, t := range coalition.GroupTypes {
		add("group-type.", string(t))
	}
	for _, r := range coalition.Roles {
		add("member-role.", string(r))
	}
	add("proposal.", "open", "accepted", "declined")
	add("action.", "create", "update", "import", "simulate", "retract", "attach", "accept", "found")
	add("control.", "1961", "1971", "1988")
	add("error.title.", "invalid", "forbidden", "conflict")
	add("field.", "audience.participants", "audience.groups", "audience.sectors", "audience.persons", "audience.also", "headline", "description", "title", "summary", "sharing", "reason", "note", "text", "measures",
		"proposal", "file", "name", "email", "participant", "sectors", "group")
	return keys
}

func fieldKeys(fields []record.Field) []string {
	var keys []string
	for _, f := range fields {
		if f.Type != record.TypeData {
			keys = append(keys, "field."+f.Name)
		}
		for _, o := range f.Options {
			if (english[o] || len(o) > 3) && !unworded[o] {
				keys = append(keys, "option."+o)
			}
		}
		if f.Type == record.TypeList {
			keys = append(keys, "item."+f.Name)
			keys = append(keys, fieldKeys(f.Fields)...)
		}
	}
	return keys
}

// english are the short options that are words; other short ones are units, and unworded ones are figures.
var english = map[string]bool{"gc": true, "ms": true, "ir": true, "lc": true, "ce": true, "uv": true, "nmr": true, "xrd": true, "ims": true, "tlc": true, "sea": true, "no": true, "ngo": true}

var unworded = map[string]bool{"0-14": true, "15-24": true, "25-34": true, "35-44": true, "45-54": true, "55-64": true, "ng/ml": true, "mg/l": true}

// sources calls f with every Go and templ source of the program that is not a test or generated.
func sources(t *testing.T, f func(path, text string)) {
	t.Helper()
	root := moduleRoot(t)
	for _, dir := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			name := filepath.Base(path)
			source := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") &&
				!strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go")
			if err != nil || d.IsDir() || !source {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f(path, string(b))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("go.mod not found above the working directory")
		}
		dir = parent
	}
}

func TestUsedKeysExist(t *testing.T) {
	english := catalogue(t, "en")
	sources(t, func(path, text string) {
		patterns := []*regexp.Regexp{call, method, report}
		for _, p := range patterns {
			for _, m := range p.FindAllStringSubmatch(text, -1) {
				if _, ok := english[m[1]]; !ok && !strings.HasSuffix(m[1], ".") {
					t.Errorf("%s: %s has no English text", path, m[1])
				}
			}
		}
	})
	for _, list := range composed {
		for _, key := range list() {
			if _, ok := english[key]; !ok {
				t.Errorf("composed key %s has no English text", key)
			}
		}
	}
}

// groups are the menu's headings: they stand ready for pages that are not built yet.
var groups = []string{"menu.see", "menu.warn", "menu.report", "menu.meet", "menu.act", "menu.coalition"}

func TestEveryKeyIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, key := range groups {
		used[key] = true
	}
	for _, list := range composed {
		for _, key := range list() {
			used[key] = true
		}
	}
	sources(t, func(_, text string) {
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
	})
	for _, key := range slices.Sorted(maps.Keys(catalogue(t, "en"))) {
		if !used[key] {
			t.Errorf("en.yaml: %s is used nowhere", key)
		}
	}
}

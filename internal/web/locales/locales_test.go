package locales

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// complete lists the languages whose catalogues must have every message.
var complete = []string{"en", "ar", "es", "fr", "pt", "ru"}

// forms are the plural forms that each language distinguishes (CLDR 48).
var forms = map[string][]string{
	"en": {"one", "other"},
	"ar": {"zero", "one", "two", "few", "many", "other"},
	"es": {"one", "many", "other"},
	"fr": {"one", "many", "other"},
	"pt": {"one", "many", "other"},
	"ru": {"one", "few", "many", "other"},
}

// silent are the forms in which a language may leave the number out because the word says it ("an hour", "two hours").
var silent = map[string][]string{"ar": {"zero", "one", "two"}}

var read = map[string]map[string]map[string]string{} // catalogues by language

// catalogue is a file as written: key → form → text; a message without plural has the form "".
func catalogue(t *testing.T, code string) map[string]map[string]string {
	t.Helper()
	if c, ok := read[code]; ok {
		return c
	}
	b, err := files.ReadFile(code + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	raw := map[string]any{}
	if err := yaml.Unmarshal(b, &raw); err != nil {
		t.Fatalf("%s.yaml: %v", code, err)
	}
	out := map[string]map[string]string{}
	for key, v := range raw {
		switch x := v.(type) {
		case string:
			out[key] = map[string]string{"": x}
		case map[string]any:
			out[key] = map[string]string{}
			for form, text := range x {
				s, ok := text.(string)
				if !ok {
					t.Errorf("%s.yaml: %s.%s is not a text", code, key, form)
				}
				out[key][form] = s
			}
		default:
			t.Errorf("%s.yaml: %s is a %T; quote texts such as \"Yes\" or numbers", code, key, v)
		}
	}
	read[code] = out
	return out
}

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

func placeholders(text string) []string {
	set := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		set[m[1]] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func TestCataloguesAgreeWithEnglish(t *testing.T) {
	english := catalogue(t, "en")
	for _, l := range Languages {
		own := catalogue(t, l.Code)
		for _, key := range slices.Sorted(maps.Keys(own)) {
			if _, ok := english[key]; !ok {
				t.Errorf("%s.yaml: %s is not in English", l.Code, key)
				continue
			}
			checkMessage(t, l.Code, key, english[key], own[key])
		}
		for _, key := range slices.Sorted(maps.Keys(english)) {
			if _, ok := own[key]; !ok && slices.Contains(complete, l.Code) {
				t.Errorf("%s.yaml: %s is missing", l.Code, key)
			}
		}
	}
}

func checkMessage(t *testing.T, code, key string, english, own map[string]string) {
	t.Helper()
	_, plain := english[""]
	if _, ownPlain := own[""]; ownPlain != plain {
		t.Errorf("%s.yaml: %s: plural forms here or in English, not in the other", code, key)
		return
	}
	want := []string{""}
	if !plain {
		want = slices.Sorted(slices.Values(forms[code]))
	}
	if got := sortedKeys(own); !slices.Equal(got, want) {
		t.Errorf("%s.yaml: %s has the forms %v, the language has %v", code, key, got, want)
	}
	all := placeholders(strings.Join(slices.Collect(maps.Values(english)), " "))
	for form, text := range own {
		got := placeholders(text)
		if slices.Contains(silent[code], form) && !slices.Contains(got, "n") {
			got = slices.Sorted(slices.Values(append(got, "n")))
		}
		if strings.TrimSpace(text) == "" || !slices.Equal(got, all) {
			t.Errorf("%s.yaml: %s %s has the placeholders %v, English has %v", code, key, form, got, all)
		}
	}
}

// call finds the keys that sources word, quoted whole finds every string that could be one.
var (
	call   = regexp.MustCompile(`\bT\((?:ctx|[\w.()]+), "([^"]+)"`)
	method = regexp.MustCompile(`\.T\("([^"]+)"`)
	report = regexp.MustCompile(`"(problem\.[a-z0-9.-]+)"`)
	quoted = regexp.MustCompile(`"([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)"`)
)

func TestPlurals(t *testing.T) {
	for _, c := range []struct {
		code string
		n    int
		want string
	}{
		{"en", 1, "1 day ago"}, {"en", 0, "0 days ago"}, {"en", 1234, "1,234 days ago"},
		{"ar", 1, "منذ يوم واحد"}, {"ar", 2, "منذ يومين"}, {"ar", 3, "منذ 3 أيام"}, {"ar", 11, "منذ 11 يوماً"},
		{"ar", 100, "منذ 100 يوم"}, {"ar", 103, "منذ 103 أيام"},
	} {
		if got := New(c.code, nil, Auto).T("time.days-ago", "n", c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.code, c.n, got, c.want)
		}
	}
}

func TestMissingTexts(t *testing.T) {
	ctx := With(context.Background(), New("ru", nil, Auto))
	if got := T(ctx, "no.such.key"); got != "no.such.key" {
		t.Errorf("unknown key: %q", got)
	}
	if Has("no.such.key") || !Has("product") || !Has("time.days-ago") {
		t.Error("Has is wrong")
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct{ code, iso, want string }{
		{"en", "2024-03-05", "5 March 2024"}, {"en", "2024-03", "March 2024"}, {"en", "2024", "2024"},
		{"en", "yesterday", "yesterday"}, {"en", "2024-02-30", "2024-02-30"}, {"en", "", ""},
		{"es", "2024-03-05", "5 de marzo de 2024"}, {"fr", "2024-03-01", "1er mars 2024"},
		{"pt", "2024-03-05", "5 de março de 2024"}, {"pt", "2024-03-01", "1º de março de 2024"}, {"es", "2024-03-01", "1 de marzo de 2024"}, {"ru", "2024-03-05", "5 марта 2024 г."},
		{"ru", "2024-03", "март 2024 г."}, {"ar", "2024-03-05", "5 آذار/مارس 2024"},
	} {
		if got := New(c.code, nil, Auto).Date(c.iso); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.code, c.iso, got, c.want)
		}
	}
}

func TestTimesNameTheViewersZone(t *testing.T) {
	at := time.Date(2024, 3, 5, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct{ zone, want string }{
		{"", "5 March 2024, 23:30 UTC"},
		{"Asia/Tokyo", "6 March 2024, 08:30 JST"},
		{"America/Sao_Paulo", "5 March 2024, 20:30 UTC-3"},
		{"Asia/Kathmandu", "6 March 2024, 05:15 UTC+5:45"},
	} {
		if got := New("en", Zone(c.zone), Auto).DateTime(at); got != c.want {
			t.Errorf("%s: %q, want %q", c.zone, got, c.want)
		}
	}
	if Zone("Local") != nil || Zone("../etc/passwd") != nil || Zone("Nowhere/Else") != nil {
		t.Error("a zone that is none was accepted")
	}
}

func TestNumbersAndLists(t *testing.T) {
	for _, c := range []struct{ code, number, list string }{
		{"en", "1,234.5", "a, b and c"}, {"es", "1.234,5", "a, b y c"}, {"ar", "1,234.5", "a، b وc"},
		{"pt", "1.234,5", "a, b e c"},
	} {
		l := New(c.code, nil, Auto)
		if got := l.Num(1234.5); got != c.number {
			t.Errorf("%s: %q, want %q", c.code, got, c.number)
		}
		if got := l.List([]string{"a", "b", "c"}); got != c.list {
			t.Errorf("%s: %q, want %q", c.code, got, c.list)
		}
	}
	for last, want := range map[string]string{"Italia": "Ghana e Italia", "Índice": "Ghana e Índice", "hijos": "Ghana e hijos", "hielo": "Ghana y hielo", "Iowa": "Ghana y Iowa", "Yemen": "Ghana y Yemen"} {
		if got := New("es", nil, Auto).List([]string{"Ghana", last}); got != want {
			t.Errorf("es: %q, want %q", got, want)
		}
	}
}

func TestNegotiation(t *testing.T) {
	for _, c := range []struct {
		accept string
		wanted []string
		want   string
	}{
		{"", nil, "en"}, {"fr-CA, en;q=0.8", nil, "fr"}, {"de", nil, "en"}, {"ar-SD", nil, "ar"}, {"pt-BR", nil, "pt"},
		{"fr", []string{"", "ru"}, "ru"}, {"fr", []string{"xx"}, "fr"}, {"\x00;;q=", nil, "en"},
	} {
		if got := Negotiate(c.accept, c.wanted...); got != c.want {
			t.Errorf("%q %v: %s, want %s", c.accept, c.wanted, got, c.want)
		}
	}
}

// Neither a date that a text gives as an example nor a title that begins with a code is turned round in Arabic.
func TestRightToLeft(t *testing.T) {
	ar, en := New("ar", nil, Auto), New("en", nil, Auto)
	for key, want := range map[string]int{"list.date-form": 1, "problem.date": 2} {
		text := ar.T(key, "value", "x")
		if bare := dates.FindAllString(text, -1); len(bare) != want || strings.Count(text, "\u2066") != want || strings.Count(text, "\u2069") != want {
			t.Errorf("%s: %q", key, text)
		}
		if strings.ContainsAny(en.T(key, "value", "x"), "\u2066\u2069\u200f") {
			t.Errorf("%s has marks of direction in English", key)
		}
	}
	for text, want := range map[string]string{"MDMB-4en-PINACA · الأردن": "\u200fMDMB-4en-PINACA · الأردن", "MDMB-4en-PINACA": "MDMB-4en-PINACA"} {
		if got := ar.Running(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
		if got := en.Running(text); got != text {
			t.Errorf("%q became %q in English", text, got)
		}
	}
	if got := ar.Latin("SWG 2.1"); got != "\u200f\u2066SWG 2.1\u2069" {
		t.Errorf("a code became %q", got)
	}
}

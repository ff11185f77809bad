package locales

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
)

var update = flag.Bool("update", false, "write docs/glossary.md from docs/glossary.yaml, and mend spaces and marks in the catalogues")

// term is an entry of docs/glossary.yaml.
type term struct {
	Term, About, Source, Match string
	Ar, Es, Fr, Pt, Ru         string
	Stems, Never               map[string]string
	Except                     []string
}

func (t term) in(code string) string {
	return map[string]string{"ar": t.Ar, "es": t.Es, "fr": t.Fr, "pt": t.Pt, "ru": t.Ru}[code]
}

// translated are the languages beside English.
var translated = []string{"ar", "es", "fr", "pt", "ru"}

func glossary(t *testing.T) []term {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(moduleRoot(t), "docs", "glossary.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var out []term
	if err := yaml.UnmarshalWithOptions(b, &out, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return out
}

// vowels takes out the marks that Arabic may write or leave out.
var vowels = strings.NewReplacer("\u064b", "", "\u064c", "", "\u064d", "", "\u064e", "", "\u064f", "", "\u0650", "", "\u0651", "", "\u0652", "")

// texts returns the texts of a catalogue by key, plural forms joined, without the placeholders.
func texts(t *testing.T, code string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for key, forms := range catalogue(t, code) {
		var all []string
		for _, form := range slices.Sorted(maps.Keys(forms)) {
			all = append(all, placeholder.ReplaceAllString(forms[form], "0"))
		}
		out[key] = vowels.Replace(strings.Join(all, "\n"))
	}
	return out
}

// TestCataloguesUseTheGlossary: where an English text has a term, each translation has the glossary's; what the glossary
// forbids stands nowhere.
func TestCataloguesUseTheGlossary(t *testing.T) {
	all := map[string]map[string]string{"en": texts(t, "en")}
	for _, code := range translated {
		all[code] = texts(t, code)
	}
	for _, g := range glossary(t) {
		match := regexp.MustCompile("(?im)" + g.Match)
		var keys []string
		for key, english := range all["en"] {
			if match.MatchString(english) && !slices.Contains(g.Except, key) {
				keys = append(keys, key)
			}
		}
		for _, code := range translated {
			if g.in(code) == "" || g.Stems[code] == "" {
				t.Errorf("%s: nothing in %s", g.Term, code)
				continue
			}
			stem := regexp.MustCompile("(?i)" + g.Stems[code])
			for _, key := range keys {
				if !stem.MatchString(all[code][key]) {
					t.Errorf("%s.yaml: %s: %q lacks %q, which the glossary gives for %q", code, key, all[code][key], g.Stems[code], g.Term)
				}
			}
		}
		for code, never := range g.Never {
			forbidden := regexp.MustCompile(never)
			for key, text := range all[code] {
				if m := forbidden.FindString(text); m != "" && !slices.Contains(g.Except, key) {
					t.Errorf("%s.yaml: %s: %q: the glossary forbids %q for %q", code, key, text, m, g.Term)
				}
			}
		}
	}
}

// TestGlossaryPage: docs/glossary.md says what docs/glossary.yaml does.
func TestGlossaryPage(t *testing.T) {
	path := filepath.Join(moduleRoot(t), "docs", "glossary.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(b), "<!-- terms -->\n")
	if !ok {
		t.Fatal("docs/glossary.md has no line <!-- terms -->")
	}
	var page strings.Builder
	page.WriteString(head + "<!-- terms -->\n\n| English | العربية | Español | Français | Português | Русский | source |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	entries := glossary(t)
	slices.SortFunc(entries, func(a, b term) int { return strings.Compare(strings.ToLower(a.Term), strings.ToLower(b.Term)) })
	sources := regexp.MustCompile(`S\d+`)
	for _, g := range entries {
		fmt.Fprintf(&page, "| **%s**: %s | %s | %s | %s | %s | %s | %s |\n", g.Term, g.About, g.Ar, g.Es, g.Fr, g.Pt, g.Ru, g.Source)
		for _, s := range sources.FindAllString(g.Source, -1) {
			if !strings.Contains(head, "| "+s+" |") {
				t.Errorf("%s: the source %s is not explained", g.Term, s)
			}
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if page.String() != string(b) {
		t.Error("docs/glossary.md does not agree with docs/glossary.yaml: go test ./internal/web/locales -run GlossaryPage -update")
	}
}

// alike are the texts that a language rightly writes as English does: names, formats, and words that both have.
var alike = regexp.MustCompile(`^(Tocsin|EARS C\d|ICAP I{1,3}|ISO/IEC 17025|ISO \d+(-\d)?|IATI|IATI 2\.03|Raman|min|[0-9 :().,%·/–-]*|0 (kB|min)|0(: 0| \(0\)))$`)

// cognates are the words that a language shares with English, by language.
var cognates = map[string]string{
	"es": "no|provisional|roles",
	"fr": "accident|action|actions|admission|ampoules|association|cause|coalition|code|conclusion|consultation|contact|contribution|contributions|date|description|destination|discussion|document|documents|expert|expertise|experts|fluorescence|format|future|incident|incidents|initiative|initiatives|injectable|institution|introduction|invitation|justice|menu|note|notes|occasion|pages|participant|participants|phase|places|point|possible|prison|rail|section|services|signal|source|sources|subdivision|substance|substances|technique|techniques|trace|transit|type|ultraviolet|version 0",
	"pt": "courier|item|link|menu",
}

// TestNothingIsLeftInEnglish: a translation that reads like the English text is one that nobody made.
func TestNothingIsLeftInEnglish(t *testing.T) {
	english := texts(t, "en")
	for _, code := range translated {
		shared := regexp.MustCompile("(?i)^(" + cognates[code] + ")$")
		for key, text := range texts(t, code) {
			for _, line := range strings.Split(text, "\n") {
				if slices.Contains(strings.Split(english[key], "\n"), line) && !alike.MatchString(line) && (cognates[code] == "" || !shared.MatchString(strings.TrimPrefix(line, "0 "))) {
					t.Errorf("%s.yaml: %s is as in English: %q", code, key, line)
				}
			}
			if script := map[string]*unicode.RangeTable{"ar": unicode.Arabic, "ru": unicode.Cyrillic}[code]; script != nil && strings.ContainsFunc(text, unicode.IsLetter) &&
				!alike.MatchString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(script, r) }) {
				t.Errorf("%s.yaml: %s has no letter of the language: %q", code, key, text)
			}
		}
	}
}

// slips are what a language's typography does not allow. Addresses, formats and codes are taken out before.
var slips = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`["«»]|\s[;:!?,.](\s|$)|  `),
	"ar": regexp.MustCompile(`[,;?"“”]|ًا|\s[،؛؟:!.](\s|$)|  `),
	"es": regexp.MustCompile(`["“”]|\s[;:!?,.](\s|$)|  `),
	"fr": regexp.MustCompile(`["“”]| [;:!?»]|« |\S(?:[;!?»]|[^\x{00A0}\x{202F}\d]:(?:\s|$))|  `),
	"pt": regexp.MustCompile(`["«»]|\s[;:!?,.](\s|$)|  `),
	"ru": regexp.MustCompile(`["“”]|\s[;:!?,.](\s|$)|  | - |—`),
}

var codes = regexp.MustCompile(`https?://|TLP:\w+|/ & \| \?|[a-z]+/[a-z]+|\d+[:,]\d+|"?Accept-\w+`)

// unended are texts that the program ends: a question before what is asked about.
var unended = []string{"search.meant"}

// mend writes what a rule can mend: spaces that do not break before the French marks, the place of the Arabic tanwin.
func mend(t *testing.T) {
	t.Helper()
	marks, inside, tanwin := regexp.MustCompile(`(\S) ([;:!?»])`), strings.NewReplacer("« ", "«\u00a0"), strings.NewReplacer("\u064b\u0627", "\u0627\u064b")
	for code, mended := range map[string]func(string) string{
		"fr": func(s string) string { return inside.Replace(marks.ReplaceAllString(s, "${1}\u00a0${2}")) },
		"ar": tanwin.Replace,
	} {
		b, err := os.ReadFile(code + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(b), "\n")
		for i, line := range lines {
			if key, value, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "#") {
				lines[i] = key + ":" + mended(value)
			}
		}
		if err := os.WriteFile(code+".yaml", []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTypography: each language has its own marks and spaces.
func TestTypography(t *testing.T) {
	if *update {
		mend(t)
		return
	}
	for code, slip := range slips {
		for key, forms := range catalogue(t, code) {
			for _, text := range forms {
				s := codes.ReplaceAllString(placeholder.ReplaceAllString(text, "0"), "0")
				if code == "fr" {
					s = strings.NewReplacer("\u00a0;", "", "\u00a0!", "", "\u00a0?", "", "\u00a0:", "", "\u00a0»", "").Replace(s)
				}
				if m := slip.FindString(s); m != "" {
					t.Errorf("%s.yaml: %s: %q in %q", code, key, m, text)
				}
				if code == "es" && !slices.Contains(unended, key) && (strings.Count(s, "?") != strings.Count(s, "¿") || strings.Count(s, "!") != strings.Count(s, "¡")) {
					t.Errorf("es.yaml: %s: a mark is not opened in %q", key, text)
				}
			}
		}
	}
}

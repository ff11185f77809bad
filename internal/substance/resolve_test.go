package substance

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

func resolver(t testing.TB) *Resolver {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return NewResolver(c)
}

func ids(r Resolution) []string {
	var out []string
	for _, m := range r.Matches {
		out = append(out, m.ID)
	}
	return out
}

func TestResolve(t *testing.T) {
	r := resolver(t)
	for text, want := range map[string]string{
		"Acute fent, hydrocod, benzodiazepine":                             "fentanyl hydrocodone benzodiazepine",
		"Acute Intoxication by the Combined Effects of Heroin and U-47700": "heroin u-47700",
		"acetyl fentanyl":                      "acetylfentanyl",
		"Acetylfentanyl and fentanyl toxicity": "acetylfentanyl fentanyl",
		"carfentanil":                          "carfentanil",
		"U 47700":                              "u-47700",
		"u47700/PCP":                           "u-47700 phencyclidine",
		"Herion and Fentynal":                  "heroin fentanyl",
		"Buprenorhine":                         "buprenorphine",
		"Bupren":                               "buprenorphine",
		"PCP NEG":                              "",
		"α-PVP":                                "alpha-pvp",
		"3,4-methylenedioxymethamphetamine":    "mdma",
		"فنتانيل":                              "fentanyl",
		"метамфетамин и Героин": "methamphetamine heroin",
		"437-38-7":  "fentanyl",
		"nitazenes": "nitazene",
		"Intoxicación aguda por heroína, cocaína": "heroin cocaine",
		"horse":              "heroin",
		"fell from a horse":  "",
		"acute intoxication": "",
		"":                   "",
	} {
		if got := strings.Join(ids(r.Resolve(text)), " "); got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
	if a := r.Resolve("kush").Ambiguous; len(a) != 1 || len(a[0].Candidates) < 2 {
		t.Errorf("kush is not ambiguous: %+v", a)
	}
	if u := r.Resolve("Acute zorvintadine intoxication").Unknown; len(u) != 1 || u[0].Text != "zorvintadine" {
		t.Errorf("the unknown name is %+v", u)
	}
}

func TestEveryNameResolvesToItself(t *testing.T) {
	r := resolver(t)
	for _, s := range r.cat.All() {
		res := r.Resolve(s.Name)
		if len(res.Matches) != 1 || res.Matches[0].ID != s.ID || res.Matches[0].Kind != Exact || res.Matches[0].Score != 1 {
			t.Errorf("%q resolves to %+v %+v", s.Name, res.Matches, res.Ambiguous)
		}
		for _, n := range s.Synonyms {
			if got := ids(r.Resolve(n)); len(got) != 1 || got[0] != s.ID {
				t.Errorf("%q of %s resolves to %v", n, s.ID, got)
			}
		}
	}
}

func TestSpansLieInTheText(t *testing.T) {
	r := resolver(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("fentanylHEROIN u-47700, ;/αβéя\u0301ع\n"))).Draw(t, "text")
		res := r.Resolve(text)
		runes := []rune(text)
		at := 0
		for _, m := range res.Matches {
			if m.Span[0] < at || m.Span[1] > len(runes) || m.Span[0] >= m.Span[1] || string(runes[m.Span[0]:m.Span[1]]) != m.Text {
				t.Fatalf("%q: %+v", text, m)
			}
			at = m.Span[1]
			if m.Score <= 0 || m.Score > 1 {
				t.Fatalf("score %v", m.Score)
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) { r.Resolve(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))) })
}

func TestHugeTextIsLinear(t *testing.T) {
	r := resolver(t)
	for _, s := range []string{strings.Repeat("a", 1<<20), strings.Repeat("fentanyl ", 1<<17), strings.Repeat("qwertyine ", 1<<17), strings.Repeat("u-", 1<<19)} {
		r.Resolve(s)
	}
}

// validCAS checks the check digit of a CAS registry number.
func validCAS(s string) bool {
	m := regexp.MustCompile(`^(\d{2,7})-(\d{2})-(\d)$`).FindStringSubmatch(s)
	if m == nil {
		return false
	}
	digits, sum := m[1]+m[2], 0
	for i := range digits {
		sum += int(digits[len(digits)-1-i]-'0') * (i + 1)
	}
	return sum%10 == int(m[3][0]-'0')
}

func TestCatalogue(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	counts, cas := map[string]int{}, map[string]string{}
	for _, s := range c.All() {
		if s.CAS != "" {
			if !validCAS(s.CAS) {
				t.Errorf("%s: CAS %s", s.ID, s.CAS)
			}
			if cas[s.CAS] != "" {
				t.Errorf("%s and %s have the CAS number %s", s.ID, cas[s.CAS], s.CAS)
			}
			cas[s.CAS] = s.ID
		}
		if s.InChIKey != "" && !regexp.MustCompile(`^[A-Z]{14}-[A-Z]{10}-[A-Z]$`).MatchString(s.InChIKey) {
			t.Errorf("%s: InChIKey %s", s.ID, s.InChIKey)
		}
		if len(s.Sources) == 0 {
			t.Errorf("%s has no source", s.ID)
		}
		for _, k := range s.Controls {
			counts[k.Treaty+" "+k.Schedule]++
			if k.From == "2024-12-03" {
				counts["2024"]++
			}
		}
		if len(c.Ancestors(s.ID)) == 0 {
			t.Errorf("%s has no class", s.ID)
		}
	}
	// The Commission on Narcotic Drugs put 18 precursors under control with effect from 3 December 2024: two of fentanyl,
	// nine of amphetamines, seven of MDMA (INCB, 2024).
	if counts["2024"] != 18 {
		t.Errorf("%d precursors from 2024", counts["2024"])
	}
	for list, least := range map[string]int{"1961 I": 130, "1961 II": 10, "1961 IV": 15, "1971 I": 28, "1971 II": 55, "1971 III": 8, "1971 IV": 65, "1988 I": 35, "1988 II": 8} {
		if counts[list] < least {
			t.Errorf("%s has %d substances, at least %d are due", list, counts[list], least)
		}
	}
	t.Logf("%d substances, %d classes, %d CAS numbers, controls %v", len(c.All()), len(c.Classes()), len(cas), counts)
}

func shared(t testing.TB, parts ...string) *os.File {
	f, err := os.Open(filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...))
	if err != nil {
		t.Skipf("the data to test with are not beside the project: %v", err)
	}
	return f
}

// TestConnecticut compares what is found in the texts with the columns in which the State's own people flagged substances.
func TestConnecticut(t *testing.T) {
	f := shared(t, "data", "connecticut-overdose-deaths", "deaths-2012-2016.csv")
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r := resolver(t)
	flags := map[string]string{"Heroin": "heroin", "Cocaine": "cocaine", "Fentanyl": "fentanyl", "Oxycodone": "oxycodone", "Methadone": "methadone", "Hydrocodone": "hydrocodone", "Oxymorphone": "oxymorphone", "Tramad": "tramadol"}
	named, missed, unknown := 0, map[string]int{}, map[string]int{}
	special := map[string]int{}
	for _, row := range rows[1:] {
		res := r.Resolve(row[3] + "; " + row[18])
		for _, u := range res.Unknown {
			unknown[strings.ToLower(u.Text)]++
		}
		found := ids(res)
		for _, s := range []string{"u-47700", "phencyclidine", "buprenorphine"} {
			if slices.Contains(found, s) {
				special[s]++
			}
		}
		for i, h := range rows[0] {
			id := flags[h]
			if id == "" || !strings.HasPrefix(row[i], "Y") || !strings.Contains(strings.ToLower(row[3]), id[:5]) {
				continue
			}
			named++
			if !slices.Contains(found, id) {
				missed[id+": "+row[3]]++
			}
		}
	}
	lost := 0
	for m, n := range missed {
		lost += n
		if lost < 15 {
			t.Logf("missed %s", m)
		}
	}
	if recall := 1 - float64(lost)/float64(named); recall < 0.97 {
		t.Errorf("%.1f %% of what is flagged and named is found", 100*recall)
	} else {
		t.Logf("%.2f %% of %d flagged and named substances found; %d distinct unknown words", 100*recall, named, len(unknown))
	}
	for _, s := range []string{"u-47700", "phencyclidine", "buprenorphine"} {
		if special[s] == 0 {
			t.Errorf("%s is never found", s)
		}
	}
	top := []string{}
	for u, n := range unknown {
		if n > 4 {
			top = append(top, u)
		}
	}
	t.Logf("unknown: %v; found %v", top, special)
}

func BenchmarkResolve(b *testing.B) {
	r := resolver(b)
	text := "Acute Intoxication Due to the Combined Effects of Fentanyl, Heroin, Alprazolam and Ethanol"
	b.SetBytes(int64(utf8.RuneCountInString(text)))
	for b.Loop() {
		r.Resolve(text)
	}
}

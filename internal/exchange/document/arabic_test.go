package document

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

// The letters of Arabic, Persian and Urdu by their joining type in Unicode's ArabicShaping.
const (
	joinBoth   = "ئبتثجحخسشصضطظعغفقكلمنهىيٹپچڤکگڭہھیې"
	joinBefore = "آأؤإاةدذرزوڈڑژےۓۀۇۆۈۋەٱ"
	joinNone   = "ء"
)

func TestFormsByNeighbours(t *testing.T) {
	form := func(text string, at int) rune { return []rune(joined(text))[at] }
	for _, r := range joinBoth + joinBefore + joinNone {
		forms, letter := arabic().letters[r], string(r)
		alone, last, first, middle := form(letter, 0), form("ب"+letter, 1), form(letter+"ب", 0), form("ب"+letter+"ب", 1)
		switch {
		case strings.ContainsRune(joinBoth, r):
			if len(forms) != 4 || alone != forms[0] || last != forms[1] || first != forms[2] || middle != forms[3] {
				t.Errorf("%q joins to both sides: %X %X %X %X of %X", r, alone, last, first, middle, forms)
			}
		case strings.ContainsRune(joinBefore, r):
			if len(forms) != 2 || alone != forms[0] || last != forms[1] || first != forms[0] || middle != forms[1] {
				t.Errorf("%q joins to the letter before: %X %X %X %X of %X", r, alone, last, first, middle, forms)
			}
		default:
			if alone != last || alone != first || alone != middle {
				t.Errorf("%q does not join: %X %X %X %X", r, alone, last, first, middle)
			}
		}
		for _, f := range forms {
			if back := norm.NFKC.String(string(f)); back != letter && r != 'ە' {
				t.Errorf("%X is a form of %s, not of %q", f, back, r)
			}
		}
	}
}

func TestKnownForms(t *testing.T) {
	for text, want := range map[string]string{
		"ب":   "\uFE8F",
		"ببب": "\uFE91\uFE92\uFE90",
		"باب": "\uFE91\uFE8E\uFE8F",
		"دار": "\uFEA9\uFE8D\uFEAD",
		"شيء": "\uFEB7\uFEF2\uFE80",
		"پچگ": "\uFB58\uFB7D\uFB93",
		"کیے": "\uFB90\uFBFF\uFBAF",
		"ٹہڑ": "\uFB68\uFBA9\uFB8D",
		"بىب": "\uFE91\uFBE9\uFE90",
		// lam and alef become one letter, alone and after another
		"لا":           "\uFEFB",
		"بلا":          "\uFE91\uFEFC",
		"لأ لإ لآ":     "\uFEF7 \uFEF9 \uFEF5",
		"سلآم":         "\uFEB3\uFEF6\uFEE1",
		"لل":           "\uFEDF\uFEDE",
		"لَا":          "\uFEFB\u064E",
		"لِأَ":         "\uFEF7\u0650\u064E",
		"ل\u200Dا":     "\uFEDF\u200D\uFE8E",
		"ل\u200Cا":     "\uFEDD\u200C\uFE8D",
		"\u0644\u0671": "\uFEDF\uFB51",
		// marks do not part letters
		"بَّب":     "\uFE91\u064E\u0651\uFE90",
		"ب\u200Eب": "\uFE91\u200E\uFE90",
		"بَ":       "\uFE8F\u064E",
		"ب\u06DDب": "\uFE8F\u06DD\uFE8F",
		"ب\u2068ب": "\uFE8F\u2068\uFE8F",
		"دَب":      "\uFEA9\u064E\uFE8F",
		// tatweel and the joiner join, the other one parts
		"ـب":          "ـ\uFE90",
		"بـ":          "\uFE91ـ",
		"بـب":         "\uFE91ـ\uFE90",
		"ه\u200D":     "\uFEEB\u200D",
		"\u200Dه":     "\u200D\uFEEA",
		"می\u200Cروم": "\uFEE3\uFBFD\u200C\uFEAD\uFEED\uFEE1",
		// digits and other letters stand by themselves
		"ب5ب":   "\uFE8F5\uFE8F",
		"ب٥ب":   "\uFE8F٥\uFE8F",
		"xبy ب": "x\uFE8Fy \uFE8F",
		"ב ش":   "ב \uFEB5",
	} {
		if got := joined(text); got != want {
			t.Errorf("%+q becomes %+q, not %+q", text, got, want)
		}
	}
}

// arabicText draws texts of letters, marks and whatever stands between them.
func arabicText(more string) *rapid.Generator[string] {
	return rapid.StringOf(rapid.SampledFrom([]rune(joinBoth + joinBefore + joinNone + "للااا\u064B\u064E\u0651\u200C\u200Dـ 12٣abא(" + more)))
}

func TestJoiningLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := arabicText("").Draw(t, "text")
		once := joined(text)
		if twice := joined(once); twice != once {
			t.Errorf("%+q becomes %+q the second time", once, twice)
		}
		if strings.ContainsFunc(strings.ReplaceAll(once, "ە", ""), func(r rune) bool { return arabic().letters[r] != nil }) {
			t.Errorf("a letter of %+q has no form in %+q", text, once)
		}
		if bare(once) != bare(text) {
			t.Errorf("the letters of %+q are others than those of %+q", once, text)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return !unicode.Is(unicode.Arabic, r) })).Draw(t, "text")
		if got := joined(text); got != text {
			t.Errorf("%+q becomes %+q", text, got)
		}
	})
}

// bare is a text of letters without forms and marks.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		if r == 'ە' {
			return 'ه'
		}
		return r
	}, norm.NFKC.String(text))
}

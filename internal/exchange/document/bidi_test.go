package document

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

// turned gives the letters of a text from left to right.
func turned(text string, rtl bool) string {
	r := newReading(text, rtl)
	return r.line(0, len(r.letters))
}

func TestOrderOfLetters(t *testing.T) {
	for _, c := range []struct {
		text string
		rtl  bool
		want string
	}{
		{"abc 12", false, "abc 12"},
		{"אבג", false, "גבא"},
		{"אבג", true, "גבא"},
		{"abc.", true, ".abc"},
		{"אבג.", false, "גבא."},
		{"אבג.", true, ".גבא"},
		{"ab אב גד cd", false, "ab דג בא cd"},
		{"אב ab cd גד", true, "דג ab cd בא"},
		{"אב ab cd גד", false, "בא ab cd דג"},
		// numbers run from left to right, and their place follows the letters before
		{"אב 123 גד", true, "דג 123 בא"},
		{"אב 123 גד", false, "דג 123 בא"},
		{"אב 123 ab", false, "123 בא ab"},
		{"אב 1,234.5 גד", false, "דג 1,234.5 בא"},
		{"דו 12-30", true, "12-30 וד"},
		{"با 12-30", true, "30-12 اب"},
		{"با 12:30", true, "12:30 اب"},
		{"אב 5% ab", false, "5% בא ab"},
		{"3 / 12", true, "12 / 3"},
		{"1.", true, ".1"},
		{"2026-03-05", true, "2026-03-05"},
		{"+5 %", true, "% 5+"},
		// brackets follow what they hold and what stands before them, and open toward it
		{"אב (גד) הו", true, "וה (דג) בא"},
		{"אב UN (WHO) גד", true, "דג UN (WHO) בא"},
		{"אב (UN) גד", true, "דג (UN) בא"},
		{"אב (UN) (WHO) גד", true, "דג (WHO) (UN) בא"},
		{"UN (WHO אב) ג", true, "ג (בא WHO) UN"},
		{"a (ב) c", false, "a (ב) c"},
		{"א [ב <ג> «ד»]", true, "[«ד» <ג> ב] א"},
		{"a «b»", false, "a «b»"},
		// marks stay on their letter; what is not seen goes
		{"בָּא", true, "אבָּ"},
		{"a\u0301b", true, "a\u0301b"},
		{"אב\u200E!", true, "!בא"},
		{"אב!\u200F a", false, "!בא a"},
		{"א\u200Cב", true, "בא"},
	} {
		if got := turned(c.text, c.rtl); got != c.want {
			t.Errorf("%q (from the right: %t) becomes %q, not %q", c.text, c.rtl, got, c.want)
		}
	}
}

func TestManyBrackets(t *testing.T) {
	for _, text := range []string{strings.Repeat("(", 50000) + "א" + strings.Repeat(")", 50000), strings.Repeat("([", 30000), strings.Repeat("(א)]", 30000), strings.Repeat(")", 50000)} {
		turned(text, true)
	}
}

const scripts = "abאבجدהو 12١٢.,:/+-%$«!\u0301\u064E"

// TestLevelsAgree compares the directions with those of the package bidi, which does not know the rule of brackets.
func TestLevelsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune(scripts)), 1, 20, -1).Draw(t, "text")
		compareLevels(t, text, levels([]rune(text), true), 0, bidi.DefaultDirection(bidi.RightToLeft))
		compareLevels(t, string(leftMark)+text, levels([]rune(text), false), 1)
	})
}

func compareLevels(t *rapid.T, text string, got []int, skipped int, o ...bidi.Option) {
	var p bidi.Paragraph
	if _, err := p.SetString(text, o...); err != nil {
		t.Fatal(err)
	}
	order, err := p.Order()
	if err != nil {
		t.Fatal(err)
	}
	for i := range order.NumRuns() {
		run := order.Run(i)
		start, end := run.Pos()
		for at := max(start, skipped); at <= end; at++ {
			// The package ends lines itself and sets the spaces at their ends anew.
			if len(strings.TrimRight(string([]rune(text)[at:]), " ")) > 0 && got[at-skipped]%2 == 1 != (run.Direction() == bidi.RightToLeft) {
				t.Fatalf("%+q: level %d at %d", text, got[at-skipped], at)
			}
		}
	}
}

func TestOrderLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune(scripts+"()[]<>"))).Draw(t, "text")
		for _, rtl := range []bool{false, true} {
			in, out := []rune(text), []rune(turned(text, rtl))
			for i := range in {
				in[i] = min(in[i], mirrored(in[i], 1))
			}
			for i := range out {
				out[i] = min(out[i], mirrored(out[i], 1))
			}
			slices.Sort(in)
			slices.Sort(out)
			if !slices.Equal(in, out) {
				t.Fatalf("%+q has other letters than %+q", out, in)
			}
		}
		if !rightward(text) && turned(text, false) != text {
			t.Fatalf("%+q is put into another order", text)
		}
	})
}

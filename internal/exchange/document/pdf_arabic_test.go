package document

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestArabicFont(t *testing.T) {
	for style, font := range arabicGlyphs {
		glyphs, err := font()
		if err != nil {
			t.Fatal(err)
		}
		for r := rune(0xFE70); r <= 0xFEFC; r++ {
			if _, ok := glyphs[r]; !ok && r != 0xFE75 { // the one that is no character
				t.Errorf("style %q has no %X", style, r)
			}
		}
		for _, r := range joinBoth + joinBefore + joinNone + "ـ،؛؟٠٩۰۹٪٫٬۔ًٌٍَُِّْٰ" {
			if !arabicLetter(glyphs, r) {
				t.Errorf("style %q cannot show %q", style, r)
			}
		}
		if g := glyphs[shadda]; g.advance != 0 || g.bottom < 300 || g.top < g.bottom {
			t.Errorf("style %q has shadda as %v", style, g)
		}
	}
}

// heard is what a reader of the file gets, without the forms of letters, marks and signs of direction.
func heard(text string) string {
	return squeezed(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFKC.String(text)))
}

func TestEveryArabicTextAppears(t *testing.T) {
	words := map[string]string{}
	for i, slot := range slots {
		words[slot] = "أهلًا " + strings.Repeat("بكتاب", i%5) + "سلام" + strings.Repeat("قلم", i/5)
	}
	d := filled(func(slot string) string { return words[slot] }, "https://example.org/x")
	d.RTL, d.Lang, d.ChangedLabel = true, "ar", "كان"
	text := heard(pdfText(t, bytesOf(t, PDF, d)))
	for slot, word := range words {
		if !strings.Contains(text, heard(word)) {
			t.Errorf("%s (%s) is missing", slot, word)
		}
	}
}

func TestArabicFileIsSteady(t *testing.T) {
	first := bytesOf(t, PDF, arabicSample())
	if !bytes.Equal(first, bytesOf(t, PDF, arabicSample())) {
		t.Error("the file differs from one time to the next")
	}
	if len(first) > 200<<10 {
		t.Errorf("the file has %d bytes", len(first))
	}
}

func TestArabicFontOnlyWhereNeeded(t *testing.T) {
	for title, want := range map[string]bool{"Report": false, "Report on دبي": true, "A\u200Fb": false} {
		if got := bytes.Contains(bytesOf(t, PDF, &Document{Title: title}), []byte("utf8arabic")); got != want {
			t.Errorf("%q: font %t", title, got)
		}
	}
}

// places finds where words stand on the pages of a file: their left and right ends.
func places(t *testing.T, data []byte) map[string][2]float64 {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-bbox", file, "-").Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("pdftotext (poppler-utils) is not installed: the places of words are not checked")
	} else if err != nil {
		t.Fatal(err)
	}
	found := map[string][2]float64{}
	for _, m := range regexp.MustCompile(`xMin="([\d.]+)" .*xMax="([\d.]+)" .*>(.*)</word>`).FindAllStringSubmatch(string(out), -1) {
		left, _ := strconv.ParseFloat(m[1], 64)
		right, _ := strconv.ParseFloat(m[2], 64)
		letters := []rune(m[3])
		found[heard(m[3])] = [2]float64{left, right}
		slices.Reverse(letters) // words from right to left come as they stand
		found[heard(string(letters))] = [2]float64{left, right}
	}
	return found
}

func TestPagesFromRightToLeft(t *testing.T) {
	d := &Document{RTL: true, Contents: "فهرس", Sections: []Section{{Title: "مقدمة", Blocks: []Block{
		Paragraph{Text: "نص"}, Paragraph{Text: "Foreign", Lang: "en"}, List{Items: []Item{{Text: "بند"}}, Ordered: true},
		Table{Columns: []string{"اسم", "عدد"}, Rows: [][]Cell{{{Text: "غانا"}, {Text: "7", Number: true}}, {{Text: "مالي"}, {Text: "12345", Number: true}}}},
		Figures{List: []Figure{{Label: "أولى", Value: "x"}, {Label: "ثانية", Value: "y"}}}, Notice{Text: "تنبيه"}}}}}
	at := places(t, bytesOf(t, PDF, d))
	const point = 72 / 25.4
	left, right := pageMargin*point, (pageWidth-pageMargin)*point
	near := func(a, b float64) bool { return a > b-1 && a < b+1 }
	for _, word := range []string{"فهرس", "مقدمة", "نص"} {
		if !near(at[word][1], right) {
			t.Errorf("%s ends at %v, not at %v", word, at[word], right)
		}
	}
	if !near(at["Foreign"][0], left) {
		t.Errorf("the paragraph in English begins at %v, not at %v", at["Foreign"], left)
	}
	for _, order := range [][]string{{"عدد", "اسم"}, {"7", "غانا"}, {"ثانية", "أولى"}, {"بند", ".1"}} {
		if a, b := at[order[0]], at[order[1]]; a[1] == 0 || a[1] >= b[0] {
			t.Errorf("%s at %v is not left of %s at %v", order[0], a, order[1], b)
		}
	}
	if !near(at["12345"][0], left+2*point) || !near(at["7"][1], at["12345"][1]) {
		t.Errorf("the numbers stand at %v and %v", at["12345"], at["7"])
	}
}

func TestLinesInOrderOfReading(t *testing.T) {
	s := &sheet{pdf: newFile(&Document{}), d: &Document{RTL: true}, rtl: true}
	s.use(bodyFace)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("ابتلادرسعمقنهوي")), 1, 9, -1), 1, 30).Draw(t, "words")
		text, width := strings.Join(words, " "), rapid.Float64Range(30, 150).Draw(t, "width")
		lines := s.wrap(text, width)
		for i, line := range lines {
			if s.width(line) > width {
				t.Errorf("%q is wider than %v", line, width)
			}
			letters := []rune(line)
			slices.Reverse(letters)
			lines[i] = norm.NFKC.String(string(letters))
		}
		if got := strings.Join(lines, " "); got != text {
			t.Errorf("%q is set as %q", text, got)
		}
	})
}

func TestMarksOnLetters(t *testing.T) {
	s := &sheet{pdf: newFile(&Document{}), d: &Document{RTL: true}, rtl: true}
	s.use(bodyFace)
	font := s.arabicGlyphs()
	for _, letter := range "ابلكد" {
		for _, marks := range []string{"َ", "ِ", "ّ", "َّ", "ًّ"} {
			all, width := s.pieces(s.shown(string(letter) + marks))
			base, top, bottom := font[all[0].text[0]], 0.0, 0.0
			if len(all) != 1+len([]rune(marks)) || width != base.advance {
				t.Fatalf("%c%s has the pieces %v", letter, marks, all)
			}
			top, bottom = base.top, base.bottom
			for _, p := range all[1:] {
				m := font[p.text[0]]
				if middle := p.x + (m.left+m.right)/2; middle < base.left || middle > base.right {
					t.Errorf("%c%s: the mark stands beside the letter", letter, marks)
				}
				if m.bottom+p.up < top && m.top+p.up > bottom {
					t.Errorf("%c%s: a mark lies on what it belongs to", letter, marks)
				}
				top, bottom = max(top, m.top+p.up), min(bottom, m.bottom+p.up)
			}
		}
	}
}

func TestOddArabic(t *testing.T) {
	odd := rapid.StringOf(rapid.SampledFrom([]rune("لابدـ\u064B\u0651\u200C\u200D\n\u200E\u200F\u061C\u2067\u2069\u0600\u06DDﷺﻻﱞ12٣ab ()»…")))
	for seed := range 12 {
		d := filled(func(slot string) string { return odd.Example(100*seed + slices.Index(slots, slot)) }, "#one")
		d.RTL = seed%2 == 0
		if err := PDF(io.Discard, d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestArabicWithoutTitle(t *testing.T) {
	for _, text := range []string{"", " ", "\u200F", "سطر", "line"} {
		items := make([]Item, 99)
		for i := range items {
			items[i].Text = text
		}
		d := &Document{RTL: true, Title: text, Date: text, Sections: []Section{{Title: text, Blocks: []Block{List{Items: items},
			Table{Caption: text, Columns: []string{text}, Rows: [][]Cell{{{Text: text, Number: true}}}}, Figures{List: []Figure{{Value: text}}}}}}}
		if err := PDF(io.Discard, d); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

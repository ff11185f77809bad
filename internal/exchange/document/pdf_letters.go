package document

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// ErrScript tells that a document is in a script that the letters built into PDF do not cover: they are Latin, Greek,
// Cyrillic and Arabic.
var ErrScript = errors.New("document: the PDF fonts have no letters for this script; use HTML or DOCX")

// covered holds the characters of the font for all scripts but Arabic, all of which are in the basic plane.
var covered = sync.OnceValues(func() (*[0x10000]bool, error) {
	face, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	var (
		buf sfnt.Buffer
		set [0x10000]bool
	)
	for r := ' '; r < 0xFB10; r++ {
		glyph, err := face.GlyphIndex(&buf, r)
		if err != nil {
			return nil, err
		}
		set[r] = glyph != 0
	}
	return &set, nil
})

const softHyphen = 0xAD

// alike are characters of the font that stand for ones it lacks.
var alike = map[rune]string{
	0x2010: "-", 0x2011: "-", 0x2012: "–", 0x2043: "-", 0x2713: "√", 0x2714: "√",
	softHyphen: "", 0xFE0E: "", 0xFE0F: "", 0xFEFF: "", 0x2060: "", 0x2025: "..",
}

// letterer turns texts into ones that the fonts can show and keeps the first letter that they cannot.
type letterer struct {
	set  *[0x10000]bool
	lack error // or what went wrong
}

func (l *letterer) text(s string) string {
	var out strings.Builder
	for _, r := range norm.NFC.String(plain(s)) {
		if r == '\n' || unseen(r) || l.shows(r) && r != softHyphen {
			out.WriteRune(r)
		} else {
			out.WriteString(l.instead(r))
		}
	}
	return out.String()
}

func (l *letterer) shows(r rune) bool {
	if !inArabicBlock(r) {
		return r >= 0 && int(r) < len(l.set) && l.set[r]
	}
	font, err := arabicGlyphs[""]()
	if err != nil {
		l.lack = err
	}
	return arabicLetter(font, r)
}

func (l *letterer) instead(r rune) string {
	if s, ok := alike[r]; ok {
		return s
	}
	simpler := norm.NFKC.String(string(r))
	if simpler != string(r) && !strings.ContainsFunc(simpler, func(r rune) bool { return !l.shows(r) }) {
		if r == 0x202F || r == 0x2007 {
			return "\u00A0"
		}
		return simpler
	}
	switch {
	case unicode.Is(unicode.Cf, r):
		return ""
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r):
		if l.lack == nil {
			l.lack = fmt.Errorf("%w (%q, U+%04X)", ErrScript, r, r)
		}
	}
	return "\uFFFD"
}

// lettered returns the cleaned document in letters of the fonts.
func lettered(d *Document) (*Document, error) {
	set, err := covered()
	if err != nil {
		return nil, err
	}
	l := &letterer{set: set}
	d = clean(d, true, l.text)
	return d, l.lack
}

package document

import (
	"slices"
	"sync"
	"unicode"

	arabicbold "eliasnaur.com/font/noto/sans/arabic/bold"
	arabicregular "eliasnaur.com/font/noto/sans/arabic/regular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The names of the fonts. The one for Arabic holds no other letters and no italics.
const (
	plainFamily  = "go"
	arabicFamily = "arabic"
)

// glyph is the picture of a letter in thousandths of the size of the font: how far it moves the next one, and the box
// around its ink with heights above the line.
type glyph struct {
	advance, left, right, top, bottom float64
}

// arabicBlocks are the characters that the font is used for.
var arabicBlocks = [][2]rune{{0x600, 0x6FF}, {0xFB50, 0xFDFF}, {0xFE70, 0xFEFC}}

func inArabicBlock(r rune) bool {
	return slices.ContainsFunc(arabicBlocks, func(block [2]rune) bool { return r >= block[0] && r <= block[1] })
}

type glyphs map[rune]glyph

// arabicFonts are the font files by style.
var arabicFonts = map[string][]byte{"": arabicregular.TTF, "B": arabicbold.TTF}

// arabicGlyphs are those of the font for Arabic by style.
var arabicGlyphs = map[string]func() (glyphs, error){
	"":  sync.OnceValues(func() (glyphs, error) { return measured(arabicFonts[""]) }),
	"B": sync.OnceValues(func() (glyphs, error) { return measured(arabicFonts["B"]) }),
}

// measured reads the letters of the Arabic script in a font, in all forms that Unicode has for them.
func measured(ttf []byte) (glyphs, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, err
	}
	all := glyphs{}
	var buf sfnt.Buffer
	for _, block := range arabicBlocks {
		for r := block[0]; r <= block[1]; r++ {
			index, err := f.GlyphIndex(&buf, r)
			if err != nil {
				return nil, err
			}
			if index == 0 {
				continue
			}
			box, advance, err := f.GlyphBounds(&buf, index, fixed.I(1000), font.HintingNone)
			if err != nil {
				return nil, err
			}
			all[r] = glyph{units(advance), units(box.Min.X), units(box.Max.X), -units(box.Min.Y), -units(box.Max.Y)}
		}
	}
	return all, nil
}

func units(n fixed.Int26_6) float64 { return float64(n) / 64 }

// arabicLetter tells whether a character can be shown among Arabic letters. Letters that join to others and have no
// forms of their own to do so cannot.
func arabicLetter(font glyphs, r rune) bool {
	if _, ok := font[r]; !ok {
		return false
	}
	if !unicode.IsLetter(r) || r == tatweel || r >= 0xFB50 {
		return true
	}
	forms := arabic().letters[r]
	for _, form := range forms {
		if _, ok := font[form]; !ok {
			return false
		}
	}
	return forms != nil
}

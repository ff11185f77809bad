package document

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// piece is a stretch of a line in one font. It stands so far from the left end of the line and above it, in thousandths of
// the size of the font.
type piece struct {
	text   []rune
	arabic bool
	x, up  float64
}

// mixed tells whether a text is more than letters of the one font one after the other.
func mixed(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unseen(r) || inArabicBlock(r) })
}

// width is the room that a text takes in the face in use.
func (s *sheet) width(text string) float64 {
	if !mixed(text) {
		return s.pdf.GetStringWidth(text)
	}
	_, width := s.pieces(joined(text))
	_, size := s.pdf.GetFontSize()
	return width * size / 1000
}

// pieces parts a line by font, every mark a piece of its own, and tells its width.
func (s *sheet) pieces(line string) (all []piece, width float64) {
	var marks []piece
	font, base := s.arabicGlyphs(), bearer{}
	for _, r := range line {
		g, arabic := font[r]
		switch {
		case unseen(r):
			continue
		case arabic && unicode.Is(unicode.Mn, r):
			base.marks = append(base.marks, r)
			continue
		case !arabic:
			g = s.plainGlyph(r)
		}
		marks = append(marks, base.placed(font)...)
		base = bearer{letter: r, glyph: g, x: width}
		if n := len(all); n == 0 || all[n-1].arabic != arabic {
			all = append(all, piece{arabic: arabic, x: width})
		}
		all[len(all)-1].text = append(all[len(all)-1].text, r)
		width += g.advance
	}
	return append(append(all, marks...), base.placed(font)...), width
}

// plainGlyph is about what a letter of the other font takes.
func (s *sheet) plainGlyph(r rune) glyph {
	advance := float64(s.pdf.GetStringSymbolWidth(string(r)))
	return glyph{advance: advance, right: advance, top: 700}
}

func (s *sheet) arabicGlyphs() glyphs {
	font, err := arabicGlyphs[s.arabicStyle()]()
	if err != nil {
		s.pdf.SetError(err)
	}
	return font
}

func (s *sheet) arabicStyle() string {
	if strings.Contains(s.pdf.GetFontStyle(), "B") {
		return "B"
	}
	return ""
}

// writeMixed writes a line of several pieces as write does one.
func (s *sheet) writeMixed(x, y, width, height float64, align, line string, to target) {
	style := strings.TrimSuffix(s.pdf.GetFontStyle(), "U")
	s.pdf.SetFontStyle(style)
	all, taken := s.pieces(line)
	size, unit := s.pdf.GetFontSize()
	taken *= unit / 1000
	if align == "R" {
		x += width - taken
	}
	baseline := y + height/2 + 0.3*unit
	for _, p := range all {
		if p.arabic {
			s.useArabic(size)
		}
		s.pdf.Text(x+p.x*unit/1000, baseline-p.up*unit/1000, string(p.text))
		if p.arabic {
			s.pdf.SetFont(plainFamily, style, size)
		}
	}
	if to == (target{}) {
		return
	}
	s.pdf.SetFillColor(s.pdf.GetTextColor())
	s.pdf.Rect(x, baseline+0.122*unit, taken, 0.045*unit, "F")
	if to.web != "" {
		s.pdf.LinkString(x, y+(height-unit)/2, taken, unit, to.web)
	} else {
		s.pdf.Link(x, y+(height-unit)/2, taken, unit, to.section)
	}
}

// useArabic takes the font for Arabic into use, and into the file when it is used for the first time.
func (s *sheet) useArabic(size float64) {
	style := s.arabicStyle()
	if !s.fonts[style] {
		s.fonts[style] = true
		s.pdf.AddUTF8FontFromBytes(arabicFamily, style, bytes.Clone(arabicFonts[style]))
	}
	s.pdf.SetFont(arabicFamily, style, size)
}

// bearer is a letter at its place in the line, with the marks on it.
type bearer struct {
	glyph
	letter rune
	x      float64
	marks  []rune
}

// Distances of marks in thousandths of the size: the space under and over them, and how low one stands above a low letter.
const (
	markGap  = 55
	markFoot = 420
)

// placed puts the marks over the middle of the letter and under it, one beyond the other. The font has tables for that,
// which PDF files written letter by letter do not use.
func (b bearer) placed(font glyphs) []piece {
	slices.SortStableFunc(b.marks, func(a, c rune) int { return shaddaFirst(a) - shaddaFirst(c) })
	middle := b.x + (b.left+b.right)/2
	if isLamAlef(b.letter) {
		middle = b.x + b.left + (b.right-b.left)*0.3 // over the alef
	}
	top, bottom := max(b.top+markGap, markFoot), min(b.bottom-markGap, 0)
	out := make([]piece, len(b.marks))
	for i, r := range b.marks {
		m := font[r]
		p := piece{text: []rune{r}, arabic: true, x: middle - (m.left+m.right)/2}
		if height := m.top - m.bottom + markGap; m.bottom > 0 {
			p.up, top = top-m.bottom, top+height
		} else {
			p.up, bottom = bottom-m.top, bottom-height
		}
		out[i] = p
	}
	return out
}

func shaddaFirst(mark rune) int {
	if mark == shadda {
		return 0
	}
	return 1
}

package document

import (
	"strings"
	"unicode/utf8"
)

func (s *sheet) use(f typeface) {
	s.pdf.SetFont(plainFamily, f.style, f.size)
	s.pdf.SetTextColor(f.colour[0], f.colour[1], f.colour[2])
}

// target is where a link leads: to a section, or to the web.
type target struct {
	section int
	web     string
}

func (s *sheet) target(link string) target {
	if id, ok := strings.CutPrefix(link, "#"); ok {
		return target{section: s.links[id]}
	} else if webLink(link) {
		return target{web: link}
	}
	return target{}
}

// write puts one line of text, its letters in their order from left to right, into a box. The box and the alignment are
// those of a page from left to right.
func (s *sheet) write(x, y, width, height float64, align, text, link string) {
	if text == "" {
		return
	}
	to := s.target(link)
	if to != (target{}) {
		red, green, blue := s.pdf.GetTextColor()
		style := s.pdf.GetFontStyle()
		defer func() {
			s.pdf.SetTextColor(red, green, blue)
			s.pdf.SetFontStyle(style)
		}()
		s.pdf.SetTextColor(linkBlue[0], linkBlue[1], linkBlue[2])
		s.pdf.SetFontStyle(style + "U")
	}
	x, align = s.across(x, width), s.toward(align)
	if mixed(text) {
		s.writeMixed(x, y, width, height, align, text, to)
		return
	}
	s.pdf.SetXY(x, y)
	s.pdf.CellFormat(width, height, text, "", 0, align, false, to.section, to.web)
}

// across turns the place of a box round on pages from right to left.
func (s *sheet) across(x, width float64) float64 {
	if s.d.RTL {
		return pageWidth - x - width
	}
	return x
}

// toward turns the alignment of a text from right to left round.
func (s *sheet) toward(align string) string {
	switch {
	case !s.rtl:
		return align
	case align == "L":
		return "R"
	}
	return "L"
}

// running writes what f writes in texts of a direction.
func (s *sheet) running(rtl bool, f func()) {
	before := s.rtl
	s.rtl = rtl
	f()
	s.rtl = before
}

// shown puts a text that stands on one line into the order of its letters from left to right.
func (s *sheet) shown(text string) string {
	text = joined(text)
	return s.ordered(text, []string{text})[0]
}

// ordered puts the lines of a text into the order of their letters from left to right. Where a letter stands depends on
// the whole text, not only on its line.
func (s *sheet) ordered(text string, lines []string) []string {
	if !s.rtl && !rightward(text) {
		return lines
	}
	r, at := newReading(text, s.rtl), 0
	for i, line := range lines {
		for line != "" && r.letters[at] == ' ' {
			at++
		}
		end := at + utf8.RuneCountInString(line)
		lines[i] = r.line(at, end)
		at = end
	}
	return lines
}

// wrap parts a text into lines that fit the width in the face in use, each in the order of its letters from left to right.
func (s *sheet) wrap(text string, width float64) []string {
	text = joined(text)
	return s.ordered(text, s.parted(text, width))
}

// parted are the lines in the order of reading. Only a word longer than a line is broken.
func (s *sheet) parted(text string, width float64) []string {
	var (
		lines []string
		line  string
		used  float64
	)
	space := s.width(" ")
	for word := range strings.SplitSeq(text, " ") {
		size := s.width(word)
		if line != "" && used+space+size > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line, used = line+" "+word, used+space+size
			continue
		}
		full, rest := s.broken(word, size, width)
		lines = append(lines, full...)
		line, used = rest, s.width(rest)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// broken cuts a word into pieces as wide as a line, and the rest.
func (s *sheet) broken(word string, size, width float64) (full []string, rest string) {
	if size <= width {
		return nil, word
	}
	start, used := 0, 0.0
	for i, r := range word {
		letter := s.width(string(r))
		if i > start && used+letter > width {
			full = append(full, word[start:i])
			start, used = i, 0
		}
		used += letter
	}
	return full, word[start:]
}

// cut shortens a text to one line of a width.
func (s *sheet) cut(text string, width float64) string {
	text = joined(text)
	if size := s.width(text); size > width {
		full, rest := s.broken(text, size, width-s.width("…"))
		if text = rest; len(full) > 0 {
			text = strings.TrimSpace(full[0]) + "…"
		}
	}
	return s.shown(text)
}

// flow writes a text over as many lines and pages as it takes.
func (s *sheet) flow(text string, face typeface, indent float64, link string) {
	s.use(face)
	s.lines(s.wrap(text, inkWidth-indent), face, indent, link, nil)
}

// lines writes lines one below the other; behind draws what lies under each of them.
func (s *sheet) lines(lines []string, face typeface, indent float64, link string, behind func(y, height float64)) {
	for i, line := range lines {
		needed := face.line
		if i == 0 && len(lines) > 1 {
			needed *= 2
		}
		s.room(needed)
		y := s.pdf.GetY()
		if behind != nil {
			behind(y, face.line)
		}
		s.use(face)
		s.write(pageMargin+indent, y, inkWidth-indent, face.line, "L", line, link)
		s.pdf.SetXY(pageMargin, y+face.line)
	}
}

// room starts a new page unless the height is left on this one, and tells whether it did.
func (s *sheet) room(height float64) bool {
	if s.pdf.GetY()+height <= pageBottom || s.pdf.GetY() <= pageTop {
		return false
	}
	s.pdf.AddPage()
	s.pdf.SetXY(pageMargin, pageTop)
	return true
}

// down leaves a gap, except at the head of a page.
func (s *sheet) down(height float64) {
	if y := s.pdf.GetY(); y > pageTop {
		s.pdf.SetY(min(y+height, pageBottom))
	}
}

func (s *sheet) rule(y float64, c colour, width float64) {
	s.pdf.SetDrawColor(c[0], c[1], c[2])
	s.pdf.SetLineWidth(width)
	s.pdf.Line(pageMargin, y, pageWidth-pageMargin, y)
}

func (s *sheet) rect(x, y, width, height float64, c colour) {
	s.pdf.SetFillColor(c[0], c[1], c[2])
	s.pdf.Rect(s.across(x, width), y, width, height, "F")
}

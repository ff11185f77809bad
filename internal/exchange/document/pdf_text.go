package document

import "strings"

func (s *sheet) use(f typeface) {
	s.pdf.SetFont("go", f.style, f.size)
	s.pdf.SetTextColor(f.colour[0], f.colour[1], f.colour[2])
}

// write puts one line of text into a box, with a link to a section or to the web.
func (s *sheet) write(x, y, width, height float64, align, text, link string) {
	if text == "" {
		return
	}
	inside, outside := 0, ""
	if id, ok := strings.CutPrefix(link, "#"); ok {
		inside = s.links[id]
	} else if webLink(link) {
		outside = link
	}
	if inside != 0 || outside != "" {
		red, green, blue := s.pdf.GetTextColor()
		style := s.pdf.GetFontStyle()
		defer func() {
			s.pdf.SetTextColor(red, green, blue)
			s.pdf.SetFontStyle(style)
		}()
		s.pdf.SetTextColor(linkBlue[0], linkBlue[1], linkBlue[2])
		s.pdf.SetFontStyle(style + "U")
	}
	s.pdf.SetXY(x, y)
	s.pdf.CellFormat(width, height, text, "", 0, align, false, inside, outside)
}

// wrap parts a text into lines that fit the width in the face in use. Only a word longer than a line is broken.
func (s *sheet) wrap(text string, width float64) []string {
	var (
		lines []string
		line  string
		used  float64
	)
	space := s.pdf.GetStringWidth(" ")
	for word := range strings.SplitSeq(text, " ") {
		size := s.pdf.GetStringWidth(word)
		if line != "" && used+space+size > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line, used = line+" "+word, used+space+size
			continue
		}
		full, rest := s.broken(word, size, width)
		lines = append(lines, full...)
		line, used = rest, s.pdf.GetStringWidth(rest)
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
		letter := s.pdf.GetStringWidth(string(r))
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
	if s.pdf.GetStringWidth(text) <= width {
		return text
	}
	full, rest := s.broken(text, width+1, width-s.pdf.GetStringWidth("…"))
	if len(full) > 0 {
		return strings.TrimSpace(full[0]) + "…"
	}
	return rest
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
	s.pdf.Rect(x, y, width, height, "F")
}

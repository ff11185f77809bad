package document

import (
	"strconv"
)

const boxPadding = 3.5

var (
	figureLabel = typeface{"", 8.5, 4.3, muted}
	figureValue = typeface{"B", 17, 8, strong}
	figureMark  = typeface{"B", 8, 4.4, amberText}
)

func (s *sheet) block(b Block) {
	switch b := b.(type) {
	case Paragraph:
		rtl := s.d.RTL
		if b.Lang != "" {
			rtl = rightToLeft(b.Lang)
		}
		s.running(rtl, func() { s.paragraphs(b.Text, bodyFace, 0, nil) })
	case Quote:
		s.quote(b)
	case Notice:
		s.notice(b)
	case List:
		s.items(b, 1)
		s.down(2.5)
	case Table:
		s.table(b)
	case Figures:
		s.figures(b.List)
	case Picture:
		s.picture(b)
	}
}

func (s *sheet) paragraphs(text string, face typeface, indent float64, behind func(y, height float64)) {
	s.use(face)
	for i, parts := range paragraphs(text) {
		if i > 0 && behind != nil && s.pdf.GetY() > pageTop && s.pdf.GetY()+2.5 < pageBottom {
			behind(s.pdf.GetY(), 2.5)
			s.down(2.5)
		}
		var lines []string
		for _, part := range parts {
			lines = append(lines, s.wrap(part, inkWidth-2*indent)...)
		}
		s.lines(lines, face, indent, "", behind)
		if behind == nil {
			s.down(3)
		}
	}
}

func (s *sheet) quote(q Quote) {
	bar := func(y, height float64) { s.rect(pageMargin, y, 1, height, hairline) }
	s.paragraphs(q.Text, quoteFace, 5, bar)
	if q.By != "" {
		s.use(noteFace)
		s.lines(s.wrap(q.By, inkWidth-5), noteFace, 5, "", bar)
	}
	s.down(4)
}

func (s *sheet) notice(n Notice) {
	panel := func(y, height float64) {
		s.rect(pageMargin, y, inkWidth, height, tint)
		s.rect(pageMargin, y, 1.4, height, strong)
	}
	s.room(3*bodyFace.line + 2*boxPadding)
	panel(s.pdf.GetY(), boxPadding)
	s.pdf.SetY(s.pdf.GetY() + boxPadding)
	s.paragraphs(n.Text, bodyFace, 6, panel)
	panel(s.pdf.GetY(), boxPadding)
	s.pdf.SetY(s.pdf.GetY() + boxPadding)
	s.down(4)
}

func (s *sheet) items(l List, depth int) {
	indent := 6 * float64(min(depth, 10))
	for i, it := range l.Items {
		mark := "•"
		if l.Ordered {
			mark = strconv.Itoa(i+1) + "."
		}
		s.use(bodyFace)
		lines := s.wrap(it.Text, inkWidth-indent)
		if len(lines) == 0 {
			lines = []string{""}
		}
		s.room(bodyFace.line * float64(min(len(lines), 2)))
		s.use(bodyFace)
		y := s.pdf.GetY()
		s.write(pageMargin+indent-7.5, y, 6, bodyFace.line, "R", s.shown(mark), "")
		s.pdf.SetXY(pageMargin, y)
		s.lines(lines, bodyFace, indent, it.Link, nil)
		s.down(0.8)
		s.items(List{Items: it.Sub, Ordered: l.Ordered}, depth+1)
	}
}

// box is a key figure laid out: its lines by face.
type box struct {
	changed bool
	rows    []boxRow
	height  float64
}

type boxRow struct {
	text, link string
	face       typeface
	mark       bool
}

func (s *sheet) figures(list []Figure) {
	const gap = 4.5
	across := figuresAcross(len(list))
	width := (inkWidth - gap*float64(across-1)) / float64(across)
	s.down(1.5)
	for start := 0; start < len(list); start += across {
		var boxes []box
		height := 0.0
		row := list[start:min(start+across, len(list))]
		for _, f := range row {
			b := s.boxed(f, width-2*boxPadding)
			boxes, height = append(boxes, b), max(height, b.height)
		}
		if height > pageInk {
			s.unboxed(row)
			continue
		}
		s.room(height)
		y := s.pdf.GetY()
		for i, b := range boxes {
			s.drawBox(b, pageMargin+float64(i)*(width+gap), y, width, height)
		}
		s.pdf.SetXY(pageMargin, y+height)
		s.down(gap)
	}
	s.down(1.5)
}

func (s *sheet) boxed(f Figure, width float64) box {
	b := box{changed: f.Was != "", height: 2*boxPadding + 0.8}
	add := func(text, link string, face typeface, mark bool) {
		s.use(face)
		for _, line := range s.wrap(text, width) {
			b.rows = append(b.rows, boxRow{line, link, face, mark})
			b.height += face.line
		}
	}
	add(f.Label, "", figureLabel, false)
	add(f.Value, f.Link, figureValue, false)
	add(f.Note, "", noteFace, false)
	add(f.Was, "", figureMark, true)
	return b
}

func (s *sheet) drawBox(b box, x, y, width, height float64) {
	s.pdf.SetDrawColor(hairline[0], hairline[1], hairline[2])
	if b.changed {
		s.pdf.SetDrawColor(amberText[0], amberText[1], amberText[2])
	}
	s.pdf.SetFillColor(tint[0], tint[1], tint[2])
	s.pdf.SetLineWidth(0.25)
	s.pdf.RoundedRect(s.across(x, width), y, width, height, 1.4, "1234", "DF")
	s.rect(x+0.1, y, width-0.2, 1.1, strong)
	at := y + boxPadding + 0.5
	for _, row := range b.rows {
		if row.mark {
			s.rect(x+1.2, at, width-2.4, row.face.line, amber)
		}
		s.use(row.face)
		s.write(x+boxPadding, at, width-2*boxPadding, row.face.line, "L", row.text, row.link)
		at += row.face.line
	}
}

// unboxed writes figures too long for boxes as running text.
func (s *sheet) unboxed(list []Figure) {
	for _, f := range list {
		s.flow(f.Label, figureLabel, 0, "")
		s.flow(f.Value, figureValue, 0, f.Link)
		s.flow(f.Note, noteFace, 0, "")
		s.flow(f.Was, figureMark, 0, "")
		s.down(3)
	}
}

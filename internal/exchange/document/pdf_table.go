package document

const cellTop = 1.3

// grid is a table on its way onto the pages.
type grid struct {
	*sheet
	table  Table
	widths []float64
	face   typeface
	side   float64 // the margin beside a text
	head   *gridRow
}

// gridRow is a row with the lines of its cells.
type gridRow struct {
	cells [][]string
	depth int       // the number of lines in the tallest cell
	reach []float64 // the widths of the columns of numbers, if they are not set against the end of the column
}

func (s *sheet) table(t Table) {
	g := &grid{sheet: s, table: t, face: typeface{"", 8.6, 4.5, ink}, side: 2}
	if t.width() > 7 {
		g.face, g.side = typeface{"", 7, 3.7, ink}, min(1.2, 5/float64(t.width()))
	}
	s.down(1.5)
	if t.Caption != "" {
		s.use(captionFace)
		s.room(float64(len(s.wrap(t.Caption, inkWidth)))*captionFace.line + 20)
		s.flow(t.Caption, captionFace, 0, "")
		s.down(1.2)
	}
	if t.width() > 0 {
		g.draw()
	}
	s.down(1.2)
	s.flow(t.Note, noteFace, 0, "")
	s.down(5)
}

func (g *grid) draw() {
	g.use(g.bold())
	g.widths = columnWidths(g.table, inkWidth, 2*g.side+0.2, g.width)
	if len(g.table.Columns) > 0 {
		head := g.lay(g.table.Columns, g.bold())
		g.room(g.height(head.depth) + g.height(1))
		g.names(head)
		if g.height(head.depth) < pageInk/3 {
			g.head = &head
		}
	}
	reach := g.reach()
	for i, row := range g.table.Rows {
		texts := make([]string, len(row))
		for j, c := range row {
			texts[j] = c.Text
		}
		r := g.lay(texts, g.face)
		r.reach = reach
		g.row(r, row, i%2 == 1)
	}
}

// reach is the width of the widest number of each column of a table from right to left, and nothing in others.
func (g *grid) reach() []float64 {
	if !g.d.RTL {
		return nil
	}
	g.use(g.face)
	reach := make([]float64, len(g.widths))
	for _, row := range g.table.Rows {
		for i, c := range row {
			if c.Number {
				reach[i] = max(reach[i], g.width(c.Text))
			}
		}
	}
	return reach
}

func (g *grid) bold() typeface {
	return typeface{"B", g.face.size, g.face.line, white}
}

func (g *grid) height(lines int) float64 { return float64(max(lines, 1))*g.face.line + 2*cellTop }

func (g *grid) lay(texts []string, face typeface) gridRow {
	g.use(face)
	r := gridRow{cells: make([][]string, len(texts))}
	for i, text := range texts {
		r.cells[i] = g.wrap(text, g.widths[i]-2*g.side)
		r.depth = max(r.depth, len(r.cells[i]))
	}
	return r
}

// names draws the column headings, over several pages if they are that long.
func (g *grid) names(r gridRow) {
	cells := make([]Cell, len(g.table.Columns))
	for i := range cells {
		cells[i].Number = g.table.numeric(i)
	}
	g.slices(r, func(from, lines int) { g.slice(r, cells, from, lines, strong, g.bold()) })
}

func (g *grid) row(r gridRow, cells []Cell, tinted bool) {
	fill := white
	if tinted {
		fill = tint
	}
	g.slices(r, func(from, lines int) {
		top := g.pdf.GetY()
		g.slice(r, cells, from, lines, fill, g.face)
		g.rule(top, hairline, 0.15)
		g.rule(g.pdf.GetY(), hairline, 0.15)
	})
}

// slices moves a row that does not fit to the next page, and parts one that no page holds.
func (g *grid) slices(r gridRow, draw func(from, lines int)) {
	for from := 0; from == 0 || from < r.depth; {
		left := max(r.depth-from, 1)
		fresh := pageInk
		if g.head != nil {
			fresh -= g.height(g.head.depth)
		}
		needed := g.height(left)
		if needed > fresh {
			needed = g.height(min(left, 3))
		}
		if g.room(needed) && g.head != nil {
			g.names(*g.head)
		}
		lines := min(left, max(1, int((pageBottom-g.pdf.GetY()-2*cellTop)/g.face.line)))
		draw(from, lines)
		from += lines
	}
}

// slice draws some of the lines of a row.
func (g *grid) slice(r gridRow, cells []Cell, from, lines int, fill colour, face typeface) {
	x, y := pageMargin, g.pdf.GetY()
	g.rect(x, y, inkWidth, g.height(lines), fill)
	for i, cell := range r.cells {
		left, width, align := g.place(r, i, cells[i].Number)
		for j := from; j < min(from+lines, len(cell)); j++ {
			g.use(face)
			at := y + cellTop + float64(j-from)*face.line
			g.write(x+left, at, width, face.line, align, cell[j], cells[i].Link)
		}
		x += g.widths[i]
	}
	g.pdf.SetXY(pageMargin, y+g.height(lines))
}

// place says where in its column a text stands. Numbers stand against the end; where that is to the left, the widest does
// and the others have their last digits below its last.
func (g *grid) place(r gridRow, column int, number bool) (left, width float64, align string) {
	left, width = g.side, g.widths[column]-2*g.side
	switch {
	case !number:
		return left, width, "L"
	case r.reach == nil || r.reach[column] > width:
		return left, width, "R"
	}
	return left + width - r.reach[column], r.reach[column], "L"
}

package document

import "strconv"

const listLevels = 9

// wordStyle is a style of the word processor file: sizes in half points, spaces in twentieths of a point.
type wordStyle struct {
	id, name, base string
	size           int
	colour, fill   string
	bold, italic   bool
	before, after  int
	start          int
	heading        int // outline level, from 1
	rule           string
	keep           bool
	tab            bool
}

var paragraphStyles = []wordStyle{
	{id: "Title", name: "Title", size: 52, colour: "12366B", bold: true, after: 80},
	{id: "Subtitle", name: "Subtitle", size: 26, colour: "55626F", after: 60},
	{id: "Date", name: "Date", size: 21, colour: "55626F", after: 360, rule: "bottom"},
	{id: "Heading1", name: "heading 1", size: 32, colour: "12366B", bold: true, before: 480, after: 160, heading: 1, keep: true},
	{id: "Heading2", name: "heading 2", size: 26, colour: "12366B", bold: true, before: 320, after: 120, heading: 2, keep: true},
	{id: "Heading3", name: "heading 3", size: 22, colour: "12366B", bold: true, before: 240, after: 80, heading: 3, keep: true},
	{id: "TOCHeading", name: "TOC Heading", size: 26, colour: "12366B", bold: true, before: 240, after: 120, keep: true},
	{id: "TOC1", name: "toc 1", bold: true, after: 60, tab: true},
	{id: "TOC2", name: "toc 2", after: 60, start: 284, tab: true},
	{id: "TOC3", name: "toc 3", after: 60, start: 567, tab: true},
	{id: "ListParagraph", name: "List Paragraph", after: 60},
	{id: "Quote", name: "Quote", italic: true, start: 340, after: 100, rule: "left"},
	{id: "QuoteSource", name: "Quote Source", size: 19, colour: "55626F", start: 340, after: 200, rule: "left"},
	{id: "Notice", name: "Notice", fill: "F3F6FB", start: 170, after: 160, rule: "box"},
	{id: "Caption", name: "caption", size: 20, colour: "12366B", bold: true, before: 160, after: 80, keep: true},
	{id: "TableText", name: "Table Text", size: 18, before: 40, after: 40},
	{id: "TableHeading", name: "Table Heading", base: "TableText", size: 18, colour: "FFFFFF", bold: true, before: 40, after: 40, keep: true},
	{id: "TableNote", name: "Table Note", size: 17, colour: "55626F", before: 60, after: 200},
	{id: "FigureLabel", name: "Figure Label", size: 18, colour: "55626F", before: 80, after: 20, keep: true},
	{id: "FigureValue", name: "Figure Value", size: 36, colour: "12366B", bold: true, after: 20, keep: true},
	{id: "FigureNote", name: "Figure Note", size: 17, colour: "55626F", after: 60},
	{id: "FigureChanged", name: "Figure Changed", size: 17, colour: "7A3B08", fill: "FDF0CF", bold: true, after: 80},
	{id: "Footer", name: "footer", size: 17, colour: "55626F", tab: true},
}

func wordStyles(d *Document) []byte {
	m := newPart()
	m.open("w:styles", "xmlns:w", wordNamespace)
	styleDefaults(m, d)
	m.open("w:style", "w:type", "paragraph", "w:default", "1", "w:styleId", "Normal")
	m.empty("w:name", "w:val", "Normal")
	m.empty("w:qFormat")
	m.close("w:style")
	for _, s := range paragraphStyles {
		s.write(m)
	}
	linkStyle(m)
	tableStyle(m, "ReportTable", "Report Table", "bottom", "insideH")
	tableStyle(m, "ReportFigures", "Report Figures", "top", "left", "bottom", "right", "insideH", "insideV")
	m.close("w:styles")
	return m.Bytes()
}

func styleDefaults(m *markup, d *Document) {
	m.open("w:docDefaults")
	m.open("w:rPrDefault")
	m.open("w:rPr")
	m.empty("w:rFonts", "w:ascii", "Calibri", "w:hAnsi", "Calibri", "w:eastAsia", "Calibri", "w:cs", "Arial")
	m.empty("w:color", "w:val", "1D2733")
	sizes(m, 21)
	switch {
	case d.Lang == "":
	case d.RTL:
		m.empty("w:lang", "w:bidi", d.Lang)
	default:
		m.empty("w:lang", "w:val", d.Lang)
	}
	m.close("w:rPr")
	m.close("w:rPrDefault")
	m.open("w:pPrDefault")
	m.open("w:pPr")
	m.empty("w:spacing", "w:after", "140", "w:line", "276", "w:lineRule", "auto")
	m.close("w:pPr")
	m.close("w:pPrDefault")
	m.close("w:docDefaults")
}

func sizes(m *markup, halfPoints int) {
	if halfPoints > 0 {
		m.empty("w:sz", "w:val", strconv.Itoa(halfPoints))
		m.empty("w:szCs", "w:val", strconv.Itoa(halfPoints))
	}
}

func (s wordStyle) write(m *markup) {
	m.open("w:style", "w:type", "paragraph", "w:styleId", s.id)
	m.empty("w:name", "w:val", s.name)
	if s.base == "" {
		s.base = "Normal"
	}
	m.empty("w:basedOn", "w:val", s.base)
	if s.heading > 0 {
		m.empty("w:next", "w:val", "Normal")
	}
	m.empty("w:qFormat")
	s.paragraph(m)
	s.letters(m)
	m.close("w:style")
}

func (s wordStyle) paragraph(m *markup) {
	m.open("w:pPr")
	if s.keep {
		m.empty("w:keepNext")
	}
	s.rules(m)
	if s.fill != "" {
		m.empty("w:shd", "w:val", "clear", "w:color", "auto", "w:fill", s.fill)
	}
	if s.tab {
		m.open("w:tabs")
		m.empty("w:tab", "w:val", "right", "w:leader", map[bool]string{true: "none", false: "dot"}[s.id == "Footer"],
			"w:pos", strconv.Itoa(wordWidth))
		m.close("w:tabs")
	}
	m.empty("w:spacing", "w:before", strconv.Itoa(s.before), "w:after", strconv.Itoa(s.after))
	if s.start > 0 {
		m.empty("w:ind", "w:left", strconv.Itoa(s.start))
	}
	if s.heading > 0 {
		m.empty("w:outlineLvl", "w:val", strconv.Itoa(s.heading-1))
	}
	m.close("w:pPr")
}

func (s wordStyle) rules(m *markup) {
	sides := []string{s.rule}
	switch s.rule {
	case "":
		return
	case "box":
		sides = []string{"top", "left", "bottom", "right"}
	}
	m.open("w:pBdr")
	for _, side := range sides {
		m.empty("w:"+side, "w:val", "single", "w:sz", "8", "w:space", "6", "w:color", "C9D6E6")
	}
	m.close("w:pBdr")
}

func (s wordStyle) letters(m *markup) {
	m.open("w:rPr")
	if s.bold {
		m.empty("w:b")
		m.empty("w:bCs")
	}
	if s.italic {
		m.empty("w:i")
		m.empty("w:iCs")
	}
	if s.colour != "" {
		m.empty("w:color", "w:val", s.colour)
	}
	sizes(m, s.size)
	m.close("w:rPr")
}

func linkStyle(m *markup) {
	m.open("w:style", "w:type", "character", "w:styleId", "Hyperlink")
	m.empty("w:name", "w:val", "Hyperlink")
	m.open("w:rPr")
	m.empty("w:color", "w:val", "1A5299")
	m.empty("w:u", "w:val", "single")
	m.close("w:rPr")
	m.close("w:style")
}

func tableStyle(m *markup, id, name string, sides ...string) {
	m.open("w:style", "w:type", "table", "w:styleId", id)
	m.empty("w:name", "w:val", name)
	m.open("w:tblPr")
	m.open("w:tblBorders")
	for _, side := range sides {
		m.empty("w:"+side, "w:val", "single", "w:sz", "4", "w:space", "0", "w:color", "C9D6E6")
	}
	m.close("w:tblBorders")
	m.open("w:tblCellMar")
	m.empty("w:left", "w:w", "100", "w:type", "dxa")
	m.empty("w:right", "w:w", "100", "w:type", "dxa")
	m.close("w:tblCellMar")
	m.close("w:tblPr")
	m.close("w:style")
}

// numbering gives every list a count of its own, in one of two forms: bullets or numbers.
func (w *wordWriter) numbering() []byte {
	m := newPart()
	m.open("w:numbering", "xmlns:w", wordNamespace)
	listForm(m, 0, func(level int) (string, string) { return "bullet", [3]string{"•", "–", "▪"}[level%3] })
	listForm(m, 1, func(level int) (string, string) { return "decimal", "%" + strconv.Itoa(level+1) + "." })
	for i, ordered := range w.lists {
		form := "0"
		if ordered {
			form = "1"
		}
		m.open("w:num", "w:numId", strconv.Itoa(i+1))
		m.empty("w:abstractNumId", "w:val", form)
		m.open("w:lvlOverride", "w:ilvl", "0")
		m.empty("w:startOverride", "w:val", "1")
		m.close("w:lvlOverride")
		m.close("w:num")
	}
	m.close("w:numbering")
	return m.Bytes()
}

func listForm(m *markup, id int, form func(level int) (format, text string)) {
	m.open("w:abstractNum", "w:abstractNumId", strconv.Itoa(id))
	m.empty("w:multiLevelType", "w:val", "hybridMultilevel")
	for level := range listLevels {
		format, text := form(level)
		m.open("w:lvl", "w:ilvl", strconv.Itoa(level))
		m.empty("w:start", "w:val", "1")
		m.empty("w:numFmt", "w:val", format)
		m.empty("w:lvlText", "w:val", text)
		m.empty("w:lvlJc", "w:val", "left")
		m.open("w:pPr")
		m.empty("w:ind", "w:left", strconv.Itoa(400*(level+1)), "w:hanging", "300")
		m.close("w:pPr")
		m.close("w:lvl")
	}
	m.close("w:abstractNum")
}

package document

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Widths of a word processor page in twentieths of a point.
const (
	wordPage   = 11906
	wordHeight = 16838
	wordMargin = 1247
	wordWidth  = wordPage - 2*wordMargin
	wordLetter = 105
)

func (w *wordWriter) document() {
	w.WriteString(declaration)
	w.open("w:document", "xmlns:w", wordNamespace, "xmlns:r", relationNamespace)
	w.open("w:body")
	w.titled("Title", w.d.Title)
	w.titled("Subtitle", w.d.Subtitle)
	w.titled("Date", w.d.Date)
	w.contents()
	for i, s := range w.d.Sections {
		w.heading(i, s)
		for _, b := range s.Blocks {
			w.block(b)
		}
	}
	w.pageSetup()
	w.close("w:body")
	w.close("w:document")
}

func (w *wordWriter) titled(style, text string) {
	if text != "" {
		w.para(para{style: style}, run{text: text})
	}
}

func (w *wordWriter) pageSetup() {
	w.open("w:sectPr")
	w.empty("w:footerReference", "w:type", "default", "r:id", "rId4")
	w.empty("w:pgSz", "w:w", strconv.Itoa(wordPage), "w:h", strconv.Itoa(wordHeight))
	margin := strconv.Itoa(wordMargin)
	w.empty("w:pgMar", "w:top", margin, "w:right", margin, "w:bottom", margin, "w:left", margin,
		"w:header", "709", "w:footer", "709", "w:gutter", "0")
	if w.d.RTL {
		w.empty("w:bidi")
	}
	w.close("w:sectPr")
}

// contents writes the field that lists the headings, filled with the titles until the reader brings it up to date.
func (w *wordWriter) contents() {
	listed := w.d.listed()
	if len(listed) == 0 {
		return
	}
	w.para(para{style: "TOCHeading"}, run{text: w.d.Contents})
	for i, s := range listed {
		w.openPara(para{style: "TOC" + strconv.Itoa(s.Level)})
		if i == 0 {
			w.fieldMark("begin", "w:dirty", "true")
			w.fieldCode(`TOC \o "1-3" \h \z \u`)
			w.fieldMark("separate")
		}
		w.open("w:hyperlink", "w:anchor", bookmark(w.sections[s.ID]), "w:history", "1")
		w.run(run{text: s.Title})
		w.close("w:hyperlink")
		if i == len(listed)-1 {
			w.fieldMark("end")
		}
		w.close("w:p")
	}
}

func (w *wordWriter) heading(i int, s Section) {
	if s.Title == "" {
		w.openBookmark(i)
		w.closeBookmark(i)
		return
	}
	w.openPara(para{style: "Heading" + strconv.Itoa(s.Level)})
	w.openBookmark(i)
	w.run(run{text: s.Title})
	w.closeBookmark(i)
	w.close("w:p")
}

func (w *wordWriter) block(b Block) {
	switch b := b.(type) {
	case Paragraph:
		opposite := b.Lang != "" && rightToLeft(b.Lang) != w.d.RTL
		w.texts(para{opposite: opposite}, b.Text, b.Lang)
	case Quote:
		w.texts(para{style: "Quote"}, b.Text, "")
		w.titled("QuoteSource", b.By)
	case Notice:
		w.texts(para{style: "Notice"}, b.Text, "")
	case List:
		w.lists = append(w.lists, b.Ordered)
		w.items(b.Items, len(w.lists), 0)
	case Table:
		w.table(b)
	case Figures:
		w.figures(b)
	case Picture:
		w.picture(b)
	}
}

func (w *wordWriter) texts(p para, text, lang string) {
	for _, lines := range paragraphs(text) {
		w.para(p, run{text: strings.Join(lines, "\n"), lang: lang, opposite: p.opposite})
	}
}

func (w *wordWriter) items(items []Item, list, depth int) {
	for _, it := range items {
		w.para(para{style: "ListParagraph", list: list, depth: depth}, run{text: it.Text, link: it.Link})
		w.items(it.Sub, list, depth+1)
	}
}

func (w *wordWriter) table(t Table) {
	w.titled("Caption", t.Caption)
	if t.width() > 0 && len(t.Columns)+len(t.Rows) > 0 {
		widths := columnWidths(t, wordWidth, 2*wordLetter, func(s string) float64 {
			return float64(utf8.RuneCountInString(s)) * wordLetter
		})
		w.openTable("ReportTable", widths)
		if len(t.Columns) > 0 {
			w.columnNames(t, widths)
		}
		for i, row := range t.Rows {
			w.row(row, widths, i%2 == 1)
		}
		w.close("w:tbl")
	}
	w.para(para{style: "TableNote"}, run{text: t.Note})
}

func (w *wordWriter) openTable(style string, widths []float64) {
	w.open("w:tbl")
	w.open("w:tblPr")
	w.empty("w:tblStyle", "w:val", style)
	if w.d.RTL {
		w.empty("w:bidiVisual")
	}
	w.empty("w:tblW", "w:w", strconv.Itoa(wordWidth), "w:type", "dxa")
	w.empty("w:tblLayout", "w:type", "fixed")
	w.close("w:tblPr")
	w.open("w:tblGrid")
	for _, width := range widths {
		w.empty("w:gridCol", "w:w", twips(width))
	}
	w.close("w:tblGrid")
}

func twips(v float64) string { return strconv.Itoa(int(math.Round(v))) }

func (w *wordWriter) columnNames(t Table, widths []float64) {
	w.open("w:tr")
	w.open("w:trPr")
	w.empty("w:cantSplit")
	w.empty("w:tblHeader")
	w.close("w:trPr")
	for i, name := range t.Columns {
		w.openCell(widths[i], "12366B")
		w.para(para{style: "TableHeading", trailing: t.numeric(i)}, run{text: name})
		w.close("w:tc")
	}
	w.close("w:tr")
}

func (w *wordWriter) row(cells []Cell, widths []float64, tinted bool) {
	fill := ""
	if tinted {
		fill = "F3F6FB"
	}
	w.open("w:tr")
	for i, c := range cells {
		w.openCell(widths[i], fill)
		w.para(para{style: "TableText", trailing: c.Number}, run{text: c.Text, link: c.Link})
		w.close("w:tc")
	}
	w.close("w:tr")
}

func (w *wordWriter) openCell(width float64, fill string) {
	w.open("w:tc")
	w.open("w:tcPr")
	w.empty("w:tcW", "w:w", twips(width), "w:type", "dxa")
	if fill != "" {
		w.empty("w:shd", "w:val", "clear", "w:color", "auto", "w:fill", fill)
	}
	w.close("w:tcPr")
}

func (w *wordWriter) figures(f Figures) {
	if len(f.List) == 0 {
		return
	}
	widths := make([]float64, min(figuresAcross(len(f.List)), len(f.List)))
	for i := range widths {
		widths[i] = wordWidth / float64(len(widths))
	}
	w.openTable("ReportFigures", widths)
	for start := 0; start < len(f.List); start += len(widths) {
		w.open("w:tr")
		w.open("w:trPr")
		w.empty("w:cantSplit")
		w.close("w:trPr")
		for i := range widths {
			w.figure(f.List, start+i, widths[i])
		}
		w.close("w:tr")
	}
	w.close("w:tbl")
	w.para(para{style: "TableNote"})
}

func (w *wordWriter) figure(list []Figure, i int, width float64) {
	if i >= len(list) {
		w.openCell(width, "")
		w.para(para{})
		w.close("w:tc")
		return
	}
	f := list[i]
	w.openCell(width, "F3F6FB")
	w.para(para{style: "FigureLabel"}, run{text: f.Label})
	w.para(para{style: "FigureValue"}, run{text: f.Value, link: f.Link})
	w.titled("FigureNote", f.Note)
	w.titled("FigureChanged", f.Was)
	w.close("w:tc")
}

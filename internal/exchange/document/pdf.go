package document

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
)

// Sizes of a page in millimetres.
const (
	pageWidth   = 210.0
	pageBottom  = 272.0
	pageTop     = 26.0
	pageMargin  = 24.0
	inkWidth    = pageWidth - 2*pageMargin
	pageInk     = pageBottom - pageTop
	numberWidth = 12.0
)

type colour [3]int

var (
	ink       = colour{29, 39, 51}
	muted     = colour{85, 98, 111}
	strong    = colour{18, 54, 107}
	linkBlue  = colour{26, 82, 153}
	white     = colour{255, 255, 255}
	tint      = colour{243, 246, 251}
	hairline  = colour{201, 214, 230}
	amber     = colour{253, 240, 207}
	amberText = colour{122, 59, 8}
)

// typeface is a form of letters: the style, the size in points and the height of a line in millimetres.
type typeface struct {
	style  string
	size   float64
	line   float64
	colour colour
}

var (
	bodyFace    = typeface{"", 10, 5.3, ink}
	quoteFace   = typeface{"I", 10, 5.3, ink}
	noteFace    = typeface{"", 8, 4.2, muted}
	captionFace = typeface{"B", 9.5, 5, strong}
	headFaces   = [3]typeface{{"B", 17, 8, strong}, {"B", 13, 6.4, strong}, {"B", 10.5, 5.4, strong}}
)

// sheet is one pass over the pages. The first pass finds the pages of the sections, which the second prints in the
// contents.
type sheet struct {
	pdf      *fpdf.Fpdf
	d        *Document
	known    *sheet // the earlier pass
	rtl      bool   // the direction of the text at hand
	links    map[string]int
	pages    map[string]int
	fonts    map[string]bool // styles of the font for Arabic in the file
	pictures int             // shown so far
}

// PDF writes a document as an A4 file with fonts of its own, for the scripts that ErrScript does not exclude. The same
// document always gives the same bytes.
func PDF(w io.Writer, d *Document) error {
	d, err := lettered(d)
	if err != nil {
		return err
	}
	s := printed(d, printed(d, nil))
	var out bytes.Buffer
	if err := s.pdf.Output(&out); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

func printed(d *Document, known *sheet) *sheet {
	s := &sheet{pdf: newFile(d), d: d, known: known, rtl: d.RTL, links: map[string]int{}, pages: map[string]int{}, fonts: map[string]bool{}}
	s.pdf.SetHeaderFunc(func() { s.running(d.RTL, s.header) })
	s.pdf.SetFooterFunc(func() { s.running(d.RTL, s.footer) })
	for _, section := range d.Sections {
		s.links[section.ID] = s.pdf.AddLink()
	}
	s.pdf.AddPage()
	s.titles()
	s.contents()
	for _, section := range d.Sections {
		s.section(section)
	}
	return s
}

func newFile(d *Document) *fpdf.Fpdf {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes(plainFamily, "", bytes.Clone(goregular.TTF))
	pdf.AddUTF8FontFromBytes(plainFamily, "B", bytes.Clone(gobold.TTF))
	pdf.AddUTF8FontFromBytes(plainFamily, "I", bytes.Clone(goitalic.TTF))
	pdf.SetFont(plainFamily, "", bodyFace.size)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(moment(d.Date))
	pdf.SetModificationDate(moment(d.Date))
	pdf.SetTitle(d.Title, true)
	pdf.SetSubject(d.Subtitle, true)
	pdf.SetLang(d.Lang)
	pdf.SetMargins(pageMargin, pageTop, pageMargin)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCellMargin(0)
	return pdf
}

func (s *sheet) header() {
	if s.pdf.PageNo() == 1 {
		return
	}
	s.use(noteFace)
	date := s.cut(s.d.Date, inkWidth/3)
	s.write(pageMargin, 14, inkWidth, noteFace.line, "R", date, "")
	s.write(pageMargin, 14, inkWidth, noteFace.line, "L", s.cut(s.d.Title, inkWidth*2/3-4), "")
	s.rule(19.5, hairline, 0.2)
	s.pdf.SetXY(pageMargin, pageTop)
}

func (s *sheet) footer() {
	number := strconv.Itoa(s.pdf.PageNo())
	if s.known != nil {
		number += " / " + strconv.Itoa(s.known.pdf.PageCount())
	}
	s.use(noteFace)
	s.rule(280.5, hairline, 0.2)
	s.write(pageMargin, 282.5, inkWidth, noteFace.line, "R", s.shown(number), "")
}

func (s *sheet) titles() {
	title := typeface{"B", 26, 11.5, strong}
	s.pdf.SetY(32)
	s.rect(pageMargin, 26, 26, 1.6, strong)
	s.flow(s.d.Title, title, 0, "")
	s.down(1.5)
	s.flow(s.d.Subtitle, typeface{"", 13, 6.6, muted}, 0, "")
	s.down(1)
	s.flow(s.d.Date, typeface{"", 10, 5.3, muted}, 0, "")
	s.down(4)
	s.rule(s.pdf.GetY(), strong, 0.7)
	s.down(4)
}

func (s *sheet) contents() {
	listed := s.d.listed()
	if len(listed) == 0 {
		return
	}
	s.down(4)
	s.flow(s.d.Contents, headFaces[1], 0, "")
	s.down(2)
	for _, section := range listed {
		s.entry(section)
	}
	s.down(4)
}

// entry writes one line of the contents with dots up to the page number.
func (s *sheet) entry(section Section) {
	face := bodyFace
	if section.Level == 1 {
		face.style = "B"
	}
	indent := 6 * float64(section.Level-1)
	s.use(face)
	lines := s.wrap(section.Title, inkWidth-indent-numberWidth)
	for i, line := range lines {
		s.room(face.line)
		s.use(face)
		y, link := s.pdf.GetY(), s.links[section.ID]
		s.write(pageMargin+indent, y, inkWidth-indent, face.line, "L", line, "")
		s.pdf.Link(s.across(pageMargin+indent, inkWidth-indent), y, inkWidth-indent, face.line, link)
		if i == len(lines)-1 {
			s.leader(section, y, pageMargin+indent+s.width(line)+2)
		}
		s.pdf.SetY(y + face.line)
	}
	s.down(0.8)
}

func (s *sheet) leader(section Section, y, from float64) {
	s.use(typeface{"", bodyFace.size, bodyFace.line, muted})
	if dots := int((pageWidth - pageMargin - numberWidth + 4 - from) / s.pdf.GetStringWidth(" .")); dots > 0 {
		s.write(from, y, pageWidth-pageMargin-numberWidth+4-from, bodyFace.line, "R", strings.Repeat(" .", dots), "")
	}
	if s.known != nil {
		s.use(bodyFace)
		s.write(pageMargin, y, inkWidth, bodyFace.line, "R", strconv.Itoa(s.known.pages[section.ID]), "")
	}
}

func (s *sheet) section(section Section) {
	face := headFaces[section.Level-1]
	if section.Title != "" {
		s.down([3]float64{9, 6, 4}[section.Level-1])
		s.use(face)
		s.room(float64(len(s.wrap(section.Title, inkWidth)))*face.line + 22)
	}
	s.pages[section.ID] = s.pdf.PageNo()
	s.pdf.SetLink(s.links[section.ID], s.pdf.GetY(), s.pdf.PageNo())
	if section.Title != "" {
		s.use(face)
		s.pdf.Bookmark(section.Title, section.Level-1, -1)
		s.flow(section.Title, face, 0, "")
		if section.Level == 1 {
			s.down(1)
			s.rule(s.pdf.GetY(), hairline, 0.5)
		}
		s.down(2.5)
	}
	for _, b := range section.Blocks {
		s.block(b)
	}
}

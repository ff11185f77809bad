package document

import (
	"bytes"
	"fmt"
	"image/png"

	"codeberg.org/go-pdf/fpdf"
)

// picture shows a picture as wide as the text with its caption, or the words for it where there are no bytes to show.
func (s *sheet) picture(p Picture) {
	size, err := png.DecodeConfig(bytes.NewReader(p.PNG))
	if err != nil || size.Width == 0 {
		s.flow(p.Alt, quoteFace, 0, "")
		if p.Caption != p.Alt {
			s.flow(p.Caption, noteFace, 0, "")
		}
		s.down(3)
		return
	}
	height := min(inkWidth*float64(size.Height)/float64(size.Width), pageBottom-pageTop)
	width := height * float64(size.Width) / float64(size.Height)
	if s.pdf.GetY()+height > pageBottom {
		s.pdf.AddPage()
		s.pdf.SetY(pageTop)
	}
	s.pictures++
	name := fmt.Sprintf("picture %d", s.pictures)
	s.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(p.PNG))
	s.pdf.ImageOptions(name, pageMargin, s.pdf.GetY(), width, height, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	s.pdf.SetY(s.pdf.GetY() + height + 1.5)
	s.flow(p.Caption, noteFace, 0, "")
	s.down(3)
}

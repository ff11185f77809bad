package document

import (
	"archive/zip"
	"bytes"
	"image/png"
	"strconv"
	"time"
)

// emu is how many of the units in which word processors place pictures are a twentieth of a point.
const emu = 635

const (
	drawingNamespace = "http://schemas.openxmlformats.org/drawingml/2006/main"
	placeNamespace   = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
	pictureNamespace = "http://schemas.openxmlformats.org/drawingml/2006/picture"
)

// picture shows a picture as wide as the text with its caption, or the words for it where there are no bytes to show.
func (w *wordWriter) picture(p Picture) {
	size, err := png.DecodeConfig(bytes.NewReader(p.PNG))
	if err != nil || size.Width == 0 {
		for _, text := range p.words() {
			w.titled("Caption", text)
		}
		return
	}
	w.pictures = append(w.pictures, p.PNG)
	n := strconv.Itoa(len(w.pictures))
	cx, cy := strconv.Itoa(wordWidth*emu), strconv.Itoa(wordWidth*emu*size.Height/size.Width)
	w.openPara(para{})
	w.open("w:r")
	w.open("w:drawing")
	w.open("wp:inline", "xmlns:wp", placeNamespace)
	w.empty("wp:extent", "cx", cx, "cy", cy)
	w.empty("wp:docPr", "id", n, "name", "Picture "+n, "descr", p.Alt)
	w.open("a:graphic", "xmlns:a", drawingNamespace)
	w.open("a:graphicData", "uri", pictureNamespace)
	w.open("pic:pic", "xmlns:pic", pictureNamespace)
	w.open("pic:nvPicPr")
	w.empty("pic:cNvPr", "id", n, "name", "image"+n+".png", "descr", p.Alt)
	w.empty("pic:cNvPicPr")
	w.close("pic:nvPicPr")
	w.open("pic:blipFill")
	w.empty("a:blip", "r:embed", pictureID(len(w.pictures)))
	w.open("a:stretch")
	w.empty("a:fillRect")
	w.close("a:stretch")
	w.close("pic:blipFill")
	w.open("pic:spPr")
	w.open("a:xfrm")
	w.empty("a:off", "x", "0", "y", "0")
	w.empty("a:ext", "cx", cx, "cy", cy)
	w.close("a:xfrm")
	w.open("a:prstGeom", "prst", "rect")
	w.empty("a:avLst")
	w.close("a:prstGeom")
	w.close("pic:spPr")
	w.close("pic:pic")
	w.close("a:graphicData")
	w.close("a:graphic")
	w.close("wp:inline")
	w.close("w:drawing")
	w.close("w:r")
	w.close("w:p")
	w.titled("Caption", p.Caption)
}

func pictureID(n int) string { return "rIdPicture" + strconv.Itoa(n) }

// addPictures writes the bytes of the pictures that the text shows.
func (w *wordWriter) addPictures(zw *zip.Writer, at time.Time) error {
	for i, p := range w.pictures {
		if err := addPart(zw, "word/media/image"+strconv.Itoa(i+1)+".png", p, at); err != nil {
			return err
		}
	}
	return nil
}

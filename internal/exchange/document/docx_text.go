package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// wordWriter collects the main part of a word processor file and what it refers to.
type wordWriter struct {
	markup
	d        *Document
	links    []string
	lists    []bool   // of every list, whether it is ordered
	pictures [][]byte // PNG
	sections map[string]int
}

func newWordWriter(d *Document) *wordWriter {
	w := &wordWriter{d: d, sections: map[string]int{}}
	for i, s := range d.Sections {
		w.sections[s.ID] = i
	}
	return w
}

// para is the form of a paragraph. A list counts from 1, and depth is the level in it.
type para struct {
	style       string
	list, depth int
	opposite    bool // direction other than the document's
	trailing    bool // set against the end of the line
}

// run is a stretch of text of one form.
type run struct {
	text, style, lang, link string
	opposite                bool
}

func (w *wordWriter) para(p para, runs ...run) {
	w.openPara(p)
	for _, r := range runs {
		w.linked(r)
	}
	w.close("w:p")
}

func (w *wordWriter) openPara(p para) {
	w.open("w:p")
	w.open("w:pPr")
	if p.style != "" {
		w.empty("w:pStyle", "w:val", p.style)
	}
	if p.list > 0 {
		w.open("w:numPr")
		w.empty("w:ilvl", "w:val", strconv.Itoa(min(p.depth, listLevels-1)))
		w.empty("w:numId", "w:val", strconv.Itoa(p.list))
		w.close("w:numPr")
	}
	if rtl := w.d.RTL != p.opposite; rtl || p.opposite {
		w.empty("w:bidi", "w:val", onOff(rtl))
	}
	if p.trailing {
		w.empty("w:jc", "w:val", "right")
	}
	w.close("w:pPr")
}

func onOff(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func (w *wordWriter) linked(r run) {
	section, inside := w.sections[strings.TrimPrefix(r.link, "#")]
	switch {
	case r.text == "":
		return
	case strings.HasPrefix(r.link, "#") && inside:
		w.open("w:hyperlink", "w:anchor", bookmark(section), "w:history", "1")
	case webLink(r.link):
		w.open("w:hyperlink", "r:id", w.linkTo(r.link), "w:history", "1")
	default:
		w.run(r)
		return
	}
	r.style = "Hyperlink"
	w.run(r)
	w.close("w:hyperlink")
}

func (w *wordWriter) linkTo(link string) string {
	i := slices.Index(w.links, link)
	if i < 0 {
		i = len(w.links)
		w.links = append(w.links, link)
	}
	return linkID(i)
}

func (w *wordWriter) run(r run) {
	if r.text == "" {
		return
	}
	w.open("w:r")
	w.open("w:rPr")
	if r.style != "" {
		w.empty("w:rStyle", "w:val", r.style)
	}
	rtl := w.d.RTL != r.opposite
	if rtl || r.opposite {
		w.empty("w:rtl", "w:val", onOff(rtl))
	}
	if r.lang != "" {
		attribute := "w:val"
		if rtl {
			attribute = "w:bidi"
		}
		w.empty("w:lang", attribute, r.lang)
	}
	w.close("w:rPr")
	for i, line := range strings.Split(r.text, "\n") {
		if i > 0 {
			w.empty("w:br")
		}
		w.leaf("w:t", line, "xml:space", "preserve")
	}
	w.close("w:r")
}

// field writes a field with the result shown until it is brought up to date.
func (w *wordWriter) field(code, shown string) {
	w.fieldMark("begin")
	w.fieldCode(code)
	w.fieldMark("separate")
	w.run(run{text: shown})
	w.fieldMark("end")
}

func (w *wordWriter) fieldMark(kind string, attrs ...string) {
	w.open("w:r")
	w.empty("w:fldChar", append([]string{"w:fldCharType", kind}, attrs...)...)
	w.close("w:r")
}

func (w *wordWriter) fieldCode(code string) {
	w.open("w:r")
	w.leaf("w:instrText", " "+code+" ", "xml:space", "preserve")
	w.close("w:r")
}

func bookmark(section int) string { return fmt.Sprintf("_Toc%08d", section+1) }

func (w *wordWriter) openBookmark(section int) {
	w.empty("w:bookmarkStart", "w:id", strconv.Itoa(section+1), "w:name", bookmark(section))
}

func (w *wordWriter) closeBookmark(section int) {
	w.empty("w:bookmarkEnd", "w:id", strconv.Itoa(section+1))
}

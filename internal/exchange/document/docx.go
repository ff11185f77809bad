package document

import (
	"archive/zip"
	"bytes"
	"io"
	"strconv"
	"time"
)

const (
	wordNamespace     = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relationNamespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageNamespace  = "http://schemas.openxmlformats.org/package/2006"
	declaration       = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordType          = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// wordParts are the parts that the main part of a word processor file refers to, in the order of their relations.
var wordParts = []string{"styles", "numbering", "settings", "footer"}

// DOCX writes a document as a word processor file. The same document always gives the same bytes.
func DOCX(w io.Writer, d *Document) error {
	d = clean(d, true, plain)
	body := newWordWriter(d)
	body.document()
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, part := range []struct {
		name string
		data []byte
	}{
		{"[Content_Types].xml", contentTypes()},
		{"_rels/.rels", packageRelations()},
		{"docProps/core.xml", coreProperties(d)},
		{"word/document.xml", body.Bytes()},
		{"word/_rels/document.xml.rels", body.relations()},
		{"word/styles.xml", wordStyles(d)},
		{"word/numbering.xml", body.numbering()},
		{"word/settings.xml", wordSettings(d)},
		{"word/footer.xml", wordFooter(d)},
	} {
		if err := addPart(zw, part.name, part.data, moment(d.Date)); err != nil {
			return err
		}
	}
	if err := body.addPictures(zw, moment(d.Date)); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func addPart(zw *zip.Writer, name string, data []byte, at time.Time) error {
	f, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return err
}

func newPart() *markup {
	m := &markup{}
	m.WriteString(declaration)
	return m
}

func contentTypes() []byte {
	m := newPart()
	m.open("Types", "xmlns", packageNamespace+"/content-types")
	m.empty("Default", "Extension", "rels", "ContentType", "application/vnd.openxmlformats-package.relationships+xml")
	m.empty("Default", "Extension", "xml", "ContentType", "application/xml")
	m.empty("Default", "Extension", "png", "ContentType", "image/png")
	m.empty("Override", "PartName", "/docProps/core.xml", "ContentType", "application/vnd.openxmlformats-package.core-properties+xml")
	m.empty("Override", "PartName", "/word/document.xml", "ContentType", wordType+"document.main+xml")
	for _, part := range wordParts {
		m.empty("Override", "PartName", "/word/"+part+".xml", "ContentType", wordType+part+"+xml")
	}
	m.close("Types")
	return m.Bytes()
}

func packageRelations() []byte {
	m := newPart()
	m.open("Relationships", "xmlns", packageNamespace+"/relationships")
	m.empty("Relationship", "Id", "rId1", "Type", relationNamespace+"/officeDocument", "Target", "word/document.xml")
	m.empty("Relationship", "Id", "rId2", "Type", packageNamespace+"/relationships/metadata/core-properties",
		"Target", "docProps/core.xml")
	m.close("Relationships")
	return m.Bytes()
}

func coreProperties(d *Document) []byte {
	at := moment(d.Date).Format(time.RFC3339)
	m := newPart()
	m.open("cp:coreProperties", "xmlns:cp", packageNamespace+"/metadata/core-properties",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/", "xmlns:dcterms", "http://purl.org/dc/terms/",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
	m.leaf("dc:title", d.Title)
	m.leaf("dc:subject", d.Subtitle)
	if d.Lang != "" {
		m.leaf("dc:language", d.Lang)
	}
	m.leaf("dcterms:created", at, "xsi:type", "dcterms:W3CDTF")
	m.leaf("dcterms:modified", at, "xsi:type", "dcterms:W3CDTF")
	m.close("cp:coreProperties")
	return m.Bytes()
}

func wordSettings(d *Document) []byte {
	m := newPart()
	m.open("w:settings", "xmlns:w", wordNamespace)
	m.empty("w:defaultTabStop", "w:val", "709")
	m.empty("w:characterSpacingControl", "w:val", "doNotCompress")
	m.open("w:compat")
	m.empty("w:compatSetting", "w:name", "compatibilityMode", "w:uri", "http://schemas.microsoft.com/office/word", "w:val", "15")
	m.close("w:compat")
	if d.Lang != "" {
		attribute := "w:val"
		if d.RTL {
			attribute = "w:bidi"
		}
		m.empty("w:themeFontLang", attribute, d.Lang)
	}
	m.close("w:settings")
	return m.Bytes()
}

func wordFooter(d *Document) []byte {
	w := newWordWriter(d)
	w.WriteString(declaration)
	w.open("w:ftr", "xmlns:w", wordNamespace)
	w.openPara(para{style: "Footer"})
	w.run(run{text: d.Title})
	w.open("w:r")
	w.empty("w:tab")
	w.close("w:r")
	w.field("PAGE", "1")
	w.run(run{text: " / "})
	w.field("NUMPAGES", "1")
	w.close("w:p")
	w.close("w:ftr")
	return w.Bytes()
}

// relations names the other parts first and then the addresses that the text links to.
func (w *wordWriter) relations() []byte {
	m := newPart()
	m.open("Relationships", "xmlns", packageNamespace+"/relationships")
	for i, part := range wordParts {
		m.empty("Relationship", "Id", "rId"+strconv.Itoa(i+1), "Type", relationNamespace+"/"+part, "Target", part+".xml")
	}
	for i, link := range w.links {
		m.empty("Relationship", "Id", linkID(i), "Type", relationNamespace+"/hyperlink", "Target", link, "TargetMode", "External")
	}
	for i := range w.pictures {
		n := strconv.Itoa(i + 1)
		m.empty("Relationship", "Id", pictureID(i+1), "Type", relationNamespace+"/image", "Target", "media/image"+n+".png")
	}
	m.close("Relationships")
	return m.Bytes()
}

func linkID(i int) string { return "rId" + strconv.Itoa(len(wordParts)+1+i) }

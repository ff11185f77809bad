package document

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
)

//go:embed page.gohtml
var pageSource string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"kind":    kind,
	"lines":   paragraphs,
	"below":   func(items []Item, ordered bool) List { return List{Items: items, Ordered: ordered} },
	"numeric": Table.numeric,
	"dir":     direction,
	"picture": picture,
	"style":   func() template.CSS { return template.CSS(pageStyle) },
}).Parse(pageSource))

// HTML writes a document as one printable page that needs no other file.
func HTML(w io.Writer, d *Document) error {
	return execute(w, "page", clean(d, true, plain))
}

// Body writes the sections of a document for a page that brings its own frame and style.
func Body(w io.Writer, d *Document) error {
	return execute(w, "body", clean(d, false, plain))
}

func execute(w io.Writer, name string, d *Document) error {
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, name, d); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func kind(b Block) string {
	switch b.(type) {
	case Paragraph:
		return "paragraph"
	case Quote:
		return "quote"
	case List:
		return "list"
	case Table:
		return "table"
	case Figures:
		return "figures"
	case Notice:
		return "notice"
	}
	return "picture"
}

func direction(rtl bool) string {
	if rtl {
		return "rtl"
	}
	return "ltr"
}

// picture gives the markup of a cleaned picture, or nothing when only its words are left.
func picture(p Picture) any {
	switch {
	case p.SVG != "":
		return template.HTML(p.SVG) // written anew by safeSVG
	case len(p.PNG) > 0:
		return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(p.PNG))
	}
	return nil
}

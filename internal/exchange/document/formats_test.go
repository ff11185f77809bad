package document

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestMarkdownLinks(t *testing.T) {
	d := &Document{Base: "https://site.example/", Sections: []Section{{ID: "a b", Title: "One", Blocks: []Block{
		List{Items: []Item{{Text: "]x[", Link: "https://e.org/a)b|c"}, {Text: "in", Link: "/records/1"}, {Text: "up", Link: "#a b"}}},
		Paragraph{Text: "# no heading"}, Paragraph{Text: "1. no list"}, Paragraph{Text: "2.5 days"}, Paragraph{Text: "-5"}, Paragraph{Text: "- no\n=====\n+ x"},
	}}}}
	got := string(bytesOf(t, Markdown, d))
	for _, want := range []string{`[\]x\[](https://e.org/a%29b%7Cc)`, "[in](https://site.example/records/1)", `\# no heading`,
		`1\. no list`, "\n2.5 days", "\n-5", "\\- no\\\n\\=====\\\n\\+ x"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

func TestWordFile(t *testing.T) {
	d := filled(func(s string) string { return s + " & <x>" }, "https://example.org/?a=1&b=2")
	all := parts(t, bytesOf(t, DOCX, d))
	for name, data := range all {
		dec := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		checkRelations(t, all, name, data)
	}
	body := string(all["word/document.xml"])
	for _, id := range regexp.MustCompile(`r:id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(string(all["word/_rels/document.xml.rels"]), `Id="`+id[1]+`"`) {
			t.Errorf("relation %s is missing", id[1])
		}
	}
	for _, style := range regexp.MustCompile(`(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(string(all["word/styles.xml"]), `w:styleId="`+style[1]+`"`) {
			t.Errorf("style %s is missing", style[1])
		}
	}
	for _, want := range []string{"TOC \\o", "w:tblHeader", "w:numId", "w:hyperlink"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if !strings.Contains(string(all["docProps/core.xml"]), ">2026-03-05T00:00:00Z<") {
		t.Error("the file is not dated")
	}
}

func checkRelations(t *testing.T, all map[string][]byte, name string, data []byte) {
	t.Helper()
	if !strings.HasSuffix(name, ".rels") {
		return
	}
	var relations struct {
		Relationship []struct {
			ID         string `xml:"Id,attr"`
			Target     string `xml:",attr"`
			TargetMode string `xml:",attr"`
		}
	}
	if err := xml.Unmarshal(data, &relations); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range relations.Relationship {
		if ids[r.ID] {
			t.Errorf("%s: %s is there twice", name, r.ID)
		}
		ids[r.ID] = true
		if _, ok := all[path.Join(path.Dir(path.Dir(name)), r.Target)]; !ok && r.TargetMode != "External" {
			t.Errorf("%s: %s leads nowhere", name, r.Target)
		}
	}
}

func TestLongTable(t *testing.T) {
	rows := make([][]Cell, 500)
	for i := range rows {
		rows[i] = []Cell{{Text: fmt.Sprintf("row%03d", i)}, {Text: fmt.Sprint(i * 7), Number: true}}
	}
	d := &Document{Sections: []Section{{Title: "Long", Blocks: []Block{Table{Columns: []string{"ColumnName", "Count"}, Rows: rows}}}}}
	text := pdfText(t, bytesOf(t, PDF, d))
	pages := strings.Split(strings.TrimRight(text, "\f"), "\f")
	if len(pages) < 8 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		if !strings.Contains(page, "ColumnName") {
			t.Errorf("page %d has no column names", i+1)
		}
	}
	for i := range rows {
		if n := strings.Count(text, rows[i][0].Text); n != 1 {
			t.Errorf("row %d is there %d times", i, n)
		}
	}
}

func TestOddTables(t *testing.T) {
	wide := Table{}
	for i := range 60 {
		wide.Columns = append(wide.Columns, fmt.Sprintf("column %d", i))
	}
	for _, b := range []Block{wide, Table{}, Table{Columns: []string{strings.Repeat("x y ", 9000)}, Rows: [][]Cell{{}, {{Text: "a"}, {Text: "b"}}}},
		Table{Rows: [][]Cell{{}, {}}}, Table{Rows: [][]Cell{{{Text: strings.Repeat("long ", 9000)}}}}, Figures{}, List{}, Notice{},
		Figures{List: []Figure{{Value: strings.Repeat("1", 9000), Was: "2"}}}} {
		d := &Document{Sections: []Section{{Level: 9, Blocks: []Block{b}}, {Level: -1}}}
		for name, render := range formats {
			if err := render(io.Discard, d); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestArabic(t *testing.T) {
	d := &Document{Title: "تقرير", Lang: "ar", RTL: true, Contents: "المحتويات", Sections: []Section{
		{Title: "الوضع", Blocks: []Block{Paragraph{Text: "نص"}, Paragraph{Text: "English", Lang: "en"}, Table{Columns: []string{"أ"}}}}}}
	if got := string(bytesOf(t, HTML, d)); !strings.Contains(got, `<html lang="ar" dir="rtl">`) {
		t.Error("the page is not written from right to left")
	}
	body := string(parts(t, bytesOf(t, DOCX, d))["word/document.xml"])
	for _, want := range []string{`<w:bidi w:val="1"/>`, `<w:rtl w:val="1"/>`, `<w:bidi w:val="0"/>`, "<w:bidiVisual/>", "<w:bidi/></w:sectPr>"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestScriptsWithoutLetters(t *testing.T) {
	for _, d := range []*Document{{Title: "ไทย"}, {Title: "שלום", RTL: true}, {Title: "تقرير ښ", RTL: true}, {Sections: []Section{{Blocks: []Block{Notice{Text: "Việt"}}}}}} {
		var out bytes.Buffer
		if err := PDF(&out, d); !errors.Is(err, ErrScript) || out.Len() > 0 {
			t.Errorf("%q: %v", d.Title, err)
		}
	}
}

func TestPDFLetters(t *testing.T) {
	d := &Document{Title: "12\u202f345 a\u2011b e\u0301 ✓ 🎉 №5 ŁÓDŹ ①"}
	text := squeezed(pdfText(t, bytesOf(t, PDF, d)))
	if !strings.Contains(text, "12345a-bé√\uFFFD№5ŁÓDŹ1") {
		t.Error(text)
	}
}

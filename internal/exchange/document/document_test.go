package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"
)

type render func(io.Writer, *Document) error

func bytesOf(t testing.TB, r render, d *Document) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := r(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var formats = map[string]render{"html": HTML, "body": Body, "md": Markdown, "docx": DOCX, "pdf": PDF}

// readable extracts the text of a rendered document.
func readable(t *testing.T, format string, data []byte) string {
	t.Helper()
	switch format {
	case "html", "body":
		s := regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(string(data), "")
		alts := regexp.MustCompile(`(?:alt|aria-label)="([^"]*)"`).FindAllString(s, -1)
		s = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(s, " ") + strings.Join(alts, " ")
		return html.UnescapeString(s)
	case "md":
		s := regexp.MustCompile(`(?m)\\$`).ReplaceAllString(string(data), "")
		return html.UnescapeString(regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(s, "$1"))
	case "docx":
		var s strings.Builder
		dec := xml.NewDecoder(bytes.NewReader(parts(t, data)["word/document.xml"]))
		for {
			token, err := dec.Token()
			if err == io.EOF {
				return s.String()
			} else if err != nil {
				t.Fatal(err)
			}
			switch token := token.(type) {
			case xml.CharData:
				s.Write(token)
			case xml.EndElement:
				if token.Name.Local == "p" {
					s.WriteByte('\n')
				}
			}
		}
	}
	return pdfText(t, data)
}

func pdfText(t *testing.T, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-raw", "-enc", "UTF-8", file, "-").CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("pdftotext (poppler-utils) is not installed: the text of the PDF is not checked")
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func parts(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range zr.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// squeezed drops spaces, which line breaks and cells add and take.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// filled is a document with every slot set by a function of the slot's name.
func filled(say func(string) string, link string) *Document {
	return &Document{
		Title: say("title"), Subtitle: say("subtitle"), Lang: "en", Date: "2026-03-05 " + say("date"), Contents: say("contents"),
		ChangedLabel: "earlier: %s", Sections: []Section{
			{ID: "one", Title: say("first"), Level: 1, Blocks: []Block{
				Paragraph{Text: say("para") + "\n\n" + say("secondpara") + "\n" + say("line")},
				Paragraph{Text: say("foreign"), Lang: "fr"},
				Quote{Text: say("quote"), By: say("by")},
				Notice{Text: say("notice")},
			}},
			{ID: "two", Title: say("second"), Level: 2, Blocks: []Block{
				List{Items: []Item{{Text: say("item"), Link: link, Sub: []Item{{Text: say("subitem")}}}, {Text: say("other")}}},
				List{Items: []Item{{Text: say("ordered"), Link: link}, {Text: say("orderedtwo")}}, Ordered: true},
				Figures{List: []Figure{
					{Label: say("label"), Value: say("value"), Note: say("fignote"), Link: link, Was: say("was")},
					{Label: say("label2"), Value: say("value2")}}},
			}},
			{ID: say("id"), Title: say("third"), Level: 3, Blocks: []Block{
				&Table{Caption: say("caption"), Columns: []string{say("columna"), say("columnb")}, Note: say("tablenote"),
					Rows: [][]Cell{{{Text: say("cell"), Link: link}, {Text: say("number"), Number: true}}}},
				Picture{Alt: say("alt"), Caption: say("piccaption")},
				nil,
			}},
		},
	}
}

var slots = strings.Fields(`title subtitle date contents first para secondpara line foreign quote by notice second item
	subitem other ordered orderedtwo label value fignote was label2 value2 third caption columna columnb tablenote cell
	number alt piccaption`)

func TestEveryTextAppears(t *testing.T) {
	say := func(slot string) string { return "«" + slot + "» čaj (été) 50 % | a*b_c [x] `q` \\ # <i> & Ωд" }
	for name, render := range formats {
		t.Run(name, func(t *testing.T) {
			text := squeezed(readable(t, name, bytesOf(t, render, filled(say, "https://example.org/a_(b)?x=1&y=[2]"))))
			for _, slot := range slots {
				if name == "body" && strings.Contains("title subtitle date contents", slot) {
					continue
				}
				if !strings.Contains(text, squeezed(say(slot))) {
					t.Errorf("%s is missing in %s", slot, name)
				}
			}
			if !strings.Contains(text, "earlier:«was»") {
				t.Error("the changed figure is not marked")
			}
		})
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	d := sample()
	for name, render := range formats {
		first := bytesOf(t, render, d)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				var out bytes.Buffer
				if err := render(&out, d); err != nil || !bytes.Equal(first, out.Bytes()) {
					t.Errorf("%s differs from one time to the next (%v)", name, err)
				}
			})
		}
		all.Wait()
	}
	if !reflect.DeepEqual(d, sample()) {
		t.Error("rendering changed the document")
	}
}

func TestEmptyDocument(t *testing.T) {
	for name, render := range formats {
		for _, d := range []*Document{nil, {}, {Contents: "Contents", Sections: []Section{{}, {ID: "x"}, {ID: "x"}}}} {
			if err := render(io.Discard, d); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestPageOverhead(t *testing.T) {
	if n := len(bytesOf(t, HTML, &Document{})); n > 20<<10 {
		t.Errorf("an empty page takes %d bytes", n)
	}
}

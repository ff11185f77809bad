package document

import (
	"bytes"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"
)

const evil = "<script>alert(1)</script>\x00\x07\x1b\u202e\"'><img src=x onerror=alert(1)> javascript:alert(1) " +
	"![x](javascript:alert(1)) [y]: javascript:z | `a` {{.}} {nb} ]]> --> \xff\xfe\\"

var evilLinks = []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "java\nscript:x", "data:text/html,x",
	"//evil.example/x", "/\\evil.example", "/\t/evil.example", "http://user@evil.example", "https:", "vbscript:x",
	"#\"onclick=x", "mailto:a@b", "x)](y"}

// targets finds what a rendered document links to.
var targets = map[string]*regexp.Regexp{
	"html": regexp.MustCompile(`(?:href|src)="([^"]*)"`),
	"body": regexp.MustCompile(`(?:href|src)="([^"]*)"`),
	"md":   regexp.MustCompile(`[^\\]\]\(([^)]*)\)`),
	"docx": regexp.MustCompile(`Target="([^"]*)" TargetMode`),
	"pdf":  regexp.MustCompile(`/URI \(([^)]*)\)`),
}

func source(t *testing.T, format string, data []byte) string {
	t.Helper()
	if format != "docx" {
		return string(data)
	}
	all := parts(t, data)
	return string(all["word/document.xml"]) + string(all["word/_rels/document.xml.rels"])
}

func TestHostileText(t *testing.T) {
	for name, render := range formats {
		t.Run(name, func(t *testing.T) {
			for _, link := range evilLinks {
				data := bytesOf(t, render, filled(func(slot string) string { return evil + slot }, link))
				text := source(t, name, data)
				for _, m := range targets[name].FindAllStringSubmatch(text, -1) {
					if !strings.HasPrefix(m[1], "#one") && !strings.HasPrefix(m[1], "#two") && m[1] != "#section-3" {
						t.Errorf("%q leads to %q", link, m[1])
					}
				}
				for _, bad := range []string{"<script", "<img", "\x1b", "\u202e"} {
					if name != "pdf" && strings.Contains(text, bad) {
						t.Errorf("%q is in the source", bad)
					}
				}
			}
			text := squeezed(readable(t, name, bytesOf(t, render, filled(func(slot string) string { return evil + slot }, ""))))
			if want := "<script>alert(1)</script>\"'><imgsrc=x"; strings.Count(text, want) < len(slots)-6 || !strings.Contains(text, "{nb}") {
				t.Errorf("%s is not kept as text", want)
			}
		})
	}
}

func TestGoodLinksStay(t *testing.T) {
	for name, render := range formats {
		data := bytesOf(t, render, filled(strings.ToUpper, "https://example.org/x?a=1"))
		if n := strings.Count(source(t, name, data), "https://example.org/x?a=1"); n == 0 {
			t.Errorf("%s has no link", name)
		}
	}
}

func TestLongWords(t *testing.T) {
	long := strings.Repeat("wordwithoutend", 300)
	for name, render := range formats {
		t.Run(name, func(t *testing.T) {
			text := squeezed(readable(t, name, bytesOf(t, render, filled(func(slot string) string { return slot + long }, "/x"))))
			want := "para" + long
			if name == "pdf" {
				want = "para" + strings.Repeat("wordwithoutend", 20)
			}
			if !strings.Contains(text, want) || strings.Count(text, "wordwithoutend") < 2000 {
				t.Error("a long word is cut")
			}
		})
	}
}

func TestPictures(t *testing.T) {
	var img bytes.Buffer
	if err := png.Encode(&img, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="x()" style="x"><script>bad()</script><g class="axis"><a href="javascript:x"><text>no</text></a>
		<text x="1">5 &lt; 6</text></g><foreignObject><p>bad</p></foreignObject><use href="#a"/><use href="https://e.org/a.svg#b"/><rect fill="url(https://e.org)" stroke="url(#g)"/></svg>`
	d := &Document{Sections: []Section{{Blocks: []Block{Picture{SVG: svg, Alt: "chart"}, Picture{PNG: img.Bytes(), Alt: "dot"},
		Picture{PNG: []byte("<svg>"), SVG: "<svg><g></svg>", Alt: "broken"}}}}}
	got := string(bytesOf(t, Body, d))
	for _, want := range []string{`<svg viewBox="0 0 9 9"><g class="axis">`, "5 &lt; 6", `<use href="#a">`, `<rect stroke="url(#g)">`, "data:image/png;base64,", "<p>broken</p>"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	for _, bad := range []string{"script", "onload", "foreign", "e.org", "style"} {
		if strings.Contains(got, bad) {
			t.Errorf("%s is in %s", bad, got)
		}
	}
}

package document

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
)

var (
	marked = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`,
		"[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`, "#", `\#`)
	addressed = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "(", "%28", ")", "%29", "|", "%7C", "`", "%60",
		`"`, "%22", "[", "%5B", "]", "%5D")
	leading = regexp.MustCompile(`^(?:()[-+](?:\s|$)|()[-=:][-=:\s]*$|\d+()[.)](?:\s|$))`)
)

// Markdown writes a document in the Markdown that GitHub reads.
func Markdown(w io.Writer, d *Document) error {
	d = clean(d, true, plain)
	m := &mdWriter{d: d}
	m.document()
	_, err := w.Write(m.Bytes())
	return err
}

type mdWriter struct {
	bytes.Buffer
	d *Document
}

// part writes a text as a part of its own, with a blank line after it.
func (m *mdWriter) part(text string) {
	if text != "" {
		m.WriteString(text + "\n\n")
	}
}

func (m *mdWriter) document() {
	if m.d.RTL {
		m.part(`<div dir="rtl">`)
	}
	if m.d.Title != "" {
		m.part("# " + mdText(m.d.Title))
	}
	m.part(mdText(m.d.Subtitle))
	m.part(mdText(m.d.Date))
	m.contents()
	for _, s := range m.d.Sections {
		m.part(`<a id="` + s.ID + `"></a>`)
		if s.Title != "" {
			m.part(strings.Repeat("#", s.Level+1) + " " + mdText(s.Title))
		}
		m.blocks(s.Blocks)
	}
	if m.d.RTL {
		m.part("</div>")
	}
}

func (m *mdWriter) contents() {
	listed := m.d.listed()
	if len(listed) == 0 {
		return
	}
	m.part("## " + mdText(m.d.Contents))
	for _, s := range listed {
		m.WriteString(strings.Repeat("  ", s.Level-1) + "- " + mdLink(s.Title, "#"+s.ID) + "\n")
	}
	m.WriteByte('\n')
}

func (m *mdWriter) blocks(blocks []Block) {
	for i, b := range blocks {
		if i > 0 && bulleted(b) && bulleted(blocks[i-1]) {
			m.part("<!-- -->")
		}
		m.block(b)
	}
}

func bulleted(b Block) bool {
	switch b.(type) {
	case List, Figures:
		return true
	}
	return false
}

func (m *mdWriter) block(b Block) {
	switch b := b.(type) {
	case Paragraph:
		for _, lines := range paragraphs(b.Text) {
			m.part(mdLines(lines, ""))
		}
	case Quote:
		m.quoted("", b.Text, b.By)
	case Notice:
		m.quoted("> [!NOTE]\n", b.Text, "")
	case List:
		m.items(b, "")
		m.WriteByte('\n')
	case Table:
		m.table(b)
	case Figures:
		m.figures(b)
	case Picture:
		for _, text := range b.words() {
			m.part(mdText(text))
		}
	}
}

func (m *mdWriter) quoted(head, text, by string) {
	var parts []string
	for _, lines := range paragraphs(text) {
		parts = append(parts, mdLines(lines, "> "))
	}
	if by != "" {
		parts = append(parts, "> — "+mdText(by))
	}
	if len(parts) > 0 {
		m.part(head + strings.Join(parts, "\n>\n"))
	}
}

func (m *mdWriter) items(l List, indent string) {
	for i, it := range l.Items {
		mark := "- "
		if l.Ordered {
			mark = strconv.Itoa(i+1) + ". "
		}
		m.WriteString(indent + mark + mdLink(it.Text, it.Link) + "\n")
		m.items(List{Items: it.Sub, Ordered: l.Ordered}, indent+strings.Repeat(" ", len(mark)))
	}
}

func (m *mdWriter) figures(f Figures) {
	for _, one := range f.List {
		m.WriteString("- ")
		if one.Label != "" {
			m.WriteString("**" + mdText(one.Label) + ":** ")
		}
		m.WriteString(mdLink(one.Value, one.Link))
		if one.Note != "" {
			m.WriteString(" — " + mdText(one.Note))
		}
		if one.Was != "" {
			m.WriteString(" **(" + mdText(one.Was) + ")**")
		}
		m.WriteByte('\n')
	}
	m.WriteByte('\n')
}

func (m *mdWriter) table(t Table) {
	if t.Caption != "" {
		m.part("**" + mdText(t.Caption) + "**")
	}
	if width := t.width(); width > 0 {
		names := make([]Cell, width)
		for i, name := range t.Columns {
			names[i].Text = name
		}
		m.row(names)
		for i := range width {
			m.WriteString("| " + map[bool]string{true: "---: ", false: "--- "}[t.numeric(i)])
		}
		m.WriteString("|\n")
		for _, row := range t.Rows {
			m.row(row)
		}
		m.WriteByte('\n')
	}
	m.part(mdText(t.Note))
}

func (m *mdWriter) row(cells []Cell) {
	for _, c := range cells {
		m.WriteString("| " + mdLink(c.Text, c.Link) + " ")
	}
	m.WriteString("|\n")
}

func mdLines(lines []string, prefix string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = prefix + mdText(line)
	}
	return strings.Join(out, "\\\n")
}

// mdText escapes a text, with what would make its beginning a list or a rule.
func mdText(s string) string {
	s = marked.Replace(s)
	if found := leading.FindStringSubmatchIndex(s); found != nil {
		at := max(found[2], found[4], found[6])
		return s[:at] + `\` + s[at:]
	}
	return s
}

func mdLink(text, link string) string {
	if text == "" || link == "" {
		return mdText(text)
	}
	return "[" + mdText(text) + "](" + addressed.Replace(link) + ")"
}

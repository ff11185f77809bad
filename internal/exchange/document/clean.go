package document

import (
	"bytes"
	"cmp"
	"image/png"
	"slices"
	"strconv"
	"strings"
)

// cleaner makes the copy of a document that the renderers work on: texts without control characters, checked links,
// unique section ids, levels that never skip one, rows of equal length and figures with their change spelled out.
type cleaner struct {
	text    func(string) string
	base    string
	changed string
	ids     map[string]string
}

// clean returns the copy with text applied to every text. The copy of a whole file has the address of the site put
// before its links into the site.
func clean(d *Document, whole bool, text func(string) string) *Document {
	if d == nil {
		d = &Document{}
	}
	c := &cleaner{text: text, changed: cmp.Or(d.ChangedLabel, "changed, was %s"), ids: map[string]string{}}
	if whole && webLink(d.Base) && !suspicious(d.Base) {
		c.base = strings.TrimRight(d.Base, "/")
	}
	ids := c.name(d.Sections)
	out := *d
	out.Title, out.Subtitle, out.Date = c.line(d.Title), c.line(d.Subtitle), c.line(d.Date)
	out.Contents, out.Lang, out.Sections = c.line(d.Contents), languageTag(d.Lang), nil
	level := 0
	for i, s := range d.Sections {
		level = min(max(s.Level, 1), level+1, 3)
		out.Sections = append(out.Sections, Section{ID: ids[i], Title: c.line(s.Title), Level: level, Blocks: c.blocks(s.Blocks)})
	}
	return &out
}

// name gives every section an id of its own.
func (c *cleaner) name(sections []Section) []string {
	ids := make([]string, len(sections))
	taken := map[string]bool{}
	for i, s := range sections {
		id := s.ID
		if !anchor.MatchString(id) {
			id = "section-" + strconv.Itoa(i+1)
		}
		for n, stem := 2, id; taken[id]; n++ {
			id = stem + "-" + strconv.Itoa(n)
		}
		taken[id] = true
		ids[i] = id
		if _, known := c.ids[s.ID]; !known {
			c.ids[s.ID] = id
		}
	}
	return ids
}

func (c *cleaner) line(s string) string { return oneLine(c.text(s)) }

func (c *cleaner) blocks(blocks []Block) []Block {
	var out []Block
	for _, b := range blocks {
		if b != nil {
			out = append(out, b.cleaned(c))
		}
	}
	return out
}

// link returns the link as it may be written, or nothing.
func (c *cleaner) link(link string) string {
	name, inside := strings.CutPrefix(link, "#")
	switch {
	case link == "" || suspicious(link):
		return ""
	case inside && c.ids[name] != "":
		return "#" + c.ids[name]
	case inside && anchor.MatchString(name), webLink(link):
		return link
	case sitePath(link):
		return c.base + link
	}
	return ""
}

func (b Paragraph) cleaned(c *cleaner) Block {
	return Paragraph{Text: c.text(b.Text), Lang: languageTag(b.Lang)}
}

func (b Quote) cleaned(c *cleaner) Block { return Quote{Text: c.text(b.Text), By: c.line(b.By)} }

func (b Notice) cleaned(c *cleaner) Block { return Notice{Text: c.text(b.Text)} }

func (b List) cleaned(c *cleaner) Block { return List{Items: c.items(b.Items), Ordered: b.Ordered} }

func (c *cleaner) items(items []Item) []Item {
	out := make([]Item, len(items))
	for i, it := range items {
		out[i] = Item{Text: c.line(it.Text), Link: c.link(it.Link), Sub: c.items(it.Sub)}
	}
	return out
}

func (b Table) cleaned(c *cleaner) Block {
	width := len(b.Columns)
	for _, row := range b.Rows {
		width = max(width, len(row))
	}
	out := Table{Caption: c.line(b.Caption), Note: c.line(b.Note)}
	if len(b.Columns) > 0 {
		out.Columns = make([]string, width)
		for i, name := range b.Columns {
			out.Columns[i] = c.line(name)
		}
	}
	for _, row := range b.Rows {
		cells := make([]Cell, width)
		for i, cell := range row {
			cells[i] = Cell{Text: c.line(cell.Text), Link: c.link(cell.Link), Number: cell.Number}
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

func (b Figures) cleaned(c *cleaner) Block {
	var out Figures
	for _, f := range b.List {
		f.Label, f.Value, f.Note, f.Link = c.line(f.Label), c.line(f.Value), c.line(f.Note), c.link(f.Link)
		if f.Was != "" {
			f.Was = c.line(marker(c.changed, f.Was))
		}
		out.List = append(out.List, f)
	}
	return out
}

func marker(label, was string) string {
	if strings.Contains(label, "%s") {
		return strings.Replace(label, "%s", was, 1)
	}
	return label + " " + was
}

func (b Picture) cleaned(c *cleaner) Block {
	out := Picture{SVG: safeSVG(b.SVG), Alt: c.line(b.Alt), Caption: c.line(b.Caption)}
	if _, err := png.DecodeConfig(bytes.NewReader(b.PNG)); err == nil {
		out.PNG = b.PNG
	}
	return out
}

// words are the texts that stand for a picture where it cannot be shown.
func (b Picture) words() []string {
	return slices.DeleteFunc(slices.Compact([]string{b.Alt, b.Caption}), func(s string) bool { return s == "" })
}

// numeric tells whether a column holds numbers only.
func (b Table) numeric(column int) bool {
	found := false
	for _, row := range b.Rows {
		if row[column].Text != "" && !row[column].Number {
			return false
		}
		found = found || row[column].Text != ""
	}
	return found
}

// width is the number of columns of a cleaned table.
func (b Table) width() int {
	if len(b.Columns) > 0 || len(b.Rows) == 0 {
		return len(b.Columns)
	}
	return len(b.Rows[0])
}

// listed are the sections that a table of contents names.
func (d *Document) listed() []Section {
	if d.Contents == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Sections), func(s Section) bool { return s.Title == "" })
}

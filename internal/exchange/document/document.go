// Package document holds a neutral model of a report and writes it as a web page, Markdown, a word processor file or a
// PDF file. Texts in the model are plain: every renderer strips control characters, escapes the rest for its own format
// and keeps only links that lead to the web, to the site itself or to a section of the document.
package document

// Document is a report to be written out. A Date that starts with a year-month-day also dates the files; any other
// Date is only printed.
type Document struct {
	Title, Subtitle string
	Lang            string // BCP 47 tag
	RTL             bool
	Date            string
	Contents        string // heading of the table of contents; none when empty
	ChangedLabel    string // marks a changed figure, with %s for its earlier value; English when empty
	Base            string // address of the site, put before links that start with a slash in whole files
	Sections        []Section
}

// Section is a titled part of a document. Level runs from 1 to 3, and ID is what links of the form #id lead to.
type Section struct {
	ID, Title string
	Level     int
	Blocks    []Block
}

// Block is one piece of a section: a Paragraph, Quote, List, Table, Figures, Notice or Picture.
type Block interface {
	cleaned(c *cleaner) Block
}

// Paragraph is running text. Blank lines part it into several paragraphs, and single line ends are kept as such.
type Paragraph struct {
	Text string
	Lang string // when other than the document's
}

// Quote is a passage in somebody's words.
type Quote struct {
	Text, By string
}

// List is a list of points, numbered when Ordered.
type List struct {
	Items   []Item
	Ordered bool
}

// Item is a point of a List, with the points below it.
type Item struct {
	Text, Link string
	Sub        []Item
}

// Table is a grid of cells under column headings.
type Table struct {
	Caption string
	Columns []string
	Rows    [][]Cell
	Note    string
}

// Cell is one field of a Table. Numbers are set against the end of the column.
type Cell struct {
	Text, Link string
	Number     bool
}

// Figures are the key figures of a section.
type Figures struct {
	List []Figure
}

// Figure is a key figure. Was holds the value an earlier issue gave, when it was another one.
type Figure struct {
	Label, Value, Note, Link, Was string
}

// Notice is a box set apart from the text.
type Notice struct {
	Text string
}

// Picture is an image given as PNG bytes, as SVG markup, or as both. HTML shows either, DOCX and PDF show the bytes, and
// Markdown carries its words.
type Picture struct {
	PNG          []byte
	SVG          string
	Alt, Caption string
}

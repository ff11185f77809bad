package table

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sniffed is how much of a file is looked at to tell its encoding.
const sniffed = 1 << 20

type csvReader struct {
	in      *bufio.Reader
	comma   byte
	columns []string
	row     int
	buf     []byte   // the text of the row's cells, one after the other
	ends    []int    // where each cell ends in buf
	cells   []string // reused
}

func openCSV(r io.ReaderAt, size int64, o Options) (Reader, error) {
	in, err := decoded(io.NewSectionReader(r, 0, size), r, size, o.Encoding)
	if err != nil {
		return nil, err
	}
	c := &csvReader{in: bufio.NewReaderSize(in, 256<<10)}
	if mark, err := c.in.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = c.in.Discard(3)
	}
	if o.Delimiter != "" && o.Delimiter != "auto" {
		c.comma = o.Delimiter[0]
	} else {
		c.comma = c.sniffDelimiter()
	}
	header, problem, err := c.read()
	if err == io.EOF {
		return nil, refuse("import.table.empty")
	}
	if err != nil {
		return nil, err
	}
	if problem != "" {
		return nil, refuse(problem)
	}
	c.columns, err = checkHeader(append([]string{}, header...))
	return c, err
}

// decoded turns the file's encoding into UTF-8. What is neither UTF-8 nor UTF-16 is read as Windows-1252.
func decoded(in io.Reader, r io.ReaderAt, size int64, encoding string) (io.Reader, error) {
	head := make([]byte, min(size, sniffed))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch encoding {
	case "", "auto":
		if order := utf16Order(head[:min(len(head), 512)]); order != "" {
			return utf16(in, order), nil
		}
		if !validPrefix(head) {
			return transform.NewReader(in, charmap.Windows1252.NewDecoder()), nil
		}
	case "utf-16":
		order := utf16Order(head[:min(len(head), 512)])
		return utf16(in, order), nil
	case "windows-1252":
		return transform.NewReader(in, charmap.Windows1252.NewDecoder()), nil
	}
	return in, nil
}

func utf16(in io.Reader, order string) io.Reader {
	e := unicode.LittleEndian
	if order == "be" {
		e = unicode.BigEndian
	}
	return transform.NewReader(in, unicode.UTF16(e, unicode.UseBOM).NewDecoder())
}

// validPrefix reports whether the bytes are UTF-8, but for a character that the end may have cut.
func validPrefix(b []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// sniffDelimiter returns the delimiter that the first line has most of, outside quotes.
func (c *csvReader) sniffDelimiter() byte {
	head, _ := c.in.Peek(64 << 10)
	counts := map[byte]int{}
	quoted := false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted && (b == '\n' || b == '\r') {
			break
		}
		if !quoted {
			counts[b]++
		}
	}
	best := byte(',')
	for _, d := range []byte{';', '\t', '|'} {
		if counts[d] > counts[best] {
			best = d
		}
	}
	return best
}

func (c *csvReader) Columns() []string     { return c.columns }
func (c *csvReader) Serials() (bool, bool) { return false, false }
func (c *csvReader) Close() error          { return nil }

func (c *csvReader) Next() (Row, error) {
	for {
		cells, problem, err := c.read()
		if err != nil {
			return Row{}, c.at(err)
		}
		if len(cells) == 1 && cells[0] == "" && len(c.columns) > 1 { // a blank line
			continue
		}
		c.row++
		row := Row{Number: c.row, Cells: cells}
		switch {
		case problem != "":
			row.Problem = refuse(problem)
		case len(cells) != len(c.columns):
			row.Problem = refuse("import.row.cells", "n", len(cells), "want", len(c.columns))
		default:
			for i, s := range cells {
				if !utf8.ValidString(s) {
					row.Problem = refuse("import.row.encoding")
					row.Problem.Column, row.Problem.Value = c.columns[i], Safe(s)
					break
				}
			}
		}
		if row.Problem != nil {
			row.Problem.Row = c.row
		}
		return row, nil
	}
}

func (c *csvReader) at(err error) error {
	if p, ok := err.(*Problem); ok {
		p.Row = c.row + 1
	}
	return err
}

// read reads one row as RFC 4180 says, taking what is met beside it: lone quotes inside a cell stand for themselves, any
// line ending ends a row. problem is a key for a row that is read but broken.
func (c *csvReader) read() (cells []string, problem string, err error) {
	c.buf, c.ends = c.buf[:0], c.ends[:0]
	start := 0 // of the cell in buf
	quoted, any := false, false
	for {
		chunk, err := c.in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
			return nil, "", err
		}
		if len(chunk) == 0 && err == io.EOF {
			if !any {
				return nil, "", io.EOF
			}
			if quoted {
				problem = "import.row.quote"
			}
			c.ends = append(c.ends, len(c.buf))
			return c.take(), problem, nil
		}
		any = true
		if len(c.buf)+len(chunk) > MaxLine {
			return nil, "", refuse("import.table.line", "max", MaxLine>>20)
		}
		var done bool
		if quoted, start, done, err = c.scan(chunk, quoted, start); err != nil {
			return nil, "", err
		}
		if done {
			c.ends = append(c.ends, len(c.buf))
			return c.take(), problem, nil
		}
	}
}

// scan takes a piece of the input into the row; done is true when it ended the row.
func (c *csvReader) scan(chunk []byte, quoted bool, start int) (bool, int, bool, error) {
	if !quoted && len(c.buf) == start && bytes.IndexByte(chunk, '"') < 0 || !quoted && bytes.IndexByte(chunk, '"') < 0 { // the usual row
		line := bytes.TrimSuffix(bytes.TrimSuffix(chunk, []byte{'\n'}), []byte{'\r'})
		for {
			i := bytes.IndexByte(line, c.comma)
			if i < 0 {
				break
			}
			c.buf = append(c.buf, line[:i]...)
			if err := c.cell(&start); err != nil {
				return false, 0, false, err
			}
			line = line[i+1:]
		}
		c.buf = append(c.buf, line...)
		return false, start, len(chunk) > 0 && chunk[len(chunk)-1] == '\n', nil
	}
	for i := 0; i < len(chunk); i++ {
		b := chunk[i]
		switch {
		case quoted && b == '"' && i+1 < len(chunk) && chunk[i+1] == '"':
			c.buf = append(c.buf, '"')
			i++
		case quoted && b == '"':
			quoted = false
		case quoted:
			c.buf = append(c.buf, b)
		case b == '"' && len(c.buf) == start:
			quoted = true
		case b == c.comma:
			if err := c.cell(&start); err != nil {
				return false, 0, false, err
			}
		case b == '\n':
			return false, start, true, nil
		case b == '\r' && i+1 < len(chunk) && chunk[i+1] == '\n':
		default:
			c.buf = append(c.buf, b)
		}
	}
	return quoted, start, false, nil
}

// cell ends a cell.
func (c *csvReader) cell(start *int) error {
	if len(c.ends) >= MaxColumns {
		return refuse("import.table.columns", "n", len(c.ends)+1, "max", MaxColumns)
	}
	if len(c.buf)-*start > MaxField {
		return refuse("import.table.field", "max", MaxField>>20)
	}
	c.ends = append(c.ends, len(c.buf))
	*start = len(c.buf)
	return nil
}

// take cuts the row's text into its cells. One string holds them all, so that a row costs one allocation.
func (c *csvReader) take() []string {
	text := string(c.buf)
	c.cells = c.cells[:0]
	from := 0
	for _, e := range c.ends {
		c.cells = append(c.cells, text[from:e])
		from = e
	}
	return c.cells
}

// Defuse makes a cell harmless in a spreadsheet program that would read it as a formula.
func Defuse(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) || plainNumber(s) {
		return s
	}
	return "'" + s
}

func plainNumber(s string) bool {
	digits := false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case r == '.' || i == 0 && (r == '-' || r == '+'):
		default:
			return false
		}
	}
	return digits
}

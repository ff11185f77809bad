// Package table reads and writes the tables that offices send: CSV in the encodings and dialects that are met, and XLSX.
// Rows stream: memory does not grow with the file.
package table

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"tocsin/internal/record"
)

// The limits of what is read.
const (
	MaxColumns = 1000
	MaxField   = 1 << 20   // bytes of one cell
	MaxLine    = 4 << 20   // bytes of one row
	MaxXLSX    = 64 << 20  // bytes of a workbook file
	maxUnzip   = 768 << 20 // bytes of a workbook unpacked
	maxEntries = 2000      // files in a workbook
	maxRatio   = 150       // unpacked bytes for each packed one, of entries that matter
)

// Problem says what is wrong with a table or with one of its rows. Row counts data rows from 1; 0 is the table as a whole.
type Problem struct {
	Row    int            `json:"row"`
	Column string         `json:"column"`
	Value  string         `json:"value"`
	Key    string         `json:"key"`
	Params map[string]any `json:"params,omitempty"`
}

// Error names the problem by its key.
func (p *Problem) Error() string {
	s := p.Key
	if p.Row > 0 {
		s = fmt.Sprintf("row %d: %s", p.Row, s)
	}
	if p.Column != "" {
		s += " (" + p.Column + ")"
	}
	return s
}

func refuse(key string, params ...any) *Problem {
	p := &Problem{Key: key}
	if len(params) > 1 {
		p.Params = map[string]any{}
		for i := 0; i+1 < len(params); i += 2 {
			p.Params[fmt.Sprint(params[i])] = params[i+1]
		}
	}
	return p
}

// Row is one row of data. Cells are valid until the next row is read. Problem is set for a row that cannot be read as
// the header says; its cells are then what could be read.
type Row struct {
	Number  int
	Cells   []string
	Problem *Problem
}

// Reader reads a table row by row.
type Reader interface {
	// Columns are the names in the header, without blanks around them.
	Columns() []string
	// Next returns the next row, io.EOF after the last, or a *Problem that ends the reading.
	Next() (Row, error)
	// Serials reports whether dates may stand as serial numbers, and whether they count from 1904.
	Serials() (yes, from1904 bool)
	Close() error
}

// Options say how to read where sniffing is not wanted. Empty fields are sniffed.
type Options struct {
	Encoding  string // utf-8, utf-16, windows-1252
	Delimiter string
	Sheet     string // of a workbook; the first one when empty
}

// Open opens a table of size bytes. It answers a *Problem for what is not a table.
func Open(r io.ReaderAt, size int64, o Options) (Reader, error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	if size == 0 {
		return nil, refuse("import.table.empty")
	}
	if strings.HasPrefix(string(head), "PK\x03\x04") {
		return openXLSX(r, size, o)
	}
	if kind := binary(head); kind != "" {
		return nil, refuse("import.table.binary", "type", kind)
	}
	return openCSV(r, size, o)
}

// magics are the first bytes of files that are sent by mistake.
var magics = []struct{ bytes, kind string }{
	{"%PDF", "PDF"}, {"\x89PNG", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"}, {"\x1f\x8b", "gzip"}, {"\xd0\xcf\x11\xe0", "XLS, DOC"},
	{"7z\xbc\xaf", "7z"}, {"Rar!", "RAR"}, {"\x7fELF", "ELF"}, {"MZ", "EXE"}, {"SQLite format", "SQLite"}, {"PAR1", "Parquet"}, {"BZh", "bzip2"}, {"<!DOCTYPE", "HTML"}, {"<html", "HTML"},
}

// binary names what the bytes look like when they are not text.
func binary(head []byte) string {
	for _, m := range magics {
		if strings.HasPrefix(string(head), m.bytes) {
			return m.kind
		}
	}
	if utf16Order(head) != "" {
		return ""
	}
	control := 0
	for _, b := range head {
		if b == 0 {
			return "binary"
		}
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != 0x0c {
			control++
		}
	}
	if control*20 > len(head) {
		return "binary"
	}
	return ""
}

// utf16Order tells UTF-16 by its byte-order mark or by where its zero bytes stand.
func utf16Order(head []byte) string {
	if len(head) < 4 {
		return ""
	}
	switch {
	case head[0] == 0xFF && head[1] == 0xFE:
		return "le"
	case head[0] == 0xFE && head[1] == 0xFF:
		return "be"
	}
	even, odd := 0, 0
	n := len(head) &^ 1
	for i := 0; i < n; i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch half := n / 2; {
	case odd*10 > half*9 && even == 0:
		return "le"
	case even*10 > half*9 && odd == 0:
		return "be"
	}
	return ""
}

// checkHeader cleans the names of the columns and refuses a header that cannot be one.
func checkHeader(names []string) ([]string, error) {
	if len(names) > MaxColumns {
		return nil, refuse("import.table.columns", "n", len(names), "max", MaxColumns)
	}
	seen := map[string]bool{}
	out := make([]string, len(names))
	for i, n := range names {
		n = strings.TrimSpace(strings.TrimPrefix(n, "\ufeff"))
		if n == "" {
			n = fmt.Sprintf("#%d", i+1) // an unnamed column is known by its place
		}
		if seen[n] {
			p := refuse("import.table.double", "column", Safe(n))
			p.Column = Safe(n)
			return nil, p
		}
		seen[n] = true
		out[i] = n
	}
	return out, nil
}

// Safe makes a value fit to be shown: at most 200 characters, with control and bidirectional characters and broken
// bytes written as escapes.
func Safe(s string) string {
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n++; n > 200 {
			b.WriteString("…")
			break
		}
		switch {
		case r == utf8.RuneError && s[i] != "\uFFFD"[0]:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case record.Unsafe(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

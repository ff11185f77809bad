package table

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Writer writes a table: a header, then rows, then Close.
type Writer interface {
	Header(columns []string) error
	Row(cells []any) error
	Close() error
}

// Types are the media types of the formats that New writes, by their names.
var Types = map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// New writes a table to w in a format of Types: CSV and XLSX as NewCSV and NewXLSX do, JSON as NewJSON does.
func New(w io.Writer, format string) (Writer, error) {
	switch format {
	case "csv":
		return NewCSV(w), nil
	case "json":
		return NewJSON(w), nil
	case "xlsx":
		return NewXLSX(w)
	}
	return nil, fmt.Errorf("tables are not written as %q", format)
}

type csvWriter struct{ w *csv.Writer }

// NewCSV writes CSV in UTF-8 with a byte-order mark, by which spreadsheet programs know it. Cells that such a program
// would run as a formula are defused with an apostrophe.
func NewCSV(w io.Writer) Writer {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString("\ufeff") // it is written with what follows
	return &csvWriter{csv.NewWriter(b)}
}

func (c *csvWriter) Header(columns []string) error {
	out := make([]string, len(columns))
	for i, s := range columns {
		out[i] = Defuse(s)
	}
	return c.w.Write(out)
}

func (c *csvWriter) Row(cells []any) error {
	out := make([]string, len(cells))
	for i, x := range cells {
		out[i] = Defuse(text(x))
	}
	return c.w.Write(out)
}

func (c *csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}

func text(x any) string {
	switch v := x.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(x)
}

const maxSheetRows = 1048576 // of an XLSX sheet, header included

type xlsxWriter struct {
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	row    int
}

// NewXLSX writes a workbook with one sheet. Texts are written as texts, numbers as numbers.
func NewXLSX(w io.Writer) (Writer, error) {
	f := excelize.NewFile()
	s, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	return &xlsxWriter{out: w, file: f, stream: s}, nil
}

func (x *xlsxWriter) Header(columns []string) error {
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = c
	}
	return x.Row(cells)
}

func (x *xlsxWriter) Row(cells []any) error {
	if x.row++; x.row > maxSheetRows {
		return refuse("export.rows", "max", maxSheetRows)
	}
	out := make([]any, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case nil, float64, int, bool:
			out[i] = v
		default:
			out[i] = text(v)
		}
	}
	return x.stream.SetRow(fmt.Sprintf("A%d", x.row), out)
}

func (x *xlsxWriter) Close() error {
	if err := x.stream.Flush(); err != nil {
		return err
	}
	if err := x.file.Write(x.out); err != nil {
		return err
	}
	return x.file.Close()
}

type jsonWriter struct {
	w       io.Writer
	columns []string
	rows    int
}

// NewJSON writes a JSON array with one object for each row.
func NewJSON(w io.Writer) Writer { return &jsonWriter{w: w} }

func (j *jsonWriter) Header(columns []string) error {
	j.columns = columns
	_, err := io.WriteString(j.w, "[")
	return err
}

func (j *jsonWriter) Row(cells []any) error {
	row := make(map[string]any, len(cells))
	for i, c := range cells {
		if c != nil {
			row[j.columns[i]] = c
		}
	}
	raw, err := json.Marshal(row)
	if err != nil {
		return err
	}
	sep := ",\n"
	if j.rows == 0 {
		sep = "\n"
	}
	j.rows++
	_, err = io.WriteString(j.w, sep+string(raw))
	return err
}

func (j *jsonWriter) Close() error {
	_, err := io.WriteString(j.w, "\n]\n")
	return err
}

package table

import (
	"archive/zip"
	"errors"
	"io"

	"github.com/xuri/excelize/v2"
)

type xlsxReader struct {
	file     *excelize.File
	rows     *excelize.Rows
	columns  []string
	from1904 bool
	row      int
}

// openXLSX opens a workbook. It looks at the sizes that the archive declares first, so that a bomb is refused before it
// is unpacked; unpacking stops at the declared sizes.
func openXLSX(r io.ReaderAt, size int64, o Options) (Reader, error) {
	if size > MaxXLSX {
		return nil, refuse("import.table.large", "max", MaxXLSX>>20)
	}
	if err := checkArchive(r, size); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(io.NewSectionReader(r, 0, size), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, refuse("import.table.workbook")
	}
	x := &xlsxReader{file: f}
	if err := x.begin(o.Sheet); err != nil {
		_ = x.Close()
		return nil, err
	}
	return x, nil
}

// maxDirectory is how many bytes of an archive may be read to learn what is in it: of a million entries nobody wants to know.
const maxDirectory = 4 << 20

var errDirectory = errors.New("the directory of the archive is too long")

// directory is an archive of which no more than left bytes can be read.
type directory struct {
	io.ReaderAt
	left int64
}

func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if d.left -= int64(len(p)); d.left < 0 {
		return 0, errDirectory
	}
	return d.ReaderAt.ReadAt(p, off)
}

func checkArchive(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(&directory{r, maxDirectory}, size)
	if errors.Is(err, errDirectory) {
		return refuse("import.table.bomb")
	}
	if err != nil {
		return refuse("import.table.workbook")
	}
	if len(z.File) > maxEntries {
		return refuse("import.table.bomb")
	}
	var total uint64
	book := false
	for _, f := range z.File {
		book = book || f.Name == "xl/workbook.xml"
		total += f.UncompressedSize64
		if f.UncompressedSize64 > 8<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio || total > maxUnzip {
			return refuse("import.table.bomb")
		}
	}
	if !book {
		return refuse("import.table.binary", "type", "ZIP")
	}
	return nil
}

func (x *xlsxReader) begin(sheet string) error {
	names := x.file.GetSheetList()
	if sheet == "" && len(names) > 0 {
		sheet = names[0]
	}
	if p, err := x.file.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		x.from1904 = *p.Date1904
	}
	rows, err := x.file.Rows(sheet)
	if err != nil {
		return refuse("import.table.sheet", "sheet", Safe(sheet))
	}
	x.rows = rows
	if !rows.Next() {
		return refuse("import.table.empty")
	}
	header, err := rows.Columns()
	if err != nil || len(header) == 0 {
		return refuse("import.table.empty")
	}
	x.columns, err = checkHeader(header)
	return err
}

func (x *xlsxReader) Columns() []string     { return x.columns }
func (x *xlsxReader) Serials() (bool, bool) { return true, x.from1904 }

func (x *xlsxReader) Close() error {
	if x.rows != nil {
		_ = x.rows.Close()
	}
	return x.file.Close()
}

func (x *xlsxReader) Next() (Row, error) {
	for x.rows.Next() {
		cells, err := x.rows.Columns()
		if err != nil {
			return Row{}, refuse("import.table.workbook")
		}
		if blank(cells) {
			continue
		}
		x.row++
		row := Row{Number: x.row}
		if len(cells) > len(x.columns) && !blank(cells[len(x.columns):]) {
			row.Problem = refuse("import.row.cells", "n", len(cells), "want", len(x.columns))
			row.Problem.Row = x.row
		}
		row.Cells = make([]string, len(x.columns))
		copy(row.Cells, cells)
		for _, c := range cells {
			if len(c) > MaxField {
				return Row{}, refuse("import.table.field", "max", MaxField>>20)
			}
		}
		return row, nil
	}
	if x.rows.Error() != nil {
		return Row{}, refuse("import.table.workbook")
	}
	return Row{}, io.EOF
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

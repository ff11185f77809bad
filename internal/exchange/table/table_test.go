package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

func open(t testing.TB, content []byte) (Reader, error) {
	t.Helper()
	return Open(bytes.NewReader(content), int64(len(content)), Options{})
}

func all(t testing.TB, r Reader) (rows [][]string, problems []string) {
	t.Helper()
	for {
		row, err := r.Next()
		if err == io.EOF {
			return rows, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		if row.Problem != nil {
			problems = append(problems, fmt.Sprintf("%d %s", row.Number, row.Problem.Key))
			continue
		}
		rows = append(rows, slices.Clone(row.Cells))
	}
}

func encode(t *testing.T, e interface{ Bytes([]byte) ([]byte, error) }, s string) []byte {
	t.Helper()
	b, err := e.Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodingsAndDialects(t *testing.T) {
	want := [][]string{{"Côte", "two\nlines", `a "quote"`}, {"é", "", "3"}}
	text := "place,note,value\r\nCôte,\"two\nlines\",\"a \"\"quote\"\"\"\r\né,,3\r\n"
	for name, content := range map[string][]byte{
		"UTF-8":             []byte(text),
		"with mark":         []byte("\ufeff" + text),
		"UTF-16 LE":         encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), text),
		"UTF-16 BE":         encode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(), text),
		"Windows-1252":      encode(t, charmap.Windows1252.NewEncoder(), text),
		"semicolons":        []byte(strings.ReplaceAll(text, ",", ";")),
		"tabs":              []byte(strings.ReplaceAll(text, ",", "\t")),
		"no last line end":  []byte(strings.TrimSuffix(text, "\r\n")),
		"line feeds":        []byte(strings.ReplaceAll(text, "\r\n", "\n")),
		"blank lines after": []byte(text + "\r\n\r\n"),
	} {
		r, err := open(t, content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows, problems := all(t, r)
		if !slices.EqualFunc(rows, want, slices.Equal[[]string]) || len(problems) > 0 || r.Columns()[0] != "place" {
			t.Errorf("%s: %q, %v", name, rows, problems)
		}
	}
}

// endless is a line without an end.
type endless struct{ size int64 }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	if off >= e.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.size-off))
	for i := range n {
		p[i] = 'x'
	}
	if off == 0 {
		copy(p, "a,b\n")
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func TestRefusedTables(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("c,", 10_000_000), ",")
	random := make([]byte, 4096)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range random {
		random[i] = byte(rng.IntN(256))
	}
	for name, c := range map[string]struct {
		content []byte
		key     string
	}{
		"empty":              {nil, "import.table.empty"},
		"random bytes":       {random, "import.table.binary"},
		"a picture":          {[]byte("\x89PNG\r\n\x1a\n....."), "import.table.binary"},
		"a PDF":              {[]byte("%PDF-1.7\n"), "import.table.binary"},
		"a web page":         {[]byte("<!DOCTYPE html><html>"), "import.table.binary"},
		"an archive":         {zipped(t, map[string][]byte{"a.txt": []byte("x")}), "import.table.binary"},
		"a broken workbook":  {[]byte("PK\x03\x04 nothing else"), "import.table.workbook"},
		"a bomb":             {zipped(t, map[string][]byte{"xl/workbook.xml": make([]byte, 64<<20)}), "import.table.bomb"},
		"10,000,000 columns": {[]byte(many + "\n"), "import.table.columns"},
		"twice the same":     {[]byte("a,b,a\n1,2,3\n"), "import.table.double"},
	} {
		r, err := open(t, c.content)
		var p *Problem
		if !errors.As(err, &p) || p.Key != c.key {
			t.Errorf("%s: %v, %v; want %s", name, r, err, c.key)
		}
	}
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHugeLine(t *testing.T) {
	const size, most = 200 << 20, 24 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := Open(endless{size}, size, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var p *Problem
	if _, err := r.Next(); !errors.As(err, &p) || p.Key != "import.table.line" {
		t.Errorf("a line of 200 MB: %v", err)
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > most {
		t.Errorf("a line of 200 MB takes %d MB of memory", (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}

func TestBrokenRowsStandAlone(t *testing.T) {
	r, err := open(t, []byte("a,b\n1,2\n1,2,3\n1\n\xff\xfe,2\n5,6\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows, problems := all(t, r)
	// Bytes that are not UTF-8 make the whole file Windows-1252, where they are letters.
	if len(rows) != 3 || len(problems) != 2 {
		t.Errorf("%q %v", rows, problems)
	}
}

func TestXLSXDates(t *testing.T) {
	f := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "day", "B1": "n", "A2": 45321, "B2": 2.5, "A3": "2024-02-03", "B3": "=1+1"} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	r, err := open(t, b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, _ := all(t, r)
	if yes, _ := r.Serials(); !yes || len(rows) != 2 || rows[0][0] != "45321" || rows[0][1] != "2.5" {
		t.Errorf("%q", rows)
	}
}

// TestRoundTrip: what is written is read again, but for the apostrophe before what a spreadsheet would run.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.RuneFrom([]rune("ab,;\"\n\t=+-@é漢 '1.|")))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 20).Draw(t, "rows")
		var b bytes.Buffer
		w := NewCSV(&b)
		if err := w.Header([]string{"x", "y", "z"}); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if err := w.Row([]any{r[0], r[1], r[2]}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), Options{Delimiter: ","})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range rows {
			row, err := r.Next()
			if err != nil || row.Problem != nil {
				t.Fatal(err, row.Problem)
			}
			for i := range want {
				if row.Cells[i] != Defuse(want[i]) {
					t.Fatalf("%q was written, %q read", want[i], row.Cells[i])
				}
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) { // whatever comes, no panic
		content := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		r, err := Open(bytes.NewReader(content), int64(len(content)), Options{})
		for err == nil {
			_, err = r.Next()
		}
	})
}

func TestDefuse(t *testing.T) {
	for s, want := range map[string]string{"=1+1": "'=1+1", "@x": "'@x", "-5.2": "-5.2", "+44": "+44", "-cmd": "'-cmd", "x=1": "x=1", "": "", "\t=1": "'\t=1"} {
		if got := Defuse(s); got != want {
			t.Errorf("Defuse(%q) = %q", s, got)
		}
	}
}

func BenchmarkCSV(b *testing.B) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "data", "connecticut-overdose-deaths", "deaths-2012-2016.csv"))
	if err != nil {
		b.Skipf("the table is not beside the project: %v", err)
	}
	rows := 0
	for b.Loop() {
		r, err := Open(bytes.NewReader(raw), int64(len(raw)), Options{})
		for err == nil {
			_, err = r.Next()
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

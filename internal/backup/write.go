package backup

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"unicode/utf8"
)

// compression is where the file is a tenth larger than at best and written three times as fast.
const compression = 3

// Writer writes a backup as it comes. Its memory is that of the longest row.
type Writer struct {
	out   io.Writer
	whole hash.Hash
	gz    *gzip.Writer
	line  bytes.Buffer
	enc   *json.Encoder
	table string
	rows  int64
	sum   hash.Hash
}

// NewWriter begins a backup with its manifest.
func NewWriter(out io.Writer, m *Manifest) (*Writer, error) {
	w := &Writer{out: out, whole: sha256.New(), sum: sha256.New()}
	var err error
	if w.gz, err = gzip.NewWriterLevel(io.MultiWriter(out, w.whole), compression); err != nil {
		return nil, err
	}
	w.enc = json.NewEncoder(&w.line)
	w.enc.SetEscapeHTML(false)
	m.Format, m.Version = Format, Version
	return w, w.write(m)
}

func (w *Writer) write(v any) error {
	w.line.Reset()
	if err := w.enc.Encode(v); err != nil {
		return err
	}
	w.sum.Write(w.line.Bytes())
	_, err := w.gz.Write(w.line.Bytes())
	return err
}

// Begin begins a table.
func (w *Writer) Begin(h Header) error {
	w.table, w.rows = h.Table, 0
	w.sum.Reset()
	return w.write(h)
}

// binary carries what is not UTF-8.
type binary struct {
	Base64 []byte `json:"base64"`
}

// Row writes a row: int64, float64, string, []byte or nil for each column. It changes values.
func (w *Writer) Row(values []any) error {
	for i, v := range values {
		switch v := v.(type) {
		case []byte:
			values[i] = portable(v)
		case string:
			if !utf8.ValidString(v) {
				values[i] = binary{[]byte(v)}
			}
		}
	}
	w.rows++
	return w.write(values)
}

// portable returns bytes as a string where they are text, since text is compressed far better than its base64.
func portable(b []byte) any {
	if utf8.Valid(b) {
		return string(b)
	}
	return binary{b}
}

// End ends a table and returns how many rows it has.
func (w *Writer) End() (int64, error) {
	return w.rows, w.write(footer{End: w.table, Rows: w.rows, SHA256: hex.EncodeToString(w.sum.Sum(nil))})
}

// Close ends the backup and seals it. Without it the file is not one.
func (w *Writer) Close() error {
	if err := w.gz.Close(); err != nil {
		return err
	}
	_, err := w.out.Write(seal([sha256.Size]byte(w.whole.Sum(nil))))
	return err
}

package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
)

// maxLine bounds a row, so that a file that was made to do harm does not fill the memory.
const maxLine = 512 << 20

// Reader reads a backup and checks everything that it passes. Every error says where it stands.
type Reader struct {
	Manifest Manifest

	raw   io.Reader // the compressed bytes before the seal, hashed as they are read
	whole hash.Hash
	file  io.ReaderAt
	size  int64
	gz    *gzip.Reader
	lines *bufio.Reader
	buf   []byte
	table *Header
	rows  int64
	sum   hash.Hash
	done  map[string]bool
}

// NewReader reads the manifest of a file of the size.
func NewReader(file io.ReaderAt, size int64) (*Reader, error) {
	r := &Reader{file: file, size: size, whole: sha256.New(), sum: sha256.New(), done: map[string]bool{}}
	r.raw = bufio.NewReader(io.TeeReader(io.NewSectionReader(file, 0, max(size-sealSize, 0)), r.whole))
	var err error
	if r.gz, err = gzip.NewReader(r.raw); err != nil {
		return nil, fmt.Errorf("%w: it is not a backup of Tocsin", ErrFile)
	}
	r.gz.Multistream(false)
	r.lines = bufio.NewReaderSize(r.gz, 64<<10)
	line, err := r.line()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := json.Unmarshal(line, &r.Manifest); err != nil || r.Manifest.Format != Format {
		return nil, fmt.Errorf("%w: it is not a backup of Tocsin", ErrFile)
	}
	if v := r.Manifest.Version; v != Version {
		return nil, fmt.Errorf("%w: its format is %d, made by Tocsin %s; this program reads format %d", ErrFile, v, r.Manifest.Tocsin, Version)
	}
	return r, nil
}

// where says how far reading came.
func (r *Reader) where() string {
	switch {
	case r.table != nil:
		return fmt.Sprintf("in table %s after row %d", r.table.Table, r.rows)
	case len(r.done) > 0:
		return fmt.Sprintf("after %d of %d tables", len(r.done), len(r.Manifest.Tables))
	}
	return "at its beginning"
}

func (r *Reader) bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s, %s", ErrFile, fmt.Sprintf(format, args...), r.where())
}

// line returns the next line with its end. It is good until the next call.
func (r *Reader) line() ([]byte, error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.lines.ReadSlice('\n')
		r.buf = append(r.buf, part...)
		switch {
		case err == nil:
			return r.buf, nil
		case errors.Is(err, bufio.ErrBufferFull) && len(r.buf) < maxLine:
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, r.bad("it is altered: a row has no end")
		case errors.Is(err, io.EOF) && len(r.buf) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, r.bad("it is truncated")
		default:
			return nil, r.bad("it is altered (%v)", err)
		}
	}
}

// Next returns the next table. At the end it checks the seal and that no table is missing, and returns io.EOF.
func (r *Reader) Next() (*Header, error) {
	line, err := r.line()
	if errors.Is(err, io.EOF) {
		return nil, r.finish()
	}
	if err != nil {
		return nil, err
	}
	h := &Header{}
	if err := json.Unmarshal(line, h); err != nil || h.Table == "" || len(h.Columns) == 0 || len(h.Types) != len(h.Columns) || r.done[h.Table] {
		return nil, r.bad("it is altered: no table where one is due")
	}
	r.sum.Reset()
	r.sum.Write(line)
	r.table, r.rows = h, 0
	return h, nil
}

// Row returns the table's next row, as the types of its columns say, and io.EOF after the last when the rows are those
// that were written.
func (r *Reader) Row() ([]any, error) {
	line, err := r.line()
	if errors.Is(err, io.EOF) {
		return nil, r.bad("it is truncated")
	}
	if err != nil {
		return nil, err
	}
	if line[0] == '{' {
		return nil, r.endTable(line)
	}
	r.sum.Write(line)
	values, err := r.decode(line)
	if err != nil {
		return nil, err
	}
	r.rows++
	return values, nil
}

func (r *Reader) endTable(line []byte) error {
	var f footer
	if err := json.Unmarshal(line, &f); err != nil || f.End != r.table.Table {
		return r.bad("it is altered: no end where one is due")
	}
	if promised := r.Manifest.Rows(f.End); f.Rows != r.rows || promised != r.rows {
		return r.bad("it is altered: %d rows are promised", promised)
	}
	if hex.EncodeToString(r.sum.Sum(nil)) != f.SHA256 {
		return r.bad("it is altered: the hash of the rows is not the one that was written")
	}
	r.done[f.End], r.table = true, nil
	return io.EOF
}

func (r *Reader) decode(line []byte) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil || len(cells) != len(r.table.Columns) {
		return nil, r.bad("it is altered: not a row of %d columns", len(r.table.Columns))
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		v, err := value(r.table.Types[i], c)
		if err != nil {
			return nil, r.bad("it is altered: column %s (%v)", r.table.Columns[i], err)
		}
		values[i] = v
	}
	return values, nil
}

func value(kind string, cell json.RawMessage) (any, error) {
	if bytes.Equal(cell, []byte("null")) {
		return nil, nil
	}
	switch kind {
	case Int:
		return strconv.ParseInt(string(cell), 10, 64)
	case Float:
		return strconv.ParseFloat(string(cell), 64)
	case Text, Bytes:
	default:
		return nil, fmt.Errorf("unknown type %q", kind)
	}
	var b binary
	if cell[0] == '{' {
		if err := json.Unmarshal(cell, &b); err != nil {
			return nil, err
		}
	} else {
		var s string
		if err := json.Unmarshal(cell, &s); err != nil {
			return nil, err
		}
		if kind == Text {
			return s, nil
		}
		b.Base64 = []byte(s)
	}
	if kind == Text {
		return string(b.Base64), nil
	}
	return b.Base64, nil
}

// finish checks what is left when the last table has been read.
func (r *Reader) finish() error {
	for _, t := range r.Manifest.Tables {
		if !r.done[t.Table] {
			return r.bad("it is altered: table %s is missing", t.Table)
		}
	}
	if _, err := io.Copy(io.Discard, r.raw); err != nil {
		return r.bad("it cannot be read (%v)", err)
	}
	last := make([]byte, sealSize)
	if n, err := r.file.ReadAt(last, r.size-sealSize); n != sealSize {
		return r.bad("its seal cannot be read (%v)", err)
	}
	if !bytes.Equal(last, seal([sha256.Size]byte(r.whole.Sum(nil)))) {
		return r.bad("it is altered: the hash of the whole file is not the one that was written")
	}
	return io.EOF
}

// Check reads a whole file and returns its manifest, or says what is wrong with it and where.
func Check(file io.ReaderAt, size int64) (*Manifest, error) {
	r, err := NewReader(file, size)
	if err != nil {
		return nil, err
	}
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			return &r.Manifest, nil
		}
		for err == nil {
			_, err = r.Row()
		}
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
}

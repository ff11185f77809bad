package backup

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

// file writes a backup with one table of the rows.
func file(t interface{ Fatal(...any) }, rows [][]any) []byte {
	var b bytes.Buffer
	w, err := NewWriter(&b, &Manifest{Schema: 2, Tocsin: "test", Tables: []Rows{{"things", int64(len(rows))}}})
	if err == nil {
		err = w.Begin(Header{Table: "things", Columns: []string{"n", "x", "s", "b"}, Types: []string{Int, Float, Text, Bytes}})
	}
	for _, r := range rows {
		if err == nil {
			err = w.Row(append([]any(nil), r...))
		}
	}
	if err == nil {
		_, err = w.End()
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func check(b []byte) error {
	_, err := Check(bytes.NewReader(b), int64(len(b)))
	return err
}

// TestRoundTrip: what is written is read, whatever it is.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []any {
			text := rapid.String().Draw(t, "s")
			if rapid.Bool().Draw(t, "broken") {
				text += "\xff\x00" + text
			}
			x := rapid.Float64().Filter(func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) })
			return []any{rapid.Int64().Draw(t, "n"), x.Draw(t, "x"), text, append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(t, "b")...)}
		}), 0, 20).Draw(t, "rows")
		b := file(t, rows)
		if err := check(b); err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		for _, want := range rows {
			if got, err := r.Row(); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%#v became %#v: %v", want, got, err)
			}
		}
	})
}

var some = [][]any{{int64(1), 0.5, "one", []byte("1")}, {int64(2), 1.5, "two", []byte{0xff}}, {int64(3), 2.5, strings.Repeat("three ", 40), []byte("3")}}

// TestEveryByteCounts: a file in which any byte is another, or which is cut anywhere or longer, is refused.
func TestEveryByteCounts(t *testing.T) {
	whole := file(t, some)
	for i := range whole {
		for _, flip := range []byte{0x01, 0x20, 0x80} {
			b := bytes.Clone(whole)
			b[i] ^= flip
			if err := check(b); !errors.Is(err, ErrFile) {
				t.Errorf("byte %d of %d altered: %v", i, len(whole), err)
			}
		}
		if err := check(whole[:i]); !errors.Is(err, ErrFile) {
			t.Errorf("cut at %d of %d: %v", i, len(whole), err)
		}
	}
	if err := check(append(bytes.Clone(whole), 0)); !errors.Is(err, ErrFile) {
		t.Errorf("one byte more: %v", err)
	}
}

// TestAnybodyReadsIt: the file is plain gzip, its seal included.
func TestAnybodyReadsIt(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(file(t, some)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || strings.Count(string(text), "\n") != 1+1+3+1 {
		t.Fatalf("%v\n%s", err, text)
	}
}

// TestWhatIsWrongIsNamed: the message says what is wrong and where.
func TestWhatIsWrongIsNamed(t *testing.T) {
	edit := func(from, to string) []byte { // written again with another text, and sealed
		z, err := gzip.NewReader(bytes.NewReader(file(t, some)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w, err := NewWriter(&b, &Manifest{})
		if err != nil {
			t.Fatal(err)
		}
		b.Reset()
		w.whole.Reset()
		w.gz.Reset(io.MultiWriter(&b, w.whole))
		if _, err := io.WriteString(w.gz, strings.Replace(string(text), from, to, 1)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if err := check(edit("", "")); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ from, to, says string }{
		{`"version":1`, `"version":2`, "its format is 2, made by Tocsin test; this program reads format 1"},
		{`"tocsin-backup"`, `"x"`, "not a backup of Tocsin"},
		{`"two"`, `"tw"`, "the hash of the rows is not the one that was written, in table things after row 3"},
		{`[2,`, `["2",`, "column n"},
		{`[2,1.5,"two",`, `[2,`, "not a row of 4 columns, in table things after row 1"},
		{`"rows":3}]`, `"rows":4}]`, "4 rows are promised"},
		{`"rows":3}]`, `"rows":3},{"table":"others","rows":0}]`, "table others is missing"},
		{`{"end":"things"`, `{"end":"other"`, "no end where one is due"},
	} {
		if err := check(edit(x.from, x.to)); err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s for %s: %v", x.to, x.from, err)
		}
	}
	whole := file(t, some)
	if err := check(whole[:len(whole)/2]); err == nil || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("cut in the middle: %v", err)
	}
}

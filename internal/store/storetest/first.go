package storetest

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"
)

// LoadFirst runs the statements of a file that holds what the first program had written. Its byte strings are b'text' or
// x'hexadecimal', which each engine writes in its own way.
func LoadFirst(t testing.TB, db *sql.DB, engine, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(context.Background(), "DELETE FROM meta"); err != nil {
		t.Fatal(err)
	}
	for _, q := range statements(string(raw), engine) {
		if _, err := db.ExecContext(context.Background(), q); err != nil {
			t.Fatalf("%v: %.200s", err, q)
		}
	}
}

// statements splits a file and words its byte strings.
func statements(text, engine string) (list []string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == ';':
			list = append(list, b.String())
			b.Reset()
		case c == '\'' || (c == 'b' || c == 'x') && i+1 < len(text) && text[i+1] == '\'':
			kind := byte(0)
			if c != '\'' {
				kind, i = c, i+1
			}
			end := closing(text, i)
			b.WriteString(literal(kind, text[i:end], engine))
			i = end - 1
		default:
			b.WriteByte(c)
		}
	}
	return list
}

// closing returns the place after the string literal that begins at i.
func closing(text string, i int) int {
	for i++; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return i
}

func literal(kind byte, quoted, engine string) string {
	switch {
	case kind == 'b' && engine == "postgres":
		return "convert_to(" + quoted + ", 'UTF8')"
	case kind == 'b':
		return "CAST(" + quoted + " AS BLOB)"
	case kind == 'x' && engine == "postgres":
		return `'\x` + quoted[1:]
	case kind == 'x':
		return "x" + quoted
	}
	return quoted
}

package store

import (
	"context"
	"fmt"
	"strings"
)

// insert writes rows of width values each, many to a statement. The values of a column are all of one type.
func (t *Tx) insert(ctx context.Context, into, conflict string, width int, values []any) error {
	if t.s.e.arrays {
		return t.insertArrays(ctx, into, conflict, width, values)
	}
	return t.insertRows(ctx, into, conflict, width, values)
}

// rowsPerInsert bounds how many rows one statement inserts; a statement has at most 32766 parameters on SQLite.
const rowsPerInsert = 100

func (t *Tx) insertRows(ctx context.Context, into, conflict string, width int, values []any) error {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", width), ",") + ")"
	for len(values) > 0 {
		n := min(len(values)/width, rowsPerInsert)
		if n < rowsPerInsert { // few statements of odd sizes, so that they stay prepared
			n = 1 << (bits(n) - 1)
		}
		q := "INSERT INTO " + into + " VALUES " + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + conflict
		if _, err := t.exec(ctx, q, values[:n*width]...); err != nil {
			return err
		}
		values = values[n*width:]
	}
	return nil
}

func bits(n int) (b int) {
	for ; n > 0; n >>= 1 {
		b++
	}
	return b
}

// arrayBytes bounds what one statement of insertArrays carries.
const arrayBytes = 8 << 20

// insertArrays passes each column as one array: the server neither parses nor plans more for more rows.
func (t *Tx) insertArrays(ctx context.Context, into, conflict string, width int, values []any) error {
	for len(values) > 0 {
		n, size := 0, 0
		for n < len(values) && size < arrayBytes {
			for _, v := range values[n : n+width] {
				size += length(v)
			}
			n += width
		}
		columns, parameters, err := arraysOf(width, values[:n])
		if err != nil {
			return fmt.Errorf("inserting into %s: %w", into, err)
		}
		if _, err := t.exec(ctx, "INSERT INTO "+into+" SELECT * FROM unnest("+strings.Join(parameters, ", ")+")"+conflict, columns...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// arraysOf turns rows of width values into columns, and returns the parameters that stand for them, typed. It is an error
// when the values of a column differ in type or are of none that the schema has.
func arraysOf(width int, values []any) (columns []any, parameters []string, err error) {
	for c := range width {
		var column any
		var of string
		ok := false
		switch values[c].(type) {
		case string:
			of = "text"
			column, ok = columnOf[string](c, width, values)
		case int64:
			of = "bigint"
			column, ok = columnOf[int64](c, width, values)
		case float64:
			of = "float8"
			column, ok = columnOf[float64](c, width, values)
		case []byte:
			of = "bytea"
			column, ok = columnOf[[]byte](c, width, values)
		}
		if !ok {
			return nil, nil, fmt.Errorf("column %d holds a %T among others", c+1, values[c])
		}
		columns, parameters = append(columns, column), append(parameters, "CAST(? AS "+of+"[])")
	}
	return columns, parameters, nil
}

// columnOf returns the column c of rows of width values, and whether all of it is of the type T.
func columnOf[T any](c, width int, values []any) ([]T, bool) {
	out := make([]T, 0, len(values)/width)
	for i := c; i < len(values); i += width {
		v, ok := values[i].(T)
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

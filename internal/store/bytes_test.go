package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"tocsin/internal/journal"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// stored are the columns in which a change, and what vouches for it, is kept: how a row is found, and of what type they are.
var stored = []struct{ table, key, column, kind string }{
	{"journal", "seq", "payload", "bytes"}, {"journal", "seq", "at", "number"}, {"journal", "seq", "actor", "text"}, {"journal", "seq", "type", "text"},
	{"journal", "seq", "subject", "text"}, {"journal", "seq", "version", "number"}, {"journal", "seq", "action", "text"}, {"journal", "seq", "seq", "number"},
	{"journal_hash", "idx", "hash", "bytes"}, {"journal_hash", "idx", "idx", "number"}, {"checkpoint", "size", "note", "text"}, {"checkpoint", "size", "size", "number"},
	{"record", "id", "seq", "number"}, {"record", "id", "id", "text"},
}

// TestEveryByteCounts flips a random bit in each column of random rows: verifying finds it, and finds nothing when it is
// put back.
func TestEveryByteCounts(t *testing.T) {
	tries := 40
	if testing.Short() {
		tries = 2
	}
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		rng := rand.New(rand.NewPCG(31, 32))
		for i := range 9 {
			err := s.Write(ctx, func(tx *store.Tx) error {
				tx.Append(journal.Entry{Actor: "somebody", Type: "receipt", Subject: "señor", Action: "acknowledge", Payload: []byte("{}")})
				return put(tx, fmt.Sprint("r", i), []sharing.Token{sharing.Public})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		whole := func() bool {
			t.Helper()
			v, err := s.Verify(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return len(v.Problems) == 0
		}
		for _, c := range stored {
			for range tries {
				put, back, what := flip(t, s, rng, c.table, c.key, c.column, c.kind)
				if put(); whole() {
					t.Errorf("%s in %s.%s is not noticed", what, c.table, c.column)
				}
				back()
			}
			if !whole() {
				t.Fatalf("%s.%s was put back, and yet it does not verify", c.table, c.column)
			}
		}
	})
}

// flip prepares a change of one bit of a random row's column, and its undoing.
func flip(t *testing.T, s *store.Store, rng *rand.Rand, table, key, column, kind string) (put, back func(), what string) {
	t.Helper()
	ctx, db := context.Background(), s.DB()
	var rows int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	var id any
	var was, changed any
	at := fmt.Sprintf(" FROM %s ORDER BY %s LIMIT 1 OFFSET %d", table, key, rng.IntN(rows))
	scan := func(into any) {
		t.Helper()
		if err := db.QueryRowContext(ctx, "SELECT "+key+", "+column+at).Scan(&id, into); err != nil {
			t.Fatal(err)
		}
	}
	switch kind {
	case "number":
		var n int64
		scan(&n)
		bit := rng.IntN(40)
		if key == column { // not another row's
			bit = 8 + rng.IntN(32)
		}
		was, changed, what = n, n^1<<bit, fmt.Sprintf("%d with bit %d flipped", n, bit)
	case "bytes":
		var b []byte
		scan(&b)
		i := rng.IntN(len(b))
		other := append([]byte(nil), b...)
		other[i] ^= 1 << rng.IntN(8)
		was, changed, what = b, other, fmt.Sprintf("byte %d of %d", i, len(b))
	case "text":
		var text string
		scan(&text)
		i := rng.IntN(len(text))
		for text[i] >= 0x80 { // what is no text PostgreSQL refuses by itself
			i = rng.IntN(len(text))
		}
		other := []byte(text)
		for other[i] == text[i] {
			other[i] = byte(32 + rng.IntN(95))
			if key == column {
				other[i] = byte('A' + rng.IntN(26))
			}
		}
		was, changed, what = text, string(other), fmt.Sprintf("letter %d of %q", i, text)
	}
	if b, ok := id.([]byte); ok {
		id = string(b)
	}
	update := func(from, to any) {
		where, args := key, []any{to, id}
		if key == column {
			args[1] = from
		}
		q := "UPDATE " + table + " SET " + column + " = ? WHERE " + where + " = ?"
		if s.Engine() == "postgres" {
			q = dollar(q)
		}
		res, err := db.ExecContext(ctx, q, args...)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			t.Fatalf("%s: %d rows, %v", what, n, err)
		}
	}
	return func() { update(was, changed) }, func() { update(changed, was) }, what
}

package store

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/internal/journal"
	"tocsin/internal/store/storetest"
)

// cut is a tap that loses the server once, at the n-th time of a moment.
type cut struct {
	moment string
	left   atomic.Int32
}

func (c *cut) at(moment string) error {
	if moment == c.moment && c.left.Add(-1) == 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// lose arms the tap.
func (c *cut) lose(moment string, n int32) { c.moment = moment; c.left.Store(n) }

// TestServerLost: whatever the moment at which PostgreSQL goes away, what is answered is the truth, and nothing is done twice.
func TestServerLost(t *testing.T) {
	ctx := context.Background()
	address := storetest.Postgres(t)
	c := &cut{}
	defer tapped(c.at)()
	s, err := Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	calls := 0
	write := func(entries int) error {
		calls = 0
		return s.Write(ctx, func(tx *Tx) error {
			calls++
			for range entries {
				tx.Append(journal.Entry{Actor: "a", Type: "test", Subject: "s", Action: "x", Payload: []byte("{}")})
			}
			return tx.SetMeta(ctx, "test", "x")
		})
	}
	size := int64(0)
	for _, x := range []struct {
		name, moment string
		n            int32
		entries      int
		want         error
		grows        int64
	}{
		{"before it began", begun, 1, 1, nil, 1},
		{"while the place of the writer is taken", beforeQuery, 1, 1, nil, 1},
		{"in the middle", afterExec, 1, 1, ErrAway, 0},
		{"when it was to commit", beforeCommit, 1, 2, ErrAway, 0},
		{"when it had committed", afterCommit, 1, 2, nil, 2},
		{"when it had committed what is in no journal", afterCommit, 1, 0, ErrDoubtful, 0},
	} {
		c.lose(x.moment, x.n)
		if err := write(x.entries); !errors.Is(err, x.want) || x.want == nil && err != nil {
			t.Errorf("lost %s: %v, want %v", x.name, err, x.want)
		}
		if calls != 1 {
			t.Errorf("lost %s: called %d times", x.name, calls)
		}
		if c.left.Load() > 0 {
			t.Errorf("lost %s: it was not", x.name)
		}
		size += x.grows
		c.lose(beforeQuery, 1) // reading is asked again
		if n, err := s.Read().JournalSize(ctx); err != nil || n != size {
			t.Errorf("lost %s: the journal holds %d, want %d: %v", x.name, n, size, err)
		}
	}
	if v, err := s.Verify(ctx); err != nil || len(v.Problems) > 0 {
		t.Errorf("%v, %v", v, err)
	}
}

// TestWhoseFault: an error is the server's absence or is not.
func TestWhoseFault(t *testing.T) {
	ctx := context.Background()
	if _, err := Open(ctx, "postgres://nobody@127.0.0.1:1/x"); err == nil || !Waits(err) {
		t.Errorf("a server that is not there: %v", err)
	}
	address := storetest.Postgres(t)
	if _, err := Open(ctx, strings.Replace(address, "?", "_nothing?", 1)); err == nil || Waits(err) {
		t.Errorf("a database that is not there: %v", err)
	}
	s, err := Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.w.ExecContext(ctx, "SELECT nonsense"); err == nil || isAway(err) {
		t.Errorf("a wrong statement: %v", err)
	}
	if _, err := s.w.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid())"); err == nil || !isAway(err) {
		t.Errorf("a connection that the server ends: %v", err)
	}
}

// TestWritersLeaveRoom: writers that wait for their turn do not keep the one whose turn it is from reading.
func TestWritersLeaveRoom(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, err := Open(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		const writers = 60
		failed := make(chan error, writers)
		for range writers {
			go func() {
				failed <- s.Write(ctx, func(tx *Tx) error {
					tx.Append(journal.Entry{Actor: "a", Type: "test", Subject: "s", Action: "x", Payload: []byte("{}")})
					_, err := s.Read().Meta(ctx, "writer")
					return err
				})
			}()
		}
		for range writers {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
	})
}

package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrAway is wrapped when the database could not be reached, or was lost on the way: nothing was written.
var ErrAway = errors.New("the database cannot be reached")

// ErrDoubtful is wrapped when the database was lost while it committed, and did not come back in time to be asked what
// became of it: the change is there whole or not at all.
var ErrDoubtful = errors.New("the database was lost while it committed")

// ErrFull is wrapped when the disk of the database, or what it may hold of it, is full: nothing was written.
var ErrFull = errors.New("the disk of the database is full")

// patience is how long what can be asked again waits for a database that is away: a standby may be taking its place.
const patience = 10 * time.Second

// The pauses between two tries to reach the database.
const (
	firstPause = 25 * time.Millisecond
	lastPause  = 500 * time.Millisecond
)

// again calls f until the database answers it, and gives up when the database has been away for too long. f is a question
// that may be asked twice. What it gives up with wraps ErrAway.
func (s *Store) again(ctx context.Context, f func() error) error {
	var until time.Time
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := f()
		if err == nil || ctx.Err() != nil || !isAway(err) {
			return lost(ctx, err)
		}
		s.renew()
		if until.IsZero() {
			until = time.Now().Add(patience)
		} else if time.Now().Add(pause).After(until) {
			return fmt.Errorf("%w: %w", ErrAway, err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// lost marks an error that says that the database went away in the middle of a transaction, or that its disk is full.
func lost(ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, ErrAway), errors.Is(err, ErrFull):
	case isFull(err):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case ctx.Err() == nil && isAway(err):
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return err
}

// isFull reports whether an error says that there is no room left for what was to be written.
func isFull(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == "53100"
	}
	var l *sqlitedriver.Error
	return errors.As(err, &l) && l.Code()&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC)
}

// isAway reports whether an error says that the server is not there, has gone, or is one that may not be written to, and
// nothing about what it was asked.
func isAway(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		switch p.Code {
		case "57P01", "57P02", "57P03", // it is being stopped, has crashed, is starting
			"25006", // it is a standby
			"53300": // it has no connection left
			return true
		}
		return strings.HasPrefix(p.Code, "08")
	}
	var c *pgconn.ConnectError
	var n net.Error
	return errors.As(err, &c) || errors.As(err, &n) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}

// Waits reports whether an error of Open says that the database is away, so that a server which is starting may wait for
// it. A wrong password or name is no such error.
func Waits(err error) bool { return isAway(err) }

// renew drops the connections that nobody uses: they lead to a server that has gone or may not be written to any more.
func (s *Store) renew() {
	if s.e.name != "postgres" {
		return
	}
	s.w.SetMaxIdleConns(0)
	s.w.SetMaxIdleConns(postgresWriters)
	s.r.SetMaxIdleConns(0)
	s.r.SetMaxIdleConns(s.e.readLimit)
}

// settle finds out what became of a transaction whose commit was not answered. It takes the single writer's place, so
// that the transaction has ended, and looks for the hash of its last entry. It returns nil when the transaction is
// there, ErrAway when it is not, and ErrDoubtful when that cannot be told.
func (t *Tx) settle(ctx context.Context, cause error) error {
	if t.flushed == 0 {
		return fmt.Errorf("%w: %w", ErrDoubtful, cause)
	}
	there := false
	err := t.s.again(ctx, func() error {
		now, err := t.s.begin(ctx)
		if err != nil {
			return err
		}
		var h []byte
		if err = now.row(ctx, `SELECT hash FROM journal_hash WHERE idx = ?`, []any{t.lastIndex}, &h); err == ErrNotFound {
			err = nil
		}
		there = bytes.Equal(h, t.lastHash[:])
		return errors.Join(err, rollback(now.tx))
	})
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDoubtful, cause)
	case !there:
		return fmt.Errorf("%w: %w", ErrAway, cause)
	}
	return nil
}

// Package store keeps records, their history and what is derived from them in SQLite or PostgreSQL, with one set of
// statements. It knows tokens, facets and cells; what they mean is decided above.
package store

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/journal"
	"tocsin/internal/sharing"
)

// ErrNotFound is returned when nothing of that name is stored.
var ErrNotFound = errors.New("not found")

// Store is an open database. It holds no truth in memory: several processes may use the same one.
type Store struct {
	w, r    *sql.DB
	e       engine
	buckets sync.Map     // bucketKey → int64; a bucket's number never changes while the database goes on as it is
	line    atomic.Value // the timeline of PostgreSQL that the buckets were read on
	terms   sync.Map     // token → its word in the full-text index
	ready   statements
	asked   atomic.Int64
	older   bool   // the schema is one that a backup of an earlier version is loaded into
	private string // the node's signing key
	public  string
}

type bucketKey struct{ token, facet string }

// Open connects to a database, creates what is missing and brings its schema up to date.
// address is sqlite:PATH or postgres://….
func Open(ctx context.Context, address string) (*Store, error) {
	s, err := connect(address)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.w, s.e, 0); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.loadKey(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the connections.
func (s *Store) Close() error {
	return errors.Join(s.r.Close(), s.w.Close())
}

// Engine returns "sqlite" or "postgres".
func (s *Store) Engine() string { return s.e.name }

// DB returns the writing pool, for libraries that keep their own tables (background work).
func (s *Store) DB() *sql.DB { return s.w }

// PublicKey returns the key that verifies this node's checkpoints.
func (s *Store) PublicKey() string { return s.public }

// Key derives a secret key of the node for a purpose from its signing key: the same in every process on the database.
func (s *Store) Key(purpose string) [sha256.Size]byte {
	m := hmac.New(sha256.New, []byte(s.private))
	m.Write([]byte(purpose))
	return [sha256.Size]byte(m.Sum(nil))
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.r.PingContext(ctx) }

func (s *Store) loadKey(ctx context.Context) error {
	private, public, err := journal.NewKey("tocsin")
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"key.private": private} {
		if _, err := s.w.ExecContext(ctx, s.e.bind(`INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`), name, value+" "+public); err != nil {
			return err
		}
	}
	return s.readKey(ctx, s.w)
}

func (s *Store) readKey(ctx context.Context, q querier) error {
	var pair string
	if err := q.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'key.private'`).Scan(&pair); err != nil {
		return err
	}
	if _, err := fmt.Sscanf(pair, "%s %s", &s.private, &s.public); err != nil {
		return fmt.Errorf("the node key is damaged: %w", err)
	}
	return nil
}

// querier is what reading and writing transactions and pools share.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Reader reads, for one goroutine. Tx embeds one whose reads see the transaction's own writes once they are flushed.
type Reader struct {
	s    *Store
	q    querier
	tx   *Tx // the transaction that it reads in; nil outside of one
	last lists
}

// lists are the numbers of the lists that were asked for last: a page and its total ask for the same.
type lists struct {
	facet  string
	tokens []sharing.Token
	ids    []int64
}

// Read returns a reader outside any transaction.
func (s *Store) Read() *Reader { return &Reader{s: s, q: s.r} }

// Asked returns how many statements have been sent to the database for reading since the store was opened.
func (s *Store) Asked() int64 { return s.asked.Load() }

// query runs a statement and calls scan for each row. Outside of a transaction it waits for a database that is away.
func (r *Reader) query(ctx context.Context, q string, args []any, scan func(*sql.Rows) error) error {
	if r.q != querier(r.s.r) {
		return r.ask(ctx, q, args, scan)
	}
	begun := false
	var later error
	err := r.s.again(ctx, func() error {
		err := r.ask(ctx, q, args, func(rows *sql.Rows) error { begun = true; return scan(rows) })
		if begun { // what was given to the caller cannot be taken back
			later = lost(ctx, err)
			return nil
		}
		return err
	})
	return firstOf(err, later)
}

func (r *Reader) ask(ctx context.Context, q string, args []any, scan func(*sql.Rows) error) error {
	rows, err := r.send(ctx, q, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r *Reader) row(ctx context.Context, q string, args []any, dest ...any) error {
	ask := func() error { return r.one(ctx, q, args, dest) }
	if r.q == querier(r.s.r) {
		return r.s.again(ctx, ask)
	}
	return ask()
}

func (r *Reader) one(ctx context.Context, q string, args, dest []any) error {
	rows, err := r.send(ctx, q, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return cmp.Or(rows.Err(), ErrNotFound)
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// send sends a statement, which is kept prepared where the driver does not do so itself.
func (r *Reader) send(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	r.s.asked.Add(1)
	if r.s.e.prepares && r.q == querier(r.s.r) {
		if st := r.s.ready.get(ctx, r.s.r, q); st != nil {
			return st.QueryContext(ctx, args...)
		}
	}
	return r.q.QueryContext(ctx, r.s.e.bind(q), args...)
}

// Tx is a writing transaction. One runs at a time. Changes to the journal are buffered and written by Flush or at the end.
type Tx struct {
	Reader
	tx        *sql.Tx
	now       time.Time
	head      int64 // entries in the journal when the transaction began
	flushed   int64 // entries written by it
	lastIndex int64 // of the last stored hash that it wrote, and the hash
	lastHash  tlog.Hash
	entries   []journal.Entry
	postings  map[posting]bool // true to add, false to remove
	cells     map[cell]float64
	docs      []document
	undocs    []int64
	records   []any // rows of new records
	externals []any // rows of keys
	made      map[bucketKey]int64
	stmts     map[string]*sql.Stmt
	nextID    map[string]int64
}

// Now is the transaction's time, in whole microseconds, UTC.
func (t *Tx) Now() time.Time { return t.now }

// Write runs f in a writing transaction. When f or the commit fails nothing of it stays. While the database is away it
// waits for it before f is called; f is called once. An error wraps ErrAway when the database was lost and nothing was
// written, ErrFull when there is no room for it, ErrDoubtful when the database was lost while it committed and does not come
// back to say what became of it.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	var t *Tx
	if err := s.again(ctx, func() (err error) { t, err = s.begin(ctx); return err }); err != nil {
		return err
	}
	if err := f(t); err != nil {
		return lost(ctx, errors.Join(err, rollback(t.tx)))
	}
	if err := t.finish(ctx); err != nil {
		return lost(ctx, errors.Join(err, rollback(t.tx)))
	}
	err := t.tx.Commit()
	if err != nil && ctx.Err() == nil && isAway(err) {
		err = t.settle(ctx, err)
	}
	if err != nil {
		return lost(ctx, err)
	}
	for k, id := range t.made {
		s.buckets.Store(k, id)
	}
	return nil
}

// begin begins a writing transaction and takes the single writer's place.
func (s *Store) begin(ctx context.Context) (*Tx, error) {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &Tx{Reader: Reader{s: s, q: tx}, tx: tx, now: time.Now().UTC().Truncate(time.Microsecond),
		postings: map[posting]bool{}, cells: map[cell]float64{}, made: map[bucketKey]int64{}, stmts: map[string]*sql.Stmt{}, nextID: map[string]int64{}}
	t.Reader.tx = t
	if err := t.begin(ctx); err != nil {
		return nil, errors.Join(err, rollback(tx))
	}
	return t, nil
}

// exec runs one statement that may be said twice, in a transaction of its own.
func (s *Store) exec(ctx context.Context, q string, args ...any) error {
	db := s.w
	if s.e.name == "postgres" { // the writing connections may be waiting for their turn
		db = s.r
	}
	return s.again(ctx, func() error {
		_, err := db.ExecContext(ctx, s.e.bind(q), args...)
		return err
	})
}

func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

func (t *Tx) begin(ctx context.Context) error {
	if t.s.e.lock != "" {
		var ignored string
		if err := t.row(ctx, t.s.e.lock, nil, &ignored); err != nil {
			return err
		}
	}
	return t.row(ctx, `SELECT coalesce(max(seq), 0) FROM journal`, nil, &t.head)
}

// exec runs a statement that is prepared once: in the transaction, or, with PostgreSQL, in the connection by its driver.
func (t *Tx) exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	if t.s.e.keepsStatements {
		return t.tx.ExecContext(ctx, t.s.e.bind(q), args...)
	}
	st := t.stmts[q]
	if st == nil {
		var err error
		if st, err = t.tx.PrepareContext(ctx, t.s.e.bind(q)); err != nil {
			return nil, fmt.Errorf("preparing %q: %w", q, err)
		}
		t.stmts[q] = st
	}
	return st.ExecContext(ctx, args...)
}

// Append adds an entry to the journal and returns its sequence number.
func (t *Tx) Append(e journal.Entry) int64 {
	e.Seq, e.At = t.head+t.flushed+int64(len(t.entries))+1, t.now
	t.entries = append(t.entries, e)
	return e.Seq
}

func (t *Tx) finish(ctx context.Context) error {
	if t.flushed+int64(len(t.entries)) == 0 {
		return t.Flush(ctx)
	}
	if err := t.adoptAudit(ctx); err != nil {
		return err
	}
	if err := t.Flush(ctx); err != nil {
		return err
	}
	size := t.head + t.flushed
	root, err := tlog.TreeHash(size, t.hashes(ctx))
	if err != nil {
		return err
	}
	note, err := journal.Sign(size, root, t.s.private)
	if err != nil {
		return err
	}
	// Of the checkpoints, the last of each hour stays.
	hour := t.now.Truncate(time.Hour).UnixMicro()
	if _, err := t.exec(ctx, `DELETE FROM checkpoint WHERE at >= ?`, hour); err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO checkpoint (size, at, note) VALUES (?, ?, ?)`, size, t.now.UnixMicro(), string(note))
	return err
}

func (t *Reader) hashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make(map[int64][]byte, len(indexes))
		for some := range slices.Chunk(indexes, hashesAtOnce) {
			err := t.query(ctx, `SELECT idx, hash FROM journal_hash WHERE idx IN (`+marks(len(some))+`)`, values(some), func(rows *sql.Rows) error {
				var idx int64
				var h []byte
				err := rows.Scan(&idx, &h)
				found[idx] = h
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			h, ok := found[x]
			if !ok {
				return nil, fmt.Errorf("reading hash %d: %w", x, ErrNotFound)
			}
			if len(h) != tlog.HashSize {
				return nil, fmt.Errorf("hash %d is %d bytes long", x, len(h))
			}
			copy(out[i][:], h)
		}
		return out, nil
	})
}

// hashesAtOnce is how many hashes one statement reads. A tree of a million million leaves needs forty.
const hashesAtOnce = 64

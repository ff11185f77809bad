package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/journal"
)

// Verification is what Verify found. It is whole when Problems is empty.
type Verification struct {
	Entries     int64    `json:"entries"`
	Checkpoints int      `json:"checkpoints"`
	Records     int64    `json:"records"`
	Audit       int64    `json:"audit"` // entries that hold a line of the audit
	Root        string   `json:"root"`  // hexadecimal
	Key         string   `json:"key"`   // verifies the checkpoints
	Problems    []string `json:"problems"`
}

const maxProblems = 100

func (v *Verification) problem(format string, args ...any) {
	if len(v.Problems) < maxProblems {
		v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
	}
}

// Verify recomputes the journal's tree from its entries and compares it with the stored hashes and with every signed
// checkpoint, and checks that every record's current version is the last one in the journal, and every line of the audit as its entry says.
func (s *Store) Verify(ctx context.Context) (*Verification, error) {
	var v *Verification
	err := s.snapshot(ctx, func(r *Reader) (err error) {
		v, err = r.Verify(ctx)
		return err
	})
	return v, err
}

// Verify is Store.Verify on what the reader sees.
func (r *Reader) Verify(ctx context.Context) (*Verification, error) {
	v := &Verification{Key: r.s.public, Problems: []string{}}
	tree, err := r.verifyEntries(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := r.verifyCheckpoints(ctx, v, tree); err != nil {
		return nil, err
	}
	if err := r.verifyAudit(ctx, v); err != nil {
		return nil, err
	}
	return v, r.verifyRecords(ctx, v)
}

// RootAt returns the root, hexadecimal, of the tree of the journal's first entries by the stored hashes, which Verify
// checks: what was signed when the journal was that long.
func (r *Reader) RootAt(ctx context.Context, entries int64) (string, error) {
	root, err := tlog.TreeHash(entries, r.hashes(ctx))
	return hex.EncodeToString(root[:]), err
}

// snapshot calls f with a reader that sees the database as it is now, whatever is written meanwhile.
func (s *Store) snapshot(ctx context.Context, f func(*Reader) error) error {
	var tx *sql.Tx
	err := s.again(ctx, func() (err error) {
		tx, err = s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.e.isolation})
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = rollback(tx) }()
	return f(&Reader{s: s, q: tx})
}

func (r *Reader) verifyEntries(ctx context.Context, v *Verification) (*journal.Roots, error) {
	tree := &journal.Roots{}
	var expected []tlog.Hash
	err := r.query(ctx, `SELECT seq, at, actor, type, subject, version, action, payload FROM journal ORDER BY seq`, nil, func(rows *sql.Rows) error {
		var e journal.Entry
		var at int64
		if err := rows.Scan(&e.Seq, &at, &e.Actor, &e.Type, &e.Subject, &e.Version, &e.Action, &e.Payload); err != nil {
			return err
		}
		e.At = time.UnixMicro(at).UTC()
		v.Entries++
		if e.Seq != v.Entries {
			v.problem("entry %d stands where %d is due", e.Seq, v.Entries)
		}
		_, hs, err := tree.Add(&e)
		expected = append(expected, hs...)
		return err
	})
	if err != nil {
		return nil, err
	}
	n := 0
	err = r.query(ctx, `SELECT idx, hash FROM journal_hash ORDER BY idx`, nil, func(rows *sql.Rows) error {
		var idx int64
		var h []byte
		if err := rows.Scan(&idx, &h); err != nil {
			return err
		}
		if idx != int64(n) || n >= len(expected) || !bytes.Equal(h, expected[n][:]) {
			v.problem("stored hash %d does not follow from the entries", idx)
		}
		n++
		return nil
	})
	if n != len(expected) {
		v.problem("%d hashes are stored where %d are due", n, len(expected))
	}
	return tree, err
}

func (r *Reader) verifyCheckpoints(ctx context.Context, v *Verification, tree *journal.Roots) error {
	var last int64
	err := r.query(ctx, `SELECT size, note FROM checkpoint ORDER BY size`, nil, func(rows *sql.Rows) error {
		var size int64
		var note string
		if err := rows.Scan(&size, &note); err != nil {
			return err
		}
		v.Checkpoints++
		last = size
		signed, err := journal.Check([]byte(note), r.s.public)
		if err != nil || signed.N != size {
			v.problem("the checkpoint of %d entries is not signed by this node", size)
			return nil
		}
		if size > tree.Size() {
			v.problem("a checkpoint vouches for %d entries, %d are there", size, tree.Size())
			return nil
		}
		root, err := tree.Root(size)
		if err == nil && root != signed.Hash {
			v.problem("the first %d entries are not those that were signed", size)
		}
		v.Root = hex.EncodeToString(root[:])
		return err
	})
	if err == nil && last != tree.Size() {
		v.problem("the last checkpoint covers %d of %d entries", last, tree.Size())
	}
	return err
}

func (r *Reader) verifyRecords(ctx context.Context, v *Verification) error {
	if err := r.row(ctx, `SELECT count(*) FROM record`, nil, &v.Records); err != nil {
		return err
	}
	err := r.query(ctx, `SELECT r.id FROM record r WHERE r.seq <> (SELECT coalesce(max(j.seq), 0) FROM journal j WHERE j.subject = r.id AND j.type = 'record') LIMIT 100`, nil, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		v.problem("record %s does not stand at its last version", id)
		return nil
	})
	if err != nil {
		return err
	}
	var lost int64
	if err := r.row(ctx, `SELECT count(*) FROM (SELECT subject FROM journal WHERE type = 'record' GROUP BY subject) j WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.id = j.subject)`, nil, &lost); err != nil {
		return err
	}
	if lost > 0 {
		v.problem("%d records of the journal are missing from the index", lost)
	}
	return nil
}

// JournalSize returns how many changes the journal holds.
func (r *Reader) JournalSize(ctx context.Context) (n int64, err error) {
	err = r.row(ctx, `SELECT coalesce(max(seq), 0) FROM journal`, nil, &n)
	return n, err
}

// Checkpoint returns the newest signed checkpoint, "" before the first change.
func (r *Reader) Checkpoint(ctx context.Context) (string, error) {
	var note string
	err := r.row(ctx, `SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`, nil, &note)
	if err == ErrNotFound {
		return "", nil
	}
	return note, err
}

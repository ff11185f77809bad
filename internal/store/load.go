package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/internal/backup"
)

// ErrNotEmpty is wrapped by OpenEmpty for a database that holds something.
var ErrNotEmpty = errors.New("the database is not empty")

// OpenEmpty opens a database in which nothing is, and makes the schema, this program's or an older one, for a backup of
// it to be loaded.
// Nothing is written into a database that is not empty.
func OpenEmpty(ctx context.Context, address string, schema int64) (*Store, error) {
	s, err := connect(address)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, schema); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context, schema int64) error {
	held, own, err := s.Schema(ctx)
	if err != nil {
		return err
	}
	if schema < 1 || schema > own {
		return fmt.Errorf("%w: its schema is %d, this program knows %d; restore it with the version of Tocsin that made it, or a later one", backup.ErrFile, schema, own)
	}
	for _, k := range s.present(ctx) {
		if err := s.Read().empty(ctx, k.name); err != nil {
			return err
		}
	}
	if held > schema {
		return fmt.Errorf("%w: it has the tables of schema %d already, the backup's is %d; give one in which there is nothing", ErrNotEmpty, held, schema)
	}
	s.older = schema < auditSchema
	return migrate(ctx, s.w, s.e, schema)
}

// auditSchema is the first schema in which lines of the audit are entries of the journal.
const auditSchema = 5

// Upgrade brings the schema up to date.
func (s *Store) Upgrade(ctx context.Context) error {
	s.older = false
	return migrate(ctx, s.w, s.e, 0)
}

// present are the tables of a backup that the database's schema has; an older one has fewer.
func (s *Store) present(ctx context.Context) (tables []keptTable) {
	for _, k := range kept {
		if s.has(ctx, k.name) {
			tables = append(tables, k)
		}
	}
	return tables
}

// empty returns ErrNotEmpty for a table that holds more than the signing key of a database that was never used.
func (r *Reader) empty(ctx context.Context, table string) error {
	q := `SELECT count(*) FROM ` + table
	if table == "meta" {
		q += ` WHERE name NOT IN ('writer', 'key.private', 'derived')`
	}
	var n int64
	if err := r.row(ctx, q, nil, &n); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("%w: table %s has %d rows", ErrNotEmpty, table, n)
	}
	return nil
}

// Load reads a backup into the database of OpenEmpty, inside the transaction: when that fails the database stays empty.
// Lists, observations and search are empty until Reproject. The store signs with the key of the backup from then on.
func (t *Tx) Load(ctx context.Context, r *backup.Reader) error {
	tables := t.s.present(ctx)
	for _, k := range tables {
		if err := t.empty(ctx, k.name); err != nil {
			return err
		}
	}
	if _, err := t.exec(ctx, `DELETE FROM meta WHERE name <> 'writer'`); err != nil {
		return err
	}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := t.loadTable(ctx, r, h); err != nil {
			return err
		}
	}
	if err := t.countLoaded(ctx, tables, &r.Manifest); err != nil {
		return err
	}
	return t.s.readKey(ctx, t.tx)
}

// batchBytes bounds what is held of large rows before it is written.
const batchBytes = 4 << 20

func (t *Tx) loadTable(ctx context.Context, r *backup.Reader, h *backup.Header) error {
	if err := t.fits(ctx, h); err != nil {
		return err
	}
	into := h.Table + " (" + strings.Join(h.Columns, ", ") + ")"
	width := len(h.Columns)
	var values []any
	size := 0
	for {
		row, err := r.Row()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for _, v := range row {
			size += length(v)
		}
		values = append(values, row...)
		if ended := err != nil; ended || len(values) == rowsPerInsert*width || size > batchBytes {
			if err := t.insert(ctx, into, "", width, values); err != nil {
				return fmt.Errorf("table %s: %w", h.Table, err)
			}
			if ended {
				return nil
			}
			values, size = values[:0], 0
		}
	}
}

func length(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}

// fits refuses a table that is not one of this schema's, column by column.
func (t *Tx) fits(ctx context.Context, h *backup.Header) error {
	if !slices.ContainsFunc(kept, func(k keptTable) bool { return k.name == h.Table }) {
		return fmt.Errorf("%w: it holds a table %q, which is none of this schema", backup.ErrFile, h.Table)
	}
	rows, err := t.q.QueryContext(ctx, "SELECT * FROM "+h.Table+" LIMIT 0")
	if err != nil {
		return err
	}
	defer rows.Close()
	own, err := header(h.Table, rows)
	if err != nil {
		return err
	}
	if !slices.Equal(own.Columns, h.Columns) || !slices.Equal(own.Types, h.Types) {
		return fmt.Errorf("%w: the columns of its table %s are not those of this schema", backup.ErrFile, h.Table)
	}
	return nil
}

func (t *Tx) countLoaded(ctx context.Context, tables []keptTable, m *backup.Manifest) error {
	for _, k := range tables {
		var n int64
		if err := t.row(ctx, "SELECT count(*)"+k.rows(), nil, &n); err != nil {
			return err
		}
		if promised := m.Rows(k.name); n != promised {
			return fmt.Errorf("%w: table %s has %d rows, its manifest says %d", backup.ErrFile, k.name, n, promised)
		}
	}
	return nil
}

// HoldMail marks letters that wait as doubtful. Those of a backup may have been sent since it was made.
func (t *Tx) HoldMail(ctx context.Context) error {
	_, err := t.exec(ctx, `UPDATE mail SET state = 'doubtful' WHERE state IN ('queued', 'handed', 'digest')`)
	return err
}

// reprojectPage is how many records are held at once, and reprojectCells how many sums: the same ones come again and
// again, and every time that they are written costs as much as the first.
const (
	reprojectPage  = 500
	reprojectCells = 250_000
)

// Reproject derives the lists, the observations and the full-text index anew from the current version of every record,
// as project says, and returns how many records there are.
func (t *Tx) Reproject(ctx context.Context, project func(*Stored) (*Projection, error)) (int, error) {
	for _, q := range append([]string{`DELETE FROM posting`, `DELETE FROM observation`, `DELETE FROM total_week`, `DELETE FROM total_month`, `DELETE FROM audience_token`}, t.s.e.clear...) {
		if _, err := t.exec(ctx, q); err != nil {
			return 0, err
		}
	}
	if err := t.spreadAudiences(ctx); err != nil {
		return 0, err
	}
	n, after := 0, ""
	for {
		page, err := t.recordsAfter(ctx, after)
		if err != nil || len(page) == 0 {
			return n, errors.Join(err, t.flushCells(ctx))
		}
		for _, s := range page {
			p, err := project(s)
			if err != nil {
				return n, fmt.Errorf("record %s: %w", s.Record.ID, err)
			}
			if err := t.project(ctx, s.Seq, p, 1); err != nil {
				return n, err
			}
			after = s.Record.ID
		}
		n += len(page)
		if err := errors.Join(t.flushPostings(ctx), t.flushDocuments(ctx)); err != nil {
			return n, err
		}
		if len(t.cells) < reprojectCells {
			continue
		}
		if err := t.flushCells(ctx); err != nil {
			return n, err
		}
	}
}

func (r *Reader) recordsAfter(ctx context.Context, id string) ([]*Stored, error) {
	rows, err := r.q.QueryContext(ctx, r.s.e.bind(`SELECT r.seq, j.payload FROM record r JOIN journal j ON j.seq = r.seq WHERE r.id > ? ORDER BY r.id LIMIT ?`), id, reprojectPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Stored
	for rows.Next() {
		var seq int64
		var payload []byte
		if err := rows.Scan(&seq, &payload); err != nil {
			return nil, err
		}
		s, err := decode(seq, payload)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

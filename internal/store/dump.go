package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/backup"
)

// keptTable is a table that a backup holds: in which order, and which of its rows.
type keptTable struct{ name, order, where string }

// kept are the tables of which a backup is made. Every table of the schema is here, in rebuilt or in forgotten.
var kept = []keptTable{
	{name: "meta", order: "name", where: "name <> 'writer'"},
	{name: "journal", order: "seq"}, {name: "journal_hash", order: "idx"}, {name: "checkpoint", order: "size"},
	{name: "record", order: "id"}, {name: "external", order: "owner, system, ext"}, {name: "link", order: "target, relation, source"},
	{name: "file", order: "hash"}, {name: "unknown_name", order: "name"},
	{name: "person", order: "id"}, {name: "registration", order: "id"}, {name: "audit", order: "id"},
	{name: "comment", order: "id"}, {name: "proposal", order: "id"}, {name: "reply", order: "record, person"},
	{name: "notice", order: "record, reason, person"}, {name: "mail", order: "id"},
	{name: "device", order: "id"}, {name: "account", order: "issuer, subject"}, {name: "entered", order: "person"},
	{name: "invitation", order: "id"}, {name: "guide", order: "person"},
	{name: "visit", order: "person, record"}, {name: "preference", order: "person, name"}, {name: "saved", order: "id"},
}

// rebuilt are the tables that Reproject derives from the records.
var rebuilt = []string{"bucket", "posting", "audience", "audience_token", "observation", "total_week", "total_month", "search", "word"}

// forgotten are the tables of secrets that let somebody in, and what hangs on them: a backup does not hold them, so that no
// session, sign-in link, token or feed's address that has ended since comes back to life. Passkeys are kept: of them the
// database holds no secret, and without them everybody would have to be let in anew. What only the running servers say of
// themselves is forgotten as well: the counts of this hour's refusals, when jobs ran.
var forgotten = []string{"session", "signin", "signin_link", "invitation_link", "feed", "token", "once", "ceremony", "recovery", "throttle", "denial", "job"}

// Attach opens a database as it is: nothing is created, migrated or written. What it returns is for Schema and Dump.
func Attach(ctx context.Context, address string) (*Store, error) {
	if err := present(address); err != nil {
		return nil, err
	}
	s, err := connect(address)
	if err != nil {
		return nil, err
	}
	return s, s.Ping(ctx)
}

// Schema returns the version of the database's schema and the one that this program has. held is 0 for an empty database.
func (s *Store) Schema(ctx context.Context) (held, own int64, err error) {
	p, err := migrations(s.w, s.e)
	if err != nil {
		return 0, 0, err
	}
	for _, m := range p.ListSources() {
		own = max(own, m.Version)
	}
	if !s.has(ctx, "goose_db_version") {
		return 0, own, nil
	}
	held, err = s.Read().schema(ctx)
	return held, own, err
}

func (r *Reader) schema(ctx context.Context) (version int64, err error) {
	err = r.row(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`, nil, &version)
	return version, err
}

// has reports whether a table is there.
func (s *Store) has(ctx context.Context, table string) bool {
	rows, err := s.r.QueryContext(ctx, "SELECT 1 FROM "+table+" LIMIT 0")
	return err == nil && rows.Close() == nil
}

// Dump writes a backup of the database as it is now; others may write meanwhile.
func (s *Store) Dump(ctx context.Context, out io.Writer, tocsin string) (*backup.Manifest, error) {
	tables := s.present(ctx)
	m := &backup.Manifest{Tocsin: tocsin, Engine: s.e.name, Made: time.Now().UTC().Truncate(time.Microsecond)}
	err := s.snapshot(ctx, func(r *Reader) error {
		if err := r.describe(ctx, m, tables); err != nil {
			return err
		}
		w, err := backup.NewWriter(out, m)
		if err != nil {
			return err
		}
		for _, k := range tables {
			if err := r.dump(ctx, w, k); err != nil {
				return fmt.Errorf("table %s: %w", k.name, err)
			}
		}
		return w.Close()
	})
	return m, err
}

func (k keptTable) rows() string {
	if k.where == "" {
		return " FROM " + k.name
	}
	return " FROM " + k.name + " WHERE " + k.where
}

func (r *Reader) describe(ctx context.Context, m *backup.Manifest, tables []keptTable) (err error) {
	if m.Schema, err = r.schema(ctx); err != nil {
		return fmt.Errorf("this is no database of Tocsin: %w", err)
	}
	for _, k := range tables {
		t := backup.Rows{Table: k.name}
		if err := r.row(ctx, "SELECT count(*)"+k.rows(), nil, &t.Rows); err != nil {
			return err
		}
		m.Tables = append(m.Tables, t)
	}
	if m.Journal.Size = m.Rows("journal"); m.Journal.Size == 0 {
		return nil
	}
	root, err := tlog.TreeHash(m.Journal.Size, r.hashes(ctx))
	if err != nil {
		return err
	}
	m.Journal.Root = hex.EncodeToString(root[:])
	m.Journal.Checkpoint, err = r.Checkpoint(ctx)
	return err
}

func (r *Reader) dump(ctx context.Context, w *backup.Writer, k keptTable) error {
	rows, err := r.q.QueryContext(ctx, "SELECT *"+k.rows()+" ORDER BY "+k.order)
	if err != nil {
		return err
	}
	defer rows.Close()
	h, err := header(k.name, rows)
	if err != nil {
		return err
	}
	if err := w.Begin(h); err != nil {
		return err
	}
	values, dest := make([]any, len(h.Columns)), make([]any, len(h.Columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := w.Row(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = w.End()
	return err
}

// header reads a table's columns from an answer of the database.
func header(table string, rows *sql.Rows) (backup.Header, error) {
	h := backup.Header{Table: table}
	types, err := rows.ColumnTypes()
	if err != nil {
		return h, err
	}
	for _, t := range types {
		kind, ok := columnTypes[t.DatabaseTypeName()]
		if !ok {
			return h, fmt.Errorf("column %s has the type %s, which no backup holds", t.Name(), t.DatabaseTypeName())
		}
		h.Columns, h.Types = append(h.Columns, t.Name()), append(h.Types, kind)
	}
	return h, nil
}

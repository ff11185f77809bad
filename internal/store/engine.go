package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	sqlitedriver "modernc.org/sqlite"

	"tocsin/internal/backup"
)

// Everything in which SQLite and PostgreSQL differ stands in this file.

//go:embed migrations/*.sql
var migrationFiles embed.FS

type engine struct {
	name      string // sqlite or postgres
	dialect   goose.Dialect
	lock      string // takes the single writer's place for the length of a transaction; "" where beginning does
	noRowid   string
	month     string                                       // the record.YearMonth of the column week
	extra     []string                                     // statements after the migrations: the full-text index
	index     func(context.Context, *Tx, []document) error // adds documents
	unindex   string                                       // removes a document: seq
	clear     []string                                     // removes all documents
	spans     []int                                        // the lengths, as powers of two, of the spans of the journal that documents name: see widening
	form      string                                       // names what the index holds of a document; another form is derived anew
	search    string                                       // finds documents: query, before, limit
	found     string                                       // the column in which search answers
	query     func(words [][]string, tokens []string) string
	bind      func(string) string
	readLimit int                // connections for reading
	prepares  bool               // statements for reading are worth keeping prepared: the driver parses them each time
	isolation sql.IsolationLevel // under which a transaction reads one state of the database

	arrays          bool // many rows are passed as an array a column
	keepsStatements bool // the driver prepares each statement once a connection
}

// The page caches of SQLite's connections, in KiB: the one that writes, and each that reads.
const (
	writeCache = 144 << 10
	readCache  = 26 << 10
)

// checkpointPages is how many pages the write-ahead log may gather (64 MiB) before it is written back: pages that an
// import touches again and again are then written back once.
const checkpointPages = 16 << 10

var sqlite = engine{
	name: "sqlite", dialect: goose.DialectSQLite3, noRowid: "WITHOUT ROWID",
	month: `(CAST(strftime('%Y', (week * 7 + 7) * 86400, 'unixepoch') AS INTEGER) * 12 + CAST(strftime('%m', (week * 7 + 7) * 86400, 'unixepoch') AS INTEGER) - 1)`,
	extra: []string{`CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(words, audience, content='', contentless_delete=1, detail=column, tokenize="unicode61 remove_diacritics 0")`,
		`CREATE TABLE IF NOT EXISTS word (word TEXT PRIMARY KEY) WITHOUT ROWID`},
	index: indexEach, unindex: `DELETE FROM search WHERE rowid = ?`,
	clear:     []string{`INSERT INTO search (search) VALUES ('delete-all')`, `DELETE FROM word`},
	found:     "rowid",
	search:    `SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?`,
	query:     ftsQuery,
	bind:      func(q string) string { return q },
	readLimit: 8, prepares: true,
}

var postgres = engine{
	name: "postgres", dialect: goose.DialectPostgres,
	month: `(CAST(extract(year FROM DATE '1970-01-08' + CAST(week * 7 AS INTEGER)) AS BIGINT) * 12 + CAST(extract(month FROM DATE '1970-01-08' + CAST(week * 7 AS INTEGER)) AS BIGINT) - 1)`,
	lock:  `SELECT value FROM meta WHERE name = 'writer' FOR UPDATE`,
	extra: []string{
		`CREATE TABLE IF NOT EXISTS search (seq BIGINT PRIMARY KEY, doc TSVECTOR NOT NULL)`,
		// What is not merged into the index yet is read by every search.
		`CREATE INDEX IF NOT EXISTS search_doc ON search USING gin (doc) WITH (gin_pending_list_limit = 256)`,
		`CREATE TABLE IF NOT EXISTS word (word TEXT COLLATE "C" PRIMARY KEY)`,
	},
	index: indexArrays, unindex: `DELETE FROM search WHERE seq = ?`,
	spans: []int{8, 10, 12, 14, 16, 18, 20, 22, 24}, form: " spans", arrays: true,
	clear: []string{`DELETE FROM search`, `DELETE FROM word`, `ALTER INDEX search_doc SET (gin_pending_list_limit = 256)`},
	found: "seq",
	// The planner knows nothing of the query when it keeps a plan: it is not left the choice to walk from the newest on.
	search:    `SELECT seq FROM (SELECT seq FROM search WHERE doc @@ CAST(? AS tsquery) AND seq + 0 < ? OFFSET 0) AS held ORDER BY seq DESC LIMIT ?`,
	query:     tsQuery,
	bind:      numbered,
	readLimit: 16,
	isolation: sql.LevelRepeatableRead, keepsStatements: true,
}

func indexEach(ctx context.Context, t *Tx, docs []document) error {
	for _, d := range docs {
		if _, err := t.exec(ctx, `INSERT INTO search (rowid, words, audience) VALUES (?, ?, ?)`, d.seq, d.words, d.audience); err != nil {
			return err
		}
	}
	return nil
}

// docsAtOnce is how many documents one statement adds.
const docsAtOnce = 1000

func indexArrays(ctx context.Context, t *Tx, docs []document) error {
	for some := range slices.Chunk(docs, docsAtOnce) {
		seqs, words := make([]int64, len(some)), make([]string, len(some))
		for i, d := range some {
			held := append(strings.Fields(d.words), strings.Fields(d.audience)...)
			for _, bits := range t.s.e.spans {
				held = append(held, spanOf(bits, d.seq))
			}
			seqs[i], words[i] = d.seq, strings.Join(held, " ")
		}
		_, err := t.exec(ctx, `INSERT INTO search (seq, doc) SELECT seq, array_to_tsvector(string_to_array(words, ' '))
			FROM unnest(CAST(? AS bigint[]), CAST(? AS text[])) AS d (seq, words)`, seqs, words)
		if err != nil {
			return err
		}
	}
	return nil
}

// ftsQuery writes an FTS5 query: one of each group of words, and one of the tokens. A word that ends in * is a prefix.
func ftsQuery(words [][]string, tokens []string) string {
	parts := []string{"audience : (" + quoted(tokens, `"`, " OR ", "*") + ")"}
	for _, group := range words {
		parts = append(parts, "words : ("+quoted(group, `"`, " OR ", "*")+")")
	}
	return strings.Join(parts, " AND ")
}

// tsQuery writes the same as a PostgreSQL tsquery.
func tsQuery(words [][]string, tokens []string) string {
	parts := []string{"(" + quoted(tokens, "'", " | ", ":*") + ")"}
	for _, group := range words {
		parts = append(parts, "("+quoted(group, "'", " | ", ":*")+")")
	}
	return strings.Join(parts, " & ")
}

func quoted(words []string, quote, or, prefix string) string {
	out := make([]string, len(words))
	for i, w := range words {
		stem, isPrefix := strings.CutSuffix(w, "*")
		out[i] = quote + stem + quote
		if isPrefix {
			out[i] += prefix
		}
	}
	return strings.Join(out, or)
}

// tokenTerm encodes a sharing token as a word of the full-text index.
func (s *Store) tokenTerm(token string) string {
	if t, ok := s.terms.Load(token); ok {
		return t.(string)
	}
	sum := sha256.Sum256([]byte(token))
	t := "tk" + hex.EncodeToString(sum[:10])
	s.terms.Store(token, t)
	return t
}

func numbered(q string) string {
	if !strings.Contains(q, "?") {
		return q
	}
	var b strings.Builder
	n := 0
	for _, r := range q {
		if r == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ErrDatabase is wrapped by Open for an address that is neither sqlite:PATH nor postgres://….
var ErrDatabase = errors.New("a database is given as sqlite:PATH or postgres://USER@HOST/NAME")

// connect opens a database's writing and reading connections.
func connect(address string) (*Store, error) {
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		return connectSQLite(strings.TrimPrefix(strings.TrimPrefix(address, "sqlite:"), "//"))
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return connectPostgres(address)
	}
	return nil, ErrDatabase
}

// postgresWriters is how many writing transactions of a process may be open: one that writes and one that waits for the
// single writer's place. All others wait for one of the two, so that they keep no connection from those who read.
const postgresWriters = 2

// The connections to PostgreSQL: how long one may take to be made, and how long one lives, so that a server that has
// taken another's name is found.
const (
	connectTimeout = 5 * time.Second
	connectionLife = 30 * time.Minute
)

// postgresSettings are set on every connection where the server knows them and its address does not say otherwise: what a killed server's
// transaction holds is free again soon, also when its machine went without a word.
var postgresSettings = map[string]string{"idle_in_transaction_session_timeout": "60s", "tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5",
	"tcp_keepalives_count": "3", "client_connection_check_interval": "5s"}

func connectPostgres(address string) (*Store, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	d := net.Dialer{Timeout: c.ConnectTimeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
	c.DialFunc = d.DialContext
	s := &Store{e: postgres}
	open := func(connections int) *sql.DB {
		db := sql.OpenDB(between(stdlib.GetConnector(*c, stdlib.OptionAfterConnect(s.connected))))
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
		db.SetConnMaxLifetime(connectionLife)
		return db
	}
	s.w, s.r = open(postgresWriters), open(postgres.readLimit)
	return s, nil
}

// connected prepares a new connection to PostgreSQL. When another server has taken over since the last one, the numbers
// of lists that are remembered may not be those that it has.
func (s *Store) connected(ctx context.Context, c *pgx.Conn) error {
	var names, values []string
	for name, value := range postgresSettings {
		if _, said := c.Config().RuntimeParams[name]; !said {
			names, values = append(names, name), append(values, value)
		}
	}
	if _, err := c.Exec(ctx, `SELECT set_config(s.name, v.value, false) FROM unnest($1::text[], $2::text[]) AS v(name, value) JOIN pg_settings s ON s.name = v.name`, names, values); err != nil {
		return err
	}
	var line string
	err := c.QueryRow(ctx, `SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END`).Scan(&line)
	if err != nil || line == "" {
		return err
	}
	if was := s.line.Swap(line); was != nil && was != line {
		s.buckets.Clear()
	}
	return nil
}

// between is put between database/sql and the drivers; tests that stop at every statement stand there.
var between = func(c driver.Connector) driver.Connector { return c }

func connectSQLite(path string) (*Store, error) {
	if path == "" {
		return nil, ErrDatabase
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(15000)", "foreign_keys(ON)",
		"temp_store(MEMORY)", "journal_size_limit(134217728)"}}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
	w, err := openSQLite(name + fmt.Sprintf("&_txlock=immediate&_pragma=cache_size(-%d)&_pragma=wal_autocheckpoint(%d)", writeCache, checkpointPages))
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := w.Ping(); err != nil { // creates the file before readers come
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, err
	}
	r, err := openSQLite(name + fmt.Sprintf("&_pragma=query_only(ON)&_pragma=cache_size(-%d)", readCache))
	if err != nil {
		return nil, err
	}
	r.SetMaxOpenConns(sqlite.readLimit)
	r.SetMaxIdleConns(sqlite.readLimit)
	return &Store{w: w, r: r, e: sqlite}, nil
}

func openSQLite(dsn string) (*sql.DB, error) {
	c, err := sqlitedriver.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(between(c)), nil
}

// columnTypes says what a column's type in either engine is in a backup.
var columnTypes = map[string]string{
	"TEXT": backup.Text, "BIGINT": backup.Int, "INT8": backup.Int, "BYTEA": backup.Bytes, "DOUBLE PRECISION": backup.Float, "FLOAT8": backup.Float,
}

// present refuses the address of a SQLite file that is not there, which connecting would make.
func present(address string) error {
	path, ok := strings.CutPrefix(address, "sqlite:")
	if !ok {
		return nil
	}
	_, err := os.Stat(strings.TrimPrefix(path, "//"))
	return err
}

// migrations returns what brings a schema up to date on the engine.
func migrations(db *sql.DB, e engine) (*goose.Provider, error) {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	entries, err := fs.ReadDir(sub, ".")
	if err != nil {
		return nil, err
	}
	for _, f := range entries {
		text, err := fs.ReadFile(sub, f.Name())
		if err != nil {
			return nil, err
		}
		own := strings.NewReplacer("/*WITHOUT ROWID*/", e.noRowid, "/*MONTH OF week*/", e.month).Replace(string(text))
		files[f.Name()] = &fstest.MapFile{Data: []byte(own)}
	}
	return goose.NewProvider(e.dialect, db, files, goose.WithVerbose(false))
}

// migrate brings the schema to a version, up to date where it is 0. It may be called by several processes at once and
// after having been killed.
func migrate(ctx context.Context, db *sql.DB, e engine, to int64) error {
	unlock, err := lockMigrations(ctx, db, e)
	if err != nil {
		return err
	}
	defer unlock()
	p, err := migrations(db, e)
	if err != nil {
		return err
	}
	if to == 0 {
		_, err = p.Up(ctx)
	} else {
		_, err = p.UpTo(ctx, to)
	}
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	for _, q := range e.extra {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("migrating: %w", err)
		}
	}
	_, err = db.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('writer', '') ON CONFLICT (name) DO NOTHING`)
	return err
}

// lockMigrations lets one process migrate at a time on PostgreSQL; SQLite's file lock and goose's transactions do elsewhere.
func lockMigrations(ctx context.Context, db *sql.DB, e engine) (func(), error) {
	if e.name != "postgres" {
		return func() {}, nil
	}
	const key = 7630215 // any number that no other program uses on this database
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", key)
		_ = conn.Close()
	}, nil
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/journal"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// Facet is one list that a record stands in, for each token of its audience. It is ordered by Day, or by the change's
// sequence number where ByChange is set.
type Facet struct {
	Name     string
	Day      int64
	ByChange bool
}

// Count is one addition to the observations, for exactly the place and substance (or class, or "" for all) it names.
type Count struct {
	Place, Substance, Source, Measure string
	Week                              record.Week
	Value                             float64
}

// Projection is what is kept of a record beside its journal entry. The same record must give the same projection,
// since removing the old one rests on computing it again.
type Projection struct {
	Audience []sharing.Token
	Facets   []Facet
	Counts   []Count
	Terms    []string // words for the full-text search, letters and digits only
	Payload  []byte   // the record as JSON, where it has been written already
}

// Stored is a record as it stands and the journal entry that holds it.
type Stored struct {
	Seq    int64
	Record *record.Record
}

// Put writes a record's new version: its journal entry and its projection. before and its projection are nil for a new record.
func (t *Tx) Put(ctx context.Context, r *record.Record, p *Projection, before *Stored, old *Projection, actor, action string) (int64, error) {
	payload := p.Payload
	if payload == nil {
		var err error
		if payload, err = json.Marshal(r); err != nil {
			return 0, err
		}
	}
	seq := t.Append(journal.Entry{Actor: actor, Type: "record", Subject: r.ID, Version: r.Version, Action: action, Payload: payload})
	if before != nil {
		if err := t.project(ctx, before.Seq, old, -1); err != nil {
			return 0, err
		}
		if err := t.flushRecords(ctx); err != nil { // it may be among them
			return 0, err
		}
		if _, err := t.exec(ctx, `UPDATE record SET seq = ? WHERE id = ?`, seq, r.ID); err != nil {
			return 0, err
		}
	} else {
		t.records = append(t.records, r.ID, seq, r.Kind, r.Owner)
	}
	if err := t.putLinks(ctx, r, before); err != nil {
		return 0, err
	}
	return seq, t.project(ctx, seq, p, 1)
}

// project adds (sign 1) or removes (sign -1) a projection.
func (t *Tx) project(ctx context.Context, seq int64, p *Projection, sign float64) error {
	for _, token := range p.Audience {
		for _, f := range p.Facets {
			b, err := t.bucket(ctx, token, f.Name)
			if err != nil {
				return err
			}
			k := f.Day
			if f.ByChange {
				k = seq
			}
			t.postings[posting{b, k, seq}] = sign > 0
		}
	}
	if len(p.Counts) > 0 {
		a, err := t.audience(ctx, p.Audience)
		if err != nil {
			return err
		}
		for _, c := range p.Counts {
			t.cells[cell{c.Place, c.Substance, c.Source, c.Measure, a, int64(c.Week)}] += sign * c.Value
		}
	}
	if sign < 0 {
		t.undocs = append(t.undocs, seq)
		return nil
	}
	tokens := make([]string, len(p.Audience))
	for i, a := range p.Audience {
		tokens[i] = t.s.tokenTerm(a)
	}
	t.docs = append(t.docs, document{seq, strings.Join(p.Terms, " "), strings.Join(tokens, " ")})
	return nil
}

func (t *Tx) putLinks(ctx context.Context, r *record.Record, before *Stored) error {
	if before != nil {
		for _, l := range before.Record.Links {
			if _, err := t.exec(ctx, `DELETE FROM link WHERE target = ? AND relation = ? AND source = ?`, l.To, string(l.Relation), r.ID); err != nil {
				return err
			}
		}
	}
	for _, l := range r.Links {
		if _, err := t.exec(ctx, `INSERT INTO link (target, relation, source) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, l.To, string(l.Relation), r.ID); err != nil {
			return err
		}
	}
	return nil
}

// bucket returns the number of a token's list, making it when it is new.
func (t *Tx) bucket(ctx context.Context, token, facet string) (int64, error) {
	key := bucketKey{token, facet}
	if id, ok := t.s.buckets.Load(key); ok {
		return id.(int64), nil
	}
	if id, ok := t.made[key]; ok {
		return id, nil
	}
	var id int64
	err := t.row(ctx, `SELECT id FROM bucket WHERE facet = ? AND token = ?`, []any{facet, token}, &id)
	if err == ErrNotFound {
		if id, err = t.next(ctx, "bucket"); err != nil {
			return 0, err
		}
		_, err = t.exec(ctx, `INSERT INTO bucket (id, token, facet) VALUES (?, ?, ?)`, id, token, facet)
	}
	if err == nil {
		t.made[key] = id
	}
	return id, err
}

// next returns the next number of a table; the single writer makes it unique.
func (t *Tx) next(ctx context.Context, table string) (int64, error) {
	if t.nextID[table] == 0 {
		var last int64
		if err := t.row(ctx, `SELECT coalesce(max(id), 0) FROM `+table, nil, &last); err != nil {
			return 0, err
		}
		t.nextID[table] = last
	}
	t.nextID[table]++
	return t.nextID[table], nil
}

func (t *Tx) audience(ctx context.Context, tokens []sharing.Token) (int64, error) {
	text := strings.Join(tokens, " ")
	key := bucketKey{token: text}
	if id, ok := t.s.buckets.Load(key); ok {
		return id.(int64), nil
	}
	if id, ok := t.made[key]; ok {
		return id, nil
	}
	var id int64
	err := t.row(ctx, `SELECT id FROM audience WHERE tokens = ?`, []any{text}, &id)
	if err == ErrNotFound {
		if id, err = t.next(ctx, "audience"); err != nil {
			return 0, err
		}
		err = t.putAudience(ctx, id, text, tokens)
	}
	if err == nil {
		t.made[key] = id
	}
	return id, err
}

func (t *Tx) putAudience(ctx context.Context, id int64, text string, tokens []sharing.Token) error {
	if _, err := t.exec(ctx, `INSERT INTO audience (id, tokens) VALUES (?, ?)`, id, text); err != nil {
		return err
	}
	return t.spread(ctx, id, tokens)
}

// spread keeps which tokens belong to an audience.
func (t *Tx) spread(ctx context.Context, id int64, tokens []sharing.Token) error {
	rows := make([]any, 0, 2*len(tokens))
	for _, x := range tokens {
		rows = append(rows, x, id)
	}
	return t.insert(ctx, "audience_token (token, audience)", " ON CONFLICT DO NOTHING", 2, rows)
}

// spreadAudiences does so for every audience: their numbers stay, since processes remember them.
func (t *Tx) spreadAudiences(ctx context.Context) error {
	kept := map[int64]string{}
	err := t.query(ctx, `SELECT id, tokens FROM audience`, nil, func(rows *sql.Rows) error {
		var id int64
		var text string
		err := rows.Scan(&id, &text)
		kept[id] = text
		return err
	})
	for id, text := range kept {
		if err == nil {
			err = t.spread(ctx, id, strings.Fields(text))
		}
	}
	return err
}

// Record returns the current version of a record, whoever may see it: the caller applies the sharing rule.
func (r *Reader) Record(ctx context.Context, id string) (*Stored, error) {
	var seq int64
	var payload []byte
	err := r.row(ctx, `SELECT r.seq, j.payload FROM record r JOIN journal j ON j.seq = r.seq WHERE r.id = ?`, []any{id}, &seq, &payload)
	if err != nil {
		return nil, err
	}
	return decode(seq, payload)
}

// Visible returns the current version of a record if one of the tokens lets it be seen, and ErrNotFound otherwise.
// It costs the same whether the record is hidden or does not exist.
func (r *Reader) Visible(ctx context.Context, id string, tokens []sharing.Token) (*Stored, error) {
	q := `SELECT r.seq, j.payload FROM record r JOIN journal j ON j.seq = r.seq WHERE r.id = ? AND ` + seen(len(tokens))
	var seq int64
	var payload []byte
	if err := r.row(ctx, q, append([]any{id}, values(tokens)...), &seq, &payload); err != nil {
		return nil, err
	}
	return decode(seq, payload)
}

// seen is the condition that one of n tokens lets the record r be seen.
func seen(n int) string {
	return `EXISTS (SELECT 1 FROM bucket b JOIN posting p ON p.bucket = b.id AND p.k = r.seq AND p.seq = r.seq
		WHERE b.facet = '` + All.Name + `' AND b.token IN (` + marks(n) + `))`
}

// visibleAtOnce is how many records one statement of VisibleAll asks for.
const visibleAtOnce = 200

// VisibleAll returns those of the records that one of the tokens lets be seen, by id.
func (r *Reader) VisibleAll(ctx context.Context, ids []string, tokens []sharing.Token) (map[string]*Stored, error) {
	out := make(map[string]*Stored, len(ids))
	for some := range slices.Chunk(ids, visibleAtOnce) {
		q := `SELECT r.seq, j.payload FROM record r JOIN journal j ON j.seq = r.seq WHERE r.id IN (` + marks(len(some)) + `) AND ` + seen(len(tokens))
		err := r.query(ctx, q, append(values(some), values(tokens)...), func(rows *sql.Rows) error {
			var seq int64
			var payload []byte
			if err := rows.Scan(&seq, &payload); err != nil {
				return err
			}
			s, err := decode(seq, payload)
			if err == nil {
				out[s.Record.ID] = s
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// All is the facet that every record must stand in, by change: Visible rests on it.
var All = Facet{Name: "*", ByChange: true}

func decode(seq int64, payload []byte) (*Stored, error) {
	var rec record.Record
	if err := json.Unmarshal(payload, &rec); err != nil {
		return nil, fmt.Errorf("journal entry %d: %w", seq, err)
	}
	return &Stored{Seq: seq, Record: &rec}, nil
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// records returns the records of the journal entries, in the order of seqs; entries that are gone are left out.
func (r *Reader) records(ctx context.Context, seqs []int64) ([]*Stored, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	args := make([]any, len(seqs))
	for i, s := range seqs {
		args[i] = s
	}
	found := make(map[int64]*Stored, len(seqs))
	err := r.query(ctx, `SELECT seq, payload FROM journal WHERE type = 'record' AND seq IN (`+marks(len(seqs))+`)`, args, func(rows *sql.Rows) error {
		var seq int64
		var payload []byte
		if err := rows.Scan(&seq, &payload); err != nil {
			return err
		}
		s, err := decode(seq, payload)
		found[seq] = s
		return err
	})
	out := make([]*Stored, 0, len(seqs))
	for _, s := range seqs {
		if x := found[s]; x != nil {
			out = append(out, x)
		}
	}
	return out, err
}

// Version is one entry of a record's history.
type Version struct {
	Seq    int64
	Actor  string
	Action string
	Record *record.Record
}

// History returns the record's versions, newest first, at most limit.
func (r *Reader) History(ctx context.Context, id string, limit int) ([]Version, error) {
	var out []Version
	err := r.query(ctx, `SELECT seq, actor, action, payload FROM journal WHERE subject = ? AND type = 'record' ORDER BY seq DESC LIMIT ?`, []any{id, limit}, func(rows *sql.Rows) error {
		var v Version
		var payload []byte
		if err := rows.Scan(&v.Seq, &v.Actor, &v.Action, &payload); err != nil {
			return err
		}
		s, err := decode(v.Seq, payload)
		if err != nil {
			return err
		}
		v.Record = s.Record
		out = append(out, v)
		return nil
	})
	return out, err
}

// LinkedFrom returns the ids of the records that link to the record, with the relation, at most limit.
func (r *Reader) LinkedFrom(ctx context.Context, id string, limit int) ([]record.Link, error) {
	var out []record.Link
	err := r.query(ctx, `SELECT relation, source FROM link WHERE target = ? ORDER BY source DESC LIMIT ?`, []any{id, limit}, func(rows *sql.Rows) error {
		var l record.Link
		if err := rows.Scan(&l.Relation, &l.To); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, err
}

// maxLinked is how many links to one record are looked through for those that a viewer sees.
const maxLinked = 20000

// VisibleFrom is LinkedFrom with only those records that one of the tokens lets be seen: the hidden do not take the places
// of the others.
func (r *Reader) VisibleFrom(ctx context.Context, id string, tokens []sharing.Token, limit int) ([]record.Link, error) {
	args := append([]any{id, maxLinked}, values(tokens)...)
	var out []record.Link
	err := r.query(ctx, `SELECT l.relation, l.source FROM (SELECT relation, source FROM link WHERE target = ? ORDER BY source DESC LIMIT ?) AS l JOIN record r ON r.id = l.source
		WHERE `+seen(len(tokens))+` ORDER BY l.source DESC LIMIT ?`, append(args, limit), func(rows *sql.Rows) error {
		var l record.Link
		if err := rows.Scan(&l.Relation, &l.To); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, err
}

// VisibleOf returns those of the ids whose records one of the tokens lets be seen.
func (r *Reader) VisibleOf(ctx context.Context, ids []string, tokens []sharing.Token) (map[string]bool, error) {
	out := make(map[string]bool, len(ids))
	for some := range slices.Chunk(ids, 500) {
		err := r.query(ctx, `SELECT r.id FROM record r WHERE r.id IN (`+marks(len(some))+`) AND `+seen(len(tokens)), append(values(some), values(tokens)...), func(rows *sql.Rows) error {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out[id] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// External is a record's key in another system and the hash of what was read from there last.
type External struct{ Owner, System, Ext, Record, SourceHash string }

// Externals returns those of the keys that are known, by key.
func (r *Reader) Externals(ctx context.Context, owner, system string, keys []string) (map[string]External, error) {
	out := make(map[string]External, len(keys))
	for len(keys) > 0 {
		n := min(len(keys), 500)
		args := []any{owner, system}
		for _, k := range keys[:n] {
			args = append(args, k)
		}
		err := r.query(ctx, `SELECT ext, record, source_hash FROM external WHERE owner = ? AND system = ? AND ext IN (`+marks(n)+`)`, args, func(rows *sql.Rows) error {
			x := External{Owner: owner, System: system}
			if err := rows.Scan(&x.Ext, &x.Record, &x.SourceHash); err != nil {
				return err
			}
			out[x.Ext] = x
			return nil
		})
		if err != nil {
			return nil, err
		}
		keys = keys[n:]
	}
	return out, nil
}

// PutExternal records or renews a key. A key stands once in a transaction.
func (t *Tx) PutExternal(x External) {
	t.externals = append(t.externals, x.Owner, x.System, x.Ext, x.Record, x.SourceHash)
}

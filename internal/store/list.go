package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/sharing"
)

// Position is a place in a list: the key that it is ordered by and the journal entry.
type Position struct{ K, Seq int64 }

// Page asks for one page of a list.
type Page struct {
	Facet     string
	Also      []string        // further facets of the same order in which the records must stand as well: for Scan
	Tokens    []sharing.Token // the viewer's
	After     *Position       // the last row of the page before; nil for the first page
	Ascending bool
	MinK      *int64 // bounds of the key, inclusive
	MaxK      *int64
	Limit     int
}

// Row is one record of a page.
type Row struct {
	Position
	*Stored
}

// List returns a page of the records that stand in the facet and that one of the tokens lets be seen: the merge of the
// newest rows of each token's own list. Its cost grows with the page, not with the store. It takes two statements.
func (r *Reader) List(ctx context.Context, p Page) ([]Row, error) {
	buckets, err := r.bucketsOf(ctx, p.Facet, p.Tokens)
	if err != nil || len(buckets) == 0 {
		return nil, err
	}
	places, args := pageQuery(buckets, p)
	order := "DESC"
	if p.Ascending {
		order = "ASC"
	}
	q := "SELECT p.k, p.seq, j.payload FROM (" + places + ") AS p JOIN journal j ON j.seq = p.seq ORDER BY p.k " + order + ", p.seq " + order
	var out []Row
	err = r.query(ctx, q, args, func(rows *sql.Rows) error {
		var x Row
		var payload []byte
		if err := rows.Scan(&x.K, &x.Position.Seq, &payload); err != nil {
			return err
		}
		var err error
		x.Stored, err = decode(x.Position.Seq, payload)
		out = append(out, x)
		return err
	})
	return out, err
}

func pageQuery(buckets []int64, p Page) (string, []any) {
	order, beyond := "DESC", "<"
	if p.Ascending {
		order, beyond = "ASC", ">"
	}
	var where strings.Builder
	var bounds []any
	if p.MinK != nil {
		where.WriteString(" AND k >= ?")
		bounds = append(bounds, *p.MinK)
	}
	if p.MaxK != nil {
		where.WriteString(" AND k <= ?")
		bounds = append(bounds, *p.MaxK)
	}
	if p.After != nil {
		fmt.Fprintf(&where, " AND (k, seq) %s (?, ?)", beyond)
		bounds = append(bounds, p.After.K, p.After.Seq)
	}
	parts := make([]string, len(buckets))
	var args []any
	for i, b := range buckets {
		parts[i] = fmt.Sprintf("SELECT k, seq FROM (SELECT k, seq FROM posting WHERE bucket = ?%s ORDER BY k %s, seq %s LIMIT ?) AS b%d", where.String(), order, order, i)
		args = append(append(append(args, b), bounds...), p.Limit)
	}
	q := strings.Join(parts, " UNION ") + fmt.Sprintf(" ORDER BY k %s, seq %s LIMIT ?", order, order)
	return q, append(args, p.Limit)
}

func (r *Reader) bucketsOf(ctx context.Context, facet string, tokens []sharing.Token) ([]int64, error) {
	if r.last.facet == facet && slices.Equal(r.last.tokens, tokens) {
		return r.last.ids, nil
	}
	ids, err := r.findBuckets(ctx, facet, tokens)
	if err == nil && r.tx == nil { // a transaction may make lists of its own
		r.last = lists{facet, tokens, ids}
	}
	return ids, err
}

func (r *Reader) findBuckets(ctx context.Context, facet string, tokens []sharing.Token) ([]int64, error) {
	lists, err := r.findLists(ctx, []string{facet}, tokens)
	return lists[facet], err
}

// findLists returns the numbers of the tokens' lists by facet.
func (r *Reader) findLists(ctx context.Context, facets []string, tokens []sharing.Token) (map[string][]int64, error) {
	lists := map[string][]int64{}
	unknown := map[sharing.Token]bool{}
	var ask []any
	for _, f := range facets {
		for _, t := range tokens {
			if id, ok := r.s.buckets.Load(bucketKey{t, f}); ok {
				lists[f] = append(lists[f], id.(int64))
			} else if !unknown[t] {
				unknown[t] = true
				ask = append(ask, t)
			}
		}
	}
	if len(ask) == 0 {
		return lists, nil
	}
	err := r.query(ctx, `SELECT id, token, facet FROM bucket WHERE facet IN (`+marks(len(facets))+`) AND token IN (`+marks(len(ask))+`)`, append(values(facets), ask...), func(rows *sql.Rows) error {
		var id int64
		var token, facet string
		if err := rows.Scan(&id, &token, &facet); err != nil {
			return err
		}
		r.s.buckets.Store(bucketKey{token, facet}, id)
		if !slices.Contains(lists[facet], id) {
			lists[facet] = append(lists[facet], id)
		}
		return nil
	})
	return lists, err
}

// Total counts the records of a list that the tokens let be seen, up to limit: a result of limit means "limit or more".
func (r *Reader) Total(ctx context.Context, facet string, tokens []sharing.Token, minK, maxK *int64, limit int) (int, error) {
	buckets, err := r.bucketsOf(ctx, facet, tokens)
	if err != nil || len(buckets) == 0 {
		return 0, err
	}
	full, args := fills(buckets, minK, maxK, limit)
	merged, more := pageQuery(buckets, Page{MinK: minK, MaxK: maxK, Limit: limit})
	var n int
	err = r.row(ctx, "SELECT CASE WHEN "+full+" THEN ? ELSE (SELECT count(*) FROM ("+merged+") AS t) END", append(append(args, limit), more...), &n)
	return n, err
}

// fills is the condition that one of the lists alone has limit rows or more: merging them would tell nothing else.
func fills(buckets []int64, minK, maxK *int64, limit int) (string, []any) {
	var where strings.Builder
	var bounds []any
	if minK != nil {
		where.WriteString(" AND k >= ?")
		bounds = append(bounds, *minK)
	}
	if maxK != nil {
		where.WriteString(" AND k <= ?")
		bounds = append(bounds, *maxK)
	}
	parts := make([]string, len(buckets))
	var args []any
	for i, b := range buckets {
		parts[i] = fmt.Sprintf("EXISTS (SELECT 1 FROM (SELECT k FROM posting WHERE bucket = ?%s ORDER BY k, seq LIMIT 1 OFFSET ?) AS b%d)", where.String(), i)
		args = append(append(append(args, b), bounds...), limit-1)
	}
	return strings.Join(parts, " OR "), args
}

// TokensOf returns every token that has a list of the facet; for the operator, who sees what the database holds.
func (r *Reader) TokensOf(ctx context.Context, facet string) ([]sharing.Token, error) {
	var out []sharing.Token
	err := r.query(ctx, `SELECT token FROM bucket WHERE facet = ? ORDER BY token`, []any{facet}, func(rows *sql.Rows) error {
		var t string
		if err := rows.Scan(&t); err != nil {
			return err
		}
		out = append(out, t)
		return nil
	})
	return out, err
}

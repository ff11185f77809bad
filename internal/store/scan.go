package store

import (
	"context"
	"database/sql"
	"strings"
)

// Scan looks through the next p.Limit places of a list for records that stand in each of the facets also as well, which
// are ordered by the same key, until it has found want. It returns them and where it stopped, nil at the list's end.
// Records that stand in one list only are not read.
func (r *Reader) Scan(ctx context.Context, p Page, also []string, want int) (found []Row, end *Position, err error) {
	lists, err := r.findLists(ctx, append([]string{p.Facet}, also...), p.Tokens)
	if err != nil {
		return nil, nil, err
	}
	in := make([]string, len(also))
	var others []any
	for i, facet := range append([]string{p.Facet}, also...) {
		ids := lists[facet]
		if len(ids) == 0 {
			return nil, nil, nil
		}
		if i > 0 {
			in[i-1] = "EXISTS (SELECT 1 FROM posting x WHERE x.bucket IN (" + marks(len(ids)) + ") AND x.k = p.k AND x.seq = p.seq)"
			others = append(others, values(ids)...)
		}
	}
	places, args := pageQuery(lists[p.Facet], p)
	order := "DESC"
	if p.Ascending {
		order = "ASC"
	}
	q := "SELECT p.k, p.seq, CASE WHEN " + strings.Join(in, " AND ") + " THEN 1 ELSE 0 END FROM (" + places + ") AS p ORDER BY p.k " + order + ", p.seq " + order
	seen, stands := 0, []Position(nil)
	err = r.query(ctx, q, append(others, args...), func(rows *sql.Rows) error {
		var at Position
		var both int
		if err := rows.Scan(&at.K, &at.Seq, &both); err != nil || len(stands) == want {
			return err
		}
		seen, end = seen+1, &at
		if both == 1 {
			stands = append(stands, at)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if seen < p.Limit && len(stands) < want {
		end = nil
	}
	found, err = r.rowsAt(ctx, stands)
	return found, end, err
}

// rowsAt reads the records at places of a list.
func (r *Reader) rowsAt(ctx context.Context, at []Position) ([]Row, error) {
	seqs := make([]int64, len(at))
	for i, p := range at {
		seqs[i] = p.Seq
	}
	records, err := r.records(ctx, seqs)
	if err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(records))
	for _, p := range at {
		if n := len(out); n < len(records) && records[n].Seq == p.Seq {
			out = append(out, Row{p, records[n]})
		}
	}
	return out, nil
}

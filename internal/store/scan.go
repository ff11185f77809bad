package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Scan looks through the next p.Limit places of a list for records that stand in p.Facet and in each of p.Also, until it has
// found want. It returns them in the page's order and where it stopped, nil at the list's end. Of the lists it walks the one
// that holds least there; records that stand in one list only are not read. It takes three statements.
func (r *Reader) Scan(ctx context.Context, p Page, want int) (found []Row, end *Position, err error) {
	facets := append([]string{p.Facet}, p.Also...)
	lists, err := r.findLists(ctx, facets, p.Tokens)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range facets {
		if len(lists[f]) == 0 {
			return nil, nil, nil
		}
	}
	walked, err := r.sparsest(ctx, p, facets, lists)
	if err != nil {
		return nil, nil, err
	}
	order, back := "DESC", "ASC"
	if p.Ascending {
		order, back = back, order
	}
	places, args := pageQuery(lists[walked], p)
	var in []string
	for _, f := range facets {
		if f != walked {
			in = append(in, "EXISTS (SELECT 1 FROM posting x WHERE x.bucket IN ("+marks(len(lists[f]))+") AND x.k = p.k AND x.seq = p.seq)")
			args = append(args, values(lists[f])...)
		}
	}
	// The last row, without a payload, says how far the places go and how many they are.
	q := `WITH p AS MATERIALIZED (` + places + `)
		SELECT f.k, f.seq, 0, j.payload FROM (SELECT k, seq FROM p WHERE ` + strings.Join(in, " AND ") + ` ORDER BY k ` + order + `, seq ` + order + ` LIMIT ?) AS f JOIN journal j ON j.seq = f.seq
		UNION ALL SELECT k, seq, n, NULL FROM (SELECT k, seq, (SELECT count(*) FROM p) AS n FROM p ORDER BY k ` + back + `, seq ` + back + ` LIMIT 1) AS l`
	seen := 0
	err = r.query(ctx, q, append(args, want), func(rows *sql.Rows) error {
		var x Row
		var n int
		var payload []byte
		if err := rows.Scan(&x.K, &x.Position.Seq, &n, &payload); err != nil {
			return err
		}
		if payload == nil {
			seen, end = n, &x.Position
			return nil
		}
		x.Stored, err = decode(x.Position.Seq, payload)
		found = append(found, x)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	sortRows(found, p.Ascending)
	switch {
	case len(found) == want:
		end = &found[want-1].Position
	case seen < p.Limit:
		end = nil
	}
	return found, end, nil
}

// sample is how many places of a list are skipped to see how far they reach.
const sample = 200

// sparsest returns the facet whose lists reach furthest with as many places, from where a page begins.
func (r *Reader) sparsest(ctx context.Context, p Page, facets []string, lists map[string][]int64) (string, error) {
	order, beyond, furthest := "DESC", "<=", "max"
	if p.Ascending {
		order, beyond, furthest = "ASC", ">=", "min"
	}
	var parts []string
	var args []any
	for i, f := range facets {
		for _, b := range lists[f] {
			where, bounds := "", []any{}
			if p.After != nil {
				where, bounds = " AND k "+beyond+" ?", append(bounds, p.After.K)
			}
			parts = append(parts, fmt.Sprintf("SELECT %d AS facet, (SELECT k FROM posting WHERE bucket = ?%s ORDER BY k %s, seq %s LIMIT 1 OFFSET %d) AS k", i, where, order, order, sample))
			args = append(append(args, b), bounds...)
		}
	}
	best := facets[0]
	var reach sql.NullInt64
	first := true
	err := r.query(ctx, `SELECT facet, `+furthest+`(k) FROM (`+strings.Join(parts, " UNION ALL ")+`) AS t GROUP BY facet ORDER BY facet`, args, func(rows *sql.Rows) error {
		var i int
		var k sql.NullInt64
		if err := rows.Scan(&i, &k); err != nil {
			return err
		}
		sparser := !k.Valid && reach.Valid || k.Valid && reach.Valid && (p.Ascending && k.Int64 > reach.Int64 || !p.Ascending && k.Int64 < reach.Int64)
		if first || sparser {
			best, reach, first = facets[i], k, false
		}
		return nil
	})
	return best, err
}

func sortRows(rows []Row, ascending bool) {
	slices.SortFunc(rows, func(a, b Row) int {
		n := cmp.Or(cmp.Compare(a.K, b.K), cmp.Compare(a.Position.Seq, b.Position.Seq))
		if ascending {
			return n
		}
		return -n
	})
}

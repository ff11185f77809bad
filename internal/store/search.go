package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode"

	"tocsin/internal/sharing"
)

// Search returns the newest records that hold one word of each group and that one of the tokens lets be seen.
// A word that ends in * is a prefix. Words must be letters and digits only.
func (r *Reader) Search(ctx context.Context, words [][]string, tokens []sharing.Token, before int64, limit int) ([]*Stored, error) {
	query, err := r.searchFor(ctx, words, tokens)
	if err != nil || query == "" {
		return nil, err
	}
	if before == 0 {
		before = newest
	}
	var seqs []int64
	err = r.widening(ctx, query, before, limit, func(query string) (int, error) {
		seqs = nil
		err := r.query(ctx, r.s.e.search, []any{query, before, limit}, func(rows *sql.Rows) error {
			var s int64
			if err := rows.Scan(&s); err != nil {
				return err
			}
			seqs = append(seqs, s)
			return nil
		})
		return len(seqs), err
	})
	if err != nil {
		return nil, err
	}
	return r.records(ctx, seqs)
}

// newest is after every entry of a journal.
const newest = int64(1) << 62

// SearchKinds counts by kind the newest records that Search would find, at most limit of them together.
func (r *Reader) SearchKinds(ctx context.Context, words [][]string, tokens []sharing.Token, limit int) (map[string]int, error) {
	query, err := r.searchFor(ctx, words, tokens)
	if err != nil || query == "" {
		return nil, err
	}
	q := `SELECT r.kind, count(*) FROM (` + r.s.e.search + `) AS found JOIN record r ON r.seq = found.` + r.s.e.found + ` GROUP BY r.kind`
	var out map[string]int
	err = r.widening(ctx, query, newest, limit, func(query string) (total int, err error) {
		out = map[string]int{}
		err = r.query(ctx, q, []any{query, newest, limit}, func(rows *sql.Rows) error {
			var kind string
			var n int
			if err := rows.Scan(&kind, &n); err != nil {
				return err
			}
			out[kind] = n
			total += n
			return nil
		})
		return total, err
	})
	return out, err
}

// An index that does not keep its documents in order must find all that hold a word before it knows the newest. Each
// document therefore holds the names of the spans of the journal that it stands in, of some lengths, and a query asks for
// the newest spans first and for longer ones where those hold too few: it reads some times what it answers, however much
// is stored.

// spanOf names the span of 2^bits entries of the journal in which one stands.
func spanOf(bits int, seq int64) string { return fmt.Sprintf("@%d:%d", bits, seq>>bits) }

// spansAtOnce is how many spans of a length are asked for: each length is a quarter of the next, so that all of them but
// the newest, which may have begun just now, reach as far as one of that.
const spansAtOnce = 5

// widening calls find with the query, narrowed to ever longer stretches of the journal before an entry, until it has
// found limit documents or has been asked for all.
func (r *Reader) widening(ctx context.Context, query string, before int64, limit int, find func(query string) (int, error)) error {
	last := before - 1
	if len(r.s.e.spans) > 0 && before == newest {
		if err := r.row(ctx, `SELECT coalesce(max(seq), 0) FROM search`, nil, &last); err != nil {
			return err
		}
	}
	for _, bits := range r.s.e.spans {
		if last>>bits < spansAtOnce { // they hold everything
			break
		}
		var spans []string
		for i := range int64(spansAtOnce) {
			spans = append(spans, spanOf(bits, last-i<<bits))
		}
		if n, err := find("(" + quoted(spans, "'", " | ", "") + ") & " + query); err != nil || n >= limit {
			return err
		}
	}
	_, err := find(query)
	return err
}

// searchFor writes the query of a full-text search, "" for one that nothing can answer.
func (r *Reader) searchFor(ctx context.Context, words [][]string, tokens []sharing.Token) (string, error) {
	if len(words) == 0 || len(tokens) == 0 {
		return "", nil
	}
	terms := make([]string, len(tokens))
	for i, t := range tokens {
		terms[i] = r.s.tokenTerm(t)
	}
	groups := make([][]string, len(words))
	for i, group := range words {
		for _, w := range group {
			held, err := r.wordsLike(ctx, w)
			if err != nil {
				return "", err
			}
			groups[i] = append(groups[i], held...)
		}
		if len(groups[i]) == 0 {
			return "", nil
		}
	}
	return r.s.e.query(groups, terms), nil
}

// mostLike is how many words a prefix may stand for that are looked for one by one.
const mostLike = 256

// wordsLike returns what is looked for in place of a word: for a prefix, the words that documents hold with it. An index
// that reads everything below a prefix before it answers the first document reads what stands under a whole word as far as
// it is asked to. A prefix of more words than mostLike stays one.
func (r *Reader) wordsLike(ctx context.Context, word string) ([]string, error) {
	stem, prefix := strings.CutSuffix(word, "*")
	if !prefix {
		return []string{word}, nil
	}
	var held []string
	err := r.query(ctx, `SELECT word FROM word WHERE word >= ? AND word < ? ORDER BY word LIMIT ?`, []any{stem, stem + string(unicode.MaxRune), mostLike + 1}, func(rows *sql.Rows) error {
		var w string
		err := rows.Scan(&w)
		held = append(held, w)
		return err
	})
	if len(held) > mostLike {
		return []string{word}, err
	}
	return held, err
}

// IndexForm names what the full-text index of this engine holds of a document: a database whose index was written in
// another form is derived anew.
func (s *Store) IndexForm() string { return s.e.form }

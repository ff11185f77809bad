package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"tocsin/internal/journal"
	"tocsin/internal/record"
)

// posting is one row of the index that lists are read from.
type posting struct{ bucket, k, seq int64 }

// cell is the key of one observation.
type cell struct {
	place, substance, source, measure string
	audience, week                    int64
}

type document struct {
	seq             int64
	words, audience string
}

// Flush writes what is buffered, so that later reads of the transaction see it.
func (t *Tx) Flush(ctx context.Context) error {
	for _, f := range []func(context.Context) error{t.flushEntries, t.flushRecords, t.flushExternals, t.flushPostings, t.flushCells, t.flushDocuments} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) flushEntries(ctx context.Context) error {
	if len(t.entries) == 0 {
		return nil
	}
	g, err := journal.Grow(t.head+t.flushed, t.entries, t.hashes(ctx))
	if err != nil {
		return err
	}
	rows := make([]any, 0, 8*len(t.entries))
	for i := range t.entries {
		e := &t.entries[i]
		rows = append(rows, e.Seq, e.At.UnixMicro(), e.Actor, e.Type, e.Subject, int64(e.Version), e.Action, nonNil(e.Payload))
	}
	if err := t.insert(ctx, "journal (seq, at, actor, type, subject, version, action, payload)", "", 8, rows); err != nil {
		return err
	}
	hashes := make([]any, 0, 2*len(g.Hashes))
	for i := range g.Hashes {
		hashes = append(hashes, g.First+int64(i), g.Hashes[i][:])
	}
	if err := t.insert(ctx, "journal_hash (idx, hash)", "", 2, hashes); err != nil {
		return err
	}
	t.lastIndex, t.lastHash = g.First+int64(len(g.Hashes))-1, g.Hashes[len(g.Hashes)-1]
	t.flushed += int64(len(t.entries))
	t.entries = t.entries[:0]
	return nil
}

func (t *Tx) flushRecords(ctx context.Context) error {
	rows := t.records
	t.records = nil
	return t.insert(ctx, "record (id, seq, kind, owner)", "", 4, rows)
}

func (t *Tx) flushExternals(ctx context.Context) error {
	rows := t.externals
	t.externals = nil
	return t.insert(ctx, "external (owner, system, ext, record, source_hash)", " ON CONFLICT (owner, system, ext) DO UPDATE SET record = excluded.record, source_hash = excluded.source_hash", 5, rows)
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (t *Tx) flushPostings(ctx context.Context) error {
	var add, remove []posting
	for p, adding := range t.postings {
		if adding {
			add = append(add, p)
		} else {
			remove = append(remove, p)
		}
	}
	clear(t.postings)
	for _, p := range remove {
		if _, err := t.exec(ctx, `DELETE FROM posting WHERE bucket = ? AND k = ? AND seq = ?`, p.bucket, p.k, p.seq); err != nil {
			return err
		}
	}
	slices.SortFunc(add, func(a, b posting) int {
		return cmp.Or(cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.k, b.k), cmp.Compare(a.seq, b.seq))
	})
	values := make([]any, 0, 3*len(add))
	for _, p := range add {
		values = append(values, p.bucket, p.k, p.seq)
	}
	return t.insert(ctx, "posting (bucket, k, seq)", "", 3, values)
}

func (t *Tx) flushCells(ctx context.Context) error {
	keys := make([]cell, 0, len(t.cells))
	for c, v := range t.cells {
		if v != 0 {
			keys = append(keys, c)
		}
	}
	slices.SortFunc(keys, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.substance, b.substance), cmp.Compare(a.source, b.source),
			cmp.Compare(a.measure, b.measure), cmp.Compare(a.audience, b.audience), cmp.Compare(a.week, b.week))
	})
	values := make([]any, 0, 7*len(keys))
	for _, c := range keys {
		values = append(values, c.place, c.substance, c.source, c.measure, c.audience, c.week, t.cells[c])
	}
	err := t.insert(ctx, "observation (place, substance, source, measure, audience, week, value)",
		" ON CONFLICT (place, substance, source, measure, audience, week) DO UPDATE SET value = observation.value + excluded.value", 7, values)
	if err == nil {
		err = t.flushTotals(ctx, keys)
	}
	clear(t.cells)
	return err
}

// total is the key of a sum of observations: by source and week, or by place and month.
type total struct {
	substance, measure string
	audience           int64
	what               string
	when               int64
}

// flushTotals adds what is written of countries to the sums of all countries and of all sources.
func (t *Tx) flushTotals(ctx context.Context, keys []cell) error {
	weeks, months := map[total]float64{}, map[total]float64{}
	for _, c := range keys {
		if len(c.place) != 2 {
			continue
		}
		weeks[total{c.substance, c.measure, c.audience, c.source, c.week}] += t.cells[c]
		months[total{c.substance, c.measure, c.audience, c.place, int64(record.Week(c.week).YearMonth())}] += t.cells[c]
	}
	if err := t.insert(ctx, "total_week (substance, measure, audience, source, week, value)",
		" ON CONFLICT (substance, measure, audience, source, week) DO UPDATE SET value = total_week.value + excluded.value", 6, totalRows(weeks)); err != nil {
		return err
	}
	return t.insert(ctx, "total_month (substance, measure, audience, place, month, value)",
		" ON CONFLICT (substance, measure, audience, month, place) DO UPDATE SET value = total_month.value + excluded.value", 6, totalRows(months))
}

func totalRows(sums map[total]float64) []any {
	keys := slices.SortedFunc(maps.Keys(sums), func(a, b total) int {
		return cmp.Or(cmp.Compare(a.substance, b.substance), cmp.Compare(a.measure, b.measure), cmp.Compare(a.audience, b.audience), cmp.Compare(a.what, b.what), cmp.Compare(a.when, b.when))
	})
	out := make([]any, 0, 6*len(keys))
	for _, k := range keys {
		out = append(out, k.substance, k.measure, k.audience, k.what, k.when, sums[k])
	}
	return out
}

func (t *Tx) flushDocuments(ctx context.Context) error {
	if err := t.learnWords(ctx); err != nil {
		return err
	}
	for _, seq := range t.undocs {
		if _, err := t.exec(ctx, t.s.e.unindex, seq); err != nil {
			return err
		}
	}
	err := t.s.e.index(ctx, t, t.docs)
	t.undocs, t.docs = t.undocs[:0], t.docs[:0]
	return err
}

// learnWords keeps which words the new documents hold. Words that no document holds any more stay: they find nothing.
func (t *Tx) learnWords(ctx context.Context) error {
	var held []string
	for _, d := range t.docs {
		held = append(held, strings.Fields(d.words)...)
	}
	slices.Sort(held)
	return t.insert(ctx, "word (word)", " ON CONFLICT DO NOTHING", 1, values(slices.Compact(held)))
}

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

// Sheet is what an export is written to: a header, then rows.
type Sheet interface {
	Header(columns []string) error
	Row(cells []any) error
	Close() error
}

const maxItems = 20 // items of a list that an export gives columns of their own

// Export writes every record of the query that the viewer sees, newest first, one row each, under column names that the
// import of the same kind reads again. It returns how many rows it wrote. List items beyond the twentieth are counted in
// the last column.
func (a *App) Export(ctx context.Context, v Viewer, q Query, w Sheet) (rows int, err error) {
	k, ok := kinds.Get(q.Kind)
	if !ok {
		return 0, refuse(NotFound, "error.kind", "kind", q.Kind)
	}
	sizes := map[string]int{}
	err = a.Each(ctx, v, q, func(s *Shown) error {
		return eachList(k, s, func(name string, n int) { sizes[name] = max(sizes[name], min(n, maxItems)) })
	})
	if err != nil {
		return 0, err
	}
	columns := exportColumns(k, sizes)
	if err := w.Header(columns); err != nil {
		return 0, err
	}
	err = a.Each(ctx, v, q, func(s *Shown) error {
		rows++
		cells, err := exportCells(columns, s)
		if err != nil {
			return err
		}
		return w.Row(cells)
	})
	if err != nil {
		return rows, err
	}
	return rows, w.Close()
}

// Each calls f with every record of the query that the viewer sees.
func (a *App) Each(ctx context.Context, v Viewer, q Query, f func(*Shown) error) error {
	q.Limit, q.Cursor, q.Uncounted = MaxPage, "", true
	for {
		l, err := a.List(ctx, v, q)
		if err != nil {
			return err
		}
		for _, s := range l.Records {
			if err := f(s); err != nil {
				return err
			}
		}
		if l.Next == "" {
			return ctx.Err()
		}
		q.Cursor = l.Next
	}
}

func eachList(k *record.Kind, s *Shown, f func(name string, n int)) error {
	var body map[string]json.RawMessage
	if err := json.Unmarshal(s.Record.Body, &body); err != nil {
		return err
	}
	for _, fl := range k.Fields {
		if fl.Type == record.TypeList && body[fl.Name] != nil {
			var items []json.RawMessage
			if err := json.Unmarshal(body[fl.Name], &items); err != nil {
				return err
			}
			f(fl.Name, len(items))
		}
	}
	return nil
}

// envelopeColumns lead every export.
var envelopeColumns = []string{"id", "version", "state", "owner", "tlp", "updated", "simulated", "title"}

func exportColumns(k *record.Kind, sizes map[string]int) []string {
	columns := append([]string{}, envelopeColumns...)
	for _, f := range k.Fields {
		switch f.Type {
		case record.TypeData:
		case record.TypeList:
			for i := 1; i <= sizes[f.Name]; i++ {
				for _, g := range f.Fields {
					columns = append(columns, fmt.Sprintf("%s.%d.%s", f.Name, i, g.Name))
				}
			}
		case record.TypeTexts:
			for _, lang := range record.Languages {
				columns = append(columns, f.Name+"."+lang)
			}
		default:
			columns = append(columns, f.Name)
		}
	}
	return columns
}

func exportCells(columns []string, s *Shown) ([]any, error) {
	var body map[string]any
	if err := json.Unmarshal(s.Record.Body, &body); err != nil {
		return nil, err
	}
	title, _ := s.Title.In("en")
	envelope := []any{s.ID, s.Version, s.State, s.Owner, string(s.Sharing.TLP), s.Updated.Format("2006-01-02T15:04:05Z07:00"), s.Simulated, title}
	cells := make([]any, 0, len(columns))
	cells = append(cells, envelope...)
	for _, c := range columns[len(envelope):] {
		cells = append(cells, at(body, strings.Split(c, ".")))
	}
	return cells, nil
}

// at returns the value at a path of names and item numbers from 1; nil where there is none.
func at(v any, path []string) any {
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			n, err := strconv.Atoi(p)
			if err != nil || n < 1 || n > len(x) {
				return nil
			}
			v = x[n-1]
		default:
			return nil
		}
	}
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = fmt.Sprint(x)
		}
		return strings.Join(parts, ";")
	}
	return v
}

package app

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"tocsin/internal/exchange/profile"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// read reads and maps the rows into chunks. The counts of the report's rows and of those refused here are its own; the
// second stage adds to them only under the channel's order, so the two never touch the same field at once.
func (m *importing) read(ctx context.Context, t table.Reader, out chan<- chunk) error {
	c := chunk{}
	send := func() error {
		if len(c.items) == 0 {
			return nil
		}
		select {
		case out <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
		c = chunk{}
		return nil
	}
	for n := 0; m.q.Limit == 0 || n < m.q.Limit; n++ {
		row, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if sendErr := send(); sendErr != nil { // what was read before the file broke is kept
				return sendErr
			}
			return err
		}
		item, problems := m.mapper.Map(row)
		item.Problems = problems
		c.items = append(c.items, item)
		if m.rejects != nil || len(problems) > 0 {
			for len(c.cells) < len(c.items)-1 {
				c.cells = append(c.cells, nil)
			}
			c.cells = append(c.cells, slices.Clone(row.Cells))
		}
		if len(c.items) == batchSize {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// prepare checks the rows of each chunk and hands on those that are to be written. It alone writes the report.
func (m *importing) prepare(ctx context.Context, in <-chan chunk, out chan<- []prepared) error {
	for c := range in {
		keys := make([]string, 0, len(c.items))
		for _, it := range c.items {
			if len(it.Problems) == 0 {
				keys = append(keys, it.Key)
			}
		}
		known, err := m.known(ctx, keys)
		if err != nil {
			return err
		}
		batch := make([]prepared, 0, len(c.items))
		for i, it := range c.items {
			var cells []string
			if i < len(c.cells) {
				cells = c.cells[i]
			}
			p, err := m.row(ctx, it, cells, known)
			if err != nil {
				return err
			}
			if p != nil && !m.q.DryRun {
				batch = append(batch, *p)
			}
		}
		select {
		case out <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
		if m.q.Progress != nil {
			m.q.Progress(m.report.Rows)
		}
	}
	return nil
}

// row decides what becomes of one row: refused, unchanged, or prepared to be written.
func (m *importing) row(ctx context.Context, it profile.Item, cells []string, known map[string]store.External) (*prepared, error) {
	m.report.Rows++
	if len(it.Problems) > 0 {
		return nil, m.reject(it, cells, it.Problems)
	}
	x := known[it.Key]
	exists := x.Record != ""
	if exists && x.SourceHash == it.SourceHash {
		m.report.Unchanged++
		return nil, nil
	}
	p, problems, err := m.make(ctx, it, x, exists)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, m.reject(it, cells, m.asTable(it.Row, problems))
	}
	m.report.Accepted++
	for _, u := range it.Unknown {
		if len(m.report.Unknown) < maxReported && !slices.Contains(m.report.Unknown, u) {
			m.report.Unknown = append(m.report.Unknown, u)
		}
	}
	if len(m.report.Preview) < maxPreview {
		s, err := m.app.show(m.v, p.record)
		if err != nil {
			return nil, err
		}
		m.report.Preview = append(m.report.Preview, s)
	}
	return p, nil
}

// make builds the record of a row, new or as the next version of the one that the row made before.
func (m *importing) make(ctx context.Context, it profile.Item, x store.External, exists bool) (*prepared, record.Problems, error) {
	fields := m.body(it)
	dropDerived(m.k.Fields, fields)
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, nil, err
	}
	a := m.app
	p := &prepared{source: &store.External{Owner: x.Owner, System: m.q.Profile.Name, Ext: it.Key, SourceHash: it.SourceHash}, unknown: it.Unknown}
	if exists {
		if p.before, err = a.store.Read().Record(ctx, x.Record); err != nil {
			return nil, nil, err
		}
		if m.rule.TLP == record.Red && p.before.Record.Sharing.TLP != record.Red { // what is for few does not go into what more see
			exists, p.before, p.source.Owner = false, nil, m.ownKeys()
		}
	}
	if exists {
		if problems := m.unchangeable(p.before.Record); len(problems) > 0 {
			return nil, problems, nil
		}
		if _, p.old, err = a.projectStored(p.before); err != nil {
			return nil, nil, err
		}
		p.record = p.before.Record.Clone()
		p.record.Version, p.record.Updated, p.record.Body, p.record.Reason = p.record.Version+1, a.now(), raw, ""
	} else {
		p.record = a.fromDraft(m.v, m.k, Draft{Kind: m.k.Name, Owner: m.owner, Sharing: m.rule, Body: raw, state: m.q.State,
			external: []record.External{{System: m.q.Profile.Name, ID: it.Key}}})
	}
	p.source.Record = p.record.ID
	b, problems := m.k.Complete(p.record, a.names, a.today())
	problems = append(problems, a.admitRow(m.v, p.record, b)...)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	p.project = a.project(m.k, p.record, b)
	p.project.Payload, err = json.Marshal(p.record) // here, where it costs the writing goroutine nothing
	return p, nil, err
}

// body puts the substances that the row's flags and texts name into the kind's list of them.
func (m *importing) body(it profile.Item) map[string]any {
	if m.k.Named == "" || len(it.Substances)+len(it.Unknown) == 0 {
		return it.Fields
	}
	list, _ := it.Fields[m.k.Named].([]any)
	add := func(id, given string) {
		item := make(map[string]any, len(m.q.Profile.Item)+2)
		for k, v := range m.q.Profile.Item {
			item[k] = v
		}
		if id != "" {
			item["substance"] = id
		}
		if given != "" {
			item["given"] = given
		}
		list = append(list, item)
	}
	for _, s := range it.Substances {
		add(s.ID, s.Given)
	}
	for _, u := range it.Unknown {
		if m.k.Named != "about" {
			add("", u)
		}
	}
	it.Fields[m.k.Named] = list
	return it.Fields
}

func (m *importing) asTable(row int, problems record.Problems) []*table.Problem {
	out := make([]*table.Problem, len(problems))
	for i, p := range problems {
		out[i] = &table.Problem{Row: row, Column: m.columnOf(p.Field), Key: p.Key, Params: p.Params}
		if v, ok := p.Params["value"].(string); ok {
			out[i].Value = table.Safe(v)
		}
	}
	return out
}

// columnOf returns the column that a field is read from, or the field's path.
func (m *importing) columnOf(field string) string {
	for _, c := range m.q.Profile.Columns {
		if c.Field == field {
			return c.Column
		}
	}
	return field
}

// reject keeps what is wrong with a row, and the row itself where refused rows are wanted.
func (m *importing) reject(it profile.Item, cells []string, problems []*table.Problem) error {
	m.report.Rejected++
	for _, p := range problems {
		if len(m.report.Errors) < maxReported {
			m.report.Errors = append(m.report.Errors, ImportError{Row: it.Row, Column: p.Column, Value: p.Value, Problem: p.Key, Params: p.Params})
		}
	}
	if m.rejects == nil {
		return nil
	}
	row := make([]any, 0, len(m.report.Columns)+2)
	for i := range m.report.Columns {
		if i < len(cells) {
			row = append(row, cells[i])
		} else {
			row = append(row, "")
		}
	}
	return m.rejects.Row(append(row, it.Row, problems[0].Column+": "+problems[0].Key))
}

// Template returns the names of the columns by which a table of the kind is imported without a profile of its own: every
// field, and two items of each list.
func Template(kind string) ([]string, bool) {
	k, ok := kinds.Get(kind)
	if !ok {
		return nil, false
	}
	sizes := map[string]int{}
	for _, f := range k.Fields {
		sizes[f.Name] = 2
	}
	var out []string
	for _, c := range exportColumns(k, sizes)[len(envelopeColumns):] {
		if f, ok := record.Find(k.Fields, c); !ok || !f.Derived {
			out = append(out, c)
		}
	}
	return out, true
}

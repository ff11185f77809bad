package app

import (
	"context"
	"errors"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// ImportRequest says what to import and how.
type ImportRequest struct {
	Kind     string
	Profile  *profile.Profile
	File     io.ReaderAt
	Size     int64           // bytes
	Sharing  *record.Sharing // in place of the profile's
	Owner    string          // in place of the profile's
	State    string          // that new records get in place of their kind's first; only the secretariat's to say
	DryRun   bool            // read and check everything, write nothing
	Limit    int             // rows to read, 0 for all
	Progress func(rows int)  // called now and then, from another goroutine
	Rejected io.Writer       // gets the rows that are refused, as CSV; may be nil
}

// ImportError is one reason why a row is refused.
type ImportError struct {
	Row     int            `json:"row"` // data rows count from 1; 0 is the file as a whole
	Column  string         `json:"column"`
	Value   string         `json:"value"`
	Problem string         `json:"problem"` // a message key
	Params  map[string]any `json:"params,omitempty"`
}

// ImportReport is what an import did.
type ImportReport struct {
	Rows      int           `json:"rows"`
	Accepted  int           `json:"accepted"`
	Unchanged int           `json:"unchanged"`
	Rejected  int           `json:"rejected"`
	Errors    []ImportError `json:"errors"` // at most maxReported
	Columns   []string      `json:"-"`
	Unread    []string      `json:"-"` // columns that the profile neither reads nor ignores
	Unknown   []string      `json:"-"` // names that nothing in the catalogue answers to, at most maxReported
	Preview   []*Shown      `json:"-"` // the first records, as they would be
}

const (
	maxReported = 1000
	maxPreview  = 20
)

// Import reads a table by a profile and writes its rows as records of the kind. A row that is wrong is refused by itself;
// the others are written, in transactions of batchSize whole rows. A row that was imported before and has not changed in
// its table changes nothing, so that the same file may be imported again, also after having been killed half way.
func (a *App) Import(ctx context.Context, v Viewer, q ImportRequest) (*ImportReport, error) {
	k, owner, err := a.mayImport(v, q)
	if err != nil {
		return nil, err
	}
	t, err := table.Open(q.File, q.Size, table.Options{Encoding: q.Profile.Table.Encoding, Delimiter: q.Profile.Table.Delimiter, Sheet: q.Profile.Table.Sheet})
	if err != nil {
		return nil, tableError(err)
	}
	defer func() { _ = t.Close() }()
	m := &importing{app: a, v: v, q: q, k: k, owner: owner, report: &ImportReport{Columns: slices.Clone(t.Columns()), Errors: []ImportError{}}, rule: q.Profile.Sharing.Rule()}
	if q.Sharing != nil {
		m.rule = *q.Sharing
	} else if m.rule.TLP == "" {
		m.rule.TLP = k.Sharing
	}
	if err := m.checkColumns(); err != nil {
		return nil, err
	}
	if problems := append(m.rule.Validate(), a.checkAudience(ctx, v, &record.Record{Owner: owner, Sharing: m.rule}, nil)...); len(problems) > 0 {
		return nil, invalid(problems)
	}
	m.mapper = profile.NewMapper(q.Profile, k.Fields, t, a.resolve, a.today())
	if q.Rejected != nil {
		m.rejects = table.NewCSV(q.Rejected)
		if err := m.rejects.Header(append(slices.Clone(m.report.Columns), "row", "problem")); err != nil {
			return nil, err
		}
	}
	if err := m.run(ctx, t); err != nil {
		return nil, tableError(err)
	}
	if m.rejects != nil {
		if err := m.rejects.Close(); err != nil {
			return nil, err
		}
	}
	return m.report, nil
}

func (a *App) mayImport(v Viewer, q ImportRequest) (*record.Kind, string, error) {
	k, err := authored(v, Draft{Kind: q.Kind})
	if err == nil {
		err = v.within(ScopeImport)
	}
	if err != nil {
		return nil, "", err
	}
	if q.Profile == nil || q.Profile.Kind != q.Kind {
		return nil, "", refuse(Invalid, "error.profile", "kind", q.Kind)
	}
	owner := q.Owner
	if owner == "" {
		owner = q.Profile.Owner
	}
	if owner == "" {
		owner = v.Owner()
	}
	if !v.Owns(owner) || sharing.PartnerOf(owner) != "" && !k.Partners {
		return nil, "", refuse(Forbidden, "error.owner")
	}
	if q.State != "" && !v.Has(coalition.Secretariat) {
		return nil, "", refuse(Forbidden, "error.duty", "duty", string(coalition.Secretariat))
	}
	if q.State != "" && !slices.Contains(k.Workflow.States, q.State) {
		return nil, "", invalid(record.Problems{{Field: "state", Key: "problem.state", Params: map[string]any{"value": q.State}}})
	}
	return k, owner, nil
}

// tableError turns a problem of the file as a whole into an answer.
func tableError(err error) error {
	var p *table.Problem
	if errors.As(err, &p) {
		params := map[string]any{}
		for k, x := range p.Params {
			params[k] = x
		}
		field := ""
		if p.Row > 0 {
			params["row"], field = p.Row, "row"
		}
		return &Error{Code: Invalid, Key: "error.table", Problems: record.Problems{{Field: field, Key: p.Key, Params: params}}}
	}
	return err
}

// resolve finds the substances that a text names, and what in it is not known.
func (a *App) resolve(text string) (found []profile.Found, unknown []string) {
	r := a.resolver.Resolve(text)
	for _, m := range r.Matches {
		found = append(found, profile.Found{ID: m.ID, Given: m.Text})
	}
	for _, u := range r.Unknown {
		unknown = append(unknown, u.Text)
	}
	for _, x := range r.Ambiguous {
		unknown = append(unknown, x.Text)
	}
	return found, unknown
}

// importing is one import as it runs.
type importing struct {
	app     *App
	v       Viewer
	q       ImportRequest
	k       *record.Kind
	owner   string
	rule    record.Sharing
	mapper  *profile.Mapper
	report  *ImportReport
	rejects table.Writer
}

// checkColumns refuses a file that lacks what the profile reads, and one with columns that look like a person's identity.
func (m *importing) checkColumns() error {
	unknown, missing := m.q.Profile.Stray(m.report.Columns)
	m.report.Unread = unknown
	var p record.Problems
	for _, c := range missing {
		p.Add("columns", "import.column.missing", "column", table.Safe(c))
	}
	if m.k.Name == "health-event" {
		suspects := unknown
		if m.q.Profile.Direct {
			suspects = slices.DeleteFunc(slices.Clone(m.report.Columns), func(c string) bool { _, known := record.Find(m.k.Fields, c); return known })
		}
		for _, c := range profile.Personal(suspects) {
			p.Add("columns", "import.column.personal", "column", table.Safe(c))
		}
	}
	if len(p) > 0 {
		return &Error{Code: Invalid, Key: "error.table", Problems: p}
	}
	return nil
}

// chunk is a batch of rows that have been read.
type chunk struct {
	items []profile.Item
	cells [][]string // of the same rows, when refused rows are wanted
}

// run reads and maps rows in one goroutine, checks and projects them in a second and writes them in a third.
func (m *importing) run(ctx context.Context, t table.Reader) error {
	g, ctx := errgroup.WithContext(ctx)
	chunks, batches := make(chan chunk), make(chan []prepared)
	g.Go(func() error {
		defer close(chunks)
		return m.read(ctx, t, chunks)
	})
	g.Go(func() error {
		defer close(batches)
		return m.prepare(ctx, chunks, batches)
	})
	g.Go(func() error {
		for b := range batches {
			if err := m.app.writeBatch(ctx, m.v, "import", b); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// Shown is a record as a viewer meets it.
type Shown struct {
	*record.Record
	Kind     *record.Kind
	Fields   record.Body
	Audience []sharing.Token
	Why      sharing.Token // the token by which the viewer sees it; "" for the operator
	Mine     bool          // the viewer may change it: he is an official of the owner, or chairs the group that it stands in
	seq      int64         // the journal entry that holds it, where it is known
}

// Get returns a record. NotFound is the answer both for a hidden one and for none at all.
func (a *App) Get(ctx context.Context, v Viewer, id string) (*Shown, error) {
	s, err := a.visible(ctx, a.store.Read(), v, id)
	if err != nil {
		return nil, err
	}
	x, err := a.show(v, s.Record)
	if err == nil {
		x.seq = s.Seq
	}
	return x, err
}

func (a *App) show(v Viewer, r *record.Record) (*Shown, error) {
	k, ok := kinds.Get(r.Kind)
	if !ok {
		return nil, fmt.Errorf("record %s has the unknown kind %q", r.ID, r.Kind)
	}
	b, err := k.Decode(r.Body)
	if err != nil {
		return nil, err
	}
	s := &Shown{Record: r, Kind: k, Fields: b, Audience: audienceOf(r), Mine: mayWrite(v, k, r) && r.Retracted == nil}
	s.Why, _ = sharing.Reason(s.Audience, v.Tokens)
	return s, nil
}

// Query asks for a list of records of one kind.
type Query struct {
	Kind      string
	State     string
	Place     string // country or subdivision
	Substance string // substance or class
	Owner     string
	Topic     string      // group, section, Line of Action or theme
	Topics    []string    // further ones, all of which a record must stand in
	From, To  record.Date // of the event, inclusive
	Text      string
	Retracted bool   // list the retracted ones
	Sort      string // "changed" (default) or "day"
	Ascending bool
	Cursor    string
	Uncounted bool  // without Total, for who shows none
	since     int64 // a journal entry: only what was written after it, in the order of changes
	Limit     int   // at most MaxPage; 0 means DefaultPage
}

// The sizes of a page.
const (
	DefaultPage = 50
	MaxPage     = 200
	maxScan     = 2000 // rows that one page may look through for a filter
	maxScans    = 5    // times that many places, where only those are looked through
	countLimit  = 1001 // totals are counted to here: "1,000+"
)

// List is one page of a list.
type List struct {
	Records []*Shown
	Next    string // the cursor of the next page; "" at the end
	Partial bool   // the page ends because enough was looked through, not because it is full
	Total   int    // records in the list without the filters that only the page applies; counted to 1,001
	Exact   bool   // whether Total is of exactly this query and below the limit
}

// List returns a page of the records that the viewer sees.
func (a *App) List(ctx context.Context, v Viewer, q Query) (*List, error) {
	k, ok := kinds.Get(q.Kind)
	if !ok {
		return nil, refuse(NotFound, "error.kind", "kind", q.Kind)
	}
	if p := checkQuery(k, &q); len(p) > 0 {
		return nil, invalid(p)
	}
	if strings.TrimSpace(q.Text) != "" {
		return a.searchKind(ctx, v, q)
	}
	page, applied := plan(q)
	tokens, err := a.tokensFor(ctx, v, page.Facet)
	if err != nil {
		return nil, err
	}
	page.Tokens = tokens
	if page.After, err = a.parseCursor(q.Cursor); err != nil {
		return nil, invalid(record.Problems{{Field: "cursor", Key: "problem.cursor"}})
	}
	l := &List{}
	minK, maxK := page.MinK, page.MaxK
	r := a.store.Read()
	if err := a.fill(ctx, r, v, q, page, l); err != nil || q.Uncounted {
		return l, err
	}
	if q.Cursor == "" && l.Next == "" && !l.Partial { // the page is the list
		l.Total, l.Exact = len(l.Records), true
		return l, nil
	}
	if !applied { // the list holds more than the query asks for
		return l, nil
	}
	l.Total, err = r.Total(ctx, page.Facet, tokens, minK, maxK, countLimit)
	l.Exact = l.Total < countLimit
	return l, err
}

func checkQuery(k *record.Kind, q *Query) record.Problems {
	var p record.Problems
	if q.Limit < 0 || q.Limit > MaxPage {
		p.Add("limit", "problem.limit", "max", MaxPage)
	}
	if q.Limit == 0 {
		q.Limit = DefaultPage
	}
	if q.State != "" && !slices.Contains(k.Workflow.States, q.State) {
		p.Add("state", "problem.option", "value", q.State, "options", strings.Join(k.Workflow.States, ", "))
	}
	for field, d := range map[string]record.Date{"from": q.From, "to": q.To} {
		if _, err := d.Time(); d != "" && err != nil {
			p.Add(field, "problem.date", "value", string(d))
		}
	}
	if q.Sort != "" && q.Sort != "changed" && q.Sort != "day" {
		p.Add("sort", "problem.option", "value", q.Sort, "options", "changed, day")
	}
	return p
}

// plan chooses the list that answers most of the query, and others of the same order that its records must stand in as
// well; applied says whether the first answers all of it.
func plan(q Query) (p store.Page, applied bool) {
	p = store.Page{Ascending: q.Ascending, Limit: q.Limit + 1}
	dayed := q.Sort == "day" || q.From != "" || q.To != ""
	filters := 0
	for _, s := range []string{q.State, q.Place, q.Substance, q.Owner, q.Topic} {
		if s != "" {
			filters++
		}
	}
	switch {
	case q.Retracted:
		p.Facet, dayed = retractedOf(q.Kind), false
	case q.Substance != "" && (dayed || q.Sort == ""):
		p.Facet, dayed = bySubstance(q.Kind, q.Substance), true
		if q.Place != "" {
			p.Also = []string{byPlace(q.Kind, q.Place)}
		}
	case q.Place != "" && (dayed || q.Sort == ""):
		p.Facet, dayed = byPlace(q.Kind, q.Place), true
	case q.Topic != "" && !dayed:
		p.Facet = byTopic(q.Kind, q.Topic)
	case q.Owner != "" && !dayed && byProgramme(q.Kind):
		p.Facet = byOwner(q.Kind, q.Owner)
	case q.State != "" && !dayed:
		p.Facet = byState(q.Kind, q.State)
	case dayed:
		p.Facet = byDay(q.Kind)
		filters++
	default:
		p.Facet = q.Kind
		filters++
	}
	if dayed {
		if d, ok := q.From.EpochDay(); ok {
			p.MinK = &d
		}
		if d, ok := lastDay(q.To); ok {
			p.MaxK = &d
		}
	}
	if q.since > 0 && !dayed {
		from := q.since + 1
		p.MinK = &from
	}
	return p, filters == 1 && len(q.Topics) == 0 && q.From == "" && q.To == "" // what has no day is in the list and not in the span
}

// byProgramme reports whether records of the kind have a list by owner.
func byProgramme(kind string) bool {
	k, ok := kinds.Get(kind)
	return ok && k.Line == "programme"
}

func lastDay(d record.Date) (int64, bool) {
	t, err := d.Time()
	if err != nil {
		return 0, false
	}
	switch d.Precision() {
	case record.Year:
		t = t.AddDate(1, 0, -1)
	case record.Month:
		t = t.AddDate(0, 1, -1)
	}
	return t.Unix() / 86400, true
}

// fill reads on until the page is full, the list ends, or enough has been looked through.
func (a *App) fill(ctx context.Context, r *store.Reader, v Viewer, q Query, page store.Page, l *List) error {
	read := a.fillPage
	if len(page.Also) > 0 {
		read = a.scanPage
	}
	if err := read(ctx, r, v, q, page, l); err != nil {
		return err
	}
	return a.noteRead(ctx, r, v, recordsOf(l.Records)...)
}

func recordsOf(shown []*Shown) []*record.Record {
	out := make([]*record.Record, len(shown))
	for i, s := range shown {
		out[i] = s.Record
	}
	return out
}

func (a *App) fillPage(ctx context.Context, r *store.Reader, v Viewer, q Query, page store.Page, l *List) error {
	for scanned := 0; scanned < maxScan; {
		rows, err := r.List(ctx, page)
		if err != nil {
			return err
		}
		if full, err := a.take(v, q, rows, &page, l); full || err != nil {
			return err
		}
		scanned += len(rows)
		if len(rows) < page.Limit {
			return nil
		}
	}
	return a.breakOff(q, page, l)
}

// scanPage is fillPage for records that stand in several lists: places are looked through, of which many more may be.
func (a *App) scanPage(ctx context.Context, r *store.Reader, v Viewer, q Query, page store.Page, l *List) error {
	page.Limit = maxScan
	for range maxScans {
		rows, end, err := r.Scan(ctx, page, q.Limit+1)
		if err != nil {
			return err
		}
		if full, err := a.take(v, q, rows, &page, l); full || err != nil {
			return err
		}
		if page.After = end; end == nil {
			return nil
		}
	}
	return a.breakOff(q, page, l)
}

// take adds rows to a page as far as the query wants them, and says whether it is full; page is moved behind them.
func (a *App) take(v Viewer, q Query, rows []store.Row, page *store.Page, l *List) (full bool, err error) {
	for i, row := range rows {
		if len(l.Records) == q.Limit {
			l.Next, err = a.cursor(*page.After)
			return true, err
		}
		page.After = &rows[i].Position
		if !matches(q, row.Record) || !v.Sees(row.Record) {
			continue
		}
		s, err := a.show(v, row.Record)
		if err != nil {
			return false, err
		}
		l.Records = append(l.Records, s)
	}
	return false, nil
}

// breakOff ends a page for which enough has been looked through.
func (a *App) breakOff(q Query, page store.Page, l *List) (err error) {
	l.Partial = len(l.Records) < q.Limit
	l.Next, err = a.cursor(*page.After)
	return err
}

func matches(q Query, r *record.Record) bool {
	switch {
	case q.State != "" && r.State != q.State,
		q.Owner != "" && r.Owner != q.Owner,
		q.Topic != "" && !slices.Contains(r.Topics, q.Topic),
		slices.ContainsFunc(q.Topics, func(t string) bool { return !slices.Contains(r.Topics, t) }),
		q.Place != "" && !slices.Contains(r.Places, q.Place),
		!q.Retracted && r.Retracted != nil:
		return false
	}
	return within(r.When, q.From, q.To)
}

func within(d, from, to record.Date) bool {
	if from == "" && to == "" {
		return true
	}
	day, ok := d.EpochDay()
	if !ok {
		return false
	}
	if f, ok := from.EpochDay(); ok && day < f {
		return false
	}
	if t, ok := lastDay(to); ok && day > t {
		return false
	}
	return true
}

// tokensFor returns the tokens to list with: the viewer's own, or for the operator every token that has such a list.
func (a *App) tokensFor(ctx context.Context, v Viewer, facet string) ([]sharing.Token, error) {
	if v.Operator {
		return a.store.Read().TokensOf(ctx, facet)
	}
	return v.Tokens, nil
}

func (a *App) searchKind(ctx context.Context, v Viewer, q Query) (*List, error) {
	l, err := a.searchPage(ctx, v, q)
	if err != nil {
		return nil, err
	}
	return l, a.noteRead(ctx, a.store.Read(), v, recordsOf(l.Records)...)
}

func (a *App) searchPage(ctx context.Context, v Viewer, q Query) (*List, error) {
	before := int64(0)
	if at, err := a.parseCursor(q.Cursor); err != nil {
		return nil, invalid(record.Problems{{Field: "cursor", Key: "problem.cursor"}})
	} else if at != nil {
		before = at.Seq
	}
	l := &List{}
	for scanned := 0; scanned < maxScan; {
		found, err := a.find(ctx, v, q.Text, before, q.Limit+1)
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if s.Seq <= q.since {
				return l, nil
			}
			if len(l.Records) == q.Limit {
				l.Next, err = a.cursor(store.Position{Seq: before})
				return l, err
			}
			before = s.Seq
			if q.Kind != "" && (s.Record.Kind != q.Kind || !matches(q, s.Record) || !a.about(s.Record, q.Substance)) {
				continue
			}
			x, err := a.show(v, s.Record)
			if err != nil {
				return nil, err
			}
			l.Records = append(l.Records, x)
		}
		scanned += len(found)
		if len(found) <= q.Limit {
			return l, nil
		}
	}
	l.Partial = true
	var err error
	l.Next, err = a.cursor(store.Position{Seq: before})
	return l, err
}

func (a *App) about(r *record.Record, id string) bool {
	return id == "" || slices.Contains(a.withClasses(r.Substances), id)
}

func (a *App) find(ctx context.Context, v Viewer, text string, before int64, limit int) ([]*store.Stored, error) {
	tokens, err := a.tokensFor(ctx, v, store.All.Name)
	if err != nil {
		return nil, err
	}
	found, err := a.store.Read().Search(ctx, a.asked(text), tokens, before, limit)
	return slices.DeleteFunc(found, func(s *store.Stored) bool { return !v.Sees(s.Record) }), err
}

// Search returns the newest records of every kind that hold the words and that the viewer sees.
func (a *App) Search(ctx context.Context, v Viewer, text, cursor string, limit int) (*List, error) {
	if limit <= 0 || limit > MaxPage {
		limit = DefaultPage
	}
	return a.searchKind(ctx, v, Query{Text: text, Cursor: cursor, Limit: limit})
}

// Past is one version of a record in its history. Record is nil where the viewer may not see that version: what was
// widened later does not show what it said before.
type Past struct {
	Version int
	Actor   string
	Action  string
	Record  *record.Record
}

// History returns a record's versions, newest first.
func (a *App) History(ctx context.Context, v Viewer, id string) ([]Past, error) {
	if _, err := a.visible(ctx, a.store.Read(), v, id); err != nil {
		return nil, err
	}
	versions, err := a.store.Read().History(ctx, id, 500)
	if err != nil {
		return nil, err
	}
	out := make([]Past, len(versions))
	var shown []*record.Record
	for i, x := range versions {
		out[i] = Past{Version: x.Record.Version, Actor: x.Actor, Action: x.Action}
		if v.Sees(x.Record) {
			out[i].Record = x.Record
			shown = append(shown, x.Record)
		}
	}
	return out, a.noteRead(ctx, a.store.Read(), v, shown...)
}

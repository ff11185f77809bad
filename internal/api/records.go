package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
)

// Page says which part of a list is wanted.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200"`
}

// Filters narrow the list of a kind.
type Filters struct {
	State     string   `query:"state" maxLength:"100"`
	Place     string   `query:"place" maxLength:"20"`
	Substance string   `query:"substance" maxLength:"100"`
	Owner     string   `query:"owner" maxLength:"100"`
	Topic     []string `query:"topic" maxItems:"10"`
	From      string   `query:"from" maxLength:"10"`
	To        string   `query:"to" maxLength:"10"`
	Text      string   `query:"q" maxLength:"500"`
	Retracted bool     `query:"retracted"`
	Sort      string   `query:"sort" enum:"changed,day"`
	Order     string   `query:"order" enum:"descending,ascending"`
}

func (f Filters) query(kind string) app.Query {
	q := app.Query{Kind: kind, State: f.State, Place: f.Place, Substance: f.Substance, Owner: f.Owner, From: record.Date(f.From), To: record.Date(f.To),
		Text: f.Text, Retracted: f.Retracted, Sort: f.Sort, Ascending: f.Order == "ascending"}
	if len(f.Topic) > 0 {
		q.Topic, q.Topics = f.Topic[0], f.Topic[1:]
	}
	return q
}

// RecordList is a page of records.
type RecordList struct {
	Records []*Record `json:"records"`
	Next    string    `json:"next,omitempty" doc:"The cursor of the next page; absent at the end"`
	Partial bool      `json:"partial,omitempty" doc:"The page ends because enough was looked through, not because it is full: go on with next"`
	Total   *int      `json:"total,omitempty" doc:"Records that match, where that is known and below 1001"`
}

// NewRecord is what may be said of a record that is to be made. Everything else is the system's.
type NewRecord struct {
	Kind    string          `json:"kind"`
	Owner   string          `json:"owner,omitempty"`
	Private bool            `json:"private,omitempty"`
	Sharing *Sharing        `json:"sharing,omitempty"`
	Title   record.Text     `json:"title,omitempty"`
	Summary record.Text     `json:"summary,omitempty"`
	Links   []Link          `json:"links,omitempty"`
	Body    json.RawMessage `json:"body"`
}

// Replacement is what may be said of a record that is to be changed, whole.
type Replacement struct {
	Kind    string          `json:"kind,omitempty"`
	Owner   string          `json:"owner,omitempty"`
	Sharing Sharing         `json:"sharing"`
	Title   record.Text     `json:"title,omitempty"`
	Summary record.Text     `json:"summary,omitempty"`
	Links   *[]Link         `json:"links,omitempty"`
	Body    json.RawMessage `json:"body"`
}

type ByID struct {
	ID string `path:"id" maxLength:"100"`
}

// Changing is embedded by operations that change a version of a record.
type Changing struct {
	IfMatch string `header:"If-Match" maxLength:"200"`
}

// versioned answers one version of a record.
type versioned struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Link     string `header:"Link"`
	Body     *Record
}

type recordPage = paged[RecordList]

func (x *API) recordOperations() {
	op := func(id, method, path string, o Operation) Operation {
		o.ID, o.Method, o.Path, o.Area = id, method, path, "api.area.records"
		return o
	}
	add(x, op("list-records", http.MethodGet, "/records", Operation{Summary: "api.op.list-records", Access: web.Anyone, Sample: "/records?kind=commitment&owner=CL&limit=2"}), x.listRecords)
	add(x, op("search-records", http.MethodGet, "/search", Operation{Summary: "api.op.search-records", Sample: "/search?q=nitazene"}), x.search)
	add(x, op("get-record", http.MethodGet, "/records/{id}", Operation{Summary: "api.op.get-record", Access: web.Anyone, Sample: "/records/ID", errors: []int{http.StatusNotModified}}), x.getRecord)
	sends := Operation{Scope: app.ScopeWrite, Sends: []string{"application/json"}}
	create, replace := sends, sends
	create.Summary, create.shape, create.errors, create.Sample = "api.op.create-record", "NewRecord", []int{http.StatusConflict}, "/records"
	create.Body = `{"kind":"incident","sharing":{"tlp":"GREEN"},"body":{"type":"seizure","found":"2024-05-01","country":"GH"}}`
	replace.Summary, replace.shape, replace.Sample = "api.op.replace-record", "Replacement", "/records/ID"
	replace.errors = []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}
	replace.Body = `{"sharing":{"tlp":"GREEN"},"body":{"type":"seizure","found":"2024-05-02","country":"GH"}}`
	add(x, op("create-record", http.MethodPost, "/records", create), x.createRecord)
	add(x, op("replace-record", http.MethodPut, "/records/{id}", replace), x.replaceRecord)
}

func (x *API) listRecords(ctx context.Context, v app.Viewer, in *struct {
	Kind string `query:"kind" required:"true" maxLength:"100"`
	Filters
	Page
}) (*recordPage, error) {
	return x.browse(ctx, v, in.query(in.Kind), in.Page)
}

// browse answers a page of the list of a kind.
func (x *API) browse(ctx context.Context, v app.Viewer, q app.Query, p Page) (*recordPage, error) {
	l, err := x.pageOf(ctx, v, q, p)
	if err != nil {
		return nil, err
	}
	out := &recordPage{Link: nextLink(ctx, l.Next), Body: RecordList{Records: x.recordsOf(v, l.Records), Next: l.Next, Partial: l.Partial}}
	if l.Exact {
		out.Body.Total = &l.Total
	}
	return out, nil
}

// pageOf reads a page of the list of a kind, for those who may ask for it.
func (x *API) pageOf(ctx context.Context, v app.Viewer, q app.Query, p Page) (*app.List, error) {
	if _, ok := kinds.Get(q.Kind); ok && !v.MayList(q.Kind) {
		return nil, app.ErrStranger
	}
	q.Limit, q.Cursor = p.Limit, p.Cursor
	return x.app.List(ctx, v, q)
}

func (x *API) search(ctx context.Context, v app.Viewer, in *struct {
	Text string `query:"q" required:"true" maxLength:"500"`
	Page
}) (*recordPage, error) {
	l, err := x.app.Search(ctx, v, in.Text, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return &recordPage{Link: nextLink(ctx, l.Next), Body: RecordList{Records: x.recordsOf(v, l.Records), Next: l.Next, Partial: l.Partial}}, nil
}

func (x *API) getRecord(ctx context.Context, v app.Viewer, in *struct {
	ByID
	IfNoneMatch string `header:"If-None-Match" maxLength:"1000"`
}) (*versioned, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	out := &versioned{Status: http.StatusOK, ETag: etag(s.Record), Link: kindLink(s.Record)}
	if noneMatch(in.IfNoneMatch, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body, err = x.wholeOf(ctx, v, s)
	return out, err
}

func (x *API) createRecord(ctx context.Context, v app.Viewer, in *struct {
	Key string `header:"Idempotency-Key" maxLength:"200"`
	Sent
}) (*versioned, error) {
	var n NewRecord
	raw, tree, err := in.json(&n)
	if err != nil {
		return nil, err
	}
	k, ok := kinds.Get(n.Kind)
	if !ok {
		return nil, noKind(n.Kind)
	}
	if err := checkBody(k, tree.at("body")); err != nil {
		return nil, err
	}
	d := app.Draft{Kind: n.Kind, Owner: n.Owner, Private: n.Private, Title: n.Title, Summary: n.Summary, Links: linksOf(n.Links), Body: n.Body}
	if n.Sharing != nil {
		d.Sharing = n.Sharing.rule()
	}
	sum := sha256.Sum256(raw)
	r, again, err := x.app.CreateOnce(ctx, v, d, in.Key, hex.EncodeToString(sum[:]))
	if err != nil {
		return nil, belowBody(err)
	}
	out, err := x.changed(ctx, v, r)
	if err != nil {
		return nil, err
	}
	out.Status, out.Location = http.StatusCreated, Prefix+"/records/"+r.ID
	if again {
		out.Replayed = "true"
	}
	return out, nil
}

// checkBody refuses fields that the kind does not declare, and values of another type, each with its path.
func checkBody(k *record.Kind, body *node) error {
	var p record.Problems
	if body == nil || body.kind == 'n' {
		p.Add("body", "problem.required")
	} else {
		shapeOfFields(k.Fields).check("body", body, &p)
	}
	if len(p) > 0 {
		return wrong(p)
	}
	return nil
}

// changed answers the version of a record that a change has made.
func (x *API) changed(ctx context.Context, v app.Viewer, r *record.Record) (*versioned, error) {
	k, ok := kinds.Get(r.Kind)
	if !ok {
		return nil, noKind(r.Kind)
	}
	body, err := x.wholeOf(ctx, v, &app.Shown{Record: r, Kind: k})
	return &versioned{Status: http.StatusOK, ETag: etag(r), Link: kindLink(r), Body: body}, err
}

func (x *API) replaceRecord(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Changing
	Sent
}) (*versioned, error) {
	version, err := matched(in.IfMatch, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	var n Replacement
	_, tree, err := in.json(&n)
	if err != nil {
		return nil, err
	}
	if err := checkBody(s.Kind, tree.at("body")); err != nil {
		return nil, err
	}
	if tree.at("sharing") == nil {
		return nil, wrong(record.Problems{{Field: "sharing", Key: "problem.required"}})
	}
	d := app.Draft{Kind: n.Kind, Owner: n.Owner, Sharing: n.Sharing.rule(), Title: n.Title, Summary: n.Summary, Links: s.Links, Body: n.Body}
	if n.Links != nil {
		if d.Links, err = x.app.KeepHidden(ctx, v, s.Record, linksOf(*n.Links)); err != nil {
			return nil, err
		}
	}
	r, err := x.app.Update(ctx, v, in.ID, version, d)
	if err != nil {
		return nil, belowBody(err)
	}
	return x.changed(ctx, v, r)
}

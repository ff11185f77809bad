// Package report composes documents from what the system holds: the Coalition's periodic report, the review of a group and
// the briefing of a country. Texts in them are people's or facts'; figures are counted or stated by a named source, never
// typed in.
package report

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/record"
	"tocsin/internal/web/locales"
)

// Options say what is composed.
type Options struct {
	Lang     string // of locales.Languages
	From, To record.Date
	Base     string // address of the site, for links in files
}

// Formats are those in which a document is written, with their media types.
var Formats = map[string]string{
	"html": "text/html; charset=utf-8",
	"md":   "text/markdown; charset=utf-8",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"pdf":  "application/pdf",
}

// Write writes a document in a format of Formats.
func Write(w io.Writer, format string, d *document.Document) error {
	switch format {
	case "html":
		return document.HTML(w, d)
	case "md":
		return document.Markdown(w, d)
	case "docx":
		return document.DOCX(w, d)
	case "pdf":
		return document.PDF(w, d)
	}
	return fmt.Errorf("there is no format %q", format)
}

// composer composes one document.
type composer struct {
	ctx     context.Context
	app     *app.App
	v       app.Viewer
	o       Options
	locale  *locales.Locale
	history *coalition.History
	doc     *document.Document
	figures map[string]float64 // what is counted, by key
	before  map[string]float64 // what an issue of the same span counted
}

// checkSpan refuses spans that are none.
func checkSpan(from, to record.Date) error {
	var p record.Problems
	for field, d := range map[string]record.Date{"from": from, "to": to} {
		if _, err := d.Time(); err != nil || d.Precision() != record.Day {
			p.Add(field, "problem.day")
		}
	}
	if len(p) == 0 && to < from {
		p.Add("to", "problem.before", "value", string(to), "other", string(from))
	}
	if len(p) > 0 {
		return &app.Error{Code: app.Invalid, Key: "error.invalid", Problems: p}
	}
	return nil
}

func newComposer(ctx context.Context, a *app.App, v app.Viewer, o Options) (*composer, error) {
	if err := checkSpan(o.From, o.To); err != nil {
		return nil, err
	}
	h, err := coalition.LoadHistory()
	if err != nil {
		return nil, err
	}
	l := locales.New(o.Lang, nil, locales.Auto)
	c := &composer{ctx: locales.With(ctx, l), app: a, v: v, o: o, locale: l, history: h, figures: map[string]float64{}}
	c.doc = &document.Document{Lang: l.Code, RTL: l.Dir == "rtl", Date: string(record.DateOf(a.Now())), Contents: l.T("report.contents"), ChangedLabel: l.T("report.was", "value", "%s"), Base: o.Base}
	return c, nil
}

func (c *composer) t(key string, args ...any) string { return c.locale.T(key, args...) }

func (c *composer) num(v any) string { return c.locale.Num(v) }

func (c *composer) date(d string) string { return c.locale.Date(d) }

// span writes a day, or the first and the last of several.
func (c *composer) span(from, to record.Date) string {
	if to == "" || to == from {
		return c.date(string(from))
	}
	return c.date(string(from)) + " – " + c.date(string(to))
}

// said is a shipped fact's text in the document's language.
func (c *composer) said(english string) string { return coalition.Words(english)[c.locale.Code] }

func (c *composer) title(x *app.Shown) string {
	return x.Kind.TitleIn(x.Record, c.app.Namer(), c.locale.Code)
}

func (c *composer) participant(code string) string {
	if p, ok := c.app.Directory().Participant(code); ok {
		return p.Name(c.locale.Code)
	}
	return code
}

func (c *composer) owner(code string) string {
	if id, partner := strings.CutPrefix(code, "~"); partner {
		if x, err := c.app.Get(c.ctx, c.v, id); err == nil {
			return c.title(x)
		}
		return c.t("owner.partner")
	}
	return c.participant(code)
}

func (c *composer) place(code string) string {
	if n, ok := c.app.Directory().PlaceName(code, c.locale.Code); ok {
		return n
	}
	return code
}

func (c *composer) group(id string) string {
	name, section, sectioned := strings.Cut(id, "/")
	g, ok := c.app.Directory().Group(name)
	if !ok {
		return id
	}
	out := g.Title(c.locale.Code)
	if g.Type == coalition.WorkingGroup || g.Type == coalition.SubWorkingGroup {
		out = g.Label() + " " + out
	}
	if sectioned {
		out += " (" + c.t("section."+section) + ")"
	}
	return out
}

func (c *composer) languages(codes []string) string {
	out := make([]string, len(codes))
	for i, x := range codes {
		out[i] = c.t("language." + x)
	}
	return c.locale.List(out)
}

func (c *composer) section(id string, level int, title string, blocks ...document.Block) {
	c.doc.Sections = append(c.doc.Sections, document.Section{ID: id, Title: title, Level: level, Blocks: slices.DeleteFunc(blocks, func(b document.Block) bool { return b == nil })})
}

// all returns the records of a query that the viewer sees, at most most.
func (c *composer) all(q app.Query, most int) ([]*app.Shown, error) {
	var out []*app.Shown
	q.Limit = app.MaxPage
	for len(out) < most {
		l, err := c.app.List(c.ctx, c.v, q)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Records...)
		if l.Next == "" {
			break
		}
		q.Cursor = l.Next
	}
	return out[:min(len(out), most)], nil
}

const most = 2000 // records of a kind in one document

// inSpan returns the records of a kind whose day lies in the span, by day.
func (c *composer) inSpan(kind string) ([]*app.Shown, error) {
	xs, err := c.all(app.Query{Kind: kind, From: c.o.From, To: c.o.To, Sort: "day", Ascending: true}, most)
	slices.SortStableFunc(xs, func(x, y *app.Shown) int { return strings.Compare(string(x.When), string(y.When)) })
	return xs, err
}

// link is a record's address.
func link(x *app.Shown) string { return "/r/" + x.ID }

// figure counts something: key is how it is compared with an earlier issue.
func (c *composer) figure(key, label string, value float64, note, to string) document.Figure {
	c.figures[key] = value
	f := document.Figure{Label: label, Value: c.num(value), Note: note, Link: to}
	if was, ok := c.before[key]; ok && was != value {
		f.Was = c.num(was)
	}
	return f
}

// items lists records as points that lead to them.
func (c *composer) items(xs []*app.Shown, words func(*app.Shown) string) document.Block {
	if len(xs) == 0 {
		return document.Paragraph{Text: c.t("report.none")}
	}
	var l document.List
	for _, x := range xs {
		l.Items = append(l.Items, document.Item{Text: words(x), Link: link(x)})
	}
	return l
}

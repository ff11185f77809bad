package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/report"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// reportSpan reads a span from the address; without one it is that of the Coalition's first report, or the last year.
func (s *Site) reportSpan(r *http.Request, first bool) report.Options {
	q := r.URL.Query()
	o := report.Options{Lang: lang(r.Context()), Base: strings.TrimSuffix(s.o.BaseURL, "/"), From: record.Date(strings.TrimSpace(q.Get("from"))), To: record.Date(strings.TrimSpace(q.Get("to")))}
	now := s.app.Now()
	h, err := coalition.LoadHistory()
	if o.From == "" {
		o.From = record.DateOf(now.AddDate(-1, 0, 1))
		if first && err == nil {
			o.From = record.Date(h.From)
		}
	}
	if o.To == "" {
		o.To = record.DateOf(now)
		if first && err == nil {
			o.To = record.Date(h.To)
		}
	}
	return o
}

func spanQuery(o report.Options) string {
	return url.Values{"from": {string(o.From)}, "to": {string(o.To)}}.Encode()
}

// documentPage shows a composed document with its form and its files.
func (s *Site) documentPage(w http.ResponseWriter, r *http.Request, p blocks, base string, o report.Options, d *document.Document, err error, more ...part) {
	ctx := r.Context()
	status := http.StatusOK
	fields := []ui.Field{{Path: "from", Type: record.TypeText, Label: ui.T(ctx, "list.from"), Help: ui.T(ctx, "problem.day"), Value: string(o.From)}, {Path: "to", Type: record.TypeText, Label: ui.T(ctx, "list.to"), Value: string(o.To)}}
	var e *app.Error
	if errors.As(err, &e) && e.Code == app.Invalid {
		status = http.StatusUnprocessableEntity
		ui.SpreadProblems(ctx, fields, e.Problems)
		p.problems = ui.FieldProblems(ctx, e.Problems, func(path string) string { return s.pathLabel(ctx, path) })
	} else if err != nil {
		s.Fail(w, r, err)
		return
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "report.span"), form: &smallForm{action: base, get: true, fields: fields, buttons: []action{{label: ui.T(ctx, "report.show"), main: true}}}})
	if d != nil {
		files := part{title: ui.T(ctx, "report.take")}
		for _, f := range []string{"pdf", "docx", "html", "md"} {
			files.actions = append(files.actions, action{label: strings.ToUpper(f), url: base + "/file/" + f + "?" + spanQuery(o)})
		}
		p.parts = append(append(p.parts, files), more...)
		p.parts = append(p.parts, part{title: d.Title, text: d.Subtitle, body: bodyOfDocument(d)})
	}
	s.showBlocks(w, r, status, p)
}

// bodyOfDocument shows a document within a page.
func bodyOfDocument(d *document.Document) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, `<div class="document">`); err != nil {
			return err
		}
		if err := document.Body(w, d); err != nil {
			return err
		}
		_, err := io.WriteString(w, `</div>`)
		return err
	})
}

// sendDocument answers a document as a file.
func (s *Site) sendDocument(w http.ResponseWriter, r *http.Request, d *document.Document, err error, name string) {
	format := r.PathValue("format")
	mime, ok := report.Formats[format]
	if err == nil && !ok {
		web.NotFound(w, r)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var b bytes.Buffer
	if err := report.Write(&b, format, d); err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+"."+format))
	if s.Viewer(r).SignedIn() {
		w.Header().Set("Cache-Control", "private, no-store")
	}
	_, _ = w.Write(b.Bytes())
}

// periodic is the Coalition's report for any span, composed of what everybody may see.
func (s *Site) periodic(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	o := s.reportSpan(r, true)
	d, _, err := report.Periodic(ctx, s.app, app.Public, o)
	p := blocks{title: ui.T(ctx, "report.title"), lead: ui.T(ctx, "report.lead")}
	var more []part
	if s.Viewer(r).Has(coalition.Secretariat) && err == nil {
		more, err = s.reportWork(ctx, s.Viewer(r), o)
	}
	s.documentPage(w, r, p, "/report", o, d, err, more...)
}

func (s *Site) periodicFile(w http.ResponseWriter, r *http.Request) {
	o := s.reportSpan(r, true)
	d, _, err := report.Periodic(r.Context(), s.app, app.Public, o)
	s.sendDocument(w, r, d, err, "coalition-report")
}

// reportWork is what the secretariat does with a report: write the texts of its sections, and issue it.
func (s *Site) reportWork(ctx context.Context, v app.Viewer, o report.Options) ([]part, error) {
	held := map[string]*app.Shown{}
	err := s.app.Each(ctx, v, app.Query{Kind: "narrative", Owner: coalition.SecretariatCode, Sort: "changed"}, func(x *app.Shown) error {
		if b, ok := x.Fields.(*programme.Passage); ok && b.From == o.From && b.To == o.To && held[b.Section] == nil {
			held[b.Section] = x
		}
		return nil
	})
	texts := part{title: ui.T(ctx, "report.write"), paragraphs: []string{ui.T(ctx, "report.write-about")}}
	for _, name := range report.Sections {
		l := relatedLine{title: ui.T(ctx, "option."+name), url: "/records/narrative/new?section=" + name + "&" + spanQuery(o)}
		if x := held[name]; x != nil {
			l.url, l.state = "/r/"+x.ID, stateOf(ctx, x.Record)
		}
		texts.lines = append(texts.lines, l)
	}
	issue := part{title: ui.T(ctx, "report.issue"), paragraphs: []string{ui.T(ctx, "report.issue-about")}, form: &smallForm{action: "/report/issue", buttons: []action{{label: ui.T(ctx, "report.issue")}},
		hidden: []ui.Hidden{{Name: "from", Value: string(o.From)}, {Name: "to", Value: string(o.To)}}}}
	return []part{texts, issue}, err
}

func (s *Site) issueReport(w http.ResponseWriter, r *http.Request) {
	o := report.Options{Lang: "en", From: record.Date(r.PostFormValue("from")), To: record.Date(r.PostFormValue("to"))}
	if _, err := report.Issue(r.Context(), s.app, s.Viewer(r), o); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "report.issued")
	http.Redirect(w, r, "/report?"+spanQuery(o), http.StatusSeeOther)
}

// review is what a group did in a span.
func (s *Site) review(w http.ResponseWriter, r *http.Request) {
	ctx, id := r.Context(), r.PathValue("id")
	o := s.reportSpan(r, false)
	d, err := report.Review(ctx, s.app, s.Viewer(r), o, id)
	p := blocks{over: s.groupName(ctx, id), title: ui.T(ctx, "review.title"), lead: ui.T(ctx, "review.about")}
	base := "/groups/" + id + "/review"
	p.actions = []action{{label: ui.T(ctx, "review.mid-term"), url: base + "?from=2023-10-01&to=2024-03-07"}, {label: ui.T(ctx, "review.one-year"), url: base + "?from=2023-09-01&to=2024-09-06"}}
	s.documentPage(w, r, p, base, o, d, err)
}

func (s *Site) reviewFile(w http.ResponseWriter, r *http.Request) {
	d, err := report.Review(r.Context(), s.app, s.Viewer(r), s.reportSpan(r, false), r.PathValue("id"))
	s.sendDocument(w, r, d, err, "review-"+r.PathValue("id"))
}

// briefingFile is a participant's page as a file for its minister.
func (s *Site) briefingFile(w http.ResponseWriter, r *http.Request) {
	d, err := report.Briefing(r.Context(), s.app, s.Viewer(r), s.reportSpan(r, false), r.PathValue("code"))
	s.sendDocument(w, r, d, err, "briefing-"+strings.ToLower(r.PathValue("code")))
}

// matchesPart lists the initiatives that answer what a country needs or sees.
func (s *Site) matchesPart(ctx context.Context, v app.Viewer, country string) (part, error) {
	list, err := s.app.InitiativesFor(ctx, v, country)
	x := part{title: ui.T(ctx, "matches.title")}
	for _, m := range list {
		var because []string
		for _, b := range m.Because[:min(len(m.Because), 4)] {
			because = append(because, s.topicName(ctx, b))
		}
		x.lines = append(x.lines, relatedLine{title: s.title(ctx, m.Shown), url: "/r/" + m.ID, relation: ui.T(ctx, "matches.because", "list", locales.List(ctx, because)), state: stateOf(ctx, m.Record)})
	}
	return x, err
}

// topicName words what a record stands in: a group, a theme, a substance.
func (s *Site) topicName(ctx context.Context, topic string) string {
	if theme, ok := strings.CutPrefix(topic, "theme:"); ok {
		return ui.T(ctx, "option."+theme)
	}
	if s.app.Directory().HasGroup(topic) {
		return s.groupName(ctx, topic)
	}
	return s.substanceName(ctx, topic)
}

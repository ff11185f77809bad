package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/report"
)

var firstSpan = report.Options{Lang: "en", From: "2023-07-07", To: "2024-12-31"}

func secretary(t *testing.T, a *app.App) app.Viewer {
	t.Helper()
	ctx := context.Background()
	_, err := a.Enrol(ctx, app.Operator, []app.Enrolment{{Person: coalition.Person{Email: "s@example.org", Name: "S", Participant: coalition.SecretariatCode, Duties: []coalition.Duty{coalition.Secretariat}, Active: true},
		Registrations: []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}},
		{Person: coalition.Person{Email: "o@example.org", Name: "O", Participant: "GH", Active: true},
			Registrations: []coalition.Registration{{Group: "wg1", Section: coalition.West, Roles: []coalition.Role{coalition.Member}, From: time.Now().Add(-time.Hour)}}}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.ViewerByEmail(ctx, "s@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func figuresOf(d *document.Document) []document.Figure {
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			if f, ok := b.(document.Figures); ok {
				return f.List
			}
		}
	}
	return nil
}

// TestChangedFiguresAreMarked: what has changed since a report was issued is marked, and nothing else is; each figure
// leads somewhere.
func TestChangedFiguresAreMarked(t *testing.T) {
	ctx := context.Background()
	a := fresh(t)
	v := secretary(t, a)
	o, err := a.ViewerByEmail(ctx, "o@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.Issue(ctx, a, o, firstSpan); app.CodeOf(err) != app.Forbidden {
		t.Errorf("an official issues the Coalition's report: %v", err)
	}
	if _, err := report.Issue(ctx, a, v, firstSpan); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(programme.Promise{Named: programme.Named{Name: record.Text{"en": "One more"}}, Country: "GH", Date: "2024-10-01"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Create(ctx, o, app.Draft{Kind: "commitment", Sharing: record.Sharing{TLP: record.Clear}, Body: body}); err != nil {
		t.Fatal(err)
	}
	d, figures, err := report.Periodic(ctx, a, app.Public, firstSpan)
	if err != nil || figures["commitments"] != 14 {
		t.Fatal(figures["commitments"], err)
	}
	var marked []string
	for _, f := range figuresOf(d) {
		if f.Was != "" {
			marked = append(marked, f.Label+" "+f.Was)
		}
		if f.Link == "" {
			t.Errorf("the figure %q leads nowhere", f.Label)
		}
	}
	if !slices.Equal(marked, []string{"Commitments 13"}) {
		t.Errorf("marked: %v", marked)
	}
}

// TestTextsAreKeptBesideTheData: a section's text is the secretariat's, in the reader's language, once it is published,
// and only in the report of its span.
func TestTextsAreKeptBesideTheData(t *testing.T) {
	ctx := context.Background()
	a := fresh(t)
	v := secretary(t, a)
	text := programme.Passage{Section: "conclusion", From: firstSpan.From, To: firstSpan.To, Text: record.Text{"en": "What remains is work.", "ar": "ما بقي هو العمل."}}
	body, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	o, err := a.ViewerByEmail(ctx, "o@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Create(ctx, o, app.Draft{Kind: "narrative", Body: body}); app.CodeOf(err) != app.Forbidden {
		t.Errorf("an official writes the Coalition's report: %v", err)
	}
	r, err := a.Create(ctx, v, app.Draft{Kind: "narrative", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	shows := func(lang, words string, span report.Options) bool {
		span.Lang = lang
		d, _, err := report.Periodic(ctx, a, app.Public, span)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := report.Write(&b, "html", d); err != nil {
			t.Fatal(err)
		}
		return strings.Contains(b.String(), words)
	}
	if shows("en", "What remains", firstSpan) {
		t.Error("a draft stands in the report")
	}
	if _, err := a.Step(ctx, v, r.ID, r.Version, "publish", ""); err != nil {
		t.Fatal(err)
	}
	if !shows("en", "What remains is work.", firstSpan) || !shows("ar", "ما بقي هو العمل.", firstSpan) {
		t.Error("the published text is missing")
	}
	if shows("en", "What remains", report.Options{From: "2025-01-01", To: "2025-12-31"}) {
		t.Error("the text stands in the report of another span")
	}
	if _, err := a.Create(ctx, v, app.Draft{Kind: "narrative", Body: body}); app.CodeOf(err) != app.Conflict {
		t.Errorf("a second text of the section: %v", err)
	}
}

// TestEveryFormatInEveryLanguage writes the report in each format and language, for this span and an empty one.
func TestEveryFormatInEveryLanguage(t *testing.T) {
	a := fresh(t)
	for _, lang := range record.Languages {
		for _, o := range []report.Options{{Lang: lang, From: "2023-07-07", To: "2024-12-31"}, {Lang: lang, From: "2030-01-01", To: "2030-12-31"}} {
			d, _, err := report.Periodic(context.Background(), a, app.Public, o)
			if err != nil {
				t.Fatal(lang, err)
			}
			for format := range report.Formats {
				if err := report.Write(&bytes.Buffer{}, format, d); err != nil {
					t.Errorf("%s %s: %v", lang, format, err)
				}
			}
		}
	}
	for _, bad := range []report.Options{{Lang: "en", From: "2024", To: "2024-12-31"}, {Lang: "en", From: "2024-12-31", To: "2024-01-01"}, {Lang: "en", From: "x", To: ""}} {
		if _, _, err := report.Periodic(context.Background(), a, app.Public, bad); app.CodeOf(err) != app.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

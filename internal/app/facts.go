package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// factsVersion marks a database that holds the shipped facts; a higher one adds what came later.
const factsVersion = "1"

// fact is one record of the shipped history.
type fact struct {
	kind, owner, state string
	key                string // stable, so that a fact is written once
	body               any
}

// Found fills a database with the shipped history of the Coalition, once. Only the operator may.
func (a *App) Found(ctx context.Context, v Viewer) error {
	if !v.Operator {
		return refuse(Forbidden, "error.duty", "duty", "operator")
	}
	if held, err := a.store.Read().Meta(ctx, "facts"); err != nil || held == factsVersion {
		return err
	}
	h, err := coalition.LoadHistory()
	if err != nil {
		return err
	}
	var batch []prepared
	for _, f := range factsOf(h) {
		p, err := a.prepareFact(v, f, h.Report)
		if err != nil {
			return err
		}
		batch = append(batch, p)
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if held, err := t.Meta(ctx, "facts"); err != nil || held == factsVersion {
			return err // another process was first
		}
		if err := a.putBatch(ctx, t, v, "found", batch); err != nil {
			return err
		}
		return t.SetMeta(ctx, "facts", factsVersion)
	})
}

func (a *App) prepareFact(v Viewer, f fact, system string) (prepared, error) {
	raw, err := json.Marshal(f.body)
	if err != nil {
		return prepared{}, err
	}
	k, err := authored(v, Draft{Kind: f.kind})
	if err != nil {
		return prepared{}, err
	}
	r := a.fromDraft(v, k, Draft{Kind: f.kind, Owner: f.owner, Sharing: record.Sharing{TLP: record.Clear}, Body: raw, state: f.state,
		external: []record.External{{System: system, ID: f.key}}})
	b, problems := k.Complete(r, a.names, a.today())
	if len(problems) > 0 {
		return prepared{}, fmt.Errorf("the shipped fact %s: %w", f.key, problems)
	}
	p := prepared{record: r, project: a.project(k, r, b)}
	if u, ok := b.(record.Unique); ok && u.UniqueKey() != "" {
		p.source = &store.External{Owner: r.Owner, System: "unique", Ext: u.UniqueKey(), Record: r.ID}
	}
	return p, nil
}

// worded is a shipped text in every language in which it is there.
func worded(s string) record.Text {
	out := record.Text{"en": s}
	for lang, text := range coalition.Words(s) {
		if text != s {
			out[lang] = text
		}
	}
	return out
}

func named(s string) programme.Named { return programme.Named{Name: worded(s)} }

func source(h *coalition.History, part string) string {
	if strings.Contains(part, ".us") || strings.Contains(part, "State") {
		return part
	}
	return h.Report + ": " + part
}

func factsOf(h *coalition.History) []fact {
	var out []fact
	add := func(kind, owner, state, key string, body any) {
		if owner == "" {
			owner = coalition.SecretariatCode
		}
		out = append(out, fact{kind: kind, owner: owner, state: state, key: key, body: body})
	}
	for _, p := range h.Phases {
		for _, s := range sessionsOf(h, p) {
			add("meeting", "", "held", "timetable/"+p.ID+"/"+s.Section+"/"+string(s.Date), s)
		}
	}
	for i, m := range append(h.Meetings, h.Planned...) {
		state, date := "held", m.Date
		if i >= len(h.Meetings) {
			state, date = "planned", "2025"
		}
		add("meeting", "", state, fmt.Sprintf("meeting/%d", i), programme.Session{Named: named(m.Name), Type: m.Type, Group: m.Group, Date: record.Date(date), End: record.Date(m.End),
			Country: m.Country, WithWhom: m.With, Organiser: m.Organiser, Number: m.Number, Source: source(h, m.Source) + inferred(m)})
	}
	for i, x := range h.Achievements {
		add("achievement", "", "published", fmt.Sprintf("achievement/%d", i), programme.Event{Named: named(x.Name), Date: record.Date(x.Date), End: record.Date(x.End), Type: x.Type, Group: x.Group, Source: source(h, x.Source) + inferred(x)})
	}
	for _, c := range h.Commitments.Items {
		add("commitment", c.Country, "announced", "commitment/"+c.Country, programme.Promise{Named: named(c.Name), Verb: c.Verb, Country: c.Country, Lines: c.Lines,
			Date: record.Date(h.Commitments.Date), Occasion: h.Commitments.Occasion, Source: source(h, h.Commitments.Source)})
	}
	for _, c := range h.Pledge.Signatories {
		add("pledge", c, "in-force", "pledge/"+c, programme.Signature{Signatory: "As announced at the summit", Signed: record.Date(h.Pledge.Opened), Occasion: h.Pledge.Occasion, Source: h.Pledge.Source})
	}
	for i, x := range h.Initiatives.Items {
		add("initiative", x.By, "published", fmt.Sprintf("initiative/%s/%d", x.Code, i), programme.Offer{Named: named(x.Name), Code: x.Code, Group: x.Group, Implementer: x.By, Resource: x.Resource, Source: h.Initiatives.Source})
	}
	for _, d := range h.Documents {
		add("document", "", "published", "document/"+d.Type+"/"+d.URL, programme.Work{Named: named(d.Name), Type: d.Type, Symbol: d.Symbol, Date: record.Date(d.Date), URL: d.URL, Languages: []string{"en"}, Source: source(h, d.Source)})
	}
	return append(out, fact{kind: "call", owner: coalition.SecretariatCode, state: "closed", key: "call/civil-society", body: programme.Invitation{Named: named("Inputs of civil society: videos, presentations and documents"),
		Type: "submissions", Opens: "2024-02", Closes: "2024-09", Accepts: []string{"video", "presentation", "document"}, Section: "both-sections", Source: source(h, "Engagement with other Civil Society Elements")}})
}

func inferred(m coalition.Happening) string {
	switch {
	case m.Inferred:
		return " (the year is inferred)"
	case m.Undated:
		return " (the report gives no date)"
	}
	return ""
}

func phaseName(p coalition.Phase) programme.Named {
	n := named(p.Title)
	for lang, text := range n.Name {
		n.Name[lang] = p.Number + ". " + text
	}
	return n
}

// sessionsOf returns the meetings of a phase. The report says at which level they were held and not on which of the days
// each group met, so that one record stands for the groups of a section.
func sessionsOf(h *coalition.History, p coalition.Phase) []programme.Session {
	languages := map[string][]string{"east": {"en", "ru"}, "west": {"en", "es", "ar", "fr", "pt"}}
	var out []programme.Session
	spans := map[string][]string{"west": p.West, "east": p.East}
	for _, section := range []string{"west", "east"} {
		for _, span := range spans[section] {
			begin, end, _ := strings.Cut(span, "/")
			out = append(out, programme.Session{Named: phaseName(p), Type: string(p.Level), Section: section, Phase: p.ID, Date: record.Date(begin), End: record.Date(end),
				Format: "online", Interpreted: languages[section], Source: source(h, "Global Coalition Format and Timeline")})
		}
	}
	return out
}

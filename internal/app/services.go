package app

import (
	"context"
	"strings"

	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/programme"
)

// Coverage is what the registers and the published figures say of a country's services.
type Coverage struct {
	Services, Accredited        int
	Alternatives, Naloxone      int // programmes
	Served                      int // people in the last year, as the services say
	Professionals, ExpiringSoon int // by the latest count of each curriculum and credential
	Figures                     []*Shown
}

// Services sums up the registers by country, as far as the viewer sees them.
func (a *App) Services(ctx context.Context, v Viewer) (map[string]*Coverage, error) {
	out := map[string]*Coverage{}
	of := func(country string) *Coverage {
		if out[country] == nil {
			out[country] = &Coverage{}
		}
		return out[country]
	}
	err := a.Each(ctx, v, Query{Kind: "service", Sort: "changed"}, func(s *Shown) error {
		b, ok := s.Fields.(*programme.Provided)
		if !ok || s.State == "ended" || s.State == "draft" {
			return nil
		}
		c := of(b.Country)
		c.Services++
		c.Served += b.Served
		if s.State == "verified" && b.Standard != "" && b.Standard != "no-standard" && b.Valid(a.today()) {
			c.Accredited++
		}
		switch b.Type {
		case "alternatives-to-incarceration":
			c.Alternatives++
		case "naloxone":
			c.Naloxone++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.professionals(ctx, v, of); err != nil {
		return nil, err
	}
	return out, a.coverageFigures(ctx, v, of)
}

// professionals adds the latest count of each country, curriculum and credential.
func (a *App) professionals(ctx context.Context, v Viewer, of func(string) *Coverage) error {
	latest := map[string]*programme.Certified{}
	err := a.Each(ctx, v, Query{Kind: "workforce", Sort: "changed"}, func(s *Shown) error {
		b, ok := s.Fields.(*programme.Certified)
		if !ok || s.State == "draft" {
			return nil
		}
		key := b.Country + "/" + b.Curriculum + "/" + b.Level
		if old := latest[key]; old == nil || old.Date < b.Date {
			latest[key] = b
		}
		return nil
	})
	for _, b := range latest {
		of(b.Country).Professionals += b.Number
		of(b.Country).ExpiringSoon += b.Expiring
	}
	return err
}

// coverageWords are what an indicator of coverage speaks of.
var coverageWords = []string{"naloxone", "treatment", "agonist", "coverage"}

// coverageFigures finds the published figures on naloxone and treatment, the newest of each indicator.
func (a *App) coverageFigures(ctx context.Context, v Viewer, of func(string) *Coverage) error {
	seen := map[string]bool{}
	for _, word := range coverageWords {
		q := Query{Kind: "figure", Text: word, Limit: MaxPage}
		l, err := a.List(ctx, v, q)
		if err != nil {
			return err
		}
		for _, s := range l.Records {
			b, ok := s.Fields.(*detection.Statistic)
			if !ok || seen[s.ID] || !strings.Contains(strings.ToLower(b.Indicator), word) {
				continue
			}
			seen[s.ID] = true
			c := of(b.Country)
			c.Figures = append(c.Figures, s)
		}
	}
	return nil
}

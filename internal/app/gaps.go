package app

import (
	"context"
	"slices"

	"tocsin/internal/kinds/programme"
	"tocsin/internal/substance"
)

// Gap is a substance that a country does not control by what the system holds, though others do or it is emerging there.
type Gap struct {
	Substance     string
	International []substance.Control // by which treaties it is controlled
	Emerging      []*Shown            // signals about it in the country's region that the viewer sees
}

// Covered is a substance that a country controls, with the laws that say so. ByClass is set where a law names only its
// class: then it is probably covered, and a lawyer should look.
type Covered struct {
	Substance string
	Laws      []*Shown
	ByClass   bool
}

// Legislation is what the system holds of a country's law against what is scheduled and what emerges.
type Legislation struct {
	Country       string
	Covered       []Covered
	Gaps          []Gap
	International int // substances under international control
	Held          int // laws in force that the viewer sees
}

// Legislation compares a country's laws with the international schedules and with the signals of its region. A country
// of which no law is held has every substance as a gap; Held says so.
func (a *App) Legislation(ctx context.Context, v Viewer, country string) (*Legislation, error) {
	out := &Legislation{Country: country}
	direct, byClass := map[string][]*Shown{}, map[string][]*Shown{}
	err := a.Each(ctx, v, Query{Kind: "law", Place: country}, func(s *Shown) error {
		c, ok := s.Fields.(*programme.Control)
		if !ok || s.State != "in-force" || !c.Holds(a.today()) {
			return nil
		}
		out.Held++
		for _, x := range c.About {
			once(direct, x.Substance, s)
			for _, m := range a.catalogue.Members(x.Substance) {
				once(byClass, m.ID, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	emerging, err := a.emerging(ctx, v, country)
	if err != nil {
		return nil, err
	}
	for _, x := range a.catalogue.All() {
		if len(x.Controls) > 0 {
			out.International++
		}
		switch {
		case len(direct[x.ID]) > 0:
			out.Covered = append(out.Covered, Covered{x.ID, direct[x.ID], false})
		case len(byClass[x.ID]) > 0:
			out.Covered = append(out.Covered, Covered{x.ID, byClass[x.ID], true})
		case len(x.Controls) > 0 || len(emerging[x.ID]) > 0:
			out.Gaps = append(out.Gaps, Gap{x.ID, x.Controls, emerging[x.ID]})
		}
	}
	slices.SortStableFunc(out.Gaps, func(x, y Gap) int { return len(y.Emerging) - len(x.Emerging) })
	return out, nil
}

// once adds a law to a substance's, if it is not there.
func once(laws map[string][]*Shown, id string, s *Shown) {
	if !slices.Contains(laws[id], s) {
		laws[id] = append(laws[id], s)
	}
}

// emerging returns the signals in the country's region that the viewer sees, by substance.
func (a *App) emerging(ctx context.Context, v Viewer, country string) (map[string][]*Shown, error) {
	region := ""
	if p, ok := a.directory.Participant(country); ok {
		region = p.Region
	}
	out := map[string][]*Shown{}
	q := Query{Kind: "signal", Limit: MaxPage}
	l, err := a.List(ctx, v, q)
	if err != nil {
		return nil, err
	}
	for _, s := range l.Records {
		near := slices.ContainsFunc(s.Places, func(p string) bool {
			if p == country {
				return true
			}
			other, ok := a.directory.Participant(p[:2])
			return ok && region != "" && other.Region == region
		})
		if near && s.State != "dismissed" {
			for _, id := range s.Substances {
				out[id] = append(out[id], s)
			}
		}
	}
	return out, nil
}

// Match is an initiative or an offer that fits what a country needs or sees.
type Match struct {
	*Shown
	Because []string // themes, substances and Lines of Action that both have
}

// InitiativesFor returns the open initiatives that answer the needs of a country, or the signals in it, the best first.
func (a *App) InitiativesFor(ctx context.Context, v Viewer, country string) ([]Match, error) {
	wanted := map[string]bool{}
	for _, kind := range []string{"need", "signal"} {
		err := a.Each(ctx, v, Query{Kind: kind, Place: country}, func(s *Shown) error {
			if s.State == "met" || s.State == "closed" || s.State == "dismissed" {
				return nil
			}
			for _, t := range append(slices.Clone(s.Topics), a.withClasses(s.Substances)...) {
				wanted[t] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var out []Match
	err := a.Each(ctx, v, Query{Kind: "initiative", State: "published", Sort: "changed"}, func(s *Shown) error {
		if o, ok := s.Fields.(*programme.Offer); ok && len(o.Eligible) > 0 && !slices.Contains(o.Eligible, country) {
			return nil
		}
		m := Match{Shown: s}
		for _, t := range append(slices.Clone(s.Topics), a.withClasses(s.Substances)...) {
			if wanted[t] && !slices.Contains(m.Because, t) {
				m.Because = append(m.Because, t)
			}
		}
		if len(m.Because) > 0 {
			out = append(out, m)
		}
		return nil
	})
	slices.SortStableFunc(out, func(x, y Match) int { return len(y.Because) - len(x.Because) })
	return out[:min(len(out), 20)], err
}

// DonorCell is what is needed and given of one theme in one country.
type DonorCell struct {
	Needs, Gifts []*Shown
	Donors       []string
}

// Donors is the matrix of needs and contributions by country and theme.
type Donors struct {
	Countries []string // sorted
	Cells     map[string]map[string]*DonorCell
	Sums      map[string]float64 // by currency, without what is part of another activity
	Doubled   int                // contributions left out of the sums, since another one includes them
}

// Donors returns who needs what and who funds what where, as far as the viewer sees it. Amounts of an activity that is
// part of another are not added again.
func (a *App) Donors(ctx context.Context, v Viewer) (*Donors, error) {
	d := &Donors{Cells: map[string]map[string]*DonorCell{}, Sums: map[string]float64{}}
	cell := func(country, theme string) *DonorCell {
		if d.Cells[country] == nil {
			d.Cells[country] = map[string]*DonorCell{}
			d.Countries = append(d.Countries, country)
		}
		if d.Cells[country][theme] == nil {
			d.Cells[country][theme] = &DonorCell{}
		}
		return d.Cells[country][theme]
	}
	err := a.Each(ctx, v, Query{Kind: "need"}, func(s *Shown) error {
		if b, ok := s.Fields.(*programme.Wanted); ok && (s.State == "open" || s.State == "partly-met") {
			c := cell(b.Country, b.Theme)
			c.Needs = append(c.Needs, s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = a.Each(ctx, v, Query{Kind: "contribution"}, func(s *Shown) error {
		b, ok := s.Fields.(*programme.Gift)
		if !ok || s.State == "cancelled" || s.State == "draft" {
			return nil
		}
		if b.Includes != "" {
			d.Doubled++
		} else if b.Currency != "" {
			d.Sums[b.Currency] += b.Amount
		}
		for _, country := range slices.Compact(slices.Sorted(slices.Values(b.Recipients))) {
			c := cell(country, b.Theme)
			c.Gifts = append(c.Gifts, s)
			if !slices.Contains(c.Donors, s.Owner) {
				c.Donors = append(c.Donors, s.Owner)
			}
		}
		return nil
	})
	slices.Sort(d.Countries)
	return d, err
}

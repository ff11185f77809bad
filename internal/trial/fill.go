// Package trial fills a database with simulated reports by the million and measures what its pages and its interface
// take: how long an answer takes at the server, alone and while many people read and write, and how much memory.
package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/simulation"
)

// Size says how large the database is.
type Size struct {
	Records int // simulated reports
	People  int // registered officials; 1,600 is what a coalition of 178 participants has
	Alerts  int // issued to everybody, so that each person has as many notices
}

// chunk is how many drafts are held at a time.
const chunk = 40_000

// Fill fills an empty database. progress, which may be nil, is told of the reports that are written.
func Fill(ctx context.Context, a *app.App, s Size, progress func(done int)) error {
	ids, err := a.Enrol(ctx, app.Operator, simulation.Crowd(a.Directory(), s.People, a.Now().AddDate(-2, 0, 0)))
	if err != nil {
		return err
	}
	v := simulation.Volume{Now: a.Now(), Directory: a.Directory(), Persons: ids}
	done := 0
	var drafts []app.Draft
	flush := func() error {
		err := a.Simulate(ctx, app.Operator, drafts)
		done, drafts = done+len(drafts), drafts[:0]
		if progress != nil {
			progress(done)
		}
		return err
	}
	for d := range v.Reports(uint64(s.Records), s.Records) {
		if drafts = append(drafts, d); len(drafts) == chunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return alerts(ctx, a, s.Alerts)
}

// alerts are drafted by an analyst, cleared by his colleague and issued.
func alerts(ctx context.Context, a *app.App, n int) error {
	author, second, err := analysts(ctx, a)
	if err != nil {
		return err
	}
	for i := range n {
		body, err := json.Marshal(detection.Warning{Grade: "alert", Severity: "severe", Urgency: "immediate", Certainty: "likely", Country: author.Participant(), About: []detection.Subject{{Substance: "fentanyl"}}})
		if err != nil {
			return err
		}
		r, err := a.Create(ctx, author, app.Draft{Kind: "alert", Sharing: record.Sharing{TLP: record.Green}, Title: record.Text{"en": fmt.Sprintf("Trial alert %d (simulated)", i+1)}, Summary: record.Text{"en": "Made up to try a machine with."}, Body: body})
		if err != nil {
			return err
		}
		for _, s := range []struct {
			v    app.Viewer
			step string
		}{{second, "clear"}, {author, "issue"}} {
			if r, err = a.Step(ctx, s.v, r.ID, r.Version, s.step, ""); err != nil {
				return fmt.Errorf("%s: %w", s.step, err)
			}
		}
	}
	return nil
}

// analysts returns an analyst and a colleague of the same participant.
func analysts(ctx context.Context, a *app.App) (author, second app.Viewer, err error) {
	members, err := a.People(ctx, app.Operator, "")
	if err != nil {
		return author, second, err
	}
	for _, m := range members {
		if !slices.Contains(m.Duties, coalition.Analyst) {
			continue
		}
		i := slices.IndexFunc(members, func(o app.Member) bool { return o.Participant == m.Participant && o.ID != m.ID })
		if i < 0 {
			continue
		}
		if author, err = a.ViewerByID(ctx, m.ID); err == nil {
			second, err = a.ViewerByID(ctx, members[i].ID)
		}
		return author, second, err
	}
	return author, second, fmt.Errorf("there are too few people for two of one participant")
}

package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// PlanSeries puts a series of meetings of a group into the calendar, all or none of them: one for each slot that
// ProposeSlots gives for the plan, each but the first part of the first. They are for the group's members until somebody
// widens them. Only who chairs the group, and the secretariat, may.
func (a *App) PlanSeries(ctx context.Context, v Viewer, p Plan, name record.Text) ([]*record.Record, error) {
	if !v.SignedIn() {
		return nil, refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return nil, err
	}
	slots, _, err := a.ProposeSlots(ctx, v, p)
	if err != nil {
		return nil, err
	}
	var out []*record.Record
	err = a.store.Write(ctx, func(t *store.Tx) error {
		out = nil
		return a.only(ctx, t, v, func() (first string, err error) {
			for _, s := range slots {
				r, err := a.putSlot(ctx, t, v, p, s, name, out)
				if err != nil {
					return "", err
				}
				out = append(out, r)
			}
			return out[0].ID, nil
		})
	})
	if q := requestOf(ctx); err == nil && q.Again {
		return a.seriesOf(ctx, v, q.About)
	}
	return out, err
}

// seriesOf returns the meetings of a series by its first, as they are now.
func (a *App) seriesOf(ctx context.Context, v Viewer, first string) ([]*record.Record, error) {
	s, err := a.Get(ctx, v, first)
	if err != nil {
		return nil, err
	}
	out := []*record.Record{s.Record}
	linked, err := a.Related(ctx, v, s)
	for _, r := range linked {
		if r.Incoming && r.Relation == record.PartOf && r.Record.Kind == "meeting" {
			out = append(out, r.Record)
		}
	}
	slices.SortStableFunc(out, func(x, y *record.Record) int { return strings.Compare(string(x.When), string(y.When)) })
	return out, err
}

// putSlot makes the meeting of one slot, as part of the first of those before.
func (a *App) putSlot(ctx context.Context, t *store.Tx, v Viewer, p Plan, s Slot, name record.Text, before []*record.Record) (*record.Record, error) {
	b := programme.Session{Named: programme.Named{Name: name}, Type: a.meetingType(p.Topic), Group: p.Topic, Date: record.DateOf(s.At), Time: s.At.Format("15:04"), Zone: "UTC", Minutes: p.Minutes, Format: "online",
		Floor: []string{"en"}}
	for _, sec := range a.directory.Sections() {
		if g := groupOf(p.Topic); p.Topic == g+"/"+string(sec.Hemisphere) {
			b.Section, b.Interpreted = string(sec.Hemisphere), sec.Languages
		}
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	d := Draft{Kind: "meeting", Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: p.Topic}}}, Body: raw, state: "planned"}
	if len(before) > 0 {
		d.Links = []record.Link{{Relation: record.PartOf, To: before[0].ID}}
	}
	k, err := authored(v, d)
	if err != nil {
		return nil, err
	}
	r := a.fromDraft(v, k, d)
	body, problems := k.Complete(r, a.names, a.today())
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	if !a.writesFor(v, r) {
		return nil, refuse(Forbidden, "error.group")
	}
	_, err = t.Put(ctx, r, a.project(k, r, body), nil, nil, v.Actor(), "create")
	return r, err
}

// meetingType is the type of a meeting of a group.
func (a *App) meetingType(topic string) string {
	g, ok := a.directory.Group(groupOf(topic))
	if !ok {
		return "other-meeting"
	}
	switch g.Type {
	case "working-group", "sub-working-group", "network":
		return string(g.Type)
	case "line-of-action":
		return "steering"
	}
	return "regional"
}

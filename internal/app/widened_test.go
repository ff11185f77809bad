package app_test

import (
	"context"
	"encoding/json"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestWhatWasSaidInsideStaysInside: comments and positions of a group's consultation are not for those who see the
// recommendation only since it was published.
func TestWhatWasSaidInsideStaysInside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld(t, address)
		ctx := context.Background()
		members, err := w.People(ctx, app.Operator, "SL")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			for _, g := range m.Registrations {
				if g.Group == "swg2.1" {
					chair := *g
					chair.Roles = []coalition.Role{coalition.Member, coalition.CoChairRole}
					if _, err := w.Register(ctx, app.Operator, chair); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		fatu := w.as("fatu")
		raw, err := json.Marshal(programme.Advice{Named: programme.Named{Name: record.Text{"en": "Say it early"}, Text: record.Text{"en": "One.\n\nTwo."}}, Group: "swg2.1/west", Until: record.DateOf(w.Now().AddDate(0, 0, 7))})
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Create(ctx, fatu, app.Draft{Kind: "recommendation", Sharing: record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: "swg2.1/west"}}}, Body: raw})
		if err != nil {
			t.Fatal(err)
		}
		step := func(v app.Viewer, name string) {
			t.Helper()
			if r, err = w.Step(ctx, v, r.ID, r.Version, name, ""); err != nil {
				t.Fatal(name, err)
			}
		}
		step(fatu, "consult")
		if err := w.CommentOn(ctx, fatu, r.ID, "2", "said inside"); err != nil {
			t.Fatal(err)
		}
		if err := w.Answer(ctx, fatu, r.ID, "concerns", "noted inside"); err != nil {
			t.Fatal(err)
		}
		step(app.Operator, "agree")
		step(fatu, "publish")
		for who, want := range map[string]int{"fatu": 1, "mere": 0, "urs": 0} {
			v := w.as(who)
			x, err := w.Get(ctx, v, r.ID)
			if err != nil {
				t.Fatal(who, err)
			}
			comments, err := w.Comments(ctx, v, r.ID)
			if err != nil || len(comments) != want {
				t.Errorf("%s reads %d comments, %v", who, len(comments), err)
			}
			asked, err := w.Asked(ctx, v, x)
			if err != nil || len(asked.Replies) != want || len(asked.Counts) != want {
				t.Errorf("%s reads the positions %+v, %v", who, asked, err)
			}
		}
		x, err := w.Get(ctx, app.Public, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if asked, err := w.Asked(ctx, app.Public, x); err != nil || len(asked.Replies)+len(asked.Counts) != 0 {
			t.Errorf("the public reads the positions %+v, %v", asked, err)
		}
	})
}

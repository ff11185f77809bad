package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"tocsin/internal/app"
)

// firstAnswers is what an App says to several viewers of what the first program knew, in a form that no later one changes.
func firstAnswers(t *testing.T, a *app.App) []byte {
	t.Helper()
	ctx := context.Background()
	out := map[string][]string{}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	viewers := map[string]app.Viewer{"operator": app.Operator, "public": app.Public}
	for _, name := range []string{"ama", "kofi", "fatu", "mere"} {
		v, err := a.ViewerByEmail(ctx, name+"@example.org")
		must(err)
		viewers[name] = v
	}
	for name, v := range viewers {
		say := func(format string, args ...any) { out[name] = append(out[name], fmt.Sprintf(format, args...)) }
		for _, kind := range []string{"identification", "incident", "health-event", "signal", "alert"} {
			must(a.Each(ctx, v, app.Query{Kind: kind}, func(s *app.Shown) error {
				say("%s %s v%d %s %s %s", kind, s.ID, s.Version, s.State, s.Sharing.TLP, s.When)
				for _, f := range s.Attachments {
					_, content, err := a.OpenAttachment(ctx, v, s.ID, f.Hash)
					must(err)
					say("file %s %s %d %x", s.ID, f.Name, len(content), sha256.Sum256(content))
				}
				if !v.SignedIn() && !v.Operator {
					return nil
				}
				list, err := a.Comments(ctx, v, s.ID)
				must(err)
				for _, c := range list {
					say("comment %s %q", s.ID, c.Text)
				}
				past, err := a.History(ctx, v, s.ID)
				must(err)
				for _, p := range past {
					say("version %s %d %s", s.ID, p.Version, p.Action)
				}
				receipts, err := a.Receipts(ctx, v, s.ID)
				must(err)
				for _, r := range receipts {
					say("told %s %s seen %v acknowledged %v %q letter %s", s.ID, r.Name, !r.Seen.IsZero(), !r.Acknowledged.IsZero(), r.Note, r.Mail)
				}
				return nil
			}))
		}
		sums, err := a.Sums(ctx, v, "", 52*30)
		must(err)
		for _, c := range sums {
			say("sum %s %v", c.Place, c.Value)
		}
		if !v.SignedIn() {
			continue
		}
		for _, words := range []string{"heroin", "märz", "fentanyl", "SEIZURE", "غانا", "nothing"} {
			l, err := a.Search(ctx, v, words, "", 50)
			must(err)
			for _, s := range l.Records {
				say("found by %s: %s", words, s.ID)
			}
		}
		news, err := a.Told(ctx, v, 50)
		must(err)
		for _, n := range news {
			say("news %s %s", n.Record, n.Reason)
		}
	}
	members, err := a.People(ctx, app.Operator, "")
	must(err)
	for _, m := range members {
		for _, g := range m.Registrations {
			out["people"] = append(out["people"], fmt.Sprintf("%s %s %s/%s %v", m.Email, m.Participant, g.Group, g.Section, g.Roles))
		}
	}
	for name := range out {
		slices.Sort(out[name])
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	must(e.Encode(out))
	return b.Bytes()
}

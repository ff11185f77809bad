package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// Programme makes up the Coalition's own working: who chairs what, meetings, recommendations, what countries do, promise,
// need and give, partners, services and laws. It comes after the people, the reports and the detection, and goes through
// the use cases as the persons concerned, so that links, audiences, states and notices are what they would be. Everything
// that it makes says that it is simulated; nothing in it happened.
func Programme(ctx context.Context, a *app.App, d *coalition.Directory) error {
	p := &play{ctx: ctx, a: a, d: d, made: map[string]*record.Record{}}
	for _, act := range []func(){p.people, p.heldMeetings, p.comingMeetings, p.warning, p.recommendations, p.actions, p.commitments, p.pledges,
		p.needs, p.contributions, p.initiatives, p.partners, p.experts, p.discussions, p.library, p.services, p.laws} {
		if act(); p.err != nil {
			return fmt.Errorf("the simulated programme: %w", p.err)
		}
	}
	return nil
}

// play acts the programme out. The first refusal ends it: err says what was being made, and nothing is done any more.
type play struct {
	ctx  context.Context
	a    *app.App
	d    *coalition.Directory
	made map[string]*record.Record // as they stand, by the names that scenes have
	err  error
}

// scene is one record: who makes it from what, and the steps that are taken of it.
type scene struct {
	name    string // by which others find it; empty for one that nobody looks for
	by      string // address of the person
	private bool   // made as a draft
	share   record.Sharing
	links   []bond
	body    any
	steps   []move
}

// bond is a link to a scene.
type bond struct {
	relation record.Relation
	to       string
}

// move is a step of a record's workflow, by whom, and why where a reason is asked for. Without an address it is who made it.
type move struct{ step, by, reason string }

type text = record.Text

var (
	everybody = record.Sharing{TLP: record.Clear}
	officials = record.Sharing{TLP: record.Green}
)

// membersOf shares with those who are registered in a group or section.
func membersOf(group string) record.Sharing {
	return record.Sharing{TLP: record.Amber, Audience: []record.Clause{{Group: group}}}
}

func answers(names ...string) (out []bond) {
	for _, n := range names {
		out = append(out, bond{record.Answers, n})
	}
	return out
}

func under(name string) []bond { return []bond{{record.PartOf, name}} }

func moves(steps ...string) (out []move) {
	for _, s := range steps {
		out = append(out, move{step: s})
	}
	return out
}

func called(name, body text) programme.Named { return programme.Named{Name: name, Text: body} }

func english(s string) text { return text{"en": s} }

// official is the address of the official whom People gives every state.
func official(code string) string { return "official@" + code + ".example" }

// day is so many days from today.
func (p *play) day(days int) record.Date { return record.DateOf(p.a.Now().AddDate(0, 0, days)) }

// workday is day, moved on from a weekend to its Monday.
func (p *play) workday(days int) record.Date {
	t := p.a.Now().AddDate(0, 0, days)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	return record.DateOf(t)
}

// do does one thing as a person, unless something was refused before; what says what it is.
func (p *play) do(email, what string, f func(v app.Viewer) error) {
	if p.err != nil {
		return
	}
	v, err := p.a.ViewerByEmail(p.ctx, email)
	if err == nil {
		err = f(v)
	}
	if err != nil {
		p.err = fmt.Errorf("%s, by %s: %w", what, email, err)
	}
}

// find returns the record of a scene.
func (p *play) find(name string) (*record.Record, error) {
	if r := p.made[name]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("nothing is called %q", name)
}

// perform makes records of a kind, each with its steps.
func (p *play) perform(kind string, scenes ...scene) {
	for i, s := range scenes {
		if s.name == "" {
			s.name = fmt.Sprintf("%s %d of %d by %s", kind, i+1, len(scenes), s.by)
		}
		p.do(s.by, s.name, func(v app.Viewer) error {
			d, err := p.draft(kind, s)
			if err == nil {
				p.made[s.name], err = p.a.Create(p.ctx, v, d)
			}
			return err
		})
		for _, m := range s.steps {
			if m.by == "" {
				m.by = s.by
			}
			p.move(s.name, m)
		}
	}
}

func (p *play) draft(kind string, s scene) (app.Draft, error) {
	d := app.Draft{Kind: kind, Private: s.private, Sharing: s.share}
	for _, l := range s.links {
		r, err := p.find(l.to)
		if err != nil {
			return d, err
		}
		d.Links = append(d.Links, record.Link{Relation: l.relation, To: r.ID})
	}
	raw, err := json.Marshal(s.body)
	d.Body = raw
	return app.AsSimulated(d), err
}

// move takes a step.
func (p *play) move(name string, m move) {
	p.do(m.by, m.step+" "+name, func(v app.Viewer) error {
		r, err := p.find(name)
		if err == nil {
			r, err = p.a.Step(p.ctx, v, r.ID, r.Version, m.step, m.reason)
		}
		if err == nil {
			p.made[name] = r
		}
		return err
	})
}

// revise changes the body of a record that is there.
func revise[T any](p *play, name, by string, change func(*T)) {
	p.do(by, "revising "+name, func(v app.Viewer) error {
		r, err := p.find(name)
		if err != nil {
			return err
		}
		var b T
		if err := json.Unmarshal(r.Body, &b); err != nil {
			return err
		}
		change(&b)
		raw, err := json.Marshal(b)
		if err != nil {
			return err
		}
		p.made[name], err = p.a.Update(p.ctx, v, r.ID, r.Version, app.Draft{Title: r.Title, Summary: r.Summary, Links: r.Links, Sharing: r.Sharing, Body: raw})
		return err
	})
}

// said is a remark on a record, or on a paragraph of its text.
type said struct{ by, paragraph, text string }

func (p *play) discuss(name string, remarks ...said) {
	for _, s := range remarks {
		p.do(s.by, "a comment on "+name, func(v app.Viewer) error {
			r, err := p.find(name)
			if err != nil {
				return err
			}
			return p.a.CommentOn(p.ctx, v, r.ID, s.paragraph, s.text)
		})
	}
}

// reply is the answer to an invitation or a consultation.
type reply struct{ by, answer, note string }

func (p *play) ask(name string, replies ...reply) {
	for _, x := range replies {
		p.do(x.by, "an answer to "+name, func(v app.Viewer) error {
			r, err := p.find(name)
			if err != nil {
				return err
			}
			return p.a.Answer(p.ctx, v, r.ID, x.answer, x.note)
		})
	}
}

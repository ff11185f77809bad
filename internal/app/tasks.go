package app

import (
	"context"
	"slices"

	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
)

// What a task asks for.
const (
	TaskAnswer    = "answer"    // an invitation or a consultation
	TaskDecide    = "decide"    // a proposal about a record of one's own
	TaskClear     = "clear"     // an alert that a second person must read
	TaskIssue     = "issue"     // an alert that was cleared
	TaskMilestone = "milestone" // a milestone of one's own that is late
)

// Task is something that waits for the viewer.
type Task struct {
	What    string
	Subject *Shown
	Due     record.Date // "" for none
	Detail  string      // in the words of who wrote it: the proposal, the milestone
}

const maxTasks = 20 // of each sort that are looked for

// Tasks returns what waits for the viewer beside the alerts that he has to acknowledge. told is what Told gave.
func (a *App) Tasks(ctx context.Context, v Viewer, told []Told) ([]Task, error) {
	var out []Task
	for _, find := range []func(context.Context, Viewer) ([]Task, error){
		func(ctx context.Context, v Viewer) ([]Task, error) { return a.toAnswer(ctx, v, told) }, a.toDecide, a.toClear, a.lateMilestones,
	} {
		found, err := find(ctx, v)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (a *App) toAnswer(ctx context.Context, v Viewer, told []Told) ([]Task, error) {
	var out []Task
	for _, t := range told {
		if slices.ContainsFunc(out, func(x Task) bool { return x.Subject.ID == t.Record }) {
			continue
		}
		waits, err := a.unanswered(ctx, v, t.Subject)
		if err != nil {
			return nil, err
		}
		if !waits {
			continue
		}
		s, err := a.show(v, t.Subject)
		if err != nil {
			return nil, err
		}
		x := Task{What: TaskAnswer, Subject: s}
		if _, until, err := a.asks(t.Subject); err == nil && !until.IsZero() {
			x.Due = record.DateOf(until)
		}
		out = append(out, x)
	}
	return out, nil
}

func (a *App) toDecide(ctx context.Context, v Viewer) ([]Task, error) {
	if !v.Owns(v.Owner()) {
		return nil, nil
	}
	open, err := a.store.Read().OpenProposals(ctx, v.Owner(), maxTasks)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	var ids []string
	for _, p := range open {
		if !slices.Contains(ids, p.Record) {
			ids = append(ids, p.Record)
		}
	}
	found, err := a.visibleAll(ctx, a.store.Read(), v, ids)
	if err != nil {
		return nil, err
	}
	var out []Task
	for _, p := range open {
		if found[p.Record] == nil || found[p.Record].Record.Retracted != nil {
			continue
		}
		s, err := a.show(v, found[p.Record].Record)
		if err != nil {
			return nil, err
		}
		out = append(out, Task{What: TaskDecide, Subject: s, Detail: p.Text})
	}
	return out, nil
}

func (a *App) toClear(ctx context.Context, v Viewer) ([]Task, error) {
	if !v.Official() {
		return nil, nil
	}
	var out []Task
	for _, x := range []struct{ state, step, what string }{{"draft", "clear", TaskClear}, {"cleared", "issue", TaskIssue}} {
		l, err := a.List(ctx, v, Query{Kind: "alert", State: x.state, Sort: "changed", Uncounted: true, Limit: maxTasks})
		if err != nil {
			return nil, err
		}
		for _, s := range l.Records {
			if !v.Owns(s.Owner) {
				continue
			}
			if slices.ContainsFunc(a.Steps(ctx, v, s.Record), func(st record.Step) bool { return st.Name == x.step }) {
				out = append(out, Task{What: x.what, Subject: s})
			}
		}
	}
	return out, nil
}

func (a *App) lateMilestones(ctx context.Context, v Viewer) ([]Task, error) {
	if !v.Owns(v.Owner()) {
		return nil, nil
	}
	l, err := a.List(ctx, v, Query{Kind: "commitment", Owner: v.Owner(), Sort: "changed", Uncounted: true, Limit: maxTasks})
	if err != nil {
		return nil, err
	}
	var out []Task
	for _, s := range l.Records {
		b, ok := s.Fields.(*programme.Promise)
		if !ok || s.State == "done" || s.State == "given-up" || s.State == "draft" {
			continue
		}
		for _, m := range b.Progress(a.today()).Late {
			out = append(out, Task{What: TaskMilestone, Subject: s, Due: m.Due, Detail: m.Title})
		}
	}
	return out, nil
}

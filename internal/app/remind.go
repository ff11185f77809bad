package app

import (
	"context"
	"slices"
	"time"

	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// How long before the day people are reminded.
const (
	milestoneNotice    = 30 // days
	meetingNotice      = 2
	consultationNotice = 3
)

// Reminders tells the owners of commitments of milestones that are due or late, the members of groups of meetings that
// are near, and those who have not answered of consultations that end: once each, however often the clock calls it.
func (a *App) Reminders(ctx context.Context) error {
	for _, remind := range []func(context.Context) error{a.remindMilestones, a.remindMeetings, a.remindConsultations} {
		if err := remind(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) inDays(n int) record.Date { return record.DateOf(a.now().AddDate(0, 0, n)) }

func (a *App) remindMilestones(ctx context.Context) error {
	return a.Each(ctx, Operator, Query{Kind: "commitment", Sort: "changed"}, func(s *Shown) error {
		b, ok := s.Fields.(*programme.Promise)
		if !ok || s.State == "done" || s.State == "given-up" || s.State == "draft" {
			return nil
		}
		p := b.Progress(a.today())
		owner := []sharing.Token{sharing.Owner(s.Owner)}
		reasons := map[string]bool{}
		for _, m := range p.Late {
			reasons["late@"+string(m.Due)] = true
		}
		if p.Next != "" && programme.LastDay(p.Next) <= string(a.inDays(milestoneNotice)) {
			reasons["due@"+string(p.Next)] = true
		}
		for reason := range reasons {
			if err := a.tellNow(ctx, s.Record, reason, owner, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *App) remindMeetings(ctx context.Context) error {
	near, err := a.Meetings(ctx, Operator, a.today(), a.inDays(meetingNotice), "")
	if err != nil {
		return err
	}
	for _, s := range near {
		if s.When < a.today() || s.State != "planned" && s.State != "invited" || s.When.Precision() != record.Day {
			continue
		}
		if err := a.tellNow(ctx, s.Record, "soon@"+string(s.When), a.groupTokens(s.Topics), a.declined(ctx, s.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) remindConsultations(ctx context.Context) error {
	return a.Each(ctx, Operator, Query{Kind: "recommendation", State: "consulted", Sort: "changed"}, func(s *Shown) error {
		b, ok := s.Fields.(*programme.Advice)
		if !ok {
			return nil
		}
		until := b.AnswerUntil()
		if until.IsZero() || !a.now().Before(until) || until.Sub(a.now()) > consultationNotice*24*time.Hour {
			return nil
		}
		replies, err := a.store.Read().Replies(ctx, s.ID)
		if err != nil {
			return err
		}
		answered := map[string]bool{}
		for _, r := range replies {
			answered[r.Person] = true
		}
		return a.tellNow(ctx, s.Record, "closing@"+string(b.Until), a.groupTokens(s.Topics), answered)
	})
}

// declined returns who will not attend a meeting.
func (a *App) declined(ctx context.Context, id string) map[string]bool {
	out := map[string]bool{}
	replies, err := a.store.Read().Replies(ctx, id)
	if err != nil {
		return out // then everybody is reminded
	}
	for _, r := range replies {
		if r.Answer == "declined" {
			out[r.Person] = true
		}
	}
	return out
}

// groupTokens are the tokens of the groups that a record stands in: of the sections where it names sections.
func (a *App) groupTokens(topics []string) []sharing.Token {
	groups := []sharing.Token{}
	sectioned := slices.ContainsFunc(topics, func(x string) bool { return a.directory.HasGroup(x) && containsSlash(x) })
	for _, x := range topics {
		if a.directory.HasGroup(x) && (containsSlash(x) || !sectioned) {
			groups = append(groups, sharing.Group(x))
		}
	}
	return groups
}

// tellNow is tellThose in a transaction of its own, for those whom it would be news; it writes nothing when there are none.
func (a *App) tellNow(ctx context.Context, r *record.Record, reason string, among []sharing.Token, except map[string]bool) error {
	told, err := a.store.Read().NoticesAbout(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, n := range told {
		if n.Reason == reason {
			return nil // all of them were told together
		}
	}
	return a.store.Write(ctx, func(t *store.Tx) error { return a.tellExcept(ctx, t, r, reason, among, except) })
}

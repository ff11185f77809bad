package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/sharing"
	"tocsin/internal/store"
)

// programmeStep does what belongs to a step of the Coalition's own kinds, in the same transaction.
func (a *App) programmeStep(ctx context.Context, t *store.Tx, v Viewer, r *record.Record, s record.Step) error {
	switch {
	case r.Kind == "pledge" && s.Name == "sign":
		if err := changeBody(r, func(b *programme.Signature) { b.Signed = a.today() }); err != nil {
			return err
		}
	case r.Kind == "interest" && s.Name == "send" || r.Kind == "submission" && s.Name == "submit" && slices.Contains(s.From, "draft"):
		if err := a.takesNow(ctx, t, r); err != nil {
			return err
		}
	case r.Kind == "interest" && (s.Name == "offer" || s.Name == "take-part"):
		if err := a.roomFor(ctx, t, v, r); err != nil {
			return err
		}
	case r.Kind == "submission" && s.Name == "publish":
		b, err := bodyOf[programme.Input](r)
		if err != nil {
			return err
		}
		if b.Consent != "yes" {
			return refuse(Conflict, "error.consent")
		}
		if err := changeBody(r, func(b *programme.Input) { b.Contact = "" }); err != nil { // it stays in the versions before
			return err
		}
	case r.Kind == "recommendation" && s.Name == "consult":
		b, err := bodyOf[programme.Advice](r)
		if err != nil {
			return err
		}
		if b.Until == "" || string(b.Until) < string(a.today()) {
			return invalid(record.Problems{{Field: "until", Key: "problem.deadline"}})
		}
	case r.Kind == "commitment" && s.Name == "complete":
		b, err := bodyOf[programme.Promise](r)
		if err != nil {
			return err
		}
		if p := b.Progress(a.today()); p.Done < p.Of {
			return refuse(Conflict, "error.milestones", "open", p.Of-p.Done)
		}
	}
	return a.tellStep(ctx, t, r, s)
}

func bodyOf[T any](r *record.Record) (*T, error) {
	k, ok := kinds.Get(r.Kind)
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", r.Kind)
	}
	b, err := k.Decode(r.Body)
	if err != nil {
		return nil, err
	}
	x, ok := b.(any).(*T)
	if !ok {
		return nil, fmt.Errorf("a %s has the body %T", r.Kind, b)
	}
	return x, nil
}

// tellStep tells those of a step whom it concerns. The reason carries the version, for a step may be taken again.
func (a *App) tellStep(ctx context.Context, t *store.Tx, r *record.Record, s record.Step) error {
	reason := fmt.Sprintf("%s@%d", s.Name, r.Version)
	switch s.Tell {
	case record.TellOwner:
		return a.tellThose(ctx, t, r, reason, []sharing.Token{sharing.Owner(r.Owner)})
	case record.TellHost:
		host, err := a.host(ctx, &t.Reader, r)
		if err != nil || host == nil {
			return err
		}
		return a.tellThose(ctx, t, r, reason, []sharing.Token{sharing.Owner(host.Owner)})
	case record.TellGroup:
		return a.tellThose(ctx, t, r, reason, a.groupTokens(r.Topics))
	case record.TellAudience:
		return a.tellThose(ctx, t, r, reason, nil)
	}
	return nil
}

func containsSlash(s string) bool { return slices.Contains([]byte(s), '/') }

// tellCiting tells the officials who own a record that cites r that r was withdrawn, as far as they see r.
func (a *App) tellCiting(ctx context.Context, t *store.Tx, r *record.Record) error {
	links, err := t.LinkedFrom(ctx, r.ID, 100000)
	if err != nil {
		return err
	}
	owners := []sharing.Token{}
	for _, l := range links {
		s, err := t.Record(ctx, l.To)
		if err != nil {
			return err
		}
		owners = append(owners, sharing.Owner(s.Record.Owner))
	}
	if len(owners) == 0 {
		return nil
	}
	return a.tellThose(ctx, t, r, "retracted", owners)
}

// roomFor refuses to offer more places than an initiative has.
func (a *App) roomFor(ctx context.Context, t *store.Tx, v Viewer, r *record.Record) error {
	host, err := a.host(ctx, &t.Reader, r)
	if err != nil || host == nil {
		return err
	}
	b, err := bodyOf[programme.Offer](host)
	if err != nil || b.Capacity == 0 {
		return err
	}
	links, err := t.LinkedFrom(ctx, host.ID, 10000)
	if err != nil {
		return err
	}
	taken := 0
	for _, l := range links {
		if l.Relation != record.PartOf {
			continue
		}
		s, err := t.Record(ctx, l.To)
		if err != nil {
			return err
		}
		if s.Record.Kind == "interest" && s.Record.ID != r.ID && s.Record.Retracted == nil && (s.Record.State == "offered" || s.Record.State == "taking-part") {
			taken++
		}
	}
	if taken >= b.Capacity {
		return refuse(Conflict, "error.capacity", "capacity", b.Capacity)
	}
	return nil
}

// takesNow refuses what is sent to an initiative or a call that takes nothing any more.
func (a *App) takesNow(ctx context.Context, t *store.Tx, r *record.Record) error {
	host, err := a.host(ctx, &t.Reader, r)
	switch {
	case err != nil || host == nil:
		return err
	case host.Retracted != nil:
		return refuse(Conflict, "error.host.retracted")
	case r.Kind == "submission":
		return a.callOpen(host)
	case host.State != "published" && host.State != "full":
		return refuse(Conflict, "error.initiative.closed")
	}
	return nil
}

// mayComment refuses comments on paragraphs when no consultation takes them any more.
func (a *App) mayComment(r *record.Record, anchor string) error {
	if anchor == "" {
		return nil
	}
	if r.Kind != "recommendation" {
		return invalid(record.Problems{{Field: "text", Key: "problem.paragraph", Params: map[string]any{"value": ""}}})
	}
	b, err := bodyOf[programme.Advice](r)
	if err != nil {
		return err
	}
	text, _ := b.Text.In("en")
	if n := atoi(anchor); n < 1 || n > len(programme.Paragraphs(text)) {
		return invalid(record.Problems{{Field: "text", Key: "problem.paragraph", Params: map[string]any{"value": anchor}}})
	}
	if until := b.AnswerUntil(); r.State != "drafted" && r.State != "consulted" || !until.IsZero() && !a.now().Before(until) {
		return refuse(Conflict, "error.deadline", "until", string(b.Until))
	}
	return nil
}

func atoi(s string) (n int) {
	for _, c := range s {
		if c < '0' || c > '9' || n > 1e6 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// Answer answers a record that asks: an invitation, a consultation. It is refused after the deadline, and when the
// record does not ask now.
func (a *App) Answer(ctx context.Context, v Viewer, id, answer, note string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	if p := checkNote(note); len(p) > 0 {
		return invalid(p)
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		s, err := a.visible(ctx, &t.Reader, v, id)
		if err != nil {
			return err
		}
		asks, until, err := a.asks(s.Record)
		switch {
		case err != nil:
			return err
		case s.Record.Kind == "recommendation" && !v.Official():
			return refuse(Forbidden, "error.official")
		case len(asks) == 0:
			return refuse(Conflict, "error.asks-nothing")
		case !until.IsZero() && !a.now().Before(until):
			return refuse(Conflict, "error.deadline", "until", string(record.DateOf(until)))
		case !slices.Contains(asks, answer):
			return invalid(record.Problems{{Field: "answer", Key: "problem.option", Params: map[string]any{"value": answer, "options": fmt.Sprint(asks)}}})
		}
		return t.PutReply(ctx, store.Reply{Record: id, Person: v.Person.ID, Participant: v.Owner(), Answer: answer, Note: note})
	})
}

// asking are the states in which a kind asks for answers.
var asking = map[string][]string{"meeting": {"planned", "invited"}, "recommendation": {"consulted"}}

// asks returns the answers that a record asks for now and until when.
func (a *App) asks(r *record.Record) ([]string, time.Time, error) {
	k, ok := kinds.Get(r.Kind)
	if !ok || r.Retracted != nil || !slices.Contains(asking[r.Kind], r.State) {
		return nil, time.Time{}, nil
	}
	b, err := k.Decode(r.Body)
	if err != nil {
		return nil, time.Time{}, err
	}
	x, ok := b.(record.Answered)
	if !ok {
		return nil, time.Time{}, nil
	}
	return x.Answers(), x.AnswerUntil(), nil
}

// textSince returns when the text of a recommendation became what it is now: whoever took a position before took it on
// another one. It is zero for other kinds.
func (a *App) textSince(ctx context.Context, r *record.Record) (since time.Time, err error) {
	if r.Kind != "recommendation" {
		return since, nil
	}
	now, err := bodyOf[programme.Advice](r)
	if err != nil {
		return since, err
	}
	versions, err := a.store.Read().History(ctx, r.ID, 500) // newest first
	if err != nil {
		return since, err
	}
	for _, x := range versions {
		then, err := bodyOf[programme.Advice](x.Record)
		if err != nil {
			return since, err
		}
		if !maps.Equal(now.Text, then.Text) || !maps.Equal(now.Name, then.Name) {
			break
		}
		since = x.Record.Updated
	}
	return since, nil
}

// Asking says what a record asks of its readers, what they answered, and what the viewer did.
type Asking struct {
	Options []string // none when nothing is asked now
	Until   time.Time
	Open    bool
	Since   time.Time // answers given before are about a text that was changed since; zero where none is asked about
	Mine    store.Reply
	Replies []store.Reply  // those that the viewer may see: all for chairs and owners, else his own participant's; to a recommendation all
	Counts  map[string]int // answers by people, those since then
	By      map[string]int // answers by participants: the last of each counts
}

// Asked returns what is asked and was answered of a record.
func (a *App) Asked(ctx context.Context, v Viewer, x *Shown) (*Asking, error) {
	options, until, err := a.asks(x.Record)
	if err != nil {
		return nil, err
	}
	all, err := a.store.Read().Replies(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	saw, err := a.sawAt(ctx, v, x.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p store.Reply) bool { return p.Person != v.Actor() && !saw(p.At) })
	out := &Asking{Options: options, Until: until, Open: len(options) > 0 && (until.IsZero() || a.now().Before(until)), Counts: map[string]int{}, By: map[string]int{}}
	if out.Since, err = a.textSince(ctx, x.Record); err != nil {
		return nil, err
	}
	last := map[string]store.Reply{}
	for _, p := range all {
		if !p.At.Before(out.Since) {
			out.Counts[p.Answer]++
			if p.At.After(last[p.Participant].At) {
				last[p.Participant] = p
			}
			if v.Person != nil && p.Person == v.Person.ID {
				out.Mine = p
			}
		}
		if x.Mine || x.Record.Kind == "recommendation" && v.Official() || p.Participant == v.Owner() {
			out.Replies = append(out.Replies, p)
		}
	}
	for _, p := range last {
		out.By[p.Answer]++
	}
	return out, nil
}

// LanguagesNeeded returns how many of a group's members prefer each language, so that interpretation can be compared
// with it.
func (a *App) LanguagesNeeded(ctx context.Context, topics []string) (map[string]int, error) {
	members, err := a.MembersOf(ctx, topics)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, m := range members {
		if len(m.Languages) > 0 {
			out[m.Languages[0]]++
		}
	}
	return out, nil
}

// MembersOf returns the people registered now in one of the groups or sections, by participant and name.
func (a *App) MembersOf(ctx context.Context, topics []string) ([]Member, error) {
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	sectioned := slices.ContainsFunc(topics, containsSlash)
	var out []Member
	for id, x := range p.byID {
		if !x.In(a.now()) {
			continue
		}
		var in []*coalition.Registration
		for _, g := range p.registrations[id] {
			section := g.Group + "/" + string(g.Section)
			if g.Live(a.now()) && (slices.Contains(topics, section) || !sectioned && slices.Contains(topics, g.Group)) {
				in = append(in, g)
			}
		}
		if len(in) > 0 {
			out = append(out, Member{x, in})
		}
	}
	sortMembers(out)
	return out, nil
}

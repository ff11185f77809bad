package app

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// Reshared says what another sharing rule would do to who sees a record.
type Reshared struct {
	*Shown
	More, Fewer bool  // who do not see it now would, and who do would not
	Err         error // an *Error that says why the viewer may not change it; then nothing else is said
}

// Resharing says of those of the chosen records that are of the kind and that the viewer sees what a sharing rule would do
// to who sees them. It returns Invalid for a rule that cannot be of any record.
func (a *App) Resharing(ctx context.Context, v Viewer, kind string, chosen []Chosen, to record.Sharing) ([]Reshared, error) {
	if problems := checkRule(to); len(problems) > 0 {
		return nil, invalid(problems)
	}
	list, err := a.ChosenOf(ctx, v, kind, chosen)
	if err != nil {
		return nil, err
	}
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Reshared, len(list))
	for i, x := range list {
		out[i] = a.reshared(p, v, x, to)
	}
	return out, nil
}

// checkRule says what is wrong with a sharing rule whatever the record.
func checkRule(s record.Sharing) record.Problems {
	if s.TLP == "" {
		return record.Problems{{Field: "sharing.tlp", Key: "problem.required"}}
	}
	return s.Validate()
}

func (a *App) reshared(p *people, v Viewer, x *Shown, to record.Sharing) Reshared {
	r := Reshared{Shown: x, Err: mayChange(v, x.Kind, x.Record)}
	if r.Err != nil {
		return r
	}
	then := x.Record.Clone()
	then.Sharing = to
	audience := audienceOf(then)
	if len(sharing.Wider(x.Audience, audience)) > 0 && !v.Owns(x.Owner) {
		r.Err = refuse(Forbidden, "error.widen")
		return r
	}
	r.More, r.Fewer = a.letsIn(p, x.Audience, audience), a.letsIn(p, audience, x.Audience)
	return r
}

// letsIn reports whether an audience to come lets in somebody whom the audience that is does not.
func (a *App) letsIn(p *people, is, toBe []sharing.Token) bool {
	return slices.ContainsFunc(sharing.Beyond(is, toBe), func(t sharing.Token) bool {
		id, named := strings.CutPrefix(t, sharing.Person(""))
		x := p.byID[id]
		return !named || x == nil || !sharing.Meet(is, p.tokens(x, a.now()))
	})
}

// share gives a record another sharing rule by the same change that its form makes: texts, fields and links stay.
func (a *App) share(ctx context.Context, v Viewer, x *Shown, version int, to record.Sharing) error {
	_, err := a.Update(ctx, v, x.ID, version, Draft{Sharing: to.Clone(), Title: x.Title, Summary: x.Summary, Links: x.Links, Body: x.Body})
	return err
}

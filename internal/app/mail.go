package app

import (
	"context"
	"errors"
	"strings"

	"tocsin/internal/exchange/calendar"
	"tocsin/internal/store"
)

// AnswerByMail takes a calendar program's answer to an invitation. letter is the number of the letter that invited: only
// the person invited was given it, so that it says whose answer this is, whatever the reply says of its sender. It
// returns NotFound for a number of no letter, and for a reply about another meeting.
func (a *App) AnswerByMail(ctx context.Context, letter string, reply calendar.Reply) error {
	m, err := a.store.Read().MailByID(ctx, letter)
	if errors.Is(err, store.ErrNotFound) {
		return errHidden
	}
	if err != nil {
		return err
	}
	if id, _, _ := strings.Cut(strings.TrimSuffix(reply.UID, "@tocsin"), "-"); id != m.Record {
		return errHidden
	}
	v, err := a.ViewerByID(ctx, m.Person)
	if err != nil {
		return err
	}
	return a.Answer(ctx, v, m.Record, reply.Answer, "")
}

package jobs

import (
	"context"

	"tocsin/internal/app"
	"tocsin/internal/store"
	"tocsin/internal/web/locales"
)

// recoveryPages are where the letters about a request to be let in again lead.
var recoveryPages = map[string]string{app.RecoveryWaits: "/recoveries", app.RecoveryAsked: "/account", app.RecoveryGranted: "/account",
	app.RecoveryRefused: "/sign-in/lost", app.RecoveryLapsed: "/sign-in/lost"}

// recovery writes a letter about a request to be let in again. It holds no secret: the link that lets in is handed over by
// the second who agrees.
func (r *Runner) recovery(ctx context.Context, m store.Mail) (letter, error) {
	page, ok := recoveryPages[m.Reason]
	if !ok {
		return letter{}, errNothing
	}
	v, x, err := r.app.RecoveryLetter(ctx, m)
	if err != nil {
		return letter{}, err
	}
	code := known(v.Person.Languages)
	locale := locales.New(code, v.Person.Location(), locales.Auto)
	_, owner := r.app.PersonName(ctx, x.Person)
	from, _ := r.app.Namer().ParticipantName(owner, code)
	text := locale.T("letter."+m.Reason, "name", oneLine(x.Who.Name), "participant", from, "asked", locale.DateTime(x.Asked), "until", locale.DateTime(x.Expires))
	return letter{id: m.ID, to: v.Person.Email, subject: oneLine(locale.T("letter." + m.Reason + ".subject")), text: text + "\n\n" + r.at(page) + "\n"}, nil
}

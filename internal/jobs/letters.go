package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/store"
	"tocsin/internal/web/locales"
)

// errNothing says that there is nothing to write any more.
var errNothing = errors.New("nothing to write")

// special returns what writes the letters that are about no record, nil for a letter about one.
func (r *Runner) special(reason string) func(context.Context, store.Mail) (letter, error) {
	first, _, _ := strings.Cut(reason, "@")
	return map[string]func(context.Context, store.Mail) (letter, error){
		"invitation": r.invitation, "digest": r.digest, app.SuccessionReason: r.succession, app.FocalReason: r.focalPoint,
		app.RecoveryWaits: r.recovery, app.RecoveryAsked: r.recovery, app.RecoveryGranted: r.recovery, app.RecoveryRefused: r.recovery, app.RecoveryLapsed: r.recovery,
	}[first]
}

func (r *Runner) at(path string) string { return strings.TrimSuffix(r.cfg.BaseURL, "/") + path }

func known(languages []string) string {
	if len(languages) > 0 && locales.Known(languages[0]) {
		return languages[0]
	}
	return "en"
}

// invitation writes the letter that asks somebody to take part. Its link is made here, so that its secret is kept nowhere.
func (r *Runner) invitation(ctx context.Context, m store.Mail) (letter, error) {
	x, err := r.app.WriteInvitation(ctx, m)
	if err != nil {
		return letter{}, err
	}
	code := known(x.Invited.Languages)
	locale := locales.New(code, locales.Zone(x.Invited.Zone), locales.Auto)
	participant, _ := r.app.Namer().ParticipantName(x.Participant, code)
	by := x.Inviter
	if by == "" {
		by = locale.T("letter.invitation.secretariat")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", locale.T("letter.invitation.dear", "name", oneLine(x.Invited.Name)),
		locale.T("letter.invitation.text", "by", oneLine(by), "participant", participant))
	fmt.Fprintf(&b, "%s\n%s\n\n%s\n", locale.T("letter.invitation.open"), r.at("/invitation/"+x.Secret+"?lang="+code),
		locale.T("letter.invitation.until", "time", locale.DateTime(x.Expires)))
	return letter{id: m.ID, to: x.Email, subject: oneLine(locale.T("letter.invitation.subject", "participant", participant)), text: b.String()}, nil
}

// digest writes the daily letter: what the person was told since the last one and still sees, each in a line.
func (r *Runner) digest(ctx context.Context, m store.Mail) (letter, error) {
	v, lines, err := r.app.Digest(ctx, m)
	if err != nil {
		return letter{}, err
	}
	if len(lines) == 0 {
		return letter{}, errNothing
	}
	code := known(v.Person.Languages)
	locale := locales.New(code, v.Person.Location(), locales.Auto)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", locale.T("letter.digest.text"))
	for _, x := range lines {
		text, _ := r.tells(x.Shown, x.Reason, code)
		fmt.Fprintf(&b, "[TLP:%s] %s\n%s\n\n", x.Sharing.TLP, oneLine(text), r.at("/r/"+url.PathEscape(x.ID)))
	}
	fmt.Fprintf(&b, "%s\n%s\n", locale.T("letter.digest.settings"), r.at("/profile"))
	return letter{id: m.ID, to: v.Person.Email, subject: oneLine(locale.T("letter.digest.subject", "n", len(lines))), text: b.String()}, nil
}

// succession tells a successor what he has taken over.
func (r *Runner) succession(ctx context.Context, m store.Mail) (letter, error) {
	return r.aboutPerson(ctx, m, "letter.succession", "/profile")
}

// focalPoint tells the secretariat that a participant's only focal point has left.
func (r *Runner) focalPoint(ctx context.Context, m store.Mail) (letter, error) {
	return r.aboutPerson(ctx, m, "letter.focal-point", "/admin")
}

func (r *Runner) aboutPerson(ctx context.Context, m store.Mail, key, path string) (letter, error) {
	v, err := r.app.ViewerByID(ctx, m.Person)
	if err != nil {
		return letter{}, err
	}
	if key == "letter.focal-point" && !v.Has(coalition.Secretariat) {
		return letter{}, errNothing
	}
	code := known(v.Person.Languages)
	locale := locales.New(code, v.Person.Location(), locales.Auto)
	name, owner := r.app.PersonName(ctx, m.Record)
	name = oneLine(name)
	participant, _ := r.app.Namer().ParticipantName(owner, code)
	text := map[string]string{
		"letter.succession":  locale.T("letter.succession", "name", name),
		"letter.focal-point": locale.T("letter.focal-point", "name", name, "participant", participant),
	}[key]
	subject := map[string]string{
		"letter.succession":  locale.T("letter.succession.subject", "name", name),
		"letter.focal-point": locale.T("letter.focal-point.subject", "participant", participant),
	}[key]
	return letter{id: m.ID, to: v.Person.Email, subject: oneLine(subject), text: text + "\n\n" + r.at(path) + "\n"}, nil
}

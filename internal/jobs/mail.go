package jobs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"

	"tocsin/internal/app"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/web/locales"
)

// SMTP says how letters leave.
type SMTP struct {
	Address  string // host:port
	User     string
	Password string
	From     string
	Reply    string // address for answers to invitations; "reply@example" gets them at "reply+ID@example". "" for none
	TLS      string // starttls, tls or none
}

const (
	claim       = 30 * time.Second // after which a claimed letter that was not handed over is anybody's: its sender was killed
	answered    = 5 * time.Minute  // after which a letter that was handed over without an answer is doubtful
	atOnce      = 20               // letters claimed together
	maxAttempts = 10
)

// letter is one letter, ready to be sent. invitation is an iCalendar object with its method, empty for none.
type letter struct{ id, to, subject, text, invitation, method string }

// sender hands letters to a mail server. connected is called when the connection stands, just before the letter is
// handed over; when it fails nothing is sent.
type sender interface {
	send(ctx context.Context, l letter, connected func() error) error
}

// errDoubtful says that a letter was handed over and no answer came.
var errDoubtful = errors.New("the mail server was given the letter and did not answer")

// errTaken says that another process sends the letter: this one was too slow.
var errTaken = errors.New("another process has taken the letter")

// errPermanent says that the mail server refused the letter for good.
var errPermanent = errors.New("the mail server refused the letter")

// sendDue sends the letters that are due.
func (r *Runner) sendDue(ctx context.Context) error {
	for {
		var due []store.Mail
		err := r.app.Store().Write(ctx, func(t *store.Tx) (err error) {
			if err := t.DoubtMail(ctx, t.Now().Add(-answered)); err != nil {
				return err
			}
			due, err = t.ClaimMail(ctx, t.Now().Add(r.cfg.Claim), atOnce)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, m := range due {
			if err := r.sendOne(ctx, m); err != nil {
				return err
			}
		}
	}
}

// sendOne composes a letter as things are now and sends it. The letter's state is "handed" from just before the mail
// server is given it until the outcome is known: whoever stops in between leaves a doubtful letter, which is not sent again.
func (r *Runner) sendOne(ctx context.Context, m store.Mail) error {
	l, err := r.compose(ctx, m)
	if code := app.CodeOf(err); err != nil && (code == app.NotFound || code == app.Unauthenticated) {
		return r.set(ctx, m, "dropped", "", time.Time{}) // it is not for this person any more
	}
	if err != nil {
		return err
	}
	handed := false
	err = r.mail.send(ctx, l, func() error {
		handed = true
		return r.hand(ctx, m)
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // what has happened is written down also when we are being stopped
	switch {
	case err == nil:
		return r.set(ctx, m, "sent", "", time.Time{})
	case errors.Is(err, errDoubtful):
		return r.set(ctx, m, "doubtful", err.Error(), time.Time{})
	case errors.Is(err, errPermanent) || m.Attempts >= maxAttempts:
		return r.set(ctx, m, "failed", err.Error(), time.Time{})
	}
	r.log.Warn("a letter could not be sent yet", "letter", m.ID, "handed", handed, "error", err)
	return r.set(ctx, m, "queued", err.Error(), r.app.Now().Add(backoff(m.Attempts-1)))
}

// backoff doubles from half a minute to a day.
func backoff(attempts int) time.Duration {
	return min(24*time.Hour, 30*time.Second<<min(attempts, 12))
}

func (r *Runner) set(ctx context.Context, m store.Mail, state, problem string, due time.Time) error {
	return r.app.Store().Write(ctx, func(t *store.Tx) error { return t.SetMail(ctx, m.ID, m.Attempts, state, problem, due) })
}

// hand marks a letter as handed over, if it is still this process's to send.
func (r *Runner) hand(ctx context.Context, m store.Mail) error {
	return r.app.Store().Write(ctx, func(t *store.Tx) error {
		mine, err := t.HandMail(ctx, m.ID, m.Attempts)
		if err == nil && !mine {
			err = errTaken
		}
		return err
	})
}

// compose writes a letter in the person's language about the record as it is now, if he may still see it. What is
// AMBER+STRICT or RED is not written into letters, only that there is something to read.
func (r *Runner) compose(ctx context.Context, m store.Mail) (letter, error) {
	v, err := r.app.ViewerByID(ctx, m.Person)
	if err != nil {
		return letter{}, err
	}
	x, err := r.app.Get(ctx, v, m.Record)
	if err != nil {
		return letter{}, err
	}
	code := "en"
	if len(v.Person.Languages) > 0 && locales.Known(v.Person.Languages[0]) {
		code = v.Person.Languages[0]
	}
	say := func(key string, params map[string]any) string { return locales.Say(code, key, params) }
	link := strings.TrimSuffix(r.cfg.BaseURL, "/") + "/r/" + url.PathEscape(m.Record)
	title := x.Kind.TitleIn(x.Record, r.app.Namer(), code)
	if closedTo(x) {
		title = say("letter.closed", nil)
	}
	reason, _, _ := strings.Cut(m.Reason, "@")
	key, params := "letter."+reason, map[string]any{"title": title}
	if !locales.Has(key) { // a step that was taken
		key, params["what"] = "letter.step", say("action."+reason, nil)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "TLP:%s\n\n%s\n\n", x.Sharing.TLP, say(key, params))
	l := letter{id: m.ID, to: v.Person.Email, subject: oneLine(fmt.Sprintf("[TLP:%s] %s", x.Sharing.TLP, title))}
	if x.Record.Kind == "meeting" && !closedTo(x) {
		if err := r.inviteTo(&l, &b, v, x, code); err != nil {
			return letter{}, err
		}
	}
	if !closedTo(x) && x.Retracted == nil {
		if text, _ := x.Summary.In(code); text != "" {
			b.WriteString(text + "\n\n")
		}
		if w, ok := x.Fields.(*detection.Warning); ok {
			if text, _ := w.Instruction.In(code); text != "" {
				b.WriteString(text + "\n\n")
			}
		}
	}
	read := "letter.look"
	if reason == "issued" {
		read = "letter.read"
	}
	fmt.Fprintf(&b, "%s\n%s\n", say(read, nil), link)
	l.text = b.String()
	return l, nil
}

// closedTo reports whether a record's content is not written into letters.
func closedTo(x *app.Shown) bool {
	return x.Sharing.TLP == record.Red || x.Sharing.TLP == record.AmberStrict
}

// oneLine makes a text fit for a header.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if record.Unsafe(r) {
			return ' '
		}
		return r
	}, s)
	if rs := []rune(s); len(rs) > 150 {
		s = string(rs[:150]) + "…"
	}
	return s
}

// smtpSender speaks SMTP.
type smtpSender struct{ cfg SMTP }

func (s smtpSender) send(ctx context.Context, l letter, connected func() error) error {
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.cfg.From), m.To(l.to)); err != nil {
		return errors.Join(errPermanent, err)
	}
	m.SetMessageIDWithValue(l.id + "@tocsin")
	m.SetDate()
	m.Subject(l.subject)
	m.SetBodyString(mail.TypeTextPlain, l.text)
	if l.invitation != "" {
		m.AddAlternativeString(mail.ContentType("text/calendar; method="+l.method), l.invitation)
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := connected(); err != nil {
		return err
	}
	return outcome(c.Send(m))
}

func (s smtpSender) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(s.cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("smtp is HOST:PORT: %w", err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("smtp is HOST:PORT: %w", err)
	}
	options := []mail.Option{mail.WithPort(n), mail.WithTimeout(30 * time.Second)}
	switch s.cfg.TLS {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.cfg.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.cfg.User), mail.WithPassword(s.cfg.Password))
	}
	return mail.NewClient(host, options...)
}

// outcome tells what became of a letter from the answer to it.
func outcome(err error) error {
	var e *mail.SendError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return errors.Join(errDoubtful, err)
	case e.ErrorCode() >= 500:
		return errors.Join(errPermanent, err)
	case e.ErrorCode() >= 400:
		return err
	case e.Reason == mail.ErrSMTPDataClose || e.Reason == mail.ErrWriteContent:
		return errors.Join(errDoubtful, err)
	}
	return err
}

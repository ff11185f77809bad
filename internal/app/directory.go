package app

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"tocsin/internal/coalition"
	"tocsin/internal/identity"
	"tocsin/internal/store"
)

// directoryLife is how long somebody may take to sign in at his directory.
const directoryLife = 10 * time.Minute

const toDirectory = "directory"

// Directories are the use cases of signing in by an account of the person's own authority. Any of several servers may
// answer any step.
type Directories struct {
	app  *App
	list []*identity.Directory
}

// DirectoryPath is where a directory sends people back to, below the address of the site.
const DirectoryPath = "/sign-in/directory/back"

// NewDirectories makes the use cases for the directories that the operator has set. base is how people reach the site. It
// returns an error for one that cannot be, also when it is for a participant that there is not.
func NewDirectories(a *App, base string, list []identity.Config) (*Directories, error) {
	d := &Directories{app: a}
	seen := map[string]bool{}
	for _, c := range list {
		x, err := identity.New(c, strings.TrimSuffix(base, "/")+DirectoryPath)
		if err != nil {
			return nil, err
		}
		if _, ok := a.directory.Participant(c.Participant); !ok {
			return nil, errors.New("directory " + c.Name + ": there is no participant " + c.Participant)
		}
		if seen[c.Issuer] {
			return nil, errors.New("directory " + c.Name + ": another has the same issuer")
		}
		seen[c.Issuer] = true
		d.list = append(d.list, x)
	}
	return d, nil
}

// Known is a directory as people choose it.
type Known struct{ Name, Issuer, Participant string }

// List returns the directories.
func (d *Directories) List() []Known {
	var out []Known
	for _, x := range d.list {
		out = append(out, Known{x.Name, x.Issuer, x.Participant})
	}
	return out
}

// Name returns how the directory of an issuer is called, the issuer where it is not set any more.
func (d *Directories) Name(issuer string) string {
	for _, x := range d.list {
		if x.Issuer == issuer {
			return x.Name
		}
	}
	return issuer
}

func (d *Directories) by(issuer string) *identity.Directory {
	for _, x := range d.list {
		if x.Issuer == issuer {
			return x
		}
	}
	return nil
}

// sent is what is kept of a question to a directory.
type sent struct {
	Issuer   string
	Question identity.Question
}

// Ask prepares the way to a directory and returns the address to send the browser to, and the secret that the browser's
// session must hold for the answer to count. A viewer who is signed in binds an account there to himself: that needs a
// fresh sign-in and his own participant's directory. It returns NotFound for a directory that is not set.
func (d *Directories) Ask(ctx context.Context, v Viewer, issuer string) (url, secret string, err error) {
	x := d.by(issuer)
	if x == nil || v.SignedIn() && x.Participant != v.Participant() {
		return "", "", errHidden
	}
	person := ""
	if v.SignedIn() {
		if err := d.app.proven(v); err != nil {
			return "", "", err
		}
		person = v.Person.ID
	}
	q, err := x.Ask(ctx, newSecret(), newSecret(), v.SignedIn())
	if err != nil {
		d.app.log.WarnContext(ctx, "a directory cannot be asked", "directory", x.Name, "error", err)
		return "", "", refuse(Conflict, "error.directory.silent", "name", x.Name)
	}
	data, err := json.Marshal(sent{issuer, q})
	if err != nil {
		return "", "", err
	}
	secret = newSecret()
	return q.URL, secret, d.app.store.PutCeremony(ctx, store.Ceremony{Hash: secretHash(secret), Purpose: toDirectory, Person: person, Data: data, Expires: d.app.now().Add(directoryLife)})
}

var errDirectory = refuse(Unauthenticated, "error.directory")

// Signin takes a directory's answer, of which state and code are parts, and signs its person in: the one to whom the
// account is bound, else the one with the address that the directory has verified, if he belongs to the directory's
// participant. Who asked while he was signed in is signed in again, with the account bound to him. Whatever is wrong gives
// the same Unauthenticated; the audit says more.
func (d *Directories) Signin(ctx context.Context, v Viewer, secret, state, code string, from From) (Viewer, error) {
	c, err := d.answered(ctx, secret, from)
	if err != nil {
		return Public, err
	}
	who, why := identity.Identity{}, "question"
	var s sent
	if err := json.Unmarshal(c.Data, &s); err != nil {
		return Public, err
	}
	x := d.by(s.Issuer)
	bound := c.Person == "" || v.SignedIn() && v.Person.ID == c.Person
	if x != nil && bound && code != "" && state != "" && subtle.ConstantTimeCompare([]byte(state), []byte(s.Question.State)) == 1 {
		who, err = x.Answer(ctx, s.Question, code)
		if err != nil {
			why = "answer"
			d.app.log.WarnContext(ctx, "a directory's answer is refused", "directory", x.Name, "error", err)
		}
	}
	return d.app.try(ctx, ByDirectory, from, func(a *attempt) (*store.Signin, error) {
		a.why = why
		if who.Subject == "" || who.Issuer == "" || x == nil {
			return nil, errDirectory
		}
		person, err := d.whose(ctx, a, x, c.Person, who)
		if err != nil {
			return nil, err
		}
		return d.app.newSignin(person, ByDirectory, from), nil
	})
}

// answered uses up the question, so that one answer is tried once.
func (d *Directories) answered(ctx context.Context, secret string, from From) (c store.Ceremony, err error) {
	var refused error
	err = d.app.store.Write(ctx, func(t *store.Tx) error {
		x := &attempt{a: d.app, t: t, way: ByDirectory, from: from, why: "question"}
		if refused = x.admit(ctx, x.network(), networkPace); refused != nil {
			return hard(refused)
		}
		if c, refused = d.app.question(ctx, t, toDirectory, secret); refused != nil {
			return x.refuse(ctx, refused)
		}
		return nil
	})
	return c, firstOf(err, refused)
}

// whose returns the person of an account, and binds it where it is not bound yet.
func (d *Directories) whose(ctx context.Context, a *attempt, x *identity.Directory, asking string, who identity.Identity) (string, error) {
	if err := a.of(ctx, who.Issuer+" "+who.Subject); err != nil {
		return "", err
	}
	people, err := d.app.load(ctx)
	if err != nil {
		return "", err
	}
	held, err := a.t.AccountBy(ctx, who.Issuer, who.Subject)
	switch {
	case err == nil:
		if p := people.byID[held.Person]; !belongs(p, x.Participant) || asking != "" && asking != held.Person {
			a.why = "person"
			return "", errDirectory
		}
		return held.Person, a.t.UseAccount(ctx, who.Issuer, who.Subject, d.app.now())
	case !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	p := people.byID[asking]
	if address := coalition.NormalEmail(who.Email); asking == "" && address != "" && address == strings.ToLower(who.Email) { // no look-alike of an address
		p = people.byEmail[address]
	}
	if !belongs(p, x.Participant) {
		a.why = "nobody"
		return "", errDirectory
	}
	if err := a.t.PutAccount(ctx, store.Account{Issuer: who.Issuer, Subject: who.Subject, Person: p.ID, Email: who.Email, Made: d.app.now()}); err != nil {
		return "", err
	}
	if err := a.t.UseAccount(ctx, who.Issuer, who.Subject, d.app.now()); err != nil {
		return "", err
	}
	return p.ID, a.t.Audit(ctx, newID(a.t.Now()), p.ID, "account.bound", p.ID, x.Name)
}

// belongs reports whether a person is an active one of the participant himself, not of its partners.
func belongs(p *coalition.Person, participant string) bool {
	return p != nil && p.Active && p.Stakeholder == "" && p.Participant != "" && p.Participant == participant
}

// Unbind takes an account of a directory from the viewer; another's is not found. It returns Conflict with the key
// error.last-way when it is his last lasting way in and he has not said that he knows.
func (a *App) Unbind(ctx context.Context, v Viewer, issuer, subject string, knows bool) error {
	if err := a.proven(v); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		held, err := t.AccountBy(ctx, issuer, subject)
		if errors.Is(err, store.ErrNotFound) || err == nil && held.Person != v.Person.ID {
			return errHidden
		}
		if err != nil {
			return err
		}
		if last, err := lastWay(ctx, t, v.Person.ID); err != nil || last && !knows {
			return firstOf(err, refuse(Conflict, "error.last-way"))
		}
		if err := t.DeleteAccount(ctx, v.Person.ID, issuer, subject); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "account.unbound", v.Person.ID, "")
	})
}

// lastWay reports whether a person has one lasting way in and no more.
func lastWay(ctx context.Context, t *store.Tx, person string) (bool, error) {
	devices, err := t.DevicesOf(ctx, person)
	if err != nil {
		return false, err
	}
	accounts, err := t.AccountsOf(ctx, person)
	return len(devices)+len(accounts) == 1, err
}

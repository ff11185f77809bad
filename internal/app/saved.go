package app

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

const (
	maxSaved        = 50  // that a person keeps
	maxWatched      = 10  // of which he wants to be told
	maxSavedName    = 100 // characters
	maxSavedAddress = 2000
)

// QueryOf reads the query of a list from an address, as pages and the interface write it: a substance may be given by any
// of its names.
func (a *App) QueryOf(kind string, q url.Values) Query {
	return Query{Kind: kind, State: q.Get("state"), Place: q.Get("place"), Substance: a.substanceTyped(q.Get("substance")), Owner: q.Get("owner"),
		From: record.Date(q.Get("from")), To: record.Date(q.Get("to")), Text: q.Get("q"), Retracted: q.Get("retracted") == "yes",
		Topic: q.Get("topic"), Sort: q.Get("sort"), Ascending: q.Get("order") == "ascending", Cursor: q.Get("after")}
}

// substanceTyped returns the id that a typed name stands for, or what was typed.
func (a *App) substanceTyped(typed string) string {
	if _, ok := a.catalogue.NameOf(typed, "en"); ok || typed == "" {
		return typed
	}
	if id := a.SubstanceNamed(typed); id != "" {
		return id
	}
	return typed
}

// savedAddress checks what is to be saved and returns it as it is kept: the path of a list, search or plot of this site and
// its query, without what is of the moment.
func savedAddress(address string) (kept, kind string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.ContainsAny(u.Path, `\`) {
		return "", "", false
	}
	switch name, listed := strings.CutPrefix(u.Path, "/records/"); {
	case listed:
		if _, known := kinds.Get(name); !known {
			return "", "", false
		}
		kind = name
	case u.Path == "/signals":
		kind = "signal"
	case u.Path != "/search" && u.Path != "/explore":
		return "", "", false
	}
	q := u.Query()
	q.Del("after")
	q.Del("lang")
	kept = (&url.URL{Path: u.Path, RawQuery: q.Encode()}).String()
	return kept, kind, len(kept) <= maxSavedAddress
}

// Saved returns what the viewer keeps under names, the oldest first.
func (a *App) Saved(ctx context.Context, v Viewer) ([]store.Saved, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	return a.store.Read().SavedOf(ctx, v.Person.ID, maxSaved)
}

func checkSavedName(name string) record.Problems {
	var p record.Problems
	switch {
	case name == "":
		p.Add("name", "problem.required")
	case utf8.RuneCountInString(name) > maxSavedName:
		p.Add("name", "problem.long", "max", maxSavedName)
	case strings.ContainsFunc(name, record.Unsafe):
		p.Add("name", "problem.character")
	}
	return p
}

// Save keeps an address of this site under a name; tell asks for a notice when something new matches, which a plot has
// not. With an id it changes what the viewer keeps under it. It returns Invalid for a name or an address that cannot be,
// Conflict when there are too many.
func (a *App) Save(ctx context.Context, v Viewer, id, name, address string, tell bool) (store.Saved, error) {
	if !v.SignedIn() {
		return store.Saved{}, refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return store.Saved{}, err
	}
	name = strings.TrimSpace(name)
	x := store.Saved{ID: id, Person: v.Person.ID, Name: name}
	problems := checkSavedName(name)
	if id == "" {
		kept, _, ok := savedAddress(address)
		if !ok {
			problems.Add("address", "problem.saved-address")
		}
		x.Address = kept
	}
	if len(problems) > 0 {
		return store.Saved{}, invalid(problems)
	}
	return x, a.store.Write(ctx, func(t *store.Tx) error {
		held, err := t.SavedOf(ctx, v.Person.ID, maxSaved)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(held, func(s store.Saved) bool { return s.ID == id })
		switch {
		case id == "" && len(held) >= maxSaved:
			return refuse(Conflict, "error.saved-many", "max", maxSaved)
		case id == "":
			x.ID = newID(t.Now())
		case at < 0:
			return errHidden
		default:
			x.Address, x.Seen = held[at].Address, held[at].Seen
		}
		if !tell || !watchable(x.Address) {
			x.Seen = 0
		} else if x.Seen == 0 {
			if len(slices.DeleteFunc(slices.Clone(held), func(s store.Saved) bool { return s.Seen == 0 })) >= maxWatched {
				return refuse(Conflict, "error.watched-many", "max", maxWatched)
			}
			if x.Seen, err = t.Head(ctx); err != nil {
				return err
			}
			x.Seen = max(x.Seen, 1)
		}
		return t.PutSaved(ctx, x)
	})
}

// watchable reports whether something new can match what is saved.
func watchable(address string) bool { return !strings.HasPrefix(address, "/explore") }

// ForgetSaved removes what the viewer keeps under an id.
func (a *App) ForgetSaved(ctx context.Context, v Viewer, id string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		err := t.DeleteSaved(ctx, v.Person.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return errHidden
		}
		return err
	})
}

const (
	watchedPage = 200  // saved searches that are read at a time
	staleMatch  = 1000 // journal entries after which a search that finds nothing is moved on
)

// TellMatches tells people of what is new in the searches that they watch: of the newest record that matches, once, and
// not of what they wrote themselves. The clock calls it.
func (a *App) TellMatches(ctx context.Context) error {
	head, err := a.store.Read().Head(ctx)
	if err != nil {
		return err
	}
	for after := ""; ; {
		page, err := a.store.Read().Watched(ctx, after, watchedPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, s := range page {
			after = s.ID
			if err := a.tellMatch(ctx, s, head); err != nil {
				return err
			}
		}
	}
}

func (a *App) tellMatch(ctx context.Context, s store.Saved, head int64) error {
	v, err := a.ViewerByID(ctx, s.Person)
	if CodeOf(err) == Unauthenticated || s.Seen >= head {
		return nil
	}
	if err != nil {
		return err
	}
	match, err := a.newMatch(ctx, v, s)
	if CodeOf(err) == Invalid || CodeOf(err) == NotFound { // saved before a kind or state was renamed
		return nil
	}
	if err != nil || match == nil && head-s.Seen < staleMatch {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		if err := t.SetSavedSeen(ctx, s.ID, head); err != nil || match == nil {
			return err
		}
		_, err := t.Tell(ctx, s.Person, match.ID, "match@"+s.ID, "")
		return err
	})
}

// newMatch returns the newest record that matches a saved search and was written after its person was told last.
func (a *App) newMatch(ctx context.Context, v Viewer, s store.Saved) (*Shown, error) {
	_, kind, ok := savedAddress(s.Address)
	if !ok {
		return nil, nil
	}
	u, err := url.Parse(s.Address)
	if err != nil {
		return nil, nil
	}
	if kind == "" {
		kind = u.Query().Get("kind")
	}
	q := a.QueryOf(kind, u.Query())
	q.Sort, q.Ascending, q.Cursor, q.Limit, q.since = "changed", false, "", eachNews, s.Seen
	var l *List
	switch {
	case kind != "":
		l, err = a.List(ctx, v, q)
	case q.Text != "":
		l, err = a.searchKind(ctx, v, q)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, x := range l.Records {
		if x.Author != v.Person.ID {
			return x, nil
		}
	}
	return nil, nil
}

// Preferred returns what the viewer has chosen under a name, "" for nothing.
func (a *App) Preferred(ctx context.Context, v Viewer, name string) (string, error) {
	if !v.SignedIn() {
		return "", nil
	}
	value, _, err := a.store.Read().Preference(ctx, v.Person.ID, name)
	return value, err
}

const maxPreference = 2000 // characters

// PreferColumns keeps which columns of a kind's list the viewer wants to see; none are those that the kind proposes.
func (a *App) PreferColumns(ctx context.Context, v Viewer, kind string, columns []string) error {
	k, ok := kinds.Get(kind)
	if !ok {
		return refuse(NotFound, "error.kind", "kind", kind)
	}
	var chosen []string
	for _, f := range k.Fields {
		if slices.Contains(columns, f.Name) {
			chosen = append(chosen, f.Name)
		}
	}
	return a.prefer(ctx, v, ColumnsOf(kind), strings.Join(chosen, " "))
}

// ColumnsOf is the name of the preference for the columns of a kind's list: names of fields with blanks between.
func ColumnsOf(kind string) string { return "columns/" + kind }

func (a *App) prefer(ctx context.Context, v Viewer, name, value string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	if len(value) > maxPreference {
		return invalid(record.Problems{{Field: name, Key: "problem.long", Params: map[string]any{"max": maxPreference}}})
	}
	return a.store.Write(ctx, func(t *store.Tx) error { return t.Prefer(ctx, v.Person.ID, name, value) })
}

const shortcuts = "shortcuts" // the name of the preference

// SwitchShortcuts switches the keyboard shortcuts of pages on or off for the viewer.
func (a *App) SwitchShortcuts(ctx context.Context, v Viewer, on bool) error {
	value := ""
	if !on {
		value = "off"
	}
	return a.prefer(ctx, v, shortcuts, value)
}

// Shortcuts reports whether the viewer wants keyboard shortcuts; who has not said anything does.
func (a *App) Shortcuts(ctx context.Context, v Viewer) (bool, error) {
	value, err := a.Preferred(ctx, v, shortcuts)
	return v.SignedIn() && value != "off", err
}

package ui

import (
	"context"
	"strings"
	"unicode/utf8"

	"tocsin/internal/record"
	"tocsin/internal/web/locales"
)

// Chrome is what surrounds every page of one request: who looks, the menu, what is new. Middleware puts it into the
// context; the layout reads it there.
type Chrome struct {
	Person    *Person // nil when nobody is signed in
	Menu      []MenuGroup
	Unread    int               // things that are new to the person
	Keys      bool              // he wants keyboard shortcuts
	Simulated bool              // the data are made up for demonstration
	Flashes   func() []Flash    // takes what waits to be said, when a page is made that says it; nil where nothing waits
	Path      string            // of the request
	Return    string            // path and query to come back to after a change of language or theme
	Offer     map[string]string // language code → address of this page in that language
	Version   string
	Base      string // how the site is reached: scheme and host, "" where it is not known
	Device    bool   // the page is one that devices keep: it names nobody and has the scripts of who works
}

// Person is the one who is signed in.
type Person struct {
	ID          string
	Name        string
	Participant string // the participant's or organisation's name
	Role        string
	Items       []MenuItem // of the person's own menu, before "Sign out"
	SignOut     string     // where the sign-out form posts to
}

// MenuGroup is one entry of the main menu with what lies under it. A group without items is not shown.
type MenuGroup struct {
	Key   string // message key of its name
	Items []MenuItem
}

// MenuItem is one page of the menu.
type MenuItem struct {
	Label string
	URL   string
	Count int // shown as a badge when above zero
}

// Flash is a message about what just happened.
type Flash struct {
	Tone Tone
	Text string
}

// Page is what a page tells the layout about itself.
type Page struct {
	Title    string
	About    string     // one sentence or two for search engines; what the Coalition is, where it is empty
	Feed     string     // address of the Atom feed of what the page shows
	Plots    bool       // loads the script that brings plots to life
	Maps     bool       // loads the script that brings maps to life
	Passkeys bool       // loads the script that asks for passkeys
	Narrow   bool       // a column of reading width, for forms and texts
	Plain    bool       // no menu: sign-in, errors
	TLP      record.TLP // the label that stands on every sheet when the page is printed, "" for none
	Whole    bool       // an error: its content does not begin with a PageHeader, and nobody is to find it
}

// What search engines show of a description lies between these, in characters.
const shortestAbout, longestAbout = 50, 300

func (p Page) about(ctx context.Context) string {
	words := strings.Join(strings.Fields(p.About), " ")
	if utf8.RuneCountInString(words) < shortestAbout {
		words = strings.TrimSpace(words + " " + T(ctx, "front.lead"))
	}
	if r := []rune(words); len(r) > longestAbout {
		return strings.TrimSpace(string(r[:longestAbout-1])) + "…"
	}
	return words
}

type chromeKey struct{}

// WithChrome returns a context that carries the chrome.
func WithChrome(ctx context.Context, c *Chrome) context.Context {
	return context.WithValue(ctx, chromeKey{}, c)
}

// ChromeFrom returns the chrome of the context, an empty one when it has none.
func ChromeFrom(ctx context.Context) *Chrome {
	if c, ok := ctx.Value(chromeKey{}).(*Chrome); ok {
		return c
	}
	return &Chrome{Path: "/", Return: "/"}
}

// flashes takes what waits to be said.
func (c *Chrome) flashes() []Flash {
	if c.Flashes == nil {
		return nil
	}
	return c.Flashes()
}

// stranger reports whether the page is for somebody who does not work here: he gets the small script.
func (c *Chrome) stranger() bool { return c.Person == nil && !c.Device }

// active reports whether the path lies at or below the item's page.
func (m MenuItem) active(path string) bool {
	if m.URL == "/" {
		return path == "/"
	}
	return path == m.URL || len(path) > len(m.URL) && path[:len(m.URL)] == m.URL && path[len(m.URL)] == '/'
}

func (g MenuGroup) active(path string) bool {
	for _, m := range g.Items {
		if m.active(path) {
			return true
		}
	}
	return false
}

func (g MenuGroup) count() (n int) {
	for _, m := range g.Items {
		n += m.Count
	}
	return n
}

func current(on bool) string {
	if on {
		return "page"
	}
	return "false"
}

func languages() []locales.Language { return locales.Languages }

// themes are the themes to choose from, in the order of the menu, with their icons.
var themes = []struct {
	Theme locales.Theme
	Icon  string
	Key   string
}{
	{Theme: locales.Auto, Icon: "device-desktop", Key: "theme.auto"},
	{Theme: locales.Light, Icon: "sun", Key: "theme.light"},
	{Theme: locales.Dark, Icon: "moon", Key: "theme.dark"},
}

// offer returns the address of this page in a language.
func (c *Chrome) offer(code string) string {
	if u, ok := c.Offer[code]; ok {
		return u
	}
	return "?lang=" + code
}

// capped writes a count that a badge can hold.
func capped(ctx context.Context, n int) string {
	if n > 99 {
		return Num(ctx, 99) + "+"
	}
	return Num(ctx, n)
}

func chosen(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

func pressed(on bool) string { return chosen(on) }

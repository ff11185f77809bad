package ui

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"tocsin/internal/record"
)

// Fact is one line of a facts list. Value may be nil when the fact is not known; the line then says so.
type Fact struct {
	Label string
	Value templ.Component
	Wide  bool // takes the whole width
	New   bool // changed since the viewer last looked
}

// Tab is one of a page's parts, reached by its own address.
type Tab struct {
	Label  string
	URL    string
	Count  int // shown when above zero
	Active bool
}

// Sharing is a record's sharing rule in words.
type Sharing struct {
	TLP      record.TLP
	Sentence string   // "You and 41 officials of 6 countries can see this."
	Detail   []string // who they are, one clause a line
}

// Event is one entry of a timeline.
type Event struct {
	At     time.Time
	Who    string
	What   string
	Detail templ.Component // nil for none
	Tone   Tone
}

// Comment is one contribution to a discussion.
type Comment struct {
	ID     string
	At     time.Time
	Author string
	Of     string // the author's participant
	Text   string // plain text; blank lines part paragraphs
	Note   string // what is to be known of it, such as on which version it was made
}

// Stat is a figure with its recent course.
type Stat struct {
	Label  string
	Value  string
	Detail string    // "12 more than the week before"
	Tone   Tone      // of the detail
	Spark  []float64 // nil for none; NaN leaves a gap
	URL    string
}

// State is a record's state as a word and its tone.
type State struct {
	Label string
	Tone  Tone
}

// Confirm is a question asked before something that cannot be undone.
type Confirm struct {
	ID     string // of the dialog, unique on the page
	Button string // what opens it
	Title  string
	Text   string
	Do     string // the word on the button that does it
	Action string // where the form posts to
	Danger bool
}

// paragraphs splits plain text at blank lines.
func paragraphs(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n") // as forms send them
	var out []string
	start := 0
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '\n' && s[i+1] == '\n' {
			out = append(out, s[start:i])
			start = i + 2
		}
	}
	return append(out, s[start:])
}

// tlpClass returns the style class of a label.
func tlpClass(l record.TLP) string {
	switch l {
	case record.Red:
		return "tlp-red"
	case record.Amber, record.AmberStrict:
		return "tlp-amber"
	case record.Green:
		return "tlp-green"
	}
	return "tlp-clear"
}

// tlpKey returns the message key of what a label means; a label that is none is treated as the narrowest.
func tlpKey(l record.TLP) string {
	switch l {
	case record.Clear:
		return "tlp.clear"
	case record.Green:
		return "tlp.green"
	case record.Amber:
		return "tlp.amber"
	case record.AmberStrict:
		return "tlp.amber-strict"
	}
	return "tlp.red"
}

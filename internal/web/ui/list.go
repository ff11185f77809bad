package ui

import (
	"slices"

	"github.com/a-h/templ"
)

// List is a list of anything: filters, table, pages, export.
type List struct {
	ID      string // of the element, unique on the page
	Caption string // what is listed, for assistive technology
	Total   string // "128" or "1,000+"; empty when unknown

	Filters []Chip          // in force
	Form    templ.Component // the fields of the filter form; nil for a list without filters
	Action  string          // where the filter and column forms go (GET)

	Columns []Column
	Choice  []ColumnChoice // of the column chooser; nil for none
	Rows    []Row
	Prev    string // address of the page before, "" for none
	Next    string
	Exports []Export
	Empty   Empty
	Choose  *Choose         // for a list whose rows can be chosen; nil for none
	Extra   templ.Component // beside columns and export; nil for none
	Keep    []Hidden        // query values that the forms carry on
	Prefer  string          // where the column form can also be posted to keep the columns, "" for nowhere
}

// Choose lets rows of a list be chosen for what is done with several at once.
type Choose struct {
	Action string // where the chosen go (POST)
	Query  string // of the list, for "all of this list"
	Most   int    // how many of the list "all" takes
}

// Hidden is a form value that is carried on.
type Hidden struct{ Name, Value string }

// Chip is a filter in force and the address of the list without it.
type Chip struct{ Label, Remove string }

// Column is one column of a list.
type Column struct {
	Label string
	Sort  string // address that sorts by it, "" when it cannot be sorted by
	Order string // "ascending", "descending" or "" when the list is not sorted by it
	End   bool   // figures: aligned at the end
}

// ColumnChoice is one column that can be shown or not.
type ColumnChoice struct {
	Name, Label string
	Shown       bool
}

// Row is one line of a list. Cells stand in the order of the columns; the first leads to URL when that is given.
type Row struct {
	URL   string
	Cells []templ.Component
	New   bool   // changed since the viewer last looked
	Value string // what is sent when the row is chosen, "" for one that cannot be
	Name  string // of what the row is about, for the label of its box
}

func choosable(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.Value != "" })
}

// Export is one format in which the list can be taken away.
type Export struct{ Label, URL string }

// Empty says why a list is empty and what to do about it.
type Empty struct {
	Title string
	Text  string
	Label string // of the button, "" for none
	URL   string
}

func sortIcon(order string) string {
	switch order {
	case "ascending":
		return arrows.up.Icon
	case "descending":
		return arrows.down.Icon
	}
	return arrows.both.Icon
}

var arrows = struct{ up, down, both struct{ Icon string } }{
	up:   struct{ Icon string }{Icon: "chevron-up"},
	down: struct{ Icon string }{Icon: "chevron-down"},
	both: struct{ Icon string }{Icon: "selector"},
}

func sortOrder(order string) string {
	if order == "" {
		return "none"
	}
	return order
}

func cell(r Row, i int) templ.Component {
	if i < len(r.Cells) && r.Cells[i] != nil {
		return r.Cells[i]
	}
	return Text("–")
}

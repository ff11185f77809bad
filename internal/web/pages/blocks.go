package pages

import (
	"net/http"

	"github.com/a-h/templ"

	"tocsin/internal/web/ui"
)

// blocks is a page of titled parts.
type blocks struct {
	over, title, lead string
	actions           []action
	parts             []part
	problems          []ui.FieldProblem
	maps, passkeys    bool
	plots             bool
	feed              string // address of the Atom feed of what the page shows
}

// action is a link that does something, or a button of a form: then url is its name.
type action struct {
	label, url, value string
	main              bool
}

// part is one part of a page: what is set is shown, in the order of the fields.
type part struct {
	title, text string
	paragraphs  []string
	body        templ.Component
	facts       []ui.Fact
	lines       []relatedLine
	list        *ui.List
	form        *smallForm
	actions     []action
	id          string // of the part, for links to it; "" for none
	folded      bool   // opened by its title
}

// short says whether the part stands well beside another: a few lines to follow, and no table, plot or form.
func (x part) short() bool {
	return x.title != "" && x.body == nil && x.list == nil && x.form == nil && len(x.facts) == 0 && len(x.paragraphs) == 0 && !x.folded
}

// besides are the parts in their order, the short ones that follow each other together.
func besides(parts []part) (out [][]part) {
	for i, x := range parts {
		if i > 0 && x.short() && parts[i-1].short() {
			out[len(out)-1] = append(out[len(out)-1], x)
		} else {
			out = append(out, []part{x})
		}
	}
	return out
}

// smallForm is a form within a page.
type smallForm struct {
	action  string
	get     bool
	file    bool
	hidden  []ui.Hidden
	fields  []ui.Field
	buttons []action
}

func (f smallForm) method() string {
	if f.get {
		return "get"
	}
	return "post"
}

func (f smallForm) encoding() string {
	if f.file {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// paragraph is one paragraph of a text with the comments on it.
type paragraph struct {
	number, text string
	comments     []ui.Comment
}

// word is a piece of a version that is the same, added or removed.
type word struct{ text, mark string }

// versionView is one of two versions beside each other.
type versionView struct {
	title, who string
	parts      [][]word
}

// matrixRow is a row of a table of two dimensions.
type matrixRow struct {
	name  string
	cells []matrixCell
}

type matrixCell struct {
	text, url string
	gap       bool // nobody answers
}

func (s *Site) showBlocks(w http.ResponseWriter, r *http.Request, status int, p blocks) {
	s.Show(w, r, status, ui.Page{Title: p.title, About: p.lead, Feed: p.feed, Maps: p.maps, Plots: p.plots, Passkeys: p.passkeys}, blocksView(p))
}

package pages

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/ui"
)

// sinceView is what has changed in a record since the viewer looked last.
type sinceView struct {
	title   string
	compare string // address of the comparison
	changes []change
}

// loadSince notes that the viewer looks at the record, and finds what has changed since he looked before.
func (s *Site) loadSince(ctx context.Context, v app.Viewer, p *recordPage) error {
	before, err := s.app.Look(ctx, v, p.x)
	p.follows = before.Follows
	if err != nil || before.Version == 0 || before.Version >= p.x.Version {
		return err
	}
	then := versionOf(p.past, before.Version)
	if then == nil { // he may not see that version any more
		return nil
	}
	list := s.changes(ctx, p.x.Kind, then, p.x.Record)
	p.since = sinceView{title: ui.T(ctx, "since.title", "time", ui.DateTime(ctx, before.At)), changes: list,
		compare: "/r/" + p.x.ID + "/versions?left=" + strconv.Itoa(before.Version) + "&right=" + strconv.Itoa(p.x.Version)}
	for i := range p.facts {
		p.facts[i].New = slices.ContainsFunc(list, func(c change) bool { return c.label == p.facts[i].Label })
	}
	return nil
}

// maxReturns is how many earlier versions a page offers to bring back.
const maxReturns = 20

// returnable are the earlier versions that the viewer may bring back.
func (s *Site) returnable(v app.Viewer, x *app.Shown, past []app.Past) []app.Past {
	if !v.Owns(x.Owner) || x.Retracted != nil || !x.Kind.Authored || slices.Contains(x.Kind.Workflow.Locked, x.State) {
		return nil
	}
	earlier := slices.DeleteFunc(slices.Clone(past), func(h app.Past) bool { return h.Version == x.Version })
	return earlier[:min(len(earlier), maxReturns)]
}

func (s *Site) returnActions(ctx context.Context, x *app.Shown, earlier []app.Past) []action {
	var out []action
	for _, h := range earlier {
		out = append(out, action{label: ui.T(ctx, "return.to", "number", h.Version), url: "/r/" + x.ID + "/versions/" + strconv.Itoa(h.Version) + "/return"})
	}
	return out
}

// returnPage asks before an earlier version is brought back: it shows what would change, and who would see it.
func (s *Site) returnPage(w http.ResponseWriter, r *http.Request) {
	s.showReturn(w, r, http.StatusOK, nil)
}

func (s *Site) showReturn(w http.ResponseWriter, r *http.Request, status int, problems record.Problems) {
	ctx, v := r.Context(), s.Viewer(r)
	number := atoi(r.PathValue("number"))
	ret, err := s.app.ReturnTo(ctx, v, r.PathValue("id"), number)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	x, err := s.app.Get(ctx, v, r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var list []change
	for _, c := range s.changes(ctx, x.Kind, ret.Now, ret.Then) {
		if c.label != ui.T(ctx, "list.state") && c.label != "TLP" { // which stay as they are
			list = append(list, c)
		}
	}
	p := blocks{over: s.title(ctx, x), title: ui.T(ctx, "return.to", "number", number), lead: ui.T(ctx, "return.about"), actions: []action{{label: ui.T(ctx, "story.back"), url: "/r/" + x.ID}},
		problems: ui.FieldProblems(ctx, problems, func(path string) string { return s.pathLabel(ctx, path) })}
	changes := part{title: ui.T(ctx, "return.changes"), body: changesView(list, "")}
	if len(list) == 0 {
		changes.text = ui.T(ctx, "return.same")
	}
	form := &smallForm{action: r.URL.Path, hidden: []ui.Hidden{{Name: "version", Value: strconv.Itoa(x.Version)}}, buttons: []action{{label: ui.T(ctx, "return.do"), main: true}}}
	sharing := part{title: ui.T(ctx, "record.sharing"), text: ui.T(ctx, "return.keeps", "tlp", string(x.Sharing.TLP)), form: form}
	if ret.Shares {
		label := ui.T(ctx, "return.shared", "tlp", string(ret.Then.Sharing.TLP))
		if len(ret.Widens) > 0 {
			label = ui.T(ctx, "return.widens", "tlp", string(ret.Then.Sharing.TLP))
		}
		form.fields = []ui.Field{{Path: "shared", Type: ui.TypeCheck, Label: label}}
	}
	p.parts = []part{changes, sharing}
	s.showBlocks(w, r, status, p)
}

// bringBack makes an earlier version the new one.
func (s *Site) bringBack(w http.ResponseWriter, r *http.Request) {
	_, err := s.app.BringBack(r.Context(), s.Viewer(r), r.PathValue("id"), atoi(r.PostFormValue("version")), atoi(r.PathValue("number")), r.PostFormValue("shared") == "yes")
	var e *app.Error
	switch {
	case asError(err, &e) && e.Code == app.Invalid:
		s.showReturn(w, r, http.StatusUnprocessableEntity, e.Problems)
	case err == nil:
		s.Flash(r, ui.Good, "return.done", "number", atoi(r.PathValue("number")))
		http.Redirect(w, r, "/r/"+r.PathValue("id"), http.StatusSeeOther)
	default:
		s.done(w, r, err, "", nil)
	}
}

// shortcut is a key and what it does.
type shortcut struct{ keys, does string }

// shortcutGroup are the shortcuts of one sort of page.
type shortcutGroup struct {
	title string
	list  []shortcut
}

// keys shows the keyboard shortcuts and lets the viewer switch them off.
func (s *Site) keys(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	on, err := s.app.Shortcuts(ctx, s.Viewer(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "keys.title"), Narrow: true}, keysPage(shortcutsOf(ctx), on))
}

func shortcutsOf(ctx context.Context) []shortcutGroup {
	to := func(key, text string) shortcut { return shortcut{"g " + key, text} }
	return []shortcutGroup{
		{ui.T(ctx, "keys.everywhere"), []shortcut{{"?", ui.T(ctx, "keys.show")}, {"/", ui.T(ctx, "layout.search")}, {"Esc", ui.T(ctx, "keys.close")}}},
		{ui.T(ctx, "keys.go"), []shortcut{to("o", ui.T(ctx, "menu.overview")), to("s", ui.T(ctx, "kind.signal.many")), to("a", ui.T(ctx, "kind.alert.many")), to("r", ui.T(ctx, "kind.identification.many")),
			to("i", ui.T(ctx, "kind.incident.many")), to("h", ui.T(ctx, "kind.health-event.many")), to("e", ui.T(ctx, "explore.title")), to("n", ui.T(ctx, "menu.new")),
			to("c", ui.T(ctx, "menu.calendar")), to("p", ui.T(ctx, "menu.participants")), to("f", ui.T(ctx, "saved.title"))}},
		{ui.T(ctx, "keys.lists"), []shortcut{{"j", ui.T(ctx, "keys.down")}, {"k", ui.T(ctx, "keys.up")}, {"o", ui.T(ctx, "keys.open")}, {"x", ui.T(ctx, "keys.choose")}, {"n", ui.T(ctx, "keys.new")}}},
		{ui.T(ctx, "keys.records"), []shortcut{{"e", ui.T(ctx, "record.edit")}, {"a", ui.T(ctx, "alert.acknowledge")}}},
	}
}

func (s *Site) switchKeys(w http.ResponseWriter, r *http.Request) {
	if err := s.app.SwitchShortcuts(r.Context(), s.Viewer(r), r.PostFormValue("keys") == "on"); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "keys.saved")
	http.Redirect(w, r, "/keys", http.StatusSeeOther)
}

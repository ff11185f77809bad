package pages

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/store"
	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

// saved lists what the viewer keeps under names.
func (s *Site) saved(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	list, err := s.app.Saved(ctx, s.Viewer(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := ui.List{ID: "saved", Caption: ui.T(ctx, "saved.title"), Total: ui.Num(ctx, len(list)),
		Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "saved.address")}, {Label: ui.T(ctx, "saved.change")}, {Label: ui.T(ctx, "saved.forget")}},
		Empty:   ui.Empty{Title: ui.T(ctx, "saved.none"), Text: ui.T(ctx, "saved.none-detail"), Label: ui.T(ctx, "kind.identification.many"), URL: "/records/identification"}}
	for _, x := range list {
		l.Rows = append(l.Rows, ui.Row{URL: x.Address, Cells: []templ.Component{ui.Text(x.Name), addressText(s.at(x.Address)), savedForm(x), forgetForm(x)}})
	}
	s.Show(w, r, http.StatusOK, ui.Page{Title: ui.T(ctx, "saved.title")}, plainList(ui.T(ctx, "saved.title"), ui.T(ctx, "saved.about"), l))
}

// save keeps the page that the viewer came from under a name.
func (s *Site) save(w http.ResponseWriter, r *http.Request) {
	x, err := s.app.Save(r.Context(), s.Viewer(r), "", r.PostFormValue("name"), r.PostFormValue("address"), r.PostFormValue("tell") == "yes")
	s.savedDone(w, r, err, x.Address)
}

func (s *Site) changeSaved(w http.ResponseWriter, r *http.Request) {
	_, err := s.app.Save(r.Context(), s.Viewer(r), r.PathValue("id"), r.PostFormValue("name"), "", r.PostFormValue("tell") == "yes")
	s.savedDone(w, r, err, "/saved")
}

func (s *Site) forgetSaved(w http.ResponseWriter, r *http.Request) {
	if err := s.app.ForgetSaved(r.Context(), s.Viewer(r), r.PathValue("id")); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "saved.forgotten")
	http.Redirect(w, r, "/saved", http.StatusSeeOther)
}

// savedDone ends a form about what is saved: to where it leads, or to the list with what is wrong.
func (s *Site) savedDone(w http.ResponseWriter, r *http.Request, err error, to string) {
	var e *app.Error
	switch {
	case err == nil:
		s.Flash(r, ui.Good, "saved.done")
	case asError(err, &e) && (e.Code == app.Invalid || e.Code == app.Conflict):
		s.sessions.Put(r.Context(), "flash.tone", string(ui.Bad))
		s.sessions.Put(r.Context(), "flash.text", s.word(r.Context(), e))
		to = "/saved"
	default:
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// sameList reports whether a saved address is of the page at a path.
func sameList(x store.Saved, path string) bool {
	at, _, _ := strings.Cut(x.Address, "?")
	return at == path
}

// keepColumns keeps which columns of a kind's list the viewer wants.
func (s *Site) keepColumns(w http.ResponseWriter, r *http.Request) {
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok {
		web.NotFound(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.Fail(w, r, err)
		return
	}
	if err := s.app.PreferColumns(r.Context(), s.Viewer(r), k.Name, r.PostForm["column"]); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "list.columns-kept")
	http.Redirect(w, r, "/records/"+k.Name, http.StatusSeeOther)
}

// listTools are what stands beside a list's columns and export: to save it, and what is saved of it.
func (s *Site) listTools(r *http.Request) templ.Component {
	ctx, v := r.Context(), s.Viewer(r)
	if !v.SignedIn() {
		return nil
	}
	all, err := s.app.Saved(ctx, v)
	if err != nil {
		s.o.Log.ErrorContext(ctx, "what is saved could not be read", "error", err)
		return nil // the list is there all the same
	}
	var here []relatedLine
	for _, x := range all {
		if sameList(x, r.URL.Path) {
			here = append(here, relatedLine{title: x.Name, url: x.Address})
		}
	}
	return savedTools(with(r.URL, "after", ""), here)
}

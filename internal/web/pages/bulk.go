package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

// chosenView is the page that asks what is to be done with the records that were chosen from a list.
type chosenView struct {
	kind     *record.Kind
	list     ui.List
	chosen   []string // ID.VERSION
	actions  []ui.Option
	do, note string
	problems []ui.FieldProblem
	sharing  []ui.Field // of the rule that each is to have; none where records of the kind are not changed by people
	readers  string     // how many would see a record of the viewer's own by that rule
}

// chosenTyped reads what was chosen: rows by themselves, or all of the list up to app.MaxChosen.
func (s *Site) chosenTyped(r *http.Request, kind string) ([]app.Chosen, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	if r.PostForm.Get("all") == "yes" {
		q, err := url.ParseQuery(r.PostForm.Get("query"))
		if err != nil {
			q = url.Values{}
		}
		return s.app.FirstOf(r.Context(), s.Viewer(r), s.app.QueryOf(kind, q))
	}
	var out []app.Chosen
	for _, c := range r.PostForm["chosen"] {
		id, version, _ := strings.Cut(c, ".")
		out = append(out, app.Chosen{ID: id, Version: atoi(version)})
	}
	return out, nil
}

// choose asks what is to be done with the chosen records.
func (s *Site) choose(w http.ResponseWriter, r *http.Request) {
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok {
		web.NotFound(w, r)
		return
	}
	chosen, err := s.chosenTyped(r, k.Name)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if len(chosen) == 0 {
		s.Flash(r, ui.Attention, "choose.none")
		http.Redirect(w, r, "/records/"+k.Name, http.StatusSeeOther)
		return
	}
	s.showChosen(w, r, http.StatusOK, k, chosen, nil)
}

func (s *Site) showChosen(w http.ResponseWriter, r *http.Request, status int, k *record.Kind, chosen []app.Chosen, problems record.Problems) {
	ctx, v := r.Context(), s.Viewer(r)
	list, err := s.app.ChosenOf(ctx, v, k.Name, chosen)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := &chosenView{kind: k, do: r.PostForm.Get("do"), note: r.PostForm.Get("note")}
	p.list = ui.List{ID: "chosen", Caption: ui.T(ctx, "choose.title"), Columns: []ui.Column{{Label: ui.T(ctx, "list.title")}, {Label: ui.T(ctx, "list.state")}, {Label: ui.T(ctx, "list.owner")}, {Label: "TLP"}}}
	version := map[string]int{}
	for _, c := range chosen {
		version[c.ID] = c.Version
	}
	for _, x := range list {
		n := version[x.ID]
		if n == 0 {
			n = x.Version
		}
		p.chosen = append(p.chosen, x.ID+"."+strconv.Itoa(n))
		p.list.Rows = append(p.list.Rows, ui.Row{URL: "/r/" + x.ID, Cells: []templ.Component{ui.Text(s.title(ctx, x)), ui.StateBadge(stateOf(ctx, x.Record)), ui.Text(s.ownerName(ctx, x.Owner)), ui.TLP(x.Sharing.TLP)}})
	}
	for _, a := range app.BulkActions(v, k) {
		if a == app.BulkShare {
			p.sharing = s.sharingFields(ctx, v, values{r.PostForm})
			continue
		}
		p.actions = append(p.actions, ui.Option{Value: a, Label: bulkWords(ctx, a)})
	}
	if r.PostForm.Get("_preview") != "" && len(p.sharing) > 0 {
		var err error
		if problems, err = s.previewSharing(r, k, chosen, p); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	problems = ofForm(problems, values{r.PostForm})
	ui.SpreadProblems(ctx, p.sharing, problems)
	p.problems = ui.FieldProblems(ctx, problems, func(path string) string { return chosenLabel(ctx, path) })
	s.Show(w, r, status, ui.Page{Title: ui.T(ctx, "choose.title"), TLP: strictest(list)}, chosenPage(p))
}

func chosenLabel(ctx context.Context, path string) string {
	switch path {
	case "tlp":
		return "TLP"
	case "audience.participants", "audience.groups", "audience.sectors", "audience.persons", "audience.also":
		return fieldLabel(ctx, path)
	}
	return ui.T(ctx, "choose."+path)
}

// previewSharing says beside each chosen record what the rule that was typed would do to who sees it. Problems are of a
// rule that no record can have.
func (s *Site) previewSharing(r *http.Request, k *record.Kind, chosen []app.Chosen, p *chosenView) (record.Problems, error) {
	ctx, v := r.Context(), s.Viewer(r)
	typed := values{r.PostForm}
	list, err := s.app.Resharing(ctx, v, k.Name, chosen, sharingTyped(typed))
	var e *app.Error
	if asError(err, &e) && e.Code == app.Invalid {
		return e.Problems, nil
	}
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(x app.Reshared) bool { return x.Err == nil }) {
		if p.readers, err = s.readersOf(ctx, v, nil, k, typed); err != nil {
			return nil, err
		}
	}
	p.list.Columns = append(p.list.Columns, ui.Column{Label: ui.T(ctx, "reshare.then")})
	for i, x := range list {
		p.list.Rows[i].Cells = append(p.list.Rows[i].Cells, s.resharedView(ctx, x))
	}
	return nil, nil
}

// resharedView says in words what would become of who sees a record.
func (s *Site) resharedView(ctx context.Context, x app.Reshared) templ.Component {
	switch {
	case x.Err != nil:
		return ui.Text(s.why(ctx, x.Err))
	case x.More && x.Fewer:
		return ui.StateBadge(ui.State{Label: ui.T(ctx, "reshare.others"), Tone: ui.Attention})
	case x.More:
		return ui.StateBadge(ui.State{Label: ui.T(ctx, "reshare.more"), Tone: ui.Attention})
	case x.Fewer:
		return ui.StateBadge(ui.State{Label: ui.T(ctx, "reshare.fewer"), Tone: ui.Info})
	}
	return ui.StateBadge(ui.State{Label: ui.T(ctx, "reshare.same"), Tone: ui.Neutral})
}

// bulkWords names what is done with several records at once.
func bulkWords(ctx context.Context, do string) string {
	if step, ok := strings.CutPrefix(do, "step:"); ok {
		return ui.T(ctx, "step."+step)
	}
	return ui.T(ctx, "bulk."+do)
}

// bulk does the same with each of the chosen records and says what became of each.
func (s *Site) bulk(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok {
		web.NotFound(w, r)
		return
	}
	chosen, err := s.chosenTyped(r, k.Name)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if format, ok := strings.CutPrefix(r.PostForm.Get("export"), "export:"); ok {
		s.exportChosen(w, r, k, chosen, format)
		return
	}
	if r.PostForm.Get("_preview") != "" {
		s.showChosen(w, r, http.StatusOK, k, chosen, nil)
		return
	}
	outcomes, err := s.app.Bulk(ctx, v, k.Name, chosen, app.Deed{Do: r.PostForm.Get("do"), Note: strings.TrimSpace(r.PostForm.Get("note")), Sharing: sharingTyped(values{r.PostForm})})
	var e *app.Error
	if asError(err, &e) && e.Code == app.Invalid {
		s.showChosen(w, r, http.StatusUnprocessableEntity, k, chosen, e.Problems)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := ui.List{ID: "outcomes", Caption: ui.T(ctx, "bulk.title"), Columns: []ui.Column{{Label: ui.T(ctx, "list.title")}, {Label: ui.T(ctx, "bulk.outcome")}, {Label: ui.T(ctx, "bulk.why")}, {Label: ui.T(ctx, "list.state")}},
		Empty: ui.Empty{Title: ui.T(ctx, "choose.none")}}
	done := 0
	for _, o := range outcomes {
		row := ui.Row{Cells: []templ.Component{ui.Text(o.ID), ui.StateBadge(ui.State{Label: ui.T(ctx, "bulk.done"), Tone: ui.Good}), nil, nil}}
		if o.Shown != nil {
			row.URL, row.Cells[0], row.Cells[3] = "/r/"+o.ID, ui.Text(s.title(ctx, o.Shown)), ui.StateBadge(stateOf(ctx, o.Shown.Record))
		}
		if o.Err != nil {
			row.Cells[1], row.Cells[2] = ui.StateBadge(ui.State{Label: ui.T(ctx, "bulk.refused"), Tone: ui.Bad}), ui.Text(s.why(ctx, o.Err))
		} else {
			done++
		}
		l.Rows = append(l.Rows, row)
	}
	lead := ui.T(ctx, "bulk.tally", "what", bulkWords(ctx, r.PostForm.Get("do")), "done", done, "all", len(outcomes))
	s.showBlocks(w, r, http.StatusOK, blocks{title: ui.T(ctx, "bulk.title"), lead: lead, actions: []action{{label: ui.T(ctx, "kind."+k.Name+".many"), url: "/records/" + k.Name, main: true}}, parts: []part{{list: &l}}})
}

// why words why a use case refused something.
func (s *Site) why(ctx context.Context, err error) string {
	var e *app.Error
	if !asError(err, &e) {
		return ui.T(ctx, "error.failed")
	}
	return s.word(ctx, e)
}

func (s *Site) exportChosen(w http.ResponseWriter, r *http.Request, k *record.Kind, chosen []app.Chosen, format string) {
	if table.Types[format] == "" {
		web.NotFound(w, r)
		return
	}
	if len(chosen) > app.MaxChosen {
		chosen = chosen[:app.MaxChosen]
	}
	s.sendSheet(w, r, k.Name, format, func(sheet table.Writer) error {
		_, err := s.app.ExportChosen(r.Context(), s.Viewer(r), k.Name, chosen, sheet)
		return err
	})
}

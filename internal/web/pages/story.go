package pages

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds/programme"
	"tocsin/internal/record"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

// story shows from evidence to action: everything that a record leads to and comes from, by steps, and in time.
func (s *Site) story(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	st, err := s.app.Story(ctx, v, r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{over: ui.T(ctx, "story.title"), title: s.title(ctx, st.Centre), actions: []action{{label: ui.T(ctx, "story.back"), url: "/r/" + st.Centre.ID}}}
	p.parts = append(p.parts, part{title: ui.T(ctx, "story.graph"), body: s.storyGraph(ctx, st)})
	x := part{title: ui.T(ctx, "story.timeline")}
	for _, n := range st.InTime() {
		x.lines = append(x.lines, relatedLine{kind: ui.Date(ctx, string(n.Day())) + " · " + ui.T(ctx, "kind."+n.Record.Kind+".one"), title: s.title(ctx, n.Shown), url: "/r/" + n.ID, state: stateOf(ctx, n.Record), relation: s.ownerName(ctx, n.Owner)})
	}
	p.parts = append(p.parts, x)
	if st.More {
		p.parts = append(p.parts, part{title: ui.T(ctx, "story.more"), text: ui.T(ctx, "story.more-about", "n", app.MaxStory)})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

// versions puts two versions of a record's text beside each other and marks what differs.
func (s *Site) versions(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	x, err := s.app.Get(ctx, v, r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	past, err := s.app.History(ctx, v, x.ID)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	past = slices.DeleteFunc(past, func(h app.Past) bool { return h.Record == nil })
	left, right := numberOr(r.URL.Query().Get("left"), max(1, x.Version-1)), numberOr(r.URL.Query().Get("right"), x.Version)
	var options []ui.Option
	for _, h := range past {
		who, _ := s.app.PersonName(ctx, h.Actor)
		options = append(options, ui.Option{Value: strconv.Itoa(h.Version), Label: ui.T(ctx, "versions.one", "number", h.Version) + " · " + ui.DateTime(ctx, h.Record.Updated) + " · " + who})
	}
	p := blocks{over: ui.T(ctx, "versions.title"), title: s.title(ctx, x), actions: []action{{label: ui.T(ctx, "story.back"), url: "/r/" + x.ID}}}
	p.parts = []part{{title: ui.T(ctx, "versions.choose"), form: &smallForm{action: "/r/" + x.ID + "/versions", get: true, buttons: []action{{label: ui.T(ctx, "list.apply")}}, fields: []ui.Field{
		{Path: "left", Type: record.TypeChoice, Label: ui.T(ctx, "versions.left"), Value: strconv.Itoa(left), Options: options},
		{Path: "right", Type: record.TypeChoice, Label: ui.T(ctx, "versions.right"), Value: strconv.Itoa(right), Options: options}}}}}
	a, b := versionOf(past, left), versionOf(past, right)
	if a != nil && b != nil {
		lv, rv := compareTexts(s.textsOf(ctx, a), s.textsOf(ctx, b))
		p.parts = append(p.parts, part{title: ui.T(ctx, "versions.title"), body: sideBySide(
			versionView{title: ui.T(ctx, "versions.one", "number", left), who: ui.DateTime(ctx, a.Updated), parts: lv},
			versionView{title: ui.T(ctx, "versions.one", "number", right), who: ui.DateTime(ctx, b.Updated), parts: rv})})
	}
	if a != nil && b != nil {
		p.parts = append(p.parts, part{title: ui.T(ctx, "versions.fields"), body: fieldsSideBySide(ui.T(ctx, "versions.one", "number", left), ui.T(ctx, "versions.one", "number", right), s.changes(ctx, x.Kind, a, b))})
	}
	if earlier := s.returnable(v, x, past); len(earlier) > 0 {
		p.parts = append(p.parts, part{title: ui.T(ctx, "return.title"), text: ui.T(ctx, "return.about"), actions: s.returnActions(ctx, x, earlier)})
	}
	s.showBlocks(w, r, http.StatusOK, p)
}

func versionOf(past []app.Past, n int) *record.Record {
	for _, h := range past {
		if h.Version == n {
			return h.Record
		}
	}
	return nil
}

// textsOf are the title and the paragraphs of a version.
func (s *Site) textsOf(ctx context.Context, r *record.Record) []string {
	title, _ := r.Title.In(lang(ctx))
	return append([]string{title}, programme.Paragraphs(textIn(bodyOf(r)["text"], lang(ctx)))...)
}

// compareTexts marks the words of each paragraph that the other version does not have in that order (longest common
// subsequence by words).
func compareTexts(left, right []string) (l, r [][]word) {
	for i := range max(len(left), len(right)) {
		var a, b []string
		if i < len(left) {
			a = strings.Fields(left[i])
		}
		if i < len(right) {
			b = strings.Fields(right[i])
		}
		x, y := compareWords(a[:min(len(a), 2000)], b[:min(len(b), 2000)])
		l, r = append(l, x), append(r, y)
	}
	return l, r
}

func compareWords(a, b []string) (l, r []word) {
	n, m := len(a), len(b)
	common := make([][]uint16, n+1)
	for i := range common {
		common[i] = make([]uint16, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && a[i] == b[j]:
			l, r = append(l, word{a[i], ""}), append(r, word{b[j], ""})
			i, j = i+1, j+1
		case j == m || i < n && common[i+1][j] >= common[i][j+1]:
			l = append(l, word{a[i], "removed"})
			i++
		default:
			r = append(r, word{b[j], "added"})
			j++
		}
	}
	return l, r
}

func (s *Site) storyGraph(ctx context.Context, st *app.Story) templ.Component {
	g := plot.Graph{Title: ui.T(ctx, "story.graph"), Columns: app.Steps}
	at := map[string]int{}
	for i, n := range st.Nodes {
		at[n.ID] = i
		g.Nodes = append(g.Nodes, plot.GraphNode{Label: s.title(ctx, n.Shown), Detail: ui.T(ctx, "kind."+n.Record.Kind+".one"), URL: "/r/" + n.ID, Column: n.Step, Centre: n.ID == st.Centre.ID})
	}
	for _, e := range st.Edges {
		g.Edges = append(g.Edges, [2]int{at[e.To], at[e.From]}) // a link points to what it comes from
	}
	return plot.GraphView(g)
}

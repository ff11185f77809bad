package pages

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/kinds"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web"
)

// tableFile says who may ask for what. It is made to be read, and every route, operation, role and kind stands in it.
const tableFile = "testdata/access.tsv"

// access is the table: for each role the class of answer that a line's class promises, and the lines.
type access struct {
	roles   []string
	classes map[string]map[string]string // by class and role
	lines   map[string]string            // class by "page GET /r/{id}", "api get-record" or "kind incident"
}

// answers are the classes of answer: it is done or the form is answered, the sign-in page or 401, 403, 404 as for what
// does not exist, and what cannot be asked.
var answers = []string{"ok", "sign-in", "forbidden", "as-none", "-"}

func readAccess(t *testing.T) access {
	t.Helper()
	raw, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	x := access{classes: map[string]map[string]string{}, lines: map[string]string{}}
	for n, line := range strings.Split(string(raw), "\n") {
		cells := strings.Split(line, "\t")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case cells[0] == "role":
			x.roles = cells[2:]
		case cells[0] == "class":
			if len(cells) != len(x.roles)+2 {
				t.Fatalf("%s:%d has %d answers for %d roles", tableFile, n+1, len(cells)-2, len(x.roles))
			}
			x.classes[cells[1]] = map[string]string{}
			for i, a := range cells[2:] {
				if !slices.Contains(answers, a) {
					t.Errorf("%s:%d says %q; answers are %v", tableFile, n+1, a, answers)
				}
				x.classes[cells[1]][x.roles[i]] = a
			}
		case len(cells) != 3 || x.classes[cells[2]] == nil:
			t.Errorf("%s:%d: a line is page, api or kind, a tab, what is asked, a tab, one of the classes: %q", tableFile, n+1, line)
		default:
			key := cells[0] + " " + cells[1]
			if x.lines[key] != "" {
				t.Errorf("%s:%d: %s stands twice", tableFile, n+1, key)
			}
			x.lines[key] = cells[2]
		}
	}
	return x
}

// wanted returns the class of a line, and fails the test with the line to add where there is none.
func (x access) wanted(t *testing.T, section, what string, proposed web.Access) string {
	t.Helper()
	class, ok := x.lines[section+" "+what]
	if !ok {
		propose := "signed-in"
		if proposed == web.Anyone {
			propose = "anyone"
		}
		t.Errorf("nobody has said who may ask for %s. Add to internal/web/pages/%s, with one of its classes, the line\n%s\t%s\t%s", what, tableFile, section, what, propose)
	}
	return class
}

// classOf tells the class of an answer.
func classOf(w *httptest.ResponseRecorder) string {
	switch code := w.Code; {
	case code == http.StatusUnauthorized, code == http.StatusSeeOther && w.Header().Get("Location") == "/sign-in":
		return "sign-in"
	case code == http.StatusForbidden:
		return "forbidden"
	case code == http.StatusNotFound:
		return "as-none"
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusMethodNotAllowed:
		return fmt.Sprint(code)
	}
	return "ok"
}

// TestWhoMayAskForWhat asks every route of the site map and every operation of the interface as every role and finds the
// class of answer that the table promises. A route, operation, role or kind that the table does not name fails; so does
// a line for what is there no more.
func TestWhoMayAskForWhat(t *testing.T) {
	table := readAccess(t)
	c := newCity(t, storetest.SQLite(t))
	for _, d := range coalition.Duties {
		if !slices.Contains(table.roles, string(d)) {
			t.Errorf("the duty %s is no role of %s: add a column and a persona", d, tableFile)
		}
	}
	for _, role := range table.roles {
		if _, ok := personas[role]; !ok {
			t.Fatalf("the role %s of %s has no persona", role, tableFile)
		}
	}
	named := map[string]bool{}
	targets := map[string]target{}
	try := func(section, what, path string, proposed web.Access, ask func(who string, x target) *httptest.ResponseRecorder) {
		named[section+" "+what] = true
		class := table.wanted(t, section, what, proposed)
		if class == "" {
			return
		}
		kind := path[strings.LastIndex(path, "/")+1:]
		for _, role := range table.roles {
			if targets[kind].Record == nil {
				targets[kind] = c.target(path)
			}
			w := ask(role, targets[kind])
			if got, want := classOf(w), table.classes[class][role]; got != want {
				t.Errorf("%s %s answers %s: %s (%d), the table's class %s says %s", section, what, role, got, w.Code, class, want)
			}
			if path == "/sign-out" {
				delete(c.session, role)
			}
			now, err := c.app.Get(t.Context(), app.Operator, targets[kind].ID)
			if err != nil || now.Version != targets[kind].Version || strings.Contains(path, "proposal") {
				delete(targets, kind)
			}
		}
	}
	for _, r := range c.site.Routes() {
		try("page", r.Method+" "+r.Path, r.Path, r.Access, func(who string, x target) *httptest.ResponseRecorder { return c.askPage(who, r, x) })
	}
	for _, op := range c.site.api.Operations() {
		try("api", op.ID, op.Path, op.Access, func(who string, x target) *httptest.ResponseRecorder { return c.askAPI(who, op, x) })
	}
	for _, k := range kinds.All {
		proposed := web.SignedIn
		if slices.Contains(app.PublicKinds, k.Name) {
			proposed = web.Anyone
		}
		try("kind", k.Name, "/records/"+k.Name, proposed, func(who string, _ target) *httptest.ResponseRecorder {
			return c.ask(who, http.MethodGet, "/records/"+k.Name, nil, "")
		})
	}
	for line := range table.lines {
		if !named[line] {
			t.Errorf("%s names %q, which is not there: take the line away", tableFile, line)
		}
	}
}

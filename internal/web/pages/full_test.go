package pages

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/store/storetest"
)

// question is what a route or an operation is asked by somebody whom it answers.
type question struct {
	what, method string
	ask          func() *httptest.ResponseRecorder
}

// questions are those of all routes and operations. What ends sessions stands last.
func (c *city) questions(table access) (list []question) {
	targets := map[string]target{}
	add := func(section, what, method, path string, ask func(who string, x target) *httptest.ResponseRecorder) {
		class := table.classes[table.lines[section+" "+what]]
		i := slices.IndexFunc(table.roles, func(r string) bool { return r != "public" && personas[r].scopes == nil && class[r] == "ok" })
		if i < 0 {
			return
		}
		c.cookie(table.roles[i])
		kind := path[strings.LastIndex(path, "/")+1:]
		if targets[kind].Record == nil {
			targets[kind] = c.target(path)
		}
		list = append(list, question{section + " " + what, method, func() *httptest.ResponseRecorder { return ask(table.roles[i], targets[kind]) }})
	}
	for _, r := range c.site.Routes() {
		add("page", r.Method+" "+r.Path, r.Method, r.Path, func(who string, x target) *httptest.ResponseRecorder { return c.askPage(who, r, x) })
	}
	for _, op := range c.site.api.Operations() {
		add("api", op.ID, op.Method, op.Path, func(who string, x target) *httptest.ResponseRecorder { return c.askAPI(who, op, x) })
	}
	ends := func(q question) bool {
		return slices.Contains([]string{"page POST /sign-out", "page POST /account/sessions/end-others", "page POST /people/{id}/leave"}, q.what)
	}
	last := slices.DeleteFunc(slices.Clone(list), func(q question) bool { return !ends(q) })
	return append(slices.DeleteFunc(list, ends), last...)
}

// leaveLines are what is read and leaves a line in the audit before it is given out: without room for that it is not.
var leaveLines = []string{"page GET /audit/export/csv", "page GET /records/{kind}/export/{format}", "api export-table"}

// TestNothingIsLostOnAFullDisk asks every route of the site map and every operation of the interface of a server whose
// disk is full. What only reads answers as before; what would write says what is wrong and writes nothing. When there is
// room again the same is done, and the journal holds.
func TestNothingIsLostOnAFullDisk(t *testing.T) {
	disk := storetest.SmallDisk(t, "200m")
	c := newCity(t, "sqlite:"+filepath.Join(disk.Dir, "t.db"))
	list := c.questions(readAccess(t))
	was := map[string]int{}
	for _, q := range list {
		if q.method == http.MethodGet {
			was[q.what] = q.ask().Code
		}
	}
	before, err := c.app.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	disk.Fill("t.db")
	full := map[string]int{}
	for _, q := range list {
		w := q.ask()
		full[q.what] = w.Code
		switch {
		case w.Code == http.StatusInsufficientStorage && (q.method != http.MethodGet || slices.Contains(leaveLines, q.what)):
			if !strings.Contains(w.Body.String(), "no room left") && !strings.Contains(w.Body.String(), "make room") {
				t.Errorf("%s does not say what is wrong: %.300s", q.what, w.Body)
			}
		case q.method == http.MethodGet && w.Code != was[q.what]:
			t.Errorf("%s answered %d, and %d on a full disk", q.what, was[q.what], w.Code)
		case w.Code >= http.StatusInternalServerError:
			t.Errorf("%s answers %d on a full disk: %.300s", q.what, w.Code, w.Body)
		}
	}
	disk.Free()
	after, err := c.app.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after.Entries != before.Entries {
		t.Errorf("%d entries were written on a full disk", after.Entries-before.Entries)
	}
	refused, done := 0, 0
	for _, q := range list {
		w := q.ask()
		switch {
		case full[q.what] == http.StatusInsufficientStorage:
			if refused++; w.Code < http.StatusBadRequest {
				done++
			}
		case q.method != http.MethodGet && full[q.what] < http.StatusBadRequest && w.Code < http.StatusBadRequest && !slices.Contains(needNoRoom, q.what):
			t.Errorf("%s answered %d on a full disk", q.what, full[q.what])
		}
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s answers %d when there is room again", q.what, w.Code)
		}
	}
	if done < 40 {
		t.Errorf("of %d that were refused %d are done when there is room", refused, done)
	}
	if _, err := c.app.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	t.Logf("%d asked, %d refused on a full disk, %d of them done when there was room", len(list), refused, done)
}

// needNoRoom are asked for nothing that is written: imports that are tried only, and a record that brought no notice.
var needNoRoom = []string{"page POST /records/{kind}/import", "api import-table", "api see-record"}

package pages

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/web/locales"
)

// nonsense are files that are no tables, or no sound ones, by the message that says so.
func nonsense(t *testing.T) map[string]string {
	t.Helper()
	random := make([]byte, 64<<10)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range random {
		random[i] = byte(rng.IntN(256))
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.Create("xl/workbook.xml")
	if err == nil {
		_, err = w.Write(make([]byte, 64<<20))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"import.table.binary":  string(random),
		"import.table.bomb":    bomb.String(),
		"import.table.columns": strings.Repeat("c,", 10_000_000) + "c\n",
		"import.table.line":    "type,found,country\n\"" + strings.Repeat("x", 20<<20) + "\n",
	}
}

// TestNonsenseIsNoTable: whoever gives a file that cannot be a table is told why, in his language, on the page with the
// form, whether he checks it first or imports it at once; nothing is written.
func TestNonsenseIsNoTable(t *testing.T) {
	h := newHouse(t)
	c := h.as(t, "ama")
	incidents := func() int {
		l, err := h.site.app.List(t.Context(), app.Operator, app.Query{Kind: "incident"})
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Records)
	}
	before, arabic := incidents(), locales.New("ar", time.UTC, "")
	for key, file := range nonsense(t) {
		text, _, _ := strings.Cut(arabic.T(key, "type", "", "n", 10_000_001.0, "max", 1.0), " ")
		for _, do := range []string{"preview", "import"} {
			body, kind := upload(t, url.Values{"tlp": {"GREEN"}, "profile": {"template-incident"}, "do": {do}}, file)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/records/incident/import?lang=ar", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", kind)
			res, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			page, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err != nil || res.StatusCode != http.StatusUnprocessableEntity && res.StatusCode != http.StatusOK || !strings.Contains(string(page), text) || !strings.Contains(string(page), `action="/records/incident/import"`) {
				t.Errorf("%s, %s: %d %v, without %q", key, do, res.StatusCode, err, text)
			}
		}
	}
	if n := incidents(); n != before {
		t.Errorf("%d incidents were written", n-before)
	}
}

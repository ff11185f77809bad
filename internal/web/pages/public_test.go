package pages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/static"
)

// fetch answers a page's status, header and text, as somebody without cookies sees it.
func (h *house) fetch(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	res, err := http.Get(h.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

var (
	firstStyle  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	sheetLink   = regexp.MustCompile(`<link rel="stylesheet" href="[^"]+">`)
	description = regexp.MustCompile(`<meta name="description" content="([^"]{30,})">`)
)

// TestPagesOfStrangers: every page that anybody may ask for holds the first style, which the policy lets through, and the
// link to the rest after the head of its content; it says what it is in every language, and gives no cookie.
func TestPagesOfStrangers(t *testing.T) {
	if !static.Embedded.Built() {
		t.Skip("the front end is not built")
	}
	h := newHouse(t)
	h.site.o.BaseURL = "https://tocsin.example/"
	seen := 0
	for _, path := range []string{"/", "/sign-in", "/participants", "/participants/GH", "/groups", "/groups/swg2.1", "/groups/swg2.1/review", "/about", "/news", "/data", "/calendar", "/pledge", "/commitments", "/donors",
		"/legislation", "/services", "/report", "/substances", "/substances/fentanyl", "/records/alert", "/records/initiative?lang=ar"} {
		res, page := h.fetch(t, path)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, res.Status)
			continue
		}
		seen++
		style := firstStyle.FindAllStringSubmatch(page, -1)
		if len(style) != 1 {
			t.Errorf("%s holds %d styles", path, len(style))
			continue
		}
		sum := sha256.Sum256([]byte(style[0][1]))
		if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(res.Header.Get("Content-Security-Policy"), "style-src 'self' 'sha256-") || !strings.Contains(res.Header.Get("Content-Security-Policy"), hash) {
			t.Errorf("%s: the policy does not let the style through", path)
		}
		link := sheetLink.FindAllStringIndex(page, -1)
		head := strings.Index(page, `class="page-head"`)
		card := strings.Index(page, `class="card`)
		if len(link) != 1 || head < 0 || link[0][0] < head || card > 0 && link[0][0] > card {
			t.Errorf("%s: head at %d, links at %v, first card at %d", path, head, link, card)
		}
		if !description.MatchString(page) || strings.Count(page, `rel="alternate" hreflang=`) != 7 || !strings.Contains(page, `href="https://tocsin.example/`) {
			t.Errorf("%s does not say what it is", path)
		}
		if strings.Contains(page, "app.") && strings.Contains(page, static.Embedded.URL("app.js")) {
			t.Errorf("%s brings the script of those who work on pages", path)
		}
		if got := res.Header.Values("Set-Cookie"); len(got) > 0 {
			t.Errorf("%s sets %v", path, got)
		}
	}
	if seen < 20 {
		t.Errorf("%d pages", seen)
	}
	if res, page := h.fetch(t, "/nowhere"); res.StatusCode != http.StatusNotFound || !strings.Contains(page, "noindex") || strings.Contains(page, "hreflang=\"x-default\"") || len(sheetLink.FindAllString(page, -1)) == 0 {
		t.Error("the page that is not there")
	}
}

// TestSecretsStayOutOfTheLog asks every route that has a secret in its address for a wrong one.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	h := newHouse(t)
	var log bytes.Buffer
	h.site.o.Log = slog.New(slog.NewTextHandler(&log, nil))
	h.Config.Handler = h.site.Handler()
	tried := 0
	for _, r := range h.site.Routes() {
		if !strings.Contains(r.Path, "{secret}") {
			continue
		}
		for _, end := range []string{"", ".ics"} {
			req, err := http.NewRequest(r.Method, h.URL+strings.ReplaceAll(r.Path, "{secret}", "zqsecret"+end), nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			tried++
		}
	}
	if tried < 6 || !strings.Contains(log.String(), "/calendar/…") || strings.Contains(log.String(), "zqsecret") {
		t.Errorf("%d tried\n%s", tried, log.String())
	}
}

// TestLanguageIsRememberedForPages: choosing a language is remembered once; feeds that are asked for in one give no cookie.
func TestLanguageIsRememberedForPages(t *testing.T) {
	h := newHouse(t)
	for path, want := range map[string]int{"/about?lang=ar": 1, "/feeds/alert.atom?lang=ar": 0, "/calendar.ics?lang=ar": 0} {
		req, _ := http.NewRequest(http.MethodGet, h.URL+path, nil)
		if want > 0 {
			req.Header.Set("Accept", "text/html,application/xhtml+xml")
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Values("Set-Cookie"); len(got) != want || res.Header.Get("Content-Language") != "ar" {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// TestCalendarsAreNotSlowedDown: an office whose calendar programs ask all at once is answered; guessing is not.
func TestCalendarsAreNotSlowedDown(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	ama, err := h.site.app.ViewerByEmail(ctx, "ama@example.org")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := h.site.app.NewFeed(ctx, ama)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if res, _ := h.fetch(t, "/calendar/"+secret+".ics"); res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
	}
	last := 0
	for range 30 {
		res, _ := h.fetch(t, "/calendar/wrong.ics")
		last = res.StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Error(last)
	}
}

// TestFeedHoldsPlainText: what a record says stands in a feed as text, whatever markup it looks like.
func TestFeedHoldsPlainText(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	ama, err := h.site.app.ViewerByEmail(ctx, "ama@example.org")
	if err != nil {
		t.Fatal(err)
	}
	body := `{"name":{"en":"A <b>title</b> & more"},"text":{"en":"<script>alert(1)</script> ]]> \"x\""}}`
	r, err := h.site.app.Create(ctx, ama, app.Draft{Kind: "initiative", Sharing: record.Sharing{TLP: record.Clear}, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	if _, feed := h.fetch(t, "/feeds/initiative.atom"); strings.Contains(feed, r.ID) {
		t.Error("a draft stands in the feed")
	}
	if _, err := h.site.app.Step(ctx, ama, r.ID, r.Version, "publish", ""); err != nil {
		t.Fatal(err)
	}
	_, feed := h.fetch(t, "/feeds/initiative.atom")
	var read struct {
		Entries []struct {
			Summary struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"summary"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(feed), &read); err != nil || len(read.Entries) != 1 {
		t.Fatal(err, feed)
	}
	if s := read.Entries[0].Summary; s.Type != "" || s.Text != `<script>alert(1)</script> ]]> "x"` {
		t.Errorf("%+v", s)
	}
}

// TestActivityFilesOnThePage: a file that is none is answered in the reader's language, on the page with the form; a sound
// one is taken in.
func TestActivityFilesOnThePage(t *testing.T) {
	h := newHouse(t)
	c := h.as(t, "ama")
	send := func(file string) (int, string) {
		t.Helper()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		part, err := form.CreateFormFile("file", "a.xml")
		if err == nil {
			_, err = io.WriteString(part, file)
		}
		if err == nil {
			err = form.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodPost, h.URL+"/donors/import?lang=ar", &b)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(page)
	}
	sound := `<iati-activities version="2.03"><iati-activity default-currency="USD"><iati-identifier>X-1</iati-identifier><reporting-org ref="X" type="10"><narrative>X</narrative></reporting-org><title><narrative>T</narrative></title><description><narrative>D</narrative></description>` +
		`<participating-org role="1" ref="X"/><activity-status code="2"/><activity-date type="1" iso-date="2024-01-01"/><recipient-country code="SL"/></iati-activity></iati-activities>`
	for _, x := range []struct {
		file   string
		status int
		says   string
	}{
		{"<!DOCTYPE x><x/>", http.StatusUnprocessableEntity, "DOCTYPE"}, {sound[:300], http.StatusUnprocessableEntity, "مبتور"}, {strings.Replace(sound, "2.03", "1.04", 1), http.StatusUnprocessableEntity, "1.04"},
		{"", http.StatusUnprocessableEntity, "iati-activities"}, {sound, http.StatusOK, "قُبل 1"}, {sound, http.StatusOK, "و1 دون تغيير"}, {strings.Replace(sound, `code="SL"`, `code="QQ"`, 1), http.StatusOK, "X-1"},
	} {
		if status, page := send(x.file); status != x.status || !strings.Contains(page, x.says) || !strings.Contains(page, `action="/donors/import"`) {
			t.Errorf("%.30s: %d, without %q", x.file, status, x.says)
		}
	}
}

package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/plot"
	"tocsin/internal/web/ui"
)

// gallery shows every piece of the house look, each part at an address of its own: what the browser tests look at.
func gallery() http.Handler {
	mux := http.NewServeMux()
	for path, page := range map[string]templ.Component{
		"/{$}": overview(), "/list": list(), "/record": recordPage(), "/empty": empty(),
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			web.Render(w, r, http.StatusOK, page)
		})
	}
	mux.HandleFunc("/form", func(w http.ResponseWriter, r *http.Request) {
		web.Render(w, r, http.StatusOK, form(r))
	})
	mux.HandleFunc("GET /suggest", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<option value="metonitazene">Metonitazene</option>`)
	})
	mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("a fault on purpose") })
	mux.HandleFunc("/", web.NotFound)
	surrounded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := web.Surround(r, chrome())
		mux.ServeHTTP(w, r.WithContext(ui.WithChrome(r.Context(), c)))
	})
	return web.Base(web.LimitBody(web.MaxBody)(surrounded), slog.New(slog.NewTextHandler(io.Discard, nil)), false)
}

func chrome() *ui.Chrome {
	return &ui.Chrome{
		Person: &ui.Person{Name: "Ama Mensah", Participant: "Ghana", Role: "Focal point", SignOut: "/sign-out",
			Items: []ui.MenuItem{{Label: "Notifications", URL: "/settings"}}},
		Menu: []ui.MenuGroup{
			{Key: "menu.see", Items: []ui.MenuItem{{Label: "Overview", URL: "/"}, {Label: "Substances", URL: "/list"}}},
			{Key: "menu.warn", Items: []ui.MenuItem{{Label: "Signals", URL: "/record", Count: 7}, {Label: "Alerts", URL: "/alerts"}}},
			{Key: "menu.report", Items: []ui.MenuItem{{Label: "Laboratory findings", URL: "/form"}}},
			{Key: "menu.coalition", Items: []ui.MenuItem{{Label: "Participants", URL: "/empty"}}},
			{Key: "menu.act"},
		},
		Unread: 12, Keys: true, Simulated: true, Version: "0.1.0",
	}
}

func series() plot.Signal {
	s := plot.Signal{ID: "signal", Title: "Fentanyl in Connecticut, deaths a week", Unit: "deaths a week",
		Description: "In the week of 2 February 2015 there were 9 deaths where 3.1 were expected; the threshold was 7.2.",
		Today:       time.Date(2015, 3, 9, 0, 0, 0, 0, time.UTC)}
	start := time.Date(2013, 2, 4, 0, 0, 0, 0, time.UTC)
	for i := range 112 {
		at := start.AddDate(0, 0, 7*i)
		year, week := at.ISOWeek()
		observed := math.Round(2 + 1.5*math.Sin(float64(i)/4) + float64(i%3))
		expected, threshold := 2.6+0.01*float64(i), 6.2+0.015*float64(i)
		if i > 100 {
			observed += float64(i - 100)
		}
		if i < 20 {
			expected, threshold = math.NaN(), math.NaN()
		}
		s.Weeks = append(s.Weeks, plot.Week{Start: at, Label: fmt.Sprintf("%d-W%02d", year, week), Observed: observed,
			Expected: expected, Threshold: threshold, Alarm: observed > threshold})
	}
	return s
}

func world() plot.World {
	values := map[string]float64{}
	for i, code := range strings.Fields("US MX CA GT CO BR AR GB FR DE ES IT PL NG GH SL SN ZA KE EG SA AE JO LB IQ IN CN JP AU NZ PH TH MT BH SG MU MV") {
		values[code] = float64((i * 37) % 23)
	}
	return plot.World{ID: "map", Title: "Reports in the last four weeks", Description: "37 countries reported; most from Mexico.",
		Values: values, Name: func(code string) string { return "Country " + code },
		Link: func(code string) string { return "/list?country=" + code }}
}

func stack(parts ...templ.Component) templ.Component { return templ.Join(parts...) }

// with gives a component its children.
func with(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, stack(children...)), w)
	})
}

func html(s string, args ...any) templ.Component { return templ.Raw(fmt.Sprintf(s, args...)) }

func page(p ui.Page, parts ...templ.Component) templ.Component { return with(ui.Layout(p), parts...) }

func overview() templ.Component {
	spark := []float64{3, 4, 3, 5, 4, 6, 5, 8, 7, 9}
	return page(ui.Page{Title: "Overview", Plots: true, Maps: true},
		with(ui.PageHeader("", "Overview", "What 163 states and 16 organisations saw in the last four weeks.")),
		html(`<div class="stats">`),
		ui.StatCard(ui.Stat{Label: "Signals to assess", Value: "7", Detail: "3 more than last week", Tone: ui.Attention, Spark: spark, URL: "/list"}),
		ui.StatCard(ui.Stat{Label: "Reports this week", Value: "1,284", Detail: "from 61 countries", Spark: spark}),
		ui.StatCard(ui.Stat{Label: "Alerts acknowledged", Value: "82%", Detail: "as expected", Tone: ui.Good, Spark: spark}),
		html(`</div>`),
		with(ui.Card("Reports in the last four weeks"), plot.WorldMap(world())),
		with(ui.Card("Fentanyl in Connecticut"), plot.SignalPlot(series())),
	)
}

func list() templ.Component {
	l := ui.List{ID: "findings", Caption: "Laboratory findings", Total: "1,000+", Action: "/list",
		Filters: []ui.Chip{{Label: "Country: Ghana", Remove: "/list"}, {Label: "Since March 2024", Remove: "/list"}},
		Form:    ui.FormField(ui.Field{Path: "country", Type: record.TypeCountry, Label: "Country", Options: []ui.Option{{Value: "GH", Label: "Ghana"}}}),
		Columns: []ui.Column{{Label: "Finding", Sort: "?sort=title"}, {Label: "Day", Sort: "?sort=day", Order: "descending"}, {Label: "Sharing"}, {Label: "State"}, {Label: "Purity %", End: true}},
		Choice:  []ui.ColumnChoice{{Name: "purity", Label: "Purity %", Shown: true}, {Name: "lab", Label: "Laboratory"}},
		Exports: []ui.Export{{Label: "CSV", URL: "/list.csv"}, {Label: "Excel", URL: "/list.xlsx"}},
		Prev:    "?before=1", Next: "?after=2"}
	states := []ui.State{{Label: "Draft", Tone: ui.Neutral}, {Label: "Under assessment", Tone: ui.Info}, {Label: "Confirmed", Tone: ui.Good}, {Label: "Overdue", Tone: ui.Attention}, {Label: "Retracted", Tone: ui.Bad}}
	for i := range 9 {
		l.Rows = append(l.Rows, ui.Row{URL: "/record", New: i < 2, Cells: []templ.Component{
			ui.Text("Nitazene in counterfeit oxycodone tablets"), ui.Text("5 Mar 2024"), ui.TLP(record.TLPs[i%5]),
			ui.StateBadge(states[i%5]), ui.Number(12.5 + float64(i)),
		}})
	}
	return page(ui.Page{Title: "Laboratory findings"},
		with(ui.PageHeader("Report", "Laboratory findings", ""), html(`<a class="btn btn-primary" href="/form">Report a finding</a>`)),
		ui.ListView(l))
}

func empty() templ.Component {
	return page(ui.Page{Title: "Participants"},
		with(ui.PageHeader("Coalition", "Participants", "")),
		ui.ListView(ui.List{ID: "none", Caption: "Participants", Empty: ui.Empty{Title: "No participant matches", Text: "Remove a filter, or look at all of them.", Label: "Show all", URL: "/empty"}}))
}

// rows returns how many components the form has after the button that was pressed.
func rows(r *http.Request) int {
	n, err := strconv.Atoi(r.PostFormValue("components.count"))
	if err != nil {
		return 2
	}
	if r.PostFormValue("_add") != "" {
		n++
	}
	if r.PostFormValue("_remove") != "" {
		n--
	}
	return max(0, min(n, 20))
}

func form(r *http.Request) templ.Component {
	substance := func(n int) ui.Item {
		return ui.Item{Fields: []ui.Field{
			{Path: fmt.Sprintf("components.%d.substance", n), Type: record.TypeSubstance, Label: "Substance", Required: true, Suggest: "/suggest", Value: "fentanyl"},
			{Path: fmt.Sprintf("components.%d.purity", n), Type: record.TypeNumber, Label: "Purity", Unit: "%", Value: "140", Problems: []string{"140 is too large. It must be at most 100."}},
		}}
	}
	var components []ui.Item
	for i := range rows(r) {
		components = append(components, substance(i+1))
	}
	blank := substance(0)
	fields := []ui.Field{
		{Path: "title", Type: record.TypeText, Value: r.PostFormValue("title"), Label: "Title", Required: true, Help: "What a colleague abroad would search for.", Problems: []string{"This must be given."}},
		{Path: "when", Type: record.TypeDate, Label: "Day of seizure", Help: "Leave out what is not known.", Value: "2024-03"},
		{Path: "country", Type: record.TypeCountry, Label: "Country", Options: []ui.Option{{Value: "GH", Label: "Ghana"}, {Value: "SL", Label: "Sierra Leone"}}, Value: "GH"},
		{Path: "countries", Type: record.TypeCountries, Label: "Countries passed through", Options: []ui.Option{{Value: "GH", Label: "Ghana"}, {Value: "SL", Label: "Sierra Leone"}, {Value: "GN", Label: "Guinea"}}, Values: []string{"GN"}},
		{Path: "methods", Type: record.TypeChoices, Label: "Methods", Options: []ui.Option{{Value: "gcms", Label: "Gas chromatography, mass spectrometry"}, {Value: "ftir", Label: "Infrared"}}, Values: []string{"ftir"}},
		{Path: "first", Type: record.TypeYesNo, Label: "First time seen in the country?", Value: "yes"},
		{Path: "components", Type: record.TypeList, Label: "What it contained", ItemName: "Component", Items: components, Blank: &blank},
		{Path: "note", Type: record.TypeLong, Label: "Note", Max: 2000},
		{Path: "summary", Type: record.TypeTexts, Label: "Summary", Texts: record.Text{"en": "Blue tablets.", "ar": "أقراص زرقاء."}},
		{Path: "file", Type: ui.TypeFile, Label: "Laboratory report", Accept: ".pdf"},
		{Path: "consent", Type: ui.TypeCheck, Label: "The donor agreed to the result being shared"},
	}
	parts := []templ.Component{
		with(ui.PageHeader("Report", "Report a laboratory finding", "")),
		ui.Problems([]ui.FieldProblem{{Path: "title", Label: "Title", Text: "This must be given."}, {Path: "components.1.purity", Label: "Component 1, purity", Text: "140 is too large. It must be at most 100."}}),
		html(`<form method="post" action="/form" novalidate>`),
	}
	for _, f := range fields {
		parts = append(parts, ui.FormField(f))
	}
	parts = append(parts, html(`<button class="btn btn-primary" type="submit">Save</button></form>`))
	return page(ui.Page{Title: "Report a laboratory finding", Narrow: true}, parts...)
}

func recordPage() templ.Component {
	at := time.Date(2024, 3, 5, 14, 7, 0, 0, time.UTC)
	return page(ui.Page{Title: "Fentanyl in Connecticut", Plots: true},
		with(ui.PageHeader("Signal · Under assessment", "Fentanyl in Connecticut", "9 deaths in a week where 3.1 were expected."),
			ui.ConfirmDialog(ui.Confirm{ID: "dismiss", Button: "Dismiss", Title: "Dismiss this signal?", Text: "It leaves the board. Its evidence stays.", Do: "Dismiss", Action: "/record", Danger: true}),
			html(`<a class="btn btn-primary" href="/form">Confirm</a>`)),
		ui.SharingLine(ui.Sharing{TLP: record.AmberStrict, Sentence: "You and 41 officials of 6 countries can see this.", Detail: []string{"Officials of Ghana who work in customs", "Officials of Sierra Leone"}}),
		with(ui.Message(ui.Attention), ui.Text("The threshold was passed in three weeks in a row.")),
		ui.Tabs("Parts", []ui.Tab{{Label: "Signal", URL: "/record", Active: true}, {Label: "Records", URL: "/list", Count: 31}, {Label: "History", URL: "/empty"}}),
		with(ui.Card("The facts"), ui.Facts([]ui.Fact{
			{Label: "Substance", Value: ui.Link("/list", "Fentanyl")}, {Label: "Place", Value: ui.Text("Connecticut, United States")},
			{Label: "Observed", Value: ui.Number(9)}, {Label: "Assessor"}, {Label: "Why", Value: ui.Text("Improved Farrington, baseline of five years."), Wide: true}})),
		with(ui.Card("The plot"), plot.SignalPlot(series())),
		with(ui.Fold("Proposed changes · 1", true), ui.Text("The weight should read 1.2 kg.")),
		with(ui.Fold("Withdraw this record", false), ui.Text("Say why.")),
		with(ui.Card("History"), ui.Timeline([]ui.Event{
			{At: at, What: "Raised by detection", Tone: ui.Attention}, {At: at.Add(time.Hour), Who: "Ama Mensah, Ghana", What: "Taken for assessment", Tone: ui.Info}, {At: at.Add(50 * time.Hour), Who: "Ama Mensah, Ghana", What: "Confirmed", Tone: ui.Good}})),
		with(ui.Card("Discussion"), ui.Discussion([]ui.Comment{{ID: "1", At: at, Author: "Luis Ortega", Of: "Mexico", Text: "We see the same press marks.\n\nPhotographs follow."}})),
	)
}

var forbidden = regexp.MustCompile(`(?i)\sstyle="|<style|<script(?:>| [^>]*>[^<])|\son[a-z]+="|javascript:`)

func TestGalleryKeepsTheContentSecurityPolicy(t *testing.T) {
	h := gallery()
	for _, path := range []string{"/", "/list", "/form", "/record", "/empty", "/nowhere", "/panic"} {
		for _, lang := range []string{"en", "ar"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path+"?lang="+lang, nil))
			body := w.Body.String()
			if m := forbidden.FindString(body); m != "" {
				t.Errorf("%s %s has %q", path, lang, m)
			}
			if strings.Contains(body, "no value") || !strings.Contains(body, "</html>") {
				t.Errorf("%s %s is not whole", path, lang)
			}
		}
	}
}

// TestServeGallery serves the gallery on the address in TOCSIN_GALLERY until its standard input ends: for the browser tests.
func TestServeGallery(t *testing.T) {
	addr := os.Getenv("TOCSIN_GALLERY")
	if addr == "" {
		t.Skip("TOCSIN_GALLERY is not set: nothing to serve")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("gallery http://" + l.Addr().String())
	s := &http.Server{Handler: gallery(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = s.Close()
	}()
	if err := s.Serve(l); err != http.ErrServerClosed {
		t.Fatal(err)
	}
}

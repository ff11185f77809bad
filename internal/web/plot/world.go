package plot

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"sort"
	"sync"

	"github.com/a-h/templ"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/static"
)

// World is a map that colours countries by a value.
type World struct {
	ID          string // of the element, unique on the page
	Title       string // what the value is
	Description string
	Values      map[string]float64 // by ISO 3166-1 alpha-2 code; a country that is not in it has no data
	Name        func(code string) string
	Link        func(code string) string // address of the country's page, "" for none; nil for no links at all
	Value       func(v float64) string   // writes a value; nil for plain numbers
	Home        string                   // the viewer's own country, which is marked; "" for none
	Listed      bool                     // the page lists the same, or leads to where it is listed: no table is drawn
}

// atlas is world.json as the front-end build makes it.
type atlas struct {
	Width, Height int
	Shapes        map[string]string     // SVG paths
	Points        map[string][2]float64 // where a country's dot stands
}

var world = sync.OnceValue(func() *atlas {
	b, err := static.Embedded.Read("world.json")
	if err != nil {
		return nil
	}
	var a atlas
	if json.Unmarshal(b, &a) != nil {
		return nil
	}
	return &a
})

// dot is the radius of a country too small for a shape, on a map that is 2000 wide.
const dot = 7

// Classes is the number of colour classes of a map.
const Classes = 5

// WorldMap draws the map with its legend and a table of the same values. Countries too small for a shape are dots.
// Without the built front end only the table is there.
func WorldMap(m World) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		bounds := Bounds(slices.Collect(maps.Values(m.Values)))
		d := &drawing{}
		d.open("figure", "class", "plot plot-map", "id", m.ID)
		if a := world(); a != nil {
			m.draw(ctx, d, a, bounds)
			m.legend(ctx, d, bounds)
		}
		if !m.Listed || world() == nil {
			m.table(ctx, d)
		}
		d.close("figure")
		_, err := io.WriteString(w, d.String())
		return err
	})
}

// Bounds returns the upper bounds (inclusive, rising) of at most Classes classes of about equal numbers of the values,
// each class with at least one value. It is empty when there are no finite values.
func Bounds(values []float64) []float64 {
	var vs []float64
	for _, v := range values {
		if finite(v) {
			vs = append(vs, v)
		}
	}
	sort.Float64s(vs)
	var out []float64
	for k := 1; k <= Classes && len(vs) > 0; k++ {
		b := vs[(len(vs)*k+Classes-1)/Classes-1]
		if len(out) == 0 || b > out[len(out)-1] {
			out = append(out, b)
		}
	}
	return out
}

// class returns the style class of a value. With fewer bounds than classes the darker classes are used.
func class(v float64, known bool, bounds []float64) string {
	if !known || !finite(v) {
		return "map-none"
	}
	i, _ := slices.BinarySearch(bounds, v)
	return mapClasses[min(i+Classes-len(bounds), Classes-1)]
}

var mapClasses = [Classes]string{"map-1", "map-2", "map-3", "map-4", "map-5"}

func (m World) draw(ctx context.Context, d *drawing, a *atlas, bounds []float64) {
	d.open("div", "class", "map-frame", "data-map", "", "data-zoom-in", locales.T(ctx, "map.zoom-in"),
		"data-zoom-out", locales.T(ctx, "map.zoom-out"), "data-reset", locales.T(ctx, "map.reset"))
	d.open("svg", "viewBox", "0 0 "+attribute(a.Width)+" "+attribute(a.Height), "role", "group", "direction", "ltr",
		"aria-labelledby", m.ID+"-title", "aria-describedby", m.ID+"-desc")
	d.text("title", m.Title, "id", m.ID+"-title")
	d.text("desc", m.Description, "id", m.ID+"-desc")
	shapes := static.Embedded.URL("world.svg")
	for _, code := range slices.Sorted(maps.Keys(a.Shapes)) {
		m.country(ctx, d, code, bounds, func(class string) {
			d.el("use", "class", "land "+class, "href", shapes+"#"+code)
		})
	}
	for _, code := range slices.Sorted(maps.Keys(a.Points)) {
		_, shaped := a.Shapes[code]
		if _, known := m.Values[code]; shaped || !known {
			continue
		}
		at := a.Points[code]
		m.country(ctx, d, code, bounds, func(class string) {
			d.el("circle", "class", "dot "+class, "cx", at[0], "cy", at[1], "r", dot)
		})
	}
	m.home(ctx, d, a, shapes)
	d.close("svg")
	d.close("div")
}

// home marks the viewer's own country: its outline, and a pin, since many are small.
func (m World) home(ctx context.Context, d *drawing, a *atlas, shapes string) {
	at, known := a.Points[m.Home]
	if m.Home == "" || !known {
		return
	}
	d.open("g", "class", "home", "pointer-events", "none")
	d.text("title", locales.T(ctx, "map.home", "name", m.name(m.Home)))
	if _, shaped := a.Shapes[m.Home]; shaped {
		d.el("use", "class", "home-outline", "href", shapes+"#"+m.Home)
	}
	x, y := at[0], at[1]
	d.el("path", "class", "home-pin", "d", "M"+coordinate(x)+" "+coordinate(y)+"l-13 -26a14 14 0 1 1 26 0z")
	d.close("g")
}

// country draws a country with its name and value, inside a link when it has data and a page.
func (m World) country(ctx context.Context, d *drawing, code string, bounds []float64, shape func(class string)) {
	v, known := m.Values[code]
	url := ""
	if known && m.Link != nil {
		url = m.Link(code)
	}
	element := "g"
	if url != "" {
		element = "a"
		d.open(element, "href", string(templ.URL(url)))
	} else {
		d.open(element)
	}
	d.text("title", m.words(ctx, code))
	shape(class(v, known, bounds))
	d.close(element)
}

func (m World) words(ctx context.Context, code string) string {
	v, known := m.Values[code]
	if !known || !finite(v) {
		return m.name(code) + ": " + locales.T(ctx, "map.no-data")
	}
	return m.name(code) + ": " + m.write(ctx, v)
}

func (m World) name(code string) string {
	if m.Name == nil {
		return code
	}
	return m.Name(code)
}

func (m World) write(ctx context.Context, v float64) string {
	if m.Value != nil {
		return m.Value(v)
	}
	return locales.Num(ctx, v)
}

func (m World) legend(ctx context.Context, d *drawing, bounds []float64) {
	d.open("figcaption")
	d.text("span", m.Title, "class", "map-caption")
	d.open("ul", "class", "plot-legend")
	d.open("li")
	d.text("span", "", "class", "plot-key map-none")
	d.WriteString(" ")
	d.text("span", locales.T(ctx, "map.no-data"))
	d.close("li")
	for i, b := range bounds {
		d.open("li")
		d.text("span", "", "class", "plot-key "+class(b, true, bounds))
		d.WriteString(" ")
		d.text("span", m.span(ctx, bounds, i), "dir", "ltr")
		d.close("li")
	}
	if m.Home != "" {
		d.open("li")
		d.text("span", "", "class", "plot-key plot-key-home")
		d.WriteString(" ")
		d.text("span", locales.T(ctx, "map.home", "name", m.name(m.Home)))
		d.close("li")
	}
	d.close("ul")
	d.text("span", locales.T(ctx, "map.boundaries"), "class", "map-note")
	d.close("figcaption")
}

// span writes the values that class i holds.
func (m World) span(ctx context.Context, bounds []float64, i int) string {
	from := math.Inf(1)
	for _, v := range m.Values {
		if v <= bounds[i] && (i == 0 || v > bounds[i-1]) {
			from = math.Min(from, v)
		}
	}
	if from == bounds[i] {
		return m.write(ctx, from)
	}
	return m.write(ctx, from) + "–" + m.write(ctx, bounds[i])
}

func (m World) table(ctx context.Context, d *drawing) {
	codes := slices.Collect(maps.Keys(m.Values))
	sort.Slice(codes, func(i, j int) bool {
		if a, b := m.Values[codes[i]], m.Values[codes[j]]; a != b {
			return a > b
		}
		return codes[i] < codes[j]
	})
	d.open("details", "class", "plot-table")
	d.text("summary", locales.T(ctx, "plot.as-table"))
	d.open("div", "class", "plot-table-scroll", "tabindex", "0", "role", "region", "aria-label", m.Title)
	d.open("table", "class", "table")
	d.text("caption", m.Title, "class", "visually-hidden")
	d.open("tbody")
	for _, code := range codes {
		d.open("tr")
		d.open("th", "scope", "row")
		if url := m.link(code); url != "" {
			d.text("a", m.name(code), "href", string(templ.URL(url)))
		} else {
			d.text("span", m.name(code))
		}
		d.close("th")
		d.text("td", m.write(ctx, m.Values[code]), "class", "num")
		d.close("tr")
	}
	d.close("tbody")
	d.close("table")
	d.close("div")
	d.close("details")
}

func (m World) link(code string) string {
	if m.Link == nil {
		return ""
	}
	return m.Link(code)
}

// WorldSVG draws the map by itself, for documents: countries with a value dark, the others pale. It is empty without the
// built front end.
func WorldSVG(title string, values map[string]float64) string {
	a := world()
	if a == nil {
		return ""
	}
	fill := func(code string) string {
		if _, known := values[code]; known {
			return "#1d5b8f"
		}
		return "#d9dee5"
	}
	d := &drawing{}
	d.open("svg", "viewBox", "0 0 "+attribute(a.Width)+" "+attribute(a.Height), "role", "img", "aria-label", title, "direction", "ltr")
	d.text("title", title)
	for _, code := range slices.Sorted(maps.Keys(a.Shapes)) {
		d.open("path", "d", a.Shapes[code], "fill", fill(code), "stroke", "#ffffff", "stroke-width", "1")
		d.close("path")
	}
	for _, code := range slices.Sorted(maps.Keys(a.Points)) {
		if _, known := values[code]; known && a.Shapes[code] == "" {
			d.open("circle", "cx", a.Points[code][0], "cy", a.Points[code][1], "r", dot, "fill", fill(code))
			d.close("circle")
		}
	}
	d.close("svg")
	return d.String()
}

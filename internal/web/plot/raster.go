package plot

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/image/vector"
)

// The colours of a map in a document: countries with a value, the others, and what lies between them.
var (
	inkLand  = color.NRGBA{0x1d, 0x5b, 0x8f, 0xff}
	paleLand = color.NRGBA{0xd9, 0xde, 0xe5, 0xff}
)

// drawn is the picture that was drawn last: everybody who reads a report asks for the same one, and drawing costs a tenth
// of a second.
var drawn atomic.Pointer[rastered]

type rastered struct {
	of  string // the width and the countries, which are all that a picture shows
	png []byte
}

// WorldPNG draws the map of WorldSVG as a picture of the width in pixels, on white, for files that hold no drawings. It
// is nil without the built front end. The bytes are not to be changed.
func WorldPNG(values map[string]float64, width int) ([]byte, error) {
	a := world()
	if a == nil || a.Width <= 0 {
		return nil, nil
	}
	of := strconv.Itoa(width) + " " + strings.Join(slices.Sorted(maps.Keys(values)), " ")
	if d := drawn.Load(); d != nil && d.of == of {
		return d.png, nil
	}
	png, err := drawWorld(a, values, width)
	if err == nil {
		drawn.Store(&rastered{of, png})
	}
	return png, err
}

func drawWorld(a *atlas, values map[string]float64, width int) ([]byte, error) {
	scale := float32(width) / float32(a.Width)
	img := image.NewRGBA(image.Rect(0, 0, width, int(float32(a.Height)*scale)))
	fill(img, nil, color.NRGBA{0xff, 0xff, 0xff, 0xff})
	dark, pale := [][][2]float32{}, [][][2]float32{}
	for _, code := range slices.Sorted(maps.Keys(a.Shapes)) {
		into := &pale
		if _, known := values[code]; known {
			into = &dark
		}
		*into = append(*into, outlines(a.Shapes[code], scale)...)
	}
	for code, at := range a.Points {
		if _, known := values[code]; known && a.Shapes[code] == "" {
			x, y, r := float32(at[0])*scale, float32(at[1])*scale, dot*scale
			dark = append(dark, [][2]float32{{x - r, y}, {x, y - r}, {x + r, y}, {x, y + r}})
		}
	}
	fill(img, pale, paleLand) // each colour at once: what is drawn costs its picture, not its countries
	fill(img, dark, inkLand)
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

// outlines reads the closed polygons of a path as web/build/world.mjs writes it: each is M, a point, l, steps, z, all in
// whole numbers.
func outlines(path string, scale float32) [][][2]float32 {
	var out [][][2]float32
	for _, ring := range strings.Split(path, "z") {
		numbers := wholes(ring)
		var points [][2]float32
		x, y := 0, 0
		for i := 0; i+1 < len(numbers); i += 2 {
			x, y = x+numbers[i], y+numbers[i+1]
			points = append(points, [2]float32{float32(x) * scale, float32(y) * scale})
		}
		if len(points) > 2 {
			out = append(out, points)
		}
	}
	return out
}

// wholes are the whole numbers of a text; a minus parts two as a blank does.
func wholes(s string) (out []int) {
	apart := strings.NewReplacer("M", " ", "l", " ", "-", " -").Replace(s)
	for _, f := range strings.Fields(apart) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// fill paints polygons, or the whole picture where there are none.
func fill(img *image.RGBA, polygons [][][2]float32, c color.NRGBA) {
	b := img.Bounds()
	if polygons == nil {
		polygons = [][][2]float32{{{0, 0}, {float32(b.Dx()), 0}, {float32(b.Dx()), float32(b.Dy())}, {0, float32(b.Dy())}}}
	}
	z := vector.NewRasterizer(b.Dx(), b.Dy())
	for _, points := range polygons {
		z.MoveTo(points[0][0], points[0][1])
		for _, p := range points[1:] {
			z.LineTo(p[0], p[1])
		}
		z.ClosePath()
	}
	z.Draw(img, b, image.NewUniform(c), image.Point{})
}

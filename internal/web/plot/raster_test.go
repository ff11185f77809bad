package plot

import (
	"bytes"
	"image/png"
	"os"
	"reflect"
	"testing"
)

// TestWorldPicture: a country with a value is dark where it lies and pale without one.
func TestWorldPicture(t *testing.T) {
	if world() == nil {
		t.Skip("the front end is not built")
	}
	at := func(values map[string]float64) uint32 {
		raw, err := WorldPNG(values, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if f := os.Getenv("MAP_PICTURE"); f != "" {
			_ = os.WriteFile(f, raw, 0o600)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil || img.Bounds().Dx() != 1000 {
			t.Fatal(err, img.Bounds())
		}
		r, _, _, _ := img.At(655, 130).RGBA() // Afghanistan
		return r >> 8
	}
	if dark, pale := at(map[string]float64{"AF": 1}), at(map[string]float64{"FR": 1}); dark != 0x1d || pale != 0xd9 {
		t.Errorf("with a value %x, without %x", dark, pale)
	}
}

// TestOutlines: the rings of a path are read step by step, islands and all.
func TestOutlines(t *testing.T) {
	got := outlines("M10 20l5-3-2 8zM0 0l1 1-1-2 3 3zM7 7l1 1z", 2)
	want := [][][2]float32{{{20, 40}, {30, 34}, {26, 50}}, {{0, 0}, {2, 2}, {0, -2}, {6, 4}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

// Package ui holds the pieces that every page is made of: the layout, tables, forms, badges, cards.
// Pieces take plain data, already restricted to what the viewer may see, and words already in the viewer's language.
package ui

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"tocsin/internal/web/locales"
	"tocsin/internal/web/static"
)

// T words a message; see locales.T.
func T(ctx context.Context, key string, args ...any) string { return locales.T(ctx, key, args...) }

// Num writes a number; see locales.Num.
func Num(ctx context.Context, v any) string { return locales.Num(ctx, v) }

// Date writes a partial ISO date; see locales.Date.
func Date(ctx context.Context, iso string) string { return locales.Date(ctx, iso) }

// DateTime writes a moment in the viewer's zone; see locales.DateTime.
func DateTime(ctx context.Context, t time.Time) string { return locales.DateTime(ctx, t) }

// Percent writes a fraction as a percentage; see locales.Percent.
func Percent(ctx context.Context, fraction float64) string { return locales.Percent(ctx, fraction) }

func asset(name string) string { return static.Embedded.URL(name) }

func built() bool { return static.Embedded.Built() }

// stylesheet returns the style sheet for the writing direction.
func stylesheet(dir string) string {
	if dir == "rtl" {
		return asset("app.rtl.css")
	}
	return asset("app.css")
}

// styled keeps the link to the style sheet from standing in a page twice.
var styled = templ.NewOnceHandle()

// firstStyle is the style of the frame and of the head of the content, within the page. The policy of the site names its
// hash.
func firstStyle(dir string) templ.Component {
	name := "first.css"
	if dir == "rtl" {
		name = "first.rtl.css"
	}
	return templ.Raw("<style>" + static.Embedded.Text(name) + "</style>")
}

// machine writes a moment for a <time> element.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Plain writes a number without any language's separators, for values that programs read.
func Plain(n int) string { return strconv.Itoa(n) }

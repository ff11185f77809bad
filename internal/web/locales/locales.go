// Package locales words everything a viewer reads: texts from the message catalogues, plurals, numbers, dates and
// lists in the viewer's language, times in the viewer's zone. The locale of a request travels in its context.
package locales

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed *.yaml
var files embed.FS

// Language is one in which the interface can be shown.
type Language struct {
	Code string // BCP 47 primary tag: "ar"
	Name string // in the language itself
	Dir  string // "ltr" or "rtl"
}

// Languages are those of the interface in the order of their menu; the first is the fallback.
var Languages = []Language{
	{"en", "English", "ltr"},
	{"ar", "العربية", "rtl"},
	{"es", "Español", "ltr"},
	{"fr", "Français", "ltr"},
	{"pt", "Português", "ltr"},
	{"ru", "Русский", "ltr"},
}

// Theme is how light the pages are.
type Theme string

// The themes; Auto follows the device.
const (
	Auto  Theme = "auto"
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Locale is how one viewer reads: language, direction, time zone and theme. Make it with New.
type Locale struct {
	Language
	Zone  *time.Location
	Theme Theme

	texts   *i18n.Localizer
	numbers *message.Printer
}

var bundle = mustLoad()

// numerals fixes the digits 0-9 in every language, Arabic included: figures stand beside codes, ISO dates and plots
// that use them, and are copied into spreadsheets.
func numerals(code string) language.Tag { return language.MustParse(code + "-u-nu-latn") }

func mustLoad() *i18n.Bundle {
	b := i18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("yaml", unmarshal)
	for _, l := range Languages {
		if _, err := b.LoadMessageFileFS(files, l.Code+".yaml"); err != nil {
			panic(err) // the embedded catalogues are checked by the tests
		}
	}
	return b
}

// dates are those written as ISO 8601 has them, in a text that runs from right to left.
var dates = regexp.MustCompile(`\d{4}(?:-\d{2}){1,2}`)

// unmarshal reads a catalogue. The dates that its Arabic texts give as examples are isolated: after Arabic letters the
// Unicode Bidirectional Algorithm would show 2024-03-05 as 05-03-2024, and whoever types what he sees types it wrongly.
func unmarshal(data []byte, v any) error {
	if runs := strings.IndexFunc(string(data), func(r rune) bool { return unicode.Is(unicode.Arabic, r) }); runs >= 0 {
		data = dates.ReplaceAllFunc(data, func(date []byte) []byte { return []byte(isolated(string(date))) })
	}
	return yaml.Unmarshal(data, v)
}

// New returns the locale of a language code; unknown codes give English. A nil zone means UTC.
func New(code string, zone *time.Location, theme Theme) *Locale {
	l := Languages[0]
	for _, x := range Languages {
		if x.Code == code {
			l = x
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	return &Locale{
		Language: l, Zone: zone, Theme: theme,
		texts:   i18n.NewLocalizer(bundle, l.Code, Languages[0].Code),
		numbers: message.NewPrinter(numerals(l.Code)),
	}
}

type key struct{}

var fallback = New("en", time.UTC, Auto)

// With returns a context that carries the locale.
func With(ctx context.Context, l *Locale) context.Context { return context.WithValue(ctx, key{}, l) }

// From returns the locale of the context, English and UTC when it has none.
func From(ctx context.Context) *Locale {
	if l, ok := ctx.Value(key{}).(*Locale); ok {
		return l
	}
	return fallback
}

// Known reports whether the interface has the language.
func Known(code string) bool {
	for _, l := range Languages {
		if l.Code == code {
			return true
		}
	}
	return false
}

var matcher = language.NewMatcher(func() (tags []language.Tag) {
	for _, l := range Languages {
		tags = append(tags, language.MustParse(l.Code))
	}
	return tags
}())

// Negotiate returns the first of the wanted codes that the interface has (empty and unknown ones are passed over),
// else the best for an Accept-Language header, else English.
func Negotiate(acceptLanguage string, wanted ...string) string {
	for _, w := range wanted {
		if Known(w) {
			return w
		}
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Languages[0].Code
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return Languages[0].Code
	}
	return Languages[i].Code
}

// Zone returns the named zone of the IANA database, nil when there is none of that name.
func Zone(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return z
}

// Offered returns r's URL path and query with ?lang= set, for the language menu of a page reached by GET.
func Offered(r *http.Request, code string) string {
	u := *r.URL
	q := u.Query()
	q.Set("lang", code)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// T words the message of a key in the viewer's language. Args are pairs of placeholder name and value; numbers are
// written as the language writes them, and the pair named "n" also chooses the plural form. A key without a text gives
// the English one, a key that no catalogue has gives the key itself, so that a page never fails for want of a word.
func T(ctx context.Context, key string, args ...any) string { return From(ctx).T(key, args...) }

// Has reports whether English has a text for the key.
func Has(key string) bool {
	_, err := fallback.texts.Localize(&i18n.LocalizeConfig{MessageID: key})
	_, missing := err.(*i18n.MessageNotFoundErr)
	return !missing
}

// T is the function T for this locale.
func (l *Locale) T(key string, args ...any) string {
	config := i18n.LocalizeConfig{MessageID: key}
	if len(args) > 1 {
		data := make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			name := fmt.Sprint(args[i])
			if name == "n" {
				config.PluralCount = pluralCount(args[i+1])
			}
			data[name] = l.value(args[i+1])
		}
		config.TemplateData = data
	}
	s, err := l.texts.Localize(&config)
	if err != nil && s == "" {
		return key
	}
	return s
}

// value writes an argument of a message.
func (l *Locale) value(v any) any {
	switch x := v.(type) {
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return l.Num(x)
	case []string:
		return l.List(x)
	case time.Time:
		return l.DateTime(x)
	}
	return v
}

// pluralCount gives a count in a form that the plural rules take: whole numbers as they are, fractions as decimal text.
func pluralCount(v any) any {
	switch x := v.(type) {
	case int, int8, int16, int32, int64:
		return x
	case uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(x)
	case float32, float64:
		return strings.TrimSuffix(fmt.Sprintf("%g", x), ".0")
	}
	return nil
}

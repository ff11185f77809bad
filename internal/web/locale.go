package web

import (
	"net/http"
	"net/url"
	"strings"

	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// The cookies in which a browser keeps how it likes to read. They hold no secret and no identity.
const (
	languageCookie = "lang"
	themeCookie    = "theme"
	zoneCookie     = "zone" // set by the script from the device's own zone
)

const aYear = 365 * 24 * 60 * 60 // seconds

// Settings are what a signed-in person has chosen; empty fields are not chosen.
type Settings struct {
	Language string // code
	Zone     string // IANA name
}

// Localize decides how each request is read and puts the locale into its context. Language: ?lang= (which is also
// remembered where a browser asks for a page), the cookie, the person's setting, Accept-Language, English. Zone: the
// person's setting, the device's, UTC. settings gives the person's choice; it is nil the first time that a request passes
// here, when nobody knows yet whose it is.
func Localize(secure bool, settings func(*http.Request) Settings) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var chosen Settings
			if settings != nil {
				chosen = settings(r)
			}
			asked := r.URL.Query().Get("lang")
			if settings == nil && locales.Known(asked) && asked != cookie(r, languageCookie) && strings.Contains(r.Header.Get("Accept"), "text/html") {
				setCookie(w, languageCookie, asked, secure)
			}
			code := locales.Negotiate(r.Header.Get("Accept-Language"), asked, cookie(r, languageCookie), chosen.Language)
			zone := locales.Zone(chosen.Zone)
			if zone == nil {
				zone = locales.Zone(cookie(r, zoneCookie))
			}
			w.Header().Set("Content-Language", code)
			w.Header().Add("Vary", "Accept-Language, Cookie")
			l := locales.New(code, zone, theme(cookie(r, themeCookie)))
			next.ServeHTTP(w, r.WithContext(locales.With(r.Context(), l)))
		})
	}
}

func theme(s string) locales.Theme {
	switch t := locales.Theme(s); t {
	case locales.Light, locales.Dark:
		return t
	}
	return locales.Auto
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	v, err := url.QueryUnescape(c.Value)
	if err != nil {
		return ""
	}
	return v
}

func setCookie(w http.ResponseWriter, name, value string, secure bool) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: url.QueryEscape(value), Path: "/", MaxAge: aYear,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}

// Remember keeps the language that somebody has chosen for himself in his browser, so that it is read from his next page on.
func Remember(w http.ResponseWriter, code string, secure bool) {
	setCookie(w, languageCookie, code, secure)
}

// Preferences answers POST /preferences: it remembers the theme and goes back to where the person was.
func Preferences(secure bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		setCookie(w, themeCookie, string(theme(r.PostFormValue("theme"))), secure)
		http.Redirect(w, r, LocalPath(r.PostFormValue("return")), http.StatusSeeOther)
	}
}

// LocalPath returns p when it is a path on this server, else "/". Addresses that a browser could read as another
// server's ("//host", "/\host", with control characters) are not.
func LocalPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\") {
		return "/"
	}
	for _, c := range p {
		if c < ' ' || c == 0x7f {
			return "/"
		}
	}
	u, err := url.Parse(p)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return p
}

// Surround fills the parts of the chrome that follow from the request alone.
func Surround(r *http.Request, c *ui.Chrome) *ui.Chrome {
	c.Path = r.URL.Path
	c.Return = "/"
	c.Offer = make(map[string]string, len(locales.Languages))
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		c.Return = withoutLanguage(r.URL)
		for _, l := range locales.Languages {
			c.Offer[l.Code] = locales.Offered(r, l.Code)
		}
	} else {
		for _, l := range locales.Languages {
			c.Offer[l.Code] = "/?lang=" + l.Code
		}
	}
	return c
}

func withoutLanguage(u *url.URL) string {
	v := *u
	q := v.Query()
	q.Del("lang")
	v.RawQuery = q.Encode()
	return v.RequestURI()
}

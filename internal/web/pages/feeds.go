package pages

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// feedKinds are the kinds of which there is a public feed.
var feedKinds = []string{"alert", "announcement", "recommendation", "commitment", "initiative", "document", "call", "submission"}

func (s *Site) at(path string) string { return strings.TrimSuffix(s.o.BaseURL, "/") + path }

// feed answers the newest public records of a kind as an Atom feed. It is the same for everybody.
func (s *Site) feed(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	name, ok := strings.CutSuffix(r.PathValue("name"), ".atom")
	if !ok || !slices.Contains(feedKinds, name) {
		web.NotFound(w, r)
		return
	}
	q := app.Query{Kind: name, Sort: "changed", Limit: 50}
	if name == "alert" {
		q.State = "issued"
	}
	l, err := s.app.List(ctx, app.Public, q)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f := &feeds.Feed{Title: ui.T(ctx, "product") + " · " + ui.T(ctx, "kind."+name+".many"), Link: &feeds.Link{Href: s.at("/records/" + name)}, Id: s.at("/feeds/" + name + ".atom"), Updated: time.Unix(0, 0).UTC()}
	for _, x := range l.Records {
		text, _ := x.Summary.In(lang(ctx))
		if text == "" {
			text = textIn(bodyOf(x.Record)["text"], lang(ctx))
		}
		f.Items = append(f.Items, &feeds.Item{Title: s.title(ctx, x), Link: &feeds.Link{Href: s.at("/r/" + x.ID)}, Id: s.at("/r/" + x.ID), Author: &feeds.Author{Name: s.ownerName(ctx, x.Owner)}, Created: x.Created, Updated: x.Updated, Description: trim(text, 2000)})
		if x.Updated.After(f.Updated) {
			f.Updated = x.Updated
		}
	}
	raw, err := f.ToAtom()
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	_, _ = w.Write([]byte(raw))
}

// siteURL is one address of the sitemap with its forms in other languages.
type siteURL struct {
	Loc  string     `xml:"loc"`
	Mod  string     `xml:"lastmod,omitempty"`
	Alts []siteLang `xml:"http://www.w3.org/1999/xhtml link"`
}

type siteLang struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

const maxSitemap = 2000 // records

// sitemap lists what anybody may read, for search engines.
func (s *Site) sitemap(w http.ResponseWriter, r *http.Request) {
	out := struct {
		XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []siteURL `xml:"url"`
	}{}
	add := func(path, modified string) {
		u := siteURL{Loc: s.at(path), Mod: modified}
		for _, l := range locales.Languages {
			u.Alts = append(u.Alts, siteLang{"alternate", l.Code, s.at(path) + "?lang=" + l.Code})
		}
		out.URLs = append(out.URLs, u)
	}
	for _, p := range []string{"/", "/about", "/news", "/calendar", "/pledge", "/commitments", "/donors", "/legislation", "/services", "/data", "/api", "/report", "/participants", "/groups", "/substances"} {
		add(p, "")
	}
	for _, g := range s.app.Directory().Groups() {
		add("/groups/"+g.ID, "")
	}
	for _, p := range s.app.Directory().Participants() {
		add("/participants/"+p.Code, "")
	}
	records := 0
	for _, k := range app.PublicKinds {
		if _, ok := kinds.Get(k); !ok || records >= maxSitemap {
			continue
		}
		l, err := s.app.List(r.Context(), app.Public, app.Query{Kind: k, Sort: "changed", Limit: app.MaxPage})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, x := range l.Records {
			records++
			add("/r/"+x.ID, x.Updated.UTC().Format("2006-01-02"))
		}
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write([]byte(xml.Header))
	if err := xml.NewEncoder(w).Encode(out); err != nil {
		s.o.Log.ErrorContext(r.Context(), "the sitemap broke off", "error", err)
	}
}

// robots lets search engines read what is public and nothing that costs much.
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /sign-in\nDisallow: /signin/\nDisallow: /records/*/export/\nDisallow: /calendar/\nSitemap: " + s.at("/sitemap.xml") + "\n"))
}

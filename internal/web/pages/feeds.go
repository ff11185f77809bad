package pages

import (
	"context"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// feedKinds are the kinds of which there is a public feed.
var feedKinds = []string{"alert", "announcement", "recommendation", "commitment", "initiative", "document", "call", "submission"}

// feedOf is the address of the feed of a kind, "" where there is none.
func feedOf(kind string) string {
	if !slices.Contains(feedKinds, kind) {
		return ""
	}
	return "/feeds/" + kind + ".atom"
}

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
	f := s.newFeedOf(ctx, name)
	for _, x := range l.Records {
		f.Entries = append(f.Entries, s.entry(ctx, x))
		if at := moment(x.Updated); at > f.Updated {
			f.Updated = at
		}
	}
	s.sendXML(w, r, "application/atom+xml; charset=utf-8", f)
}

// atomFeed is a feed by RFC 4287.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  string      `xml:"author>name"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

// atomEntry is a record in a feed. Its texts are plain text, never markup.
type atomEntry struct {
	Title     string   `xml:"title"`
	ID        string   `xml:"id"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      atomLink `xml:"link"`
	Author    string   `xml:"author>name"`
	Summary   string   `xml:"summary,omitempty"`
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// newFeedOf is the feed of a kind without entries. Then it has never changed, which is said by the first moment that
// computers count from.
func (s *Site) newFeedOf(ctx context.Context, kind string) *atomFeed {
	self := s.at(feedOf(kind))
	return &atomFeed{Lang: lang(ctx), Title: ui.T(ctx, "product") + " · " + ui.T(ctx, "kind."+kind+".many"), ID: self, Updated: moment(time.Unix(0, 0)), Author: ui.T(ctx, "product"),
		Links: []atomLink{{"self", "application/atom+xml", self}, {"alternate", "text/html", s.at("/records/" + kind)}}}
}

func (s *Site) entry(ctx context.Context, x *app.Shown) atomEntry {
	text, _ := x.Summary.In(lang(ctx))
	if text == "" {
		text = textIn(bodyOf(x.Record)["text"], lang(ctx))
	}
	page := s.at("/r/" + x.ID)
	return atomEntry{Title: s.title(ctx, x), ID: page, Published: moment(x.Created), Updated: moment(x.Updated), Link: atomLink{"alternate", "text/html", page},
		Author: s.ownerName(ctx, x.Owner), Summary: trim(text, 2000)}
}

// sendXML answers a document.
func (s *Site) sendXML(w http.ResponseWriter, r *http.Request, mime string, document any) {
	w.Header().Set("Content-Type", mime)
	_, _ = w.Write([]byte(xml.Header))
	if err := xml.NewEncoder(w).Encode(document); err != nil {
		s.o.Log.ErrorContext(r.Context(), "a document broke off", "path", r.URL.Path, "error", err)
	}
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
	s.sendXML(w, r, "application/xml; charset=utf-8", out)
}

// robots lets search engines read what is public and nothing that costs much.
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /sign-in\nDisallow: /signin/\nDisallow: /records/*/export/\nDisallow: /calendar/\nSitemap: " + s.at("/sitemap.xml") + "\n"))
}

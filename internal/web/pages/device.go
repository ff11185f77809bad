package pages

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/web"
	"tocsin/internal/web/static"
	"tocsin/internal/web/ui"
)

// What a device keeps for when the line is lost: the page that lists what waits to be sent, blank forms, and the static
// files that they need. None of them says anything of who opens it or of any record.

// shell are the static files without which no kept page stands.
var shell = []string{"app.css", "app.rtl.css", "app.js", "icons.svg"}

// forDevice is the context of a page that devices keep: nobody is signed in, as far as the page says.
func (s *Site) forDevice(ctx context.Context) context.Context {
	known := ui.ChromeFrom(ctx)
	return ui.WithChrome(ctx, &ui.Chrome{Device: true, Simulated: known.Simulated, Version: known.Version, Path: "/offline", Return: "/offline", Offer: known.Offer})
}

// offline lists what waits on the device to be sent, which only the device knows, and the forms that can be filled.
func (s *Site) offline(w http.ResponseWriter, r *http.Request) {
	ctx := s.forDevice(r.Context())
	var reports, others []ui.MenuItem
	for _, k := range kinds.All {
		if !k.Authored || len(k.Under) > 0 {
			continue
		}
		item := ui.MenuItem{Label: ui.T(ctx, "kind."+k.Name+".one"), URL: "/records/" + k.Name + "/new"}
		if slices.Contains(kinds.Reports(), k) {
			reports = append(reports, item)
		} else {
			others = append(others, item)
		}
	}
	s.Show(w, r.WithContext(ctx), http.StatusOK, ui.Page{Title: ui.T(ctx, "device.title")}, offlinePage(reports, others))
}

// blankForm is the form of a kind with nothing in it.
func (s *Site) blankForm(w http.ResponseWriter, r *http.Request) {
	ctx := s.forDevice(r.Context())
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok || !k.Authored {
		web.NotFound(w, r)
		return
	}
	d, err := s.app.DraftOf(ctx, app.Public, k, "", "", "")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f := s.formOf(ctx, app.Public, k, nil, s.valuesOf(k, d), nil)
	f.blank = true
	body := templ.ComponentFunc(func(ctx context.Context, out ioWriter) error {
		if err := blankNote().Render(ctx, out); err != nil {
			return err
		}
		return formView(f, nil).Render(ctx, out)
	})
	s.Show(w, r.WithContext(ctx), http.StatusOK, ui.Page{Title: f.title}, body)
}

// worker is the script that answers for the server while the line is lost. It changes with what it keeps.
func (s *Site) worker(w http.ResponseWriter, r *http.Request) {
	script, err := static.Embedded.Read("worker.js")
	if err != nil {
		web.NotFound(w, r)
		return
	}
	kept := struct {
		Version string   `json:"version"`
		Assets  []string `json:"assets"`
		Forms   []string `json:"forms"`
	}{}
	for _, name := range shell {
		kept.Assets = append(kept.Assets, static.Embedded.URL(name))
	}
	for _, k := range kinds.All {
		if k.Authored {
			kept.Forms = append(kept.Forms, "/offline/"+k.Name)
		}
	}
	kept.Version = fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, s.o.Version, kept.Assets, kept.Forms)))[:12]
	list, err := json.Marshal(kept)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = fmt.Fprintf(w, "self.kept = %s;\n%s", list, script) // the connection is gone when this fails
}

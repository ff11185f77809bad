package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/ui"
)

// lost is where a person who has lost every way in asks to be let in again.
func (s *Site) lost(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	f := &smallForm{action: "/sign-in/lost", fields: []ui.Field{{Path: "email", Type: record.TypeText, Label: ui.T(ctx, "field.email"), Required: true, Max: 254}}, buttons: []action{{label: ui.T(ctx, "recovery.ask"), main: true}}}
	s.showBlocks(w, r, http.StatusOK, blocks{title: ui.T(ctx, "recovery.lost"), lead: ui.T(ctx, "recovery.about"), parts: []part{{title: ui.T(ctx, "recovery.who"), form: f}}})
}

// askRecovery answers every address alike.
func (s *Site) askRecovery(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.attempts.Allow(r) {
		tooMany(w, r)
		return
	}
	if err := s.app.AskRecovery(ctx, r.PostFormValue("email"), from(r)); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.showBlocks(w, r, http.StatusOK, blocks{title: ui.T(ctx, "recovery.asked"), lead: ui.T(ctx, "recovery.asked-about")})
}

// recoveries lists the requests that the viewer may decide.
func (s *Site) recoveries(w http.ResponseWriter, r *http.Request) {
	s.showRecoveries(w, r, "")
}

func (s *Site) showRecoveries(w http.ResponseWriter, r *http.Request, secret string) {
	ctx := r.Context()
	list, err := s.app.Requests(ctx, s.Viewer(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	l := &ui.List{Caption: ui.T(ctx, "recovery.title"), Empty: ui.Empty{Title: ui.T(ctx, "recovery.none")}, Columns: []ui.Column{{Label: ui.T(ctx, "field.name")}, {Label: ui.T(ctx, "field.email")}, {Label: ui.T(ctx, "list.owner")},
		{Label: ui.T(ctx, "recovery.at")}, {Label: ui.T(ctx, "recovery.until")}, {Label: ui.T(ctx, "recovery.first")}, {Label: ui.T(ctx, "recovery.decide")}}}
	for _, x := range list {
		first := x.First
		if first == "" {
			first = ui.T(ctx, "recovery.nobody")
		}
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(x.Who.Name), ui.Text(x.Who.Email), ui.Text(s.memberOf(ctx, &x.Who)), ui.Text(when(ctx, x.Asked)), ui.Text(when(ctx, x.Expires)), ui.Text(first), decideView(x)}})
	}
	p := blocks{title: ui.T(ctx, "recovery.title"), lead: ui.T(ctx, "recovery.lead")}
	if secret != "" {
		p.parts = append(p.parts, part{title: ui.T(ctx, "recovery.link"), text: ui.T(ctx, "recovery.link-about"), body: codeView(strings.TrimSuffix(s.o.BaseURL, "/")+"/signin/"+secret, ui.T(ctx, "recovery.link"))})
	}
	p.parts = append(p.parts, part{title: ui.T(ctx, "recovery.open"), list: l})
	s.showBlocks(w, r, http.StatusOK, p)
}

// recoveryLines are the requests that wait for the viewer's answer, as his first page shows them.
func (s *Site) recoveryLines(ctx context.Context, v app.Viewer) ([]relatedLine, error) {
	list, err := s.app.Requests(ctx, v)
	if err != nil {
		return nil, err
	}
	var out []relatedLine
	for _, x := range list {
		if !x.Mine {
			out = append(out, relatedLine{kind: ui.T(ctx, "task.recovery"), title: x.Who.Name, url: "/recoveries", relation: ui.T(ctx, "task.due", "date", when(ctx, x.Expires))})
		}
	}
	return out, nil
}

func (s *Site) approveRecovery(w http.ResponseWriter, r *http.Request) {
	secret, err := s.app.ApproveRecovery(r.Context(), s.Viewer(r), r.PathValue("request"), r.PostFormValue("revoke") == "yes")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if secret == "" {
		s.Flash(r, ui.Good, "recovery.approved")
		http.Redirect(w, r, "/recoveries", http.StatusSeeOther)
		return
	}
	s.showRecoveries(w, r, secret)
}

func (s *Site) refuseRecovery(w http.ResponseWriter, r *http.Request) {
	if err := s.app.RefuseRecovery(r.Context(), s.Viewer(r), r.PathValue("request")); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "recovery.refused")
	http.Redirect(w, r, "/recoveries", http.StatusSeeOther)
}

package pages

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/store"
	"tocsin/internal/web/ui"
)

// account shows the person's ways in: devices, directory accounts, where he is signed in, tokens, calendar.
func (s *Site) account(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	ways, err := s.app.WaysIn(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	signins, err := s.app.Signins(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	tokens, err := s.app.Tokens(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	tokens = slices.DeleteFunc(tokens, func(t store.AccessToken) bool { return !s.app.Usable(t) })
	p := blocks{title: ui.T(ctx, "account.title"), lead: ui.T(ctx, "account.lead"), passkeys: s.passkeysHere(r)}
	if !s.app.Fresh(v) {
		p.parts = append(p.parts, part{paragraphs: []string{ui.T(ctx, "account.stale")}, actions: []action{{label: ui.T(ctx, "account.confirm"), url: "/account/confirm", main: true}}})
	}
	p.parts = append(p.parts, s.devicesPart(r, ways.Devices))
	if list := s.ownDirectories(v); len(list) > 0 || len(ways.Accounts) > 0 {
		p.parts = append(p.parts, s.accountsPart(ctx, list, ways.Accounts))
	}
	p.parts = append(p.parts, s.signinsPart(ctx, v, signins),
		part{title: ui.T(ctx, "tokens.title"), paragraphs: []string{ui.T(ctx, "account.tokens", "count", len(tokens))}, actions: []action{{label: ui.T(ctx, "account.tokens-do"), url: "/tokens"}}},
		feedPart(ctx, ways))
	s.showBlocks(w, r, http.StatusOK, p)
}

func (s *Site) devicesPart(r *http.Request, devices []store.Device) part {
	ctx, v := r.Context(), s.Viewer(r)
	l := &ui.List{Caption: ui.T(ctx, "account.devices"), Empty: ui.Empty{Title: ui.T(ctx, "account.no-devices")},
		Columns: []ui.Column{{Label: ui.T(ctx, "account.device")}, {Label: ui.T(ctx, "account.made")}, {Label: ui.T(ctx, "account.used")}, {Label: ui.T(ctx, "account.remove")}}}
	for _, d := range devices {
		remove := wayButton("/account/passkeys/"+d.ID+"/remove", ui.T(ctx, "account.remove"), ui.T(ctx, "account.remove-named", "name", d.Name), nil)
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{deviceName(d), ui.Text(when(ctx, d.Made)), ui.Text(when(ctx, d.Used)), remove}})
	}
	x := part{title: ui.T(ctx, "account.devices"), paragraphs: []string{ui.T(ctx, "account.devices-about")}, list: l}
	if s.app.Fresh(v) {
		x.body = passkeyButton(s.passkeyAt(r, passkeyView{address: "/account/passkeys", button: ui.T(ctx, "account.add"), adds: true, main: len(devices) == 0, name: agentWords(ctx, app.Agent(r.UserAgent()))}))
	}
	return x
}

// ownDirectories are the directories that sign in the people of the viewer's participant.
func (s *Site) ownDirectories(v app.Viewer) []app.Known {
	if v.Participant() == "" {
		return nil
	}
	return slices.DeleteFunc(s.directories.List(), func(k app.Known) bool { return k.Participant != v.Participant() })
}

func (s *Site) accountsPart(ctx context.Context, known []app.Known, held []store.Account) part {
	l := &ui.List{Caption: ui.T(ctx, "account.directory"), Empty: ui.Empty{Title: ui.T(ctx, "account.no-directory")},
		Columns: []ui.Column{{Label: ui.T(ctx, "account.directory")}, {Label: ui.T(ctx, "field.email")}, {Label: ui.T(ctx, "account.made")}, {Label: ui.T(ctx, "account.used")}, {Label: ui.T(ctx, "account.remove")}}}
	for _, x := range held {
		name := s.directories.Name(x.Issuer)
		remove := wayButton("/account/directory/remove", ui.T(ctx, "account.remove"), ui.T(ctx, "account.remove-named", "name", name), map[string]string{"issuer": x.Issuer, "subject": x.Subject})
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Text(name), ui.Text(x.Email), ui.Text(when(ctx, x.Made)), ui.Text(when(ctx, x.Used)), remove}})
	}
	x := part{title: ui.T(ctx, "account.directory"), list: l}
	var buttons []templ.Component
	for _, k := range known {
		buttons = append(buttons, wayButton("/account/directory", ui.T(ctx, "account.bind", "name", k.Name), "", map[string]string{"issuer": k.Issuer}))
	}
	x.body = templ.Join(buttons...)
	return x
}

func (s *Site) signinsPart(ctx context.Context, v app.Viewer, list []store.Signin) part {
	l := &ui.List{Caption: ui.T(ctx, "account.signins"), Columns: []ui.Column{{Label: ui.T(ctx, "account.device")}, {Label: ui.T(ctx, "account.way")}, {Label: ui.T(ctx, "account.origin")},
		{Label: ui.T(ctx, "account.begun")}, {Label: ui.T(ctx, "account.seen")}, {Label: ui.T(ctx, "account.end")}}}
	for _, x := range list {
		device := agentWords(ctx, x.Agent)
		row := ui.Row{Cells: []templ.Component{ui.Text(device), ui.Text(ui.T(ctx, "way."+x.Way)), ui.Text(x.Origin), ui.Text(when(ctx, x.Begun)), ui.Text(when(ctx, x.Seen)), nil}}
		if v.Signin != nil && x.ID == v.Signin.ID {
			row.Cells[5] = ui.StateBadge(ui.State{Label: ui.T(ctx, "account.this"), Tone: ui.Good})
		} else {
			row.Cells[5] = wayButton("/account/sessions/"+x.ID+"/end", ui.T(ctx, "account.end"), ui.T(ctx, "account.end-named", "name", device, "at", when(ctx, x.Begun)), nil)
		}
		l.Rows = append(l.Rows, row)
	}
	x := part{title: ui.T(ctx, "account.signins"), paragraphs: []string{ui.T(ctx, "account.signins-about")}, list: l}
	if len(list) > 1 {
		x.body = wayButton("/account/sessions/end-others", ui.T(ctx, "account.end-others"), "", nil)
	}
	return x
}

func feedPart(ctx context.Context, ways app.WaysIn) part {
	x := part{title: ui.T(ctx, "calendar.mine"), paragraphs: []string{ui.T(ctx, "account.no-feed")}}
	do := wayButton("/calendar/feed", ui.T(ctx, "account.feed-make"), "", nil)
	if !ways.Feed.IsZero() {
		x.paragraphs = []string{ui.T(ctx, "account.feed", "at", when(ctx, ways.Feed))}
		do = templ.Join(wayButton("/calendar/feed", ui.T(ctx, "account.feed-new"), "", nil), wayButton("/account/feed/end", ui.T(ctx, "account.feed-end"), "", nil))
	}
	x.body = do
	return x
}

// confirmPage asks the person to prove again who he is.
func (s *Site) confirmPage(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	ways, err := s.app.WaysIn(ctx, v)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := blocks{title: ui.T(ctx, "account.confirm"), lead: ui.T(ctx, "account.confirm-about"), passkeys: s.passkeysHere(r)}
	if len(ways.Devices) > 0 {
		p.parts = append(p.parts, part{title: ui.T(ctx, "account.devices"), body: passkeyButton(s.passkeyAt(r, passkeyView{address: "/account/confirm", button: ui.T(ctx, "account.confirm-passkey"), main: true}))})
	}
	again := wayButton("/sign-out", ui.T(ctx, "account.sign-in-again"), "", nil)
	p.parts = append(p.parts, part{title: ui.T(ctx, "account.again"), paragraphs: []string{ui.T(ctx, "account.again-about")}, body: again})
	s.showBlocks(w, r, http.StatusOK, p)
}

func (s *Site) removeDevice(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("device")
	err := s.app.RemoveDevice(r.Context(), s.Viewer(r), id, r.PostFormValue("knows") == "yes")
	s.afterRemoval(w, r, err, "account.device-removed", "/account/passkeys/"+id+"/remove", nil)
}

func (s *Site) renameDevice(w http.ResponseWriter, r *http.Request) {
	s.ended(w, r, s.app.RenameDevice(r.Context(), s.Viewer(r), r.PathValue("device"), r.PostFormValue("name")), "account.device-renamed")
}

// afterRemoval goes back to the list of ways in, or asks first whether the person knows that it is his last.
func (s *Site) afterRemoval(w http.ResponseWriter, r *http.Request, err error, done, again string, values map[string]string) {
	ctx := r.Context()
	var e *app.Error
	switch {
	case err == nil:
		s.Flash(r, ui.Good, done)
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	case asError(err, &e) && e.Key == "error.last-way":
		with := map[string]string{"knows": "yes"}
		for k, v := range values {
			with[k] = v
		}
		s.showBlocks(w, r, http.StatusConflict, blocks{title: ui.T(ctx, "account.last-way"), lead: ui.T(ctx, "error.last-way"), actions: []action{{label: ui.T(ctx, "account.keep"), url: "/account", main: true}},
			parts: []part{{body: wayButton(again, ui.T(ctx, "account.remove-last"), "", with)}}})
	default:
		s.Fail(w, r, err)
	}
}

func (s *Site) endSignin(w http.ResponseWriter, r *http.Request) {
	s.ended(w, r, s.app.EndSignin(r.Context(), s.Viewer(r), r.PathValue("session")), "account.ended")
}

func (s *Site) endOthers(w http.ResponseWriter, r *http.Request) {
	s.ended(w, r, s.app.EndOtherSignins(r.Context(), s.Viewer(r)), "account.ended-others")
}

func (s *Site) endFeed(w http.ResponseWriter, r *http.Request) {
	s.ended(w, r, s.app.EndFeed(r.Context(), s.Viewer(r)), "account.feed-ended")
}

func (s *Site) ended(w http.ResponseWriter, r *http.Request, err error, done string) {
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, done)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

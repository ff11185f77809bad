package pages

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// tokenDays is how long a token is proposed to last.
const tokenDays = 90

// tokenForm is what was typed into the form for a new token.
type tokenForm struct {
	name, days string
	scopes     []string
}

// tokens shows the viewer's access tokens and the form for a new one.
func (s *Site) tokens(w http.ResponseWriter, r *http.Request) {
	s.showTokens(w, r, http.StatusOK, tokenForm{days: ui.Plain(tokenDays)}, nil, "")
}

// makeToken makes a token and shows its secret, this once.
func (s *Site) makeToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.Fail(w, r, err)
		return
	}
	typed := tokenForm{r.PostForm.Get("name"), strings.TrimSpace(r.PostForm.Get("days")), r.PostForm["scopes"]}
	var scopes []app.Scope
	for _, x := range typed.scopes {
		scopes = append(scopes, app.Scope(x))
	}
	expiry := s.app.Now()
	if days := atoi(typed.days); days > 0 && days <= 365 {
		expiry = expiry.Add(time.Duration(days) * 24 * time.Hour)
	}
	secret, _, err := s.app.NewToken(r.Context(), s.Viewer(r), typed.name, scopes, expiry)
	var e *app.Error
	switch {
	case err == nil:
		s.showTokens(w, r, http.StatusOK, tokenForm{days: ui.Plain(tokenDays)}, nil, secret)
	case asError(err, &e) && e.Code == app.Invalid:
		s.showTokens(w, r, http.StatusUnprocessableEntity, typed, e.Problems, "")
	case asError(err, &e) && e.Code == app.Conflict:
		s.showTokens(w, r, http.StatusConflict, typed, record.Problems{{Field: "name", Key: e.Key, Params: e.Params}}, "")
	default:
		s.Fail(w, r, err)
	}
}

func (s *Site) revokeToken(w http.ResponseWriter, r *http.Request) {
	if err := s.app.RevokeToken(r.Context(), s.Viewer(r), r.PathValue("token")); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.Flash(r, ui.Good, "tokens.ended")
	http.Redirect(w, r, "/tokens", http.StatusSeeOther)
}

func (s *Site) showTokens(w http.ResponseWriter, r *http.Request, status int, typed tokenForm, problems record.Problems, secret string) {
	ctx := r.Context()
	held, err := s.app.Tokens(ctx, s.Viewer(r))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	fields := tokenFields(ctx, typed)
	ui.SpreadProblems(ctx, fields, problems)
	label := map[string]string{"name": "tokens.name", "days": "tokens.days", "scopes": "tokens.scopes"}
	p := blocks{title: ui.T(ctx, "tokens.title"), lead: ui.T(ctx, "tokens.lead"), actions: []action{{label: ui.T(ctx, "api.title"), url: "/api"}},
		problems: ui.FieldProblems(ctx, problems, func(path string) string { return ui.T(ctx, label[path]) })}
	if secret != "" {
		p.parts = append(p.parts, part{title: ui.T(ctx, "tokens.made"), text: ui.T(ctx, "tokens.secret"), body: codeView(secret, ui.T(ctx, "tokens.made"))})
	}
	mine := part{title: ui.T(ctx, "tokens.mine"), list: s.tokenList(ctx, held)}
	form := part{title: ui.T(ctx, "tokens.new"), form: &smallForm{action: "/tokens", fields: fields, buttons: []action{{label: ui.T(ctx, "tokens.make"), main: true}}}}
	p.parts = append(p.parts, mine, form)
	s.showBlocks(w, r, status, p)
}

func tokenFields(ctx context.Context, typed tokenForm) []ui.Field {
	scopes := ui.Field{Path: "scopes", Type: record.TypeChoices, Label: ui.T(ctx, "tokens.scopes"), Help: ui.T(ctx, "tokens.scopes-help"), Values: typed.scopes,
		Options: []ui.Option{{Value: string(app.ScopeWrite), Label: ui.T(ctx, "scope.write")}, {Value: string(app.ScopeImport), Label: ui.T(ctx, "scope.import")}}}
	return []ui.Field{
		{Path: "name", Type: record.TypeText, Label: ui.T(ctx, "tokens.name"), Required: true, Value: typed.name, Max: 100},
		scopes,
		{Path: "days", Type: record.TypeInteger, Label: ui.T(ctx, "tokens.days"), Help: ui.T(ctx, "tokens.days-help"), Required: true, Value: typed.days},
	}
}

func (s *Site) tokenList(ctx context.Context, held []store.AccessToken) *ui.List {
	l := &ui.List{Caption: ui.T(ctx, "tokens.mine"), Empty: ui.Empty{Title: ui.T(ctx, "tokens.none")}, Columns: []ui.Column{{Label: ui.T(ctx, "tokens.name")}, {Label: ui.T(ctx, "tokens.scopes")},
		{Label: ui.T(ctx, "tokens.expires")}, {Label: ui.T(ctx, "tokens.used")}, {Label: ui.T(ctx, "list.state")}, {Label: ui.T(ctx, "tokens.revoke")}}}
	for _, t := range held {
		used := ui.T(ctx, "tokens.never")
		if !t.Used.IsZero() {
			used = ui.Date(ctx, string(record.DateOf(t.Used)))
		}
		row := ui.Row{Cells: []templ.Component{ui.Text(t.Name), ui.Text(locales.List(ctx, scopeNames(ctx, t.Scopes))), ui.Text(ui.Date(ctx, string(record.DateOf(t.Expires)))), ui.Text(used), ui.StateBadge(s.tokenState(ctx, t)), nil}}
		if s.app.Usable(t) {
			row.Cells[5] = revokeButton(t.ID, t.Name)
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func (s *Site) tokenState(ctx context.Context, t store.AccessToken) ui.State {
	switch {
	case !t.Revoked.IsZero():
		return ui.State{Label: ui.T(ctx, "tokens.revoked"), Tone: ui.Neutral}
	case !s.app.Usable(t):
		return ui.State{Label: ui.T(ctx, "tokens.expired"), Tone: ui.Neutral}
	}
	return ui.State{Label: ui.T(ctx, "tokens.live"), Tone: ui.Good}
}

func scopeNames(ctx context.Context, scopes []string) []string {
	words := map[string]string{"read": ui.T(ctx, "scope.read"), "write": ui.T(ctx, "scope.write"), "import": ui.T(ctx, "scope.import")}
	var out []string
	for _, x := range scopes {
		name, _, _ := strings.Cut(words[x], ":")
		out = append(out, name)
	}
	return out
}

package pages

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/ui"
)

// done ends a small form on a record's page: back to the page, or the page again with what was typed and what is wrong.
func (s *Site) done(w http.ResponseWriter, r *http.Request, err error, field string, typed map[string]string) {
	var e *app.Error
	switch {
	case err == nil:
		http.Redirect(w, r, "/r/"+r.PathValue("id"), http.StatusSeeOther)
	case errors.As(err, &e) && e.Code == app.Invalid:
		var problems record.Problems
		for _, p := range e.Problems {
			if field == "reason" && p.Field != field { // a step that asks something of the record, not of this form
				ctx := r.Context()
				p = record.Problem{Key: "problem.in", Params: map[string]any{"field": s.pathLabel(ctx, p.Field), "problem": ui.ProblemText(ctx, p)}}
			} else {
				p.Field = field
			}
			problems = append(problems, p)
		}
		s.showRecord(w, r, http.StatusUnprocessableEntity, problems, typed)
	case errors.As(err, &e) && e.Code == app.Conflict:
		s.Flash(r, ui.Bad, e.Key, paramsOf(e)...)
		http.Redirect(w, r, "/r/"+r.PathValue("id"), http.StatusSeeOther)
	default:
		s.Fail(w, r, err)
	}
}

func paramsOf(e *app.Error) []any {
	var args []any
	for k, v := range e.Params {
		args = append(args, k, v)
	}
	return args
}

func (s *Site) step(w http.ResponseWriter, r *http.Request) {
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	_, err := s.app.Step(r.Context(), s.Viewer(r), r.PathValue("id"), atoi(r.PostFormValue("version")), r.PostFormValue("step"), reason)
	s.done(w, r, err, "reason", map[string]string{"reason": reason})
}

func (s *Site) retract(w http.ResponseWriter, r *http.Request) {
	note := strings.TrimSpace(r.PostFormValue("note"))
	_, err := s.app.Retract(r.Context(), s.Viewer(r), r.PathValue("id"), atoi(r.PostFormValue("version")), note)
	s.done(w, r, err, "note", map[string]string{"note": note})
}

func (s *Site) comment(w http.ResponseWriter, r *http.Request) {
	text := r.PostFormValue("text")
	s.done(w, r, s.app.CommentOn(r.Context(), s.Viewer(r), r.PathValue("id"), r.PostFormValue("anchor"), text), "text", map[string]string{"text": text})
}

func (s *Site) propose(w http.ResponseWriter, r *http.Request) {
	text := r.PostFormValue("proposal")
	s.done(w, r, s.app.Propose(r.Context(), s.Viewer(r), r.PathValue("id"), text, nil), "proposal", map[string]string{"proposal": text})
}

func (s *Site) decide(w http.ResponseWriter, r *http.Request) {
	err := s.app.Decide(r.Context(), s.Viewer(r), r.PathValue("id"), r.PathValue("proposal"), r.PostFormValue("decision") == "accept")
	s.done(w, r, err, "", nil)
}

func (s *Site) acknowledge(w http.ResponseWriter, r *http.Request) {
	note := strings.TrimSpace(r.PostFormValue("measures"))
	err := s.app.Acknowledge(r.Context(), s.Viewer(r), r.PathValue("id"), note)
	if err == nil {
		s.Flash(r, ui.Good, "alert.thanks")
		if r.PostFormValue("return") == "/" { // from the overview
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
	}
	s.done(w, r, err, "measures", map[string]string{"measures": note})
}

func (s *Site) attach(w http.ResponseWriter, r *http.Request) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		s.done(w, r, &app.Error{Code: app.Invalid, Key: "error.invalid", Problems: record.Problems{{Key: "problem.required"}}}, "file", nil)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, app.MaxFile+1))
	if err == nil {
		_, err = s.app.Attach(r.Context(), s.Viewer(r), r.PathValue("id"), atoi(r.FormValue("version")), header.Filename, content)
	}
	s.done(w, r, err, "file", nil)
}

// file sends an attachment, always as a download and never as something that the browser would run.
func (s *Site) file(w http.ResponseWriter, r *http.Request) {
	a, content, err := s.app.OpenAttachment(r.Context(), s.Viewer(r), r.PathValue("id"), r.PathValue("hash"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = w.Write(content)
}

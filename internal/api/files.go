package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/app"
	"tocsin/internal/web"
)

// AttachmentList lists the files of a record.
type AttachmentList struct {
	Attachments []Attachment `json:"attachments"`
}

// streamed answers bytes that are not JSON.
type streamed struct{ Body func(huma.Context) }

func (x *API) fileOperations() {
	op := Operation{Method: http.MethodGet, Path: "/records/{id}/attachments", Area: "api.area.trail", Access: web.Anyone}
	list, get, attach := op, op, op
	list.ID, list.Summary, list.Sample = "list-attachments", "api.op.list-attachments", "/records/ID/attachments"
	add(x, list, x.attachments)
	get.ID, get.Path, get.Summary, get.Sample, get.media = "get-attachment", "/records/{id}/attachments/{hash}", "api.op.get-attachment", "/records/ID/attachments/HASH", []string{"application/octet-stream"}
	add(x, get, x.attachment)
	attach.ID, attach.Method, attach.Access, attach.Scope, attach.Summary, attach.Sample = "add-attachment", http.MethodPost, web.SignedIn, app.ScopeWrite, "api.op.add-attachment", "/records/ID/attachments?name=report.pdf"
	attach.Sends, attach.limit, attach.lasts = []string{"application/octet-stream"}, app.MaxFile, 5*time.Minute
	attach.errors = []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}
	add(x, attach, x.attach)
}

func (x *API) attachments(ctx context.Context, v app.Viewer, in *ByID) (*struct{ Body AttachmentList }, error) {
	s, err := x.app.Get(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body AttachmentList }{AttachmentList{Attachments: []Attachment{}}}
	for _, a := range s.Attachments {
		out.Body.Attachments = append(out.Body.Attachments, Attachment(a))
	}
	return out, nil
}

// attachment sends a file, always as a download and never as something that a browser would run.
func (x *API) attachment(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Hash string `path:"hash" maxLength:"100"`
}) (*streamed, error) {
	a, content, err := x.app.OpenAttachment(ctx, v, in.ID, in.Hash)
	if err != nil {
		return nil, err
	}
	return &streamed{func(c huma.Context) {
		c.SetHeader("Content-Type", "application/octet-stream")
		c.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
		_, _ = c.BodyWriter().Write(content) // the connection is gone when this fails
	}}, nil
}

func (x *API) attach(ctx context.Context, v app.Viewer, in *struct {
	ByID
	Changing
	Name string `query:"name" required:"true" maxLength:"300"`
	Sent
}) (*versioned, error) {
	version, err := matched(in.IfMatch, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.is("application/octet-stream"); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(in.r.Body)
	if err != nil {
		return nil, err
	}
	r, err := x.app.Attach(ctx, v, in.ID, version, in.Name, content)
	if err != nil {
		return nil, err
	}
	out, err := x.changed(ctx, v, r)
	if err == nil {
		out.Status, out.Location = http.StatusCreated, Prefix+"/records/"+r.ID+"/attachments"
	}
	return out, err
}

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"tocsin/internal/record"
	"tocsin/internal/store"
)

const maxComment = 5000 // characters

func checkNote(text string) record.Problems {
	var p record.Problems
	if len([]rune(text)) > maxComment {
		p.Add("text", "problem.long", "max", maxComment)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return record.Unsafe(r) && r != '\n' && r != '\r' && r != '\t' }) {
		p.Add("text", "problem.character")
	}
	return p
}

// Comment adds to the discussion on a record that the viewer sees.
func (a *App) Comment(ctx context.Context, v Viewer, id, text string) error {
	return a.CommentOn(ctx, v, id, "", text)
}

// CommentOn is Comment on one paragraph of the record's text: anchor is its number from 1.
func (a *App) CommentOn(ctx context.Context, v Viewer, id, anchor, text string) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	p := checkNote(text)
	if text == "" {
		p.Add("text", "problem.required")
	}
	if len(p) > 0 {
		return invalid(p)
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		s, err := a.visible(ctx, &t.Reader, v, id)
		if err != nil {
			return err
		}
		if err := a.mayComment(s.Record, anchor); err != nil {
			return err
		}
		return a.only(ctx, t, v, func() (string, error) {
			return id, t.AddComment(ctx, store.Comment{ID: newID(t.Now()), Record: id, Person: v.Person.ID, Text: text, Anchor: anchor})
		})
	})
}

// Comments returns the discussion on a record, as far as the viewer sees the version that each comment was made on: what
// was said within a group stays there when its record is made public.
func (a *App) Comments(ctx context.Context, v Viewer, id string) ([]store.Comment, error) {
	if _, err := a.visible(ctx, a.store.Read(), v, id); err != nil {
		return nil, err
	}
	all, err := a.store.Read().Comments(ctx, id, 1000)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	saw, err := a.sawAt(ctx, v, id)
	return slices.DeleteFunc(all, func(c store.Comment) bool { return c.Person != v.Actor() && !saw(c.At) }), err
}

// sawAt returns whether the viewer, as his registrations are now, sees the version of a record that was current at a time.
func (a *App) sawAt(ctx context.Context, v Viewer, id string) (func(time.Time) bool, error) {
	versions, err := a.store.Read().History(ctx, id, 500) // newest first
	return func(at time.Time) bool {
		for i, x := range versions {
			if !x.Record.Updated.After(at) || i == len(versions)-1 {
				return v.Sees(x.Record)
			}
		}
		return false
	}, err
}

// Propose puts a change before the owner of a record that the viewer sees. body is the kind's body as it should be, or
// nil for a proposal in words.
func (a *App) Propose(ctx context.Context, v Viewer, id, text string, body json.RawMessage) error {
	if !v.SignedIn() {
		return refuse(Unauthenticated, "error.unauthenticated")
	}
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	p := checkNote(text)
	if strings.TrimSpace(text) == "" {
		p.Add("text", "problem.required")
	}
	if len(p) > 0 {
		return invalid(p)
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		s, err := a.visible(ctx, &t.Reader, v, id)
		if err != nil {
			return err
		}
		if len(body) > 0 {
			shown, err := a.show(v, s.Record)
			if err != nil {
				return err
			}
			r := s.Record.Clone()
			r.Body = entered(shown.Kind.Fields, r.Body, body)
			if _, problems := shown.Kind.Complete(r, a.names, a.today()); len(problems) > 0 {
				return invalid(problems)
			}
		}
		return a.only(ctx, t, v, func() (string, error) {
			return id, t.PutProposal(ctx, store.Proposal{ID: newID(t.Now()), Record: id, Person: v.Person.ID, At: t.Now(), Version: s.Record.Version,
				Text: strings.TrimSpace(text), Change: body, State: "open"}, v.Actor(), "propose")
		})
	})
}

// Proposals returns what was proposed about a record: to officials of the owner all of it, to others their own.
func (a *App) Proposals(ctx context.Context, v Viewer, id string) ([]store.Proposal, error) {
	s, err := a.visible(ctx, a.store.Read(), v, id)
	if err != nil {
		return nil, err
	}
	all, err := a.store.Read().Proposals(ctx, id, 200)
	if err != nil || v.Owns(s.Record.Owner) {
		return all, err
	}
	return slices.DeleteFunc(all, func(p store.Proposal) bool { return p.Person != v.Actor() }), nil
}

// Decide accepts or declines a proposal about a record of the viewer's. Accepting one with a body makes it the record's.
func (a *App) Decide(ctx context.Context, v Viewer, id, proposal string, accept bool) error {
	if err := v.within(ScopeWrite); err != nil {
		return err
	}
	props, err := a.Proposals(ctx, v, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(props, func(p store.Proposal) bool { return p.ID == proposal })
	if i < 0 {
		return errHidden
	}
	p := props[i]
	decide := func(t *store.Tx, r *record.Record) error {
		if !v.Owns(r.Owner) {
			return refuse(Forbidden, "error.owner")
		}
		if p.State != "open" {
			return refuse(Conflict, "error.decided")
		}
		p.State, p.Decided = "declined", v.Actor()
		if accept {
			p.State = "accepted"
		}
		return t.PutProposal(ctx, p, v.Actor(), p.State)
	}
	if !accept || len(p.Change) == 0 {
		return a.store.Write(ctx, func(t *store.Tx) error {
			s, err := a.visible(ctx, &t.Reader, v, id)
			if err != nil {
				return err
			}
			return decide(t, s.Record)
		})
	}
	_, err = a.edit(ctx, v, id, p.Version, "accept", func(t *store.Tx, k *record.Kind, r *record.Record) error {
		if err := mayChange(v, k, r); err != nil {
			return err
		}
		r.Body = entered(k.Fields, r.Body, p.Change)
		return decide(t, r)
	})
	return err
}

// MaxFile is the largest attachment, in bytes.
const MaxFile = 20 << 20

// refusedTypes are never taken: a browser or an office program would run what is in them.
var refusedTypes = []string{"text/html", "image/svg+xml", "application/xhtml+xml", "application/x-msdownload", "application/vnd.microsoft.portable-executable",
	"application/x-elf", "application/x-sharedlib", "application/x-executable", "application/x-mach-binary", "text/javascript", "application/javascript", "application/java-archive",
	"application/x-ms-shortcut", "application/x-sh", "text/x-shellscript"}

// Attach adds a file to a record of the viewer's. Its type is sniffed from its bytes.
func (a *App) Attach(ctx context.Context, v Viewer, id string, version int, name string, content []byte) (*record.Record, error) {
	name = safeName(name)
	var p record.Problems
	if len(content) == 0 {
		p.Add("file", "problem.empty")
	}
	if len(content) > MaxFile {
		p.Add("file", "problem.file.large", "max", MaxFile>>20)
	}
	mime := mimetype.Detect(content)
	for m := mime; m != nil && len(p) == 0; m = m.Parent() {
		if slices.ContainsFunc(refusedTypes, m.Is) {
			p.Add("file", "problem.file.type", "type", m.String())
		}
	}
	if len(p) > 0 {
		return nil, invalid(p)
	}
	sum := sha256.Sum256(content)
	att := record.Attachment{Hash: hex.EncodeToString(sum[:]), Name: name, Type: mime.String(), Size: int64(len(content))}
	return a.edit(ctx, v, id, version, "attach", func(t *store.Tx, k *record.Kind, r *record.Record) error {
		if err := mayChange(v, k, r); err != nil {
			return err
		}
		if len(r.Attachments) >= 50 {
			return invalid(record.Problems{{Field: "file", Key: "problem.many", Params: map[string]any{"max": 50}}})
		}
		r.Attachments = append(r.Attachments, att)
		return t.PutFile(ctx, att.Hash, att.Type, content)
	})
}

// safeName keeps the last part of a file name and drops what could harm a path, a header or a reader's eyes.
func safeName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if record.Unsafe(r) || strings.ContainsRune(`"<>|:*?;%`, r) {
			return '_'
		}
		return r
	}, name)
	if r := []rune(strings.Trim(name, ". ")); len(r) > 0 {
		return string(r[:min(len(r), 120)])
	}
	return "file"
}

// OpenAttachment returns a file that the record has now, if the viewer sees the record.
func (a *App) OpenAttachment(ctx context.Context, v Viewer, id, hash string) (record.Attachment, []byte, error) {
	s, err := a.visible(ctx, a.store.Read(), v, id)
	if err != nil {
		return record.Attachment{}, nil, err
	}
	i := slices.IndexFunc(s.Record.Attachments, func(x record.Attachment) bool { return x.Hash == hash })
	if i < 0 {
		return record.Attachment{}, nil, errHidden
	}
	_, content, err := a.store.Read().File(ctx, hash)
	return s.Record.Attachments[i], content, err
}

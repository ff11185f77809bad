package api

import (
	"context"
	"net/url"

	"tocsin/internal/record"
)

// paged answers a page of a list, whose header Link leads to the next one (RFC 8288).
type paged[T any] struct {
	Link string `header:"Link"`
	Body T
}

type addressKey struct{}

// nextLink is the link to the page of the request's list that begins at the cursor, "" at the end.
func nextLink(ctx context.Context, cursor string) string {
	u, ok := ctx.Value(addressKey{}).(*url.URL)
	if cursor == "" || !ok {
		return ""
	}
	q := u.Query()
	q.Set("cursor", cursor)
	return "<" + u.EscapedPath() + "?" + q.Encode() + `>; rel="next"`
}

// kindLink is the link to what a record's kind declares.
func kindLink(r *record.Record) string {
	return "<" + Prefix + "/kinds/" + url.PathEscape(r.Kind) + `>; rel="describedby"`
}

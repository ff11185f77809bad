package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/record"
)

// Keyed is embedded by the input of operations that make something: the same request under the same key makes it once.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"200"`
}

// once prepares that what is asked with the context it returns is done once for the key. parts are what the request says.
func (x *API) once(ctx context.Context, v app.Viewer, k Keyed, parts ...string) (context.Context, *app.Request, error) {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return x.app.Once(ctx, v, k.Key, hex.EncodeToString(sum[:]))
}

// replayed is the value of the header Idempotency-Replayed.
func replayed(q *app.Request) string {
	if q.Again {
		return "true"
	}
	return ""
}

// made answers a record that was made, now or by the same request before.
func (x *API) made(ctx context.Context, v app.Viewer, r *record.Record, q *app.Request) (*versioned, error) {
	out, err := x.changed(ctx, v, r)
	if err != nil {
		return nil, err
	}
	out.Status, out.Location, out.Replayed = http.StatusCreated, Prefix+"/records/"+r.ID, replayed(q)
	return out, nil
}

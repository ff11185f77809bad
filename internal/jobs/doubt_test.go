package jobs

import (
	"context"
	"time"

	"tocsin/internal/store"
)

// doubtAll makes every letter that is being handed over doubtful, and every claimed one due, as time would.
func doubtAll(t *store.Tx) error {
	ctx := context.Background()
	if err := t.DoubtMail(ctx, t.Now().Add(time.Hour)); err != nil {
		return err
	}
	letters, err := t.ClaimMail(ctx, t.Now(), 0)
	_ = letters
	return err
}

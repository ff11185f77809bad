package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// TestMadeOnce: the same key and request of a token make one record, however often and at once they are sent; nothing is
// kept of what is refused, and a key is the token's own and lasts a day.
func TestMadeOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		secret, token := w.newToken("ama", app.ScopeWrite)
		other, _ := w.newToken("ama", app.ScopeWrite)
		send := func(secret, key, hash, word string) (*record.Record, bool, error) {
			v, err := w.TokenViewer(ctx, secret)
			if err != nil {
				return nil, false, err
			}
			return w.CreateOnce(ctx, v, app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident(word)}, key, hash)
		}
		var wait sync.WaitGroup
		made := [8]string{}
		for i := range made {
			wait.Go(func() {
				if r, _, err := send(secret, "k", "h", "once"); err == nil {
					made[i] = r.ID
				} else {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, id := range made {
			if id != made[0] {
				t.Errorf("made %v", made)
			}
		}
		if _, _, err := send(secret, "k", "other", "once"); app.CodeOf(err) != app.Conflict {
			t.Errorf("another request with the key: %v", err)
		}
		if r, again, err := send(other, "k", "h", "once"); err != nil || again || r.ID == made[0] {
			t.Errorf("another token's key: %v, %v", again, err)
		}
		for _, key := range []string{"with blank", "ключ", string(rune(0)), strings.Repeat("x", 201)} {
			if _, _, err := send(secret, key, "h", "x"); app.CodeOf(err) != app.Invalid {
				t.Errorf("the key %q: %v", key, err)
			}
		}
		r, again, err := send(secret, "k", "h", "once")
		if err != nil || !again || r.ID != made[0] {
			t.Errorf("sent again: %v, %v, %v", r, again, err)
		}
		if _, err := w.Store().DB().ExecContext(ctx, "UPDATE once SET at = at - 86400000001"); err != nil {
			t.Fatal(err)
		}
		if r, again, err := send(secret, "k", "h", "once"); err != nil || again || r.ID == made[0] {
			t.Errorf("a day later: %v, %v, %v", r, again, err)
		}
		if err := w.Store().ExpireOnce(ctx, w.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store().Read().Once(ctx, token.ID, "k"); err == nil {
			t.Error("what is over is kept")
		}
	})
}

// TestRefusedIsNotKept: a request that was refused can be mended and sent with its key.
func TestRefusedIsNotKept(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	secret, _ := w.newToken("ama", app.ScopeWrite)
	v, err := w.TokenViewer(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	d := app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: []byte(`{"type":"seizure"}`)}
	if _, _, err := w.CreateOnce(ctx, v, d, "k", "h"); app.CodeOf(err) != app.Invalid {
		t.Fatal(err)
	}
	d.Body = incident("mended")
	if _, again, err := w.CreateOnce(ctx, v, d, "k", "h2"); err != nil || again {
		t.Errorf("mended: %v, %v", again, err)
	}
}

// TestDerivedIsTheSystems: what is derived or made by the system cannot be said by people, new or changed, and stays
// when they change the rest.
func TestDerivedIsTheSystems(t *testing.T) {
	w, ctx := newWorld(t, storetest.SQLite(t)), context.Background()
	ama, kofi := w.as("ama"), w.as("kofi")
	issued := func(r *record.Record) any {
		var b map[string]any
		if err := json.Unmarshal(r.Body, &b); err != nil {
			t.Fatal(err)
		}
		return b["issued"]
	}
	body := func(extra string) json.RawMessage {
		return json.RawMessage(`{"grade":"alert","severity":"severe","urgency":"immediate","certainty":"likely","country":"GH"` + extra + `}`)
	}
	d := app.Draft{Kind: "alert", Sharing: record.Sharing{TLP: record.Green}, Title: record.Text{"en": "x"}, Summary: record.Text{"en": "x"}, Body: body(`,"issued":"1999-01-01"`)}
	r, err := w.Create(ctx, ama, d)
	if err != nil || issued(r) != nil {
		t.Fatalf("made as issued on %v, %v", issued(r), err)
	}
	d.Body = body(`,"issued":"1999-01-01","instruction":{"en":"Watch."}`)
	if r, err = w.Update(ctx, ama, r.ID, r.Version, d); err != nil || issued(r) != nil {
		t.Fatalf("changed to issued on %v, %v", issued(r), err)
	}
	if err := w.Propose(ctx, kofi, r.ID, "x", body(`,"issued":"1999-01-01"`)); err != nil {
		t.Fatal(err)
	}
	props, err := w.Proposals(ctx, ama, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Decide(ctx, ama, r.ID, props[0].ID, true); err != nil {
		t.Fatal(err)
	}
	x, err := w.Get(ctx, ama, r.ID)
	if err != nil || issued(x.Record) != nil {
		t.Errorf("by a proposal issued on %v, %v", issued(x.Record), err)
	}
	d.Owner = "SL"
	if _, err := w.Update(ctx, ama, r.ID, x.Version, d); app.CodeOf(err) != app.Invalid {
		t.Errorf("given away: %v", err)
	}
}

// TestFormsMadeOnce: a form of a person that is sent twice, at once or days later, makes one record and one change of it;
// what it says otherwise under the same key is a conflict, and another person's key is his own.
func TestFormsMadeOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(t, address), context.Background()
		ama, kofi := w.as("ama"), w.as("kofi")
		d := app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident("form")}
		var wait sync.WaitGroup
		made := [6]string{}
		for i := range made {
			wait.Go(func() {
				if r, _, err := w.CreateOnce(ctx, ama, d, "k", "h"); err == nil {
					made[i] = r.ID
				} else {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, id := range made {
			if id != made[0] {
				t.Fatalf("made %v", made)
			}
		}
		if r, again, err := w.CreateOnce(ctx, kofi, d, "k", "h"); err != nil || again || r.ID == made[0] {
			t.Errorf("another person's key: %v, %v", again, err)
		}
		d.Body = incident("changed")
		versions := [6]int{}
		for i := range versions {
			wait.Go(func() {
				if r, err := w.UpdateOnce(ctx, ama, made[0], 1, d, "e", "h"); err == nil {
					versions[i] = r.Version
				} else {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if versions != [6]int{2, 2, 2, 2, 2, 2} {
			t.Errorf("versions %v", versions)
		}
		if _, err := w.UpdateOnce(ctx, ama, made[0], 1, d, "e", "other"); app.CodeOf(err) != app.Conflict {
			t.Errorf("another change under the key: %v", err)
		}
		if _, err := w.UpdateOnce(ctx, ama, made[0], 1, d, "f", "h"); app.CodeOf(err) != app.Conflict {
			t.Errorf("a change of an old version: %v", err)
		}
		week := 7 * 24 * time.Hour.Microseconds()
		for _, after := range []struct {
			by    int64
			again bool
		}{{week, true}, {week, false}} {
			if _, err := w.Store().DB().ExecContext(ctx, fmt.Sprintf("UPDATE once SET at = at - %d", after.by)); err != nil {
				t.Fatal(err)
			}
			d.Body = incident("form")
			if r, again, err := w.CreateOnce(ctx, ama, d, "k", "h"); err != nil || again != after.again || again != (r.ID == made[0]) {
				t.Errorf("sent again later: %v, %v, want %v", again, err, after.again)
			}
		}
	})
}

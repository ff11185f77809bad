package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/backup"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// filled is a world with records of several kinds and rules, versions, a file, comments and what waits for somebody.
func filled(t *testing.T, address string) *stage {
	t.Helper()
	ctx := context.Background()
	s := newStage(t, address)
	if err := s.Found(ctx, app.Operator); err != nil {
		t.Fatal(err)
	}
	for i, rule := range []record.Sharing{{TLP: record.Clear}, {TLP: record.Green}, {TLP: record.Amber}, {TLP: record.Amber, Audience: []record.Clause{{Participant: "SL"}}}} {
		r := s.write("ama", app.Draft{Kind: "incident", Sharing: rule, Body: incident(fmt.Sprint("fentanyl märz ", i))})
		r, err := s.Attach(ctx, s.as("ama"), r.ID, r.Version, "a.bin", bytes.Repeat([]byte{0, 0xff, byte(i)}, 1000))
		if err != nil {
			t.Fatal(err)
		}
		if r, err = s.Update(ctx, s.as("kofi"), r.ID, r.Version, app.Draft{Sharing: rule, Body: incident(fmt.Sprint("heroin <&> \u2028 ", i))}); err != nil {
			t.Fatal(err)
		}
		if err := s.Comment(ctx, s.as("ama"), r.ID, "\"quoted\"\n\\"); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// answers is what an App says to several viewers: lists, words found, sums, discussions and files.
func answers(t *testing.T, a *app.App) string {
	t.Helper()
	ctx := context.Background()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	say := func(v any, err error) {
		if err == nil {
			err = e.Encode(v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	viewers := []app.Viewer{app.Operator, app.Public}
	for _, email := range []string{"ama@example.org", "fatu@example.org", "mere@example.org"} {
		v, err := a.ViewerByEmail(ctx, email)
		if err != nil {
			t.Fatal(err)
		}
		viewers = append(viewers, v)
	}
	for _, v := range viewers {
		for _, k := range kinds.All {
			say(k.Name, a.Each(ctx, v, app.Query{Kind: k.Name}, func(s *app.Shown) error {
				say(s.Record, nil)
				say(a.Comments(ctx, v, s.ID))
				for _, f := range s.Attachments {
					_, content, err := a.OpenAttachment(ctx, v, s.ID, f.Hash)
					say(content, err)
				}
				return nil
			}))
		}
		say(a.Sums(ctx, v, "", 52*30))
		for _, words := range []string{"heroin", "märz", "fentanyl"} {
			l, err := a.Search(ctx, v, words, "", 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range l.Records {
				say(s.ID, nil)
			}
		}
	}
	return out.String()
}

// writing makes records until it is told to stop.
func (s *stage) writing() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	v := s.as("ama")
	wait.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			d := app.Draft{Kind: "incident", Sharing: record.Sharing{TLP: record.Green}, Body: incident(fmt.Sprint("meanwhile ", i))}
			if _, err := s.Create(context.Background(), v, d); err != nil {
				s.t.Error(err)
			}
		}
	})
	return func() { cancel(); wait.Wait() }
}

func backUp(t *testing.T, address string) (string, *backup.Manifest) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.backup")
	m, err := app.Backup(context.Background(), address, file, "test")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Fatalf("the backup's mode is %v: %v", info, err)
	}
	return file, m
}

// restored restores a file and opens what it became.
func restored(t *testing.T, file, address string) *app.App {
	t.Helper()
	r, err := app.Restore(context.Background(), file, address, false)
	if err != nil {
		t.Fatal(err)
	}
	if r.Found.Root != r.Manifest.Journal.Root || r.Found.Entries != r.Manifest.Journal.Size {
		t.Errorf("restored %+v of %+v", r.Found, r.Manifest.Journal)
	}
	a, err := app.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// TestBackupWhileWriting: a backup that is made while others write is one state of the database, and whole.
func TestBackupWhileWriting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := filled(t, address)
		stop := s.writing()
		var sizes []int64
		for range 3 {
			file, m := backUp(t, address)
			sizes = append(sizes, m.Journal.Size)
			a := restored(t, file, storetest.SQLite(t))
			listed := 0
			if err := a.Each(context.Background(), app.Operator, app.Query{Kind: "incident"}, func(*app.Shown) error { listed++; return nil }); err != nil {
				t.Fatal(err)
			}
			l, err := a.Search(context.Background(), app.Operator, "meanwhile", "", 1)
			if err != nil || listed < 4 || l.Total > listed {
				t.Errorf("%d are listed, %d found: %v", listed, l.Total, err)
			}
			if _, err := a.Create(context.Background(), app.Operator, app.Draft{Kind: "incident", Owner: "GH", Body: incident("afterwards")}); err != nil {
				t.Error(err)
			}
			if v, err := a.Verify(context.Background()); err != nil || len(v.Problems) > 0 {
				t.Errorf("after a change the restored database does not verify: %v, %v", v, err)
			}
		}
		stop()
		if sizes[0] == sizes[2] {
			t.Errorf("nothing was written meanwhile: %v", sizes)
		}
	})
}

// TestBackupThereAndBack: from SQLite to SQLite to PostgreSQL to SQLite everybody gets the same answers, and the journal
// has the same root.
func TestBackupThereAndBack(t *testing.T) {
	ctx := context.Background()
	address := storetest.SQLite(t)
	s := filled(t, address)
	want := answers(t, s.App)
	if _, err := s.Reindex(ctx, app.Operator); err != nil || answers(t, s.App) != want {
		t.Errorf("what is derived anew is not what was there: %v", err)
	}
	if _, err := s.Reindex(ctx, s.as("ama")); app.CodeOf(err) != app.Forbidden {
		t.Errorf("somebody else may reindex: %v", err)
	}
	root := ""
	steps := []string{storetest.SQLite(t)}
	if os.Getenv(storetest.Variable) != "" {
		steps = append(steps, storetest.Postgres(t))
	}
	for _, next := range append(steps, storetest.SQLite(t)) {
		file, m := backUp(t, address)
		if root == "" {
			root = m.Journal.Root
		}
		if got := answers(t, restored(t, file, next)); got != want || m.Journal.Root != root {
			t.Errorf("in %s the answers differ, or the root %s", next, m.Journal.Root)
		}
		address = next
	}
}

// TestNothingComesBackToLife: who was let in before is not after a restore, and letters are not sent twice.
func TestNothingComesBackToLife(t *testing.T) {
	ctx := context.Background()
	address := storetest.SQLite(t)
	s := filled(t, address)
	link, err := s.SigninLink(ctx, app.Operator, "ama@example.org", true)
	if err != nil {
		t.Fatal(err)
	}
	feed, err := s.NewFeed(ctx, s.as("ama"))
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.NewToken(ctx, s.as("ama"), "laboratory", []app.Scope{app.Scopes[0]}, time.Now().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store().CommitSession(ctx, "hash", []byte("x"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Store().Write(ctx, func(tx *store.Tx) error { return second(tx.Tell(ctx, s.id["ama"], "r", "issued", "letter")) }); err != nil {
		t.Fatal(err)
	}
	file, _ := backUp(t, address)
	for moved, want := range map[bool]string{false: "doubtful", true: "queued"} {
		into := storetest.SQLite(t)
		if _, err := app.Restore(ctx, file, into, moved); err != nil {
			t.Fatal(err)
		}
		a, err := app.Open(ctx, into)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if _, err := a.Signin(ctx, link, app.From{}); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the sign-in link: %v", err)
		}
		if _, err := a.FeedViewer(ctx, feed); app.CodeOf(err) != app.NotFound {
			t.Errorf("the feed: %v", err)
		}
		if _, err := a.TokenViewer(ctx, token); err == nil {
			t.Error("the token lets its bearer in")
		}
		if _, found, err := a.Store().FindSession(ctx, "hash"); found || err != nil {
			t.Errorf("the session: %v, %v", found, err)
		}
		if m, err := a.Store().Read().MailByID(ctx, "letter"); err != nil || m.State != want {
			t.Errorf("moved %v: the letter is %s, %v", moved, m.State, err)
		}
	}
}

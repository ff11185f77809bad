package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
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
		if _, err := a.Signin(ctx, link); app.CodeOf(err) != app.Unauthenticated {
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

// mustBeEmpty finds that a restore left nothing, by restoring into it.
func mustBeEmpty(t *testing.T, file, address string) {
	t.Helper()
	if _, err := app.Restore(context.Background(), file, address, false); err != nil {
		t.Errorf("the database was not left empty: %v", err)
	}
}

// TestAlteredBackup: altering any byte makes the restore fail and leaves the database empty.
func TestAlteredBackup(t *testing.T) {
	ctx := context.Background()
	address := storetest.SQLite(t)
	s := newStage(t, address)
	s.write("ama", app.Draft{Kind: "incident", Body: incident("x")})
	file, _ := backUp(t, address)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	into, bad := storetest.SQLite(t), filepath.Join(t.TempDir(), "bad")
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Restore(ctx, bad, into, false); !errors.Is(err, backup.ErrFile) || !strings.Contains(err.Error(), bad) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for i := range 400 {
		at := rng.IntN(len(whole))
		if i < 20 { // the beginning and the end
			at = (i - 10 + len(whole)) % len(whole)
		}
		b := bytes.Clone(whole)
		b[at] ^= byte(1 + rng.IntN(255))
		try(fmt.Sprintf("byte %d of %d", at, len(whole)), b)
		try(fmt.Sprintf("cut at %d", at), whole[:at])
	}
	try("another backup's half", append(bytes.Clone(whole[:len(whole)/2]), whole...))
	mustBeEmpty(t, file, into)
	if _, err := app.Restore(ctx, file, into, false); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("into a database that is not empty: %v", err)
	}
	if _, err := app.Backup(ctx, address, file, "test"); err == nil {
		t.Error("a backup was written over another")
	}
}

// forge writes a backup again with other rows, and seals it: every hash in it is right.
func forge(t *testing.T, file string, change func(table string, row []any)) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := backup.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := backup.NewWriter(&b, &r.Manifest)
	for err == nil {
		var h *backup.Header
		if h, err = r.Next(); err != nil {
			break
		}
		if err = w.Begin(*h); err != nil {
			break
		}
		var row []any
		for row, err = r.Row(); err == nil; row, err = r.Row() {
			change(h.Table, row)
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.End()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged")
	if err := os.WriteFile(forged, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return forged
}

// TestForgedBackup: a history that was rewritten with care is refused by the journal itself, and nothing of it stays.
func TestForgedBackup(t *testing.T) {
	source := storetest.SQLite(t)
	s := newStage(t, source)
	s.write("ama", app.Draft{Kind: "incident", Body: incident("x")})
	file, _ := backUp(t, source)
	storetest.Each(t, func(t *testing.T, address string) {
		for what, change := range map[string]func(string, []any){
			"another actor": func(table string, row []any) {
				if table == "journal" {
					row[2] = "somebody"
				}
			},
			"a record that stands at another version": func(table string, row []any) {
				if table == "record" {
					row[1] = int64(1)
				}
			},
			"a row twice": func(table string, row []any) {
				if table == "person" {
					row[0] = "same"
				}
			},
		} {
			if _, err := app.Restore(context.Background(), forge(t, file, change), address, false); err == nil {
				t.Fatalf("%s is taken", what)
			}
		}
		mustBeEmpty(t, forge(t, file, func(string, []any) {}), address)
	})
}

func restoreOnce() error {
	_, err := app.Restore(context.Background(), os.Getenv(killFile), os.Getenv(killAddress), false)
	return err
}

// TestKilledWhileRestoring: a restore that is killed leaves an empty database, into which it can be run again.
func TestKilledWhileRestoring(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	source := storetest.SQLite(t)
	filled(t, source)
	file, _ := backUp(t, source)
	storetest.Each(t, func(t *testing.T, address string) {
		killed := 0
		for after := 100 * time.Millisecond; ; after += after / 6 {
			if _, finished := child(t, "restore", address, file, after); finished {
				break
			}
			killed++
		}
		t.Logf("killed %d times", killed)
		if _, err := app.Restore(context.Background(), file, address, false); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("the last run finished, and yet: %v", err)
		}
		a, err := app.Open(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if v, err := a.Verify(context.Background()); err != nil || len(v.Problems) > 0 {
			t.Errorf("%v, %v", v, err)
		}
	})
}

// TestBackupBeforeAnUpgrade: a database of an older schema is backed up as it is, once, before it is changed.
func TestBackupBeforeAnUpgrade(t *testing.T) {
	ctx := context.Background()
	address := storetest.SQLite(t)
	if file, err := app.BackupBeforeUpgrade(ctx, address, "", "test"); err != nil || file != "" {
		t.Errorf("a database that is not there: %q, %v", file, err)
	}
	a, err := app.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	if file, err := app.BackupBeforeUpgrade(ctx, address, "", "test"); err != nil || file != "" {
		t.Errorf("a database of this schema: %q, %v", file, err)
	}
	for _, q := range []string{"DROP TABLE once", "DROP TABLE token", "DROP TABLE feed", "DROP TABLE reply", "ALTER TABLE comment DROP COLUMN anchor", "DELETE FROM goose_db_version WHERE version_id > 1"} {
		if _, err := a.Store().DB().ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := app.BackupBeforeUpgrade(ctx, address, "", "test")
	if err != nil || filepath.Dir(file) != filepath.Dir(strings.TrimPrefix(address, "sqlite:")) {
		t.Fatalf("%q, %v", file, err)
	}
	if _, err := app.Restore(ctx, file, storetest.SQLite(t), false); err == nil || !strings.Contains(err.Error(), "its schema is 1") {
		t.Errorf("a backup of an older schema: %v", err)
	}
}

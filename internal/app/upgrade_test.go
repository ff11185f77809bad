package app_test

import (
	"context"
	"os"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/store"
	"tocsin/internal/store/storetest"
)

// The first program's database, and what it answered: made by the program of the first schema, which alone can make them.
const (
	firstRows    = "testdata/first/schema1.sql"
	firstAnswer  = "testdata/first/answers.json"
	firstRoot    = "13da2356f00bff95fad775807bae57344a7976d3b7b18b489ebd297168012f63"
	firstEntries = 89
)

// first makes a database as the first program left it.
func first(t *testing.T, address string) {
	t.Helper()
	s, err := store.OpenEmpty(context.Background(), address, 1)
	if err != nil {
		t.Fatal(err)
	}
	storetest.LoadFirst(t, s.DB(), s.Engine(), firstRows)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// answersAsFirst finds that an App answers what the first program did, and that its history is that one's.
func answersAsFirst(t *testing.T, a *app.App, what string) {
	t.Helper()
	want, err := os.ReadFile(firstAnswer)
	if err != nil {
		t.Fatal(err)
	}
	if got := firstAnswers(t, a); string(got) != string(want) {
		t.Errorf("%s: the answers are not the first program's:\n%s", what, got)
	}
	v, err := a.Verify(context.Background())
	if err != nil || len(v.Problems) > 0 || v.Entries < firstEntries {
		t.Errorf("%s: %+v, %v", what, v, err)
	}
	if root, err := a.Store().Read().RootAt(context.Background(), firstEntries); err != nil || root != firstRoot { // what came after are lines of the audit
		t.Errorf("%s: the history begins with %s, %v", what, root, err)
	}
}

// TestUpgradeFromTheFirst: what the first program wrote is there after the upgrade, gives everybody the same answers, and
// can be worked on; so does a backup of it, in either engine.
func TestUpgradeFromTheFirst(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, address string) {
		first(t, address)
		file, err := app.BackupBeforeUpgrade(ctx, address, t.TempDir(), "test")
		if err != nil || file == "" {
			t.Fatalf("%q, %v", file, err)
		}
		into := []string{address, storetest.SQLite(t)}
		if os.Getenv(storetest.Variable) != "" {
			into = append(into, storetest.Postgres(t))
		}
		for i, address := range into {
			what := "upgraded"
			if i > 0 {
				what = "restored"
				if _, err := app.Restore(ctx, file, address, true); err != nil {
					t.Fatal(err)
				}
			}
			a, err := app.Open(ctx, address)
			if err != nil {
				t.Fatal(err)
			}
			answersAsFirst(t, a, what)
			workOn(t, a)
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// workOn changes an old record and retracts another, and finds both where they belong.
func workOn(t *testing.T, a *app.App) {
	t.Helper()
	ctx := context.Background()
	v, err := a.ViewerByEmail(ctx, "ama@example.org")
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.List(ctx, v, app.Query{Kind: "incident", Place: "GH", Limit: 50})
	if err != nil || len(l.Records) < 2 {
		t.Fatalf("%d records: %v", len(l.Records), err)
	}
	x, y := l.Records[0], l.Records[1]
	if _, err := a.Update(ctx, v, x.ID, x.Version, app.Draft{Sharing: record.Sharing{TLP: record.Green}, Body: incident("zzafterwards")}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Retract(ctx, v, y.ID, y.Version, "a mistake"); err != nil {
		t.Fatal(err)
	}
	after, err := a.List(ctx, v, app.Query{Kind: "incident", Place: "GH", Limit: 50})
	if err != nil || len(after.Records) != len(l.Records)-1 {
		t.Errorf("%d records of %d are listed after one was retracted: %v", len(after.Records), len(l.Records), err)
	}
	if found, err := a.Search(ctx, v, "zzafterwards", "", 5); err != nil || len(found.Records) != 1 || found.Records[0].ID != x.ID {
		t.Errorf("the changed record is not found: %v", err)
	}
	if v, err := a.Verify(ctx); err != nil || len(v.Problems) > 0 {
		t.Errorf("%v, %v", v, err)
	}
}

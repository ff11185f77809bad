// Package storetest runs a test on each database engine.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Variable names the environment variable with the address of a PostgreSQL server on which databases may be created.
const Variable = "TOCSIN_TEST_POSTGRES"

// Each runs f as a subtest on SQLite and, where a server is given, on PostgreSQL, each time with an empty database: on
// both at once, so that f may share with itself only what goroutines may share. It returns when both have ended.
func Each(t *testing.T, f func(t *testing.T, address string)) {
	t.Helper()
	t.Run("on", func(t *testing.T) {
		for name, empty := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f(t, empty(t))
			})
		}
	})
}

// SQLite returns the address of a database in a temporary file.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "t.db") }

// Postgres returns the address of a new database, which is dropped when the test ends. It skips where no server is given.
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Skipf("%s is not set: no PostgreSQL to test on", Variable)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d", rand.Uint64())
	if _, err := db.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

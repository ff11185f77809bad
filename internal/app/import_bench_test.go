package app_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tocsin/internal/app"
	"tocsin/internal/exchange/profile"
)

// BenchmarkImport imports the Connecticut table, repeated, into SQLite: journal, resolution of substances, lists, counts
// and full text included. It needs the data beside the project. TOCSIN_BENCH_REPEAT sets how often the table is repeated.
func BenchmarkImport(b *testing.B) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "connecticut-overdose-deaths", "deaths-2012-2016.csv"))
	if err != nil {
		b.Skipf("the table is not beside the project: %v", err)
	}
	repeat := 20
	if s := os.Getenv("TOCSIN_BENCH_REPEAT"); s != "" {
		if _, err := fmt.Sscan(s, &repeat); err != nil {
			b.Fatal(err)
		}
	}
	head, body, _ := bytes.Cut(raw, []byte("\n"))
	big := append(append(append([]byte{}, head...), '\n'), bytes.Repeat(body, repeat)...)
	p, ok := profile.Get("connecticut-overdose-deaths")
	if !ok {
		b.Fatal("the profile is missing")
	}
	for b.Loop() {
		a, err := app.Open(context.Background(), "sqlite:"+filepath.Join(b.TempDir(), "t.db"))
		if err != nil {
			b.Fatal(err)
		}
		r, err := a.Import(context.Background(), app.Operator, app.ImportRequest{Kind: "health-event", Profile: p, File: bytes.NewReader(big), Size: int64(len(big))})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

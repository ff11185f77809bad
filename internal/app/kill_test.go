package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/kinds/supply"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// The environment that turns the test binary into the process to be killed.
const (
	killMode    = "TOCSIN_KILL_MODE"
	killAddress = "TOCSIN_KILL_ADDRESS"
	killFile    = "TOCSIN_KILL_FILE"
)

func TestMain(m *testing.M) {
	modes := map[string]func() error{"edit": editForever, "import": importOnce, "restore": restoreOnce, "backup": backupOnce, "reindex": reindexOnce, "open": openOnce}
	if run, ok := modes[os.Getenv(killMode)]; ok {
		app.SmallBatches(300)
		exit(run())
	}
	os.Exit(m.Run())
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func incident(given string) json.RawMessage {
	raw, err := json.Marshal(supply.Occurrence{Type: "seizure", Found: "2024-05-01", Country: "GH", Circumstances: given,
		Goods: []supply.Good{{Given: given, Quantity: 1, Unit: "kg"}}})
	if err != nil {
		panic(err)
	}
	return raw
}

// editForever creates records and changes each once, and says on standard output what was acknowledged.
func editForever() error {
	ctx := context.Background()
	a, err := app.Open(ctx, os.Getenv(killAddress))
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		d := app.Draft{Kind: "incident", Owner: "GH", Sharing: record.Sharing{TLP: record.Green}, Body: incident(fmt.Sprint("before ", i))}
		r, err := a.Create(ctx, app.Operator, d)
		if err != nil {
			return err
		}
		fmt.Println(r.ID, r.Version)
		d.Body = incident(fmt.Sprint("after ", i))
		if r, err = a.Update(ctx, app.Operator, r.ID, r.Version, d); err != nil {
			return err
		}
		fmt.Println(r.ID, r.Version)
	}
}

// begun is what a process says when it begins with what it is to be killed in.
const begun = "begun"

// child starts the test binary in a mode, kills it a while after the first line that it says, so that a slow machine
// changes nothing, and returns what it said.
func child(t *testing.T, mode, address, file string, after time.Duration) (said string, finished bool) {
	t.Helper()
	return childFrom(t, mode, address, file, after, func() bool { return true })
}

// childFrom is child whose time begins when from says so.
func childFrom(t *testing.T, mode, address, file string, after time.Duration, from func() bool) (said string, finished bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), killMode+"="+mode, killAddress+"="+address, killFile+"="+file)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, _ := lines.ReadString('\n')
	ended := make(chan struct{})
	go func() {
		for !from() {
			select {
			case <-ended:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
		select {
		case <-ended:
		case <-time.After(after):
			_ = cmd.Process.Kill()
		}
	}()
	rest, _ := io.ReadAll(lines)
	close(ended)
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("the process failed by itself: %v\n%s", err, problems.String())
	}
	return first + string(rest), err == nil
}

// kills is how often each process is killed on an engine.
func kills(address string) int {
	if strings.HasPrefix(address, "sqlite:") {
		return 25
	}
	return 5
}

// moment is a random one.
func moment(rng *rand.Rand) time.Duration {
	return 20*time.Millisecond + time.Duration(rng.Int64N(int64(180*time.Millisecond)))
}

// TestKilledWhileEditing kills a process in the middle of its edits: what it had acknowledged is there, nothing is half
// there, and the journal is whole.
func TestKilledWhileEditing(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	storetest.Each(t, func(t *testing.T, address string) {
		rng := rand.New(rand.NewPCG(7, 8))
		acknowledged := 0
		for range kills(address) {
			said, _ := child(t, "edit", address, "", moment(rng))
			a := opened(t, address)
			acknowledged += checkAcknowledged(t, a, said)
			checkWhole(t, a)
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%d edits were acknowledged before %d deaths", acknowledged, kills(address))
		if acknowledged < kills(address) {
			t.Errorf("only %d edits were acknowledged in %d runs: the test tries too little", acknowledged, kills(address))
		}
	})
}

func opened(t *testing.T, address string) *app.App {
	t.Helper()
	a, err := app.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// checkAcknowledged finds every version that a process has said to have, and returns how many.
func checkAcknowledged(t *testing.T, a *app.App, said string) (n int) {
	t.Helper()
	for line := range strings.Lines(said) {
		var id string
		var version int
		if _, err := fmt.Sscan(line, &id, &version); err != nil || !strings.HasSuffix(line, "\n") {
			break // the line that the kill cut
		}
		n++
		s, err := a.Get(context.Background(), app.Operator, id)
		if err != nil || s.Version < version {
			t.Errorf("%s version %d was acknowledged and is not there: %v", id, version, err)
		}
	}
	return n
}

// checkWhole finds that the journal verifies and that the counts and lists agree with the records.
func checkWhole(t *testing.T, a *app.App) {
	t.Helper()
	ctx := context.Background()
	v, err := a.Verify(ctx)
	if err != nil || len(v.Problems) > 0 {
		t.Fatalf("verify: %v, %v", v, err)
	}
	listed, counted := 0, 0.0
	for _, kind := range []string{"incident", "health-event"} {
		err = a.Each(ctx, app.Operator, app.Query{Kind: kind}, func(s *app.Shown) error {
			listed++
			for _, c := range s.Fields.Count(s.Record) {
				if c.Measure == "count" {
					counted += c.Value
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if int64(listed) != v.Records {
		t.Errorf("%d records are listed, %d are stored", listed, v.Records)
	}
	sums, err := a.Sums(ctx, app.Operator, "", 52*30)
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, c := range sums {
		if len(c.Place) == 2 {
			total += c.Value
		}
	}
	if total != counted {
		t.Errorf("%v are counted, the records say %v", total, counted)
	}
}

// importOnce imports the table given in the environment.
func importOnce() error {
	ctx := context.Background()
	a, err := app.Open(ctx, os.Getenv(killAddress))
	if err != nil {
		return err
	}
	f, err := os.Open(os.Getenv(killFile))
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	fmt.Println(begun)
	_, err = a.Import(ctx, app.Operator, app.ImportRequest{Kind: "health-event", Profile: deaths(), File: f, Size: info.Size()})
	return err
}

// deaths is a profile for a made-up table of deaths.
func deaths() *profile.Profile {
	p, err := profile.Parse([]byte(`
name: deaths
version: 1
kind: health-event
owner: US
sharing: {tlp: GREEN}
constants: {event: death, country: US, number: 1, certainty: confirmed}
columns:
  - {column: day, field: date, required: true, dates: ["2006-01-02"]}
texts:
  - {column: cause, field: cause}
`))
	if err != nil {
		panic(err)
	}
	return p
}

// TestKilledWhileImporting kills an import again and again: only whole rows are there, and running it again completes it.
func TestKilledWhileImporting(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are killed in the full run")
	}
	storetest.Each(t, func(t *testing.T, address string) {
		const rows = 2500
		file := filepath.Join(t.TempDir(), "deaths.csv")
		var b strings.Builder
		b.WriteString("day,cause\n")
		for i := range rows {
			fmt.Fprintf(&b, "2024-%02d-%02d,Acute fentanyl and heroin intoxication %d\n", i%12+1, i%28+1, i%500)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		k := killedImport{t: t, file: file, rows: rows, rng: rand.New(rand.NewPCG(9, 10))}
		for k.killed < kills(address) {
			next := storetest.SQLite
			if strings.HasPrefix(address, "postgres") {
				next = storetest.Postgres
			}
			k.run(next(t), kills(address))
		}
		t.Logf("killed %d times, %d of them half way", k.killed, k.halfway)
		if k.halfway < kills(address)/3 {
			t.Error("it was seldom half way: the test tries too little")
		}
	})
}

// killedImport is an import that is killed again and again.
type killedImport struct {
	t               *testing.T
	file            string
	rows            int64
	rng             *rand.Rand
	killed, halfway int
}

// run imports into one database until it is done, killed at most so many times in all: at a random moment after rows of
// the run have come, or after it has begun.
func (k *killedImport) run(address string, most int) {
	t, ctx := k.t, context.Background()
	a := opened(t, address)
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	for finished := false; !finished; {
		before, err := a.Store().Read().JournalSize(ctx)
		if err != nil {
			t.Fatal(err)
		}
		from := func() bool {
			n, err := a.Store().Read().JournalSize(ctx)
			return err != nil || n > before || k.killed%4 == 3
		}
		after := moment(k.rng)
		if k.killed >= most {
			after = time.Minute
		}
		_, finished = childFrom(t, "import", address, k.file, after, from)
		v, err := a.Verify(ctx)
		if err != nil || len(v.Problems) > 0 {
			t.Fatalf("%v, %v", v, err)
		}
		if !finished {
			k.killed++
		}
		if finished || k.killed%5 == 0 {
			checkWhole(t, a)
		}
		if v.Records > 0 && v.Records < k.rows {
			k.halfway++
		}
		if finished && v.Records != k.rows {
			t.Errorf("%d records after the import was finished, the table has %d rows", v.Records, k.rows)
		}
	}
}

// incidentAbout is an incident with any text in it.
func incidentAbout(text string) json.RawMessage {
	raw, err := json.Marshal(supply.Occurrence{Type: "seizure", Found: "2024-05-01", Country: "GH", Circumstances: text})
	if err != nil {
		panic(err)
	}
	return raw
}

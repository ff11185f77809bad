package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/record"
)

const tableFile = "testdata/access.tsv"

// asked is what a command is asked with, in a database in which every role has somebody and Ghana a RED and an AMBER
// report. PUBLIC is a record that everybody sees, TABLE is a table of one incident, XML an activity file, NEW a file to write.
var asked = map[string][]string{
	"tocsin audit":          {},
	"tocsin detect":         {"--as-of", "2024-06-01"},
	"tocsin export":         {"incident", "--format", "json"},
	"tocsin iati export":    {},
	"tocsin iati import":    {"XML", "--owner", "GH"},
	"tocsin import":         {"incident", "TABLE", "--owner", "GH"},
	"tocsin init":           {"--admin", "administrator@example.org"},
	"tocsin record history": {"PUBLIC"},
	"tocsin record list":    {"incident"},
	"tocsin record show":    {"PUBLIC"},
	"tocsin reindex":        {},
	"tocsin report":         {"--participant", "GH", "--format", "md"},
	"tocsin user add":       {"NEW@example.org", "--participant", "GH"},
	"tocsin user devices":   {"official@example.org"},
	"tocsin user disable":   {"spare@example.org"},
	"tocsin user link":      {"official@example.org"},
	"tocsin user list":      {},
	"tocsin user register":  {"official@example.org", "swg1.1", "west"},
	"tocsin user token":     {"official@example.org"},
	"tocsin verify":         {},
}

// people are the roles beside the operator and nobody, an address that is no person's.
var people = map[string]coalition.Person{
	"unregistered": {Participant: "GH"}, "official": {Participant: "GH"}, "customs": {Participant: "GH", Sectors: []coalition.Sector{coalition.Customs}}, "co-chair": {Participant: "GH"}, "coordinator": {Participant: "GH"},
	"focal-point": {Participant: "GH", Duties: []coalition.Duty{coalition.FocalPoint}}, "analyst": {Participant: "GH", Duties: []coalition.Duty{coalition.Analyst}}, "curator": {Participant: "GH", Duties: []coalition.Duty{coalition.Curator}},
	"signatory": {Participant: "GH", Duties: []coalition.Duty{coalition.Signatory}}, "secretariat": {Participant: coalition.SecretariatCode, Duties: []coalition.Duty{coalition.Secretariat}},
	"administrator": {Participant: coalition.SecretariatCode, Duties: []coalition.Duty{coalition.Administrator}}, "other": {Participant: "SL"}, "spare": {Participant: "GH"}, "partner": {},
}

// commands are all commands that do something.
func commands(c *cobra.Command) (out []*cobra.Command) {
	for _, sub := range c.Commands() {
		if sub.HasSubCommands() {
			out = append(out, commands(sub)...)
		} else {
			out = append(out, sub)
		}
	}
	return out
}

// town makes the database of the test.
func town(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	address := "sqlite:" + filepath.Join(t.TempDir(), "t.db")
	a, err := openFounded(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	enrol := func(name string, x coalition.Person) {
		x.Email, x.Name, x.Zone, x.Active = name+"@example.org", name, "UTC", true
		e := app.Enrolment{Person: x}
		if name != "unregistered" && name != "partner" {
			role := coalition.Member
			if slices.Contains(coalition.Roles, coalition.Role(name)) {
				role = coalition.Role(name)
			}
			e.Registrations = []coalition.Registration{{Group: "swg1.2", Section: coalition.West, Roles: []coalition.Role{role}, From: time.Now().Add(-time.Hour)}}
		}
		if _, err := a.Enrol(ctx, app.Operator, []app.Enrolment{e}); err != nil {
			t.Fatal(err)
		}
	}
	for name, x := range people {
		if name != "partner" {
			enrol(name, x)
		}
	}
	as := func(name string) app.Viewer {
		v, err := a.ViewerByEmail(ctx, name+"@example.org")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	create := func(who, kind string, tlp record.TLP, body string) *record.Record {
		r, err := a.Create(ctx, as(who), app.Draft{Kind: kind, Sharing: record.Sharing{TLP: tlp}, Title: record.Text{"en": "x"}, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	org := create("secretariat", "organisation", record.Clear, `{"name":{"en":"x"},"type":"ngo","country":"GH"}`)
	if _, err := a.Step(ctx, app.Operator, org.ID, org.Version, "verify", "x"); err != nil {
		t.Fatal(err)
	}
	enrol("partner", coalition.Person{Stakeholder: org.ID})
	create("customs", "incident", record.Amber, `{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"zqamber"}`)
	create("customs", "incident", record.Red, `{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"zqred"}`)
	return address
}

// TestWhoMayCommandWhat runs every command as every role and finds what the table promises. A command that the table does
// not name fails; so does one without --as that the table gives to people, and the other way round.
func TestWhoMayCommandWhat(t *testing.T) {
	raw, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	classes, lines := map[string][]string{}, map[string]string{}
	for n, line := range strings.Split(string(raw), "\n") {
		cells := strings.Split(line, "\t")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case cells[0] == "role":
			roles = cells[2:]
		case cells[0] == "class" && len(cells) == len(roles)+2:
			classes[cells[1]] = cells[2:]
		case cells[0] == "command" && len(cells) == 3 && classes[cells[2]] != nil:
			lines[cells[1]] = cells[2]
		default:
			t.Errorf("%s:%d: %q", tableFile, n+1, line)
		}
	}
	for _, d := range coalition.Duties {
		if !slices.Contains(roles, string(d)) {
			t.Errorf("the duty %s is no role of %s", d, tableFile)
		}
	}
	address, dir := town(t), t.TempDir()
	public := published(t, address)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	table := write("t.csv", "type,found,country\r\nseizure,2024-05-01,GH\r\n")
	activity := write("a.xml", `<iati-activities version="2.03"></iati-activities>`)
	named := map[string]bool{}
	for _, c := range commands(newRoot()) {
		path := c.CommandPath()
		if named[path] = true; lines[path] == "" {
			propose := "machine"
			if c.Flags().Lookup("as") != nil {
				propose = "operator"
			}
			t.Errorf("nobody has said who may run %s. Add to cmd/tocsin/%s, with one of its classes, the line\ncommand\t%s\t%s", path, tableFile, path, propose)
			continue
		}
		if personal := c.Flags().Lookup("as") != nil; personal == (lines[path] == "machine") {
			t.Errorf("%s: it can be run as a person: %v; its class is %s", path, personal, lines[path])
			continue
		} else if !personal {
			continue
		}
		args, ok := asked[path]
		if !ok {
			t.Errorf("say in asked of access_test.go what %s is run with", path)
			continue
		}
		for i, role := range roles {
			given := append(strings.Fields(path)[1:], args...)
			for j, x := range given {
				given[j] = strings.NewReplacer("TABLE", table, "XML", activity, "NEW", "new"+role, "PUBLIC", public).Replace(x)
			}
			given = append(given, "--database", address)
			if role != "operator" {
				given = append(given, "--as", role+"@example.org")
			}
			out, err := command(t, given)
			if got, want := classOf(err), classes[lines[path]][i]; got != want {
				t.Errorf("%s as %s is answered %s (%v), the table's class %s says %s", path, role, got, err, lines[path], want)
			}
			if strings.Contains(out, "zqred") && role != "customs" && role != "operator" || strings.Contains(out, "zqamber") && (people[role].Participant != "GH" || role == "unregistered") && role != "operator" {
				t.Errorf("%s shows %s what is hidden:\n%s", path, role, out)
			}
		}
	}
	for path := range lines {
		if !named[path] {
			t.Errorf("%s names %q, which is no command", tableFile, path)
		}
	}
}

// published returns the id of a record that everybody sees.
func published(t *testing.T, address string) string {
	t.Helper()
	a, err := app.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	l, err := a.List(context.Background(), app.Public, app.Query{Kind: "commitment", Limit: 1})
	if err != nil || len(l.Records) == 0 {
		t.Fatal("nothing is public: ", err)
	}
	return l.Records[0].ID
}

// command runs the program in this process and returns what it wrote.
func command(t *testing.T, args []string) (string, error) {
	t.Helper()
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetIn(strings.NewReader("From: nobody@example.org\r\n\r\nx"))
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	return out.String(), err
}

func classOf(err error) string {
	var u usageError
	switch {
	case errors.As(err, &u):
		return err.Error()
	case err == nil:
		return "ok"
	}
	if code := app.CodeOf(err); code == app.Forbidden || code == app.Unauthenticated || code == app.NotFound || strings.Contains(err.Error(), "there is no person") {
		return "refused"
	}
	return "ok"
}

package main

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/web/pages"
)

var update = flag.Bool("update", false, "write docs/commands.md from the program")

// walk calls f with every command that a user may give, in the order of help.
func walk(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" && c.Name() != "completion" {
			walk(c, f)
		}
	}
}

// overview is docs/commands.md.
func overview() string {
	var b strings.Builder
	b.WriteString(`# Commands

Every command says with ` + "`--help`" + ` what it takes. Answers go to standard output, what is wrong and what is logged to standard
error. **0** is success, **1** refused or failed, **2** wrong usage. ` + "`--json`" + ` prints one JSON document on standard output and
nothing else. A command opens the database itself (` + "`--database`" + `, or ` + "`TOCSIN_DATABASE`" + `); no server need run, and one may.
` + "`--as EMAIL`" + ` acts as that person, with his rights, instead of as the operator, who sees everything.

Shells complete commands, kinds and values: ` + "`tocsin completion bash >/etc/bash_completion.d/tocsin`" + `, and likewise ` + "`zsh`, `fish`" + ` and
` + "`powershell`" + `. ` + "`--log`" + ` and ` + "`--log-format`" + ` go with every command. This page is written from the program.
`)
	walk(newRoot(), func(c *cobra.Command) {
		if !c.HasParent() || c.HasSubCommands() {
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n", strings.TrimSuffix(c.UseLine(), " [flags]"), strings.TrimSuffix(c.Short, "."))
		if c.Long != "" {
			fmt.Fprintf(&b, "\n%s\n", literal.Replace(c.Long))
		}
		var flags []string
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && f.Name != "json" && f.Name != "database" && f.Name != "as" {
				flags = append(flags, fmt.Sprintf("| `%s` | %s |", strings.TrimSpace("--"+f.Name+" "+argument(f)), strings.ReplaceAll(literal.Replace(f.Usage), "|", `\|`)))
			}
		})
		if len(flags) > 0 {
			fmt.Fprintf(&b, "\n| flag | |\n| --- | --- |\n%s\n", strings.Join(flags, "\n"))
		}
		var common []string
		for _, name := range []string{"database", "as", "json"} {
			if c.Flags().Lookup(name) != nil {
				common = append(common, "`--"+name+"`")
			}
		}
		if len(common) > 0 {
			fmt.Fprintf(&b, "\nAlso %s.\n", strings.Join(common, ", "))
		}
		if c.Example != "" {
			fmt.Fprintf(&b, "\n    %s\n", strings.ReplaceAll(strings.TrimSpace(c.Example), "\n  ", "\n    "))
		}
	})
	return b.String()
}

// literal keeps Markdown from reading what is meant as it stands.
var literal = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`)

func argument(f *pflag.Flag) string {
	return map[string]string{"bool": "", "stringSlice": "LIST", "int": "NUMBER", "float64": "NUMBER", "string": "TEXT"}[f.Value.Type()]
}

// TestCommandsPage: docs/commands.md says what the program does, every command says what it is for, and scripts run each.
func TestCommandsPage(t *testing.T) {
	const path = "../../docs/commands.md"
	if *update {
		if err := os.WriteFile(path, []byte(overview()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != overview() {
		t.Error("docs/commands.md does not agree with the program: go test ./cmd/tocsin -run CommandsPage -update")
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, s := range scripts {
		b, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	elsewhere := []string{"tocsin demo", "tocsin analyse", "tocsin trial"} // tried by the browser tests, analyse_test.go and internal/trial
	walk(newRoot(), func(c *cobra.Command) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: %q", c.CommandPath(), c.Short)
		}
		if c.HasParent() && !c.HasSubCommands() && !strings.Contains(all.String(), c.CommandPath()) && !slices.Contains(elsewhere, c.CommandPath()) {
			t.Errorf("no script runs %s", c.CommandPath())
		}
	})
}

// documents are the pages whose links, commands, addresses and paths must be there.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"../../*.md", "../../docs/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[f] = string(b)
		}
	}
	return out
}

var (
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	span        = regexp.MustCompile("`([^`\n]+)`")
	listing     = regexp.MustCompile(`(?m)^    (.*)$`)
	call        = regexp.MustCompile(`(?:^|[\s/|(])tocsin((?: [a-z][a-z-]*)*)((?: .*)?)$`)
	given       = regexp.MustCompile(`(?:^|\s)--([a-z][a-z-]*)`)
	in          = regexp.MustCompile(`^(internal|cmd|web|deploy|docs|scripts)/[\w./-]+$`)
	address     = regexp.MustCompile(`^(?:GET |POST |PUT )?(/[a-z][\w./{}$-]*)`)
	placeholder = regexp.MustCompile(`[A-Z]{2,}`) // internal/kinds/LINE
	apiCalls    = regexp.MustCompile(`\$BASE(/api/[\w./{}-]+)`)
)

// TestDocumentsAreTrue: every link of the documents leads to a file, every command that they name is one of the program's,
// with its flags, every address one of the site's or of the interface's, every path one of the source.
func TestDocumentsAreTrue(t *testing.T) {
	known := addresses(t)
	for path, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
		if strings.HasSuffix(path, "CHANGELOG.md") {
			continue // tells of what was
		}
		for _, m := range append(span.FindAllStringSubmatch(text, -1), listing.FindAllStringSubmatch(text, -1)...) {
			checkCommand(t, path, m[1])
			if in.MatchString(m[1]) {
				if found, err := filepath.Glob(filepath.Join("../..", placeholder.ReplaceAllString(m[1], "*"))); err != nil || len(found) == 0 {
					t.Errorf("%s names %s, which is not there", path, m[1])
				}
			}
			if a := address.FindStringSubmatch(m[1]); a != nil && !known(a[1]) {
				t.Errorf("%s names the address %s, which nothing answers", path, a[1])
			}
		}
		for _, m := range apiCalls.FindAllStringSubmatch(text, -1) {
			if !known(m[1]) {
				t.Errorf("%s calls %s, which nothing answers", path, m[1])
			}
		}
	}
}

// checkCommand finds that a command line names a command of the program and flags that it has.
func checkCommand(t *testing.T, path, text string) {
	t.Helper()
	text, _, _ = strings.Cut(text, "  #")
	m := call.FindStringSubmatch(strings.TrimSuffix(strings.TrimSpace(text), `\`))
	if m == nil || strings.Contains(text, "://tocsin") {
		return
	}
	root := newRoot()
	root.InitDefaultCompletionCmd("completion")
	cmd, rest, err := root.Find(strings.Fields(m[1]))
	if err != nil || cmd.HasSubCommands() && len(rest) > 0 && cmd.Name() != "completion" {
		t.Errorf("%s: %q is no command", path, text)
		return
	}
	for _, f := range given.FindAllStringSubmatch(m[2], -1) {
		if cmd.Flags().Lookup(f[1]) == nil && cmd.InheritedFlags().Lookup(f[1]) == nil && f[1] != "help" {
			t.Errorf("%s: %q: %s has no flag --%s", path, text, cmd.CommandPath(), f[1])
		}
	}
}

// foreign are addresses and paths that are not the site's: of the machine, of measurements, of examples.
var foreign = []string{"/etc/", "/var/", "/usr/", "/dev/", "/tmp/", "/metrics"}

// addresses returns whether something answers at an address: a route of the site, an operation of the interface, or the
// beginning of some.
func addresses(t *testing.T) func(string) bool {
	t.Helper()
	a, err := app.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	site, err := pages.New(a, pages.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	programs, err := api.New(a, api.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	known := http.NewServeMux()
	answer := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	seen := map[string]bool{}
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			known.Handle("GET "+path, answer)
		}
	}
	for _, r := range site.Routes() {
		add(r.Path)
	}
	for _, o := range programs.Operations() {
		add(o.Path)
	}
	add(api.Document)
	return func(path string) bool {
		path = strings.TrimSuffix(path, ".")
		if path == api.Prefix || slices.ContainsFunc(foreign, func(f string) bool { return strings.HasPrefix(path, f) }) {
			return true
		}
		r, err := http.NewRequest(http.MethodGet, strings.NewReplacer("{", "x", "}", "x").Replace(path), nil)
		if err != nil {
			return false
		}
		_, pattern := known.Handler(r)
		return pattern != ""
	}
}

// TestGuideNamesWhatThePagesSay: what the guide sets in italics, step by step, are texts of the pages.
func TestGuideNamesWhatThePagesSay(t *testing.T) {
	b, err := os.ReadFile("../../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../../internal/web/locales/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]any
	if err := yaml.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{"your name": true}
	for _, v := range texts {
		said[strings.ToLower(fmt.Sprint(v))] = true
	}
	text := regexp.MustCompile(`(?s)\*\*.*?\*\*`).ReplaceAllString(string(b), "")
	labels := regexp.MustCompile(`\*([^*]+)\*`).FindAllStringSubmatch(text, -1)
	if len(labels) < 40 {
		t.Fatalf("the guide names %d labels", len(labels))
	}
	for _, m := range labels {
		for _, label := range strings.Split(strings.Join(strings.Fields(m[1]), " "), " → ") {
			if !said[strings.ToLower(label)] {
				t.Errorf("docs/guide.md names %q, which no page says", label)
			}
		}
	}
}

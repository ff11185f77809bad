package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/exchange/profile"
	"tocsin/internal/exchange/table"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

func importCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "import KIND FILE", Short: "Import a table as records of a kind", Args: cobra.ExactArgs(2), ValidArgsFunction: completeKinds,
		Long: "import reads a CSV or XLSX table by a profile and writes its rows as records. Rows that are wrong are refused by\n" +
			"themselves and listed; the others are written. The same file may be imported again: what has not changed changes nothing.\n\n" +
			"A profile is the name of a shipped one or a YAML file. Kinds: " + kindNames() + ".\nShipped profiles: " + profileNames() + ".",
		RunE: runImport}
	storeFlags(cmd)
	cmd.Flags().String("profile", "", "name of a shipped profile, or a YAML file; template-KIND when it is not given")
	cmd.Flags().Bool("dry-run", false, "read and check everything, write nothing")
	cmd.Flags().String("rejected", "", "write the rows that are refused to this CSV file")
	cmd.Flags().String("owner", "", "participant that owns the records, in place of the profile's")
	cmd.Flags().String("state", "", "state that new records get, such as published for what was agreed before; the operator's and the secretariat's to say")
	cmd.Flags().String("tlp", "", "TLP label of new records, in place of the profile's: CLEAR, GREEN, AMBER or AMBER+STRICT")
	completeFlag(cmd, "tlp", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT")
	return cmd
}

func kindNames() string {
	var names []string
	for _, k := range kinds.Authored() {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

func profileNames() string {
	all, err := profile.Shipped()
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func loadProfile(name, kind string) (*profile.Profile, error) {
	if name == "" {
		name = "template-" + kind
	}
	if p, ok := profile.Get(name); ok {
		return p, nil
	}
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usageError{fmt.Errorf("there is no profile %q: give a file or one of %s", name, profileNames())}
	}
	if err != nil {
		return nil, err
	}
	p, err := profile.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

func runImport(cmd *cobra.Command, args []string) (err error) {
	if _, ok := kinds.Get(args[0]); !ok {
		return usageError{fmt.Errorf("there is no kind %q; kinds are %s", args[0], kindNames())}
	}
	name, _ := cmd.Flags().GetString("profile")
	p, err := loadProfile(name, args[0])
	if err != nil {
		return err
	}
	f, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	q := app.ImportRequest{Kind: args[0], Profile: p, File: f, Size: info.Size()}
	q.DryRun, _ = cmd.Flags().GetBool("dry-run")
	q.Owner, _ = cmd.Flags().GetString("owner")
	q.State, _ = cmd.Flags().GetString("state")
	if tlp, _ := cmd.Flags().GetString("tlp"); tlp != "" {
		q.Sharing = &record.Sharing{TLP: record.TLP(tlp)}
	}
	if !wantsJSON(cmd) {
		q.Progress = progress(cmd.ErrOrStderr())
	}
	if v.Operator && q.Owner == "" && p.Owner == "" {
		return usageError{errors.New("the profile names no owner: say --owner CODE")}
	}
	if path, _ := cmd.Flags().GetString("rejected"); path != "" {
		out, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, out.Close()) }()
		q.Rejected = out
	}
	r, err := a.Import(cmd.Context(), v, q)
	var refused *app.Error
	if errors.As(err, &refused) && refused.Code == app.Invalid && wantsJSON(cmd) {
		return errors.Join(err, printImport(cmd, refusedTable(refused)))
	}
	if err != nil {
		return err
	}
	return printImport(cmd, r)
}

// refusedTable reports a table that was refused as a whole; its errors name row 0.
func refusedTable(e *app.Error) *app.ImportReport {
	r := &app.ImportReport{}
	for _, p := range e.Problems {
		line := app.ImportError{Problem: p.Key, Params: p.Params}
		line.Column, _ = p.Params["column"].(string)
		line.Row, _ = p.Params["row"].(int)
		r.Errors = append(r.Errors, line)
	}
	return r
}

// progress says now and then how far an import is.
func progress(w io.Writer) func(int) {
	began, last := time.Now(), time.Now()
	return func(rows int) {
		if time.Since(last) > time.Second {
			last = time.Now()
			fmt.Fprintf(w, "%d rows, %.0f a second\n", rows, float64(rows)/time.Since(began).Seconds())
		}
	}
}

func printImport(cmd *cobra.Command, r *app.ImportReport) error {
	type line struct {
		Row     int    `json:"row"`
		Column  string `json:"column"`
		Value   string `json:"value"`
		Problem string `json:"problem"`
		Key     string `json:"key"`
	}
	lines := make([]line, len(r.Errors))
	for i, e := range r.Errors {
		lines[i] = line{e.Row, e.Column, e.Value, message(e.Problem, e.Params), e.Problem}
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"rows": r.Rows, "accepted": r.Accepted, "unchanged": r.Unchanged, "rejected": r.Rejected, "errors": lines})
	}
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "%d rows: %d accepted, %d unchanged, %d rejected\n", r.Rows, r.Accepted, r.Unchanged, r.Rejected)
	for _, e := range lines {
		fmt.Fprintf(w, "row %d, %s %q: %s\n", e.Row, e.Column, e.Value, e.Problem)
	}
	if len(r.Unread) > 0 {
		fmt.Fprintf(w, "columns that the profile does not read: %s\n", strings.Join(r.Unread, ", "))
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(w, "names that the catalogue does not know: %s\n", strings.Join(r.Unknown[:min(len(r.Unknown), 20)], ", "))
	}
	return nil
}

func exportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "export KIND", Short: "Write records of a kind to standard output", Args: cobra.ExactArgs(1), ValidArgsFunction: completeKinds,
		Long:    "export writes every record of a kind that the operator sees, or with --as that person, as a table or as a JSON list.\n--json is --format json.",
		Example: "  tocsin export incident --format xlsx -o incident.xlsx\n  tocsin export alert --state issued --as ama@example.org --json", RunE: runExport}
	storeFlags(cmd)
	cmd.Flags().String("format", "csv", "csv, xlsx or json")
	completeFlag(cmd, "format", "csv", "xlsx", "json")
	cmd.Flags().StringP("output", "o", "", "write to this file instead")
	cmd.Flags().String("state", "", "only records in this state")
	cmd.Flags().String("place", "", "only records of this country or subdivision")
	cmd.Flags().String("substance", "", "only records about this substance or class")
	return cmd
}

func runExport(cmd *cobra.Command, args []string) (err error) {
	if _, ok := kinds.Get(args[0]); !ok {
		return usageError{fmt.Errorf("there is no kind %q; kinds are %s", args[0], kindNames())}
	}
	format, _ := cmd.Flags().GetString("format")
	if wantsJSON(cmd) {
		if cmd.Flags().Changed("format") && format != "json" {
			return usageError{errors.New("--json and --format " + format + " do not go together")}
		}
		format = "json"
	}
	out := cmd.OutOrStdout()
	if path, _ := cmd.Flags().GetString("output"); path != "" {
		f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	w, err := sheet(format, out)
	if err != nil {
		return err
	}
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	q := app.Query{Kind: args[0]}
	q.State, _ = cmd.Flags().GetString("state")
	q.Place, _ = cmd.Flags().GetString("place")
	q.Substance, _ = cmd.Flags().GetString("substance")
	_, err = a.Export(cmd.Context(), v, q, w)
	return err
}

func sheet(format string, w io.Writer) (table.Writer, error) {
	switch format {
	case "csv":
		return table.NewCSV(w), nil
	case "xlsx":
		return table.NewXLSX(w)
	case "json":
		return table.NewJSON(w), nil
	}
	return nil, usageError{fmt.Errorf("--format takes csv, xlsx or json, not %q", format)}
}

package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
)

func recordCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "record", Short: "Records: list, show, history"}
	cmd.AddCommand(recordListCommand(), recordShowCommand(), recordHistoryCommand())
	return cmd
}

func recordListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list KIND", Short: "List records of a kind, the last changed first", Args: cobra.ExactArgs(1), ValidArgsFunction: completeKinds,
		Long:    "list prints one line for each record: id, state, owner and title. It shows what the operator sees, or with --as what that\nperson sees. The whole of every record comes from tocsin export.",
		Example: "  tocsin record list alert --state issued\n  tocsin record list incident --place GH --limit 20 --json",
		RunE:    runRecordList}
	storeFlags(cmd)
	cmd.Flags().String("state", "", "only records in this state")
	cmd.Flags().String("place", "", "only records of this country or subdivision")
	cmd.Flags().String("substance", "", "only records about this substance or class")
	cmd.Flags().Int("limit", 50, "how many at most, up to 200")
	return cmd
}

// line is a record in a list.
type line struct {
	ID      string    `json:"id"`
	Version int       `json:"version"`
	State   string    `json:"state"`
	Owner   string    `json:"owner"`
	Title   string    `json:"title"`
	Updated time.Time `json:"updated"`
}

func runRecordList(cmd *cobra.Command, args []string) (err error) {
	if _, ok := kinds.Get(args[0]); !ok {
		return usageError{fmt.Errorf("there is no kind %q; kinds are %s", args[0], kindNames())}
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
	q.Limit, _ = cmd.Flags().GetInt("limit")
	l, err := a.List(cmd.Context(), v, q)
	if err != nil {
		return err
	}
	lines := make([]line, len(l.Records))
	for i, s := range l.Records {
		lines[i] = line{s.ID, s.Version, s.State, s.Owner, s.Kind.TitleIn(s.Record, a.Namer(), "en"), s.Updated}
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"records": lines, "more": l.Next != ""})
	}
	for _, x := range lines {
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s  %s\n", x.ID, x.State, x.Owner, x.Title)
	}
	return nil
}

func recordShowCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "show ID", Short: "Print a record as JSON", Args: cobra.ExactArgs(1),
		Long: "show prints one record whole, as one JSON document. With --as it prints what that person may know of it; a record that is\nnot shared with him and none at all end the command alike.",
		RunE: withRecord(func(cmd *cobra.Command, a *app.App, v app.Viewer, s *app.Shown) error {
			return printJSON(cmd.OutOrStdout(), app.Disclose(v, s))
		})}
	storeFlags(cmd)
	return cmd
}

func recordHistoryCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "history ID", Short: "List the versions of a record, newest first", Args: cobra.ExactArgs(1),
		RunE: withRecord(func(cmd *cobra.Command, a *app.App, v app.Viewer, s *app.Shown) error {
			past, err := a.History(cmd.Context(), v, s.ID)
			if err != nil {
				return err
			}
			return printHistory(cmd, a, past)
		})}
	storeFlags(cmd)
	return cmd
}

// past is one version of a record in a list.
type past struct {
	Version int            `json:"version"`
	Action  string         `json:"action"`
	By      string         `json:"by"`
	Record  *record.Record `json:"record,omitempty"`
}

func printHistory(cmd *cobra.Command, a *app.App, list []app.Past) error {
	out := []past{}
	for _, p := range list {
		name, _ := a.PersonName(cmd.Context(), p.Actor)
		if name == "" {
			name = p.Actor
		}
		out = append(out, past{p.Version, p.Action, name, p.Record})
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"versions": out})
	}
	for _, p := range out {
		when := "-"
		if p.Record != nil {
			when = p.Record.Updated.UTC().Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%d  %s  %s  %s\n", p.Version, when, p.Action, p.By); err != nil {
			return err
		}
	}
	return nil
}

// withRecord opens the database and finds the record that the argument names.
func withRecord(do func(*cobra.Command, *app.App, app.Viewer, *app.Shown) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		s, err := a.Get(cmd.Context(), v, args[0])
		if err != nil {
			return err
		}
		return do(cmd, a, v, s)
	}
}

// completeKinds completes the name of a kind.
func completeKinds(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault // a file
	}
	var out []string
	for _, k := range kinds.All {
		out = append(out, k.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeFlag completes a flag's value from a list.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that is not there, which a test would find
}

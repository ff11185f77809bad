package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
)

func iatiCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "iati", Short: "Exchange contributions as IATI activities"}
	export := &cobra.Command{Use: "export", Short: "Write contributions as an IATI 2.03 activity file", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		path, _ := cmd.Flags().GetString("output")
		return writeTo(cmd.OutOrStdout(), path, func(w io.Writer) error { return a.ExportIATI(cmd.Context(), v, w) })
	}}
	storeFlags(export)
	export.Flags().StringP("output", "o", "", "write to this file instead")
	take := &cobra.Command{Use: "import FILE", Short: "Take in IATI activities of versions 2.01 to 2.03 as contributions", Args: cobra.ExactArgs(1), RunE: runIATIImport}
	storeFlags(take)
	take.Flags().String("owner", "", "participant that owns the contributions")
	cmd.AddCommand(export, take)
	return cmd
}

func runIATIImport(cmd *cobra.Command, args []string) (err error) {
	owner, _ := cmd.Flags().GetString("owner")
	if as, _ := cmd.Flags().GetString("as"); as == "" && owner == "" {
		return usageError{errors.New("say --owner CODE")}
	}
	f, err := os.Open(filepath.Clean(args[0]))
	if err != nil {
		return err
	}
	defer f.Close()
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	r, err := a.ImportIATI(cmd.Context(), v, owner, f)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"accepted": r.Accepted, "unchanged": r.Unchanged, "refused": append([]app.IATIRefusal{}, r.Refused...)})
	}
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "%d activities: %d accepted, %d unchanged, %d refused\n", r.Accepted+r.Unchanged+len(r.Refused), r.Accepted, r.Unchanged, len(r.Refused))
	for _, x := range r.Refused {
		var why []string
		for _, p := range x.Problems {
			why = append(why, p.Field+": "+message(p.Key, p.Params))
		}
		fmt.Fprintf(w, "%d %s: %s\n", x.Number, x.ID, strings.Join(why, "; "))
	}
	return nil
}

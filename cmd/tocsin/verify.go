package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
)

func verifyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "verify", Short: "Prove that the history was not rewritten", Args: cobra.NoArgs,
		Long: "verify recomputes the journal's tree from every change, compares it with the stored hashes and the signed checkpoints,\n" +
			"and checks that every record stands at its last version. It ends with 1 when anything differs.",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			a, _, err := open(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			v, err := a.Verify(cmd.Context())
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				err = printJSON(cmd.OutOrStdout(), v)
			} else {
				fmt.Fprintf(cmd.OutOrStdout(), "%d changes, %d records, %d checkpoints\nroot %s\nkey  %s\n", v.Entries, v.Records, v.Checkpoints, v.Root, v.Key)
			}
			if err == nil && len(v.Problems) > 0 {
				for _, p := range v.Problems {
					fmt.Fprintln(cmd.ErrOrStderr(), "tocsin: "+p)
				}
				return errQuiet
			}
			return err
		}}
	storeFlags(cmd)
	return cmd
}

func detectCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "detect", Short: "Find what is unusual and store it as signals", Args: cobra.NoArgs,
		Long: "detect judges every series of observations week by week, each week with the data up to and including it.\n" +
			"Without a span it judges the last whole week. It may be run again: signals that are there stay as they are.",
		RunE: runDetect}
	storeFlags(cmd)
	cmd.Flags().String("as-of", "", "judge the last whole week before this day (YYYY-MM-DD)")
	cmd.Flags().String("replay", "", "judge every week of a span (YYYY-MM-DD..YYYY-MM-DD)")
	cmd.MarkFlagsMutuallyExclusive("as-of", "replay")
	return cmd
}

func runDetect(cmd *cobra.Command, _ []string) (err error) {
	span, err := spanOf(cmd)
	if err != nil {
		return usageError{errors.New(explain(err))}
	}
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d, err := a.Detect(cmd.Context(), v, span)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), d)
	}
	printDetection(cmd.OutOrStdout(), d)
	return nil
}

func printDetection(w io.Writer, d *app.Detection) {
	years := map[string]int{}
	for _, s := range d.Signals {
		p := "     –"
		if s.PValue != nil {
			p = fmt.Sprintf("%6.2g", *s.PValue)
		}
		fmt.Fprintf(w, "%s  %-6s  %-28s  %-28s  %-20s  observed %g, expected %.1f, threshold %.1f, p %s\n",
			s.Date, s.Place, s.Substance, s.Source, s.Detector, s.Observed, s.Expected, s.Upperbound, p)
		years[string(s.Date[:4])]++
	}
	fmt.Fprintf(w, "%d weeks of %d series judged: %d signals", d.Runs, d.Series, len(d.Signals))
	for y := 1900; y < 2200; y++ {
		if n := years[fmt.Sprint(y)]; n > 0 {
			fmt.Fprintf(w, ", %d in %d", n, y)
		}
	}
	fmt.Fprintln(w)
}

func healthcheckCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "healthcheck", Short: "Ask a running server whether it is well", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			addr, _ := cmd.Flags().GetString("addr")
			if set := os.Getenv(variable("addr")); set != "" && !cmd.Flags().Changed("addr") {
				addr = set
			}
			if strings.HasPrefix(addr, ":") {
				addr = "127.0.0.1" + addr
			}
			path := "/healthz"
			if ready, _ := cmd.Flags().GetBool("ready"); ready {
				path = "/readyz"
			}
			client := http.Client{Timeout: 15 * time.Second} // longer than a database is waited for
			res, err := client.Get("http://" + addr + path)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("the server answers %s", res.Status)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "ok")
			return nil
		}}
	cmd.Flags().String("addr", "127.0.0.1:8080", "where the server listens")
	cmd.Flags().Bool("ready", false, "ask whether it can serve: its database answers and has its schema")
	return cmd
}

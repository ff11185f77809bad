package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Show who signed in, was refused, changed people, took tables and read TLP:RED", Args: cobra.NoArgs,
		Long: "audit prints the lines of the audit, newest first, as the operator or as the person given by --as may read them: a focal point\n" +
			"those about the people of his participant, the secretariat and administrators all. Each line is an entry of the journal, so that\n" +
			"tocsin verify finds one that was changed or taken away.",
		RunE: runAudit}
	storeFlags(cmd)
	cmd.Flags().String("person", "", "lines about the person with this e-mail address")
	cmd.Flags().String("participant", "", "lines about the people of this participant")
	cmd.Flags().String("area", "", "signin, access, people, token, export, red or system")
	cmd.Flags().String("from", "", "from this day on (YYYY, YYYY-MM or YYYY-MM-DD, UTC)")
	cmd.Flags().String("to", "", "until this day, inclusive")
	cmd.Flags().Int("limit", 50, "lines, at most 200")
	cmd.Flags().Bool("csv", false, "print every line as CSV; this is a line of the audit itself")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	return cmd
}

func runAudit(cmd *cobra.Command, _ []string) (err error) {
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	get := func(name string) string { s, _ := cmd.Flags().GetString(name); return s }
	q := app.AuditQuery{Participant: get("participant"), Area: get("area"), From: record.Date(get("from")), To: record.Date(get("to"))}
	q.Limit, _ = cmd.Flags().GetInt("limit")
	if email := get("person"); email != "" {
		m, err := memberByEmail(cmd, a, v, email)
		if err != nil {
			return err
		}
		q.Person = m.ID
	}
	if whole, _ := cmd.Flags().GetBool("csv"); whole {
		_, err := a.ExportAudit(cmd.Context(), v, q, table.NewCSV(cmd.OutOrStdout()))
		return err
	}
	page, err := a.Audit(cmd.Context(), v, q)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), auditJSON(page))
	}
	printAudit(cmd.OutOrStdout(), page)
	return nil
}

// auditJSON is what --json prints of each line.
func auditJSON(page *app.AuditPage) []map[string]any {
	out := []map[string]any{}
	for _, l := range page.Lines {
		out = append(out, map[string]any{"time": l.At, "event": l.Event, "area": l.Area, "actor": l.Actor, "actor_name": l.ActorName, "person": l.Person,
			"participant": l.Participant, "subject": l.Subject, "detail": l.Detail, "entry": l.Seq})
	}
	return out
}

func printAudit(w io.Writer, page *app.AuditPage) {
	for _, l := range page.Lines {
		who := l.Actor
		if l.ActorName != "" {
			who = l.ActorName
		}
		fmt.Fprintf(w, "%s  %-20s  %-24s  %s  %s\n", l.At.Format(time.RFC3339), l.Event, table.Safe(who), table.Safe(l.Subject), table.Safe(l.Detail))
	}
}

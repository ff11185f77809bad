package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
)

func backupCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "backup", Short: "Write everything into one file, while servers run", Args: cobra.NoArgs,
		Long: "backup writes the database as it is at one moment into a new file, which restores into SQLite or PostgreSQL alike.\n" +
			"The file holds everything, also the node's private signing key: keep it where the database may be kept.\n" +
			"Sessions, sign-in links, tokens and the addresses of calendar feeds are not in it.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, _ := cmd.Flags().GetString("output")
			if file == "" {
				return usageError{errors.New("-o FILE is needed")}
			}
			address, _ := cmd.Flags().GetString("database")
			m, err := app.Backup(cmd.Context(), address, file, versionText())
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), m)
			}
			info, err := os.Stat(file)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d changes, %d records, %d files, %.1f MB\nroot %s\n", file, m.Journal.Size, m.Rows("record"), m.Rows("file"), float64(info.Size())/1e6, m.Journal.Root)
			return nil
		}}
	databaseFlags(cmd)
	cmd.Flags().StringP("output", "o", "", "the file to write; it must not be there yet")
	return cmd
}

func restoreCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "restore FILE", Short: "Read a backup into an empty database and verify it", Args: cobra.ExactArgs(1),
		Long: "restore checks the file, reads it into an empty database in one transaction, derives the lists, observations and\n" +
			"search anew and verifies the history. When anything is wrong the database stays empty. Run no server on it meanwhile.\n" +
			"Everybody signs in again, and makes his tokens and his calendar's address again. Letters that waited in the outbox are marked as\n" +
			"doubtful and not sent, for they may have been sent since; --moved says that the database of the backup is not used\n" +
			"any more, and sends them.",
		RunE: func(cmd *cobra.Command, args []string) error {
			address, _ := cmd.Flags().GetString("database")
			moved, _ := cmd.Flags().GetBool("moved")
			r, err := app.Restore(cmd.Context(), args[0], address, moved)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), r.Found)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "as it was on %s: %d changes, %d records\nroot %s\nkey  %s\n", r.Manifest.Made.Format(time.RFC1123), r.Found.Entries, r.Found.Records, r.Found.Root, r.Found.Key)
			return nil
		}}
	databaseFlags(cmd)
	cmd.Flags().Bool("moved", false, "the database that the backup was made of is not used any more: send the letters that wait")
	return cmd
}

func reindexCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "reindex", Short: "Derive lists, observations and search anew from the records", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			a, v, err := open(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			n, err := a.Reindex(cmd.Context(), v)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]int{"records": n})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d records\n", n)
			return nil
		}}
	storeFlags(cmd)
	return cmd
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/web/locales"
)

// version is set by the linker in releases.
var version = ""

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tocsin",
		Short: "Early warning and common action against synthetic drugs",
		Long: "Tocsin takes in what countries see, counts it, finds the unusual, warns those concerned and keeps what was done about it.\n" +
			"It is one program with its own database; nothing else is needed to try it: tocsin demo.",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().String("log", "warn", "what is logged to standard error: debug, info, warn or error")
	root.PersistentFlags().String("log-format", "text", "how it is logged: text, or json for one object a line")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return setLog(cmd) }
	root.AddCommand(demoCommand(), serveCommand(), initCommand(), importCommand(), detectCommand(), analyseCommand(),
		substanceCommand(), recordCommand(), exportCommand(), reportCommand(), iatiCommand(), receiveCommand(), auditCommand(), verifyCommand(), trialCommand(), reindexCommand(), backupCommand(), restoreCommand(), userCommand(), healthcheckCommand(), routesCommand(), versionCommand())
	strict(root)
	return root
}

// strict makes wrong arguments and unknown subcommands a mistake of usage.
func strict(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	if cmd.HasSubCommands() && cmd.RunE == nil {
		cmd.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{errors.New("there is no command " + c.CommandPath() + " " + args[0] + "; see " + c.CommandPath() + " --help")}
			}
			return c.Help()
		}
	}
	for _, c := range cmd.Commands() {
		strict(c)
	}
}

func setLog(cmd *cobra.Command) error {
	text, _ := cmd.Flags().GetString("log")
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return usageError{errors.New("--log takes debug, info, warn or error")}
	}
	o := &slog.HandlerOptions{Level: level}
	switch format, _ := cmd.Flags().GetString("log-format"); format {
	case "text":
		slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, o)))
	case "json":
		slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, o)))
	default:
		return usageError{errors.New("--log-format takes text or json")}
	}
	return nil
}

// defaultDatabase is a file in the user's own data directory.
func defaultDatabase() string {
	if d := os.Getenv("TOCSIN_DATABASE"); d != "" {
		return d
	}
	dir := os.Getenv("XDG_DATA_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "sqlite:tocsin.db"
		}
		dir = filepath.Join(home, ".local", "share")
	}
	return "sqlite:" + filepath.Join(dir, "tocsin", "tocsin.db")
}

func storeFlags(cmd *cobra.Command) {
	databaseFlags(cmd)
	cmd.Flags().String("as", "", "act as the person with this e-mail address, not as the operator")
}

func databaseFlags(cmd *cobra.Command) {
	cmd.Flags().String("database", defaultDatabase(), "sqlite:PATH or postgres://USER@HOST/NAME (environment: TOCSIN_DATABASE)")
	cmd.Flags().Bool("json", false, "print one JSON document on standard output and nothing else")
}

// open opens the command's database and says as whom the command acts.
func open(cmd *cobra.Command) (*app.App, app.Viewer, error) {
	address, _ := cmd.Flags().GetString("database")
	a, err := openFounded(cmd.Context(), address)
	if err != nil {
		return nil, app.Viewer{}, err
	}
	v, err := viewer(cmd.Context(), cmd, a)
	if err != nil {
		return nil, v, errors.Join(err, a.Close())
	}
	return a, v, nil
}

// openFounded opens a database and writes the shipped facts into it where they are not there yet.
func openFounded(ctx context.Context, address string) (*app.App, error) {
	a, err := app.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	if err := a.Found(ctx, app.Operator); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func viewer(ctx context.Context, cmd *cobra.Command, a *app.App) (app.Viewer, error) {
	if email, _ := cmd.Flags().GetString("as"); email != "" {
		return a.ViewerByEmail(ctx, email)
	}
	return app.Operator, nil
}

func wantsJSON(cmd *cobra.Command) bool {
	yes, _ := cmd.Flags().GetBool("json")
	return yes
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// message words a message key in English.
func message(key string, params map[string]any) string { return locales.Say("en", key, params) }

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		_, err := io.WriteString(cmd.OutOrStdout(), "tocsin "+versionText()+"\n")
		return err
	}}
}

func versionText() string {
	if version != "" {
		return version
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "devel"
}

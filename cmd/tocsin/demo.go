package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/simulation"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/pages"
)

func demoCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "demo", Short: "Try it: a temporary database with simulated reports", Args: cobra.NoArgs,
		Long: "demo makes a fresh temporary database with the Coalition's directory and three years of simulated reports, runs the\n" +
			"detection over the last half year, prints a sign-in link for each role and serves until it is stopped.",
		RunE: runDemo}
	cmd.Flags().String("addr", "127.0.0.1:8080", "where to listen")
	cmd.Flags().String("database", "", "keep the demonstration in this database instead of a temporary one; it must be empty")
	return cmd
}

func runDemo(cmd *cobra.Command, _ []string) (err error) {
	began := time.Now()
	addr, _ := cmd.Flags().GetString("addr")
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	address, _ := cmd.Flags().GetString("database")
	if address == "" {
		dir, err := os.MkdirTemp("", "tocsin-demo-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		address = "sqlite:" + filepath.Join(dir, "tocsin.db")
	}
	a, err := openFounded(cmd.Context(), address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	links, err := fillDemo(cmd.Context(), a, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	printDemo(cmd.OutOrStdout(), base, links, time.Since(began))
	return openDoor(listener, false).serve(cmd.Context(), a, pages.Options{BaseURL: base, Demo: links, Log: slog.Default(), Version: versionText()}, nil)
}

// fillDemo writes the demonstration into an empty database and returns its roles with their links.
func fillDemo(ctx context.Context, a *app.App, progress io.Writer) ([]pages.DemoRole, error) {
	if simulated, err := a.Simulated(ctx); err != nil || simulated {
		return nil, errors.Join(err, errors.New("the database holds a demonstration already: give an empty one"))
	}
	fmt.Fprint(progress, "people … ")
	if _, err := a.Enrol(ctx, app.Operator, simulation.People(a.Directory(), a.Now().AddDate(-1, -6, 0))); err != nil {
		return nil, err
	}
	drafts := simulation.Reports(a.Now(), 1)
	fmt.Fprintf(progress, "%d reports … ", len(drafts))
	if err := a.Simulate(ctx, app.Operator, drafts); err != nil {
		return nil, err
	}
	fmt.Fprint(progress, "detection … ")
	span, err := app.LastWeek(record.DateOf(a.Now()))
	if err != nil {
		return nil, err
	}
	span.From -= 25
	d, err := a.Detect(ctx, app.Operator, span)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(progress, "%d signals … the Coalition's working\n", len(d.Signals))
	if err := simulation.Programme(ctx, a, a.Directory()); err != nil {
		return nil, err
	}
	var links []pages.DemoRole
	for _, r := range simulation.Roles {
		secret, err := a.SigninLink(ctx, app.Operator, r.Email, true)
		if err != nil {
			return nil, err
		}
		links = append(links, pages.DemoRole{Key: r.Key, Email: r.Email, Link: "/signin/" + secret})
	}
	return links, nil
}

func printDemo(w io.Writer, base string, roles []pages.DemoRole, took time.Duration) {
	fmt.Fprintf(w, "\nTocsin is ready after %.1f s: %s\n\nEvery report in it is simulated. Sign in as\n\n", took.Seconds(), base)
	for _, r := range roles {
		fmt.Fprintf(w, "  %-44s %s%s\n", locales.Say("en", "role."+r.Key, nil), base, r.Link)
	}
	fmt.Fprintln(w, "\nStop with Ctrl-C; nothing is kept.")
}

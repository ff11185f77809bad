package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/substance"
)

func substanceCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "substance", Short: "The catalogue: resolve names, search, show"}
	cmd.AddCommand(resolveCommand(), substanceSearchCommand(), substanceShowCommand())
	return cmd
}

// maxText is the longest line that resolve reads, in bytes.
const maxText = 4 << 20

func resolveCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "resolve", Short: "Find the substances that texts name, one text a line on standard input", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cat, err := substance.Load()
			if err != nil {
				return err
			}
			r := substance.NewResolver(cat)
			out := bufio.NewWriter(cmd.OutOrStdout())
			in := bufio.NewScanner(cmd.InOrStdin())
			in.Buffer(nil, maxText)
			for in.Scan() {
				text := strings.TrimSuffix(in.Text(), "\r")
				res := r.Resolve(text)
				if wantsJSON(cmd) {
					err = printJSON(out, resolved(text, res))
				} else {
					_, err = fmt.Fprintln(out, readable(text, res))
				}
				if err != nil {
					return err
				}
			}
			if err := in.Err(); err != nil {
				return errors.Join(fmt.Errorf("reading standard input: %w", err), out.Flush())
			}
			return out.Flush()
		}}
	cmd.Flags().Bool("json", false, "print one JSON object a line")
	return cmd
}

type matchJSON struct {
	ID    string         `json:"id"`
	Name  string         `json:"name"`
	Class string         `json:"class"`
	Span  [2]int         `json:"span"`
	Kind  substance.Kind `json:"kind"`
	Score float64        `json:"score"`
}

type ambiguousJSON struct {
	Text       string   `json:"text"`
	Span       [2]int   `json:"span"`
	Candidates []string `json:"candidates"`
}

type resolvedJSON struct {
	Input     string          `json:"input"`
	Matches   []matchJSON     `json:"matches"`
	Unknown   []string        `json:"unknown"`
	Ambiguous []ambiguousJSON `json:"ambiguous"`
}

func resolved(text string, r substance.Resolution) resolvedJSON {
	j := resolvedJSON{Input: text, Matches: []matchJSON{}, Unknown: []string{}, Ambiguous: []ambiguousJSON{}}
	for _, m := range r.Matches {
		j.Matches = append(j.Matches, matchJSON{m.ID, m.Name, m.Class, m.Span, m.Kind, m.Score})
	}
	for _, u := range r.Unknown {
		j.Unknown = append(j.Unknown, u.Text)
	}
	for _, a := range r.Ambiguous {
		j.Ambiguous = append(j.Ambiguous, ambiguousJSON{a.Text, a.Span, a.Candidates})
	}
	return j
}

func readable(text string, r substance.Resolution) string {
	var parts []string
	for _, m := range r.Matches {
		parts = append(parts, fmt.Sprintf("%s (%s %.2f)", m.ID, m.Kind, m.Score))
	}
	for _, u := range r.Unknown {
		parts = append(parts, "unknown: "+u.Text)
	}
	for _, a := range r.Ambiguous {
		parts = append(parts, fmt.Sprintf("%q may be %s", a.Text, strings.Join(a.Candidates, ", ")))
	}
	return text + " → " + strings.Join(parts, "; ")
}

func substanceSearchCommand() *cobra.Command {
	return &cobra.Command{Use: "search TEXT", Short: "Search the catalogue by name", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		cat, err := substance.Load()
		if err != nil {
			return err
		}
		for _, s := range cat.Search(args[0], 50) {
			fmt.Fprintf(cmd.OutOrStdout(), "%-28s %-28s %s\n", s.ID, s.Name, s.Class)
		}
		return nil
	}}
}

func substanceShowCommand() *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "Show an entry of the catalogue", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		cat, err := substance.Load()
		if err != nil {
			return err
		}
		s, ok := cat.Get(args[0])
		if !ok {
			return fmt.Errorf("there is no substance %q", args[0])
		}
		w := cmd.OutOrStdout()
		fmt.Fprintf(w, "%s\nclass    %s\nCAS      %s\nInChIKey %s\nsynonyms %s\n", s.Name, strings.Join(cat.Ancestors(s.ID), " < "), s.CAS, s.InChIKey, strings.Join(s.Synonyms, "; "))
		for _, c := range s.Controls {
			fmt.Fprintf(w, "control  %s Convention, %s %s (%s)\n", c.Treaty, c.Schedule, c.From, c.Source)
		}
		return nil
	}}
}

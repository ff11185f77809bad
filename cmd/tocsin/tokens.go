package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func userTokensCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "tokens EMAIL", Short: "List a person's access tokens, or revoke one", Args: cobra.ExactArgs(1),
		Long:    "tokens prints one line for each access token of a person: id, when it ends, when it was last used and what it is for.\nThe secrets are kept nowhere. With --revoke it ends one of them from the next request on.",
		Example: "  tocsin user tokens ama@example.org\n  tocsin user tokens ama@example.org --revoke 01ARZ3NDEKTSV4RRFFQ69G5FAV",
		RunE:    runUserTokens}
	databaseFlags(cmd)
	cmd.Flags().String("revoke", "", "id of the token to end")
	return cmd
}

func runUserTokens(cmd *cobra.Command, args []string) (err error) {
	address, _ := cmd.Flags().GetString("database")
	a, err := openFounded(cmd.Context(), address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	v, err := a.ViewerByEmail(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	if id, _ := cmd.Flags().GetString("revoke"); id != "" {
		if err := a.RevokeToken(cmd.Context(), v, id); err != nil {
			return err
		}
	}
	held, err := a.Tokens(cmd.Context(), v)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		out := []map[string]any{}
		for _, t := range held {
			out = append(out, map[string]any{"id": t.ID, "name": t.Name, "scopes": t.Scopes, "expires": t.Expires, "used": t.Used, "usable": a.Usable(t)})
		}
		return printJSON(cmd.OutOrStdout(), map[string]any{"tokens": out})
	}
	for _, t := range held {
		state := "until " + t.Expires.UTC().Format(time.RFC3339)
		if !a.Usable(t) {
			state = "over or revoked"
		}
		used := "never used"
		if !t.Used.IsZero() {
			used = "used " + t.Used.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s  %s\n", t.ID, state, used, t.Name)
	}
	return nil
}

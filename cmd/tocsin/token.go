package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
)

func userTokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token EMAIL", Short: "Make an access token with which programs act in a person's name", Args: cobra.ExactArgs(1),
		Long: "token makes an access token for the interface under /api/v1 and prints it, this once. It may do what the person may at that moment, within its scopes. People make and revoke their own on the page /tokens.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			a, v, err := open(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			name, _ := cmd.Flags().GetString("name")
			days, _ := cmd.Flags().GetInt("days")
			wanted, _ := cmd.Flags().GetStringSlice("scopes")
			var scopes []app.Scope
			for _, s := range wanted {
				scopes = append(scopes, app.Scope(s))
			}
			secret, made, err := a.NewTokenFor(cmd.Context(), v, args[0], name, scopes, a.Now().Add(time.Duration(days)*24*time.Hour))
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]any{"id": made.ID, "token": secret, "scopes": made.Scopes, "expires": made.Expires})
			}
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			return nil
		}}
	storeFlags(cmd)
	cmd.Flags().String("name", "made by the operator", "what it is for")
	cmd.Flags().StringSlice("scopes", []string{"read"}, "read, write, import")
	cmd.Flags().Int("days", 90, "how many days it lasts, at most 365")
	return cmd
}

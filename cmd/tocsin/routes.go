package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tocsin/internal/web"
	"tocsin/internal/web/pages"
)

func routesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "routes", Short: "List the addresses of the site and who may ask for them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			type route struct {
				Method   string `json:"method"`
				Path     string `json:"path"`
				SignedIn bool   `json:"signed_in"`
			}
			var list []route
			for _, r := range pages.Map() {
				list = append(list, route{r.Method, r.Path, r.Access == web.SignedIn})
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), list)
			}
			for _, r := range list {
				who := "anybody"
				if r.SignedIn {
					who = "people who signed in"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%-4s %-50s %s\n", r.Method, r.Path, who)
			}
			return nil
		}}
	cmd.Flags().Bool("json", false, "print one JSON document on standard output and nothing else")
	return cmd
}

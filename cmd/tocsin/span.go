package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/record"
)

// spanOf reads --as-of and --replay; without either it is the last whole week.
func spanOf(cmd *cobra.Command) (app.Span, error) {
	if replay, _ := cmd.Flags().GetString("replay"); replay != "" {
		from, to, ok := strings.Cut(replay, "..")
		if !ok {
			return app.Span{}, errors.New("--replay takes a span such as 2013-01-01..2016-12-31")
		}
		return app.Weeks(record.Date(from), record.Date(to))
	}
	day, _ := cmd.Flags().GetString("as-of")
	if day == "" {
		day = string(record.DateOf(time.Now().UTC()))
	}
	return app.LastWeek(record.Date(day))
}

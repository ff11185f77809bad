package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/exchange/document"
	"tocsin/internal/record"
	"tocsin/internal/report"
	"tocsin/internal/web/locales"
)

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "Compose the Coalition's report for a span of days", Args: cobra.NoArgs,
		Long: "report composes the implementation and impact report of what the database holds and everybody may see, or what --as a\n" +
			"person sees. With --group it composes the review of a group, with --participant the briefing of a country.\n" +
			"Without --from and --to the span is that of the Coalition's report of 2023-2024, whose facts a fresh database holds.",
		RunE: runReport}
	storeFlags(cmd)
	cmd.Flags().String("from", "", "first day, as 2023-07-07")
	cmd.Flags().String("to", "", "last day, as 2024-12-31")
	cmd.Flags().String("format", "html", "html, docx, pdf or md")
	cmd.Flags().String("lang", "en", "language: en, ar, es, fr, pt or ru")
	cmd.Flags().String("group", "", "review this group instead, such as swg2.1")
	cmd.Flags().String("participant", "", "brief this participant instead, such as GH")
	cmd.Flags().String("url", "", "address of the site, for links")
	cmd.Flags().StringP("output", "o", "", "write to this file instead of standard output")
	return cmd
}

func runReport(cmd *cobra.Command, _ []string) (err error) {
	o, err := reportOptions(cmd)
	if err != nil {
		return err
	}
	format, _ := cmd.Flags().GetString("format")
	if _, ok := report.Formats[format]; !ok {
		return usageError{fmt.Errorf("--format takes html, docx, pdf or md, not %q", format)}
	}
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if v.Operator { // what leaves the house is what everybody may see
		v = app.Public
	}
	d, figures, err := composed(cmd, a, v, o)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"from": o.From, "to": o.To, "figures": figures})
	}
	path, _ := cmd.Flags().GetString("output")
	return writeTo(cmd.OutOrStdout(), path, func(w io.Writer) error { return report.Write(w, format, d) })
}

func reportOptions(cmd *cobra.Command) (report.Options, error) {
	o := report.Options{}
	h, err := coalition.LoadHistory()
	if err != nil {
		return o, err
	}
	text := func(name, otherwise string) string {
		if s, _ := cmd.Flags().GetString(name); s != "" {
			return s
		}
		return otherwise
	}
	o.From, o.To = record.Date(text("from", h.From)), record.Date(text("to", h.To))
	o.Lang, o.Base = text("lang", "en"), text("url", "")
	if !locales.Known(o.Lang) {
		return o, usageError{fmt.Errorf("--lang takes en, ar, es, fr, pt or ru, not %q", o.Lang)}
	}
	return o, nil
}

func composed(cmd *cobra.Command, a *app.App, v app.Viewer, o report.Options) (*document.Document, map[string]float64, error) {
	group, _ := cmd.Flags().GetString("group")
	code, _ := cmd.Flags().GetString("participant")
	switch {
	case group != "" && code != "":
		return nil, nil, usageError{errors.New("give --group or --participant, not both")}
	case group != "":
		d, err := report.Review(cmd.Context(), a, v, o, group)
		return d, nil, err
	case code != "":
		d, err := report.Briefing(cmd.Context(), a, v, o, code)
		return d, nil, err
	}
	return report.Periodic(cmd.Context(), a, v, o)
}

// writeTo writes to a file that only the user reads, or to w without a path. A file that could not be written whole is
// taken away again.
func writeTo(w io.Writer, path string, write func(io.Writer) error) (err error) {
	if path == "" {
		return write(w)
	}
	path = filepath.Clean(path)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	return write(f)
}

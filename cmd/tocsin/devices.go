package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
)

func userDevicesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "devices EMAIL", Short: "List a person's devices and where he is signed in, or end one", Args: cobra.ExactArgs(1),
		Long:    "devices prints one line for each device with a passkey and each live sign-in of a person: what it is, id, since when, when it was\nlast used and its name. With --remove it removes a device or ends a sign-in, from the next request on; the audit says so. A sign-in\nthat began with a device lives on when the device is removed: end it as well.",
		Example: "  tocsin user devices ama@example.org\n  tocsin user devices ama@example.org --remove 01ARZ3NDEKTSV4RRFFQ69G5FAV",
		RunE:    runUserDevices}
	storeFlags(cmd)
	cmd.Flags().String("remove", "", "id of the device to remove or the sign-in to end")
	return cmd
}

func runUserDevices(cmd *cobra.Command, args []string) (err error) {
	a, v, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	m, err := memberByEmail(cmd, a, v, args[0])
	if err != nil {
		return err
	}
	if id, _ := cmd.Flags().GetString("remove"); id != "" {
		if err := a.EndAccessOf(cmd.Context(), v, m.ID, id); err != nil {
			return err
		}
	}
	x, err := a.AccessOf(cmd.Context(), v, m.ID)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), accessJSON(x))
	}
	printAccess(cmd.OutOrStdout(), x)
	return nil
}

func accessJSON(x app.AccessOf) map[string]any {
	devices, signins := []map[string]any{}, []map[string]any{}
	for _, d := range x.Devices {
		y := map[string]any{"id": d.ID, "name": d.Name, "made": d.Made}
		if !d.Used.IsZero() {
			y["used"] = d.Used
		}
		devices = append(devices, y)
	}
	for _, s := range x.Signins {
		signins = append(signins, map[string]any{"id": s.ID, "way": s.Way, "agent": s.Agent, "network": s.Origin, "begun": s.Begun, "seen": s.Seen, "expires": s.Expires})
	}
	return map[string]any{"devices": devices, "signins": signins}
}

func printAccess(w io.Writer, x app.AccessOf) {
	for _, d := range x.Devices {
		used := "never used"
		if !d.Used.IsZero() {
			used = "used " + d.Used.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "device   %s  since %s  %s  %s\n", d.ID, d.Made.UTC().Format(time.RFC3339), used, d.Name)
	}
	for _, s := range x.Signins {
		fmt.Fprintf(w, "sign-in  %s  since %s  seen %s  %s  %s  %s\n", s.ID, s.Begun.UTC().Format(time.RFC3339), s.Seen.UTC().Format(time.RFC3339), s.Way, s.Origin, s.Agent)
	}
}

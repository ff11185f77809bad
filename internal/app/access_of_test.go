package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
	"tocsin/internal/store/storetest"
)

// TestDevicesOfAPerson: a person renames his own devices, who administers him sees and ends them and his sign-ins, and to
// others there is nothing.
func TestDevicesOfAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, c := context.Background(), newClock()
		w := newWorld(t, address, c.option())
		w.enrol(map[string]coalition.Person{"boss": {Participant: "GH", Duties: []coalition.Duty{coalition.Administrator}}})
		ama, kofi := w.signedIn("ama"), w.signedIn("kofi")
		add(t, passkeys(t, w.App), ama, "Laptop")
		x, err := w.AccessOf(ctx, app.Operator, w.id["ama"])
		if err != nil || len(x.Devices) != 1 || len(x.Signins) != 1 || x.Signins[0].ID != ama.Signin.ID {
			t.Fatalf("%+v, %v", x, err)
		}
		id := x.Devices[0].ID
		for _, bad := range []string{"", " ", "a\u202eb", "a\nb", strings.Repeat("é", 61)} {
			if err := w.RenameDevice(ctx, ama, id, bad); app.CodeOf(err) != app.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := w.RenameDevice(ctx, kofi, id, "mine"); app.CodeOf(err) != app.NotFound {
			t.Errorf("another renames it: %v", err)
		}
		for range 2 {
			if err := w.RenameDevice(ctx, ama, id, " Bureau "); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.auditedOn("device.renamed", id); n != 1 {
			t.Errorf("%d lines of the audit", n)
		}
		for name, v := range map[string]app.Viewer{"herself": ama, "another country": w.signedIn("fatu"), "the public": app.Public} {
			if _, err := w.AccessOf(ctx, v, w.id["ama"]); app.CodeOf(err) != app.NotFound {
				t.Errorf("%s sees: %v", name, err)
			}
			if err := w.EndAccessOf(ctx, v, w.id["ama"], id); app.CodeOf(err) != app.NotFound {
				t.Errorf("%s ends: %v", name, err)
			}
		}
		if err := w.EndAccessOf(ctx, kofi, w.id["boss"], w.signedIn("boss").Signin.ID); app.CodeOf(err) != app.Forbidden {
			t.Errorf("a focal point ends an administrator: %v", err)
		}
		robot := app.Viewer{Person: kofi.Person, Pass: &app.Pass{}}
		if err := w.EndAccessOf(ctx, robot, w.id["ama"], id); app.CodeOf(err) != app.Forbidden {
			t.Errorf("a token ends: %v", err)
		}
		if err := w.EndAccessOf(ctx, kofi, w.id["ama"], kofi.Signin.ID); app.CodeOf(err) != app.NotFound {
			t.Errorf("a sign-in of another: %v", err)
		}
		for _, id := range []string{id, ama.Signin.ID} {
			if err := w.EndAccessOf(ctx, kofi, w.id["ama"], id); err != nil {
				t.Fatal(err)
			}
		}
		if x, err := w.AccessOf(ctx, kofi, w.id["ama"]); err != nil || len(x.Devices)+len(x.Signins) > 0 {
			t.Errorf("left: %+v, %v", x, err)
		}
		if _, err := w.SigninViewer(ctx, ama.Signin.ID); app.CodeOf(err) != app.Unauthenticated {
			t.Errorf("the ended sign-in lets in: %v", err)
		}
		if removed, ended := w.auditedOn("device.removed", w.id["ama"]), w.auditedOn("signin.ended", w.id["ama"]); removed != 1 || ended != 1 {
			t.Errorf("the audit has %d and %d", removed, ended)
		}
		c.later(11 * time.Minute)
		if err := w.EndAccessOf(ctx, kofi, w.id["ama"], id); err != app.ErrStale {
			t.Errorf("long after he has proved who he is: %v", err)
		}
	})
}

package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/store"
)

// RenameDevice gives one of the viewer's devices another name; another's is not found. It returns Invalid for a name that
// cannot be, and ErrStale when he has not proved lately who he is: by their names he knows which of them to remove.
func (a *App) RenameDevice(ctx context.Context, v Viewer, id, name string) error {
	if err := a.proven(v); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if problems := checkDeviceName(name); len(problems) > 0 {
		return invalid(problems)
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		devices, err := t.DevicesOf(ctx, v.Person.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(devices, func(d store.Device) bool { return d.ID == id })
		if i < 0 {
			return errHidden
		}
		if devices[i].Name == name {
			return nil
		}
		if err := t.RenameDevice(ctx, id, name); err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "device.renamed", id, devices[i].Name+" → "+name)
	})
}

// AccessOf is by what a person comes in and where he is signed in.
type AccessOf struct {
	Devices []store.Device
	Signins []store.Signin
}

// AccessOf returns the devices and live sign-ins of a person. Of whom the viewer does not administer it says that there is
// nobody; of somebody with a duty that he may not give, Forbidden.
func (a *App) AccessOf(ctx context.Context, v Viewer, person string) (x AccessOf, err error) {
	if err := a.mayEndAccess(ctx, v, person); err != nil {
		return x, err
	}
	r := a.store.Read()
	if x.Devices, err = r.DevicesOf(ctx, person); err != nil {
		return x, err
	}
	list, err := r.SigninsOf(ctx, person)
	x.Signins = a.live(list)
	return x, err
}

// EndAccessOf removes a device or ends a sign-in of a person, by its id, from the next request on. It asks of the viewer
// what AccessOf asks, and a fresh proof of who he is; an id that is none of the person's is not found.
func (a *App) EndAccessOf(ctx context.Context, v Viewer, person, id string) error {
	if !a.Fresh(v) {
		return ErrStale
	}
	if err := a.mayEndAccess(ctx, v, person); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error {
		devices, err := t.DevicesOf(ctx, person)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(devices, func(d store.Device) bool { return d.ID == id }); i >= 0 {
			if err := t.DeleteDevice(ctx, id); err != nil {
				return err
			}
			return t.Audit(ctx, newID(t.Now()), v.Actor(), "device.removed", person, devices[i].Name)
		}
		err = t.EndSignin(ctx, person, id)
		if errors.Is(err, store.ErrNotFound) {
			return errHidden
		}
		if err != nil {
			return err
		}
		return t.Audit(ctx, newID(t.Now()), v.Actor(), "signin.ended", person, "")
	})
}

// mayEndAccess refuses who may not end a person's ways in: he must administer him, with power over all his duties.
func (a *App) mayEndAccess(ctx context.Context, v Viewer, person string) error {
	if err := v.inPerson(); err != nil {
		return err
	}
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	var x coalition.Person
	if x, err = a.administered(ctx, v, p.byID[person]); err != nil {
		return err
	}
	return refuseGrant(v, x.Duties)
}

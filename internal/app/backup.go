package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tocsin/internal/backup"
	"tocsin/internal/store"
)

// Backup writes what a database holds to a new file, as it is at one moment; servers on it go on writing. The file is
// readable by its owner alone and stands under its name only when it is whole. tocsin is the program's version.
func Backup(ctx context.Context, address, file, tocsin string) (m *backup.Manifest, err error) {
	if _, err := os.Lstat(file); err == nil {
		return nil, fmt.Errorf("%s exists already", file)
	}
	s, err := store.Attach(ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*") // readable by its owner alone
	if err != nil {
		return nil, err
	}
	if m, err = dump(ctx, s, f, tocsin); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return m, syncDir(filepath.Dir(file))
}

func dump(ctx context.Context, s *store.Store, f *os.File, tocsin string) (*backup.Manifest, error) {
	out := bufio.NewWriterSize(f, 256<<10)
	m, err := s.Dump(ctx, out, tocsin)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return m, errors.Join(err, f.Close())
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Restored is what a restore found: its manifest, and what verifying the database said.
type Restored struct {
	Manifest *backup.Manifest
	Found    *store.Verification
}

// Restore reads a backup into an empty database of either engine and verifies it. The file is checked before the
// database is touched, and everything is one transaction: a restore that fails or is killed leaves the database empty.
// A backup of an older schema is loaded into that schema, verified in that transaction, and then upgraded; when it is
// killed in between, opening the database completes it. Nobody is signed in afterwards. Letters that waited are not sent,
// since they may have been since the backup was made; with moved they are: the database that the backup was made of is
// not used any more.
func Restore(ctx context.Context, file, address string, moved bool) (r *Restored, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	m, err := backup.Check(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s, err := store.OpenEmpty(ctx, address, m.Schema)
	if err != nil {
		return nil, err
	}
	a, err := New(s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	r = &Restored{Manifest: m}
	if err := a.restore(ctx, r, f, info.Size(), moved); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

func (a *App) restore(ctx context.Context, r *Restored, f *os.File, size int64, moved bool) error {
	_, own, err := a.store.Schema(ctx)
	if err != nil {
		return err
	}
	older := r.Manifest.Schema < own
	err = a.store.Write(ctx, func(t *store.Tx) error {
		b, err := backup.NewReader(f, size)
		if err != nil {
			return err
		}
		if r.Found, err = loadVerified(ctx, t, b, moved); err != nil {
			return err
		}
		if older { // its lists are derived when its schema is this program's
			return t.SetMeta(ctx, derivedBy, "")
		}
		return a.finishRestore(ctx, t, r)
	})
	if err != nil || !older {
		return err
	}
	if err := a.store.Upgrade(ctx); err != nil {
		return err
	}
	return a.store.Write(ctx, func(t *store.Tx) error { return a.finishRestore(ctx, t, r) })
}

// loadVerified loads a backup whose history verifies and is the one that its manifest names.
func loadVerified(ctx context.Context, t *store.Tx, b *backup.Reader, moved bool) (*store.Verification, error) {
	if err := t.Load(ctx, b); err != nil {
		return nil, err
	}
	if !moved {
		if err := t.HoldMail(ctx); err != nil {
			return nil, err
		}
	}
	v, err := t.Verify(ctx)
	if err != nil {
		return nil, err
	}
	if len(v.Problems) > 0 {
		return nil, fmt.Errorf("%w: its history does not verify: %s", backup.ErrFile, v.Problems[0])
	}
	note, err := t.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	if j := b.Manifest.Journal; v.Entries != j.Size || v.Root != j.Root || note != j.Checkpoint {
		return nil, fmt.Errorf("%w: its journal has %d changes with the root %q, its manifest says %d with %q", backup.ErrFile, v.Entries, v.Root, j.Size, j.Root)
	}
	return v, nil
}

func (a *App) finishRestore(ctx context.Context, t *store.Tx, r *Restored) error {
	if _, err := a.rederive(ctx, t); err != nil {
		return err
	}
	return t.NoteRestore(ctx, newID(t.Now()), Operator.Actor(), r.Manifest.Made.Format("2006-01-02T15:04:05Z")+" "+r.Found.Root)
}

package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tocsin/internal/store"
)

// ErrNewer is wrapped for a database whose schema this program does not know yet.
var ErrNewer = errors.New("the database was made by a later version of Tocsin")

// ErrNowhere is returned by BackupBeforeUpgrade for a database that would be upgraded and has no directory beside it.
var ErrNowhere = errors.New("the database is upgraded without a backup: no directory for it is given")

// BackupBeforeUpgrade backs a database up that opening would upgrade, into the directory, or beside the database where
// it is SQLite and dir is "". It returns the file, "" when there is nothing to upgrade.
func BackupBeforeUpgrade(ctx context.Context, address, dir, tocsin string) (file string, err error) {
	held, own, err := schema(ctx, address)
	if errors.Is(err, os.ErrNotExist) || err == nil && (held == 0 || held == own) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if held > own {
		return "", fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewer, held, own)
	}
	path, isFile := strings.CutPrefix(address, "sqlite:")
	if dir == "" && !isFile {
		return "", ErrNowhere
	}
	if dir == "" {
		dir = filepath.Dir(strings.TrimPrefix(path, "//"))
	}
	file = filepath.Join(dir, fmt.Sprintf("tocsin-schema%d-%s.backup", held, time.Now().UTC().Format("20060102T150405Z")))
	_, err = Backup(ctx, address, file, tocsin)
	return file, err
}

func schema(ctx context.Context, address string) (held, own int64, err error) {
	s, err := store.Attach(ctx, address)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Schema(ctx)
}

// Ready reports whether requests can be answered: the database answers and its schema is this program's.
func (a *App) Ready(ctx context.Context) error {
	if err := a.store.Ping(ctx); err != nil {
		return err
	}
	held, own, err := a.store.Schema(ctx)
	if err != nil {
		return err
	}
	if held != own {
		return fmt.Errorf("the database's schema is %d, this program's is %d", held, own)
	}
	return nil
}

// Waits reports whether an error of opening a database says that it is away, so that it is worth waiting for it.
func Waits(err error) bool { return store.Waits(err) }

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tamga/documents/registry"
	"tamga/documents/store"
)

// registerFlags say where the register is.
type registerFlags struct {
	Database    string `placeholder:"PATH" help:"The register as an SQLite file. Default: ./var/tamga.db."`
	DatabaseURL string `name:"database-url" placeholder:"URL" help:"The register in PostgreSQL, postgres://...; better given in TAMGA_DATABASE_URL, where other users cannot read the password."`
}

const defaultDatabase = "var/tamga.db"

// dsn returns what to open: a URL from flag or environment, or a path.
func (f registerFlags) dsn(c *console, path string) (string, error) {
	address := f.DatabaseURL
	if address == "" && f.Database == "" {
		address = c.env("TAMGA_DATABASE_URL")
	}
	switch {
	case f.Database != "" && f.DatabaseURL != "":
		return "", usagef("--database and --database-url exclude each other")
	case address != "" && !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://"):
		// The address itself may hold a password.
		return "", usagef("the database URL does not begin with postgres://")
	case address != "":
		return address, nil
	case f.Database != "":
		return f.Database, nil
	}
	return path, nil
}

// openExisting opens a register that must be there already: a mistyped path
// must not become a new empty register.
func (f registerFlags) openExisting(c *console) (*store.DB, error) {
	dsn, err := f.dsn(c, defaultDatabase)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(dsn, "://") {
		if _, err := os.Stat(dsn); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no register at %s; say with --database where it is", dsn)
		}
	}
	return opened(c.ctx, c, dsn)
}

// open opens a register, and makes it when it is a file that does not exist.
func (f registerFlags) open(ctx context.Context, c *console, path string) (*store.DB, error) {
	dsn, err := f.dsn(c, path)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(dsn, "://") {
		if err := makeFolder(filepath.Dir(dsn)); err != nil {
			return nil, err
		}
	}
	return opened(ctx, c, dsn)
}

func opened(ctx context.Context, c *console, dsn string) (*store.DB, error) {
	db, err := registry.Open(ctx, dsn)
	if err == nil {
		db.Now = c.now
	}
	return db, err
}

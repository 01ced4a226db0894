package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations are the tables, as SQL that a person can read.
//
//go:embed migrations/*.sql
var migrations embed.FS

// adoptionVersion is the version of the tables whose every row is covered by
// the log.
const adoptionVersion = 5

// dialect tells the engines apart; nothing but the migrations needs to know.
type dialect = goose.Dialect

const (
	sqlite   = goose.DialectSQLite3
	postgres = goose.DialectPostgres
)

// migrate brings the tables up to date. Several processes may start at once:
// on PostgreSQL they take turns under an advisory lock, on SQLite the one that
// came second finds the work done when it tries again.
func migrate(ctx context.Context, db *DB, engine dialect) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	adopt := func(ctx context.Context, sqlTx *sql.Tx) error {
		tx := &Tx{session: inFile{sqlTx}, db: db} // on both engines: it is goose's transaction
		if err := db.log.Adopt(ctx, tx); err != nil {
			return err
		}
		return cmp.Or(tx.failed, tx.settle(ctx))
	}
	options := []goose.ProviderOption{
		goose.WithGoMigrations(goose.NewGoMigration(adoptionVersion, &goose.GoFunc{RunTx: adopt}, nil)),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	attempts := 3
	if engine == postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return err
		}
		options, attempts = append(options, goose.WithSessionLocker(locker)), 1
	}
	provider, err := goose.NewProvider(engine, db.write, files, options...)
	if err != nil {
		return err
	}
	for range attempts {
		if _, err = provider.Up(ctx); err == nil {
			return checkVersion(ctx, provider)
		}
	}
	return err
}

// checkVersion refuses tables made by a newer program, which this one could
// misread.
func checkVersion(ctx context.Context, provider *goose.Provider) error {
	have, known, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("the tables are of version %d, this program knows them up to %d", have, known)
	}
	return nil
}

package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"tamga/documents/store"
)

// ErrLoopback means that documents would print an address that leads whoever
// reads it to their own machine.
var ErrLoopback = errors.New("documents would print an address that nobody else can reach")

// Address is where the public checks documents, as documents print it.
type Address struct {
	Base string // such as https://licences.example.kz; empty when nothing was issued yet
	Demo bool   // of a demonstration
}

// PrintedAddress returns the address that the documents of the register print, as
// it was when the last one was issued under another.
func (r *Registry) PrintedAddress(ctx context.Context) (_ Address, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	return newestAddress(ctx, r.Store)
}

func newestAddress(ctx context.Context, db store.Reader) (Address, error) {
	var a Address
	var demo int64
	err := db.QueryRowContext(ctx, `SELECT base, demo FROM addresses ORDER BY since DESC, base LIMIT 1`).Scan(&a.Base, &demo)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Address{}, fmt.Errorf("failed to read the printed address: %w", err)
	}
	a.Demo = demo != 0
	return a, nil
}

// keepAddress enters the address that a document is about to print, when it is
// another than that of the last one.
func (r *Registry) keepAddress(ctx context.Context, tx *store.Tx, now time.Time) error {
	if r.Address.Base == "" {
		return nil
	}
	if newest, err := newestAddress(ctx, tx); err != nil || newest == r.Address {
		return err
	}
	demo := 0
	if r.Address.Demo {
		demo = 1
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO addresses (base, demo, since) VALUES ($1, $2, $3)
		ON CONFLICT (base) DO UPDATE SET demo = excluded.demo, since = excluded.since`,
		r.Address.Base, demo, store.Micros(now))
	if err != nil {
		return fmt.Errorf("failed to keep the printed address: %w", err)
	}
	return logRow(ctx, tx, rowSubjectOf(subjectAddress), store.Kept, rowEvent{r.Address.Base, now})
}

// reachable refuses an address that only a demonstration may print.
func (a Address) reachable() error {
	if a.Demo || !Loopback(a.Base) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrLoopback, a.Base)
}

// Loopback reports whether an address leads every machine to itself, or to no
// machine at all.
func Loopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "localhost.localdomain" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	ip = ip.Unmap()
	return err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// checkURL is where anyone can check the document of a number.
func (a Address) checkURL(number string) string { return a.Base + "/check/" + url.PathEscape(number) }

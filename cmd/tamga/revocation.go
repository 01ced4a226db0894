package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/fetch"
	"tamga/certs/revocation/serials"
)

// revocationCommands keep the folder of revocation lists.
type revocationCommands struct {
	Status revocationStatusCommand `cmd:"" help:"Tell how old the revocation lists are and whether they are still good."`
	Fetch  revocationFetchCommand  `cmd:"" help:"Fetch the revocation lists now."`

	Import  revocationImportCommand  `cmd:"" help:"Declare that an authority has ended, and keep its last revocation lists."`
	Retired revocationRetiredCommand `cmd:"" help:"Show the authorities that are declared to have ended, and their last lists."`
}

// listsFlags say which lists are kept, and where.
type listsFlags struct {
	Lists   string `placeholder:"DIR" help:"Folder of the revocation lists that are kept up to date."`
	Sources string `placeholder:"FILE" help:"What is fetched from where, as JSON: {\"sources\": [{\"name\": \"nca\", \"url\": \"http://...\", \"delta\": false, \"issuer\": \"SHA-256 of the authority's certificate\", \"every\": \"30m\"}]}. Default: the lists of the national production authorities."`
	MaxList int64  `name:"max-list" default:"256" placeholder:"MIB" help:"Longest revocation list that is accepted, in MiB (default: 256)."`
}

// options bound what a list may cost.
func (f listsFlags) options() serials.Options {
	return serials.Options{MaxBytes: f.MaxList << 20}
}

// Limits of what may be configured.
const (
	maxSources = 1 << 20
	maxListMiB = 4095
)

// fetcher follows the configured sources into the folder, believing lists
// whose signer has a path to an anchor of the pool.
func (f listsFlags) fetcher(c *console, pool *certs.Pool) (*fetch.Fetcher, error) {
	if f.MaxList <= 0 || f.MaxList > maxListMiB {
		return nil, usagef("--max-list is a number of MiB between 1 and %d", maxListMiB)
	}
	sources := fetch.NationalSources()
	if f.Sources != "" {
		raw, err := c.read(f.Sources, maxSources)
		if err != nil {
			return nil, err
		}
		if sources, err = fetch.ParseSources(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Sources, err)
		}
	}
	return &fetch.Fetcher{
		Dir: f.Lists, Sources: sources, Now: c.now, MaxSize: f.MaxList << 20,
		Check: fetch.CheckWith(pool, f.options(), c.now), HTTP: &http.Client{},
	}, nil
}

// revocationStatusCommand shows how the lists stand.
type revocationStatusCommand struct{ listsFlags }

// Run prints what the records beside the lists say. It asks nobody.
func (cmd revocationStatusCommand) Run(c *console) error {
	if cmd.Lists == "" {
		return usagef("say with --lists where the revocation lists are")
	}
	f, err := cmd.fetcher(c, &certs.Pool{})
	if err != nil {
		return err
	}
	p := &printer{}
	for _, s := range f.Status() {
		p.source(s)
	}
	return p.flush(c.out)
}

// source prints how one source stands.
func (p *printer) source(s fetch.SourceStatus) {
	mark := map[fetch.State]string{fetch.StateFresh: "✓", fetch.StateStale: "!", fetch.StateExpired: "✗", fetch.StateNever: "–"}
	kind := "complete list"
	if s.Delta {
		kind = "delta list"
	}
	p.line("%s %s: %s, %s", mark[s.State], s.Name, s.State, kind)
	p.in(func() {
		p.field("From", "%s", s.URL)
		if s.List != nil {
			p.field("Issuer", "%s", s.List.Issuer)
			p.field("Number", "%s", s.List.Number)
			p.field("Made", "%s, %s ago", moment(s.List.ThisUpdate), time.Duration(s.AgeSeconds)*time.Second)
			p.field("Good until", "%s", moment(s.List.NextUpdate))
			p.field("Size", "%d bytes", s.List.Size)
			p.field("SHA-256", "%s", s.List.SHA256)
		}
		if !s.LastTry.IsZero() {
			p.field("Last asked", "%s", moment(s.LastTry))
		}
		if !s.LastSuccess.IsZero() {
			p.field("Last answer", "%s", moment(s.LastSuccess))
		}
		if s.Failures > 0 {
			p.field("Failures", "%d in a row", s.Failures)
		}
		p.field("Problem", "%s", s.Error)
		p.field("Odd", "%s", string(s.Warning))
	})
}

// revocationFetchCommand fetches.
type revocationFetchCommand struct {
	listsFlags
	trustFlags
}

// Help is shown below the flags' list.
func (revocationFetchCommand) Help() string {
	return `A list takes the place of the one before only when it arrived whole, its signature verifies up to a trust anchor, and it is not older. Ends with 1 when a source failed; the last good list stays.

Example:
  tamga revocation fetch --lists var/crl`
}

// Run asks every source once.
func (cmd revocationFetchCommand) Run(c *console) error {
	if cmd.Lists == "" {
		return usagef("say with --lists where the revocation lists are to be kept")
	}
	found, err := cmd.load(c)
	if err != nil {
		return err
	}
	f, err := cmd.fetcher(c, &found.pool)
	if err != nil {
		return err
	}
	if err := makeFolder(cmd.Lists); err != nil {
		return err
	}
	failed := 0
	for _, s := range f.Sources {
		if _, err := f.Fetch(c.ctx, s); err != nil {
			c.note("%s: %v", s.Name, err)
			failed++
		}
	}
	p := &printer{}
	for _, s := range f.Status() {
		p.source(s)
	}
	if err := p.flush(c.out); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d sources failed", failed, len(f.Sources))
	}
	return nil
}

// follow keeps the lists of a running service up to date until ctx ends: what
// is new in the folder replaces what the verifier knew from that source.
func follow(ctx context.Context, f *fetch.Fetcher, log *slog.Logger) {
	if err := f.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		log.Error("revocation lists are not followed", "error", err)
	}
}

// listUse puts the lists of a folder to use.
type listUse struct {
	lists *revocation.Lists
	opts  serials.Options
	log   *slog.Logger
	// indexes is the folder of their indexes, "" when none are kept, and key what
	// they are sealed with. It is not the folder of the lists, which others may
	// write: an index says what a list says without being signed.
	indexes string
	key     serials.Key
}

// newListUse keeps the indexes below the service's own folder. Without a place for
// them it does without: they are made anew when the service starts.
func newListUse(c *console, lists *revocation.Lists, opts serials.Options, folder string, log *slog.Logger) listUse {
	u := listUse{lists: lists, opts: opts, log: log}
	indexes := filepath.Join(folder, "indexes")
	key, err := indexKey(c, indexes)
	if err != nil {
		log.Warn("no indexes of revocation lists are kept", "error", err)
		return u
	}
	u.indexes, u.key = indexes, key
	return u
}

// indexKey reads the key that indexes in the folder are sealed with, and makes a
// new one where there is none, or one that others may have read.
func indexKey(c *console, folder string) (key serials.Key, err error) {
	if err := makeFolder(folder); err != nil {
		return key, err
	}
	path := filepath.Join(folder, "key")
	info, err := os.Lstat(path)
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 == 0 && info.Size() == int64(len(key)) {
		b, err := c.read(path, int64(len(key)))
		copy(key[:], b)
		return key, err
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	rand.Read(key[:]) // never fails
	return key, output{path: path, mode: 0o600, force: true}.write(c, key[:])
}

// onNew puts a list in place of the one that the verifier knew from that source.
func (u listUse) onNew(s fetch.Source, path string) (sha256 string, err error) {
	var kept revocation.IndexFile
	if u.indexes != "" {
		kept = revocation.IndexFile{Path: filepath.Join(u.indexes, s.Name), Key: u.key}
	}
	l, err := revocation.OpenCRL(path, kept, u.opts)
	if err != nil {
		u.log.Error("a revocation list cannot be used", "source", s.Name, "error", err)
		return "", err
	}
	if l.NotKept != nil {
		u.log.Warn("the index of a revocation list is not kept", "source", s.Name, "error", l.NotKept)
	}
	l.Source = s.URL
	u.lists.Put(s.Name, l)
	u.log.Info("revocation list", "source", s.Name, "entries", l.Entries, "this_update", l.ThisUpdate, "next_update", l.NextUpdate)
	sum := l.Digest()
	return hex.EncodeToString(sum[:]), nil
}

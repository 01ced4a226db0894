// Package fetch keeps revocation lists in a folder up to date from the
// addresses where authorities publish them.
//
// [Fetcher.Run] follows every [Source] in the background, [Fetcher.Fetch] asks
// one now, [Fetcher.Status] tells how each stands. A list takes the place of
// the one before only after it arrived complete, the [Fetcher.Check] hook
// accepted it and it proved not to be older; whatever goes wrong, the last
// good list stays. Lists are published over plain HTTP: the signature that
// Check verifies is the only protection of what arrives.
//
// Beside each list lies a small record, so that status, validators and the
// schedule survive restarts. Several processes may share a folder: they take
// turns by a lock and see each other's results.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Limits that hold where the fetcher's fields are zero.
const (
	defaultMaxSize = 256 << 20
	defaultTimeout = 15 * time.Minute
)

// Fetcher follows sources into a folder. Fill in the fields before the first
// call and do not copy it; its methods may be called by many goroutines.
type Fetcher struct {
	// Dir is the folder of the lists. It is made when missing, and must be on
	// a file system where renaming is atomic and flock works.
	Dir string
	// Sources are what Run follows and Status tells of.
	Sources []Source
	// HTTP makes the requests; nil means a client with the defaults of
	// net/http. Redirects to elsewhere are refused whatever it says.
	HTTP *http.Client
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// MaxSize is the most bytes that a list may have; 0 means 256 MiB.
	MaxSize int64
	// Timeout is the longest that one attempt may take; 0 means 15 minutes. A
	// server that sends nothing for 30 seconds is given up earlier.
	Timeout time.Duration
	// Check decides whether the bytes in a file are an authentic list:
	// [CheckWith] makes one. Without it nothing is fetched. It is called for
	// one file at a time.
	Check func(path string) (Info, error)
	// OnNew is told when a list is in place that it has not put to use yet,
	// whoever put it there; Run tells of the lists that it finds when it starts
	// too. The path is always [Fetcher.Path]; read it at once or keep the file
	// open, since the next list replaces it. It returns the SHA-256 of the list
	// that answers from now on, lower-case hexadecimal; after an error it is told
	// again at the next look, and [Fetcher.Status] tells of the list that was in
	// use before, since that is what answers. Calls for different sources may
	// come at the same time.
	OnNew func(s Source, path string) (sha256 string, err error)

	checking sync.Mutex // one list at a time: the big ones take much memory

	mu      sync.Mutex
	flights map[string]*flight
	uses    map[string]*use   // by source: what OnNew made of the lists
	unsaved map[string]record // by source: what could not be written
}

// Info is what Check found out about a list.
type Info struct {
	Issuer       string    `json:"issuer"`        // name of the authority
	IssuerSHA256 string    `json:"issuer_sha256"` // of the certificate whose key signed the list, lower-case hexadecimal
	Delta        bool      `json:"delta"`
	Number       string    `json:"number,omitempty"` // cRLNumber, decimal
	Base         string    `json:"base,omitempty"`   // of a delta: BaseCRLNumber, decimal
	Scope        string    `json:"scope,omitempty"`  // [WholeScope], or the SHA-256 of issuingDistributionPoint, lower-case hexadecimal
	ThisUpdate   time.Time `json:"this_update"`
	NextUpdate   time.Time `json:"next_update,omitzero"`
}

// WholeScope is the scope of a list that tells of all certificates of its issuer,
// for all reasons.
const WholeScope = "whole"

// List is a list that was accepted.
type List struct {
	Info
	SHA256    string    `json:"sha256"` // of its bytes, lower-case hexadecimal
	Size      int64     `json:"size"`   // bytes
	FetchedAt time.Time `json:"fetched_at"`
}

// Outcome is what a successful attempt came to.
type Outcome struct {
	Changed bool // a new list took its place
	List    List // the list in place now
	Path    string
	Warning Warning // something odd about the list, "" mostly
}

// Warning is a peculiarity of a list that does not refuse it.
type Warning string

// WarnSameNumber means that the authority gave two different lists one number,
// against RFC 5280 section 5.2.3. The one with the later thisUpdate is kept, of
// two equally old ones the first.
const WarnSameNumber Warning = "same_number_other_bytes"

// flight is one attempt that several callers wait for.
type flight struct {
	done    chan struct{}
	outcome Outcome
	err     error
}

// Path returns where the list of the source is, or will be.
func (f *Fetcher) Path(s Source) string { return filepath.Join(f.Dir, s.Name+".crl") }

// Fetch asks the source now, whatever the schedule says. Callers who ask for
// one source at the same time, in this process or another, share an attempt.
//
// An error wraps a [Problem], or what ended ctx, which does not count as a
// failure. The last good list, if any, is still in place then; only when the
// problem is [ProblemStorage] may it be the new one, not recorded yet.
func (f *Fetcher) Fetch(ctx context.Context, s Source) (Outcome, error) {
	if err := s.validate(); err != nil {
		return Outcome{}, err
	}
	if f.Check == nil {
		return Outcome{}, fmt.Errorf("%w: no check is configured", ProblemCheck)
	}
	for {
		fl, mine := f.board(s.Name)
		if mine {
			fl.outcome, fl.err = f.fetchInTurn(ctx, s)
			f.land(s.Name, fl)
			return fl.outcome, fl.err
		}
		select {
		case <-ctx.Done():
			return Outcome{}, context.Cause(ctx)
		case <-fl.done:
		}
		// The one who did the work may have been called off; we were not.
		if fl.err == nil || !errors.Is(fl.err, errCalledOff) {
			return fl.outcome, fl.err
		}
	}
}

// errCalledOff marks the end of the caller's context.
var errCalledOff = errors.New("called off")

func (f *Fetcher) board(name string) (fl *flight, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl, ok := f.flights[name]; ok {
		return fl, false
	}
	if f.flights == nil {
		f.flights = map[string]*flight{}
	}
	fl = &flight{done: make(chan struct{})}
	f.flights[name] = fl
	return fl, true
}

func (f *Fetcher) land(name string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.flights, name)
	close(fl.done)
}

// fetchInTurn makes one attempt while no other process works on the source,
// and records how it went.
func (f *Fetcher) fetchInTurn(ctx context.Context, s Source) (Outcome, error) {
	before := f.load(s.Name).Successes
	unlock, err := f.lock(ctx, s.Name)
	if errors.Is(err, ProblemStorage) {
		rec := f.load(s.Name)
		rec.LastTry = f.now()
		rec.conclude(s, f.now(), err)
		f.remember(s.Name, rec)
	}
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	rec := f.load(s.Name)
	if rec.Successes != before && rec.List != nil && rec.URL == s.URL {
		f.announce(s, *rec.List) // another process was faster
		return Outcome{List: *rec.List, Path: f.Path(s), Warning: rec.Warning}, nil
	}
	rec.LastTry = f.now()
	outcome, err := f.attempt(ctx, s, &rec)
	if err != nil && ctx.Err() != nil {
		return Outcome{}, fmt.Errorf("%w: %w", errCalledOff, context.Cause(ctx))
	}
	rec.conclude(s, f.now(), err)
	saveErr := f.save(s.Name, rec)
	if err != nil {
		return Outcome{}, err
	}
	f.announce(s, *rec.List) // it is in place, written down or not
	return outcome, saveErr
}

// attempt makes one request and brings record and folder up to date with its
// answer.
func (f *Fetcher) attempt(ctx context.Context, s Source, rec *record) (Outcome, error) {
	held := f.held(s, rec)
	if rec.URL != s.URL || !held {
		rec.ETag, rec.LastModified = "", ""
	}
	rec.URL = s.URL
	part := f.partPath(s.Name)
	defer os.Remove(part) // nothing is left of it when it was put in place
	got, err := f.download(ctx, s, rec, part)
	if err != nil {
		return Outcome{}, err
	}
	if got.notModified {
		return f.unchanged(s, rec), nil
	}
	if held && got.sha256 == rec.List.SHA256 {
		rec.ETag, rec.LastModified = got.etag, got.lastModified
		return f.unchanged(s, rec), nil
	}
	info, err := f.check(part)
	if err != nil {
		return Outcome{}, err
	}
	next := List{Info: info, SHA256: got.sha256, Size: got.size, FetchedAt: f.now()}
	decision, err := decide(s, rec, next)
	if err != nil {
		return Outcome{}, err
	}
	rec.Warning = decision.warning
	if decision.keep && held {
		return f.unchanged(s, rec), nil
	}
	if err := f.install(part, f.Path(s)); err != nil {
		return Outcome{}, fmt.Errorf("%w: %w", ProblemStorage, err)
	}
	rec.accept(s, next)
	rec.ETag, rec.LastModified = got.etag, got.lastModified
	return Outcome{Changed: true, List: next, Path: f.Path(s), Warning: rec.Warning}, nil
}

func (f *Fetcher) unchanged(s Source, rec *record) Outcome {
	return Outcome{List: *rec.List, Path: f.Path(s), Warning: rec.Warning}
}

func (f *Fetcher) check(path string) (Info, error) {
	f.checking.Lock()
	defer f.checking.Unlock()
	info, err := f.Check(path)
	if err != nil {
		return Info{}, fmt.Errorf("%w: %w", ProblemCheck, err)
	}
	return info, nil
}

func (f *Fetcher) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

func (f *Fetcher) maxSize() int64 {
	if f.MaxSize > 0 {
		return f.MaxSize
	}
	return defaultMaxSize
}

func (f *Fetcher) timeout() time.Duration {
	if f.Timeout > 0 {
		return f.Timeout
	}
	return defaultTimeout
}

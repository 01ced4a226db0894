package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// recordVersion is of the format of the files; others are not read.
const recordVersion = 1

// record is what lies beside a list.
type record struct {
	Version      int       `json:"version"`
	URL          string    `json:"url"`
	LastTry      time.Time `json:"last_try,omitzero"`
	LastSuccess  time.Time `json:"last_success,omitzero"`
	NextTry      time.Time `json:"next_try,omitzero"`
	Successes    uint64    `json:"successes"`
	Failures     int       `json:"consecutive_failures"`
	Error        string    `json:"error,omitempty"`
	Problem      Problem   `json:"problem,omitempty"`
	Warning      Warning   `json:"warning,omitempty"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	List         *List     `json:"list,omitempty"` // the last good one
	// Scope is what the source is bound to, by its first list. Records of earlier
	// versions are without.
	Scope string `json:"scope,omitempty"`
	// Marks are the last good lists, by scope: each scope has its own numbers.
	Marks map[string]mark `json:"marks,omitempty"`
}

// mark is how far the lists of a scope have come.
type mark struct {
	Number     string    `json:"number,omitempty"`
	ThisUpdate time.Time `json:"this_update"`
	SHA256     string    `json:"sha256"`
}

func markOf(l List) mark { return mark{l.Number, l.ThisUpdate, l.SHA256} }

// accept makes a list the last good one.
func (r *record) accept(s Source, l List) {
	if r.List == nil || suits(s, r.List.Info) != nil {
		r.Scope, r.Marks = "", nil // of another authority or kind
	}
	if r.Scope == "" {
		r.Scope = l.Scope
	}
	if r.Marks == nil {
		r.Marks = map[string]mark{}
	}
	r.Marks[l.Scope] = markOf(l)
	r.List = &l
}

// mark returns how far the lists of a scope have come; false when there was none.
// In a record of an earlier version the scope of the last one is not known, and
// may be this one.
func (r *record) mark(scope string) (mark, bool) {
	if r.List.Scope == "" {
		return markOf(*r.List), true
	}
	m, ok := r.Marks[scope]
	return m, ok
}

// conditional reports whether there is something to ask a condition with.
func (r *record) conditional() bool { return r.ETag != "" || r.LastModified != "" }

// conclude records how an attempt ended and when the next is due.
func (r *record) conclude(s Source, now time.Time, err error) {
	r.Version = recordVersion
	if err == nil {
		r.LastSuccess, r.Failures, r.Error, r.Problem = now, 0, "", ""
		r.Successes++
		r.NextTry = nextLook(s, r.List.Info, now)
		return
	}
	r.Failures++
	r.Error, r.Problem = err.Error(), problemOf(err)
	r.NextTry = now.Add(backOff(r.Failures))
	var status *statusError
	if errors.As(err, &status) && r.NextTry.Before(now.Add(status.retryAfter)) {
		r.NextTry = now.Add(status.retryAfter)
	}
}

func (f *Fetcher) recordPath(name string) string { return filepath.Join(f.Dir, name+".json") }

// partPath is the file that a list arrives in. What a crash left there is
// removed or overwritten by the next attempt.
func (f *Fetcher) partPath(name string) string { return filepath.Join(f.Dir, "."+name+".part") }

// load returns the record of a source, an empty one when there is none that
// can be read: the list itself is then checked anew.
func (f *Fetcher) load(name string) record {
	f.mu.Lock()
	rec, ok := f.unsaved[name]
	f.mu.Unlock()
	if ok {
		return rec
	}
	raw, err := os.ReadFile(f.recordPath(name))
	if err != nil || json.Unmarshal(raw, &rec) != nil || rec.Version != recordVersion {
		return record{}
	}
	return rec
}

// save replaces the record on disk. What cannot be written is remembered, so
// that the status tells of it as long as the process lives.
func (f *Fetcher) save(name string, rec record) error {
	err := f.write(name, rec)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.unsaved, name)
		return nil
	}
	err = fmt.Errorf("%w: %w", ProblemStorage, err)
	if rec.Error == "" {
		rec.Error, rec.Problem = err.Error(), ProblemStorage
	}
	f.remember(name, rec)
	return err
}

// remember keeps a record that could not be written.
func (f *Fetcher) remember(name string, rec record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unsaved == nil {
		f.unsaved = map[string]record{}
	}
	f.unsaved[name] = rec
}

func (f *Fetcher) write(name string, rec record) error {
	raw, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	part := filepath.Join(f.Dir, "."+name+".new")
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, bytes.NewReader(append(raw, '\n')))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return f.install(part, f.recordPath(name))
}

// install moves a complete file into place, so that a power cut leaves the old
// or the new one.
func (f *Fetcher) install(part, path string) error {
	if err := os.Rename(part, path); err != nil {
		return err
	}
	dir, err := os.Open(f.Dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// held reports whether the list in the folder is the last good one of the
// record. A list that the record does not know is checked and taken over: the
// program stopped between putting it in place and writing the record, or the
// record was lost. Anything else in its place is not a list of ours; the
// record still tells what must not be rolled back.
func (f *Fetcher) held(s Source, rec *record) bool {
	sum, size, err := digestFile(f.Path(s))
	if err != nil {
		return false
	}
	known := rec.List != nil && rec.List.SHA256 == sum
	if known && rec.List.Scope != "" {
		return suits(s, rec.List.Info) == nil
	}
	info, err := f.check(f.Path(s))
	if err != nil {
		return false
	}
	found := List{Info: info, SHA256: sum, Size: size, FetchedAt: f.now()}
	if d, err := decide(s, rec, found); err != nil || d.keep {
		return false
	}
	if known { // of an earlier version, which did not write the scope down
		found.FetchedAt = rec.List.FetchedAt
	} else {
		rec.ETag, rec.LastModified = "", ""
	}
	rec.accept(s, found)
	return true
}

func digestFile(path string) (sum string, size int64, err error) {
	in, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer in.Close()
	h := sha256.New()
	if size, err = io.Copy(h, in); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

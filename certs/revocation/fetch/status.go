package fetch

import "time"

// State says in a word how a source stands.
type State string

// The states.
const (
	// StateFresh: a list within its dates, and the last look went well.
	StateFresh State = "fresh"
	// StateStale: a list within its dates, but it is not known to be the newest:
	// the last look failed, or none was made when one was due, or a newer one is
	// there and could not be put to use.
	StateStale State = "stale"
	// StateExpired: the newest list there is is past its nextUpdate, and by
	// the national rules proves nothing good any more.
	StateExpired State = "expired"
	// StateNever: no list is in place, or none of them is in use.
	StateNever State = "never"
)

// overdue is how late a look may be before the status says so.
const overdue = time.Hour

// SourceStatus is how one source stands. It may be shown to anyone, except
// that Error can name the folder.
type SourceStatus struct {
	Name        string    `json:"name"`
	URL         string    `json:"url"`
	Delta       bool      `json:"delta"`
	State       State     `json:"state"`
	LastTry     time.Time `json:"last_try,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"` // a new list, or the word that there is none
	NextTry     time.Time `json:"next_try,omitzero"`     // planned; past when it is due
	Failures    int       `json:"consecutive_failures"`
	Problem     Problem   `json:"problem,omitempty"` // of the last attempt
	Error       string    `json:"error,omitempty"`   // the same at length, English
	Warning     Warning   `json:"warning,omitempty"` // about the list in place or the one offered last
	List        *List     `json:"list,omitempty"`    // that answers, or is in place where none is put to use; nil in StateNever
	AgeSeconds  int64     `json:"age_seconds"`       // since thisUpdate of that list
}

// Status tells how the sources stand, in their order, from the records in the
// folder. It asks nobody and may be called without Run, in another process too;
// with OnNew it tells of the lists that are in use in this one.
func (f *Fetcher) Status() []SourceStatus {
	now := f.now()
	all := make([]SourceStatus, 0, len(f.Sources))
	for _, s := range f.Sources {
		rec := f.load(s.Name)
		st := SourceStatus{
			Name: s.Name, URL: s.URL, Delta: s.Delta,
			LastTry: rec.LastTry, LastSuccess: rec.LastSuccess, NextTry: rec.NextTry,
			Failures: rec.Failures, Problem: rec.Problem, Error: rec.Error, Warning: rec.Warning,
		}
		var differs error
		if st.List, differs = f.answers(s, rec); st.List != nil {
			st.AgeSeconds = int64(now.Sub(st.List.ThisUpdate) / time.Second)
		}
		if differs != nil && st.Problem == "" {
			st.Problem, st.Error = problemOf(differs), differs.Error()
		}
		st.State = state(st, now)
		all = append(all, st)
	}
	return all
}

func state(st SourceStatus, now time.Time) State {
	switch {
	case st.List == nil:
		return StateNever
	case !now.Before(st.List.NextUpdate):
		return StateExpired
	case st.Failures > 0 || st.Problem != "" || now.After(st.NextTry.Add(overdue)):
		return StateStale
	}
	return StateFresh
}

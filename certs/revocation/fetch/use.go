package fetch

import (
	"fmt"
	"sync"
)

// use is what OnNew made of the lists of a source.
type use struct {
	turn sync.Mutex // of those who tell OnNew

	list *List // that answers; nil when none does
	err  error // why the one told of last does not
}

// useOf returns what is known of a source. Its list and error are guarded by mu.
func (f *Fetcher) useOf(name string) *use {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.uses == nil {
		f.uses = map[string]*use{}
	}
	if f.uses[name] == nil {
		f.uses[name] = &use{}
	}
	return f.uses[name]
}

// announce tells OnNew of a list in place, unless it is in use.
func (f *Fetcher) announce(s Source, l List) {
	if f.OnNew == nil {
		return
	}
	u := f.useOf(s.Name)
	u.turn.Lock()
	defer u.turn.Unlock()
	if f.inUse(u, l) {
		return
	}
	sum, err := f.OnNew(s, f.Path(s))
	if err == nil && sum != l.SHA256 {
		// Another process put the next one in its place meanwhile.
		rec := f.load(s.Name)
		if rec.List == nil || rec.List.SHA256 != sum {
			err = fmt.Errorf("another list is in its place, %s", sum)
		} else {
			l = *rec.List
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		u.err = fmt.Errorf("%w: %w", ProblemUse, err)
		return
	}
	u.list, u.err = &l, nil
}

func (f *Fetcher) inUse(u *use, l List) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return u.list != nil && u.list.SHA256 == l.SHA256
}

// answers returns the list of the source that answers: the one in use where lists
// are put to use, else the one in place. The error is what differs between the
// two, by its problem.
func (f *Fetcher) answers(s Source, rec record) (*List, error) {
	var inPlace *List
	if rec.List != nil && f.present(s, rec.List) && suits(s, rec.List.Info) == nil {
		inPlace = rec.List
	}
	if f.OnNew == nil {
		return inPlace, nil
	}
	u := f.useOf(s.Name)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case u.err != nil:
		return u.list, u.err
	case inPlace == nil && u.list != nil:
		return u.list, fmt.Errorf("%w: the list in use is in the folder no more", ProblemStorage)
	case inPlace != nil && (u.list == nil || u.list.SHA256 != inPlace.SHA256):
		return u.list, fmt.Errorf("%w: not yet", ProblemUse)
	}
	return u.list, nil
}

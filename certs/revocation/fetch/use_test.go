package fetch_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tamga/certs/revocation/fetch"
)

// What is told of is the list that answers: a newer one that cannot be put to use
// is in place and does not, until it can.
func TestStatusIsOfTheListInUse(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		f := a.fetcher(dir, client, base)
		full, told := false, 0
		f.OnNew = func(_ fetch.Source, path string) (string, error) {
			told++
			if full {
				return "", errors.New("no space left")
			}
			return fileDigest(path)
		}
		if st := f.Status()[0]; st.State != fetch.StateNever || st.List != nil {
			t.Errorf("before anything: %+v", st)
		}
		stop := running(t, f)
		defer stop()
		time.Sleep(time.Hour)
		first := a.current("/base")
		if st := f.Status()[0]; st.State != fetch.StateFresh || st.List.SHA256 != digest(first.raw) {
			t.Fatalf("%+v", st)
		}
		full = true
		a.mu.Lock()
		delete(a.lists, "/base")
		a.mu.Unlock()
		second := a.current("/base")
		time.Sleep(24 * time.Hour)
		st := f.Status()[0]
		if st.State != fetch.StateStale || st.Problem != fetch.ProblemUse || !strings.Contains(st.Error, "no space left") ||
			st.List.SHA256 != digest(first.raw) || st.List.Number == "" {
			t.Errorf("a newer list that does not answer: %+v", st)
		}
		if inPlace, err := fileDigest(f.Path(base)); err != nil || inPlace == digest(first.raw) {
			t.Errorf("in place: %s, %v; the newer one is %s", inPlace, err, digest(second.raw))
		}
		if told < 20 {
			t.Errorf("told of it %d times: it is not tried again", told)
		}
		time.Sleep(3 * time.Hour)
		if st := f.Status()[0]; st.State != fetch.StateExpired || st.List.SHA256 != digest(first.raw) {
			t.Errorf("the list that answers has expired: %+v", st)
		}
		full = false
		time.Sleep(2 * time.Minute)
		if st := f.Status()[0]; st.State != fetch.StateFresh || st.Problem != "" || st.List.SHA256 == digest(first.raw) {
			t.Errorf("in use at last: %+v", st)
		}
		before := told
		time.Sleep(30 * time.Minute)
		if told != before {
			t.Errorf("told %d times more of what is in use", told-before)
		}
	})
}

// OnNew says which list it took. That of another process, put in place meanwhile,
// is told of once its record is there too.
func TestListReplacedWhileItWasPutToUse(t *testing.T) {
	w := newWorld(t)
	first, second := w.list(t, start), w.list(t, start)
	w.site.publish(first, `"one"`)
	other := w.another(w.fetcher.Dir)
	other.OnNew = nil
	once := true
	w.fetcher.OnNew = func(_ fetch.Source, path string) (string, error) {
		if once {
			once = false
			return digest(second), nil // as if read after another process replaced it
		}
		return fileDigest(path)
	}
	w.mustFetch(t)
	if st := w.status(t); st.State != fetch.StateNever || st.Problem != fetch.ProblemUse || st.List != nil {
		t.Errorf("%+v", st)
	}
	w.mustFetch(t)
	if st := w.status(t); st.State != fetch.StateFresh || st.List.SHA256 != digest(first) {
		t.Errorf("%+v", st)
	}
}

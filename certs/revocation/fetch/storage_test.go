package fetch_test

import (
	"os"
	"testing"

	"tamga/certs/revocation/fetch"
)

func TestFolderThatCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	blocked := w.fetcher.Dir + "/file"
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	w.fetcher = w.another(blocked + "/lists")
	w.site.publish(w.list(t, start), "")
	for n := 1; n <= 2; n++ {
		if _, p := w.fetch(t); p != fetch.ProblemStorage {
			t.Errorf("%q", p)
		}
		if st := w.status(t); st.Problem != fetch.ProblemStorage || st.Failures != n || !st.NextTry.After(start) {
			t.Errorf("%+v", st)
		}
	}
}

// A record that cannot be written does not hide a list that is in place.
func TestRecordThatCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	record := w.fetcher.Dir + "/nca.json"
	if err := os.MkdirAll(record+"/in the way", 0o755); err != nil {
		t.Fatal(err)
	}
	raw := w.list(t, start)
	w.site.publish(raw, "")
	if _, p := w.fetch(t); p != fetch.ProblemStorage {
		t.Errorf("%q", p)
	}
	if st := w.status(t); st.State != fetch.StateStale || st.Problem != fetch.ProblemStorage || len(w.news) != 1 {
		t.Errorf("%+v, news %v", st, w.news)
	}
	if err := os.RemoveAll(record); err != nil {
		t.Fatal(err)
	}
	w.mustFetch(t)
	w.holds(t, raw)
	if st := w.status(t); st.State != fetch.StateFresh || len(w.news) != 1 {
		t.Errorf("%+v, news %v", st, w.news)
	}
}

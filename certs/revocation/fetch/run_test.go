package fetch_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tamga/certs/revocation/fetch"
)

// Days of an agency, with neighbours that never answer.
func TestRunForDays(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		a.current("/base") // deltas build on it
		f := a.fetcher(dir, client, base, delta,
			fetch.Source{Name: "hangs", URL: "http://agency.example/hangs"},
			fetch.Source{Name: "stalls", URL: "http://agency.example/stalls"},
			fetch.Source{Name: "missing", URL: "http://agency.example/missing"})
		var mu sync.Mutex
		news := map[string]int{}
		f.OnNew = func(s fetch.Source, path string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			news[s.Name]++
			return fileDigest(path)
		}
		stop := running(t, f)
		const days = 3
		for range days * 24 {
			time.Sleep(time.Hour)
			all := f.Status()
			if all[0].State != fetch.StateFresh || all[1].State != fetch.StateFresh {
				t.Fatalf("%+v", all)
			}
			if all[1].AgeSeconds > 65*60 {
				t.Fatalf("the delta list is %d s old", all[1].AgeSeconds)
			}
		}
		all := f.Status()
		stop()
		for i, want := range []fetch.Problem{"", "", fetch.ProblemTimeout, fetch.ProblemTimeout, fetch.ProblemStatus} {
			if all[i].Problem != want {
				t.Errorf("%s: %q, want %q", all[i].Name, all[i].Problem, want)
			}
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		t.Logf("requests %v, lists sent %v, made %v, told of %v", a.requests, a.bodies, a.published, news)
		if n := a.bodies["/base"]; n < days || n > days+1 || news["base"] != n {
			t.Errorf("%d complete lists in %d days, %d told of", n, days, news["base"])
		}
		if n := a.requests["/base"]; n > days*12 {
			t.Errorf("%d requests for complete lists in %d days", n, days)
		}
		if n := a.requests["/delta"]; n < days*48 || n > days*64+1 {
			t.Errorf("%d requests for delta lists in %d days", n, days)
		}
		for _, path := range []string{"/hangs", "/stalls", "/missing"} {
			if n := a.requests[path]; n < days*24*60/16 || n > days*24*8+4 {
				t.Errorf("%s was asked %d times in %d days", path, n, days)
			}
		}
	})
}

// The schedule is taken up where it was left, and a list in the folder is told
// of at once.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		stop := running(t, a.fetcher(dir, client, base))
		time.Sleep(time.Hour)
		stop()
		if err := os.WriteFile(dir+"/.base.part", []byte("half a list"), 0o644); err != nil {
			t.Fatal(err)
		}
		f := a.fetcher(dir, client, base)
		due := f.Status()[0].NextTry
		var news []string
		f.OnNew = func(_ fetch.Source, path string) (string, error) {
			news = append(news, path)
			return fileDigest(path)
		}
		stop = running(t, f)
		time.Sleep(time.Until(due) - time.Second)
		if n := a.count("/base"); n != 1 || len(news) != 1 || news[0] != f.Path(base) {
			t.Errorf("%d requests, news %v", n, news)
		}
		if _, err := os.Stat(dir + "/.base.part"); !os.IsNotExist(err) {
			t.Errorf("half a list is still there: %v", err)
		}
		time.Sleep(2 * time.Minute)
		if n := a.count("/base"); n != 2 {
			t.Errorf("%d requests when it was due", n)
		}
		// A list that is lost is fetched again without waiting for its time.
		if err := os.Remove(f.Path(base)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute)
		if n := a.count("/base"); n != 3 || f.Status()[0].State != fetch.StateFresh {
			t.Errorf("%d requests, %+v", n, f.Status()[0])
		}
		stop()
	})
}

// A program that stopped between the list and its record finds it again; what
// stands in the list's place without being one is replaced.
func TestRestartAfterCrash(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		f := a.fetcher(dir, client, base)
		raw := a.current("/base").raw
		for name, b := range map[string][]byte{"base.crl": raw, ".base.part": raw[:40]} {
			if err := os.WriteFile(dir+"/"+name, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var news []string
		f.OnNew = func(_ fetch.Source, path string) (string, error) {
			news = append(news, path)
			return fileDigest(path)
		}
		a.breakDown("/base", true)
		stop := running(t, f)
		time.Sleep(10 * time.Second)
		st := f.Status()[0]
		stop()
		if len(news) != 1 || st.State != fetch.StateStale || st.List == nil || st.List.SHA256 != digest(raw) {
			t.Errorf("news %v, %+v", news, st)
		}
		if _, err := os.Stat(dir + "/.base.part"); !os.IsNotExist(err) {
			t.Errorf("half a list is still there: %v", err)
		}

		if err := os.WriteFile(f.Path(base), raw[:40], 0o644); err != nil {
			t.Fatal(err)
		}
		a.breakDown("/base", false)
		f = a.fetcher(dir, client, base)
		stop = running(t, f)
		time.Sleep(time.Hour)
		if st := f.Status()[0]; st.State != fetch.StateFresh || st.List.SHA256 != digest(raw) {
			t.Errorf("%+v", st)
		}
		stop()
	})
}

// A list that another process fetched is told of without a request.
func TestListFromAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		f := a.fetcher(dir, client, base)
		var news []string
		f.OnNew = func(_ fetch.Source, path string) (string, error) {
			sum, err := fileDigest(path)
			news = append(news, sum)
			return sum, err
		}
		stop := running(t, f)
		time.Sleep(time.Hour)
		a.mu.Lock()
		delete(a.lists, "/base") // an extraordinary list
		a.mu.Unlock()
		other := a.fetcher(dir, client, base)
		o, err := other.Fetch(context.Background(), base)
		if err != nil || !o.Changed {
			t.Fatalf("%+v, %v", o, err)
		}
		time.Sleep(2 * time.Minute)
		stop()
		if len(news) != 2 || news[1] != o.List.SHA256 || a.count("/base") != 2 {
			t.Errorf("news %v, %d requests", news, a.count("/base"))
		}
	})
}

func TestRunWhereNothingCanBeWritten(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		f := a.fetcher(file+"/lists", client, base)
		stop := running(t, f)
		time.Sleep(time.Hour)
		st := f.Status()[0]
		stop()
		if st.Problem != fetch.ProblemStorage || st.Failures < 4 || st.Failures > 14 {
			t.Errorf("%+v", st)
		}
	})
}

// A clock that was far ahead does not leave the schedule there.
func TestClockSetBack(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		ahead := 300 * 24 * time.Hour
		f := a.fetcher(dir, client, base)
		f.Now = func() time.Time { return time.Now().Add(ahead) }
		if _, err := f.Fetch(context.Background(), base); err != nil {
			t.Fatal(err)
		}
		f = a.fetcher(dir, client, base)
		stop := running(t, f)
		time.Sleep(time.Second)
		stop()
		if a.count("/base") != 2 {
			t.Errorf("%d requests", a.count("/base"))
		}
	})
}

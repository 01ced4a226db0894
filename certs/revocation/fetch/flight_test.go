package fetch_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"tamga/certs/revocation/fetch"
)

// Many callers at once are one request.
func TestSingleFlight(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		f := a.fetcher(dir, client, base)
		checks := 0
		check, hold := f.Check, make(chan struct{})
		f.Check = func(path string) (fetch.Info, error) {
			checks++
			<-hold
			return check(path)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if o, err := f.Fetch(context.Background(), base); err != nil || !o.Changed {
					t.Errorf("%+v, %v", o, err)
				}
			})
		}
		synctest.Wait()
		impatient, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := f.Fetch(impatient, base); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		close(hold)
		all.Wait()
		if a.count("/base") != 1 || checks != 1 {
			t.Errorf("%d requests, %d checks", a.count("/base"), checks)
		}
	})
}

// When the one who does the work gives up, another does it.
func TestLeaderGivesUp(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newAgency(t)
		client, shut := a.open()
		defer shut()
		hanging := fetch.Source{Name: "hangs", URL: "http://agency.example/hangs"}
		f := a.fetcher(dir, client, hanging)
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := f.Fetch(ctx, hanging); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if _, err := f.Fetch(context.Background(), hanging); !errors.Is(err, fetch.ProblemTimeout) {
				t.Errorf("%v", err)
			}
		})
		synctest.Wait()
		cancel()
		all.Wait()
		if n := a.count("/hangs"); n != 2 {
			t.Errorf("%d requests", n)
		}
		if st := f.Status()[0]; st.Failures != 1 {
			t.Errorf("%+v", st)
		}
	})
}

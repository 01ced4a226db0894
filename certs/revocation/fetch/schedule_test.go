package fetch_test

import (
	"net/http"
	"testing"
	"time"

	"tamga/certs/revocation/fetch"
)

// The pauses are drawn, so what is tested is where they lie: never outside
// their bounds, and not all in one place.
func TestPausesAfterFailures(t *testing.T) {
	w := newWorld(t)
	w.site.answerWith(http.NotFound)
	most := time.Minute
	for n := 1; n <= 30; n++ {
		w.fetch(t)
		wait := w.status(t).NextTry.Sub(start)
		if wait < most/2 || wait > most {
			t.Errorf("after %d failures: %s, want %s to %s", n, wait, most/2, most)
		}
		most = min(2*most, 15*time.Minute)
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string][2]time.Duration{
		"1200":                          {20 * time.Minute, 20 * time.Minute},
		"Mon, 01 Jun 2026 12:30:00 GMT": {30 * time.Minute, 30 * time.Minute},
		"999999999999":                  {time.Hour, time.Hour},
		"-5":                            {30 * time.Second, time.Minute},
		"Mon, 01 Jun 2020 12:30:00 GMT": {30 * time.Second, time.Minute},
		"soon":                          {30 * time.Second, time.Minute},
	} {
		w := newWorld(t)
		w.site.answerWith(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Retry-After", header)
			rw.WriteHeader(http.StatusServiceUnavailable)
		})
		w.fetch(t)
		if wait := w.status(t).NextTry.Sub(start); wait < want[0] || wait > want[1] {
			t.Errorf("%s: %s, want %s to %s", header, wait, want[0], want[1])
		}
	}
}

func TestWhenToLook(t *testing.T) {
	hour := time.Hour
	tests := []struct {
		name        string
		this, next  time.Duration // of the list, from now
		every       time.Duration
		least, most time.Duration // until the next look
	}{
		{"national complete list, new", 0, 27 * hour, 0, 27 * hour / 2, 27 * hour * 3 / 4},
		{"national complete list, ten hours old", -10 * hour, 17 * hour, 0, 7 * hour / 2, 41 * hour / 4},
		{"national complete list, nothing newer after 23 hours", -23 * hour, 4 * hour, 0, hour, 2 * hour},
		{"national delta list by its dates", 0, 15 * hour / 2, 0, 15 * hour / 4, 45 * hour / 8},
		{"national delta list as configured", 0, 15 * hour / 2, hour / 2, hour * 3 / 8, hour / 2},
		{"list of a root, half a year", -hour, 180 * 24 * hour, 0, 18 * hour, 24 * hour},
		{"about to expire", -27 * hour, time.Second, 0, 30 * time.Second, time.Minute},
		{"expired", -30 * hour, -3 * hour, 0, 15 * time.Minute / 2, 15 * time.Minute},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.source.Every = test.every
		w.fetcher = w.another(w.fetcher.Dir)
		raw, err := w.authority.CRL(start.Add(test.this), start.Add(test.next))
		if err != nil {
			t.Fatal(err)
		}
		w.site.publish(raw, `"it"`)
		drawn := map[time.Duration]bool{}
		for range 50 {
			w.mustFetch(t)
			wait := w.status(t).NextTry.Sub(start)
			if wait < test.least || wait > test.most {
				t.Errorf("%s: %s, want %s to %s", test.name, wait, test.least, test.most)
			}
			drawn[wait] = true
		}
		if len(drawn) < 2 {
			t.Errorf("%s: always %v", test.name, drawn)
		}
	}
}

func TestStatusOfEachSource(t *testing.T) {
	w := newWorld(t)
	w.site.publish(w.list(t, start), "")
	w.fetcher.Sources = append(w.fetcher.Sources, fetch.Source{Name: "other", URL: w.server.URL + "/other.crl", Delta: true})
	w.mustFetch(t)
	all := w.fetcher.Status()
	if len(all) != 2 || all[0].State != fetch.StateFresh || all[1].State != fetch.StateNever || !all[1].Delta || all[1].Name != "other" {
		t.Errorf("%+v", all)
	}
}

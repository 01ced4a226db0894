package fetch_test

import (
	"context"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation/fetch"
	"tamga/certs/revocation/serials"
)

func TestParseSources(t *testing.T) {
	got, err := fetch.ParseSources([]byte(`{"sources": [
		{"name": "nca", "url": "http://crl.example/nca.crl"},
		{"name": "nca_d", "url": "https://crl.example/d.crl", "delta": true, "every": "30m",
		 "issuer": "32C7D233A42703A327F3025543A05B930E3F39A786C68DFA196BAA86D5618524"}]}`))
	want := []fetch.Source{
		{Name: "nca", URL: "http://crl.example/nca.crl"},
		{Name: "nca_d", URL: "https://crl.example/d.crl", Delta: true, Every: 30 * time.Minute,
			Issuer: "32c7d233a42703a327f3025543a05b930e3f39a786c68dfa196baa86d5618524"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBadSources(t *testing.T) {
	source := func(fields string) string { return `{"sources": [{` + fields + `}]}` }
	tests := map[string]string{
		"not JSON":            `sources: []`,
		"something follows":   `{"sources": []} {}`,
		"unknown field":       source(`"name": "a", "url": "http://x/", "adress": ""`),
		"no name":             source(`"url": "http://x/"`),
		"path in the name":    source(`"name": "../a", "url": "http://x/"`),
		"hidden name":         source(`"name": ".a", "url": "http://x/"`),
		"long name":           source(`"name": "` + strings.Repeat("a", 65) + `", "url": "http://x/"`),
		"no address":          source(`"name": "a"`),
		"other scheme":        source(`"name": "a", "url": "file:///etc/passwd"`),
		"password":            source(`"name": "a", "url": "http://u:secret@x/"`),
		"short fingerprint":   source(`"name": "a", "url": "http://x/", "issuer": "abcd"`),
		"no fingerprint":      source(`"name": "a", "url": "http://x/", "issuer": "НУЦ"`),
		"too often":           source(`"name": "a", "url": "http://x/", "every": "1s"`),
		"too seldom":          source(`"name": "a", "url": "http://x/", "every": "25h"`),
		"no duration":         source(`"name": "a", "url": "http://x/", "every": "often"`),
		"name twice":          `{"sources": [{"name": "a", "url": "http://x/"}, {"name": "a", "url": "http://y/"}]}`,
		"name in two letters": `{"sources": [{"name": "a", "url": "http://x/"}, {"name": "A", "url": "http://y/"}]}`,
	}
	for name, config := range tests {
		_, err := fetch.ParseSources([]byte(config))
		if !errors.Is(err, fetch.ProblemSource) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := fetch.Fetcher{Dir: t.TempDir(), Sources: []fetch.Source{{Name: "a"}}}
	if err := f.Run(context.Background()); !errors.Is(err, fetch.ProblemSource) {
		t.Errorf("Run: %v", err)
	}
	if _, err := f.Fetch(context.Background(), f.Sources[0]); !errors.Is(err, fetch.ProblemSource) {
		t.Errorf("Fetch: %v", err)
	}
}

func TestNationalSources(t *testing.T) {
	names := map[string]bool{}
	deltas := 0
	for _, s := range fetch.NationalSources() {
		u, err := url.Parse(s.URL)
		if err != nil || names[s.Name] || len(s.Issuer) != 64 || !strings.HasPrefix(s.Name, u.Hostname()) {
			t.Errorf("%+v, %v", s, err)
		}
		names[s.Name] = true
		if s.Delta {
			deltas++
		}
	}
	for _, name := range []string{"crl.pki.gov.kz-nca_gost_2022", "crl.pki.gov.kz-nca_d_gost_2022", "crl.root.gov.kz-rsa2020"} {
		if !names[name] {
			t.Errorf("%s is missing", name)
		}
	}
	if deltas != 2 {
		t.Errorf("%d delta lists", deltas)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f := fetch.Fetcher{Dir: t.TempDir(), Sources: fetch.NationalSources(), Check: fetch.CheckWith(&certs.Pool{}, serials.Options{}, nil)}
	if err := f.Run(ctx); err != nil {
		t.Errorf("the configuration is not accepted: %v", err)
	}
}

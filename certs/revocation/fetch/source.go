package fetch

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"tamga/certs"
	"tamga/jsonfile"
)

// deltaEvery is how often the national delta lists are looked at: the
// authority issues some forty a day, each good for hours.
const deltaEvery = 30 * time.Minute

// Source is an address that one authority's lists are published at.
type Source struct {
	// Name is unique and names the files: latin letters, digits, ".", "-",
	// "_", beginning with a letter or digit, at most 64.
	Name string
	// URL is http or https, without user and password.
	URL string
	// Delta says that delta lists are published here. A list of the other
	// kind is refused.
	Delta bool
	// Issuer is the SHA-256 of the certificate of the authority, hexadecimal.
	// When empty, the first list that Check accepts decides whose name later
	// ones must bear.
	Issuer string
	// Every is the longest time between two looks, a minute to a day. Zero
	// means a day. Looks come earlier when the list's own dates ask for it.
	Every time.Duration
}

type sourceJSON struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Delta  bool   `json:"delta"`
	Issuer string `json:"issuer"`
	Every  string `json:"every"`
}

// ParseSources reads a configuration: {"sources": [{"name": "nca", "url":
// "http://…", "delta": false, "issuer": "…", "every": "30m"}]}. Only name and
// url are needed. Unknown fields and equal names are errors.
func ParseSources(raw []byte) ([]Source, error) {
	var file struct {
		Sources []sourceJSON `json:"sources"`
	}
	if err := jsonfile.Read(raw, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ProblemSource, err)
	}
	var sources []Source
	for _, j := range file.Sources {
		s := Source{Name: j.Name, URL: j.URL, Delta: j.Delta, Issuer: strings.ToLower(j.Issuer)}
		if j.Every != "" {
			every, err := time.ParseDuration(j.Every)
			if err != nil {
				return nil, fmt.Errorf("%w: %s: %w", ProblemSource, j.Name, err)
			}
			s.Every = every
		}
		sources = append(sources, s)
	}
	return sources, validateAll(sources)
}

// NationalSources returns the lists of the production authorities whose
// addresses are known, complete and delta, each bound to its authority.
func NationalSources() []Source {
	var sources []Source
	for _, ca := range certs.NationalCAs() {
		if ca.CRL != "" {
			sources = append(sources, Source{Name: nameFromURL(ca.CRL), URL: ca.CRL, Issuer: ca.SHA256})
		}
		if ca.DeltaCRL != "" {
			sources = append(sources, Source{
				Name: nameFromURL(ca.DeltaCRL), URL: ca.DeltaCRL, Issuer: ca.SHA256, Delta: true, Every: deltaEvery,
			})
		}
	}
	return sources
}

// nameFromURL makes "crl.root.gov.kz-gost2020" of
// "http://crl.root.gov.kz/gost2020.crl".
func nameFromURL(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host + "-" + strings.TrimSuffix(path.Base(rest), ".crl")
}

func validateAll(sources []Source) error {
	seen := map[string]bool{}
	for _, s := range sources {
		if err := s.validate(); err != nil {
			return err
		}
		// Some file systems do not tell letters from capitals.
		key := strings.ToLower(s.Name)
		if seen[key] {
			return fmt.Errorf("%w: two sources are named %q", ProblemSource, s.Name)
		}
		seen[key] = true
	}
	return nil
}

func (s Source) validate() error {
	if ok, err := regexp.MatchString(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, s.Name); err != nil || !ok {
		return fmt.Errorf("%w: name %q", ProblemSource, s.Name)
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		// The address is not repeated: it may hold a password.
		return fmt.Errorf("%w: %s: address", ProblemSource, s.Name)
	}
	if raw, err := hex.DecodeString(s.Issuer); err != nil || len(raw) != 0 && len(raw) != 32 {
		return fmt.Errorf("%w: %s: issuer is not a SHA-256", ProblemSource, s.Name)
	}
	if s.Every != 0 && (s.Every < time.Minute || s.Every > day) {
		return fmt.Errorf("%w: %s: every %s is not between a minute and a day", ProblemSource, s.Name, s.Every)
	}
	return nil
}

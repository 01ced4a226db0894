package revocation_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"tamga/certs/revocation"
)

// TestParseRetired holds that declarations are read as they were written, and that
// whatever else stands in the file is refused: nobody ends by a mistake in writing.
func TestParseRetired(t *testing.T) {
	at := time.Date(2024, 3, 12, 11, 34, 7, 0, time.UTC)
	ends := []revocation.End{
		{Authority: [32]byte{1}, At: at, Destroyed: true, Lists: [][32]byte{{2}, {3}}},
		{Authority: [32]byte{4}, At: at.Add(time.Hour)},
	}
	raw, err := revocation.FormatRetired(ends, func([32]byte) string { return "ҰҚО" })
	if err != nil {
		t.Fatal(err)
	}
	got, err := revocation.ParseRetired(raw)
	if err != nil || !reflect.DeepEqual(got, ends) {
		t.Errorf("%+v %v of\n%s", got, err, raw)
	}
	id := strings.Repeat("ab", 32)
	for name, test := range map[string]struct{ text, says string }{
		"no JSON":           {"ended", "invalid character"},
		"unknown member":    {`{"retired": [], "more": 1}`, "unknown field"},
		"unknown in one":    {`{"retired": [{"certificate": "` + id + `", "ended": "2024-03-12T11:34:07Z", "destroyed": true}]}`, "unknown field"},
		"twice":             {`{"retired": [{"certificate": "` + id + `", "ended": "2024-03-12T11:34:07Z"}, {"certificate": "` + id + `", "ended": "2024-03-12T11:34:07Z"}]}`, "stands twice"},
		"no time":           {`{"retired": [{"certificate": "` + id + `"}]}`, "does not say when"},
		"no certificate":    {`{"retired": [{"ended": "2024-03-12T11:34:07Z"}]}`, "no SHA-256"},
		"a short digest":    {`{"retired": [{"certificate": "` + id[2:] + `", "ended": "2024-03-12T11:34:07Z"}]}`, "no SHA-256"},
		"a list of no sum":  {`{"retired": [{"certificate": "` + id + `", "ended": "2024-03-12T11:34:07Z", "last_lists": ["x"]}]}`, "no SHA-256"},
		"a time of no form": {`{"retired": [{"certificate": "` + id + `", "ended": "2024"}]}`, "parsing time"},
		"something behind":  {`{"retired": []} {}`, "more than one value"},
	} {
		if _, err := revocation.ParseRetired([]byte(test.text)); !errors.Is(err, revocation.ErrRetired) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNoRetired holds that nothing ends where nothing was declared.
func TestNoRetired(t *testing.T) {
	for name, r := range map[string]*revocation.Retired{"nil": nil, "empty": {}} {
		if r.Lists() != nil || len(r.Ends()) > 0 {
			t.Errorf("%s has something", name)
		}
	}
}

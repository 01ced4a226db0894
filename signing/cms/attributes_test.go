package cms

import (
	"encoding/asn1"
	"errors"
	"reflect"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/der"
)

// What breaks a set of attributes is named as what it is.
func TestMalformedAttributes(t *testing.T) {
	id := der.OID(OIDContentHints)
	for name, c := range map[string]struct {
		set  []byte
		want string // empty: they are read
	}{
		"none":            {nil, ""},
		"one":             {der.Sequence(id, der.Set(der.NullValue())), ""},
		"not a sequence":  {der.Set(id, der.Set(der.NullValue())), "another element was expected here"},
		"no identifier":   {der.Sequence(der.Set()), "another element was expected here"},
		"no set":          {der.Sequence(id, der.Sequence()), "another element was expected here"},
		"nothing":         {der.Sequence(), "another element was expected here"},
		"something after": {der.Sequence(id, der.Set(der.NullValue()), der.NullValue()), "bytes are left over"},
		"cut":             {der.Sequence(id, der.Set(der.NullValue()))[:8], "truncated"},
	} {
		_, _, err := parseAttributes(c.set)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, der.ErrSyntax) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Parameters that cannot be read do not become those of another algorithm in what
// the library writes.
func TestLibraryAlgorithm(t *testing.T) {
	for name, c := range map[string]struct {
		parameters []byte
		want       asn1.RawValue
		refused    bool
	}{
		"absent":  {nil, asn1.RawValue{}, false},
		"null":    {der.NullValue(), asn1.RawValue{Tag: asn1.TagNull, Bytes: []byte{}, FullBytes: der.NullValue()}, false},
		"cut":     {[]byte{0x30, 5, 1}, asn1.RawValue{}, true},
		"nothing": {[]byte{}, asn1.RawValue{}, true},
	} {
		got, err := libraryAlgorithm(certs.AlgorithmIdentifier{OID: certs.SHA256.OID, Parameters: c.parameters})
		if c.refused {
			if err == nil || !strings.HasPrefix(err.Error(), "build CMS: algorithm parameters: asn1: ") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || !got.Algorithm.Equal(certs.SHA256.OID) || !reflect.DeepEqual(got.Parameters, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

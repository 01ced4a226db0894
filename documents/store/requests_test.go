package store

import (
	"testing"
)

// Requests are the same when they say the same, whatever order or empty members
// they are written with; which document is asked for is said by a member alone.
func TestCanonicalRequests(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"order":               {`{"a":{"x":"1","y":2}}`, `{"a":{"y":2,"x":"1"}}`, true},
		"a field of later":    {`{"a":{"x":"1"}}`, `{"a":{"x":"1","new":"","more":{"kk":"","ru":""},"list":[],"no":null,"off":false,"n":0}}`, true},
		"another value":       {`{"a":{"x":"1"}}`, `{"a":{"x":"2"}}`, false},
		"a number of a text":  {`{"a":{"x":"1"}}`, `{"a":{"x":1}}`, false},
		"another kind":        {`{"a":{}}`, `{"b":{}}`, false},
		"an array is as long": {`{"a":{"x":["",""]}}`, `{"a":{"x":[""]}}`, false},
		"long numbers":        {`{"a":{"x":9007199254740993}}`, `{"a":{"x":9007199254740992}}`, false},
	} {
		a, err1 := canonical([]byte(c.a))
		b, err2 := canonical([]byte(c.b))
		if err1 != nil || err2 != nil || (string(a) == string(b)) != c.same {
			t.Errorf("%s: %s and %s, %v, %v", name, a, b, err1, err2)
		}
	}
	if _, err := canonical([]byte(`[]`)); err == nil {
		t.Error("an array is no request")
	}
}

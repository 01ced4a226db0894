package api

import (
	"bytes"
	"reflect"
	"testing"
)

// Every member of a request to sign tells it from other requests, but the client's
// own id; and files are compared by what they are.
func TestSumsOfRequestsToSign(t *testing.T) {
	sum := func(r signRequest) string {
		t.Helper()
		s, err := r.sum()
		if err != nil {
			t.Fatal(err)
		}
		return s.String()
	}
	seen := map[string]string{sum(signRequest{}): "nothing"}
	kind := reflect.TypeFor[signRequest]()
	for i := range kind.NumField() {
		var r signRequest
		name := kind.Field(i).Name
		switch v := reflect.ValueOf(&r).Elem().Field(i); v.Kind() {
		case reflect.String:
			v.SetString("a")
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int:
			v.SetInt(1)
		case reflect.Slice:
			v.SetBytes([]byte("a"))
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		default:
			t.Fatalf("%s is of a kind that this test does not know", name)
		}
		other := seen[sum(r)]
		if name == "ID" {
			if other != "nothing" {
				t.Error("the client's own id tells requests apart")
			}
			continue
		}
		if other != "" {
			t.Errorf("%s is taken for %s", name, other)
		}
		seen[sum(r)] = name
	}
	empty, content := signRequest{Content: []byte{}}, signRequest{Content: []byte("content")}
	if sum(empty) == sum(signRequest{}) {
		t.Error("an empty content is taken for none")
	}
	if sum(content) == sum(signRequest{Content: []byte("another")}) || !bytes.Equal(content.Content, []byte("content")) {
		t.Errorf("contents are not compared, or are changed: %q", content.Content)
	}
}

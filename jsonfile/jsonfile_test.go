package jsonfile_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"tamga/jsonfile"
)

type inner struct {
	Name string `json:"name"`
}

type file struct {
	Name  string           `json:"name"`
	Year  int              `json:"year"`
	List  []inner          `json:"list"`
	Named map[string]inner `json:"named"`
}

func TestRead(t *testing.T) {
	var got file
	const whole = ` {"name": "a", "list": [{"name": "b"}, {"name": "c"}], "named": {"name": {"name": "d"}}}` + "\n"
	if err := jsonfile.Read([]byte(whole), &got); err != nil || got.Name != "a" || len(got.List) != 2 || got.Named["name"].Name != "d" {
		t.Errorf("%+v, %v", got, err)
	}
	got = file{Name: "kept", Year: 7}
	if err := jsonfile.Read([]byte(`{"year": 8}`), &got); err != nil || got.Name != "kept" || got.Year != 8 {
		t.Errorf("over what was there: %+v, %v", got, err)
	}
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	var anything any
	if err := jsonfile.Read([]byte(deep(100)), &anything); err != nil {
		t.Errorf("100 deep: %v", err)
	}
	for _, c := range []struct {
		text, said string
		offset     int64
	}{
		{``, "there is nothing in it", 0},
		{" \n", "there is nothing in it", 0},
		{`{"name": "a"`, "unexpected EOF", 12},
		{`{"name": "a"} {}`, "more than one value", 15},
		{`{"name": "a"} x`, "more than one value", 14},
		{`{"name": "a", "name": "b"}`, `"name" stands twice`, 20},
		{`{"name": "a", "Name": "b"}`, `"Name" stands twice`, 20},
		{`{"list": [{"name": "a"}, {"name": "b", "name": "c"}]}`, `"name" stands twice`, 45},
		{`{"named": {"a": {}, "a": {}}}`, `"a" stands twice`, 23},
		{`{"nama": "a"}`, `unknown field "nama"`, 1},
		{`{"name": 7}`, "cannot unmarshal number", 10},
		{`{"name": "a",}`, "invalid character '}'", 13},
		{`[]`, "cannot unmarshal array", 1},
		{deep(101), "more than 100 times", 101},
	} {
		err := jsonfile.Read([]byte(c.text), &file{})
		var told *jsonfile.Error
		if !errors.As(err, &told) || !strings.Contains(err.Error(), c.said) || told.Offset != c.offset {
			t.Errorf("%s: %#v, %v; want %s at %d", c.text, told, err, c.said, c.offset)
		}
	}
	var kind *json.UnmarshalTypeError
	if err := jsonfile.Read([]byte(`{"year": "x"}`), &file{}); !errors.As(err, &kind) || kind.Field != "year" {
		t.Errorf("%v", err)
	}
}

// FuzzRead holds that what is read is what the decoder finds.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"name": "a", "list": [{"name": "b"}]}`))
	f.Add([]byte(`{"a": {"a": 1, "A": 2}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got, want any
		if jsonfile.Read(raw, &got) != nil {
			return
		}
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatalf("%q is read, and is no JSON: %v", raw, err)
		}
		again, _ := json.Marshal(got)
		if plain, _ := json.Marshal(want); string(again) != string(plain) {
			t.Fatalf("%q: %s, want %s", raw, again, plain)
		}
	})
}

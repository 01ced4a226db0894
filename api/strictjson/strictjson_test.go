package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"tamga/api/strictjson"
)

type inner struct {
	Text string `json:"text"`
	List []string
}

type body struct {
	File    *strictjson.Bytes   `json:"file"`
	Content *strictjson.Content `json:"content"`
	Name    string              `json:"name"`
	Pointer *string             `json:"pointer"`
	Yes     bool                `json:"yes"`
	Number  int                 `json:"number"`
	Map     map[string]string   `json:"map"`
	Files   []strictjson.Bytes  `json:"files"`
	Inner   *inner              `json:"inner"`
	At      time.Time           `json:"at"`
	Plain   []byte              `json:"plain"`
}

// What is not taken, each with its place. Offsets are those of the value, or of
// the end of the name where the name is the fault.
func TestDecodeRefuses(t *testing.T) {
	for raw, want := range map[string]string{
		``:                                       "0  syntax",
		` `:                                      "1  syntax",
		`null`:                                   "0  type",
		`[]`:                                     "0  type",
		`"text"`:                                 "0  type",
		`7`:                                      "0  type",
		`{`:                                      "1  syntax",
		`{} {}`:                                  "3  syntax",
		`{}x`:                                    "2  syntax",
		`{"name": 'a'}`:                          "9 /name syntax",
		"{\"name\": \"\xff\"}":                   "10 /name syntax",
		`{"name": "a", "name": "b"}`:             "14 /name duplicate",
		`{"name": "a", "n\u0061me": "b"}`:        "14 /name duplicate",
		`{"map": {"a": "b", "a": "c"}}`:          "19 /map/a duplicate",
		`{"Name": "a"}`:                          "1 /Name unknown_field",
		`{"inner": {"name": "a"}}`:               "11 /inner/name unknown_field",
		`{"name": 7}`:                            "9 /name type",
		`{"name": true}`:                         "9 /name type",
		`{"name": {"a": 1}}`:                     "9 /name type",
		`{"name": ["a"]}`:                        "9 /name type",
		`{"pointer": 7}`:                         "12 /pointer type",
		`{"yes": "true"}`:                        "8 /yes type",
		`{"number": "7"}`:                        "11 /number type",
		`{"number": 7.5}`:                        "11 /number type",
		`{"map": "a"}`:                           "8 /map type",
		`{"map": {"a": 1}}`:                      "14 /map/a type",
		`{"inner": []}`:                          "10 /inner type",
		`{"files": {"a": 1}}`:                    "10 /files type",
		`{"files": ["YQ==", 7]}`:                 "19 /files/1 type",
		`{"file": 7}`:                            "9 /file type",
		`{"file": "no base64!"}`:                 "9 /file base64",
		`{"content": "no base64"}`:               "12 /content base64",
		`{"at": "yesterday"}`:                    "7 /at type",
		`{"at": 7}`:                              "7 /at type",
		`{"at": "0001-01-01T00:00:00Z"}`:         "7 /at type",
		`{"at": "0001-01-01T00:00:00.9Z"}`:       "7 /at type",
		`{"at": "0001-01-01T05:00:00+05:00"}`:    "7 /at type",
		`{"plain": ["a"]}`:                       "10 /plain type",
		`{"plain": "a"}`:                         "10 /plain type",
		`{"plain": ""}`:                          "10 /plain required",
		`{"name": ""}`:                           "9 /name required",
		`{"name" : ""}`:                          "10 /name required",
		`{"name": null}`:                         "9 /name required",
		`{"name": " \t"}`:                        "9 /name required",
		`{"name": "\u00a0\u2003"}`:               "9 /name required",
		"{\"name\": \"\u00a0\"}":                 "9 /name required",
		`{"pointer": ""}`:                        "12 /pointer required",
		`{"pointer": null}`:                      "12 /pointer required",
		`{"yes": null}`:                          "8 /yes required",
		`{"number": null}`:                       "11 /number required",
		`{"map": {}}`:                            "8 /map required",
		`{"map": { }}`:                           "8 /map required",
		`{"map": null}`:                          "8 /map required",
		`{"map": {"a": ""}}`:                     "14 /map/a required",
		`{"files": []}`:                          "10 /files required",
		`{"files": null}`:                        "10 /files required",
		`{"files": [""]}`:                        "11 /files/0 required",
		`{"files": ["YQ==", ""]}`:                "19 /files/1 required",
		`{"files": ["YQ==", null]}`:              "19 /files/1 required",
		`{"inner": {}}`:                          "10 /inner required",
		`{"inner": {"text": ""}}`:                "19 /inner/text required",
		`{"inner": {"List": ["a", " "]}}`:        "25 /inner/List/1 required",
		`{"inner": null}`:                        "10 /inner required",
		`{"file": ""}`:                           "9 /file required",
		`{"file": null}`:                         "9 /file required",
		`{"content": null}`:                      "12 /content required",
		`{"at": ""}`:                             "7 /at required, 7 /at type",
		`{"name": "", "file": ""}`:               "9 /name required, 21 /file required",
		`{"name": "", "x": 1}`:                   "9 /name required, 13 /x unknown_field",
		`{"map": ` + strings.Repeat(`{"a":`, 40): "13 /map/a type",
	} {
		var into body
		var refused *strictjson.Error
		err := strictjson.Decode([]byte(raw), &into)
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		var got []string
		for _, f := range refused.Faults {
			got = append(got, fmt.Sprintf("%d %s %s", f.Offset, f.Pointer, f.Code))
			broken := f.Code == strictjson.CodeSyntax || f.Code == strictjson.CodeDuplicate || f.Pointer == ""
			if f.Detail == "" || refused.Broken() != broken {
				t.Errorf("%s: %+v, broken: %t", raw, f, refused.Broken())
			}
		}
		if all := strings.Join(got, ", "); all != want {
			t.Errorf("%s: %s, want %s", raw, all, want)
		}
	}
}

// What is taken, and what becomes of it.
func TestDecode(t *testing.T) {
	var into body
	raw := []byte(`{"file": "b3Ry\r\naGE=\n", "content": "", "name": " a ", "pointer": "p", "yes": false, "number": 0,
		"map": {"": "x"}, "files": ["YQ==", " YQ== ", "-----BEGIN X-----\nYQ==\n-----END X-----\n"],
		"inner": {"text": "\u0431", "List": ["a"]}, "at": "2026-06-01T12:00:00+05:00", "plain": "YQ=="}`)
	if err := strictjson.Decode(raw, &into); err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		raw[i] = 'x' // nothing is kept of it
	}
	again, err := json.Marshal(into)
	want := `{"file":"b3RyaGE=","content":"","name":" a ","pointer":"p","yes":false,"number":0,"map":{"":"x"},` +
		`"files":["YQ==","YQ==","LS0tLS1CRUdJTiBYLS0tLS0KWVE9PQotLS0tLUVORCBYLS0tLS0="],"inner":{"text":"б","List":["a"]},"at":"2026-06-01T12:00:00+05:00","plain":"YQ=="}`
	if err != nil || string(again) != want {
		t.Errorf("%v\n%s, want\n%s", err, again, want)
	}
	if into.Content == nil || *into.Content == nil {
		t.Error("an empty content is absent")
	}
	into = body{}
	if err := strictjson.Decode([]byte("\n{}\n"), &into); err != nil || into.File != nil || into.Content != nil {
		t.Errorf("%v %+v", err, into)
	}
}

// A limit is one below and one above.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want strictjson.Code
	}{
		"text":     {`{"name": "` + strings.Repeat("a", 64<<10-1) + `"}`, ""},
		"text +1":  {`{"name": "` + strings.Repeat("a", 64<<10) + `"}`, strictjson.CodeTooLong},
		"list":     {`{"inner": {"List": ["a"` + strings.Repeat(`,"a"`, 10_000-6) + `]}}`, ""},
		"list +1":  {`{"inner": {"List": ["a"` + strings.Repeat(`,"a"`, 10_000-3) + `]}}`, strictjson.CodeTooLong},
		"file":     {`{"file": "` + strings.Repeat("AAAA", 64<<10) + `"}`, ""},
		"20 empty": {`{"files": [""` + strings.Repeat(`,""`, 19) + `]}`, strictjson.CodeRequired},
		"unknown":  {`{"` + strings.Repeat("a", 1<<20) + `": 1}`, strictjson.CodeUnknown},
	} {
		var into body
		var refused *strictjson.Error
		err := strictjson.Decode([]byte(c.raw), &into)
		if c.want == "" && err == nil {
			continue
		}
		if !errors.As(err, &refused) || refused.Faults[len(refused.Faults)-1].Code != c.want {
			t.Errorf("%s: %.200v", name, err)
		} else if last := refused.Faults[len(refused.Faults)-1]; len(last.Pointer) > 210 || len(refused.Faults) > 21 {
			t.Errorf("%s: %d faults, %.300q", name, len(refused.Faults), last.Pointer)
		}
	}
}

// A hostile body costs next to nothing beyond its own bytes: it ends at the
// first name that does not belong, before what it holds is read.
func TestHostileBodiesCostNothing(t *testing.T) {
	names := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"n%d":1,`, i)
		}
		return b.String() + `"n":1}`
	}
	many := names(2_200_000)
	for name, raw := range map[string]string{
		"names":             "{" + many,
		"names in a text":   `{"name": {` + many + "}",
		"names in a map":    `{"map": {` + strings.ReplaceAll(many, ":1", `:"a"`) + "}",
		"names below":       `{"inner": {` + many + "}",
		"names in a file":   `{"file": {` + many + "}",
		"values":            `{"inner": {"List": [` + strings.Repeat(`"a",`, 4_000_000) + `"a"]}}`,
		"empty values":      `{"files": [` + strings.Repeat(`"",`, 4_000_000) + `""]}`,
		"a depth":           `{"map": ` + strings.Repeat(`{"a":`, 4_000_000),
		"a list of a depth": `{"files": ` + strings.Repeat(`[`, 4_000_000),
		"a long text":       `{"name": "` + strings.Repeat(`a`, 20<<20) + `"}`,
	} {
		text := []byte(raw)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := strictjson.Decode(text, &body{})
		runtime.ReadMemStats(&after)
		var refused *strictjson.Error
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 8<<20 {
			t.Errorf("%s: a body of %d bytes took %d more", name, len(text), spent)
		}
	}
}

// A file is decoded once: its bytes, and not the text once more.
func TestFileCostsItsBytes(t *testing.T) {
	raw := []byte(`{"file": "` + strings.Repeat("QUJD", 5<<20) + `"}`) // 20 MB of base64
	var into body
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := strictjson.Decode(raw, &into)
	runtime.ReadMemStats(&after)
	if err != nil || len(*into.File) != 15<<20 {
		t.Fatal(err)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 16<<20 {
		t.Errorf("a file of %d bytes took %d", len(*into.File), spent)
	}
}

// FuzzDecode asks that a stranger's body ends in an answer, and that what is
// accepted means the same to the standard library.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"name":"a","file":"YQ=="}`, `{"name":""}`, `{"map":{"a":"b"}}`, `{"inner":{"text":"x"}}`, `{"name":"\u00a0"}`, `{"a":1,"a":2}`,
		`{"content":""}`, `[]`, `{"files":["YQ==",""]}`, "\xff", `{"at":"2026-06-01T12:00:00Z"}`, strings.Repeat(`{"map":`, 50),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkBeyond(t, string(raw))
		var strict, plain body
		err := strictjson.Decode(raw, &strict)
		var refused *strictjson.Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("%q: %v", raw, err)
		}
		if err != nil || strict.File != nil || strict.Content != nil || strict.Files != nil {
			return
		}
		if err := json.Unmarshal(raw, &plain); err != nil {
			t.Fatalf("%q is accepted, and is no JSON: %v", raw, err)
		}
		a, _ := json.Marshal(strict)
		b, _ := json.Marshal(plain)
		if string(a) != string(b) {
			t.Errorf("%q: %s and %s", raw, a, b)
		}
	})
}

// checkBeyond compares what becomes of a body when files are read by themselves with
// what becomes of it otherwise.
func checkBeyond(t *testing.T, raw string) {
	t.Helper()
	var whole body
	want := strictjson.DecodeBeyond([]byte(raw), &whole, len(raw))
	for _, longest := range []int{0, 3, 8} {
		var apart body
		err := strictjson.DecodeBeyond([]byte(raw), &apart, longest)
		if fmt.Sprint(err) != fmt.Sprint(want) || err == nil && !reflect.DeepEqual(apart, whole) {
			t.Errorf("%q beyond %d: %v, %+v; want %v, %+v", raw, longest, err, apart, want, whole)
		}
	}
}

// Files that are read by themselves are read as others are, and where that cannot
// be, all is.
func TestDecodeLongFiles(t *testing.T) {
	for _, raw := range []string{
		`{"file": "YWJjZGVmZ2hpamts"}`, `{"file": "YWJjZGVmZ2hpamtsbQ=="}`, `{"file": "YWJjZGVmZ2hpamtsbR=="}`,
		`{"file": "YWJjZGVmZ2hpamtsbQ"}`, `{"file": " YWJjZGVmZ2hpamtsbQ== "}`, `{"file": "YWJjZGVmZ2hpamtsbQ==","name":"a"}`,
		"{\"file\": \"YWJjZGVm\nZ2hpamts\"}", "{\"file\": \"YWJjZGVm\rZ2hpamts\"}", `{"file": "YWJjZGVm\nZ2hpamts"}`, `{"file": "YWJjZGVm\"Z2hpamts"}`,
		`{"file": "YWJjZGVm\\"}`, `{"file": "YWJjZGVm\\\"", "name": "x"}`, "{\"file\": \"YWJj\xffZGVmZGVm\"}", `{"file": "-"}`, `{"file": "-", "content": "YWJjZGVmZ2hpamts"}`,
		`{"content": "YWJjZGVmZ2hpamts", "file": "-"}`, `{"content": "YWJjZGVmZ2hpamts", "name": "-"}`, `{"content": "YWJj ZGVm Z2hpamts"}`,
		`{"files": ["YWJjZGVmZ2hpamts", "YQ==", "eHl6YWJjZGVmZ2hpamts"], "content" : "YWJjZGVmZ2hpamts"}`,
		`{"files": ["YWJjZGVmZ2hpamts", "", "eHl6YWJjZGVmZ2hpamts"]}`, `{"name": "YWJjZGVmZ2hpamts"}`, `{"name": "YWJjZGVmZ2hpamts", "file": "YWJjZGVmZ2hpamts"}`,
		`{"map": {"YWJjZGVmZ2hpamts": "YWJjZGVmZ2hpamts"}}`, `{"YWJjZGVmZ2hpamts" : "YWJjZGVmZ2hpamts"}`, `{"YWJjZGVmZ2hpamts"
			: 1, "file": "YWJjZGVmZ2hpamts"}`,
		`{"file": "YWJjZGVmZ2hpamts", "file": "YWJjZGVmZ2hpamts"}`, `{"number": "YWJjZGVmZ2hpamts"}`, `{"plain": "YWJjZGVmZ2hpamts"}`, `{"at": "YWJjZGVmZ2hpamts"}`,
		`{"file": "YWJjZGVmZ2hpamts"`, `{"file": "YWJjZGVmZ2hpamts"} x`, `{"file": "YWJjZGVmZ2hpamts", "x": 1}`, `"YWJjZGVmZ2hpamts"`, `["YWJjZGVmZ2hpamts"]`,
		`{"file" "YWJjZGVmZ2hpamts"}`, `{"file": "YWJjZGVmZ2hpamts" "YWJjZGVmZ2hpamts"}`, `{"file": "data:;base64,YWJjZGVmZ2hpamts"}`,
		`{"file": "-----BEGIN X-----\nYWJjZGVmZ2hpamts\n-----END X-----"}`, `{"file": "YWJjZGVmZ2hpamts`, `{"file": "YWJjZGVmZ2hpamts\`,
	} {
		checkBeyond(t, raw)
	}
	long := strings.Repeat("YWJj", 20_000)
	var into body
	if err := strictjson.Decode([]byte(`{"name": "a", "file": "`+long+`", "files": ["YQ==", "`+long+`"]}`), &into); err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("abc", 20_000); into.Name != "a" || string(*into.File) != want || string(into.Files[1]) != want || string(into.Files[0]) != "a" {
		t.Errorf("a file of %d bytes, and %d files", len(*into.File), len(into.Files))
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A small module whose tests see some changes and are blind to others.
func TestFixture(t *testing.T) {
	root, err := filepath.Abs("testdata/fixture")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Join(root, "var")) })
	const never = `{"file":"age/age.go","where":"Sum","change":"if a == 0 {  =>  if false && (a == 0) {","reason":"zero adds nothing"}`
	for _, test := range []struct {
		name, only, claims string
		said               []string
		fine               bool
	}{
		{"noticed", `age.go:18.*>=`, "", []string{"noticed age/age.go:18:15 [comparison] by fixture/age TestAges", "age, code                             3        3           0         0  100.0%"}, true},
		{"survives in a row of a table", `adulu`, "", []string{"SURVIVED age/age.go:22:52 Words [word]", `+ var Words = map[string]string{"child": "бала", "adulu": "ересек"}`}, false},
		{"survives in an embedded file", `json:1:22.*64`, "", []string{"SURVIVED age/limits.json:1:22 /old [number]", `+ {"grown": 18, "old": 64,`, "too few"}, false},
		{"equivalent, but one of one is too many", `age.go:28.*false &&`, never, []string{"equivalent age/age.go:28:6: zero adds nothing", "WRONG 1 of 1 are called equivalent"}, false},
		{"called equivalent and noticed", `age.go:31.*-=`, strings.Replace(never, `if a == 0 {  =>  if false && (a == 0) {`, `sum += a  =>  sum -= a`, 1),
			[]string{"WRONG age/age.go:31:7 is called equivalent, but fixture/age TestAges notices it"}, false},
		{"a claim about what is gone", `age.go:18.*>=`, strings.ReplaceAll(never, "a == 0", "a == 1"), []string{"WRONG no such place any more: age/age.go Sum"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			claims := filepath.Join(t.TempDir(), "equivalent.jsonl")
			if err := os.WriteFile(claims, []byte(test.claims), 0o600); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			fine, err := survey(options{root: root, claims: claims, folders: []string{"./age"}, seed: 1, workers: 2, verbose: true, only: test.only,
				most: map[group]int{inCode: -1, inTables: -1, inFiles: -1}}, &out)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range test.said {
				if !strings.Contains(out.String(), line) {
					t.Errorf("it does not say %q", line)
				}
			}
			if fine != test.fine {
				t.Errorf("fine is %v", fine)
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}

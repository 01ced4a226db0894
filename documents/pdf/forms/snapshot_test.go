package forms

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"tamga/documents/pdf"
)

// snapshot is what the tests of documents/pdf print, which cannot import this
// package.
var snapshot = filepath.Join("..", "testdata", "forms.json")

// TestSnapshot holds what the tests of documents/pdf print equal to what the
// forms give. With -update it is written anew.
func TestSnapshot(t *testing.T) {
	all := Specimens()
	if *update {
		raw, err := json.MarshalIndent(all, "", "\t")
		must(t, err)
		must(t, os.WriteFile(snapshot, append(raw, '\n'), 0o644))
	}
	raw, err := os.ReadFile(snapshot)
	must(t, err)
	var kept map[string]pdf.Content
	must(t, json.Unmarshal(raw, &kept))
	for name, c := range all {
		if !reflect.DeepEqual(kept[name], c) {
			t.Errorf("%s is not what documents/pdf prints in its tests: run go test ./documents/pdf/forms -update, then ./documents/pdf -update", name)
		}
	}
	if len(kept) != len(all) {
		t.Errorf("%d contents are kept, %d are printed", len(kept), len(all))
	}
}

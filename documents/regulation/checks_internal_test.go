package regulation

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"tamga/documents"
)

// What conditions ask is one list, in the data and in the code: no name of the code
// that no condition asks, and none of the data that the code does not know.
func TestChecksAreOneList(t *testing.T) {
	law, err := ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[Check]bool{}
	for _, e := range law.Editions() {
		for _, r := range e.Routes {
			for _, s := range r.Steps {
				for _, c := range s.Checks {
					asked[c] = true
				}
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(asked)), slices.Sorted(slices.Values(checks)); !slices.Equal(got, want) {
		t.Errorf("the data asks %q, the code knows %q", got, want)
	}
}

// The grounds of refusals and notices are one list too: documents can name each that
// an edition has, and its words are the edition's alone.
func TestGroundsAreOneList(t *testing.T) {
	editions, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range editions {
		for _, n := range e.Notices {
			d, pointer := documents.Draft{Notice: &documents.Notice{Ground: documents.NoticeGround(n.ID)}}, "/notice/ground"
			if n.Document == documents.KindRefusal {
				d, pointer = documents.Draft{Refusal: &documents.Refusal{Ground: documents.RefusalGround(n.ID)}}, "/refusal/ground"
			}
			var invalid *documents.InvalidError
			if !errors.As(d.Validate(), &invalid) {
				t.Fatalf("an empty %s is complete", n.Document)
			}
			for _, f := range invalid.Fields {
				if f.Pointer == pointer {
					t.Errorf("%s has %s, which no %s can name: %+v", e.ID, n.ID, n.Document, f)
				}
			}
		}
	}
}

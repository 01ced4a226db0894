package changes_test

import (
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

func TestPermissionOf(t *testing.T) {
	for _, c := range []struct {
		name  string
		level changes.Level
		locks int
	}{
		{"honest: nothing follows", changes.FormFilling, 0},
		{"honest: certified, nothing follows", changes.LTV, 0},
		{"honest: a field filled after a certification", changes.FormFilling, 0},
		{"honest: a comment where comments are permitted", changes.Annotations, 0},
		{"certified: a level that does not exist", changes.LTV, 0},
		{"locked: the named field filled", changes.FormFilling, 1},
		{"locked: by the field's own lock", changes.FormFilling, 1},
		{"locked: the lock's own level", changes.LTV, 1},
		{"locked: a lock that cannot be read", changes.LTV, 1},
	} {
		doc, err := pades.Read(caseFile(t, c.name))
		if err != nil {
			t.Fatal(err)
		}
		p := changes.PermissionOf(doc, &doc.Signatures[0])
		if p.Level != c.level || len(p.Locks) != c.locks {
			t.Errorf("%s: %+v", c.name, p)
		}
		// A field that is nowhere may have locked everything.
		lost := doc.Signatures[0]
		lost.FieldID = pades.Ref{Number: 4242}
		p = changes.PermissionOf(doc, &lost)
		if n := len(p.Locks); p.Level > changes.LTV || n == 0 || p.Locks[n-1].Action != "All" {
			t.Errorf("%s, without its field: %+v", c.name, p)
		}
	}
}

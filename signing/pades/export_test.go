package pades

import "testing"

// What the tests beside the judge of changes make their files with.
var Secrets = secrets

// SignedWithToken adds a revision with a signature field of a token of no worth.
func SignedWithToken(t *testing.T, file []byte) []byte {
	t.Helper()
	return mustFill(t, mustPrepare(t, file, NewSignature{}))
}

// Rewritten adds a revision that writes an object anew.
func Rewritten(t *testing.T, d *Document, ref Ref, o Object) []byte {
	t.Helper()
	u, err := d.extend(0)
	if err != nil {
		t.Fatal(err)
	}
	u.write(ref, o)
	if err := u.finish(); err != nil {
		t.Fatal(err)
	}
	return u.out
}

package pades

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// FuzzIncrement adds revisions to whatever can be read: what comes out is sound
// and begins with the file, or the error is one of the documented ones.
func FuzzIncrement(f *testing.F) {
	for _, file := range inputs() {
		f.Add(file, "Себебі (ЖШС)", "", byte(0))
	}
	f.Add(fields("<</FT/Sig/T(a)/Lock<</Action/All>>>>").build(), "\xff", "a", byte(2))
	documented := []error{ErrUnsound, ErrField, ErrNotFirst, ErrRevision, ErrNotDER}
	f.Fuzz(func(t *testing.T, file []byte, text, field string, certify byte) {
		d, err := Read(file)
		if err != nil {
			return
		}
		check := func(out []byte, err error) {
			if err != nil {
				if !slices.ContainsFunc(documented, func(e error) bool { return errors.Is(err, e) }) {
					t.Fatalf("undocumented error %v", err)
				}
				return
			}
			after, err := Read(out)
			if err == nil {
				err = after.Sound()
			}
			if err != nil || !bytes.HasPrefix(out, file) {
				t.Fatalf("a revision that cannot be read back: %v", err)
			}
		}
		fill := func(p *Prepared, err error) ([]byte, error) {
			if err != nil {
				return nil, err
			}
			return p.Fill(token)
		}
		check(fill(d.PrepareSignature(NewSignature{
			Time: signedAt, Reason: text, Field: field, Certify: int(certify % 5), Room: 64,
		})))
		check(fill(d.PrepareTimestamp(64)))
		evidence := DSS{CRLs: [][]byte{token}, VRI: map[string]VRI{}}
		for _, s := range d.Signatures {
			whole, _ := d.VRIKeys(s)
			evidence.VRI[whole] = VRI{Certs: [][]byte{token}, TU: signedAt}
		}
		check(d.AppendDSS(evidence))
	})
}

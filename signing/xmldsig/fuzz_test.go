package xmldsig_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing/signtest/xmlattack"
	"tamga/signing/xmldsig"
	"tamga/signing/xmldsig/xmltree"
)

// FuzzSignatures asks for an answer about any file, and for what every answer
// promises.
func FuzzSignatures(f *testing.F) {
	for _, family := range families {
		key := person(f, family)
		key.Chain = nil
		for _, document := range documents {
			for _, properties := range []bool{false, true} {
				file, err := xmldsig.SignEnveloped(f.Context(), []byte(document), key, xmldsig.Options{Properties: properties, At: now()})
				if err != nil {
					f.Fatal(err)
				}
				f.Add(file, []byte(nil))
			}
		}
		file, err := xmldsig.SignSOAP(f.Context(), []byte(message), key, xmldsig.SOAPOptions{Validity: time.Minute, At: now()})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, []byte(nil))
	}
	key := person(f, ca.ECDSA)
	cases, err := xmlattack.Cases(key, now())
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		if len(c.File) < 20000 {
			f.Add(c.File, c.Content)
		}
	}
	f.Fuzz(func(t *testing.T, file, content []byte) {
		d, err := xmldsig.Read(file)
		if err != nil {
			return
		}
		for _, s := range d.Signatures(context.Background(), xmldsig.Supplied{Content: content}) {
			_, _ = s.Algorithm()
			if s.Signer() != nil {
				_ = s.Verify(s.Signer().PublicKey)
			} else if len(s.Problems) == 0 {
				t.Fatal("no signer and no problem")
			}
			if len(s.Problems) > 0 && s.Signed() != nil {
				t.Fatal("something is signed in spite of a problem")
			}
			if len(s.Problems) == 0 && !s.Counter && len(s.Signed()) == 0 {
				t.Fatal("nothing is signed and there is no problem")
			}
			for _, r := range s.References {
				if r.Problem == nil && (r.Covered.Role == "" || r.Digest.OID == nil) {
					t.Fatal("a reference without a problem covers nothing")
				}
				if r.Problem != nil && r.Covered.Bytes != nil {
					t.Fatal("a reference with a problem covers something")
				}
			}
		}
	})
}

// FuzzSign signs whatever can be signed: what comes out verifies, and covers
// what went in.
func FuzzSign(f *testing.F) {
	key := person(f, ca.ECDSA)
	key.Chain = nil
	for _, document := range documents {
		f.Add([]byte(document))
	}
	f.Add([]byte(message))
	f.Fuzz(func(t *testing.T, file []byte) {
		before, err := xmldsig.Read(file)
		if err != nil {
			return
		}
		if signed, err := xmldsig.SignEnveloped(t.Context(), file, key, xmldsig.Options{}); err == nil {
			whole, err := before.Tree().Canonical(nil, xmltree.Method{}, nil, 1<<24)
			d, failed := xmldsig.Read(signed)
			if err != nil || failed != nil {
				t.Fatal(err, failed)
			}
			all := d.Signatures(context.Background(), xmldsig.Supplied{})
			if got := all[len(all)-1].Signed(); len(got) != 1 || !bytes.Equal(got[0].Bytes, whole) {
				t.Fatalf("signed %v instead of %q", got, whole)
			}
		}
		_, _ = xmldsig.SignSOAP(t.Context(), file, key, xmldsig.SOAPOptions{Validity: time.Minute, At: now()})
	})
}

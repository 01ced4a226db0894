package signing_test

import (
	"bytes"
	"errors"
	"testing"

	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/signtest"
	"tamga/signing/spool"
)

// What is remembered of a signer outlives the file that it came in, whose memory is
// gone once the file is closed, or used for another: also where the file is long for
// something else than its content.
func TestSignerOutlivesTheFile(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	small := pki.Signed([]byte("text"), key)
	padding := der.Octets(make([]byte, spool.InMemory))
	unsigned, err := cms.Edit(small)
	if err != nil {
		t.Fatal(err)
	}
	unsigned.Signers[0].AddUnsigned(cms.Attribute{ID: []int{1, 2, 398, 3, 999}, Values: [][]byte{padding}})
	others, err := cms.Edit(small)
	if err != nil {
		t.Fatal(err)
	}
	others.AddCertificates(der.Encode(der.ContextConstructed(2), padding))
	for name, long := range map[string][]byte{
		"an attribute": unsigned.DER(), "a certificate of another kind": others.DER(), "its content": pki.Signed(padding, key),
	} {
		pki.Refresh()
		file, err := new(spool.Space).Read(bytes.NewReader(long), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		v, err := pki.Verifier.VerifyCMS(t.Context(), file.Bytes(), signing.Question{})
		if err != nil || !v.Passed() {
			t.Fatalf("%s: %v, %s", name, err, signtest.Explain(v))
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		err = spool.Guard(func() error {
			v, err := pki.Verifier.VerifyCMS(t.Context(), small, signing.Question{})
			if err == nil && !v.Passed() {
				err = errors.New(signtest.Explain(v))
			}
			return err
		})
		if err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

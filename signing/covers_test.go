package signing_test

import (
	"context"
	"os"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// A verdict says what each signature is over: of a CMS where its content was, of a PDF
// whether it still stands for the whole file.
func TestCovers(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, content := pki.Person(signtest.Head()), []byte("content")
	is := func(file []byte, q signing.Question, want signing.Covers) {
		t.Helper()
		got, err := pki.Verifier.Verify(context.Background(), file, q)
		if err != nil || len(got.Signers) == 0 || got.Signers[0].Covers != want {
			t.Errorf("%v, want %s: %+v", err, want, got)
		}
	}
	made := func(detached bool) []byte {
		t.Helper()
		return signtest.Signed(t, creation.CMS{Content: content, Detached: detached, Claim: true}, key)
	}
	is(made(false), signing.Question{}, signing.CoversAttached)
	is(made(true), signing.Question{}, signing.CoversMissing)
	is(made(true), signing.Question{Content: content}, signing.CoversSupplied)
	is(made(true), signing.Question{Digests: []signing.ContentDigest{{Digest: certs.SHA256, Value: certs.SHA256.Sum(content)}}}, signing.CoversDigests)
	pdf := signedPDF(t, key)
	is(pdf, signing.Question{}, signing.CoversFile)
	is(append(pdf, "more"...), signing.Question{}, signing.CoversUnknown)
	for name, want := range map[string]signing.Covers{
		"docuseal163-content-then-second-signature": signing.CoversChanged, "word-hybrid-signed-twice": signing.CoversForms, "ber-contents": signing.CoversFile,
	} {
		file, err := os.ReadFile("testdata/cases/pdf/" + name + ".pdf")
		if err != nil {
			t.Fatal(err)
		}
		is(file, signing.Question{}, want)
	}
}

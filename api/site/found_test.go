package site_test

import (
	"encoding/pem"
	"net/http"
	"net/url"
	"testing"

	"tamga/signing/cms"
)

// Whoever signs with a key that does not do is told all three facts at once, with what to
// do; and what no fact says: a key for logging in, another text.
func TestWhatASignatureLacks(t *testing.T) {
	v := visit(t)
	for key, texts := range map[string][]string{
		"applicant-expired": {"Validity period: the certificate has run out", "Not revoked: it could not be told", "get a new one"},
		"applicant-revoked": {"Validity period: confirmed.", "Not revoked: the certificate is revoked"},
	} {
		v.get("/sign-in")
		v.submit("/sign-in", key, nil)
		v.expect(http.StatusUnauthorized, "/sign-in", texts...)
	}
	v.get("/sign-in")
	v.submit("/sign-in", "", url.Values{"cms": {string(armoured(v.sign("applicant", []byte("another text"))))}})
	v.expect(http.StatusUnauthorized, "/sign-in", "The signature is not over this text")

	v = as(t, "applicant")
	path := v.begun("SRA")
	v.submit(path+"/form", "", filledIn())
	v.get(path)
	v.submit(path+"/ready", "", nil)
	asked := texts.FindStringSubmatch(v.page)
	v.submit(path+"/sign", "", url.Values{"cms": {string(armoured(signedAnyway(t, "applicant-login", v.toSign(asked))))}})
	v.expect(http.StatusUnprocessableEntity, path+"/sign", "The key is for logging in", "Validity period: confirmed.", "Not revoked: confirmed.")
	v.submit(path+"/sign", "applicant", nil)
	v.expect(http.StatusOK, path+"/sign", "Your certificate is good")
	v.submit(path+"/sign", "stranger", nil)
	v.expect(http.StatusUnprocessableEntity, path+"/sign", "it names somebody else", "Validity period: confirmed.")
}

// signedAnyway is a signature by a key that signs no document.
func signedAnyway(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	key, ok := demoKey(name)
	if !ok {
		t.Fatalf("no key %s", name)
	}
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := m.Make(cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content)})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// armoured is a signature as NCALayer gives it.
func armoured(cms []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: cms})
}

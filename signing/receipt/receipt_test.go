package receipt_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/receipt"
	"tamga/signing/signtest"
)

// A receipt says what was asked and answered, is a signature that the same
// verifier confirms, and is about one file only.
func TestReceipt(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		pki := signtest.New(t, family)
		content := []byte("өтініш")
		cms, err := signtest.Sign(creation.CMS{Content: content, Detached: true}, pki.Person(signtest.Applicant()), signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		q := signing.Question{Content: content, IIN: signtest.Applicant().IIN, At: signtest.Now()}
		verdict, err := pki.Verifier.VerifyCMS(t.Context(), cms, q)
		if err != nil || !verdict.Passed() {
			t.Fatal(err, verdict)
		}
		made := receipt.New("https://tamga.example", cms, q, verdict, signtest.Now())
		signed, err := receipt.Sign(t.Context(), creation.Services{Verifier: pki.Verifier}, made, pki.Person(signtest.Head()), made.AnsweredAt)
		if err != nil {
			t.Fatal(err)
		}
		judged, err := pki.Verifier.VerifyCMS(t.Context(), signed, signing.Question{At: signtest.Now()})
		if err != nil || !judged.Passed() {
			t.Fatalf("%v: the receipt's signature: %v %+v", family, err, judged)
		}
		contents, err := signing.ReadCMS(signed)
		if err != nil {
			t.Fatal(err)
		}
		read, err := receipt.Parse(contents.Content)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(read)
		b, _ := json.Marshal(made)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%v: read\n%s\nmade\n%s", family, a, b)
		}
		said, err := receipt.ReadStatement(contents.Content)
		if err != nil || said.Acceptance != signing.Accepted {
			t.Errorf("%v: %v %+v", family, err, said)
		}
		if !said.About(cms) || said.About(content) {
			t.Errorf("%v: it is about something else: %+v", family, said)
		}
		sum := sha256.Sum256(cms)
		if read.Asked.FileSHA256 != hex.EncodeToString(sum[:]) || read.Asked.FileSize != len(cms) || read.Asked.IIN != string(signtest.Applicant().IIN) {
			t.Errorf("%v: the receipt is about something else: %+v", family, read.Asked)
		}
	}
}

// A receipt about a content that was not sent names the digests that were
// judged, and no others that came along.
func TestReceiptNamesWhatWasJudged(t *testing.T) {
	pki := signtest.New(t, ca.RSA)
	content := []byte("өтініш")
	digest := func(name string) signing.ContentDigest {
		d, ok := certs.DigestByName(name)
		if !ok {
			t.Fatal(name)
		}
		return signing.ContentDigest{Digest: d, Value: d.Sum(content)}
	}
	right := digest("SHA-256")
	q := signing.Question{At: signtest.Now(), Digests: []signing.ContentDigest{right, {Digest: digest("SHA-512").Digest, Value: make([]byte, 64)}}}
	file := pki.Detached(content, pki.Person(signtest.Applicant()))
	verdict, err := pki.Verifier.VerifyCMS(t.Context(), file, q)
	if err != nil || !verdict.Passed() {
		t.Fatal(err, verdict)
	}
	asked := receipt.New("", file, q, verdict, signtest.Now()).Asked
	if len(asked.ContentDigests) != 1 || asked.ContentDigests["SHA-256"] != hex.EncodeToString(right.Value) || asked.ContentSHA256 != "" {
		t.Errorf("%+v", asked)
	}
	q = signing.Question{At: signtest.Now(), Content: content}
	if verdict, err = pki.Verifier.VerifyCMS(t.Context(), file, q); err != nil || !verdict.Passed() {
		t.Fatal(err, verdict)
	}
	asked = receipt.New("", file, q, verdict, signtest.Now()).Asked
	if asked.ContentDigests != nil || asked.ContentSHA256 != hex.EncodeToString(right.Value) || asked.ContentSize != len(content) {
		t.Errorf("%+v", asked)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, content := range map[string]string{
		"nothing":         "",
		"no JSON":         "receipt",
		"another JSON":    `{"type":"invoice","version":1,"id":"1","verdict":{}}`,
		"without verdict": `{"type":"tamga.verification-receipt","version":1,"id":"1"}`,
		"of the future":   `{"type":"tamga.verification-receipt","version":2,"id":"1","verdict":{}}`,
	} {
		if _, err := receipt.Parse([]byte(content)); !errors.Is(err, receipt.ErrNotReceipt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

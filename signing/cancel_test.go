package signing_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// A file whose signatures are over more different ranges than are digested is
// not passed, and says so: the first ones are told as they are.
func TestManyRanges(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	file := signing.ManyGaps(pki.Detached([]byte("x"), pki.Person(signtest.Applicant())), 40, 4<<20)
	verdict, err := pki.Verifier.VerifyPDF(t.Context(), file, signing.Question{})
	if err != nil {
		t.Fatal(err)
	}
	if len(verdict.Signers) != 40 || verdict.Passed() {
		t.Fatalf("%d signers, %s", len(verdict.Signers), verdict.Indication)
	}
	digested, spent := 0, 0
	for _, s := range verdict.Signers {
		for _, c := range s.Checks {
			if c.Name != signing.CheckSignatureValue {
				continue
			}
			switch {
			case c.Status == signing.CheckUndetermined && strings.Contains(c.Detail, "too many different ranges"):
				spent++
			case c.SubIndication == signing.HashFailure:
				digested++
			default:
				t.Errorf("%s %s: %s", c.Status, c.SubIndication, c.Detail)
			}
		}
	}
	if digested < 30 || spent < 1 || digested+spent != 40 {
		t.Errorf("%d were digested, %d were not for lack of patience", digested, spent)
	}
}

// countdown is a context that ends when it was asked about so many times.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// Whenever its context ends, a verification gives an error and no verdict; it
// never judges by what it has seen until then.
func TestContextEnds(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	authority := pki.TSA()
	long := bytes.Repeat([]byte("content "), 2<<20)
	stamped := pki.Timestamped([]byte("content"), key, authority)
	signedXML, err := signtest.Sign(creation.XML{File: []byte(`<a><b/></a>`), Form: creation.XMLEnveloped}, key, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		q    signing.Question
	}{
		"CMS":         {pki.Detached(long, key), signing.Question{Content: long}},
		"timestamped": {stamped, signing.Question{}},
		"PDF":         {signedPDF(t, key), signing.Question{}},
		"XML":         {signedXML, signing.Question{}},
		"certificate": {key.Certificate.Raw, signing.Question{}},
	} {
		whole := &countdown{Context: t.Context()}
		whole.left.Store(1 << 40)
		if verdict, err := pki.Verifier.Verify(whole, c.file, c.q); err != nil || len(verdict.Signers) != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		asked := 1<<40 - whole.left.Load()
		for left := range asked {
			ctx := &countdown{Context: t.Context()}
			ctx.left.Store(left)
			verdict, err := pki.Verifier.Verify(ctx, c.file, c.q)
			if verdict != nil || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, ended at question %d of %d: %v", name, left, asked, err)
			}
		}
		if name == "CMS" && asked < int64(len(long)>>22) {
			t.Errorf("a content of %d bytes asked %d times", len(long), asked)
		}
	}
}

package creation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/gost"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

func TestKeyNearItsEnd(t *testing.T) {
	key := signtest.New(t, ca.ECDSA).Person(signtest.Applicant())
	key.Reserve = 30 * 24 * time.Hour
	end := key.Certificate.NotAfter
	if err := key.Check(t.Context(), end.Add(-key.Reserve)); err != nil {
		t.Errorf("at the edge: %v", err)
	}
	err := key.Check(t.Context(), end.Add(-key.Reserve+time.Second))
	var near *creation.NearEndError
	if !errors.As(err, &near) || !errors.Is(err, creation.ErrOutsideValidity) || !near.NotAfter.Equal(end) {
		t.Errorf("inside the reserve: %v", err)
	}
	if _, err := signtest.Sign(creation.CMS{Content: []byte("x")}, key, end.Add(-time.Hour)); !errors.As(err, &near) {
		t.Errorf("signing inside the reserve: %v", err)
	}
}

func TestKeyStatus(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	if err := key.CheckStatus(t.Context(), pki.Verifier, signtest.Now()); err != nil {
		t.Errorf("a good key: %v", err)
	}
	key.Status = pki.Verifier
	pki.Signed([]byte("x"), key)
	key.Status = nil
	pki.Authority.Revoke(key.Certificate.Serial, signtest.Now().Add(-2*time.Hour), revocation.KeyCompromise)
	pki.Refresh()
	careful := key
	careful.Status = pki.Verifier
	if _, err := signtest.Sign(creation.CMS{Content: []byte("x")}, careful, signtest.Now()); !errors.Is(err, creation.ErrKeyRevoked) {
		t.Errorf("a revoked key signs: %v", err)
	}
	if err := key.CheckStatus(t.Context(), pki.Verifier, signtest.Now()); !errors.Is(err, creation.ErrKeyRevoked) || !strings.Contains(err.Error(), "keyCompromise") {
		t.Errorf("a revoked key: %v", err)
	}
	pki.Verifier.Revocation = &revocation.Lists{}
	if err := key.CheckStatus(t.Context(), pki.Verifier, signtest.Now()); !errors.Is(err, creation.ErrKeyStatus) {
		t.Errorf("a key that nobody knows about: %v", err)
	}
	var path *certs.PathError
	if err := key.CheckStatus(t.Context(), signtest.New(t, ca.ECDSA).Verifier, signtest.Now()); !errors.As(err, &path) {
		t.Errorf("a key of a stranger: %v", err)
	}
	if err := key.CheckStatus(t.Context(), pki.Verifier, signtest.Now().AddDate(5, 0, 0)); !errors.Is(err, creation.ErrOutsideValidity) {
		t.Errorf("an expired key: %v", err)
	}
}

// However a key is printed, nothing of it is.
func TestKeysAreNotPrinted(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		key := signtest.New(t, family).Person(signtest.Applicant())
		var out strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", key)
			fmt.Fprintf(&out, verb+"\n", &key)
			fmt.Fprintf(&out, verb+"\n", struct{ K creation.Key }{key})
			fmt.Fprintf(&out, verb+"\n", map[string]creation.Key{"k": key})
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("signing", "key", key, "keys", []creation.Key{key})
		slog.New(slog.NewJSONHandler(&out, nil)).Info("signing", "key", key, "keys", []creation.Key{key})
		b, err := json.Marshal(key)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		want := fmt.Sprintf("signing key of certificate %X", key.Certificate.Serial)
		if n := strings.Count(out.String(), want); n != 7*4+2*2+1 {
			t.Errorf("%v: %d times %q in\n%s", family, n, want, out.String())
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%x"} {
			if got := fmt.Sprintf(verb, key); got != want {
				t.Errorf("%v: %s prints %q", family, verb, got)
			}
		}
		if k, ok := key.Signer.(*gost.PrivateKey); ok && bytes.Contains([]byte(out.String()), []byte(fmt.Sprintf("%x", k.Bytes()))) {
			t.Error("the private number is printed")
		}
	}
}

// A renewed certificate is used from the next signature on, whatever the key
// remembers of the old one, and many may sign at once.
func TestKeyWithAnotherCertificate(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	pki.Signed([]byte("x"), key)
	person := signtest.Applicant()
	person.Key = key.Signer
	renewed, err := pki.Authority.Issue(person)
	if err != nil {
		t.Fatal(err)
	}
	key.Certificate = renewed.Certificate
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, err := pki.Verifier.VerifyCMS(context.Background(), pki.Signed([]byte("x"), key), signing.Question{})
			if err != nil || !v.Passed() || v.Signers[0].Certificate.SHA256 != signing.DescribeCertificate(renewed.Certificate).SHA256 {
				t.Errorf("%+v, %v", v, err)
			}
		})
	}
	wg.Wait()
}

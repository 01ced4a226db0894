package tsa

import (
	"bytes"
	"context"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

var begin = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

func now() time.Time { return begin }

// world is an authority of a family and whoever trusts it.
type world struct {
	t         testing.TB
	ca        *ca.Authority
	authority *Authority
	server    *httptest.Server
}

func newWorld(t testing.TB, family ca.Family) *world {
	t.Helper()
	root, err := ca.New(family, begin, ca.Options{NotBefore: begin.AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ca: root}
	w.authority = w.issue(nil)
	w.server = httptest.NewServer(w.authority)
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) issue(change func(*ca.Template)) *Authority {
	h, err := w.ca.IssueService(ca.Service{Purpose: ca.Timestamping, Template: change})
	if err != nil {
		w.t.Fatal(err)
	}
	return &Authority{
		Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{w.ca.Issuing()},
		Policies: h.Certificate.Policies, Accuracy: time.Second, Now: now,
	}
}

func (w *world) client() *Client {
	return &Client{Authorities: []Endpoint{{URL: w.server.URL}}, Trust: w.trust, Now: now}
}

// trust is the shortest judgement of a token: its signature, and the path.
func (w *world) trust(_ context.Context, token *tsp.Token, at time.Time) error {
	pool := &certs.Pool{}
	pool.AddAnchor(w.ca.Root())
	var bag []*certs.Certificate
	var signer *certs.Certificate
	for _, raw := range token.SignedData.Certificates {
		c, err := certs.Parse(raw)
		if err != nil {
			return err
		}
		if bag = append(bag, c); token.Signer().Names(c) {
			signer = c
		}
	}
	if signer == nil {
		return errors.New("no certificate of the signer")
	}
	if _, err := pool.Build(signer, bag, at); err != nil {
		return err
	}
	si := token.Signer()
	alg, err := certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	if err != nil {
		return err
	}
	digest, _, err := cms.Single(si.Signed, cms.OIDMessageDigest)
	if err != nil || !bytes.Equal(digest, der.Octets(alg.Digest.Sum(token.SignedData.Content))) {
		return fmt.Errorf("message digest: %w", err)
	}
	ess, found, err := cms.Single(si.Signed, cms.OIDSigningCertificateV2)
	if err != nil || !found || !bytes.Equal(ess, cms.SigningCertificateV2(signer)) {
		return errors.New("signing certificate")
	}
	return alg.Verify(signer.PublicKey, si.SignedDER, si.Signature)
}

func imprint(s string) tsp.Imprint { return tsp.NewImprint(certs.SHA256, []byte(s)) }

func (w *world) file(name string, b []byte) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func pemOf(list ...*certs.Certificate) []byte {
	var b []byte
	for _, c := range list {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return b
}

var otherPolicy = asn1.ObjectIdentifier{1, 2, 3, 4}

package ocsp_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// expected is what the description of the national data says of a response.
type expected struct {
	Status     string `json:"status"`
	Serial     string `json:"serial"`
	ProducedAt string `json:"producedAt"`
	Signature  bool   `json:"signature_ok"`
	Issuer     string `json:"responder_issuer"`
}

func national(t testing.TB) (string, map[string]expected) {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../../shared"
	}
	b, err := os.ReadFile(filepath.Join(dir, "pki", "vectors", "expected.json"))
	if err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	var all struct {
		OCSP map[string]expected `json:"ocsp"`
	}
	if err := json.Unmarshal(b, &all); err != nil || len(all.OCSP) == 0 {
		t.Fatalf("expected.json: %d responses, %v", len(all.OCSP), err)
	}
	return filepath.Join(dir, "pki", "data"), all.OCSP
}

// TestNationalResponses judges real responses of the national authority's test
// responders. Their subjects are not at hand, so the question is made of the
// serial number and the issuer.
func TestNationalResponses(t *testing.T) {
	dir, all := national(t)
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			raw := read(t, dir, name)
			issuer, err := certs.Parse(read(t, dir, want.Issuer))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := ocsp.ParseResponse(raw)
			if err != nil {
				t.Fatal(err)
			}
			serial, _ := new(big.Int).SetString(want.Serial, 16)
			if made, err := time.Parse("2006-01-02 15:04:05-07:00", want.ProducedAt); err != nil || !made.Equal(resp.ProducedAt) {
				t.Errorf("producedAt %v, want %s", resp.ProducedAt, want.ProducedAt)
			}
			if nonce, ok, err := resp.Nonce(); !ok || err != nil || len(nonce) != 8 {
				t.Errorf("nonce %x, %v, %v", nonce, ok, err)
			}
			if len(resp.Certificates) != 1 || (resp.CheckSignatureFrom(resp.Certificates[0]) == nil) != want.Signature {
				t.Fatalf("%d certificates, or the signature is not as expected", len(resp.Certificates))
			}
			q := ocsp.Question{Issuer: issuer, At: resp.ProducedAt, Certificate: &certs.Certificate{
				Serial: serial, Issuer: issuer.Subject,
				NotBefore: resp.ProducedAt.AddDate(0, -6, 0), NotAfter: resp.ProducedAt.AddDate(0, 6, 0),
			}}
			p := ocsp.Policy{}
			got := p.Judge(raw, q)
			if string(got.Status) != want.Status {
				t.Errorf("%v, want %s", got, want.Status)
			}
			askAgain(t, raw, resp, q)
		})
	}
}

// askAgain asks a real response what it must not answer.
func askAgain(t *testing.T, raw []byte, resp *ocsp.Response, q ocsp.Question) {
	p := ocsp.Policy{}
	for i := range raw {
		spoiled := bytes.Clone(raw)
		spoiled[i] ^= 1
		if a := p.Judge(spoiled, q); a.Status != revocation.Undetermined {
			t.Fatalf("bit flipped at %d: %v", i, a)
		}
	}
	later := q
	later.At = q.At.Add(ocsp.DefaultMaxAge + ocsp.DefaultSkew)
	if a := p.Judge(raw, later); a.Cause != ocsp.CauseTooOld {
		t.Errorf("asked later: %v", a)
	}
	long := ocsp.Policy{MaxAge: 10000 * time.Hour}
	later.At = resp.Certificates[0].NotAfter.Add(time.Second)
	if a := long.Judge(raw, later); a.Cause != ocsp.CauseResponderExpired {
		t.Errorf("asked after the responder's end: %v", a)
	}
	other := q
	other.Issuer = resp.Certificates[0]
	if a := p.Judge(raw, other); a.Cause != ocsp.CauseNoAnswer {
		t.Errorf("asked for another issuer: %v", a)
	}
}

func read(t testing.TB, dir, name string) []byte {
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
